"""The verbs: each opens the workspace, calls one use case and writes what it says. No decision is made here."""

from __future__ import annotations

from pathlib import Path

import click

from fourcorners.casework import attribute as attribution
from fourcorners.casework import cases
from fourcorners.casework import declare as declarations
from fourcorners.casework import exhibit as exhibits
from fourcorners.casework import ingest as intake
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import next_request
from fourcorners.casework import records as released
from fourcorners.casework import reread as rereading
from fourcorners.casework import show
from fourcorners.casework import store
from fourcorners.casework import workspace as workspaces
from fourcorners.casework.oversight import outside
from fourcorners.casework.oversight import verification
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.desk import demo as demonstration
from fourcorners.desk.cli import unreleased
from fourcorners.desk.cli.root import CASE
from fourcorners.desk.cli.root import FILE
from fourcorners.desk.cli.root import JSON
from fourcorners.desk.cli.root import REASON
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import Session
from fourcorners.desk.cli.session import ask_secret
from fourcorners.desk.cli.session import progress
from fourcorners.desk.cli.session import write
from fourcorners.model.errors import FourcornersError
from fourcorners.model.instant import ZoneDeclaration
from fourcorners.model.records import FAMILIES
from fourcorners.samples import make as samples_make
from fourcorners.samples import structure as samples_structure
from fourcorners.vault.root_keys import os_keyring


@fourcorners.command()
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed makes another case.")
@click.option("--out", type=FILE, default=None, help="Where to work; a new folder (default: a temporary one).")
def demo(seed: int, out: Path | None) -> None:
    """The main job on generated productions: from return to exhibit, scored against the truth."""
    demonstration.run(seed, out)


@fourcorners.command()
@click.option(
    "--root-key",
    type=click.Choice(["os_keyring", "passphrase", "owner_file", "pkcs11"]),
    default=None,
    help="Where the key of all keys is kept (the keyring, where there is one, else a file of yours).",
)
@click.option("--pkcs11-module", default="", help="With pkcs11: the device's library.")
@click.option("--pkcs11-token", default="", help="With pkcs11: the token's label.")
@click.option("--database", default="", help="Address of a PostgreSQL database, instead of a file.")
@click.option(
    "--rows-a-person",
    type=click.IntRange(1),
    default=workspaces.ROWS_A_PERSON,
    show_default=True,
    help="The agency's number: rows of a case shown to one person before two others are asked.",
)
@JSON
@click.pass_obj
def init(
    session: Session,
    root_key: str | None,
    pkcs11_module: str,
    pkcs11_token: str,
    database: str,
    rows_a_person: int,
    *,
    _json: bool,
) -> None:
    """Make a workspace."""
    device = {"module": pkcs11_module, "token": pkcs11_token} if root_key == "pkcs11" else None
    making = workspaces.Making(root_key or "", device, rows_a_person, database)
    head = workspaces.create(session.folder, session.actor, making=making, secret=ask_secret)
    write({"workspace": str(session.folder), "ledger": {"size": head.size, "hash": head.hash}})
    if root_key is None and not os_keyring.is_there():
        click.echo(
            "no keyring on this machine: the root key is a file of yours, and whoever copies it opens everything; "
            "`init --root-key passphrase` keeps none",
            err=True,
        )


@fourcorners.group()
def case() -> None:
    """Open and show cases."""


@case.command("open")
@click.option("--title", required=True, help="What people call it.")
@click.option("--predicate", required=True, help="The facts that justify it.")
@JSON
@click.pass_obj
def case_open(session: Session, title: str, predicate: str, *, _json: bool) -> None:
    """Open a case; none opens without a predicate."""
    with session.workspace() as workspace:
        write({"case": cases.open_case(workspace, title, predicate).id})


@case.command("list")
@JSON
@click.pass_obj
def case_list(session: Session, *, _json: bool) -> None:
    """The cases of this workspace."""
    with session.workspace() as workspace:
        for line in show.list_cases(workspace):
            write(line)


@case.command("show")
@click.argument("case_id")
@REASON
@JSON
@click.pass_obj
def case_show(session: Session, case_id: str, reason: str, *, _json: bool) -> None:
    """One case: instruments, returns with counts and reasons, attributions."""
    with session.workspace() as workspace:
        write(show.show_case(workspace, case_id, reason))


@fourcorners.group()
def instrument() -> None:
    """Enter instruments."""


@instrument.command("add")
@click.argument("order", type=FILE)
@CASE
@REASON
@JSON
@click.pass_obj
def instrument_add(session: Session, order: Path, case_id: str, reason: str, *, _json: bool) -> None:
    """Enter an order; the authority rows decide whether it permits what it asks for."""
    with session.workspace() as workspace:
        row = instruments.add(workspace, order, case_id, reason=reason)
        write(
            {
                "instrument": row.id,
                "state": store.load_instrument(workspace.tables, row.id).state.value,
                "decision": row.decision,
                "warnings": row.warnings,
            }
        )


@fourcorners.command()
@click.argument("paths", type=FILE, nargs=-1, required=True)
@click.option("--under", required=True, help="The instrument.")
@click.option("--mapping", type=FILE, default=None, help="What a table's columns mean (docs/mappings.md).")
@JSON
@click.pass_obj
def ingest(session: Session, paths: tuple[Path, ...], under: str, mapping: Path | None, *, _json: bool) -> None:
    """Take files or folders in: read, judge, store; all or nothing."""
    with session.workspace() as workspace, progress("taking in") as on_step:
        declared = mappings.load(workspace, mapping) if mapping else None
        row = intake.ingest(workspace, list(paths), under, mapping=declared, on_step=on_step)
        _write_return(workspace, row)
    for each in row.drift:
        click.echo(
            f"{each['file']}: not a structure that this version was tested on ({len(each['new'])} new,"
            f" {len(each['missing'])} missing; `drift` names them)\n  what is certain was taken in; see what was"
            " rejected and unclassified\n  next: `fourcorners fingerprint FILE --out FILE.json` makes what to send"
            " to the makers",
            err=True,
        )


def _write_return(workspace: Workspace, row: ReturnRow) -> None:
    write(show.return_line(row))
    if words := unreleased.hint(row, store.load_instrument(workspace.tables, row.instrument)):
        click.echo(words, err=True)
    if words := unreleased.not_kept(row, has_team=workspace.filter_team() is not None):
        click.echo(words, err=True)


@fourcorners.group()
def declare() -> None:
    """State what a file does not say."""


@declare.command("zone")
@click.argument("paths", type=FILE, nargs=-1, required=True)
@click.option("--return", "return_id", required=True, help="The return.")
@click.option("--zone", required=True, help="IANA name, such as Europe/Berlin.")
@REASON
@JSON
@click.pass_obj
def declare_zone(
    session: Session, paths: tuple[Path, ...], return_id: str, zone: str, reason: str, *, _json: bool
) -> None:
    """Declare the zone of a return's local times, with the same files and a reason; it is judged anew."""
    with session.workspace() as workspace, progress("judging anew") as on_step:
        declaration = ZoneDeclaration(zone, session.actor)
        row = declarations.declare_zone(workspace, return_id, declaration, reason, list(paths), on_step=on_step)
        _write_return(workspace, row)


@declare.command("account")
@click.argument("paths", type=FILE, nargs=-1, required=True)
@click.option("--return", "return_id", required=True, help="The return.")
@click.option("--account", required=True, help="One of the instrument's accounts.")
@click.option(
    "--file",
    "only",
    multiple=True,
    help="Where several lists wait, each that is meant, once for each: made.zip!list.csv in an archive.",
)
@REASON
@JSON
@click.pass_obj
def declare_account(
    session: Session,
    paths: tuple[Path, ...],
    return_id: str,
    account: str,
    only: tuple[str, ...],
    reason: str,
    *,
    _json: bool,
) -> None:
    """Declare whose a list is that names no account, with the same files and a reason; it is judged anew."""
    with session.workspace() as workspace, progress("judging anew") as on_step:
        row = declarations.declare_account(
            workspace, return_id, account, reason, list(paths), only=only, on_step=on_step
        )
        _write_return(workspace, row)


@fourcorners.command()
@click.argument("paths", type=FILE, nargs=-1, required=True)
@click.option("--return", "return_id", required=True, help="The return.")
@REASON
@JSON
@click.pass_obj
def reread(session: Session, paths: tuple[Path, ...], return_id: str, reason: str, *, _json: bool) -> None:
    """Read a return's files again with the readers of this version; every difference is told, none is hidden."""
    with session.workspace() as workspace, progress("reading again") as on_step:
        done = rereading.reread(workspace, return_id, list(paths), reason=reason, on_step=on_step)
        for line in show.reread_lines(done):
            write(line)
    if done.entry is None:
        click.echo(f"{return_id}: the same readers read the same; nothing was changed", err=True)
    elif done.rests:
        names = ", ".join(f"{each['what']} {each['name']} ({each['entry']})" for each in done.rests)
        click.echo(
            f"{return_id} was read by another version before; what rests on that: {names}\n  next: make them"
            " again, and tell whoever has them; `case show` and the exhibit list them",
            err=True,
        )


@fourcorners.command()
@click.option("--under", required=True, help="The instrument.")
@click.option("--kind", type=click.Choice(list(FAMILIES)), default=None, help="One kind of record.")
@REASON
@JSON
@click.pass_obj
def records(session: Session, under: str, kind: str | None, reason: str, *, _json: bool) -> None:
    """The released records, one JSON object a line."""
    with session.workspace() as workspace:
        for line in released.list_records(workspace, under, family=kind, reason=reason):
            write(line)


@fourcorners.command()
@click.option("--logins", required=True, help="The instrument under which the logins came.")
@click.option(
    "--assignments", required=True, multiple=True, help="An instrument under which a carrier's log came."
)
@click.option("--skew", type=click.IntRange(0, 86_400), default=120, show_default=True, help="Seconds each side.")
@click.option("--count-only", is_flag=True, help="How many logins have which outcome, without the lines.")
@REASON
@JSON
@click.pass_obj
def attribute(
    session: Session,
    logins: str,
    assignments: tuple[str, ...],
    skew: int,
    reason: str,
    *,
    count_only: bool,
    _json: bool,
) -> None:
    """Which subscriber's service held each address at each login, and how sure that is."""
    with session.workspace() as workspace, progress("joining"):
        found = attribution.attribute(workspace, logins, list(assignments), skew_s=skew, reason=reason)
        if count_only:
            write({"attribution": found.row.id, "outcomes": found.row.outcomes})
            return
        for line in found.lines():
            write(line)


@fourcorners.command("next")
@click.option("--under", required=True, help="The instrument under which the logins came.")
@click.option("--out", type=FILE, required=True, help="A new folder.")
@click.option("--networks", type=FILE, default=None, help="Another dated network table.")
@REASON
@JSON
@click.pass_obj
def next_(session: Session, under: str, out: Path, networks: Path | None, reason: str, *, _json: bool) -> None:
    """Whom to ask next: addresses by carrier with port, UTC instant and source; nothing in it is typed."""
    with session.workspace() as workspace:
        write(next_request.prepare(workspace, under, out, networks=networks, reason=reason))


@fourcorners.command()
@CASE
@click.option("--out", type=FILE, required=True, help="The PDF to write.")
@click.option("--networks", type=FILE, default=None, help="Another dated network table.")
@REASON
@JSON
@click.pass_obj
def exhibit(session: Session, case_id: str, out: Path, networks: Path | None, reason: str, *, _json: bool) -> None:
    """The exhibit of a case as PDF/A: the same bytes whenever it is made from the same workspace."""
    with session.workspace() as workspace, progress("rendering"):
        write(exhibits.make(workspace, case_id, out, networks=networks, reason=reason))


@fourcorners.command()
@click.argument("path", type=FILE)
@click.option(
    "--since", type=FILE, default=None, help="A checkpoint kept elsewhere, which the ledger must continue."
)
@click.option("--policy", type=FILE, default=None, help="For what was handed out: whose signatures count.")
@JSON
@click.pass_obj
def verify(session: Session, path: Path, since: Path | None, policy: Path | None, *, _json: bool) -> None:
    """Check a workspace: the ledger's tree, every stored file's hash, every slice from its proof.

    Or what was handed out of one: an exported log, a proof file, a checkpoint. That takes no workspace and no key,
    and writes nothing.
    """
    if outside.is_handed_out(path):
        write(outside.verify(path, policy=policy, since=since))
        return
    if policy is not None:
        raise click.UsageError("--policy is for what was handed out; a workspace has its own")
    with Session(path, session.actor).workspace(clear=False) as workspace:
        write(verification.verify(workspace, since=since))


@fourcorners.group()
def samples() -> None:
    """Synthetic productions, with the truth beside them."""


@samples.command("make")
@click.argument("format_", metavar="[FORMAT]", type=click.Choice(list(samples_make.FORMATS)), required=False)
@click.option(
    "--from-fingerprint", type=FILE, default=None, help="Instead of a FORMAT: a structure sent by a user."
)
@click.option("--seed", type=int, required=True)
@click.option("--rows", type=click.IntRange(1, 10_000_000), required=True)
@click.option("--out", type=FILE, required=True)
@JSON
def samples_make_command(
    format_: str | None, from_fingerprint: Path | None, seed: int, rows: int, out: Path, *, _json: bool
) -> None:
    """Make a synthetic production; the same seed makes the same bytes."""
    if format_ and not from_fingerprint:
        samples_make.make(format_, seed, rows, out)
    elif from_fingerprint and not format_:
        samples_structure.make(from_fingerprint, seed, rows, out)
    else:
        raise click.UsageError("give a FORMAT or --from-fingerprint FILE")
    write({"format": format_ or "from-fingerprint", "seed": seed, "rows": rows, "out": str(out)})


@fourcorners.command()
@JSON
def readers(*, _json: bool) -> None:
    """The formats that can be read, with versions."""
    for line in show.list_readers():
        write(line)


@fourcorners.command()
@JSON
@click.pass_obj
def doctor(session: Session, *, _json: bool) -> None:
    """What this machine and workspace have, and what is missing."""
    try:
        with session.workspace() as workspace:
            lines = list(show.examine(workspace))
    except FourcornersError as error:
        click.echo(error.diagnostics(), err=True)
        lines = list(show.examine(None))
    for line in lines:
        write(line)
