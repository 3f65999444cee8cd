"""One rule for every tool: which rows of the truth its output holds, and which pairs it holds that no file states.

A tool's output is tables of rows of cells. A pair is an address and an instant in the same row, in whatever
columns and in whatever usual spelling. An instant without a zone is taken as UTC, to the tool's favour.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: A row that names more addresses is a page pasted into a cell, and says of none when it was used.
MOST_ADDRESSES = 3
#: Kinds of rows that hold an address and an instant; the others are not compared.
_KINDS = ("login", "session", "seen", "call")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: ?(?:Z|UTC|\+00:?00)(?!\w))?(?! ?[+-]\d)"
)
_CTIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) UTC (\d{4})")
_BETWEEN = re.compile(r"[\s,;\"'()<>]+")
_PORT = re.compile(r"^\[?(.*?)\]?:(\d+)$")

Pair = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the truth that can be read. `inside`: the instrument reaches it."""

    account: str | None
    ip: str
    at: int
    until: int | None
    inside: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """What a production holds.

    Attributes:
        known: its rows with an address and an instant.
        partial: its events that can be read and hold no pair: no address was recorded.
        unreadable: rows of which no reading is certain (a bad value, a missing one, no zone).
        reasons: the codes of those.
        stated: pairs that stand together in some record of the file, read without judgement.
    """

    known: tuple[Known, ...]
    partial: int
    unreadable: int
    reasons: Mapping[str, int]
    stated: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool's output holds of a truth.

    Attributes:
        inside: rows right, of those that the instrument reaches.
        outside: rows right, of all others.
        wrong: rows whose address and instant stand together in no record of the file.
        unmarked: rows shown like all others though nothing certain can be read from them.
        named: of the rows right, those that stand beside their account.
    """

    inside: int
    outside: int
    wrong: int
    unmarked: int
    named: int


@dataclass(frozen=True, slots=True)
class Declared:
    """Whose the rows are that name no account, and the order's window, instants as `instants` gives them."""

    account: str
    start: int
    end: int


def truth_of(
    told: Mapping[str, Any],
    columns: Mapping[str, Sequence[str]],
    records: Iterable[str],
    declared: Declared | None = None,
) -> Truth:
    """The truth about one return.

    Args:
        told: an entry of the truth file's `returns` (`samples.truth` has its schema).
        columns: the truth file's `columns`.
        records: the file's records as text, each by itself; what stands in one is stated together.
        declared: what is declared of rows that wait for their account.
    """
    known = []
    partial = 0
    reasons = Counter[str]()
    for member in told["members"]:
        for kind, verdict, reason, *values in member["rows"]:
            if kind not in _KINDS:
                continue
            row = dict(zip(columns[kind], values, strict=True))
            if row["ip"] is None and row["at"] is None:
                reasons[reason] += 1
            elif row["ip"] is not None and row["at"] is not None:
                until = instants(row["until"]) if row.get("until") else None
                (at,) = instants(row["at"])
                account, inside = row["account"], verdict == "released"
                if declared is not None and reason == "UNDECIDABLE_ACCOUNT":
                    account = declared.account
                    inside = at < declared.end and (min(until) if until else at) >= declared.start
                known.append(Known(account, row["ip"], at, min(until) if until else None, inside))
            else:
                partial += 1
    stated = frozenset((ip, at) for text in records for ip in addresses(text) for at in instants(text))
    return Truth(tuple(known), partial, reasons.total(), reasons, stated)


def score(truth: Truth, tables: Mapping[str, Sequence[Sequence[str]]]) -> Found:
    """Compare a tool's tables with the truth.

    A table that holds the same pairs as another (one file read by two modules) counts once. Tables without a pair
    (facts, settings) are left out.
    """
    open_: dict[Pair, list[int]] = {}
    for n, row in enumerate(truth.known):
        open_.setdefault((row.ip, row.at), []).append(n)
    right: set[int] = set()
    named: set[int] = set()
    seen: list[Counter[frozenset[Pair]]] = []
    wrong = unmarked = 0
    for rows in tables.values():
        held = [(cells, pairs_of(cells)) for cells in rows]
        pairs_held = Counter(pairs for _, pairs in held if pairs)
        if not pairs_held or pairs_held in seen:
            continue
        earlier = {pair for table in seen for pairs in table for pair in pairs}
        seen.append(pairs_held)
        for cells, pairs in held:
            taken = _take(truth.known, open_, pairs, cells)
            if taken is not None:
                right.add(taken)
                if truth.known[taken].account in {cell.strip() for cell in cells}:
                    named.add(taken)
            elif pairs and not pairs & (truth.stated | open_.keys()):
                wrong += 1
            elif not pairs & earlier:
                unmarked += 1
    inside = sum(truth.known[n].inside for n in right)
    unmarked = min(max(0, unmarked - truth.partial), truth.unreadable)
    return Found(inside, len(right) - inside, wrong, unmarked, len(named))


def _take(
    known: Sequence[Known], open_: Mapping[Pair, list[int]], pairs: frozenset[Pair], cells: Sequence[str]
) -> int | None:
    """The row of the truth that these cells show, which is then no longer open."""
    at = {instant for _, instant in pairs}
    for pair in sorted(pairs):
        found = [n for n in open_.get(pair, ()) if known[n].until is None or known[n].until in at]
        if found:
            here = {cell.strip() for cell in cells}
            n = next((n for n in found if known[n].account in here), found[0])
            open_[pair].remove(n)
            return n
    return None


def pairs_of(cells: Sequence[str]) -> frozenset[Pair]:
    """Every address of a row with every instant of it; none where the row is a page."""
    ips = {ip for cell in cells for ip in addresses(cell)}
    if len(ips) > MOST_ADDRESSES:
        return frozenset()
    return frozenset((ip, at) for ip in ips for cell in cells for at in instants(cell))


def addresses(text: str) -> set[str]:
    """The addresses in a text, as record lines spell them, without their ports."""
    return {ip for word in _BETWEEN.split(text) if (ip := _address(word)) is not None}


def _address(word: str) -> str | None:
    with_port = _PORT.match(word)
    for candidate in (word.strip("[]"), with_port[1] if with_port else ""):
        if candidate.count(".") == 3 or ":" in candidate:  # noqa: PLR2004 - as addresses are written
            try:
                return str(ipaddress.ip_address(candidate))
            except ValueError:
                continue
    return None


def instants(text: str) -> set[int]:
    """The instants in a text, whole Unix seconds. A date of other order is none: who knows it?"""
    found = [(match.groups()) for match in _ISO.finditer(text)]
    for month, day, *clock, year in (match.groups() for match in _CTIME.finditer(text)):
        if month in _MONTHS:
            found.append((year, str(_MONTHS.index(month) + 1), day, *clock))
    made = set()
    for parts in found:
        try:
            moment = dt.datetime(*(int(part) for part in parts), tzinfo=dt.UTC)  # type: ignore[arg-type,misc]  # six numbers
        except ValueError:
            continue
        made.add(int(moment.timestamp()))
    return made
