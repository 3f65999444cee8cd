"""The log's side of witnessing: the request that is sent or carried, and what the answer means.

A request and its answer are files as well as HTTP messages. The answer's file begins with a line of the status, so
that a witness on a machine without a network says the same as one that is asked over it.
"""

from __future__ import annotations

import base64
import re
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from fourcorners.ledger import cosignature
from fourcorners.ledger import number
from fourcorners.ledger.checkpoint import Checkpoint
from fourcorners.ledger.note import Note
from fourcorners.ledger.note import Signature
from fourcorners.ledger.note import Verifier
from fourcorners.ledger.witness import SIZE_TYPE
from fourcorners.ledger.witness import TEXT_TYPE
from fourcorners.ledger.witness import Answer
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed

#: Seconds that a witness or time-stamping authority may take; bytes of its longest answer.
SECONDS, LARGEST = 30, 1 << 20

_STATUS = re.compile(rb"[1-5][0-9]{2}")


def request(old: int, proof: list[bytes], note: Note) -> bytes:
    """What asks a witness to cosign.

    Args:
        old: size of the checkpoint that it cosigned last, 0 for none.
        proof: consistency proof from there.
        note: the checkpoint, signed by the log.
    """
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof), "", ""]
    return "\n".join(lines).encode() + note.encode()


def asked_size(data: bytes) -> int:
    """How many entries the checkpoint of a request has that `request` made."""
    return Checkpoint.parse(Note.parse(data.partition(b"\n\n")[2]).text).size


def merge(note: Note, answer: Answer, witness: Verifier) -> Note:
    """The checkpoint with the witness's line under it.

    Raises:
        VerificationFailed: `ROLLED_BACK`: the witness has seen more than the log has, or another history;
            `SIGNATURE`: the line is not the witness's.
        BadInput: `WITNESS_ANSWER`.
    """
    if answer.status == 409:  # noqa: PLR2004 - the protocol's number
        raise _behind(note, answer)
    if answer.status == 422:  # noqa: PLR2004 - the same
        raise VerificationFailed(
            "ROLLED_BACK",
            "the witness has seen another history of this log",
            why="entries that the witness vouched for were changed or are gone",
            next_step="keep the workspace as it is; the witness's last checkpoint shows what was there",
        )
    said = answer.body.decode("utf-8", "replace").strip()
    if answer.status != 200:  # noqa: PLR2004 - the same
        raise _answer(f"{answer.status} {said[:200]}")
    lines = [Signature.parse(line) for line in said.split("\n")]
    mine = [line for line in lines if cosignature.check(note.text, line, witness)]
    if not mine:
        raise VerificationFailed(
            "SIGNATURE",
            f"the answer holds no true cosignature of {witness.name}",
            next_step="compare the witness's key with the one that it handed over",
        )
    others = tuple(each for each in note.signatures if each.key_id != mine[0].key_id)
    return Note(note.text, (*others, mine[0]))


def cosigns(note: Note, answer: Answer, witness: Verifier) -> bool:
    """Whether an answer is the witness's cosignature of this checkpoint."""
    if answer.status != 200:  # noqa: PLR2004 - the protocol's number
        return False
    lines = (Signature.parse(line) for line in answer.body.decode("utf-8", "replace").strip().split("\n"))
    return any(cosignature.check(note.text, line, witness) for line in lines)


def _behind(note: Note, answer: Answer) -> VerificationFailed | BadInput:
    seen = seen_size(answer)
    if seen is None:
        return _answer("a conflict without its size")
    have = Checkpoint.parse(note.text).size
    if seen > have:
        return VerificationFailed(
            "ROLLED_BACK",
            f"the witness has seen {seen} entries, this log has {have}",
            why="an older copy was put in place of the newer one: steps are missing",
            next_step="restore the newest copy, or account for the missing entries with the witness's checkpoint",
        )
    return _answer(f"it cosigned {seen} entries last, not what this log remembers")


def check_cosigned(answer: Answer) -> None:
    """Say it on the witness's side as well, where a request was carried there by file.

    Raises:
        BadInput: `WITNESS_ANSWER`.
    """
    if answer.status != 200:  # noqa: PLR2004 - the protocol's number
        said = answer.body.decode("utf-8", "replace").strip()
        raise BadInput(
            "WITNESS_ANSWER",
            f"nothing was cosigned: {answer.status} {said[:200]}",
            next_step="carry the answer back all the same: the log's side needs it to ask again",
        )


def seen_size(answer: Answer) -> int | None:
    """The size that a witness says it cosigned last, where it says so."""
    if answer.type != SIZE_TYPE:
        return None
    return number.parse(answer.body.decode("ascii", "replace").removesuffix("\n"))


def post(url: str, body: bytes, content_type: str) -> Answer:
    """Send bytes and take the answer; no redirects are followed.

    Raises:
        BadInput: `WITNESS_ANSWER`: no http or https address, no answer, or one that is too long.
    """
    check_address(url)
    sending = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})  # noqa: S310 - checked
    try:
        with _OPENER.open(sending, timeout=SECONDS) as got:
            return _take(got.status, got.headers.get("Content-Type", ""), got.read(LARGEST + 1))
    except urllib.error.HTTPError as error:
        return _take(error.code, error.headers.get("Content-Type", ""), error.read(LARGEST + 1))
    except (OSError, HTTPException) as error:
        raise _answer(f"no answer: {error}") from error


def check_address(url: str) -> None:
    """Whether an address can be asked at all.

    Raises:
        BadInput: `WITNESS_ANSWER`.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an address in them, a port that is no number
        sound = False
    if not sound:
        raise _answer(f"{url!r} is no http or https address")


def _take(status: int, content_type: str, body: bytes) -> Answer:
    if len(body) > LARGEST:
        raise _answer("the answer is too long")
    return Answer(status, content_type, body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def to_file(answer: Answer) -> bytes:
    """An answer as a file."""
    return f"{answer.status}\n".encode() + answer.body


def from_file(data: bytes) -> Answer:
    """An answer from its file.

    Raises:
        BadInput: `WITNESS_ANSWER`.
    """
    status, found, body = data.partition(b"\n")
    if not found or not _STATUS.fullmatch(status):
        raise _answer("the file does not begin with a status")
    return Answer(int(status), SIZE_TYPE if status == b"409" else TEXT_TYPE, body)


def _answer(what: str) -> BadInput:
    return BadInput(
        "WITNESS_ANSWER",
        f"the witness did not cosign: {what}",
        why="until a witness outside holds a checkpoint, whoever holds the log's key can rewrite the log",
        next_step="ask again, which begins where the witness stands; or ask whoever runs it",
    )
