from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourcorners.attribution import networks
from fourcorners.attribution.networks import NetworkTable
from fourcorners.model.address import parse_address
from fourcorners.model.errors import BadInput

METADATA = {"date": "2026-03-01", "source": "test", "licence": "CC0", "notice": "a test"}

Row = tuple[int, int, int, int, str, str]


def write(path: Path, rows: list[Row], metadata: dict[str, str] | None = None) -> Path:
    columns = [
        pa.array([row[0] for row in rows], pa.int8()),
        pa.array([row[1].to_bytes(16, "big") for row in rows], pa.binary(16)),
        pa.array([row[2].to_bytes(16, "big") for row in rows], pa.binary(16)),
        *(pa.array([row[n] for row in rows], networks.SCHEMA.field(n).type) for n in (3, 4, 5)),
    ]
    table = pa.Table.from_arrays(columns, schema=networks.SCHEMA)
    pq.write_table(table.replace_schema_metadata(METADATA if metadata is None else metadata), path)
    return path


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for version, bits in ((4, 32), (6, 128)):
        ends = sorted(draw(st.lists(st.integers(0, 2**bits - 1), max_size=12, unique=True)))
        for n, (start, end) in enumerate(zip(ends[::2], ends[1::2], strict=False)):
            rows.append((version, start, end, n, f"Example {n}", "ZZ"))
    return rows


@given(tables(), st.lists(st.ip_addresses(), max_size=8))
def test_names_agree_with_a_linear_search(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], addresses: list[object]
) -> None:
    table = NetworkTable.load(write(tmp_path_factory.mktemp("n") / "t.parquet", rows))
    edges = [
        str(ip_address(row[1])) if row[0] == 4 else str(ip_address(row[1] | 0)) for row in rows if row[0] == 4
    ]
    wanted = [str(address) for address in addresses] + edges
    for ip, found in zip(wanted, table.name(wanted), strict=True):
        address = parse_address(ip)  # an IPv4-mapped address is the IPv4 address it is
        holding = [r for r in rows if r[0] == address.version and r[1] <= int(address) <= r[2]]
        assert (found and found.asn) == (holding[0][3] if holding else None)


@pytest.mark.parametrize(
    ("rows", "metadata", "word"),
    [
        ([(4, 1, 9, 1, "a", "ZZ"), (4, 9, 12, 2, "b", "ZZ")], METADATA, "overlap"),
        ([(4, 20, 29, 1, "a", "ZZ"), (4, 1, 9, 2, "b", "ZZ")], METADATA, "out of order"),
        ([(4, 1, 9, 1, "a", "ZZ")], {**METADATA, "date": ""}, "date"),
    ],
)
def test_a_table_that_could_mislead_is_refused(
    tmp_path: Path, rows: list[Row], metadata: dict[str, str], word: str
) -> None:
    with pytest.raises(BadInput, match=word):
        NetworkTable.load(write(tmp_path / "t.parquet", rows, metadata))


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("no table")
    for path in (tmp_path / "t.parquet", tmp_path / "absent.parquet"):
        with pytest.raises(BadInput) as found:
            NetworkTable.load(path)
        assert found.value.code == "NETWORK_TABLE"


def test_the_table_of_this_installation_knows_a_public_address_that_looks_private() -> None:
    """172.16.0.0/12 ends at 172.31.255.255; a table that calls 172.32.0.1 private was read carelessly."""
    if not networks.default_path().is_file():
        pytest.skip(f"{networks.default_path()} is not built: run `make setup`")
    table = NetworkTable.load(networks.default_path())
    (found,) = table.name(["172.32.0.1"])
    assert found is not None
    assert (found.asn, found.country) == (21928, "US")
    assert "T-Mobile" in found.org
    assert table.name(["10.0.0.1", "172.31.0.1", "203.0.113.7"]) == [None, None, None]
