"""The independent count of an X file: its values, and how often certain labels stand among them.

It shares no code with the reader and works another way: the text is cut at its quotes. Every second piece is a
string, which is a label if a colon follows it and a value if not; the words of the other pieces are values too.
"""

from __future__ import annotations

from collections import Counter
from mmap import mmap

from fourcorners.model.records import Census

LABELS = (b"accountId", b"createdAt", b"loginIp", b"userCreationIp")
_BEGIN, _SIGNATURE = b"-----BEGIN PGP SIGNED MESSAGE-----", b"-----BEGIN PGP SIGNATURE-----"
_ASSIGNED = b"window.YTD."
_SIGNS = bytes.maketrans(b"[]{}:,", b"      ")


def count(data: bytes | mmap) -> Census:
    """Count a member; the lines of the signature around it are texts too, and what it is assigned to is one."""
    frame, body = _split(bytes(data).removeprefix(b"\xef\xbb\xbf"))
    pieces = body.replace(b"\\\\", b"..").replace(b'\\"', b"..").split(b'"')
    strings, between = pieces[1::2], pieces[2::2]
    labels = [text for text, after in zip(strings, between, strict=False) if after.lstrip()[:1] == b":"]
    words = sum(len(piece.translate(_SIGNS).split()) for piece in pieces[::2])
    found = Counter(labels)
    return Census(
        frame + len(strings) - len(labels) + words, {label.decode(): found[label] for label in sorted(LABELS)}
    )


def _split(data: bytes) -> tuple[int, bytes]:
    """Lines of the signature, and what stands between its two parts; an assignment, and what stands behind it."""
    if data.startswith(_ASSIGNED):
        return 1, data.partition(b"=")[2]
    lines = data.split(b"\n")
    if lines[0].strip() != _BEGIN:
        return 0, data
    bare = [line.strip() for line in lines]
    begin = bare.index(b"") if b"" in bare else len(bare)
    end = bare.index(_SIGNATURE, begin) if _SIGNATURE in bare[begin:] else len(bare)
    return sum(map(bool, bare[:begin] + bare[end:])), b"\n".join(lines[begin:end])
