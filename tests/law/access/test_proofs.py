"""What no request whatever can do, proved over all of them; and no forbid that the proofs do not need."""

from __future__ import annotations

from typing import Any

import pytest
import z3
from tests.law.access import encoder
from tests.law.access.encoder import PRINCIPAL
from tests.law.access.encoder import Policies
from tests.law.access.encoder import Thing
from tests.law.access.encoder import attribute

from fourcorners.law.access import policies

RECORD, PETITION, CONTEXT = Thing("Record"), Thing("Petition"), Thing("context")


def of(thing: Any, *names: str) -> Any:
    for name in names:
        thing = attribute(thing, name)
    return thing


def role(name: str) -> Any:
    return of(PRINCIPAL, "roles")(z3.StringVal(name))


NOW, CASE, INSTRUMENT = of(CONTEXT, "now"), of(CONTEXT, "case"), of(CONTEXT, "instrument")
TEAM = of(PRINCIPAL, "teams")
KIND, REQUESTER = of(PETITION, "kind"), of(PETITION, "requester")
ON_TEAM, ON_ITS_TEAM = TEAM(CASE), TEAM(of(PETITION, "case"))
UNRATIFIED = z3.And(of(INSTRUMENT, "emergency"), z3.Not(of(INSTRUMENT, "ratified")))
UNJUSTIFIED = z3.Not(of(CONTEXT, "justified"))
RULED_IN = of(Thing("Instrument"), "case")
NO_ORDER = z3.Or(z3.Not(of(PETITION, "live_order")), of(PETITION, "items") < 1)

#: (the action, what no allowed request of it fulfils)
NEVER: dict[str, tuple[str, Any]] = {
    "read after the retention period": ("read", of(INSTRUMENT, "retain_until") < NOW),
    "read before the issue": ("read", of(INSTRUMENT, "readable_from") > NOW),
    "read what is quashed": ("read", of(INSTRUMENT, "quashed")),
    "read what is destroyed": ("read", of(INSTRUMENT, "destroyed")),
    "read late in an emergency": ("read", z3.And(UNRATIFIED, of(INSTRUMENT, "ratification_deadline") < NOW)),
    "read in an emergency without saying why": ("read", z3.And(UNRATIFIED, UNJUSTIFIED)),
    "read what is sealed": ("read", of(RECORD, "sealed")),
    "read another case's record": ("read", of(RECORD, "case") != CASE),
    "read another instrument's record": ("read", of(RECORD, "instrument") != INSTRUMENT),
    "read under another case's instrument": ("read", of(INSTRUMENT, "case") != CASE),
    "read outside the categories": ("read", z3.Not(of(INSTRUMENT, "categories")(of(RECORD, "category")))),
    "read as custodian on the team": ("read", z3.And(role("custodian"), ON_TEAM)),
    "read off the team without saying why": ("read", z3.And(z3.Not(ON_TEAM), UNJUSTIFIED)),
    "read off the team as no supervisor": ("read", z3.And(z3.Not(ON_TEAM), z3.Not(role("supervisor")))),
    "read without a role": ("read", z3.And(z3.Not(role("investigator")), z3.Not(role("supervisor")))),
    "read above the number": ("read", of(CONTEXT, "rows") > of(CONTEXT, "allowance")),
    "see a case as custodian on the team": ("show", z3.And(role("custodian"), ON_TEAM)),
    "see a case off the team without saying why": ("show", z3.And(z3.Not(ON_TEAM), UNJUSTIFIED)),
    "see a case off the team as no supervisor": ("show", z3.And(z3.Not(ON_TEAM), z3.Not(role("supervisor")))),
    "see a case without a role": ("show", z3.And(z3.Not(role("investigator")), z3.Not(role("supervisor")))),
    "approve one's own": ("approve", PRINCIPAL == REQUESTER),
    "approve twice": ("approve", of(PETITION, "approvers")(PRINCIPAL)),
    "approve from the team": ("approve", z3.And(ON_ITS_TEAM, z3.StringVal("destroy") != KIND)),
    "approve in a custodian's place": ("approve", z3.StringVal("unseal") == KIND),
    "approve without a role": ("approve", z3.And(z3.Not(role("investigator")), z3.Not(role("supervisor")))),
    "open without a court": ("unseal", NO_ORDER),
    "open with fewer than two custodians": ("unseal", of(PETITION, "acted_count") < 2),
    "open with fewer than two persons": ("unseal", of(PETITION, "approver_count") < 2),
    "open from the team": ("unseal", ON_ITS_TEAM),
    "open what one asked for": ("unseal", PRINCIPAL == REQUESTER),
    "open with the requester among them": ("unseal", of(PETITION, "approvers")(REQUESTER)),
    "open as no custodian": ("unseal", z3.Not(role("custodian"))),
    "open by another petition": ("unseal", z3.StringVal("unseal") != KIND),
    "begin without a court": ("act", NO_ORDER),
    "begin from the team": ("act", ON_ITS_TEAM),
    "begin what one asked for": ("act", PRINCIPAL == REQUESTER),
    "begin as no custodian": ("act", z3.Not(role("custodian"))),
    "destroy alone": ("destroy", of(PETITION, "approver_count") < 1),
    "destroy with one's own approval": ("destroy", of(PETITION, "approvers")(REQUESTER)),
    "destroy what another asked for": ("destroy", PRINCIPAL != REQUESTER),
    "quash off the team as no supervisor": ("quash", z3.And(z3.Not(TEAM(RULED_IN)), z3.Not(role("supervisor")))),
    "reinstate off the team as no supervisor": (
        "reinstate",
        z3.And(z3.Not(TEAM(RULED_IN)), z3.Not(role("supervisor"))),
    ),
    "reinstate as custodian": ("reinstate", role("custodian")),
    "destroy by another petition": ("destroy", z3.StringVal("destroy") != KIND),
}


def proved(policy_set: Policies, action: str, never: Any) -> bool:
    solver = z3.Solver()
    solver.add(policy_set.allowed(action), never)
    answer = solver.check()
    assert answer != z3.unknown, "the solver must know"
    return bool(answer == z3.unsat)


def text(without: str = "") -> str:
    return "\n".join(body for name, body in policies.sources().items() if name != without)


@pytest.mark.parametrize("name", NEVER)
def test_no_request_whatever_may(name: str) -> None:
    assert proved(Policies(text()), *NEVER[name])


@pytest.mark.parametrize("action", sorted(encoder.RESOURCES))
def test_every_action_is_allowed_to_somebody(action: str) -> None:
    """Else every proof about it would hold for nothing."""
    assert not proved(Policies(text()), action, z3.BoolVal(True))


@pytest.mark.parametrize("name", [n for n, body in policies.sources().items() if "\nforbid" in body])
def test_a_forbid_that_is_dropped_breaks_a_proof(name: str) -> None:
    weaker = Policies(text(name))
    assert not all(proved(weaker, *each) for each in NEVER.values())


def test_a_node_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        Policies(
            'permit(principal, action == Action::"read", resource) when { resource.category like "a*" };'
        ).allowed("read")
