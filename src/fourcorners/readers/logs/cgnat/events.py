"""Events of port blocks as rows: given out, or taken back, at an instant."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.instant import STATED
from fourcorners.model.records import schema
from fourcorners.readers.logs.lines import Offsets
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import CATEGORY
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.addresses import read_ports
from fourcorners.readers.table.cells import Column
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import read_times

_TIME = TimeFormat.year_first()

Mask = NDArray[np.bool_]


def rows(extents: Offsets, fields: dict[str, Column], given: Mask, broken: Mask, said: Said) -> pa.RecordBatch:
    """Events as assignments.

    Args:
        extents: row x 2, where each event stands in the member.
        fields: `ip`, `low`, `high`, `inside`, `action`, `server` and `time`, a column over all rows.
        given: which of them give a block out; the others take one back.
        broken: which could not be taken apart.
        said: zone and basis of times that state no zone.
    """
    size = len(extents)
    addresses, beside = read_addresses(fields["ip"].texts)
    low, low_good = read_ports(fields["low"].texts)
    high, high_good = read_ports(fields["high"].texts)
    times = read_times(fields["time"].texts, _TIME, said.zone)
    insides, ports = read_addresses(fields["inside"].texts)
    bad_ip = _mask(addresses.is_null()) | _mask(beside.is_valid())
    broken = broken | _mask(insides.is_null()) | _mask(ports.is_valid())
    bad_port = ~low_good | ~high_good | (low > high)
    problem = np.select([broken, bad_ip, bad_port, ~times.read], [1, 2, 3, 4], 0)
    codes = pa.array([None, "BROKEN_VALUE", "BAD_ADDRESS", "BAD_PORT", "BAD_TIME"], pa.string())
    bases = pa.array([STATED, said.basis, None], pa.string())
    values: dict[str, pa.Array] = {
        "row": pa.array(np.arange(size)),
        "category": pa.repeat(CATEGORY, size),
        "problem": codes.take(pa.array(problem)),
        "start": pa.array(np.ascontiguousarray(extents[:, 0])),
        "end": pa.array(np.ascontiguousarray(extents[:, 1])),
        "texts": pa.array(np.ones(size, np.int32)),
        "ip": pc.if_else(pa.array(bad_ip), pa.scalar(None, pa.string()), addresses),
        "port_low": pa.array(low, mask=bad_port),
        "port_high": pa.array(high, mask=bad_port),
        "precision": pa.array(times.precision, mask=~times.read),
        "zone_basis": bases.take(pa.array(np.where(times.stated, 0, np.where(times.declared, 1, 2)))),
    }
    spelt = (("ip", "ip"), ("port_low", "low"), ("port_high", "high"))
    for name, key in (
        *((f"{name}_text", key) for name, key in spelt),
        ("subscriber", "inside"),
        ("action", "action"),
        ("server", "server"),
    ):
        values[name] = fields[key].values()
        values[f"{name.removesuffix('_text')}@"] = fields[key].ranges(fields[key].present)
    time = fields["time"]
    for name, mine in (("at", given), ("until", ~given)):
        shown = mine & time.present
        values[name] = pa.array(times.ns, mask=~(shown & times.known))
        values[f"{name}_text"] = pc.if_else(pa.array(shown), time.texts, pa.scalar(None, pa.string()))
        values[f"{name}@"] = time.ranges(shown)
    wanted = schema("assignment")
    return pa.RecordBatch.from_arrays(
        [values[each.name] if each.name in values else pa.nulls(size, each.type) for each in wanted], schema=wanted
    )


def numbered(events: pa.RecordBatch, first: int) -> pa.RecordBatch:
    """The rows of a part of a member, counted from the number of the first one."""
    return events.set_column(0, events.schema.field(0), pc.add(events.column("row"), first))


def _mask(array: pa.Array) -> Mask:
    mask: Mask = array.to_numpy(zero_copy_only=False)
    return mask
