"""What one row of T-Mobile's call detail records says: when, and between whom.

Date and time are two columns, and the end is the start and so many seconds. Four columns hold numbers. Which of
them is the account and which the other party rests on the direction, so both are taken only where the type of the
call does not say otherwise, and the party only where no other number could be meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fourcorners.model.identifier import normalise
from fourcorners.readers.table.cells import Column
from fourcorners.readers.table.cells import column
from fourcorners.readers.table.cells import join
from fourcorners.readers.table.cells import where
from fourcorners.readers.table.rows import Meaning
from fourcorners.readers.table.rows import read_rows
from fourcorners.readers.table.split import Lines
from fourcorners.readers.table.time_format import TimeFormat
from fourcorners.readers.table.times import Times
from fourcorners.readers.table.times import later
from fourcorners.readers.table.times import read_times

Mask = NDArray[np.bool_]

#: The key writes month first; a workbook's own dates become ISO texts. The columns stand in either order.
_FORMATS = tuple(
    TimeFormat.declared(spelling)
    for date in ("%m/%d/%Y", "%Y-%m-%d")
    for spelling in (f"{date},%H:%M:%S", f"%H:%M:%S,{date}")
)
_SECONDS = r"\A[0-9]{1,7}\z"
#: Calls that go to voicemail, or that ask for it (805-MESSAGE), carry these numbers, which are nobody's.
VOICEMAIL = frozenset({"+18056377249", "+18056377243"})
_OUT, _IN, _OPEN = 1, 2, 0
_DIRECTIONS = {"outgoing": _OUT, "out": _OUT, "incoming": _IN, "in": _IN}
_TYPES = {
    "msoriginating": _OUT,
    "msoriginatingsmsinmsc": _OUT,
    "moc": _OUT,
    "msterminating": _IN,
    "msterminatingsmsinmsc": _IN,
    "mtc": _IN,
}
#: Types that leave it to the direction. Every other, a forwarded call among them, leaves the sides open.
_EITHER = frozenset({"smsc", "rcs-imchat"})
_TEN = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}", re.ASCII)


@lru_cache(maxsize=65_536)
def number(text: str) -> str:
    """A number as it is compared: eleven digits of the North American plan (country code 1) with their `+`."""
    bare = normalise(text)
    return f"+{bare}" if bare.startswith("1") and _TEN.fullmatch(bare[1:]) else bare


def _is_voicemail(text: str) -> bool:
    return number(text) in VOICEMAIL or number(f"1{text}") in VOICEMAIL


def _is_dialed(keyed: str, called: str) -> bool:
    """Whether a number is called by what was dialed: in the own country without its code."""
    return number(called) in {number(keyed), number(f"1{keyed}")}


def rows_of(lines: Lines, meaning: Meaning) -> pa.RecordBatch:
    """Rows of family `call`; `account` is the side that the row's direction names, null where it names none."""
    rows = read_rows(lines, meaning)
    cells = {key: column(lines, place, meaning.unknown) for key, place in meaning.places.items()}
    found = _instants(cells, meaning) | _sides(cells, rows.num_rows)
    arrays = [found.get(field.name, rows.column(field.name)) for field in rows.schema]
    made = pa.RecordBatch.from_arrays(arrays, schema=rows.schema)
    place = made.schema.get_field_index("problem")
    problem = pc.coalesce(rows.column("problem"), found["problem"])
    return made.set_column(place, made.schema.field(place), problem)


def _instants(cells: dict[str, Column], meaning: Meaning) -> dict[str, pa.Array]:
    """`at` and `until` with their texts, places and problems."""
    pair = sorted((cells["date"], cells["time"]), key=lambda cell: cell.index)
    written, places = join(pair)
    given = pair[0].present & pair[1].present
    times = _read(written.filter(pa.array(given)), meaning).spread(given)
    length = cells["duration"]
    whole = pc.match_substring_regex(length.texts, _SECONDS).to_numpy(zero_copy_only=False)
    seconds = pc.cast(pc.if_else(pa.array(whole), length.texts, "0"), pa.int64()).to_numpy()
    until, fits = later(times.ns, seconds)
    known = given & times.known
    basis = np.where(given & times.stated, 0, np.where(given & times.declared, 1, 2))
    problem = np.where(~given, 0, np.where(~times.read | (length.present & ~(whole & fits)), 1, 2))
    return {
        "at": pa.array(times.ns, mask=~known),
        "at_text": where(written, given),
        "at@": where(places, given),
        "precision": pa.array(times.precision, mask=~(given & times.read)),
        "zone_basis": pa.array([None, meaning.basis, None], pa.string()).take(pa.array(basis)),
        "until": pa.array(until, mask=~(known & whole & fits)),
        "until_text": length.values(),
        "until@": length.ranges(length.present),
        "problem": pa.array(["MISSING_TIME", "BAD_TIME", None], pa.string()).take(pa.array(problem)),
    }


def _read(texts: pa.StringArray, meaning: Meaning) -> Times:
    """Each text by the one format that fits it; none fits two."""
    tries = [read_times(texts, how, meaning.zone) for how in _FORMATS]
    which = np.argmax([times.read for times in tries], axis=0) if len(texts) else np.zeros(0, np.int64)

    def of(name: str) -> NDArray[np.int64]:
        values = np.stack([getattr(times, name) for times in tries])
        chosen: NDArray[np.int64] = np.take_along_axis(values, which[None, :], axis=0)[0]
        return chosen

    return Times(*(of(name) for name in ("ns", "precision", "read", "known", "stated", "declared")))  # type: ignore[arg-type]  # masks among them


def _sides(cells: dict[str, Column], size: int) -> dict[str, pa.Array]:
    """`account` and `party`, each from the column that the row's direction names."""
    calling, called = cells["calling"], cells["called"]
    texts = [cells[key].texts.to_pylist() for key in ("direction", "type", "calling", "called", "destination")]
    texts.append(cells["dialed"].texts.to_pylist() if "dialed" in cells else [""] * size)
    account, party = np.zeros(size, np.int8), np.zeros(size, np.int8)
    for row, (direction, kind, one, other, end, keyed) in enumerate(zip(*texts, strict=True)):
        way = _way(direction, kind)
        if way == _OPEN or any(map(_is_voicemail, (one, other, end, keyed))):
            continue
        account[row], party[row] = (1, 2) if way == _OUT else (2, 1)
        moved, apart = end and number(end) != number(other), keyed and not _is_dialed(keyed, other)
        if way == _OUT and (moved or apart):
            party[row] = 0  # dialed one number, called or reached another: which is meant is open
    made: dict[str, pa.Array] = {}
    for name, chosen in (("account", account), ("party", party)):
        texts, ranges = _chosen(chosen, (calling, called))
        made |= {name: texts, f"{name}@": ranges}
    made["account_text"] = made["account"]
    return made | {"account": _numbers(made["account"])}


def _way(direction: str, kind: str) -> int:
    said, typed = _DIRECTIONS.get(direction.casefold(), _OPEN), _TYPES.get(kind.casefold(), _OPEN)
    return said if said == typed or kind.casefold() in _EITHER else _OPEN


def _chosen(which: NDArray[np.int8], columns: Sequence[Column]) -> tuple[pa.Array, pa.Array]:
    """Of each row the cell of the column with that number, from 1; null where it is 0 or the cell is blank."""
    texts, ranges = pa.nulls(len(which), pa.string()), pa.nulls(len(which), pa.list_(pa.int64()))
    for place, cell in enumerate(columns, 1):
        here = (which == place) & cell.present
        texts = pc.if_else(pa.array(here), cell.texts, texts)
        ranges = pc.if_else(pa.array(here), cell.ranges(here), ranges)
    return texts, ranges


def _numbers(texts: pa.Array) -> pa.Array:
    distinct = texts.dictionary_encode()
    return pa.array([number(text) for text in distinct.dictionary.to_pylist()], pa.string()).take(distinct.indices)
