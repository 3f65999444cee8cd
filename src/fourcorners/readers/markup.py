"""HTML as a stream of texts with their byte offsets and their place in the tree.

One linear pass. Tags between two texts form a run; what a run does to the tree depends only on the place where it
begins, so each pair of place and run is worked out once and remembered: a page of a million records has a handful.

The grammar is that of conforming HTML (https://html.spec.whatwg.org/multipage/syntax.html); what parsers would
have to repair is refused, since two parsers may repair it differently. A document needs `<html>` and `</html>`,
so that a file cut at any byte is refused or has lost nothing.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import Generic
from typing import NamedTuple
from typing import TypeVar

from fourcorners.model.errors import BadInput
from fourcorners.model.pages import release

Data = bytes | mmap
S = TypeVar("S")
P = TypeVar("P")

MAX_DEPTH = 256
_REMEMBERED = 4_096  # runs; beyond it the memory is dropped, so that no file can fill it
_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_WHY_CUT = "records may be missing, and nobody would notice"
_NEXT = "ask the provider for the file again, or compare its size and hash with what was sent"

# Groups are made atomic, not possessive: before Python 3.11.5 a possessive group can miss its own match.
_ATTRIBUTE = rb"""\s++[^\s"'>=/<]++(?>(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?)"""
_NAME = rb"[A-Za-z][^\s\"'>=/<]*+"
_TAG = (
    rb"(?:</" + _NAME + rb"\s*+>|<(?!(?i:script|style)[\s/>])" + _NAME + rb"(?>(?:" + _ATTRIBUTE + rb")*)\s*+/?+>)"
)
_RAW = (
    rb"<((?i:script|style))(?>(?:" + _ATTRIBUTE + rb")*)\s*+>"
    rb"([^<]*+(?>(?:<(?!/(?i:script|style)[\s/>])[^<]*+)*))</((?i:script|style))\s*+>"
)
_TOKEN = re.compile(
    rb"(?:(" + _TAG + rb"(?>(?:\s*+" + _TAG + rb"){0,63}))"  # 1: a run of tags, of bounded length
    rb"|<!--(?!-?>)[^-]*+(?>(?:-(?!-!?>)[^-]*+)*)-->"
    rb"|<!(?i:doctype)[^>\"']*+(?>(?:\"[^\"]*+\"[^>\"']*+|'[^']*+'[^>\"']*+)*)>"
    rb"|" + _RAW + rb"|(<))"  # 2, 3, 4: script or style and its content; 5: what fits nothing
    rb"([^<]*+(?>(?:<(?![A-Za-z/!?])[^<]*+)*))"  # 6: the text that follows
)
_ONE_TAG = re.compile(rb"<(/?)(" + _NAME + rb")(?>(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*)>")
_CHARSET = re.compile(rb"charset\s*+=\s*+[\"']?+\s*+([^\s\"'/>;]++)", re.IGNORECASE)

_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_TEXT_ONLY = frozenset({b"title", b"textarea"})
#: Elements whose content other parsers read by other rules (raw text, foreign content, other documents).
_FOREIGN = frozenset(b"plaintext xmp listing iframe noembed noframes template svg math frameset select".split())
#: Elements that a message may name: any other name can be a value, as in `<person@example.com>`.
_HTML_NAMES = b"""
    a abbr address article aside b blockquote body button caption center cite code colgroup dd del details dfn
    div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header html i ins kbd label
    legend li main map mark nav object ol optgroup option p pre q s samp script section small span strong style
    sub summary sup table tbody td tfoot th thead time tr tt u ul var video
"""
_ELEMENTS = _VOID | _TEXT_ONLY | _FOREIGN | frozenset(_HTML_NAMES.split())


class Mark(NamedTuple, Generic[S]):
    """A tag of a run: whether it opens its element, its state, its bytes in the run."""

    opens: bool
    void: bool
    state: S
    start: int
    end: int


#: A run and the text after it: what the caller made of the run's tags, the run's offset, the state of the element
#: that holds the text, the text (empty where it is blank) and its offset.
Text = tuple[P, int, S, bytes, int]


class _Place(Generic[S, P]):
    """A path of open elements; one object a path, so that what is known about a path is kept with it."""

    __slots__ = ("below", "depth", "name", "parent", "state", "steps")

    def __init__(self, parent: _Place[S, P] | None, name: bytes, state: S) -> None:
        self.parent = parent
        self.name = name
        self.state = state
        self.depth: int = parent.depth + 1 if parent else 0
        self.below: dict[tuple[bytes, S], _Place[S, P]] = {}
        self.steps: dict[bytes, tuple[_Place[S, P], P]] = {}

    def child(self, name: bytes, state: S) -> _Place[S, P]:
        place = self.below.get((name, state))
        if place is None:
            place = self.below[name, state] = _Place(self, name, state)
        return place

    def forget(self) -> None:
        place: _Place[S, P] | None = self
        while place is not None:
            place.below, place.steps = {}, {}
            place = place.parent


@dataclass(frozen=True, slots=True)
class Grammar(Generic[S, P]):
    """What a format makes of elements.

    Attributes:
        outside: state of the document itself.
        enter: state of an element, from its parent's state, its start tag's bytes; hashable.
        plan: what to do for a run, from its tags in order; called once a place and run.
        nothing: the plan of a comment, doctype, script or style, which begins at the offset given for the run.
    """

    outside: S
    enter: Callable[[S, bytes], S]
    plan: Callable[[list[Mark[S]]], P]
    nothing: P


def texts(data: Data, grammar: Grammar[S, P]) -> Iterator[Text[P, S]]:
    """Every run with the text after it, in order; texts of white space only come as empty.

    Raises:
        BadInput: `TRUNCATED`, `MARKUP`, `DEPTH`, `ENCODING`, `CHARSET_CONFLICT` or `NUL`, with the byte.
    """
    check_text(data)
    place: _Place[S, P] = _Place(None, b"", grammar.outside)
    position = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    if data[position:_CHUNK].lstrip()[:1] != b"<":
        raise _markup("the file does not begin with a tag", position)
    closed, remembered = False, 0
    nothing = grammar.nothing
    for token in _TOKEN.finditer(data, position):
        run, raw = token.group(1, 6)
        at = token.end() - len(raw)
        if raw.isspace():
            raw = b""
        if run is None:
            _check_other(data, token, place.name)
            if raw and place.depth == 0:
                raise _markup("there is text outside <html>", at)
            yield nothing, token.start(), place.state, raw, at
            continue
        origin = at - len(run)
        if closed:
            raise _markup("there are tags after </html>", origin)
        step = place.steps.get(run)
        if step is None:
            if remembered >= _REMEMBERED:
                place.forget()
                remembered = 0
            remembered += 1
            step = place.steps[run] = _step(place, run, origin, grammar)
        place, plan = step
        if place.depth == 0:
            closed = True
            if raw:
                raise _markup("there is text outside <html>", at)
        yield plan, origin, place.state, raw, at
    if not closed or place.depth:
        raise BadInput(
            "TRUNCATED",
            f"the file ends inside {_shown(place.name or b'html')}",
            where=f"byte {len(data)}",
            why=_WHY_CUT,
            next_step=_NEXT,
        )


def _step(place: _Place[S, P], run: bytes, origin: int, grammar: Grammar[S, P]) -> tuple[_Place[S, P], P]:
    """Follow a run's tags through the tree."""
    marks: list[Mark[S]] = []
    closed = False
    for tag in _ONE_TAG.finditer(run):
        name, at = tag[2].lower(), origin + tag.start()
        if tag[1]:
            if name != place.name or place.parent is None:
                raise _markup(f"the end tag of {_shown(name)} closes nothing that is open", at)
            marks.append(Mark(False, False, place.state, tag.start(), tag.end()))
            place = place.parent
            closed = place.depth == 0
            continue
        _check_start(name, tag[0], at, place.name, closed=closed)
        state = grammar.enter(place.state, tag[0])
        marks.append(Mark(True, name in _VOID, state, tag.start(), tag.end()))
        if name in _VOID:
            continue
        place = place.child(name, state)
        if place.depth > MAX_DEPTH:
            raise BadInput(
                "DEPTH",
                f"elements are nested more than {MAX_DEPTH} deep",
                where=f"byte {at}",
                why="no provider produces that; it is made to exhaust a program",
                next_step=_NEXT,
            )
    return place, grammar.plan(marks)


def _check_start(name: bytes, tag: bytes, at: int, parent: bytes, *, closed: bool) -> None:
    shown = _shown(name)
    if closed or (parent == b"") != (name == b"html"):
        raise _markup(f"{shown} stands outside <html>, or a second time", at)
    if parent in _TEXT_ONLY:
        raise _markup(f"{shown} stands inside <{parent.decode()}>", at)
    if name in _FOREIGN:
        raise _markup(f"{shown} has content of other rules", at)
    if name == b"meta" and (charset := _CHARSET.search(tag)):
        _check_charset(charset[1], at)


def _check_other(data: Data, token: re.Match[bytes], parent: bytes) -> None:
    """A comment, doctype, script or style; or something that is no part of HTML."""
    at = token.start()
    if token[5] is not None:
        what = "a tag, comment, script or style sheet is not well formed or never ends"
        if b"-->" in data[at : at + 4]:
            raise _markup(what, at)
        code = "MARKUP" if data.find(b">", at) >= 0 and data[at : at + 4] != b"<!--" else "TRUNCATED"
        raise BadInput(code, what, where=f"byte {at}", why=_WHY_CUT, next_step=_NEXT)
    if parent in _TEXT_ONLY:
        raise _markup(f"markup stands inside <{parent.decode()}>", at)
    if token[2] is not None:
        if not parent or token[2].lower() != token[4].lower():
            raise _markup(f"{_shown(token[2].lower())} is closed by another tag, or stands outside <html>", at)
        if b"<!--" in token[3] and b"<script" in token[3].lower():
            raise _markup("a script holds a comment with a script", at)


def unescape(text: str) -> str:
    """The text with its character references resolved; as written where one is of more digits than any number."""
    try:
        return html.unescape(text)
    except ValueError:
        return text


def check_text(data: Data) -> None:
    """Check that the bytes are UTF-8 without NUL.

    Raises:
        BadInput: `ENCODING` or `NUL`, with the first such byte.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            raise BadInput(
                "ENCODING",
                "the bytes are not UTF-8",
                where=f"byte {start - pending + error.start}",
                why="a byte that is read by a guessed encoding can change a name or an address",
                next_step=_NEXT,
            ) from error
        release(data, start, _CHUNK)
    for start in range(0, len(data), _CHUNK):
        if (at := data.find(b"\0", start, start + _CHUNK)) >= 0:
            raise BadInput(
                "NUL",
                "the text holds a NUL byte",
                where=f"byte {at}",
                why="programs disagree on what stands after it",
                next_step=_NEXT,
            )
        release(data, start, _CHUNK)


def _check_charset(name: bytes, at: int) -> None:
    try:
        known = codecs.lookup(name.decode("ascii", "replace")).name
    except LookupError:
        known = ""
    if known not in {"utf-8", "ascii"}:
        raise BadInput(
            "CHARSET_CONFLICT",
            "the file declares another encoding than UTF-8, which its bytes are in",
            where=f"byte {at}",
            why="the same bytes would give other characters",
            next_step=_NEXT,
        )


def _shown(name: bytes) -> str:
    """An element for a message."""
    return f"<{name.decode()}>" if name in _ELEMENTS else "an element of no HTML name"


def _markup(what: str, at: int) -> BadInput:
    return BadInput("MARKUP", what, where=f"byte {at}", why=_WHY_CUT, next_step=_NEXT)
