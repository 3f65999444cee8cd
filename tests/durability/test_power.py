"""Power cuts: the file system is shut down under the writer, without its log being flushed, and mounted again.

The GOING-DOWN ioctl of ext4 and XFS on a loop mount (as root; Debian: e2fsprogs, xfsprogs, mount). The control
with synchronous=NORMAL must lose acknowledged commits, or the test tells nothing.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.durability import record_writer
from tests.durability import runs

GOING_DOWN, NO_FLUSH = 0x8004587D, 2
CUTS, LONG = 2, 50
MAKE = {"ext4": ["mkfs.ext4", "-q"], "xfs": ["mkfs.xfs", "-q"]}
SIZE = {"ext4": 64 << 20, "xfs": 320 << 20}


class Disk:
    """A file system on a loop device that can be cut off."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.mount = folder / "mount"
        self.mount.mkdir()
        self._image = folder / "image"
        with self._image.open("wb") as image:
            image.truncate(SIZE[kind])
        self._run(*MAKE[kind], str(self._image))
        # one device through all mounts: a new one could be read while the old one is still let go of
        self._device = self._run("losetup", "--find", "--show", str(self._image)).strip()
        self.up()

    def up(self) -> None:
        self._run("mount", self._device, str(self.mount))

    def down(self) -> None:
        self._run("umount", str(self.mount))

    def end(self) -> None:
        self.down()
        self._run("losetup", "--detach", self._device)

    def cut(self) -> None:
        handle = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, GOING_DOWN, struct.pack("I", NO_FLUSH))
        finally:
            os.close(handle)

    @staticmethod
    def _run(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(done.stderr)
        return done.stdout


@pytest.fixture(params=["ext4", "xfs"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    kind = request.param
    if os.geteuid() or shutil.which(MAKE[kind][0]) is None:
        pytest.skip(f"NOT CHECKED: power cuts on {kind}, which take root and {MAKE[kind][0]}")
    try:
        found = Disk(tmp_path, kind)
    except OSError as error:
        pytest.skip(f"NOT CHECKED: power cuts on {kind}: no loop mount here ({error})")
    yield found
    found.end()


def cutting(disk: Disk, seconds: float) -> Callable[[subprocess.Popen[str]], None]:
    def stop(writer: subprocess.Popen[str]) -> None:
        time.sleep(seconds)
        # a power cut ends processor and disk at once; a writer that went on could acknowledge what the cut disk
        # no longer holds
        writer.send_signal(signal.SIGSTOP)
        runs.wait_until_stopped(writer)
        disk.cut()
        writer.kill()

    return stop


def after(disk: Disk, lines: list[str]) -> runs.Found:
    disk.down()
    disk.up()
    return runs.check(disk.mount, lines)


@pytest.mark.parametrize(
    "cuts", [pytest.param(CUTS, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.torture)]
)
def test_nothing_that_was_acknowledged_is_lost_to_a_power_cut(disk: Disk, cuts: int) -> None:
    chance, lines, acknowledged = random.Random(cuts), list[str](), 0
    for _ in range(cuts):
        lines += runs.write(
            runs.command(disk.mount, batch=chance.choice([1, 5, 50])),
            cutting(disk, chance.uniform(0.0, 0.3)),
            acks=2,
        )
        found = after(disk, lines)
        assert (found.error, found.lost) == (None, 0)
        acknowledged = found.acknowledged
    assert acknowledged > cuts


@pytest.mark.parametrize(
    "cuts", [pytest.param(1, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.torture)]
)
def test_no_record_that_was_acknowledged_is_lost_to_a_power_cut(disk: Disk, cuts: int) -> None:
    """Whole intakes: keys, vault, catalogue and entry together."""
    record_writer.prepare(disk.mount)
    subprocess.run(["sync", "-f", str(disk.mount)], check=True)
    chance, lines = random.Random(cuts), list[str]()
    for _ in range(cuts):
        lines += runs.write(runs.record_command(disk.mount), cutting(disk, chance.uniform(0.0, 0.3)), acks=1)
        disk.down()
        disk.up()
        found = runs.check_records(disk.mount, lines)
        assert (found.error, found.lost) == (None, 0)
    assert found.acknowledged >= cuts


def test_the_control_without_full_synchronisation_loses_acknowledged_commits(disk: Disk) -> None:
    lines: list[str] = []
    lost = 0
    for _ in range(4):
        lines += runs.write(runs.command(disk.mount, synchronous="NORMAL"), cutting(disk, 0.4), acks=5)
        lost += after(disk, lines).lost
        if lost:
            break
    assert lost > 0, "if nothing is lost here, the cut is none"
