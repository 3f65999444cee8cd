"""Proof files (C2SP tlog-proof): an entry stands in the log, checked offline with a policy alone."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from fourcorners.ledger import number
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.policy import Policy
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

HEADER = "c2sp.org/tlog-proof@v1"
#: A tree of 2^63 entries has no longer path.
_LONGEST = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place and path, and the checkpoint with its cosignatures as it was received.

    `extra` is authenticated by nothing; this product makes none and uses none.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The proof file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(node).decode() for node in self.path]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """A proof from its file.

        Raises:
            BadInput: `PROOF_FILE`.
        """
        head, found, checkpoint = data.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
            extra = base64.b64decode(lines.pop(0)[6:], validate=True) if lines[0].startswith("extra ") else None
            word, said = lines.pop(0).split(" ")
            path = tuple(base64.b64decode(line, validate=True) for line in lines)
        except (ValueError, IndexError, binascii.Error) as error:
            raise _malformed(str(error)) from error
        if not found or first != HEADER or word != "index":
            raise _malformed("its first lines are not those of a proof")
        index = number.parse(said)
        if index is None or len(path) > _LONGEST or any(len(node) != merkle.HASH for node in path):
            raise _malformed("its index or path is not in the form of the specification")
        return cls(index, path, checkpoint, extra)

    def verify(self, leaf: bytes, policy: Policy, now: int | None = None) -> Checkpoint:
        """Check that an entry stands in the log, under a checkpoint that the policy accepts.

        Args:
            leaf: the entry.
            policy: the keys that the verifier trusts.
            now: seconds UTC, to refuse cosignatures from the future.

        Raises:
            BadInput: `NOTE`.
            VerificationFailed: `SIGNATURE`, `QUORUM`, or `NOT_INCLUDED`.
        """
        checkpoint, _ = policy.check(self.checkpoint, now)
        try:
            root = merkle.root_from_path(merkle.leaf_hash(leaf), self.index, checkpoint.size, list(self.path))
        except ValueError as error:
            raise _not_included(self.index, str(error)) from error
        if root != checkpoint.root:
            raise _not_included(self.index, "the path leads to another root")
        return checkpoint


def _malformed(what: str) -> BadInput:
    return BadInput("PROOF_FILE", f"not a proof file: {what}", next_step="give the file as it was handed out")


def _not_included(index: int, what: str) -> VerificationFailed:
    return VerificationFailed(
        "NOT_INCLUDED",
        f"the entry is not entry {index} of that log: {what}",
        why="what is shown is not what the log holds",
        next_step="ask for the entry and its proof again, and compare",
    )
