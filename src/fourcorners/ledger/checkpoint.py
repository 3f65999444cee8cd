"""Checkpoints (C2SP tlog-checkpoint): a log's name, size and root, as the text of a signed note."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from fourcorners.ledger import number
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import sign_note
from fourcorners.model.errors import BadInput

_HASH = 32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log. No extension lines are made: they can be audited by nobody."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """A checkpoint from a note's text; extension lines are passed over.

        Raises:
            BadInput: `NOTE`.
        """
        try:
            origin, said, encoded, *_ = text.split("\n")
            size, root = number.parse(said), base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise _malformed("it has no name, size and root") from error
        if not origin or size is None or len(root) != _HASH:
            raise _malformed("its name, size or root is not in the form of the specification")
        return cls(origin, size, root)


def sign(checkpoint: Checkpoint, signer: Signer) -> Note:
    """The checkpoint with the log's signature."""
    return sign_note(checkpoint.text(), signer)


def _malformed(what: str) -> BadInput:
    return BadInput(
        "NOTE", f"not a checkpoint: {what}", next_step="give the checkpoint file as the log or witness wrote it"
    )
