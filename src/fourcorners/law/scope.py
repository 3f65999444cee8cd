"""`judge`: which rows of a return lie within the four corners of the instrument.

Every row gets one verdict. What cannot be decided is sealed, never released. A sealed or rejected row leaves
nothing behind but its position, its extent and a reason; a released row holds no value of a field that is sealed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.law.reach import Reach
from fourcorners.law.refusals import BULK
from fourcorners.law.within import Times
from fourcorners.law.within import times_of
from fourcorners.model.codes import SEALS
from fourcorners.model.identifier import normalise
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import Window
from fourcorners.model.records import COMPUTED
from fourcorners.model.records import CORE
from fourcorners.model.records import DERIVED
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import TIMELESS
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.model.records import columns_of
from fourcorners.model.verdict import VERDICT_COLUMNS
from fourcorners.model.verdict import WITHHELD
from fourcorners.model.verdict import JudgedBatch

Mask = npt.NDArray[np.bool_]

#: Times as many accounts as asked about, from which a return of more than `BULK` accounts is out of proportion.
DISPROPORTION = 10

#: The fields that say whose a row is.
_WHOSE = ("account", "subscriber")
#: Fields that hold a word out of a short list, or a device, whoever the row is about.
_SHORT = ("action", "agent", "attribute", "currency")

_RELEASED, _REJECTED = 0, -1
_REASONS = ("", *SEALS)


def judge(
    batch: Batch,
    instrument: Instrument,
    *,
    custodians: tuple[str, ...],
    whole: str | None = None,
    keep_sealed: bool = False,
) -> JudgedBatch:
    """One batch against one instrument.

    The first check that a row fails gives its reason: readable; `whole`; custodian; category; account; time. A
    field of a category of its own is judged apart: outside the scope its columns are null in the released row and
    its name stands in `sealed_fields`. Rows that no family holds are withheld even when they are in scope.

    Args:
        batch: rows as a reader gives them.
        instrument: its scope judges; `day_differs` marks the released rows that the UTC reading would seal.
        custodians: names by which an instrument may name the producer; empty (a table) takes the instrument's.
        whole: a code of `SEALS` under which the whole return is sealed, if another check says so.
        keep_sealed: hand over the sealed rows whole, for a vault that can seal them to a filter team.
    """
    verdicts = _Verdicts(batch.rows.num_rows)
    scope, rows = instrument.scope, batch.rows
    times = None if batch.family in TIMELESS or batch.family == "capture" else times_of(batch.family, rows)
    unreadable = _valid(rows.column("problem"))
    verdicts.put(unreadable if times is None else unreadable | times.backwards, _REJECTED)
    if whole is not None:
        verdicts.seal(True, whole)
    names = {normalise(name) for name in custodians}
    if names and normalise(instrument.custodian) not in names:
        verdicts.seal(True, "OUTSIDE_CUSTODIAN")
    category = rows.column("category")
    verdicts.seal(~_valid(category), "UNDECIDABLE_CATEGORY")
    wanted = pa.array(sorted(scope.categories), pa.string())
    verdicts.seal(~pc.is_in(category, value_set=wanted).to_numpy(zero_copy_only=False), "OUTSIDE_CATEGORY")
    reach = Reach(scope.accounts)
    reached, said = (reach.carrier if batch.family == "assignment" else reach.provider)(rows)
    verdicts.seal(~reached & ~said, "UNDECIDABLE_ACCOUNT")
    verdicts.seal(~reached, "OUTSIDE_ACCOUNT")
    if batch.family == "capture":
        verdicts.seal(True, "NO_FAMILY")
    if times is not None:
        verdicts.seal(times.undecidable & ~times.zoned, "UNDECIDABLE_TIME_ZONE")
        verdicts.seal(times.undecidable, "UNDECIDABLE_LOCAL_TIME")
        verdicts.seal(~times.within(scope.window.start, scope.window.end), "OUTSIDE_DATE_RANGE")
    released = verdicts.codes == _RELEASED
    sealed = _sealed(batch, instrument)
    unread = pc.fill_null(rows.column("problem"), "BAD_INTERVAL")
    return JudgedBatch(
        batch.family,
        batch.section,
        _release(batch, scope.window, sealed, released, times),
        _withhold(rows, verdicts.codes > _RELEASED, verdicts.reasons(), "scope"),
        _withhold(rows, verdicts.codes == _REJECTED, unread, "reader"),
        _places(rows, sealed, released),
        _sealed_rows(rows, verdicts) if keep_sealed else None,
    )


def found_in(readings: Iterable[Reading]) -> int:
    """How many people a return could be about, for `disproportionate`: whatever its rows' verdicts will be.

    The rule: distinct accounts or distinct subscribers, whichever is more. In a table a person's mapping says
    which column is the account. One that is the same in every row ("web"), with the users in another column, would
    make everybody's records one account's; so a table's distinct actions, devices, currencies, attributes, or
    values of one attribute count as well, if they are more. One account has few of each, but for user agents as
    browsers send them (product "/" version, RFC 9110 10.1.5), which change with each release and are not counted.
    Other parties, amounts and addresses are not either: one account can well have thousands. What was computed
    from a configuration tells of no person: it names every inside address that there could be.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if reading.layout == COMPUTED:
            continue
        names = _WHOSE if reading.custodians else (*_WHOSE, *_SHORT)
        for batch in reading.batches:
            for name in FAMILIES[batch.family]:
                if name in names:
                    values = pc.unique(batch.rows.column(name).drop_null())
                    if name == "agent":
                        values = values.filter(pc.invert(pc.match_substring(values, "/")))
                    found[name].update(values.to_pylist())
            if "value" in FAMILIES[batch.family] and not reading.custodians:
                facts = pa.table({name: batch.rows.column(name) for name in ("attribute", "value")})
                facts = facts.filter(facts["value"].is_valid())
                for fact in facts.group_by(facts.column_names).aggregate([]).to_pylist():
                    found[f"value of {fact['attribute']}"].add(fact["value"])
    return max(map(len, found.values()), default=0)


def disproportionate(found: int, asked: int) -> bool:
    """Whether a return about `found` people (`found_in`) is out of proportion to `asked` (M50).

    The rule: more than 100, the number from which a demand is bulk, and more than ten times as many as asked.
    """
    return found > BULK and found > DISPROPORTION * asked


class _Verdicts:
    """One verdict a row; the first one put stays."""

    def __init__(self, rows: int) -> None:
        self.codes = np.zeros(rows, np.int8)

    def put(self, where: Mask | bool, code: int) -> None:  # noqa: FBT001 - True stands for every row
        self.codes[(self.codes == _RELEASED) & where] = code

    def seal(self, where: Mask | bool, reason: str) -> None:  # noqa: FBT001 - the same
        self.put(where, _REASONS.index(reason))

    def reasons(self) -> pa.Array:
        return pa.array(_REASONS).take(pa.array(np.maximum(self.codes, 0)))


def _withhold(rows: pa.RecordBatch, where: Mask, reasons: pa.Array, rule: str) -> pa.RecordBatch:
    positions = (
        rows.select(["row", "start", "end", "texts"]).append_column("reason", reasons).filter(pa.array(where))
    )
    return positions.append_column("rule", pa.repeat(rule, positions.num_rows)).cast(WITHHELD)


def _sealed_rows(rows: pa.RecordBatch, verdicts: _Verdicts) -> pa.RecordBatch:
    """The sealed rows as they were read, with their reason: for the filter team's eyes only."""
    whole = rows.drop_columns(["problem"]).append_column("reason", verdicts.reasons())
    return whole.filter(pa.array(verdicts.codes > _RELEASED))


def _release(batch: Batch, window: Window, sealed: list[str], where: Mask, times: Times | None) -> pa.RecordBatch:
    """The released rows; beside withheld ones as copies, since a slice would keep those alive in its buffers."""
    fields = FAMILIES[batch.family]
    names = [name for name, _ in CORE if name != "problem"]
    names += [name for field in fields if field not in sealed for name, _ in columns_of(field)]
    names += [name for name, _ in DERIVED.get(batch.family, ())]
    kept = batch.rows.select(names)
    if not where.all() or kept.nbytes < kept.get_total_buffer_size():
        kept = kept.filter(pa.array(where))
    columns = dict(zip(names, kept.columns, strict=True))
    for field in sealed:
        columns |= {name: pa.nulls(kept.num_rows, kind) for name, kind in columns_of(field)}
    columns["sealed_fields"] = _sealed_fields(batch.rows, sealed, where)
    none = np.zeros(kept.num_rows, np.bool_)
    columns["day_differs"] = pa.array(
        none if times is None else ~times.within(window.utc_start, window.utc_end)[where]
    )
    columns["crosses_window"] = pa.array(none if times is None else times.beyond(window.start, window.end)[where])
    shape = [(field.name, field.type) for field in batch.rows.schema if field.name != "problem"]
    schema = pa.schema([*shape, *VERDICT_COLUMNS])
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def _sealed(batch: Batch, instrument: Instrument) -> list[str]:
    """The fields whose own category lies outside the scope, or is in no list."""
    fields, special = FAMILIES[batch.family], batch.field_categories
    if foreign := special.keys() - set(fields):
        raise AssertionError(f"{batch.family} has no fields {sorted(foreign)}")
    return [name for name in fields if name in special and special[name] not in instrument.scope.categories]


def _places(rows: pa.RecordBatch, sealed: list[str], where: Mask) -> pa.Array:
    """The byte ranges of the sealed fields of the released rows: they are cut out of what is released."""
    kept = rows.select([f"{name}@" for name in sealed]).filter(pa.array(where))
    return pa.concat_arrays([pa.array([], pa.int64()), *(column.flatten() for column in kept.columns)])


def _sealed_fields(rows: pa.RecordBatch, sealed: list[str], where: Mask) -> pa.Array:
    """For each released row the sealed fields that had anything in it."""
    held = np.zeros((int(where.sum()), len(sealed)), np.bool_)
    for index, field in enumerate(sealed):
        for name, _ in columns_of(field):
            held[:, index] |= _valid(rows.column(name))[where]
    offsets = np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(sealed, pa.string()).take(pa.array(np.nonzero(held)[1])))


def _valid(column: pa.Array) -> Mask:
    mask: Mask = column.is_valid().to_numpy(zero_copy_only=False)
    return mask
