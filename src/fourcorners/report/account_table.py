"""Who was in my account, as a table for a terminal: plain texts, in which nothing of the export can act."""

from __future__ import annotations

from collections.abc import Iterator

from fourcorners.report.access import Access
from fourcorners.report.access import Moment
from fourcorners.report.account_html import network_title
from fourcorners.report.glyphs import code_point
from fourcorners.report.glyphs import seen
from fourcorners.report.words import Words

#: So many files that were not understood are named; the page names all their folders.
_NAMED = 10
#: The columns of moments.
MOMENTS = (3, 4)


def headings(say: Words) -> tuple[str, ...]:
    """The columns."""
    names = ("place", "device", "first", "last", "times", "not_before")
    return (say("sheet", "number"), *(say("session", name) for name in names))


def rows(access: Access, say: Words) -> Iterator[tuple[str, ...]]:
    """One row a session."""
    for each in access.sessions:
        network = network_title(say, each.network)
        if each.network and each.network.country:
            network += f", {say.country(each.network.country)}"
        not_before = (("network", each.network_not_seen_before), ("device_too", each.device_not_seen_before))
        yield (
            str(each.number),
            plain(network),
            plain(each.agent) if each.agent is not None else "–",
            _moment(each.first, say),
            _moment(each.last, say),
            str(each.times),
            ", ".join(say("session", name) for name, is_so in not_before if is_so),
        )


def notes(access: Access, say: Words) -> Iterator[str]:
    """What stands below the table."""
    if not access.sessions:
        yield say("sessions", "none")
    if not access.naming.as_of:
        yield say("sessions", "no_table")
    if access.broken:
        yield say("warning", "files")
        yield from (f"  {plain(file.path)}: {plain(file.why)}" for file in access.broken)
    if access.doubtful:
        yield say("warning", "unknown")
        yield from (f"  {plain(file.path or access.name)}" for file in access.doubtful)
    if lost := sum(access.unreadable.values()):
        yield say("warning", "rows").format(count=say.number(lost))
    if hidden := sum(access.not_shown.values()):
        yield say("warning", "hidden").format(count=say.number(hidden))
        yield from (f"  {plain(path)}" for path in access.not_shown)
    if access.unread:
        yield say("limits", "unread").format(count=say.number(len(access.unread)))
        yield from (f"  {plain(file.path or access.name)}" for file in access.unread[:_NAMED])
        if len(access.unread) > _NAMED:
            yield "  …"


def plain(text: str) -> str:
    """A text of the export for a terminal: what cannot be seen stands as its code point."""
    return "".join(char if char == " " or seen(char) else f"[{code_point(char)}]" for char in text)


def _moment(moment: Moment, say: Words) -> str:
    return (moment.utc or "").replace("T", "\n") or say("session", "unzoned").format(text=plain(moment.text))
