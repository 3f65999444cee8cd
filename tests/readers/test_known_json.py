"""The exports of TikTok and Snapchat: lists by where they stand, facts, and what damage does to them."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.readers import mutants
from tests.readers.checked import attempt
from tests.readers.checked import keys
from tests.readers.checked import read
from tests.readers.checked import rows_of

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import Reading
from fourcorners.readers import registry
from fourcorners.readers import snapchat
from fourcorners.readers import tiktok_export
from fourcorners.readers.archive import Member
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.json_text import Node
from fourcorners.readers.json_text import walk
from fourcorners.readers.shown import keys as shown_keys
from fourcorners.samples import snapchat_export
from fourcorners.samples import tiktok_export as tiktok_sample
from fourcorners.samples import world as worlds
from fourcorners.samples.exports import File
from fourcorners.samples.world import World

TIKTOK, SNAPCHAT = tiktok_export.READER, snapchat.EXPORT
AT = 1_772_359_200  # 2026-03-01 10:00:00 UTC


def tiktok(*logins: Any, user: str = "ann.example", **parts: Any) -> dict[str, Any]:
    return {
        "Your Activity": {"Login History": {"LoginHistoryList": list(logins)}, **parts},
        "Profile": {"Profile Info": {"ProfileMap": {"userName": user}}},
    }


def login(**changed: Any) -> dict[str, Any]:
    row = {"Date": "2026-03-01 10:00:00 UTC", "IP": "192.0.2.7", "DeviceModel": "Example 5", **changed}
    return {key: value for key, value in row.items() if value != "absent"}


def account(*logins: Any, **parts: Any) -> dict[str, Any]:
    return {
        "Basic Information": {"Username": "ann.example"},
        "Device History": [],
        "Login History": list(logins),
        **parts,
    }


def entry(**changed: Any) -> dict[str, Any]:
    row = {"IP": "192.0.2.7", "Created": "2026-03-01 10:00:00 UTC", "Status": "failed", "Device": "Ex", **changed}
    return {key: value for key, value in row.items() if value != "absent"}


def logins(reader: registry.Reader, tree: Any, zone: ZoneDeclaration | None = None) -> list[dict[str, Any]]:
    data = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    assert registry.reader_for("account.json", data) is reader
    (related,) = reader.relate([[read(reader, data, zone)]])
    return rows_of(related[0], "login")


def test_a_login_of_tiktok() -> None:
    (row,) = logins(TIKTOK, tiktok(login(Carrier="c")))
    assert (row["account"], row["ip"], row["at"], row["zone_basis"], row["agent"], row["problem"]) == (
        *("ann.example", "192.0.2.7", AT * SECOND, "stated", "Example 5"),
        None,
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"Date": "01/03/2026 10:00:00"}, "BAD_TIME"),
        ({"Date": "2026-03-01"}, "BAD_TIME"),
        ({"Date": 1_772_359_200}, "BROKEN_VALUE"),
        ({"Date": "absent"}, "MISSING_TIME"),
        ({"Date": {"at": "2026-03-01 10:00:00 UTC"}}, "BROKEN_VALUE"),
        ({"IP": "192.0.2"}, "BAD_ADDRESS"),
        ({"IP": "192.0.2.0/24"}, "BAD_ADDRESS"),
        ({"IP": None}, "MISSING_ADDRESS"),
        ({"IP": ["192.0.2.7"]}, "BROKEN_VALUE"),
        ({"IP": {}}, "BROKEN_VALUE"),
        ({"DeviceModel": {"name": "x"}}, "BROKEN_VALUE"),
        ({"IP": "\ud800"}, "BROKEN_VALUE"),
    ],
)
def test_what_has_another_shape_is_rejected(changed: dict[str, Any], problem: str) -> None:
    found = logins(TIKTOK, tiktok(login(), login(**changed)))
    assert [row["problem"] for row in found] == [None, problem]


def test_a_time_without_a_zone_waits_for_one() -> None:
    tree = tiktok(login(Date="2026-03-01 10:00:00"))
    (row,) = logins(TIKTOK, tree)
    assert (row["at"], row["zone_basis"], row["problem"]) == (None, None, None)
    (row,) = logins(TIKTOK, tree, ZoneDeclaration("Europe/Berlin", "Ada Example"))
    assert (row["at"], row["zone_basis"]) == ((AT - 3600) * SECOND, "declared by Ada Example")


def test_a_login_of_snapchat_says_whether_it_succeeded() -> None:
    (row,) = logins(SNAPCHAT, account(entry(Country="US")))
    assert (row["account"], row["ip"], row["at"], row["action"], row["agent"]) == (
        *("ann.example", "192.0.2.7", AT * SECOND, "failed"),
        "Ex",
    )


def test_a_login_of_snapchat_may_lack_its_address_but_not_hide_it() -> None:
    found = logins(SNAPCHAT, account(entry(IP="absent"), entry(IP="absent", Address="192.0.2.7"), entry(IP=None)))
    assert [(row["ip"], row["problem"]) for row in found] == [
        (None, None),
        (None, "MISSING_ADDRESS"),
        (None, None),
    ]


def test_a_key_that_stands_twice_makes_a_row_ambiguous() -> None:
    data = json.dumps(tiktok(login(Twice="203.0.113.9"))).replace('"Twice"', '"IP"').encode()
    (row,) = logins(TIKTOK, data)
    assert row["problem"] == "AMBIGUOUS_ROW"
    facts = json.dumps(account(entry())).replace('{"Username"', '{"Username": "bob", "Username"').encode()
    reading = read(SNAPCHAT, facts)
    assert [row["problem"] for row in rows_of(reading, "subscriber")] == ["AMBIGUOUS_ROW", "AMBIGUOUS_ROW"]
    assert logins(SNAPCHAT, facts)[0]["account"] is None


#: What may stand under a key beside its text.
OTHERS = ('"bob"', "12345", "null", '""', "true", '{"x": "bob"}', '["bob"]', "{}", "[]")


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("key", ["IP", "Created", "Status", "Country", "Unheard"])
def test_whatever_stands_under_a_key_that_stands_twice_the_row_is_ambiguous(key: str, other: str) -> None:
    plain = json.dumps(account(entry(Country="US", Unheard="x")))
    for twice in (f'"{key}": {other}, "{key}"', f'"\\u00{ord(key[0]):02x}{key[1:]}": {other}, "{key}"'):
        (row,) = logins(SNAPCHAT, plain.replace(f'"{key}"', twice, 1).encode())
        assert (row["problem"], row["account"]) == ("AMBIGUOUS_ROW", "ann.example")


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("first", [True, False])
def test_facts_that_are_in_doubt_name_no_account(other: str, first: bool) -> None:  # noqa: FBT001 - the order
    plain = json.dumps(account(entry()))
    for own in (
        f'"Username": {other}, "Username": "ann.example"',
        f'"Username": "ann.example"}}, "Basic Information": {{"Username": {other}',
        f'"Username": "ann.example"}}, "Basic Information": {other}, "X": {{"a": 1',
    ):
        text = own if first or "}" in own else f'"Username": "ann.example", "Username": {other}'
        reading = read(SNAPCHAT, plain.replace('"Username": "ann.example"', text, 1).encode())
        assert (reading.facts, {row["problem"] for row in rows_of(reading, "subscriber")}) == (
            {"account": ""},
            {"AMBIGUOUS_ROW"},
        )
        named = read(SNAPCHAT, json.dumps(account(entry(), **{"Basic Information": {"Username": "bob"}})).encode())
        for readings in ([reading], [reading, named], [named, reading]):
            (related,) = SNAPCHAT.relate([readings])
            assert [
                row["account"]
                for each in related
                for row in rows_of(each, "login")
                if each.facts == {"account": ""}
            ] == [None]


@pytest.mark.parametrize("other", OTHERS)
def test_a_profile_that_stands_twice_names_no_account(other: str) -> None:
    for above in ('"Profile": {{"Profile Info": {}}}, ', '"Profile": {}, '):
        plain = json.dumps(tiktok(login()))
        data = plain.replace('"Profile"', above.format(other) + '"Profile"', 1).encode()
        assert [row["account"] for row in logins(TIKTOK, data)] == [None]


def test_a_user_name_of_another_type_is_none() -> None:
    for user in (12345, ["ann"], {"x": "ann"}, None, "", True, "\ud800"):
        found = logins(SNAPCHAT, account(entry(), **{"Basic Information": {"Username": user}}))
        assert [(row["account"], row["problem"]) for row in found] == [(None, None)]


def test_a_list_that_stands_twice_is_read_twice() -> None:
    data = json.dumps(account(entry(), Again=[entry(IP="192.0.2.8")])).replace("Again", "Login History").encode()
    assert [row["ip"] for row in logins(SNAPCHAT, data)] == ["192.0.2.7", "192.0.2.8"]


def test_what_stands_elsewhere_is_no_login() -> None:
    tree = tiktok(login(), Reposts={"LoginHistoryList": [login(IP="192.0.2.9")]}, LoginHistoryList=[login()])
    tree["LoginHistoryList"] = [login()]
    assert len(logins(TIKTOK, tree)) == 1
    tree = account(entry(), Other={"Login History": [entry()]})
    tree["Device History"] = [entry()]
    assert len(logins(SNAPCHAT, tree)) == 1
    odd = account(entry(), **{"Login Histories": [entry()]})
    odd["Login History"] += ["192.0.2.9", [entry()], 5, None]
    assert len(logins(SNAPCHAT, odd)) == 1
    assert (
        rows_of(read(SNAPCHAT, json.dumps(account(**{"Login History": {"a": entry()}})).encode()), "login") == []
    )


def test_a_name_that_stands_as_a_key_is_not_reported() -> None:
    tree = tiktok(login(Canarysmith="x"), Chats={"Chat History with canarysmith:": [{"Content": "x"}]})
    reading = read(TIKTOK, json.dumps(tree).encode())
    assert "anarysmith" not in str([item.path for item in reading.unclassified])
    assert {"Your Activity > Login History > LoginHistoryList > label of 11 characters"} <= {
        item.path for item in reading.unclassified
    }


def spoilt(tree: Any, name: str) -> Iterator[Any]:
    """The tree with a name as one key more, once for each object in it."""
    if isinstance(tree, dict):
        for value in ("x", {"note": "x"}, ["x"]):
            yield {**tree, name: value}
    for key, inner in (
        enumerate(tree) if isinstance(tree, list) else tree.items() if isinstance(tree, dict) else ()
    ):
        for changed in spoilt(inner, name):
            yield [*tree[:key], changed, *tree[key + 1 :]] if isinstance(tree, list) else {**tree, key: changed}


@pytest.mark.parametrize("tree", [tiktok(login(), Odd={"a": [[{"b": 1}]]}), account(entry(Odd={"a": {}}))])
def test_wherever_a_name_stands_as_a_key_no_report_shows_it(tree: Any) -> None:
    for changed in spoilt(tree, "CANARY child Jane Roe"):
        data = json.dumps(changed).encode()
        reader = registry.reader_for("user_data.json", data)
        assert reader is not None
        reading = read(reader, data)
        assert "label of 21 characters" in str(reading.unclassified)
        assert "CANARY" not in f"{reading.unclassified} {reading.labels} {reading.facts}"


def test_what_is_nested_deep_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    told = shown_keys.shown_key

    def look(key: str, known: frozenset[str]) -> str:
        looked.append(key)
        return told(key, known)

    monkeypatch.setattr(shown_keys, "shown_key", look)
    deep = '{"address": ' * 100 + "[" + '1, {"a": 1}, [1], ' * 500 + "1]" + "}" * 100
    reading = read(SNAPCHAT, json.dumps(account(Odd="")).replace('"Odd": ""', f'"Odd": {deep}').encode())
    assert sum(item.texts for item in reading.unclassified) == 1_501
    assert len(looked) == 102


def test_values_that_no_field_holds_are_holes_of_their_row() -> None:
    data = json.dumps(tiktok(login(Carrier="c", Odd={"a": [1]}))).encode()
    holes = read(TIKTOK, data).holes.to_pylist()
    assert [data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True)] == [b'"Carrier": "c"', b"1"]


@pytest.mark.parametrize("tree", [tiktok(user=""), account(**{"Basic Information": {}})])
def test_an_empty_list_says_so(tree: Any) -> None:
    data = json.dumps(tree).encode()
    reader = registry.reader_for("user_data.json", data)
    assert reader is not None
    reading = reader.read(data, None)
    intake.check(reading, Member("", data, "", len(data)), reader)
    assert reading.says_empty


def test_a_file_without_the_list_is_not_empty() -> None:
    data = json.dumps({"Your Activity": {"Watch History": {"VideoList": []}}, "Profile": {}}).encode()
    assert registry.reader_for("x/user_data.json", data) is TIKTOK
    with pytest.raises(BadInput) as caught:
        intake.check(TIKTOK.read(data), Member("", data, "", len(data)), TIKTOK)
    assert caught.value.code == "NO_RECOGNISED_ROW"


@pytest.mark.parametrize(
    ("path", "data", "known"),
    [
        ("any.json", tiktok(login()), TIKTOK),
        ("user_data_tiktok.json", {"Comment": {"Comments": {}}}, TIKTOK),
        ("other.json", {"Comment": {"Comments": {}}}, None),
        ("user_data.json", {"users": {}}, None),
        ("any.json", account(entry()), SNAPCHAT),
        ("account.json", {"Basic Information": {"Username": "x"}}, None),
        ("account.json", [account(entry())], None),
    ],
)
def test_a_file_is_known_by_its_keys(path: str, data: Any, known: registry.Reader | None) -> None:
    assert registry.reader_for(path, json.dumps(data).encode()) is known


# generated files, whole and damaged

EXPORTS: dict[str, tuple[registry.Reader, Callable[[World, int], Iterator[File]]]] = {
    "tiktok": (TIKTOK, tiktok_sample.export),
    "snapchat": (SNAPCHAT, snapchat_export.export),
}
FIELDS = ("ip", "at")


def made(name: str, seed: int, rows: int) -> tuple[bytes, set[tuple[object, ...]]]:
    """The file of an export that is read, and its logins."""
    file = next(iter(EXPORTS[name][1](worlds.build(seed), rows)))
    truth: set[tuple[object, ...]] = {
        (row.values[1], parse_rfc3339(str(row.values[3])).ns)
        for row in file.rows or []
        if row.kind == "login" and row.values[3]
    }
    return "".join(file.pieces).encode(), truth


def tried(name: str, count: int) -> Counter[tuple[str, str]]:
    seed = secrets.randbelow(10**6)
    data, truth = made(name, seed, 12)
    return mutants.run(
        EXPORTS[name][0],
        data,
        "json",
        truth,
        count=count,
        seed=seed,
        path="user_data.json",
        fields=FIELDS,
        may_lack=("ip",),
    )


@pytest.mark.parametrize("name", EXPORTS)
def test_no_mutant_pairs_values_that_did_not_stand_together(name: str) -> None:
    assert sum(tried(name, 120).values()) == 120


@pytest.mark.torture
@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("_n", range(8))
def test_no_mutant_of_many_pairs_them(name: str, _n: int) -> None:
    tried(name, 1_000)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_file_that_is_cut_gives_nothing(name: str) -> None:
    data, _ = made(name, 5, 2)
    for size in range(0, len(data.rstrip()), 5):
        found = attempt(EXPORTS[name][0], data[:size])
        assert found in {"TRUNCATED", "JSON"}, size


@pytest.mark.parametrize("name", EXPORTS)
def test_the_count_bites(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = EXPORTS[name][0]
    data, _ = made(name, 6, 9)
    whole = Gathered.add
    dropped = iter([True])

    def drop(self: Gathered, *row: Any) -> None:
        if not next(dropped, False):
            whole(self, *row)

    monkeypatch.setattr(Gathered, "add", drop)
    with pytest.raises(BadInput, match="CONSERVATION"):
        intake.check(reader.read(data, None), Member("", data, "", len(data)), reader)
    monkeypatch.setattr(Gathered, "add", whole)

    def skip(given: bytes) -> Iterator[Node]:
        yield from (node for node in walk(given) if node.path[-1:] not in {("Device",), ("Carrier",)})

    monkeypatch.setattr("fourcorners.readers.known_json.walk", skip)
    with pytest.raises(BadInput, match="CONSERVATION"):
        intake.check(reader.read(data, None), Member("", data, "", len(data)), reader)


def test_a_reading_names_its_rows_whatever_else_is_in_the_file(tmp_path: Path) -> None:
    data, truth = made("tiktok", 7, 30)
    tree = json.loads(data)
    tree["Direct Message"] = {f"Chat {n}": {"ChatHistory": [{"Content": "x"}] * 50} for n in range(200)}
    (tmp_path / "user_data.json").write_text(json.dumps(tree))
    reading = read(TIKTOK, (tmp_path / "user_data.json").read_bytes())
    assert isinstance(reading, Reading)
    assert {key[1:] for key in keys(reading, *FIELDS) if key[0] == "login"} == truth
    assert len(reading.unclassified) < 30
