"""Rows that are found value by value, as the columns of their family.

A reader of text gathers what each row says: field, text and place. Here the texts become addresses, ports,
instants and accounts, a column at a time, and a row that cannot be one gets its problem.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.identifier import normalise
from fourcorners.model.instant import FILE
from fourcorners.model.instant import STATED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import CORE
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import schema
from fourcorners.model.records import text_column
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.addresses import read_ports
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import read_times
from fourcorners.readers.table.zones import Zone
from fourcorners.readers.table.zones import parse_zone

ROWS = 65_536

#: What is said of a field that a row must have and has not, and of one whose text has not its shape.
_MISSING = {"ip": "MISSING_ADDRESS", "at": "MISSING_TIME", "until": "MISSING_TIME"}
_BAD = {"ip": "BAD_ADDRESS", "port": "BAD_PORT", "at": "BAD_TIME", "until": "BAD_TIME"}
_TIMES = ("at", "until")


class Value(NamedTuple):
    """A value as written, and where: byte ranges, flattened pairs."""

    text: str
    ranges: Sequence[int]


@dataclass(frozen=True, slots=True)
class Clock:
    """How a format writes its times, and the zone of those that state none.

    Attributes:
        how: the format.
        zone: of local times; None while nobody says it.
        basis: who says it, for `zone_basis`.
    """

    how: TimeFormat
    zone: Zone | None = None
    basis: str | None = None

    @classmethod
    def of_file(cls, how: TimeFormat, zone: str) -> Clock:
        """Times whose zone the file states once."""
        return cls(how, parse_zone(zone), FILE)

    @classmethod
    def declared(cls, how: TimeFormat, declaration: ZoneDeclaration | None) -> Clock:
        """Times whose zone only a person can say, where they do not state it themselves."""
        if declaration is None:
            return cls(how)
        return cls(how, parse_zone(declaration.zone), declaration.basis)

    def read(self, texts: pa.StringArray) -> Times:
        """Every text of a column (no nulls) as an instant."""
        return read_times(texts, self.how, self.zone)

    def reads(self, text: str) -> bool:
        """Whether a text is a time of the format."""
        return bool(self.read(pa.array([text])).read.all())


class Gathered:
    """The rows of one family in one section.

    Args:
        family: key of `records.FAMILIES`.
        section: as the format names it.
        clock: how times are written.
        required: fields without which a row says nothing.
        field_categories: as `Batch.field_categories`.
    """

    def __init__(
        self,
        family: str,
        section: str,
        clock: Clock,
        *,
        required: tuple[str, ...] = (),
        field_categories: Mapping[str, str | None] | None = None,
    ) -> None:
        self._family, self._section, self._clock, self._required = family, section, clock, required
        self._field_categories = dict(field_categories or {})
        self._done: list[Batch] = []
        self._begin()

    def _begin(self) -> None:
        self._core = array("q")
        self._categories: list[str | None] = []
        self._problems: list[str | None] = []
        self._texts: dict[str, list[str | None]] = {name: [] for name in FAMILIES[self._family]}
        self._ranges: dict[str, list[Sequence[int] | None]] = {name: [] for name in FAMILIES[self._family]}

    def add(
        self,
        core: tuple[int, int, int, int],
        category: str | None,
        values: Mapping[str, Value],
        problem: str | None = None,
    ) -> None:
        """Add a row: its ordinal, start, end and number of texts; its category; field -> value; its problem."""
        self._core.extend(core)
        self._categories.append(category)
        self._problems.append(problem)
        for name, texts in self._texts.items():
            value = values.get(name)
            texts.append(value.text if value else None)
            self._ranges[name].append(value.ranges if value else None)
        if len(self._problems) == ROWS:
            self._close()

    def batches(self) -> Iterator[Batch]:
        """All rows, in the order in which they were added."""
        self._close()
        yield from self._done

    def _close(self) -> None:
        if not self._problems:
            return
        columns: dict[str, pa.Array] = {}
        for name, texts in self._texts.items():
            columns[text_column(name)] = pa.array(texts, pa.string())
            columns[f"{name}@"] = pa.array(self._ranges[name], pa.list_(pa.int64()))
        for name in self._required:
            self._mark(columns[text_column(name)].is_null(), _MISSING.get(name, "MISSING_FIELD"))
        if "account" in self._texts:
            columns["account"] = pa.array(_normalised(self._texts["account"]), pa.string())
        if "ip" in self._texts:
            columns |= self._endpoints(columns)
        if "at" in self._texts:
            columns |= self._instants(columns)
        figures = np.frombuffer(self._core, np.int64).reshape(-1, 4).T
        types = dict(CORE)
        for name, numbers in zip(("row", "start", "end", "texts"), figures, strict=True):
            columns[name] = pa.array(numbers).cast(types[name])
        columns["category"] = pa.array(self._categories, pa.string())
        columns["problem"] = pa.array(self._problems, pa.string())
        wanted, size = schema(self._family), len(self._problems)
        arrays = [columns.get(field.name, pa.nulls(size, field.type)) for field in wanted]
        rows = pa.RecordBatch.from_arrays(arrays, schema=wanted)
        self._done.append(Batch(self._family, self._section, rows, self._field_categories))
        self._begin()

    def _mark(self, rows: pa.Array, code: str) -> None:
        """State a problem of some rows, unless they have one already."""
        for row in np.flatnonzero(rows.to_numpy(zero_copy_only=False)).tolist():
            if self._problems[row] is None:
                self._problems[row] = code

    def _endpoints(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Addresses; ports from a field of their own, or beside the address where it stands as one piece."""
        written = columns["ip_text"]
        addresses, beside = read_addresses(pc.fill_null(written, ""))
        # a network is nobody's address
        addresses = pc.if_else(pc.match_substring(addresses, "/"), pa.scalar(None, pa.string()), addresses)
        self._mark(pc.and_(written.is_valid(), addresses.is_null()), _BAD["ip"])
        found = {"ip": addresses}
        if "port" not in self._texts:
            self._mark(beside.is_valid(), _BAD["ip"])
            return found
        digits = _digits_beside(written)
        ranges = self._ranges["port"]
        texts = list(self._texts["port"])
        for row in np.flatnonzero(digits.is_valid().to_numpy(zero_copy_only=False)).tolist():
            where = self._ranges["ip"][row]
            start, end = (where or ())[-2:]
            if texts[row] is not None or end - start != len(self._texts["ip"][row] or ""):
                self._problems[row] = self._problems[row] or _BAD["port"]  # two ports, or one that is not in place
                continue
            texts[row] = digits[row].as_py()
            ranges[row] = [end - len(digits[row].as_py()), end]
        ports = pa.array(texts, pa.string())
        numbers, good = read_ports(pc.fill_null(ports, "0"))
        self._mark(pa.array(~good), _BAD["port"])
        found["port"] = pa.array(numbers, mask=~good | (numbers == 0))
        found["port_text"], found["port@"] = ports, pa.array(ranges, pa.list_(pa.int64()))
        return found

    def _instants(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Instants; of two in a row, both rest on the same basis or the row is not read."""
        found: dict[str, pa.Array] = {}
        read: dict[str, Times] = {}
        for name in (name for name in _TIMES if name in self._texts):
            written = columns[f"{name}_text"]
            given = written.is_valid().to_numpy(zero_copy_only=False)
            times = read[name] = self._clock.read(written.drop_null()).spread(given)
            self._mark(pa.array(given & ~times.read), _BAD[name])
            found[name] = pa.array(times.ns, mask=~(given & times.known))
        at = read["at"]
        given = columns["at_text"].is_valid().to_numpy(zero_copy_only=False)
        found["precision"] = pa.array(at.precision, mask=~(given & at.read))
        basis = np.where(given & at.stated, 0, np.where(given & at.declared, 1, 2))
        found["zone_basis"] = pa.array([STATED, self._clock.basis, None], pa.string()).take(pa.array(basis))
        if "until" in read:
            until = read["until"]
            both = given & columns["until_text"].is_valid().to_numpy(zero_copy_only=False)
            self._mark(pa.array(both & at.read & until.read & (at.stated != until.stated)), _BAD["until"])
            self._mark(pa.array(both & at.known & until.known & (until.ns < at.ns)), "BAD_INTERVAL")
        return found


def _normalised(texts: Sequence[str | None]) -> list[str | None]:
    known = {text: normalise(text) or None for text in set(texts) if text is not None}
    return [None if text is None else known[text] for text in texts]


def _digits_beside(endpoints: pa.StringArray) -> pa.StringArray:
    """The digits of a port behind an address, null where there is none."""
    found = pc.extract_regex(endpoints, r"(?:^[0-9.]+|\]):(?P<port>[0-9]{1,5})$")
    return pc.struct_field(found, "port")
