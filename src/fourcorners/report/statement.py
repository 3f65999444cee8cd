"""The words of a finding: fixed sentences, one per outcome, no probabilities and no "best match".

A record of an assignment shows to whose service an address was assigned, never who used it (Cobbler Nevada v.
Gonzales, 9th Cir. 2018: subscriber status alone gives no reasonable inference of identity). Nobody is named
unless one subscriber's assignments match.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from collections.abc import Collection
from collections.abc import Iterable

from fourcorners.model.codes import OUTCOMES
from fourcorners.report.contents import Finding
from fourcorners.report.contents import RereadSheet

CLAIM = "An address can show to whose service it was assigned. It does not show who used it."

#: Stands for the account holder in the sentence for `one`, and in no other.
HOLDER = "<account holder>"

SENTENCES: dict[str, str] = {
    "one": (
        f"The records show that the address was assigned to the service of {HOLDER} during an interval that "
        "contains the event; they do not show who used it."
    ),
    "several": (
        "The records do not single out one assignment of the address within the stated uncertainty of the event. "
        "Nobody is named."
    ),
    "shared": (
        "The address was shared by several subscribers and the event has no port. The records cannot tell one "
        "subscriber from the others. Nobody is named."
    ),
    "none": (
        "The records cover the instant of the event and hold no assignment of the address that contains it. "
        "Nobody is named."
    ),
    "not_covered": (
        "No produced record covers the address at the instant of the event. To whose service it was assigned "
        "is not known. Nobody is named."
    ),
    "contradicted": (
        "Two sources that both cover the instant of the event name different subscribers. The contradiction is "
        "not resolved here. Nobody is named."
    ),
}

#: Before the format's name, and the time in which the configuration was in force.
COMPUTED = "no log entry: computed from the carrier's configuration, of the format "
IN_FORCE = ", which is declared to have been in force "
#: On what such a record rests.
RESTS_ON = "; it holds only if that is so and the device did as its configuration says"

#: Outcomes as a heading or a table cell says them.
TITLES: dict[str, str] = {
    "one": "one assignment",
    "several": "several possible",
    "shared": "shared address",
    "none": "no assignment",
    "not_covered": "not covered",
    "contradicted": "contradicted",
}

PORT_UNKNOWN = "port not recorded"
UNCORROBORATED = "UNCORROBORATED"

Event = tuple[str, str, int | None, int | None]

#: What the records do not exclude, whatever the outcome.
ALTERNATIVES: tuple[str, ...] = (
    "a shared connection, such as Wi-Fi used by others in or near the premises",
    "carrier-grade NAT: one address used by many subscribers at once",
    "a forged address, or malware on a device of the account holder",
    "a proxy, VPN or relay behind which another person acts",
    "an account that somebody else had taken over",
    "an error in a record, or in the clock that dated it",
)

#: How far an authority row was verified.
MARKS: dict[str, str] = {
    "src": "every statement of the row was read in its source",
    "part": "part of the row is from memory; counsel has not confirmed it",
    "mem": "the row is from memory; counsel has not confirmed it",
}

NOT_STORED = "What is outside scope is not stored: counts and commitments only."
NO_FILTER_KEY = "No filter team holds a key that the case team lacks."
NO_WITNESS = (
    "No outside witness has cosigned this ledger. Without an outside witness whoever holds the workspace can "
    "rewrite its history."
)

LIMITS: tuple[str, ...] = (
    (
        "An address leads to a subscriber's line at an instant, never to a person or a place. Billing and service "
        "addresses are not stated here."
    ),
    (
        "Every outcome rests on the clocks of the provider and of the carrier; their uncertainty is stated as an "
        "assumption and was not measured."
    ),
    "Coverage, and the meaning of a table's columns, are what the custodian or a named person declared.",
    (
        "The tool shows what the files say. Whether an order is genuine, or a file is what the custodian sent, is "
        "for the documents and the certificates to prove."
    ),
)


#: Why a comparison that was made is not shown.
NOT_SHOWN = {
    "quashed": "it rests on an instrument that a court quashed",
    "destroyed": "what it rests on was destroyed",
    "reread": "a return on which it rests was read again after it, by another version of a reader",
    "changed": "records were added or judged anew after it",
}
ACCOUNT_DECLARED = (
    "These lists name no account. That they are of this one is what one person says, not what the provider's file "
    "says; no second person checked it. If it is wrong, every record in them is somebody else's."
)
#: What was handed out or concluded, and may rest on an older reading.
RESULTS = {
    "attribution": "the comparison",
    "exhibit": "the exhibit",
    "next": "the sheets for carriers under",
    "instrument": "the instrument",
}
OLDER = "On an earlier reading of it rest, and are to be made or looked at again:"
_DIFFERENCES = {
    "added": "records added",
    "gone": "records gone",
    "changed": "records changed",
    "renumbered": "records with another number",
    "released": "records released that were withheld",
    "withheld": "records withheld that were released",
    "reasons": "records withheld otherwise than before",
    "unclassified": "labels counted otherwise",
    "members": "statements of members about themselves changed",
}
NONE_MADE, NONE_STANDS = "No login has been compared with assignments.", "No comparison that was made stands."
NOTHING_COMPARED = "This exhibit shows no login that was compared with assignments."
LOCKED = "locked, since a court quashed what its instrument rests on; nothing of it is shown"


def differences(sheet: RereadSheet) -> str:
    """How a reading differs from the one before, in words."""
    return ", ".join(f"{_DIFFERENCES[kind]}: {count:,}" for kind, count in sheet.differences) or "no difference"


def sentence(finding: Finding) -> tuple[str, str | None, str]:
    """The finding's sentence: the words before the account holder, the account holder or None, the words after."""
    before, mark, after = SENTENCES[finding.outcome].partition(HOLDER)
    return before, finding.subscriber if mark else None, after


def event(finding: Finding) -> Event:
    """What makes two logins the same event: account, address, port and instant."""
    return finding.account, finding.ip, finding.port, finding.at


def repeats(findings: Collection[Finding]) -> str:
    """How many logins were produced more than once, in words; empty if none was."""
    events = len({event(finding) for finding in findings})
    if events == len(findings):
        return ""
    return (
        f"The {len(findings):,} logins are {events:,} events: the others were produced before, with the same "
        "account, address, port and instant."
    )


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many logins have each outcome, in the order of `OUTCOMES`, zeroes included."""
    found = Counter(finding.outcome for finding in findings)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def headline(findings: Iterable[Finding]) -> str:
    """How many of all logins have one assignment."""
    figures = counts(findings)
    total = sum(figures.values())
    logins = "login has" if total == 1 else "logins have"
    return f"{figures['one']} of {total} {logins} one assignment; all others are listed."


def support(findings: Iterable[Finding]) -> dict[str, tuple[int, int]]:
    """For each account holder on how much the naming rests: events, and assignment records among them.

    One event alone is `UNCORROBORATED` (M38); several events within one assignment record are one lease. A login
    that was produced twice (a record and its preservation) is one event.
    """
    events: dict[str, set[Event]] = defaultdict(set)
    records: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for finding in findings:
        if finding.subscriber is not None:
            events[finding.subscriber].add(event(finding))
            records[finding.subscriber] |= {(m.evidence.source.sha256, m.evidence.record) for m in finding.matches}
    return {holder: (len(events[holder]), len(records[holder])) for holder in events}
