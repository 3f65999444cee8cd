"""Detail files: an entry is a line with a date, then one line an attribute, then an empty line.

`Timestamp` (seconds since the epoch, when the server received the message) decides; the date above it is local and
states no zone. The event lies `Acct-Delay-Time` before that, and its session began `Acct-Session-Time` before the
event (RFC 2866, 5.2 and 5.7). Each is a number of 32 bits (RFC 2865, 5): nothing lies before 1970 or behind 2106.
"""

from __future__ import annotations

import re
from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from mmap import mmap

import pyarrow as pa

from fourcorners.model.instant import SECOND
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_radius
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.radius.sessions import related
from fourcorners.readers.logs.sheet import ROWS
from fourcorners.readers.logs.sheet import Piece
from fourcorners.readers.logs.sheet import Row
from fourcorners.readers.logs.sheet import batch_of
from fourcorners.readers.logs.sheet import read_epoch
from fourcorners.readers.markup import check_text

Data = bytes | mmap

_ENTRY = re.compile(rb"^[^\s].*\r?\n(?:[ \t]+\S.*(?:\r?\n|\Z))+", re.MULTILINE)
_ATTRIBUTE = re.compile(
    rb'^[ \t]+([A-Za-z0-9_.:-]+)[ \t]*(?::=|\+=|==|=)[ \t]*(?:"((?:[^"\\\r\n]|\\.)*)"|([^"\r\n]*?))[ \t]*\r?$',
    re.MULTILINE,
)
_LINE = re.compile(rb"^.*\S.*$", re.MULTILINE)
_SIGN = re.compile(rb"^[ \t]+Acct-Status-Type[ \t]*=", re.MULTILINE)
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_LARGEST = 2**32 - 1

#: Attribute -> field. The first one of a field that is there counts.
_FIELDS = {
    "Framed-IP-Address": "ip",
    "Framed-IPv6-Prefix": "ip",
    "Delegated-IPv6-Prefix": "ip",
    "Framed-IPv6-Address": "ip",
    "Acct-Session-Id": "session",
    "NAS-IP-Address": "server",
    "NAS-IPv6-Address": "server",
    "NAS-Identifier": "server",
    "Acct-Status-Type": "action",
    "Timestamp": "time",
    "Acct-Delay-Time": "delay",
    "Acct-Session-Time": "length",
}
_ADDRESSES = [name for name, field in _FIELDS.items() if field == "ip"]
#: The number that says when, then those that lie before it.
_COUNTED = ("time", "delay", "length")
_SERVERS = [name for name, field in _FIELDS.items() if field == "server"]
#: The server began anew, or is about to: what it gave out before is over.
_RESTARTS = frozenset({"Accounting-On", "Accounting-Off"})
_START, _STOP, _UPDATE = "Start", "Stop", ("Interim-Update", "Alive")


class Detail:
    """Detail files of a RADIUS accounting server."""

    name = "radius-detail"
    version = "1"
    states_year = True
    subscribers = ("User-Name", "Calling-Station-Id")
    #: Accounting goes over UDP and is not always answered (RFC 2866, 2.1).
    lossy = True
    has_ports = False

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether an accounting entry stands in the first bytes."""
        return _SIGN.search(head) is not None

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every entry of a member.

        Raises:
            BadInput: `ENCODING` or `NUL`.
        """
        check_text(data)
        part = _Part(0)
        at = 0
        for entry in _ENTRY.finditer(data):
            part.stray(data, at, entry.start())
            at = entry.end()
            part.take(entry, said.subscriber)
            if part.entries == ROWS:
                yield part.reading(f"{self.name}/{self.version}", said.basis)
                part = _Part(part.first + len(part.rows))
        part.stray(data, at, len(data))
        yield part.reading(f"{self.name}/{self.version}", said.basis)

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:
        """When each session began and ended, as all entries together say."""
        return related(files, lossy=lossy)

    def census(self, data: Data) -> Census:
        """Lines and entries, counted by other means."""
        return census_radius.count(data)


class _Part:
    """Some entries of a file, one after the other, and what there belongs to no row.

    Attributes:
        first: number of the first row in the file.
        rows: those of its entries that are rows.
        entries: how many there are of all kinds.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.rows: list[Row] = []
        self.entries = 0
        self.holes: list[int] = []
        self.unclassified = Counter[str]()
        self._restarts = defaultdict[str, list[int]](list)

    def take(self, entry: re.Match[bytes], subscriber: str) -> None:
        """One more entry."""
        self.entries += 1
        values = _attributes(entry)
        if values.pop("", None):
            self.entry("entry that is no attribute list", entry)
            return
        status = values["Acct-Status-Type"].text.removeprefix("::") if "Acct-Status-Type" in values else ""
        if status in _RESTARTS:
            _note_restart(values, self._restarts)
            self.entry(status, entry)
        else:
            self.rows.append(_row(entry, values, subscriber, status, self))

    def reading(self, reader: str, basis: str) -> Reading:
        """What they read as."""
        rows = self.rows
        return Reading(
            reader=reader,
            layout="detail",
            custodians=(),
            batches=(batch_of(rows, self.first, "entry", read_epoch, basis),) if rows else (),
            boilerplate=0,
            unclassified=tuple(Unclassified(path, texts) for path, texts in self.unclassified.items()),
            labels={"entry": self.entries},
            holes=pa.array(self.holes, pa.int64()),
            restarts={server: tuple(times) for server, times in self._restarts.items()},
        )

    def stray(self, data: Data, start: int, end: int) -> None:
        """Lines between entries."""
        self.unclassified["line outside every entry"] += sum(1 for _ in _LINE.finditer(data, start, end))
        self.unclassified += Counter()

    def entry(self, what: str, entry: re.Match[bytes]) -> None:
        """An entry that is no row."""
        self.unclassified[what] += sum(1 for _ in _LINE.finditer(entry[0]))

    def line(self, name: str, start: int, end: int) -> None:
        """An attribute that is none of a row's fields."""
        self.holes += [start, end]
        self.unclassified[f"entry > {name}"] += 1


def _attributes(entry: re.Match[bytes]) -> dict[str, Piece]:
    """Attribute -> value of one entry; of two with one name, the key "" says that nothing is certain."""
    found: dict[str, Piece] = {}
    lines = entry[0].count(b"\n") - 1 + (not entry[0].endswith(b"\n"))
    base = entry.start()
    for match in _ATTRIBUTE.finditer(entry[0]):
        lines -= 1
        name = match[1].decode()
        group = 2 if match[2] is not None else 3
        piece = Piece(match[group].decode(), base + match.start(group), base + match.end(group))
        if name in found and name in _FIELDS:
            found[""] = piece
        found[name if name in _FIELDS or name in Detail.subscribers else f"-{len(found)} {name}"] = piece
    if lines:
        found[""] = Piece("", base, base)
    return found


def _row(entry: re.Match[bytes], values: dict[str, Piece], subscriber: str, status: str, rest: _Part) -> Row:
    row = Row(entry.start(), entry.end(), 1)
    chosen = {
        "ip": next((name for name in _ADDRESSES if name in values), ""),
        "server": next((name for name in _SERVERS if name in values), ""),
        "session": "Acct-Session-Id",
        "action": "Acct-Status-Type",
        "subscriber": subscriber,
    }
    numbers = {
        _FIELDS[name]: piece for name, piece in values.items() if _FIELDS.get(name) in {"time", "delay", "length"}
    }
    for name, piece in values.items():
        if name in chosen.values() or _FIELDS.get(name) in numbers:
            row.texts += 1
        else:
            start = entry[0].rfind(b"\n", 0, piece.start - entry.start()) + 1 + entry.start()
            rest.line(name.split(" ")[-1], start, piece.end)
    for field, name in chosen.items():
        if name in values:
            row.values[field] = values[name]
    if status not in {_START, _STOP, *_UPDATE} or "session" not in row.values:
        row.problem = "MISSING_FIELD"
    elif "time" not in numbers:
        row.problem = "MISSING_TIME"
    elif _seconds(*(numbers[name].text for name in _COUNTED if name in numbers)) is None:
        row.problem = "BAD_TIME"
    elif "ip" not in row.values:
        row.problem = "MISSING_ADDRESS"
    else:
        received, delay, length = (int(numbers[name].text) if name in numbers else 0 for name in _COUNTED)
        event = received - delay
        row.values["until" if status == _STOP else "at"] = numbers["time"]
        known = status == _START or "length" in numbers
        row.span = ((event - length) * SECOND if known else None, event * SECOND)
    return row


def _seconds(received: str, *before: str) -> int | None:
    """When something was that came so long before a message: None for what is no such number, or before 1970."""
    texts = (received, *before)
    if not all(_NUMBER.fullmatch(text) and int(text) <= _LARGEST for text in texts):
        return None
    at = int(received) - sum(map(int, before))
    return at if at >= 0 else None


def _note_restart(values: dict[str, Piece], restarts: dict[str, list[int]]) -> None:
    server = next((values[name].text for name in _SERVERS if name in values), "")
    numbers = [values[name].text for name in ("Timestamp", "Acct-Delay-Time") if name in values]
    at = _seconds(*numbers) if "Timestamp" in values else None
    if server and at is not None:
        restarts[server].append(at * SECOND)


DETAIL = Detail()
