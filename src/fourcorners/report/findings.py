"""The findings: every login with its outcome, and for each an evidence statement with both records as written."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping

from fourcorners.model.codes import OUTCOMES
from fourcorners.model.instant import FILE
from fourcorners.model.instant import STATED
from fourcorners.model.source import Source
from fourcorners.report.blocks import Block
from fourcorners.report.blocks import Text
from fourcorners.report.blocks import byte_ranges
from fourcorners.report.blocks import duration
from fourcorners.report.blocks import facts
from fourcorners.report.blocks import instant
from fourcorners.report.blocks import lines
from fourcorners.report.blocks import number
from fourcorners.report.blocks import q
from fourcorners.report.blocks import said
from fourcorners.report.blocks import table
from fourcorners.report.blocks import text
from fourcorners.report.contents import AssignmentSheet
from fourcorners.report.contents import AttributionSheet
from fourcorners.report.contents import Evidence
from fourcorners.report.contents import Finding
from fourcorners.report.contents import NetworkNaming
from fourcorners.report.statement import COMPUTED
from fourcorners.report.statement import IN_FORCE
from fourcorners.report.statement import PORT_UNKNOWN
from fourcorners.report.statement import RESTS_ON
from fourcorners.report.statement import TITLES
from fourcorners.report.statement import UNCORROBORATED
from fourcorners.report.statement import counts
from fourcorners.report.statement import headline
from fourcorners.report.statement import sentence

#: Fields of a carrier's record that say when and which address, not who. Outside `one` no other field is printed.
_IMPERSONAL = frozenset({"ip", "port_low", "port_high", "at", "until"})
_ZONES = {STATED: "zone stated beside it", FILE: "zone stated elsewhere in the file"}
_ANSWERS = {"same": "the same answer", "different": "a different answer", "not_covered": "not covered"}


class Sources:
    """The sources in the order in which they are first cited: `S1`, `S2` and so on."""

    def __init__(self) -> None:
        self._numbers: dict[Source, int] = {}

    def cite(self, source: Source) -> str:
        """The short name of a source."""
        return f"S{self._numbers.setdefault(source, len(self._numbers) + 1)}"

    def block(self, paths: dict[str, str]) -> Block:
        """Every source cited, with its hashes; `paths` gives a file's path by its hash."""
        rows = [
            [
                f"S{place}",
                facts(
                    ("file", q(paths.get(source.sha256, ""))),
                    ("sha256", q(source.sha256)),
                    ("member", q(source.member) if source.member else "the file itself"),
                    ("member sha256", q(source.member_sha256)),
                    ("chunk tree", q(source.tree)),
                    ("read by", q(source.reader)),
                )["facts"],
            ]
            for source, place in self._numbers.items()
        ]
        return {"sources": rows}


def overview(sheet: AttributionSheet) -> list[Block]:
    """What was compared with what, under which assumption, and how many logins have each outcome."""
    figures = counts(sheet.findings)
    return [
        facts(
            ("logins under", sheet.logins),
            ("compared with", ", ".join(sheet.assignments)),
            ("computed", f"{sheet.times} times, the same each time" if sheet.times > 1 else ""),
            (
                "clock uncertainty",
                f"{duration(sheet.skew)} on each side of every event, an assumption that was not measured",
            ),
        ),
        text(headline(sheet.findings)),
        table(
            "outcomes",
            ("outcome", "logins", "meaning"),
            [(TITLES[outcome], str(figures[outcome]), meaning) for outcome, meaning in OUTCOMES.items()],
        ),
    ]


def listing(numbered: Iterable[tuple[int, Finding]]) -> Block:
    """Every login, one row each."""
    return {
        "logins": [
            {
                "number": number_,
                "account": q(finding.account),
                "endpoint": endpoint(finding),
                "at": instant(finding.at, finding.precision) if finding.at is not None else "zone not known",
                "outcome": TITLES[finding.outcome],
                "one": finding.outcome == "one",
                "candidates": str(finding.candidates),
            }
            for number_, finding in numbered
        ]
    }


def endpoint(finding: Finding) -> Text:
    """Address, and port or the words that none was recorded."""
    if finding.port is None:
        return [q(finding.ip), ", ", PORT_UNKNOWN]
    return [q(finding.ip), ", port ", q(str(finding.port))]


def statements(
    skew: int,
    numbered: Iterable[tuple[int, Finding]],
    held: Mapping[str, tuple[int, int]],
    sources: Sources,
    networks: NetworkNaming | None,
) -> list[Block]:
    """One evidence statement a login; `held` as `statement.support` gives it, over the whole exhibit."""
    named = {} if networks is None else {line.ip: line for line in networks.lines}
    blocks: list[Block] = []
    for place, finding in numbered:
        rows: list[tuple[str, Text]] = [
            ("account", [q(finding.account), *_whose(finding), f", under {finding.instrument}"]),
            ("address", endpoint(finding)),
            (
                "time as written",
                [q(finding.at_text), ", ", said(_ZONES.get(finding.zone_basis, "zone " + finding.zone_basis))],
            ),
            ("time in UTC", _utc(finding, skew)),
            ("compared", _compared(finding)),
            ("provider's record", _record(finding.login, sources, whole=True)),
            *(
                ("carrier's record", _assignment(match, sources, whole=finding.outcome == "one"))
                for match in finding.matches
            ),
        ]
        if finding.fragility:
            rows.append(("if read otherwise", _fragility(finding)))
        if (line := named.get(finding.ip)) is not None and networks is not None:
            dated = f", by a table of {networks.as_of}, not of the event's day"
            rows.append(("network", [q(line.asn), " ", said(line.carrier), ", ", said(line.country), dated]))
        rows += [("mark", said(note)) for note in finding.notes]
        before, holder, after = sentence(finding)
        blocks.append(
            {
                "statement": {
                    "number": place,
                    "outcome": TITLES[finding.outcome],
                    "one": finding.outcome == "one",
                    "sentence": [before, q(holder), after] if holder is not None else [before],
                    "support": _support(*held[holder]) if holder is not None else None,
                    "facts": facts(*rows)["facts"],
                }
            }
        )
    return blocks


def _whose(finding: Finding) -> list[Text]:
    """Who says whose the record is, where the record itself does not."""
    if finding.account_basis == FILE:
        return [", named by another member of the file"]
    if finding.account_basis == STATED:
        return []
    return [", ", said(finding.account_basis), "; the record names no account"]


def _support(events: int, records: int) -> list[object]:
    """The label that stands where only one event supports a naming, and the figures behind it."""
    if events == 1:
        return [UNCORROBORATED, "This event alone leads to this account holder."]
    within = "all within one assignment" if records == 1 else f"in {records} assignment records"
    return ["", f"{events} events lead to this account holder, {within}."]


def _utc(finding: Finding, skew: int) -> Text:
    if finding.at is None:
        return "not known: the text states no zone, and nobody has declared one"
    return [instant(finding.at, finding.precision), f", ± {duration(skew)} assumed"]


def _compared(finding: Finding) -> Text:
    """How many match, by whose records, and how far from an interval's end."""
    covered = (
        "covered by " + ", ".join(finding.covered_by) if finding.covered_by else "covered by no produced record"
    )
    said_margin = (
        []
        if finding.margin is None
        else [f"; {duration(finding.margin)} to the nearest boundary of a matching interval"]
    )
    return [f"{number(finding.candidates, 'candidate')}; {covered}", *said_margin]


def _record(evidence: Evidence, sources: Sources, *, whole: bool, how: str = "as written") -> Text:
    """Where a record stands and what it says; without `whole`, no field that could name somebody."""
    shown = [value for value in evidence.values if whole or value.field in _IMPERSONAL]
    rows: list[Text] = [[f"{sources.cite(evidence.source)}, record ", q(evidence.record), f", {how}:"]]
    values: list[Text] = [[value.field, q(value.text), byte_ranges(value.ranges)] for value in shown]
    rows.append({"values": values})
    if left := len(evidence.values) - len(shown):
        rows.append(f"{number(left, 'field')} not printed: nobody is named")
    if evidence.sealed_fields:
        rows.append("sealed: " + ", ".join(evidence.sealed_fields))
    return lines(rows)


def _assignment(match: AssignmentSheet, sources: Sources, *, whole: bool) -> Text:
    """The interval and the ports of an assignment, then the record as written."""
    ports = "" if match.port_low is None else f", ports {match.port_low}–{match.port_high}"
    time: list[Text] = ["from ", instant(match.at), " to ", instant(match.until)]
    span: Text = [*time, ports, f", under {match.instrument}"]
    basis: list[Text] = [[COMPUTED, q(match.computed), IN_FORCE, *time, RESTS_ON]] if match.computed else []
    how = "as computed" if match.computed else "as written"
    return lines([span, *basis, _record(match.evidence, sources, whole=whole, how=how)])


def _fragility(finding: Finding) -> Text:
    return "; ".join(
        f"{name.replace('_', ' ')}: {_ANSWERS.get(answer, answer)}" for name, answer in finding.fragility
    )
