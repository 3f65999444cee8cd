"""The reader of a CyberTipline report as NCMEC makes it available to an agency: JSON.

NCMEC publishes how providers submit a report, not how it hands one on; the keys here are those on which two public
programs of investigators agree. So a value is read only where it stands under every key on its way. Addresses of
reported people are logins with the event's own word. A file's address is nobody's, since the report does not say
whose the file is. Recipients are counted, files and texts too, and none of them is ever released.
"""

from __future__ import annotations

import re
from collections import Counter
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from mmap import mmap

import pyarrow as pa

from fourcorners.model.address import parse_endpoint
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_json
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.json_text import Node
from fourcorners.readers.json_text import Path
from fourcorners.readers.json_text import walk
from fourcorners.readers.notation import text_of
from fourcorners.readers.shown.keys import ShownKeys
from fourcorners.readers.table.time_format import TimeFormat

Data = bytes | mmap

#: Who hands a report on; beside them an instrument may name the provider that the report names.
CUSTODIANS = ("NCMEC", "National Center for Missing & Exploited Children")

NUMBER = ("reportId",)
PROVIDER = ("reportedInformation", "reportingEsp", "espName")
PEOPLE = ("reportedInformation", "reportedPeople", "reportedPersons")
FILES = ("reportedInformation", "uploadedFiles", "uploadedFiles")
RECIPIENTS = ("reportedInformation", "intendedRecipients", "intendedRecipients")
CAPTURES = ("sourceInformation", "sourceCaptures")
ACCOUNT = ("espUserId",)

#: The fields of a capture. What it captured must be said to be an address.
LOGIN = {"value": "ip", "port": "port", "dateTime": "at", "eventName": "action"}
KIND, ADDRESS = "captureType", "IP Address"
#: The data category of each fact about a reported person; 0 is any place in a list. Opinions of him are no facts.
FACTS: dict[Path, str] = {
    ACCOUNT: "subscriber_identity",
    ("espService",): "subscriber_identity",
    ("screenName", "value"): "subscriber_identity",
    ("firstName",): "subscriber_identity",
    ("middleName",): "subscriber_identity",
    ("lastName",): "subscriber_identity",
    ("dateOfBirth",): "subscriber_identity",
    ("emails", "emails", 0, "value"): "subscriber_identity",
    ("phones", "phones", 0, "value"): "subscriber_identity",
    ("addresses", "addresses", 0, "street1"): "subscriber_identity",
    ("addresses", "addresses", 0, "street2"): "subscriber_identity",
    ("addresses", "addresses", 0, "city"): "subscriber_identity",
    ("addresses", "addresses", 0, "state"): "subscriber_identity",
    ("addresses", "addresses", 0, "postalCode"): "subscriber_identity",
    ("addresses", "addresses", 0, "country"): "subscriber_identity",
    ("ipAddress",): "session_ip_log",
}
#: Keys that are counted, here and by the independent census.
COUNTED = ("captureType", "dateTime", "espUserId", "reportId", "value")

_SIGNS = (re.compile(rb'"reportedInformation"\s*:\s*\{'), re.compile(rb'"report(?:ingEsp|edPeople|Id)"\s*:'))
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_HOW = TimeFormat.year_first()
_BOXES = frozenset({"object", "array"})
#: What must stand once on the way to a fact, or to what the report says of itself.
_DEEPEST = max(map(len, FACTS))
_WAYS = frozenset(place[:size] for place in (NUMBER, PROVIDER) for size in range(1, len(place) + 1))
#: Keys that a report may show beside those that are read.
_ASIDE = frozenset(
    {
        *("additionalInformations", "captureNote", "childVictims", "dateReceived", "filename", "gangAffiliation"),
        *("incidentDateTime", "incidentSummary", "incidentType", "originalFileHash", "relationshipToChildVictim"),
        *("verificationHash", "verified", "viewedByEsp"),
    }
)
_KNOWN = _ASIDE | {
    str(step)
    for path in (NUMBER, PROVIDER, PEOPLE, FILES, RECIPIENTS, CAPTURES, (KIND, *LOGIN), *FACTS)
    for step in path
}


@dataclass(slots=True)
class _Entry:
    """A person, a file or a recipient.

    Attributes:
        leaves: his own, with their paths in him.
        captures: those that are complete, each with its leaves.
        pending: leaves and members of the capture that is not complete yet.
        ends: his objects and lists, by their paths in him.
        times: how often each path stands in him, as far down as facts do.
    """

    leaves: list[tuple[Path, Node]] = field(default_factory=list)
    captures: list[tuple[Node, list[tuple[Path, Node]]]] = field(default_factory=list)
    pending: list[tuple[Path, Node]] = field(default_factory=list)
    ends: dict[Path, Node] = field(default_factory=dict)
    times: Counter[Path] = field(default_factory=Counter)


@dataclass(slots=True)
class _Rows:
    data: Data
    clock: Clock
    logins: Gathered
    facts: Gathered
    recipients: Gathered
    boilerplate: int = 0
    unclassified: Counter[str] = field(default_factory=Counter)
    holes: list[tuple[int, int]] = field(default_factory=list)
    shown: ShownKeys = field(default_factory=lambda: ShownKeys(_KNOWN))
    row: int = 0

    def number(self) -> int:
        self.row += 1
        return self.row - 1

    def text(self, node: Node) -> str:
        """A leaf's text.

        Raises:
            ValueError: it holds half a character.
        """
        text = text_of(bytes(self.data[node.start : node.end]).decode(), "json")
        text.encode()
        return text

    def drop(self, node: Node) -> None:
        """Count a leaf that no field holds; one that is null says nothing."""
        if self.is_null(node):
            self.boilerplate += 1
        else:
            self.unclassified[self.shown(node.path)] += 1
        self.holes.append(node.extent)

    def is_null(self, node: Node) -> bool:
        return node.kind == "literal" and self.data[node.start : node.end] == b"null"


class CyberTipReport:
    """Reads one report, a JSON file."""

    name = "cybertip-report"
    version = "1"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the keys tell
        """Whether the first bytes are a JSON object with the report's own keys."""
        return _START.match(head) is not None and all(sign.search(head) for sign in _SIGNS)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of a report.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: `JSON`, `TRUNCATED`, `DEPTH`, `ENCODING` or `NUL`.
        """
        clock = Clock.declared(_HOW, declaration)
        rows = _Rows(
            data,
            clock,
            Gathered("login", "captures", clock, required=("ip", "at")),
            Gathered("subscriber", "reported persons", clock),
            Gathered("capture", "intended recipients", clock),
        )
        labels, header = Counter[str](), defaultdict[Path, list[Node]](list)
        entry = _Entry()
        for node in walk(data):
            if node.key[0] >= 0:
                labels[str(node.path[-1])] += 1
            labels[census_json.ROW] += node.kind == "object" and list(map(type, node.path)) == [str, int]
            place, within = _entry_of(node.path)
            if place is None:
                _take_header(rows, header, node)
            elif within:
                _take(entry, node, within)
            else:
                _close(rows, place, node, entry)
                entry = _Entry()
        provider, number = _stated(rows, header, PROVIDER), _stated(rows, header, NUMBER)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="json",
            custodians=(*([provider] if provider else []), *CUSTODIANS),
            batches=(*rows.logins.batches(), *rows.facts.batches(), *rows.recipients.batches()),
            boilerplate=rows.boilerplate,
            unclassified=tuple(Unclassified(path, texts) for path, texts in rows.unclassified.items()),
            labels={name: labels[name] for name in (census_json.ROW, *COUNTED)},
            facts={"cybertip": number} if number else {},
            holes=pa.array([edge for hole in sorted(rows.holes) for edge in hole], pa.int64()),
            notation="json",
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """A report says nothing about another."""
        return [list(readings) for readings in files]

    def census(self, data: Data) -> Census:
        """The report's leaves and keys, counted by code that shares nothing with this reader."""
        return census_json.count(data, COUNTED)


def _entry_of(path: Path) -> tuple[Path | None, Path]:
    """The list in which a node's person, file or recipient stands, and the node's path within him."""
    for place in (PEOPLE, FILES, RECIPIENTS):
        size = len(place)
        if path[:size] == place and len(path) > size and isinstance(path[size], int):
            return place, path[size + 1 :]
    return None, path


def _take_header(rows: _Rows, header: dict[Path, list[Node]], node: Node) -> None:
    """A node that is of no person, file or recipient."""
    if node.path in _WAYS:
        header[node.path].append(node)
    if node.kind in _BOXES:
        return
    if node.path in {NUMBER, PROVIDER}:
        rows.boilerplate += 1
    else:
        rows.drop(node)


def _stated(rows: _Rows, header: dict[Path, list[Node]], place: Path) -> str:
    """What the report says of itself, empty where it or what leads to it stands twice."""
    once = all(len(header[place[:size]]) == 1 for size in range(1, len(place) + 1))
    return _only(rows, header[place]) if once else ""


def _only(rows: _Rows, nodes: Sequence[Node]) -> str:
    """The text of a value that the report states once; empty where it states none, or two."""
    try:
        texts = [rows.text(node) for node in nodes if node.kind in {"string", "number"}]
    except ValueError:
        return ""
    return texts[0] if len(nodes) == len(texts) == 1 else ""


def _take(entry: _Entry, node: Node, within: Path) -> None:
    """A node of a person, file or recipient; those of a capture come before the capture itself."""
    depth = len(CAPTURES)
    in_list = within[:depth] == CAPTURES and len(within) > depth and isinstance(within[depth], int)
    if len(within) <= _DEEPEST:
        entry.times[within] += 1
    if in_list and len(within) == depth + 1 and node.kind == "object":
        entry.captures.append((node, entry.pending))
        entry.pending = []
    elif in_list and (node.kind not in _BOXES or len(within) == depth + 2):
        entry.pending.append((within[depth + 1 :], node))
    elif node.kind in _BOXES:
        entry.ends[within] = node
    else:
        entry.leaves.append((within, node))


def _close(rows: _Rows, place: Path, node: Node, entry: _Entry) -> None:
    """A person, file or recipient is complete; a leaf in his place is none."""
    if node.kind != "object":
        alone = [node] if node.kind != "array" else []
        for each in (*alone, *_all(entry)):
            rows.drop(each)
        return
    account = _account(rows, entry)
    if place == RECIPIENTS:
        core = (rows.number(), node.start, node.end, len(_all(entry)))
        rows.recipients.add(core, "subscriber_identity", {"account": account} if account else {})
        return
    own = {"account": account} if account and place == PEOPLE else {}
    for whole, leaves in entry.captures:
        _capture(rows, whole, leaves, own)
    for leaf in _leaves(entry.pending):  # in the list of captures, and in none
        rows.drop(leaf)
    for path, leaf in entry.leaves:
        if place == PEOPLE:
            _fact(rows, entry, path, leaf, own)
        else:
            rows.drop(leaf)


def _all(entry: _Entry) -> list[Node]:
    return _leaves([*entry.leaves, *entry.pending, *(each for _, nodes in entry.captures for each in nodes)])


def _leaves(nodes: Sequence[tuple[Path, Node]]) -> list[Node]:
    return [node for _, node in nodes if node.kind not in _BOXES]


def _account(rows: _Rows, entry: _Entry) -> Value | None:
    """The user's number at the provider, where its key stands once."""
    named = [leaf for path, leaf in entry.leaves if path == ACCOUNT]
    text = _only(rows, named) if entry.times[ACCOUNT] == 1 else ""
    return Value(text, [named[0].start, named[0].end]) if text else None


def _capture(rows: _Rows, whole: Node, nodes: Sequence[tuple[Path, Node]], own: dict[str, Value]) -> None:
    """A capture: a login where it says that it captured an address, else nothing that has a field."""
    kinds = [node for path, node in nodes if path == (KIND,)]
    if len(kinds) != 1 or _only(rows, kinds) != ADDRESS:
        for leaf in _leaves(nodes):
            rows.drop(leaf)
        return
    values, problem, texts, met = dict(own), None, 0, set[str]()
    for path, node in nodes:
        key = path[0] if len(path) == 1 and isinstance(path[0], str) else None
        if key is not None:
            problem = "AMBIGUOUS_ROW" if key in met else problem
            met.add(key)
        name = LOGIN.get(key or "")
        if node.kind in _BOXES:
            problem = problem or ("BROKEN_VALUE" if name else None)
            continue
        if name is None and key != KIND:
            rows.drop(node)
            continue
        texts += 1
        if name is None:
            rows.holes.append(node.extent)
            continue
        try:
            text = "" if rows.is_null(node) else rows.text(node)
        except ValueError:
            text, problem = "", problem or "BROKEN_VALUE"
        if text and name not in values:
            values[name] = Value(text, [node.start, node.end])
        else:
            rows.holes.append(node.extent)
    rows.logins.add((rows.number(), whole.start, whole.end, texts), "session_ip_log", values, problem)


def _fact(rows: _Rows, entry: _Entry, path: Path, leaf: Node, own: dict[str, Value]) -> None:
    """A row for a fact about a reported person; its name is the key that says what it is."""
    kind = tuple(0 if isinstance(step, int) else step for step in path)
    if kind not in FACTS or leaf.kind == "literal" or leaf.start == leaf.end:
        rows.drop(leaf)
        return
    named = leaf if kind[-1] != "value" else entry.ends.get(path[:1])
    twice = any(entry.times[path[:size]] > 1 for size in range(1, len(path) + 1))
    problem = "AMBIGUOUS_ROW" if twice else None
    values = dict(own)
    if named is not None:
        values["attribute"] = Value(str(kind[-1] if named is leaf else kind[0]), list(named.key))
    try:
        text = rows.text(leaf)
        values["value"] = Value(text, [leaf.start, leaf.end])
        if kind == ("ipAddress",):
            problem = problem or _address_flaw(text)
    except ValueError:
        problem = problem or "BROKEN_VALUE"
    rows.facts.add((rows.number(), *leaf.extent, 1), FACTS[kind], values, problem)


def _address_flaw(text: str) -> str | None:
    try:
        parse_endpoint(text)
    except ValueError:
        return "BAD_ADDRESS"
    return None


READER = CyberTipReport()
