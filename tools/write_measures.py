"""Write docs/measures.md from the results of `make bench` (build/bench/results.json)."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measures.md"
RESULTS = ROOT / "build" / "bench" / "results.json"

INTRODUCTION = """\
# Measures

Written by `tools/write_measures.py` from a run of `make bench`. Ratios are taken within one run, interleaved, and
every result is checked (counts, checksums) before a time counts; compare ratios between machines, not seconds. A
goal that is missed says so.

| what | seconds (median) | figure | goal | met |
|---|---|---|---|---|
"""

EXPLANATION = """
- **ingest**: from a Meta page (layout C) to stored, judged records: reading, independent count, reading back
  every value, judging, chunk tree, encryption, ledger, with a filter team named. `/ lexbor` is the ratio to
  lexbor's parse and `css("div")` of the same page. The page "with every trap" has rows that make the reader go
  over it twice; no goal is set for it, nor for the page of which half is sealed.
- **table**: a mapped CSV with the byte ranges of every value, as a ratio to DuckDB merely loading the same lines
  with both cores; the whole intake has judging, chunk tree and Parquet as well.
- **ledger**: durable appends of 290-byte entries with a signed checkpoint a batch, as a share of plain inserts
  of the same entries; receipts a second of 32 callers over those of one, each waiting for its own; the whole log
  recomputed from its entries over hashing them once. On a fast disk, small batches show the tree's work.
- **sealing**: a segment of 1 M rows in encrypted frames against the same Parquet in a plain file, both durable.
- **policy**: the filter that a decision leaves against one written by hand, over 10 M rows; and one decision.
- **attribution**: the join with its planning, as a ratio to the best plan that we could write for DuckDB or
  Polars by hand, given the same Arrow tables; and how the time for a row grows with size. Counts and checksums
  are those of the regimes' specification.
- **logs**: lines of port blocks from bytes to rows, as a ratio to DuckDB merely loading the same lines; and whole
  intakes of such logs under an instrument that asks about one address: the time as the same ratio, the peak of
  resident memory (mapped pages and libraries count), and that of four times the lines over it. All rows of an
  address are related at once, so with a filter team a log of few addresses holds more the longer it is.
- **check**: an account holder's export, most of it messages and pictures that no reader knows, from the zip to the
  page; every entry is counted against the truth.
"""


def main() -> None:
    """Write the page."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    if results["quick"]:
        raise SystemExit("these are the figures of a quick run; they mean nothing")
    rows = "".join(
        f"| {row['bench']}: {row['case']} | {row['seconds']:.2f} | {row['ratio']:.2f} | {row['goal']} | "
        f"{'yes' if row['ok'] else '**no**'} |\n"
        for row in results["rows"]
    )
    machine = f"\nMeasured on: {results['machine']}.\n"
    PAGE.write_text(INTRODUCTION + rows + machine + EXPLANATION, encoding="utf-8")


if __name__ == "__main__":
    main()
