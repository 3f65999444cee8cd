"""The ledger for whoever inspects it: entries, a checkpoint to keep elsewhere, proofs, the log as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fourcorners.casework import outputs
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.oversight.numbers import entry_number
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import Note
from fourcorners.model.instant import rfc3339


def listing(workspace: Workspace, case: str | None) -> Iterator[dict[str, Any]]:
    """The entries of the ledger, one a line, oldest first: who did what, when, why, and what was refused.

    Looking at the ledger is a step as well, and has its entry.
    """
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


def checkpoint(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Write the newest checkpoint to a file: who keeps it elsewhere notices every change to what it covers.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("ledger checkpoint", {}):
        outputs.check_free(out)
        data = witnessing.newest(workspace)
        said = Checkpoint.parse(Note.parse(data).text)
        outputs.write(out, data)
        return {
            "checkpoint": str(out),
            "size": said.size,
            "root": said.root.hex(),
            "key": workspace.signer.verifier.vkey(),
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
        outputs.write(out, data)
        outputs.write(leaf_file, workspace.log.leaf(number))
        return {"proof": str(out), "entry": str(leaf_file), "bytes": len(data)}


def export(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Write the whole log as tile files, with the checkpoint and the policy by which it is checked.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("ledger export", {}):
        outputs.check_free(out, folder=True)
        files = dict(workspace.log.files())
        files["policy"] = witnessing.policy(workspace).text().encode()
        size, signed = workspace.log.size(), workspace.log.checkpoint(workspace.signer).encode()
        with outputs.new_folder(out):
            for name, data in files.items():
                outputs.write(out / name, data)
            # tiles are no log without their checkpoint, which is there once there is an entry
            with outputs.prepared(out / "checkpoint", signed):
                workspace.record("ledger export", {"size": size}, {"out": str(out)})
        return {"out": str(out), "files": len(files) + 1, "size": size}
