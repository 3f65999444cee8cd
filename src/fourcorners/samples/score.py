"""Score a whole run against the truth: what the command line printed, line by line.

Nothing of the product is called. Each figure is a count of differences, and all are 0 for a perfect run.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

_DERIVED = re.compile("!(?:text|table)@")
_DETAILS = 50
_VERDICTS = ("released", "sealed", "rejected")


@dataclass(frozen=True, slots=True)
class Score:
    """The differences between a run and the truth.

    Attributes:
        wrong_pairs: record lines whose values stand together in no row of the file that they name.
        unaccounted: rows of the truth that no record line, or no count of an `ingest` line, accounts for.
        released_outside_scope: record lines of rows, or with fields or texts, that had to be withheld.
        outcome_errors: attribution lines with another outcome, number of candidates or subscriber than the world
            was built with; released logins without a line; lines without a released login.
        outcome_counts: how often each outcome was printed.
        details: the first differences in words.
    """

    wrong_pairs: int
    unaccounted: int
    released_outside_scope: int
    outcome_errors: int
    outcome_counts: Mapping[str, int]
    details: tuple[str, ...]

    @property
    def perfect(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.wrong_pairs or self.unaccounted or self.released_outside_scope or self.outcome_errors)


@dataclass(slots=True)
class _Tally:
    wrong_pairs: int = 0
    unaccounted: int = 0
    released_outside_scope: int = 0
    outcome_errors: int = 0
    details: list[str] = field(default_factory=list)

    def add(self, figure: str, what: str, count: int = 1) -> None:
        """Count a difference and keep the first ones in words."""
        setattr(self, figure, getattr(self, figure) + count)
        if len(self.details) < _DETAILS:
            self.details.append(f"{figure}: {what}")


@dataclass(slots=True)
class _Member:
    """The rows of one file: released ones still to be met, and all the others."""

    withheld_fields: Mapping[str, Iterable[str]]
    released: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    withheld: set[tuple[Any, ...]] = field(default_factory=set)


def score(
    truth: Mapping[str, Any],
    records: Iterable[Mapping[str, Any]],
    ingests: Iterable[Mapping[str, Any]],
    attributions: Iterable[Mapping[str, Any]],
) -> Score:
    """Compare a run with the truth.

    Args:
        truth: the parsed truth file (`samples.truth` has its schema).
        records: all lines of `records`, of every instrument.
        ingests: all lines of `ingest`.
        attributions: all lines of `attribute`.
    """
    tally = _Tally()
    _check_ingests(truth, list(ingests), tally)
    logins = _check_records(truth, records, tally)
    counts = _check_outcomes(truth, logins, attributions, tally)
    return Score(
        tally.wrong_pairs,
        tally.unaccounted,
        tally.released_outside_scope,
        tally.outcome_errors,
        dict(sorted(counts.items())),
        tuple(tally.details),
    )


def _check_ingests(truth: Mapping[str, Any], ingests: list[Mapping[str, Any]], tally: _Tally) -> None:
    for told in truth["returns"]:
        wanted = {told["sha256"], *(member["sha256"] for member in told["members"])}
        found = [line for line in ingests if wanted & {file["sha256"] for file in line["files"]}]
        if len(found) != 1:
            tally.add("unaccounted", f"{told['path']} has {len(found)} ingest lines", told["rows"])
            continue
        line = found[0]
        counts = {verdict: (told[verdict], line[verdict]) for verdict in _VERDICTS}
        for reason in {*told["reasons"], *line["reasons"]}:
            counts[reason] = (told["reasons"].get(reason, 0), line["reasons"].get(reason, 0))
        for what, (expected, got) in sorted(counts.items()):
            if expected != got:
                tally.add("unaccounted", f"{told['path']}: {what} is {got}, not {expected}", abs(expected - got))


def _check_records(
    truth: Mapping[str, Any], records: Iterable[Mapping[str, Any]], tally: _Tally
) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Take every record line off the truth's list; the kind and event of each line, by its id."""
    columns = truth["columns"]
    canaries = truth["canaries"]
    members = _members(truth)
    events: dict[str, tuple[str, tuple[Any, ...]]] = {}
    for record in records:
        kind, source = record["kind"], record["source"]
        key = (kind, *(record.get(name) for name in columns.get(kind, ())))
        events[record["id"]] = (kind, (record.get("ip"), record.get("port"), record.get("at")))
        member = members.get((source["sha256"], _path(source["member"]))) or members.get((source["sha256"], ""))
        if member is None:
            tally.add("wrong_pairs", f"{record['id']} names a file that was not made: {source['member']!r}")
            continue
        if member.released[key] > 0:
            member.released[key] -= 1
        elif key in member.withheld:
            tally.add("released_outside_scope", f"{record['id']} had to be withheld: {key}")
        else:
            tally.add("wrong_pairs", f"{record['id']} is no row of {source['member']!r}: {key}")
        shown = [name for name in member.withheld_fields.get(kind, ()) if record.get(name) is not None]
        text = json.dumps(record, ensure_ascii=False)
        shown += [canary for canary in canaries if canary in text]
        if shown:
            tally.add("released_outside_scope", f"{record['id']} shows {', '.join(shown)}")
    for (_, path), member in members.items():
        for key, missing in member.released.items():
            if missing > 0:
                tally.add("unaccounted", f"{path!r}: no record line for {key}", missing)
    return events


def _members(truth: Mapping[str, Any]) -> dict[tuple[str, str], _Member]:
    members = {}
    for told in truth["returns"]:
        for part in told["members"]:
            member = members[told["sha256"], part["member"]] = _Member(told["withheld_fields"])
            for kind, verdict, _, *values in part["rows"]:
                if verdict == "released":
                    member.released[kind, *values] += 1
                else:
                    member.withheld.add((kind, *values))
    return members


def _path(member: str) -> str:
    """The file's own path: a derived text is named after it."""
    return _DERIVED.split(member)[0]


def _check_outcomes(
    truth: Mapping[str, Any],
    events: Mapping[str, tuple[str, tuple[Any, ...]]],
    attributions: Iterable[Mapping[str, Any]],
    tally: _Tally,
) -> Counter[str]:
    expected = {(ip, port, at): tuple(answer) for ip, port, at, *answer in truth["outcomes"]}
    waiting = {id_ for id_, (kind, _) in events.items() if kind == "login"} if expected else set()
    counts: Counter[str] = Counter()
    for line in attributions:
        counts[line["outcome"]] += 1
        if line["login"] not in waiting:
            tally.add("outcome_errors", f"{line['login']} is no released login, or was answered before")
            continue
        waiting.discard(line["login"])
        event = events[line["login"]][1]
        subscribers = line["subscribers"]
        got = (line["outcome"], line["candidates"], subscribers[0] if len(subscribers) == 1 else None)
        if len(subscribers) > 1 or got != expected.get(event):
            tally.add("outcome_errors", f"{line['login']} {event}: {got}, not {expected.get(event)}")
    for id_ in sorted(waiting):
        tally.add("outcome_errors", f"{id_} has no attribution line")
    return counts
