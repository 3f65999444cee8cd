"""A whole case folder: the provider's return, the carriers' returns, their instruments, and the truth.

truth.json  networks.parquet
provider/   order.toml  order.pdf  return.zip
cable/      order.toml  order.txt  table.csv  mapping.toml  certificate.txt
mobile/ fibre/ wholesale/                     as cable; the table is CSV, XLSX or Parquet by the seed
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.samples import carrier as logs
from fourcorners.samples import cgnat
from fourcorners.samples import kea
from fourcorners.samples import kea_legal
from fourcorners.samples import leases
from fourcorners.samples import nat_configuration
from fourcorners.samples import networks
from fourcorners.samples import orders
from fourcorners.samples import production as produced
from fourcorners.samples import provider
from fourcorners.samples import radius
from fourcorners.samples import table
from fourcorners.samples import truth
from fourcorners.samples import world as worlds
from fourcorners.samples.provider import Form
from fourcorners.samples.values import Assignment
from fourcorners.samples.values import Carrier
from fourcorners.samples.values import Login
from fourcorners.samples.values import dice
from fourcorners.samples.world import World

#: Below, not every outcome would occur.
MIN_ROWS = 60

#: How a carrier's log may be written. A server that keeps leases cannot give one address out twice at once, so the
#: carrier whose log contradicts itself has none of those.
_TABLES = ("csv", "csv", "xlsx", "parquet")
_LOGS = {
    "wholesale": ("leases", "kea", "detail"),
    "fibre": ("leases", "kea", "detail", "legal"),
    "cable": ("detail", "detail", "detail"),
    "mobile": ("juniper", "juniper", "cisco", "cisco", "junos", "junos"),
}
#: The suffix of a configuration from which the carrier's port blocks follow.
CONFIGURATION = "junos"
#: What a log calls a subscriber, where not by his number.
_NAMES = {"juniper": cgnat.inside, "cisco": cgnat.inside, "legal": kea_legal.identifier}
_WRITERS = {
    ".leases": leases,
    ".kea": kea,
    ".legal": kea_legal,
    ".detail": radius,
    ".juniper": cgnat,
    ".cisco": cgnat,
    f".{CONFIGURATION}": nat_configuration,
}


def case(
    seed: int, out_dir: Path, rows: int, form: Form | None = None, logs_as: Mapping[str, str] | None = None
) -> Path:
    """Write a case folder and give the path of its truth.

    Args:
        seed: the same seed gives the same bytes.
        out_dir: must not exist, or be empty.
        rows: rows of the target's list of logins, at least `MIN_ROWS`.
        form: of the provider's return; by the seed if not given.
        logs_as: carrier -> suffix of its table or log; by the seed for those that are not given.

    Raises:
        UsageError: too few rows, or too many for a PDF.
        BadInput: `OUTPUT`, the folder is not empty.
    """
    if rows < MIN_ROWS:
        raise UsageError("USAGE", f"a case needs at least {MIN_ROWS} rows", next_step=f"give --rows {MIN_ROWS}")
    if out_dir.exists() and any(out_dir.iterdir()):
        raise BadInput("OUTPUT", "the folder is not empty", where=str(out_dir), next_step="name a new folder")
    form = form or provider.form_of(seed)
    world = worlds.build(seed)
    suffixes = {key: _suffix(world, carrier) for key, carrier in world.carriers.items()} | dict(logs_as or {})
    if suffixes["mobile"] == CONFIGURATION:
        world = worlds.build(seed, fixed_blocks=True)
    folder = out_dir / "provider"
    folder.mkdir(parents=True)
    logins, members = provider.write(world, form, rows, folder / "return.zip")
    order = folder / "order.toml"
    orders.write(orders.provider_order(world, form.service), order, folder / "order.pdf")
    returns = [
        truth.return_truth(
            out_dir, folder / "return.zip", order, members, withheld_fields=produced.WITHHELD_FIELDS
        )
    ]
    released = [login for login in logins if world.window.holds(login.at)]
    returns += [
        _carrier_return(world, carrier, released, out_dir, suffixes[key])
        for key, carrier in world.carriers.items()
    ]
    networks.write(out_dir / "networks.parquet")
    path = out_dir / "truth.json"
    canaries = (*produced.CANARIES, *table.CANARIES, *cgnat.CANARIES, *nat_configuration.CANARIES)
    truth.write(path, seed, returns, _outcomes(world, released, suffixes), canaries)
    return path


def _outcomes(world: World, released: Sequence[Login], suffixes: Mapping[str, str]) -> list[list[Any]]:
    """What must be answered; a log may know its customers by other names, a configuration by where they stand."""
    called = {
        row.subscriber: name(row.subscriber)
        for key, suffix in suffixes.items()
        if (name := _NAMES.get(suffix))
        for row in world.carriers[key].assignments
    }
    computed = [world.carriers[key] for key, suffix in suffixes.items() if suffix == CONFIGURATION]
    outcomes = []
    for ip, port, at, outcome, count, subscriber in truth.outcomes(released):
        whose = called.get(subscriber, subscriber)
        for carrier in computed:
            if subscriber is not None and ip in carrier.addresses:
                whose = nat_configuration.inside(world, carrier, ip, port)
        outcomes.append([ip, port, at, outcome, count, whose])
    return outcomes


def _suffix(world: World, carrier: Carrier) -> str:
    return dice(world.seed, f"form/{carrier.key}").choice((*_TABLES, *_LOGS.get(carrier.key, ())))


def _carrier_return(
    world: World, carrier: Carrier, released: Sequence[Login], out_dir: Path, suffix: str
) -> dict[str, Any]:
    """One carrier's folder: its instrument names the addresses of the provider's released records."""
    named = carrier.addresses - carrier.unasked
    scope = logs.asked(world, carrier, {(login.ip, login.port) for login in released if login.ip in named})
    folder = out_dir / carrier.key
    folder.mkdir()
    return write_carrier(world, carrier, scope, folder / f"table.{suffix}", out_dir)


def write_carrier(
    world: World,
    carrier: Carrier,
    scope: logs.Asked,
    path: Path,
    truth_folder: Path,
    *,
    rows: int = 0,
    prefix: str = "",
) -> dict[str, Any]:
    """A carrier's table or log with order, mapping and certificate beside it; the truth about it.

    Args:
        world: the truth.
        carrier: whose table.
        scope: what its instrument asks.
        path: of the table, or of the log; its suffix says of which kind.
        truth_folder: to which the truth's paths are relative.
        rows: how many rows the table has, 0 for what the world holds.
        prefix: of the names of the files beside.
    """
    beside = {name: path.with_name(prefix + name) for name in ("order.toml", "order.txt", "mapping.toml")}
    certificate = path.with_name(f"{prefix}certificate.txt")
    orders.write(orders.carrier_order(world, carrier, scope), beside["order.toml"], beside["order.txt"])
    certificate.write_text(table.certificate_text(carrier), encoding="utf-8")
    made = logs.table_rows(world, carrier, scope, rows)
    if log := _WRITERS.get(path.suffix):
        mapping = log.mapping_text(carrier, certificate.name, path)
        told = log.write(world, carrier, scope, [row for row in made if row.problem is None], path)
    else:
        if path.suffix == ".pdf":
            made = [_with_address(row) for row in made]
        mapping = table.mapping_text(world, carrier, certificate.name)
        table.write_table(world, carrier, made, path)
        told = [logs.row_truth(row, scope) for row in made]
    beside["mapping.toml"].write_text(mapping, encoding="utf-8")
    member = truth.Member("", truth.hash_of(path), told)
    return truth.return_truth(truth_folder, path, beside["order.toml"], [member], mapping=beside["mapping.toml"])


def _with_address(row: Assignment) -> Assignment:
    """On a page, a row without its address may be the rest of another, which is then not read either."""
    return row if row.ip else replace(row, ip="198.51.100.256", problem="BAD_ADDRESS")
