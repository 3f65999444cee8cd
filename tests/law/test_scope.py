"""`judge` against an oracle: the predicate restated row by row in plain Python, from the design's words."""

from __future__ import annotations

import ipaddress
import itertools
import re
import sys
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.law.proportion import People
from fourcorners.law.scope import judge
from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.model.identifier import normalise
from fourcorners.model.instant import HOUR
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import Window
from fourcorners.model.records import DERIVED
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.model.records import columns_of
from fourcorners.model.records import schema
from fourcorners.model.verdict import VERDICT_COLUMNS
from fourcorners.model.verdict import JudgedBatch

Row = dict[str, Any]
MakeInstrument = Callable[..., Instrument]
MakeBatch = Callable[..., Batch]

WINDOW = Window(1_000, 2_000, "America/New_York", 700, 1_700)
ASKED = ["alice@example.com", "+1 202 555 0100", "192.0.2.7:1135", "192.0.2.8", "2001:db8:0:100::/56"]
CATEGORIES = ["session_ip_log", "payment"]

POINTS = [
    None,
    0,
    699,
    700,
    999,
    1_000,
    1_001,
    1_299,
    1_300,
    1_500,
    1_699,
    1_700,
    1_999,
    2_000,
    2_001,
    2_300,
    9_000,
]
NAMES = st.sampled_from(["alice@example.com", " Alice@Example.COM", "+12025550100", "bob@example.com", None])
NETWORKS = [
    None,
    "192.0.2.7",
    "192.0.2.8",
    "192.0.2.9",
    "192.0.2.0/24",
    "192.0.2.8/31",
    "192.0.2.10/31",
    "2001:db8::7",
    "2001:db8:0:100::7",
    "2001:db8:0:100::/56",
    "2001:db8:0:1ff::/64",
    "2001:db8:0:200::/56",
    "2001:db8::/48",
    "2001:db8::/55",
    "2001:db8:1::/48",
]
TIMES = {"at", "until", "held_from", "held_until", "lost_until"}
PORTS = [None, 1, 1134, 1135, 1136, 65_535]
LOGIN: Row = {"category": "payment", "account": "alice@example.com", "at": 1_500, "zone_basis": "stated"}
FIELD_CATEGORY = st.sampled_from(["session_ip_log", "subscriber_identity", "content_stored", None])


def rows_of(family: str) -> st.SearchStrategy[Row]:
    text = st.sampled_from([None, "written"])
    columns: dict[str, st.SearchStrategy[Any]] = {
        "category": st.sampled_from([*CATEGORIES, *CATEGORIES, *CATEGORIES, "content_stored", None]),
        "problem": st.sampled_from([*[None] * 9, "BAD_TIME"]),
    }
    for field in FAMILIES[family]:
        for name, kind in columns_of(field):
            columns[name] = text if kind == pa.string() else st.just(None)
        columns[field + "@"] = st.sampled_from([None, [3, 9], [3, 4, 6, 9]])
    known = {"account": NAMES, "subscriber": NAMES, "ip": st.sampled_from(NETWORKS)}
    known |= {"port_low": st.sampled_from(PORTS), "port_high": st.sampled_from(PORTS)}
    known |= {
        "at": st.sampled_from(POINTS),
        "until": st.sampled_from(POINTS),
        "until_text": st.sampled_from([None, "", " ", "never"]),
    }
    known |= {"zone_basis": st.sampled_from([None, "stated"])}
    if family == "assignment":
        known |= {name: st.sampled_from(POINTS) for name, _ in DERIVED[family]}
        columns |= dict.fromkeys(known, st.none())
    return st.fixed_dictionaries(columns | {name: drawn for name, drawn in known.items() if name in columns})


@st.composite
def productions(draw: st.DrawFn) -> tuple[str, list[Row], dict[str, str | None]]:
    family = draw(st.sampled_from(sorted(FAMILIES)))
    rows = draw(st.lists(rows_of(family), max_size=12))
    return family, rows, draw(st.dictionaries(st.sampled_from(FAMILIES[family]), FIELD_CATEGORY, max_size=3))


def reached(family: str, row: Row, asked: list[str] = ASKED) -> bool:
    names = {normalise(text) for text in asked if "@" in text or text.startswith("+")}
    said = [row["account"], row["subscriber"]] if family == "assignment" else [row["account"]]
    if any(value is not None and normalise(value) in names for value in said):
        return True
    if family != "assignment" or row["ip"] is None:
        return False
    held = ipaddress.ip_network(row["ip"])
    low = 0 if row["port_low"] is None else row["port_low"]
    high = 65_535 if row["port_high"] is None else row["port_high"]
    for text in asked:
        address, _, port = text.partition(":") if "." in text and "@" not in text else (text, "", "")
        try:
            network = ipaddress.ip_network(address)
        except ValueError:
            continue
        if held.version == network.version and held.overlaps(network) and (not port or low <= int(port) <= high):
            return True
    return False


def span(row: Row) -> tuple[int, Any]:
    """When the row begins, and when it may have ended at the latest."""
    if row.get("held_from") is None:
        return row["at"], row.get("until")
    start, stop = row["held_from"], row["held_until"]
    return start, float("inf") if stop is None else max(start, stop, row["lost_until"] or 0)


def in_window(family: str, row: Row, start: int, end: int) -> bool:
    at, until = span(row)
    if until is None or until == at:
        return bool(start <= at < end)
    return bool(at < end and (until >= start if family == "seen" else until > start))


def expected(family: str, row: Row, window: Window = WINDOW) -> str:
    """The reason for withholding the row, or `released`."""
    timed = "at" in row
    if row["problem"]:
        return str(row["problem"])
    unread = timed and (
        row["at"] is None or (row.get("until") is None and bool((row.get("until_text") or "").strip()))
    )
    if timed and not unread and row.get("until") is not None and row["until"] < row["at"]:
        return "BAD_INTERVAL"
    unread = unread and row.get("held_from") is None
    if row["category"] is None:
        return "UNDECIDABLE_CATEGORY"
    if row["category"] not in CATEGORIES:
        return "OUTSIDE_CATEGORY"
    if not reached(family, row):
        says = [row["account"]] + ([row["ip"], row["subscriber"]] if family == "assignment" else [])
        return "OUTSIDE_ACCOUNT" if any(value is not None for value in says) else "UNDECIDABLE_ACCOUNT"
    if family == "capture":
        return "NO_FAMILY"
    if unread:
        return "UNDECIDABLE_TIME_ZONE" if row["zone_basis"] is None else "UNDECIDABLE_LOCAL_TIME"
    if timed and not in_window(family, row, window.start, window.end):
        return "OUTSIDE_DATE_RANGE"
    return "released"


def verdicts(judged: JudgedBatch) -> dict[int, str]:
    """Row -> reason. Fails if a row stands twice."""
    pairs = [(row, "released") for row in judged.released.column("row").to_pylist()]
    for part in (judged.sealed, judged.rejected):
        pairs += zip(part.column("row").to_pylist(), part.column("reason").to_pylist(), strict=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def check(judged: JudgedBatch, batch: Batch, window: Window) -> None:
    """Every verdict, every withheld position and every released value against the restatement."""
    family, given_rows = batch.family, batch.rows.to_pylist()
    assert verdicts(judged) == {row["row"]: expected(family, row, window) for row in given_rows}
    assert set(judged.sealed.column("reason").to_pylist()) <= set(SEALS)
    assert set(judged.rejected.column("reason").to_pylist()) <= set(REJECTIONS)
    for part, rule in ((judged.sealed, "scope"), (judged.rejected, "reader")):
        for got in part.to_pylist():
            row = given_rows[got["row"]]
            position = {name: row[name] for name in ("row", "start", "end", "texts")}
            assert got == position | {"reason": got["reason"], "rule": rule}
    out = [field for field in FAMILIES[family] if batch.field_categories.get(field, "payment") not in CATEGORIES]
    hidden = {name for field in out for name, _ in columns_of(field)}
    shape = [(field.name, field.type) for field in schema(family) if field.name != "problem"]
    assert judged.released.schema.equals(pa.schema([*shape, *VERDICT_COLUMNS]))
    for got in judged.released.to_pylist():
        row = given_rows[got["row"]]
        had = [field for field in out if any(row[name] is not None for name, _ in columns_of(field))]
        assert got.pop("sealed_fields") == had
        timed = "at" in row
        at, stop = span(row) if timed else (0, None)
        assert got.pop("day_differs") == (timed and not in_window(family, row, window.utc_start, window.utc_end))
        interval = stop is not None and stop > at
        late = stop is not None and (stop >= window.end if family == "seen" else stop > window.end)
        assert got.pop("crosses_window") == (interval and (at < window.start or late))
        assert got == {name: None if name in hidden else row[name] for name in row if name != "problem"}


@settings(max_examples=300)
@given(productions())
def test_every_row_gets_the_one_verdict_that_the_design_asks_for(
    make_instrument: MakeInstrument,
    make_batch: MakeBatch,
    production: tuple[str, list[Row], dict[str, str | None]],
) -> None:
    batch = make_batch(*production)
    check(judge(batch, make_instrument(ASKED, CATEGORIES, WINDOW), custodians=()), batch, WINDOW)


@pytest.mark.parametrize(
    "window", [WINDOW, Window(1_000, 2_000, "Asia/Kolkata", 1_300, 2_300)], ids=["west", "east"]
)
@pytest.mark.parametrize("family", [family for family in FAMILIES if "at" in FAMILIES[family]])
def test_every_combination_of_times(
    make_instrument: MakeInstrument, make_batch: MakeBatch, family: str, window: Window
) -> None:
    untils = itertools.product(POINTS, [None, " ", "never"]) if "until" in FAMILIES[family] else [(None, None)]
    rows = [
        LOGIN | {"at": at, "until": until, "until_text": text, "zone_basis": basis}
        for at, (until, text), basis in itertools.product(POINTS, untils, [None, "stated"])
    ]
    if family == "assignment":
        held = itertools.product(POINTS, POINTS, [None, 1_500, 9_000])
        rows += [
            LOGIN | {"at": at, "held_from": start, "held_until": stop, "lost_until": lost}
            for at, (start, stop, lost) in itertools.product([None, 1_500], held)
        ]
    batch = make_batch(family, rows)
    check(judge(batch, make_instrument(ASKED, CATEGORIES, window), custodians=()), batch, window)


@pytest.mark.parametrize(
    "asked", [ASKED, ASKED[:2], ASKED[2:3], ASKED[3:], ["192.0.2.7", "192.0.2.7:1135", "192.0.2.7:1"]]
)
def test_every_combination_of_addresses_and_ports(
    make_instrument: MakeInstrument, make_batch: MakeBatch, asked: list[str]
) -> None:
    rows = [
        LOGIN | {"account": name, "ip": ip, "port_low": low, "port_high": high}
        for ip, low, high, name in itertools.product(
            NETWORKS, PORTS, PORTS, [None, "bob@example.com", "+1-202-555-0100"]
        )
    ]
    batch = make_batch("assignment", rows)
    judged = judge(batch, make_instrument(asked, CATEGORIES, WINDOW), custodians=())
    assert set(judged.released.column("row").to_pylist()) == {
        index for index, row in enumerate(rows) if reached("assignment", row | {"subscriber": None}, asked)
    }


@given(productions())
def test_an_hour_s_shift_moves_only_what_touches_the_edges(
    make_instrument: MakeInstrument,
    make_batch: MakeBatch,
    production: tuple[str, list[Row], dict[str, str | None]],
) -> None:
    """Misuse suite, property 3. The drawn times are scaled so that an hour matters."""
    family, rows, _ = production
    scaled = [
        {
            name: value * HOUR // 100 if name in TIMES and value is not None else value
            for name, value in row.items()
        }
        for row in rows
    ]
    edges = (10 * HOUR, 20 * HOUR)
    batch = make_batch(family, scaled)
    before, after = (
        verdicts(judge(batch, make_instrument(ASKED, CATEGORIES, window), custodians=()))
        for window in (Window(*edges, "UTC", *edges), Window(edges[0] + HOUR, edges[1] + HOUR, "UTC", *edges))
    )
    for index, row in enumerate(scaled):
        if before[index] != after[index]:
            assert {before[index], after[index]} == {"released", "OUTSIDE_DATE_RANGE"}
            ends = [
                row[name] for name in ("at", "until", "held_from", "held_until", "lost_until") if row.get(name)
            ]
            assert any(edge <= end <= edge + HOUR for edge in edges for end in ends)


@given(st.lists(st.integers(0, 72), min_size=1, max_size=30))
def test_only_the_declared_day_judges_and_the_other_day_is_marked(
    make_instrument: MakeInstrument, make_batch: MakeBatch, hours: list[int]
) -> None:
    """A day in a zone five hours behind UTC: [29 h, 53 h) in UTC, [24 h, 48 h) if the day were UTC's."""
    window = Window(29 * HOUR, 53 * HOUR, "America/New_York", 24 * HOUR, 48 * HOUR)
    rows = [
        {"category": "payment", "account": "alice@example.com", "at": hour * HOUR, "zone_basis": "stated"}
        for hour in hours
    ]
    judged = judge(make_batch("payment", rows), make_instrument(ASKED, CATEGORIES, window), custodians=())
    got = zip(
        judged.released.column("row").to_pylist(), judged.released.column("day_differs").to_pylist(), strict=True
    )
    assert dict(got) == {index: hour >= 48 for index, hour in enumerate(hours) if 29 <= hour < 53}


@pytest.mark.parametrize(
    ("custodians", "reason"),
    [
        ((), "released"),
        (("Example Mail",), "released"),
        (("Other", " EXAMPLE  mail"), "released"),
        (("Other Mail",), "OUTSIDE_CUSTODIAN"),
        (("Example",), "OUTSIDE_CUSTODIAN"),
    ],
)
def test_a_return_of_another_custodian_is_sealed(
    make_instrument: MakeInstrument, make_batch: MakeBatch, custodians: tuple[str, ...], reason: str
) -> None:
    batch = make_batch("login", [LOGIN, LOGIN | {"category": None}, LOGIN | {"problem": "BAD_PORT"}])
    judged = judge(batch, make_instrument(ASKED, CATEGORIES, WINDOW), custodians=custodians)
    other = "UNDECIDABLE_CATEGORY" if reason == "released" else reason
    assert verdicts(judged) == {0: reason, 1: other, 2: "BAD_PORT"}


def test_m50_a_whole_return_is_sealed_under_one_reason(
    make_instrument: MakeInstrument, make_batch: MakeBatch
) -> None:
    batch = make_batch("login", [LOGIN, LOGIN | {"account": "bob@example.com"}, LOGIN | {"problem": "BAD_PORT"}])
    judged = judge(
        batch, make_instrument(ASKED, CATEGORIES, WINDOW), custodians=("Other",), whole="DISPROPORTIONATE_RETURN"
    )
    assert judged.reasons() == Counter({"DISPROPORTIONATE_RETURN": 2, "BAD_PORT": 1})


@pytest.mark.parametrize(
    ("found", "asked", "answer"),
    [
        (100, 1, False),
        (101, 1, True),
        (101, 10, True),
        (101, 11, False),
        (110, 11, False),
        (111, 11, True),
        (1_001, 100, True),
    ],
)
def test_m50_the_rule_of_proportion(found: int, asked: int, answer: bool) -> None:  # noqa: FBT001 - a table of answers
    people = People(asked)
    for n in range(found):
        assert people.reason is None
        people.add_rows(pa.record_batch({"account": [f"account {n}", None]}), "capture", known=True)
    assert (people.reason == "DISPROPORTIONATE_RETURN") is answer


def reading(*batches: Batch, custodians: tuple[str, ...] = ()) -> Reading:
    return Reading("any/1", "any", custodians, batches, boilerplate=0)


def found_in(readings: list[Reading], asked: int = 100) -> int:
    people = People(asked)
    for each in readings:
        people.add(each)
    return people.found


@pytest.mark.parametrize(
    ("family", "field"),
    [
        ("login", "account"),
        ("login", "action"),
        ("login", "agent"),
        ("session", "action"),
        ("session", "agent"),
        ("call", "action"),
        ("payment", "currency"),
        ("subscriber", "subscriber"),
        ("subscriber", "attribute"),
        ("subscriber", "value"),
        ("assignment", "subscriber"),
    ],
)
def test_m50_a_constant_account_hides_nobody(make_batch: MakeBatch, family: str, field: str) -> None:
    rows = [{"account": "web", field: f"user{n // 2}"} for n in range(500)]
    table = reading(make_batch(family, rows[:300]), make_batch(family, rows[200:]))
    assert found_in([table]) == found_in([table, table]) == 250
    assert found_in([table], asked=1) == 101, "no more is remembered than answers the question"


def test_m50_what_one_account_has_many_of_is_not_counted(make_batch: MakeBatch) -> None:
    logins = [
        {"account": "a", "ip": f"192.0.2.{n % 250}", "agent": f"Mozilla/5.0 (X11) Example/{n}", "action": "Login"}
        for n in range(500)
    ]
    calls = [{"account": "a", "party": f"+1555010{n:04}", "action": None} for n in range(500)]
    payments = [{"account": "a", "party": f"shop {n}", "amount": str(n), "currency": "USD"} for n in range(500)]
    facts = [{"account": "a", "attribute": f"fact {n % 20}", "value": str(n)} for n in range(500)]
    table = reading(make_batch("login", logins), make_batch("call", calls), make_batch("payment", payments))
    assert found_in([table]) == 1
    assert found_in([reading(make_batch("subscriber", facts))]) == 25, "values of one attribute"
    assert found_in([reading()]) == found_in([]) == 0


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        ("u/user{}", 200),
        ("u/{}", 200),
        ("user{}/1", 200),
        ("user{}", 200),
        ("u/1user {}/2", 1),  # a comment, or other products
        ("Mozilla/5.0 (X11) Example/{}", 1),
        ("Example/1.{}", 1),
        ("Example/{}.0.3 CFNetwork/1408", 200),
        ("/1/{}", 200),
        ("u/1/{}", 200),
        ("u@example/1.{}", 200),
        ("Example/1.0\nuser{}", 200),
    ],
)
def test_m50_of_a_user_agent_its_product_counts_and_the_first_number_of_its_version(
    make_batch: MakeBatch, agent: str, found: int
) -> None:
    rows = [{"account": "web", "agent": agent.format(n)} for n in range(200)]
    assert found_in([reading(make_batch("login", rows))]) == found


def test_m50_a_format_that_is_read_says_itself_what_the_account_is(make_batch: MakeBatch) -> None:
    rows = [{"account": "a", "action": f"word {n}"} for n in range(500)]
    assert found_in([reading(make_batch("login", rows), custodians=("Example Mail",))]) == 1
    others = [{"account": f"account {n}"} for n in range(500)]
    assert found_in([reading(make_batch("capture", others), custodians=("Example Mail",))]) == 500


def test_a_table_of_logins_is_not_reached_by_address(
    make_instrument: MakeInstrument, make_batch: MakeBatch
) -> None:
    row = LOGIN | {"account": None, "ip": "192.0.2.8"}
    judged = judge(make_batch("login", [row]), make_instrument(ASKED, CATEGORIES, WINDOW), custodians=())
    assert verdicts(judged) == {0: "UNDECIDABLE_ACCOUNT"}


def test_the_last_written_second_is_judged_at_its_instant(
    make_instrument: MakeInstrument, make_batch: MakeBatch
) -> None:
    rows = [LOGIN | {"at": at, "precision": 10**9} for at in (999, 1_000, 1_999, 2_000)]
    judged = judge(make_batch("login", rows), make_instrument(ASKED, CATEGORIES, WINDOW), custodians=())
    assert judged.released.column("row").to_pylist() == [1, 2]


def test_a_category_for_a_field_that_the_family_lacks_is_a_defect(
    make_instrument: MakeInstrument, make_batch: MakeBatch
) -> None:
    batch = make_batch("login", [LOGIN], {"subscribr": "content_stored"})
    with pytest.raises(AssertionError, match="subscribr"):
        judge(batch, make_instrument(ASKED, CATEGORIES, WINDOW), custodians=())


def buffers(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Every byte that the batch keeps alive, in memory and on the wire."""
    for column in batch.columns:
        yield from (buffer.to_pybytes() for buffer in column.buffers() if buffer is not None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    yield sink.getvalue().to_pybytes()


@settings(max_examples=60)
@given(productions(), st.booleans())
def test_no_byte_of_what_is_withheld_lives_on(
    make_instrument: MakeInstrument,
    make_batch: MakeBatch,
    production: tuple[str, list[Row], dict[str, str | None]],
    sliced: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """Misuse suite, property 4: every text is a canary unless the row and the field are released."""
    family, rows, categories = production
    free = {
        "action",
        "agent",
        "attribute",
        "value",
        "amount",
        "currency",
        "party",
        "ip_text",
        "at_text",
        "account_text",
    }
    marked = [
        row | {name: f"CANARY-{index}-{name}-END" for name in free & row.keys()} for index, row in enumerate(rows)
    ]
    batch = make_batch(family, marked, categories)
    if sliced:  # a reader may hand out slices, whose buffers hold their neighbours
        batch = Batch(family, batch.section, batch.rows.slice(len(rows) // 2), categories)
    judged = judge(batch, make_instrument(ASKED, CATEGORIES, WINDOW), custodians=())
    out = {
        name
        for field, category in categories.items()
        if category not in CATEGORIES
        for name, _ in columns_of(field)
    }
    allowed = {
        f"CANARY-{index}-{name}-END".encode()
        for index in judged.released.column("row").to_pylist()
        for name in free - out
    }
    for part in (judged.released, judged.sealed, judged.rejected):
        for data in buffers(part):
            assert set(re.findall(rb"CANARY-.*?-END", data)) <= allowed
            assert data.count(b"CANARY") == data.count(b"-END")


def test_a_released_slice_does_not_keep_its_neighbours_alive(
    make_instrument: MakeInstrument, make_batch: MakeBatch
) -> None:
    rows = [LOGIN | {"account": "bob@example.com", "action": "CANARY"}, LOGIN | {"action": "kept"}]
    batch = make_batch("login", rows)
    tail = Batch("login", "s", batch.rows.slice(1))
    judged = judge(tail, make_instrument(ASKED, CATEGORIES, WINDOW), custodians=())
    assert judged.released.column("action").to_pylist() == ["kept"]
    assert not any(b"CANARY" in data for data in buffers(judged.released))


def test_judging_has_no_loop_over_rows(make_instrument: MakeInstrument) -> None:
    """Calls are counted, not time: as many for 200,000 rows as for two thousand."""
    instrument = make_instrument(ASKED, CATEGORIES, WINDOW)
    shape = schema("login")

    def judged(count: int) -> tuple[JudgedBatch, int]:
        columns: dict[str, pa.Array] = {
            "row": pa.array(range(count)),
            "category": pa.repeat("payment", count),
            "account": pa.repeat("Alice@example.com", count),
            "at": pa.array(range(count)),
            "zone_basis": pa.repeat("stated", count),
        }
        arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in shape]
        batch = Batch("login", "s", pa.RecordBatch.from_arrays(arrays, schema=shape))
        calls = Counter[str]()
        sys.setprofile(lambda _frame, event, _arg: calls.update((event,)))
        try:
            told = judge(batch, instrument, custodians=())
        finally:
            sys.setprofile(None)
        return told, calls.total()

    judged(2_000)  # what is loaded or made once is not counted
    few, many = judged(2_000), judged(200_000)
    assert many[1] < few[1] + 1_000
    assert many[0].counts() == {"rows": 200_000, "released": 1_000, "sealed": 199_000, "rejected": 0}
