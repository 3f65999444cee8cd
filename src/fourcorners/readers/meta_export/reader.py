"""The readers of the account holder's own exports: Facebook and Instagram, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census_json
from fourcorners.readers.json_text import Data
from fourcorners.readers.json_text import walk
from fourcorners.readers.meta.vocabulary import CUSTODIANS
from fourcorners.readers.meta_export import facts
from fourcorners.readers.meta_export import plans
from fourcorners.readers.meta_export import vocabulary
from fourcorners.readers.meta_export.account import relate
from fourcorners.readers.meta_export.rows import NOTATION
from fourcorners.readers.meta_export.rows import Facts
from fourcorners.readers.meta_export.rows import Rows
from fourcorners.readers.meta_export.vocabulary import Section


@dataclass(frozen=True, slots=True)
class MetaExport:
    """Reads one JSON file of an export.

    Attributes:
        name: the format.
        sections: root key, without its version -> what stands under it.
        is_known: whether first bytes are of the format.
        plan_of: the plan of a shape of events.
        facts_of: the facts of a profile or registration.
        counted: keys that are counted, here and by the independent census.
    """

    name: str
    sections: Mapping[str, Section]
    is_known: Callable[[bytes], bool]
    plan_of: Callable[[str, Section, plans.Shape], plans.Plan]
    facts_of: Facts
    counted: tuple[str, ...]

    @property
    def version(self) -> str:
        """Changes whenever the same bytes would be read otherwise."""
        return "1"

    @property
    def custodians(self) -> tuple[str, ...]:
        """Names by which an instrument may name the producer."""
        return CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - folders and names changed, root keys did not
        """Whether the first bytes are those of such a file, whatever its name."""
        return self.is_known(head)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:  # noqa: ARG002 - all UTC
        """Every row of one member.

        Raises:
            BadInput: `JSON`, `TRUNCATED`, `DEPTH`, `ENCODING` or `NUL`.
        """
        rows = Rows(data, self.sections, self.plan_of, self.facts_of)
        rows.take_all(walk(data, NOTATION))
        account, fact = facts.account_of(rows.profile, doubt=rows.doubt)
        holes = np.frombuffer(rows.holes, np.int64).reshape(-1, 2)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="json",
            custodians=self.custodians,
            batches=tuple(sheet.batch(account) for sheet in rows.sheets.values()),
            boilerplate=rows.boilerplate,
            unclassified=tuple(Unclassified(path, texts) for path, texts in rows.unclassified.items()),
            labels={label: rows.labels[label] for label in ("row", *self.counted)},
            says_empty=not rows.sheets and not rows.unclassified and not rows.boilerplate,
            facts=fact,
            holes=pa.array(holes[holes[:, 0].argsort(kind="stable")].ravel()),
            notation=NOTATION,
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Put the account that an export's profile names on the rows of its other files."""
        return relate(files)

    def census(self, data: Data) -> Census:
        """The member's values and keys, counted by code that shares nothing with this reader."""
        return census_json.count(data, self.counted)


FACEBOOK = MetaExport(
    "facebook-export",
    vocabulary.FACEBOOK,
    vocabulary.is_facebook,
    plans.plan_facebook,
    facts.of_facebook,
    vocabulary.FACEBOOK_COUNTED,
)
INSTAGRAM = MetaExport(
    "instagram-export",
    vocabulary.INSTAGRAM,
    vocabulary.is_instagram,
    plans.plan_instagram,
    facts.of_instagram,
    vocabulary.INSTAGRAM_COUNTED,
)
