"""Whose rows are, told by the other members of a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fourcorners.model.records import Reading
from fourcorners.readers import discord
from fourcorners.readers import x
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.named_account import accounts
from fourcorners.readers.named_account import fact
from fourcorners.readers.named_account import relate
from fourcorners.readers.registry import Reader
from fourcorners.readers.table.time_format import TimeFormat


def reading(*names: str | None, problem: str | None = None) -> Reading:
    gathered = Gathered("subscriber", "account", Clock(TimeFormat.year_first()))
    for row, name in enumerate(names):
        gathered.add((row, 0, 1, 1), None, {"account": Value(name, [0, 1])} if name else {}, problem)
    return Reading("r/1", "", (), tuple(gathered.batches()), 0)


def told(*files: list[Reading]) -> list[list[list[str | None]]]:
    return [
        [[row["account"] for batch in each.batches for row in batch.rows.to_pylist()] for each in file]
        for file in relate(files)
    ]


def test_one_account_of_the_same_file_is_everybodys() -> None:
    assert told([reading(None, None), reading("ann")]) == [[["ann", "ann"], ["ann"]]]
    assert told([reading(None)], [reading("ann")]) == [[[None]], [["ann"]]]
    assert told([reading(None), reading("ann"), reading("Ann")]) == [[["ann"], ["ann"], ["ann"]]]


def test_two_accounts_are_nobodys() -> None:
    assert told([reading(None), reading("ann"), reading("bob")])[0][0] == [None]
    assert told([reading(None), reading("ann", "bob")])[0][0] == [None]


def test_a_member_that_names_an_account_leaves_its_other_rows_open() -> None:
    assert told([reading("ann", None), reading("ann")])[0][0] == ["ann", None]


@pytest.mark.parametrize("name", [None, "ann"])
def test_a_member_that_states_a_fact_twice_leaves_open_whose_the_file_is(name: str | None) -> None:
    doubtful = reading(name, problem="AMBIGUOUS_ROW")
    assert told([doubtful, reading("ann"), reading(None)]) == [[[name], ["ann"], [None]]]
    assert told([reading(name, problem="BROKEN_VALUE"), reading("ann"), reading(None)])[0][2] == ["ann"]


def test_a_member_that_names_one_that_cannot_be_told_leaves_it_open_too() -> None:
    doubtful = replace(reading(None), facts=fact("bob", doubt=True))
    assert told([doubtful, reading("ann"), reading(None)]) == [[[None], ["ann"], [None]]]
    assert fact("ann", doubt=False) == {"account": "ann"}
    assert fact(" ", doubt=False) == fact(None, doubt=False) == {}


@pytest.mark.parametrize(
    ("reader", "data"),
    [
        (discord.READER, b"User ID: 111111111111111111\nUser ID: 222222222222222222\n"),
        (x.READER, b'[{"account": {"accountId": {"a": 1}, "accountId": {"b": 2}, "email": "a@example.com"}}]'),
        (x.READER, b'[{"account": {"accountId": ["1"], "email": "a@example.com"}}]'),
    ],
)
def test_each_reader_says_when_it_cannot_tell(reader: Reader, data: bytes) -> None:
    assert reader.read(data, None).facts == {"account": ""}


def test_a_member_without_rows_stays_as_it_is() -> None:
    assert relate([[reading(), reading("ann")]])[0][0].batches == ()
    assert accounts([reading()]) == set()
