"""A large log gives the same return as a small one: it is read, judged and stored part by part."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.casework.conftest import write_order
from tests.casework.people import filter_team
from tests.casework.people import unchanged

from fourcorners.casework import cases
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import sifting
from fourcorners.casework import store
from fourcorners.casework.ingest import ingest
from fourcorners.casework.reread import reread
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.law import proportion
from fourcorners.model.errors import BadInput
from fourcorners.model.records import Reading
from fourcorners.readers.logs import lines
from fourcorners.readers.logs import sheet
from fourcorners.readers.logs.dhcpd import leases
from fourcorners.readers.logs.dhcpd import leases6
from fourcorners.readers.logs.radius import detail
from fourcorners.readers.logs.reader import LogReader
from fourcorners.vault import segments
from fourcorners.vault import slices
from fourcorners.vault.filter_team import CustodianKey

FIRST = int(dt.datetime(2026, 2, 28, 20, tzinfo=dt.UTC).timestamp())
DAYS = 9 * 86_400
IPS = ("198.51.100.7", "198.51.100.8", "203.0.113.9")
PREFIXES = ("2001:db8:0:100::", "2001:db8:0:200::")


def _at(draw: random.Random) -> int:
    return FIRST + draw.randrange(0, DAYS, draw.choice((1, 7_200)))


def _juniper(draw: random.Random) -> str:
    time = dt.datetime.fromtimestamp(_at(draw), dt.UTC).isoformat()
    inside, ip = f"100.64.0.{draw.randint(1, 4)}", draw.choice((*IPS, "203.0.113.999"))
    low = draw.choice((1024, 1536, 99_999))
    action = draw.choice(("ALLOC", "RELEASE"))
    event = f"JSERVICES_NAT_PORT_BLOCK_{action}: {inside} -> {ip}:{low}-{low + 511} 0x5a"
    told = draw.choice((event,) * 8 + ("UI_LOGIN_EVENT: x", "JSERVICES_NAT_PORT_BLOCK_ALLOC: torn", ""))
    return f"{time} <158>2026-03-04 09:00:00: nat1{{S}}[jservices-nat]: {told}\n" if told else "\n"


def _cisco(draw: random.Random) -> str:
    time = dt.datetime.fromtimestamp(_at(draw), dt.UTC).isoformat()
    said = "".join(
        f"[{draw.choice(('UserbasedA', 'UserbasedW', 'Portblockrunout'))} - 100.64.0.{draw.randint(1, 4)} vrf1 - "
        f"{draw.choice(IPS)} - 1024 {draw.choice((1535, 1023))} - -]"
        for _ in range(draw.randint(0, 3))
    )
    return f"<134>1 {time} nat2 - - NAT44 - {said}\n"


def _radius(draw: random.Random) -> str:
    status = draw.choice(("Start", "Stop", "Interim-Update", "Stop", "Start", "Accounting-On", "Unheard-Of"))
    lines = [f"Acct-Status-Type = {status}", f"NAS-IP-Address = 192.0.2.{draw.randint(1, 2)}"]
    lines += [f"Timestamp = {draw.choice((_at(draw), _at(draw), 'never'))}"]
    if status != "Accounting-On":
        lines += [f'Acct-Session-Id = "s{draw.randint(1, 3)}"', f'User-Name = "100.64.0.{draw.randint(1, 4)}"']
        lines += [f"Framed-IP-Address = {draw.choice(IPS)}", "NAS-Port = 7"]
    lines += [f"Acct-Session-Time = {draw.randint(0, 9_000)}"] if status in {"Stop", "Interim-Update"} else []
    return "Wed Mar  4 01:00:00 2026\n" + "".join(f"\t{line}\n" for line in lines) + "\n"


def _dhcpd(draw: random.Random) -> str:
    start = _at(draw)
    stated = [f"  {name} epoch {time};" for name, time in (("starts", start), ("ends", start + 3_600))]
    stated += [f"  binding state {draw.choice(('active', 'free', 'abandoned'))};", '  client-hostname "a;{b";']
    stated += [f"  hardware ethernet 00:00:5e:00:53:0{draw.randint(1, 4)};"] * draw.randint(0, 1)
    draw.shuffle(stated)
    block = "\n".join([f"lease {draw.choice(IPS)} {{", *stated, "}"])
    return draw.choice((block, block, block, "server-duid x;", "host h {\n  dynamic;\n}")) + "\n"


def _dhcpd6(draw: random.Random) -> str:
    given = "".join(
        f"  iaprefix {draw.choice(PREFIXES)}/56 {{\n    binding state {draw.choice(('active', 'expired'))};\n"
        f"    preferred-life 9;\n    ends epoch {_at(draw)};\n  }}\n"
        for _ in range(draw.randint(0, 3))
    )
    return f'ia-pd "client-{draw.randint(1, 4)}" {{\n  cltt epoch {_at(draw)};\n{given}}}\n'


def _kea(draw: random.Random) -> str:
    start, lifetime = _at(draw), draw.choice((0, 3_600, 90_000))
    ip = draw.choice((*IPS, "nowhere"))
    return (
        f"{ip},00:00:5e:00:53:01,c{draw.randint(1, 4)},{lifetime},{start + lifetime},1,h,{draw.choice('0123')}\n"
    )


_MAC = "00:00:5e:00:53:0"


def _legal(draw: random.Random) -> str:
    time = (
        f"{dt.datetime.fromtimestamp(_at(draw), dt.UTC):%Y-%m-%d %H:%M:%S} {draw.choice(('UTC',) * 9 + ('CET',))}"
    )
    number, six = draw.randint(1, 4), draw.random() < 0.4
    ip = draw.choice(PREFIXES) if six else draw.choice((*IPS, "198.51.100.999"))
    device = (
        f"DUID: aa:0{number}" if six else f"hardware address: hwtype=1 00:0{number}, client-id: {_MAC}{number}"
    )
    place = f"Prefix: {ip}/56" if six else f"Address: {ip}"
    short, place_too = device.replace("hwtype=1 ", ""), place[0].lower() + place[1:]
    return f"{time} " + draw.choice(
        (
            *[f"{place} has been assigned for 9 hrs 0 mins 0 secs to a device with {device}\n"] * 4,
            f"{place} has been released from a device with {device}\n",
            f"{place} has been torn\n",
            f"HA partner updated information on the lease of {place_too} to a device with {short}\n",
            f"Administrator deleted the lease for address: {ip}\n",
        )
    )


#: Format -> a record, what stands above all records, the customer's field, and a customer.
FORMATS: dict[str, tuple[Callable[[random.Random], str], str, str, str]] = {
    "juniper-port-blocks": (_juniper, "", "", "100.64.0.2"),
    "cisco-bulk-port-allocation": (_cisco, "", "", "100.64.0.2"),
    "radius-detail": (_radius, "", "User-Name", "100.64.0.2"),
    "isc-dhcpd-leases": (_dhcpd, "", "hardware", "00:00:5e:00:53:02"),
    "isc-dhcpd6-leases": (_dhcpd6, "", "", "client-2"),
    "kea-leases4": (
        _kea,
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,hostname,state\n",
        "client_id",
        "c2",
    ),
    "kea-legal-log": (_legal, "", "client-id", f"{_MAC}2"),
}


class Desk:
    """Logs, a mapping, and two instruments that ask the same: one return is taken in whole, the other sifted."""

    def __init__(self, workspace: Workspace, folder: Path, draw: random.Random, name: str) -> None:
        record, head, field, self.customer = FORMATS[name]
        folder.mkdir()
        self.workspace, self.folder = workspace, folder
        self.paths = [folder / f"{n}.log" for n in range(draw.randint(1, 3))]
        for path in self.paths:
            path.write_text(head + "".join(record(draw) for _ in range(draw.randint(5, 60))))
        draw.shuffle(self.paths)
        (folder / "certificate.txt").write_text("certified")
        said = f'subscriber = "{field}"\n' if field else ""
        lossy = draw.choice(("true", "false"))
        (folder / "mapping.toml").write_text(
            f'format = "{name}"\n{said}certificate = "certificate.txt"\n[time]\nzone = "UTC"\n[coverage]\n'
            f'start = "2026-02-28T00:00:00Z"\nend = "2026-03-10T00:00:00Z"\nlossy = {lossy}\n'
        )

    def take_in(self, case: str, accounts: tuple[str, ...], *, sifted: bool) -> str:
        order = write_order(self.folder / f"order-{sifted}", accounts=accounts)
        instrument = instruments.add(self.workspace, order, case).id
        declared = mappings.load(self.workspace, self.folder / "mapping.toml")
        with pytest.MonkeyPatch.context() as patch:
            if sifted:
                everything_is_large(patch)
            return ingest(self.workspace, self.paths, instrument, mapping=declared).id


def everything_is_large(patch: pytest.MonkeyPatch) -> None:
    """Parts of some lines, drawers of few addresses, files of some rows."""
    patch.setattr(sifting, "PART", 1_000)
    patch.setattr(lines, "BLOCK", 1_500)
    for module in (sheet, detail, leases, leases6):
        patch.setattr(module, "ROWS", 7)
    patch.setattr(segments, "ROWS", 30)


def told(workspace: Workspace, return_id: str, keys: dict[str, CustodianKey]) -> dict[str, Any]:
    """All that a return is: what it says, its rows, its slices, and what the filter team holds of it."""
    row = store.get(workspace.tables, ReturnRow, return_id)
    found: dict[str, Any] = {name: getattr(row, name) for name in ("format", "files", "counts", "reasons")}
    found["unclassified"] = sorted(row.unclassified)
    for member in store.members_of(workspace.tables, row):
        mine = [getattr(member, name) for name in ("counts", "reasons", "leaves", "layout", "facts", "file")]
        rows: dict[str, list[dict[str, Any]]] = {}
        for segment in store.segments_of(workspace.tables, return_id, member.n):
            batches = segments.read(workspace.vault, row.instrument, segment.name)
            rows.setdefault(segment.family, []).extend(each for batch in batches for each in batch.to_pylist())
        withheld = sorted(rows.pop("withheld", []), key=lambda each: each["row"])
        pieces = [(each.start, each.data) for each in slices.read(workspace.vault, row.instrument, member.slices)]
        slices.check(workspace.vault, row.instrument, member.slices, member.tree)
        found[f"member {member.n}"] = (*mine, rows, withheld, pieces)
    for each in store.sealed_of(workspace.tables, return_id):
        kind = each.name.split("-", 2)[2].rpartition("-0")[0] or each.name.split("-", 2)[2]
        found.setdefault(f"sealed {kind}", []).extend(_opened(workspace, row.instrument, each.name, keys))
    for kind, opened in found.items():
        if kind.startswith("sealed"):
            opened.sort(key=lambda each: (each.get("row", 0), each["start"]))
    return found


def _opened(workspace: Workspace, owner: str, name: str, keys: dict[str, CustodianKey]) -> list[dict[str, Any]]:
    context = workspace.vault.sealed_context(name, owner)
    layer = keys["carol"].begin(workspace.tables.keys.sealed_key(owner, name), context)
    with workspace.vault.reading_with(name, keys["dave"].finish(layer, context)) as source:
        if "original" in name:
            return [{"start": 0, "all": source.read()}]
        rows = [each for batch in segments.read_from(source) for each in batch.to_pylist()]
    for each in rows:  # salts are drawn, and so are the hashes
        each["salt"] = each.get("salt") is not None
        each.pop("hash", None)
    return rows


def scopes(customer: str) -> list[tuple[str, ...]]:
    return [
        (IPS[0],),
        (f"{IPS[0]}:1100", IPS[2]),
        (f"{IPS[1]}:1100",),
        (f"{PREFIXES[0]}/56",),
        (customer,),
        (IPS[0], customer),
        ("192.0.2.200",),
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_sifted_log_is_the_same_return(workspace: Workspace, tmp_path: Path, name: str) -> None:
    compare(workspace, tmp_path, name, random.Random(name), 2)


@pytest.mark.parametrize("name", ["juniper-port-blocks", "kea-leases4"])
def test_a_sifted_log_read_again_is_the_same(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """It is read again as a whole, and nothing of it differs."""
    desk = Desk(workspace, tmp_path / name, random.Random(name), name)
    case = cases.open_case(workspace, "Logs", "Complaint of 2 March 2026").id
    return_id = desk.take_in(case, (IPS[0], desk.customer), sifted=True)
    assert store.get(workspace.tables, ReturnRow, return_id).counts["released"] > 0
    assert reread(workspace, return_id, desk.paths[::-1]).entry is None


@pytest.mark.torture
@pytest.mark.parametrize("team", [True, False])
@pytest.mark.parametrize("name", FORMATS)
def test_many_sifted_logs_are_the_same_returns(
    workspace: Workspace, tmp_path: Path, name: str, *, team: bool
) -> None:
    compare(workspace, tmp_path, name, random.Random(), 60, team=team)


def compare(
    workspace: Workspace, folder: Path, name: str, draw: random.Random, times: int, *, team: bool = True
) -> None:
    case = cases.open_case(workspace, "Account takeover", "Complaint of 2 March 2026").id
    keys = filter_team(workspace) if team else {}
    for n in range(times):
        desk = Desk(workspace, folder / f"{n}", draw, name)
        accounts = draw.choice(scopes(desk.customer))
        with pytest.MonkeyPatch.context() as patch:
            if draw.random() < 0.25:  # found early, late, or not at all: the log has at most four customers
                patch.setattr(proportion, "BULK", draw.randint(0, 3))
                patch.setattr(proportion, "DISPROPORTION", 0)
            check_the_same(desk, case, accounts, keys)


def check_the_same(desk: Desk, case: str, accounts: tuple[str, ...], keys: dict[str, CustodianKey]) -> None:
    try:
        whole = desk.take_in(case, accounts, sifted=False)
    except BadInput as error:
        with unchanged(desk.workspace), pytest.raises(BadInput, match=error.code):
            desk.take_in(case, accounts, sifted=True)
        return
    sifted = desk.take_in(case, accounts, sifted=True)
    mine, theirs = (told(desk.workspace, each, keys) for each in (sifted, whole))
    assert mine.keys() == theirs.keys()
    for key, value in theirs.items():
        assert mine[key] == value, (key, accounts)


def another_name(part: Reading) -> Reading:
    """The part with a customer that does not stand at the place that it gives."""
    changed = []
    for batch in part.batches:
        names = pa.array(["100.64.0.99"] * batch.rows.num_rows)
        at = batch.rows.schema.get_field_index("subscriber")
        changed.append(replace(batch, rows=batch.rows.set_column(at, batch.rows.schema.field(at), names)))
    return replace(part, batches=tuple(changed))


def a_row_less(part: Reading) -> Reading:
    return replace(part, batches=tuple(replace(batch, rows=batch.rows.slice(1)) for batch in part.batches))


@pytest.mark.parametrize(("code", "spoilt"), [("LOCATOR", another_name), ("CONSERVATION", a_row_less)])
def test_each_part_passes_both_checks(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    spoilt: Callable[[Reading], Reading],
) -> None:
    desk = Desk(workspace, tmp_path / "desk", random.Random(1), "juniper-port-blocks")
    case = cases.open_case(workspace, "Logs", "Complaint of 2 March 2026").id
    honest = LogReader.parts
    monkeypatch.setattr(LogReader, "parts", lambda *args: map(spoilt, honest(*args)))
    with pytest.raises(BadInput) as caught:
        desk.take_in(case, (IPS[0],), sifted=True)
    assert caught.value.code == code
    assert all(name.startswith("originals/C-1/") for name in workspace.vault.files()), "the order's paper alone"
    assert not store.of_owner(workspace.tables, ReturnRow, "I-1")
