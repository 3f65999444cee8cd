"""The independent count of texts in lines: lines that are not blank, and those that hold certain words."""

from __future__ import annotations

from collections.abc import Iterable
from mmap import mmap

from fourcorners.model.records import Census


def count(data: bytes | mmap, labels: Iterable[str]) -> Census:
    """Count a member; for each label the lines in which it stands."""
    lines = [
        line for line in bytes(data).removeprefix(b"\xef\xbb\xbf").split(b"\n") if not line.isspace() and line
    ]
    return Census(len(lines), {label: sum(label.encode() in line for line in lines) for label in labels})


def count_brackets(data: bytes | mmap, sign: str) -> Census:
    """Lines that hold anything and brackets in them, and how many brackets begin with the sign."""
    content = bytes(data)
    lines = sum(bool(line.strip()) for line in content.split(b"\n"))
    return Census(lines + content.count(b"["), {sign: content.count(b"[" + sign.encode())})
