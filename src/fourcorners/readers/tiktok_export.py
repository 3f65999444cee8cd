"""What the holder of a TikTok account downloads, as JSON: `user_data.json`, later `user_data_tiktok.json`.

The whole export is one file, most of which is what was watched, said and bought. Its parts were renamed over the
years; the list of logins and the profile are read where they are known to stand.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from fourcorners.readers.known_json import KnownFacts
from fourcorners.readers.known_json import KnownJson
from fourcorners.readers.known_json import KnownList
from fourcorners.readers.tiktok import CUSTODIANS

_NAMES = frozenset({"user_data", "user_data_tiktok"})
#: What the export's parts are called, old and new.
_PARTS = (
    "Activity",
    "Your Activity",
    "Profile",
    "Profile And Settings",
    "Ads and data",
    "App Settings",
    "Comment",
    "Direct Message",
    "Direct Messages",
    "Income Plus Wallet Transactions",
    "Likes and Favorites",
    "Location Review",
    "Post",
    "Tiktok Live",
    "TikTok Live",
    "TikTok Shop",
    "Tiktok Shopping",
    "Video",
)
_BEGINS = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:' + "|".join(_PARTS).encode() + rb')"\s*:\s*\{')
_SIGNS = re.compile(rb'"(?:LoginHistoryList|ProfileMap|FavoriteEffectsList|ItemFavoriteList|ChatHistory)"\s*:')


def _is_known(path: str, head: bytes) -> bool:
    """By the first part's name, and by the file's or by one of the lists."""
    named = PurePosixPath(path.replace("!", "/")).stem in _NAMES
    return _BEGINS.match(head) is not None and (named or _SIGNS.search(head) is not None)


READER = KnownJson(
    name="tiktok-export",
    version="1",
    custodians=CUSTODIANS,
    lists=(
        KnownList(
            "Login History",
            (
                ("Activity", "Login History", "LoginHistoryList"),
                ("Your Activity", "Login History", "LoginHistoryList"),
            ),
            "login",
            "session_ip_log",
            {"Date": "at", "IP": "ip", "DeviceModel": "agent"},
            frozenset({"DeviceSystem", "NetworkType", "Carrier"}),
        ),
    ),
    facts=KnownFacts(
        (
            ("Profile", "Profile Information", "ProfileMap"),
            ("Profile", "Profile Info", "ProfileMap"),
            ("Profile And Settings", "Profile Info", "ProfileMap"),
        ),
        dict.fromkeys(("userName", "emailAddress", "telephoneNumber"), "subscriber_identity"),
        "userName",
    ),
    is_known=_is_known,
)
