"""What opening a workspace clears: the remains of a step that was cut off, a checkpoint that was not yet signed.

The catalogue is the truth: files that it does not know go, files that it knows and the folder lacks are said. A
checkpoint that is ahead of the log means that an older database was put in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourcorners.casework import outputs
from fourcorners.casework import store
from fourcorners.casework.holding import shredding
from fourcorners.casework.sealed import layers
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import open_note
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

if TYPE_CHECKING:
    from fourcorners.casework.workspace import Workspace

CHECKPOINT = "checkpoint"


def recover(workspace: Workspace, *, clear: bool = True) -> None:
    """Bring a workspace that was cut off anywhere to the state that its database says.

    Args:
        workspace: which.
        clear: delete what the catalogue does not know, and finish destructions; `verify` deletes nothing.

    Raises:
        VerificationFailed: `MISSING_FILE`, `ROLLED_BACK`.
    """
    known = set(store.stored_hashes(workspace.tables))
    if clear:
        workspace.vault.remove_unknown(known)
    if missing := sorted(known - workspace.vault.files()):
        raise VerificationFailed(
            "MISSING_FILE",
            f"{len(missing)} stored file(s) gone, the first is {missing[0]}",
            where=str(workspace.root / missing[0]),
            why="records of a case rest on it",
            next_step="restore it from a backup; the ledger holds its hash",
        )
    _check_not_behind(workspace)
    if clear:
        shredding.finish(workspace)
        layers.drop_lapsed(workspace)
    sign_checkpoint(workspace)


def sign_checkpoint(workspace: Workspace) -> None:
    """Sign the log's present state, if the newest checkpoint is of an earlier one, and put it in its place.

    The signature is the same whenever it is made (Ed25519 has no chance in it), so the file need not be durable:
    one that a power cut takes is signed again.
    """
    size = workspace.log.size()
    if _published(workspace) == size:
        return
    outputs.replace(workspace.root / CHECKPOINT, workspace.log.checkpoint(workspace.signer).encode())


def _published(workspace: Workspace) -> int:
    """How many entries the newest checkpoint speaks of; 0 where there is none that this log has signed."""
    try:
        note = open_note((workspace.root / CHECKPOINT).read_bytes(), [workspace.signer.verifier])
        return Checkpoint.parse(note.text).size
    except (FileNotFoundError, BadInput, VerificationFailed):
        return 0


def _check_not_behind(workspace: Workspace) -> None:
    published, size = _published(workspace), workspace.log.size()
    if published > size:
        raise VerificationFailed(
            "ROLLED_BACK",
            f"the newest checkpoint speaks of {published} entries, the database has {size}",
            where=str(workspace.root),
            why="an older copy of the database was put in place of the newer one: steps are missing",
            next_step="restore the newest database; the entries up to the checkpoint can be proven against it",
        )
