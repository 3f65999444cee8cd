"""The session list of a Discord return, from its PDF's text.

What is known of the layout is second hand: the words of its headings. So nothing is read but what stands below or
behind them, and every other line is counted and kept back. A row is one line. What may be the rest of an address
that did not fit its cell spoils the row beside it, and a line of words ends the list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from mmap import mmap

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_lines
from fourcorners.readers import named_account
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.table.time_format import TimeFormat

Data = bytes | mmap

CUSTODIANS = ("Discord, Inc.", "Discord Inc.", "Discord", "Discord Netherlands B.V.")

SESSION, ADDRESS = "Session Start (UTC)", "IP Address"
USER, REGISTERED = "User ID", "Registration Time (UTC)"
#: Labels that are counted, here and by the independent census.
COUNTED = (SESSION, REGISTERED, USER)

_START, _IP = rb"Session[ \t]+Start[ \t]+\(UTC\)", rb"IP[ \t]+Address"
_HEADING = re.compile(rb"(?:(?P<at>" + _START + rb")[ \t]+" + _IP + rb"|" + _IP + rb"[ \t]+" + _START + rb")")
_SIGN = re.compile(
    rb"^[ \t]*(?:" + _HEADING.pattern + rb"[ \t]*\r?$|Registration Time \(UTC\)[ \t]*(?:[:\r\n]|[0-9]{4}-))",
    re.MULTILINE,
)
_FACT = re.compile(rb"(User ID|Registration Time \(UTC\))[ \t]*(?::[ \t]*|[ \t]+|$)(.*)", re.DOTALL)
_SHAPES = {USER: re.compile(rb"[0-9]{15,20}"), REGISTERED: TimeFormat.year_first().pattern}
_FURNITURE = re.compile(rb"Page [0-9]{1,6}(?: of [0-9]{1,6})?")
_DATE = re.compile(rb"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_PIECE = re.compile(rb"[0-9A-Fa-f.:/\s-]+")
_LINE = re.compile(rb"[^\n]*[^\s][^\n]*\n?")
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class _Row:
    """A line of the list, and whether its last value may go on elsewhere."""

    start: int
    end: int
    values: dict[str, Value]
    problem: str | None


@dataclass(slots=True)
class _Fact:
    """A label with its value, in one line or in two."""

    label: Value
    value: Value
    start: int
    end: int
    texts: int


@dataclass(slots=True)
class _Found:
    """What the lines of a member are."""

    rows: list[_Row | _Fact] = field(default_factory=list)
    boilerplate: int = 0
    unclassified: int = 0
    labels: Counter[str] = field(default_factory=Counter)


class DiscordSessions:
    """Reads the text of one PDF of a Discord return that lists sessions."""

    name = "discord-sessions"
    version = "1"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the heading tells
        """Whether a line of the first bytes is the heading of the list, or the label of the registration."""
        return _SIGN.search(head) is not None

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:  # noqa: ARG002 - UTC is stated
        """Every session of one member, and the facts about its account.

        Args:
            data: the member's bytes.
            declaration: not needed: the heading states the zone of all times.

        Raises:
            BadInput: `ENCODING`.
        """
        _check_text(data)
        found = _Found()
        _read_lines(data, found)
        clock = Clock.of_file(TimeFormat.year_first(), "UTC")
        sessions = Gathered("login", SESSION, clock, required=("ip", "at"))
        facts = Gathered("subscriber", "account", clock)
        named = [each.value for each in found.rows if isinstance(each, _Fact) and each.label.text == USER]
        account = named[0] if len({each.text for each in named}) == 1 else None
        for row, each in enumerate(found.rows):
            own = {"account": account} if account else {}
            if isinstance(each, _Row):
                sessions.add((row, each.start, each.end, 1), "session_ip_log", each.values | own, each.problem)
            else:
                values = {"attribute": each.label, "value": each.value}
                good = each.label.text != REGISTERED or clock.reads(each.value.text)
                core = (row, each.start, each.end, each.texts)
                facts.add(core, "subscriber_identity", values | own, None if good else "BAD_TIME")
        unclassified = (Unclassified("lines", found.unclassified),) if found.unclassified else ()
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="text",
            custodians=self.custodians,
            batches=(*sessions.batches(), *facts.batches()),
            boilerplate=found.boilerplate,
            unclassified=unclassified,
            labels={label: found.labels[label] for label in COUNTED},
            facts=named_account.fact(None, doubt=bool(named) and account is None),
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Rows of a member that names no account are of the one account that the file's other members name."""
        return named_account.relate(files)

    def census(self, data: Data) -> Census:
        """The member's lines and labels, counted by code that shares nothing with this reader."""
        return census_lines.count(data, COUNTED)


def _read_lines(data: Data, found: _Found) -> None:
    begin = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    order: tuple[str, str] | None = None  # of the list's columns; None outside of it
    last: _Row | None = None  # the row that the next line may continue
    torn = False  # a line was met that may be the beginning of the next row's address
    waiting: tuple[Value, int] | None = None  # a label alone in its line
    for line in _LINE.finditer(data, begin):
        bare = line[0].strip()
        at = line.start() + line[0].index(bare)
        found.labels.update(label for label in COUNTED if label.encode() in line[0])
        if waiting is not None:
            fact, waiting = _fact(waiting, bare, at, texts=2), None
            if fact:
                found.rows.append(fact)
                continue
            found.unclassified += 1  # a label without a value
        if heading := _HEADING.fullmatch(bare):
            found.boilerplate += 1
            order = ("at", "ip") if heading["at"] else ("ip", "at")
        elif named := _FACT.fullmatch(bare):
            order, last = None, None
            name = Value(named[1].decode(), [at, at + len(named[1])])
            if not named[2]:
                waiting = name, at
            elif fact := _fact((name, at), named[2], at + named.start(2), texts=1):
                found.rows.append(fact)
            else:
                found.unclassified += 1
        elif _FURNITURE.fullmatch(bare):
            found.boilerplate += 1
        elif order and _DATE.search(bare):
            problem = "BROKEN_VALUE" if torn and order[0] == "ip" else None
            if not line[0].endswith(b"\n"):
                problem = "TRUNCATED_ROW"
            last, torn = _Row(at, at + len(bare), _cells(bare, at, order), problem), False
            found.rows.append(last)
        else:
            found.unclassified += 1
            torn = _PIECE.fullmatch(bare) is not None
            if not torn:
                order, last = None, None
            elif last:
                last.problem = last.problem or "BROKEN_VALUE"
    found.unclassified += waiting is not None


def _fact(label: tuple[Value, int], raw: bytes, at: int, *, texts: int) -> _Fact | None:
    """A fact whose value has the label's shape."""
    name, start = label
    if _SHAPES[name.text].fullmatch(raw) is None:
        return None
    end = at + len(raw)
    return _Fact(name, Value(raw.decode(), [at, end]), start, end, texts)


def _cells(bare: bytes, at: int, order: tuple[str, str]) -> dict[str, Value]:
    """The two cells of a line: an address has no blank, a time may have."""
    ip_first = order[0] == "ip"
    parts = bare.split(None, 1) if ip_first else bare.rsplit(None, 1)
    if len(parts) == 1:
        return {"at": Value(bare.decode(), [at, at + len(bare)])}
    first, second = parts
    behind = at + len(bare) - len(second)
    cells = (Value(first.decode(), [at, at + len(first)]), Value(second.decode(), [behind, behind + len(second)]))
    return dict(zip(order, cells, strict=True))


def _check_text(data: Data) -> None:
    try:
        bytes(data).decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            "ENCODING",
            "the text is not valid UTF-8",
            where=f"byte {error.start}",
            why="bytes of another encoding do not stand for what they seem to",
            next_step="ask the provider for the PDF itself",
        ) from error


READER = DiscordSessions()
