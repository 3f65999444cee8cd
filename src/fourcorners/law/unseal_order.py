"""`UNSEAL.toml`: a court's order that opens sealed records, as a person types it in, beside its document.

Sealed records are opened one by one, by an order of a court that names them (Cal. Penal Code 1524.3(c): no further
review "without an order from the court"). There is no order that opens everything under a reason or an instrument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fourcorners.law import order_file
from fourcorners.law.order_file import Table
from fourcorners.law.order_file import text
from fourcorners.law.window import bad_order
from fourcorners.model.errors import Refused
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.instant import rfc3339
from fourcorners.model.instrument import IssuerRole

REQUIRED = ("opens", "items", "issuer", "issuer_role", "issued", "reference", "document")
OPTIONAL = ("valid_until",)

#: Who may order it: a court, or where the law puts one in its place a judicial commissioner.
COURTS = frozenset({IssuerRole.MAGISTRATE_JUDGE, IssuerRole.JUDGE, IssuerRole.JUDICIAL_COMMISSIONER})

_ITEM = re.compile(r"(R-[1-9][0-9]*)\.([0-9]+)\.([0-9]+)")


@dataclass(frozen=True, slots=True)
class UnsealOrder:
    """What a court ordered to be opened.

    Attributes:
        opens: the instrument under which the records were sealed.
        items: ids of sealed records, `R-1.0.17`.
        issuer: the court.
        reference: its file number.
        issued: ns UTC.
        valid_until: last instant at which it may be carried out, ns UTC; None where it names none.
        document: the name of the paper, a file beside the order.
    """

    opens: str
    items: tuple[str, ...]
    issuer: str
    reference: str
    issued: int
    valid_until: int | None
    document: str

    def is_live(self, now: int) -> bool:
        """Whether it may be carried out now."""
        return self.issued <= now and (self.valid_until is None or now <= self.valid_until)


def parse(data: bytes) -> UnsealOrder:
    """The order of a file.

    Raises:
        BadInput: `ORDER_FILE`, with the key in `where`.
        Refused: `LAW COURT_ORDER_NEEDED`, if no court issued it.
    """
    table = order_file.table(data, REQUIRED, OPTIONAL)
    items = table["items"]
    if (
        not isinstance(items, list)
        or not items
        or not all(isinstance(i, str) and _ITEM.fullmatch(i) for i in items)
    ):
        raise bad_order(
            "items", "it names no sealed records", 'such as items = ["R-1.0.17"]; `seal list` has the ids'
        )
    issuer_role = text(table, "issuer_role")
    if issuer_role not in COURTS:
        raise Refused(
            "LAW",
            "COURT_ORDER_NEEDED",
            f"{issuer_role!r} is no court",
            why="sealed records are reviewed by nobody without a court's order",
            next_step="apply to the court, with the ids and reasons that `seal list` shows",
        )
    return UnsealOrder(
        opens=text(table, "opens"),
        items=tuple(dict.fromkeys(items)),
        issuer=text(table, "issuer"),
        reference=text(table, "reference"),
        issued=_instant(table, "issued"),
        valid_until=_instant(table, "valid_until") if "valid_until" in table else None,
        document=order_file.document(table),
    )


def place_of(item: str) -> tuple[str, int, int]:
    """The return, member and row that an item's id names."""
    found = _ITEM.fullmatch(item)
    assert found, "items were checked when the order was read"
    return found[1], int(found[2]), int(found[3])


def check_live(order: UnsealOrder, now: int) -> None:
    """No court has ordered in the future, and an order that ran out is entered no more.

    Raises:
        BadInput: `ORDER_FILE`.
        Refused: `LAW COURT_ORDER_NEEDED`.
    """
    if order.issued > now:
        raise bad_order("issued", f"{rfc3339(order.issued)} lies ahead of now, {rfc3339(now)}")
    if not order.is_live(now):
        raise Refused(
            "LAW",
            "COURT_ORDER_NEEDED",
            f"the order ran out at {rfc3339(order.valid_until or 0)}",
            why="nobody could carry it out",
            next_step="apply to the court for another order, with the ids and reasons that `seal list` shows",
        )


def _instant(table: Table, key: str) -> int:
    try:
        return parse_rfc3339(text(table, key)).ns
    except ValueError as error:
        raise bad_order(key, str(error), 'RFC 3339 with an offset, such as "2026-04-01T09:00:00Z"') from error
