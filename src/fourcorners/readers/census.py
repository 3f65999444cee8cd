"""The independent count: how many texts a member holds, and how often certain labels stand among them.

It shares no code with the readers (the floor plan forbids the import) and works another way: it cuts the bytes at
every `<` and looks at the pieces. A reader that drops, merges or skips something differs from this count.

What looks like a comment, script or style within a quoted attribute is taken for one; such a page is refused.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from mmap import mmap

from fourcorners.model.records import Census

LABELS = frozenset(
    {"IP Address", "Time", "Action", "Agent String", "Sender Ip", "Sender Port", "Target", "Account Identifier"}
)
_WINDOW = 1 << 19
_SKIPPED = re.compile(rb"<!--|<(?:script|style)\b", re.IGNORECASE)
_ENDS = {
    b"<!--": re.compile(rb"-->"),
    b"<script": re.compile(rb"</script\s*>", re.IGNORECASE),
    b"<style": re.compile(rb"</style\s*>", re.IGNORECASE),
}
_NO_TAG = re.compile(rb"<(?![A-Za-z/!?])")
_TAG_START = re.compile(rb"[A-Za-z/!?]")
_QUOTE = re.compile(rb"=\s*([\"'])")
_BOM = b"\xef\xbb\xbf"

Data = bytes | mmap


def count(data: Data, labels: frozenset[str] = LABELS) -> Census:
    """Count a member: texts that are not blank between tags, or lines that are not blank where it is no HTML."""
    as_bytes = frozenset(label.encode() for label in labels)
    start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    found: Counter[str] = Counter()
    total = 0
    if data[start : start + 4096].lstrip()[:1] == b"<":
        parts = _html(data, start)
    else:
        parts = iter([_not_blank(bytes(data[start:]).splitlines())])
    for texts in parts:
        total += len(texts)
        candidates = [text for text in texts if text in as_bytes or b"&" in text]
        found.update(name for text in candidates if (name := _unescaped(text)) in labels)
    return Census(total, {label: found[label] for label in sorted(labels)})


def count_elements(data: Data, names: Iterable[str]) -> Census:
    """Count texts as `count` does, and how many start tags of each named element stand outside comments."""
    start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    skipped = list(_skipped(data, start)) if names else []
    begins, ends = [start, *(end for _, end in skipped)], [*(begin for begin, _ in skipped), len(data)]
    found = Counter[str]()
    for name in names:
        tag = re.compile(rb"<" + name.encode() + rb"[\s/>]", re.IGNORECASE)
        found[name] = sum(len(tag.findall(data, *part)) for part in zip(begins, ends, strict=True))
    return Census(count(data).texts, dict(found))


def _not_blank(texts: Iterable[bytes]) -> list[bytes]:
    return [bare for text in texts if (bare := text.strip())]


def _unescaped(text: bytes) -> str:
    try:
        return html.unescape(text.decode())
    except ValueError:  # a character reference of more digits than any number
        return ""


def _html(data: Data, start: int) -> Iterator[list[bytes]]:
    """The texts of a page, part by part; comments, scripts and styles lie between the parts."""
    skipped = list(_skipped(data, start))
    begins = [start, *(end for _, end in skipped)]
    ends = [*(begin for begin, _ in skipped), len(data)]
    for begin, end in zip(begins, ends, strict=True):
        at = begin
        while at < end:
            cut = data.rfind(b"</", at + 1, at + _WINDOW) if end - at > _WINDOW else end
            if cut <= at:
                cut = end
            yield _not_blank(_at_once(bytes(data[at:cut])))
            at = cut


def _skipped(data: Data, start: int) -> Iterator[tuple[int, int]]:
    """Where comments, scripts and styles stand. A kind that once never ends is not looked for again."""
    endless: set[bytes] = set()
    at = start
    while begin := _SKIPPED.search(data, at):
        kind, at = begin[0].lower(), begin.end()
        if kind in endless:
            continue
        if end := _ENDS[kind].search(data, at):
            yield begin.start(), end.end()
            at = end.end()
        else:
            endless.add(kind)


def _at_once(part: bytes) -> Iterable[bytes]:
    """The texts of a part: what stands after the `>` of each piece, if every piece is one tag and its text."""
    first, *pieces = part.split(b"<")
    split = [piece.partition(b">") for piece in pieces if piece[-1:] != b">"]
    tags = {(tag, end) for tag, end, _ in split}
    plain = part.count(b">") == len(pieces) and _NO_TAG.search(part) is None
    if plain and all(end and _is_tag(tag) for tag, end in tags):
        return [first, *(text for _, _, text in split)]
    return _tag_by_tag(part)


def _is_tag(tag: bytes) -> bool:
    """Whether the bytes between `<` and `>` are a whole tag: none of its quotes is open."""
    return _TAG_START.match(tag) is not None and not tag.count(b'"') % 2 and not tag.count(b"'") % 2


def _tag_by_tag(part: bytes) -> Iterator[bytes]:
    text_from = at = 0
    while (open_at := part.find(b"<", at)) >= 0:
        at = open_at + 1
        if _TAG_START.match(part, at):
            yield part[text_from:open_at]
            text_from = at = _tag_end(part, at)
    yield part[text_from:]


def _tag_end(part: bytes, at: int) -> int:
    """Where a tag ends: after its first `>` outside quotes."""
    close = -1
    while True:
        if close < at:
            close = part.find(b">", at)
        quote = _QUOTE.search(part, at, close) if close >= 0 else None
        if quote is None:
            return close + 1 or len(part)
        at = part.find(quote[1], quote.end()) + 1
        if at == 0:
            return len(part)
