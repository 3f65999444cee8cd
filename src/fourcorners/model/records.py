"""Record families as columns.

Rows travel as Arrow record batches, because a return of a million rows must pass every room in seconds. One
batch holds rows of one family from one section of one file; its columns are the family's. Every value stands
three times: normalised (`ip`), as written (`ip_text`) and where it was written (`ip@`).

``FIELD@`` is a list of byte offsets, flattened pairs ``[start, end, start, end, ...)`` into the member that the
file's `Source` names: a page break can split a value. Re-reading = the bytes of the ranges, joined as they stand,
decoded, unescaped. The text it gives is `FIELD_text` where the family has that column, else `FIELD`.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = pa.string()
_RANGES = pa.list_(pa.int64())

#: Columns of every family, before the fields.
CORE: tuple[tuple[str, pa.DataType], ...] = (
    ("row", pa.int64()),  # ordinal within the member, from 0, in file order
    ("category", _TEXT),  # data category of the row as such; null where no list names it
    ("problem", _TEXT),  # a code of REJECTIONS where the row could not be read, else null
    ("start", pa.int64()),  # the row's extent in the member: [start, end)
    ("end", pa.int64()),
    ("texts", pa.int32()),  # how many text nodes (or cells, or lines) the row owns
)

#: Fields that have a normalised type, with the columns each brings.
_TYPED: dict[str, tuple[tuple[str, pa.DataType], ...]] = {
    "account": (("account", _TEXT), ("account_text", _TEXT)),
    "ip": (("ip", _TEXT), ("ip_text", _TEXT)),
    "port": (("port", pa.int32()), ("port_text", _TEXT)),
    "port_low": (("port_low", pa.int32()), ("port_low_text", _TEXT)),
    "port_high": (("port_high", pa.int32()), ("port_high_text", _TEXT)),
    # an instant: nanoseconds UTC (null while no zone is known), as written, ns of the unit written, zone basis
    "at": (("at", pa.int64()), ("at_text", _TEXT), ("precision", pa.int64()), ("zone_basis", _TEXT)),
    "until": (("until", pa.int64()), ("until_text", _TEXT)),
}

#: The families and their fields, in the order in which they are shown.
FAMILIES: dict[str, tuple[str, ...]] = {
    "login": ("account", "ip", "port", "at", "action", "agent"),
    "session": ("account", "ip", "port", "at", "until", "action", "agent"),
    "seen": ("account", "ip", "at", "until", "action"),
    "subscriber": ("account", "subscriber", "attribute", "value"),
    "assignment": (
        "account",
        "ip",
        "port_low",
        "port_high",
        "at",
        "until",
        "subscriber",
        "action",
        "session",
        "server",
    ),
    # `party` is the other side where the row tells it for certain; `numbers` are all that it names, `device` its
    # SIM and handset. Where a call began and where it ended are two facts.
    "call": (
        "account",
        "ip",
        "port",
        "at",
        "until",
        "action",
        "party",
        "numbers",
        "device",
        "first_cell",
        "last_cell",
    ),
    "payment": ("account", "at", "amount", "currency", "party"),
    "negative": ("account", "attribute", "value"),
    # rows of a section that no family holds (messages, photos, linked accounts): counted, never released
    "capture": ("account",),
}

#: What a log as a whole says of a row, beside what the row itself states: another row (a release, a renewal, a
#: restart) can tell when a holding ended. The reader derives it from all rows of an intake; it has no place.
#:
#: `[held_from, held_until)` is held for certain; a null `held_until` is still held. In `[held_until, lost_until)`
#: nobody knows: the row that would tell is not there. A null `held_from` means that the row gives nothing out.
DERIVED: dict[str, tuple[tuple[str, pa.DataType], ...]] = {
    "assignment": (("held_from", pa.int64()), ("held_until", pa.int64()), ("lost_until", pa.int64())),
}

#: `lost_until` where no later row bounds it: beyond any instant, and safe to widen.
FOREVER = 1 << 62

#: The layout of a member whose rows no log holds: they follow from a configuration by arithmetic.
COMPUTED = "computed"

#: Families that state facts without an instant: the window does not judge them.
TIMELESS = frozenset({"subscriber", "negative"})


def columns_of(field_name: str) -> tuple[tuple[str, pa.DataType], ...]:
    """The columns of one field, its ranges included."""
    return (*_TYPED.get(field_name, ((field_name, _TEXT),)), (field_name + "@", _RANGES))


def text_column(field_name: str) -> str:
    """The column to which the field's ranges re-read."""
    return field_name + "_text" if field_name in _TYPED else field_name


def schema(family: str) -> pa.Schema:
    """The Arrow schema of a family as a reader yields it."""
    fields = [column for name in FAMILIES[family] for column in columns_of(name)]
    return pa.schema([*CORE, *fields, *DERIVED.get(family, ())])


#: `plain`: as decoded. `html`: character references unescaped. `json`: the inside of a string, unescaped, or a
#: number. `json_latin1`: the same, where UTF-8 was written as if each byte were a character.
Notation = Literal["plain", "html", "json", "json_latin1"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one family from one section.

    Attributes:
        family: a key of `FAMILIES`.
        section: the section as the format names it, for reports.
        rows: columns as `schema(family)` gives them.
        field_categories: data category of each field that may differ from its row's; a field that maps to None is
            in no list (`UNDECIDABLE_CATEGORY`); a field that is not a key shares the row's category.
        clients: of a log, what tells one client from another where no name does: a text a row, null where nobody
            knows. It pairs rows, has no place, and is shown to nobody.
    """

    family: str
    section: str
    rows: pa.RecordBatch
    field_categories: Mapping[str, str | None] = field(default_factory=dict)
    clients: pa.Array | None = None

    def __post_init__(self) -> None:
        if not self.rows.schema.equals(schema(self.family)):
            raise AssertionError(f"columns of {self.family} are not its schema's")

    def only(self, which: npt.NDArray[np.bool_]) -> Batch:
        """The same batch with some of its rows."""
        mask = pa.array(which)
        clients = None if self.clients is None else self.clients.filter(mask)
        return replace(self, rows=self.rows.filter(mask), clients=clients)


@dataclass(frozen=True, slots=True)
class Unclassified:
    """A label or section that the reader does not know: its texts were counted and are released to nobody."""

    path: str
    texts: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one member.

    Conservation: `sum(texts of all rows) + boilerplate + sum(unclassified)` is the number of texts in the member,
    and `labels` the number of rows that carry each label; casework compares both with the independent census.

    Attributes:
        reader: name and version, `meta-record/1`.
        layout: which of the format's layouts was met.
        custodians: names by which an instrument may name the producer; empty where a table names none.
        batches: the rows, in file order within each batch.
        boilerplate: texts that belong to the format itself (headings, definitions, page furniture).
        unclassified: labels and sections in no list.
        labels: label -> occurrences, over rows and header.
        says_empty: the member says itself that it holds nothing.
        facts: what the member states about itself (`service`, `generated`, `date_range`, `account`), as written.
        holes: byte ranges inside rows' extents that no field of the row holds (an unknown label, a column that no
            mapping names), flattened pairs in file order: int64 array. They are released with no row.
        restarts: of a log: server -> instants (ns UTC) at which all that it gave out before was over.
        notation: how the bytes of a value become its text when it is read again.
        place: where the member lies: the file's path, and of an archive's member the path in it behind a `!`.
            Whoever opened the file says so, for readers whose members are related by where they lie.
    """

    reader: str
    layout: str
    custodians: tuple[str, ...]
    batches: tuple[Batch, ...]
    boilerplate: int
    unclassified: tuple[Unclassified, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    says_empty: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    holes: pa.Array = field(default_factory=lambda: pa.array([], pa.int64()))
    restarts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    notation: Notation = "plain"
    place: str = ""


@dataclass(frozen=True, slots=True)
class Census:
    """An independent count of one member: texts in all, and how often each listed label stands there."""

    texts: int
    labels: Mapping[str, int]
