"""Where the root key is kept. Debian: softhsm2, for the device."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import keyring
import pytest
from keyring.backend import KeyringBackend

from fourcorners.model.errors import BadInput
from fourcorners.vault import named
from fourcorners.vault import root_key
from fourcorners.vault.root_key import RootKey
from fourcorners.vault.root_keys import os_keyring
from fourcorners.vault.root_keys import owner_file

KEY = secrets.token_bytes(32)
LIBRARIES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]


def never(what: str) -> bytes:
    raise AssertionError(f"asked for a {what}")


def check(folder: Path, made: RootKey, secret: Callable[[str], bytes]) -> None:
    """A key that is unlocked again opens what it wrapped, as that and nothing else."""
    wrapped = made.wrap(KEY, b"I-1")
    again = root_key.unlock(folder, secret=secret)
    assert again.unwrap(wrapped, b"I-1") == KEY
    assert KEY not in wrapped
    for blob, context in ((wrapped, b"I-2"), (wrapped[:-1], b"I-1"), (wrapped[:-1] + b"\0", b"I-1")):
        if blob == wrapped and context == b"I-1":
            continue
        with pytest.raises(BadInput) as found:
            again.unwrap(blob, context)
        assert found.value.code == "ROOT_KEY"


def test_a_file_that_only_its_owner_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "keys").mkdir()
    made = root_key.create(tmp_path / "keys", "owner_file", "w1", parameters={}, secret=never)
    check(tmp_path / "keys", made, never)
    path = owner_file.folder() / "w1.key"
    assert path.stat().st_mode & 0o777 == 0o400
    assert not any(path.read_bytes() in each.read_bytes() for each in (tmp_path / "keys").iterdir())
    path.chmod(0o440)
    with pytest.raises(BadInput, match="others can read"):
        root_key.unlock(tmp_path / "keys", secret=never)
    path.unlink()
    with pytest.raises(BadInput, match="root key is not at"):
        root_key.unlock(tmp_path / "keys", secret=never)


def test_a_passphrase(tmp_path: Path) -> None:
    def secret(_what: str) -> bytes:
        return b"correct horse battery"

    made = root_key.create(tmp_path, "passphrase", "w1", parameters={}, secret=secret)
    check(tmp_path, made, secret)
    wrapped = made.wrap(KEY, b"I-1")
    with pytest.raises(BadInput, match="does not open"):
        root_key.unlock(tmp_path, secret=lambda _what: b"another passphrase").unwrap(wrapped, b"I-1")
    with pytest.raises(BadInput, match="at least 12"):
        root_key.create(tmp_path / "b", "passphrase", "w1", parameters={}, secret=lambda _what: b"short")


class Ring(KeyringBackend):
    """A keyring that keeps secrets, as the operating systems' do."""

    priority = 5

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


def test_the_operating_systems_keyring(tmp_path: Path) -> None:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    try:
        assert os_keyring.is_there()
        made = root_key.create(tmp_path, "", "w1", parameters={}, secret=never)
        assert made.kind == "os_keyring", "where there is a keyring, it is taken"
        check(tmp_path, made, never)
        ring.held.clear()
        with pytest.raises(BadInput, match="no key of this workspace"):
            root_key.unlock(tmp_path, secret=never)
    finally:
        keyring.set_keyring(before)


def test_without_a_keyring_a_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends import fail  # noqa: PLC0415 - only here

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call] # the library's own
    (tmp_path / "keys").mkdir()
    try:
        assert root_key.create(tmp_path / "keys", "", "w1", parameters={}, secret=never).kind == "owner_file"
        with pytest.raises(BadInput, match="no keyring"):
            root_key.create(tmp_path / "other", "os_keyring", "w2", parameters={}, secret=never)
    finally:
        keyring.set_keyring(before)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    library = next((path for path in LIBRARIES if path.is_file()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        pytest.skip("NOT CHECKED: a root key on a device, for want of SoftHSM (Debian package softhsm2)")
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    words = ["--init-token", "--free", "--label", "four", "--so-pin", "87654321", "--pin", "123456"]
    environment = {**os.environ, "SOFTHSM2_CONF": str(config)}
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, env=environment)
    return {"module": str(library), "token": "four"}


DEVICE = """
import sys
from pathlib import Path
from fourcorners.model.errors import BadInput
from fourcorners.vault import root_key
folder, module, token = sys.argv[1:]
secret = lambda what: b"123456"
made = root_key.create(Path(folder), "pkcs11", "w1", parameters={"module": module, "token": token}, secret=secret)
wrapped = made.wrap(b"k" * 32, b"I-1")
again = root_key.unlock(Path(folder), secret=secret)
assert again.unwrap(wrapped, b"I-1") == b"k" * 32
good = b"123456"
for blob, context, pin in ((wrapped, b"I-2", good), (wrapped[:-1], b"I-1", good), (wrapped, b"I-1", b"0")):
    try:
        root_key.unlock(Path(folder), secret=lambda what: pin).unwrap(blob, context)
    except BadInput as error:
        assert error.code == "ROOT_KEY", error
    else:
        raise AssertionError("it opened")
import pkcs11
with pkcs11.lib(module).get_token(token_label=token).open(user_pin="123456") as session:
    (key,) = session.get_objects({pkcs11.Attribute.LABEL: "w1"})
    assert not key[pkcs11.Attribute.EXTRACTABLE]
    try:
        key[pkcs11.Attribute.VALUE]
    except pkcs11.exceptions.PKCS11Error:
        pass
    else:
        raise AssertionError("the key can be taken from the device")
print("done")
"""


def test_a_key_that_never_leaves_its_device(tmp_path: Path, token: dict[str, str]) -> None:
    """In a process of its own: the device's library reads its settings once a process."""
    folder = tmp_path / "keys"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", DEVICE, str(folder), token["module"], token["token"]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr
    kept = (folder / "root.json").read_text()
    assert "123456" not in kept


class Loader(ModuleType):
    """Stands for the library of PKCS #11, and notes what it is asked to load."""

    PKCS11Error = OSError

    def __init__(self) -> None:
        super().__init__("pkcs11")
        self.loaded: list[str] = []

    def lib(self, path: str) -> NoReturn:
        self.loaded.append(path)
        raise RuntimeError("no such device")


@pytest.fixture
def loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loader:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = Loader()
    monkeypatch.setitem(sys.modules, "pkcs11", found)
    return found


def hostile(folder: Path, module: str) -> Path:
    folder.mkdir(exist_ok=True)
    note = {"kind": "pkcs11", "module": module, "token": "four", "name": "w1"}
    (folder / root_key.FILE).write_text(json.dumps(note))
    return folder


def test_a_folder_loads_no_library_that_nobody_named(tmp_path: Path, loader: Loader) -> None:
    folder = hostile(tmp_path / "keys", "/tmp/evil.so")
    with pytest.raises(BadInput) as found:
        root_key.unlock(folder, secret=never)
    assert (found.value.code, loader.loaded) == ("NOT_NAMED", [])
    place, _, line = found.value.next_step.partition(" to ")[2].partition(": ")
    assert (place, line) == (str(named.file()), "pkcs11 /tmp/evil.so")
    named.file().parent.mkdir(parents=True)
    named.file().write_text(f"database postgresql://localhost/x\n{line}")
    with pytest.raises(BadInput, match="no such device"):
        root_key.unlock(folder, secret=lambda _what: b"1234").wrap(KEY, b"I-1")
    assert loader.loaded == ["/tmp/evil.so"]
    for other in ("/tmp/other.so", "/tmp/evil.so ", "x\npkcs11 /tmp/evil.so", "", "postgresql://localhost/x"):
        with pytest.raises(BadInput) as found:
            root_key.unlock(hostile(folder, other), secret=never)
        assert found.value.code == "NOT_NAMED"
        assert "\n" not in found.value.diagnostics().partition("  next: ")[2], "no line that the folder wrote"
    assert loader.loaded == ["/tmp/evil.so"]


def test_what_is_named_at_init_is_noted_once(
    tmp_path: Path, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    named.file().parent.mkdir(parents=True)
    named.file().write_text("database postgresql://localhost/x")
    monkeypatch.chdir(tmp_path)
    for module in ("lib/device.so", "lib/device.so", "device.so"):
        with pytest.raises(BadInput, match="no such device"):
            root_key.create(
                tmp_path, "pkcs11", "w1", parameters={"module": module, "token": "four"}, secret=lambda _: b"1"
            )
    here = str(tmp_path / "lib" / "device.so")
    assert loader.loaded == [here, here, "device.so"]
    lines = ["database postgresql://localhost/x", f"pkcs11 {here}", "pkcs11 device.so"]
    assert named.file().read_text() == "\n".join([*lines, ""])


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no provider"):
        root_key.create(tmp_path, "cloud", "w1", parameters={}, secret=never)
    with pytest.raises(BadInput, match="does not say where"):
        root_key.unlock(tmp_path, secret=never)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"x"',
        "{}",
        '{"kind": "owner_file"}',
        '{"kind": "owner_file", "name": 7}',
        '{"kind": "owner_file", "name": "\\u0000"}',
        '{"kind": "passphrase", "salt": "no hex"}',
        '{"kind": "passphrase"}',
        '{"kind": ["owner_file"]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_note_of_the_root_key_has_a_code(tmp_path: Path, text: str) -> None:
    (tmp_path / root_key.FILE).write_text(text)
    with pytest.raises(BadInput) as found:
        root_key.unlock(tmp_path, secret=lambda _what: b"secret")
    assert found.value.code == "ROOT_KEY"
