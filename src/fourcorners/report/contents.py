"""What an exhibit shows, as frozen values: casework fills them, `exhibit.render` prints them and looks nothing up.

Instants are UTC nanoseconds. Texts are as they were written or entered; the renderer makes them printable. Ranges
are byte offsets ``[start, end)`` into the member that the source names.
"""

from __future__ import annotations

from dataclasses import dataclass

from fourcorners.model.codes import OUTCOMES
from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.model.instant import SECOND
from fourcorners.model.instant import STATED
from fourcorners.model.instrument import Case
from fourcorners.model.instrument import Instrument
from fourcorners.model.source import Source


@dataclass(frozen=True, slots=True)
class RuleApplied:
    """One authority row that decided about an instrument and one of its data categories.

    Attributes:
        rule: id of the row.
        category: data category it decided about.
        decision: the row's word (`yes`, `conditional`, `no`).
        citation: statute or rule, as the row cites it.
        mark: how far the row was verified: `src`, `part` or `mem`, a key of `statement.MARKS`.
    """

    rule: str
    category: str
    decision: str
    citation: str
    mark: str


@dataclass(frozen=True, slots=True)
class InstrumentSheet:
    """An instrument with the rows that decided about it and the warnings that its entry gave."""

    instrument: Instrument
    rules: tuple[RuleApplied, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSheet:
    """One file of a return: its path as given, its hash, and the format read or why it was not read."""

    path: str
    sha256: str
    read: str


@dataclass(frozen=True, slots=True)
class RereadSheet:
    """One time that a return was read again: the readers before and then, and what differed (kind, how many)."""

    at: int
    by: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    differences: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ReturnSheet:
    """What was produced under an instrument, in figures.

    Attributes:
        id: the return.
        instrument: the instrument it answers.
        taken_in: instant of intake.
        taken_in_by: the acting person.
        files: every file given.
        readers: name and version of each reader, with the layout it met.
        rows: all rows; `released + sealed + rejected`.
        reasons: code of `SEALS` or `REJECTIONS` with its number of rows.
        unclassified: fields or sections in no list, with their number of texts; released to nobody.
        original_stored: whether the files as produced are kept whole.
        rereads: when it was read again, by other versions of the readers.
        older: what rests on a reading before the newest: what it is, its name, its ledger entry.
        families: family of records with its number of released ones.
        sources: each member of which something was released.
    """

    id: str
    instrument: str
    taken_in: int
    taken_in_by: str
    files: tuple[FileSheet, ...]
    readers: tuple[tuple[str, str], ...]
    rows: int
    released: int
    sealed: int
    rejected: int
    reasons: tuple[tuple[str, int], ...]
    unclassified: tuple[tuple[str, int], ...]
    original_stored: bool
    rereads: tuple[RereadSheet, ...] = ()
    older: tuple[tuple[str, str, str], ...] = ()
    families: tuple[tuple[str, int], ...] = ()
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        if self.rows != self.released + self.sealed + self.rejected:
            raise AssertionError("rows are released, sealed or rejected; nothing is lost")
        if unknown := {code for code, _ in self.reasons} - SEALS.keys() - REJECTIONS.keys():
            raise AssertionError(f"undeclared codes {sorted(unknown)}")


@dataclass(frozen=True, slots=True)
class ZoneSheet:
    """A person's declaration of the zone in which a return's local times are written."""

    in_return: str
    zone: str
    by: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """A person's declaration of whose some lists of a return are, which name no account: `files`."""

    in_return: str
    account: str
    files: tuple[str, ...]
    by: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class MappingSheet:
    """A person's statement of what a table's columns mean, with the certificate that came with the table."""

    in_return: str
    by: str
    sha256: str
    certificate: str
    certificate_sha256: str
    meanings: tuple[tuple[str, str], ...]
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """One value as written, with the byte ranges that re-read to it."""

    field: str
    text: str
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record as written: its id, where it stands, its values, and the fields that are sealed."""

    record: str
    source: Source
    values: tuple[Quoted, ...]
    sealed_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssignmentSheet:
    """A carrier's record that matches a login. `until` and the ports are None where the record states none.

    `computed` is the format of the configuration from which the record follows; None where it was logged.
    """

    evidence: Evidence
    instrument: str
    at: int
    until: int | None
    port_low: int | None = None
    port_high: int | None = None
    computed: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One login and what the assignments say about it.

    Attributes:
        account, ip, port: normalised; `port` is None where none was recorded.
        account_basis: who says the account: `stated`, `file` or `declared by NAME`.
        at: instant of the event; None while no zone is known.
        precision: nanoseconds of the smallest unit written.
        outcome: key of `OUTCOMES`.
        candidates: how many subscribers match.
        subscriber: the account holder as the carrier's record writes it; for the outcome `one` only.
        covered_by: the returns that declare to cover the instant and the address.
        margin: nanoseconds from the instant to the nearest boundary of a matching assignment.
        fragility: variant and its result (`same`, `different`, `not_covered`).
        notes: marks such as `day_differs`, in words.
    """

    login: Evidence
    instrument: str
    account: str
    ip: str
    port: int | None
    at: int | None
    at_text: str
    zone_basis: str
    outcome: str
    candidates: int
    account_basis: str = STATED
    precision: int = SECOND
    subscriber: str | None = None
    covered_by: tuple[str, ...] = ()
    margin: int | None = None
    fragility: tuple[tuple[str, str], ...] = ()
    matches: tuple[AssignmentSheet, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise AssertionError(f"undeclared outcome {self.outcome}")
        if (self.subscriber is not None) != (self.outcome == "one"):
            raise AssertionError("a subscriber is named for the outcome `one` and for no other")


@dataclass(frozen=True, slots=True)
class AttributionSheet:
    """Every login that was compared with the assignments.

    Attributes:
        logins: the instrument whose logins were compared.
        assignments: the instruments whose assignments they were compared with.
        skew: clock uncertainty on each side, nanoseconds.
        findings: one per login, none left out.
        times: how often it was computed, each time from the same records and with the same answer.
    """

    logins: str
    assignments: tuple[str, ...]
    skew: int
    findings: tuple[Finding, ...]
    times: int = 1


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """To whom a dated table gives an address."""

    ip: str
    asn: str
    carrier: str
    country: str


@dataclass(frozen=True, slots=True)
class NetworkNaming:
    """The table by which networks are named: it is of one day, and the event was on another."""

    table: str
    as_of: str
    notice: str
    lines: tuple[NetworkLine, ...]


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The state of the ledger on which the exhibit rests.

    Attributes:
        origin: name of the log.
        size: number of entries.
        root: root hash, hex.
        newest: instant of the newest entry; the exhibit's date.
        witnesses: names of those outside who cosigned; empty where nobody did.
    """

    origin: str
    size: int
    root: str
    newest: int
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """By what the records were read and judged."""

    tool: str
    readers: tuple[str, ...]
    law_packs: tuple[tuple[str, str], ...]  # id and sha256


@dataclass(frozen=True, slots=True)
class ExhibitData:
    """Everything that an exhibit shows.

    `superseded` names attributions that are not shown, each with a key of `statement.NOT_SHOWN`; `locked` the
    returns of which nothing is shown since a court quashed what their instrument rests on, each with that
    instrument; `destroyed` the instruments under which what was produced exists no more. `filter_key` says whether
    a filter team holds a key that the case team lacks; without one, what lies outside scope is not stored at all
    (M57).
    """

    case: Case
    instruments: tuple[InstrumentSheet, ...]
    returns: tuple[ReturnSheet, ...]
    zones: tuple[ZoneSheet, ...]
    mappings: tuple[MappingSheet, ...]
    attributions: tuple[AttributionSheet, ...]
    networks: NetworkNaming | None
    versions: Versions
    ledger: LedgerHead
    filter_key: bool = False
    superseded: tuple[tuple[str, str], ...] = ()
    locked: tuple[tuple[str, str], ...] = ()
    destroyed: tuple[str, ...] = ()
    accounts: tuple[AccountSheet, ...] = ()

    @property
    def findings(self) -> list[Finding]:
        """Every finding of every comparison."""
        return [finding for sheet in self.attributions for finding in sheet.findings]

    @property
    def id(self) -> str:
        """The exhibit's name: case, ledger size and the first digits of the ledger's root."""
        return f"{self.case.id}-{self.ledger.size}-{self.ledger.root[:8]}"
