"""X files against values that the test knows, and against damage of every kind."""

from __future__ import annotations

import json
import random
import re
import secrets
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.readers.checked import attempt
from tests.readers.checked import keys
from tests.readers.checked import read
from tests.readers.checked import rows_of
from tests.readers.checked import texts_of

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Reading
from fourcorners.readers import census_x
from fourcorners.readers.archive import Member
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.registry import Reader
from fourcorners.readers.x import ARCHIVE
from fourcorners.readers.x import READER
from fourcorners.samples.make import make

SIGNED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{}\n"
    "-----BEGIN PGP SIGNATURE-----\n\nabc=\n=def\n-----END PGP SIGNATURE-----\n"
)
LOGINS = [
    {"accountId": "1001", "createdAt": "2026-02-12T10:00:00.000Z", "loginIp": "198.51.100.7"},
    {"accountId": "1001", "createdAt": "2026-02-13T11:30:15.250Z", "loginIp": "2001:DB8:0:0::1"},
]
VALUES = ("account_text", "ip_text", "port", "at_text", "attribute", "value")


def audit(*records: dict[str, Any], wrapped: bool = True) -> bytes:
    made = [{"ipAudit": record} if wrapped else record for record in records]
    return json.dumps(made, indent=1).encode()


def problems(data: bytes) -> list[str | None]:
    return [row["problem"] for row in rows_of(read(READER, data))]


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("frame", ["{}", SIGNED, "\ufeff{}", SIGNED.replace("\n", "\r\n")])
def test_logins_are_read_as_written(frame: str, wrapped: bool) -> None:  # noqa: FBT001 - a parameter
    data = frame.format("[]").replace("[]", audit(*LOGINS, wrapped=wrapped).decode()).encode()
    reading = read(READER, data)
    assert [(row["account"], row["ip"], row["ip_text"], row["at_text"]) for row in rows_of(reading)] == [
        ("1001", "198.51.100.7", "198.51.100.7", "2026-02-12T10:00:00.000Z"),
        ("1001", "2001:db8::1", "2001:DB8:0:0::1", "2026-02-13T11:30:15.250Z"),
    ]
    assert {row["zone_basis"] for row in rows_of(reading)} == {"stated"}
    assert rows_of(reading)[1]["at"] == 1_770_982_215_250_000_000
    assert rows_of(reading)[1]["precision"] == 1_000_000
    assert reading.boilerplate == (0 if "PGP" not in frame else 6)
    assert READER.detect("any.txt", data[: 64 << 10])


def test_a_creation_address_is_a_fact_about_the_account_and_no_login() -> None:
    data = json.dumps([{"accountCreationIp": {"accountId": "1001", "userCreationIp": "192.0.2.7"}}]).encode()
    rows = rows_of(read(READER, data))
    assert [(row["family"], row["category"], row["attribute"], row["value"], row["account"]) for row in rows] == [
        ("subscriber", "subscriber_identity", "accountId", "1001", "1001"),
        ("subscriber", "session_ip_log", "userCreationIp", "192.0.2.7", "1001"),
    ]


def test_a_zone_is_never_supplied() -> None:
    data = audit(LOGINS[0] | {"createdAt": "2026-02-12T10:00:00.000"})
    (row,) = rows_of(read(READER, data))
    assert (row["at"], row["zone_basis"], row["problem"]) == (None, None, None)
    (row,) = rows_of(read(READER, data, ZoneDeclaration("America/New_York", "Ada Example")))
    assert (row["at"], row["zone_basis"]) == (1_770_908_400_000_000_000, "declared by Ada Example")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"createdAt": "12/02/2026 10:00"}, "BAD_TIME"),
        ({"createdAt": "2026-02-30T10:00:00Z"}, "BAD_TIME"),
        ({"createdAt": "9999-01-01T10:00:00Z"}, "BAD_TIME"),
        ({"createdAt": " 2026-02-12T10:00:00Z"}, "BAD_TIME"),
        ({"createdAt": 1770890400}, "BAD_TIME"),
        ({"createdAt": None}, "MISSING_TIME"),
        ({"createdAt": ""}, "MISSING_TIME"),
        ({"createdAt": {"a": "2026-02-12T10:00:00Z"}}, "BROKEN_VALUE"),
        ({"loginIp": "198.51.100.300"}, "BAD_ADDRESS"),
        ({"loginIp": "198.51.100.07"}, "BAD_ADDRESS"),
        ({"loginIp": "198.51.100.7 "}, "BAD_ADDRESS"),
        ({"loginIp": "198.51.100.7, 198.51.100.8"}, "BAD_ADDRESS"),
        ({"loginIp": "198.51.100.7:70000"}, "BAD_ADDRESS"),
        ({"loginIp": True}, "BAD_ADDRESS"),
        ({"loginIp": []}, "BROKEN_VALUE"),
        ({"loginIp": ["198.51.100.7"]}, "BROKEN_VALUE"),
        ({"loginIp": "\ud800"}, "BROKEN_VALUE"),
    ],
)
def test_what_has_not_its_shape_is_rejected(changed: dict[str, Any], problem: str) -> None:
    assert problems(audit(LOGINS[0], LOGINS[1] | changed)) == [None, problem]


def test_a_port_beside_the_address_is_its_port() -> None:
    rows = rows_of(
        read(READER, audit(*(LOGINS[0] | {"loginIp": text} for text in ("192.0.2.7:1135", "[2001:db8::1]:0"))))
    )
    assert [(row["ip"], row["port"], row["port_text"]) for row in rows] == [
        ("192.0.2.7", 1135, "1135"),
        ("2001:db8::1", None, "0"),
    ]


def test_a_label_twice_leaves_its_record_in_doubt() -> None:
    data = b'[{"accountId":"1","createdAt":"2026-02-12T10:00:00Z","loginIp":"192.0.2.1","loginIp":"192.0.2.2"}]'
    assert problems(data) == ["AMBIGUOUS_ROW"]
    data = b'{"account":{"accountId":"1","accountId":"2","email":"a@example.com"}}'
    assert [(row["problem"], row["account"]) for row in rows_of(read(READER, data))] == [
        ("AMBIGUOUS_ROW", None),
        ("AMBIGUOUS_ROW", None),
        (None, None),
    ]


@pytest.mark.parametrize("other", ['"2"', "2", "null", '""', '{"x": "2"}', '["2"]', "{}", "[]"])
def test_whatever_stands_under_a_label_that_stands_twice_it_is_in_doubt(other: str) -> None:
    plain = '{"accountId":"1","createdAt":"2026-02-12T10:00:00Z","loginIp":"192.0.2.1","odd":"x"}'
    for label in ("accountId", "createdAt", "loginIp", "odd", "l\\u006fginIp"):
        own = f'"{label}":{other},'
        for text in ("{" + own + plain[1:], plain[:-1] + "," + own[:-1] + "}"):
            (row,) = rows_of(read(READER, f"[{text}]".encode()), "login")
            assert (row["problem"], row["account"]) == ("AMBIGUOUS_ROW", None if label == "accountId" else "1")
    facts = '{"account":{"accountId":%s,"accountId":"1","username":"ann","username":%s,"email":"a@example.com"}}'
    rows = rows_of(read(READER, (facts % (other, other)).encode()))
    assert {row["account"] for row in rows} == {None}
    assert {row["problem"] for row in rows if row["attribute"] != "email"} == {"AMBIGUOUS_ROW"}


def test_wherever_a_name_stands_as_a_label_no_report_shows_it() -> None:
    name = '"CANARY child Jane Roe"'
    for more in ('"x"', '{"note":"x"}', '["x"]', '[{"a":{"b":1}}]'):
        for text in (
            f'[{{"ipAudit":{{"accountId":"1","loginIp":"192.0.2.1",{name}:{more}}}}}]',
            f'[{{"account":{{"accountId":"1","geo":{{{name}:{more}}}}}}}]',
            f'[{{{name}:{{"loginIp":"192.0.2.1","accountId":"1","odd":{more}}}}}]',
            f'[{{{name}:{more}}},{{"ipAudit":{{"accountId":"1","loginIp":"192.0.2.1"}}}}]',
        ):
            reading = read(READER, text.encode())
            assert sum(item.texts for item in reading.unclassified) >= 1
            assert "CANARY" not in f"{reading.unclassified} {reading.labels} {reading.facts}"


def test_a_label_that_is_not_known_is_told_by_its_length() -> None:
    data = b'[{"ipAudit":{"accountId":"1","loginIp":"192.0.2.1","Jane Roe":{"x y z":1}}}]'
    assert [item.path for item in read(READER, data).unclassified] == [
        "ipAudit > label of 8 characters > label of 5 characters"
    ]


def test_what_is_in_no_list_is_counted_by_its_label_and_held_back() -> None:
    data = audit(
        LOGINS[0] | {"userAgent": "secret", "loginPortNumber": 4711, "geo": {"city": "secret", "at": [1, 2]}}
    )
    reading = read(READER, data)
    assert {item.path: item.texts for item in reading.unclassified} == {
        "ipAudit > userAgent": 1,
        "ipAudit > loginPortNumber": 1,
        "ipAudit > geo > city": 1,
        "ipAudit > geo > at": 2,
    }
    holes = reading.holes.to_pylist()
    held = b"".join(data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True))
    assert held.count(b"secret") == 2
    assert b"4711" in held
    assert rows_of(reading)[0]["port"] is None
    assert "victim" not in str(read(READER, audit(LOGINS[0] | {"victim@example.com": 1})).unclassified)


def test_an_object_around_a_record_that_has_values_of_its_own_is_the_record() -> None:
    data = b'[{"ipAudit":{"accountId":"1","createdAt":"2026-02-12T10:00:00Z","loginIp":"192.0.2.1"},"note":"n"}]'
    reading = read(READER, data)
    assert rows_of(reading) == []
    assert sum(item.texts for item in reading.unclassified) == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[{]", "MARKUP"),
        ('{"accountId" "1"}', "MARKUP"),
        ('{"accountId":}', "MARKUP"),
        ('["a":1]', "MARKUP"),
        ('{"a"}', "MARKUP"),
        ("{1}", "MARKUP"),
        ('{"a":01}', "MARKUP"),
        ('{"a":tru}', "MARKUP"),
        ('{"a":"\\x"}', "MARKUP"),
        ('{"a":"\\u12"}', "MARKUP"),
        ('{"a":"\n"}', "MARKUP"),
        ("[1]]", "MARKUP"),
        ("**** x\n[1]", "MARKUP"),
        ('[{"a":1}', "TRUNCATED"),
        ('[{"a":"x', "TRUNCATED"),
        ("[" * 100, "DEPTH"),
        ('{"a":"\0"}', "NUL"),
    ],
)
def test_damage_is_refused_with_its_place(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        READER.read(text.encode())
    assert caught.value.code == code
    assert caught.value.where.startswith("byte ")


def test_other_encodings_are_refused() -> None:
    text = audit(LOGINS[0]).decode().replace("1001", "\u00e9")
    for encoding in ("latin-1", "utf-16", "utf-16-le", "utf-32"):
        data = text.encode(encoding)
        assert not READER.detect("1-ip-audit.txt", data) or isinstance(attempt(READER, data), str)


def test_only_files_of_the_format_are_known() -> None:
    empty = [b"[ ]", b"[]\n", SIGNED.format("[ ]").encode(), b"{ }"]
    assert all(READER.detect("return/1-ip-audit.txt", data) for data in empty)
    assert not any(READER.detect("return/other.txt", data) for data in empty)
    for data in (b"", b"{", b'{"loginIp":1}', b'[{"deviceToken":{"token":"x"}}]', b"loginIp accountId", b"<html>"):
        assert not READER.detect("other.txt", data)
    assert not READER.detect("1-ip-audit.txt", b'[{"session":{"user":"x"}}]')
    assert READER.detect("1-ip-audit.txt", b'[{"session":{"accountId":"x"}}]')


def test_an_empty_list_says_so_and_an_empty_file_does_not() -> None:
    assert read(READER, b"[ ]").says_empty
    assert read(READER, SIGNED.format("[ ]").encode()).says_empty
    assert not READER.read(b"").says_empty
    assert not read(READER, b'[{"a":1}]').says_empty


def test_a_member_that_names_no_account_takes_the_one_that_its_file_names() -> None:
    bare = read(READER, audit({key: value for key, value in LOGINS[0].items() if key != "accountId"}))
    named = read(READER, b'{"account":{"accountId":"1001","accountDisplayName":"n"}}')
    other = read(READER, b'{"account":{"accountId":"1002","accountDisplayName":"n"}}')
    one, two = READER.relate([[bare, named], [bare]])
    assert [(row["account"], row["account_text"], row["account@"]) for row in rows_of(one[0])] == [
        ("1001", None, None)
    ]
    assert rows_of(two[0])[0]["account"] is None
    assert rows_of(READER.relate([[bare, named, other]])[0][0])[0]["account"] is None
    mixed = read(
        READER, audit(*LOGINS[:1], {key: value for key, value in LOGINS[1].items() if key != "accountId"})
    )
    assert [row["account"] for row in rows_of(READER.relate([[mixed, named]])[0][0])] == ["1001", None]


LABELS = st.sampled_from(["accountId", "loginIp", "createdAt", "email", "a", 'q"', "\u00e9", "ipAudit", "account"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(LABELS, inner, max_size=5)),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.dictionaries(LABELS, TREES, max_size=5), max_size=4), st.sampled_from([None, 1]))
def test_every_value_of_any_json_is_a_rows_or_counted(records: list[Any], indent: int | None) -> None:
    reading = read(READER, json.dumps(records, indent=indent).encode())
    assert reading.says_empty == (not leaves(records))
    assert texts_of(reading) == leaves(records)


def leaves(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(map(leaves, tree.values()))
    return sum(map(leaves, tree)) if isinstance(tree, list) else 1


def made(tmp_path: Path, seed: int, rows: int, reader: Reader = READER) -> bytes:
    """The list of logins of a return or of an archive."""
    out = tmp_path / f"{seed}{'.txt' if reader is READER else '.zip'}"
    make(reader.name, seed, rows, out)
    if reader is READER:
        return out.read_bytes()
    with ZipFile(out) as archive:
        return archive.read("data/ip-audit.js")


@pytest.mark.parametrize("reader", [READER, ARCHIVE], ids=lambda reader: reader.name)
def test_truncation_at_every_byte_gives_no_row_that_was_not_there(reader: Reader, tmp_path: Path) -> None:
    for seed in range(4 if reader is READER else 1):
        data = made(tmp_path, seed, 4, reader)
        whole = keys(read(reader, data), *VALUES)
        for size in range(0 if reader is READER else data.index(b"=") + 3, len(data)):
            found = attempt(reader, data[:size])
            if isinstance(found, Reading):
                assert keys(found, *VALUES) <= whole
            else:
                assert found in {"TRUNCATED", "EMPTY_FILE"}, data[:size]


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|\s+|[^\s"\[\]{}:,]+')


def mutant(draw: random.Random, data: bytes) -> bytes:
    """One token of the structure dropped, doubled, moved, renamed, or put in place of another."""
    tokens = _TOKEN.findall(data)
    at = draw.randrange(len(tokens))
    how = draw.randrange(6)
    if how == 0:
        del tokens[at]
    elif how == 1:
        tokens.insert(at, tokens[at])
    elif how == 2:
        tokens[at] = tokens[draw.randrange(len(tokens))]
    elif how == 3:
        tokens.insert(draw.randrange(len(tokens)), tokens.pop(at))
    elif how == 4:
        keys_at = [n for n, token in enumerate(tokens) if token in (b'"loginIp"', b'"createdAt"', b'"accountId"')]
        at = draw.choice(keys_at)
        tokens[at] = draw.choice((b'"ip"', b'"login_ip"', b'"createdat"', b'"AccountId"', b'"time"'))
    else:
        del tokens[at : at + draw.randrange(1, 30)]
    return b"".join(tokens)


@pytest.mark.parametrize("reader", [READER, ARCHIVE], ids=lambda reader: reader.name)
def test_no_mutant_pairs_values_that_did_not_stand_together(reader: Reader, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    draw = random.Random(seed)
    outcomes = Counter[str]()
    for n in range(25):
        data = made(tmp_path, seed + n, 6, reader)
        records = [json.loads(text) for text in re.findall(rb'\{[^{}]*"accountId"[^{}]*\}', data)]
        whole = keys(read(reader, data), *VALUES)
        for _ in range(40):
            changed = mutant(draw, data)
            found = attempt(reader, changed)
            if isinstance(found, str):
                outcomes[found] += 1
                continue
            beyond = keys(found, *VALUES) - whole
            if beyond:
                # a token in another's place is what the file now says: label and value must stand side by side
                for family, account, ip, _, at, *_ in beyond:
                    assert family == "login", f"seed {seed}"
                    for label, value in (("accountId", account), ("loginIp", ip), ("createdAt", at)):
                        pattern = rf'"{label}"[\s,]*:\s*"?{re.escape(str(value))}'
                        assert value is None or re.search(pattern, changed.decode(), re.IGNORECASE), f"seed {seed}"
                outcomes["as the file now says"] += 1
            else:
                outcomes["unaffected or less"] += 1
        assert records
    assert sum(outcomes.values()) == 1000


def test_the_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    data = audit(*LOGINS)
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
    monkeypatch.setattr(Gathered, "add", whole)
    assert census_x.count(data).labels == {"accountId": 2, "createdAt": 2, "loginIp": 2, "userCreationIp": 0}
