"""Checkpoints that go to a time-stamping authority (RFC 3161): when a state was there at the latest."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.casework import outputs
from fourcorners.casework.journal import Entry
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.workspace import STAMPS
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger import timestamp
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.model.instant import rfc3339


def stamp(workspace: Workspace, url: str, roots: bytes) -> dict[str, Any]:
    """Have the present state time-stamped by an authority, and keep the token.

    Raises:
        BadInput: `WITNESS_ANSWER`.
        VerificationFailed: `TIME_STAMP`.
    """
    with workspace.attempt("witness stamp", {}):
        workspace.record("heartbeat", {"witness": "time stamp"}, {"url": url})
        note = workspace.log.checkpoint(workspace.signer)
        asked = timestamp.request(note.encode())
        response = timestamp.ask(url, asked)
        at = timestamp.check(response, note.encode(), roots, asked.nonce)
        size = Checkpoint.parse(note.text).size
        with workspace.tables.db.transaction():
            workspace.log.keep(note)
        place = workspace.root / STAMPS / f"{size}.tsr"
        parts = {place: response, _stamped(place): note.encode(), _roots(place): roots}
        for path, data in parts.items():
            outputs.write(path, data)
        hashes = {path.suffix[1:]: sha256(data).hexdigest() for path, data in parts.items()}
        workspace.record("time stamp", {"size": size, **hashes}, {})
        return {"size": size, "stamped": rfc3339(at), "token": str(place)}


def check(workspace: Workspace, entries: list[Entry]) -> dict[str, Any] | None:
    """The newest time stamp, all of them checked with the certificates that were given for them; None for none.

    What lies beside them and has no entry is nobody's stamp and is not looked at.

    Raises:
        VerificationFailed: `MISSING_FILE`, `TAMPERED`, `TIME_STAMP`, `SIGNATURE`, `ROLLED_BACK`.
    """
    newest = None
    for entry in entries:
        if entry.kind != "time stamp":
            continue
        token = workspace.root / STAMPS / f"{entry.facts['size']}.tsr"
        for path in (token, _stamped(token), _roots(token)):
            workspace.vault.check(path.relative_to(workspace.root).as_posix(), entry.facts[path.suffix[1:]])
        witnessing.check_since(workspace, _stamped(token))
        at = timestamp.check(token.read_bytes(), _stamped(token).read_bytes(), _roots(token).read_bytes())
        newest = {"size": int(token.stem), "at": rfc3339(at)}
    return newest


def _stamped(token: Path) -> Path:
    return token.with_suffix(".checkpoint")


def _roots(token: Path) -> Path:
    return token.with_suffix(".pem")
