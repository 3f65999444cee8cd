"""The readers, in one visible list, and the texts that are derived where bytes do not carry the values.

A table of no known format has no reader here: it is read through a mapping, by `table.TableReader`.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from mmap import mmap
from typing import Protocol

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers import census_table
from fourcorners.readers import cybertip
from fourcorners.readers import discord
from fourcorners.readers import google
from fourcorners.readers import kik
from fourcorners.readers import meta
from fourcorners.readers import meta_export
from fourcorners.readers import parquet
from fourcorners.readers import pdf
from fourcorners.readers import pdf_table
from fourcorners.readers import reddit
from fourcorners.readers import roblox
from fourcorners.readers import snapchat
from fourcorners.readers import tiktok
from fourcorners.readers import tiktok_export
from fourcorners.readers import tiktok_text
from fourcorners.readers import tmobile
from fourcorners.readers import workbook
from fourcorners.readers import x
from fourcorners.readers.archive import JOIN
from fourcorners.readers.archive import Member
from fourcorners.readers.logs import LOGS
from fourcorners.readers.logs.log_format import LogFormat
from fourcorners.readers.mapping import DeclaredReader
from fourcorners.readers.pdf_table import Wanted
from fourcorners.readers.table import TableReader
from fourcorners.readers.table.rows import TYPED

#: How many bytes of a member `detect` is shown.
HEAD = 64 << 10


class Reader(Protocol):
    """What every reader offers."""

    @property
    def name(self) -> str:
        """The format, as `ingest` prints it."""

    @property
    def version(self) -> str:
        """Changes whenever the same bytes would be read otherwise."""

    @property
    def custodians(self) -> tuple[str, ...]:
        """Names by which an instrument may name the producer; empty where the format names none."""

    def detect(self, path: str, head: bytes) -> bool:
        """Whether a member with this path and these first bytes is of the format; by its content."""

    def read(self, data: bytes | mmap, declaration: ZoneDeclaration | None) -> Reading:
        """Every row of a member."""

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """What the members of one intake say about each other, in the same order; most say nothing.

        An export names its account in one file and its logins in another; a log's release may stand in the next
        day's file; what a provider does not hold is named beside the file that says so. A value that comes from
        elsewhere has no text and no place in the row. Rows are neither added nor removed, and no value that a row
        states is changed: only accounts, categories that are null, and what a family derives.

        Args:
            files: for each file as given, the readings that this reader made of its members.
        """

    def census(self, data: bytes | mmap) -> Census:
        """An independent count of the same member."""


READERS: tuple[Reader, ...] = (
    meta.READER,
    meta_export.FACEBOOK,
    meta_export.FACEBOOK_HTML,
    meta_export.INSTAGRAM,
    google.ACCESS_LOG,
    google.RETURN,
    x.READER,
    x.ARCHIVE,
    discord.READER,
    snapchat.READER,
    snapchat.EXPORT,
    reddit.READER,
    kik.READER,
    tiktok.READER,
    tiktok_text.READER,
    tiktok_export.READER,
    roblox.READER,
    cybertip.READER,
    tmobile.READER,
)

#: The formats of what account holders download themselves. Every other answers an instrument.
EXPORTS = frozenset(
    {
        "facebook-export",
        "facebook-export-html",
        "instagram-export",
        "google-access-log",
        "x-archive",
        "snapchat-export",
        "tiktok-export",
    }
)

#: The formats that have lists of one account's addresses which do not name the account: a person may declare it.
UNNAMED = frozenset({"reddit-ip-logs", "snapchat-return", "tiktok-ip-data", "tiktok-text"})


def reader_for(path: str, head: bytes) -> Reader | None:
    """The first reader that knows the member; that no two know one is for the tests to prove."""
    return next((reader for reader in READERS if reader.detect(path, head)), None)


def names_custodians(reader: str) -> bool:
    """Whether a format (`NAME/VERSION`, as of `Reading`) names its producer: a declared one does not."""
    return reader.partition("/")[0] in {each.name for each in READERS}


def unknown(path: str, head: bytes) -> str:
    """Why a member is not read; of a log, what would make it readable."""
    log = log_of(path, head)
    return f"a carrier's log ({log.name}); declare it with --mapping" if log else "no reader knows this format"


def log_of(path: str, head: bytes) -> LogFormat | None:
    """The carrier's log of a known format that a member is."""
    return next((log for log in LOGS if log.detect(path, head)), None)


def derive(member: Member) -> Member | None:
    """The text of a PDF, workbook or Parquet file as a member of its own, else None.

    Raises:
        BadInput: `PDF`, `WORKBOOK`, `PARQUET`, `UNPACKED_SIZE`; `CONSERVATION` where the text does not hold as
            many values as an independent count finds in the file.
    """
    head = bytes(member.data[:8])
    if head.startswith(b"%PDF-"):
        suffix, text = pdf.derive(bytes(member.data))
        if reader_for(member.path, text[:HEAD]) is not None:
            pdf_table.check_seen(bytes(member.data))
    elif workbook.is_workbook(member.data):
        suffix, text = workbook.derive(member.data)
        _conserve(census_table.count_workbook(member.data), census_table.count_values(text))
    elif parquet.is_parquet(member.data):
        suffix, text = parquet.derive(member.data)
        cells = census_table.count_cells(text, ",", header_row=1)
        _conserve(census_table.count_parquet(member.data), cells)
    else:
        return None
    return Member(f"{member.path}{JOIN}{suffix}", text, sha256(text).hexdigest(), len(text))


def derive_table(member: Member, reader: DeclaredReader) -> Member | None:
    """The table of a PDF, for a mapping that names its columns; None where it is no PDF or the mapping no table's.

    Raises:
        BadInput: `PDF`, `HEADER`, `UNPACKED_SIZE`, `CONSERVATION`.
    """
    if not isinstance(reader, TableReader) or not member.data[:8].startswith(b"%PDF-"):
        return None
    mapping = reader.mapping
    needed = {*mapping.shape.required} - {*mapping.shape.may_be_blank, "end"}
    wanted = Wanted(
        frozenset(mapping.columns.values()),
        frozenset(mapping.columns[key] for key in needed),
        frozenset(name for key, name in mapping.columns.items() if key not in TYPED),
    )
    suffix, text = pdf_table.derive(bytes(member.data), wanted)
    return Member(f"{member.path}{JOIN}{suffix}", text, sha256(text).hexdigest(), len(text))


def _conserve(counted: Census, derived: Census) -> None:
    if counted != derived:
        raise BadInput(
            "CONSERVATION",
            f"the file holds {counted.texts} values in {counted.labels['row']} rows, its text {derived.texts} in "
            f"{derived.labels['row']}",
            why="a value would be lost or added between the file and its text",
            next_step="ask the custodian for the table as CSV, and report the file's kind",
        )
