"""The ledger for whoever inspects it: entries, a checkpoint to keep elsewhere, proofs, the log as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fourcorners.casework import outputs
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger import number
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import Note
from fourcorners.model.errors import UsageError
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
        workspace.record("checkpoint", {}, {"out": str(out)})
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
        index, size = number.parse(entry.removeprefix("E-")), workspace.log.size()
        if index is None or index >= size:
            raise UsageError(
                "UNKNOWN_ENTRY", f"the ledger has no {entry[:80]!r}", next_step="`fourcorners ledger list`"
            )
        leaf_file = out.with_name(f"{out.name}.entry")
        for path in (out, leaf_file):
            outputs.check_free(path)
        workspace.record("proof", {"entry": f"E-{index}"}, {"out": str(out)})
        data = witnessing.prove(workspace, index)
        outputs.write(out, data)
        outputs.write(leaf_file, workspace.log.leaf(index))
        return {"proof": str(out), "entry": str(leaf_file), "bytes": len(data)}


def export(workspace: Workspace, out: Path) -> dict[str, Any]:
    """Write the whole log as tile files, with the checkpoint and the policy by which it is checked.

    Raises:
        BadInput: `OUTPUT`.
    """
    with workspace.attempt("ledger export", {}):
        outputs.check_free(out)
        workspace.record("ledger export", {}, {"out": str(out)})
        files = dict(workspace.log.files())
        files["checkpoint"] = workspace.log.checkpoint(workspace.signer).encode()
        files["policy"] = witnessing.policy(workspace).text().encode()
        for name, data in files.items():
            outputs.write(out / name, data)
        return {"out": str(out), "files": len(files), "size": workspace.log.size()}
