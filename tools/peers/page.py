"""The page of the comparison, from its results."""

from __future__ import annotations

from typing import Any

_TOOLS = (("rleapp", "RLEAPP"), ("fourcorners", "Fourcorners"))

_HEAD = """\
# Side by side with RLEAPP

[RLEAPP](https://github.com/abrignoni/RLEAPP) (MIT licence) is the open tool with which people open providers'
returns today. It reads many more kinds of records than Fourcorners: about 400 kinds in one run, messages,
pictures, places and purchases among them, with a report to read in a browser and a timeline. This page compares
one thing only: lists of addresses and times, in the formats that both could read.

Written by `tools/write_peers.py`. RLEAPP is at commit `{commit}` of {date}, the newest state at hand, with Python
{python} and its requirements; `lxml`, which its modules for Meta's pages need and its list of requirements
lacks, was installed as well.

## What was found

Productions of {rows:,} rows were made by `samples`, {count} of each line, each of another seed (given in the
line). "Own" is the layout that RLEAPP's module expects, in the folder and under the name that it looks for;
"other" is what else our generator makes of the format. A line's figures are sums over its seeds.

- **in scope**: rows whose address and time stand together in the tool's output, of those that the instrument
  reaches.
- **other rows**: the same for rows that it does not reach, or not yet, where the file does not say whose
  account it is. RLEAPP has no instrument and so no scope: that it shows all rows is what it is for. Fourcorners
  counts these rows with the reason and shows none.
- **wrong**: rows of the output whose address and time stand together in no record of the file.
- **unreadable**: rows of which nothing certain can be read, in three groups: named with a reason / shown like
  every other row / in neither way.
- **account**: of the rows that are right, how many have their account beside them.
- **ends**: exit code, and what the tool says of a failure.

| production | tool | in scope | other rows | wrong | unreadable | account | ends |
|---|---|---|---|---|---|---|---|
"""

_DAMAGES = """
## Damaged and strange files

Each is a good production ("own" layout, {rows:,} rows) that was changed in one way. Exit code, and what the
tool says.

| what | tool | ends | rows right | wrong |
|---|---|---|---|---|
"""

_WHY = """
Why the lines differ, as far as the modules tell at this commit:

- Meta: the module for addresses finds the cells of layout C and counts them by three; a row of another length
  shifts all that follow, and the other layouts have other cells.
- Google: two modules read the access log, one by the places of its columns and one whatever they are, so that no
  row is lost; the pages of a return stand whole in one cell each. A part that comes twice counts twice.
- X: an address takes the time and the account last seen above it; one time in another form (two of a thousand
  records, on purpose) ends the module with an error, so those lines do not show what order alone does.
- Reddit, TikTok: columns are taken by their places.
- Instagram: the older folders and English labels are known; one record without a label ends the module.
- Reddit's and TikTok's tables name no account; Fourcorners was told whose they are (`declare account`), as by a
  person.
"""

_NO_COSTS = """
## What it costs

Not measured in this run: the machine was busy with other work.
"""

_COSTS = """
## What it costs

Medians of {times} runs of each tool in turn ("own" layouts), on one machine: {machine}; load {load}. Peak
memory is of the largest process.

| production | rows | tool | rows right | wrong | CPU s | wall s | peak MB |
|---|---|---|---|---|---|---|---|
"""

_TAIL = """
## How to repeat it

    git clone https://github.com/abrignoni/RLEAPP build/RLEAPP
    python3 -m venv build/RLEAPP-venv
    build/RLEAPP-venv/bin/pip install -r build/RLEAPP/requirements.txt lxml
    .venv/bin/python tools/write_peers.py counts build/RLEAPP build/RLEAPP-venv/bin/python
    .venv/bin/python tools/write_peers.py costs build/RLEAPP build/RLEAPP-venv/bin/python

Both tools run as whole processes, in turn, on the same files: RLEAPP as its README says (`rleapp.py -t fs|zip
-i … -o …`, all modules); Fourcorners, in a workspace with an empty case, from the order to the records' lines
(`instrument add`, `ingest`, `records`: three processes, whose times are added). Counts depend on the seeds only.
Times depend on the machine and on what else it does; CPU time less than wall time. RLEAPP's output is read from
its TSV files. A row is right if address and time stand in the same row of one of its tables, in whatever column
and usual spelling; a time without a zone counts as UTC, a time to the second is enough, and a row that two
modules show is found once. A cell that holds a whole page (more than three addresses) is no row.
`tools/peers/score.py` has the rule, the same for both, and knows neither tool.

## What is not compared

Everything else that RLEAPP reads, which Fourcorners does not: messages, pictures, places, friends, purchases,
and returns of about a dozen further providers. Everything that Fourcorners does after reading (instrument,
scope, ledger, attribution, exhibit), and what only it reads (carriers' logs, Facebook's export, Discord's
sessions). RLEAPP's authors call it triage and promise none of the following: to know an instrument's scope, to
give a reason for each row that it leaves out, to keep a hash or place for every row, to read layouts other than
those that its modules name, or to end with another exit code when a module fails. Generated files follow what
is known of a format; no real return was used, so the page says nothing of how often each layout occurs. The
generators are ours: they hold the traps that we know, and another list of traps would give other figures.
"""


def page(counts: dict[str, Any], costs: dict[str, Any] | None) -> str:
    """The whole page, Markdown.

    Args:
        counts: what was found, of all productions and of the damaged files.
        costs: what it cost; None where that was not measured.
    """
    lines = counts["lines"]
    made = [_HEAD.format(rows=counts["rows"], count=len(lines[0]["seeds"]), **counts["peer"])]
    made += [_line(line, tool, name) for line in lines for tool, name in _TOOLS]
    made += [_WHY, _DAMAGES.format(rows=counts["rows"])]
    made += [_damage(damage, tool, name) for damage in counts["damages"] for tool, name in _TOOLS]
    if costs is None:
        made.append(_NO_COSTS)
    else:
        load = " to ".join(f"{value:.1f}" for value in costs["load"])
        made.append(_COSTS.format(times=costs["times"], machine=costs["machine"], load=load))
        made += [_cost(cost, tool, name) for cost in costs["lines"] for tool, name in _TOOLS]
    made.append(_TAIL)
    return "".join(made)


def _line(line: dict[str, Any], tool: str, name: str) -> str:
    run, truth = line[tool], line["truth"]
    seeds = ", ".join(str(seed) for seed in line["seeds"])
    what = f"{line['format']}, {'own' if line['own'] else 'other'}: {line['layout']} ({seeds})"
    right = run["inside"] + run["outside"]
    gone = truth["unreadable"] - run["told"] - run["unmarked"]
    cells = [
        what if tool == _TOOLS[0][0] else "",
        name,
        _of(run["inside"], truth["inside"]),
        _of(run["outside"], truth["outside"]),
        f"{run['wrong']:,}",
        f"{run['told']} / {run['unmarked']} / {max(0, gone)}" if truth["unreadable"] else "-",
        _of(run["named"], right) if right else "-",
        "; ".join(f"{code}: {message}" if message else f"{code}" for code, message in run["ends"]),
    ]
    return f"| {' | '.join(cells)} |\n"


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" if whole else "-"


def _damage(damage: dict[str, Any], tool: str, name: str) -> str:
    run = damage[tool]
    what = f"{damage['what']} ({damage['format']}, {damage['seed']})" if tool == _TOOLS[0][0] else ""
    says = run["message"] or "no message"
    right = _of(run["inside"] + run["outside"], damage["readable"])
    return f"| {what} | {name} | {run['code']}: {says} | {right} | {run['wrong']:,} |\n"


def _cost(cost: dict[str, Any], tool: str, name: str) -> str:
    run, truth = cost[tool], cost["truth"]
    what, rows = (
        (f"{cost['format']} ({cost['seeds'][0]})", f"{cost['rows']:,}") if tool == _TOOLS[0][0] else ("", "")
    )
    right = _of(run["inside"] + run["outside"], truth["inside"] + truth["outside"])
    took = f"{run['cpu']:.1f} | {run['seconds']:.1f} | {run['megabytes']:.0f}"
    return f"| {what} | {rows} | {name} | {right} | {run['wrong']:,} | {took} |\n"
