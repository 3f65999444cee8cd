"""`samples make FORMAT`: the formats that can be made, one visible table.

Beside a single file NAME stand `NAME.order.toml`, `NAME.order.txt` and `NAME.truth.json`, and beside a table its
`NAME.mapping.toml` and `NAME.certificate.txt`. A case is a folder (`samples.case`).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import UsageError
from fourcorners.samples import carrier as logs
from fourcorners.samples import cybertip
from fourcorners.samples import discord
from fourcorners.samples import exports
from fourcorners.samples import facebook
from fourcorners.samples import facebook_page
from fourcorners.samples import google
from fourcorners.samples import instagram
from fourcorners.samples import listings
from fourcorners.samples import networks
from fourcorners.samples import orders
from fourcorners.samples import production as produced
from fourcorners.samples import provider
from fourcorners.samples import snapchat
from fourcorners.samples import snapchat_export
from fourcorners.samples import table
from fourcorners.samples import tiktok_export
from fourcorners.samples import tiktok_text
from fourcorners.samples import tmobile
from fourcorners.samples import truth
from fourcorners.samples import world as worlds
from fourcorners.samples import x
from fourcorners.samples import x_archive
from fourcorners.samples.case import CONFIGURATION
from fourcorners.samples.case import case
from fourcorners.samples.case import write_carrier
from fourcorners.samples.provider import Form
from fourcorners.samples.world import World

#: Without a provider's return before it, every endpoint is a root target; more would need an approver.
_ROOT_TARGETS = 10
_TABLES = (".csv", ".xlsx", ".parquet", ".pdf")


def make(format_name: str, seed: int, rows: int, out: Path) -> None:
    """Write a sample, with the truth about it beside it.

    Args:
        format_name: a key of `FORMATS`.
        seed: the same seed gives the same bytes.
        rows: of the main list; exact, but for a network table and for lease files (a lease may be told twice).
        out: the file, or for `case` the folder. The suffix tells bare record from zip, CSV from XLSX and Parquet.

    Raises:
        UsageError: a suffix or a number of rows that the format does not take.
        BadInput: `SAMPLE`, no such format; `OUTPUT`, the place is taken.
    """
    if format_name not in FORMATS:
        raise BadInput(
            "SAMPLE", f"no generator makes {format_name!r}", next_step=f"take one of {', '.join(FORMATS)}"
        )
    if rows < 1:
        raise UsageError("USAGE", "a sample has at least one row", next_step="give --rows 1 or more")
    if out.is_file():
        raise BadInput("OUTPUT", "there is a file already", where=str(out), next_step="name a new file")
    out.parent.mkdir(parents=True, exist_ok=True)
    FORMATS[format_name](seed, rows, out)


def _record(service: str, layout: str) -> Callable[[int, int, Path], None]:
    def made(seed: int, rows: int, out: Path) -> None:
        form = Form(service, layout)
        if layout == "E" and out.suffix.lower() == ".pdf":
            form = replace(form, pdf=True)
        world = worlds.build(seed)
        logins, members = provider.write(world, form, rows, out)
        order = out.with_name(f"{out.name}.order.toml")
        orders.write(orders.provider_order(world, service), order, out.with_name(f"{out.name}.order.txt"))
        released = [login for login in logins if world.window.holds(login.at)]
        truth.write(
            out.with_name(f"{out.name}.truth.json"),
            seed,
            [truth.return_truth(out.parent, out, order, members, withheld_fields=produced.WITHHELD_FIELDS)],
            truth.outcomes(released),
            produced.CANARIES,
        )

    return made


def _table(key: str) -> Callable[[int, int, Path], None]:
    def made(seed: int, rows: int, out: Path) -> None:
        if out.suffix.lower() not in _TABLES:
            raise UsageError(
                "USAGE", f"{out.name!r} is no table", next_step=f"end the name in {', '.join(_TABLES)}"
            )
        _write(key, seed, rows, out)

    return made


def _write(key: str, seed: int, rows: int, out: Path) -> None:
    world = worlds.build(seed, fixed_blocks=out.suffix == f".{CONFIGURATION}")
    carrier = world.carriers[key]
    addresses = sorted(carrier.addresses - carrier.unasked)[:_ROOT_TARGETS]
    scope = logs.asked(world, carrier, {(ip, None) for ip in addresses})
    told = write_carrier(world, carrier, scope, out, out.parent, rows=rows, prefix=f"{out.name}.")
    truth.write(out.with_name(f"{out.name}.truth.json"), seed, [told], [], table.CANARIES)


def _log(key: str, suffix: str) -> Callable[[int, int, Path], None]:
    def made(seed: int, rows: int, out: Path) -> None:
        if out.suffix != suffix:
            raise UsageError("USAGE", f"{out.name!r} is no such log", next_step=f"end the name in {suffix}")
        _write(key, seed, rows, out)

    return made


def _export(
    files: Callable[[World, int], Iterator[exports.File]],
    zone_of: Callable[[World], str | None] = lambda _: None,
    holder: Callable[[World], exports.Holder] = exports.holder,
) -> Callable[[int, int, Path], None]:
    def made(seed: int, rows: int, out: Path) -> None:
        world = worlds.build(seed)
        exports.write(holder(world), out, files(world, rows), zone=zone_of(world))

    return made


def _networks(_seed: int, _rows: int, out: Path) -> None:
    networks.write(out)


def _case(seed: int, rows: int, out: Path) -> None:
    case(seed, out, rows)


#: What can be made.
FORMATS: dict[str, Callable[[int, int, Path], None]] = {
    "meta-record": _record("Facebook", "C"),
    "meta-record-a": _record("Facebook", "A"),
    "meta-record-b": _record("Facebook", "B"),
    "meta-record-c": _record("Facebook", "C"),
    "meta-record-d": _record("Facebook", "D"),
    "meta-record-e": _record("Facebook", "E"),
    "whatsapp-record": _record("WhatsApp", "A"),
    "facebook-export": _export(facebook.export),
    "facebook-export-html": _export(facebook_page.export, facebook_page.zone_of),
    "instagram-export": _export(instagram.export),
    "x-archive": _export(x_archive.export, holder=x_archive.holder),
    "snapchat-export": _export(snapchat_export.export, holder=snapchat_export.holder),
    "tiktok-export": _export(tiktok_export.export, holder=tiktok_export.holder),
    "x-return": x.write,
    "discord-sessions": discord.write,
    "snapchat-return": snapchat.write,
    "reddit-ip-logs": listings.REDDIT.write,
    "kik-binds": listings.KIK.write,
    "tiktok-ip-data": listings.TIKTOK.write,
    "tiktok-text": tiktok_text.write,
    "roblox-addresses": listings.ROBLOX.write,
    "cybertip-report": cybertip.write,
    "tmobile-calls": tmobile.write,
    "carrier-table": _table("cable"),
    "carrier-table-cgnat": _table("mobile"),
    "carrier-table-ipv6": _table("fibre"),
    "isc-dhcpd-leases": _log("wholesale", ".leases"),
    "isc-dhcpd6-leases": _log("fibre", ".leases"),
    "kea-leases4": _log("wholesale", ".kea"),
    "kea-leases6": _log("fibre", ".kea"),
    "kea-legal-log": _log("wholesale", ".legal"),
    "kea-legal-log-ipv6": _log("fibre", ".legal"),
    "radius-detail": _log("cable", ".detail"),
    "juniper-port-blocks": _log("mobile", ".juniper"),
    "cisco-bulk-port-allocation": _log("mobile", ".cisco"),
    "juniper-deterministic-nat": _log("mobile", f".{CONFIGURATION}"),
    "google-return": google.make_return,
    "google-takeout": google.make_takeout,
    "networks": _networks,
    "case": _case,
}
