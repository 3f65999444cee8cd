"""What an instrument permits: `decide`, a pure function of the instrument and a pack.

Default deny. Of several rows that apply the strictest wins, and all are cited. A refusal says whose rule it is:
the law's (a row of the pack) or the product's; it never says that the law forbids what the product declines, nor
that it forbids what the pack is silent about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from fourcorners.law import refusals
from fourcorners.law.offence import is_stated
from fourcorners.law.pack import MARKS
from fourcorners.law.pack import Pack
from fourcorners.law.pack import Rule
from fourcorners.model.errors import Refused
from fourcorners.model.instant import SECOND
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose

#: Categories of instruments that control a provider and bring no record.
NO_DISCLOSURE = frozenset({"preservation_only", "notice_control"})


@dataclass(frozen=True, slots=True)
class Decision:
    """A permission with its grounds.

    Attributes:
        permitted: each category of the instrument with the ids of the rows that permit it.
        rules: those rows, each once, in pack order.
        conditions: what the rows ask for in words, each text once, with the ids of its rows after it.
        warnings: what a reader of the decision must know: rows not signed by counsel, clocks, what is not reached.
        pack: jurisdiction of the pack.
        pack_sha256: hash of the pack's file.
    """

    permitted: dict[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    conditions: tuple[str, ...]
    warnings: tuple[str, ...]
    pack: str
    pack_sha256: str

    def as_dict(self) -> dict[str, object]:
        """The decision for the ledger and for `--json`: every row with citation and verification mark."""
        return {
            "permitted": {category: list(ids) for category, ids in self.permitted.items()},
            "rules": [
                {
                    "id": rule.id,
                    "permitted": rule.permitted,
                    "citation": rule.citation,
                    "verified": rule.verified,
                    "verified_means": MARKS[rule.verified],
                    "effective_from": rule.effective_from.isoformat() if rule.effective_from else None,
                }
                for rule in self.rules
            ],
            "conditions": list(self.conditions),
            "warnings": list(self.warnings),
            "pack": self.pack,
            "pack_sha256": self.pack_sha256,
        }


def decide(pack: Pack, instrument: Instrument) -> Decision:
    """Whether the pack permits every category that the instrument names.

    A row applies from its `effective_from` (that day, 00:00 UTC) on, measured at the instrument's date of issue; a
    row without one applies always, with a warning.

    Raises:
        Refused: `PRODUCT` for the closed refusals, a criminal purpose without an offence, an official without a
            rank and a pair of type and purpose that no row has; `LAW` for everything that rests on a row, or on
            there being none. `rules` holds the rows' ids, `next_step` what they would permit.
    """
    categories = instrument.scope.categories
    refusals.check(instrument.type, instrument.purpose, categories)
    refusals.check_offence(instrument.offence)
    if instrument.purpose is Purpose.CRIMINAL_INVESTIGATION and not is_stated(instrument.offence):
        raise Refused(
            "PRODUCT",
            "OFFENCE_MISSING",
            f"the instrument's purpose is criminal_investigation and {instrument.offence!r} states no offence",
            next_step='state the offence with its statute, such as: offence = "18 USC 1343"',
        )
    rows = [row for row in pack.of_type(instrument.type) if _in_force(row, instrument.issued)]
    applicable = {category: [row for row in rows if row.category == category] for category in sorted(categories)}
    _check_covered(pack, instrument, rows, applicable)
    _check_permitted(pack, instrument, applicable)
    chosen = [row for row in rows if row.category in categories]
    _check_pair(instrument, rows, chosen)
    _check_issuer(instrument, chosen)
    _check_offence(instrument, chosen)
    return Decision(
        permitted={category: tuple(row.id for row in found) for category, found in applicable.items()},
        rules=tuple(chosen),
        conditions=_by_text((row.conditions, row.id) for row in chosen),
        warnings=_warnings(chosen),
        pack=pack.id,
        pack_sha256=pack.sha256,
    )


def _in_force(row: Rule, issued: int) -> bool:
    if row.effective_from is None:
        return True
    return issued >= (row.effective_from - dt.date(1970, 1, 1)).days * 86_400 * SECOND


def _check_covered(
    pack: Pack, instrument: Instrument, rows: list[Rule], applicable: dict[str, list[Rule]]
) -> None:
    missing = [category for category, found in applicable.items() if not found]
    if not missing:
        return
    reached = sorted({row.category for row in rows if row.permits})
    raise Refused(
        "LAW",
        "NO_RULE",
        f"no authority row of {pack.id} in force on the day of issue joins {instrument.type!r} with "
        + ", ".join(missing),
        why="the default is no; the pack is silent here, which does not mean that the law forbids it",
        next_step=(
            f"this type reaches {', '.join(reached)}"
            if reached
            else "types with rows: " + ", ".join(sorted({row.type for row in pack.rows if _open(row)}))
        ),
    )


def _check_permitted(pack: Pack, instrument: Instrument, applicable: dict[str, list[Rule]]) -> None:
    denied = [row for found in applicable.values() for row in found if not row.permits]
    if not denied:
        return
    first = denied[0]
    conflict = "; the statute's text would permit it, case law does not" if first.conflict else ""
    raise Refused(
        "PRODUCT" if first.by_design else "LAW",
        first.refusal,
        f"{instrument.type} does not reach " + ", ".join(f"{row.category} ({row.id})" for row in denied),
        why=f"{first.conditions} [{first.citation}; {MARKS[first.verified]}]{conflict}",
        next_step=_alternatives(pack, instrument, denied),
        rules=tuple(row.id for row in denied),
    )


def _alternatives(pack: Pack, instrument: Instrument, denied: list[Rule]) -> str:
    """What the rows would permit: the rest of this instrument, and other types for what it does not reach."""
    kept = sorted({row.category for row in pack.of_type(instrument.type) if row.permits})
    parts = [f"{instrument.type} reaches {', '.join(kept)}"] if kept else []
    for category in sorted({row.category for row in denied}):
        others = [f"{row.type} ({row.id})" for row in pack.rows if row.category == category and _open(row)]
        if others:
            parts.append(f"{category} is reached by {', '.join(others)}")
    return "; ".join(parts) or "nothing in this pack reaches it"


def _open(row: Rule) -> bool:
    """Whether the row permits and the product serves it."""
    try:
        refusals.check(row.type, Purpose.CRIMINAL_INVESTIGATION, (row.category,))
    except Refused:
        return False
    return row.permits


def _check_pair(instrument: Instrument, rows: list[Rule], chosen: list[Rule]) -> None:
    lacking = [row for row in chosen if instrument.purpose not in row.purposes]
    if lacking:
        raise Refused(
            "PRODUCT",
            "PAIR_NOT_LISTED",
            f"no authority row joins {instrument.type} with the purpose {instrument.purpose}",
            why="consent or an emergency is no skeleton key: pairs outside the list are declined",
            next_step="this type serves " + ", ".join(sorted(frozenset().union(*(row.purposes for row in rows)))),
            rules=tuple(row.id for row in lacking),
        )


def _check_issuer(instrument: Instrument, chosen: list[Rule]) -> None:
    for row in chosen:
        if instrument.issuer_role not in row.issuer_roles:
            raise Refused(
                "LAW",
                "ISSUER_NOT_COMPETENT",
                f"{row.id} does not name {instrument.issuer_role} as issuer of {instrument.type}",
                why=f"issued by: {row.issuers} [{row.citation}; {MARKS[row.verified]}]",
                next_step="issuer roles: " + ", ".join(sorted(row.issuer_roles)),
                rules=(row.id,),
            )
    rank = " ".join(instrument.rank.split()).casefold()
    if instrument.issuer_role is IssuerRole.AGENCY_OFFICIAL and not rank:
        raise Refused(
            "PRODUCT",
            "SIGNER_RANK",
            "the issuer is an agency official and no rank is stated",
            next_step='state the signer\'s rank as the document gives it: rank = "..."',
            rules=tuple(row.id for row in chosen),
        )
    for row in chosen:
        if row.ranks and rank not in row.ranks:
            raise Refused(
                "LAW",
                "SIGNER_RANK",
                f"{instrument.rank!r} is not among the ranks that {row.id} lists",
                why=f"{row.issuers} [{row.citation}; {MARKS[row.verified]}]",
                next_step="signed by: " + ", ".join(row.ranks),
                rules=(row.id,),
            )


def _check_offence(instrument: Instrument, chosen: list[Rule]) -> None:
    for row in chosen:
        if row.offence is None or row.offence.met_by(instrument.offence):
            continue
        raise Refused(
            "PRODUCT" if row.offence_by_design else "LAW",
            "OFFENCE_NOT_IN_STATUTE",
            f"{instrument.offence!r} cites no section to which {row.id} is locked",
            why=f"{row.conditions} [{row.citation}; {MARKS[row.verified]}]",
            next_step=f"cite one of: {row.offence.words()}; what the list lacks is a question for counsel",
            rules=(row.id,),
        )


def _warnings(chosen: list[Rule]) -> tuple[str, ...]:
    found = [
        (
            "UNSIGNED_ROW: no effective date is established; it must not stand in a pack signed by counsel",
            row.id,
        )
        for row in chosen
        if row.effective_from is None
    ]
    found += [
        (f"VERIFIED {row.verified}: {MARKS[row.verified]}", row.id) for row in chosen if row.verified != "src"
    ]
    found += [
        (
            f"RATIFY: nothing is read after {row.ratify_hours} hours from issue unless it was ratified by then",
            row.id,
        )
        for row in chosen
        if row.ratify_hours is not None
    ]
    found += [
        ("NO_DISCLOSURE: this instrument brings no record; what a provider sends under it stays sealed", row.id)
        for row in chosen
        if row.category in NO_DISCLOSURE
    ]
    return _by_text(found)


def _by_text(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Each text once, with the ids of its rows: `text (US-FED-017, US-FED-018)`."""
    ids: dict[str, list[str]] = {}
    for text, rule in pairs:
        ids.setdefault(text, []).append(rule)
    return tuple(f"{text} ({', '.join(rules)})" for text, rules in ids.items())
