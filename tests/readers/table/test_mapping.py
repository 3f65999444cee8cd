"""A mapping says everything or is refused with the key and its line."""

from __future__ import annotations

import pytest

from fourcorners.model.coverage import Coverage
from fourcorners.model.errors import BadInput
from fourcorners.readers.table import TableMapping
from fourcorners.readers.table import parse_mapping

FULL = """
kind = "assignment"
certificate = "certificate.txt"
unknown = ["-1", "n/a"]

[columns]
ip = "IP"
start = "From"
end = "To"
subscriber = "Customer"
port_low = "First"
port_high = "Last"

[time]
zone = "Europe/Berlin"
format = "%d.%m.%Y %H:%M:%S"
open_end = ["", "31.12.9999 23:59:59"]

[coverage]
start = 2026-07-01T00:00:00Z
end = "2026-08-01T00:00:00"
gaps = [["2026-07-03T10:00:00Z", "2026-07-03T11:00:00Z"]]
shared = false

[table]
header_row = 2
delimiter = ";"
"""


def parse(text: str) -> TableMapping:
    return parse_mapping(text.encode(), "mapping.toml")


def test_every_key_is_kept() -> None:
    how = parse(FULL)
    assert (how.kind, how.shape.family, how.certificate) == ("assignment", "assignment", "certificate.txt")
    assert how.columns["port_low"] == "First"
    assert how.unknown == {"-1", "n/a"}
    assert how.zone is not None
    assert (how.zone.name, how.time.spelling) == ("Europe/Berlin", "%d.%m.%Y %H:%M:%S")
    assert how.open_end == {"", "31.12.9999 23:59:59"}
    assert (how.header_row, how.delimiter) == (2, ";")
    hour = 3600 * 10**9
    july = 1782864000 * 10**9
    gaps = ((july + 58 * hour, july + 59 * hour),)
    # the end has no zone of its own, so the declared one holds: two hours before the same time in UTC
    assert how.coverage == Coverage(july, july + 31 * 24 * hour - 2 * hour, gaps, shared=False)


def test_what_is_left_out_stays_open() -> None:
    how = parse('kind = "login"\n[columns]\nip = "ip"\nat = "time"\n')
    assert how.zone is None
    assert how.certificate is None
    assert how.coverage == Coverage()
    assert (how.time.spelling, how.header_row, how.delimiter) == ("", 1, ",")
    assert how.open_end == {""}


@pytest.mark.parametrize(
    ("columns", "kind", "family"),
    [
        ("ip, at", "login", "login"),
        ("ip, at, port, account, agent, action", "login", "login"),
        ("ip, start, end", "login", "session"),
        ("ip, start, end, subscriber, port", "assignment", "assignment"),
        ("subscriber, attribute, value", "subscriber", "subscriber"),
        ("at, party", "call", "call"),
        ("start, end, party, ip, port", "call", "call"),
        ("at, amount, currency", "payment", "payment"),
    ],
)
def test_kinds_and_their_families(columns: str, kind: str, family: str) -> None:
    lines = "\n".join(f'{name} = "{name}"' for name in columns.split(", "))
    assert parse(f'kind = "{kind}"\n[columns]\n{lines}').shape.family == family


@pytest.mark.parametrize(("ports", "has"), [("", False), ("port", True), ("port_low, port_high", True)])
def test_a_mapping_tells_whether_the_table_has_ports(ports: str, has: bool) -> None:  # noqa: FBT001 - the answer
    columns = ", ".join(filter(None, ["ip, start, end, subscriber", ports])).split(", ")
    lines = "\n".join(f'{name} = "{name}"' for name in columns)
    assert parse(f'kind = "assignment"\n[columns]\n{lines}').has_ports is has


@pytest.mark.parametrize(
    ("old", "new", "words", "line"),
    [
        ('kind = "assignment"', 'kind = "wiretap"', "kind must be one of", 2),
        ('kind = "assignment"', "", "kind is missing", 0),
        ("unknown =", "unknwon =", "unknwon is not a key", 4),
        ("[time]", "[times]", "times is not a key", 14),
        ('zone = "Europe/Berlin"', 'zone = "CEST"', "no such time zone", 15),
        ("%d.%m.%Y", "%d.%m.%y", "%y", 16),
        ("[coverage]", "[coverage]\nstrat = 1", "coverage.strat is not a key", 20),
        ('end = "2026-08-01T00:00:00"', 'end = "2026-06-01T00:00:00"', "coverage.end must lie after start", 21),
        ('end = "2026-08-01T00:00:00"', 'end = "2026-10-25T02:30:00"', "happens twice", 21),
        ("T10:00:00Z", "T12:00:00Z", "does not end after its start", 22),
        ("shared = false", 'shared = "no"', "coverage.shared must be true or false", 23),
        ("header_row = 2", "header_row = 0", "table.header_row", 26),
        ("header_row = 2", "header_row = true", "table.header_row", 26),
        ('delimiter = ";"', 'delimiter = "::"', "table.delimiter", 27),
        ('"certificate.txt"', '"../certificate.txt"', "certificate must be the name", 3),
        ('["-1", "n/a"]', '"-1"', "unknown must be a list", 4),
        ('ip = "IP"', 'ipp = "IP"', "columns name ipp", 6),
        ('ip = "IP"', 'ip = ""', "columns.ip must be a text", 7),
        ('end = "To"', "", "end, subscriber .*without the column", 6),
        ('end = "To"', 'end = "From"', "another meaning already", 8),
        ('port_low = "First"', "", "columns name", 6),
        ('port_low = "First"', 'port_low = "First"\nport = "P"', "columns name", 6),
        ('kind = "assignment"', 'kind = "assignment', "TOML", 0),
    ],
)
def test_a_mapping_that_is_off_is_refused_at_its_line(old: str, new: str, words: str, line: int) -> None:
    assert old in FULL
    with pytest.raises(BadInput, match=words.replace("%", "%")) as caught:
        parse(FULL.replace(old, new, 1))
    assert caught.value.code == "MAPPING_FILE"
    assert caught.value.where == (f"mapping.toml, line {line}" if line else "mapping.toml")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadInput, match="TOML"):
        parse_mapping(b"kind = '\xff'", "mapping.toml")
