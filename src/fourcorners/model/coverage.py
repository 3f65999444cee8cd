"""What a carrier's log covers: the difference between "nobody" and "nobody knows"."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

from fourcorners.model.identifier import Target


@dataclass(frozen=True, slots=True)
class Coverage:
    """A declared coverage, UTC nanoseconds.

    Attributes:
        start, end: `[start, end)`; None where the custodian does not say: then nothing is covered on that side.
        gaps: intervals within, in which nothing was logged.
        shared: whether several subscribers are behind one address at once; None where nobody says.
        asked: accounts that the instrument asked about; an address that is none of them is not covered.
        complete: False if rows were lost (rejected or undecidable): then a missing match proves nothing.
        lossy: lines may be missing from the log itself (sent over UDP, a journal that is compacted): what it says
            counts, its silence proves nothing.
    """

    start: int | None = None
    end: int | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    shared: bool | None = None
    asked: tuple[Target, ...] = ()
    complete: bool = True
    lossy: bool = False

    def within(self, start: int, end: int, *, asked: tuple[Target, ...], complete: bool) -> Coverage:
        """The same coverage cut to an instrument's window and accounts."""
        return replace(
            self,
            start=None if self.start is None else max(self.start, start),
            end=None if self.end is None else min(self.end, end),
            asked=asked,
            complete=complete,
        )
