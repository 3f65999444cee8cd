"""The exports' generators: that each form and trap of the format occurs, and nobody's data does."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from fourcorners.samples.instagram import LANGUAGES
from fourcorners.samples.make import make

SEEDS = range(14)
MAIN = {
    "facebook-export": "account_activity",
    "facebook-export-html": "account_activity",
    "instagram-export": "login_activity",
    "x-archive": "ip-audit",
    "snapchat-export": "account.json",
    "tiktok-export": "user_data",
}
FORMATS = tuple(MAIN)
NETWORKS = [ipaddress.ip_network(each) for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
QUAD = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[dict[str, Any], dict[str, str]]]]:
    """For each format, of every seed the truth and the files."""
    found: dict[str, list[tuple[dict[str, Any], dict[str, str]]]] = {}
    for name in FORMATS:
        folder = tmp_path_factory.mktemp(name)
        for seed in SEEDS:
            out = folder / f"{seed}.zip"
            make(name, seed, 60, out)
            truth = json.loads(Path(f"{out}.truth.json").read_text())
            with ZipFile(out) as archive:
                files = {path: archive.read(path).decode() for path in archive.namelist()}
            found.setdefault(name, []).append((truth, files))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_the_main_list_has_exactly_the_rows_asked_for(name: str, made: Any) -> None:
    for truth, _ in made[name]:
        (member,) = [each for each in truth["returns"][0]["members"] if MAIN[name] in each["member"]]
        kinds = Counter(row[0] for row in member["rows"])
        assert kinds["login"] == 60
        assert kinds.keys() <= {"login", "subscriber", "capture"}


def test_every_form_occurs(made: Any) -> None:
    facebook = "\n".join(text for _, files in made["facebook-export"] for text in (*files, *files.values()))
    for sign in (
        *('"account_activity_v2"', '"account_activity"', "used_ip_addresses.json", "ip_address_activity.json"),
        *(
            "where_you're_logged_in.json",
            "where_you_re_logged_in.json",
            '"port"',
            "\\u00c3",
            "personal_information/",
        ),
    ):
        assert sign in facebook, sign
    instagram = [files for _, files in made["instagram-export"]]
    paths = {path for files in instagram for path in files}
    assert {path.split("/")[-2] for path in paths if "login_activity" in path} == {
        "login_and_account_creation",
        "login_and_profile_creation",
    }
    texts = [json.dumps(json.loads(text)) for files in instagram for text in files.values() if "{" in text]
    told = "\n".join(texts).encode().decode("unicode_escape").encode("latin-1", "ignore").decode("utf-8", "ignore")
    for language, labels in LANGUAGES.items():
        assert labels[0] in told, language
    pages = "\n".join(text for _, files in made["facebook-export-html"] for text in files.values())
    for sign in ("<footer", 'colspan="2"', '<td class="_2pin _2piu', " am<", " pm<", "24 de julio"):
        assert sign in pages, sign


@pytest.mark.parametrize("name", FORMATS)
def test_what_cannot_be_read_occurs_with_its_code(name: str, made: Any) -> None:
    codes = Counter(
        row[2] for truth, _ in made[name] for each in truth["returns"][0]["members"] for row in each["rows"]
    )
    assert {"BAD_TIME", "BAD_ADDRESS", "MISSING_ADDRESS", "AMBIGUOUS_ROW", "OUTSIDE_DATE_RANGE"} <= codes.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_addresses_are_those_of_documentation(name: str, made: Any) -> None:
    for _, files in made[name]:
        for text in files.values():
            for quad in set(QUAD.findall(text)) - {"198.51.100.300"}:
                assert any(ipaddress.ip_address(quad) in network for network in NETWORKS), quad
