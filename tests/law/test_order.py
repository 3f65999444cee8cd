from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.law.order import OPTIONAL
from fourcorners.law.order import REQUIRED
from fourcorners.law.order import document_name
from fourcorners.law.order import parse
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import Refused
from fourcorners.model.instant import DAY
from fourcorners.model.instant import HOUR
from fourcorners.model.instant import rfc3339
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose
from fourcorners.model.instrument import State

ORDER = {
    "type": '"search_warrant"',
    "jurisdiction": '"US-FED"',
    "issuer": '"District Court, District of Columbia"',
    "issuer_role": '"magistrate_judge"',
    "purpose": '"criminal_investigation"',
    "custodian": '"Example Mail"',
    "accounts": '["Alice@Example.com", "192.0.2.7:1135", "2001:db8:0:100::/56"]',
    "categories": '["session_ip_log", "subscriber_identity"]',
    "window": '{start = "2026-03-01T00:00:00", end = "2026-03-08T00:00:00", zone = "America/New_York"}',
    "issued": "2026-03-09",
    "document": '"warrant.pdf"',
    "offence": '"18 USC 1343"',
}


def text_of(changes: dict[str, str | None] | None = None) -> bytes:
    order: dict[str, str | None] = {**ORDER, **(changes or {})}
    return "\n".join(f"{key} = {value}" for key, value in order.items() if value is not None).encode()


def read(changes: dict[str, str | None] | None = None) -> Instrument:
    return parse(text_of(changes), id="I-1", case="C-1", document_sha256="ab" * 32, entered_by="clerk")


def test_an_order_becomes_an_instrument() -> None:
    instrument = read(
        {
            "served": '"2026-03-10T09:00:00"',
            "serve_by": '"2026-03-23"',
            "retain_until": "2027-03-31",
            "reference": '"26-mj-0001"',
            "rank": '"Judge"',
        }
    )
    assert (instrument.id, instrument.case, instrument.entered_by) == ("I-1", "C-1", "clerk")
    assert (instrument.document_sha256, instrument.document_name) == ("ab" * 32, "warrant.pdf")
    assert (instrument.issuer_role, instrument.purpose) == (
        IssuerRole.MAGISTRATE_JUDGE,
        Purpose.CRIMINAL_INVESTIGATION,
    )
    assert [(target.kind, target.value, target.port) for target in instrument.scope.accounts] == [
        ("account", "alice@example.com", None),
        ("address", "192.0.2.7", 1135),
        ("prefix", "2001:db8:0:100::/56", None),
    ]
    assert instrument.scope.categories == {"session_ip_log", "subscriber_identity"}
    assert instrument.scope.window.text() == (
        "2026-03-01T05:00:00Z to 2026-03-08T05:00:00Z (declared in America/New_York)"
    )
    assert rfc3339(instrument.scope.window.utc_start) == "2026-03-01T00:00:00Z"
    assert instrument.state is State.SERVED
    assert instrument.served is not None
    assert instrument.serve_by is not None
    assert instrument.retain_until is not None
    assert rfc3339(instrument.issued) == "2026-03-09T04:00:00Z"
    assert instrument.served - instrument.issued == DAY + 9 * HOUR
    assert rfc3339(instrument.serve_by) == "2026-03-24T03:59:59Z"
    assert rfc3339(instrument.retain_until) == "2027-04-01T03:59:59Z"
    assert (instrument.reference, instrument.rank) == ("26-mj-0001", "Judge")


def test_optional_parts_may_be_absent() -> None:
    instrument = read({"offence": None})
    assert instrument.state is State.ISSUED
    assert (instrument.offence, instrument.rank, instrument.reference) == ("", "", "")
    assert (instrument.serve_by, instrument.retain_until, instrument.ratified) == (None, None, None)


def test_the_document_is_known_before_it_is_hashed() -> None:
    assert document_name(text_of()) == "warrant.pdf"


@pytest.mark.parametrize("key", REQUIRED)
def test_every_required_key_is_missed(key: str) -> None:
    with pytest.raises(BadInput) as caught:
        read({key: None})
    assert (caught.value.code, caught.value.where, caught.value.exit_code) == ("ORDER_FILE", key, 4)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("type", "5"),
        ("type", '" "'),
        ("issuer_role", '"clerk"'),
        ("accounts", '"alice@example.com"'),
        ("accounts", "[15555550100]"),
        ("categories", "[]"),
        ("categories", "[1]"),
        ("document", '"../warrant.pdf"'),
        ("document", '"a\\\\b.pdf"'),
        ("document", '".."'),
        ("offence", "true"),
        ("issued", '"9 March 2026"'),
        ("issued", "12:00:00"),
        ("served", '"2026-03-08T23:59:59"'),
        ("serve_by", '"2026-03-08"'),
        ("retain_until", '"9999-12-31"'),
        ("retain_until", "2026-03-08"),
        ("ratified", "2026-03-10"),
        ("ratified", '"2026-03-08T00:00:00Z"'),
        ("acounts", '["x"]'),
    ],
)
def test_a_wrong_value_is_refused_at_its_key(key: str, value: str) -> None:
    with pytest.raises(BadInput) as caught:
        read({key: value})
    assert (caught.value.code, caught.value.where) == ("ORDER_FILE", key)


def test_unknown_keys_are_all_named() -> None:
    with pytest.raises(BadInput, match="unknown keys: judge, zeal") as caught:
        read({"zeal": "1", "judge": "2"})
    assert "retain_until" in caught.value.next_step


@pytest.mark.parametrize(
    ("data", "where"), [(b"type = ", "the whole file"), (b"a = 1\na = 2", "the whole file"), (b"# \xff", "byte 2")]
)
def test_a_file_that_is_no_toml_is_refused(data: bytes, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        document_name(data)
    assert (caught.value.code, caught.value.where) == ("ORDER_FILE", where)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"accounts": "[]"}, "NO_PARTICULAR_TARGET"),
        ({"accounts": '["192.0.2.0/24"]'}, "NO_PARTICULAR_TARGET"),
        ({"accounts": '["alice@example.com", "*"]'}, "NO_PARTICULAR_TARGET"),
        ({"purpose": '"civil_immigration_enforcement"'}, "PURPOSE_REFUSED"),
        ({"purpose": '"oversight"'}, "PURPOSE_REFUSED"),
        ({"offence": '"8 USC 1227 (civil)"'}, "PURPOSE_REFUSED"),
        ({"type": '"ipa_interception_warrant"', "jurisdiction": '"UK"'}, "TYPE_REFUSED"),
        ({"categories": '["location_realtime"]'}, "CATEGORY_REFUSED"),
    ],
)
def test_the_closed_refusals_hold_while_reading(changes: dict[str, str | None], code: str) -> None:
    with pytest.raises(Refused) as caught:
        read(changes)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", code)


def test_service_on_the_day_of_issue_is_in_order() -> None:
    assert read({"issued": '"2026-03-09T15:00:00"', "served": "2026-03-09"}).state is State.SERVED


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=12).map(json.dumps)
    | st.sampled_from(
        ["1", "1.5", "nan", "true", "2026-03-09", "2026-03-09T01:02:03", "2026-03-09T01:02:03-05:00", "00:00:00"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.dictionaries(st.sampled_from(["start", "end", "zone", "x"]), inner, max_size=4).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*REQUIRED, *OPTIONAL]), VALUES, min_size=1, max_size=3))
def test_any_value_at_any_key_is_read_or_refused_with_a_code(changes: dict[str, str | None]) -> None:
    try:
        read(changes)
    except FourcornersError as error:
        assert error.code  # noqa: PT017 - both outcomes are in order; anything else would propagate


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(BadInput):
        document_name(data)
