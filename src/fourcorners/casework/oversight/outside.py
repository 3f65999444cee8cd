"""What an outsider checks with a policy alone: an exported log, the proof of one entry, a checkpoint.

No workspace, no key, no network, and nothing is written. What it shows rests on the policy: who has that from the
same hands as the log has shown that the files fit together, and no more.
"""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from fourcorners.ledger import exported
from fourcorners.ledger import policy as policies
from fourcorners.ledger import proof as proofs
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.cosignature import Cosignature
from fourcorners.ledger.log import tampered
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import open_note
from fourcorners.ledger.policy import Policy
from fourcorners.ledger.proof import Proof
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339

SAME_HANDS = (
    "these files fit together; the policy came with them, so it proves nothing about witnesses, nor whose log it "
    "is; check again with --policy and one that you have from the witnesses"
)
NO_QUORUM = (
    "the log's key signed this state; the policy asks for no witness, so whoever holds that key can write another"
)
BY_WITNESSES = (
    "the witnesses that the policy asks for saw this state, and no history before it can be changed unnoticed"
)
_PDF = b"%PDF-"
_CHECK = "check the path"
#: Beyond every time that an entry can have, ns UTC.
_NEVER = 1 << 63


def is_handed_out(path: Path) -> bool:
    """Whether that is something handed out to be checked, and no workspace."""
    return path.is_file() or ((path / exported.TILE).is_dir() and (path / exported.CHECKPOINT).is_file())


def is_pdf(path: Path) -> bool:
    """Whether that is a PDF, such as an exhibit."""
    with path.open("rb") as file:
        return file.read(len(_PDF)) == _PDF


def verify(path: Path, *, policy: Path | None = None, since: Path | None = None) -> dict[str, Any]:
    """Check what was handed out.

    Args:
        path: the folder of an exported log, a proof file with its entry beside it, or a checkpoint.
        policy: the trust policy; an exported log has one with it, which shows less.
        since: a checkpoint that was kept earlier; the log must continue it.

    Raises:
        UsageError: `USAGE`: there is no policy, or what is given cannot show a continuation.
        BadInput: `NOTE`, `POLICY_FILE`, `PROOF_FILE`, `NOT_FOUND`.
        VerificationFailed: `SIGNATURE`, `QUORUM`, `NOT_INCLUDED`, `TAMPERED`, `MISSING_FILE`, `ROLLED_BACK`.
    """
    whole = path.is_dir()
    if not whole and is_pdf(path):
        raise UsageError(
            "USAGE",
            f"{path} is a PDF, which is not checked by itself",
            why="an exhibit says on which state of the ledger it rests, by its number of entries and its root; "
            "that state can be checked, a page that speaks of it cannot",
            next_step="ask for the log (`ledger export`), check that with --policy, and compare the root that the "
            "exhibit prints: docs/verify.md",
        )
    if policy is None and not whole:
        raise UsageError(
            "USAGE",
            f"{path} is checked by a trust policy, and none is given",
            why="the policy says whose signatures count",
            next_step="name one with --policy: the log's key and the witnesses' keys, from those who hold them",
        )
    rule = _policy(path / exported.POLICY if policy is None else policy)
    found = _export(path, rule, since) if whole else _file(path, rule, since)
    shows = SAME_HANDS if policy is None else NO_QUORUM if rule.quorum == "none" else BY_WITNESSES
    return {"verified": True, **found, "policy": str(policy) if policy else None, "shows": shows}


def _policy(path: Path) -> Policy:
    try:
        return policies.parse(_given(path, "name the policy with --policy").decode())
    except UnicodeDecodeError as error:
        raise BadInput(
            "POLICY_FILE",
            f"byte {error.start} is no UTF-8",
            where=str(path),
            next_step="give it as it was",
        ) from error


def _given(path: Path, next_step: str) -> bytes:
    if not path.is_file():
        raise BadInput("NOT_FOUND", f"{path} is not there", where=str(path), next_step=next_step)
    return exported.read(path, exported.LARGEST)


def _export(folder: Path, rule: Policy, since: Path | None) -> dict[str, Any]:
    """Every entry and every tile of an exported log, under its checkpoint; and what it holds beyond that."""
    checkpoint, cosigned = rule.check(exported.read(folder / exported.CHECKPOINT, exported.LARGEST), _now())
    present = checkpoint
    if (folder / exported.PRESENT).exists():
        present = _signed(folder / exported.PRESENT, rule)
    times = [0]

    def look(n: int, leaf: bytes) -> None:
        times.append(_entry(n, leaf)["at"])

    hashes = exported.recompute(folder, {checkpoint.size, present.size}, look)
    for n, (before, after) in enumerate(pairwise(times)):
        if after < before:
            raise tampered(n, "it is earlier than the entry before it")
    for each in (checkpoint, present):
        if each.origin != checkpoint.origin or merkle.root(hashes[: each.size]) != each.root:
            raise tampered(each.size, "the entries do not lead to the root that was signed")
    return {
        "what": "export",
        **_said(checkpoint, cosigned),
        "entries": present.size,
        "entry": None,
        "extends": _extends(since, rule, checkpoint, hashes),
    }


def _file(path: Path, rule: Policy, since: Path | None) -> dict[str, Any]:
    data = exported.read(path, exported.LARGEST)
    entry = None
    if data.startswith(proofs.HEADER.encode()):
        found = Proof.parse(data)
        leaf = _given(
            path.with_name(f"{path.name}.entry"), "put the entry beside the proof, as both were handed out"
        )
        found.verify(leaf, rule, _now())
        said = _entry(found.index, leaf)
        entry = {"entry": f"E-{found.index}", **said, "at": rfc3339(said["at"])}
        data = found.checkpoint
    checkpoint, cosigned = rule.check(data, _now())
    return {
        "what": "checkpoint" if entry is None else "proof",
        **_said(checkpoint, cosigned),
        "entries": None,
        "entry": entry,
        "extends": _extends(since, rule, checkpoint, None),
    }


def _said(checkpoint: Checkpoint, cosigned: list[Cosignature]) -> dict[str, Any]:
    return {
        "log": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "cosigned": [{"witness": each.name, "at": rfc3339(each.at * SECOND)} for each in cosigned],
    }


def _extends(
    since: Path | None, rule: Policy, now: Checkpoint, hashes: list[bytes] | None
) -> dict[str, Any] | None:
    """Whether the log continues an earlier checkpoint, and who cosigned that one."""
    if since is None:
        return None
    before = _signed(since, rule)
    if hashes is None and before.size != now.size:
        raise UsageError(
            "USAGE",
            f"one file does not show that a log of {now.size} entries continues one of {before.size}",
            next_step="ask for the whole log (`ledger export`), and check that with --since",
        )
    there = [now.root] if hashes is None else [merkle.root(hashes[: before.size])]
    short = hashes is not None and before.size > len(hashes)
    if before.origin != now.origin or short or there != [before.root]:
        raise VerificationFailed(
            "ROLLED_BACK",
            f"what was handed out is no continuation of the checkpoint of {before.size} entries",
            where=str(since),
            why="entries that stood there when the checkpoint was made were changed, moved, or are held back",
            next_step="keep both as they are; together they are evidence",
        )
    note = Note.parse(_given(since, _CHECK))
    return {"size": before.size, "cosigned": [each.name for each in rule.cosigners(note, _now())]}


def _signed(path: Path, rule: Policy) -> Checkpoint:
    """A checkpoint that the log signed, whoever cosigned it."""
    return Checkpoint.parse(open_note(_given(path, _CHECK), rule.logs).text)


def _entry(n: int, leaf: bytes) -> dict[str, Any]:
    """What the entry of that number says for good: what happened, when (ns UTC), and its facts."""
    try:
        said = json.loads(leaf, parse_constant=_no_number)
        number, kind, at, facts = (said[name] for name in ("n", "kind", "at", "facts"))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise tampered(n, "it is no entry of a workspace") from error
    if number != n or type(at) is not int or not 0 <= at < _NEVER or not isinstance(facts, dict):
        raise tampered(n, "it is not the entry of that place")
    return {"kind": str(kind), "at": at, "facts": facts}


def _no_number(word: str) -> None:
    raise ValueError(word)


def _now() -> int:
    return int(time.time())
