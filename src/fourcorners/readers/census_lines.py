"""The independent count of texts in lines: lines that are not blank, and those that hold certain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from mmap import mmap

from fourcorners.model.records import Census
from fourcorners.readers.census_chunks import chunks


def count(data: bytes | mmap, labels: Iterable[str]) -> Census:
    """Count a member; for each label the lines in which it stands."""
    texts, found = 0, Counter[str](dict.fromkeys(labels, 0))
    signs = {label: label.encode() for label in found}
    mark = b"\xef\xbb\xbf"
    for chunk in chunks(data):
        lines = [line for line in chunk.removeprefix(mark).split(b"\n") if not line.isspace() and line]
        mark = b""
        texts += len(lines)
        for label, sign in signs.items():
            found[label] += sum(sign in line for line in lines)
    return Census(texts, dict(found))


def count_brackets(data: bytes | mmap, sign: str) -> Census:
    """Lines that hold anything and brackets in them, and how many brackets begin with the sign."""
    texts = signs = 0
    for chunk in chunks(data):
        texts += sum(bool(line.strip()) for line in chunk.split(b"\n")) + chunk.count(b"[")
        signs += chunk.count(b"[" + sign.encode())
    return Census(texts, {sign: signs})
