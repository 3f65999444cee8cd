"""How many records of which kind are released: counted from the catalogue, without a read of any of them."""

from __future__ import annotations

from collections import Counter

from fourcorners.casework import store
from fourcorners.casework.rows import MemberRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.store import Tables
from fourcorners.model.records import FAMILIES
from fourcorners.vault.segments import WITHHELD_FAMILY


def of_member(tables: Tables, returned: ReturnRow, member: MemberRow) -> Counter[str]:
    """Family -> number of released records of one member."""
    found: Counter[str] = Counter()
    for segment in store.segments_of(tables, returned.id, member.n):
        if segment.family != WITHHELD_FAMILY:
            found[segment.family] += segment.rows
    return +found


def of_instrument(tables: Tables, instrument: str) -> Counter[str]:
    """Family -> number of released records of all returns under an instrument."""
    found: Counter[str] = Counter()
    for returned in store.of_owner(tables, ReturnRow, instrument):
        for member in store.members_of(tables, returned):
            found += of_member(tables, returned, member)
    return found


def words(found: Counter[str]) -> str:
    """`12 call, 3 subscriber`, in the order of the families."""
    return ", ".join(f"{found[family]:,} {family}" for family in FAMILIES if found[family])
