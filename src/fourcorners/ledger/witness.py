"""A witness (C2SP tlog-witness): remembers each log's last checkpoint, and cosigns what continues it.

It persists before it answers, and compares and persists under one lock, so that no two requests, and no crash,
make it cosign two histories. A state that cannot be read makes it refuse: starting afresh would forget what it has
seen.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fourcorners.ledger import cosignature
from fourcorners.ledger import number
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signer
from fourcorners.ledger.note import Verifier
from fourcorners.ledger.note import open_note
from fourcorners.model import merkle
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError

if os.name == "posix":
    import fcntl

KEY, LOGS, INCIDENTS = "key", "logs", "incidents.jsonl"
SIZE_TYPE, TEXT_TYPE = "text/x.tlog.size", "text/plain; charset=utf-8"
#: Hashes of the longest consistency proof that is looked at.
_LONGEST = 63


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: an HTTP status, the type and the body."""

    status: int
    type: str
    body: bytes


class Witness:
    """The witness of one folder."""

    def __init__(self, folder: Path) -> None:
        """Open a witness that was made.

        Raises:
            UsageError: `NO_WITNESS`.
        """
        self._folder = folder
        try:
            kept = json.loads((folder / KEY).read_text(encoding="utf-8"))
            self.signer = Signer(kept["name"], bytes.fromhex(kept["seed"]), KeyType(kept["type"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                "NO_WITNESS",
                f"{folder} is no witness: {error}",
                where=str(folder),
                next_step="make one with `fourcorners witness init`",
            ) from error

    @classmethod
    def create(cls, folder: Path, name: str, key_type: KeyType = KeyType.ED25519_COSIGNATURE) -> Witness:
        """Make a witness with a new key, in a new folder.

        Raises:
            UsageError: `WITNESS_EXISTS`.
        """
        signer = Signer.generate(name, key_type)
        if (folder / KEY).exists():
            raise UsageError("WITNESS_EXISTS", f"{folder} is a witness already", next_step="name a new folder")
        (folder / LOGS).mkdir(parents=True, exist_ok=True, mode=0o700)
        _persist(folder / KEY, json.dumps({"name": name, "type": key_type, "seed": signer.seed.hex()}).encode())
        return cls(folder)

    def add_log(self, key: Verifier) -> None:
        """Watch over a log from now on; the key was handed over when the log began.

        Raises:
            UsageError: `WITNESS_EXISTS`, if it watches a log of that name.
        """
        with self._locked(key.name):
            path = self._path(key.name)
            if path.exists():
                raise UsageError(
                    "WITNESS_EXISTS",
                    f"{key.name} is watched already",
                    why="its last checkpoint would be forgotten",
                    next_step="a log with another key has another name",
                )
            _persist(path, json.dumps({"log": key.vkey(), "size": 0, "note": ""}).encode())

    def add_checkpoint(self, request: bytes, at: int) -> Answer:
        """Answer a request to cosign.

        Args:
            request: `old N`, the consistency proof, an empty line, the checkpoint.
            at: seconds UTC.
        """
        try:
            old, proof, data = _request(request)
            note = Note.parse(data)
            checkpoint = Checkpoint.parse(note.text)
        except BadInput as error:
            return _text(400, error.what)
        path = self._path(checkpoint.origin)
        if not path.exists():  # before the lock, which is a file: nobody makes files here by naming logs
            return _text(404, "this witness does not watch that log")
        with self._locked(checkpoint.origin):
            try:
                state = json.loads(path.read_text(encoding="utf-8"))
                known, size = Verifier.parse(state["log"]), int(state["size"])
                seen = Checkpoint.parse(Note.parse(state["note"].encode()).text) if size else None
            except (ValueError, KeyError, FourcornersError):
                return _text(500, "the witness cannot read what it has seen, and does not start afresh")
            try:
                signed = open_note(data, [known])
            except FourcornersError as error:
                return _text(403, error.what)
            if old > checkpoint.size:
                return _text(400, "the old size is larger than the new one")
            if old != size:
                # who lost an answer asks so as well; a log with less than was seen, or another root, is cut
                if checkpoint.size < size or (seen and checkpoint.size == size and checkpoint.root != seen.root):
                    self._incident(checkpoint, at, f"asked to continue {old}; {size} was seen")
                return Answer(409, SIZE_TYPE, f"{size}\n".encode())
            root = seen.root if seen else merkle.EMPTY
            if not merkle.is_consistent(old, root, checkpoint.size, checkpoint.root, proof):
                self._incident(checkpoint, at, f"no continuation of {old}")
                return _text(422, "that is no continuation of what was seen")
            line = cosignature.cosign(note.text, self.signer, at)
            # not the request's own bytes: lines that whoever asked put under them would be kept and read again
            stored = Note(signed.text, (*signed.signatures, line)).encode().decode()
            _persist(path, json.dumps({**state, "size": checkpoint.size, "note": stored}).encode())
            return _text(200, line.line())

    def last(self, origin: str) -> bytes | None:
        """The last checkpoint of a log that was cosigned, with the cosignature."""
        path = self._path(origin)
        if not path.exists():
            return None
        note: str = json.loads(path.read_text(encoding="utf-8"))["note"]
        return note.encode() or None

    def incidents(self) -> Iterator[dict[str, object]]:
        """What was refused since somebody's history did not continue, oldest first; each checkpoint once.

        A line that was cut off, as the machine stopped, is said to be one; it hides no other.
        """
        path = self._folder / INCIDENTS
        if path.exists():
            for n, line in enumerate(path.read_bytes().splitlines(), 1):
                yield _incident_of(line) or {"what": f"line {n} of {INCIDENTS} was cut off or changed"}

    def _incident(self, checkpoint: Checkpoint, at: int, what: str) -> None:
        """Keep a refusal, once a checkpoint: whoever has one that the log signed may send it without end."""
        about = {"log": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
        if any(about.items() <= each.items() for each in self.incidents()):
            return
        line = {"at": at, **about}
        with (self._folder / INCIDENTS).open("a", encoding="utf-8") as out:
            # a line that was cut off spoils no other
            start = "\n" if out.tell() and not _ends_a_line(self._folder / INCIDENTS) else ""
            out.write(start + json.dumps({**line, "what": what}) + "\n")
            out.flush()
            os.fsync(out.fileno())

    def _path(self, origin: str) -> Path:
        return self._folder / LOGS / f"{sha256(origin.encode()).hexdigest()}.json"

    @contextmanager
    def _locked(self, origin: str) -> Iterator[None]:
        # each entry opens the file anew, so that threads of one process exclude each other as well
        with self._path(origin).with_suffix(".lock").open("wb") as handle:
            if os.name == "posix":
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _request(data: bytes) -> tuple[int, list[bytes], bytes]:
    head, found, checkpoint = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        word, said = first.split(" ")
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except (ValueError, binascii.Error) as error:
        raise BadInput("NOTE", f"no request of a log: {error}") from error
    old = number.parse(said) if word == "old" else None
    if not found or old is None or len(proof) > _LONGEST or any(len(node) != merkle.HASH for node in proof):
        raise BadInput("NOTE", "no request of a log: its first lines are not those of the protocol")
    return old, proof, checkpoint


def _incident_of(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _text(status: int, body: str) -> Answer:
    return Answer(status, TEXT_TYPE, (body if body.endswith("\n") else body + "\n").encode())


def _persist(path: Path, data: bytes) -> None:
    """Replace a file, durable before this returns; readable by its owner only."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
