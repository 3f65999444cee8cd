"""RFC 3161 time stamps over a checkpoint, by an authority that the user names; checked offline.

A time stamp says that the checkpoint existed by then, whatever the clock of this machine says.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from rfc3161_client import TimestampRequestBuilder
from rfc3161_client import VerificationError
from rfc3161_client import VerifierBuilder
from rfc3161_client import decode_timestamp_response

from fourcorners.ledger import submission
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instant import from_datetime

REQUEST_TYPE = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent or carried, and the nonce that the answer must repeat."""

    data: bytes
    nonce: int


def request(checkpoint: bytes) -> Request:
    """Ask for a time stamp over a signed checkpoint; the authority's certificate is to come with it."""
    made = TimestampRequestBuilder().data(checkpoint).nonce(nonce=True).cert_request(cert_request=True).build()
    assert made.nonce is not None
    return Request(made.as_bytes(), made.nonce)


def ask(url: str, asked: Request) -> bytes:
    """Send a request to the authority.

    Raises:
        BadInput: `WITNESS_ANSWER`.
    """
    answer = submission.post(url, asked.data, REQUEST_TYPE)
    if answer.status != 200:  # noqa: PLR2004 - HTTP's number
        raise BadInput(
            "WITNESS_ANSWER",
            f"the time-stamping authority answered {answer.status}",
            where=url,
            next_step="ask whoever runs it, or carry the request by file",
        )
    return answer.body


def check(response: bytes, checkpoint: bytes, roots: bytes, nonce: int | None = None) -> int:
    """The time that an authority stamped a checkpoint with, ns UTC.

    Args:
        response: the time-stamp response, strict DER.
        checkpoint: the signed checkpoint.
        roots: the authority's root certificates, PEM, handed over by other means than the response.
        nonce: of the request, where it is known.

    Raises:
        VerificationFailed: `TIME_STAMP`.
    """
    try:
        stamp = decode_timestamp_response(response)
        verifier = VerifierBuilder(roots=x509.load_pem_x509_certificates(roots), nonce=nonce).build()
        verifier.verify_message(stamp, checkpoint)
        return from_datetime(stamp.tst_info.gen_time)
    except (ValueError, VerificationError) as error:
        raise VerificationFailed(
            "TIME_STAMP",
            f"the time stamp is not one over this checkpoint by that authority: {error}",
            why="without it only this machine's clock says when the checkpoint was made",
            next_step="ask the authority again; strict DER is needed, with one certificate in the response",
        ) from error
