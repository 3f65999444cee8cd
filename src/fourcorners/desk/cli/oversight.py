"""Verbs for whoever inspects: the ledger's entries and proofs, why a decision came out so, witnesses."""

from __future__ import annotations

import time
from pathlib import Path

import click

from fourcorners.casework import documents
from fourcorners.casework import outputs
from fourcorners.casework.oversight import inspection
from fourcorners.casework.oversight import stamping
from fourcorners.casework.oversight import why as reasons
from fourcorners.casework.oversight import witnessing
from fourcorners.desk import witness_service
from fourcorners.desk.cli.root import FILE
from fourcorners.desk.cli.root import JSON
from fourcorners.desk.cli.root import REASON
from fourcorners.desk.cli.root import fourcorners
from fourcorners.desk.cli.session import Session
from fourcorners.desk.cli.session import write
from fourcorners.ledger import submission
from fourcorners.ledger.note import KeyType
from fourcorners.ledger.note import Verifier
from fourcorners.ledger.witness import Witness
from fourcorners.model.errors import FourcornersError
from fourcorners.model.errors import UsageError


@fourcorners.command()
@click.argument("decision")
@JSON
@click.pass_obj
def why(session: Session, decision: str, *, _json: bool) -> None:
    """Explain an allow or a deny (E-17) in sentences, with the policies that decided."""
    with session.workspace() as workspace:
        write(reasons.why(workspace, decision))


@fourcorners.group()
def ledger() -> None:
    """The ledger's entries, its checkpoint and its proofs."""


@ledger.command("list")
@click.option("--case", "case_id", default=None, help="One case.")
@JSON
@click.pass_obj
def ledger_list(session: Session, case_id: str | None, *, _json: bool) -> None:
    """The entries, oldest first."""
    with session.workspace() as workspace:
        for line in inspection.listing(workspace, case_id):
            write(line)


@ledger.command("checkpoint")
@click.option("--out", type=FILE, required=True, help="The file.")
@click.option("--present", is_flag=True, help="The present state, signed by the log alone.")
@JSON
@click.pass_obj
def ledger_checkpoint(session: Session, out: Path, *, present: bool, _json: bool) -> None:
    """The newest cosigned checkpoint, else the present one: keep it elsewhere, and verify against it later."""
    with session.workspace() as workspace:
        write(inspection.checkpoint(workspace, out, present=present))


@ledger.command("proof")
@click.argument("entry")
@click.option("--out", type=FILE, required=True, help="The proof file; the entry itself goes beside it.")
@JSON
@click.pass_obj
def ledger_proof(session: Session, entry: str, out: Path, *, _json: bool) -> None:
    """A proof file (tlog-proof) of one entry."""
    with session.workspace() as workspace:
        write(inspection.proof(workspace, entry, out))


@ledger.command("export")
@click.option("--out", type=FILE, required=True, help="A new folder.")
@JSON
@click.pass_obj
def ledger_export(session: Session, out: Path, *, _json: bool) -> None:
    """The whole log as tile files (tlog-tiles), with checkpoint and policy: for whoever verifies it elsewhere."""
    with session.workspace() as workspace:
        write(inspection.export(workspace, out))


@fourcorners.group()
def witness() -> None:
    """Outside witnesses of the ledger, on both sides."""


@witness.command("init")
@click.argument("folder", type=FILE)
@click.option("--name", required=True, help="The witness's name, such as witness.court.example/1.")
@click.option("--post-quantum", is_flag=True, help="An ML-DSA-44 key instead of Ed25519.")
@JSON
def witness_init(folder: Path, name: str, *, post_quantum: bool, _json: bool) -> None:
    """Make a witness, on a machine that the case team does not run; prints its key."""
    kind = KeyType.ML_DSA_44_COSIGNATURE if post_quantum else KeyType.ED25519_COSIGNATURE
    write({"witness": str(folder), "key": Witness.create(folder, name, kind).signer.verifier.vkey()})


@witness.command("watch")
@click.argument("folder", type=FILE)
@click.argument("key")
@JSON
def witness_watch(folder: Path, key: str, *, _json: bool) -> None:
    """Watch over a log from now on, by the key that `ledger checkpoint` printed."""
    log = Verifier.parse(key)
    Witness(folder).add_log(log)
    write({"witness": str(folder), "log": log.name})


@witness.command("cosign")
@click.argument("folder", type=FILE)
@click.argument("request", type=FILE)
@click.option("--out", type=FILE, required=True, help="The answer.")
@JSON
def witness_cosign(folder: Path, request: Path, out: Path, *, _json: bool) -> None:
    """Answer a request that was carried by file."""
    outputs.check_free(out)
    answer = Witness(folder).add_checkpoint(_carried(request), int(time.time()))
    outputs.write(out, submission.to_file(answer))
    write({"answer": str(out), "status": answer.status})
    submission.check_cosigned(answer)


@witness.command("serve")
@click.argument("folder", type=FILE)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8441, show_default=True)
@JSON
def witness_serve(folder: Path, host: str, port: int, *, _json: bool) -> None:
    """Answer over HTTP until it is stopped."""
    with witness_service.server(Witness(folder), host, port) as server:
        write({"witness": str(folder), "address": f"http://{host}:{server.server_address[1]}"})
        server.serve_forever()


@witness.command("incidents")
@click.argument("folder", type=FILE)
@JSON
def witness_incidents(folder: Path, *, _json: bool) -> None:
    """What the witness refused because a history did not continue."""
    for line in Witness(folder).incidents():
        write(line)


@witness.command("add")
@click.argument("name")
@click.argument("key")
@click.argument("url", default="")
@JSON
@click.pass_obj
def witness_add(session: Session, name: str, key: str, url: str, *, _json: bool) -> None:
    """Name a witness of this workspace's ledger; all that are named must cosign."""
    with session.workspace() as workspace:
        write(witnessing.add_witness(workspace, name, key, url))


@witness.command("remove")
@click.argument("name")
@REASON
@JSON
@click.pass_obj
def witness_remove(session: Session, name: str, reason: str, *, _json: bool) -> None:
    """Take a witness out that was named wrongly, or that cosigns no more; says why."""
    with session.workspace() as workspace:
        write(witnessing.remove_witness(workspace, name, reason))


@witness.command("request")
@click.argument("name")
@click.option("--out", type=FILE, required=True, help="The request, to carry to the witness.")
@click.option("--new", "anew", is_flag=True, help="About the present state, though an earlier one is under way.")
@JSON
@click.pass_obj
def witness_request(session: Session, name: str, out: Path, *, anew: bool, _json: bool) -> None:
    """Ask a witness by file: about the checkpoint that went out last, until this witness has cosigned it."""
    outputs.check_free(out)
    with session.workspace() as workspace:
        data = witnessing.request(workspace, name, anew=anew)
        outputs.write(out, data)
        write({"request": str(out), "size": submission.asked_size(data)})


@witness.command("answer")
@click.argument("name")
@click.argument("answer", type=FILE)
@JSON
@click.pass_obj
def witness_answer(session: Session, name: str, answer: Path, *, _json: bool) -> None:
    """Take in the answer that a witness gave by file."""
    with session.workspace() as workspace:
        write(witnessing.answer(workspace, name, _carried(answer)))


def _carried(path: Path) -> bytes:
    return documents.content(path, next_step="name the file as it was carried here")


@witness.command("submit")
@click.option("--every", type=click.IntRange(1), default=None, help="Again and again, so many seconds apart.")
@JSON
@click.pass_obj
def witness_submit(session: Session, every: int | None, *, _json: bool) -> None:
    """Ask all witnesses that have an address: a heartbeat, which shows gaps when it is missing."""
    while True:
        with session.workspace() as workspace:
            answers = witnessing.submit(workspace)
        failed = [each for each in answers if isinstance(each, FourcornersError)]
        for each in answers:
            if not isinstance(each, FourcornersError):
                write(each)
        for error in failed[1 if every is None else 0 :]:
            click.echo(error.diagnostics(), err=True)
        if every is None:
            if failed:
                raise failed[0]
            return
        time.sleep(every)


@witness.command("stamp")
@click.argument("url")
@click.option("--roots", type=FILE, required=True, help="The authority's root certificates, PEM.")
@JSON
@click.pass_obj
def witness_stamp(session: Session, url: str, roots: Path, *, _json: bool) -> None:
    """Have the present checkpoint time-stamped by an authority (RFC 3161)."""
    if not roots.is_file():
        raise UsageError("USAGE", f"{roots} is no file", next_step="name the authority's certificates")
    with session.workspace() as workspace:
        write(stamping.stamp(workspace, url, roots.read_bytes()))
