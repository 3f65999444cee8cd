"""What may hold logins is told by its name or by an address in it, in any language, and never of a picture."""

from __future__ import annotations

import pytest

from fourcorners.casework.unread import may_hold_logins


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("Login History.txt", b"Datum: 1. Mai"),
        ("a/where_you're_logged_in.html", b"<html>"),
        ("x.zip!ip_logs.csv", b"date\n"),
        ("besuche.json", b'{"Adresse": "203.0.113.7", "Zeit": "gestern"}'),
        ("besuche.json", b'{"a": "2001:db8::7"}'),
        ("besuche.json", b"[2001:DB8:0:0:0:0:0:7]:443"),
        ("besuche.json", "192.0.2.9 \u00fc".encode()[:-1]),
    ],
)
def test_a_file_is_worth_a_look(path: str, head: bytes) -> None:
    assert may_hold_logins(path, head)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("session.jpg", b"\xff\xd8\xff\xe0"),
        ("login.png", b"\x89PNG\0"),
        ("login.json", b""),
        ("login/friends.json", b'{"friends": []}'),
        ("chat.json", b"10:12:30 call me, 1.4.0.2, 300.300.300.300, 1.2.3.4.5, Chrome/96.0.4664.110"),
        ("chat.json", b"00:00:5e:00:53:01 std::vector 10:12:30"),
        ("zip.json", b"shipping relogin"),
    ],
)
def test_a_file_is_not(path: str, head: bytes) -> None:
    assert not may_hold_logins(path, head)
