"""Which files that nobody could read may hold logins: so that a page says it of them, and not of every picture.

A file's form is not known, and neither is its language; an address looks alike in all of them. What is found here
is shown nowhere: it is only said that the file is worth a look.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import PurePosixPath

from fourcorners.report import html_page

_IPV4 = re.compile(rb"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])")
_IPV6 = re.compile(
    rb"(?<![0-9A-Fa-f:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::|[0-9A-Fa-f]{1,4}|:[0-9A-Fa-f:]+)(?![0-9A-Fa-f:.])"
)
_WORDS = frozenset({"ip", "ips", "logged", "login", "logins", "logout", "logouts", "session", "sessions"})
_WORD = re.compile(r"[a-z]+")
_OWN_PAGE = html_page.MARK.encode()  # `check` made it of the same export
_VERSION = 10  # `1.4.0.2` is a program's version


def may_hold_logins(path: str, head: bytes) -> bool:
    """Whether a file's name says so, or its first bytes are text in which an address stands."""
    if not _is_text(head) or _OWN_PAGE in head:
        return False
    named = _WORD.findall(PurePosixPath(path.rpartition("!")[2]).stem.lower())
    return not _WORDS.isdisjoint(named) or _has_address(head)


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.end == len(head) and len(head) - error.start < 4  # noqa: PLR2004 - a character that was cut
    return True


def _has_address(head: bytes) -> bool:
    for found in _IPV4.finditer(head):
        parts = [int(part) for part in found[0].split(b".")]
        if parts[0] and max(parts) <= 255 and max(parts) >= _VERSION:  # noqa: PLR2004 - a byte
            return True
    return any(_is_address(found[0].decode()) for found in _IPV6.finditer(head))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
