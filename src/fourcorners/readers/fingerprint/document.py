"""The fingerprint as a file: canonical JSON that says in plain words what it holds, hashed, of bounded size."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.model.errors import BadInput
from fourcorners.readers import archive
from fourcorners.readers import registry
from fourcorners.readers.archive import Member
from fourcorners.readers.fingerprint.guide import Guide
from fourcorners.readers.fingerprint.member import Structure
from fourcorners.readers.fingerprint.member import structure_of

LIMIT = 64 << 10
ABOUT = (
    "The structure of a file: its elements, columns and keys, labels made of the program's own list of words, the"
    " classes of values (ipv4, email and the like), and counts as powers of two. It holds no value of the file: no"
    " name, address, number or time, no file name, and no label with a word outside that list; such a label is a ?"
    " and a class of length."
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's structure.

    Attributes:
        members: of each member its kind, the reader that knows it, its size and tree.
        left_out: how many members did not fit.
        count: how many members the file has.
    """

    members: tuple[dict[str, Any], ...]
    left_out: int = 0
    count: int = 0

    def sha256(self) -> str:
        """Hash of the structure alone, so that the words around it may change."""
        return sha256(canonical({"members": self.members, "left_out": self.left_out})).hexdigest()

    def text(self) -> bytes:
        """The file to send."""
        body = {"left_out": self.left_out, "members": self.members, "sha256": self.sha256()}
        # the words come first, whatever the order of the rest
        return b'{"about":' + canonical(ABOUT) + b"," + canonical(body)[1:] + b"\n"


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, without blanks, in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def fingerprint_of(path: Path) -> Fingerprint:
    """The fingerprint of a file and of every member in it.

    Raises:
        BadInput: the file cannot be opened, or is a damaged archive.
    """
    with archive.open_member_files(path) as opened:
        return of_members(opened.members())


def of_members(members: Iterable[Member]) -> Fingerprint:
    """The fingerprint of members; equal ones stand there once."""
    counted: dict[bytes, int] = {}
    for member in members:
        found = canonical(_of_member(member))
        counted[found] = counted.get(found, 0) + 1
    kept: list[dict[str, Any]] = []
    size = left_out = 0
    for found, times in counted.items():
        size += len(found) + 32
        if size > LIMIT - 2 * len(ABOUT) - 256:
            left_out += times
            continue
        kept.append(json.loads(found) | {"times": times.bit_length()})
    return Fingerprint(tuple(kept), left_out, sum(counted.values()))


def _of_member(member: Member) -> dict[str, Any]:
    """One member: kind, reader, size, tree; pruned to what fits."""
    source = ""
    try:
        derived = registry.derive(member)
    except BadInput as error:
        return {"kind": "unreadable", "why": error.code, "size": member.size.bit_length()}
    if derived is not None:
        source = derived.path.rpartition(".")[2]
        member = derived
    reader = registry.reader_for(member.path, bytes(member.data[: registry.HEAD]))
    structure = structure_of(member.data)
    made = {"kind": structure.kind, "size": member.size.bit_length()}
    if source in {"txt", "csv"}:
        made["derived"] = source
    if reader:
        made["reader"] = f"{reader.name}/{reader.version}"
    return made | _pruned(structure)


def _pruned(structure: Structure) -> dict[str, Any]:
    """The tree; its deepest places are left out, and said to be, until it fits."""
    tree, cut = structure.tree, structure.left_out
    for depth in range(64, -1, -1):
        made: dict[str, Any] = {"tree": _to_depth(tree, depth)}
        if cut:
            made["cut"] = True
        if len(canonical(made)) <= LIMIT - 2 * len(ABOUT) - 512:
            return made
        cut = True
    return {"cut": True}


def _to_depth(guide: Guide, depth: int) -> dict[str, Any]:
    made = guide.as_json()
    _cut(made, depth)
    return made


def _cut(made: dict[str, Any], depth: int) -> None:
    if depth == 0:
        made.pop("in", None)
    for kid in made.get("in", ()):
        _cut(kid, depth - 1)
