"""What a person is told on stderr after an intake, of what was not released: why, and what to do.

No value of the file is in it: counts, codes, and what the order says itself.
"""

from __future__ import annotations

from fourcorners.casework import corrections
from fourcorners.casework.rows import ReturnRow
from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.model.instrument import Instrument
from fourcorners.readers import registry

_SHOWN = 5  # accounts of an order that are named
_ANOTHER = "what the order does not name takes another instrument"
_UNREADABLE = "look at the file and, of a table, at the mapping; ask the custodian for the file in another form"


def hint(row: ReturnRow, instrument: Instrument) -> str:
    """The main reason in plain words and the next step; empty if anything was released."""
    if row.counts["released"]:
        return ""
    if not row.reasons:
        return f"{row.id}: nothing was released, for there is no row\n  next: read the letter that came with them"
    code, count = max(row.reasons.items(), key=lambda each: each[1])
    words = SEALS[code] if code in SEALS else REJECTIONS[code]
    total = row.counts["rows"]
    return (
        f"{row.id}: nothing was released; {count:,} of {total:,} rows are {code}: {words}\n  next: "
        f"{_next(code, row, instrument)}"
    )


def not_kept(row: ReturnRow, *, has_team: bool) -> str:
    """That what lies outside is gone, where there is no filter team to seal it to; empty if nothing is."""
    sealed = row.counts["sealed"]
    if has_team or not sealed:
        return ""
    return (
        f"{row.id}: sealed rows that are counted and not kept, for there is no filter team: {sealed:,}\n"
        "  next: keep the files as they came; `seal team` names a team for what comes later"
    )


def _next(code: str, row: ReturnRow, instrument: Instrument) -> str:
    scope, waits = instrument.scope, corrections.waits(row)
    steps = {
        "OUTSIDE_DATE_RANGE": f"the order's window is {scope.window.text()}; {_ANOTHER}",
        "OUTSIDE_ACCOUNT": f"{_accounts(instrument)}: check how that is spelled (a phone number is written as "
        "+1 202 555 0101); if the spelling is right, the file answers another order",
        "OUTSIDE_CATEGORY": f"the order names {', '.join(sorted(scope.categories))}; {_ANOTHER}",
        "OUTSIDE_CUSTODIAN": f"the order names {instrument.custodian!r}, and the file is read as one of "
        f"{_custodians(row)}: check the order's custodian, or take the file in under its own order",
        "UNDECIDABLE_TIME_ZONE": waits or "ask the custodian for times with a zone",
        "UNDECIDABLE_LOCAL_TIME": f"ask for times in UTC; if the zone is wrong, {corrections.anew(row)}",
        "UNDECIDABLE_ACCOUNT": waits
        or f"{_accounts(instrument)}; ask the custodian for a list that says whose each record is, and of a "
        "table map the column that says it",
        "UNDECIDABLE_CATEGORY": "`unclassified_fields` names what is in no list; send the makers what "
        "`fourcorners fingerprint FILE --out FILE.json` writes",
        "DISPROPORTIONATE_RETURN": f"{_accounts(instrument)}; ask the custodian for the records of these alone",
        "NO_FAMILY": "these rows are only counted; ask for the list of logins, subscribers or calls itself",
    }
    return steps.get(code, _UNREADABLE)


def _accounts(instrument: Instrument) -> str:
    names = [target.text for target in instrument.scope.accounts]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"the order names {', '.join(names[:_SHOWN])}{more}"


def _custodians(row: ReturnRow) -> str:
    formats = row.format.split(", ")
    names = {name: None for reader in registry.READERS if reader.name in formats for name in reader.custodians[:1]}
    return ", ".join(map(repr, names)) or "another custodian"
