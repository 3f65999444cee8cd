"""A released row as evidence: what was written, and where."""

from __future__ import annotations

from typing import Any

from fourcorners.casework.rows import MemberRow
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import text_column
from fourcorners.model.source import Source
from fourcorners.report.contents import Evidence
from fourcorners.report.contents import Quoted


def of_row(record: str, family: str, member: MemberRow, row: dict[str, Any]) -> Evidence:
    """Every value of a row as written with its byte ranges, and the fields that are sealed.

    Args:
        record: the record's id.
        family: its family.
        member: where it stands.
        row: the released row, column by column.
    """
    values = tuple(
        Quoted(
            field,
            row[text_column(field)],
            tuple(zip(row[field + "@"][::2], row[field + "@"][1::2], strict=True)),
        )
        for field in FAMILIES[family]
        if row[text_column(field)] is not None and row[field + "@"]
    )
    return Evidence(record, source_of(member), values, tuple(row["sealed_fields"] or ()))


def source_of(member: MemberRow) -> Source:
    """Where the rows of a member stand."""
    return Source(member.file, member.tree, member.member, member.member_sha256, member.reader)
