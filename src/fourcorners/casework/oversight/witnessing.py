"""Checkpoints that leave: to witnesses, and back with their signatures.

Which witnesses there are, and how many must cosign, is a policy (C2SP tlog-policy) in the settings. Every exchange
has an entry before it happens: an entry that only a heartbeat made shows, by its time, that nothing was done in
between.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fourcorners.casework import store
from fourcorners.casework.journal import Entry
from fourcorners.casework.reason import is_given
from fourcorners.casework.workspace import Workspace
from fourcorners.ledger import cosignature
from fourcorners.ledger import policy as policies
from fourcorners.ledger import submission
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Verifier
from fourcorners.ledger.note import open_note
from fourcorners.ledger.policy import Policy
from fourcorners.ledger.policy import Witness
from fourcorners.ledger.proof import Proof
from fourcorners.ledger.witness import Answer
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339

POLICY = "policy"
#: Kinds of the entries that change it.
ADDED, REMOVED = "witness", "witness removed"
#: Kind of the entry of a cosignature that came back.
COSIGNED = "cosigned"
_ALL = "witnesses"
#: Settings that hold what a witness said it has seen.
_SEEN = "seen by "
REQUEST_TYPE = "text/plain; charset=utf-8"


def policy(workspace: Workspace) -> Policy:
    """The workspace's policy: its own log, its witnesses, and all of them as quorum."""
    text = workspace.setting(POLICY)
    return policies.parse(text or f"log {workspace.signer.verifier.vkey()}\nquorum none\n")


def add_witness(workspace: Workspace, name: str, key: str, url: str) -> dict[str, Any]:
    """Name a witness, whose key was handed over by whoever runs it. All witnesses together are the quorum.

    Raises:
        UsageError: `WITNESS_EXISTS`; `USAGE`: no name, key or address that a policy can hold.
        BadInput: `NOTE`: that is no key.
    """
    with workspace.attempt("witness add", {"witness": name}):
        verifier = Verifier.parse(key)
        before = policy(workspace).witnesses
        for each in before:
            if each.name == name or each.key.public == verifier.public:
                raise UsageError(
                    "WITNESS_EXISTS",
                    f"{each.name} is a witness already{f' at {each.url}' if each.url else ''}",
                    next_step=f"to correct it, take it out first: `fourcorners witness remove {each.name}`",
                )
        if not name.isprintable() or name.split() != [name]:
            raise _no_policy(f"{name!r} is no name in one word")
        _check_address(url)
        text = _policy_of(workspace, (*before, Witness(name, verifier, url)))
        with workspace.transaction() as tables:
            store.put_setting(tables, POLICY, text)
            workspace.write_entry(ADDED, {"witness": name, "key": key}, {"url": url})
        return {"witness": name, "policy": text}


def remove_witness(workspace: Workspace, name: str, reason: str) -> dict[str, Any]:
    """Take a witness out, which was named wrongly or cosigns no more; those that are left are the quorum.

    What it cosigned stays kept, and counts no longer. Whoever trusts it has a policy of his own, and sees that it
    is missing; the entry says who took it out, and why.

    Raises:
        UsageError: `NO_WITNESS`; `USAGE`, without a reason.
    """
    with workspace.attempt("witness remove", {"witness": name}):
        key = _witness(workspace, name)
        if not is_given(reason):
            raise UsageError(
                "USAGE",
                f"why is {name} taken out?",
                why="with fewer witnesses, fewer must agree to another history",
                next_step="run the command again with --reason",
            )
        left = tuple(each for each in policy(workspace).witnesses if each.name != name)
        text = _policy_of(workspace, left)
        with workspace.transaction() as tables:
            store.put_setting(tables, POLICY, text)
            store.put_setting(tables, _SEEN + name, "0")  # another may come under this name
            workspace.write_entry(REMOVED, {"witness": name, "key": key.vkey()}, {"reason": reason})
        return {"witness": name, "policy": text}


def named(entries: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """The witnesses that the ledger's entries leave named: name, key, address."""
    found: dict[str, tuple[str, str, str]] = {}
    for entry in entries:
        if entry.kind == ADDED:
            name, key = entry.facts["witness"], Verifier.parse(entry.facts["key"]).vkey()
            found[name] = (name, key, (entry.audit or {})["url"])
        elif entry.kind == REMOVED:
            found.pop(entry.facts["witness"], None)
    return list(found.values())


def _policy_of(workspace: Workspace, witnesses: tuple[Witness, ...]) -> str:
    """The policy with these witnesses, all of whom must cosign.

    Raises:
        UsageError: `USAGE`.
    """
    lines = [f"log {policy(workspace).logs[0].vkey()}"]
    lines += [f"witness {each.name} {each.key.vkey()} {each.url}".rstrip() for each in witnesses]
    if witnesses:
        lines += [f"group {_ALL} all {' '.join(each.name for each in witnesses)}"]
    lines += [f"quorum {_ALL if witnesses else 'none'}", ""]
    try:
        return policies.parse("\n".join(lines)).text()
    except BadInput as error:
        raise _no_policy(error.what) from error


def _no_policy(what: str) -> UsageError:
    return UsageError(
        "USAGE",
        f"the policy cannot hold that: {what}",
        next_step="`witness add NAME KEY [URL]`: a name in one word, and the key that `witness init` printed",
    )


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port)
    except ValueError:
        sound = False
    if url and not (sound and url.isascii() and url.isprintable() and " " not in url):
        raise UsageError(
            "USAGE",
            f"{url!r} is no http or https address",
            why="heartbeats would go nowhere",
            next_step="such as https://witness.court.example, or none for a witness that is reached by file",
        )


def request(workspace: Workspace, name: str, *, anew: bool = False) -> bytes:
    """What asks a witness to cosign, as a file to carry; a heartbeat entry goes before it.

    It asks about the checkpoint that went out last, for as long as this witness has not cosigned that one: so
    several who are asked by file, one after the other, cosign one checkpoint.

    Args:
        workspace: where.
        name: the witness.
        anew: ask about the present state, whatever is under way.

    Raises:
        UsageError: `NO_WITNESS`.
    """
    with workspace.attempt("witness request", {"witness": name}):
        waits = _waits_for(workspace, name) and not anew
        workspace.record("heartbeat", {"witness": name}, {})
        if not waits:
            _keep_present(workspace)
        return _request(workspace, name)


def _waits_for(workspace: Workspace, name: str) -> bool:
    """Whether the checkpoint that went out last is one that this witness can still cosign."""
    key = _witness(workspace, name)
    sent = workspace.log.kept()
    if not sent or _is_by(sent[-1], key):
        return False
    return Checkpoint.parse(sent[-1].text).size >= _seen_by(workspace, name)


def answer(workspace: Workspace, name: str, data: bytes) -> dict[str, Any]:
    """Take in the answer that a witness gave to a request, whatever was asked since then.

    Raises:
        VerificationFailed: `ROLLED_BACK`, `SIGNATURE`.
        BadInput: `WITNESS_ANSWER`.
    """
    with workspace.attempt("witness answer", {"witness": name}):
        got = submission.from_file(data)
        _asks_from(workspace, name, got)
        return _take(workspace, name, got)


def submit(workspace: Workspace) -> list[dict[str, Any] | FourcornersError]:
    """Send the present state to every witness that has an address; one that fails keeps no other from being asked.

    Returns:
        For each witness what it cosigned, or why it did not: `ROLLED_BACK`, `SIGNATURE`, `WITNESS_ANSWER`.

    Raises:
        UsageError: `NO_WITNESS`, if none has an address.
    """
    with workspace.attempt("witness submit", {}):
        named = [each for each in policy(workspace).witnesses if each.url]
        if not named:
            raise UsageError(
                "NO_WITNESS",
                "no witness with an address is named",
                next_step="`fourcorners witness add NAME KEY URL`, or carry a file: `fourcorners witness request`",
            )
        workspace.record("heartbeat", {"witness": ", ".join(each.name for each in named)}, {})
        _keep_present(workspace)
    return [_exchange(workspace, each.name, each.url) for each in named]


def _exchange(workspace: Workspace, name: str, url: str) -> dict[str, Any] | FourcornersError:
    try:
        with workspace.attempt("witness submit", {"witness": name}):
            return _take(workspace, name, _send(workspace, name, url))
    except FourcornersError as error:
        error.where = error.where or name
        return error


def _send(workspace: Workspace, name: str, url: str) -> Answer:
    address = f"{url.rstrip('/')}/add-checkpoint"
    got = submission.post(address, _request(workspace, name), REQUEST_TYPE)
    if _asks_from(workspace, name, got):
        return submission.post(address, _request(workspace, name), REQUEST_TYPE)
    return got


def _asks_from(workspace: Workspace, name: str, got: Answer) -> bool:
    """Whether the witness stands elsewhere than we remember (an answer was lost): ask from there."""
    seen = submission.seen_size(got)
    if seen is None or seen > workspace.log.size():
        return False
    with workspace.transaction() as tables:
        store.put_setting(tables, _SEEN + name, str(seen))
        workspace.write_entry("witness seen", {"witness": name, "size": seen}, {})
    return True


def _keep_present(workspace: Workspace) -> None:
    """The checkpoint after the heartbeat's entry, kept: that is what a witness is asked about."""
    with workspace.tables.db.transaction():
        workspace.log.keep(workspace.log.checkpoint(workspace.signer))


def _request(workspace: Workspace, name: str) -> bytes:
    old = _seen_by(workspace, name)
    checkpoint, note = _kept(workspace)[-1]
    own = open_note(note.encode(), [workspace.signer.verifier])
    return submission.request(old, workspace.log.consistency(old, checkpoint.size), own)


def _seen_by(workspace: Workspace, name: str) -> int:
    """How many entries a witness has seen, as far as we know."""
    key = _witness(workspace, name)
    cosigned = (Checkpoint.parse(note.text).size for note in workspace.log.kept() if _is_by(note, key))
    return max((int(workspace.setting(_SEEN + name) or 0), *cosigned))


def _is_by(note: Note, key: Verifier) -> bool:
    return any(each.key_id == key.id for each in note.signatures)


def _take(workspace: Workspace, name: str, got: Answer) -> dict[str, Any]:
    key = _witness(workspace, name)
    sent = _kept(workspace)
    # an answer is to the checkpoint that it cosigns: others may have gone out while it was under way
    cosigned = (each for each in reversed(sent) if submission.cosigns(each[1], got, key))
    checkpoint, note = next(cosigned, sent[-1])
    merged = submission.merge(note, got, key)
    with workspace.transaction():
        workspace.log.keep(merged)
        workspace.write_entry(COSIGNED, {"witness": name, "size": checkpoint.size}, {})
    made = policy(workspace).cosigners(merged)
    return {
        "witness": name,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "cosigned": [{"witness": each.name, "at": rfc3339(each.at * SECOND)} for each in made],
    }


def _kept(workspace: Workspace) -> list[tuple[Checkpoint, Note]]:
    notes = workspace.log.kept()
    if not notes:
        raise UsageError(
            "NO_WITNESS",
            "no checkpoint was asked about yet",
            next_step="`fourcorners witness request` or `fourcorners witness submit`",
        )
    return [(Checkpoint.parse(note.text), note) for note in notes]


def _witness(workspace: Workspace, name: str) -> Verifier:
    for each in policy(workspace).witnesses:
        if each.name == name:
            return each.key
    raise UsageError(
        "NO_WITNESS", f"no witness is called {name}", next_step="`fourcorners witness add NAME KEY [URL]`"
    )


def cosigners(workspace: Workspace, size: int) -> tuple[str, ...]:
    """The witnesses who cosigned the log at this size or later."""
    rule = policy(workspace)
    later = [note for note in workspace.log.kept() if Checkpoint.parse(note.text).size >= size]
    return tuple(sorted({each.name for note in later for each in rule.cosigners(note)}))


def check_kept(workspace: Workspace) -> dict[str, Any] | None:
    """The newest checkpoint that the quorum cosigned, and the largest gap between two that it did; None for none.

    Raises:
        VerificationFailed: `SIGNATURE`: a kept checkpoint is not of this log.
    """
    rule = policy(workspace)
    seen = []
    for note in workspace.log.kept():
        open_note(note.encode(), rule.logs)
        if _by_all(rule, note):
            seen.append((Checkpoint.parse(note.text), rule.cosigners(note)))
    if not seen:
        return None
    checkpoint, made = seen[-1]
    times = [max(each.at for each in found) for _, found in seen]
    return {
        "size": checkpoint.size,
        "cosigned": {each.name: rfc3339(each.at * SECOND) for each in made},
        "entries_since": workspace.log.size() - checkpoint.size,
        "largest_gap_s": max((b - a for a, b in pairwise(times)), default=0),
    }


def check_cosigned(workspace: Workspace, entries: list[Entry]) -> None:
    """See that every cosignature that came back is still kept.

    Raises:
        VerificationFailed: `TAMPERED`.
    """
    kept = {Checkpoint.parse(note.text).size: note for note in workspace.log.kept()}
    keys: dict[str, Verifier] = {}
    for entry in entries:
        if entry.kind == ADDED:  # one that was taken out since then, or came back with another key, did cosign
            keys[entry.facts["witness"]] = Verifier.parse(entry.facts["key"])
        if entry.kind != COSIGNED:
            continue
        key, note = keys.get(entry.facts["witness"]), kept.get(entry.facts["size"])
        if not key or not note or not any(cosignature.check(note.text, line, key) for line in note.signatures):
            raise VerificationFailed(
                "TAMPERED",
                f"the cosignature of {entry.facts['witness']} over {entry.facts['size']} entries is gone",
                where="ledger_checkpoints",
                why="it shows to others what the ledger was then",
                next_step="ask the witness for the checkpoint that it saw last, and restore the database",
            )


def _by_all(rule: Policy, note: Note) -> bool:
    return bool(rule.witnesses) and len(rule.cosigners(note)) == len(rule.witnesses)


def last_seen(workspace: Workspace) -> dict[str, dict[str, Any] | None]:
    """Every witness by name, with the newest checkpoint that it cosigned, whoever else did; None for none."""
    rule = policy(workspace)
    found: dict[str, dict[str, Any] | None] = {each.name: None for each in rule.witnesses}
    for note in workspace.log.kept():
        size = Checkpoint.parse(note.text).size
        found |= {each.name: {"size": size, "at": rfc3339(each.at * SECOND)} for each in rule.cosigners(note)}
    return found


def without_quorum(seen: dict[str, dict[str, Any] | None]) -> str:
    """What it means that no checkpoint was cosigned by all, with those that some cosigned."""
    if any(seen.values()):
        said = (f"{name} saw {each['size'] if each else 0} entries" for name, each in seen.items())
        return f"no checkpoint is cosigned by all; {', '.join(said)}"
    return "whoever holds this folder can rewrite it; compare with a checkpoint kept elsewhere"


def check_since(workspace: Workspace, path: Path) -> dict[str, Any]:
    """Whether the log continues a checkpoint that was kept elsewhere.

    Raises:
        BadInput: `NOTE`, `NOT_FOUND`.
        VerificationFailed: `SIGNATURE`, `ROLLED_BACK`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            "NOT_FOUND", f"{path} cannot be read: {error.strerror}", where=str(path), next_step="check the path"
        ) from error
    rule = policy(workspace)
    before = Checkpoint.parse(open_note(data, rule.logs).text)
    size = workspace.log.size()
    if (
        before.origin != workspace.signer.name
        or before.size > size
        or workspace.log.root(before.size) != before.root
    ):
        raise VerificationFailed(
            "ROLLED_BACK",
            f"the log of {size} entries is no continuation of the checkpoint of {before.size}",
            where=str(path),
            why="entries that stood there when the checkpoint was made were changed, moved or are gone",
            next_step="keep the workspace and the checkpoint as they are; both are evidence",
        )
    return {"size": before.size, "cosigned": [each.name for each in rule.cosigners(Note.parse(data))]}


def prove(workspace: Workspace, index: int) -> bytes:
    """A proof file of one entry, under the newest checkpoint that was cosigned after it, else under a new one.

    Raises:
        UsageError: `UNKNOWN_ENTRY`.
    """
    size = workspace.log.size()
    if not 0 <= index < size:
        raise UsageError("UNKNOWN_ENTRY", f"the ledger has no E-{index}", next_step="`fourcorners ledger list`")
    note = newest(workspace, index + 1)
    path = workspace.log.inclusion(index, Checkpoint.parse(note.text).size)
    return Proof(index, tuple(path), note.encode()).encode()


def newest(workspace: Workspace, size: int = 0) -> Note:
    """What to hand out: the newest checkpoint that all witnesses cosigned, else that any did, else the present.

    Args:
        workspace: where.
        size: it covers at least so many entries.
    """
    rule = policy(workspace)
    sent = [note for note in workspace.log.kept() if Checkpoint.parse(note.text).size >= size]
    by_all = [note for note in sent if _by_all(rule, note)]
    by_any = [note for note in sent if rule.cosigners(note)]
    return (by_all or by_any or [workspace.log.checkpoint(workspace.signer)])[-1]


def cosigned_by(workspace: Workspace, note: Note) -> list[str]:
    """The names of the witnesses under a checkpoint."""
    return [each.name for each in policy(workspace).cosigners(note)]
