"""Facebook's and Instagram's JSON: what each row says, and what it must not."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from tests.readers.meta_export.exports import T
from tests.readers.meta_export.exports import broken
from tests.readers.meta_export.exports import event
from tests.readers.meta_export.exports import held
from tests.readers.meta_export.exports import login
from tests.readers.meta_export.exports import lost
from tests.readers.meta_export.exports import part
from tests.readers.meta_export.exports import read
from tests.readers.meta_export.exports import rows
from tests.readers.meta_export.exports import written

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.readers import registry
from fourcorners.readers.meta_export import FACEBOOK
from fourcorners.readers.meta_export import INSTAGRAM
from fourcorners.readers.meta_export import labels
from fourcorners.readers.meta_export.plans import Plan
from fourcorners.readers.meta_export.plans import Shape
from fourcorners.readers.meta_export.plans import plan_instagram
from fourcorners.readers.meta_export.rows import Rows
from fourcorners.readers.meta_export.sheets import Sheet
from fourcorners.readers.meta_export.vocabulary import Section

LOGINS = "account_history_login_history"
ZULU = "2026-02-02T02:40:00+00:00"  # T


def one(reader: Any, data: bytes) -> dict[str, Any]:
    found = rows(read(reader, data))
    assert len(found) == 1
    return found[0]


def problem(reader: Any, root: str, row: Any, good: Any) -> tuple[str | None, str | None, int | None]:
    found = rows(read(reader, written(root, row, good)))
    assert found[-1]["problem"] is None
    return found[0]["problem"], found[0].get("ip"), found[0].get("at")


@pytest.mark.parametrize("version", ["", "_v2"])
def test_a_row_of_account_activity(version: str) -> None:
    data = written(f"account_activity{version}", login(user_agent="Agent/1", city="Springs", port="1135"))
    reading = read(FACEBOOK, data)
    row = rows(reading)[0]
    assert (row["ip"], row["port"], row["port_text"], row["at"]) == ("203.0.113.7", 1135, "1135", T * SECOND)
    assert (row["action"], row["agent"], row["at_text"], row["zone_basis"]) == (
        "Login",
        "Agent/1",
        str(T),
        "stated",
    )
    assert (row["precision"], row["category"], row["account"]) == (SECOND, "session_ip_log", None)
    assert reading.batches[0].field_categories == {"agent": "transactional_noncontent"}
    assert lost(reading) == {"account_activity > city": 1}
    assert held(reading, data) == [b'"city": "Springs"']
    assert data[row["start"] : row["end"]].startswith(b'{"action"')
    assert data[row["start"] : row["end"]].endswith(b"}")


@pytest.mark.parametrize("port", ["0", 0, "", None])
def test_a_port_that_was_not_recorded_is_none(port: Any) -> None:
    assert one(FACEBOOK, written("account_activity_v2", login(port=port)))["port"] is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"timestamp": None}, "MISSING_TIME"),
        ({"timestamp": 0}, "MISSING_TIME"),
        ({"timestamp": T * 1000}, "BAD_TIME"),
        ({"timestamp": -T}, "BAD_TIME"),
        ({"timestamp": T + 0.5}, "BAD_TIME"),
        ({"timestamp": str(T)}, "BAD_TIME"),
        ({"timestamp": 9_999_999_999}, "BAD_TIME"),
        ({"timestamp": {"at": T}}, "MISSING_TIME"),
        ({"ip_address": None}, "MISSING_ADDRESS"),
        ({"ip_address": ""}, "MISSING_ADDRESS"),
        ({"ip_address": "198.51.100.300"}, "BAD_ADDRESS"),
        ({"ip_address": "198.51.100.0/24"}, "BAD_ADDRESS"),
        ({"ip_address": "203.0.113.7:1135"}, "BAD_ADDRESS"),
        ({"ip_address": "fe80::1%eth0"}, "BAD_ADDRESS"),
        ({"ip_address": 203}, "BAD_ADDRESS"),
        ({"ip_address": ["203.0.113.7"]}, "MISSING_ADDRESS"),
        ({"port": "70000"}, "BAD_PORT"),
        ({"port": True}, None),
        ({"action": "\ud83d"}, "BROKEN_VALUE"),
        ({"action": 5}, "BROKEN_VALUE"),
    ],
)
def test_a_bad_value_rejects_its_row_alone(changed: dict[str, Any], code: str | None) -> None:
    assert problem(FACEBOOK, "account_activity_v2", login(**changed), login())[0] == code


def test_a_null_is_no_value() -> None:
    data = b'{"account_activity_v2": [{"timestamp": 1770000000, "ip_address": "203.0.113.7", "port": null}]}'
    assert one(FACEBOOK, data)["port_text"] is None


@pytest.mark.parametrize(
    "twice", ['"timestamp": 1770000001', '"ip_address": "192.0.2.1"', '"city": "x", "city": "y"']
)
def test_a_label_that_stands_twice_leaves_the_row_in_doubt(twice: str) -> None:
    row = f'{{"timestamp": {T}, "ip_address": "203.0.113.7", {twice}}}'
    data = f'{{"account_activity": [{row}, {json.dumps(login())}]}}'.encode()
    assert [row["problem"] for row in rows(read(FACEBOOK, data))] == ["AMBIGUOUS_ROW", None]


def test_two_sessions_in_one_record_leave_it_in_doubt() -> None:
    data = (
        b'{"admin_records": [{"event": "E", "session": {"created_timestamp": 1770000000}, '
        b'"session": {"ip_address": "203.0.113.7"}}, '
        b'{"event": "E", "session": {"created_timestamp": 1770000000}}]}'
    )
    assert [row["problem"] for row in rows(read(FACEBOOK, data))] == ["AMBIGUOUS_ROW", None]


def test_an_active_session_keeps_its_two_times_apart() -> None:
    session = {
        "created_timestamp": T,
        "updated_timestamp": T + 60,
        "ip_address": "203.0.113.7",
        "location": "Springs",
    }
    reading = read(FACEBOOK, written("active_sessions_v2", session, {**session, "updated_timestamp": None}))
    found = rows(reading)
    assert [(row["family"], row["at"], row["until"]) for row in found] == [
        ("session", T * SECOND, (T + 60) * SECOND),
        ("session", T * SECOND, None),
    ]
    assert lost(reading) == {"active_sessions > location": 2}
    backwards = {**session, "updated_timestamp": T - 1}
    assert problem(FACEBOOK, "active_sessions_v2", backwards, session)[0] == "BAD_INTERVAL"


def test_a_change_of_the_account_is_an_event_of_its_session() -> None:
    record = {
        "event": "Email change",
        "session": {"created_timestamp": T, "ip_address": "2001:DB8::1", "user_agent": "Agent/1"},
        "extra_info": {"old_email": "a@example.com"},
    }
    reading = read(
        FACEBOOK, written("admin_records_v2", record, {"event": "E", "session": {"created_timestamp": T}})
    )
    first, second = rows(reading)
    assert (first["ip"], first["at"], first["action"]) == ("2001:db8::1", T * SECOND, "Email change")
    assert (second["ip"], second["at"], second["problem"]) == (None, T * SECOND, None)
    assert lost(reading) == {"admin_records > extra_info > old_email": 1}


def test_an_address_without_a_time_is_no_event() -> None:
    old = written("used_ip_address", {"ip": "203.0.113.7"}, {"ip": "203.0.113.8"})
    assert [row["family"] for row in rows(read(FACEBOOK, old))] == ["capture", "capture"]
    new = written("used_ip_address_v2", {"ip": "203.0.113.7", "action": "Login", "timestamp": T})
    assert one(FACEBOOK, new)["ip"] == "203.0.113.7"


def test_devices_are_counted_and_never_released() -> None:
    device = {"name": "Phone", "created_timestamp": T, "updated_timestamp": T + 1, "ip_address": "203.0.113.7"}
    row = one(FACEBOOK, written("recognized_devices_v2", device))
    assert (row["family"], row["category"], row["texts"]) == ("capture", "transactional_noncontent", 4)
    assert "ip" not in row


PROFILE = {
    "name": {"full_name": broken("Éxample Person"), "middle_name": ""},
    "emails": {"emails": ["a@example.com", "b@example.com"], "previous_emails": ["old@example.com"]},
    "phone_numbers": [{"phone_type": "Mobile", "phone_number": "+12025550100", "verified": True}],
    "username": "example.person",
    "birthday": {"year": 1990},
    "registration_timestamp": T,
}


def test_a_profile_states_facts_and_names_the_account() -> None:
    data = json.dumps({"profile_v2": PROFILE}, indent=2).encode()
    reading = read(FACEBOOK, data)
    found = rows(reading)
    assert [(row["attribute"], row["value"]) for row in found] == [
        ("full_name", "Éxample Person"),
        ("emails", "a@example.com"),
        ("emails", "b@example.com"),
        ("previous_emails", "old@example.com"),
        ("phone_number", "+12025550100"),
        ("username", "example.person"),
        ("registration_timestamp", str(T)),
    ]
    assert {(row["account"], row["account_text"], row["category"]) for row in found} == {
        ("example.person", "example.person", "subscriber_identity")
    }
    assert reading.facts == {"account": "example.person"}
    assert lost(reading) == {
        "profile > phone_numbers > phone_type": 1,
        "profile > phone_numbers > verified": 1,
        "profile > birthday > year": 1,
    }
    assert all(a["end"] <= b["start"] for a, b in pairwise(found))


def test_a_fact_of_another_kind_is_none() -> None:
    profile = {
        "name": {"full_name": True},
        "username": 5,
        "registration_timestamp": "0",
        "emails": {"emails": ["0"]},
    }
    reading = read(FACEBOOK, json.dumps({"profile_v2": profile}).encode())
    found = [(row["attribute"], row["value"], row["account"]) for row in rows(reading)]
    assert found == [("emails", "0", None)]  # the user name cannot be told
    del profile["username"]
    reading = read(FACEBOOK, json.dumps({"profile_v2": profile}).encode())
    assert [(row["attribute"], row["value"], row["account"]) for row in rows(reading)] == [("emails", "0", "0")]


@pytest.mark.parametrize(
    "profile",
    [
        '"profile_v2": {"username": {"a": "b"}, "username": "bob"}',
        '"profile_v2": {"username": "bob", "username": ["a"]}',
        '"profile_v2": {"name": {"full_name": "B"}, "name": {"full_name": "B"}, "username": "bob"}',
        '"profile_v2": [1], "profile_v2": {"username": "bob"}',
        '"profile_v2": {"username": "bob"}, "profile_v2": 7',
    ],
)
def test_a_profile_that_says_anything_twice_names_nobody(profile: str) -> None:
    data = f'{{{profile}, "account_activity_v2": [{json.dumps(login())}]}}'.encode()
    doubtful = read(FACEBOOK, data)
    assert doubtful.facts == {"account": ""}
    clear = read(FACEBOOK, json.dumps({"profile_v2": {"username": "alice"}}).encode())
    for readings in ([doubtful], [doubtful, clear], [clear, doubtful]):
        ((*related,),) = FACEBOOK.relate([readings])
        (mine,) = (each for each in related if each.facts["account"] == "")
        assert {row["account"] for row in rows(mine)} == {None}


@pytest.mark.parametrize(
    "labels",
    [
        '"Username": [1], "Username": {}',
        '"Username": {}, "Name": "x", "Name": {}',
        '"Username": {}, "Benutzername": {{"value": "bob", "x": 1}}',
        '"Username": {}, "Benutzername": {{"value": "bob", "href": "", "timestamp": 0}}',
    ],
)
def test_the_same_of_an_instagram_profile(labels: str) -> None:
    written = labels.format(*['{"value": "alice", "href": "", "timestamp": 0}'] * 2)
    data = f'{{"profile_user": [{{"string_map_data": {{{written}}}}}]}}'.encode()
    reading = INSTAGRAM.read(data)
    assert reading.facts == {"account": ""}
    assert {row["account"] for row in rows(reading)} <= {None}


def test_two_profiles_name_nobody() -> None:
    one = '{"string_map_data": {"Username": {"value": "alice", "href": "", "timestamp": 0}}}'
    assert INSTAGRAM.read(f'{{"profile_user": [{one}]}}'.encode()).facts == {"account": "alice"}
    assert INSTAGRAM.read(f'{{"profile_user": [{one}, {one}]}}'.encode()).facts == {"account": ""}
    both = b'{"profile_v2": {"username": "alice"}, "profile": {"username": "bob"}}'
    assert FACEBOOK.read(both).facts == {"account": ""}


def test_a_key_that_may_be_a_name_is_told_by_its_length() -> None:
    data = written("account_activity", login(**{"Zelda Quux": "x", "browser_cookie": "y"}))
    assert lost(read(FACEBOOK, data)) == {
        "account_activity > label of 10 characters": 1,
        "account_activity > browser_cookie": 1,
    }


@pytest.mark.parametrize(
    ("left_out", "changed", "account"),
    [
        ((), {}, "example.person"),
        (("username",), {}, None),  # two e-mail addresses
        (("username",), {"emails": {"emails": ["A@example.com"]}}, "a@example.com"),
        (("username", "emails"), {}, "+12025550100"),
        (("username", "emails", "phone_numbers"), {}, None),
    ],
)
def test_the_account_is_named_by_a_field_or_not_at_all(
    left_out: tuple[str, ...], changed: dict[str, Any], account: str | None
) -> None:
    profile = {key: value for key, value in {**PROFILE, **changed}.items() if key not in left_out}
    found = rows(read(FACEBOOK, json.dumps({"profile_v2": profile}).encode()))
    assert {row["account"] for row in found} == {account}


def test_the_profile_puts_its_account_on_the_rows_of_its_own_export_only() -> None:
    profile = read(FACEBOOK, json.dumps({"profile_v2": PROFILE}).encode())
    logins = read(FACEBOOK, written("account_activity_v2", login()))
    other = read(FACEBOOK, json.dumps({"profile_v2": {**PROFILE, "username": "somebody.else"}}).encode())
    related = FACEBOOK.relate([[logins, profile], [logins], [profile, logins, other]])
    assert [[rows(each)[0]["account"] for each in file] for file in related] == [
        ["example.person", "example.person"],
        [None],
        ["example.person", None, "somebody.else"],
    ]
    assert rows(related[0][0])[0]["account_text"] is None
    assert related[0][0].facts == {"account": "example.person"}


def test_keys_and_values_in_broken_characters_are_put_right() -> None:
    row = event(ZULU, IP_Adresi=part("203.0.113.7"), Zaman=part(timestamp=T))
    row["string_map_data"] |= {
        broken("Kullanıcı Aracısı"): part(broken("Ajan/1 ğ")),
        broken("Çerez Adı"): part("c"),
    }
    reading = read(INSTAGRAM, written(LOGINS, row))
    found = rows(reading)[0]
    assert (found["ip"], found["at"], found["agent"]) == ("203.0.113.7", T * SECOND, "Ajan/1 ğ")
    assert lost(reading) == {f"{LOGINS} > Çerez Adı": 3}


@pytest.mark.parametrize("word", ["login", "logout", "password_change"])
def test_what_happened_is_the_word_of_the_root_key(word: str) -> None:
    data = written(
        f"account_history_{word}_history", event(IP_Address=part("203.0.113.7"), Time=part(timestamp=T))
    )
    row = one(INSTAGRAM, data)
    assert row["action"] == word
    assert data[slice(*row["action@"])].decode() == word


def test_a_log_out_may_have_no_address() -> None:
    data = written("account_accesses_v2", {"action": "Logout", "timestamp": T, "site": "www.example.com"})
    row = one(FACEBOOK, data)
    assert (row["problem"], row["ip"], row["at"], row["action"]) == (None, None, T * SECOND, "Logout")


def test_a_password_change_may_have_no_address() -> None:
    root = "account_history_password_change_history"
    good = event(ZULU, Time=part(timestamp=T))
    assert (one(INSTAGRAM, written(root, good))["ip"], one(INSTAGRAM, written(root, good))["problem"]) == (
        None,
        None,
    )
    unknown = event(ZULU, Time=part(timestamp=T), Adres_IP=part("203.0.113.7"))
    assert problem(INSTAGRAM, root, unknown, good)[0] == "MISSING_ADDRESS"


GOOD = event(ZULU, IP_Address=part("203.0.113.7"), Port=part("0"), Time=part(timestamp=T))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (event(ZULU, IP_Address=part("203.0.113.7")), None),  # the title alone
        (event("", IP_Address=part("203.0.113.7"), Time=part(timestamp=T)), None),
        (event("2026-02-02T03:40:00+01:00", IP_Address=part("203.0.113.7"), Time=part(timestamp=T)), None),
        (event("2026-02-02T02:40:01+00:00", IP_Address=part("203.0.113.7"), Time=part(timestamp=T)), "BAD_TIME"),
        (event("2026-02-02T02:40:00", IP_Address=part("203.0.113.7"), Time=part(timestamp=T)), "BAD_TIME"),
        (event("Login", IP_Address=part("203.0.113.7"), Time=part(timestamp=T)), "BAD_TIME"),
        (event("", IP_Address=part("203.0.113.7")), "MISSING_TIME"),
        (event(ZULU, Adres_IP=part("203.0.113.7"), Time=part(timestamp=T)), "MISSING_ADDRESS"),
        (event(ZULU, Cookie_Name=part("203.0.113.7"), Time=part(timestamp=T)), "MISSING_ADDRESS"),
        (event(ZULU, IP_Address=part("cookie"), Time=part(timestamp=T)), "BAD_ADDRESS"),
        (event(ZULU, IP_Address=part("203.0.113.7"), Port=part("-1"), Time=part(timestamp=T)), "BAD_PORT"),
        (
            event(ZULU, IP_Address=part("203.0.113.7"), Indirizzo_IP=part("203.0.113.8"), Time=part(timestamp=T)),
            "AMBIGUOUS_ROW",
        ),
    ],
)
def test_a_row_of_instagram_is_read_by_labels_and_shapes(row: Any, code: str | None) -> None:
    found, ip, at = problem(INSTAGRAM, LOGINS, row, GOOD)
    assert found == code
    if code is None:
        assert (ip, at) == ("203.0.113.7", T * SECOND)


def test_what_stands_where_nothing_is_due_is_unclassified() -> None:
    row = event(ZULU, IP_Address=part("203.0.113.7", 5, "https://example.com"), Time=part("noon", T))
    reading = read(INSTAGRAM, written(LOGINS, row))
    assert lost(reading) == {f"{LOGINS} > IP Address": 2, f"{LOGINS} > Time": 1}
    assert rows(reading)[0]["problem"] is None


def test_labels_of_two_meanings_are_in_no_table() -> None:
    words = [labels._plain(word) for each in labels._WORDS.values() for words in each.values() for word in words]
    meanings = {word: labels.meaning_of(word) for word in words}
    for meaning, languages in labels._WORDS.items():
        for word in (word for words in languages.values() for word in words):
            assert meanings[labels._plain(word)] == meaning, word


def test_a_registration_states_facts_that_are_no_login() -> None:
    row = event(
        "", Username=part("old.name"), IP_Address=part("203.0.113.7"), Time=part(timestamp=T), Device=part("Phone")
    )
    reading = read(INSTAGRAM, written("account_history_registration_info", row))
    assert [(r["attribute"], r["value"], r["category"]) for r in rows(reading)] == [
        ("Username", "old.name", "subscriber_identity"),
        ("IP Address", "203.0.113.7", "session_ip_log"),
        ("Time", str(T), "subscriber_identity"),
        ("Device", "Phone", "transactional_noncontent"),
    ]
    assert reading.facts == {}


def test_an_empty_list_says_that_there_is_nothing() -> None:
    for reader, root in ((FACEBOOK, "account_activity_v2"), (INSTAGRAM, LOGINS)):
        assert read(reader, written(root)).says_empty


def test_a_file_without_a_recognised_row_is_refused_with_its_labels() -> None:
    data = written(LOGINS, event(ZULU, Adres_IP=part("203.0.113.7"), Czas=part(timestamp=T)))
    with pytest.raises(BadInput) as caught:
        read(INSTAGRAM, data)
    assert caught.value.code == "NO_RECOGNISED_ROW"
    assert "label of 8 characters" in caught.value.where


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b'{"account_activity_v2": [', "facebook-export"),
        (b'\xef\xbb\xbf {\n "account_accesses": [{"timestamp": 1', "facebook-export"),
        (b'{"active_sessions": []}', "facebook-export"),
        (b'{"active_sessions": [{"id": 1}]}', None),
        (b'{"profile": {"name": {}, "registration_timestamp": 1}}', "facebook-export"),
        (b'{"profile": {"login": "x"}}', None),
        (b'{"x": {"account_activity_v2": []}}', None),
        (b'{"account_history_login_history": []}', "instagram-export"),
        (b'{"profile_user": [{"string_map_data": {', "instagram-export"),
        (b'{"account_history_something_new": []}', None),
        (b'[{"string_map_data": {}}]', None),
    ],
)
def test_a_file_is_known_by_its_root_key(head: bytes, known: str | None) -> None:
    found = [reader.name for reader in registry.READERS if reader.detect("any/name.json", head)]
    assert found == ([known] if known else [])


def test_a_file_cut_at_any_byte_is_refused() -> None:
    for reader, data in (
        (FACEBOOK, written("account_activity_v2", login(), login(port="1"))),
        (INSTAGRAM, written(LOGINS, GOOD)),
    ):
        for cut in range(len(data)):
            with pytest.raises(BadInput) as caught:
                reader.read(data[:cut])
            assert caught.value.code == "TRUNCATED"


@pytest.mark.parametrize("codec", ["utf-16", "latin-1", "cp1252"])
def test_another_encoding_is_refused(codec: str) -> None:
    data = json.dumps({"account_activity_v2": [login(action="é")]}, ensure_ascii=False).encode(codec)
    with pytest.raises(BadInput) as caught:
        FACEBOOK.read(data)
    assert caught.value.code in {"ENCODING", "NUL"}


def _dropping(self: Sheet, *args: Any, add: Any = Sheet.add) -> None:
    if args[0][0] != 1:
        add(self, *args)


def _merging(self: Rows, *args: Any, event: Any = Rows._event) -> None:
    waiting = self.__dict__.setdefault("waiting", [])
    waiting.append(args)
    if len(waiting) == 2:
        name, section, nodes = waiting.pop()
        first = waiting.pop()[2]
        self._elements -= 1
        event(self, name, section, [*first[:-1], *nodes])


@pytest.mark.parametrize(("owner", "name", "damage"), [(Sheet, "add", _dropping), (Rows, "_event", _merging)])
def test_a_reader_that_loses_or_merges_rows_is_caught(
    owner: Any, name: str, damage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written("account_activity_v2", login(), login(), login(), login())
    read(FACEBOOK, data)
    monkeypatch.setattr(owner, name, damage)
    with pytest.raises(BadInput) as caught:
        read(FACEBOOK, data)
    assert caught.value.code == "CONSERVATION"


def test_a_reader_that_skips_a_value_is_caught() -> None:
    def skipping(name: str, section: Section, shape: Shape) -> Plan:
        plan = plan_instagram(name, section, shape)
        plan.fields.pop()
        return plan

    data = written(LOGINS, GOOD, GOOD)
    with pytest.raises(BadInput) as caught:
        read(replace(INSTAGRAM, plan_of=skipping), data)
    assert caught.value.code == "CONSERVATION"
