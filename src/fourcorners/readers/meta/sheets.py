"""Rows as columns: values are gathered in lists, and become Arrow batches of at most `ROWS` rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fourcorners.model.address import parse_port
from fourcorners.model.identifier import normalise
from fourcorners.model.instant import SECOND
from fourcorners.model.records import CORE
from fourcorners.model.records import Batch
from fourcorners.model.records import schema
from fourcorners.readers.meta.fields import Value
from fourcorners.readers.meta.shown_labels import shown
from fourcorners.readers.meta.values import Times
from fourcorners.readers.meta.values import read_endpoint
from fourcorners.readers.meta.vocabulary import FIELD_CATEGORIES

ROWS = 16_384

#: What each kind of row gathers; the other fields of its family are derived from these, or the account's.
_GATHERED: dict[str, tuple[str, ...]] = {
    "login": ("ip", "port", "at", "action", "agent"),
    "call": ("ip", "port", "at", "action", "from", "to"),
    "subscriber": ("attribute", "value"),
    "negative": ("attribute", "value"),
    "capture": (),
}
_CORE = ("row", "start", "end", "texts")
#: The code of a field whose value has not the field's shape.
FLAWS = {"ip": "BAD_ADDRESS", "at": "BAD_TIME", "port": "BAD_PORT"}


class Account:
    """The account of a member: normalised, as written, and where."""

    def __init__(self, text: str | None = None, ranges: Sequence[int] = ()) -> None:
        self.text = text
        self.value = None if text is None else normalise(text)
        self.ranges = list(ranges)


class Column:
    """One field of many rows.

    Attributes:
        texts: the values as written, None where a row lacks the field.
        flat: their byte ranges, flattened pairs, one row after another.
        ends: where each row's ranges end in `flat`, after a leading 0.
    """

    __slots__ = ("ends", "flat", "texts")

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.flat = array("q")
        self.ends = array("i", [0])

    def add(self, text: str | None, ranges: Sequence[int] = ()) -> None:
        """Add a row's value."""
        self.texts.append(text)
        self.flat.extend(ranges)
        self.ends.append(len(self.flat))

    def ranges_of(self, row: int) -> list[int]:
        """Where a row's value stands, flattened pairs."""
        return self.flat[self.ends[row] : self.ends[row + 1]].tolist()

    def arrays(self) -> tuple[pa.Array, pa.Array]:
        """The texts and their ranges."""
        texts = pa.array(self.texts, pa.string())
        flat = pa.array(np.frombuffer(self.flat, np.int64))
        ends = pa.array(np.frombuffer(self.ends, np.int32))
        return texts, pa.ListArray.from_arrays(ends, flat, mask=texts.is_null())


class Sheet:
    """The rows of one family in one section."""

    def __init__(self, family: str, section: str, category: str | None, times: Times, *, markup: bool) -> None:
        self.family = family
        self.section = section
        self.category = category
        self.unowned: list[int] = []  # byte ranges of values that turned out to belong to no field
        self._times = times
        self._markup = markup
        self._done: list[dict[str, pa.Array]] = []
        self._begin()

    def _begin(self) -> None:
        self._core = array("q")
        self._problems: list[str | None] = []
        self._columns = {name: Column() for name in _GATHERED[self.family]}

    def add(
        self,
        core: tuple[int, int, int, int],
        values: Mapping[str, Value],
        problem: str | None = None,
    ) -> None:
        """Add a row: its ordinal, start, end and number of texts; field -> value; what is wrong with it."""
        self._core.extend(core)
        self._problems.append(problem)
        for name, column in self._columns.items():
            value = values.get(name)
            if value is None:
                column.texts.append(None)
            else:
                column.texts.append(value.text(markup=self._markup))
                column.flat.extend(value.ranges)
            column.ends.append(len(column.flat))
        if len(self._problems) == ROWS:
            self._close()

    def batches(self, account: Account) -> Iterator[Batch]:
        """All rows, with the member's account."""
        self._close()
        wanted = schema(self.family)
        for done in self._done:
            size = len(done["row"])
            columns = done | (self._parties(done, account) if "from" in done else {})
            known = account.text is not None
            columns |= {
                "category": pa.repeat(pa.scalar(self.category, pa.string()), size),
                "account": pa.repeat(pa.scalar(account.value, pa.string()), size),
                "account_text": pa.repeat(pa.scalar(account.text, pa.string()), size),
                "account@": pa.repeat(pa.scalar(account.ranges if known else None, pa.list_(pa.int64())), size),
            }
            arrays = [columns[f.name] if f.name in columns else pa.nulls(size, f.type) for f in wanted]
            rows = pa.RecordBatch.from_arrays(arrays, schema=wanted)
            yield Batch(self.family, shown(self.section), rows, FIELD_CATEGORIES.get(self.family, {}))

    def _close(self) -> None:
        """Turn the rows gathered so far into arrays."""
        if not self._problems:
            return
        done: dict[str, pa.Array] = {}
        for name, column in self._columns.items():
            shown = f"{name}_text" if name in FLAWS else name
            done[shown], done[f"{name}@"] = column.arrays()
        if "at" in self._columns:
            done |= self._read_endpoints()
            done |= self._read_times()
        types = dict(CORE)
        figures = np.frombuffer(self._core, np.int64).reshape(-1, len(_CORE)).T
        done |= {name: pa.array(figures[at]).cast(types[name]) for at, name in enumerate(_CORE)}
        done["problem"] = pa.array(self._problems, pa.string())
        self._done.append(done)
        self._begin()

    def _flaw(self, row: int, name: str) -> None:
        """Record the first problem of a row: a value without its field's shape."""
        if self._problems[row] is None:
            broken = len(self._columns[name].ranges_of(row)) > 2  # noqa: PLR2004 - one pair
            self._problems[row] = "BROKEN_VALUE" if broken else FLAWS[name]

    def _read_endpoints(self) -> dict[str, pa.Array]:
        """Addresses, and ports from the endpoint or from a field of their own; two that differ are a problem."""
        addresses: list[str | None] = []
        ports: list[int | None] = []
        endpoints, own, port_column = self._columns["ip"], self._columns["port"], Column()
        for row, (text, written) in enumerate(zip(endpoints.texts, own.texts, strict=True)):
            address, port, digits = None, None, ""
            if text is not None:
                try:
                    address, port, digits = read_endpoint(text)
                except ValueError:
                    self._flaw(row, "ip")
            if written is not None:
                try:
                    named = parse_port(written)
                except ValueError:
                    self._flaw(row, "port")
                else:
                    if digits and named != port:
                        self._flaw(row, "port")
                    port = named
                port_column.add(written, own.ranges_of(row))
            elif digits:
                port_column.add(digits, _tail(endpoints.ranges_of(row), len(digits)))
            else:
                port_column.add(None)
            addresses.append(address)
            ports.append(port)
        texts, ranges = port_column.arrays()
        return {
            "ip": pa.array(addresses, pa.string()),
            "port": pa.array(ports, pa.int32()),
            "port_text": texts,
            "port@": ranges,
        }

    def _read_times(self) -> dict[str, pa.Array]:
        instants: list[int | None] = []
        bases: list[str | None] = []
        precisions: list[int | None] = []
        read = self._times.read
        for row, text in enumerate(self._columns["at"].texts):
            ns, basis, precision = None, None, None
            if text is not None:
                try:
                    ns, basis = read(text)
                    precision = SECOND
                except ValueError:
                    self._flaw(row, "at")
            instants.append(ns)
            bases.append(basis)
            precisions.append(precision)
        return {
            "at": pa.array(instants, pa.int64()),
            "zone_basis": pa.array(bases, pa.string()),
            "precision": pa.array(precisions, pa.int64()),
        }

    def _parties(self, columns: dict[str, pa.Array], account: Account) -> dict[str, pa.Array]:
        """The other side of each call: of two names, the one that is not the account."""
        party = Column()
        sides = [(columns[name].to_pylist(), columns[f"{name}@"].to_pylist()) for name in ("from", "to")]
        for row in range(len(columns["row"])):
            named = [(texts[row], ranges[row]) for texts, ranges in sides if texts[row] is not None]
            others = [each for each in named if normalise(each[0]) != account.value]
            if len(others) == 1:
                party.add(*others[0])
                continue
            party.add(None)
            for _, ranges in others:
                self.unowned += ranges
        texts, ranges = party.arrays()
        return {"party": texts, "party@": ranges}


def _tail(ranges: list[int], length: int) -> list[int]:
    """The last bytes of a value, of one byte a character, as ranges."""
    start, end = ranges[-2:]
    if end - start >= length:
        return [end - length, end]
    return [*_tail(ranges[:-2], length - (end - start)), start, end]
