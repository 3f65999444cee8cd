"""A carrier's log with what a person declared about it, as a reader."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from hashlib import sha256
from mmap import mmap

from fourcorners.model.instant import DECLARED
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.readers.archive import JOIN
from fourcorners.readers.archive import Member
from fourcorners.readers.logs.log_format import ConfigurationFormat
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.mapping import LogMapping
from fourcorners.readers.parts import joined
from fourcorners.readers.table.mapping import mapping_error
from fourcorners.readers.table.zones import parse_zone

#: Before the version in the name of a derived text.
_DERIVED = f"{JOIN}text@"


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

    def derive(self, member: Member, name: str) -> Member | None:
        """The assignments that follow from a configuration, as a member of its own; None for a log.

        Args:
            member: the configuration.
            name: its path, or the file's name.

        Raises:
            BadInput: `MAPPING_FILE`, nobody says when this file was in force; and what the format refuses.
        """
        mine, known = self.mapping, self.mapping.format
        if not isinstance(known, ConfigurationFormat):
            return None
        in_force = mine.times_of(_file_name(name))
        if not in_force:
            raise mapping_error(_file_name(name), "the mapping does not say when this configuration was in force")
        suffix, text = known.derive(member.data, in_force, pool_boundary=mine.pool_boundary)
        return Member(f"{name}{JOIN}{suffix}", text, sha256(text).hexdigest(), len(text))

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
        """What all rows tell together.

        Raises:
            BadInput: `MAPPING_FILE`, a configuration that is said to have been in force was not read.
        """
        read = {_file_name(reading.place) for readings in files for reading in readings}
        for name in self.mapping.in_force.keys() - read:
            raise mapping_error(name, "in_force names the file, and it was not read")
        return self.mapping.format.relate(files, lossy=self.mapping.coverage.lossy)

    def census(self, data: bytes | mmap) -> Census:
        """The member's texts, counted by other means."""
        return self.mapping.format.census(data)


def _file_name(place: str) -> str:
    """The name of a file, without the folders and archives in which it lies and the name of its derived text."""
    return place.partition(_DERIVED)[0].rpartition(JOIN)[2].rpartition("/")[2]
