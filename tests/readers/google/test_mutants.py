"""Pages and summaries whose labels, columns, order or bytes were changed: no pair comes out that was not there."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from tests.readers.google.pages import Event
from tests.readers.google.pages import events
from tests.readers.google.pages import facts
from tests.readers.google.pages import generated
from tests.readers.google.pages import read

from fourcorners.model.errors import BadInput
from fourcorners.model.records import Reading
from fourcorners.readers.google import RETURN

_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_ITEM = re.compile(r"<li>.*?</li>", re.DOTALL)
_LIST = re.compile(r"<ul>.*?</ul>", re.DOTALL)
_SECTION = re.compile(r'<div class="section">.*?</div>', re.DOTALL)
_NOISE = [
    "<b>",
    "</b>",
    "<br>",
    "<td>",
    "</td>",
    "<tr>",
    "<td></td>",
    "<h2>OTHERS</h2>",
    "<!-- x -->",
    "<ul>",
]

SEEDS = range(10)
Change = Callable[[str, random.Random], str]


def by_cells(page: str, change: Callable[[list[str], bool], list[str]]) -> str:
    """The page with the cells of every row changed; told whether the row is a header."""

    def of_row(row: re.Match[str]) -> str:
        cells = [cell[0] for cell in _CELL.finditer(row[0])]
        return "<tr>" + "".join(change(cells, "<th>" in row[0])) + "</tr>"

    return _ROW.sub(of_row, page)


def renamed(page: str, draw: random.Random) -> str:
    found = draw.choice(list(re.finditer(r"(?<=>)[^<>]{2,40}(?=</t?h)|(?<=<li>)[^<>:]+(?=:)", page)) or [None])
    if found is None:
        return page
    new = draw.choice([f"Linked {found[0]}", f"{found[0]} 2", "Other", found[0][1:], "", found[0].upper()])
    return page[: found.start()] + new + page[found.end() :]


def moved(page: str, draw: random.Random) -> str:
    order: list[int] = []

    def change(cells: list[str], head: bool) -> list[str]:  # noqa: FBT001 - a row's kind
        if head and not order:
            order.extend(draw.sample(range(len(cells)), len(cells)))
        return [cells[n] for n in order if n < len(cells)] if len(cells) == len(order) else cells

    return by_cells(page, change)


def removed(page: str, draw: random.Random) -> str:
    at = draw.randrange(5)
    return by_cells(page, lambda cells, _: cells[:at] + cells[at + 1 :])


def added(page: str, draw: random.Random) -> str:
    at, name = draw.randrange(7), draw.choice(["IP", "Source IP", "Time", "IP Address", "Timestamp", "Other"])
    return by_cells(
        page,
        lambda cells, head: [*cells[:at], f"<th>{name}</th>" if head else "<td>192.0.2.250</td>", *cells[at:]],
    )


def one_row(page: str, draw: random.Random) -> str:
    rows = list(_ROW.finditer(page))
    row = draw.choice(rows)
    cells = [cell[0] for cell in _CELL.finditer(row[0])]
    at = draw.randrange(len(cells))
    change = draw.randrange(4)
    if change == 0:
        del cells[at]
    elif change == 1:
        cells.insert(at, draw.choice(["<td></td>", "<td>192.0.2.250</td>", cells[at]]))
    elif change == 2:
        cells[at] = cells[at].replace(">", draw.choice([' colspan="2">', " rowspan=3>", "><b>x</b>"]), 1)
    else:
        del cells[at]
        cells.insert(draw.randrange(len(cells) + 1), "<td></td>")
        if draw.random() < 0.5:
            cells = [cell.replace("<td></td>", "") for cell in cells]
    return page[: row.start()] + "<tr>" + "".join(cells) + "</tr>" + page[row.end() :]


def reordered(page: str, draw: random.Random) -> str:
    pattern = draw.choice([_ROW, _SECTION, _ITEM])
    if pattern is _ITEM:
        return _LIST.sub(lambda found: shuffled(found[0], _ITEM, draw), page)
    return shuffled(page, pattern, draw)


def shuffled(page: str, pattern: re.Pattern[str], draw: random.Random) -> str:
    parts = [found[0] for found in pattern.finditer(page)]
    again = iter(draw.sample(parts, len(parts)))
    return pattern.sub(lambda _: next(again), page)


def torn(page: str, draw: random.Random) -> str:
    tag = draw.choice(list(_TAG.finditer(page)))
    change = draw.randrange(4)
    if change == 0:
        return page[: tag.start()] + page[tag.end() :]
    if change == 1:
        return page[: tag.end()] + tag[0] + page[tag.end() :]
    if change == 2:
        return page[: tag.start()] + draw.choice(_NOISE) + page[tag.start() :]
    at = draw.randrange(tag.start(), tag.end())
    return page[:at] + page[at + 1 :]


def cut(page: str, draw: random.Random) -> str:
    at = draw.randrange(len(page))
    return page[at:] if draw.random() < 0.2 else page[:at]


CHANGES: tuple[Change, ...] = (renamed, moved, removed, added, one_row, reordered, torn, cut)


def outcome(name: str, data: bytes, whole: bytes) -> str:
    if not RETURN.detect(name, data):
        return "not known"
    true = of_whole(name, whole)
    try:
        reading = read(data, name=name)
    except BadInput as error:
        return error.code
    pairs, known = set(events(true)), loosely(true)
    wrong = {each for each in events(reading) if each not in pairs | {(None, *pair[1:]) for pair in pairs}}
    wrong |= {each for each in loosely(reading) if each not in known | {(None, *fact[1:]) for fact in known}}
    assert not wrong, (name, sorted(wrong, key=str)[:3])
    return "same" if (set(events(reading)), loosely(reading)) == (pairs, known) else "fewer"


@lru_cache(maxsize=64)
def of_whole(name: str, data: bytes) -> Reading:
    return read(data, name=name)


def loosely(reading: Reading) -> set[Event]:
    """The facts, their labels without case."""
    return {(account, label.casefold(), value) for account, label, value in facts(reading)}


def test_no_changed_page_gives_a_pair_that_is_not_on_it() -> None:
    outcomes: Counter[str] = Counter()
    for seed in SEEDS:
        members, _ = generated("google-return", seed, 14)
        pages = {path: data for path, data in members.items() if path.endswith(".html") and "20260330" not in path}
        draw = random.Random(seed)
        for _ in range(120):
            path = draw.choice(sorted(pages))
            change = draw.choice(CHANGES)
            changed = change(pages[path].decode(), draw)
            outcomes[outcome(path, changed.encode(), pages[path])] += 1
    assert sum(outcomes.values()) == 120 * len(SEEDS)
    assert min(outcomes[each] for each in ("not known", "same", "fewer", "TRUNCATED", "MARKUP")) > 20, outcomes


def test_no_changed_summary_names_another_account() -> None:
    outcomes: Counter[str] = Counter()
    for seed in SEEDS:
        members, _ = generated("google-return", seed, 14)
        path, data = next((path, data) for path, data in members.items() if path.endswith("ExportSummary.txt"))
        true = read(data, name=path)
        draw = random.Random(seed)
        for _ in range(120):
            lines = data.decode().splitlines(keepends=True)
            at = draw.randrange(len(lines))
            change = draw.randrange(5)
            if change == 0:
                del lines[at]
            elif change == 1:
                draw.shuffle(lines)
            elif change == 2:
                lines[at] = draw.choice(["Other", "Linked ", ""]) + lines[at]
            elif change == 3:
                lines.insert(
                    at, draw.choice(["", "Resolved Identifier: 9999999\n", "Other: 9999999\n", lines[at]])
                )
            text = "".join(lines).encode()
            text = text[: draw.randrange(len(text))] if change == 4 else text
            if not RETURN.detect(path, text):
                outcomes["not known"] += 1
                continue
            reading = RETURN.read(text)
            assert reading.facts["account"] in {true.facts["account"], ""}
            good = {each for each in facts(reading) if "9999999" not in each[2]}
            assert good <= facts(true) | {(None, *each[1:]) for each in facts(true)} | cut_rows(reading)
            outcomes["account" if reading.facts["account"] else "no account"] += 1
    assert sum(outcomes.values()) == 120 * len(SEEDS)
    assert min(outcomes.values()) > 20, outcomes


def cut_rows(reading: Reading) -> set[Event]:
    """Rows that say themselves that they may be cut."""
    return {
        (row["account"], row["attribute"], row["value"])
        for batch in reading.batches
        for row in batch.rows.to_pylist()
        if row["problem"] == "TRUNCATED_ROW"
    }
