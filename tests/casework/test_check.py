from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import shutil
from collections import defaultdict
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from tests.casework import exports

from fourcorners.casework import check as use_case
from fourcorners.casework import naming
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.model.instant import SECOND
from fourcorners.model.records import Census
from fourcorners.readers import registry
from fourcorners.readers.meta_export.reader import MetaExport
from fourcorners.report.access import Access
from fourcorners.samples import networks
from fourcorners.samples.make import make

FORMATS = (
    "facebook-export",
    "facebook-export-html",
    "instagram-export",
    "google-takeout",
    "x-archive",
    "snapchat-export",
    "tiktok-export",
)
ORGS = {
    "192.0.2.0/24": "Example Hosting",
    "198.51.100.0/24": "Example Cable",
    "203.0.113.0/24": "Example Mobile",
    "2001:db8::/32": "Example Fibre",
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("networks") / "networks.parquet"
    networks.write(path)
    return path


@pytest.fixture
def no_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(naming, "default_path", lambda: tmp_path / "none")


def made(format_name: str, seed: int, rows: int, folder: Path) -> tuple[Path, dict[str, Any]]:
    out = folder / "export.zip"
    make(format_name, seed, rows, out)
    truth = json.loads((folder / "export.zip.truth.json").read_text())
    return out, truth["returns"][0]


def prefix(ip: str) -> str:
    return str(ip_network((ip, 56 if ":" in ip else 24), strict=False))


def org(ip: str) -> str:
    return next(name for text, name in ORGS.items() if prefix(ip)[:4] == text[:4])


def second(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


def spans(access: Access) -> dict[Any, tuple[int, int, int]]:
    """Network and agent -> first and last second, and how often."""
    found = {}
    for each in access.sessions:
        assert each.first.at is not None
        assert each.last.at is not None
        key = (each.network.name if each.network else None, each.agent)
        assert key not in found
        found[key] = (each.first.at // SECOND, each.last.at // SECOND, each.times)
    return found


@pytest.mark.usefixtures("no_table")
@pytest.mark.parametrize("by", ["prefix", "table"])
@pytest.mark.parametrize(
    ("format_name", "rows"),
    [
        ("facebook-export", 35),
        ("instagram-export", 35),
        ("google-takeout", 19),
        ("x-archive", 35),
        ("snapchat-export", 35),
        ("tiktok-export", 35),
    ],
)
@pytest.mark.parametrize("_n", range(3))
def test_sessions_are_those_that_another_program_finds(
    format_name: str, rows: int, by: str, _n: int, table: Path, tmp_path: Path
) -> None:
    seed = secrets.randbelow(10**6)
    out, _ = made(format_name, seed, rows, tmp_path)
    expected: dict[Any, tuple[int, int, int]] = {}
    name = prefix if by == "prefix" else org
    with ZipFile(out) as archive:
        for ip, agent, at, until in exports.events(archive):
            key = (name(ip) if ip else None, agent)
            first, last, times = expected.get(key, (at, until, 0))
            expected[key] = (min(first, at), max(last, until), times + 1)
    access = use_case.check(out, networks=table if by == "table" else None)
    assert spans(access) == expected, f"seed {seed}"
    assert not access.unreadable


@pytest.mark.usefixtures("no_table")
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("rows", [3, 60, 150])
def test_networks_are_those_of_the_truth(format_name: str, rows: int, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    out, told = made(format_name, seed, rows, tmp_path)
    local = ZoneInfo(told["zone"]) if told["zone"] else None
    expected: defaultdict[str | None, list[tuple[str, str]]] = defaultdict(list)
    rejected = 0
    for kind, verdict, _, *values in (row for member in told["members"] for row in member["rows"]):
        if kind not in {"login", "session"}:
            continue
        if verdict == "rejected":
            rejected += 1
            continue
        _, ip, _, at, *until = values
        expected[prefix(ip) if ip else None].append((at, max(at, *until) if until and until[0] else at))
    access = use_case.check(out)
    found = {each.network.name if each.network else None for each in access.sessions}
    assert found == set(expected), f"seed {seed}"
    for network, times in expected.items():
        mine = [each for each in access.sessions if (each.network.name if each.network else None) == network]
        assert sum(each.times for each in mine) == len(times)
        assert any(each.network_not_seen_before for each in mine) or network is None
        first, last = min(at for at, _ in times), max(until for _, until in times)
        if local is None:
            assert min(each.first.utc or "" for each in mine) == first, f"seed {seed}"
            assert max(each.last.utc or "" for each in mine) == last, f"seed {seed}"
        else:
            assert all(each.first.utc is each.last.utc is None for each in mine)
            shown = [written(moment.text) for each in mine for moment in (each.first, each.last)]
            wall = [dt.datetime.fromisoformat(at).astimezone(local).replace(tzinfo=None) for at in (first, last)]
            assert [min(shown), max(shown)] == wall, f"seed {seed}"
    assert sum(access.unreadable.values()) == rejected


def written(text: str) -> dt.datetime:
    plain = re.sub(r"(?<=m) [A-Z]+$", "", text.replace("\u202f", " ").replace("\xa0", " "))
    return dt.datetime.strptime(" ".join(plain.replace(",", "").split()), "%b %d %Y %I:%M:%S %p")  # noqa: DTZ007 - no zone


def repacked(source: Path, out: Path, changes: dict[str, bytes]) -> Path:
    with ZipFile(source) as old, ZipFile(out, "w") as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, data in changes.items():
            new.writestr(name, data)
    return out


def test_what_is_not_understood_is_named(tmp_path: Path) -> None:
    out, _ = made("facebook-export", 11, 30, tmp_path)
    with ZipFile(out) as archive:
        name = next(each for each in archive.namelist() if each.endswith("logins_and_logouts.json"))
        cut = archive.read(name)[:-9]
    extra = {name: cut, "photos/p.jpg": b"\xff\xd8\xff", "empty.txt": b""}
    access = use_case.check(repacked(out, tmp_path / "x.zip", extra))
    whole = use_case.check(out)
    assert [file.path for file in access.broken] == [name]
    assert access.broken[0].why
    assert 0 < access.entries < whole.entries
    unread = {file.path for file in access.unread}
    assert {"photos/p.jpg", "empty.txt"} < unread
    assert len(access.files) == len(whole.files) + 2


def test_a_time_with_letters_for_its_zone_is_shown_as_written(tmp_path: Path) -> None:
    row = (
        "<section><h2>Login</h2><table><tr><td>IP address</td><td>203.0.113.7</td></tr>"
        "<tr><td>Time</td><td>{}</td></tr></table></section>"
    )
    times = ("Jul 24, 2025 9:05:10 pm PDT", "Jul 25, 2025 9:05:10 pm PDT", "Jul 26, 2025 9:05:10 pm UTC+02")
    page = f"<html><body>{''.join(map(row.format, times))}</body></html>"
    (tmp_path / "account_activity.html").write_text(page)
    access = use_case.check(tmp_path / "account_activity.html")
    (session,) = access.sessions
    assert not access.unreadable
    assert (session.times, session.first.text, session.first.utc) == (3, times[0], None)
    assert session.last.utc == "2025-07-26T19:05:10Z"


def test_a_list_in_an_unknown_language_is_named_and_hides_nothing(tmp_path: Path) -> None:
    out, _ = made("instagram-export", 16, 30, tmp_path)
    whole = use_case.check(out)
    with ZipFile(out) as archive:
        name = next(each for each in archive.namelist() if each.endswith("logout_activity.json"))
        rows = json.loads(archive.read(name))["account_history_logout_history"]
    for row in rows:
        fields = row["string_map_data"].values()
        row["string_map_data"] = {f"\u0627\u0644{n}": each for n, each in enumerate(fields)}
    strange = json.dumps({"account_history_logout_history": rows}).encode()
    page = b'[{"timestamp": 1770000000, "label_values": [{"label": "IP", "value": "203.0.113.7"}]}]'
    changes = {name: strange, "profile_activity.json": page, "chat.json": b'{"text": "hello"}'}
    access = use_case.check(repacked(out, tmp_path / "x.zip", changes))
    assert [file.path for file in access.broken] == [name]
    assert [file.path for file in access.doubtful] == ["profile_activity.json"]
    assert "chat.json" in {file.path for file in access.unread}
    assert 0 < access.entries < whole.entries
    use_case.write(access, tmp_path / "page.html", "en")
    before = (tmp_path / "page.html").read_text().replace("<wbr>", "").partition('class="sessions"')[0]
    assert name in before
    assert "profile_activity.json" in before


@pytest.mark.parametrize("unpacked", [False, True])
def test_the_page_that_google_writes_for_both_is_named_and_not_read(unpacked: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    out, _ = made("google-takeout", 17, 30, tmp_path)
    whole = use_case.check(out)
    path = "Takeout/Google Account/ann.example.SubscriberInfo.html"
    page = b"<html><body><div>GOOGLE SUBSCRIBER INFORMATION</div><ul><li>Name: canary</li></ul></body></html>"
    given = repacked(out, tmp_path / "x.zip", {path: page})
    if unpacked:
        with ZipFile(given) as archive:
            archive.extractall(tmp_path / "all")
        given = tmp_path / "all"
    access = use_case.check(given)
    assert [file.path for file in access.doubtful] == [path]
    assert {each.agent for each in access.sessions} == {each.agent for each in whole.sessions}
    assert access.entries == whole.entries
    with pytest.raises(Refused, match="NOT_AN_EXPORT"):
        use_case.check(repacked(out, tmp_path / "y.zip", {"ann.example.SubscriberInfo.html": page}))
    alone = tmp_path / "Takeout"
    alone.mkdir()
    (alone / "ann.example.SubscriberInfo.html").write_bytes(page)
    with pytest.raises(BadInput, match="NO_RECOGNISED_ROW"):
        use_case.check(alone)


def test_people_are_looked_at_one_by_one(tmp_path: Path) -> None:
    """Two persons' exports are refused, in one folder or in one archive, and so are two providers'."""
    for pair in (
        ("x-archive", "x-archive"),
        ("x-archive", "snapchat-export"),
        ("facebook-export", "facebook-export"),
    ):
        both = tmp_path / "-".join(pair)
        both.mkdir()
        for seed, name in enumerate(pair, 1):
            out, _ = made(name, seed, 10, tmp_path)
            shutil.move(out, both / f"{seed}.zip")
            assert use_case.check(both / f"{seed}.zip").given
        with ZipFile(tmp_path / "both.zip", "w") as archive:
            for path in both.iterdir():
                archive.write(path, path.name)
        for given in (both, tmp_path / "both.zip"):
            with pytest.raises(Refused, match="SEVERAL_ACCOUNTS"):
                use_case.check(given)


@pytest.mark.parametrize("profile", ['"username": "bob", "username": "bob"', '"username": ["bob"]'])
def test_an_account_that_cannot_be_told_is_another_beside_one_that_can(profile: str, tmp_path: Path) -> None:
    login = {"action": "Login", "timestamp": 1770098399, "ip_address": "192.0.2.7"}
    for name, said in (("a", '"username": "alice"'), ("b", profile)):
        with ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            archive.writestr(
                "profile_information.json", f'{{"profile_v2": {{{said}, "name": {{"full_name": "X"}}}}}}'
            )
            archive.writestr("account_activity.json", json.dumps({"account_activity_v2": [login]}))
        assert use_case.check(tmp_path / f"{name}.zip").entries == 1
    with pytest.raises(Refused, match="SEVERAL_ACCOUNTS"):
        use_case.check(tmp_path)


def test_a_file_that_stands_twice_is_counted_once(tmp_path: Path) -> None:
    out, _ = made("facebook-export", 21, 30, tmp_path)
    whole = use_case.check(out)
    twice = tmp_path / "twice"
    twice.mkdir()
    for name in ("a.zip", "a (1).zip"):
        shutil.copy(out, twice / name)
    access = use_case.check(twice)
    assert (access.entries, [each.times for each in access.sessions]) == (
        whole.entries,
        [each.times for each in whole.sessions],
    )
    assert sum("twice" in file.why for file in access.files) == sum(bool(file.format) for file in whole.files)


def test_a_page_made_before_is_no_file_to_look_into(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    out, _ = made("facebook-export", 21, 30, tmp_path)
    shutil.move(out, export / "a.zip")
    use_case.write(use_case.check(export), export / "a.zip-check.html", "en")
    assert not any(file.doubtful for file in use_case.check(export).files)


def test_what_somebody_sent_does_not_hide_the_rest(tmp_path: Path) -> None:
    out, _ = made("facebook-export", 21, 30, tmp_path)
    whole = use_case.check(out)
    bomb = tmp_path / "bomb.zip"
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20 << 20))
    sent = {
        "messages/inbox/a/files/bomb.zip": bomb.read_bytes(),
        "messages/inbox/a/files/cut.zip": bomb.read_bytes()[:-30],
        "messages/inbox/a/files/account_activity.json": b'{"account_activity_v2":[{"timestamp":"x"',
        "messages/inbox/a/files/account_activity.html": b"<html><body><section><h2>x</h2>",
        "messages/inbox/a/files/<img src=x>.pdf": b"%PDF-1.7 nothing",
        "messages/inbox/a/files/a.xlsx": b"PK\x03\x04",
    }
    access = use_case.check(repacked(out, tmp_path / "x.zip", sent))
    assert access.sessions == whole.sessions
    lost = {file.path for file in access.files if not file.format}
    assert lost >= sent.keys()
    use_case.write(access, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text()
    assert "bomb.zip" in page.replace("<wbr>", "")
    assert "<img" not in page


def test_hostile_values_end_as_texts(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=http://198.51.100.1/ onerror=alert(1)>\u202e\x1b[2J"
    entry = {"action": evil, "timestamp": 1770098399, "ip_address": "192.0.2.7", "user_agent": evil}
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr('a"><script>/account_activity.json', json.dumps({"account_activity_v2": [entry]}))
    access = use_case.check(tmp_path / "x.zip")
    (session,) = access.sessions
    assert (session.agent, session.actions) == (evil, (evil,))
    use_case.write(access, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text()
    assert "<script" not in page
    assert "<img" not in page
    assert not {"\u202e", "\x1b"} & set(page)


def test_a_file_that_breaks_a_check_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = made("facebook-export", 12, 30, tmp_path)
    count = MetaExport.census

    def miscount(self: MetaExport, data: bytes) -> Census:
        counted = count(self, data)
        return replace(counted, texts=counted.texts + (b"active_sessions" in data[:200]))

    monkeypatch.setattr(MetaExport, "census", miscount)
    access = use_case.check(out)
    (broken,) = access.broken
    assert broken.why.startswith("CONSERVATION")
    assert all(broken.path not in each.files for each in access.sessions)


def test_an_unpacked_export_is_the_same(tmp_path: Path) -> None:
    out, _ = made("instagram-export", 13, 30, tmp_path)
    folder = tmp_path / "unpacked"
    with ZipFile(out) as archive:
        archive.extractall(folder)
    (folder / "empty.json").touch()
    zipped, loose = use_case.check(out), use_case.check(folder)
    assert loose.sessions == zipped.sessions
    assert not loose.broken
    assert len(loose.given) == len(zipped.files)


@pytest.mark.parametrize("format_name", ["meta-record-c", "google-return"])
def test_what_answers_an_instrument_is_refused(format_name: str, tmp_path: Path) -> None:
    out = tmp_path / "return.zip"
    make(format_name, 3, 40, out)
    with pytest.raises(Refused) as caught:
        use_case.check(out)
    assert (caught.value.kind, caught.value.code) == ("PRODUCT", "NOT_AN_EXPORT")


@pytest.mark.parametrize("format_name", ["meta-record-c", "google-return"])
def test_an_export_is_no_cover_for_it(format_name: str, tmp_path: Path) -> None:
    out, _ = made("facebook-export", 14, 20, tmp_path)
    hidden = tmp_path / "return.zip"
    make(format_name, 3, 40, hidden)
    with pytest.raises(Refused):
        use_case.check(repacked(out, tmp_path / "x.zip", {"a/b.zip": hidden.read_bytes()}))


def test_what_holds_no_list_of_accesses_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"participants": []}')
    with pytest.raises(BadInput, match="NO_RECOGNISED_ROW"):
        use_case.check(tmp_path / "x.json")
    with pytest.raises(BadInput, match="NOT_FOUND"):
        use_case.check(tmp_path / "none.zip")
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(BadInput):
        use_case.check(tmp_path / "x.zip")


def test_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = made("google-takeout", 15, 30, tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    shutil.move(out, home / "export.zip")
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.chdir(home)
    access = use_case.check(home / "export.zip")
    use_case.write(access, home / "page.html", "en")
    assert sorted(path.name for path in home.iterdir()) == ["export.zip", "page.html"]


def test_every_export_format_has_a_reader() -> None:
    assert {reader.name for reader in registry.READERS} >= registry.EXPORTS
