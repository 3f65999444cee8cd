"""The independent count: how many texts a member holds, and how often certain labels stand among them.

It shares no code with the readers (the floor plan forbids the import) and works another way: it cuts the bytes at every
`<` and looks at the pieces. A reader that drops, merges or skips something differs from this count.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from mmap import mmap

from fourcorners.model.records import Census

LABELS = (
    b"IP Address",
    b"Time",
    b"Action",
    b"Agent String",
    b"Sender Ip",
    b"Sender Port",
    b"Target",
    b"Account Identifier",
)
_WINDOW = 1 << 19
_SKIPPED = re.compile(rb"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG_START = re.compile(rb"[A-Za-z/!?]")
_TAG_REST = re.compile(rb"(?:[^\"'>]|=\s*\"[^\"]*\"|=\s*'[^']*'|[\"'])*?>", re.DOTALL)
_BOM = b"\xef\xbb\xbf"


def count(data: bytes | mmap) -> Census:
    """Count a member: texts that are not blank between tags, or lines that are not blank where it is no HTML."""
    start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    if data[start : start + 4096].lstrip()[:1] == b"<":
        found: Counter[bytes] = Counter()
        total = 0
        for part in _windows(data, start):
            texts = _texts(part)
            total += len(texts)
            found.update(texts)
            _keep(found)
    else:
        lines = [line.strip() for line in bytes(data[start:]).splitlines()]
        found = Counter(line for line in lines if line)
        total = sum(found.values())
    return Census(total, {label.decode(): _named(found, label) for label in LABELS})


def _named(found: Counter[bytes], label: bytes) -> int:
    return sum(times for text, times in found.items() if html.unescape(text.decode()) == label.decode())


def _keep(found: Counter[bytes]) -> None:
    """Forget every text that is no label."""
    for text in list(found):
        if text not in LABELS and b"&" not in text:
            del found[text]


def _windows(data: bytes | mmap, start: int) -> Iterator[bytes]:
    """The page in parts that begin with a tag, without comments, scripts and styles."""
    skipped = [match.span() for match in _SKIPPED.finditer(data, start)]
    for begin, end in zip(
        [start, *(end for _, end in skipped)], [*(begin for begin, _ in skipped), len(data)], strict=True
    ):
        at = begin
        while at < end:
            cut = end if end - at <= _WINDOW else data.rfind(b"<", at + 1, at + _WINDOW)
            yield bytes(data[at : cut if cut > at else end])
            at = cut if cut > at else end


def _texts(part: bytes) -> list[bytes]:
    """The texts of a part, white space left out."""
    first, *pieces = part.split(b"<")
    texts = [first.strip()]
    ends = part.count(b">") - first.count(b">")
    open_ended = [piece for piece in pieces if piece[-1:] != b">"]
    if ends == len(pieces) and all(b">" in piece for piece in open_ended):
        texts += [piece.partition(b">")[2].strip() for piece in open_ended]
    else:
        texts += _careful(pieces)
    return [text for text in texts if text]


def _careful(pieces: list[bytes]) -> list[bytes]:
    """The same where `<` or `>` stand in texts or in quoted attributes."""
    texts: list[bytes] = []
    tag = b""
    for piece in pieces:
        if not tag and not _TAG_START.match(piece):
            if texts:
                texts[-1] += b"<" + piece
            continue
        tag = tag + b"<" + piece if tag else piece
        end = _tag_end(tag)
        if end:
            texts.append(tag[end:].strip())
            tag = b""
    return texts


def _tag_end(tag: bytes) -> int:
    """Where a tag ends: its first `>` outside quotes; 0 where that is still to come."""
    at = 0
    while True:
        close = tag.find(b">", at)
        if close < 0:
            return 0
        quote = re.search(rb"=\s*([\"'])", tag[at:close])
        if quote is None:
            return close + 1
        after = tag.find(quote[1], at + quote.end())
        if after < 0:
            return 0
        at = after + 1
