"""How two readings of the same member differ, row by row.

A row is the same row if it stands at the same bytes (and is the same one of several that do); where another reader
draws it otherwise it is gone, and another was added. A value is told only of a row that is released now, or that
was released and is no row any more; of what is withheld now there are reasons and counts, and of a field that is
sealed now its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from hashlib import sha256
from typing import Any

import pyarrow as pa

from fourcorners.casework.journal import canonical
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import rfc3339
from fourcorners.model.records import DERIVED
from fourcorners.model.records import FOREVER
from fourcorners.model.records import columns_of

#: What became of a row; `reasons` counts rows that were withheld and are, `unclassified` labels, `members` what is
#: said of a member as a whole.
KINDS = (
    "added",
    "gone",
    "changed",
    "renumbered",
    "released",
    "withheld",
    "reasons",
    "unclassified",
    "members",
)
#: Where a row stands is what it is told apart by.
_PLACE = ("row", "start", "end", "texts", "problem")
_INSTANTS = frozenset({"at", "until", *(name for columns in DERIVED.values() for name, _ in columns)})


@dataclass(frozen=True, slots=True)
class Side:
    """One reading of a member: released rows by family, withheld ones, and what else was found.

    Attributes:
        name: how its records' ids begin, `R-1.0`.
        released: (family, rows) in any order, columns as they are stored.
        withheld: rows as `model.verdict.WITHHELD`.
        account_by: who declared the account.
        unclassified: label -> texts.
        about: layout and what the member states about itself.
    """

    name: str
    released: tuple[tuple[str, pa.RecordBatch], ...] = ()
    withheld: tuple[pa.RecordBatch, ...] = ()
    account_by: str = ""
    unclassified: dict[str, int] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    texts: int
    reason: str | None
    values: dict[str, Any]

    @property
    def state(self) -> str:
        return self.reason or "released"


def between(before: Side, now: Side) -> Iterator[dict[str, Any]]:
    """Every difference, `{"difference": a key of KINDS, ...}`, in the order of the rows."""
    yield from _of_labels(before, now)
    if _tables(before) == _tables(now) and before.account_by == now.account_by:
        return
    old, new = _rows(before), _rows(now)
    silent = Counter[tuple[str, str, str]]()
    sealed = {row.values["kind"]: set[str]() for row in new.values() if not row.reason}
    for row in new.values():
        if not row.reason:
            sealed[row.values["kind"]] |= _sealed(row.values)
    for place in sorted(old.keys() | new.keys()):
        was, is_ = old.get(place), new.get(place)
        ids = {
            "record": f"{before.name}.{was.number}" if was else None,
            "now": f"{now.name}.{is_.number}" if is_ else None,
        }
        # what was relied on stays provable, whatever becomes of its values
        proof = {"was_sha256": _hash(was)} if was and was.reason is None else {}
        if was is None and is_ is not None:
            if is_.reason:
                silent["added", "", is_.reason] += 1
            else:
                yield {"difference": "added", **ids, "values": _shown(is_.values)}
        elif is_ is None and was is not None:
            if was.reason:
                silent["gone", was.reason, ""] += 1
            else:
                # drawn otherwise it may stand in a row that was added, where a field of it is sealed
                hidden = sealed.get(was.values["kind"], set())
                values = _without(was.values, hidden) | {"sealed_fields": sorted(_sealed(was.values) | hidden)}
                yield {"difference": "gone", **ids, "values": _shown(values), **proof}
        elif was is not None and is_ is not None:
            if was.reason and is_.reason:
                if was.reason != is_.reason or was.texts != is_.texts:
                    silent["reasons", was.reason, is_.reason] += 1
            elif is_.reason:
                yield {"difference": "withheld", **ids, "reason": is_.reason, **proof}
            elif was.reason:
                yield {"difference": "released", **ids, "reason": was.reason, "values": _shown(is_.values)}
            else:
                yield from _changed(ids, was, is_, proof)
    for (kind, was_reason, is_reason), rows in sorted(silent.items()):
        yield {"difference": kind, "was": was_reason or None, "is": is_reason or None, "rows": rows}


def count(differences: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many rows, labels or members differ in each way; kinds without one are left out."""
    found = Counter[str]()
    for each in differences:
        found[each["difference"]] += each.get("rows", 1)
    return {kind: found[kind] for kind in KINDS if found[kind]}


def _changed(ids: dict[str, Any], was: _Row, is_: _Row, proof: dict[str, str]) -> Iterator[dict[str, Any]]:
    sealed = _sealed(is_.values)
    old, new = (_shown(_without(row.values, sealed) | {"texts": row.texts}) for row in (was, is_))
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if names:
        fields = {name: [old.get(name), new.get(name)] for name in names}
        yield {"difference": "changed", **ids, "fields": fields, **proof}
    elif was.number != is_.number or ids["record"] != ids["now"]:
        yield {"difference": "renumbered", **ids, **proof}


def _of_labels(before: Side, now: Side) -> Iterator[dict[str, Any]]:
    for label in sorted(before.unclassified.keys() | now.unclassified.keys()):
        texts = [side.unclassified.get(label, 0) for side in (before, now)]
        if texts[0] != texts[1]:
            yield {"difference": "unclassified", "member": now.name or before.name, "label": label, "texts": texts}
    for name in sorted(before.about.keys() | now.about.keys()):
        if before.about.get(name) != now.about.get(name):
            yield {"difference": "members", "member": now.name or before.name, "what": name}


def _tables(side: Side) -> tuple[dict[str, pa.Table], pa.Table | None]:
    """Everything in a form that compares as a whole, since most readings are alike."""
    families: dict[str, list[pa.RecordBatch]] = {}
    for family, batch in side.released:
        if batch.num_rows:
            families.setdefault(family, []).append(batch)
    released = {
        family: pa.Table.from_batches(batches).sort_by("row").combine_chunks()
        for family, batches in families.items()
    }
    withheld = [batch for batch in side.withheld if batch.num_rows]
    whole = pa.Table.from_batches(withheld).sort_by("row").combine_chunks() if withheld else None
    return released, whole


def _rows(side: Side) -> dict[tuple[int, int, int], _Row]:
    """Every row by its place: start, end, and which of those that stand there."""
    found: list[tuple[int, int, _Row]] = []
    for family, batch in side.released:
        for row in batch.to_pylist():
            values = {name: value for name, value in row.items() if name not in _PLACE and value is not None}
            values["kind"] = family
            if side.account_by:
                values["account_by"] = side.account_by
            found.append((row["start"], row["end"], _Row(row["row"], row["texts"], None, values)))
    for batch in side.withheld:
        found += [
            (row["start"], row["end"], _Row(row["row"], row["texts"], row["reason"], {}))
            for row in batch.to_pylist()
        ]
    rows: dict[tuple[int, int, int], _Row] = {}
    met = Counter[tuple[int, int]]()
    for start, end, each in sorted(found, key=lambda one: one[2].number):
        rows[start, end, met[start, end]] = each
        met[start, end] += 1
    return rows


def _sealed(values: dict[str, Any]) -> set[str]:
    return set(values.get("sealed_fields", ()))


def _without(values: dict[str, Any], sealed: set[str]) -> dict[str, Any]:
    """Values without those of sealed fields and their places; `sealed_fields` is what says so."""
    hidden = {name for field_name in sealed for name, _ in columns_of(field_name)}
    return {name: value for name, value in values.items() if name not in hidden}


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Values as a person reads them: instants in RFC 3339."""
    precision = values.get("precision") or SECOND
    return {
        name: ("open" if value == FOREVER else rfc3339(value, precision)) if name in _INSTANTS else value
        for name, value in values.items()
    }


def _hash(row: _Row) -> str:
    return sha256(canonical({"texts": row.texts, **row.values}).encode()).hexdigest()
