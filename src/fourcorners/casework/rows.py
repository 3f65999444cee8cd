"""The rows of the case tables: frozen values, stored whole as one sealed body each."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case. No case opens without a predicate."""

    id: str
    title: str
    predicate: str
    opened: int
    opened_by: str


@dataclass(frozen=True, slots=True)
class ActorRow:
    """A person who acts in this workspace: a name that is claimed, what he may do, and on whose team he is.

    `roles` are those of the access policies: `investigator`, `supervisor`, `custodian`.
    """

    id: str
    roles: list[str]
    teams: list[str]


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """An instrument as it was entered: the order file's own text, and what was decided on it then.

    `derived_from` names the instruments of the same case whose released records hold accounts that this one asks
    about: what is quashed locks what came from it.
    """

    id: str
    case: str
    order: str
    document_sha256: str
    document_name: str
    entered: int
    entered_by: str
    decision: dict[str, Any]
    warnings: list[str]
    derived_from: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RulingRow:
    """A court's word on an instrument: `quashed`, or `reinstated` after that."""

    id: str
    instrument: str
    ruling: str
    reason: str
    document_sha256: str
    document_name: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member that was read: where it stands, what proves it, what was found.

    `counts` has rows, released, sealed, rejected; `reasons` how many rows were withheld for each reason. `drift`
    has the features of structure that its reader was not tested on (`new`) or that it lacks (`missing`).
    `account_by` is the person who declared whose its rows are, where the file names no account.
    """

    n: int
    file: str
    path: str
    member: str
    member_sha256: str
    tree: str
    leaves: int
    slices: str
    slices_sha256: str
    reader: str
    layout: str
    counts: dict[str, int]
    reasons: dict[str, int]
    unclassified: list[tuple[str, int]]
    facts: dict[str, str]
    drift: dict[str, list[str]] = field(default_factory=dict)
    account_by: str = ""


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One intake: the files that were given, and how each was read.

    `files` holds for each path: path, sha256 and read (the format, or why it was not read); for the files as given
    also whether any member was `kept` and whether the whole `original` is stored. `mapping` is the declared
    mapping's text and facts, for tables. `declaration` is the zone that a person declared (zone, by, reason, at);
    `accounts` has what persons declared of lists that name no account (account, by, reason, at, and `files`: hash
    of the file as given, path in it). `unclassified` has labels in no list, with their number of texts. `unsealed`
    names the petition by which a court opened these rows, and the return in which they were sealed. `drift` has
    the members whose structure is not one that the reader was tested on, with the difference. `rereads` says for
    each time that the return was read again: at, by, reason, the readers' versions (`before` and `now`), how many
    `differences` of each kind, and the hash of the return's body `was` before.
    """

    id: str
    instrument: str
    at: int
    by: str
    format: str
    files: list[dict[str, Any]]
    counts: dict[str, int]
    reasons: dict[str, int]
    unclassified: list[tuple[str, int]]
    mapping: dict[str, Any] | None = None
    declaration: dict[str, Any] | None = None
    unsealed: dict[str, str] | None = None
    drift: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    rereads: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AttributionRow:
    """One attribution: what was joined with what, and the hash of the answer (it is computed anew when shown).

    `basis` has the returns on which it rests, each with the hash of its body: a return that was added or judged
    anew since then supersedes the attribution.
    """

    id: str
    case: str
    logins: str
    assignments: list[str]
    skew_s: int
    at: int
    by: str
    outcomes: dict[str, int]
    answer_sha256: str
    basis: dict[str, str]


#: The state of a petition that waits for others.
OPEN = "open"


@dataclass(frozen=True, slots=True)
class PetitionRow:
    """A step that waits for other persons.

    `kind` is `targets` (an instrument with many accounts), `reads` (more rows than the agency's number), `unseal`,
    `destroy` or `team` (another filter team; its `case` is the workspace). `subject` says what it is about: the
    order's hash, the reader, the instrument, or the custodians. `approvers` are in the order in which they said
    yes. `state` is `open`, then `done`: what others agreed to is done once. `asks` is what they see beside the
    subject, to know what they agree to: the accounts, how many rows.
    """

    id: str
    case: str
    kind: str
    subject: dict[str, Any]
    requester: str
    reason: str
    at: int
    approvers: list[str]
    state: str = OPEN
    asks: dict[str, Any] = field(default_factory=dict)
