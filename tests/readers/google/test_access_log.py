"""The access log in its three widths, against the generator and against tables that were changed."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter

import pytest
from tests.readers.google.pages import events
from tests.readers.google.pages import generated
from tests.readers.google.pages import paths
from tests.readers.google.pages import read
from tests.readers.google.pages import rows

from fourcorners.model.errors import BadInput
from fourcorners.readers.google import ACCESS_LOG

WIDTH_7 = (
    "Gaia ID,Activity Timestamp,IP Address,Proxiedhost IP Address,Is Non-routable IP Address,User Agent String,"
    "Product Name"
)
WIDTH_13 = WIDTH_7.replace("User", "Activity Country,Activity Region,Activity City,User") + (
    ",Sub-Product Name,Activity Type,Gmail Access Channel"
)
WIDTH_16 = (
    WIDTH_13.replace("Activity Type", "Referer Product Name,Referer Sub-Product Name,Activity Type")
    + ",Android Webview Package Name"
)


def table(header: str, *lines: str) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def test_at_width_7_nothing_says_what_was_done() -> None:
    data = table(WIDTH_7, "314159,2026-03-11 02:49:39 UTC,2001:DB8::7,192.0.2.1,Yes,App : GMAIL_APP.,Gmail")
    (row,) = rows(reading := read(data, ACCESS_LOG))
    assert (row["account"], row["ip"], row["ip_text"]) == ("314159", "2001:db8::7", "2001:DB8::7")
    assert (row["at_text"], row["zone_basis"], row["port"]) == ("2026-03-11 02:49:39 UTC", "stated", None)
    assert (row["agent"], row["action"]) == ("App : GMAIL_APP.", None)
    assert paths(reading) == {"Proxiedhost IP Address": 1, "Is Non-routable IP Address": 1, "Product Name": 1}
    assert reading.batches[0].field_categories["agent"] == "transactional_noncontent"


@pytest.mark.parametrize(
    ("header", "between"), [(WIDTH_13, ""), (WIDTH_16, "Search,Web,"), (WIDTH_16.upper().replace(" ", ""), ",,")]
)
def test_at_the_other_widths_product_and_activity_stand_as_written(header: str, between: str) -> None:
    data = table(
        header,
        f'1,2026-03-11 02:49:39 UTC,192.0.2.7,,No,US,CA,X,"A, B",Gmail,,{between}Login,IMAP'
        + ("," if between else ""),
    )
    (row,) = rows(reading := read(data, ACCESS_LOG))
    assert (row["action"], row["agent"]) == ("Gmail,,Login", "A, B")
    shown = str(row)
    assert "'US'" not in shown
    assert "Web" not in shown
    assert reading.batches[0].field_categories["action"] == "transactional_noncontent"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("2026-03-11 02:49:39 UTC,192.0.2.7", None),
        ("2026-03-11T02:49:39.250Z,192.0.2.7", None),
        ("2026-03-11 02:49:39,192.0.2.7", None),  # waits for a zone
        ("11/03/2026 02:49:39,192.0.2.7", "BAD_TIME"),
        ("1773197379,192.0.2.7", "BAD_TIME"),
        (",192.0.2.7", "MISSING_TIME"),
        ("2026-03-11 02:49:39 UTC,", "MISSING_ADDRESS"),
        ("2026-03-11 02:49:39 UTC,192.0.2", "BAD_ADDRESS"),
        ("192.0.2.7,2026-03-11 02:49:39 UTC", "BAD_ADDRESS"),
    ],
)
def test_a_row_that_cannot_be_read_keeps_its_place(cells: str, problem: str | None) -> None:
    good = "1,2026-03-11 02:49:39 UTC,192.0.2.9,,No,,Gmail"
    reading = read(table(WIDTH_7, good, f"1,{cells},,No,,Gmail", good), ACCESS_LOG)
    assert [row["problem"] for row in rows(reading)] == [None, problem, None]


def test_devices_are_counted_and_no_family_holds_them() -> None:
    header = "Device Type,Brand Name,Device Last Location,Gaia ID"
    reading = read(table(header, 'PHONE,Example,"Country ISO: X\nLast Activity Time: Y",77'), ACCESS_LOG)
    assert [batch.family for batch in reading.batches] == ["capture"]
    assert [row["account"] for row in rows(reading)] == ["77"]
    assert "Country" not in str(rows(reading))


@pytest.mark.parametrize("seed", range(24))
def test_a_generated_log_comes_out_as_it_was_built(seed: int) -> None:
    members, truth = generated("google-takeout", seed, 45, ".csv")
    told = truth["members"][0]["rows"]
    got = [
        (row["account"], row["ip"], row["at"]) if row["problem"] is None else row["problem"]
        for row in rows(read(members[""], ACCESS_LOG))
    ]
    assert [each if isinstance(each, str) else each[:2] for each in got] == [
        reason if verdict == "rejected" else (account, ip) for _, verdict, reason, account, ip, _, _ in told
    ]


def test_a_log_cut_at_any_byte_gives_no_value_that_was_cut() -> None:
    members, _ = generated("google-takeout", 7, 12, ".csv")
    data = members[""]
    whole = events(read(data, ACCESS_LOG))
    for end in range(len(data)):
        part = data[:end]
        if ACCESS_LOG.detect("x", part):
            try:
                found = events(read(part, ACCESS_LOG))
            except BadInput:
                continue
            assert found == whole[: len(found)]


def mutant(draw: random.Random, lines: list[list[str]]) -> bytes:
    """A table whose values are as they were, with its header or its shape changed."""
    lines = [list(line) for line in lines]
    width = len(lines[0])
    at = draw.randrange(width)
    change = draw.randrange(9)
    if change == 0:
        lines[0][at] = draw.choice(["", "Other", lines[0][at] + " 2", lines[0][at][:-1], "IP", "Time"])
    elif change == 1:
        order = draw.sample(range(width), width)
        lines = [[line[n] for n in order] for line in lines]
    elif change == 2:
        lines = [line[:at] + line[at + 1 :] for line in lines]
    elif change == 3:
        extra = [draw.choice(["Other", "Source IP Address", "IP Addresses", "Timestamp", lines[0][at]])]
        extra += ["192.0.2.250"] * (len(lines) - 1)
        lines = [[*line[:at], cell, *line[at:]] for line, cell in zip(lines, extra, strict=True)]
    elif change == 4:
        row = draw.choice(lines[1:])
        del row[at]
    elif change == 5:
        row = draw.choice(lines[1:])
        row.insert(at, draw.choice(["", "192.0.2.250"]))
    elif change == 6:
        lines[0], row = draw.choice(lines[1:]), lines[0]
        lines.append(row)
    elif change == 7:
        lines.insert(0, draw.choice([["title"], ["a", "b"], lines[1]]))
    target = io.StringIO()
    csv.writer(target, lineterminator=draw.choice(["\n", "\r\n"])).writerows(lines)
    data = target.getvalue().encode()
    if change == 8:
        data = data[draw.randrange(len(data)) :] if draw.random() < 0.3 else data[: draw.randrange(len(data))]
    return data


def test_no_changed_table_gives_a_pair_that_is_not_in_the_log() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(24):
        members, _ = generated("google-takeout", seed, 45, ".csv")
        data = members[""]
        true = set(events(read(data, ACCESS_LOG)))
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        draw = random.Random(seed)
        for _ in range(60):
            changed = mutant(draw, lines)
            if not ACCESS_LOG.detect("x.csv", changed):
                outcomes["not known"] += 1
                continue
            try:
                found = events(read(changed, ACCESS_LOG))
            except BadInput as error:
                outcomes[error.code] += 1
                continue
            wrong = {each for each in found if each not in true}
            assert not wrong, f"seed {seed}: {sorted(wrong, key=str)[:3]}"
            outcomes["same" if set(found) == true else "fewer"] += 1
    assert sum(outcomes.values()) == 24 * 60
    assert min(outcomes[each] for each in ("not known", "same", "fewer", "COLUMNS")) > 5, outcomes
