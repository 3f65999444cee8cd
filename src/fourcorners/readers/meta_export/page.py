"""The reader of a Facebook export as web pages: its lists of activity, and the profile that names the account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import Census
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified
from fourcorners.readers import census
from fourcorners.readers import meta
from fourcorners.readers.markup import Data
from fourcorners.readers.meta.reader import is_markup
from fourcorners.readers.meta.vocabulary import CUSTODIANS
from fourcorners.readers.meta_export import facts
from fourcorners.readers.meta_export.account import relate
from fourcorners.readers.meta_export.page_rows import COUNTED
from fourcorners.readers.meta_export.page_rows import PageRows

#: The pages of one build look alike; which list a page is, its name alone tells.
_ACTIVITY = frozenset({"account_activity", "logins_and_logouts", "ip_address_activity", "used_ip_addresses"})
_PROFILE = "profile_information"
_HTML = re.compile(rb"<html[\s>]", re.IGNORECASE)
_NAMES_ACCOUNT = re.compile(rb">\s*Username\s*<")


class FacebookPages:
    """Reads one page of an export."""

    name = "facebook-export-html"
    version = "2"
    custodians = CUSTODIANS

    def detect(self, path: str, head: bytes) -> bool:
        """Whether the first bytes are HTML under the name of a page that is read here."""
        name = PurePosixPath(path.replace("!", "/"))
        known = name.stem in _ACTIVITY or (name.stem == _PROFILE and _NAMES_ACCOUNT.search(head) is not None)
        page = known and name.suffix.lower() == ".html" and is_markup(head) and _HTML.search(head) is not None
        return page and not meta.READER.detect(path, head)

    def read(self, data: Data, declaration: ZoneDeclaration | None = None) -> Reading:
        """Every row of one page.

        Args:
            data: the page.
            declaration: a person's statement of the zone of its times, which state none.

        Raises:
            BadInput: `TRUNCATED`, `MARKUP`, `DEPTH`, `ENCODING`, `CHARSET_CONFLICT` or `NUL`.
        """
        rows = PageRows(declaration)
        rows.take_all(data)
        account, fact = facts.account_of(rows.profile, doubt=rows.doubt)
        generated = {"generated": rows.generated} if rows.generated else {}
        holes = np.frombuffer(rows.holes, np.int64).reshape(-1, 2)
        return Reading(
            reader=f"{self.name}/{self.version}",
            layout="html",
            custodians=self.custodians,
            batches=tuple(sheet.batch(account) for sheet in rows.sheets.values()),
            boilerplate=rows.boilerplate,
            unclassified=tuple(Unclassified(path, count) for path, count in rows.unclassified.items()),
            labels={label: rows.labels[label] for label in sorted(COUNTED)},
            facts=fact | generated,
            holes=pa.array(holes[holes[:, 0].argsort(kind="stable")].ravel()),
            notation="html",
        )

    def relate(self, files: Sequence[Sequence[Reading]]) -> list[list[Reading]]:
        """Put the account that an export's profile names on the rows of its other pages."""
        return relate(files)

    def census(self, data: Data) -> Census:
        """The page's texts and labels, counted by code that shares nothing with this reader."""
        return census.count(data, COUNTED)


FACEBOOK_HTML = FacebookPages()
