"""`ORDER.toml`: an instrument as a person types it in, beside its document.

The file is read strictly: what is missing, unknown or of another shape refuses it, with the key. The closed
refusals of the product are part of reading it, since they hold in every jurisdiction; what the law says about a
well-formed instrument is for `decide`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fourcorners.law import order_file
from fourcorners.law.cybertip import check_reference
from fourcorners.law.order_file import text
from fourcorners.law.refusals import check
from fourcorners.law.refusals import check_offence
from fourcorners.law.refusals import purpose_of
from fourcorners.law.window import bad_order
from fourcorners.law.window import first_instant
from fourcorners.law.window import instant
from fourcorners.law.window import last_instant
from fourcorners.law.window import local_day
from fourcorners.law.window import parse_window
from fourcorners.model.errors import Refused
from fourcorners.model.identifier import parse_target
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Scope

REQUIRED = (
    "type",
    "jurisdiction",
    "issuer",
    "issuer_role",
    "purpose",
    "custodian",
    "accounts",
    "categories",
    "window",
    "issued",
    "document",
)
OPTIONAL = ("offence", "served", "serve_by", "retain_until", "reference", "ratified", "rank")


def document_name(data: bytes) -> str:
    """The name of the instrument's document, a file beside the order.

    Raises:
        BadInput: `ORDER_FILE`.
    """
    return order_file.document(order_file.table(data, REQUIRED, OPTIONAL))


def parse(data: bytes, *, id: str, case: str, document_sha256: str, entered_by: str) -> Instrument:  # noqa: A002 - the field's name
    """The instrument of an order file.

    Bare dates: `issued` and `served` count from the first instant of the day in the window's zone, `serve_by` and
    `retain_until` include the day; `ratified` needs a time, since its clock runs in hours.

    Args:
        data: the file, UTF-8 TOML.
        id: id of the instrument.
        case: id of its case.
        document_sha256: hash of the document that `document_name` names, hex.
        entered_by: who typed the order in.

    Raises:
        BadInput: `ORDER_FILE`, with the key in `where`.
        Refused: `PRODUCT`: one of the closed refusals, `NO_PARTICULAR_TARGET` among them.
    """
    table = order_file.table(data, REQUIRED, OPTIONAL)
    window = parse_window(table["window"])
    zone = window.zone
    accounts = _texts(table, "accounts")
    if not accounts:
        raise Refused(
            "PRODUCT",
            "NO_PARTICULAR_TARGET",
            "the order names no account",
            why="an instrument permits what its own text says; one without an account reaches people nobody named",
            next_step="name each account, line or address exactly",
        )
    categories = _texts(table, "categories")
    if not categories:
        raise bad_order("categories", "it names no data category", 'such as categories = ["session_ip_log"]')
    instrument = Instrument(
        id=id,
        case=case,
        type=text(table, "type"),
        jurisdiction=text(table, "jurisdiction"),
        issuer=text(table, "issuer"),
        issuer_role=_role(table),
        purpose=purpose_of(text(table, "purpose")),
        custodian=text(table, "custodian"),
        scope=Scope(tuple(parse_target(account) for account in accounts), frozenset(categories), window),
        issued=first_instant("issued", table["issued"], zone),
        document_sha256=document_sha256,
        document_name=order_file.document(table),
        entered_by=entered_by,
        rank=_optional(table, "rank"),
        offence=_optional(table, "offence"),
        reference=_optional(table, "reference"),
        served=first_instant("served", table["served"], zone) if "served" in table else None,
        serve_by=last_instant("serve_by", table["serve_by"], zone) if "serve_by" in table else None,
        retain_until=last_instant("retain_until", table["retain_until"], zone)
        if "retain_until" in table
        else None,
        ratified=instant("ratified", table["ratified"], zone) if "ratified" in table else None,
    )
    _check_order_of_dates(instrument)
    check(instrument.type, instrument.purpose, instrument.scope.categories)
    check_offence(instrument.offence)
    check_reference(instrument)
    return instrument


def _check_order_of_dates(instrument: Instrument) -> None:
    """Service is compared by day, since either date may be bare."""
    zone = instrument.scope.window.zone
    if instrument.served is not None and local_day(instrument.served, zone) < local_day(instrument.issued, zone):
        raise bad_order("served", "it lies before the day of issue")
    for key in ("serve_by", "retain_until", "ratified"):
        moment: int | None = getattr(instrument, key)
        if moment is not None and moment < instrument.issued:
            raise bad_order(key, "it lies before the issue of the instrument")


def _optional(table: Mapping[str, object], key: str) -> str:
    return text(table, key) if key in table else ""


def _texts(table: Mapping[str, object], key: str) -> list[str]:
    value = table[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad_order(key, "it is no list of texts", f'such as {key} = ["..."]')
    return value


def _role(table: Mapping[str, object]) -> IssuerRole:
    name = text(table, "issuer_role")
    try:
        return IssuerRole(name)
    except ValueError:
        raise bad_order("issuer_role", f"{name!r} is no issuer role", ", ".join(IssuerRole)) from None
