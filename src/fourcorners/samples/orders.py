"""The instruments of a generated case: ORDER.toml and the paper that it was entered from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fourcorners.samples.carrier import Asked
from fourcorners.samples.package import pdf
from fourcorners.samples.production import CATEGORIES
from fourcorners.samples.production import account_of
from fourcorners.samples.spelling import endpoint
from fourcorners.samples.spelling import zulu
from fourcorners.samples.values import Carrier
from fourcorners.samples.world import World

_OFFENCE = "18 U.S.C. 1030(a)(2)(C), access to a computer without authorisation"
_LINES_A_PAGE = 60


@dataclass(frozen=True, slots=True)
class Order:
    """What an instrument says. Times are the texts of the order; `window` is start, end, zone."""

    type: str
    issuer: str
    issuer_role: str
    custodian: str
    accounts: tuple[str, ...]
    categories: tuple[str, ...]
    window: tuple[str, str, str]
    issued: str
    served: str
    reference: str
    purpose: str = "criminal_investigation"
    offence: str = _OFFENCE

    def toml(self, document: str) -> str:
        """The order file; `document` is the paper's name beside it."""
        start, end, zone = (json.dumps(part) for part in self.window)
        fields = {
            "type": self.type,
            "jurisdiction": "US-FED",
            "issuer": self.issuer,
            "issuer_role": self.issuer_role,
            "purpose": self.purpose,
            "offence": self.offence,
            "custodian": self.custodian,
            "issued": self.issued,
            "served": self.served,
            "reference": self.reference,
            "document": document,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items() if value]
        lines.append(f"categories = {json.dumps(self.categories)}")
        lines.append(f"window = {{ start = {start}, end = {end}, zone = {zone} }}")
        lines += ["accounts = [", *(f"    {json.dumps(account)}," for account in self.accounts), "]"]
        return "\n".join(lines) + "\n"

    def paper(self) -> list[str]:
        """The lines of the paper itself."""
        return [
            "SAMPLE INSTRUMENT - MADE BY A GENERATOR, ISSUED BY NOBODY",
            "",
            self.type.replace("_", " ").upper(),
            f"Reference {self.reference}",
            f"Issued {self.issued} by {self.issuer}",
            f"To: {self.custodian}",
            f"Offence: {self.offence}" if self.offence else "My own data",
            "",
            f"Records: {', '.join(self.categories)}",
            f"From {self.window[0]} to {self.window[1]} ({self.window[2]}), the end not included",
            "",
            "About:",
            *(f"  {account}" for account in self.accounts),
        ]


def provider_order(world: World, service: str) -> Order:
    """The warrant to the provider."""
    window = world.window
    return Order(
        "search_warrant",
        "Sample Magistrate Judge, Example District",
        "magistrate_judge",
        "Meta Platforms, Inc.",
        (account_of(world.target, service),),
        CATEGORIES[service],
        (window.start_text, window.end_text, window.zone),
        "2026-03-20T15:00:00Z",
        "2026-03-23T09:30:00Z",
        f"26-mj-{1000 + world.seed % 9000}",
    )


def consent(world: World, account: str, custodian: str) -> Order:
    """What the account holder says of his own export."""
    window = world.window
    return Order(
        "consent",
        "Sample Account Holder",
        "account_holder",
        custodian,
        (account,),
        CATEGORIES["Facebook"],
        (window.start_text, window.end_text, window.zone),
        "2026-03-20T15:00:00Z",
        "2026-03-23T09:30:00Z",
        f"C-26-{1000 + world.seed % 9000}",
        "own_data",
        "",
    )


def carrier_order(world: World, carrier: Carrier, scope: Asked) -> Order:
    """The subpoena to a carrier, about the addresses of the provider's released records."""
    return Order(
        "grand_jury_subpoena",
        "Sample Grand Jury, Example District",
        "grand_jury",
        carrier.name,
        accounts(scope),
        ("session_ip_log", "subscriber_identity"),
        (zulu(scope.start), zulu(scope.end), "UTC"),
        "2026-04-20T15:00:00Z",
        "2026-04-21T09:30:00Z",
        f"GJ-26-{carrier.key}-{1000 + world.seed % 9000}",
    )


def accounts(scope: Asked) -> tuple[str, ...]:
    """The endpoints as the instrument names them: the address, or the address with its port."""
    return tuple(endpoint(ip, port) for ip, ports in scope.endpoints.items() for port in _sorted(ports))


def _sorted(ports: Iterable[int | None]) -> list[int | None]:
    return sorted(ports, key=lambda port: port or 0)


def write(order: Order, toml: Path, paper: Path) -> None:
    """Write the order file and its paper: PDF or text by the paper's suffix."""
    toml.write_text(order.toml(paper.name), encoding="utf-8")
    lines = order.paper()
    if paper.suffix == ".pdf":
        paper.write_bytes(pdf(_pages(lines)))
    else:
        paper.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pages(lines: Sequence[str]) -> list[Sequence[str]]:
    return [lines[at : at + _LINES_A_PAGE] for at in range(0, len(lines), _LINES_A_PAGE)]
