"""What the default text says of a device: identifiers as hexadecimal bytes, each under its own words.

Behind an identifier whose bytes can be printed Kea prints them, in brackets and as they are. A customer chooses
some of them, so they may hold any words, also those of another field; only their number tells where they end.
"""

from __future__ import annotations

import re

Place = tuple[int, int]

_HEX = r"[0-9a-f]{2}(?::[0-9a-f]{2})*"
_CHASSIS = re.compile(rf"hardware address: hwtype=\d{{1,5}} (?P<value>{_HEX})?")
_CHASSIS6 = re.compile(
    rf" and hardware address: hwtype=\d{{1,5}} (?P<value>{_HEX})? \(from [A-Za-z0-9 ,/-]{{1,40}}\)"
)
_DUID = re.compile(rf"DUID: (?P<value>{_HEX})")
_CLIENT = re.compile(rf", client-id: (?P<value>{_HEX})")
_RELAY = re.compile(r",? connected via relay at address: [0-9a-f.:]{2,45}")
_LINK = re.compile(r" for client on link address: [0-9a-f.:]{2,45}, hop count: \d{1,3}")
_FIRST = re.compile(rf", identified by (?P<name>circuit|remote|subscriber)-id: (?P<value>{_HEX})")
_NEXT = re.compile(rf" and (?P<name>remote|subscriber)-id: (?P<value>{_HEX})")
_LOCATION = re.compile(rf", connected at location interface-id: (?P<value>{_HEX})")
_CONTEXT = re.compile(r", context: \{.*\}")
#: A whole line within a text that may hold anything: the end of the line before it was lost.
_ANOTHER_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ (?:Address|Prefix|Administrator|HA partner)")
_WHOSE = re.compile(
    rf"(?:DUID: ({_HEX})|hardware address: (?:hwtype=\d{{1,5}} )?({_HEX})?(?:, client-id: ({_HEX}))?)(?=[ ,]|$)"
)

#: As a mapping names them.
IDENTIFIERS = ("hwaddr", "client-id", "duid", "circuit-id", "remote-id", "subscriber-id", "interface-id")


def client_of(text: str) -> str | None:
    """What tells a device from all others, in lines of clients and commands alike; None where nothing does."""
    match = _WHOSE.match(text)
    found = [each for each in match.groups() if each] if match else []
    return " ".join(found) or None


def is_six(text: str) -> bool:
    """Whether the device holds an IPv6 lease."""
    return text.startswith("DUID: ")


def identifiers(text: str) -> dict[str, Place] | None:
    """Where each identifier of a device stands.

    Args:
        text: what stands behind `a device with `, to the end of the line.

    Returns:
        Identifier -> start and end within the text; None where it is not the default text.
    """
    found: dict[str, Place] = {}
    walk = _Walk(text, found)
    six = is_six(text)
    if six:
        if not walk.take(_DUID, "duid", printed=False):
            return None
        walk.take(_CHASSIS6, "hwaddr", printed=False)
    else:
        if not walk.take(_CHASSIS, "hwaddr", printed=False):
            return None
        walk.take(_CLIENT, "client-id")
    if walk.take(_RELAY) and (not six or walk.take(_LINK)):
        if walk.take(_FIRST):
            while walk.take(_NEXT):
                pass
        if six:
            walk.take(_LOCATION, "interface-id")
    context = walk.rest()
    walk.take(_CONTEXT)
    return found if walk.rest() == "" and not _ANOTHER_LINE.search(context) else None


class _Walk:
    """Reads a text from left to right."""

    def __init__(self, text: str, found: dict[str, Place]) -> None:
        self._text = text
        self._found = found
        self._at = 0

    def take(self, pattern: re.Pattern[str], name: str = "", *, printed: bool = True) -> bool:
        """Go on behind the pattern, and the printed bytes after its value; whether it stands here."""
        match = pattern.match(self._text, self._at)
        groups = match.groupdict() if match else {}
        name = name or f"{groups.get('name')}-id"
        if match is None or name in self._found:
            return False
        self._at = match.end()
        if value := groups.get("value"):
            self._found[name] = match.span("value")
            if printed:
                self._pass_printed(value)
        return True

    def rest(self) -> str:
        """What is left."""
        return self._text[self._at :]

    def _pass_printed(self, value: str) -> None:
        shown = f" ({bytes.fromhex(value.replace(':', '')).decode('latin-1')})"
        if self._text.startswith(shown, self._at):
            self._at += len(shown)
