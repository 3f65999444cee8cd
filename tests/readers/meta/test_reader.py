"""The Meta record against a renderer of its own, written from the format's description."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Reading
from fourcorners.readers import locate
from fourcorners.readers.meta import READER

FIELD = {
    "A": "<table><tr>{label}<td>{value}</td></tr></table>",
    "B": '<div class="div_table" style="font-weight: bold; display:table;">{label}'
    '<div style="font-weight: normal; display:table-cell; padding: 2px;"><div>{value}</div></div></div>',
    "C": '<div class="div_table outer"><div class="div_table inner">{label}'
    '<div class="most_inner"><div>{value}</div></div></div></div>',
    "D": '<div class="t o"><div class="t i">{label}<div class="m"><div>{value}</div></div></div></div>',
}
BREAK = {"A": "<br>", "B": "<br/>", "C": "<br>", "D": '<div class="p"></div>'}
NEGATIVE = "No responsive records located"


@dataclass
class Page:
    """Renders one page; `wrap` puts a layout B field into a second table, `blank` stands between tags."""

    layout: str
    wrap: bool = False
    blank: str = ""
    furniture: int = 0
    out: list[str] = field(default_factory=list)

    def page_break(self) -> str:
        self.furniture += 1
        if self.layout == "E":
            return f"Meta Platforms Business Record Page {self.furniture}\n"
        return f'<div class="pageBreak">Meta Platforms Business Record<span>Page {self.furniture}</span></div>'

    def markup(self, label: str, value: str) -> str:
        shown = f"<th>{label}</th>" if self.layout == "A" and label else label
        text = FIELD[self.layout].format(label=shown, value=value) + self.blank
        if self.wrap and self.layout == "B":
            text = f'<div class="div_table">{text}</div>'
        return text

    def field(self, label: str, value: str, cuts: tuple[int, ...] = ()) -> str:
        edges = [0, *sorted(min(cut, len(value)) for cut in cuts), len(value)]
        pieces = [value[a:b] for a, b in pairwise(edges)]
        if self.layout == "E":
            lines = [f"{piece}\n" if piece else "" for piece in pieces]
            return f"{label}\n" + self.page_break().join(lines)
        fields = [self.markup(label if n == 0 else "", html.escape(piece)) for n, piece in enumerate(pieces)]
        return self.page_break().join(fields)

    def values(self, label: str, *values: str) -> str:
        if self.layout == "E":
            return "\n".join([label, *values]) + "\n"
        return self.markup(label, BREAK[self.layout].join(html.escape(value) for value in values))

    def section(self, name: str, content: str, title: str = "") -> str:
        title = title or name.replace("_", " ").title()
        if self.layout == "E":
            return f"{title} Definition\nWhat this is.\nAnd more of it.\n{title}\n{content}"
        return (
            f'<div id="property-{name}" class="content-pane">{self.blank}'
            + self.markup(f"{title} Definition", "What this is.")
            + self.markup(title, content)
            + "</div>"
        )

    def document(self, *sections: str, account: str = "100000000000001", service: str = "Facebook") -> bytes:
        header = self.field("Service", service) + self.field("Target", account)
        header += self.field("Generated", "2026-03-09 10:00:00 UTC")
        header += self.field("Date Range", "2026-03-01 00:00:00 UTC to 2026-03-08 00:00:00 UTC")
        body = self.section("request_parameters", header) + "".join(sections)
        if self.layout == "E":
            return body.encode()
        head = '<meta charset="utf-8"><title>Facebook Legal Request</title><style>.t > .o { color: red }</style>'
        return f"<!DOCTYPE html>\n<html><head>{head}</head><body>{body}</body></html>\n".encode()


def read(data: bytes, declaration: ZoneDeclaration | None = None) -> Reading:
    """Read, and hold the reading against the census, its own ranges and its extents."""
    reading = READER.read(data, declaration)
    census = READER.census(data)
    assert texts_of(reading) == census.texts
    assert dict(reading.labels) == dict(census.labels)
    locate.check(data, reading)
    extents = []
    for batch in reading.batches:
        for row in batch.rows.to_pylist():
            extents.append((row["start"], row["end"]))
            for name in set(FAMILIES[batch.family]) - {"account", "attribute"}:
                where = row[f"{name}@"] or []
                assert all(row["start"] <= at <= row["end"] for at in where)
    extents.sort()
    assert all(a[1] <= b[0] for a, b in pairwise(extents))
    ordinals = sorted(row for batch in reading.batches for row in batch.rows.column("row").to_pylist())
    assert ordinals == list(range(len(ordinals)))
    return reading


def texts_of(reading: Reading) -> int:
    owned = sum(sum(batch.rows.column("texts").to_pylist()) for batch in reading.batches)
    return owned + reading.boilerplate + sum(item.texts for item in reading.unclassified)


def rows(reading: Reading, family: str) -> list[dict[str, Any]]:
    return [row for batch in reading.batches if batch.family == family for row in batch.rows.to_pylist()]


def problems(reading: Reading) -> Counter[str | None]:
    return Counter(row["problem"] for batch in reading.batches for row in batch.rows.to_pylist())


@dataclass(frozen=True)
class Login:
    ip: str
    port: int | None
    time: str
    action: str | None
    agent: str | None
    lacks: str
    cuts: tuple[tuple[int, ...], tuple[int, ...]]

    def endpoint(self) -> str:
        if self.port is None:
            return self.ip
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip}:{self.port}"

    def truth(self) -> tuple[str, int | None, int]:
        return self.ip, self.port, parse_rfc3339(self.time.replace(" ", "T", 1).replace(" UTC", "Z")).ns


TIMES = st.builds(
    "2026-03-{:02d} {:02d}:{:02d}:{:02d} UTC".format,
    st.integers(1, 31),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
)
IPS = st.one_of(
    st.integers(0, 255).map("203.0.113.{}".format),
    st.integers(1, 0xFFFF).map("2001:db8::{:x}".format),
)
CUTS = st.lists(st.integers(0, 24), max_size=2).map(tuple)
LOGINS = st.builds(
    Login,
    IPS,
    st.none() | st.integers(1, 65535),
    TIMES,
    st.none() | st.sampled_from(["Login", "Session & more", "Time <3", "Time"]),
    st.none() | st.sampled_from(["Mozilla/5.0 (X11; Linux x86_64) a & b", "Agentur »Ü«", "x"]),
    st.sampled_from(["", "", "", "ip", "at"]),
    st.tuples(CUTS, CUTS),
)


def render(page: Page, logins: list[Login], *, time_first: bool, separated: bool) -> bytes:
    out: list[str] = []
    for login in logins:
        pair = []
        if login.lacks != "ip":
            pair.append(page.field("IP Address", login.endpoint(), login.cuts[0]))
        if login.lacks != "at":
            pair.append(page.field("Time", login.time, login.cuts[1]))
        out += reversed(pair) if time_first else pair
        if login.action:
            out.append(page.field("Action", login.action))
        if login.agent:
            out.append(page.field("Agent String", login.agent, login.cuts[0]))
        if separated:
            out.append(BREAK[page.layout])
    return page.document(page.section("ip_addresses", "".join(out)))


@settings(max_examples=300)
@given(
    layout=st.sampled_from("ABCDE"),
    wrap=st.booleans(),
    blank=st.sampled_from(["", "\n  "]),
    logins=st.lists(LOGINS, min_size=1, max_size=6),
    time_first=st.booleans(),
    separated=st.booleans(),
)
def test_no_pair_is_wrong_and_no_row_is_lost(
    *, layout: str, wrap: bool, blank: str, logins: list[Login], time_first: bool, separated: bool
) -> None:
    separated = separated and layout != "E"
    if not separated:  # two rows that each lack the other's half cannot be told from one whole row
        seen: list[Login] = []
        for login in logins:
            regular = Login(**{**vars(login), "lacks": ""})
            seen.append(regular if any(each.lacks for each in seen) else login)
        logins = seen
    if layout == "E":  # a line that is itself a label, or a piece that is blank, is beyond text
        logins = [
            Login(
                **{**vars(each), "cuts": tuple(cut[:1] for cut in each.cuts), "action": (each.action or "x") + "y"}
            )
            for each in logins
        ]
    page = Page(layout, wrap, blank)
    reading = read(render(page, logins, time_first=time_first, separated=separated))
    assert reading.layout == layout
    found = [(row["ip"], row["port"], row["at"]) for row in rows(reading, "login") if row["problem"] is None]
    truth = [login.truth() for login in logins if not login.lacks]
    if separated or not any(login.lacks for login in logins):
        assert found == truth
        for row, login in zip(rows(reading, "login"), logins, strict=True):
            assert row["action"] == login.action
            assert row["agent"] == login.agent
    else:
        assert not Counter(found) - Counter(truth)
    assert all(row["account"] == "100000000000001" for row in rows(reading, "login"))


def attempt(data: bytes) -> Reading | str:
    try:
        return READER.read(data)
    except BadInput as error:
        return error.code


def cut_everywhere(data: bytes) -> None:
    whole = rows(READER.read(data), "login")
    for size in range(1, len(data)):
        found = attempt(data[:size])
        if isinstance(found, str):
            assert found in {"TRUNCATED", "MARKUP", "ENCODING"}
        else:
            assert rows(found, "login") == whole
            assert texts_of(found) == READER.census(data).texts


@pytest.mark.parametrize("layout", "ABCD")
def test_a_cut_at_any_byte_is_refused_or_loses_nothing(layout: str) -> None:
    page = Page(layout)
    fields = page.field("IP Address", "203.0.113.7:1") + page.field("Time", "2026-03-01 00:00:59 UTC", (3,))
    cut_everywhere(page.document(page.section("ip_addresses", fields), account="Zoë"))


def one_login(
    page: Page, *more: str, section: str = "ip_addresses", time: str = "2026-03-01 00:00:59 UTC"
) -> bytes:
    fields = page.field("IP Address", "203.0.113.7:1135") + page.field("Time", time)
    return page.document(page.section(section, fields + "".join(more)))


def refusal(data: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        READER.read(data)
    return caught.value


def test_damage_is_refused_with_its_byte() -> None:
    data = one_login(Page("C"))
    at = data.index(b"203.0")
    error = refusal(data[:at] + b"\xe9" + data[at:])
    assert (error.code, error.where) == ("ENCODING", f"byte {at}")
    error = refusal(data[:at] + b"\0" + data[at:])
    assert (error.code, error.where) == ("NUL", f"byte {at}")
    error = refusal(data.replace(b"utf-8", b"iso-8859-1"))
    assert error.code == "CHARSET_CONFLICT"
    assert refusal(data.replace(b"</html>", b"")).code == "TRUNCATED"
    assert refusal(data.replace(b"</head>", b"</body>")).code == "MARKUP"
    assert refusal(data.replace(b'class="content-pane"', b'class="content-pane')).code == "MARKUP"
    for depth in (300, 50_000, 500_000):
        deep = data.replace(b"203.0.113.7", b"<div>" * depth + b"203.0.113.7" + b"</div>" * depth)
        assert refusal(deep).code == "DEPTH"


def test_a_renamed_label_rejects_its_rows_and_is_reported() -> None:
    page = Page("D")
    data = one_login(page, page.field("Session", "abc")).replace(b"IP Address<", b"Address<")
    reading = read(data)
    assert problems(reading) == {"MISSING_ADDRESS": 1}
    assert {item.path: item.texts for item in reading.unclassified} == {
        "ip_addresses > Address": 2,
        "ip_addresses > Session": 2,
    }
    holes = reading.holes.to_pylist()
    held = b"".join(data[a:b] for a, b in zip(holes[::2], holes[1::2], strict=True))
    assert b"203.0.113.7:1135" in held
    assert b"abc" in held
    assert b"2026-03-01 00:00:59" not in held


def test_an_unknown_section_has_rows_without_a_category() -> None:
    page = Page("C")
    reading = read(one_login(page, page.field("Session", "abc"), section="login_history"))
    (row,) = rows(reading, "login")
    assert (row["category"], row["ip"], row["port"], row["texts"]) == (None, "203.0.113.7", 1135, 6)
    assert [(item.path, item.texts) for item in reading.unclassified] == [("login_history", 0)]
    reading = read(page.document(page.section("pets", page.field("Name", "Rex") + page.field("Name", "Ida"))))
    assert [row["category"] for row in rows(reading, "capture")] == [None, None]


@pytest.mark.parametrize("layout", "ABCDE")
def test_subscriber_values_stay_apart_and_as_written(layout: str) -> None:
    page = Page(layout)
    emails = page.values("Registered Email Addresses", "a@example.com", "b@example.com")
    name = page.section("name", page.field("First", "Ann & Co") + page.field("Last", "Example"))
    if layout != "E":
        emails = f'<div id="property-emails" class="content-pane">{emails}</div>'
    phone = page.section("phone_numbers", "+1 202-555-0123 Cell Verified on 2019-01-01 00:00:00 UTC\n")
    ip = page.section("registration_ip", "203.0.113.9\n")
    reading = read(page.document(name, emails, phone, ip))
    found = [(row["attribute"], row["value"], row["category"]) for row in rows(reading, "subscriber")]
    assert sorted(found) == sorted(
        [
            ("First", "Ann & Co", "subscriber_identity"),
            ("Last", "Example", "subscriber_identity"),
            ("Registered Email Addresses", "a@example.com", "subscriber_identity"),
            ("Registered Email Addresses", "b@example.com", "subscriber_identity"),
            ("Phone Numbers", "+1 202-555-0123 Cell Verified on 2019-01-01 00:00:00 UTC", "subscriber_identity"),
            ("Registration Ip", "203.0.113.9", "session_ip_log"),
        ]
    )
    assert reading.facts["service"] == "Facebook"
    assert reading.facts["account"] == "100000000000001"
    assert not reading.unclassified


@pytest.mark.parametrize("layout", "ABCDE")
def test_an_explicit_negative_is_a_row(layout: str) -> None:
    page = Page(layout)
    reading = read(
        page.document(page.section("ip_addresses", NEGATIVE + "\n"), page.section("photos", NEGATIVE + "\n"))
    )
    found = [(row["attribute"], row["value"], row["category"]) for row in rows(reading, "negative")]
    assert sorted(found) == [
        ("Ip Addresses", NEGATIVE, "session_ip_log"),
        ("Photos", NEGATIVE, "content_stored"),
    ]
    assert reading.says_empty
    assert not read(one_login(page)).says_empty


@pytest.mark.parametrize("layout", "ABCDE")
def test_calls_have_their_port_in_a_field_of_its_own(layout: str) -> None:
    page = Page(layout)
    fields = (
        page.field("Type", "voice")
        + page.field("Sender Ip", "2001:db8::7")
        + page.field("Sender Port", "59483")
        + page.field("Time", "2026-03-01 00:00:59 UTC")
        + page.field("From", "+1 202-555-0123")
        + page.field("To", "+12025550188")
    )
    sections = page.section("call_logs", fields + fields), page.section("message_log", fields)
    reading = read(page.document(*sections, account="+12025550123", service="WhatsApp"))
    found = rows(reading, "call")
    assert [(row["ip"], row["port"], row["action"], row["party"]) for row in found] == [
        ("2001:db8::7", 59483, "voice", "+12025550188")
    ] * 3
    assert [row["category"] for row in found] == [
        "telephone_connection_records",
        "telephone_connection_records",
        "transactional_noncontent",
    ]
    assert dict(reading.batches[0].field_categories) == {"ip": "session_ip_log", "port": "session_ip_log"}


def test_two_accounts_in_one_header_are_none() -> None:
    page = Page("C")
    data = one_login(page).replace(b"</html>", b"")
    second = page.section("request_parameters", page.field("Account Identifier", "other.person"))
    data = data.replace(b"</body>", second.encode() + b"</body></html>")
    (row,) = rows(read(data), "login")
    assert row["account"] is row["account_text"] is row["account@"] is None
    same = data.replace(b"other.person", b"100000000000001")
    assert rows(read(same), "login")[0]["account"] == "100000000000001"


@pytest.mark.parametrize("layout", "ABCDE")
def test_a_time_without_a_zone_waits_for_a_declaration(layout: str) -> None:
    data = one_login(Page(layout), time="2026-03-08 01:30:00")
    (row,) = rows(read(data), "login")
    assert (row["at"], row["zone_basis"], row["problem"], row["precision"]) == (None, None, None, 10**9)
    declaration = ZoneDeclaration("America/New_York", "an.example")
    (row,) = rows(read(data, declaration), "login")
    assert row["at"] == parse_rfc3339("2026-03-08T06:30:00Z").ns
    assert row["zone_basis"] == "declared by an.example"
    for local in ("2026-03-08 02:30:00", "2026-11-01 01:30:00"):  # never, and twice
        (row,) = rows(read(one_login(Page(layout), time=local), declaration), "login")
        assert (row["at"], row["zone_basis"], row["problem"]) == (None, "declared by an.example", None)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ((b"203.0.113.7:1135", b"203.0.113.256:1135"), "BAD_ADDRESS"),
        ((b"203.0.113.7:1135", b"203.0.113.7:70000"), "BAD_ADDRESS"),
        ((b"203.0.113.7:1135", b"A_PRIVATE_IPV4"), "BAD_ADDRESS"),
        ((b"203.0.113.7:1135", b"203.0.113.7<br>203.0.113.8"), "BAD_ADDRESS"),
        ((b"203.0.113.7:1135", b"203.0.113.7 203.0.113.8"), "BAD_ADDRESS"),
        ((b"203.0.113.7:1135", b"203.0.<b>113</b>.7"), "BAD_ADDRESS"),
        ((b"203.0.113.7:1135", b""), "MISSING_ADDRESS"),
        ((b"00:00:59 UTC", b"00:00:59 CET"), "BAD_TIME"),
        ((b"00:00:59 UTC", b"24:00:59 UTC"), "BAD_TIME"),
        ((b"2026-03-01 ", b"2026-02-30 "), "BAD_TIME"),
        ((b"2026-03-01 ", b"01/03/2026 "), "BAD_TIME"),
        ((b"2026-03-01 ", b"0026-03-01 "), "BAD_TIME"),
        ((b"2026-03-01 ", b"2026-03-01  "), "BAD_TIME"),
        ((b"2026-03-01 00:00:59 UTC", b""), "MISSING_TIME"),
    ],
)
def test_what_has_not_its_shape_is_rejected(change: tuple[bytes, bytes], problem: str) -> None:
    reading = read(one_login(Page("C")).replace(*change))
    assert problems(reading) == {problem: 1}


@pytest.mark.parametrize("layout", "ABCD")
def test_pieces_are_joined_as_they_stand(layout: str) -> None:
    page = Page(layout)
    time = page.field("Time", "2026-03-01 00:00:59 UTC", (10, 11))  # the middle piece is a blank
    reading = read(page.document(page.section("logins", page.field("IP Address", "203.0.113.7") + time)))
    (row,) = rows(reading, "login")
    assert (row["at_text"], row["problem"], len(row["at@"])) == ("2026-03-01 00:00:59 UTC", None, 6)
    trimmed = page.field("Time", "2026-03-0100:00:59 UTC", (10,))
    reading = read(page.document(page.section("logins", page.field("IP Address", "203.0.113.7") + trimmed)))
    assert problems(reading) == {"BROKEN_VALUE": 1}


def test_a_page_break_may_close_and_open_the_outer_fields() -> None:
    page = Page("D")
    first = page.field("IP Address", "203.0.113.7") + page.field("Time", "2026-03-0")
    rest = page.markup("", "1 00:00:59 UTC") + page.field("Action", "Login")
    rest += page.field("IP Address", "203.0.113.8") + page.field("Time", "2026-03-02 00:00:59 UTC")
    content = (
        page.section("logins", first).removesuffix("</div>") + page.page_break() + page.markup("", rest) + "</div>"
    )
    reading = read(page.document(content))
    found = [(row["ip"], row["at_text"], row["action"], row["problem"]) for row in rows(reading, "login")]
    assert found == [
        ("203.0.113.7", "2026-03-01 00:00:59 UTC", "Login", None),
        ("203.0.113.8", "2026-03-02 00:00:59 UTC", None, None),
    ]
    assert reading.boilerplate == read(page.document(page.section("logins", first + rest))).boilerplate + 2


def test_a_page_break_may_stand_inside_the_value_itself() -> None:
    page = Page("D")
    broken = f"2026-03-0{page.page_break()}1 00:00:59 UTC"
    (row,) = rows(read(one_login(page).replace(b"2026-03-01 00:00:59 UTC", broken.encode())), "login")
    assert (row["at_text"], row["problem"]) == ("2026-03-01 00:00:59 UTC", None)


def test_rows_that_nothing_tells_apart_are_ambiguous() -> None:
    page = Page("C")
    times = [page.field("Time", f"2026-03-0{day} 00:00:59 UTC") for day in (1, 2, 3)]
    ips = [page.field("IP Address", f"203.0.113.{n}") for n in (2, 3)]
    data = page.document(page.section("logins", times[0] + ips[0] + times[1] + ips[1] + times[2]))
    assert set(problems(read(data))) == {"AMBIGUOUS_ROW"}


IP = ("IP Address", "203.0.113.7")
TIME = ("Time", "2026-03-01 00:00:59 UTC")


@pytest.mark.parametrize("layout", "ABCD")
def test_what_stands_between_records_is_never_bridged(layout: str) -> None:
    page = Page(layout)
    ip, time, other = page.field(*IP), page.field(*TIME), page.field("Other", "x")
    apart = {"MISSING_ADDRESS": 1, "MISSING_TIME": 1}
    for content in (
        page.markup("Record", ip) + page.markup("Record", time),
        ip + BREAK[layout] + time,
        ip + BREAK[layout] + other + time,
    ):
        assert problems(read(page.document(page.section("logins", content)))) == apart
    assert problems(read(page.document(page.section("logins", ip + other + time)))) == {None: 1}


def test_a_text_that_belongs_to_the_outer_field_is_not_given_to_the_inner_one() -> None:
    page = Page("A")
    outer = f"<table><tr><th>Record</th><td>{page.field(*IP)}{page.field(*TIME)}</td><td>more</td></tr></table>"
    reading = read(page.document(page.section("logins", outer)))
    assert problems(reading) == {None: 1}
    assert [(item.path, item.texts) for item in reading.unclassified] == [("logins", 1)]


def test_a_line_that_belongs_to_no_field_is_reported() -> None:
    page = Page("E")
    content = page.field(*IP) + page.field(*TIME) + "Session\nabc\n" + page.field("Action", "Login")
    reading = read(page.document(page.section("logins", content)))
    (row,) = rows(reading, "login")  # the action may stand under another title
    assert (row["ip"], row["at_text"], row["action"], row["problem"]) == (IP[1], TIME[1], None, None)
    assert [(item.path, item.texts) for item in reading.unclassified] == [("unlisted section", 0), ("logins", 2)]


def test_a_page_break_below_a_line_of_no_field_breaks_no_field_above_it() -> None:
    page = Page("E")
    time = page.field("Time", "2026-03-29 12:00:00 UTC")
    for below, problem in (
        ("Longitude\n0.\n" + page.page_break() + "0000\n", None),
        (page.page_break() + "Longitude\n0.0000\n", "BROKEN_VALUE"),
    ):
        reading = read(page.document(page.section("last_location", time + below)))
        assert problems(reading) == Counter([problem]), below


def test_the_second_value_of_an_action_is_reported_not_fused() -> None:
    page = Page("C")
    reading = read(one_login(page, page.values("Action", "Login", "Logout")))
    (row,) = rows(reading, "login")
    assert (row["action"], row["texts"], row["problem"]) == ("Login", 6, None)
    assert [(item.path, item.texts) for item in reading.unclassified] == [("ip_addresses > Action", 1)]


def test_a_port_of_zero_is_none_and_two_ports_that_differ_are_a_problem() -> None:
    page = Page("C")
    (row,) = rows(read(one_login(page).replace(b":1135", b":0")), "login")
    assert (row["port"], row["port_text"], row["problem"]) == (None, "0", None)
    assert problems(read(one_login(page, page.field("Port", "1136")))) == {"BAD_PORT": 1}
    assert problems(read(one_login(page, page.field("Port", "1135")))) == {None: 1}
    assert problems(read(one_login(page, page.field("Port", "x")))) == {"BAD_PORT": 1}


def test_the_service_is_never_taken_from_the_title() -> None:
    page = Page("C")
    bare = one_login(page).replace(b">Service<", b">Account Type<").replace(b">Facebook<", b">WhatsAppUser<")
    assert read(bare).facts["service"] == "WhatsApp"
    assert "service" not in read(bare.replace(b"WhatsAppUser", b"PersonalUser")).facts


def test_content_is_counted_and_keeps_its_category() -> None:
    page = Page("D")
    message = page.field("Author", "b") + page.field("Body", "IP Address") + page.field("Body", NEGATIVE)
    reading = read(page.document(page.section("unified_messages", message), page.section("machines", message)))
    assert [row["category"] for row in rows(reading, "capture")] == ["content_stored"] * 2 + [
        "transactional_noncontent"
    ] * 2
    assert not rows(reading, "negative")


def test_text_outside_every_field_is_not_passed_over() -> None:
    data = one_login(Page("C")).replace(b"</body>", b"<p>secret</p></body>")
    reading = read(data.replace(b"<br></div></div></div></div></div>", b""))
    assert [(item.path, item.texts) for item in reading.unclassified] == [("page", 1)]
    section = b'<div id="property-logins"><dl><dt>IP</dt><dd>203.0.113.8</dd></dl></div></body>'
    reading = read(one_login(Page("C")).replace(b"</body>", section))
    assert [(item.path, item.texts) for item in reading.unclassified] == [("logins", 2)]


@pytest.mark.parametrize("layout", "ABCDE")
def test_content_decides_what_is_a_record(layout: str) -> None:
    data = one_login(Page(layout))
    assert READER.detect("renamed.bin", data[:65536])
    assert not READER.detect("records.html", b"<!DOCTYPE html><html><head><title>Hello</title></head></html>")
    assert not READER.detect("records.txt", b"ip,start,end\n203.0.113.7,1,2\n")


Mutant = Callable[[pytest.MonkeyPatch], None]


def drops_a_row(patch: pytest.MonkeyPatch) -> None:
    from fourcorners.readers.meta.groups import Group  # noqa: PLC0415 - the code that is broken on purpose

    whole, seen = Group.take, []

    def take(self: Group, name: str, found: Any, *, boundary: bool) -> Any:
        done = whole(self, name, found, boundary=boundary)
        seen.append(done)
        return None if done and len([each for each in seen if each]) == 1 else done

    patch.setattr(Group, "take", take)


def merges_rows(patch: pytest.MonkeyPatch) -> None:
    from fourcorners.readers.meta.groups import Group  # noqa: PLC0415 - the code that is broken on purpose

    whole = Group.take

    def take(self: Group, name: str, found: Any, *, boundary: bool) -> Any:
        earlier = self._row.pop(name, None)
        if earlier:
            found.texts += earlier.texts
        return whole(self, name, found, boundary=boundary and False)

    patch.setattr(Group, "take", take)


def skips_a_value(patch: pytest.MonkeyPatch) -> None:
    from fourcorners.readers.meta.fields import Field  # noqa: PLC0415 - the code that is broken on purpose

    whole = Field.put

    def put(self: Field, raw: bytes, start: int) -> None:
        if raw != b"2026-03-02 00:00:59 UTC":
            whole(self, raw, start)

    patch.setattr(Field, "put", put)


@pytest.mark.parametrize("mutant", [drops_a_row, merges_rows, skips_a_value])
def test_a_reader_that_loses_something_is_caught_by_the_count(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page("C")
    fields = [
        page.field("IP Address", f"203.0.113.{day}") + page.field("Time", f"2026-03-0{day} 00:00:59 UTC")
        for day in (1, 2, 3)
    ]
    data = page.document(page.section("logins", "".join(fields)))
    read(data)
    mutant(monkeypatch)
    reading, census = READER.read(data), READER.census(data)
    assert (texts_of(reading), dict(reading.labels)) != (census.texts, dict(census.labels))


SPLICES = st.sampled_from(
    [
        *(
            "<",
            ">",
            '"',
            "'",
            "</div>",
            "<div>",
            "<br>",
            "&amp;",
            "&",
            " ",
            "Time",
            "<b>x</b>",
            "a < b",
        ),
        *("\x0b", FIELD["A"].format(label="<th>Time</th>", value="x"), FIELD["D"].format(label="", value="more")),
        NEGATIVE,
    ]
)


@settings(max_examples=300)
@given(
    layout=st.sampled_from("ABCDE"),
    edits=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 12), SPLICES), min_size=1, max_size=3),
)
def test_whatever_is_done_to_a_page_it_is_refused_or_accounted_for(
    layout: str, edits: list[tuple[int, int, str]]
) -> None:
    page = Page(layout)
    emails = page.section("emails", page.values("Registered Email Addresses", "a@example.com", "b@example.com"))
    messages = page.section("unified_messages", page.field("Author", "a") + page.field("Body", "Time & tide"))
    login = page.field(*IP, (4,)) + page.field(*TIME, (10,)) + page.field("Action", "Login")
    text = page.document(emails, messages, page.section("ip_addresses", login)).decode()
    for at, length, splice in edits:
        place = at % len(text)
        text = text[:place] + splice + text[place + length :]
    data = text.encode()
    if not isinstance(attempt(data), str):
        read(data)
