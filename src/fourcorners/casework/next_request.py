"""Whom to ask next: the addresses of released logins by carrier, as tables and pages.

Nothing in it is typed: every address, port and instant comes from a released record and says where it stands.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from fourcorners.casework import evidence
from fourcorners.casework import gate
from fourcorners.casework import kinds
from fourcorners.casework import naming
from fourcorners.casework import outputs
from fourcorners.casework import store
from fourcorners.casework.records import record_id
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.instant import SECOND
from fourcorners.report import request_page
from fourcorners.report import request_sheet
from fourcorners.report.request_sheet import CarrierGroup
from fourcorners.report.request_sheet import Question


def prepare(
    workspace: Workspace, instrument_id: str, out: Path, *, networks: Path | None = None, reason: str = ""
) -> dict[str, Any]:
    """Write one table and one page for each carrier into a new folder.

    Args:
        workspace: where.
        instrument_id: the instrument under which the logins came.
        out: the folder; must be new or empty.
        networks: a dated network table, if not the one of this installation.
        reason: what the acting person says.

    Raises:
        BadInput: `OUTPUT`, `NETWORK_TABLE`, or `ATTRIBUTION_INPUT` if there is no login to ask about.
        Refused: what the gate refuses.
    """
    with workspace.attempt("next", {"instrument": instrument_id}):
        instrument = store.load_instrument(workspace.tables, instrument_id)
        outputs.check_free(out, folder=True)
        questions = list(_questions(workspace, instrument_id, reason))
        if not questions:
            raise _nobody(workspace, instrument_id)
        named = naming.name((question.ip for question in questions), networks)
        groups = request_sheet.grouped(questions, named, instrument)
        files = {
            f"{stem}.{kind}": data
            for stem, group in _stems(groups)
            for kind, data in (("csv", request_sheet.to_csv(group)), ("html", request_page.to_html([group])))
        }
        with outputs.new_folder(out), ExitStack() as last:
            for name, data in files.items():
                last.enter_context(outputs.prepared(out / name, data))
            workspace.record(
                "next",
                {"case": instrument.case, "instrument": instrument_id, "addresses": len(questions)},
                {"out": str(out), "reason": reason, "network_table": [named.table, named.as_of]},
            )
        table = None if named is naming.NO_TABLE else {"name": named.table, "date": named.as_of}
        return {
            "out": str(out),
            "table": table,
            "addresses": len(questions),
            "carriers": [_line(stem, group) for stem, group in _stems(groups)],
        }


def _nobody(workspace: Workspace, instrument_id: str) -> BadInput:
    """Why there is nobody to ask: what was released, if anything, and what it lacks."""
    found = kinds.of_instrument(workspace.tables, instrument_id)
    what = f"no released login under {instrument_id} has an address and an instant"
    next_step = f"`records --under {instrument_id}` lists what was released"
    if not found:
        next_step = "`case show` tells what was sealed and why"
    elif not any(_has_address(rows) for rows in list(gate.own_check(workspace, instrument_id, "next"))):
        released = kinds.words(found)
        what = (
            f"the records released under {instrument_id} ({released}) hold no address, so there is nobody to ask"
        )
    elif not found["login"]:
        what += f"; released are other kinds of records: {kinds.words(found)}"
    return BadInput("ATTRIBUTION_INPUT", what, next_step=next_step)


def _has_address(rows: gate.Rows) -> bool:
    return "ip" in rows.batch.schema.names and rows.batch["ip"].null_count < rows.batch.num_rows


def _questions(workspace: Workspace, instrument_id: str, reason: str) -> list[Question]:
    """One question an event: a login and its preserved copy are asked about once."""
    found: dict[tuple[str, int | None, int], Question] = {}
    for rows in gate.read(workspace, instrument_id, family="login", purpose="next", reason=reason):
        for row in rows.batch.to_pylist():
            if row["ip"] is None or row["at"] is None:
                continue
            name = record_id(rows.returned.id, rows.member.n, row["row"])
            event = (row["ip"], row["port"], row["at"])
            if event in found:
                found[event] = replace(found[event], also=(*found[event].also, name))
                continue
            found[event] = Question(
                evidence.of_row(name, rows.family, rows.member, row),
                row["ip"],
                row["port"],
                row["at"],
                row["at_text"],
                row["zone_basis"],
                row["precision"] or SECOND,
            )
    return list(found.values())


def _stems(groups: tuple[CarrierGroup, ...]) -> list[tuple[str, CarrierGroup]]:
    """File names: a number, and the network's name as far as every file system takes it."""
    return [
        (f"{n:02}-" + (re.sub(r"[^a-z0-9]+", "-", group.title.casefold()).strip("-")[:60] or "network"), group)
        for n, group in enumerate(groups, 1)
    ]


def _line(stem: str, group: CarrierGroup) -> dict[str, Any]:
    network = group.network
    return {
        "carrier": network.carrier if network else group.title,
        "asn": network.asn if network else None,
        "country": network.country if network else None,
        "addresses": len(group.questions),
        "without_port": group.without_port,
        "csv": f"{stem}.csv",
        "page": f"{stem}.html",
    }
