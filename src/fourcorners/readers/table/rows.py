"""Cells to records: the columns of a family, with the first problem of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.codes import REJECTIONS
from fourcorners.model.errors import BadInput
from fourcorners.model.identifier import normalise
from fourcorners.model.instant import STATED
from fourcorners.model.records import schema
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.addresses import read_ports
from fourcorners.readers.table.cells import Column
from fourcorners.readers.table.cells import column
from fourcorners.readers.table.cells import join
from fourcorners.readers.table.cells import where
from fourcorners.readers.table.kinds import Kind
from fourcorners.readers.table.split import Lines
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import read_times
from fourcorners.readers.table.zones import Zone

Mask = NDArray[np.bool_]

#: Problems in the order in which they are stated: a row has one, the first of these.
_PROBLEMS = (
    "TRUNCATED_ROW",
    "MISSING_ADDRESS",
    "BAD_ADDRESS",
    "MISSING_TIME",
    "BAD_TIME",
    "BAD_INTERVAL",
    "BAD_PORT",
    "MISSING_FIELD",
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the columns of one table mean, as a mapping or a provider's known table says.

    Attributes:
        shape: what is made of the columns.
        places: meaning -> index of its column.
        time: how a time is written.
        zone: the zone of local times, None while none is known.
        basis: zone basis of every instant that rests on it.
        unknown: texts that mean the same as a blank cell.
        open_end: texts of `end` that mean that the interval goes on.
        joined: field -> indices of the columns that give it together, in file order.
        flaw: the column with the code for which a row cannot be read, where a derived text has one.
    """

    shape: Kind
    places: Mapping[str, int]
    time: TimeFormat
    zone: Zone | None
    basis: str
    unknown: frozenset[str] = frozenset()
    open_end: frozenset[str] = frozenset({""})
    joined: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    flaw: int | None = None

    @property
    def columns(self) -> frozenset[int]:
        """The columns that mean something."""
        flaw = () if self.flaw is None else (self.flaw,)
        return frozenset(self.places.values()).union(flaw, *self.joined.values())


def read_rows(lines: Lines, meaning: Meaning) -> pa.RecordBatch:
    """Whole lines as rows of the family that the columns give.

    Raises:
        BadInput: `NO_TIME`.
    """
    return _Rows(lines, meaning).batch()


class _Rows:
    """The columns of a batch while they are made."""

    def __init__(self, lines: Lines, meaning: Meaning) -> None:
        self.lines, self.meaning, self.shape = lines, meaning, meaning.shape
        self.size = len(lines.starts)
        self.columns: dict[str, pa.Array] = {}
        self.problem = np.full(self.size, len(_PROBLEMS), np.int8)
        self.cut = np.zeros(self.size, np.bool_)
        self.cut[-1] = lines.is_cut()
        self.mark("TRUNCATED_ROW", self.cut)
        self.flaws = self._flaws()
        self.spoilt = self.cut | self.flaws.is_valid().to_numpy(zero_copy_only=False)

    def _flaws(self) -> pa.StringArray:
        """The problems that a derived text states itself."""
        if self.meaning.flaw is None:
            return pa.nulls(self.size, pa.string())
        stated = self.column(self.meaning.flaw).values()
        known = pc.or_kleene(stated.is_null(), pc.is_in(stated, pa.array(sorted(REJECTIONS), pa.string())))
        return pc.if_else(known, stated, "AMBIGUOUS_ROW")

    def batch(self) -> pa.RecordBatch:
        cells = {key: self.column(place) for key, place in self.meaning.places.items()}
        endpoint = self.address(cells["ip"], "port" in cells or "port_low" in cells) if "ip" in cells else None
        self.times(cells.get("at", cells.get("start")), cells.get("end"))
        self.ports(cells, endpoint)
        for key in cells.keys() - TYPED:
            self.plain(key, cells[key])
        for key, places in self.meaning.joined.items():
            self.columns[key], self.columns[key + "@"] = join([self.column(place) for place in places])
        for key in self.shape.required:
            if key not in TYPED and key not in self.shape.may_be_blank:
                self.mark("MISSING_FIELD", ~cells[key].present)
        if self.shape.family == "assignment":  # a row of a table is its own whole statement
            until = self.columns["until"]
            decided = pc.or_(until.is_valid(), self.columns["until_text"].is_null())
            held_from = pc.if_else(decided, self.columns["at"], pa.scalar(None, pa.int64()))
            self.columns |= {"held_from": held_from, "held_until": until}
        self.core(len(self.meaning.columns))
        wanted = schema(self.shape.family)
        arrays = [self.columns.get(field.name, pa.nulls(self.size, field.type)) for field in wanted]
        return pa.RecordBatch.from_arrays(arrays, schema=wanted)

    def column(self, place: int) -> Column:
        return column(self.lines, place, self.meaning.unknown)

    def mark(self, code: str, rows: Mask) -> None:
        """State a problem of some rows, unless they have one that comes before it."""
        if rows.any():
            self.problem[rows] = np.minimum(self.problem[rows], _PROBLEMS.index(code))

    def core(self, texts: int) -> None:
        extents = self.lines.extents + self.lines.base
        self.columns["row"] = pa.array(np.arange(self.lines.first, self.lines.first + self.size))
        self.columns["category"] = pa.repeat(self.shape.category, self.size)
        found = pa.array([*_PROBLEMS, None], pa.string()).take(pa.array(self.problem))
        self.columns["problem"] = pc.coalesce(self.flaws, found)
        self.columns["start"] = pa.array(np.ascontiguousarray(extents[:, 0]))
        self.columns["end"] = pa.array(np.ascontiguousarray(extents[:, 1]))
        self.columns["texts"] = pa.array(np.full(self.size, texts, np.int32))

    def plain(self, field: str, cell: Column) -> None:
        """A field that is kept as written; an account also in its normalised form."""
        values = cell.values()
        self.columns[field] = values
        if field == "account":
            self.columns["account_text"] = values
            distinct = values.dictionary_encode()
            names = [normalise(text) for text in distinct.dictionary.to_pylist()]
            self.columns[field] = pa.array(names, pa.string()).take(distinct.indices)
        self.columns[field + "@"] = cell.ranges(cell.present)

    def address(self, cell: Column, has_ports: bool) -> Column:  # noqa: FBT001 - the fact that decides
        """The address; gives the ports that stand beside it in the same cell, as a column of their own."""
        addresses, ports = read_addresses(cell.texts)
        if "ip" in self.shape.required:
            self.mark("MISSING_ADDRESS", ~cell.present)
        beside = ports.is_valid().to_numpy(zero_copy_only=False)
        good = addresses.is_valid().to_numpy(zero_copy_only=False) & cell.present
        if has_ports:
            good &= ~beside  # two ports for one address: neither is taken
        if self.shape.family != "assignment":  # a network is nobody's address
            good &= ~pc.match_substring(_or_blank(addresses, good), "/").to_numpy(zero_copy_only=False)
        self.mark("BAD_ADDRESS", cell.present & ~good)
        self.columns["ip"] = where(addresses, good)
        self.columns["ip_text"] = cell.values()
        self.columns["ip@"] = cell.ranges(cell.present)
        port_texts = pc.replace_substring_regex(_or_blank(cell.texts, beside), r"\A.*[:\]]", "")
        starts = cell.ends - pc.binary_length(port_texts).to_numpy()
        return Column(port_texts, beside, starts, cell.ends, self.lines, cell.index)

    def ports(self, cells: Mapping[str, Column], beside: Column | None) -> None:
        """A port; of an assignment, its block of ports, in which 0 is a bound like any other."""
        single = cells.get("port", beside)
        if self.shape.family != "assignment":
            if single is not None:
                numbers, known = self.port("port", single)
                self.columns["port"] = pa.array(numbers, mask=~known | (numbers == 0))
            return
        low, low_known = self.port("port_low", cells.get("port_low", single))
        high, high_known = self.port("port_high", cells.get("port_high", single))
        none = (low == 0) & (high == 0)
        self.mark("MISSING_FIELD", low_known != high_known)
        self.mark("BAD_INTERVAL", low_known & high_known & (low > high))
        self.columns["port_low"] = pa.array(low, mask=~low_known | none)
        self.columns["port_high"] = pa.array(high, mask=~high_known | none)

    def port(self, field: str, cell: Column | None) -> tuple[NDArray[np.int32], Mask]:
        """The numbers of one port column, 0 where there is none, and which rows have one."""
        if cell is None:
            return np.zeros(self.size, np.int32), np.zeros(self.size, np.bool_)
        numbers, good = read_ports(cell.texts)
        self.mark("BAD_PORT", cell.present & ~good)
        self.columns[field + "_text"] = cell.values()
        self.columns[field + "@"] = cell.ranges(cell.present)
        known = cell.present & good
        return np.where(known, numbers, 0), known

    def times(self, start: Column | None, end: Column | None) -> None:
        """The instant or the interval: `at`, and `until` where the row ends."""
        if start is None:
            return
        self.mark("MISSING_TIME", ~start.present)
        at = self.time("at", start, start.present)
        self.columns["precision"] = pa.array(at.precision, mask=~at.read)
        basis = np.where(at.stated, 0, np.where(at.declared, 1, 2))
        bases = pa.array([STATED, self.meaning.basis, None], pa.string())
        self.columns["zone_basis"] = bases.take(pa.array(basis))
        if end is None:
            return
        open_end = self.meaning.open_end
        is_open = pc.is_in(end.texts, pa.array(sorted(open_end), pa.string())).to_numpy(zero_copy_only=False)
        self.mark("MISSING_TIME", ~end.present & ~is_open)
        until = self.time("until", end, end.present & ~is_open)
        self.mark("BAD_INTERVAL", at.known & until.known & (until.ns < at.ns))

    def time(self, field: str, cell: Column, given: Mask) -> Times:
        """One column of times; rows without one are neither read nor known.

        Raises:
            BadInput: `NO_TIME` for a text whose order only a declared format can settle.
        """
        how = self.meaning.time
        texts = cell.texts if given.all() else cell.texts.filter(pa.array(given))
        times = read_times(texts, how, self.meaning.zone).spread(given)
        bad = given & ~times.read
        self.mark("BAD_TIME", bad)
        bad &= ~self.spoilt  # the order of half a time says nothing about the table
        for row in np.flatnonzero(bad).tolist():
            if how.leaves_open(cell.texts[row].as_py()):
                raise BadInput(
                    "NO_TIME",
                    "a time is not year-first, and the mapping declares no format",
                    where=f"byte {self.lines.base + int(cell.starts[row])}",
                    why="the order of day and month, or the unit of a number, would have to be guessed",
                    next_step='declare [time] format in the mapping, such as "%d/%m/%Y %H:%M:%S" or "epoch"',
                )
        self.columns[field] = pa.array(times.ns, mask=~times.known)
        self.columns[field + "_text"] = where(cell.texts, given)
        self.columns[field + "@"] = cell.ranges(given)
        return times


#: Meanings whose texts have a shape.
TYPED = frozenset({"ip", "port", "port_low", "port_high", "at", "start", "end"})


def _or_blank(array: pa.Array, keep: Mask) -> pa.Array:
    return pc.if_else(pa.array(keep), array, "")
