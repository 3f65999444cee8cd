"""Numbers that are too large for a time or a length: the row has a problem, and none becomes an earlier time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.instant import SECOND
from fourcorners.model.instant import parse_rfc3339
from fourcorners.readers.logs import dhcpd
from fourcorners.readers.logs import kea
from fourcorners.readers.logs import radius
from fourcorners.readers.logs.log_format import LogFormat
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.parts import joined
from fourcorners.readers.table.zones import parse_zone

_NS = 2**63
_LENGTHS = (2**32 - 1, 2**32, 5_124_096 * 3600, 9_223_372_036, 9_223_372_037, 2**63 // SECOND * 2, 2**64)
_YEARS = (1700, 1970, 2026, 2125, 2126, 2261)
#: A log, and when its first lease begins and ends by exact arithmetic, in seconds.
Written = tuple[str, int, int]


def _legal_log(year: int, length: int) -> Written:
    start = parse_rfc3339(f"{year}-12-31T12:00:00Z").ns // SECOND
    client = "a device with hardware address: hwtype=1 00:00:5e:00:53:aa, client-id: aa:01"
    lasts = f"{length // 3600} hrs {length // 60 % 60} mins {length % 60} secs"
    line = f"{year}-12-31 12:00:00 UTC Address: 192.0.2.7 has been assigned for {lasts} to {client}\n"
    return line + line.replace("2.7", "2.8").replace(lasts, "0 hrs 1 mins 0 secs"), start, start + length


def _leases(year: int, length: int) -> Written:
    start = parse_rfc3339(f"{max(year, 1970)}-12-31T12:00:00Z").ns // SECOND
    header = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname"
    line = f"192.0.2.7,00:00:5e:00:53:01,aa,{length},{start + length},1,1,1,host"
    return f"{header}\n{line}\n", start, start + length


def _early_leases(_year: int, length: int) -> Written:
    text, _, end = _leases(1970, length)
    return text.replace(f",{end},", ",3600,"), 3600 - length, 3600


def _detail(attribute: str, year: int, length: int) -> Written:
    received = parse_rfc3339(f"{max(year, 1970)}-12-31T12:00:00Z").ns // SECOND
    values = {
        "Acct-Status-Type": "Stop",
        "Acct-Session-Id": "s",
        "User-Name": "A",
        "Framed-IP-Address": "192.0.2.7",
    }
    values |= {"NAS-IP-Address": "192.0.2.1", "Timestamp": str(received), "Acct-Session-Time": "60"}
    values[attribute] = str(length)
    end = int(values["Timestamp"]) - int(values.get("Acct-Delay-Time", 0))
    text = "".join(f"\t{name} = {value}\n" for name, value in values.items())
    return f"Wed Mar  4 01:00:00 2026\n{text}\n", end - int(values["Acct-Session-Time"]), end


def _dhcpd(_year: int, length: int) -> Written:
    text = f"lease 192.0.2.7 {{\n  starts epoch 0;\n  ends epoch {length};\n  binding state active;\n}}\n"
    return text, 0, length


_WRITTEN: dict[str, tuple[LogFormat, str, Callable[[int, int], Written]]] = {
    "legal log": (kea.LEGAL_LOG, "client-id", _legal_log),
    "leases": (kea.LEASES, "client_id", _leases),
    "leases of before 1970": (kea.LEASES, "client_id", _early_leases),
    "session time": (radius.DETAIL, "User-Name", lambda y, n: _detail("Acct-Session-Time", y, n)),
    "delay": (radius.DETAIL, "User-Name", lambda y, n: _detail("Acct-Delay-Time", y, n)),
    "timestamp": (radius.DETAIL, "User-Name", lambda y, n: _detail("Timestamp", y, n)),
    "dhcpd": (dhcpd.LEASES, "hardware", _dhcpd),
}


@pytest.mark.parametrize("name", _WRITTEN)
@settings(max_examples=25, deadline=None)
@given(year=st.sampled_from(_YEARS), length=st.sampled_from(_LENGTHS) | st.integers(0, 2**34) | st.integers(0))
@example(year=2026, length=5_124_096 * 3600)
@example(year=2125, length=627_888_705)  # a delay of twenty years, back to the last second of 32 bits
def test_a_log_has_no_time_that_its_numbers_do_not_give(name: str, year: int, length: int) -> None:
    known, subscriber, write = _WRITTEN[name]
    text, start, end = write(year, length)
    reading = joined(known.parts(text.encode(), Said(parse_zone("UTC"), "declared by tester", None, subscriber)))
    row = reading.batches[0].rows.to_pylist()[0]
    if row["problem"] is None:
        assert _start(row) == start * SECOND
        assert start * SECOND >= -_NS
        assert end * SECOND < _NS
        assert (row["held_until"] or row["until"]) in {end * SECOND, None}
    else:
        assert row["problem"] in {"BAD_TIME", "UNKNOWN_TEXT", "BROKEN_VALUE"}
        written = max(end, parse_rfc3339(f"{year}-12-31T12:00:00Z").ns // SECOND)
        assert length > 2**31 or start < 0 or written >= 2**32, "a length that is usual is read"
    [[related]] = known.relate([[reading]], lossy=True)
    row = related.batches[0].rows.to_pylist()[0]
    times = [row[each] for each in ("held_from", "held_until", "lost_until") if row[each] is not None]
    assert times == sorted(times)


def _start(row: dict[str, Any]) -> int | None:
    start: int | None = row["at"] if row["held_from"] is None else row["held_from"]
    return start


def test_a_lease_is_as_long_as_dhcp_can_say_and_no_longer() -> None:
    said = Said(parse_zone("UTC"), "declared by tester", None, "client-id")
    for length, problem in ((2**32 - 1, None), (2**32, "UNKNOWN_TEXT")):
        reading = joined(kea.LEGAL_LOG.parts(_legal_log(2026, length)[0].encode(), said))
        assert reading.batches[0].rows.column("problem").to_pylist() == [problem, None]
