"""Authority packs: the rows of law that decisions rest on, as data.

A pack is one CSV file. Its prose columns say what the law asks; its last five columns hold the same in a form that
`decide` can check. A pack is named by the SHA-256 of its bytes, so that a decision can be replayed against it.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from fourcorners.law.offence import OffenceRule
from fourcorners.model.codes import REFUSALS
from fourcorners.model.errors import Refused

Permission = Literal["yes", "conditional", "no"]
Verified = Literal["src", "part", "mem"]

_PERMISSIONS: dict[str, Permission] = {"yes": "yes", "conditional": "conditional", "no": "no"}

#: Jurisdiction code -> file in the package.
SHIPPED = {"US-FED": "us_fed.csv"}

#: A row's verification mark in words.
MARKS: dict[Verified, str] = {
    "src": "every statement was read in a source",
    "part": "at least one statement is from memory",
    "mem": "from memory, to be verified by counsel",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One authority row: an instrument type and a data category.

    Attributes:
        id: stable id, `US-FED-018`.
        type: instrument type.
        issuers: who issues, in words.
        issuer_roles: who issues, as `model.instrument.IssuerRole` values.
        category: data category.
        permitted: `yes` once the conditions are met, `conditional` through a check in code, `no`.
        purposes: purposes under which the row permits; empty for a `no`.
        conditions: what must hold, in words.
        notice: whom to tell.
        period: longest period or deadline, in words.
        effective_from: first day in force; None where it is not established.
        citation: statute, rule or case.
        verified: how far the row was checked against its sources.
        refusal: for a `no`, the code of the refusal.
        conflict: the statute's text permits and case law does not.
        by_design: the statute may permit and the product declines.
        ranks: ranks that may sign, case-folded; empty where the row asks for none in particular.
        offence: which cited offences open the row; None for any.
        offence_by_design: `offence` is narrower than the statute, by a decision of the product.
        ratify_hours: hours within which follow-up process or ratification must stand.
    """

    id: str
    type: str
    issuers: str
    issuer_roles: frozenset[str]
    category: str
    permitted: Permission
    purposes: frozenset[str]
    conditions: str
    notice: str
    period: str
    effective_from: dt.date | None
    citation: str
    verified: Verified
    refusal: str
    conflict: bool
    by_design: bool
    ranks: tuple[str, ...]
    offence: OffenceRule | None
    offence_by_design: bool
    ratify_hours: int | None

    @property
    def permits(self) -> bool:
        """Whether the row permits anything at all."""
        return self.permitted != "no"


@dataclass(frozen=True, slots=True)
class Pack:
    """The rows of one jurisdiction."""

    id: str
    sha256: str
    rows: tuple[Rule, ...]

    def of_type(self, kind: str) -> tuple[Rule, ...]:
        """The rows of one instrument type."""
        return tuple(row for row in self.rows if row.type == kind)


def pack_for(jurisdiction: str) -> Pack:
    """The shipped pack of a jurisdiction.

    Raises:
        Refused: `PRODUCT JURISDICTION_NOT_LOADED`; other packs come later.
    """
    if jurisdiction not in SHIPPED:
        raise Refused(
            "PRODUCT",
            "JURISDICTION_NOT_LOADED",
            f"no law pack for {jurisdiction!r} is loaded",
            why="without its rows nothing can be said about what the instrument permits",
            next_step="loaded: " + ", ".join(sorted(SHIPPED)),
        )
    return _shipped(jurisdiction)


@cache
def _shipped(jurisdiction: str) -> Pack:
    return load((resources.files("fourcorners.law") / "packs" / SHIPPED[jurisdiction]).read_bytes())


def load(data: bytes) -> Pack:
    """A pack from the bytes of its file.

    Raises:
        ValueError: a row breaks the file's own rules (a pack is the product's data, so this is a defect of it).
    """
    rows = tuple(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    jurisdictions = {row["jurisdiction"] for row in rows}
    ids = {row["rule_id"] for row in rows}
    if len(jurisdictions) != 1 or len(ids) != len(rows):
        raise ValueError("a pack holds one jurisdiction, and every row once")
    return Pack(jurisdictions.pop(), hashlib.sha256(data).hexdigest(), tuple(_rule(row) for row in rows))


def _rule(row: dict[str, str]) -> Rule:
    flags = _items(row["flags"])
    permitted = _PERMISSIONS.get(row["permitted"])
    verified = next((mark for mark in MARKS if mark == row["verified"]), None)
    if permitted is None or verified is None:
        raise ValueError(f"{row['rule_id']}: permitted or verified is not of the closed list")
    if (permitted == "no") != (row["refusal"] in REFUSALS) or (permitted == "no") == bool(row["purpose_codes"]):
        raise ValueError(f"{row['rule_id']}: a refusing row has a code, a permitting row has purposes")
    return Rule(
        id=row["rule_id"],
        type=row["instrument"],
        issuers=row["issuing_authority"],
        issuer_roles=frozenset(_items(row["issuer_roles"])),
        category=row["data_category"],
        permitted=permitted,
        purposes=frozenset(_items(row["purpose_codes"])),
        conditions=row["conditions"],
        notice=row["notice"],
        period=row["max_period_or_deadline"],
        effective_from=dt.date.fromisoformat(row["effective_from"]) if row["effective_from"] else None,
        citation=row["citation"],
        verified=verified,
        refusal=row["refusal"],
        conflict="STATUTE-CASELAW-CONFLICT" in flags,
        by_design="REFUSED BY DESIGN" in flags,
        ranks=_items(row["min_rank"]),
        offence=OffenceRule.parse(row["offence_rule"]) if row["offence_rule"] else None,
        offence_by_design="PRODUCT OFFENCE RULE" in flags,
        ratify_hours=int(row["ratify_hours"]) if row["ratify_hours"] else None,
    )


def _items(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
