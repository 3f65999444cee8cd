"""The independent count of line-oriented logs: lines that are not blank, and lines (or events) with a sign."""

from __future__ import annotations

from mmap import mmap

from fourcorners.model.records import Census


def count(data: bytes | mmap, sign: bytes) -> Census:
    """Lines that hold anything, and how many of them hold the sign."""
    lines = [line for line in bytes(data).split(b"\n") if line.strip()]
    return Census(len(lines), {sign.decode(): sum(sign in line for line in lines)})


def count_brackets(data: bytes | mmap, sign: bytes) -> Census:
    """Lines that hold anything and brackets in them, and how many brackets begin with the sign."""
    content = bytes(data)
    lines = sum(bool(line.strip()) for line in content.split(b"\n"))
    return Census(lines + content.count(b"["), {sign.decode(): content.count(b"[" + sign)})
