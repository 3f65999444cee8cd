"""Names of networks, from a dated table: where the addresses of a case belong as of that table's day."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fourcorners.attribution.networks import NetworkTable
from fourcorners.attribution.networks import default_path
from fourcorners.report.contents import NetworkLine
from fourcorners.report.contents import NetworkNaming

#: What stands in the table's place where this installation has none.
NO_TABLE = NetworkNaming("no network table is installed", "", "", ())


def name(ips: Iterable[str], path: Path | None) -> NetworkNaming:
    """The networks of addresses.

    Args:
        ips: canonical addresses.
        path: a dated table; None for the one of this installation, if there is one.

    Raises:
        BadInput: `NETWORK_TABLE`, if a table that was named cannot be read.
    """
    if path is None and not default_path().is_file():
        return NO_TABLE
    table = NetworkTable.load(path or default_path())
    wanted = sorted(set(ips))
    return NetworkNaming(
        table.source,
        table.date,
        table.notice,
        tuple(
            NetworkLine(ip, f"AS{found.asn}", found.org, found.country)
            for ip, found in zip(wanted, table.name(wanted), strict=True)
            if found is not None
        ),
    )
