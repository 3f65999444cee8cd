"""A carrier's log with what a person declared about it, as a reader."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from mmap import mmap

from fourcorners.model.instant import DECLARED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import LogMapping
from fourcorners.readers.parts import joined
from fourcorners.readers.table.zones import parse_zone


class LogReader:
    """Reads logs under one declaration, made by `by`."""

    custodians: tuple[str, ...] = ()

    def __init__(self, mapping: LogMapping, by: str) -> None:
        self.mapping = mapping
        self.by = by
        self.name = mapping.format.name
        self.version = mapping.format.version

    def detect(self, path: str, head: bytes) -> bool:
        """Whether a member is of the declared format."""
        return self.mapping.format.detect(path, head)

    def why_not(self, path: str, head: bytes) -> str | None:
        """Why a member is not read, None where it is."""
        return None if self.detect(path, head) else f"it is no log of the format {self.name}"

    def read(self, data: bytes | mmap, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of a member.

        Raises:
            BadInput: structural damage, as the format says.
        """
        return joined(self.parts(data, declaration))

    def parts(self, data: bytes | mmap, declaration: ZoneDeclaration | None = None) -> Iterator[Reading]:
        """The same in readings of one piece of the member after another.

        Raises:
            BadInput: structural damage, as the format says.
        """
        mine = self.mapping
        zone = mine.zone or (parse_zone(declaration.zone) if declaration else None)
        by = declaration.by if declaration and not mine.zone else self.by
        return mine.format.parts(data, Said(zone, DECLARED + by, mine.year, mine.subscriber))

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """What all rows tell together."""
        return self.mapping.format.relate(files, lossy=self.mapping.coverage.lossy)

    def census(self, data: bytes | mmap) -> Census:
        """The member's texts, counted by other means."""
        return self.mapping.format.census(data)
