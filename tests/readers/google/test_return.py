"""The return's pages and texts: what each label means, what is in no list, and what members tell each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.readers.google.pages import events
from tests.readers.google.pages import facts
from tests.readers.google.pages import generated
from tests.readers.google.pages import known
from tests.readers.google.pages import paths
from tests.readers.google.pages import problems
from tests.readers.google.pages import read
from tests.readers.google.pages import rows

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.readers import census
from fourcorners.readers.archive import Member
from fourcorners.readers.google import RETURN
from fourcorners.readers.google import page as pages
from fourcorners.readers.google.page import Piece

A = "111111111111"
HEADING = "<h2>GOOGLE SUBSCRIBER INFORMATION</h2>"
COLUMNS = ("Timestamp", "IP Address", "Activity Type", "Android ID", "Apple iOS IDFV", "Raw User Agents")
TIME = "2023-02-25 04:34:32 Z"


def listed(*items: str) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def line(*cells: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def activity(*lines: str, columns: tuple[str, ...] = COLUMNS, heading: str = "<h2>IP ACTIVITY</h2>") -> str:
    return f"{heading}<table>{line(*columns, tag='th')}{''.join(lines)}</table>"


def page(*body: str, account: str = A) -> bytes:
    items = listed(f"Google Account ID: {account}") if account else ""
    head = '<head><meta charset="utf-8"><title>x</title></head>'
    return f"<!DOCTYPE html><html>{head}<body>{HEADING}{items}{''.join(body)}</body></html>".encode()


def summary(
    *more: str, account: str = A, service: str = "GoogleAccount", resource: str = "SubscriberInfo"
) -> bytes:
    lines = [
        "Originating Identifier: Ada@example.com [EMAIL]",
        f"Resolved Identifier: {account}",
        f"Service: {service}",
        f"Resource: {resource}",
        "Start of date range: Not Specified.",
        "End of date range: 2026-01-01 00:00:00 Z",
        *more,
    ]
    return "\n".join([*lines, ""]).encode()


def cells(ip: str = "192.0.2.7", at: str = TIME, action: str = "Login", agent: str = "Example/1") -> str:
    return line(at, ip, action, "", "", agent)


def test_a_row_of_the_table_is_a_login_of_the_pages_account() -> None:
    reading = read(page(activity(cells("2001:DB8::7", agent="a &amp; b"))))
    (row,) = [row for row in rows(reading) if "ip" in row]
    assert (row["account"], row["ip"], row["ip_text"], row["port"]) == (A, "2001:db8::7", "2001:DB8::7", None)
    assert (row["at"], row["zone_basis"]) == (parse_rfc3339("2023-02-25T04:34:32Z").ns, "stated")
    assert (row["action"], row["agent"], row["category"]) == ("Login", "a & b", "session_ip_log")
    (logins,) = [batch for batch in reading.batches if batch.family == "login"]
    assert dict(logins.field_categories) == {"agent": "transactional_noncontent"}
    assert reading.facts == {"account": A}


def test_items_are_facts_and_addresses_and_times_among_them_are_no_logins() -> None:
    reading = read(
        page(
            listed(
                "Name: Ada Example",
                "Terms of Service IP: 192.0.2.9",
                "Last Logins: 2026-03-01 10:00:00 Z, 2026-02-28 09:00:00 Z",
                "Alternate e-Mails:",
                "<b>Status</b>: Enabled",
                "<b>Services:</b> Gmail<br>Android",
            )
        )
    )
    got = [(row["attribute"], row["value"], row["category"]) for row in rows(reading)][1:]
    assert got == [
        ("Name", "Ada Example", "subscriber_identity"),
        ("Terms of Service IP", "192.0.2.9", "session_ip_log"),
        ("Last Logins", "2026-03-01 10:00:00 Z, 2026-02-28 09:00:00 Z", "session_ip_log"),
        ("Status", "Enabled", "subscriber_identity"),
        ("Services", "Gmail", "subscriber_identity"),
        ("Services", "Android", "subscriber_identity"),
    ]
    assert {batch.family for batch in reading.batches} == {"subscriber"}


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ("Unheard: canary", "list > label of 7 characters"),
        ("canary", "list"),
        (": canary", "list"),
        ("canary@example.com: 12", "list > label of 18 characters"),
        ("Name canary", "list"),
    ],
)
def test_an_item_in_no_list_is_counted_and_not_shown(item: str, path: str) -> None:
    reading = read(page(listed(item)))
    assert paths(reading) == {"head": 1, path: 1}
    assert "canary" not in str(rows(reading)) + path


@pytest.mark.parametrize(
    "between",
    [
        "<h2>LINKED ACCOUNTS</h2>",
        "<p>of another account</p>",
        "loose text",
        "<h3><b>Devices</b></h3>",
        "<h2> </h2>",
        "<div>X</div>",
    ],
)
def test_below_a_heading_in_no_list_nothing_is_the_accounts(between: str) -> None:
    reading = read(page("<h2>IP ACTIVITY</h2>", between, activity(cells(), heading=""), listed("Name: Bo")))
    assert events(reading) == []
    assert [value for _, _, value in facts(reading)] == [A]
    assert paths(reading)["table"] == 6 + 4  # the header, and what the row holds


def test_a_known_heading_goes_on_about_the_account() -> None:
    reading = read(page("<h2>Account Recovery</h2>", listed("Recovery SMS: +12025550100"), activity(cells())))
    assert len(events(reading)) == 1
    assert (A, "Recovery SMS", "+12025550100") in facts(reading)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([cells(""), cells()], ["MISSING_ADDRESS", None]),
        ([cells(at=""), cells()], ["MISSING_TIME", None]),
        ([cells("192.0.2.256"), cells()], ["BAD_ADDRESS", None]),
        ([cells("192.0.2.7:1135"), cells()], ["BAD_ADDRESS", None]),
        ([cells(at="25/02/2023 04:34:32 Z"), cells()], ["BAD_TIME", None]),
        ([cells(at="2023-02-25 04:34:32"), cells()], [None, None]),
        ([line(TIME, "192.0.2.7", "Login"), cells()], ["AMBIGUOUS_ROW", None]),
        ([line(TIME, "192.0.2.7", "Login", "", "", "", ""), cells()], ["AMBIGUOUS_ROW", None]),
        ([cells("192.0.2.7<br>192.0.2.8"), cells()], ["BROKEN_VALUE", None]),
        ([cells("192.0.<b>2.7</b>"), cells()], ["BROKEN_VALUE", None]),
        ([cells("192.0.2.7<!-- x -->1"), cells()], ["BROKEN_VALUE", None]),
        ([cells("<ul><li>192.0.2.7</li></ul>"), cells()], ["AMBIGUOUS_ROW", "AMBIGUOUS_ROW"]),
        ([cells(line("192.0.2.7").join(("<table>", "</table>"))), cells()], ["AMBIGUOUS_ROW", "AMBIGUOUS_ROW"]),
        ([cells().replace("<td>", '<td colspan="2">', 1), cells()], ["AMBIGUOUS_ROW", "AMBIGUOUS_ROW"]),
        ([cells().replace("<td>", "<td ROWSPAN=2>", 1), cells()], ["AMBIGUOUS_ROW", "AMBIGUOUS_ROW"]),
        ([cells().replace("<td>", '<td colspan="1">', 1), cells()], [None, None]),
        ([line(*COLUMNS, tag="th"), cells()], [None]),
    ],
)
def test_a_row_whose_cells_are_not_certain_is_no_login(lines: list[str], expected: list[str | None]) -> None:
    assert problems(read(page(activity(*lines))))[1:] == expected


@pytest.mark.parametrize(
    "columns",
    [
        ("Timestamp", "Address", *COLUMNS[2:]),
        ("When", *COLUMNS[1:]),
        ("Timestamp", "IP Address", "IP Address", *COLUMNS[3:]),
        ("Timestamp", "IP Address", "Timestamp", *COLUMNS[3:]),
        ("Timestamp", "IP Address", "Activity Type", "Activity type", *COLUMNS[4:]),
    ],
)
def test_a_table_without_its_columns_is_counted_and_released_to_nobody(columns: tuple[str, ...]) -> None:
    reading = read(page(activity(cells(), columns=columns)))
    assert events(reading) == []
    assert paths(reading)["table"] == 10


def test_columns_stand_in_any_order_and_what_no_field_holds_is_named() -> None:
    columns = (COLUMNS[4], COLUMNS[1], "Unheard", COLUMNS[0])
    reading = read(page(activity(line("dev", "192.0.2.7", "x", TIME), columns=columns)))
    assert events(reading) == [(A, "192.0.2.7", TIME)]
    assert paths(reading) == {
        "head": 1,
        "IP ACTIVITY > Apple iOS IDFV": 1,
        "IP ACTIVITY > label of 7 characters": 1,
    }
    at = reading.holes.to_pylist()
    data = page(activity(line("dev", "192.0.2.7", "x", TIME), columns=columns))
    assert {b"dev", b"x"} <= {data[a:b] for a, b in zip(at[::2], at[1::2], strict=True)}


def test_a_page_that_names_two_accounts_has_none() -> None:
    for more in (
        listed("Google Account ID: 222222222222"),
        "<h2>LINKED ACCOUNTS</h2>" + listed("Google Account ID: 222222222222"),
        listed("Google Account ID: <b>1</b>2"),
    ):
        reading = read(page(more, activity(cells())))
        assert {row["account"] for row in rows(reading)} == {None}
        assert reading.facts == {"account": ""}
    elsewhere = read(
        page("<h2>LINKED ACCOUNTS</h2>", listed(f"Google Account ID: {A}"), activity(cells()), account="")
    )
    assert accounts(elsewhere) == {None}
    assert elsewhere.facts == {"account": ""}
    twice = read(page(listed(f"Google Account ID: {A}")))
    assert {row["account"] for row in rows(twice)} == {A}


def test_a_time_without_a_zone_waits_for_a_declaration() -> None:
    data = page(activity(cells(at="2023-02-25 04:34:32")))
    assert [row["at"] for row in rows(read(data)) if "at" in row] == [None]
    declared = RETURN.read(data, ZoneDeclaration("Europe/Berlin", "Ada Example"))
    (row,) = [row for row in rows(declared) if "at" in row]
    assert (row["at"], row["zone_basis"]) == (
        parse_rfc3339("2023-02-25T03:34:32Z").ns,
        "declared by Ada Example",
    )


CHANGED = ("Timestamp", "IP", "Change Type", "Old Value", "New Value")


def changes(*lines: str, heading: str = "", columns: tuple[str, ...] = CHANGED) -> bytes:
    table = f"{heading}<table>{line(*columns, tag='th')}{''.join(lines)}</table>"
    return f"<html><head><title>x</title></head><body>{table}</body></html>".encode()


def test_a_change_has_an_address_and_its_values_are_no_field_of_a_login() -> None:
    for heading in ("", "<h2>CHANGE HISTORY</h2>", "<h1>Google Account Change History</h1>"):
        reading = read(changes(line(TIME, "192.0.2.7", "Recovery", "canary", "canary"), heading=heading))
        (row,) = rows(reading)
        assert (row["ip"], row["at_text"], row["action"], row["account"]) == ("192.0.2.7", TIME, "Recovery", None)
        assert paths(reading) == {"head": 1, "CHANGE HISTORY > Old Value": 1, "CHANGE HISTORY > New Value": 1}
        assert reading.batches[0].field_categories["action"] == "transactional_noncontent"
    other = changes(line(TIME, "192.0.2.7", "x", "", ""), heading="<h2>Changes of somebody</h2>")
    with pytest.raises(BadInput) as caught:
        read(other)
    assert caught.value.code == "NO_RECOGNISED_ROW"


def test_a_summary_states_what_was_produced() -> None:
    reading = read(summary("Unheard: canary"))
    assert facts(reading) == {
        (A, "Originating Identifier", "Ada@example.com [EMAIL]"),
        (A, "Resolved Identifier", A),
    }
    assert reading.facts == {
        "originating_identifier": "Ada@example.com [EMAIL]",
        "resolved_identifier": A,
        "service": "GoogleAccount",
        "resource": "SubscriberInfo",
        "date_range_start": "Not Specified.",
        "date_range_end": "2026-01-01 00:00:00 Z",
        "account": A,
    }
    assert paths(reading) == {"line": 1}


@pytest.mark.parametrize(
    ("written", "account"),
    [
        (A, A),
        (f"{A} [GAIA_ID]", A),
        ("Ada@Example.com", "ada@example.com"),
        ("", None),
        ("Not Specified.", None),
        (f"{A}, 222222222222", None),
        (f"{A} 222222222222", None),
        ("none", None),
        (f"{A}\nResolved Identifier: 222222222222", None),
        (f"{A}\nResolved Identifier: {A}", A),
    ],
)
def test_the_account_is_the_resolved_identifier_if_it_is_one(written: str, account: str | None) -> None:
    reading = read(summary(account=written))
    assert {row["account"] for row in rows(reading)} == {account}
    assert (reading.facts["account"] or None) == (None if account is None else reading.facts["account"])


def test_a_summary_cut_at_any_byte_names_no_account_that_was_cut() -> None:
    data = summary()
    for end in range(len(data)):
        part = data[:end]
        if RETURN.detect("ExportSummary.txt", part):
            assert RETURN.read(part).facts["account"] in {A, ""}
            assert {row["account"] for row in rows(RETURN.read(part))} <= {A, None}


def placed(data: bytes, place: str) -> Reading:
    return replace(RETURN.read(data), place=place)


ONE = "r.zip!ada@example.com.1.GoogleAccount.SubscriberInfo_001.zip!"
TWO = "r.zip!bo@example.com.2.GoogleAccount.ChangeHistory_002.Preserved/"
EVENT = changes(line(TIME, "192.0.2.7", "x", "", ""))


def accounts(reading: Reading) -> set[str | None]:
    return {row["account"] for row in rows(reading)}


def test_members_of_one_part_tell_each_other_the_account() -> None:
    first = [placed(summary(), ONE + "ExportSummary.txt"), placed(EVENT, ONE + "Google Account/x.html")]
    second = [placed(summary(account="222222222222"), TWO + "ExportSummary.txt"), placed(EVENT, TWO + "a/x.html")]
    alone = [placed(EVENT, "loose.html")]
    told = RETURN.relate([[*first, *second], alone])
    assert [accounts(reading) for reading in told[0]] == [{A}, {A}, {"222222222222"}, {"222222222222"}]
    assert accounts(told[1][0]) == {None}
    (row,) = rows(told[0][1])
    assert (row["account_text"], row["account@"]) == (None, None)
    intake._check_related([*first, *second], told[0])


def test_members_of_one_part_that_name_two_accounts_tell_nothing() -> None:
    for other in (summary(account="222222222222"), summary(account="x"), page(account="222222222222")):
        files = [[placed(each, ONE + f"{n}") for n, each in enumerate((summary(), other, EVENT))]]
        told = RETURN.relate(files)
        assert accounts(told[0][2]) == {None}
        assert accounts(told[0][0]) == {A}


def test_the_marker_is_a_negative_and_the_summary_beside_it_says_of_what() -> None:
    for text in (b"", b"No records\n", b"\xef\xbb\xbf No records \r\n were found."):
        marker = read(text, name="a/b!NoRecords.txt")
        (row,) = rows(marker)
        assert marker.says_empty
        assert (row["category"], row["account"], row["value"]) == (None, None, row["value"])
        for resource, category in (("SubscriberInfo", "subscriber_identity"), ("Unheard", None)):
            about = placed(summary(resource=resource), ONE + "ExportSummary.txt")
            told = RETURN.relate([[about, replace(marker, place=ONE + "NoRecords.txt")]])
            (row,) = rows(told[0][1])
            assert (row["category"], row["account"]) == (category, A)
    assert not RETURN.detect("NoRecordsOfMine.txt", b"")
    assert not RETURN.detect("x.txt", b"NoRecords")


def test_what_members_tell_changes_no_category_that_a_row_states() -> None:
    before = placed(page(), "x")
    batch = before.batches[0]
    at = batch.rows.schema.get_field_index("category")
    payments = batch.rows.column(at).fill_null("payment").to_pylist()
    changed = batch.rows.set_column(at, batch.rows.schema.field(at), [["payment"] * len(payments)][0])
    after = replace(before, batches=(Batch(batch.family, batch.section, changed, batch.field_categories),))
    with pytest.raises(BadInput) as caught:
        intake._check_related([before], [after])
    assert caught.value.code == "CONSERVATION"


def test_a_page_cut_at_any_byte_is_refused() -> None:
    data = page(activity(cells(), cells("192.0.2.8")))
    for end in range(len(data)):
        if RETURN.detect("x", data[:end]):
            with pytest.raises(BadInput) as caught:
                RETURN.read(data[:end])
            assert caught.value.code in {"TRUNCATED", "MARKUP"}


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding_is_refused(encoding: str) -> None:
    text = page(listed("Name: Ädä")).decode()
    with pytest.raises(BadInput) as caught:
        read_or_refuse(text.encode(encoding))
    assert caught.value.code in {"ENCODING", "NUL", "UNKNOWN_FORMAT"}


def read_or_refuse(data: bytes) -> Reading:
    if not RETURN.detect("x", data):
        raise BadInput("UNKNOWN_FORMAT", "no reader knows it")
    return read(data)


@pytest.mark.parametrize("how", ["drops a row", "merges two rows", "skips a value"])
def test_a_broken_reader_fails_the_count(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pages.read_page
    data = page(activity(cells(), cells("192.0.2.8"), cells("192.0.2.9")))

    def broken(content: bytes, seen: pages.Seen) -> object:
        done = False
        held: pages.Row | None = None
        for part in whole(content, seen):
            if isinstance(part, pages.Row) and not part.first and not done:
                if how == "drops a row":
                    done = True
                    continue
                if how == "skips a value":
                    done = True
                    yield part._replace(cells=[part.cells[0], [], *part.cells[2:]])
                    continue
                if held is None:
                    held = part
                    continue
                done = True
                both = [[*one, *other] for one, other in zip(held.cells, part.cells, strict=True)]
                yield part._replace(start=held.start, cells=both)
                continue
            yield part

    monkeypatch.setattr("fourcorners.readers.google.reader.read_page", broken)
    reading = RETURN.read(data)
    with pytest.raises(BadInput) as caught:
        intake.check(reading, Member("x", data, "", len(data)), RETURN)
    assert caught.value.code == "CONSERVATION"


def test_a_value_from_elsewhere_fails_the_re_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    data = page(activity(cells()))
    monkeypatch.setattr(
        "fourcorners.readers.google.page.piece", lambda raw, at: Piece(raw.strip(), at + (raw == b"192.0.2.7"))
    )
    reading = RETURN.read(data)
    with pytest.raises(BadInput) as caught:
        intake.check(reading, Member("x", data, "", len(data)), RETURN)
    assert caught.value.code == "LOCATOR"


def test_elements_are_counted_by_their_start_tags() -> None:
    data = b"<html><tr><TR a='b'></tr><li></li><link><track><!-- <tr> --><script><tr></script></html>"
    assert census.count_elements(data, ("tr", "li")).labels == {"tr": 2, "li": 1}


@pytest.mark.parametrize("seed", range(8))
def test_a_generated_return_comes_out_as_it_was_built(seed: int) -> None:
    members, truth = generated("google-return", seed, 40)
    for told in truth["members"]:
        data = members[told["member"]]
        reader = known(told["member"], data)
        assert reader is not None
        got = [
            (each["problem"], each.get("ip"), each.get("value"))
            for each in rows(read(data, reader, told["member"]))
        ]
        wanted = []
        for kind, verdict, reason, *values in told["rows"]:
            rejected = verdict == "rejected"
            ip = values[1] if kind == "login" else None
            value = values[1] if kind in {"subscriber", "negative"} else None
            wanted.append((reason if rejected else None, ip, value))
        assert [each if each[0] is None else (each[0], None, None) for each in got] == wanted
