"""The ledger for whoever inspects it: entries, a checkpoint to keep elsewhere, proofs, the log as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fourcorners.casework import outputs
from fourcorners.casework import store
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.oversight.numbers import entry_number
from fourcorners.casework.rows import CaseRow
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger import exported
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.model.instant import rfc3339


def listing(workspace: Workspace, case: str | None) -> Iterator[dict[str, Any]]:
    """The entries of the ledger, one a line, oldest first: who did what, when, why, and what was refused.

    Looking at the ledger is a step as well, and has its entry.

    Raises:
        UsageError: `UNKNOWN_CASE`.
    """
    if case is not None:
        with workspace.attempt("ledger list", {"case": case}):
            store.get(workspace.tables, CaseRow, case)
    entries = [entry for entry in workspace.ledger.entries() if case is None or entry.facts.get("case") == case]
    workspace.record("inspection", {"entries": len(entries), **({"case": case} if case else {})}, {})
    for entry in entries:
        yield {
            "entry": entry.id,
            "at": rfc3339(entry.at),
            "kind": entry.kind,
            "facts": dict(entry.facts),
            "audit": dict(entry.audit) if entry.audit is not None else None,
        }


def checkpoint(workspace: Workspace, out: Path, *, present: bool = False) -> dict[str, Any]:
    """Write a checkpoint to a file: who keeps it elsewhere notices every change to what it covers.

    Args:
        workspace: where.
        out: the file.
        present: the present state, signed by the log alone, in place of the newest that witnesses cosigned.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("ledger checkpoint", {}):
        outputs.check_free(out)
        log = workspace.log
        note = log.checkpoint(workspace.signer) if present else witnessing.newest(workspace)
        said, since = Checkpoint.parse(note.text), log.size()
        with outputs.prepared(out, note.encode()):
            workspace.record("checkpoint", {}, {"out": str(out)})
        return {
            "checkpoint": str(out),
            "size": said.size,
            "root": said.root.hex(),
            "key": workspace.signer.verifier.vkey(),
            "cosigned": witnessing.cosigned_by(workspace, note),
            "entries_since": since - said.size,
        }


def proof(workspace: Workspace, entry: str, out: Path) -> dict[str, Any]:
    """Write the proof file of one entry, and the entry itself beside it.

    Raises:
        BadInput: `OUTPUT`.
        UsageError: `UNKNOWN_ENTRY`.
    """
    with workspace.attempt("ledger proof", {"entry": entry}):
        number = entry_number(entry)
        outputs.check_free(out)
        leaf_file = out.with_name(f"{out.name}.entry")
        outputs.check_free(leaf_file)
        data = witnessing.prove(workspace, number)
        leaf = workspace.log.leaf(number)
        with outputs.prepared(out, data), outputs.prepared(leaf_file, leaf):
            workspace.record("proof", {"entry": f"E-{number}"}, {"out": str(out)})
        return {"proof": str(out), "entry": str(leaf_file), "bytes": len(data)}


def export(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Write the whole log as tile files, with a checkpoint and the policy by which it is checked.

    The checkpoint is the newest that the witnesses cosigned, with the tiles of that size. Where it is older than
    the log the present state goes with it, under the log's signature alone.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("ledger export", {}):
        outputs.check_free(out, folder=True)
        log = workspace.log
        note, present = witnessing.newest(workspace), log.checkpoint(workspace.signer)
        size, whole = Checkpoint.parse(note.text).size, log.size()
        files = dict(log.files(size)) | dict(log.files())
        if size < whole:
            files[exported.PRESENT] = present.encode()
        files[exported.POLICY] = witnessing.policy(workspace).text().encode()
        with outputs.new_folder(out):
            for name, data in files.items():
                outputs.write(out / name, data)
            # tiles are no log without their checkpoint, which is there once there is an entry
            with outputs.prepared(out / exported.CHECKPOINT, note.encode()):
                workspace.record("ledger export", {"size": whole}, {"out": str(out)})
        cosigned = {"size": size, "cosigned": witnessing.cosigned_by(workspace, note)}
        return {"out": str(out), "files": len(files) + 1, "size": whole, "checkpoint": cosigned}
