"""Assignments that follow from a translator's configuration, for as long as it is said to have been in force."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pypdfium2
import pytest
from tests.casework.conftest import write_order
from tests.casework.opened import every_byte
from tests.casework.pages import TARGET
from tests.casework.pages import write_page

from fourcorners.casework import attribute
from fourcorners.casework import exhibit
from fourcorners.casework import instruments
from fourcorners.casework import mappings
from fourcorners.casework import records
from fourcorners.casework.ingest import ingest
from fourcorners.casework.oversight import verification
from fourcorners.casework.rows import ReturnRow
from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput

CONFIGURATION = """\
set system host-name CANARY-HOST
set services nat pool P address-range low 203.0.113.1 high 203.0.113.62
set services nat pool P port deterministic-port-block-allocation block-size 1954
set services nat rule R term T from source-address {inside}
set services nat rule R term T then translated source-pool P
set services nat rule R term T then translated translation-type deterministic-napt44
"""
MAPPING = """\
format = "juniper-deterministic-nat"
certificate = "certificate.txt"

[coverage]
start = "{start}T00:00:00Z"
end = "{end}T00:00:00Z"
{more}
"""
FIRST, LAST, MIDDLE = "2026-03-01", "2026-03-08", "2026-03-04"
#: The third block of the second address is that of the host with offset 35.
PORT = 1_024 + 2 * 1_954 + 7


class Desk:
    """A case with logins at one shared address and port; configurations are added as the test likes."""

    def __init__(self, workspace: Workspace, case: str, folder: Path) -> None:
        self.workspace, self.case, self.folder = workspace, case, folder
        self.logs: list[str] = []

    def logins(self, *instants: str, port: int = PORT) -> None:
        order = write_order(self.folder / "provider", accounts=(TARGET,))
        row = instruments.add(self.workspace, order, self.case)
        page = write_page(
            self.folder / "records.html", tuple((f"203.0.113.2:{port}", at + " UTC") for at in instants)
        )
        ingest(self.workspace, [page], row.id)

    def instrument(self, account: str = "203.0.113.2") -> str:
        order = write_order(self.folder / f"order-{len(list(self.folder.iterdir()))}", accounts=(account,))
        self.logs.append(instruments.add(self.workspace, order, self.case).id)
        return self.logs[-1]

    def produce(
        self, under: str, files: dict[str, str], start: str = FIRST, end: str = LAST, more: str = ""
    ) -> ReturnRow:
        folder = self.folder / f"produced-{len(list(self.folder.iterdir()))}"
        (folder / "return").mkdir(parents=True)
        (folder / "certificate.txt").write_text("certified")
        (folder / "mapping.toml").write_text(MAPPING.format(start=start, end=end, more=more))
        for name, inside in files.items():
            (folder / "return" / name).write_text(CONFIGURATION.format(inside=inside))
        declared = mappings.load(self.workspace, folder / "mapping.toml")
        return ingest(self.workspace, [folder / "return"], under, mapping=declared)

    def outcomes(self) -> list[tuple[str, tuple[str, ...]]]:
        found = attribute.attribute(self.workspace, "I-1", self.logs, skew_s=120)
        return [(line["outcome"], tuple(line["subscribers"])) for line in found.lines()]


@pytest.fixture
def desk(workspace: Workspace, case: str, tmp_path: Path) -> Desk:
    return Desk(workspace, case, tmp_path)


def test_two_intakes_of_two_times_each_answer_for_their_own(desk: Desk) -> None:
    desk.logins("2026-03-02 12:00:00", "2026-03-05 12:00:00", "2026-03-07 12:00:00", "2026-03-04 00:00:30")
    under = desk.instrument()
    desk.produce(under, {"one.conf": "100.64.8.0/21"}, FIRST, MIDDLE)
    desk.produce(under, {"two.conf": "100.72.8.0/21"}, MIDDLE, "2026-03-07")
    one, two, after, between = desk.outcomes()
    assert one == ("one", ("100.64.8.36",))
    assert two == ("one", ("100.72.8.36",))
    assert after == ("not_covered", ())
    assert between == ("not_covered", ())


def test_two_configurations_of_one_intake_each_answer_for_their_own(desk: Desk) -> None:
    desk.logins("2026-03-02 12:00:00", "2026-03-05 12:00:00", "2026-03-06 12:00:00", "2026-03-04 00:00:30")
    more = """\
gaps = [["2026-03-06T00:00:00Z", "2026-03-08T00:00:00Z"]]
[in_force]
"one.conf" = ["2026-03-01T00:00:00Z", "2026-03-04T00:00:00Z"]
"two.conf" = ["2026-03-04T00:00:00Z", "2026-03-06T00:00:00Z"]
"""
    row = desk.produce(desk.instrument(), {"one.conf": "100.64.8.0/21", "two.conf": "100.72.8.0/21"}, more=more)
    assert row.format == "juniper-deterministic-nat"
    one, two, after, between = desk.outcomes()
    assert one == ("one", ("100.64.8.36",))
    assert two == ("one", ("100.72.8.36",))
    assert after == ("not_covered", ())
    assert between == ("several", ())


def test_two_that_are_declared_in_force_at_once_and_disagree_contradict_each_other(desk: Desk) -> None:
    desk.logins("2026-03-02 12:00:00")
    under = desk.instrument()
    desk.produce(under, {"one.conf": "100.64.8.0/21"})
    assert desk.outcomes() == [("one", ("100.64.8.36",))]
    desk.produce(under, {"two.conf": "100.72.8.0/21"})
    assert desk.outcomes() == [("contradicted", ())]


def test_in_one_intake_they_are_refused(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        desk.produce(desk.instrument(), {"one.conf": "100.64.8.0/21", "two.conf": "100.72.8.0/21"})
    assert caught.value.code == "NAT_CONFIGURATION"
    assert "one.conf" in caught.value.where


def test_a_port_that_no_host_has_is_not_covered_unless_the_carrier_says_that_nothing_is_missing(
    desk: Desk,
) -> None:
    desk.logins("2026-03-02 12:00:00", port=65_530)
    desk.produce(desk.instrument(), {"one.conf": "100.64.8.0/21"})
    assert desk.outcomes() == [("not_covered", ())]
    desk.logs.clear()
    desk.produce(desk.instrument(), {"one.conf": "100.64.8.0/21"}, more="lossy = false")
    assert desk.outcomes() == [("none", ())]


def test_one_that_came_back_was_not_in_force_in_between(desk: Desk) -> None:
    desk.logins("2026-03-02 12:00:00", "2026-03-04 12:00:00", "2026-03-06 12:00:00")
    under = desk.instrument()
    row = desk.produce(
        under, {"one.conf": "100.64.8.0/21"}, more='gaps = [["2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z"]]'
    )
    assert row.counts["rows"] == 2 * 2_046
    assert desk.outcomes() == [("one", ("100.64.8.36",)), ("not_covered", ()), ("one", ("100.64.8.36",))]
    desk.produce(under, {"two.conf": "100.72.8.0/21"}, MIDDLE, "2026-03-05")
    assert [name for _, (name,) in desk.outcomes()] == ["100.64.8.36", "100.72.8.36", "100.64.8.36"]


def test_m50_a_configuration_of_many_hosts_is_about_nobody(desk: Desk) -> None:
    """2,046 inside addresses for one asked about: what was asked is released, the rest is sealed as outside."""
    row = desk.produce(desk.instrument("203.0.113.2:4939"), {"one.conf": "100.64.8.0/21"})
    assert row.counts == {"rows": 2_046, "released": 1, "sealed": 2_045, "rejected": 0}
    assert row.reasons == {"OUTSIDE_ACCOUNT": 2_045}
    (line,) = records.list_records(desk.workspace, desk.logs[0], family=None)
    assert (line["ip"], line["port_low"], line["port_high"]) == ("203.0.113.2", 4_932, 6_885)
    assert (line["subscriber"], line["action"], line["at"]) == ("100.64.8.36", "computed", "2026-03-01T00:00:00Z")
    assert line["source"]["member"] == "one.conf!text@juniper-deterministic-nat-1"


def test_no_secret_of_a_configuration_and_no_host_that_nobody_asked_about_is_stored(desk: Desk) -> None:
    desk.produce(desk.instrument("203.0.113.2:4939"), {"one.conf": "100.64.8.0/21"})
    list(records.list_records(desk.workspace, desk.logs[0], family=None))
    content = every_byte(desk.workspace)
    for withheld in (b"CANARY", b"100.64.8.37", b"100.64.8.35", b"203.0.113.7 "):
        assert withheld not in content
    assert b"100.64.8.36" in content, "the search sees what is stored"
    verification.verify(desk.workspace)


def test_an_archive_is_opened(desk: Desk, tmp_path: Path) -> None:
    desk.logins("2026-03-02 12:00:00")
    under = desk.instrument()
    (tmp_path / "certificate.txt").write_text("certified")
    (tmp_path / "mapping.toml").write_text(MAPPING.format(start=FIRST, end=LAST, more=""))
    with zipfile.ZipFile(tmp_path / "return.zip", "w") as archive:
        archive.writestr("nat1/one.conf", CONFIGURATION.format(inside="100.64.8.0/21"))
        archive.writestr("readme.txt", "what this is")
    declared = mappings.load(desk.workspace, tmp_path / "mapping.toml")
    ingest(desk.workspace, [tmp_path / "return.zip"], under, mapping=declared)
    assert desk.outcomes() == [("one", ("100.64.8.36",))]


def test_an_exhibit_says_that_the_assignment_was_computed_and_from_what(desk: Desk, tmp_path: Path) -> None:
    desk.logins("2026-03-02 12:00:00")
    desk.produce(desk.instrument(), {"one.conf": "100.64.8.0/21"})
    assert desk.outcomes() == [("one", ("100.64.8.36",))]
    exhibit.make(desk.workspace, desk.case, tmp_path / "exhibit.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "exhibit.pdf")
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    assert (
        "no log entry: computed from the carrier's configuration, of the format juniper-deterministic-nat" in text
    )
    assert "declared to have been in force from 2026-03-01T00:00:00Z to 2026-03-08T00:00:00Z" in text
    assert "as computed:" in text
    assert "(every record) computed from the configuration in force, none logged" in text
