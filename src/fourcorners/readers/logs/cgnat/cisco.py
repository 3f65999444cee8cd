"""Syslog of Cisco IOS-XR: bulk port allocation, many events in one message.

An event stands in brackets, its fields in a fixed order that the manual gives: `[EventName L4 OrigSrcIP InsideVRF
OrigSrcIPv6 XlatSrcIP OrigPort FirstPort LastPort DstIP DstPort]`, `-` for what does not apply. `UserbasedA` gives
a block out, `UserbasedW` takes it back. The time is the message's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
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
from fourcorners.readers.logs.lines import blocks
from fourcorners.readers.logs.lines import taken
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import FIELD_CATEGORIES
from fourcorners.readers.markup import check_text

Data = bytes | mmap

_SIGN = "Userbased"
_GIVEN = "UserbasedA"
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_HEADING = rf"^(?:<\d+>)?(?:\d+ )?(?P<time>{_TIME}) (?P<server>\S+)"
_EVENT = (
    r"^\[(?P<action>Userbased[AW]) \S+ (?P<inside>[0-9.]+) \S+ \S+ (?P<ip>[0-9.]+) \S+ (?P<low>\d+) (?P<high>\d+)"
    r"(?: \S+ \S+)? ?\]"
)
_NAME = r"^\[(?P<name>[A-Za-z]{1,24})[ \]]"
_OPEN = ord("[")


class Cisco:
    """Bulk port allocation in the syslog of IOS-XR."""

    name = "cisco-bulk-port-allocation"
    version = "1"
    states_year = True
    #: The customer is the inside address, which another log gives a name.
    subscribers = ("inside address",)
    #: Sent over UDP, messages are lost.
    lossy = True
    has_ports = True

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether an event of port blocks stands in the first bytes."""
        return b"[Userbased" in head

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every event that speaks of a port block.

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
        for block in blocks(data):
            part = replace(head, boilerplate=int(block.filled().sum()))
            raw = np.frombuffer(block.data, np.uint8)
            opened = np.flatnonzero(raw == _OPEN)
            if not len(opened):
                yield part
                continue
            line = np.searchsorted(block.stops, opened, side="right")
            stops = np.minimum(np.append(opened[1:], len(raw)), block.ends[line])
            events = Block(block.data, block.base, 0, opened, stops, stops)
            texts = events.texts()
            mine = np.flatnonzero(pc.starts_with(texts, "[" + _SIGN).to_numpy(zero_copy_only=False))
            if len(mine):
                found = numbered(self._rows(block, events, texts, mine, line[mine], said), first)
                batch = Batch("assignment", "port block", found, FIELD_CATEGORIES)
                part = replace(part, batches=(batch,), labels={_SIGN: len(mine)})
                first += len(mine)
            rest = np.setdiff1d(np.arange(len(opened)), mine)
            _, names = events.fields(texts, rest, _NAME)
            others = Counter[str]()
            for each in pc.value_counts(names["name"].texts).to_pylist():
                others[f"event > {each['values'] or '?'}"] += each["counts"]
            yield replace(part, unclassified=tuple(Unclassified(path, texts) for path, texts in others.items()))

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:
        """When each block was held, as all events together say."""
        return related(files, lossy=lossy)

    def census(self, data: Data) -> Census:
        """Messages and events, counted by other means."""
        return census_lines.count_brackets(data, _SIGN)

    @staticmethod
    def _rows(
        block: Block, events: Block, texts: pa.StringArray, mine: Offsets, line: Offsets, said: Said
    ) -> pa.RecordBatch:
        whole, fields = events.fields(texts, mine, _EVENT)
        lines = np.unique(line)
        messages = block.texts()
        headed, heading = block.fields(messages, lines, _HEADING)
        # two messages whose end was lost between them would give one's time to the other's events
        times = pc.count_substring_regex(messages.take(pa.array(lines)), _TIME)
        headed &= pc.equal(times, 1).to_numpy(zero_copy_only=False)
        place = np.searchsorted(lines, line)
        fields |= {name: taken(column, place) for name, column in heading.items()}
        given = pc.equal(fields["action"].texts, _GIVEN).to_numpy(zero_copy_only=False)
        extents = np.stack([events.starts[mine], events.stops[mine]], axis=1) + block.base
        return rows(extents, fields, given, ~whole | ~headed[place], said)


CISCO = Cisco()
