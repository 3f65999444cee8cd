"""Names and types of a zip archive's entries: nothing that could leave the archive, hide or be mistaken."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable

from fourcorners.model.errors import BadInput

#: Unicode categories of characters that show nothing or change how the rest is shown.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DRIVE = re.compile(r"[A-Za-z]:")
_REGULAR = frozenset({0, stat.S_IFREG, stat.S_IFDIR})


def check_names(infos: Iterable[zipfile.ZipInfo], where: str) -> None:
    """Every entry is a regular file or a folder, with a relative path of its own.

    Raises:
        BadInput: `NAME_CHARS`, `PATH`, `ENTRY_TYPE`, `DUPLICATE_NAME`, `NAME_COLLISION`.
    """
    names: set[str] = set()
    alike: set[str] = set()
    for info in infos:
        name = info.orig_filename
        if any(unicodedata.category(character) in _UNSEEN for character in name):
            raise _refuse("NAME_CHARS", "an entry's name holds characters that cannot be seen", where, name)
        bare = name.removesuffix("/")
        if _leaves(bare):
            raise _refuse("PATH", "an entry's path does not stay within the archive", where, name)
        folder = name != bare
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in _REGULAR or (folder and (kind == stat.S_IFREG or info.file_size)):
            raise _refuse("ENTRY_TYPE", "an entry is neither a regular file nor an empty folder", where, name)
        if kind == stat.S_IFDIR and not folder:
            raise _refuse("ENTRY_TYPE", "an entry is a folder by its type and a file by its name", where, name)
        if bare in names:
            raise _refuse("DUPLICATE_NAME", "two entries have the same name", where, name)
        names.add(bare)
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", bare).casefold())
        if key in alike:
            raise _refuse(
                "NAME_COLLISION", "two entries have names that some systems cannot tell apart", where, name
            )
        alike.add(key)


def _leaves(path: str) -> bool:
    parts = path.split("/")
    return "\\" in path or bool(_DRIVE.match(path)) or any(part in {"", ".", ".."} for part in parts)


def _refuse(code: str, what: str, where: str, name: str) -> BadInput:
    shown = name.encode("unicode_escape").decode() if code == "NAME_CHARS" else name
    return BadInput(
        code,
        what,
        where=f"{where}!{shown}",
        why="an archive with such names is damaged or made to mislead a program or its reader",
        next_step="ask the custodian for an archive of plain files with plain names",
    )
