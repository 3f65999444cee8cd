from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.vault.conftest import OWNER
from tests.vault.conftest import make_keys
from tests.vault.conftest import make_vault

from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.files import hash_of
from fourcorners.vault.keys import KeyStore
from fourcorners.vault.root_keys.sealing import HeldKey


def test_boxes_open_for_their_owner_and_as_what_they_are(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    keys.create("I-2")
    box = keys.seal(OWNER, b"detail", b"details/1")
    assert keys.unseal(OWNER, box, b"details/1") == b"detail"
    for owner, context, data in (
        ("I-2", b"details/1", box),
        (OWNER, b"details/2", box),
        (OWNER, b"details/1", box[:-1]),
        (OWNER, b"details/1", b""),
    ):
        with pytest.raises(VerificationFailed):
            keys.unseal(owner, data, context)


def test_a_code_is_its_owners_and_ends_with_his_key(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    keys.create("I-2")
    code = keys.mac(OWNER, b"file ab")
    assert code == keys.mac(OWNER, b"file ab")
    assert len({code, keys.mac(OWNER, b"file ac"), keys.mac("I-2", b"file ab")}) == 3
    keys.shred(OWNER)
    with pytest.raises(Refused) as found:
        keys.mac(OWNER, b"file ab")
    assert found.value.code == "DESTROYED"


def test_wrapped_keys_are_files_of_their_owner_and_hold_no_key(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    key = keys.new_file_key(OWNER, "segments/a.parquet")
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert set(files) == {"keys/I-1/self.key", "keys/I-1/files/segments/a.parquet.key"}
    for path in files.values():
        assert path.stat().st_mode & 0o077 == 0
        assert key not in path.read_bytes()
        assert keys.secret(OWNER) not in path.read_bytes()


def test_another_root_key_opens_nothing(tmp_path: Path) -> None:
    make_keys(tmp_path)
    other = KeyStore(tmp_path / "keys", HeldKey("test", secrets.token_bytes(32)))
    with pytest.raises(BadInput) as found:
        other.secret(OWNER)
    assert found.value.code == "ROOT_KEY"


def test_a_key_that_was_moved_to_another_owner_or_file_opens_nothing(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    keys.create("I-2")
    keys.new_file_key(OWNER, "a")
    keys.new_file_key("I-2", "a")
    folder = tmp_path / "keys"
    for source, target in (("I-1/files/a.key", "I-2/files/a.key"), ("I-1/files/a.key", "I-1/files/b.key")):
        data = (folder / source).read_bytes()
        (folder / target).unlink(missing_ok=True)
        (folder / target).write_bytes(data)
        owner, name = target.split("/files/")
        with pytest.raises(VerificationFailed):
            keys.file_key(owner, name.removesuffix(".key"))


def test_shredding_ends_everything_of_the_owner_and_nothing_else(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    vault.keys.create("I-2")
    for owner in (OWNER, "I-2"):
        with vault.writing(f"segments/{owner}", owner) as to:
            to.write(b"rows")
    box = vault.keys.seal(OWNER, b"detail", b"d")
    before = {path: path.read_bytes() for path in (tmp_path / "segments").iterdir()}
    commitments = vault.keys.commitments(OWNER)
    assert set(commitments) == {"I-1/self.key", "I-1/files/segments/I-1.key"}
    vault.keys.shred(OWNER)
    vault.keys.shred(OWNER)
    assert not vault.keys.has(OWNER)
    assert not list((tmp_path / "keys" / OWNER).rglob("*.key"))
    for attempt in (
        lambda: vault.keys.unseal(OWNER, box, b"d"),
        lambda: vault.reading(f"segments/{OWNER}", OWNER),
        lambda: vault.keys.secret(OWNER),
    ):
        with pytest.raises(Refused) as found:
            attempt()
        assert found.value.code == "DESTROYED"
    assert {path: path.read_bytes() for path in (tmp_path / "segments").iterdir()} == before, "ciphertexts stay"
    with vault.reading("segments/I-2", "I-2") as source:
        assert source.read() == b"rows"


def test_a_file_that_is_copied_before_the_shredding_is_useless_without_its_key(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    with vault.writing("segments/a", OWNER) as to:
        to.write(b"CANARY" * 100)
    assert b"CANARY" not in (tmp_path / "segments" / "a").read_bytes()


def test_remains_are_removed_with_their_keys(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    for name in ("segments/known", "segments/unknown"):
        with vault.writing(name, OWNER) as to:
            to.write(b"rows")
    vault.keys.new_file_key(OWNER, "segments/never-written")
    vault.remove_unknown({"segments/known"})
    assert vault.files() == {"segments/known"}
    assert set(vault.keys.commitments(OWNER)) == {"I-1/self.key", "I-1/files/segments/known.key"}


def test_a_missing_key_is_no_destroyed_one(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    with vault.writing("segments/a", OWNER) as to:
        to.write(b"rows")
    box = vault.keys.seal(OWNER, b"detail", b"d")
    again = KeyStore(tmp_path / "keys", vault.keys._root)
    (tmp_path / "keys" / OWNER / "files" / "segments" / "a.key").unlink()
    (tmp_path / "keys" / OWNER / "self.key").unlink()
    for attempt in (lambda: again.unseal(OWNER, box, b"d"), lambda: again.commitment(OWNER, "a", sealed=False)):
        with pytest.raises(VerificationFailed) as found:
            attempt()
        assert found.value.code == "MISSING_KEY"
    again.recall_shredded(OWNER)
    with pytest.raises(Refused) as refused:
        again.unseal(OWNER, box, b"d")
    assert refused.value.code == "DESTROYED"


def test_a_key_that_comes_back_after_its_destruction_opens_nothing(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    box = vault.keys.seal(OWNER, b"detail", b"d")
    path = tmp_path / "keys" / OWNER / "self.key"
    kept = path.read_bytes()
    vault.keys.shred(OWNER)
    path.write_bytes(kept)
    assert not vault.keys.has(OWNER)
    with pytest.raises(Refused):
        vault.keys.unseal(OWNER, box, b"d")


def test_what_nobody_knows_is_set_aside_with_its_key_and_comes_back(tmp_path: Path) -> None:
    vault = make_vault(tmp_path)
    for name in ("segments/known", "segments/other"):
        with vault.writing(name, OWNER) as to:
            to.write(b"rows")
    known = {name: hash_of(tmp_path / name) for name in vault.files()}
    (tmp_path / "segments" / "half.part").write_bytes(b"half")
    for _ in range(2):
        vault.set_aside({"segments/known"})
    assert vault.files() == {"segments/known"}
    assert not list(tmp_path.rglob("half*")), "what was never whole is nobody's copy"
    aside = next(path for path in (tmp_path / "quarantine").rglob("*") if path.is_file())
    assert any("/quarantine/" in name for name in vault.keys.commitments(OWNER)), "a destruction reaches it"
    vault.put_back({**known, "segments/other": "00" * 32})
    assert aside.is_file(), "it is not the file that the catalogue means"
    vault.put_back(known)
    with vault.reading("segments/other", OWNER) as source:
        assert source.read() == b"rows"
    assert not aside.exists()
