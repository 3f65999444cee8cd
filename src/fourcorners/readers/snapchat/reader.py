"""The reader of Snapchat returns: addresses with first and last sighting, and facts about the account.

A sighting is no event: the address was used at both ends, and nobody knows about the time between. Sections that
are in no list (messages, places, memories, friends) are counted row by row and never released.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.address import parse_endpoint
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_table
from fourcorners.readers import named_account
from fourcorners.readers.gathered import Clock
from fourcorners.readers.gathered import Gathered
from fourcorners.readers.gathered import Value
from fourcorners.readers.known_table import loose
from fourcorners.readers.shown.keys import shown_key
from fourcorners.readers.snapchat.sections import Data
from fourcorners.readers.snapchat.sections import Line
from fourcorners.readers.snapchat.sections import Section
from fourcorners.readers.snapchat.sections import labels_of
from fourcorners.readers.snapchat.sections import read_layout
from fourcorners.readers.snapchat.sections import read_lines
from fourcorners.readers.snapchat.vocabulary import ACCOUNT
from fourcorners.readers.snapchat.vocabulary import CREATED
from fourcorners.readers.snapchat.vocabulary import CREATION_IP
from fourcorners.readers.snapchat.vocabulary import CUSTODIANS
from fourcorners.readers.snapchat.vocabulary import FACTS
from fourcorners.readers.snapchat.vocabulary import MARKS
from fourcorners.readers.snapchat.vocabulary import SEEN
from fourcorners.readers.snapchat.vocabulary import TIME
from fourcorners.readers.table.body import LABEL
from fourcorners.readers.table.body import read_body
from fourcorners.readers.table.cells import column
from fourcorners.readers.table.split import Head
from fourcorners.readers.table.split import split


@dataclass(slots=True)
class _Rows:
    """What a member's sections give."""

    clock: Clock
    facts: Gathered
    others: Gathered
    batches: list[Batch] = field(default_factory=list)
    unclassified: Counter[str] = field(default_factory=Counter)
    holes: list[pa.Array] = field(default_factory=list)
    blank: int = 0
    row: int = 0

    def number(self, rows: int = 1) -> int:
        self.row += rows
        return self.row - rows


class SnapchatReturn:
    """Reads one CSV file of a Snapchat return."""

    name = "snapchat-return"
    version = "1"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the layout tells
        """Whether it begins with a quoted legend, a row of `=` and a header; or such a row and a known one."""
        quoted = ruled = False
        try:
            for line in read_lines(head):
                if ruled and line.kind == "cells":
                    known = _is_known(labels_of(head, line))
                    return line.cells > 1 and (quoted or known)
                if line.kind == "cells" and line.cells > 1:
                    return False
                quoted = quoted or head[line.start : line.start + 1] == b'"'
                ruled = ruled or line.kind == "="
        except BadInput:  # the first bytes end within a legend
            return False
        return False

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one member.

        Args:
            data: the member's bytes.
            declaration: a person's statement of the zone of times that state none.

        Raises:
            BadInput: `QUOTE`, `TRUNCATED`, `ENCODING`, `COLUMNS`, `HEADER`, `LINE_END`, `NUL`, `CELL_SIZE`.
        """
        layout = read_layout(data)
        clock = Clock.declared(TIME, declaration)
        rows = _Rows(clock, Gathered("subscriber", "account", clock), Gathered("capture", "other", clock))
        for section in layout.sections:
            if section.torn and _is_known(section.labels):
                raise _torn(section.torn)
            if SEEN.fits(section.labels):
                _seen(rows, data, section, declaration)
            elif set(map(loose, section.labels)) >= MARKS:
                _facts(rows, data, section)
            else:
                _other(rows, section)
        if layout.outside:
            rows.unclassified["lines outside a section"] += layout.outside
        counted = sum(section.rows for section in layout.sections)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="sections",
            custodians=self.custodians,
            batches=(*rows.batches, *rows.facts.batches(), *rows.others.batches()),
            boilerplate=layout.boilerplate + rows.blank,
            unclassified=tuple(Unclassified(path, texts) for path, texts in rows.unclassified.items()),
            labels={LABEL: layout.lines},
            says_empty=bool(layout.sections) and not counted and not layout.outside,
            facts=named_account.fact(None, doubt=any(map(_names_account_twice, layout.sections))),
            holes=pa.concat_arrays([pa.array([], pa.int64()), *rows.holes]),
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Rows of a member that names no account are of the one account that the file's other members name."""
        return named_account.relate(files)

    def census(self, data: Data) -> Census:
        """The member's cells and lines, counted by code that shares nothing with this reader."""
        return census_table.count_cells(data, ",", header_row=0)


def _names_account_twice(section: Section) -> bool:
    return _is_known(section.labels) and list(map(loose, section.labels)).count(ACCOUNT) > 1


def _is_known(labels: tuple[str, ...]) -> bool:
    return SEEN.fits(labels) or set(map(loose, labels)) >= MARKS


def _torn(line: Line) -> BadInput:
    return BadInput(
        "COLUMNS",
        "a row goes on in the next line",
        where=f"byte {line.start}",
        why="its last value may be cut, and would still look like a whole one",
        next_step="ask the provider for the file again; nothing of this one was stored",
    )


def _seen(rows: _Rows, data: Data, section: Section, declaration: ZoneDeclaration | None) -> None:
    meaning = SEEN.meaning(section.labels, declaration)
    for start, part in _parts(data, section):
        body = read_body(part, Head(section.labels, 0, 0), ",", meaning)
        for batch in body.batches:
            moved = _moved(batch.rows, start, rows.number(batch.rows.num_rows))
            rows.batches.append(replace(batch, section=SEEN.layout, rows=moved))
        for item in body.unclassified:
            rows.unclassified[f"{SEEN.layout} > {shown_key(item.path)}"] += item.texts
        rows.holes.append(pc.add(body.holes, start))


def _facts(rows: _Rows, data: Data, section: Section) -> None:
    """One row for each filled cell whose column is in the list."""
    labels = [loose(label) for label in section.labels]
    places = {label: at for at, label in enumerate(labels) if labels.count(label) == 1}
    names = _label_places(data, section)
    for start, part in _parts(data, section):
        for lines in split(part, 0, len(labels), ",", most=1):
            cells = [column(lines, at, frozenset()) for at in range(len(labels))]
            values = [
                Value(cell.texts[0].as_py(), [edge + start for edge in cell.ranges(cell.present)[0].as_py()])
                if cell.present[0]
                else None
                for cell in cells
            ]
            account = values[places[ACCOUNT]] if ACCOUNT in places else None
            for at, (label, value) in enumerate(zip(labels, values, strict=True)):
                if label not in FACTS or at != places.get(label):
                    rows.unclassified[f"account > {shown_key(section.labels[at])}"] += 1
                elif value is None:
                    rows.blank += 1
                else:
                    fields = {"attribute": Value(section.labels[at], names[at]), "value": value}
                    fields |= {"account": account} if account else {}
                    core = (rows.number(), value.ranges[0], value.ranges[-1], 1)
                    rows.facts.add(
                        core, FACTS[label], fields, _flaw(rows.clock, label, value.text, cut=lines.is_cut())
                    )


def _flaw(clock: Clock, label: str, text: str, *, cut: bool) -> str | None:
    """What is wrong with a fact: its line may be cut, or it has not the shape of its kind."""
    if cut:
        return "TRUNCATED_ROW"
    if label == CREATED and not clock.reads(text):
        return "BAD_TIME"
    if label == CREATION_IP:
        try:
            parse_endpoint(text)
        except ValueError:
            return "BAD_ADDRESS"
    return None


def _label_places(data: Data, section: Section) -> list[list[int]]:
    """Where the labels of a header stand."""
    start, end = section.header.start, section.header.end
    (lines,) = split(bytes(data[start:end]), 0, section.header.cells, ",", most=1)
    cells = [column(lines, at, frozenset()) for at in range(section.header.cells)]
    return [[edge + start for edge in cell.ranges(cell.ends >= cell.starts)[0].as_py()] for cell in cells]


def _other(rows: _Rows, section: Section) -> None:
    """Rows of a section that is in no list."""
    rows.unclassified["section of " + ", ".join(map(shown_key, section.labels))] += 0
    for line in _lines(section):
        rows.others.add((rows.number(), line.start, line.end, line.cells), None, {})


def _lines(section: Section) -> Iterable[Line]:
    return (line for run in section.runs for line in run)


def _parts(data: Data, section: Section) -> Iterable[tuple[int, bytes]]:
    """The runs of a section's rows: where each begins, and its bytes."""
    return ((run[0].start, bytes(data[run[0].start : run[-1].end])) for run in section.runs)


def _moved(rows: pa.RecordBatch, by: int, first: int) -> pa.RecordBatch:
    """Rows of a part as those of the whole: places moved, ordinals counted from `first`."""
    columns = []
    for name, values in zip(rows.schema.names, rows.columns, strict=True):
        if name == "row":
            columns.append(pc.add(values, first))
        elif name in {"start", "end"}:
            columns.append(pc.add(values, by))
        elif name.endswith("@") and values.null_count < len(values):
            flat = pc.add(values.flatten(), by)
            sizes = pc.fill_null(pc.list_value_length(values), 0).cast(pa.int32())
            offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(sizes)])
            columns.append(pa.ListArray.from_arrays(offsets, flat, mask=values.is_null()))
        else:
            columns.append(values)
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)


READER = SnapchatReturn()
