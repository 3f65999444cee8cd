"""What independent programs say about the file. Debian: qpdf, libpdfbox2-java with a Java runtime."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import typst

from fourcorners.report import exhibit
from fourcorners.report.contents import ExhibitData
from fourcorners.report.glyphs import fonts

JARS = (
    "preflight",
    "pdfbox2",
    "xmpbox",
    "fontbox2",
    "commons-logging",
    "commons-io",
    "javax.activation",
    "jaxb-api",
)
FOLDER = Path("/usr/share/java")
CLASSPATH = [FOLDER / f"{name}.jar" for name in JARS]
PACKAGES = "libpdfbox2-java libcommons-io-java libactivation-java libjaxb-api-java default-jre-headless"


def test_qpdf_finds_the_structure_sound(data: ExhibitData, tmp_path: Path) -> None:
    program = shutil.which("qpdf")
    if program is None:
        pytest.skip("NOT CHECKED: the file's structure, for want of qpdf (Debian package qpdf)")
    path = tmp_path / "exhibit.pdf"
    path.write_bytes(exhibit.render(data))
    done = subprocess.run([program, "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_validator_of_pdf_a_accepts_the_page(data: ExhibitData, tmp_path: Path) -> None:
    """Preflight knows part 1, level B; so the same page is set for that part.

    It refuses a link's destination that is an indirect object, which ISO 32000-1, 12.3.2 allows.
    """
    java = shutil.which("java")
    missing = [jar.name for jar in CLASSPATH if not jar.exists()]
    if java is None or missing:
        pytest.skip(f"NOT CHECKED: PDF/A by a validator, for want of {missing or 'java'} (Debian: {PACKAGES})")
    path = tmp_path / "exhibit.pdf"
    path.write_bytes(compiled(data, "a-1b"))
    assert complaints(java, path) == []
    path.write_bytes(compiled(data, "1.4"))
    assert complaints(java, path) != [], "the validator finds nothing wrong with a file that is no PDF/A"


def compiled(data: ExhibitData, standard: typst.PDFStandard) -> bytes:
    return typst.compile(
        exhibit.template(),
        format="pdf",
        font_paths=fonts(),
        sys_inputs=exhibit.inputs(data),
        pdf_standards=[standard],
    )


def complaints(java: str, path: Path) -> list[str]:
    classpath = ":".join(map(str, CLASSPATH))
    command = [java, "-cp", classpath, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    verdict, *lines = [line for line in done.stdout.splitlines() if line.strip()] or [done.stderr]
    assert "PDF/A-1b" in verdict, verdict
    return [line for line in lines if "can't convert to Destination COSObject" not in line]
