"""What the holder of a Snapchat account downloads, as JSON: `account.json` of `My Data`."""

from __future__ import annotations

import re

from fourcorners.readers.known_json import KnownFacts
from fourcorners.readers.known_json import KnownJson
from fourcorners.readers.known_json import KnownList
from fourcorners.readers.snapchat.vocabulary import CUSTODIANS

_BEGINS = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:Basic Information|Device Information|Device History|Login History)"\s*:'
)
_SIGNS = re.compile(rb'"(?:Login History|Device History)"\s*:\s*\[')


def _is_known(_path: str, head: bytes) -> bool:
    """By the first part's name and one of the lists."""
    return _BEGINS.match(head) is not None and _SIGNS.search(head) is not None


EXPORT = KnownJson(
    name="snapchat-export",
    version="1",
    custodians=CUSTODIANS,
    lists=(
        KnownList(
            "Login History",
            (("Login History",),),
            "login",
            "session_ip_log",
            {"IP": "ip", "Created": "at", "Status": "action", "Device": "agent"},
            frozenset({"Country"}),
            bare=True,
        ),
        KnownList("Device History", (("Device History",),), "capture", "transactional_noncontent"),
    ),
    facts=KnownFacts(
        (("Basic Information",),),
        dict.fromkeys(("Username", "Name", "Creation Date"), "subscriber_identity"),
        "Username",
    ),
    is_known=_is_known,
)
