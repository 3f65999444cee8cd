"""Syslog of Juniper's services cards: port blocks given out and taken back.

A line has the time at which it was collected, with its zone, and before its message that of the device, without
one. The first decides; a line without it rests on a declared zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from mmap import mmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_lines
from fourcorners.readers.logs.cgnat.events import numbered
from fourcorners.readers.logs.cgnat.events import rows
from fourcorners.readers.logs.cgnat.pairing import related
from fourcorners.readers.logs.lines import Block
from fourcorners.readers.logs.lines import Offsets
from fourcorners.readers.logs.lines import either
from fourcorners.readers.logs.lines import side_by_side
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import FIELD_CATEGORIES
from fourcorners.readers.markup import check_text

Data = bytes | mmap

#: What makes a line one of port blocks, whatever else is wrong with it.
_SIGN = "JSERVICES_NAT_PORT_BLOCK_"
_GIVEN = "ALLOC"
_COLLECTED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)"
_DEVICE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_LINE = (
    rf"^(?:(?P<collected>{_COLLECTED}) )?(?:<\d+>)?(?P<device>{_DEVICE})?:? ?(?P<server>[\w.-]+)\S*(?: \S+)*? ?"
    rf"{_SIGN}(?P<action>ALLOC|RELEASE): (?P<inside>[0-9a-fA-F.:]+) -> "
    r"(?P<ip>[0-9.]+):(?P<low>\d+)-(?P<high>\d+)(?: \S+)?$"
)
_TAG = r"\b(?P<tag>[A-Z][A-Z0-9]{0,20}(?:_[A-Z0-9]{1,20})+)\b"


class Juniper:
    """Port blocks in the syslog of Juniper devices."""

    name = "juniper-port-blocks"
    version = "1"
    states_year = True
    #: The customer is the inside address, which another log gives a name.
    subscribers = ("inside address",)
    #: Sent over UDP, lines are lost; the vendor says so.
    lossy = True
    has_ports = True

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether a line of port blocks stands in the first bytes."""
        return _SIGN.encode() in head

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every line that speaks of a port block.

        Raises:
            BadInput: `ENCODING` or `NUL`.
        """
        check_text(data)
        head = Reading(
            reader=f"{self.name}/{self.version}",
            layout="syslog",
            custodians=(),
            batches=(),
            boilerplate=0,
            labels={_SIGN: 0},
        )
        yield head
        first = 0
        for found, tags in side_by_side(partial(self._block, said=said), data):
            part = replace(head, unclassified=tuple(Unclassified(path, texts) for path, texts in tags.items()))
            if found is not None:
                batch = Batch("assignment", "port block", numbered(found, first), FIELD_CATEGORIES)
                part = replace(part, batches=(batch,), labels={_SIGN: found.num_rows})
                first += found.num_rows
            yield part

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:
        """When each block was held, as all events together say."""
        return related(files, lossy=lossy)

    def census(self, data: Data) -> Census:
        """Lines, counted by other means."""
        return census_lines.count(data, (_SIGN,))

    def _block(self, block: Block, said: Said) -> tuple[pa.RecordBatch | None, Counter[str]]:
        """The events of a block, and what its other lines are."""
        texts = block.texts()
        mine = pc.match_substring(texts, _SIGN).to_numpy(zero_copy_only=False)
        _, tags = block.fields(texts, np.flatnonzero(~mine & block.filled()), _TAG)
        others = Counter[str]()
        for each in pc.value_counts(tags["tag"].texts).to_pylist():
            others[each["values"] or "line of another kind"] += each["counts"]
        return self._rows(block, texts, np.flatnonzero(mine), said) if mine.any() else None, others

    @staticmethod
    def _rows(block: Block, texts: pa.StringArray, mine: Offsets, said: Said) -> pa.RecordBatch:
        whole, fields = block.fields(texts, mine, _LINE)
        fields["time"] = either(fields.pop("collected"), fields.pop("device"))
        # two lines whose end was lost between them would give one's time to the other's event
        whole &= pc.equal(pc.count_substring(texts.take(pa.array(mine)), _SIGN), 1).to_numpy(zero_copy_only=False)
        given = pc.equal(fields["action"].texts, _GIVEN).to_numpy(zero_copy_only=False)
        extents = np.stack([block.starts[mine], block.stops[mine]], axis=1) + block.base
        return rows(extents, fields, given, ~whole, said)


JUNIPER = Juniper()
