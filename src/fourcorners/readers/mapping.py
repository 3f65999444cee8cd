"""A declared mapping: of a table of no known format, or of a carrier's log of a known one."""

from __future__ import annotations

from fourcorners.readers.archive import Member
from fourcorners.readers.logs.mapping import LogMapping
from fourcorners.readers.logs.mapping import parse_log_mapping
from fourcorners.readers.logs.reader import LogReader
from fourcorners.readers.table.mapping import Part
from fourcorners.readers.table.mapping import TableMapping
from fourcorners.readers.table.mapping import parse_mapping as parse_table_mapping
from fourcorners.readers.table.reader import TableReader

DeclaredReader = TableReader | LogReader


def parse_mapping(data: bytes, name: str) -> TableMapping | LogMapping:
    """The mapping in a TOML file; `format` names a known log, `kind` a table.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.

    Raises:
        BadInput: `MAPPING_FILE`, naming the key and its line.
    """
    of_a_log = "format" in Part.of_file(data, name).content
    return parse_log_mapping(data, name) if of_a_log else parse_table_mapping(data, name)


def reader_of(mapping: TableMapping | LogMapping, by: str) -> DeclaredReader:
    """The reader that a mapping makes of what it describes."""
    return LogReader(mapping, by) if isinstance(mapping, LogMapping) else TableReader(mapping, by)


def derive(reader: DeclaredReader, member: Member, name: str) -> Member | None:
    """What follows from a member under a declaration, as a member of its own; None where it is read itself.

    Raises:
        BadInput: the member does not settle it.
    """
    return reader.derive(member, name) if isinstance(reader, LogReader) else None
