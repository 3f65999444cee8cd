"""The lines of a legal log, a row each: who was given which address, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from mmap import mmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.records import schema
from fourcorners.readers.logs.history import INFINITE
from fourcorners.readers.logs.kea.abbreviations import read_named
from fourcorners.readers.logs.kea.device import client_of
from fourcorners.readers.logs.kea.device import identifiers
from fourcorners.readers.logs.kea.durations import read_durations
from fourcorners.readers.logs.lines import Block
from fourcorners.readers.logs.lines import either
from fourcorners.readers.logs.lines import within
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import CATEGORY
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.cells import Column
from fourcorners.readers.table.times import later

Data = bytes | mmap
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

_CLOCK, _ZONE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"(?:[A-Za-z]{2,6}|[+-]\d\d(?:\d\d)?)"
_AT = rf"{_CLOCK} {_ZONE}"
_IP = r"(?P<ip>[0-9A-Fa-f.:]+(?:/\d+)?)"
#: What a client did: was given an address (or renewed it, as older versions say) for a time, or gave it back.
_CLIENT = (
    rf"^{_AT} (?P<kind>Address|Prefix): {_IP} has been (?:(?P<given>assigned|renewed) for "
    r"(?P<until>[0-9a-z ]+) to|(?P<back>released) from) a device with (?P<device>.+)$"
)
#: What the server was told by an administrator, or by its partner.
_COMMAND = (
    rf"^{_AT} (?P<action>(?:Administrator|HA partner) (?:added|updated|deleted)) (?:a lease of|information on the "
    rf"lease of|the lease for) (?P<kind>address|prefix): {_IP}(?: to a device with (?P<device>.+))?$"
)
#: The same, of a lease that is told by its device: the address is not.
_UNNAMED = (
    rf"^{_AT} (?P<action>(?:Administrator|HA partner) deleted) a lease for a device identified by: (?P<device>.+)$"
)
_DATED = rf"^(?P<at>(?P<clock>{_CLOCK}) (?P<zone>{_ZONE}))(?: |-)"
#: A hyphen behind the time: the next line goes on. No default text needs that, so both lines are of another one.
_GOES_ON = rf"^{_AT}-"
#: The address in a line that is not understood otherwise: it may have changed hands then.
_SOMEWHERE = rf"\b(?:Address|Prefix|lease (?:of|for) (?:address|prefix)): {_IP}(?: |$)"
_LINE = re.compile(rb"[^\n]*\S[^\n]*")
_TIME = re.compile(rf"{_AT}(?: |-)".encode())
_CODES = (
    None,
    "TRUNCATED_ROW",
    "UNKNOWN_TEXT",
    "BROKEN_VALUE",
    "MISSING_ADDRESS",
    "BAD_ADDRESS",
    "BAD_TIME",
    "ZONE_DISAGREES",
)
#: Words whose lines the census counts too.
LABELS = (" has been assigned for ", " has been renewed for ", " has been released from ")


@dataclass(frozen=True, slots=True)
class Entries:
    """The lines of a block.

    Attributes:
        rows: assignments, numbered from 0.
        holes: places in them that are in no field, flattened pairs in file order.
        clients: what tells their clients apart, as of `Batch`.
        labels: in how many lines each of `LABELS` stands.
    """

    rows: pa.RecordBatch
    holes: Ints
    clients: pa.StringArray
    labels: dict[str, int]


def entries(block: Block, data: Data, said: Said) -> Entries | None:
    """The lines of a block of `data` that are not blank; None where all are."""
    lines = np.flatnonzero(block.filled())
    if not len(lines):
        return None
    texts = block.texts()
    found = _Found.of(block, texts, lines, said.subscriber)
    found.readable &= ~_continued(block, texts, data)[lines]
    found.is_cut[-1] = block.stops[lines[-1]] == len(block.data) and not block.data.endswith(b"\n")
    found.is_torn[:-1] = ~found.at.present[1:]
    found.is_torn[-1] = _goes_on_undated(data, block.base + len(block.data))
    mine = texts.take(pa.array(lines))
    extents = np.stack([block.starts[lines], block.stops[lines]], axis=1) + block.base
    return Entries(
        _rows(found, extents, said),
        _holes(found, block.base),
        _clients(found.device),
        {label: int(np.count_nonzero(_mask(pc.match_substring(mine, label)))) for label in LABELS},
    )


@dataclass(slots=True)
class _Found:
    """What stands in each line; all columns over the same lines.

    Attributes:
        readable: the line is of the default text.
        is_cut: it has no end.
        is_torn: the next line has no time, and may be the rest of this one.
        is_prefix: it speaks of a delegated prefix.
    """

    readable: Mask
    is_cut: Mask
    is_torn: Mask
    is_prefix: Mask
    clock: Column
    zone: Column
    at: Column
    ip: Column
    action: Column
    until: Column
    device: Column
    customer: Column

    @classmethod
    def of(cls, block: Block, texts: pa.StringArray, lines: Ints, subscriber: str) -> _Found:
        """Take the lines apart; `subscriber` is the identifier that names the customer."""
        by_client, client = block.fields(texts, lines, _CLIENT)
        by_command, command = block.fields(texts, lines, _COMMAND)
        unnamed, other = block.fields(texts, lines, _UNNAMED)
        _, dated = block.fields(texts, lines, _DATED)
        _, somewhere = block.fields(texts, lines, _SOMEWHERE)
        customer, whole = _customers(client["device"], client["ip"], subscriber)
        device = either(either(client["device"], command["device"]), other["device"])
        return cls(
            is_cut=np.zeros(len(lines), np.bool_),
            is_torn=np.zeros(len(lines), np.bool_),
            readable=(by_client & whole) | by_command | unnamed,
            is_prefix=_mask(
                pc.is_in(either(client["kind"], command["kind"]).texts, pa.array(["Prefix", "prefix"]))
            ),
            clock=dated["clock"],
            zone=dated["zone"],
            at=dated["at"],
            ip=either(either(client["ip"], command["ip"]), somewhere["ip"]),
            action=either(either(client["given"], client["back"]), either(command["action"], other["action"])),
            until=client["until"],
            device=device,
            customer=customer,
        )


def _customers(device: Column, ip: Column, subscriber: str) -> tuple[Column, Mask]:
    """The identifier that names each customer, and which of the devices are of the default text."""
    coded = device.texts.dictionary_encode()
    found = [identifiers(text) for text in coded.dictionary.to_pylist()]
    codes = coded.indices.to_numpy()
    places = np.array([(each or {}).get(subscriber, (0, 0)) for each in found], np.int64).reshape(-1, 2)[codes]
    six = np.array([each is not None and "duid" in each for each in found], np.bool_)[codes]
    whole = np.array([each is not None for each in found], np.bool_)[codes]
    whole &= six == _mask(pc.match_substring(ip.texts, ":"))
    return within(device, places[:, 0], places[:, 1]), whole


def _clients(device: Column) -> pa.StringArray:
    coded = device.texts.dictionary_encode()
    return pa.array(map(client_of, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)


def _continued(block: Block, texts: pa.StringArray, data: Data) -> Mask:
    """Which lines go on in the next one, or go on from the one before."""
    goes_on = _mask(pc.match_substring_regex(texts, _GOES_ON))
    before = bytes(data[data.rfind(b"\n", 0, max(block.base - 1, 0)) + 1 : block.base])
    from_before = _mask(pc.match_substring_regex(pa.array([before.decode()]), _GOES_ON))
    after: Mask = np.concatenate([from_before, goes_on[:-1]])
    return goes_on | after


def _goes_on_undated(data: Data, at: int) -> bool:
    """Whether the next line from a place on that is not blank has no time."""
    match = _LINE.search(data, at)
    return match is not None and _TIME.match(match[0]) is None


def _holes(found: _Found, base: int) -> Ints:
    """What is said of a device, less the identifier that names the customer."""
    device, customer = found.device, found.customer
    first = np.where(customer.present, customer.starts, device.ends)
    second = np.where(customer.present, customer.ends, device.ends)
    pairs = np.stack([device.starts, first, second, device.ends], axis=1)[device.present].reshape(-1, 2)
    return (pairs[pairs[:, 0] < pairs[:, 1]] + base).ravel()


def _rows(found: _Found, extents: Ints, said: Said) -> pa.RecordBatch:
    size = len(extents)
    addresses, ports = read_addresses(found.ip.texts)
    bad_ip = _mask(addresses.is_null()) | _mask(ports.is_valid())
    bad_ip |= found.readable & (found.is_prefix != _mask(pc.match_substring(found.ip.texts, "/")))
    times, disagrees = read_named(found.clock.texts, found.zone.texts, said.zone)
    seconds, ends = read_durations(found.until.texts)
    until, fits = later(times.ns, seconds)
    endless = _mask(pc.equal(found.until.texts, INFINITE))
    readable = found.readable & (ends | endless | ~found.until.present)
    bad_time = ~times.read | (times.known & ~fits)
    problems = [found.is_cut, ~readable, found.is_torn, ~found.ip.present, bad_ip, bad_time, disagrees]
    problem = np.select(problems, range(1, len(_CODES)), 0)
    bases = pa.array([said.basis, None], pa.string())
    values: dict[str, pa.Array] = {
        "row": pa.array(np.arange(size)),
        "category": pa.repeat(CATEGORY, size),
        "problem": pa.array(_CODES, pa.string()).take(pa.array(problem)),
        "start": pa.array(np.ascontiguousarray(extents[:, 0])),
        "end": pa.array(np.ascontiguousarray(extents[:, 1])),
        "texts": pa.array(np.ones(size, np.int32)),
        "ip": pc.if_else(pa.array(bad_ip | ~found.ip.present), pa.scalar(None, pa.string()), addresses),
        "at": pa.array(times.ns, mask=~times.known),
        "precision": pa.array(times.precision, mask=~times.read),
        "zone_basis": bases.take(pa.array(np.where(times.declared, 0, 1))),
        "until": pa.array(until, mask=~(times.known & ends & fits)),
    }
    for name, cell in (
        ("ip_text", found.ip),
        ("at_text", found.at),
        ("until_text", found.until),
        ("action", found.action),
        ("subscriber", found.customer),
    ):
        values[name] = cell.values()
        values[f"{name.removesuffix('_text')}@"] = cell.ranges(cell.present)
    wanted = schema("assignment")
    return pa.RecordBatch.from_arrays(
        [values[each.name] if each.name in values else pa.nulls(size, each.type) for each in wanted], schema=wanted
    )


def _mask(array: pa.Array) -> Mask:
    mask: Mask = array.to_numpy(zero_copy_only=False)
    return mask
