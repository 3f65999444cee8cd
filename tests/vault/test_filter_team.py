from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.vault.filter_team import Custodian
from fourcorners.vault.filter_team import CustodianKey
from fourcorners.vault.filter_team import FilterTeam

NAMES = ["carol", "dave", "erin", "frank", "grace"]


def team_of(count: int) -> tuple[FilterTeam, list[CustodianKey]]:
    keys = [CustodianKey.generate(name) for name in NAMES[:count]]
    return FilterTeam(tuple(key.custodian for key in keys)), keys


@settings(max_examples=12)
@given(st.integers(2, 5))
def test_any_two_open_in_any_order_and_no_one_alone(count: int) -> None:
    team, keys = team_of(count)
    secret = secrets.token_bytes(32)
    wrapped = team.wrap(secret, b"I-1 a")
    for first, second in itertools.permutations(keys, 2):
        assert second.finish(first.begin(wrapped, b"I-1 a"), b"I-1 a") == secret
    for key in keys:
        begun = key.begin(wrapped, b"I-1 a")
        assert key.name not in json.loads(begun)
        assert secret not in begun
        with pytest.raises(Refused):
            key.finish(begun, b"I-1 a")
        with pytest.raises(Refused):
            key.finish(wrapped, b"I-1 a")


def test_another_file_another_team_and_another_key_of_the_same_name_open_nothing() -> None:
    team, keys = team_of(3)
    wrapped = team.wrap(secrets.token_bytes(32), b"I-1 a")
    impostor = CustodianKey.generate("dave")
    stranger = CustodianKey.generate("mallory")
    attempts: list[Callable[[], object]] = [
        lambda: keys[0].begin(wrapped, b"I-1 b"),
        lambda: keys[1].finish(keys[0].begin(wrapped, b"I-1 a"), b"I-1 b"),
        lambda: impostor.begin(wrapped, b"I-1 a"),
        lambda: stranger.begin(wrapped, b"I-1 a"),
        lambda: impostor.finish(keys[0].begin(wrapped, b"I-1 a"), b"I-1 a"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as found:
            attempt()
        assert found.value.code == "NOT_A_CUSTODIAN"


def test_a_team_is_two_persons_with_two_keys() -> None:
    carol = CustodianKey.generate("carol").custodian
    for custodians in (
        (),
        (carol,),
        (carol, carol),
        (carol, Custodian("dave", carol.public)),
        (carol, CustodianKey.generate("carol").custodian),
    ):
        with pytest.raises(BadInput) as found:
            FilterTeam(custodians)
        assert found.value.code == "CUSTODIAN_KEY"


def test_a_line_that_was_typed_wrong_is_noticed() -> None:
    line = CustodianKey.generate("carol of the court").custodian.line()
    assert Custodian.parse(line).name == "carol of the court"
    for place in range(len(line)):
        changed = line[:place] + ("A" if line[place] != "A" else "B") + line[place + 1 :]
        with pytest.raises(BadInput):
            Custodian.parse(changed)


def test_a_custodians_file_opens_with_its_passphrase_alone() -> None:
    key = CustodianKey.generate("carol")
    data = key.to_file(b"a long passphrase")
    assert CustodianKey.from_file(data, b"a long passphrase").custodian == key.custodian
    for other, passphrase in ((data, b"another"), (data[:-5], b"a long passphrase"), (b"{}", b""), (b"[]", b"")):
        with pytest.raises(BadInput) as found:
            CustodianKey.from_file(other, passphrase)
        assert "makes a custodian's key" not in found.value.next_step, "a new key would open nothing"
    with pytest.raises(BadInput, match="passphrase does not open"):
        CustodianKey.from_file(data, b"another")
    for cut in (data[:-5], b"", b"5", b"\xff", b"[" * 100_000, data.replace(b'"nonce": "', b'"nonce": "00zz')):
        with pytest.raises(BadInput, match="no custodian's key"):
            CustodianKey.from_file(cut, b"a long passphrase")


def test_a_key_file_cannot_be_renamed_to_another_custodian() -> None:
    data = CustodianKey.generate("carol").to_file(b"a long passphrase")
    with pytest.raises(BadInput):
        CustodianKey.from_file(data.replace(b"carol", b"david"), b"a long passphrase")
