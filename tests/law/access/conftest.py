from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.instrument import NO_END
from fourcorners.law.access.instrument import InstrumentFacts
from fourcorners.law.access.petition import Petition
from fourcorners.law.access.petition import decide_petition
from fourcorners.law.access.policies import Loaded
from fourcorners.law.access.read import decide_read
from fourcorners.law.access.ruling import decide_ruling

NOW = 1_790_000_000_000_000_000


def person(name: str, *roles: str, teams: tuple[str, ...] = ()) -> Actor:
    return Actor(name, frozenset(roles), frozenset(teams))


ANN = person("ann", "investigator", teams=("C-1",))
BOB = person("bob", "investigator", teams=("C-1",))
SUE = person("sue", "supervisor")
TOM = person("tom", "supervisor")
CAROL = person("carol", "custodian")
DAVE = person("dave", "custodian")
NOBODY = person("nobody")

INSTRUMENT = InstrumentFacts(
    id="I-1",
    case="C-1",
    categories=frozenset({"session_ip_log", "subscriber_identity"}),
    readable_from=NOW - 100,
    retain_until=NO_END,
    quashed=False,
    destroyed=False,
    emergency=False,
    ratification_deadline=NOW - 50,
    ratified=False,
)


@dataclass(frozen=True)
class Read:
    """A query, allowed unless a test changes something."""

    actor: Actor = ANN
    case: str = "C-1"
    instrument: InstrumentFacts = INSTRUMENT
    now: int = NOW
    justified: bool = False
    rows: int = 10
    allowance: int = 10

    def of(self, **changes: Any) -> Read:
        return replace(self, instrument=replace(self.instrument, **changes))

    def decide(self, loaded: Loaded | None = None) -> Decision:
        return decide_read(
            self.actor,
            case=self.case,
            instrument=self.instrument,
            now=self.now,
            justified=self.justified,
            rows=self.rows,
            allowance=self.allowance,
            loaded=loaded,
        )

    def reaches(self, record: dict[str, str | bool], loaded: Loaded | None = None) -> bool:
        decision = self.decide(loaded)
        return decision.allowed and decision.filter.holds(record)


RECORD: dict[str, str | bool] = {
    "case": "C-1",
    "instrument": "I-1",
    "category": "session_ip_log",
    "sealed": False,
}


@dataclass(frozen=True)
class Step:
    """A step of a petition."""

    action: str
    actor: Actor
    petition: Petition = field(default=Petition("P-1", "reads", "C-1", ANN, frozenset()))

    def of(self, **changes: Any) -> Step:
        return replace(self, petition=replace(self.petition, **changes))

    def decide(self, loaded: Loaded | None = None) -> Decision:
        return decide_petition(self.actor, self.action, self.petition, NOW, loaded)


APPROVE = Step("approve", SUE)
UNSEAL = Step(
    "unseal",
    DAVE,
    Petition(
        "P-1",
        "unseal",
        "C-1",
        ANN,
        frozenset({CAROL, DAVE}),
        acted=frozenset({"carol", "dave"}),
        live_order=True,
        items=1,
    ),
)
DESTROY = Step("destroy", ANN, Petition("P-1", "destroy", "C-1", ANN, frozenset({SUE})))


@dataclass(frozen=True)
class Ruling:
    """The entering of a court's ruling."""

    action: str
    actor: Actor = ANN

    def decide(self, loaded: Loaded | None = None) -> Decision:
        return decide_ruling(self.actor, self.action, INSTRUMENT, NOW, loaded)
