"""RFC 3161, with a real authority on this machine: OpenSSL's `ts`, by file and over HTTP."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.ledger.authority import Authority
from tests.ledger.authority import make
from tests.ledger.authority import serving

from fourcorners.ledger import timestamp
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import VerificationFailed
from fourcorners.model.instant import SECOND

CHECKPOINT = b"log.example/1\n5\nAAAA\n\nsigned\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make(tmp_path_factory.mktemp("tsa") / "a")


def test_a_stamp_says_when_the_checkpoint_was_there(authority: Authority) -> None:
    before = time.time_ns() // SECOND
    asked = timestamp.request(CHECKPOINT)
    response = authority.answer(asked.data)
    at = timestamp.check(response, CHECKPOINT, authority.roots, asked.nonce)
    assert before - 1 <= at // SECOND <= time.time_ns() // SECOND + 1
    assert timestamp.check(response, CHECKPOINT, authority.roots) == at, "offline, later, without the nonce"


def test_another_checkpoint_nonce_or_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    asked = timestamp.request(CHECKPOINT)
    response = authority.answer(asked.data)
    stranger = Authority(tmp_path / "b")
    for checkpoint, roots, nonce in (
        (CHECKPOINT + b" ", authority.roots, asked.nonce),
        (CHECKPOINT, authority.roots, asked.nonce + 1),
        (CHECKPOINT, stranger.roots, asked.nonce),
        (CHECKPOINT, b"", asked.nonce),
    ):
        with pytest.raises(VerificationFailed) as found:
            timestamp.check(response, checkpoint, roots, nonce)
        assert found.value.code == "TIME_STAMP"
    for broken in (
        b"",
        response[:-3],
        response[: len(response) // 2] + b"\0" + response[len(response) // 2 + 1 :],
    ):
        with pytest.raises(VerificationFailed):
            timestamp.check(broken, CHECKPOINT, authority.roots)


def test_over_http(authority: Authority) -> None:
    asked = timestamp.request(CHECKPOINT)
    with serving(authority) as address:
        response = timestamp.ask(f"{address}/tsa", asked)
        with pytest.raises(BadInput) as found:
            timestamp.ask(f"{address}/broken", asked)
    assert timestamp.check(response, CHECKPOINT, authority.roots, asked.nonce)
    assert found.value.code == "WITNESS_ANSWER"
