"""The text of an X file as the objects that hold something, each with its labels and values and where they stand.

The files are JSON within the frame of a signed message (RFC 4880, section 7). The JSON is not always clean: commas
may be missing or be one too many, and one array may follow another. A comma carries no meaning here. Everything
that tells which value belongs to which label is held to the grammar: strings, colons, brackets.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from mmap import mmap
from typing import NamedTuple
from typing import NoReturn

from fourcorners.model.errors import BadInput

Data = bytes | mmap

BOM = b"\xef\xbb\xbf"
SIGNED = re.compile(rb"-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n")
#: What stands before the JSON of an archive's file.
ASSIGNED = re.compile(rb"(?:\xef\xbb\xbf)?window\.YTD\.(?P<what>[a-z_]{1,64})\.part[0-9]{1,6}\s*=(?=\s*[\[{])")
_SIGNATURE = re.compile(rb"^-----BEGIN PGP SIGNATURE-----[ \t]*\r?$", re.MULTILINE)
_END = re.compile(rb"^-----END PGP SIGNATURE-----\s*\Z", re.MULTILINE)
_BLANK_LINE = re.compile(rb"^[ \t]*\r?\n", re.MULTILINE)
_LINE = re.compile(rb"[^\r\n]*[^\s][^\r\n]*")
_MAX_DEPTH = 64

_STRING = rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
_BARE = rb"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![^\s,\]}])"
_TOKEN = re.compile(
    rb"[\s,]*(?:(?P<label>" + _STRING + rb")\s*:\s*(?:(?P<value>" + _STRING + rb"|" + _BARE + rb")"
    rb"|(?P<inner>[\[{]))|(?P<item>" + _STRING + rb"(?!\s*:)|" + _BARE + rb")"
    rb"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<end>\Z)|(?P<bad>.))",
    re.DOTALL,
)
#: What a file that is cut off can end in: a text, a label, or a word that is no value yet.
_CUT = re.compile(
    rb'"(?:[^"\\]|\\.)*\\?(?:"\s*:?\s*(?:"(?:[^"\\]|\\.)*\\?|[^\s"\[\]{},]*))?\Z|[^\s"\[\]{},]+\Z', re.DOTALL
)


class Pair(NamedTuple):
    """A label with one value.

    `raw`: the value as written, without the quotes of a string. `start`, `end`: its place. `at`: where the label's
    text begins, behind its quote. `quoted`: the value is a string.
    """

    label: bytes
    raw: bytes
    start: int
    end: int
    at: int
    quoted: bool


@dataclass(slots=True)
class Record:
    """The outermost object that has values of its own.

    Attributes:
        path: the labels under which it stands.
        start: of its opening bracket.
        end: behind its closing one.
        pairs: its own labels and values, in order.
        boxes: its own labels of objects and arrays.
        nested: values deeper in it: the labels on the way, and where each begins and ends.
    """

    path: tuple[bytes, ...]
    start: int
    end: int = 0
    pairs: list[Pair] = field(default_factory=list)
    boxes: list[bytes] = field(default_factory=list)
    nested: list[tuple[tuple[bytes, ...], int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """What a member holds.

    Attributes:
        records: in file order.
        deeper: labels that no pair of a record has, and how often each stands there.
        items: values of lists that stand in no record.
        frame: lines of the signature around it, or the assignment before it.
        structured: a bracket was met, so that "nothing" is what the file says.
    """

    records: list[Record] = field(default_factory=list)
    deeper: Counter[bytes] = field(default_factory=Counter)
    items: int = 0
    frame: int = 0
    structured: bool = False


class _Open:
    """A bracket that is open: its kind, its label, the record it is or is in, and how many records came before.

    `boxes`: the labels of what was opened right in it.
    """

    __slots__ = ("before", "boxes", "kind", "label", "record", "start")

    def __init__(self, kind: bytes, label: bytes | None, start: int, record: Record | None, before: int) -> None:
        self.kind, self.label, self.start, self.record, self.before = kind, label, start, record, before
        self.boxes: list[bytes] = []


def body_of(data: Data) -> tuple[int, int]:
    """Where the JSON begins and ends: within the frame of a signature, behind an assignment, or the whole member.

    Raises:
        BadInput: `TRUNCATED` where the frame has no end.
    """
    if assigned := ASSIGNED.match(data):
        return assigned.end(), len(data)
    begin = len(BOM) if data[: len(BOM)] == BOM else 0
    if data[begin : begin + 1] == b"-" and data.find(b"\n", begin) < 0:
        raise _cut(len(data))
    if SIGNED.match(data, begin) is None:
        return begin, len(data)
    blank = _BLANK_LINE.search(data, begin)
    signature = _SIGNATURE.search(data, blank.end()) if blank else None
    if blank is None or signature is None or _END.search(data, signature.end()) is None:
        raise _cut(len(data))
    return blank.end(), signature.start()


def read_objects(data: Data) -> Found:
    """Every object that holds values.

    Raises:
        BadInput: `TRUNCATED`, `MARKUP`, `DEPTH`, `ENCODING`, `NUL`.
    """
    _check_text(data)
    begin, end = body_of(data)
    body = bytes(data[begin:end])
    found = Found(frame=len(_LINE.findall(data[:begin].removeprefix(BOM))) + len(_LINE.findall(data[end:])))
    stack: list[_Open] = []
    for token in _TOKEN.finditer(body):
        kind = token.lastgroup
        if kind == "end":
            break
        if kind == "value":
            _take_pair(found, stack, token, begin)
        elif kind in {"open", "inner"}:
            _open(found, stack, token, begin)
        elif kind == "close":
            _close(stack, token, begin)
        elif kind == "item" and stack and stack[-1].kind == b"[":
            _take_item(found, stack, token, begin)
        else:
            _refuse(body, token, begin)
    if stack:
        raise _cut(end)
    return found


def _take_pair(found: Found, stack: list[_Open], token: re.Match[bytes], begin: int) -> None:
    top = stack[-1] if stack else None
    if top is None or top.kind != b"{":
        _damaged(begin + token.start("label"), "a label stands outside an object")
    raw, start, end = token["value"], begin + token.start("value"), begin + token.end("value")
    quoted = raw[:1] == b'"'
    if quoted:
        raw, start, end = raw[1:-1], start + 1, end - 1
    label = token["label"][1:-1]
    if top.record is None:
        path = tuple(each.label for each in stack if each.label is not None)
        top.record = Record(path, top.start, boxes=top.boxes)
        for inner in found.records[top.before :]:  # they stood before the first value of the object around them
            steps = inner.path[len(path) :]
            top.record.nested += [((*steps, pair.label), pair.start, pair.end) for pair in inner.pairs]
            top.record.nested += [((*steps, *deeper), at, to) for deeper, at, to in inner.nested]
            found.deeper.update(pair.label for pair in inner.pairs)
        found.records[top.before :] = [top.record]
    if top.record.start == top.start:
        top.record.pairs.append(Pair(label, raw, start, end, begin + token.start("label") + 1, quoted))
    else:
        found.deeper[label] += 1
        top.record.nested.append(((*_within(stack), label), start, end))


def _take_item(found: Found, stack: list[_Open], token: re.Match[bytes], begin: int) -> None:
    record = stack[-1].record
    if record is None:
        found.items += 1
    else:
        record.nested.append((_within(stack), begin + token.start("item"), begin + token.end("item")))


def _within(stack: list[_Open]) -> tuple[bytes, ...]:
    """The labels from the record inwards."""
    record = stack[-1].record
    return tuple(
        each.label
        for each in stack
        if each.record is record and record and each.start > record.start and each.label
    )


def _open(found: Found, stack: list[_Open], token: re.Match[bytes], begin: int) -> None:
    kind = token["open"] or token["inner"]
    label = token["label"][1:-1] if token["inner"] else None
    if label is None and stack and stack[-1].kind == b"{":
        _damaged(begin + token.start("open"), "an object holds something without a label")
    if label is not None and (not stack or stack[-1].kind != b"{"):
        _damaged(begin + token.start("label"), "a label stands outside an object")
    if len(stack) == _MAX_DEPTH:
        raise BadInput(
            "DEPTH",
            f"objects are nested more than {_MAX_DEPTH} deep",
            where=f"byte {begin + token.start()}",
            why="such files are made to exhaust memory",
            next_step="ask the provider for the file again",
        )
    if label is not None:
        found.deeper[label] += 1
        stack[-1].boxes.append(label)
    found.structured = True
    record = stack[-1].record if stack else None
    stack.append(_Open(kind, label, begin + token.end() - 1, record, len(found.records)))


def _close(stack: list[_Open], token: re.Match[bytes], begin: int) -> None:
    closed = {b"{": b"}", b"[": b"]"}
    if not stack or closed[stack[-1].kind] != token["close"]:
        _damaged(begin + token.start("close"), "a bracket is closed that was not opened")
    top = stack.pop()
    if top.record is not None and top.record.start == top.start:
        top.record.end = begin + token.end("close")


def _refuse(body: bytes, token: re.Match[bytes], begin: int) -> NoReturn:
    at = token.start(token.lastgroup or 0)
    if _CUT.match(body, at):
        raise _cut(begin + at)
    _damaged(begin + at, "this is no value, label or bracket")


def _cut(at: int) -> BadInput:
    return BadInput(
        "TRUNCATED",
        "the file ends before its structure does",
        where=f"byte {at}",
        why="what is missing may hold records",
        next_step="ask the provider for the file again",
    )


def _damaged(at: int, what: str) -> NoReturn:
    raise BadInput(
        "MARKUP",
        what,
        where=f"byte {at}",
        why="from there on it is not certain which value belongs to which label",
        next_step="ask the provider for the file again; nothing of this one was stored",
    )


def _check_text(data: Data) -> None:
    """UTF-8 without NUL."""
    if (at := data.find(b"\0")) >= 0:
        raise _unreadable("NUL", at, "the file holds a NUL byte")
    try:
        bytes(data).decode()
    except UnicodeDecodeError as error:
        raise _unreadable("ENCODING", error.start, "the file is not valid UTF-8") from error


def _unreadable(code: str, at: int, what: str) -> BadInput:
    return BadInput(
        code,
        what,
        where=f"byte {at}",
        why="bytes of another encoding do not stand for what they seem to",
        next_step="ask the provider for the file again",
    )
