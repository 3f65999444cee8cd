"""Files changed as a provider might change them, and the one question: does a wrong value come out?

`run` takes a generated file with its truth, makes seeded mutants and reads each with all checks of an intake. An
event (account, address, port, instant) that comes out must be in the truth, or lack what a mutant took away, or be
what the mutation itself wrote: a value cut in the middle, two records joined at a cut. Anything else fails, with
the seed and number that make the mutant again.

    counts = run(READER, data, "html", truth, count=1_000, seed=1)

Give `fields` for a family with other columns, and `may_lack` for fields whose absence is no stronger claim.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any
from typing import NamedTuple

from tests.readers import skeletons
from tests.readers.skeletons import Skeleton
from tests.readers.skeletons import Span
from tests.readers.skeletons import Unit

from fourcorners.casework import intake
from fourcorners.model.errors import BadInput
from fourcorners.model.records import Reading
from fourcorners.readers.archive import Member
from fourcorners.readers.registry import HEAD
from fourcorners.readers.registry import Reader

Event = tuple[object, ...]
FIELDS = ("account", "ip", "port", "at")
MAY_LACK = ("account", "ip", "port")

KINDS: dict[str, Callable[[bytes, Collection[str]], Skeleton]] = {
    "html": skeletons.html,
    "text": skeletons.text,
    "csv": skeletons.csv,
    "json": skeletons.json,
}


class Edit(NamedTuple):
    """Bytes to replace. `wrote`: the new ones, or what now stands side by side, may make a value of their own."""

    start: int
    end: int
    new: bytes
    wrote: bool = False


@dataclass(frozen=True)
class Mutant:
    """Attributes:
    change: what was done, a name of `CHANGES`.
    data: the bytes.
    wrote: where the mutation may itself have made a value.
    """

    change: str
    data: bytes
    wrote: tuple[Span, ...]


class Found(NamedTuple):
    """An event that came out, and the ranges of its fields."""

    event: Event
    ranges: dict[str, list[int]]


@dataclass
class Original:
    """A generated file: its structure, and the values that stand in several pieces, which no change may tear."""

    data: bytes
    bones: Skeleton
    furniture: re.Pattern[bytes] | None
    split: list[list[int]]

    def whole(self, units: Collection[Unit]) -> list[Unit]:
        """The units that hold either all pieces of a value or none."""
        return [unit for unit in units if not any(self._tears(unit.span, pieces) for pieces in self.split)]

    @staticmethod
    def _tears(span: Span, ranges: list[int]) -> bool:
        held = [span.holds((a, b)) for a, b in zip(ranges[::2], ranges[1::2], strict=True)]
        return any(held) and not all(held)


def _word(rng: Random) -> bytes:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 12))).title().encode()


def _label(rng: Random, of: Original) -> bytes:
    """A label; those that repeat are what rows are made of, and come as often as all others."""
    labels = sorted(of.bones.labels)
    repeating = [label for label in labels if len(of.bones.labels[label]) > 2]
    return rng.choice(rng.choice([repeating or labels, labels]))


def _rename_everywhere(rng: Random, of: Original) -> list[Edit]:
    label = _label(rng, of)
    new = _word(rng)
    return [Edit(*span, new) for span in of.bones.labels[label]]


def _rename_once(rng: Random, of: Original) -> list[Edit]:
    label = _label(rng, of)
    return [Edit(*rng.choice(of.bones.labels[label]), _word(rng))]


def _respell(rng: Random, of: Original) -> list[Edit]:
    label = _label(rng, of)
    new = rng.choice((label.upper(), label.lower(), label + b":", label.replace(b" ", b"_"), label[:-1]))
    return [Edit(*span, new) for span in of.bones.labels[label]]


def _remove(rng: Random, of: Original) -> list[Edit]:
    if of.bones.rows:
        column = rng.randrange(len(of.bones.rows[0]))
        return _columns(of, lambda cells: cells[:column] + cells[column + 1 :])
    return [Edit(*rng.choice(of.whole(of.bones.units)).whole, b"")]


def _remove_some(rng: Random, of: Original) -> list[Edit]:
    """Parts in several places; a time and the next address together bring others side by side."""
    taken: list[Unit] = []
    units = of.whole(of.bones.units)
    for unit in rng.sample(units, min(len(units), rng.randint(2, 6))):
        if not any(unit.whole.start <= other.whole.end and other.whole.start <= unit.whole.end for other in taken):
            taken.append(unit)
    return [Edit(*unit.whole, b"", wrote=True) for unit in taken]


def _add(rng: Random, of: Original) -> list[Edit]:
    if of.bones.rows:
        column, name = rng.randrange(len(of.bones.rows[0]) + 1), _word(rng)
        made = iter([name])
        return _columns(of, lambda cells: [*cells[:column], next(made, b"203.0.113.77"), *cells[column:]])
    return [_copied(rng, of, lambda new: new)]


def _add_renamed(rng: Random, of: Original) -> list[Edit]:
    """A field of a new label, made like one that is there."""
    return [] if of.bones.rows else [_copied(rng, of, lambda _: _word(rng))]


def _copied(rng: Random, of: Original, rename: Callable[[bytes], bytes]) -> Edit:
    """A unit again, beside another of its kind, its labels renamed."""
    unit = rng.choice(of.bones.units)
    labels = [span for spans in of.bones.labels.values() for span in spans if unit.span.holds(span)]
    new, at = b"", unit.span.start
    for start, end in sorted(labels):
        new += of.data[at:start] + rename(of.data[start:end])
        at = end
    new += of.data[at : unit.span.end] + of.bones.glue
    before = rng.choice([other.span.start for other in of.bones.units if other.kind == unit.kind])
    return Edit(before, before, new, wrote=True)


def _move(rng: Random, of: Original) -> list[Edit]:
    if of.bones.rows:
        order = list(range(len(of.bones.rows[0])))
        rng.shuffle(order)
        return _columns(of, lambda cells: [cells[n] for n in order] if len(cells) == len(order) else cells)
    unit = rng.choice(of.whole(of.bones.units))
    kin = [other.span.start for other in of.bones.units if other.kind == unit.kind]
    gaps = [start for start in kin if not unit.whole.holds((start, start))]
    before = rng.choice(gaps or [unit.whole.start])
    new = of.data[unit.span.start : unit.span.end] + of.bones.glue
    return [Edit(*unit.whole, b""), Edit(before, before, new, wrote=True)]


def _swap(rng: Random, of: Original) -> list[Edit]:
    """Two neighbours change places: records, or fields of one record."""
    units = sorted(of.whole(of.bones.units))
    pairs = [(a.span, b.span) for a, b in pairwise(units) if a.span.end <= b.span.start and a.kind == b.kind]
    if not pairs:
        return []
    one, other = rng.choice(pairs)
    first, second = of.data[one.start : one.end], of.data[other.start : other.end]
    return [Edit(*one, second, wrote=True), Edit(*other, first, wrote=True)]


def _furnish(rng: Random, of: Original) -> list[Edit]:
    """Page furniture stands elsewhere too, be it within a value."""
    feet = [
        unit.span for unit in of.bones.units if of.furniture and of.furniture.search(of.data[slice(*unit.span)])
    ]
    if not feet:
        return []
    foot = of.data[slice(*min(feet, key=lambda span: span.end - span.start))]
    at = rng.choice([rng.randint(*rng.choice(of.bones.texts)), rng.choice(of.bones.units).span.start])
    lines = foot.endswith(b"\n") and of.data[at - 1 : at] not in {b"", b"\n"}
    return [Edit(at, at, b"\n" + foot if lines else foot)]


def _rename_furniture(rng: Random, of: Original) -> list[Edit]:
    feet = list(of.furniture.finditer(of.data)) if of.furniture else []
    new = _word(rng) + b" " + _word(rng)
    return [Edit(*foot.span(), new) for foot in feet]


def _truncate(rng: Random, of: Original) -> list[Edit]:
    return [Edit(rng.randrange(len(of.data)), len(of.data), b"")]


def _cut(rng: Random, of: Original) -> list[Edit]:
    start = rng.randrange(len(of.data))
    end = min(len(of.data) - 1, start + 1 + int(rng.expovariate(1 / 40)))
    return [Edit(start, end, b"", wrote=True)] if start < end else []


def _flip(rng: Random, of: Original) -> list[Edit]:
    span = rng.choice([span for span in of.bones.structure if span.end > span.start])
    at = rng.randrange(*span)
    return [Edit(at, at + 1, bytes([of.data[at] ^ 1 << rng.randrange(8)]), wrote=True)]


def _columns(of: Original, change: Callable[[list[bytes]], list[bytes]]) -> list[Edit]:
    """The cells of every line, changed."""
    edits = []
    for row in of.bones.rows:
        delimiter = of.data[row[0].end : row[1].start] if len(row) > 1 else b","
        cells = change([of.data[cell.start : cell.end] for cell in row])
        edits.append(Edit(row[0].start, row[-1].end, delimiter.join(cells)))
    return edits


CHANGES: dict[str, Callable[[Random, Original], list[Edit]]] = {
    "label renamed everywhere": _rename_everywhere,
    "label renamed once": _rename_once,
    "label respelt": _respell,
    "removed": _remove,
    "several removed": _remove_some,
    "added": _add,
    "added under a new label": _add_renamed,
    "moved": _move,
    "order changed": _swap,
    "furniture moved": _furnish,
    "furniture renamed": _rename_furniture,
    "end cut off": _truncate,
    "bytes cut out": _cut,
    "structural byte flipped": _flip,
}


def mutants(original: Original, count: int, seed: int) -> Iterator[Mutant]:
    """`count` mutants, every change in turn; those that a file cannot undergo are passed over."""
    rng = Random(seed)
    names = list(CHANGES)
    made = attempts = 0
    while made < count:
        name = names[attempts % len(names)]
        attempts += 1
        edits = CHANGES[name](rng, original)
        data, wrote = _apply(original.data, edits)
        if data == original.data:
            assert attempts < 20 * count + 100, "the file has no structure that could be changed"
            continue
        made += 1
        yield Mutant(name, data, wrote)


def _apply(data: bytes, edits: list[Edit]) -> tuple[bytes, tuple[Span, ...]]:
    out = bytearray()
    wrote: list[Span] = []
    at = 0
    for edit in sorted(edits):
        out += data[at : edit.start]
        if edit.wrote:
            wrote.append(Span(len(out), len(out) + len(edit.new)))
        out += edit.new
        at = edit.end
    return bytes(out + data[at:]), tuple(wrote)


def found_in(reading: Reading, fields: tuple[str, ...] = FIELDS) -> Iterator[Found]:
    """The events that could be released: rows of a family and category, with nothing wrong with them."""
    for batch in reading.batches:
        names = batch.rows.schema.names
        if batch.family == "capture" or not {"ip", "at"} <= set(names):
            continue
        for row in batch.rows.to_pylist():
            if row["problem"] is not None or row["category"] is None:
                continue
            values = [row.get(name) for name in fields]
            if "at" in fields and row["at"] is None:
                values[fields.index("at")] = row["at_text"]  # no zone is known
            yield Found(tuple(values), {name: row.get(f"{name}@") or [] for name in fields})


def _read(reader: Reader, data: bytes, path: str) -> Reading:
    if not reader.detect(path, data[:HEAD]):
        raise BadInput("UNKNOWN_FORMAT", "not detected", next_step="")
    reading = reader.read(data, None)
    intake.check(reading, Member(path, data, "", len(data)), reader)
    return reading


def _is_true(event: Event, truth: set[Event], lacking: tuple[int, ...]) -> bool:
    """Whether the event is in the truth, or would be with what it lacks."""
    if event in truth:
        return True
    gaps = [n for n in lacking if event[n] is None]
    return bool(gaps) and any(
        all(n in gaps or mine == theirs for n, (mine, theirs) in enumerate(zip(event, each, strict=True)))
        for each in truth
    )


def _is_written(found: Found, mutant: Mutant) -> bool:
    """Whether the mutation made the event: it wrote into a value, or brought values of two places together."""
    for span in mutant.wrote:
        inside = outside = before = after = False
        for name, ranges in found.ranges.items():
            if not ranges:
                continue
            first, last = ranges[0], ranges[-1]
            if span.start == span.end and (
                first <= span.start <= last or mutant.data[last : span.start].isspace()
            ):  # a blank before a cut is no part of the value
                return True
            if span.holds((first, last)):
                inside = True
            elif first < span.end and span.start < last:
                return True
            elif name != "account":
                outside = True
                before |= last <= span.start
                after |= first >= span.end
        if (inside and outside) or (span.start == span.end and before and after):
            return True
    return False


def _weight(reading: Reading) -> tuple[int, int]:
    """Rows with a problem; texts that were not classified, or are of rows in no list."""
    problems, unclassified = 0, sum(each.texts for each in reading.unclassified)
    for batch in reading.batches:
        problems += len(batch.rows) - batch.rows.column("problem").null_count
        if batch.family == "capture" or batch.rows.column("category").null_count:
            unclassified += sum(batch.rows.column("texts").to_pylist())
    return problems, unclassified


def run(
    reader: Reader,
    data: bytes,
    kind: str,
    truth: Collection[Event],
    *,
    count: int,
    seed: int,
    path: str = "",
    labels: Collection[str] = (),
    furniture: re.Pattern[bytes] | None = None,
    fields: tuple[str, ...] = FIELDS,
    may_lack: tuple[str, ...] = MAY_LACK,
) -> Counter[tuple[str, str]]:
    """Make mutants of a file, read each, and count (change, outcome); a wrong value fails.

    Args:
        reader: under test.
        data: the file as generated.
        kind: `html`, `text`, `csv` or `json`.
        truth: every event that the file holds, `at` in nanoseconds, or as written where no zone is stated.
        count: of mutants.
        seed: the same seed makes the same mutants.
        path: the file's name, if detection needs it.
        labels: words that are labels though they stand there seldom.
        furniture: what a page repeats at its foot.
        fields: the columns of an event.
        may_lack: columns whose absence makes no stronger claim.

    Returns:
        Outcomes: `unaffected`, `rejected`, `unclassified`, `fewer` (only what the mutant lacks is missing),
        `written` (an event that the mutation itself wrote), `refused CODE`.
    """
    whole = set(truth)
    lacking = tuple(fields.index(name) for name in may_lack)
    reading = _read(reader, data, path)
    plain = Counter(each.event for each in found_in(reading, fields))
    strays = [event for event in plain if event not in whole]
    assert not strays, f"the file itself gives what is not in the truth: {strays[:3]}"
    problems, unclassified = _weight(reading)
    ranges = [
        each
        for batch in reading.batches
        for name in batch.rows.schema.names
        if name.endswith("@")
        for each in batch.rows.column(name).to_pylist()
        if each and len(each) > 2
    ]
    original = Original(data, KINDS[kind](data, labels), furniture, ranges)

    counts: Counter[tuple[str, str]] = Counter()
    for number, mutant in enumerate(mutants(original, count, seed)):
        try:
            changed = _read(reader, mutant.data, path)
        except BadInput as error:
            counts[mutant.change, f"refused {error.code}"] += 1
            continue
        out = list(found_in(changed, fields))
        odd = [each for each in out if not _is_true(each.event, whole, lacking)]
        wrong = [each for each in odd if not _is_written(each, mutant)]
        assert not wrong, f"seed {seed}, mutant {number} ({mutant.change}): {wrong[:2]} is not in the truth"
        now, loose = _weight(changed)
        if odd:
            outcome = "written"
        elif not plain - Counter(each.event for each in out):
            outcome = "unaffected"
        elif now > problems:
            outcome = "rejected"
        elif loose > unclassified:
            outcome = "unclassified"
        else:
            outcome = "fewer"
        counts[mutant.change, outcome] += 1
    return counts


def totals(counts: Counter[tuple[str, str]]) -> dict[str, int]:
    """Outcomes over all changes, refusals together."""
    found: Counter[str] = Counter()
    for (_, outcome), n in counts.items():
        found[outcome.partition(" ")[0]] += n
    return dict(found)


def describe(counts: Counter[tuple[str, str]]) -> str:
    """One line a change, for people."""
    changes: dict[str, Any] = {}
    for (change, outcome), n in sorted(counts.items()):
        changes.setdefault(change, []).append(f"{outcome} {n}")
    return "\n".join(f"{change:26} {', '.join(parts)}" for change, parts in changes.items())
