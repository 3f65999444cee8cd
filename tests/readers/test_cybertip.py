"""CyberTipline reports against values that the test knows, and against damage of every kind."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.readers import mutants
from tests.readers import skeletons
from tests.readers.checked import attempt
from tests.readers.checked import read
from tests.readers.checked import rows_of
from tests.readers.checked import texts_of

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.archive import Member
from fourcorners.readers.cybertip import CUSTODIANS
from fourcorners.readers.cybertip import READER
from fourcorners.readers.gathered import Gathered
from fourcorners.samples.make import make

LOGIN = {
    "captureType": "IP Address",
    "value": "198.51.100.7",
    "port": 4711,
    "dateTime": "2026-02-12T10:00:00Z",
    "eventName": "UPLOAD",
}


def capturing(*captures: Any) -> dict[str, Any]:
    return {"sourceInformation": {"sourceCaptures": list(captures)}}


def report(
    *people: Any, recipients: Any = (), files: Any = (), number: Any = 123456789, **information: Any
) -> bytes:
    return json.dumps(
        {
            "reportId": number,
            "reportedInformation": {
                "reportingEsp": {"espName": "Example Chat, Inc."},
                "reportedPeople": {"reportedPersons": list(people)},
                "intendedRecipients": {"intendedRecipients": list(recipients)},
                "uploadedFiles": {"uploadedFiles": list(files)},
            }
            | information,
        }
    ).encode()


def logins(data: bytes) -> list[tuple[Any, ...]]:
    return [
        (row["problem"], row["account"], row["ip"], row["port"], row["at_text"], row["action"])
        for row in rows_of(read(READER, data), "login")
    ]


def problems(**changed: Any) -> list[str | None]:
    return [row[0] for row in logins(report({"espUserId": "1"} | capturing(LOGIN, LOGIN | changed)))]


def test_a_reported_person_s_addresses_are_logins_with_the_event_s_own_word() -> None:
    upload, login = LOGIN, LOGIN | {"value": "2001:DB8::1", "port": None, "eventName": "Login"}
    data = report({"espUserId": "1001"} | capturing(upload, login), {"espUserId": 1002} | capturing(login))
    assert logins(data) == [
        (None, "1001", "198.51.100.7", 4711, "2026-02-12T10:00:00Z", "UPLOAD"),
        (None, "1001", "2001:db8::1", None, "2026-02-12T10:00:00Z", "Login"),
        (None, "1002", "2001:db8::1", None, "2026-02-12T10:00:00Z", "Login"),
    ]
    reading = read(READER, data)
    assert {row["zone_basis"] for row in rows_of(reading, "login")} == {"stated"}
    assert reading.facts == {"cybertip": "123456789"}
    assert reading.custodians == ("Example Chat, Inc.", *CUSTODIANS)
    assert held_back(data).count("IP Address") == 3  # no field holds it, so no slice does


@pytest.mark.parametrize(
    ("file_text", "at"),
    [
        ("2026-02-12T10:00:00Z", "2026-02-12T10:00:00Z"),
        ("2026-02-12T10:00:00.250-05:00", "2026-02-12T15:00:00.25Z"),
        ("2026-02-12T10:00:00+05:30", "2026-02-12T04:30:00Z"),
    ],
)
def test_an_offset_is_obeyed(file_text: str, at: str) -> None:
    (row,) = rows_of(
        read(READER, report({"espUserId": "1"} | capturing(LOGIN | {"dateTime": file_text}))), "login"
    )
    assert (row["at"], row["zone_basis"]) == (parse_rfc3339(at).ns, "stated")


def test_a_zone_is_never_supplied() -> None:
    data = report({"espUserId": "1"} | capturing(LOGIN | {"dateTime": "2026-02-12T10:00:00"}))
    (row,) = rows_of(read(READER, data), "login")
    assert (row["at"], row["zone_basis"], row["problem"]) == (None, None, None)
    (row,) = rows_of(read(READER, data, ZoneDeclaration("America/New_York", "Ada Example")), "login")
    assert (row["at"], row["zone_basis"]) == (1_770_908_400_000_000_000, "declared by Ada Example")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"dateTime": "12/02/2026 10:00"}, "BAD_TIME"),
        ({"dateTime": "2026-02-30T10:00:00Z"}, "BAD_TIME"),
        ({"dateTime": 1770890400}, "BAD_TIME"),
        ({"dateTime": None}, "MISSING_TIME"),
        ({"dateTime": ""}, "MISSING_TIME"),
        ({"dateTime": {"value": "2026-02-12T10:00:00Z"}}, "BROKEN_VALUE"),
        ({"dateTime": {}}, "BROKEN_VALUE"),
        ({"port": []}, "BROKEN_VALUE"),
        ({"value": "198.51.100.300"}, "BAD_ADDRESS"),
        ({"value": "198.51.100.0/24"}, "BAD_ADDRESS"),
        ({"value": "198.51.100.7, 198.51.100.8"}, "BAD_ADDRESS"),
        ({"value": None}, "MISSING_ADDRESS"),
        ({"value": ["198.51.100.9"]}, "BROKEN_VALUE"),
        ({"value": "\ud800"}, "BROKEN_VALUE"),
        ({"port": 70000}, "BAD_PORT"),
        ({"port": "80a"}, "BAD_PORT"),
        ({"port": True}, "BAD_PORT"),
        ({"value": "198.51.100.7:1"}, "BAD_PORT"),  # two ports
    ],
)
def test_what_has_not_its_shape_is_rejected(changed: dict[str, Any], problem: str) -> None:
    assert problems(**changed) == [None, problem]


@pytest.mark.parametrize("kind", ["URL", "Profile URL", "Device ID", "ip address", "IP Address ", "", None, 1])
def test_a_capture_that_does_not_say_address_is_no_login(kind: Any) -> None:
    data = report({"espUserId": "1"} | capturing(LOGIN | {"captureType": kind}))
    assert logins(data) == []
    assert "198.51.100.7" in held_back(data)


def held_back(data: bytes) -> str:
    holes = read(READER, data).holes.to_pylist()
    return b"|".join(data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True)).decode()


def test_a_file_s_address_is_nobody_s_even_where_one_person_is_reported() -> None:
    file = {"filename": "secret.jpg", "viewedByEsp": False, "verificationHash": "secret"} | capturing(LOGIN)
    data = report({"espUserId": "1001"}, files=[file, file | {"espUserId": "1001"}])
    assert [(problem, account) for problem, account, *_ in logins(data)] == [(None, None)] * 2
    reading = read(READER, data)
    assert {item.path.rpartition(" > ")[2]: item.texts for item in reading.unclassified} == {
        "filename": 2,
        "viewedByEsp": 2,
        "verificationHash": 2,
        "espUserId": 1,
    }
    assert held_back(data).count("secret") == 4
    related = READER.relate([[reading]])[0][0]
    assert {row["account"] for row in rows_of(related, "login")} == {None}


def test_a_recipient_is_one_row_that_no_family_holds() -> None:
    recipient = {"espUserId": "1001", "firstName": "secret", "emails": {"emails": [{"value": "secret"}]}}
    data = report(recipients=[recipient | capturing(LOGIN, LOGIN), {"firstName": None}])
    rows = rows_of(read(READER, data))
    assert [(row["family"], row["account"], row["texts"]) for row in rows] == [
        ("capture", "1001", 13),
        ("capture", None, 1),
    ]
    assert not {"ip", "value"} & set(rows[0])


def test_facts_about_a_reported_person_are_named_by_the_key_that_says_what_they_are() -> None:
    person = {
        "espUserId": "1001",
        "screenName": {"value": "ada"},
        "firstName": "Ada",
        "emails": {"emails": [{"value": "a@example.com", "verified": True}, {"value": "b@example.com"}]},
        "ipAddress": "192.0.2.7",
        "gangAffiliation": "secret",
        "additionalInformations": [{"value": "secret"}],
        "screenNames": {"value": "secret"},
    }
    rows = rows_of(read(READER, report(person)), "subscriber")
    assert [(row["account"], row["category"], row["attribute"], row["value"]) for row in rows] == [
        ("1001", "subscriber_identity", "espUserId", "1001"),
        ("1001", "subscriber_identity", "screenName", "ada"),
        ("1001", "subscriber_identity", "firstName", "Ada"),
        ("1001", "subscriber_identity", "emails", "a@example.com"),
        ("1001", "subscriber_identity", "emails", "b@example.com"),
        ("1001", "session_ip_log", "ipAddress", "192.0.2.7"),
    ]
    assert held_back(report(person)).count("secret") == 3
    flawed = rows_of(read(READER, report(person | {"ipAddress": "192.0.2.300"})), "subscriber")
    assert [row["problem"] for row in flawed] == [None] * 5 + ["BAD_ADDRESS"]


@pytest.mark.parametrize("account", [None, "", True, {"value": "1001"}, ["1001"]])
def test_an_account_that_is_not_stated_is_not_taken_from_elsewhere(account: Any) -> None:
    person = {"espUserId": account, "screenName": {"value": "1001"}} | capturing(LOGIN)
    assert {row["account"] for row in rows_of(read(READER, report(person)))} == {None}


def test_a_key_twice_leaves_its_row_in_doubt() -> None:
    plain = report({"espUserId": "1001", "firstName": "Ada"} | capturing(LOGIN)).decode()

    def twice(old: str, new: str) -> list[tuple[Any, ...]]:
        assert old in plain
        rows = rows_of(read(READER, plain.replace(old, new, 1).encode()))
        return [(row["family"], row["problem"], row["account"]) for row in rows]

    assert ("login", "AMBIGUOUS_ROW", "1001") in twice('"port"', '"value": "192.0.2.9", "port"')
    assert {account for *_, account in twice('"espUserId"', '"espUserId": "1002", "espUserId"')} == {None}
    assert (
        twice('"firstName"', '"firstName": "Eve", "firstName"').count(("subscriber", "AMBIGUOUS_ROW", "1001")) == 2
    )
    two = json.dumps(capturing(LOGIN | {"value": "192.0.2.9"}))[1:-1]
    assert [row[:3] for row in logins(plain.replace('"firstName"', f'{two}, "firstName"', 1).encode())] == [
        (None, "1001", "192.0.2.9"),
        (None, "1001", "198.51.100.7"),
    ]


#: What may stand under a key beside its text.
OTHERS = ('"1002"', "1002", "null", '""', "true", '{"x": "1002"}', '["1002"]', "{}", "[]")


@pytest.mark.parametrize("other", OTHERS)
def test_whatever_stands_under_a_key_that_stands_twice_it_is_in_doubt(other: str) -> None:
    person = {"espUserId": "1001", "firstName": "Ada", "screenName": {"value": "ada"}, "unheard": 1} | capturing(
        LOGIN | {"unheard": 1}
    )
    plain = report(person).decode()

    def twice(key: str, after: str = '"reportedPersons": ') -> list[tuple[Any, ...]]:
        head, sign, tail = plain.partition(after)
        assert f'"{key}"' in tail
        text = head + sign + tail.replace(f'"{key}"', f'"{key}": {other}, "{key}"', 1)
        rows = rows_of(read(READER, text.encode()))
        return [(row["family"], row["problem"], row["account"]) for row in rows]

    for key in ("value", "port", "dateTime", "eventName", "unheard"):
        assert ("login", "AMBIGUOUS_ROW", "1001") in twice(key, '"captureType": ')
    assert "login" not in {family for family, *_ in twice("captureType")}  # nobody knows what was captured
    assert {account for *_, account in twice("espUserId")} == {None}
    for key in ("firstName", "screenName"):
        assert ("subscriber", "AMBIGUOUS_ROW", "1001") in twice(key)
    for key in ("reportId", "reportedInformation", "reportingEsp", "espName"):
        reading = read(READER, plain.replace(f'"{key}"', f'"{key}": {other}, "{key}"', 1).encode())
        assert (reading.facts == {}) == (key == "reportId")
        assert (reading.custodians == CUSTODIANS) == (key != "reportId")


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


def test_wherever_a_name_stands_as_a_key_no_report_shows_it() -> None:
    person = {"espUserId": "1001", "emails": {"emails": [{"value": "x"}]}} | capturing(LOGIN)
    data = report(person, recipients=[person], files=[person], childVictims=[{"a": [{"b": 1}]}])
    for changed in spoilt(json.loads(data), "CANARY child Jane Roe"):
        reading = read(READER, json.dumps(changed).encode())
        assert "CANARY" not in f"{reading.unclassified} {reading.labels} {reading.facts}"
    changed = json.loads(data) | {"CANARY child Jane Roe": {"Jane Roe": 1}}
    paths = {item.path for item in read(READER, json.dumps(changed).encode()).unclassified}
    assert {
        "label of 21 characters > label of 8 characters",
        "reportedInformation > childVictims > label of 1 characters > label of 1 characters",
    } <= paths


@pytest.mark.parametrize("number", [None, True, ["123456789"], {"value": 1}])
def test_a_report_that_does_not_state_its_number_once_has_none(number: Any) -> None:
    assert read(READER, report(number=number)).facts == {}
    plain = report(number="123456789")
    assert read(READER, plain).facts == {"cybertip": "123456789"}
    assert read(READER, plain.replace(b'{"reportId"', b'{"reportId": 1, "reportId"', 1)).facts == {}


def test_a_list_that_is_elsewhere_is_not_read() -> None:
    person = {"espUserId": "1001", "firstName": "Ada"} | capturing(LOGIN)
    for information in (
        {"childVictims": [person]},
        {"reportedPeople": [person]},
        {"reportedPeople": {"victims": [person]}},
        {"reportedPeople": {"reportedPersons": {"0": person}}},
        {"reportedPeople": {"reportedPersons": [[person]]}},
        {"uploadedFiles": {"uploadedFiles": {"a": [person]}}},
    ):
        reading = read(READER, report(**information))
        assert rows_of(reading) == []
        assert sum(item.texts for item in reading.unclassified) == 7
    elsewhere = json.loads(report(person))
    elsewhere["earlierReport"] = elsewhere.pop("reportedInformation")
    assert rows_of(read(READER, json.dumps(elsewhere).encode())) == []
    assert rows_of(read(READER, json.dumps({"report": json.loads(report(person))}).encode())) == []


def test_only_reports_are_known() -> None:
    assert READER.detect("any", report())
    assert READER.detect("any", b"\xef\xbb\xbf\n " + report())
    for data in (b"", b"{}", b'{"reportId": 1}', b'{"reportedInformation": 1, "reportId": 1}', b"[" + report()):
        assert not READER.detect("123.json", data)


@pytest.mark.parametrize(("size", "code"), [(-1, "TRUNCATED"), (40, "TRUNCATED")])
def test_damage_is_refused(size: int, code: str) -> None:
    data = report({"espUserId": "1"} | capturing(LOGIN))
    assert attempt(READER, data[:size]) == code
    assert attempt(READER, data.replace(b":", b"=", 1)) == "JSON"
    assert attempt(READER, data.replace(b"Example", b"Ex\0mple", 1)) == "NUL"
    assert attempt(READER, data.replace(b"Example", b"Ex\xffmple", 1)) == "ENCODING"


def made(tmp_path: Path, seed: int, rows: int) -> bytes:
    out = tmp_path / f"{seed}.json"
    make("cybertip-report", seed, rows, out)
    return out.read_bytes()


def test_truncation_at_every_byte_is_refused() -> None:
    person = {"espUserId": "1", "screenName": {"value": "\u2603"}} | capturing(LOGIN)
    data = report(person, recipients=[person], files=[capturing(LOGIN)])
    for size in range(1, len(data)):
        assert attempt(READER, data[:size]) in {"TRUNCATED", "JSON"}, size


KEYS = st.sampled_from(
    ["reportId", "espUserId", "value", "captureType", "dateTime", "port", "screenName", "emails", "firstName", "x"]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just("IP Address"), st.just("192.0.2.7"), st.text(max_size=8)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(KEYS, inner, max_size=5),
        st.lists(inner, max_size=3).map(lambda captures: capturing(*captures)),
    ),
    max_leaves=20,
)


def leaves(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(map(leaves, tree.values()))
    return sum(map(leaves, tree)) if isinstance(tree, list) else 1


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(TREES, max_size=3), files=st.lists(TREES, max_size=2), recipients=st.lists(TREES, max_size=2)
)
def test_every_value_of_any_report_is_a_rows_or_counted(people: Any, files: Any, recipients: Any) -> None:
    data = report(*people, files=files, recipients=recipients)
    assert texts_of(read(READER, data)) == leaves(json.loads(data))


RECIPIENTS = ("203.0.113.250", None, parse_rfc3339("2026-02-20T10:00:00Z").ns)


#: How many mutants: some in every run, the rest where there is time.
COUNTS = [100, pytest.param(1_000, marks=pytest.mark.torture)]


@pytest.mark.parametrize("count", COUNTS)
def test_no_mutant_pairs_an_address_with_another_time(tmp_path: Path, count: int) -> None:
    seed = secrets.randbelow(10**6)
    for n in range(2):
        data = made(tmp_path, seed + n, 9).removeprefix(b"\xef\xbb\xbf")
        told = json.loads((tmp_path / f"{seed + n}.json.truth.json").read_text())["returns"][0]
        rows = [row[4:] for member in told["members"] for row in member["rows"] if row[0] == "login"]
        truth = {(ip, port, parse_rfc3339(at).ns) for ip, port, at in rows}
        fields = ("ip", "port", "at")
        counts = mutants.run(
            READER,
            data,
            "json",
            truth | {RECIPIENTS},
            count=count // 2,
            seed=seed + n,
            fields=fields,
            may_lack=("port",),
        )
        assert sum(counts.values()) == count // 2


def values_of(pairs: Any, key: str) -> list[Any]:
    """Every value that an object gives a key; objects are lists of pairs within a tuple."""
    return [value for name, value in pairs[0] if name == key] if isinstance(pairs, tuple) else []


def listed(root: Any, *path: str) -> list[Any]:
    """The entries of every list at a path."""
    found = [root]
    for key in path:
        found = [value for each in found for value in values_of(each, key)]
    return [entry for each in found if isinstance(each, list) for entry in each]


def said_by(data: bytes) -> set[tuple[Any, ...]]:
    """(account, address, time) of every capture, by the standard library's parser and the keys alone."""
    root = json.loads(data, object_pairs_hook=lambda pairs: (pairs,), parse_int=str, parse_float=str)
    said = set()
    for group, is_person in (("reportedPeople.reportedPersons", True), ("uploadedFiles.uploadedFiles", False)):
        for entry in listed(root, "reportedInformation", *group.split(".")):
            named = values_of(entry, "espUserId")
            account = named[0] or None if is_person and len(named) == 1 and isinstance(named[0], str) else None
            for capture in listed(entry, "sourceInformation", "sourceCaptures"):
                for ip in values_of(capture, "value"):
                    said |= {(account, ip, at) for at in values_of(capture, "dateTime") if isinstance(at, str)}
    return said


@pytest.mark.parametrize("count", COUNTS)
def test_no_mutant_gives_an_address_to_whom_the_file_does_not(tmp_path: Path, count: int) -> None:
    """Whatever is renamed, moved, copied or cut: a login is one that stands in its person's own list."""
    seed = secrets.randbelow(10**6)
    read_through = 0
    for n in range(2):
        data = made(tmp_path, seed + n, 9).removeprefix(b"\xef\xbb\xbf")
        original = mutants.Original(data, skeletons.json(data), None, [])
        for mutant in mutants.mutants(original, count // 2, seed + n):
            found = attempt(READER, mutant.data)
            if isinstance(found, str):
                continue
            rows = [row for row in rows_of(found, "login") if row["problem"] is None]
            odd = {(row["account_text"], row["ip_text"], row["at_text"]) for row in rows} - said_by(mutant.data)
            assert not odd, f"seed {seed}, {mutant.change}: {odd}"
            read_through += bool(rows)
    assert read_through


def test_the_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    data = report({"espUserId": "1001", "firstName": "Ada"} | capturing(LOGIN, LOGIN), recipients=[{"x": 1}])
    member = Member("", data, "", len(data))
    intake.check(READER.read(data), member, READER)
    whole = Gathered.add
    dropped = iter([True])

    def drop(self: Gathered, *row: Any) -> None:
        if not next(dropped, False):
            whole(self, *row)

    def skip(self: Gathered, core: tuple[int, int, int, int], *rest: Any) -> None:
        whole(self, (*core[:3], core[3] - 1), *rest)

    for broken in (drop, skip):
        monkeypatch.setattr(Gathered, "add", broken)
        with pytest.raises(BadInput) as caught:
            intake.check(READER.read(data), member, READER)
        assert caught.value.code == "CONSERVATION"
