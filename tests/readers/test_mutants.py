"""The harness itself: its cuts keep the form, and it sees a reader that goes by count or order."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from random import Random

import pyarrow as pa
import pytest
from tests.readers import mutants
from tests.readers import skeletons
from tests.readers.mutants import CHANGES
from tests.readers.mutants import Original

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Batch
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import schema
from fourcorners.readers.markup import Data

JSON = b'{"logins": [{"ip": "203.0.113.1", "at": 1}, {"at": 2, "ip": "203.0.113.2"}], "n": {"a": [], "b": null}}'
TABLE = b'ip,at,"a, b"\n203.0.113.1,1,"x, ""y"""\n203.0.113.2,2,z\n'
DAMAGE = {"end cut off", "bytes cut out", "structural byte flipped"}


class ByOrder:
    """Reads `ip` and `at` of a page by their order, as no reader may."""

    name, version, custodians = "by-order", "1", ()

    def __init__(self, *, by_label: bool) -> None:
        self._by_label = by_label

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - a reader's form
        return b"<p>" in head

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        return [list(readings) for readings in files]

    def read(self, data: Data, declaration: ZoneDeclaration | None) -> Reading:  # noqa: ARG002 - a reader's form
        rows = []
        for n, row in enumerate(re.finditer(rb"<p>(.*?)</p>", data)):
            ip = re.search(rb"<i>IP</i><b>(203[^<]*)</b>" if self._by_label else rb"<b>(203[^<]*)</b>", row[1])
            at = re.search(rb"<i>Time</i><b>(\d\d)</b>" if self._by_label else rb"<b>(\d\d)</b>", row[1])
            if ip and at:
                place = [row.start(1) + each for each in ip.span(1)]
                when = [row.start(1) + each for each in at.span(1)]
                values = {
                    "row": n,
                    "start": row.start(),
                    "end": row.end(),
                    "texts": 0,
                    "category": "session_ip_log",
                }
                values |= {"ip": ip[1].decode(), "ip_text": ip[1].decode(), "ip@": place}
                rows.append(values | {"at": int(at[1]), "at_text": at[1].decode(), "at@": when})
        batch = Batch("login", "x", pa.RecordBatch.from_pylist(rows, schema("login")))
        return Reading("by-order/1", "", (), (batch,), 0, says_empty=True)

    def census(self, data: Data) -> Census:  # noqa: ARG002 - a reader's form
        return Census(0, {})


def page() -> bytes:
    row = "<p><i>IP</i><b>203.0.113.{0}</b><i>Time</i><b>{0}</b><i>Seen</i><b>{1}</b></p>"
    return ("<html><body>" + "".join(row.format(n, n + 40) for n in range(10, 40)) + "</body></html>").encode()


TRUTH = {(None, f"203.0.113.{n}", None, n) for n in range(10, 40)}


def test_a_reader_by_label_passes_and_one_by_order_does_not() -> None:
    counts = mutants.run(ByOrder(by_label=True), page(), "html", TRUTH, count=300, seed=1)
    assert sum(mutants.totals(counts).values()) == 300
    assert len(mutants.describe(counts).splitlines()) >= 10
    with pytest.raises(AssertionError, match="is not in the truth"):
        mutants.run(ByOrder(by_label=False), page(), "html", TRUTH, count=300, seed=1)


@pytest.mark.parametrize(("kind", "data"), [("json", JSON), ("csv", TABLE), ("html", page())])
def test_a_change_of_structure_keeps_the_form(kind: str, data: bytes) -> None:
    of = Original(data, mutants.KINDS[kind](data, ()), None, [])
    rng = Random(1)
    for name in CHANGES.keys() - DAMAGE:
        for _ in range(200):
            changed, _ = mutants._apply(data, CHANGES[name](rng, of))
            if kind == "json":
                json.loads(changed)
            elif kind == "csv":
                rows = list(csv.reader(io.StringIO(changed.decode()), strict=True))
                assert len({len(row) for row in rows}) == 1
            else:
                skeletons.html(changed)


def test_the_same_seed_makes_the_same_mutants() -> None:
    of = Original(JSON, skeletons.json(JSON), None, [])
    assert list(mutants.mutants(of, 60, 3)) == list(mutants.mutants(of, 60, 3))
