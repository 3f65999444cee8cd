"""Pages that were changed so that a reader would pair wrongly, pass something over, or repeat a value."""

from __future__ import annotations

from typing import Any

import pytest
from tests.growth import is_linear

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Reading
from fourcorners.readers import census
from fourcorners.readers import locate
from fourcorners.readers.meta import READER

BREAK = '<div class="pageBreak">Meta Platforms Business Record<span>Page 1</span></div>'


def field(label: str, value: str) -> str:
    return f'<div class="t o"><div class="t i">{label}<div class="m"><div>{value}</div></div></div></div>'


def ip(n: int | str) -> str:
    return field("IP Address", f"203.0.113.{n}")


def at(n: int) -> str:
    return field("Time", f"2026-03-01 00:00:0{n} UTC")


def login(n: int) -> str:
    return ip(n) + at(n)


def section(name: str, *fields: str) -> str:
    return f'<div id="property-{name}">{"".join(fields)}</div>'


def page(*sections: str, head: str = "") -> bytes:
    header = section("request_parameters", field("Service", "Facebook"), field("Target", "100000000000001"))
    title = f"<head><title>Facebook Legal Request</title>{head}</head>"
    return f"<!DOCTYPE html><html>{title}<body>{header}{''.join(sections)}</body></html>\n".encode()


def logins(*fields: str) -> bytes:
    return page(section("ip_addresses", *fields))


def text(*lines: str) -> bytes:
    header = ("Service", "Facebook", "Target", "100000000000001", "Ip Addresses")
    return "".join(f"{line}\n" for line in (*header, *lines)).encode()


def read(data: bytes) -> Reading:
    reading = READER.read(data)
    counted = census.count(data)
    owned = sum(sum(batch.rows.column("texts").to_pylist()) for batch in reading.batches)
    assert owned + reading.boilerplate + sum(each.texts for each in reading.unclassified) == counted.texts
    assert dict(reading.labels) == dict(counted.labels)
    locate.check(data, reading)
    return reading


def rows(data: bytes) -> list[dict[str, Any]]:
    return [row for batch in read(data).batches for row in batch.rows.to_pylist()]


def released(data: bytes) -> list[tuple[str, int | None, str]]:
    """Address, port and second of the rows that nothing is wrong with."""
    good = [row for row in rows(data) if row["problem"] is None and row["category"] is not None]
    return [(row["ip_text"].split(".")[-1], row["port"], row["at_text"][18]) for row in good if row.get("ip")]


def held(data: bytes) -> bytes:
    holes = read(data).holes.to_pylist()
    return b"|".join(data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True))


def paths(data: bytes) -> dict[str, int]:
    return {each.path: each.texts for each in read(data).unclassified}


def test_a_piece_without_a_label_joins_only_over_the_end_of_a_page() -> None:
    assert released(logins(at(1), ip(1), BREAK, field("", "35"))) == [("135", None, "1")]
    for between in ("", "<br>", BREAK + "<br>", "<br>" + BREAK):
        data = logins(at(1), ip(1), between, field("", "35"), "<br>", login(2), "<br>", login(3))
        assert released(data) == [("3", None, "3")]
        assert [row["problem"] for row in rows(data)[:2]] == ["BROKEN_VALUE"] * 2
        assert paths(data) == {"ip_addresses": 1}
        assert b"35" in held(data)


def test_an_account_or_name_that_a_stray_piece_follows_is_uncertain() -> None:
    data = logins(login(1)).replace(b'</div></div></div></div></div><div id="property-ip', b"@@")
    data = data.replace(b"@@", b'</div></div></div></div>%s</div><div id="property-ip' % field("", "9").encode())
    assert [row["account"] for row in rows(data)] == [None]
    named = page(section("name", field("First", "Ann"), field("", "Example")))
    assert [row["problem"] for row in rows(named)] == ["BROKEN_VALUE"]


def test_rows_in_the_other_order_are_never_paired_crosswise() -> None:
    data = logins(login(1), login(5), at(2), ip(3), login(4))
    assert released(data) == [("1", None, "1"), ("5", None, "5"), ("4", None, "4")]
    assert not released(logins(login(1), at(2), ip(3)))
    apart = logins(login(1), "<br>", at(2), ip(2), "<br>", login(3))
    assert released(apart) == [("1", None, "1"), ("2", None, "2"), ("3", None, "3")]


def test_a_list_whose_first_address_is_gone_is_not_read_in_the_other_order() -> None:
    action = field("Action", "Login")
    whole = [ip(1), at(1), action, ip(2), at(2), action, ip(3), at(3), action]
    assert len(released(logins(*whole))) == 3
    assert not released(logins(*whole[1:]))
    assert not released(logins(*whole[1:7]))
    assert not released(logins(*whole[1:7], action))
    lost = ("IP Address", *IP1[2:], "Action", "Login", *IP2, "Action", "Login")
    assert released(text(*lost)) == [("2", None, "2")]
    assert [row["problem"] for row in rows(text(*lost)) if "ip" in row] == ["MISSING_ADDRESS", None]


def test_a_port_that_may_be_of_either_neighbour_is_of_none() -> None:
    one, two = field("Port", "2222"), field("Port", "3333")
    assert not released(logins(login(1), one, login(2), two, login(3)))
    assert not released(logins(login(1), one, two, login(2)))
    assert not released(logins(one, login(1), two, login(2), one))
    both = [("1", 2222, "1"), ("2", 3333, "2")]
    assert released(logins(login(1), one, login(2), two)) == both
    assert released(logins(one, login(1), two, login(2))) == both
    assert released(logins(login(1), one, "<br>", login(2), two, "<br>", login(3))) == [*both, ("3", None, "3")]
    assert released(logins(ip(1), one, at(1), login(2))) == [("1", 2222, "1"), ("2", None, "2")]


@pytest.mark.parametrize(
    "around", ['<div class="pageBreak">{}</div>', '<div title="a class=pageBreak b">{}</div>']
)
def test_fields_in_a_page_break_are_read(around: str) -> None:
    data = logins(login(1), "<br>", around.format(login(2) + "<br>" + login(3)), "<br>", login(4))
    assert [row["problem"] for row in rows(data)] == [None] * 4
    assert paths(logins(login(1), around.format("secret"))) == {"ip_addresses": 1}


def test_fields_and_texts_in_the_head_are_not_passed_over() -> None:
    data = page(section("ip_addresses", login(1)), head=section("logins", login(2)))
    assert len(released(data)) == 2
    assert paths(page(head="<div>secret</div>")) == {"head": 1}
    assert not paths(page())


def test_another_account_outside_the_header_leaves_none() -> None:
    for name in ("logins", "name", "photos", "login_history", "ip_addresses"):
        for label in ("Target", "Account Identifier"):
            data = page(
                section(name, field(label, "999999999999999"), login(2)), section("ip_addresses", login(1))
            )
            assert {row["account"] for row in rows(data)} == {None}
    same = page(section("logins", field("Target", "100000000000001"), login(2)))
    assert {row["account"] for row in rows(same)} == {"100000000000001"}


IP1 = ("IP Address", "203.0.113.1", "Time", "2026-03-01 00:00:01 UTC")
IP2 = ("IP Address", "203.0.113.2", "Time", "2026-03-01 00:00:02 UTC")
FOOT = "Meta Platforms Business Record Page 1"


@pytest.mark.parametrize(
    "before",
    [IP1, (*IP1, "Action", "Login"), (*IP1, "Agent String", "Mozilla/5.0"), (*IP1, FOOT)],
    ids=["time", "action", "agent", "page"],
)
@pytest.mark.parametrize("title", ["Linked Account Logins", "Admin Sessions"])
def test_a_line_that_may_be_a_title_ends_the_section(before: tuple[str, ...], title: str) -> None:
    data = text(*before, title, *IP2)
    assert not {each for each in released(data) if each[0] == "2"}
    assert [row["category"] for row in rows(data) if row["ip"] == "203.0.113.2"] == [None]
    back = text(*before, title, "Logins", *IP2)
    assert ("2", None, "2") in released(back)


def test_logins_below_a_persons_facts_are_in_no_section() -> None:
    data = text("Vanity", "ann", "Admin Sessions", *IP2)
    assert [row["category"] for row in rows(data)] == ["subscriber_identity"] * 2 + [None]


def test_what_stands_between_the_pieces_of_a_figure_spoils_it() -> None:
    data = text("Time", "2026-03-01 00:00:01 UTC", "IP Address", "203.0.113.1", FOOT, "Confidential", "35")
    assert not released(data)
    assert released(text("Time", "2026-03-01 00:00:01 UTC", "IP Address", "203.0.113.1", FOOT, "35")) == [
        ("135", None, "1")
    ]


def test_text_that_is_cut_has_no_certain_last_value() -> None:
    data = text("Time", "2026-03-01 00:00:01 UTC", "IP Address", "203.0.113.135:51123", *reversed(IP2[:2]), *IP1)
    data = text("Time", "2026-03-01 00:00:01 UTC", "IP Address", "203.0.113.135:51123")
    assert released(data) == [("135:51123", 51123, "1")]
    for size in range(len(data)):
        assert released(data[:size]) == []


def test_what_nobody_reads_is_a_hole() -> None:
    data = logins(
        ip(1), "<!-- COMMENT -->", '<div data-x="y">', at(1), "</div><script>SCRIPT</script>", BREAK, ip(2), at(2)
    )
    data = data.replace(b"</title>", b"</title><style>STYLE</style>")
    for word in (b"COMMENT", b"SCRIPT", b"STYLE", b"Page 1"):
        assert word in held(data)
    assert b"data-x" not in held(data)
    assert FOOT.encode() in held(text(*IP1, FOOT, *IP2))


@pytest.mark.parametrize("secret", ["<bob-canary@example.com>", "</canary>", "<canary>", "<canary/>"])
def test_no_value_stands_in_an_error(secret: str) -> None:
    with pytest.raises(BadInput) as caught:
        READER.read(logins(login(1), secret))
    error = caught.value
    assert "canary" not in f"{error} {error.what} {error.where} {error.why} {error.next_step}"


def test_a_character_reference_of_many_digits_is_kept_as_written() -> None:
    huge = f"&#{'9' * 5000};"
    data = logins(login(1), field("Action", huge), "<br>", ip(huge), at(2), "<br>", field(huge, huge), huge)
    found = rows(data)
    assert [row["problem"] for row in found] == [None, "BAD_ADDRESS"]
    assert found[0]["action"] == huge


def test_a_label_or_section_that_may_be_a_value_is_not_repeated() -> None:
    data = logins(login(1), field("victim-canary@example.com", "x"), field("Session Cookie", "x"))
    assert paths(data) == {"ip_addresses > label of 25 characters": 2, "ip_addresses > Session Cookie": 2}
    data = page(section("202-555-0123", login(1)), section("pets", login(2)), section("x@example.com", "text"))
    assert paths(data) == {
        "label of 12 characters": 0,
        "label of 4 characters": 0,
        "label of 13 characters": 1,
    }
    assert {batch.section for batch in read(data).batches} == {"label of 12 characters", "label of 4 characters"}
    assert "example" not in " ".join(paths(logins(login(1), field("x@example.com", "a"))))


@pytest.mark.parametrize("piece", ['<p title="<script">', '<p title="<!--">', '<p title="<style">', '<p a="" '])
def test_the_count_takes_linear_time(piece: str) -> None:
    data = f"<html>{piece * 60_000}".encode()
    assert is_linear(census.count, data)
