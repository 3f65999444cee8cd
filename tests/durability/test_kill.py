"""SIGKILL at any moment: a thousand rounds in the long form, a few in the short one."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest
from tests.durability import record_writer
from tests.durability import runs

ROUNDS, LONG = 8, 1000
#: Rounds over one log, before the next begins: the checker goes over all of it each time.
TOGETHER = 20


@pytest.mark.parametrize(
    "rounds", [pytest.param(ROUNDS, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.torture)]
)
def test_nothing_that_was_acknowledged_is_lost_to_a_kill(tmp_path: Path, rounds: int) -> None:
    """One log through many rounds, so that each opens what the one before left."""
    chance, lines, acknowledged = random.Random(rounds), list[str](), 0
    for n in range(rounds):
        folder = tmp_path / str(n // TOGETHER)
        if not folder.exists():
            folder.mkdir()
            lines = []

        def stop(writer: subprocess.Popen[str]) -> None:
            time.sleep(chance.uniform(0.0, 0.12))
            writer.kill()

        said = runs.write(runs.command(folder, batch=chance.choice([1, 5, 300])), stop, acks=n % 4)
        lines += said
        found = runs.check(folder, lines)
        assert (found.error, found.lost) == (None, 0)
        acknowledged += sum(line.startswith("acknowledged") for line in said)
    assert acknowledged >= rounds, "the rounds did commit"


@pytest.mark.parametrize(
    "rounds", [pytest.param(4, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.torture)]
)
def test_no_record_that_was_acknowledged_is_lost_to_a_kill(tmp_path: Path, rounds: int) -> None:
    """Whole intakes: keys, vault, catalogue and entry together."""
    chance, lines, acknowledged = random.Random(rounds), list[str](), 0
    for n in range(rounds):
        folder = tmp_path / str(n // TOGETHER)
        if not folder.exists():
            folder.mkdir()
            record_writer.prepare(folder)
            lines = []

        def stop(writer: subprocess.Popen[str]) -> None:
            time.sleep(chance.uniform(0.0, 0.15))
            writer.kill()

        said = runs.write(runs.record_command(folder), stop, acks=n % 3)
        lines += said
        found = runs.check_records(folder, lines)
        assert (found.error, found.lost) == (None, 0)
        acknowledged += sum(line.startswith("acknowledged") for line in said)
    assert acknowledged >= rounds // 2, "the rounds did take in"


def test_the_checker_sees_what_is_lost(tmp_path: Path) -> None:
    """Its own control: an acknowledgement that nothing stands behind, and one of another tree."""
    lines = runs.write(runs.command(tmp_path, count=3), lambda _writer: None)
    assert runs.check(tmp_path, lines) == runs.Found(3, 0, None, 15)
    invented = [*lines, lines[-1].replace(" 15 ", " 20 ")]
    assert runs.check(tmp_path, invented).lost == 5
    other = [*lines, lines[-1].replace(" 15 ", " 10 ")]
    assert runs.check(tmp_path, other).error
