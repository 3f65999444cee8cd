"""A provider's return as it is given, with its order and the truth: one member bare, or all of them in a zip.

For the providers whose members are plain files: a generator says what stands in them, here they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fourcorners.model.errors import UsageError
from fourcorners.samples import orders
from fourcorners.samples import truth
from fourcorners.samples.orders import Order
from fourcorners.samples.package import Archive
from fourcorners.samples.provider import MAX_PDF_ROWS
from fourcorners.samples.truth import Row
from fourcorners.samples.world import World

#: From so many rows on, a list also holds rows that must not be read or released.
SPOILT_FROM = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One member: its path in the zip, its bytes, and the truth about its rows.

    `read`: a reader must know it. A member that none knows has no rows.
    """

    name: str
    data: bytes
    rows: Sequence[Row] = ()
    read: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of the provider's instrument, for the rows that the generator writes."""

    world: World
    custodian: str
    accounts: tuple[str, ...]
    categories: tuple[str, ...]

    def row(
        self, kind: str, category: str | None, values: tuple[object, ...], at: int | None = None, until: int = 0
    ) -> Row:
        """The truth about a row that can be read; its first value is the account.

        `at` None: the window does not judge it. `until`: the last second of an interval, inclusive.
        """
        window = self.world.window
        reason = None
        if category is None:
            reason = "UNDECIDABLE_CATEGORY"
        elif category not in self.categories:
            reason = "OUTSIDE_CATEGORY"
        elif values[0] is None:
            reason = "UNDECIDABLE_ACCOUNT"
        elif values[0] not in self.accounts:
            reason = "OUTSIDE_ACCOUNT"
        elif kind == "capture":
            reason = "NO_FAMILY"
        elif at is not None and (at >= window.end or max(at, until) < window.start):
            reason = "OUTSIDE_DATE_RANGE"
        return Row(kind, "sealed" if reason else "released", reason, values)

    def order(self) -> Order:
        """The warrant to the provider."""
        window = self.world.window
        return Order(
            "search_warrant",
            "Sample Magistrate Judge, Example District",
            "magistrate_judge",
            self.custodian,
            self.accounts,
            self.categories,
            (window.start_text, window.end_text, window.zone),
            "2026-03-20T15:00:00Z",
            "2026-03-23T09:30:00Z",
            f"26-mj-{1000 + self.world.seed % 9000}",
        )


def check_size(rows: int, out: Path) -> None:
    """Refuse a PDF of more rows than can be typeset in reasonable time.

    Raises:
        UsageError: too many rows for a PDF.
    """
    if out.suffix != ".txt" and rows > MAX_PDF_ROWS:
        raise UsageError(
            "USAGE", f"a PDF is made of at most {MAX_PDF_ROWS} rows", next_step="take the text form, or fewer rows"
        )


def write(
    scope: Scope,
    parts: Sequence[Part],
    out: Path,
    canaries: Sequence[str],
    withheld_fields: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Write the return, and beside it its order, the order's paper and the truth.

    Args:
        scope: of the order.
        parts: the members; the first one alone where the name does not end in .zip.
        out: where.
        canaries: texts that no record line may hold.
        withheld_fields: fields that are sealed while their row is released, by kind.

    Raises:
        UsageError: the suffix is neither .zip nor the first member's.
    """
    suffix = Path(parts[0].name).suffix
    if out.suffix not in {".zip", suffix}:
        raise UsageError(
            "USAGE",
            f"{out.name!r} cannot hold this format",
            next_step=f"end the name in {suffix} (one member) or .zip (a whole return)",
        )
    if out.suffix == ".zip":
        with Archive(out) as archive:
            for part in parts:
                archive.add_bytes(part.name, part.data)
        members = [_member(part.name, part) for part in parts if part.read]
    else:
        out.write_bytes(parts[0].data)
        members = [_member("", parts[0])]
    order = out.with_name(f"{out.name}.order.toml")
    orders.write(scope.order(), order, out.with_name(f"{out.name}.order.txt"))
    told = truth.return_truth(out.parent, out, order, members, withheld_fields=dict(withheld_fields or {}))
    truth.write(out.with_name(f"{out.name}.truth.json"), scope.world.seed, [told], [], canaries)


def _member(path: str, part: Part) -> truth.Member:
    return truth.Member(path, sha256(part.data).hexdigest(), part.rows)
