"""Names: one person types one name, and no two look the same."""

from __future__ import annotations

import pytest

from fourcorners.casework.people import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Lee", "ann lee"),
        ("Ann Lee", "Ann-Lee"),
        ("José", "Jose"),
        ("paul", "раul"),
        ("ΑΝΝ", "ann"),
        ("Ian", "lan"),
        ("user1", "userl"),
        ("bob0", "bobo"),
        ("burns", "bums"),
        ("\uff41nn", "ann"),
        ("straße", "strasse"),
    ],
)
def test_what_a_reader_takes_for_another_name_is_told(one: str, other: str) -> None:
    assert names.look_alike(one, other)
    assert names.look_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("ann", "ann"), ("ann", "anna"), ("user1", "user2"), ("李", "李娜"), ("☃", "☂")]
)
def test_other_names_are_other_names(one: str, other: str) -> None:
    assert not names.look_alike(one, other)


def test_a_name_has_one_form() -> None:
    assert names.normal("  Jose\u0301 \u00a0 Diaz ") == "Jos\u00e9 Diaz"
