"""Members of honest archives come out as they went in; hostile archives are refused with their own code."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.errors import BadInput
from fourcorners.readers import zip_layout
from fourcorners.readers.archive import open_member_files

PAGE = b"<html><body>192.0.2.7</body></html>" * 40


def pack(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def typed(name: str, mode: int, content: bytes = b"x") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        archive.writestr(info, content)
    return target.getvalue()


def twice(name: str, other: str) -> bytes:
    """Two entries whose names zipfile itself would warn about: written under stand-ins of the same length."""
    stand_in = "z" * len(other.encode())
    return pack({name: b"1", stand_in: b"2"}).replace(stand_in.encode(), other.encode())


def members(path: Path) -> dict[str, bytes]:
    with open_member_files(path) as opened:
        assert opened.sha256 == sha256(path.read_bytes()).hexdigest()
        found = {}
        for member in opened.members():
            content = bytes(member.data)
            assert (member.size, member.sha256) == (len(content), sha256(content).hexdigest())
            found[member.path] = content
        return found


def refusal(path: Path, content: bytes, name: str = "return.zip") -> BadInput:
    target = path / name
    target.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        members(target)
    return caught.value


def patched(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """The archive with a field of its last record of that signature overwritten."""
    at = content.rindex(signature) + offset
    return content[:at] + value + content[at + len(value) :]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def crc_error() -> bytes:
    content = pack({"records.html": PAGE}, zipfile.ZIP_STORED)
    return content.replace(b"192.0.2.7", b"192.0.2.8", 1)


def both_headers(offset_local: int, offset_central: int, value: bytes) -> bytes:
    content = pack({"records.html": PAGE})
    return patched(patched(content, LOCAL, offset_local, value), CENTRAL, offset_central, value)


def overlapping() -> bytes:
    """Two directory entries on one local header: the names differ, the bytes are shared."""
    content = pack({"a.html": PAGE, "b.html": PAGE})
    second = content.rindex(CENTRAL)
    return content[: second + 42] + struct.pack("<L", 0) + content[second + 46 :]


def kernel() -> bytes:
    """An entry that lies within the compressed bytes of another (the core of an overlap bomb)."""
    inner = pack({"in.html": PAGE}, zipfile.ZIP_STORED)
    local = inner[: inner.index(CENTRAL)]
    outer = pack({"out.bin": local, "in.html": PAGE}, zipfile.ZIP_STORED)
    second = outer.rindex(CENTRAL)
    return outer[: second + 42] + struct.pack("<L", 30 + len("out.bin")) + outer[second + 46 :]


def shifted() -> bytes:
    """Foreign bytes before the archive, with every offset corrected, as self-extracting archives have them."""
    content = b"MZ foreign bytes" + pack({"a.html": PAGE})
    start = content.index(CENTRAL)
    content = content[: start + 42] + struct.pack("<L", 16) + content[start + 46 :]
    return patched(content, END, 16, struct.pack("<L", start))


def between() -> bytes:
    """Foreign bytes between the entry and the directory."""
    content = pack({"a.html": PAGE})
    start = content.index(CENTRAL)
    return patched(content[:start] + b"foreign" + content[start:], END, 16, struct.pack("<L", start + 7))


def hidden() -> bytes:
    """Foreign bytes behind the end of an entry's compressed stream, counted as its own by both headers."""
    content = pack({"a.html": PAGE})
    start = content.index(CENTRAL)
    (packed,) = struct.unpack_from("<L", content, 18)
    content = content[:start] + b"foreign" + content[start:]
    longer = struct.pack("<L", packed + 7)
    content = patched(patched(content, LOCAL, 18, longer), CENTRAL, 20, longer)
    return patched(content, END, 16, struct.pack("<L", start + 7))


def before_the_end() -> bytes:
    """Foreign bytes between the directory and the end record."""
    content = pack({"a.html": PAGE})
    end = content.index(END)
    return content[:end] + b"foreign" + content[end:]


def damaged() -> bytes:
    content = pack({"a.html": PAGE})
    at = content.index(b"a.html") + len("a.html")
    return content[:at] + b"\xff" * 8 + content[at + 8 :]


def nested(depth: int) -> bytes:
    content = pack({"records.html": PAGE})
    for _ in range(depth):
        content = pack({"inner.zip": content})
    return content


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "deflate bomb": ("UNPACKED_SIZE", lambda: pack({"bomb.html": bytes(200 << 20)})),
    "nested zip": ("NESTING", lambda: nested(3)),
    "overlap, same header": ("OVERLAP", overlapping),
    "overlap, within another": ("OVERLAP", kernel),
    "zip-slip": ("PATH", lambda: pack({"../../etc/cron": PAGE})),
    "absolute path": ("PATH", lambda: pack({"/etc/passwd": PAGE})),
    "drive letter": ("PATH", lambda: pack({"C:records.html": PAGE})),
    "backslash": ("PATH", lambda: pack({"..\\records.html": PAGE})),
    "symlink": ("ENTRY_TYPE", lambda: typed("link", stat.S_IFLNK | 0o777)),
    "device": ("ENTRY_TYPE", lambda: typed("device", stat.S_IFCHR | 0o600)),
    "fifo": ("ENTRY_TYPE", lambda: typed("fifo", stat.S_IFIFO | 0o600)),
    "duplicate names": ("DUPLICATE_NAME", lambda: twice("records.html", "records.html")),
    "case collision": ("NAME_COLLISION", lambda: twice("records.html", "RECORDS.html")),
    "NFC collision": ("NAME_COLLISION", lambda: pack({"caf\u00e9": b"1", "cafe\u0301": b"2"})),
    "NUL in a name": ("NAME_CHARS", lambda: pack({"records.html": PAGE}).replace(b"records.", b"rec\0rds.")),
    "bidi control in a name": ("NAME_CHARS", lambda: pack({"records\u202elmth.exe": PAGE})),
    "sizes differ": (
        "SIZE_MISMATCH",
        lambda: patched(pack({"a.html": PAGE}), LOCAL, 22, struct.pack("<L", 5)),
    ),
    "declared too small": ("SIZE_MISMATCH", lambda: both_headers(22, 24, struct.pack("<L", 5))),
    "declared too large": ("SIZE_MISMATCH", lambda: both_headers(22, 24, struct.pack("<L", 5 << 20))),
    "CRC": ("CRC", crc_error),
    "truncated": ("TRUNCATED", lambda: pack({"a.html": PAGE})[:-30]),
    "truncated in the end record": ("TRUNCATED", lambda: pack({"a.html": PAGE})[:-1]),
    "encrypted": ("ENCRYPTED", lambda: both_headers(6, 8, struct.pack("<H", 1))),
    "data before": ("POLYGLOT", lambda: b"GIF89a" + pack({"a.html": PAGE})),
    "data before, offsets corrected": ("POLYGLOT", shifted),
    "data hidden in an entry": ("SIZE_MISMATCH", hidden),
    "data before the end record": ("POLYGLOT", before_the_end),
    "data between": ("POLYGLOT", between),
    "data after": ("POLYGLOT", lambda: pack({"a.html": PAGE}) + b"<html>"),
    "a second archive after": ("POLYGLOT", lambda: pack({"a.html": PAGE}) + pack({"b.html": PAGE})),
    "unsupported method": ("METHOD", lambda: pack({"a.html": PAGE}, zipfile.ZIP_BZIP2)),
    "damaged stream": ("ARCHIVE", damaged),
    "no archive at all": ("ARCHIVE", lambda: b"this is no zip archive"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_with_its_code(name: str, tmp_path: Path) -> None:
    code, build = HOSTILE[name]
    error = refusal(tmp_path, build())
    assert error.code == code
    assert "return.zip" in error.where
    assert error.where.isprintable()
    assert error.why
    assert error.next_step


@pytest.fixture
def inflated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the pieces that were inflated: how far something went, told by no clock."""
    sizes: list[int] = []
    make = zlib.decompressobj

    class Counting:
        def __init__(self, wbits: int) -> None:
            self.stream = make(wbits)

        def __getattr__(self, name: str) -> object:
            return getattr(self.stream, name)

        def decompress(self, data: bytes, max_length: int) -> bytes:
            piece = self.stream.decompress(data, max_length)
            sizes.append(len(piece))
            return piece

    monkeypatch.setattr("fourcorners.readers.zip_inflate.zlib.decompressobj", Counting)
    return sizes


def test_a_bomb_is_not_begun(inflated: list[int], tmp_path: Path) -> None:
    content = pack({"bomb.html": bytes(200 << 20)})
    assert refusal(tmp_path, content).code == "UNPACKED_SIZE"
    assert inflated == []


def test_a_bomb_that_lies_about_its_size_stops_where_it_said_it_ends(inflated: list[int], tmp_path: Path) -> None:
    content = pack({"bomb.html": bytes(50 << 20)})
    small = struct.pack("<L", 1 << 10)
    content = patched(patched(content, LOCAL, 22, small), CENTRAL, 24, small)
    assert refusal(tmp_path, content).code == "SIZE_MISMATCH"
    assert len(inflated) == 1


def test_the_budget_is_one_for_all_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fourcorners.readers.zip_inflate.FREE_TOTAL", 3 * len(PAGE))
    two = {"a.html": PAGE, "b.html": PAGE}
    monkeypatch.setattr("fourcorners.readers.zip_inflate.MAX_TOTAL_RATIO", 0)
    target = tmp_path / "return.zip"
    target.write_bytes(pack(two))
    assert len(members(target)) == 2
    assert refusal(tmp_path, pack({"x.zip": pack(two), "y.zip": pack(two)})).code == "UNPACKED_SIZE"


def test_a_packed_page_of_24_to_1_and_a_small_file_of_any_ratio_are_taken(tmp_path: Path) -> None:
    rows = b"".join(
        b"<tr><td>192.0.2.%d</td><td>2026-07-%02d</td></tr>" % (i % 250, i % 28 + 1) for i in range(9000)
    )
    target = tmp_path / "return.zip"
    target.write_bytes(pack({"records.html": rows, "zeros.bin": bytes(1 << 20)}))
    assert members(target)["records.html"] == rows


def test_too_many_entries_are_refused_before_any_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_layout, "MAX_ENTRIES", 3)
    assert refusal(tmp_path, pack({f"{i}.html": b"" for i in range(4)})).code == "ENTRY_COUNT"


Tree = dict[str, "bytes | Tree"]
LEAVES = st.binary(max_size=300).filter(lambda leaf: not leaf.startswith(b"PK"))
NAMES = st.sampled_from(["a.html", "b c.txt", "d/\u00e9.bin", "e.zip", "f"])


def trees(depth: int) -> st.SearchStrategy[Tree]:
    below = LEAVES if depth == 0 else st.one_of(LEAVES, trees(depth - 1))
    return st.dictionaries(NAMES, below, min_size=1, max_size=3)


def pack_tree(tree: Tree, method: int) -> bytes:
    return pack({n: t if isinstance(t, bytes) else pack_tree(t, method) for n, t in tree.items()}, method)


def flat(tree: Tree, prefix: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, content in tree.items():
        found |= {prefix + name: content} if isinstance(content, bytes) else flat(content, f"{prefix}{name}!")
    return found


@settings(max_examples=60)
@given(tree=trees(2), method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_every_member_of_nested_archives_comes_out_as_it_went_in(
    tree: Tree, method: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("tree") / "return.zip"
    target.write_bytes(pack_tree(tree, method))
    assert members(target) == flat(tree)


def test_a_cut_anywhere_is_refused(tmp_path: Path) -> None:
    page = PAGE[:99]
    content = pack({"a.html": page, "inner.zip": pack({"b.html": page}, zipfile.ZIP_STORED)}, zipfile.ZIP_STORED)
    for end in range(1, len(content)):
        assert refusal(tmp_path, content[:end]).code in {"TRUNCATED", "POLYGLOT", "ARCHIVE"}


def test_a_changed_byte_is_refused_or_changes_no_content(tmp_path: Path) -> None:
    content = pack({"a.html": PAGE, "b.html": b"198.51.100.1"})
    target = tmp_path / "return.zip"
    whole = None
    for at in range(len(content)):
        target.write_bytes(content[:at] + bytes([content[at] ^ 0x21]) + content[at + 1 :])
        try:
            whole = members(target)
        except BadInput:
            continue
        assert list(whole.values()) == [PAGE, b"198.51.100.1"]
    assert whole is not None  # dates and attributes may change


def test_streamed_archives_with_data_descriptors_are_read(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """A target that cannot seek, so that zipfile writes the sizes behind the content."""

        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]
            self.content += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", PAGE)
        with archive.open("large.html", "w", force_zip64=True) as entry:
            entry.write(PAGE)
    target = tmp_path / "return.zip"
    target.write_bytes(pipe.content)
    assert members(target) == {"a.html": PAGE, "large.html": PAGE}
    wrong = bytes(pipe.content).replace(struct.pack("<L", zlib.crc32(PAGE)), b"\0\0\0\1", 1)
    assert refusal(tmp_path, wrong).code == "POLYGLOT"


def test_a_zip64_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)  # makes zipfile write the zip64 end records
    target = tmp_path / "return.zip"
    target.write_bytes(pack({"a.html": PAGE, "b.html": PAGE}))
    assert b"PK\x06\x06" in target.read_bytes()
    assert members(target) == {"a.html": PAGE, "b.html": PAGE}


def test_folders_comments_and_empty_files_are_no_damage(tmp_path: Path) -> None:
    target = tmp_path / "return.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/empty.txt", b"")
        archive.comment = b"made by hand"
    assert members(target) == {"folder/empty.txt": b""}


def test_a_file_that_is_no_archive_is_its_own_member(tmp_path: Path) -> None:
    target = tmp_path / "records.html"
    target.write_bytes(PAGE)
    assert members(target) == {"": PAGE}


def test_an_office_document_is_one_member(tmp_path: Path) -> None:
    workbook = pack({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    bare, packed = tmp_path / "table.xlsx", tmp_path / "return.zip"
    bare.write_bytes(workbook)
    packed.write_bytes(pack({"table.xlsx": workbook}))
    assert members(bare) == {"": workbook}
    assert members(packed) == {"table.xlsx": workbook}


@pytest.mark.parametrize("change", [b"longer than before" * 200, b"x", b"y" * len(PAGE)])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: bytes) -> None:
    target = tmp_path / "records.html"
    target.write_bytes(PAGE)

    def read_while_it_changes() -> None:
        with open_member_files(target) as opened:
            list(opened.members())
            with target.open("r+b") as stream:
                stream.truncate(len(change))
                stream.write(change)

    with pytest.raises(BadInput) as caught:
        read_while_it_changes()
    assert caught.value.code == "CHANGED"


def test_a_missing_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "missing", "NOT_FOUND"), (tmp_path, "NOT_FOUND")):
        with pytest.raises(BadInput) as caught, open_member_files(path):
            pass
        assert caught.value.code == code
    assert refusal(tmp_path, b"").code == "EMPTY_FILE"


def test_an_error_of_the_caller_is_not_taken_for_one_of_the_file(tmp_path: Path) -> None:
    target = tmp_path / "records.html"
    target.write_bytes(PAGE)
    with pytest.raises(OSError, match="disk"), open_member_files(target):
        raise OSError("disk full")


def test_who_asks_is_told_of_an_entry_and_gets_the_others(tmp_path: Path) -> None:
    bomb = pack({"zeros": bytes(20 << 20)})
    content = pack({"a.html": PAGE, "bomb.zip": bomb, "cut.zip": bomb[:-9], "deep.zip": nested(5), "z.html": PAGE})
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    told = {}
    with open_member_files(path) as opened:
        found = [member.path for member in opened.members(lambda name, error: told.update({name: error.code}))]
    assert (found[0], found[-1]) == ("a.html", "z.html")
    assert told == {"bomb.zip": "UNPACKED_SIZE", "cut.zip": "TRUNCATED", "deep.zip": "NESTING"}
    assert refusal(tmp_path, content).code in told.values()


def test_a_mapped_file_whose_pages_are_given_back_is_still_read_whole(tmp_path: Path) -> None:
    large = {f"{n}.bin": bytes([n]) * (3 << 20) + n.to_bytes(4, "big") for n in range(8)}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        (tmp_path / "x.zip").write_bytes(pack(large, method))
        assert members(tmp_path / "x.zip") == large
