"""A decision and its reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field

from fourcorners.law.access.condition import NOTHING
from fourcorners.law.access.condition import Condition
from fourcorners.law.access.policies import Loaded
from fourcorners.model.errors import RefusalKind

#: Who may read or see a case: the next step where nobody permits it.
WHO = (
    "somebody on the case's team acts, or adds the person with `fourcorners case join`; a custodian of sealed "
    "records joins no case and reads nothing: his step is `unseal open`, under a court's order"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policies say to a request.

    Attributes:
        allowed: yes or no.
        policies: ids of those that decided: the permits of an allow, the forbids of a deny; empty where no permit
            spoke for it.
        policy_set: hash of the set, hex. code: of a deny. whose: whose rule it is. what: the deny in a sentence.
        next: the permitted next step. question: the wording that the person is shown: of a deny, if an answer is
        all that is missing; of an allow,
            if it rests on the answer.
        filter: which records an allow reaches.
    """

    allowed: bool
    policies: tuple[str, ...]
    policy_set: str
    code: str = ""
    whose: RefusalKind = "PRODUCT"
    what: str = ""
    next: str = ""
    question: str | None = None
    filter: Condition = field(default=NOTHING)


def deny(loaded: Loaded, forbids: Collection[str], who: str) -> Decision:
    """A deny by some forbids (the engine's names), explained by the first; none: nobody permits.

    Args:
        loaded: the policy set.
        forbids: those that decided.
        who: the next step where nobody permits it: who may.
    """
    texts = [text for name, text in loaded.texts.items() if name in forbids]
    if not texts:
        return Decision(
            allowed=False,
            policies=(),
            policy_set=loaded.sha256,
            code="NOT_PERMITTED",
            what="no policy permits it: what is not permitted is refused",
            next=who,
        )
    first = texts[0]
    asked = all(text.asks for text in texts)
    return Decision(
        allowed=False,
        policies=tuple(text.id for text in texts),
        policy_set=loaded.sha256,
        code=first.code,
        whose=first.whose,
        what=first.sentence,
        next=first.next,
        question=" ".join(text.asks for text in texts) if asked else None,
    )
