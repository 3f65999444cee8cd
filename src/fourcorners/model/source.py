"""Where a value was written: file, member, tree, reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a batch of rows.

    Attributes:
        sha256: hash of the file as it was produced, hex.
        tree: root of the salted chunk tree over the member, hex.
        member: path within the file, every archive on the way joined by `!`; a derived text is named
            `x.pdf!text@EXTRACTOR-VERSION`; empty for the file itself.
        member_sha256: hash of the member's bytes, hex.
        reader: name and version of the reader.
    """

    sha256: str
    tree: str
    member: str
    member_sha256: str
    reader: str
