"""Every policy does what its sentence says, and is missed when it is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.law.access.conftest import ANN
from tests.law.access.conftest import APPROVE
from tests.law.access.conftest import BOB
from tests.law.access.conftest import CAROL
from tests.law.access.conftest import DAVE
from tests.law.access.conftest import DESTROY
from tests.law.access.conftest import NOBODY
from tests.law.access.conftest import NOW
from tests.law.access.conftest import RECORD
from tests.law.access.conftest import SUE
from tests.law.access.conftest import TOM
from tests.law.access.conftest import UNSEAL
from tests.law.access.conftest import Read
from tests.law.access.conftest import Ruling
from tests.law.access.conftest import person

from fourcorners.law.access import explain
from fourcorners.law.access import policies
from fourcorners.law.access.actor import Actor
from fourcorners.law.access.decision import Decision
from fourcorners.law.access.policies import Loaded
from fourcorners.law.access.show import decide_show
from fourcorners.model.codes import REFUSALS

Case = Callable[[Loaded | None], bool]
MOLE = person("mole", "investigator", "custodian", teams=("C-1",))
EMERGENCY = Read().of(emergency=True, ratification_deadline=NOW + 10)
LATE = replace(Read().of(emergency=True, ratification_deadline=NOW - 1), justified=True)


def reads(query: Read, record: dict[str, str | bool] | None = None) -> Case:
    return lambda loaded: query.reaches({**RECORD, **(record or {})}, loaded)


#: For each policy a request whose answer rests on it: (the answer, the request).
CASES: dict[str, tuple[bool, Case]] = {
    "team": (True, reads(Read())),
    "review": (True, reads(replace(Read(), actor=SUE, justified=True))),
    "approve": (True, lambda loaded: APPROVE.decide(loaded).allowed),
    "approve-destruction": (
        True,
        lambda loaded: replace(APPROVE, actor=BOB).of(kind="destroy").decide(loaded).allowed,
    ),
    "unseal": (True, lambda loaded: UNSEAL.decide(loaded).allowed),
    "destroy": (True, lambda loaded: DESTROY.decide(loaded).allowed),
    "rulings": (True, lambda loaded: Ruling("quash").decide(loaded).allowed),
    "binding": (False, reads(Read(), {"case": "C-2"})),
    "destroyed": (False, reads(Read().of(destroyed=True))),
    "quashed": (False, reads(Read().of(quashed=True))),
    "retention": (False, reads(Read().of(retain_until=NOW - 1))),
    "not-yet": (False, reads(Read().of(readable_from=NOW + 1))),
    "ratification": (False, reads(LATE)),
    "wall": (False, reads(replace(Read(), actor=MOLE))),
    "wall-unseal": (False, lambda loaded: replace(UNSEAL, actor=MOLE).decide(loaded).allowed),
    "sealed": (False, reads(Read(), {"sealed": True})),
    "scope": (False, reads(Read(), {"category": "content_stored"})),
    "volume": (False, reads(replace(Read(), rows=11))),
    "review-justification": (False, reads(replace(Read(), actor=SUE))),
    "emergency-justification": (False, reads(EMERGENCY)),
    "self-approval": (False, lambda loaded: APPROVE.of(approvers=frozenset({SUE})).decide(loaded).allowed),
    "independence": (
        False,
        lambda loaded: replace(APPROVE, actor=person("ida", "supervisor", teams=("C-1",))).decide(loaded).allowed,
    ),
    "custodians-do-not-approve": (False, lambda loaded: APPROVE.of(kind="unseal").decide(loaded).allowed),
    "custodians-do-not-reinstate": (False, lambda loaded: Ruling("reinstate", MOLE).decide(loaded).allowed),
    "court-order": (False, lambda loaded: UNSEAL.of(live_order=False).decide(loaded).allowed),
    "two-custodians": (
        False,
        lambda loaded: UNSEAL.of(approvers=frozenset({DAVE}), acted=frozenset({"dave"})).decide(loaded).allowed,
    ),
    "requester-opens-nothing": (
        False,
        lambda loaded: replace(UNSEAL, actor=CAROL).of(requester=CAROL).decide(loaded).allowed,
    ),
    "two-persons": (False, lambda loaded: DESTROY.of(approvers=frozenset()).decide(loaded).allowed),
}


def without(policy: str) -> Loaded:
    return policies.load(
        {name: text for name, text in policies.sources().items() if f'@id("{policy}")' not in text}
    )


def test_every_policy_has_its_case() -> None:
    assert CASES.keys() == {text.id for text in policies.current().texts.values()}


@pytest.mark.parametrize("policy", CASES)
def test_a_policy_that_is_removed_is_missed(policy: str) -> None:
    expected, case = CASES[policy]
    assert case(None) is expected
    assert case(without(policy)) is not expected


@pytest.mark.parametrize(
    ("query", "record", "code"),
    [
        (Read(), {}, None),
        (replace(Read(), actor=BOB), {}, None),
        (Read(), {"category": "subscriber_identity"}, None),
        (replace(Read(), case="C-2"), {}, "CROSS_CASE"),
        (replace(Read(), actor=replace(ANN, teams=frozenset({"C-1", "C-2"})), case="C-2"), {}, "CROSS_CASE"),
        (replace(Read(), actor=NOBODY), {}, "NOT_PERMITTED"),
        (replace(Read(), actor=SUE), {}, "JUSTIFICATION_NEEDED"),
        (replace(Read(), actor=NOBODY, justified=True), {}, "NOT_PERMITTED"),
        (replace(Read(), actor=CAROL, justified=True), {}, "NOT_PERMITTED"),
        (replace(Read(), actor=MOLE, justified=True), {}, "WALL"),
        (replace(Read(), actor=person("cy", "investigator", teams=("C-9",)), justified=True), {}, "NOT_PERMITTED"),
        (Read().of(retain_until=NOW), {}, None),
        (Read().of(retain_until=NOW - 1), {}, "RETENTION_OVER"),
        (Read().of(retain_until=NOW - 1, quashed=True), {}, "QUASHED"),
        (Read().of(readable_from=NOW), {}, None),
        (EMERGENCY, {}, "JUSTIFICATION_NEEDED"),
        (replace(EMERGENCY, justified=True), {}, None),
        (EMERGENCY.of(ratified=True), {}, None),
        (LATE, {}, "NOT_RATIFIED"),
        (LATE.of(ratified=True), {}, None),
        (Read().of(categories=frozenset()), {}, "WRONG_CATEGORY"),
        (Read(), {"category": "content_stored"}, ""),
    ],
)
def test_the_cases_of_reading(query: Read, record: dict[str, str | bool], code: str | None) -> None:
    """None: the record is reached; empty: the query is allowed and reaches nothing."""
    decision = query.decide()
    if code:
        assert (decision.allowed, decision.code) == (False, code)
        assert decision.next
        return
    assert decision.allowed
    assert decision.filter.holds({**RECORD, **record}) is (code is None)
    assert not decision.filter.holds({**RECORD, **record, "sealed": True})


@pytest.mark.parametrize(
    ("actor", "quash", "reinstate"),
    [
        (ANN, "", ""),
        (SUE, "", ""),
        (NOBODY, "NOT_PERMITTED", "NOT_PERMITTED"),
        (person("cy", "investigator", teams=("C-9",)), "NOT_PERMITTED", "NOT_PERMITTED"),
        (CAROL, "NOT_PERMITTED", "WALL"),
        (MOLE, "", "WALL"),
        (person("both", "supervisor", "custodian"), "", "WALL"),
    ],
)
def test_who_enters_what_a_court_ruled(actor: Actor, quash: str, reinstate: str) -> None:
    for action, code in (("quash", quash), ("reinstate", reinstate)):
        decision = Ruling(action, actor).decide()
        assert (decision.allowed, decision.code) == (not code, code)
        assert decision.next or decision.allowed


def test_who_may_is_said_where_nobody_permits_it() -> None:
    stranger = replace(DESTROY, actor=SUE).decide()
    assert (stranger.code, "ann asked for it" in stranger.next) == ("NOT_PERMITTED", True)
    assert "supervisor" in replace(APPROVE, actor=NOBODY).decide().next
    assert "custodian" in replace(UNSEAL, actor=NOBODY).decide().next


@pytest.mark.parametrize(
    ("actor", "justified", "code"),
    [
        (ANN, False, None),
        (NOBODY, False, "NOT_PERMITTED"),
        (NOBODY, True, "NOT_PERMITTED"),
        (CAROL, True, "NOT_PERMITTED"),
        (MOLE, True, "WALL"),
        (person("cy", "investigator", teams=("C-9",)), True, "NOT_PERMITTED"),
        (SUE, False, "JUSTIFICATION_NEEDED"),
        (SUE, True, None),
    ],
)
def test_the_cases_of_seeing_what_a_case_holds(actor: Actor, justified: bool, code: str | None) -> None:  # noqa: FBT001
    decision = decide_show(actor, "C-1", justified=justified)
    assert (decision.allowed, decision.code or None) == (code is None, code)
    assert bool(decision.question) is (actor is SUE), "the wording that he sees, or saw"
    assert bool(decision.policies) is (code != "NOT_PERMITTED")


@pytest.mark.parametrize(
    ("policy", "actor", "justified"),
    [("team", ANN, False), ("review", SUE, True), ("wall", MOLE, True), ("review-justification", SUE, False)],
)
def test_a_policy_that_is_removed_is_missed_where_a_case_is_seen(
    policy: str,
    actor: Actor,
    justified: bool,  # noqa: FBT001
) -> None:
    allowed = decide_show(actor, "C-1", justified=justified).allowed
    assert decide_show(actor, "C-1", justified=justified, loaded=without(policy)).allowed is not allowed


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_custodians_are_counted(count: int) -> None:
    people = [CAROL, DAVE, person("erin", "custodian")][:count]
    step = UNSEAL.of(approvers=frozenset(people), acted=frozenset(each.name for each in people))
    assert step.decide().allowed is (count >= 2)
    assert step.of(acted=frozenset({"carol"})).decide().code == "TWO_PERSONS"


@pytest.mark.parametrize("approvers", [[], [ANN], [SUE], [SUE, TOM]])
def test_a_destruction_takes_one_other_person(approvers: list[object]) -> None:
    step = DESTROY.of(approvers=frozenset(approvers))
    assert step.decide().allowed is (bool(approvers) and ANN not in approvers)


def test_m14_nobody_approves_his_own_and_m15_nobody_of_the_team() -> None:
    supervisor = person("ida", "supervisor", teams=("C-1",))
    own = replace(APPROVE, actor=SUE).of(requester=SUE)
    assert (own.decide().allowed, own.decide().code) == (False, "SELF_APPROVAL")
    assert replace(APPROVE, actor=supervisor).decide().code == "NOT_INDEPENDENT"
    assert replace(APPROVE, actor=NOBODY).decide().code == "NOT_PERMITTED"
    assert APPROVE.of(approvers=frozenset({TOM})).decide().allowed


@pytest.mark.parametrize(
    "change",
    [{"live_order": False}, {"items": 0}, {"kind": "destroy"}, {"requester": CAROL}, {"requester": DAVE}],
)
def test_m28_no_court_no_opening(change: dict[str, object]) -> None:
    assert UNSEAL.decide().allowed
    assert not UNSEAL.of(**change).decide().allowed
    act = replace(UNSEAL, action="act").of(approvers=frozenset({DAVE}), acted=frozenset({"dave"}))
    assert act.decide().allowed, "the first custodian begins alone"
    assert not act.of(**change).decide().allowed or change == {"requester": CAROL}


def test_only_an_answer_is_missing_is_what_a_question_says() -> None:
    asked: Decision = replace(Read(), actor=SUE).decide()
    assert asked.question
    assert "--reason" in asked.question
    answered = replace(Read(), actor=SUE, justified=True).decide()
    assert (answered.allowed, answered.question) == (True, asked.question), "the wording that he saw"
    assert replace(Read(), justified=True).decide().question is None, "nothing was asked"
    both = replace(Read(), actor=SUE).of(quashed=True).decide()
    assert (both.code, both.question) == ("QUASHED", None), "an answer would not help"


def test_every_forbid_has_a_code_a_sentence_and_a_next_step() -> None:
    for text in policies.current().texts.values():
        assert text.sentence.endswith(".")
        if text.effect == "forbid":
            assert text.code in REFUSALS
            assert text.next
        assert explain.sentences([text.id]) == [
            f"{'permitted' if text.effect == 'permit' else 'forbidden'} by {text.id!r}: {text.sentence}"
        ]


@pytest.mark.parametrize(
    ("of", "to"),
    [
        ("context.instrument.quashed", "context.instrument.quahsed"),
        ("context.now > context.instrument.retain_until", 'context.now > "never"'),
        ('Action::"read"', 'Action::"browse"'),
    ],
)
def test_a_policy_that_the_schema_does_not_accept_is_not_loaded(of: str, to: str) -> None:
    """A forbid that errs would be skipped, and what it forbids allowed."""
    texts = {name: text.replace(of, to) for name, text in policies.sources().items()}
    with pytest.raises(ValueError, match="not valid"):
        policies.load(texts)


def test_the_hash_names_the_whole_set() -> None:
    assert policies.current().sha256 == policies.policy_set_sha256()
    assert without("volume").sha256 != policies.policy_set_sha256()
