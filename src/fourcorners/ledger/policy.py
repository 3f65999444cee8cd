"""Trust policies (C2SP tlog-policy): which logs, which witnesses, and how many of them must have cosigned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fourcorners.ledger import cosignature
from fourcorners.ledger import number as numbers
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.cosignature import Cosignature
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Verifier
from fourcorners.ledger.note import open_note
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

_COSIGNING = {KeyType.ED25519_COSIGNATURE, KeyType.ML_DSA_44_COSIGNATURE}


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness of a policy. `url` is where checkpoints are sent; empty for one that is reached by files only."""

    name: str
    key: Verifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy. `groups` maps a name to a threshold and its members; `quorum` is a name, or `none`."""

    logs: tuple[Verifier, ...]
    witnesses: tuple[Witness, ...]
    groups: dict[str, tuple[int, tuple[str, ...]]]
    quorum: str

    def check(self, data: bytes, now: int | None = None) -> tuple[Checkpoint, list[Cosignature]]:
        """A checkpoint that satisfies the policy, and who cosigned it.

        Args:
            data: the checkpoint's note.
            now: seconds UTC; a cosignature that lies ahead of it by more than five minutes does not count.

        Raises:
            BadInput: `NOTE`.
            VerificationFailed: `SIGNATURE`: no log of the policy signed it; `QUORUM`: too few witnesses cosigned.
        """
        note = Note.parse(data)
        checkpoint = Checkpoint.parse(open_note(data, self.logs).text)
        if checkpoint.origin not in {log.name for log in self.logs}:
            raise VerificationFailed(
                "SIGNATURE",
                f"the checkpoint is of {checkpoint.origin}, which the policy does not name",
                next_step="use the policy that was handed out with this log's key",
            )
        seen = self.cosigners(note, now)
        if not self._holds({each.name for each in seen}):
            names = ", ".join(sorted(each.name for each in seen)) or "nobody"
            raise VerificationFailed(
                "QUORUM",
                f"the policy's quorum is {self.quorum}; cosigned by {names}",
                why="without a witness outside, whoever holds the log's key can write another history",
                next_step="have the checkpoint cosigned (`fourcorners witness submit`), or use another policy",
            )
        return checkpoint, seen

    def cosigners(self, note: Note, now: int | None = None) -> list[Cosignature]:
        """Which of the policy's witnesses cosigned a note; named as the policy names them."""
        found = {}
        for witness in self.witnesses:
            for signature in note.signatures:
                made = cosignature.check(note.text, signature, witness.key)
                if made and (now is None or made.at <= now + _AHEAD):
                    found[witness.name] = Cosignature(witness.name, made.at)
        return list(found.values())

    def _holds(self, names: set[str]) -> bool:
        for name, (threshold, members) in self.groups.items():  # a group names only what stands before it
            if sum(member in names for member in members) >= threshold:
                names.add(name)
        return self.quorum == "none" or self.quorum in names

    def text(self) -> str:
        """The policy as a file."""
        lines = [f"log {log.vkey()}" for log in self.logs]
        lines += [f"witness {each.name} {each.key.vkey()} {each.url}".rstrip() for each in self.witnesses]
        lines += [f"group {name} {k} {' '.join(members)}" for name, (k, members) in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


#: Seconds by which a witness's clock may be ahead.
_AHEAD = 300


def parse(text: str) -> Policy:
    """A policy from its file.

    Raises:
        BadInput: `POLICY_FILE`, with the line.
    """
    logs: list[Verifier] = []
    witnesses: list[Witness] = []
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    members: set[str] = set()
    quorum = ""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if any(ord(mark) < ord(" ") and mark != "\t" for mark in line):
            raise _wrong(number, "it holds a control character")
        if not words or words[0].startswith("#"):
            continue
        names = {each.name for each in witnesses} | groups.keys()
        match words:
            case ["log", key, *rest] if len(rest) <= 1:
                logs.append(_key(number, key, {KeyType.ED25519}, (each.public for each in logs)))
            case ["witness", name, key, *rest] if len(rest) <= 1:
                _new(number, name, names)
                found = _key(number, key, _COSIGNING, (each.key.public for each in witnesses))
                witnesses.append(Witness(name, found, rest[0] if rest else ""))
            case ["group", name, count, *of] if of:
                _new(number, name, names)
                if unknown := [each for each in of if each not in names or each in members]:
                    raise _wrong(number, f"{unknown[0]} is not defined before it, or is a member already")
                if len(set(of)) != len(of):
                    raise _wrong(number, "a member stands twice")
                members.update(of)
                groups[name] = (_threshold(number, count, len(of)), tuple(of))
            case ["quorum", name] if not quorum:
                if name != "none" and name not in names:
                    raise _wrong(number, f"{name} is not defined before it")
                quorum = name
            case _:
                raise _wrong(number, f"not understood: {line.strip()[:80]!r}")
    if not quorum:
        raise _wrong(len(text.split("\n")), "there is no quorum line")
    return Policy(tuple(logs), tuple(witnesses), groups, quorum)


def _key(number: int, word: str, types: Iterable[KeyType], others: Iterable[bytes]) -> Verifier:
    try:
        key = Verifier.parse(word)
    except BadInput as error:
        raise _wrong(number, error.what) from error
    if key.type not in types:
        raise _wrong(number, f"a key of type {key.type.name} does not do that")
    if key.public in set(others):
        raise _wrong(number, "the same key stands there already, under another name or the same")
    return key


def _new(number: int, name: str, names: Iterable[str]) -> None:
    if name in {"none", *names}:
        raise _wrong(number, f"{name} is defined already")


def _threshold(number: int, word: str, count: int) -> int:
    if word in {"any", "all"}:
        return 1 if word == "any" else count
    threshold = numbers.parse(word)
    if threshold is None or not 1 <= threshold <= count:
        raise _wrong(number, f"{word[:80]!r} is none of any, all, 1 to {count}")
    return threshold


def _wrong(number: int, what: str) -> BadInput:
    return BadInput(
        "POLICY_FILE",
        what,
        where=f"line {number}",
        why="a policy that is guessed at protects nobody",
        next_step="correct the file; the form is that of C2SP tlog-policy",
    )
