"""What the ledger binds beside the case tables: settings, rulings, destructions, papers, keys, what was taken in.

Each is compared both ways, so that nothing is changed, added or gone. What an entry's public facts say is compared
with them; what only its details say, with those.
"""

from __future__ import annotations

from fourcorners.casework import catalogue
from fourcorners.casework import keeping
from fourcorners.casework import store
from fourcorners.casework.holding import standing
from fourcorners.casework.journal import Entry
from fourcorners.casework.oversight import witnessing
from fourcorners.casework.rows import InstrumentRow
from fourcorners.casework.rows import PetitionRow
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.rows import RulingRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import VerificationFailed

#: Entries about a return, each of which holds what its files are from then on.
STORED = frozenset({"intake", "declaration", "reread", "unsealed"})


def check(workspace: Workspace, entries: list[Entry]) -> None:
    """Compare all of it.

    Raises:
        VerificationFailed: `TAMPERED`, `MISSING_KEY`.
    """
    _check_settings(workspace, entries)
    _check_rulings(workspace, entries)
    _check_destroyed(workspace, entries)
    _check_papers(workspace, entries)
    _check_keys(workspace, entries)
    _check_taken_in(workspace)


def _check_settings(workspace: Workspace, entries: list[Entry]) -> None:
    begun = entries[0].facts
    names = ("version", "id", "rows_a_person")
    if [workspace.setting(name) for name in names] != [begun.get(name) for name in names]:
        raise tampered("the settings are not those with which the workspace was made", "settings")
    if workspace.signer.verifier.vkey() != begun.get("log"):
        raise tampered("the log's key is not the one with which it began", "keys/log")
    teams = [each for each in entries if each.kind == "filter team"]
    said = [*zip((teams[-1].audit or {})["names"], teams[-1].facts["keys"], strict=True)] if teams else []
    team = workspace.filter_team()
    if said != [(each.name, each.public.hex()) for each in (team.custodians if team else ())]:
        raise tampered("the filter team is not the one that was named", "settings")
    witnesses = [(each.name, each.key.vkey(), each.url) for each in witnessing.policy(workspace).witnesses]
    if witnesses != witnessing.named(entries):
        raise tampered("the witnesses are not those that were named", "settings")


def _check_rulings(workspace: Workspace, entries: list[Entry]) -> None:
    said: dict[str, list[str]] = {}
    for entry in entries:
        if entry.kind in {standing.QUASHED, standing.REINSTATED}:
            said.setdefault(entry.facts["instrument"], []).append(entry.kind)
    stored = {
        row.id: [each.ruling for each in store.of_owner(workspace.tables, RulingRow, row.id)]
        for row in _instruments(workspace)
    }
    if said != {name: rulings for name, rulings in stored.items() if rulings}:
        raise tampered("the rulings on instruments are not those of the ledger", "rulings")


def _check_destroyed(workspace: Workspace, entries: list[Entry]) -> None:
    said = {each.facts["instrument"]: each.facts["petition"] for each in entries if each.kind == "destruction"}
    if said != store.destroyed(workspace.tables):
        raise tampered("the instruments whose records were destroyed are not those of the ledger", "settings")
    for row in _instruments(workspace):
        standing.is_destroyed(workspace, row.id)  # else its key must be there


def _check_papers(workspace: Workspace, entries: list[Entry]) -> None:
    """Every paper that was given lies there under its case's key, and no other."""
    papers = {entry.facts["paper"]["file"]: entry for entry in entries if "paper" in entry.facts}
    said = {(name, each.facts["case"], each.facts["paper"]["sha256"]) for name, each in papers.items()}
    if said != set(catalogue.papers(workspace.tables)):
        raise tampered("the papers behind the steps are not those that were given", "originals")
    vault = workspace.vault
    for name, entry in papers.items():
        if vault.key_commitment(name, entry.facts["case"]) != entry.facts["paper"]["key"]:
            raise tampered(f"the key of {name} is not the one that was made for it", "keys")
    for case in store.cases(workspace.tables):
        for digest in _papers_of(workspace, case.id):
            if store.find_original(workspace.tables, case.id, digest) is None:
                raise tampered(f"a paper of {case.id} with the hash {digest} is not there", "originals")


def _papers_of(workspace: Workspace, case: str) -> set[str]:
    """The hashes of a case's papers, as the rows say that rest on them."""
    found = set()
    for row in store.of_owner(workspace.tables, InstrumentRow, case):
        rulings = store.of_owner(workspace.tables, RulingRow, row.id)
        found |= {row.document_sha256, *(each.document_sha256 for each in rulings)}
    petitions = store.of_owner(workspace.tables, PetitionRow, case)
    return found | {row.subject["document_sha256"] for row in petitions if "document_sha256" in row.subject}


def _check_keys(workspace: Workspace, entries: list[Entry]) -> None:
    """The wrapped keys of every return's files are those that were made with them, until a destruction."""
    newest = {entry.facts["return"]: entry.facts for entry in entries if entry.kind in STORED}
    for return_id, facts in newest.items():
        instrument = facts["instrument"]
        if standing.is_destroyed(workspace, instrument):
            continue
        if keeping.wrapped_keys(workspace, instrument, return_id) != facts["keys"]:
            raise tampered(f"the keys of {return_id} are not those that were made for its files", "keys")


def _check_taken_in(workspace: Workspace) -> None:
    """What keeps a file from being taken in twice is what the returns say of their files."""
    count = 0
    for row in _instruments(workspace):
        if standing.is_destroyed(workspace, row.id):
            continue
        for returned in store.of_owner(workspace.tables, ReturnRow, row.id):
            kept = [file["sha256"] for file in returned.files if file.get("kept")]
            count += len(kept)
            if any(store.return_of_file(workspace.tables, row.id, each) != returned.id for each in kept):
                raise tampered(f"the files of {returned.id} are not noted as taken in", "files")
    if count != catalogue.count_files(workspace.tables):
        raise tampered("files are noted as taken in that no return has", "files")


def _instruments(workspace: Workspace) -> list[InstrumentRow]:
    return [
        row
        for case in store.cases(workspace.tables)
        for row in store.of_owner(workspace.tables, InstrumentRow, case.id)
    ]


def tampered(what: str, where: str) -> VerificationFailed:
    """The error for what is not as the ledger says."""
    return VerificationFailed(
        "TAMPERED",
        what,
        where=where,
        why="what would be shown is not what was entered or taken in",
        next_step="keep the workspace as it is and restore the database from a backup",
    )
