"""Large logs: what the instrument does not ask about is judged as it is read, and let go of.

What another row can change is when a holding ended, so rows of the addresses that are asked about wait until all
is read (`law.scope.related`). Any other row is withheld whatever the rest says, and only its place and the reason
are kept. Two things ask for more: what is sealed to a filter team is sealed with what the whole log says of it;
and an instrument that names a customer may reach any address. Then all rows wait, encrypted, in drawers by
address, and one drawer at a time is related.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.law import scope
from fourcorners.law.proportion import People
from fourcorners.model.codes import SEALS
from fourcorners.model.instrument import Instrument
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.model.verdict import JudgedBatch
from fourcorners.vault.scratch import Scratch
from fourcorners.vault.segments import Writer
from fourcorners.vault.vault import Vault

Mask = npt.NDArray[np.bool_]

#: The column in which `Batch.clients` wait with their rows.
_CLIENTS = "clients"
#: Bytes of logs that are read and related at once; what is given in one intake and is larger is sifted.
PART = 8 << 20
#: Drawers for so much; the rows of a drawer are related at once, and take more room than as text.
_DRAWERS_A_PART = 4
#: Above so many, drawers grow with the log: each block of a log is spread over all of them.
_MOST_DRAWERS = 512


class Sifter:
    """The sifting of one intake.

    Attributes:
        people: whom the rows are about, counted as they come.
        scratch: where all rows wait; None where only those of asked addresses do, in memory.
        members: what was sifted, by the member's number in the intake.
    """

    def __init__(
        self,
        vault: Vault,
        instrument: Instrument,
        stem: str,
        people: People,
        scratch: Scratch | None,
        size: int,
        pool: ThreadPoolExecutor,
    ) -> None:
        """Take where to store what is withheld, under which name, by which writers; and the files' size, bytes."""
        self.people, self.scratch = people, scratch
        self.members: dict[int, Sifted] = {}
        self.vault, self.instrument, self.stem = vault, instrument, stem
        self._pool = pool
        self._drawers = min(size * _DRAWERS_A_PART // PART + 1, _MOST_DRAWERS)
        self._kinds = dict[tuple[int, str, str], Batch]()

    def member(self, before: int, n: int) -> Sifted:
        """Begin the n-th member of a file, with so many in the files before."""
        n += before
        self.members[n] = Sifted(self, n, Writer(self.vault, self.instrument.id, f"{self.stem}-{n}", self._pool))
        return self.members[n]

    def put(self, n: int, batch: Batch) -> None:
        """Let the rows of a member wait."""
        assert self.scratch is not None
        kind = (n, batch.family, batch.section)
        self._kinds.setdefault(kind, replace(batch, rows=batch.rows.slice(0, 0), clients=None))
        whose = list(self._kinds).index(kind)
        drawer = self._drawer_of(batch.rows.column("ip"))
        order = np.argsort(drawer, kind="stable")
        whole = batch.rows if batch.clients is None else batch.rows.append_column(_CLIENTS, batch.clients)
        rows, (found, firsts) = whole.take(pa.array(order)), np.unique(drawer[order], return_index=True)
        for number, first, last in zip(found.tolist(), firsts, [*firsts[1:], len(order)], strict=True):
            self.scratch.put(number, whose, rows.slice(first, last - first))

    def waiting(self) -> Iterator[dict[int, list[Batch]]]:
        """The rows that wait, one drawer at a time: of each member, in its order."""
        assert self.scratch is not None
        for drawer in self.scratch.drawers():
            yield self._open(drawer)

    def _open(self, drawer: int) -> dict[int, list[Batch]]:
        """A drawer's rows, joined: each part of a log put a few, and work goes by batches."""
        assert self.scratch is not None
        parts = defaultdict[int, list[pa.RecordBatch]](list)
        for whose, rows in self.scratch.open(drawer):
            parts[whose].append(rows)
        found, kinds = defaultdict[int, list[Batch]](list), list(self._kinds.items())
        for whose in list(parts):
            (n, _, _), batch = kinds[whose]
            rows = pa.concat_batches(parts.pop(whose))
            clients = rows.column(_CLIENTS) if _CLIENTS in rows.schema.names else None
            found[n].append(replace(batch, rows=rows.select(batch.rows.schema.names), clients=clients))
        return found

    def _drawer_of(self, ip: pa.Array) -> npt.NDArray[np.int64]:
        encoded = ip.dictionary_encode()
        # a prefix lies with its address, by which alone a log may tell its end
        addresses = (text.partition("/")[0] for text in encoded.dictionary.to_pylist())
        numbers = [crc32(text.encode()) % self._drawers for text in addresses]
        drawers: npt.NDArray[np.int64] = np.array([*numbers, 0])[pc.fill_null(encoded.indices, -1).to_numpy()]
        return drawers

    def reseal(self) -> set[str]:
        """Once it is known of how many people the return is: what was judged before says so too.

        Returns:
            Files that hold the former reasons, to be removed.
        """
        reason, former = self.people.reason, set[str]()
        for each in self.members.values():
            sealed = {code: count for code, count in each.reasons.items() if code in SEALS}
            if reason and sealed.keys() - {reason}:
                former |= each.writer.reseal(reason)
                each.reasons -= Counter(sealed)
                each.reasons[reason] = sum(sealed.values())
        for each in self.members.values():
            each.writer.finish()  # nothing is being written while files are removed
        return former


class Sifted:
    """What of one member was judged as it was read.

    Attributes:
        counts: rows, released (none), sealed, rejected.
        reasons: how many were withheld for each reason.
        writer: where the withheld ones are, and those go that waited.
    """

    def __init__(self, sifter: Sifter, n: int, writer: Writer) -> None:
        """Take the intake's sifter, the member's number, and where to write."""
        self.counts, self.reasons, self.writer = Counter[str](), Counter[str](), writer
        self._sifter, self._n = sifter, n

    def take(self, part: Reading) -> Reading:
        """Judge what can be judged of the next part.

        Returns:
            The same part with the rows that wait and are in memory.
        """
        sifter, kept, holes = self._sifter, list[Batch](), [part.holes.slice(0, 0)]
        sifter.people.add(part)
        for batch in part.batches:
            waits = scope.related(batch, sifter.instrument)
            self._withhold(self.judge(batch.only(~waits), part.custodians))
            own = batch.only(waits)
            holes.append(_inside(part.holes, own.rows))
            if sifter.scratch is not None:
                sifter.put(self._n, batch)
            elif own.rows.num_rows:
                kept.append(own)
        return replace(part, batches=tuple(kept), holes=pa.concat_arrays(holes))

    def judge(self, rest: Batch, custodians: tuple[str, ...], *, keep_sealed: bool = False) -> JudgedBatch:
        """Judge rows that no other row can bring into the scope."""
        sifter = self._sifter
        judged = scope.judge(
            rest, sifter.instrument, custodians=custodians, whole=sifter.people.reason, keep_sealed=keep_sealed
        )
        if judged.released.num_rows:
            raise AssertionError("a row is released only with what the whole log says of it")
        return judged

    def split(self, batch: Batch, custodians: tuple[str, ...]) -> Batch:
        """Of related rows that waited for a filter team or a name: seal those that were judged as they were read.

        Returns:
            The others.
        """
        waits = scope.related(batch, self._sifter.instrument)
        if self._sifter.vault.team is not None:
            sealed = self.judge(batch.only(~waits), custodians, keep_sealed=True).sealed_rows
            assert sealed is not None
            self.writer.seal(batch.family, sealed)
        return batch.only(waits)

    def _withhold(self, judged: JudgedBatch) -> None:
        self.counts.update(judged.counts())
        self.reasons.update(judged.reasons())
        self.writer.add(judged)


def _inside(holes: pa.Array, rows: pa.RecordBatch) -> pa.Array:
    """The holes that lie in some rows' extents."""
    pairs = holes.to_numpy().reshape(-1, 2)
    starts, ends = (rows.column(name).to_numpy() for name in ("start", "end"))
    if not len(pairs) or not len(starts):
        return holes.slice(0, 0)
    at = np.searchsorted(starts, pairs[:, 0], side="right") - 1
    return pa.array(pairs[(at >= 0) & (pairs[:, 0] < ends[at])].ravel(), pa.int64())
