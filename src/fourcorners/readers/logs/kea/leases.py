"""Kea's lease file: CSV by its header, a journal of lease states.

The file has no start: a lease was given or renewed at `expire` less `valid_lifetime`, so the address was held at
least from then. A lifetime of 0 takes a lease back. Columns grow with the version, so they are found by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from mmap import mmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import STATED
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.model.records import schema
from fourcorners.readers import census_kea
from fourcorners.readers.logs.history import Says
from fourcorners.readers.logs.history import related
from fourcorners.readers.logs.kea.cells import read_header
from fourcorners.readers.logs.kea.cells import rows
from fourcorners.readers.logs.kea.durations import LONGEST
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import CATEGORY
from fourcorners.readers.logs.sheet import FIELD_CATEGORIES
from fourcorners.readers.markup import check_text
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.cells import Column
from fourcorners.readers.table.cells import column
from fourcorners.readers.table.split import Lines
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import read_times

Data = bytes | mmap
Mask = NDArray[np.bool_]

_EPOCH = TimeFormat.declared("epoch")
#: Columns of the first version of each file; a table without them is no lease file.
_V4 = frozenset({"address", "hwaddr", "client_id", "valid_lifetime", "expire", "subnet_id"})
_V6 = frozenset({"address", "duid", "valid_lifetime", "expire", "subnet_id", "lease_type", "iaid", "prefix_len"})
_STATES = frozenset("01234")
_GIVEN, _DECLINED, _RECLAIMED = "0", "1", "2"
#: lease_type of a delegated prefix; of a single address.
_PREFIX, _ADDRESS = "2", "0"
_WHOLE = "128"


@dataclass(frozen=True, slots=True)
class Leases:
    """One of the two files.

    Attributes:
        name: as a mapping names it.
        columns: what its header holds at least.
        subscribers: the columns that may name the customer.
        has_prefixes: whether a row may be a delegated prefix.
    """

    name: str
    columns: frozenset[str]
    subscribers: tuple[str, ...]
    has_prefixes: bool
    version: str = "1"
    states_year: bool = True
    #: The server compacts the file and drops what is over.
    lossy: bool = True
    has_ports: bool = False

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the header tells
        """Whether the first line is made of the file's columns."""
        names = head.split(b"\n", 1)[0].strip().split(b",")
        return {name.decode(errors="replace") for name in names} >= self.columns

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every row of a member.

        Raises:
            BadInput: `ENCODING`, `NUL`, `HEADER`, `COLUMNS`, `TRUNCATED`.
        """
        check_text(data)
        header = read_header(data)
        if not self.columns <= set(header):
            raise BadInput(
                "HEADER",
                f"the header lacks {', '.join(sorted(self.columns - set(header)))}",
                where="line 1",
                next_step="give the lease file as the server wrote it, with its header",
            )
        place = {name: number for number, name in enumerate(header)}
        used = ["address", "valid_lifetime", "expire", said.subscriber, *(["state"] if "state" in place else [])]
        used += ["lease_type", "prefix_len"] if self.has_prefixes else []
        others = [number for name, number in place.items() if name not in used]
        head = Reading(
            reader=f"{self.name}/{self.version}",
            layout=f"{len(header)} columns",
            custodians=(),
            batches=(),
            boilerplate=len(header),
            unclassified=tuple(Unclassified(header[number], 0) for number in others),
            labels={"row": 0},
        )
        yield head
        for lines in rows(data, len(header)):
            cells = {name: column(lines, place[name], frozenset()) for name in used}
            size = len(lines.starts)
            holes = np.stack([lines.starts[:, others], lines.ends[:, others]], axis=2) + lines.base
            yield replace(
                head,
                batches=(Batch("assignment", "lease", self._rows(lines, cells, said), FIELD_CATEGORIES),),
                boilerplate=0,
                unclassified=tuple(Unclassified(header[number], size) for number in others),
                labels={"row": size},
                holes=pa.array(holes.ravel().astype(np.int64)),
            )

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:  # noqa: ARG002 - leases state their end
        """When each lease began and ended, as all rows together say."""
        return related(files, says)

    def census(self, data: Data) -> Census:
        """Cells and rows, counted by other means."""
        return census_kea.count(data)

    def _rows(self, lines: Lines, cells: dict[str, Column], said: Said) -> pa.RecordBatch:
        size = len(lines.starts)
        address, expire, customer = cells["address"], cells["expire"], cells[said.subscriber]
        addresses, ports = read_addresses(address.texts)
        bad_address = _mask(addresses.is_null()) | _mask(ports.is_valid())
        if self.has_prefixes:
            addresses, unclear = _with_prefix(addresses, cells["lease_type"], cells["prefix_len"])
            bad_address |= unclear
        until = read_times(expire.texts, _EPOCH, None)
        lifetime = cells["valid_lifetime"].texts
        counted = _mask(pc.match_substring_regex(lifetime, r"\A[0-9]{1,10}\z"))
        seconds = pc.cast(pc.if_else(pa.array(counted), lifetime, "0"), pa.int64()).to_numpy()
        counted &= seconds <= LONGEST
        bad_time = ~until.known | ~counted | (until.ns // SECOND < seconds)
        cut = np.zeros(size, np.bool_)
        cut[-1] = lines.is_cut()
        state = cells.get("state")
        bad_state = np.zeros(size, np.bool_)
        if state is not None:
            bad_state |= ~_mask(pc.is_in(state.texts, pa.array(sorted(_STATES))))
        problem = np.select([cut, bad_address, bad_time, bad_state], [1, 2, 3, 4], 0)
        codes = pa.array([None, "TRUNCATED_ROW", "BAD_ADDRESS", "BAD_TIME", "MISSING_FIELD"], pa.string())
        extents = lines.extents + lines.base
        values: dict[str, pa.Array] = {
            "row": pa.array(np.arange(lines.first, lines.first + size)),
            "category": pa.repeat(CATEGORY, size),
            "problem": codes.take(pa.array(problem)),
            "start": pa.array(np.ascontiguousarray(extents[:, 0])),
            "end": pa.array(np.ascontiguousarray(extents[:, 1])),
            "texts": pa.array(np.full(size, len(cells), np.int32)),
            "ip": pc.if_else(pa.array(bad_address), pa.scalar(None, pa.string()), addresses),
            "ip_text": address.values(),
            "ip@": address.ranges(address.present),
            "until": pa.array(until.ns, mask=bad_time),
            "until_text": expire.values(),
            "until@": expire.ranges(expire.present),
            "precision": pa.array(np.full(size, SECOND)),
            "zone_basis": pa.repeat(STATED, size),
            "subscriber": customer.values(),
            "subscriber@": customer.ranges(customer.present),
            "held_from": pa.array(until.ns - np.where(counted, seconds, 0) * SECOND, mask=bad_time),
        }
        if state is not None:
            values |= {"action": state.values(), "action@": state.ranges(state.present)}
        wanted = schema("assignment")
        return pa.RecordBatch.from_arrays(
            [values[each.name] if each.name in values else pa.nulls(size, each.type) for each in wanted],
            schema=wanted,
        )


def says(state: str, start: int, end: int | None) -> Says:
    """What a row says of its lease; the first version of the file has no state."""
    if state == _DECLINED:
        return Says.SOMEBODY
    if state == _RECLAIMED:
        return Says.OVER
    if state not in {"", _GIVEN} or end == start:
        return Says.OVER_SOMETIME
    return Says.GIVEN


def _with_prefix(addresses: pa.StringArray, kind: Column, length: Column) -> tuple[pa.StringArray, Mask]:
    """Addresses, and prefixes in slash form; and which rows are neither."""
    prefix = _mask(pc.equal(kind.texts, _PREFIX))
    whole = _mask(pc.equal(kind.texts, _ADDRESS)) & _mask(pc.equal(length.texts, _WHOLE))
    joined = pc.binary_join_element_wise(
        addresses.filter(pa.array(prefix)), length.texts.filter(pa.array(prefix)), "/"
    )
    networks, _ = read_addresses(pc.fill_null(joined, ""))
    found = pc.replace_with_mask(addresses, pa.array(prefix), networks)
    return found, ~(prefix | whole) | _mask(found.is_null())


def _mask(array: pa.Array) -> Mask:
    mask: Mask = pc.fill_null(array, False).to_numpy(zero_copy_only=False)
    return mask


LEASES = Leases("kea-leases4", _V4, ("hwaddr", "client_id"), has_prefixes=False)
LEASES6 = Leases("kea-leases6", _V6, ("duid", "hwaddr"), has_prefixes=True)
