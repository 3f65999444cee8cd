"""The returns of the smaller providers: every trap stands in them, and the truth says what becomes of it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fourcorners.model.errors import UsageError
from fourcorners.samples.make import make

SEEDS = range(12)
PROVIDERS = {
    "x-return": ".txt",
    "discord-sessions": ".txt",
    "snapchat-return": ".csv",
    "reddit-ip-logs": ".csv",
    "kik-binds": ".csv",
    "roblox-addresses": ".csv",
    "tiktok-text": ".txt",
}


def texts(folder: Path, name: str, rows: int = 60) -> list[str]:
    made = []
    for seed in SEEDS:
        out = folder / f"{name}{seed}{PROVIDERS[name]}"
        make(name, seed, rows, out)
        made.append(out.read_bytes().decode())
    return made


def reasons(truth_of: Any, out: Path) -> set[str]:
    return set(truth_of(out)["returns"][0]["reasons"])


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_list_has_as_many_rows_as_asked_for_and_some_that_must_not_be_read(
    name: str, tmp_path: Path, truth_of: Any
) -> None:
    for rows in (39, 40, 100):
        out = tmp_path / f"{rows}{PROVIDERS[name]}"
        make(name, 3, rows, out)
        told = truth_of(out)["returns"][0]["members"][0]["rows"]
        listed = [row for row in told if row[0] in {"login", "seen"}]
        assert abs(len(listed) - rows) <= 2
        assert ("BAD_TIME" in reasons(truth_of, out)) == (rows >= 40)


def test_x_is_signed_or_bare_with_clean_commas_or_not(tmp_path: Path) -> None:
    made = texts(tmp_path, "x-return")
    assert 0 < sum("BEGIN PGP SIGNED" in text for text in made) < len(made)
    assert 0 < sum('"ipAudit"' in text for text in made) < len(made)
    assert any(re.search(r", \]", text) for text in made)
    assert any(re.search(r"\}\s+\{", text) for text in made)
    assert any(re.search(r"\]\s+\[", text) for text in made)
    assert all("canary-device" in text for text in made)


def test_discord_has_either_order_pages_and_torn_addresses(tmp_path: Path) -> None:
    made = texts(tmp_path, "discord-sessions")
    assert 0 < sum(re.split(r" +(?=Session)", text)[0].endswith("IP Address") for text in made) < len(made)
    assert any("Page 1" in text for text in made)
    assert any(text.count("Session Start (UTC)") > 1 for text in made)
    assert all("\n4:5\n" in text and "\n3\n" in text for text in made)
    assert all("Messages Sent" in text for text in made)


def test_snapchat_has_sections_in_either_notation(tmp_path: Path) -> None:
    made = texts(tmp_path, "snapchat-return")
    assert all(text.count("=" * 40) >= 2 for text in made)
    assert 0 < sum("first seen time" in text for text in made) < len(made)
    assert any(re.search(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}", text) for text in made)
    assert any(re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", text) for text in made)


def test_snapchats_zip_holds_what_is_never_released(tmp_path: Path, truth_of: Any) -> None:
    out = tmp_path / "x.zip"
    make("snapchat-return", 1, 60, out)
    with zipfile.ZipFile(out) as archive:
        assert {"ip_data.csv", "subscriber_info.csv", "conversations.csv"} <= set(archive.namelist())
    assert {"UNDECIDABLE_CATEGORY", "UNDECIDABLE_TIME_ZONE", "BAD_INTERVAL"} <= reasons(truth_of, out)


def test_tables_have_their_traps(tmp_path: Path) -> None:
    assert all("registration ip" in text for text in texts(tmp_path, "reddit-ip-logs"))
    kik = texts(tmp_path, "kik-binds")
    assert all(len(set(re.findall(r"[\w.]+@talk\.kik\.example", text))) == 2 for text in kik)
    roblox = texts(tmp_path, "roblox-addresses")
    assert all("last_observed_port_utc" in text for text in roblox)
    assert len({text.splitlines()[0] for text in roblox}) > 6


def test_tiktoks_text_has_either_order_offsets_and_records_that_nothing_separates(tmp_path: Path) -> None:
    made = texts(tmp_path, "tiktok-text")
    assert 0 < sum("\n\n" in text for text in made) < len(made)
    assert 0 < sum(text.index("IP:") < text.index("Date:") for text in made) < len(made)
    assert all("(UTC -03)" in text and "(UTC +09)" in text for text in made)


@pytest.mark.parametrize("name", [*PROVIDERS, "tiktok-ip-data"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make(name, 1, 5, tmp_path / "x.html")


@pytest.mark.parametrize("name", ["discord-sessions", "tiktok-text"])
def test_a_pdf_has_a_limit(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make(name, 1, 20_001, tmp_path / "x.pdf")
