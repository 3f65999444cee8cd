"""What a carrier's log format offers, and what a person must say about a log that does not say it itself."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Protocol
from typing import runtime_checkable

from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers.table.zones import Zone


@dataclass(frozen=True, slots=True)
class Said:
    """What a person declares about a log.

    Attributes:
        zone: of its local times; None while nobody declared one, and such times have no instant.
        basis: zone basis of every instant that rests on it, `declared by NAME`.
        year: of times that state none; None where the log states it.
        subscriber: which of the format's fields names the customer.
    """

    zone: Zone | None
    basis: str
    year: int | None
    subscriber: str


class LogFormat(Protocol):
    """One format. Its rows are assignments; `relate` fills in their derived columns (`records.DERIVED`)."""

    @property
    def name(self) -> str:
        """As a mapping names it: `isc-dhcpd-leases`."""

    @property
    def version(self) -> str:
        """Changes whenever the same bytes would be read otherwise."""

    @property
    def states_year(self) -> bool:
        """Whether its times have a year; a log without one is read only with a declared year."""

    @property
    def subscribers(self) -> tuple[str, ...]:
        """The fields that may name the customer; which one does is for the carrier to say."""

    @property
    def lossy(self) -> bool:
        """Whether lines are missing from a log of the format unless somebody says that it is complete."""

    @property
    def has_ports(self) -> bool:
        """Whether an address is given out by ports."""

    def detect(self, path: str, head: bytes) -> bool:
        """Whether a member with these first bytes is of the format; by its content."""

    def parts(self, data: bytes | mmap, said: Said) -> Iterator[Reading]:
        """Every row of a member, each as it stands alone: `held_from` is null until `relate`.

        The readings are of one piece of the member after another, at least one, and add up (`parts.joined`). What
        is held of the member does not grow with it.
        """

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:
        """The same rows with what all of them tell together: when each holding began and ended.

        Allocations and releases are paired over all members, whatever the order of the files. A holding whose
        end no row tells is certain up to its last sign of life; then it is lost until the next row that settles
        it (the next holder, a restart), or `records.FOREVER`. One that no later row speaks of is still held where
        nothing is missing from the log (`lossy`).

        Rows of different addresses (`ip`) say nothing about each other: related by themselves, all rows of some
        addresses tell the same as among the others. `Reading.restarts` are of all.
        """

    def census(self, data: bytes | mmap) -> Census:
        """An independent count of the same member."""


@runtime_checkable
class ConfigurationFormat(LogFormat, Protocol):
    """A format that logs nothing: the rows follow from a configuration, for as long as it was in force.

    `parts` and `census` are given the derived text. Its rows have the layout `records.COMPUTED`.
    """

    def derive(
        self, data: bytes | mmap, in_force: Sequence[tuple[int, int]], *, pool_boundary: bool | None
    ) -> tuple[str, bytes]:
        """The suffix that names the derived text, and the text.

        Args:
            data: the configuration.
            in_force: from when to when, ns UTC, in order and apart.
            pool_boundary: whether the lowest and the highest address of a pool's prefix are used; None if nobody
                says.
        """
