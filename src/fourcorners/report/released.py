"""What was released and stands in no finding: an exhibit says how much that is, and which command lists it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fourcorners.report.blocks import Block
from fourcorners.report.blocks import note
from fourcorners.report.blocks import number
from fourcorners.report.blocks import q
from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import ReturnSheet


def not_shown(data: ExhibitData, sheet: ReturnSheet) -> dict[str, int]:
    """Family -> how many released records of a return are in no finding."""
    shown = {("login", finding.login.record) for finding in data.findings}
    shown |= {("assignment", match.evidence.record) for finding in data.findings for match in finding.matches}
    of_it = Counter(family for family, record in shown if record.partition(".")[0] == sheet.id)
    return {family: count - of_it[family] for family, count in sheet.families if count > of_it[family]}


def notes(data: ExhibitData, sheet: ReturnSheet) -> Iterator[Block]:
    """One sentence for each family, with the command that lists it."""
    for family, count in not_shown(data, sheet).items():
        are, them = ("is", "it") if count == 1 else ("are", "them")
        command = q(f"fourcorners records --under {sheet.instrument} --kind {family}")
        yield note(f"{released(family, count)} {are} not shown in this exhibit; ", command, f" lists {them}.")


def overview(data: ExhibitData) -> list[str]:
    """The same of all returns, one line each."""
    left = [(sheet, not_shown(data, sheet)) for sheet in data.returns]
    return [
        f"Not shown in this exhibit, {sheet.id} under {sheet.instrument}: "
        + ", ".join(released(family, count) for family, count in found.items())
        + "."
        for sheet, found in left
        if found
    ]


def released(family: str, count: int) -> str:
    """`12 released call records`."""
    return number(count, f"released {family} record")
