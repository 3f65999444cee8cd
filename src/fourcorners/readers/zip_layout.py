"""The layout of a zip archive (PKWARE APPNOTE 6.3): every byte belongs to one entry or to the directory.

`zipfile` reads the central directory. The checks on top compare it with the entries' own headers and require that
entries, directory and end record follow one another without a gap, so that no program can see another archive in
the same bytes.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from mmap import mmap
from typing import IO
from typing import cast

from fourcorners.model.errors import BadInput
from fourcorners.readers.zip_names import check_names

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
MAX_ENTRIES = 50_000

_LOCAL, _END, _SIGNED = b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_LOCAL_RECORD = struct.Struct("<4s5H3L2H")
_END_RECORD = struct.Struct("<4s4H2LH")
_END64_RECORD = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_RECORD = struct.Struct("<4sLQL")
_MAX_COMMENT = 0xFFFF
_MAX_DIRECTORY_ENTRY = 46 + 1024  # a directory of longer names and extras than that holds something else
_IN_EXTRA = 0xFFFF_FFFF
_ZIP64_EXTRA = 1
_ENCRYPTED, _DESCRIPTOR, _STRONG, _UTF8, _MASKED = 0x1, 0x8, 0x40, 0x800, 0x2000
_TWO_SIZES = struct.Struct("<2Q")
_DESCRIPTORS = (struct.Struct("<3L"), struct.Struct("<L2Q"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file of an archive.

    Attributes:
        name: path within the archive.
        method: `STORED` or `DEFLATED`.
        crc: CRC-32 of the content.
        packed: bytes that its content takes in the archive.
        size: bytes of the content, as declared.
        start: where the packed content begins.
    """

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


@dataclass(frozen=True, slots=True)
class _Directory:
    """The central directory as the end record states it."""

    start: int
    end: int
    entries: int


def is_archive(data: bytes | mmap) -> bool:
    """Whether the bytes begin or end as a zip archive does."""
    if data[:4] in {_LOCAL, _END}:
        return True
    tail = data[max(0, len(data) - _END_RECORD.size - _MAX_COMMENT) :]
    at = tail.rfind(_END)
    if at < 0 or at + _END_RECORD.size > len(tail):
        return False
    comment = _END_RECORD.unpack_from(tail, at)[-1]
    return at + _END_RECORD.size + int(comment) == len(tail)


def read_entries(data: bytes | mmap, where: str) -> tuple[Entry, ...]:
    """The regular files of an archive in directory order, after every check that needs no unpacking.

    Raises:
        BadInput: `TRUNCATED`, `POLYGLOT`, `ENTRY_COUNT`, `ARCHIVE`, `ENCRYPTED`, `METHOD`, `SIZE_MISMATCH`,
            `OVERLAP` and the codes of `check_names`.
    """
    directory = _find_directory(data, where)
    if max(directory.entries, (directory.end - directory.start) // _MAX_DIRECTORY_ENTRY) > MAX_ENTRIES:
        raise _refuse("ENTRY_COUNT", f"the archive has {directory.entries} entries", where)
    try:
        with zipfile.ZipFile(cast("IO[bytes]", data if isinstance(data, mmap) else io.BytesIO(data))) as archive:
            infos = archive.infolist()
    except UnicodeDecodeError as error:
        raise _refuse("NAME_CHARS", "an entry's name is not valid UTF-8", where) from error
    except NotImplementedError as error:
        raise _refuse("METHOD", f"the archive asks for a newer program: {error}", where) from error
    except (zipfile.BadZipFile, struct.error, ValueError, OSError) as error:
        raise _refuse("ARCHIVE", f"the archive's directory is damaged: {error}", where) from error
    if len(infos) != directory.entries:
        raise _refuse("ARCHIVE", f"the directory holds {len(infos)} of {directory.entries} entries", where)
    check_names(infos, where)

    entries: list[Entry] = []
    expected, loose = 0, None
    for info in sorted(infos, key=lambda item: item.header_offset):
        place = f"{where}!{info.filename}"
        _check_gap(data, expected, info.header_offset, loose, place)
        start = _check_local(data, info, place)
        expected = start + info.compress_size
        loose = info if info.flag_bits & _DESCRIPTOR else None
        if expected > directory.start:
            raise _refuse("OVERLAP", "an entry runs into the archive's directory", place)
        if not info.is_dir():
            name, method = info.orig_filename, info.compress_type
            entries.append(Entry(name, method, info.CRC, info.compress_size, info.file_size, start))
    _check_gap(data, expected, directory.start, loose, where)
    return tuple(entries)


def _find_directory(data: bytes | mmap, where: str) -> _Directory:
    """Where the central directory stands; the end record must end with the file, the directory with the record."""
    size = len(data)
    at = data.rfind(_END, 0)  # a map searches from its own position otherwise
    if at < 0 or at + _END_RECORD.size > size:
        code = "TRUNCATED" if data[:4] in {_LOCAL, _END} else "ARCHIVE"
        raise _refuse(code, "the archive has no end record", where)
    _, disk, first_disk, here, entries, length, start, comment = _END_RECORD.unpack_from(data, at)
    over = size - (at + _END_RECORD.size + comment)
    if over < 0:
        raise _refuse("TRUNCATED", f"the archive ends {-over} bytes before its own end", where)
    if over > 0:
        raise _refuse("POLYGLOT", f"{over} foreign bytes stand behind the archive", where)
    end = at
    if (locator := at - _LOCATOR_RECORD.size) >= 0 and data[locator : locator + 4] == _LOCATOR64:
        _, _, record, disks = _LOCATOR_RECORD.unpack_from(data, locator)
        if disks > 1 or record + _END64_RECORD.size > locator or data[record : record + 4] != _END64:
            raise _refuse("ARCHIVE", "the archive's zip64 end record is damaged", where)
        _, more, _, _, disk, first_disk, here, entries, length, start = _END64_RECORD.unpack_from(data, record)
        if record + 12 + more != locator:
            raise _refuse("POLYGLOT", "foreign bytes stand between the archive's end records", where)
        end = record
    if disk or first_disk or here != entries:
        raise _refuse("ARCHIVE", "the archive is one part of several", where)
    if start + length != end:
        raise _refuse("POLYGLOT", "the archive does not begin where its directory says", where)
    return _Directory(start, end, entries)


def _check_local(data: bytes | mmap, info: zipfile.ZipInfo, place: str) -> int:
    """Compare the entry's own header with the directory; gives where the content begins."""
    if info.flag_bits & (_ENCRYPTED | _STRONG | _MASKED):
        raise _refuse("ENCRYPTED", "the entry is encrypted", place)
    if info.compress_type not in {STORED, DEFLATED}:
        raise _refuse("METHOD", f"compression method {info.compress_type} is not supported", place)
    if len(data) < info.header_offset + _LOCAL_RECORD.size:
        raise _refuse("ARCHIVE", "the entry's header is missing", place)
    signature, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL_RECORD.unpack_from(
        data, info.header_offset
    )
    name_at = info.header_offset + _LOCAL_RECORD.size
    name = data[name_at : name_at + name_size]
    if signature != _LOCAL or flags != info.flag_bits or method != info.compress_type:
        raise _refuse("ARCHIVE", "the entry's header and the directory contradict each other", place)
    if name != info.orig_filename.encode("utf-8" if flags & _UTF8 else "cp437"):
        raise _refuse("ARCHIVE", "the entry has one name in its header and another in the directory", place)
    start: int = name_at + name_size + extra_size
    if _IN_EXTRA in {packed, size}:
        packed, size = _zip64_sizes(data[name_at + name_size : start], packed, size, place)
    stated = (info.CRC, info.compress_size, info.file_size)
    blank = flags & _DESCRIPTOR and (crc, packed, size) == (0, 0, 0)
    if (crc, packed, size) != stated and not blank:
        raise _refuse("SIZE_MISMATCH", "the entry's sizes differ between its header and the directory", place)
    if info.compress_type == STORED and info.compress_size != info.file_size:
        raise _refuse("SIZE_MISMATCH", "the entry is stored as it is, yet its two sizes differ", place)
    return start


def _zip64_sizes(extra: bytes, packed: int, size: int, place: str) -> tuple[int, int]:
    """Sizes that stand in the zip64 extra field of an entry's own header: unpacked, then packed."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64_EXTRA and length >= _TWO_SIZES.size and at + 4 + length <= len(extra):
            big_size, big_packed = _TWO_SIZES.unpack_from(extra, at + 4)
            return (big_packed if packed == _IN_EXTRA else packed), (big_size if size == _IN_EXTRA else size)
        at += 4 + length
    raise _refuse("SIZE_MISMATCH", "the entry's zip64 sizes are missing", place)


def _check_gap(data: bytes | mmap, end: int, following: int, loose: zipfile.ZipInfo | None, place: str) -> None:
    """What stands between the end of one entry and the next: nothing, or the first one's data descriptor."""
    if following < end:
        raise _refuse("OVERLAP", "the entry begins within another", place)
    gap = data[end:following]
    if loose is not None:
        bare = gap.removeprefix(_SIGNED)  # the signature is optional
        for form in _DESCRIPTORS:
            if len(bare) == form.size and form.unpack(bare) == (loose.CRC, loose.compress_size, loose.file_size):
                return
    elif not gap:
        return
    raise _refuse("POLYGLOT", f"{len(gap)} foreign bytes stand between the archive's entries", place)


_WHY = {
    "ENCRYPTED": "what is in it cannot be read, and a password is not guessed",
    "METHOD": "what is in it cannot be read",
    "ENTRY_COUNT": "such archives are made to exhaust the reader",
}
_NEXT = {
    "ENCRYPTED": "ask the custodian for the password through his own channel, unpack the archive, give its files",
    "METHOD": "ask the custodian for an archive that uses deflate",
}


def _refuse(code: str, what: str, where: str) -> BadInput:
    return BadInput(
        code,
        what,
        where=where.encode("unicode_escape").decode() if code == "NAME_CHARS" else where,
        why=_WHY.get(code, "two programs could see two different archives in these bytes"),
        next_step=_NEXT.get(code, "transfer the file again, or ask the custodian for an intact archive"),
    )
