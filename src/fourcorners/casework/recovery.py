"""What opening a workspace settles: which history it continues, remains of a step, unfinished destructions.

The order matters. First the log must be the one of the newest checkpoint: of an older database, or of leaves that
were rewritten, nothing is believed, and nothing in the folder is touched for its sake. Only then the catalogue is
the truth: files that it does not know are set aside, files that it knows and the folder lacks are brought back or
said. Nothing is signed that does not continue what was signed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourcorners.casework import catalogue
from fourcorners.casework import outputs
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
        clear: set aside what the catalogue does not know, and finish destructions; `verify` does neither.

    Raises:
        VerificationFailed: `ROLLED_BACK`, `TAMPERED`, `MISSING_FILE`.
    """
    workspace.ledger.check_state()
    signed = check_continues(workspace)
    shredding.recall(workspace)
    _settle_files(workspace, clear=clear)
    if signed is None:
        # a power cut can take it, so that is no error; but then nothing here says what was signed last
        workspace.record("checkpoint missing", {"size": workspace.log.size()}, {})
    if clear:
        shredding.finish(workspace)
        layers.drop_lapsed(workspace)
    sign_checkpoint(workspace)


def _settle_files(workspace: Workspace, *, clear: bool) -> None:
    known = catalogue.stored_hashes(workspace.tables)
    vault = workspace.vault
    vault.put_back(known)
    if clear:
        vault.set_aside(set(known))
    if missing := sorted(known.keys() - vault.files()):
        raise VerificationFailed(
            "MISSING_FILE",
            f"{len(missing)} stored file(s) gone, the first is {missing[0]}",
            where=str(workspace.root / missing[0]),
            why="records of a case rest on it",
            next_step="restore it from a backup; the ledger holds its hash",
        )


def sign_checkpoint(workspace: Workspace) -> None:
    """Sign the log's present state, if the newest checkpoint is of an earlier one, and put it in its place.

    The signature is the same whenever it is made (Ed25519 has no chance in it), so the file need not be durable:
    one that a power cut takes is signed again.

    Raises:
        VerificationFailed: `ROLLED_BACK`: the log does not continue what was signed last.
    """
    signed = check_continues(workspace)
    if signed is None or signed.size < workspace.log.size():
        outputs.replace(workspace.root / CHECKPOINT, workspace.log.checkpoint(workspace.signer).encode())


def check_continues(workspace: Workspace) -> Checkpoint | None:
    """See that the log continues the newest checkpoint in the folder.

    Returns:
        That checkpoint; None where there is none that this log has signed.

    Raises:
        VerificationFailed: `ROLLED_BACK`.
    """
    signed, size = _signed(workspace), workspace.log.size()
    if signed is None:
        return None
    if signed.size > size:
        raise VerificationFailed(
            "ROLLED_BACK",
            f"the newest checkpoint speaks of {signed.size} entries, the database has {size}",
            where=str(workspace.root),
            why="an older copy of the database was put in place of the newer one: steps are missing",
            next_step="restore the newest database; the entries up to the checkpoint can be proven against it",
        )
    if workspace.log.root(signed.size) != signed.root:
        raise VerificationFailed(
            "ROLLED_BACK",
            f"the log of {size} entries is no continuation of its newest checkpoint, of {signed.size}",
            where=str(workspace.root),
            why="entries that stood there when it was signed were changed, or are those of another history",
            next_step="keep the workspace as it is, and restore the database from a backup",
        )
    return signed


def _signed(workspace: Workspace) -> Checkpoint | None:
    verifier = workspace.signer.verifier
    try:
        return Checkpoint.parse(open_note((workspace.root / CHECKPOINT).read_bytes(), [verifier]).text)
    except (FileNotFoundError, BadInput, VerificationFailed):
        return None
