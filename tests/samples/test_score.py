from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from fourcorners.samples.case import case
from fourcorners.samples.score import Score
from fourcorners.samples.score import score

Lines = list[dict[str, Any]]
Run = tuple[Lines, Lines, Lines]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = case(11, tmp_path_factory.mktemp("score") / "made", 100)
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def perfect(truth: dict[str, Any]) -> Run:
    """The lines that a run without a fault would print."""
    records: Lines = []
    for n, told in enumerate(truth["returns"]):
        for m, member in enumerate(told["members"]):
            for row, (kind, verdict, _, *values) in enumerate(member["rows"]):
                if verdict == "released":
                    fields = dict(zip(truth["columns"][kind], values, strict=True))
                    name = member["member"] + ("!text@x-1" if told["path"].endswith("xlsx") else "")
                    source = {"sha256": told["sha256"], "member": name}
                    records.append({"id": f"R-{n}.{m}.{row}", "kind": kind, **fields, "source": source})
    counts = ("rows", "released", "sealed", "rejected", "reasons")
    ingests = [
        {**{key: told[key] for key in counts}, "files": [{"path": "x", "sha256": told["sha256"], "read": "y"}]}
        for told in truth["returns"]
    ]
    answers = {(ip, port, at): answer for ip, port, at, *answer in truth["outcomes"]}
    attributions = []
    for record in records:
        if record["kind"] == "login":
            outcome, candidates, subscriber = answers[record["ip"], record["port"], record["at"]]
            names = [subscriber] if subscriber else []
            line = {"login": record["id"], "outcome": outcome, "candidates": candidates, "subscribers": names}
            attributions.append(line)
    return deepcopy((records, ingests, attributions))


def scored(truth: dict[str, Any], run: Run) -> Score:
    records, ingests, attributions = run
    return score(truth, iter(records), iter(ingests), iter(attributions))


def logins(run: Run) -> Lines:
    return [record for record in run[0] if record["kind"] == "login"]


def test_a_run_without_a_fault_is_perfect(told: dict[str, Any]) -> None:
    result = scored(told, perfect(told))
    assert result.perfect, result.details
    assert sum(result.outcome_counts.values()) == len(logins(perfect(told)))
    assert set(result.outcome_counts) == {outcome for *_, outcome, _, _ in told["outcomes"]}


def swap_times(run: Run) -> None:
    first, second = next((a, b) for a in logins(run) for b in logins(run) if a["ip"] != b["ip"])
    first["at"], second["at"] = second["at"], first["at"]


def lose_port(run: Run) -> None:
    next(record for record in logins(run) if record["port"])["port"] = None


def another_account(run: Run) -> None:
    logins(run)[0]["account"] = "100"


def another_file(run: Run) -> None:
    run[0][0]["source"]["sha256"] = "00"


def twice(run: Run) -> None:
    run[0].append({**run[0][0], "id": "R-9"})


def another_subscriber(run: Run) -> None:
    next(record for record in run[0] if record["kind"] == "assignment")["subscriber"] = "S-1"


def drop_record(run: Run) -> None:
    run[0].remove(next(record for record in run[0] if record["kind"] != "login"))


def drop_return(run: Run) -> None:
    del run[1][2]


def ingest_twice(run: Run) -> None:
    run[1].append(run[1][0])


def another_reason(run: Run) -> None:
    reasons = run[1][0]["reasons"]
    reasons["OUTSIDE_CUSTODIAN"] = reasons.pop("OUTSIDE_ACCOUNT")


def one_sealed_less(run: Run) -> None:
    run[1][0]["sealed"] -= 1


def show_agent(run: Run) -> None:
    logins(run)[0]["agent"] = "some browser"


def show_canary(run: Run) -> None:
    run[0][-1]["name"] = "Placeholder Fir 10003"


def another_outcome(run: Run) -> None:
    next(line for line in run[2] if line["outcome"] == "several")["outcome"] = "one"


def another_count(run: Run) -> None:
    next(line for line in run[2] if line["outcome"] == "shared")["candidates"] += 1


def name_the_wrong(run: Run) -> None:
    next(line for line in run[2] if line["outcome"] == "one")["subscribers"] = ["S-1"]


def name_too_many(run: Run) -> None:
    next(line for line in run[2] if line["outcome"] == "several")["subscribers"] = ["S-1", "S-2"]


def drop_answer(run: Run) -> None:
    run[2].pop()


def answer_twice(run: Run) -> None:
    run[2].append(run[2][0])


def answer_unknown(run: Run) -> None:
    run[2].append({**run[2][0], "login": "R-9"})


@pytest.mark.parametrize(
    ("figure", "spoil"),
    [
        ("wrong_pairs", swap_times),
        ("wrong_pairs", lose_port),
        ("wrong_pairs", another_account),
        ("wrong_pairs", another_file),
        ("wrong_pairs", twice),
        ("wrong_pairs", another_subscriber),
        ("unaccounted", drop_record),
        ("unaccounted", drop_return),
        ("unaccounted", ingest_twice),
        ("unaccounted", another_reason),
        ("unaccounted", one_sealed_less),
        ("released_outside_scope", show_agent),
        ("released_outside_scope", show_canary),
        ("outcome_errors", another_outcome),
        ("outcome_errors", another_count),
        ("outcome_errors", name_the_wrong),
        ("outcome_errors", name_too_many),
        ("outcome_errors", drop_answer),
        ("outcome_errors", answer_twice),
        ("outcome_errors", answer_unknown),
    ],
)
def test_every_fault_is_counted_where_it_belongs(
    told: dict[str, Any], figure: str, spoil: Callable[[Run], None]
) -> None:
    run = perfect(told)
    spoil(run)
    result = scored(told, run)
    assert getattr(result, figure) > 0, result
    assert not result.perfect
    assert any(detail.startswith(figure) for detail in result.details)


def test_a_line_of_a_sealed_row_is_outside_scope(told: dict[str, Any]) -> None:
    run = perfect(told)
    member = told["returns"][0]["members"][0]
    for reason in ("OUTSIDE_DATE_RANGE", "BAD_TIME"):
        row = next(row for row in member["rows"] if row[0] == "login" and row[2] == reason)
        fields = dict(zip(told["columns"]["login"], row[3:], strict=True))
        source = {"sha256": told["returns"][0]["sha256"], "member": member["member"]}
        run[0].append({"id": reason, "kind": "login", **fields, "source": source})
    assert scored(told, run).released_outside_scope == 2


def test_nothing_at_all_is_all_unaccounted(told: dict[str, Any]) -> None:
    result = score(told, [], [], [])
    released = sum(each["released"] for each in told["returns"])
    assert result.unaccounted == released + sum(each["rows"] for each in told["returns"])
