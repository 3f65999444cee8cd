from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from pypdf.generic import IndirectObject
from pypdf.generic import NameObject

from fourcorners.model.codes import OUTCOMES
from fourcorners.model.instant import parse_rfc3339
from fourcorners.report import exhibit
from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import Finding
from fourcorners.report.exhibit import render
from fourcorners.report.statement import ALTERNATIVES
from fourcorners.report.statement import HOLDER
from fourcorners.report.statement import NO_WITNESS
from fourcorners.report.statement import NOT_STORED
from fourcorners.report.statement import PORT_UNKNOWN
from fourcorners.report.statement import SENTENCES
from fourcorners.report.statement import UNCORROBORATED

Make = Callable[..., ExhibitData]
MakeFinding = Callable[..., Finding]


def text_of(pdf: bytes) -> str:
    """The words of the document without the blanks at which lines break."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return squeezed("".join(page.get_textpage().get_text_range() for page in document))
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"[\s\ufffe]+", "", text)


def test_the_same_data_give_the_same_bytes(data: ExhibitData) -> None:
    assert render(data) == render(data)


def test_two_processes_in_other_zones_languages_and_folders_give_the_same_bytes(
    data: ExhibitData, tmp_path: Path
) -> None:
    script = (
        "import sys, runpy; from pathlib import Path; from fourcorners.report.exhibit import render;"
        "made = runpy.run_path(sys.argv[1]);"
        "sys.stdout.buffer.write(render(made['exhibit_data'](*made['all_outcomes']())))"
    )
    arguments = [sys.executable, "-c", script, str(Path(__file__).with_name("conftest.py"))]
    seen = {render(data)}
    for zone, language in (("Pacific/Kiritimati", "tr_TR.UTF-8"), ("America/St_Johns", "C")):
        environment = os.environ | {
            "TZ": zone,
            "LANG": language,
            "LC_ALL": language,
            "TYPST_FONT_PATHS": "/usr/share/fonts",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONHASHSEED": str(len(seen)),
        }
        seen.add(subprocess.run(arguments, env=environment, cwd=tmp_path, capture_output=True, check=True).stdout)
    assert len(seen) == 1


def test_a_later_ledger_gives_another_date_and_nothing_says_now(data: ExhibitData) -> None:
    later = replace(data, ledger=replace(data.ledger, newest=parse_rfc3339("2031-05-06T07:08:09Z").ns))
    metadata: Any = pypdf.PdfReader(io.BytesIO(render(later))).metadata
    assert metadata["/CreationDate"] == metadata["/ModDate"] == "D:20310506070809Z"


def test_every_login_is_listed_over_pages_under_a_repeated_header(make: Make, finding: MakeFinding) -> None:
    outcomes = tuple(OUTCOMES)
    findings = [finding(outcomes[i % 6], i, account=f"account-{i}.end") for i in range(200)]
    pdf = render(make(*findings))
    text = text_of(pdf)
    for i, found in enumerate(findings):
        assert text.count(f"account-{i}.end") >= 3, found.login.record
        assert f"Login{i + 1}:" in text
        assert found.login.record in text
    assert squeezed("34 of 200 logins have one assignment; all others are listed.") in text
    assert text.count(squeezed("no. account address, port time in UTC")) > 3


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_its_sentence_and_only_one_has_a_name(
    outcome: str, make: Make, finding: MakeFinding
) -> None:
    text = text_of(render(make(finding(outcome, subscriber="Zanzibar Holdings"))))
    expected = SENTENCES[outcome].replace(HOLDER, "Zanzibar Holdings")
    assert squeezed(expected) in text
    assert (squeezed("Zanzibar Holdings") in text) == (outcome == "one")
    assert "HollowLane" not in text
    assert squeezed("Instrument details entered by R. Example, not independently checked.") in text
    for explanation in ALTERNATIVES:
        assert squeezed(explanation) in text


def test_a_login_without_a_port_says_so(make: Make, finding: MakeFinding) -> None:
    assert squeezed(PORT_UNKNOWN) in text_of(render(make(finding("shared"))))
    assert squeezed(PORT_UNKNOWN) not in text_of(render(make(finding("one"))))


def test_m38_a_single_event_is_uncorroborated(make: Make, finding: MakeFinding) -> None:
    assert text_of(render(make(finding("one"), finding("several", 1)))).count(UNCORROBORATED) == len(
        ("page", "entry")
    )
    assert UNCORROBORATED not in text_of(render(make(finding("one"), finding("one", 1))))


def test_m57_without_a_filter_key_nothing_outside_scope_is_stored_and_the_exhibit_says_so(
    data: ExhibitData,
) -> None:
    assert squeezed(NOT_STORED) in text_of(render(data))
    assert squeezed(NOT_STORED) not in text_of(render(replace(data, filter_key=True)))


def test_a_ledger_without_a_witness_is_said_to_prove_less(data: ExhibitData) -> None:
    witnessed = replace(data, ledger=replace(data.ledger, witnesses=("witness.example.net",)))
    assert squeezed(NO_WITNESS) in text_of(render(data))
    assert squeezed(NO_WITNESS) not in text_of(render(witnessed))


def test_an_empty_case_has_an_exhibit(make: Make) -> None:
    bare = replace(make(), instruments=(), returns=(), zones=(), mappings=(), networks=None)
    text = text_of(render(bare))
    assert squeezed("No login has been compared with assignments.") in text


@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        "$ x $ *bold* _it_ \\ ] [ #",
        "]#panic()[",
        '"; panic("',
        "= heading",
        "<label> @login-1",
        "// x",
        "a` `b",
    ],
)
def test_markup_in_a_name_is_text(text: str, with_holder: Callable[[str], ExhibitData]) -> None:
    assert squeezed(text) in text_of(render(with_holder(text)))


def test_what_the_fonts_lack_stands_as_its_code_point(with_holder: Callable[[str], ExhibitData]) -> None:
    text = text_of(render(with_holder("日本 \U0001f600 e\u0301 \u202egnp.exe \ud800 \x00\x7f")))
    for code in ("U+65E5", "U+672C", "U+1F600", "U+0301", "U+202E", "U+D800", "U+0000", "U+007F"):
        assert code in text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=()), min_size=1, max_size=80))
def test_no_text_makes_an_exhibit_fail_and_none_falls_back(
    text: str, with_holder: Callable[[str], ExhibitData]
) -> None:
    assert exhibit._compile(exhibit.inputs(with_holder(text))).startswith(b"%PDF-1.7")


def test_a_glyph_that_fails_after_all_costs_looks_and_not_the_exhibit(
    with_holder: Callable[[str], ExhibitData], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhibit.inputs, "__defaults__", (lambda _: True,))
    text = text_of(render(with_holder("日本 Ærø")))
    assert "U+65E5" in text
    assert "U+00C6" in text


def test_fonts_metadata_and_intent_are_those_of_an_archive(data: ExhibitData) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render(data)))
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    for name, value in (("pdfaid:part", "2"), ("pdfaid:conformance", "A"), ("pdfuaid:part", "1")):
        assert re.search(rf"{name}(?:>|=\"){value}", xmp)
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert "/Encrypt" not in reader.trailer
    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    fonts = [font["/DescendantFonts"][0] for one in resources for font in map(resolved, one["/Font"].values())]
    assert len({font["/BaseFont"] for font in map(resolved, fonts)}) >= 3
    for font in map(resolved, fonts):
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"])


def test_nothing_in_it_runs_or_calls_out(data: ExhibitData) -> None:
    seen: set[str] = set()
    todo: list[Any] = [pypdf.PdfReader(io.BytesIO(render(data))).trailer]
    visited = set()
    while todo:
        part = todo.pop()
        if isinstance(part, IndirectObject):
            if part.idnum not in visited:
                visited.add(part.idnum)
                todo.append(part.get_object())
        elif isinstance(part, dict):
            seen |= set(part)
            todo += [dict.__getitem__(part, key) for key in part]
        elif isinstance(part, list):
            todo += [list.__getitem__(part, place) for place in range(len(part))]
        elif isinstance(part, NameObject):
            seen.add(part)
    assert len(visited) > 100
    assert not seen & {
        "/JavaScript",
        "/JS",
        "/OpenAction",
        "/AA",
        "/URI",
        "/Launch",
        "/EmbeddedFiles",
        "/SubmitForm",
    }


def resolved(part: Any) -> Any:
    return part.get_object()


def test_nobody_served_a_cybertip(data: ExhibitData) -> None:
    def text(kind: str) -> str:
        first, *rest = data.instruments
        return text_of(
            render(
                replace(data, instruments=(replace(first, instrument=replace(first.instrument, type=kind)), *rest))
            )
        )

    assert "madeavailable" not in text("search_warrant")
    assert "madeavailable" in text("cybertip_report")
