"""The repository itself: what the documents promise, and what a reader of the tree may rely on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from fourcorners.desk.cli.root import fourcorners
from fourcorners.model import codes
from fourcorners.readers import registry

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def verbs(group: click.Group = fourcorners, before: str = "") -> list[str]:
    found = []
    for name, command in group.commands.items():
        found += verbs(command, f"{name} ") if isinstance(command, click.Group) else [before + name]
    return found


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_in_the_docs_and_the_schema(verb: str) -> None:
    page = (DOCS / "command-line.md").read_text()
    assert f"fourcorners {verb}" in page or f"`{verb}`" in page
    schema = json.loads((DOCS / "command-line.schema.json").read_text())
    assert (verb in schema["$defs"]) != (verb in {"check", "demo"}), "those two print for people"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads((DOCS / "command-line.schema.json").read_text()))


def test_every_code_is_in_the_docs() -> None:
    written = subprocess.run(
        [sys.executable, "-c", "import write_codes; print(write_codes.page(), end='')"],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=True,
    )
    assert (DOCS / "codes.md").read_text() == written.stdout, "run tools/write_codes.py"


@pytest.mark.parametrize("table", [codes.SEALS, codes.REJECTIONS, codes.ERRORS, codes.REFUSALS, codes.OUTCOMES])
def test_every_code_is_used(table: dict[str, str]) -> None:
    data = [path for suffix in ("csv", "cedar") for path in sorted((ROOT / "src").rglob(f"*.{suffix}"))]
    text = "".join(path.read_text() for path in (*SOURCES, *data) if path.name != "codes.py")
    unused = [code for code in table if not re.search(rf"['\",]{code}['\",]", text)]
    assert unused == []


def test_every_format_is_in_the_docs() -> None:
    page = (DOCS / "formats.md").read_text()
    for reader in registry.READERS:
        assert f"## {reader.name}" in page


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500


def test_the_readme_names_its_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for command in ("demo", "test"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_links_in_the_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} names {target}"


def test_nothing_names_a_place_outside() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout: the list of tracked files is not known")
    for name in tracked.stdout.split():
        path = ROOT / name
        if path.suffix in {".png", ".pdf"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(?:home|root|Users)/\w", text), name
        assert "resolved" not in text or not name.endswith("package-lock.json"), name


def test_requirements_are_pinned_with_hashes_and_without_addresses() -> None:
    for path in (ROOT / "requirements").iterdir():
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
