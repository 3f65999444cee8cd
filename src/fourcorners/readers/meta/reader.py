"""The reader of the Meta business record: Facebook, Instagram and WhatsApp, layouts A to E."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census
from fourcorners.readers.markup import Data
from fourcorners.readers.meta.fields import Remainder
from fourcorners.readers.meta.fields import read_fields
from fourcorners.readers.meta.groups import Order
from fourcorners.readers.meta.lines import read_lines
from fourcorners.readers.meta.rows import Orders
from fourcorners.readers.meta.rows import Rows
from fourcorners.readers.meta.shown_labels import shown
from fourcorners.readers.meta.values import Times
from fourcorners.readers.meta.vocabulary import COUNTED
from fourcorners.readers.meta.vocabulary import CUSTODIANS
from fourcorners.readers.meta.vocabulary import FACTS

_HEAD = 256
_SIGNS = re.compile(
    rb"id\s*=\s*[\"']?property-|<title>\s*(?:Facebook|WhatsApp|Instagram) Legal Request"
    rb"|(?:Meta Platforms|WhatsApp) Business Record",
    re.IGNORECASE,
)
_HTML = re.compile(rb"<html[\s>]", re.IGNORECASE)
_HEADER_LINE = re.compile(
    rb"^[ \t]*(" + b"|".join(re.escape(label.encode()) for label in FACTS) + rb")[ \t]*\r?$", re.MULTILINE
)
_FURNITURE_LINE = re.compile(rb"^[ \t]*(?:Meta Platforms|WhatsApp) Business Record", re.MULTILINE)
_ENOUGH_HEADER_LINES = 3


def is_markup(data: Data) -> bool:
    """Whether the member is HTML: its first character is a tag's."""
    return data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


class MetaRecord:
    """Reads one `records.html`, `preservation-N.html`, `index.html`, or the record's text."""

    name = "meta-record"
    version = "1"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - names are changed, content is not
        """Whether the first bytes are those of such a record, whatever the file's name."""
        if is_markup(head):
            return _HTML.search(head) is not None and _SIGNS.search(head) is not None
        labels = {line[1] for line in _HEADER_LINE.finditer(head)}
        return len(labels) >= _ENOUGH_HEADER_LINES or (bool(labels) and _FURNITURE_LINE.search(head) is not None)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: `TRUNCATED`, `MARKUP`, `DEPTH`, `ENCODING`, `CHARSET_CONFLICT` or `NUL`.
        """
        orders: dict[str, Order | None] = {}
        rest, rows = self._pass(data, declaration, orders)
        while doubts := rows.doubts():
            orders |= doubts
            rest, rows = self._pass(data, declaration, orders)
        account = rows.account()
        if account.text is None:
            rows.facts.pop("account", None)
        batches: list[Batch] = []
        for sheet in rows.sheets.values():
            batches += sheet.batches(account)
            rest.holes += sheet.unowned
        unclassified = dict.fromkeys(map(shown, rows.unknown_sections()), 0) | rest.unclassified
        families = {sheet.family for sheet in rows.sheets.values()}
        holes = np.array(rest.holes, np.int64).reshape(-1, 2)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="+".join(sorted(rest.layouts)) or "none",
            custodians=self.custodians,
            batches=tuple(batches),
            boilerplate=rest.boilerplate,
            unclassified=tuple(Unclassified(path, texts) for path, texts in unclassified.items()),
            labels={label: rows.labels[label] + rest.labels[label] for label in sorted(COUNTED)},
            says_empty=families == {"negative"},
            facts=rows.facts,
            holes=pa.array(holes[holes[:, 0].argsort(kind="stable")].ravel()),
            notation="html" if is_markup(data) else "plain",
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Each member stands for itself."""
        return [list(readings) for readings in files]

    def census(self, data: Data) -> Census:
        """The member's texts and labels, counted by code that shares nothing with this reader."""
        return census.count(data)

    @staticmethod
    def _pass(data: Data, declaration: ZoneDeclaration | None, orders: Orders) -> tuple[Remainder, Rows]:
        rest = Remainder()
        markup = is_markup(data)
        rows = Rows(rest, Times(declaration), orders, markup=markup)
        rows.take_all((read_fields if markup else read_lines)(data, rest))
        return rest, rows


READER = MetaRecord()
