"""The readers of X's files: logins, the account, and the address it was created from.

A return is JSON, mostly within a signature. The archive that an account holder downloads has the same records, but
each file is assigned to a variable (`window.YTD.ip_audit.part0 = [`), by which alone the two are told apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import pyarrow as pa

from fourcorners.model.address import parse_endpoint
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_x
from fourcorners.readers import named_account
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.notation import text_of
from fourcorners.readers.shown.keys import ShownKeys
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.x.objects import ASSIGNED
from fourcorners.readers.x.objects import BOM
from fourcorners.readers.x.objects import SIGNED
from fourcorners.readers.x.objects import Data
from fourcorners.readers.x.objects import Found
from fourcorners.readers.x.objects import Pair
from fourcorners.readers.x.objects import Record
from fourcorners.readers.x.objects import read_objects

#: Names by which an instrument may name the producer.
CUSTODIANS = (
    "X Corp.",
    "X Corp",
    "X",
    "X Internet Unlimited Company",
    "Twitter",
    "Twitter, Inc.",
    "Twitter Inc.",
    "Twitter International Unlimited Company",
)

ACCOUNT = b"accountId"
#: The fields of a login by their labels.
LOGIN = {ACCOUNT: "account", b"loginIp": "ip", b"createdAt": "at"}
#: The data category of each fact about the account. Its creation address is no login.
FACTS = {
    ACCOUNT: "subscriber_identity",
    b"email": "subscriber_identity",
    b"username": "subscriber_identity",
    b"accountDisplayName": "subscriber_identity",
    b"createdAt": "subscriber_identity",
    b"createdVia": "transactional_noncontent",
    b"userCreationIp": "session_ip_log",
}
#: Labels that are counted, here and by the independent census.
COUNTED = frozenset({ACCOUNT, b"createdAt", b"loginIp", b"userCreationIp"})

#: The labels under which the kinds of record stand, and those that only one of them has.
_KINDS = {b"ipAudit": "login", b"account": "facts", b"accountCreationIp": "facts"}
_ARCHIVE_KINDS = _KINDS | {b"deviceToken": "devices"}
_OWN = {b"loginIp": "login", b"userCreationIp": "facts", b"accountDisplayName": "facts", b"createdVia": "facts"}
_SIGNS = re.compile(rb'"(?:ipAudit|accountCreationIp|userCreationIp|accountDisplayName)"\s*:')
_KNOWN = frozenset(label.decode() for label in (*LOGIN, *FACTS, *_ARCHIVE_KINDS, *_OWN))
_LOGIN_SIGNS = (b'"loginIp"', b'"accountId"')
_NAMES = re.compile(r"(?:\A|[-/])(?:ip-audit|account|account-creation-ip)\.txt\Z")
_JSON = re.compile(rb"\s*[\[{]")
_EMPTY = re.compile(rb"[\s\[\]{}]*(?:-----BEGIN PGP SIGNATURE-----|\Z)")
#: The files of an archive that are read, by the variable that they are assigned to.
_ARCHIVED = frozenset({b"ip_audit", b"account", b"account_creation_ip", b"device_token"})
_HOW = TimeFormat.year_first()


@dataclass(slots=True)
class _Rows:
    """What a member's records give."""

    clock: Clock
    logins: Gathered
    facts: Gathered
    devices: Gathered
    labels: Counter[bytes] = field(default_factory=Counter)
    unclassified: Counter[str] = field(default_factory=Counter)
    holes: list[int] = field(default_factory=list)
    shown: ShownKeys = field(default_factory=lambda: ShownKeys(_KNOWN))
    row: int = 0
    doubt: bool = False  # a record names its account twice, or where no value stands

    def number(self) -> int:
        self.row += 1
        return self.row - 1

    def drop(self, path: Sequence[bytes], start: int, end: int) -> None:
        """Count a value that no field holds."""
        self.unclassified[self.shown(tuple([label.decode() for label in path]))] += 1
        self.holes += (start, end)


def _is_return(path: str, head: bytes) -> bool:
    """Whether the first bytes are JSON with the labels of a return's files; an empty list has a name only."""
    bare = head.removeprefix(BOM)
    if SIGNED.match(bare):
        bare = bare.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    if _JSON.match(bare) is None:
        return False
    if _SIGNS.search(bare) or all(sign in bare for sign in _LOGIN_SIGNS):
        return True
    return _NAMES.search(path) is not None and (b'"accountId"' in bare or _EMPTY.match(bare) is not None)


def _is_archive(_path: str, head: bytes) -> bool:
    """Whether the first bytes are those of an archive's file that is read here."""
    assigned = ASSIGNED.match(head)
    return assigned is not None and assigned["what"] in _ARCHIVED


@dataclass(frozen=True, slots=True)
class XFiles:
    """Reads one file of a return or of an archive.

    Attributes:
        name: the format.
        kinds: label -> what the record under it is.
        is_known: whether a path and first bytes are of the format.
        version: changes whenever the same bytes would be read otherwise.
        custodians: names by which an instrument may name the producer.
    """

    name: str
    kinds: Mapping[bytes, str]
    is_known: Callable[[str, bytes], bool]
    version: str = "1"
    custodians: tuple[str, ...] = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:
        """Whether the first bytes are of the format."""
        return self.is_known(path, head)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: `TRUNCATED`, `MARKUP`, `DEPTH`, `ENCODING` or `NUL`.
        """
        found = read_objects(data)
        clock = Clock.declared(_HOW, declaration)
        rows = _Rows(
            clock,
            Gathered("login", "ip-audit", clock, required=("ip", "at")),
            Gathered("subscriber", "account", clock),
            Gathered("capture", "device-token", clock),
            labels=Counter(found.deeper),
        )
        alone = _only_kind(found, self.kinds)
        for record in found.records:
            twice = _twice(record)
            rows.doubt |= ACCOUNT in record.boxes or ACCOUNT.decode() in twice
            kind = _kind_of(record, self.kinds) or alone
            if kind == "login":
                _login(rows, record, twice)
            elif kind == "facts":
                _facts(rows, record, twice)
            elif kind == "devices":
                _device(rows, record)
            else:
                for pair in record.pairs:
                    rows.labels[pair.label] += 1
                    rows.drop((*record.path, pair.label), pair.at - 1, pair.end)
            for path, start, end in record.nested:
                rows.drop((*record.path, *path), start, end)
        if found.items:
            rows.unclassified["values without a label"] += found.items
        batches = (*rows.logins.batches(), *rows.facts.batches(), *rows.devices.batches())
        pairs = sorted(zip(rows.holes[::2], rows.holes[1::2], strict=True))
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="archive" if ASSIGNED.match(data) else "signed" if found.frame else "bare",
            custodians=self.custodians,
            batches=batches,
            boilerplate=found.frame,
            unclassified=tuple(Unclassified(path, texts) for path, texts in rows.unclassified.items()),
            labels={label.decode(): rows.labels[label] for label in sorted(COUNTED)},
            says_empty=found.structured and not found.records and not found.items,
            holes=pa.array([edge for pair in pairs for edge in pair], pa.int64()),
            facts=named_account.fact(None, doubt=rows.doubt),
            notation="json",
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Rows of a member that names no account are of the one account that the file's other members name."""
        return named_account.relate(files)

    def census(self, data: Data) -> Census:
        """The member's values and labels, counted by code that shares nothing with this reader."""
        return census_x.count(data)


def _kind_of(record: Record, kinds_of: Mapping[bytes, str]) -> str | None:
    """What a record is, by the label that it stands under, else by a label that only one kind has."""
    if record.path and record.path[-1] in kinds_of:
        return kinds_of[record.path[-1]]
    kinds = {_OWN[pair.label] for pair in record.pairs if pair.label in _OWN}
    return kinds.pop() if len(kinds) == 1 else None


def _only_kind(found: Found, kinds_of: Mapping[bytes, str]) -> str | None:
    """The kind of all records of the member that tell theirs."""
    kinds = {kind for record in found.records if (kind := _kind_of(record, kinds_of))}
    return kinds.pop() if len(kinds) == 1 else None


def _twice(record: Record) -> set[str]:
    """The labels that stand more than once in a record, whatever stands under them and however they are spelt."""
    times = Counter(_name(label) for label in (*(pair.label for pair in record.pairs), *record.boxes))
    return {name for name, count in times.items() if count > 1}


def _name(label: bytes) -> str:
    return text_of(label.decode(), "json")


def _login(rows: _Rows, record: Record, twice: set[str]) -> None:
    values: dict[str, Value] = {}
    problem = "BROKEN_VALUE" if LOGIN.keys() & set(record.boxes) else None
    problem = "AMBIGUOUS_ROW" if twice else problem
    for pair in record.pairs:
        rows.labels[pair.label] += 1
        name = LOGIN.get(pair.label)
        if name is None:
            rows.drop((*record.path, pair.label), pair.at - 1, pair.end)
            continue
        try:
            value = _value(pair)
        except ValueError:
            value, problem = None, problem or "BROKEN_VALUE"
        if value is not None and name not in values and not (name == "account" and ACCOUNT.decode() in twice):
            values[name] = value
        else:
            rows.holes += (pair.at - 1, pair.end)
    texts = sum(pair.label in LOGIN for pair in record.pairs)
    rows.logins.add((rows.number(), record.start, record.end, texts), "session_ip_log", values, problem)


def _facts(rows: _Rows, record: Record, twice: set[str]) -> None:
    """One row for each fact about the account."""
    account = _account(record) if ACCOUNT.decode() not in twice else None
    for pair in record.pairs:
        rows.labels[pair.label] += 1
        problem = None
        try:
            value = _value(pair) if pair.label in FACTS else None
        except ValueError:
            value, problem = None, "BROKEN_VALUE"
        if value is None and problem is None:
            rows.drop((*record.path, pair.label), pair.at - 1, pair.end)
            continue
        values = {"attribute": Value(pair.label.decode(), [pair.at, pair.at + len(pair.label)])}
        if value is not None:
            values["value"] = value
            problem = _flaw(rows.clock, pair.label, value.text)
        if account is not None:
            values["account"] = account
        if pair.label.decode() in twice:
            problem = "AMBIGUOUS_ROW"
        core = (rows.number(), pair.at - 1, pair.end + pair.quoted, 1)
        rows.facts.add(core, FACTS[pair.label], values, problem)


def _device(rows: _Rows, record: Record) -> None:
    """A device that is told of what happens: it has times and no address, and no family holds it."""
    rows.labels.update(pair.label for pair in record.pairs)
    core = (rows.number(), record.start, record.end, len(record.pairs))
    rows.devices.add(core, "transactional_noncontent", {})


def _account(record: Record) -> Value | None:
    """The account of a record that names one."""
    named = [pair for pair in record.pairs if pair.label == ACCOUNT]
    try:
        return _value(named[0]) if len(named) == 1 else None
    except ValueError:
        return None


def _flaw(clock: Clock, label: bytes, text: str) -> str | None:
    """What is wrong with a fact that has a shape of its own."""
    if label == b"createdAt" and not clock.reads(text):
        return "BAD_TIME"
    if label == b"userCreationIp":
        try:
            parse_endpoint(text)
        except ValueError:
            return "BAD_ADDRESS"
    return None


def _value(pair: Pair) -> Value | None:
    """A pair's value; None for `null` and for an empty text.

    Raises:
        ValueError: the text holds half a character.
    """
    if not pair.raw or (pair.raw == b"null" and not pair.quoted):
        return None
    text = text_of(pair.raw.decode(), "json")
    text.encode()
    return Value(text, [pair.start, pair.end])


READER = XFiles("x-return", _KINDS, _is_return)
ARCHIVE = XFiles("x-archive", _ARCHIVE_KINDS, _is_archive)
