"""The reader of Google's legal-process return, whose parts are known at second hand only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.identifier import normalise
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census
from fourcorners.readers.google.names import CUSTODIANS
from fourcorners.readers.google.names import RESOURCES
from fourcorners.readers.google.page import COUNTED
from fourcorners.readers.google.page import Piece
from fourcorners.readers.google.page import Seen
from fourcorners.readers.google.page import read_page
from fourcorners.readers.google.subscriber import Page
from fourcorners.readers.google.summary import Summary
from fourcorners.readers.google.summary import is_no_records
from fourcorners.readers.google.summary import is_summary
from fourcorners.readers.google.summary import no_records
from fourcorners.readers.known_table import loose
from fourcorners.readers.markup import Data

_HEAD = 256
_SUBSCRIBER = re.compile(rb">\s*GOOGLE\s+SUBSCRIBER\s+INFORMATION\s*<", re.IGNORECASE)
_CHANGES = tuple(
    re.compile(rb">\s*" + label + rb"\s*<", re.IGNORECASE)
    for label in (b"Change Type", b"Old Value", b"New Value")
)
#: A part of the return, as its archive or folder is named: `mail@x.ID.Service.Resource_NNN(.Preserved)(.zip)`.
_PART = re.compile(r"(?i)\A.*[/!](?:[^/!]*\.)?\w+\.\w+_\d+(?:\.Preserved)?(?:\.zip)?(?=[/!])")


def is_markup(data: Data) -> bool:
    """Whether the member is HTML: its first character is a tag's."""
    return data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


class GoogleReturn:
    """Reads `SubscriberInfo` and `ChangeHistory` pages, `ExportSummary` texts and the `NoRecords` marker."""

    name = "google-return"
    version = "1"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:
        """Whether the first bytes are those of such a page or text; of the marker, whether its name is."""
        if is_markup(head):
            return bool(_SUBSCRIBER.search(head)) or all(label.search(head) for label in _CHANGES)
        return is_summary(head) or is_no_records(path)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: `TRUNCATED`, `MARKUP`, `DEPTH`, `ENCODING`, `CHARSET_CONFLICT` or `NUL`.
        """
        if is_markup(data):
            return self._read_page(data, declaration)
        if is_summary(bytes(data)):
            return self._read_summary(data)
        sheet = no_records(data)
        return self._reading("NoRecords", sheet.batches(None, None), says_empty=True)

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """A part's members tell each other the account; its summary tells what the marker does not hold.

        Members of one part lie in one archive or folder, named after the part; else in one archive. Where they
        name two accounts, those that name none have none.
        """
        parts: dict[str, list[Reading]] = defaultdict(list)
        for number, readings in enumerate(files):
            for reading in readings:
                parts[_part(reading.place) or f"{number}"].append(reading)
        told = {key: _Told(readings) for key, readings in parts.items()}
        return [
            [told[_part(reading.place) or f"{number}"].fill(reading) for reading in readings]
            for number, readings in enumerate(files)
        ]

    def census(self, data: Data) -> Census:
        """Texts and elements, counted by code that shares nothing with this reader."""
        return census.count_elements(data, COUNTED if is_markup(data) else ())

    def _read_page(self, data: Data, declaration: ZoneDeclaration | None) -> Reading:
        page, seen = Page(), Seen()
        for part in read_page(data, seen):
            page.take(part)
        account = page.account()
        batches = [batch for sheet in page.sheets.values() for batch in sheet.batches(account, declaration)]
        return replace(
            self._reading("page", batches),
            facts=_named(account, named=page.names_account),
            boilerplate=page.boilerplate,
            unclassified=tuple(Unclassified(path, texts) for path, texts in page.unclassified.items()),
            labels={name: count + seen.elements[name] for name, count in page.elements().items()},
            holes=_sorted([*page.holes, *seen.skipped]),
            notation="html",
        )

    def _read_summary(self, data: Data) -> Reading:
        summary = Summary(data)
        account = summary.account()
        return replace(
            self._reading("ExportSummary", summary.sheet.batches(account, None)),
            boilerplate=summary.boilerplate,
            unclassified=(Unclassified("line", summary.unclassified),) if summary.unclassified else (),
            facts=summary.facts | _named(account, named=True),
            holes=_sorted(summary.holes),
        )

    def _reading(self, layout: str, batches: Iterable[Batch], *, says_empty: bool = False) -> Reading:
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout=layout,
            custodians=self.custodians,
            batches=tuple(batches),
            boilerplate=0,
            says_empty=says_empty,
        )


def _named(account: Piece | None, *, named: bool) -> dict[str, str]:
    """The account as a fact: empty where the member names one that cannot be told."""
    if account is not None:
        return {"account": account.text()}
    return {"account": ""} if named else {}


class _Told:
    """What the members of one part say together."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        accounts = {normalise(reading.facts["account"]) for reading in readings if "account" in reading.facts}
        self._account = accounts.pop() if len(accounts) == 1 else None
        what = {
            (loose(reading.facts.get("service", "")), loose(reading.facts.get("resource", "")))
            for reading in readings
            if reading.layout == "ExportSummary"
        }
        self._category = RESOURCES.get(what.pop()) if len(what) == 1 else None

    def fill(self, reading: Reading) -> Reading:
        """The reading with what its rows leave open."""
        return replace(reading, batches=tuple(map(self._fill, reading.batches)))

    def _fill(self, batch: Batch) -> Batch:
        rows = batch.rows
        rows = _where_null(rows, "account", self._account)
        if batch.family == "negative":
            rows = _where_null(rows, "category", self._category)
        return replace(batch, rows=rows)


def _where_null(rows: pa.RecordBatch, name: str, value: str | None) -> pa.RecordBatch:
    if value is None:
        return rows
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), pc.fill_null(rows.column(at), value))


def _part(place: str) -> str:
    """The part in which a member lies; empty where nothing says."""
    if found := _PART.match(place):
        return found[0]
    return place.rpartition("!")[0]


def _sorted(holes: Sequence[int]) -> pa.Array:
    pairs = np.array(holes, np.int64).reshape(-1, 2)
    return pa.array(pairs[pairs[:, 0].argsort(kind="stable")].ravel())


RETURN = GoogleReturn()
