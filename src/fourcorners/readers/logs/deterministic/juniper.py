"""Deterministic NAT of Juniper devices: no log, but who had which ports follows from the configuration in force.

The member is the configuration as the device shows it (`statements`), in the hierarchy of Adaptive Services
(`adaptive`) or of Next Gen Services (`next_gen`). When it was in force is for the carrier to say. What follows
from it is a derived text (`text`), and its lines are the rows; so a row says that it was computed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from mmap import mmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.records import COMPUTED
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.model.records import schema
from fourcorners.readers import census_lines
from fourcorners.readers import census_nat
from fourcorners.readers.logs.cgnat.events import numbered
from fourcorners.readers.logs.deterministic import text
from fourcorners.readers.logs.deterministic.apart import check_apart
from fourcorners.readers.logs.deterministic.configuration import settle
from fourcorners.readers.logs.deterministic.refused import unsettled
from fourcorners.readers.logs.deterministic.statements import statements
from fourcorners.readers.logs.lines import Block
from fourcorners.readers.logs.lines import Offsets
from fourcorners.readers.logs.lines import blocks
from fourcorners.readers.logs.log_format import Said
from fourcorners.readers.logs.sheet import CATEGORY
from fourcorners.readers.logs.sheet import FIELD_CATEGORIES
from fourcorners.readers.markup import check_text
from fourcorners.readers.table.addresses import read_addresses
from fourcorners.readers.table.addresses import read_ports

Data = bytes | mmap
Heads = Sequence[re.Match[bytes]]

_SIGN = re.compile(rb"deterministic-port-block-allocation|\bport\s+deterministic\b|\bdeterministic\s*\{")
_HEAD = re.compile(rb"^in force (\S+) (\S+)$", re.MULTILINE)
#: Assignments of one configuration; the largest that are documented serve some ten thousand hosts.
MOST = 1 << 20
_LINE = rf"^(?P<action>{COMPUTED}) (?P<ip>[0-9.]+) (?P<low>\d+) (?P<high>\d+) (?P<inside>[0-9.]+)$"


class Deterministic:
    """Assignments that follow from a configuration."""

    name = "juniper-deterministic-nat"
    version = "1"
    states_year = True
    #: The customer is the inside address, which another log gives a name.
    subscribers = ("inside address",)
    #: A configuration says nothing of the carrier's other devices.
    lossy = True
    has_ports = True

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells
        """Whether a statement of deterministic port blocks stands in the first bytes."""
        return _SIGN.search(head) is not None

    def derive(
        self, data: Data, in_force: Sequence[tuple[int, int]], *, pool_boundary: bool | None
    ) -> tuple[str, bytes]:
        """The suffix that names the derived text, and the text, as `text` has it.

        Args:
            data: the configuration.
            in_force: from when to when, as declared, ns UTC, in order and apart.
            pool_boundary: whether the lowest and the highest address of a pool's prefix are used, as declared.

        Raises:
            BadInput: `NAT_CONFIGURATION` for what it does not settle; `ENCODING`, `NUL`, `LOG`, `TRUNCATED`,
                `DEPTH`; `CONSERVATION` where an independent count finds other statements or hosts.
        """
        settled = settle(statements(data), pool_boundary=pool_boundary)
        if (rows := len(in_force) * sum(pool.inside.size for pool in settled.pools)) > MOST:
            raise unsettled(f"{rows} assignments are more than {MOST}", settled.pools[0].line)
        made = "".join(text.lines(settled, in_force)).encode()
        counted, derived = census_nat.count(data, times=len(in_force)), self.census(made)
        if counted != derived:
            raise BadInput(
                "CONSERVATION",
                f"the configuration holds {counted.texts} statements and hosts, {counted.labels[COMPUTED]} of "
                f"them hosts; its text {derived.texts}, {derived.labels[COMPUTED]} of them hosts",
                why="a host that is lost, or one too many, would move the ports of others",
                next_step="do not use this configuration with this version; tell the makers",
            )
        return f"text@{self.name}-{self.version}", made

    def parts(self, data: Data, said: Said) -> Iterator[Reading]:
        """Every line of a derived text.

        Raises:
            BadInput: `LOG`, it is no such text.
        """
        check_text(data)
        heads = list(_HEAD.finditer(data))
        if not heads or heads[0].start():
            raise BadInput(
                "LOG",
                "the text does not begin with the time in which its configuration was in force",
                where="line 1",
                why="assignments without that time would hold at any",
                next_step="give the configuration itself",
            )
        head = Reading(
            reader=f"{self.name}/{self.version}",
            layout=COMPUTED,
            custodians=(),
            batches=(),
            boilerplate=0,
            labels={COMPUTED: 0},
        )
        yield head
        first = 0
        for block in blocks(data):
            found, others = _taken(block, heads, said)
            unused = {label: n for label, n in others.items() if label.startswith(f"{text.UNUSED} ")}
            part = replace(
                head,
                boilerplate=others.total() - sum(unused.values()),
                unclassified=tuple(Unclassified(label.partition(" ")[2], n) for label, n in unused.items()),
            )
            if found is not None:
                batch = Batch("assignment", "port block", numbered(found, first), FIELD_CATEGORIES)
                part = replace(part, batches=(batch,), labels={COMPUTED: found.num_rows})
                first += found.num_rows
            yield part

    def relate(self, files: Sequence[Sequence[Reading]], *, lossy: bool) -> list[list[Reading]]:  # noqa: ARG002
        """The same rows: each says itself from when to when it held.

        Raises:
            BadInput: `NAT_CONFIGURATION`, two configurations in force at once give one host's ports to another.
        """
        check_apart([each for readings in files for each in readings])
        return [list(readings) for readings in files]

    def census(self, data: Data) -> Census:
        """Lines of a derived text, counted by other means."""
        return census_lines.count(data, (COMPUTED,))


def _taken(block: Block, heads: Heads, said: Said) -> tuple[pa.RecordBatch | None, Counter[str]]:
    """The rows of a block, and its other lines: what they say, and how often."""
    texts = block.texts()
    computed = pc.starts_with(texts, COMPUTED).to_numpy(zero_copy_only=False)
    others = Counter[str]()
    for each in pc.value_counts(texts.filter(pa.array(~computed))).to_pylist():
        others[each["values"]] += each["counts"]
    mine = np.flatnonzero(computed)
    return _rows(block, texts, mine, heads, said) if len(mine) else None, others


def _rows(block: Block, texts: pa.StringArray, mine: Offsets, heads: Heads, said: Said) -> pa.RecordBatch:
    size = len(mine)
    whole, fields = block.fields(texts, mine, _LINE)
    addresses, _ = read_addresses(fields["ip"].texts)
    low, low_good = read_ports(fields["low"].texts)
    high, high_good = read_ports(fields["high"].texts)
    good = whole & addresses.is_valid().to_numpy(zero_copy_only=False) & low_good & high_good
    values: dict[str, pa.Array] = {
        "row": pa.array(np.arange(size)),
        "category": pa.repeat(CATEGORY, size),
        "problem": pc.if_else(pa.array(good), pa.scalar(None, pa.string()), "BROKEN_VALUE"),
        "start": pa.array(block.starts[mine] + block.base),
        "end": pa.array(block.stops[mine] + block.base),
        "texts": pa.array(np.ones(size, np.int32)),
        "ip": addresses,
        "port_low": pa.array(low, mask=~low_good),
        "port_high": pa.array(high, mask=~high_good),
        "precision": pa.repeat(pa.scalar(SECOND, pa.int64()), size),
        "zone_basis": pa.repeat(said.basis, size),
    }
    for name, key in (
        ("ip_text", "ip"),
        ("port_low_text", "low"),
        ("port_high_text", "high"),
        ("subscriber", "inside"),
        ("action", "action"),
    ):
        values[name] = fields[key].values()
        values[f"{name.removesuffix('_text')}@"] = fields[key].ranges(fields[key].present)
    below = pa.array(np.searchsorted([head.start() for head in heads], block.starts[mine] + block.base) - 1)
    for name, group in (("at", 1), ("until", 2)):
        written = [head[group].decode() for head in heads]
        values[name] = pa.array([parse_rfc3339(each).ns for each in written], pa.int64()).take(below)
        values[f"{name}_text"] = pa.array(written, pa.string()).take(below)
        values[f"{name}@"] = pa.array([head.span(group) for head in heads], pa.list_(pa.int64())).take(below)
    values["held_from"], values["held_until"] = values["at"], values["until"]
    wanted = schema("assignment")
    return pa.RecordBatch.from_arrays(
        [values[each.name] if each.name in values else pa.nulls(size, each.type) for each in wanted], schema=wanted
    )


JUNIPER = Deterministic()
