"""One exhibit with every part filled, from documentation addresses and invented names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from fourcorners.model.codes import OUTCOMES
from fourcorners.model.identifier import parse_target
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import parse_rfc3339
from fourcorners.model.instrument import Case
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose
from fourcorners.model.instrument import Scope
from fourcorners.model.instrument import Window
from fourcorners.model.source import Source
from fourcorners.report.contents import AssignmentSheet
from fourcorners.report.contents import AttributionSheet
from fourcorners.report.contents import Evidence
from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import FileSheet
from fourcorners.report.contents import Finding
from fourcorners.report.contents import InstrumentSheet
from fourcorners.report.contents import LedgerHead
from fourcorners.report.contents import MappingSheet
from fourcorners.report.contents import NetworkLine
from fourcorners.report.contents import NetworkNaming
from fourcorners.report.contents import Quoted
from fourcorners.report.contents import ReturnSheet
from fourcorners.report.contents import RuleApplied
from fourcorners.report.contents import Versions
from fourcorners.report.contents import ZoneSheet
from fourcorners.report.request_sheet import Question

HOLDER = "Riverbend Bakery 555-0142"
LOGIN_FILE = "3f" * 32
LEASE_FILE = "a1" * 32

LOGINS = Source(LOGIN_FILE, "7c" * 32, "records.html", "5d" * 32, "meta-record/1")
LEASES = Source(LEASE_FILE, "0e" * 32, "leases.csv", "9b" * 32, "table/1")


def ns(text: str) -> int:
    return parse_rfc3339(text).ns


def instrument(number: int, kind: str, custodian: str, accounts: tuple[str, ...]) -> Instrument:
    start, end = ns("2026-03-01T00:00:00-05:00"), ns("2026-03-08T00:00:00-05:00")
    return Instrument(
        id=f"I-{number}",
        case="C-1",
        type=kind,
        jurisdiction="US-FED",
        issuer="Example District Court",
        issuer_role=IssuerRole.MAGISTRATE_JUDGE,
        purpose=Purpose.CRIMINAL_INVESTIGATION,
        custodian=custodian,
        scope=Scope(
            tuple(parse_target(account) for account in accounts),
            frozenset({"session_ip_log", "subscriber_identity"}),
            Window(start, end, "America/New_York", start - 5 * 3600 * SECOND, end - 5 * 3600 * SECOND),
        ),
        issued=ns("2026-03-10T15:00:00Z"),
        document_sha256="b7" * 32,
        document_name=f"order-{number}.pdf",
        entered_by="R. Example",
        offence="18 USC 1030(a)(2)",
        reference=f"26-mj-055{number}",
        served=ns("2026-03-11T09:30:00Z"),
        serve_by=ns("2026-03-24T15:00:00Z"),
        retain_until=ns("2027-03-10T15:00:00Z"),
    )


def assignment(subscriber: str, record: str = "r-lease-1") -> AssignmentSheet:
    values = (
        Quoted("ip", "198.51.100.23", ((1204, 1217),)),
        Quoted("at", "2026-03-02 00:00:00", ((1218, 1237),)),
        Quoted("until", "2026-03-03 00:00:00", ((1238, 1257),)),
        Quoted("subscriber", subscriber, ((1258, 1258 + len(subscriber.encode("utf-8", "surrogatepass"))),)),
    )
    return AssignmentSheet(
        Evidence(record, LEASES, values),
        "I-2",
        ns("2026-03-02T00:00:00Z"),
        ns("2026-03-03T00:00:00Z"),
        1024,
        2047,
    )


def finding(
    outcome: str,
    number: int = 0,
    *,
    subscriber: str = HOLDER,
    account: str = "riverside.55501",
    ip: str = "198.51.100.23",
) -> Finding:
    matched = outcome not in {"none", "not_covered"}
    port = None if outcome == "shared" else 1135
    written = "Mar 02, 2026 14:07:31 UTC"
    values = (
        Quoted("account", account, ((88, 103),)),
        Quoted("ip", ip, ((2310 + number, 2323 + number),)),
        *((Quoted("port", str(port), ((2324 + number, 2328 + number),)),) if port else ()),
        Quoted("at", written, ((2350 + number, 2360 + number), (2391 + number, 2406 + number))),
    )
    other = assignment("Hollow Lane Cafe 555-0199", "r-lease-2")
    return Finding(
        login=Evidence(f"r-login-{number}", LOGINS, values),
        instrument="I-1",
        account=account,
        ip=ip,
        port=port,
        at=ns("2026-03-02T14:07:31Z") + number * SECOND,
        at_text=written,
        zone_basis="stated",
        outcome=outcome,
        candidates={"one": 1, "several": 2, "shared": 2, "contradicted": 2}.get(outcome, 0),
        subscriber=subscriber if outcome == "one" else None,
        covered_by=() if outcome == "not_covered" else ("R-2",),
        margin=14 * 3600 * SECOND + 451 * SECOND if matched else None,
        fragility=(
            ("clock one hour fast", "same"),
            ("clock one hour slow", "same"),
            ("day and month swapped", "not_covered"),
            ("year before", "not_covered"),
            ("year after", "not_covered"),
            ("one digit transposed", "different"),
        ),
        matches=(assignment(subscriber), *((other,) if outcome != "one" else ())) if matched else (),
    )


def exhibit_data(*findings: Finding) -> ExhibitData:
    return ExhibitData(
        case=Case(
            "C-1",
            "Account takeover at a bakery",
            "complaint 555-0177 of 2 March",
            dt.datetime(2026, 3, 9, tzinfo=dt.UTC),
            "R. Example",
        ),
        instruments=(
            InstrumentSheet(
                instrument(1, "search_warrant", "Example Platform, Inc.", ("riverside.55501", "hollow.55502")),
                (
                    RuleApplied(
                        "US-FED-001",
                        "subscriber_identity",
                        "yes",
                        "18 USC 2703(a),(b)(1)(A),(c)(1)(A),(g); Fed. R. Crim. P. 41",
                        "part",
                    ),
                    RuleApplied("US-FED-002", "session_ip_log", "yes", "18 USC 2703(c)(1)(A)", "src"),
                ),
            ),
            InstrumentSheet(
                instrument(
                    2, "search_warrant", "Example Carrier LLC", ("198.51.100.23", "2001:db8:5550:1200::/56")
                ),
                (RuleApplied("US-FED-002", "session_ip_log", "yes", "18 USC 2703(c)(1)(A)", "mem"),),
                ("a window of more than 90 days would need a stated reason",),
            ),
        ),
        returns=(
            ReturnSheet(
                "R-1",
                "I-1",
                ns("2026-03-20T10:00:00Z"),
                "R. Example",
                (
                    FileSheet("return/records.zip", LOGIN_FILE, "meta-record, layout C"),
                    FileSheet("return/cover.pdf", "c4" * 32, "not read: no reader knows the file"),
                ),
                (("meta-record/1", "C"),),
                142,
                61,
                78,
                3,
                (("OUTSIDE_DATE_RANGE", 70), ("OUTSIDE_ACCOUNT", 8), ("BAD_TIME", 3)),
                (("Section: Linked Accounts", 12),),
                original_stored=False,
            ),
            ReturnSheet(
                "R-2",
                "I-2",
                ns("2026-03-28T10:00:00Z"),
                "R. Example",
                (FileSheet("carrier/leases.csv", LEASE_FILE, "table, as the mapping declares"),),
                (("table/1", "csv"),),
                40,
                40,
                0,
                0,
                (),
                (),
                original_stored=True,
            ),
        ),
        zones=(
            ZoneSheet(
                "R-2",
                "America/Chicago",
                "R. Example",
                "the carrier's cover letter says Central time",
                ns("2026-03-28T11:00:00Z"),
            ),
        ),
        mappings=(
            MappingSheet(
                "R-2",
                "R. Example",
                "d9" * 32,
                "certificate.pdf",
                "e2" * 32,
                (
                    ("IP_ADDR", "address (ip)"),
                    ("LEASE_START", "start of the assignment (at)"),
                    ("CUST", "subscriber"),
                ),
                "2026-02-20T00:00:00Z to 2026-03-20T00:00:00Z, no gap declared, not shared",
            ),
        ),
        attributions=(AttributionSheet("I-1", ("I-2",), 120 * SECOND, findings),) if findings else (),
        networks=NetworkNaming(
            "example-asn.csv",
            "2026-06-17",
            "Made for tests; no licence is needed.",
            (NetworkLine("198.51.100.23", "AS64500", "Example Carrier LLC", "US"),),
        ),
        versions=Versions("0.1.0", ("meta-record/1", "table/1"), (("US-FED-2026.11", "f0" * 32),)),
        ledger=LedgerHead("example.org/fourcorners/c1", 57, "8a3c51d0" * 8, ns("2026-04-02T16:20:05Z")),
    )


def all_outcomes() -> list[Finding]:
    return [finding(outcome, number) for number, outcome in enumerate(OUTCOMES)]


@pytest.fixture
def data() -> ExhibitData:
    return exhibit_data(*all_outcomes())


@pytest.fixture
def make() -> Callable[..., ExhibitData]:
    return exhibit_data


@pytest.fixture(name="finding")
def finding_fixture() -> Callable[..., Finding]:
    return finding


@pytest.fixture
def with_holder() -> Callable[[str], ExhibitData]:
    """An exhibit whose case, account and account holder bear the given text."""

    def make(text: str) -> ExhibitData:
        made = exhibit_data(
            finding("one", 0, subscriber=text, account=text), finding("several", 1, subscriber=text)
        )
        return replace(made, case=replace(made.case, title=text, predicate=text))

    return make


@pytest.fixture
def an_instrument() -> Instrument:
    return instrument(1, "search_warrant", "Example Platform, Inc.", ("riverside.55501",))


@pytest.fixture
def question() -> Callable[..., Question]:
    """One login without its account, as it may be shown to a carrier."""

    def make(
        number: int,
        *,
        ip: str = "198.51.100.23",
        port: int | None = None,
        at_text: str = "Mar 02, 2026 14:07:31 UTC",
    ) -> Question:
        login = finding("none", number).login
        values = tuple(value for value in login.values if value.field in {"ip", "at"})
        return Question(
            replace(login, values=values),
            ip,
            port,
            ns("2026-03-02T14:07:31Z") + number * SECOND,
            at_text,
            "stated",
        )

    return make
