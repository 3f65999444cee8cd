"""Builders that the tests of the law room share."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from fourcorners.model.identifier import parse_target
from fourcorners.model.instant import DAY
from fourcorners.model.instrument import Instrument
from fourcorners.model.instrument import IssuerRole
from fourcorners.model.instrument import Purpose
from fourcorners.model.instrument import Scope
from fourcorners.model.instrument import Window
from fourcorners.model.records import Batch
from fourcorners.model.records import schema

#: 2026-03-09T00:00:00Z
ISSUED = 20_521 * DAY
SEARCH_WARRANT = Instrument(
    id="I-1",
    case="C-1",
    type="search_warrant",
    jurisdiction="US-FED",
    issuer="District Court",
    issuer_role=IssuerRole.MAGISTRATE_JUDGE,
    purpose=Purpose.CRIMINAL_INVESTIGATION,
    custodian="Example Mail",
    scope=Scope(
        (parse_target("alice@example.com"),),
        frozenset({"session_ip_log"}),
        Window(1_000, 2_000, "America/New_York", 700, 1_700),
    ),
    issued=ISSUED,
    document_sha256="00" * 32,
    document_name="warrant.pdf",
    entered_by="clerk",
    offence="18 USC 1343",
)


@pytest.fixture(scope="session")
def make_instrument() -> Callable[..., Instrument]:
    """`make_instrument(type=..., accounts=[...], categories=[...], window=Window(...), ...)`."""

    def make(
        accounts: Sequence[str] | None = None,
        categories: Sequence[str] | None = None,
        window: Window | None = None,
        **changes: Any,
    ) -> Instrument:
        scope = SEARCH_WARRANT.scope
        if accounts is not None:
            scope = replace(scope, accounts=tuple(parse_target(text) for text in accounts))
        if categories is not None:
            scope = replace(scope, categories=frozenset(categories))
        if window is not None:
            scope = replace(scope, window=window)
        return replace(SEARCH_WARRANT, scope=scope, **changes)

    return make


@pytest.fixture(scope="session")
def make_batch() -> Callable[..., Batch]:
    """`make_batch(family, [{column: value}], field_categories)`: absent columns are null."""

    def make(
        family: str,
        rows: Sequence[Mapping[str, object]],
        field_categories: Mapping[str, str | None] | None = None,
    ) -> Batch:
        shape = schema(family)
        columns: dict[str, list[object]] = {name: [row.get(name) for row in rows] for name in shape.names}
        count = len(rows)
        columns |= {"row": list(range(count)), "start": [10 * n for n in range(count)]}
        columns |= {"end": [10 * n + 10 for n in range(count)], "texts": [3] * count}
        arrays = [pa.array(columns[field.name], field.type) for field in shape]
        return Batch(family, "section", pa.RecordBatch.from_arrays(arrays, schema=shape), field_categories or {})

    return make
