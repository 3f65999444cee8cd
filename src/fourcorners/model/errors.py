"""The one root of errors, and the closed list of codes that a user may meet.

An error says what happened, where, why it matters and what to do next. Exit codes are those of the command
line's contract: 2 usage, 3 refused, 4 bad input, 5 verification failed.
"""

from __future__ import annotations

from typing import ClassVar
from typing import Literal

from fourcorners.model.codes import ERRORS
from fourcorners.model.codes import REFUSALS

RefusalKind = Literal["LAW", "AGENCY", "PRODUCT"]


class FourcornersError(Exception):
    """Something that the user can read and act on."""

    exit_code: ClassVar[int] = 4

    def __init__(self, code: str, what: str, *, where: str = "", why: str = "", next_step: str = "") -> None:
        if code not in ERRORS and code not in REFUSALS:
            raise AssertionError(f"undeclared code {code}")
        self.code = code
        self.what = what
        self.where = where
        self.why = why
        self.next_step = next_step
        #: Name of the ledger entry that holds the refusal, once it is written.
        self.entry = ""
        super().__init__(f"{code}: {what}")

    def diagnostics(self) -> str:
        """The text for a person: one line a part, parts that are empty left out."""
        (_, first), *others = self.parts()
        return "\n".join([first, *(f"  {name}: {text}" for name, text in others)])

    def parts(self) -> list[tuple[str, str]]:
        """Name and text of each part that is not empty; the first, what went wrong, has no name."""
        entry = f"{self.entry} (`fourcorners why {self.entry}` explains it)" if self.entry else ""
        named = [("where", self.where), ("why it matters", self.why), ("next", self.next_step), ("entry", entry)]
        return [("", f"{self.label()}: {self.what}"), *(part for part in named if part[1])]

    def label(self) -> str:
        """The first word of the message: the code, with the kind of a refusal before it."""
        return self.code


class UsageError(FourcornersError):
    """The command was not understood, or names something that does not exist."""

    exit_code: ClassVar[int] = 2


class Refused(FourcornersError):  # noqa: N818 - the design's word for it
    """A rule says no. `kind` tells whose rule: the law's, the agency's or the product's own."""

    exit_code: ClassVar[int] = 3

    def __init__(  # noqa: D417 - the other arguments are the root's
        self,
        kind: RefusalKind,
        code: str,
        what: str,
        *,
        next_step: str,
        where: str = "",
        why: str = "",
        rules: tuple[str, ...] = (),
    ) -> None:
        """Refuse.

        Args:
            rules: ids of the authority rows that decided, empty for the product's own refusals.
        """
        super().__init__(code, what, where=where, why=why, next_step=next_step)
        self.kind: RefusalKind = kind
        self.rules = rules

    def label(self) -> str:
        """Kind and code."""
        return f"{self.kind} {self.code}"


class BadInput(FourcornersError):  # noqa: N818 - the design's word for it
    """A file cannot be taken: no record of it is stored; the refusal and the file's hash are."""

    exit_code: ClassVar[int] = 4


class VerificationFailed(FourcornersError):  # noqa: N818 - the design's word for it
    """Something stored is not what it must be."""

    exit_code: ClassVar[int] = 5
