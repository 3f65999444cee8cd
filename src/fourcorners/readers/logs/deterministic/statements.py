"""A Junos configuration as statements, in either of the two ways in which the device shows it.

`show configuration` gives nested braces (`pool P { port { ... } }`), `show configuration | display set` one line a
statement (`set services nat pool P port ...`). Both become the same words. Comments are no statements and are
counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import NoReturn

from fourcorners.model.errors import BadInput
from fourcorners.readers.logs.deterministic.labels import label
from fourcorners.readers.markup import check_text

#: Braces within braces; the deepest hierarchies that are documented have about a dozen.
MAX_DEPTH = 64
#: Words of one statement with its whole path; the longest that are documented have some thirty.
MAX_WORDS = 128
#: The word for a comment, in the place of a statement's words.
COMMENT = "comment"

_TOKEN = re.compile(
    r'(?P<comment>/\*.*?\*/|\#[^\n]*)|(?P<quoted>"(?:[^"\\\n]|\\.)*")|(?P<mark>[{};])|(?P<word>[^\s{};"]+)|\n|\s',
    re.DOTALL,
)
_INACTIVE = "inactive:"
#: A mark that only keeps others from changing a statement.
_PROTECTED = "protect:"
#: `replace:`, `delete:`: marks of a file that changes a configuration.
_ORDER = re.compile(r"[a-z]+:")
_SET, _DEACTIVATE = "set", "deactivate"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        words: the whole path from the top, as `set` would have it, without quotes.
        line: on which it ends, from 1.
        active: whether it, or a level above it, is not marked as inactive.
    """

    words: tuple[str, ...]
    line: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def statements(data: bytes | mmap) -> list[Statement]:
    """Every statement and comment of a configuration, in file order.

    Raises:
        BadInput: `ENCODING`, `NUL`; `LOG` for what is no statement; `TRUNCATED` for a brace that is not closed;
            `DEPTH`.
    """
    check_text(data)
    text = bytes(data).decode().removeprefix("\ufeff")
    tokens = list(_tokens(text))
    first = next((token.text for token in tokens if token.kind != COMMENT), "")
    if first not in {_SET, _DEACTIVATE}:
        return list(_nested(tokens))
    if not text.endswith("\n"):
        raise _bad("TRUNCATED", "the last line has no end, so its last word may be cut", text.count("\n") + 1)
    return _lines(tokens)


def _tokens(text: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            _damaged("a quote is not closed", line)
        line += found[0].count("\n")
        if found.lastgroup is not None:
            yield _Token(found.lastgroup, found[0], line)
        at = found.end()


def _lines(tokens: list[_Token]) -> list[Statement]:
    """Lines of `set` and `deactivate`; a level that is deactivated takes all below it along."""
    found: list[Statement] = []
    off: dict[tuple[str, ...], int] = {}
    rows: dict[int, list[_Token]] = {}
    for token in tokens:
        rows.setdefault(token.line, []).append(token)
    for line, row in rows.items():
        found += [Statement((COMMENT,), line) for token in row if token.kind == COMMENT]
        words = tuple(_bare(token) for token in row if token.kind != COMMENT)
        if not words:
            continue
        if any(token.kind == "mark" for token in row) or len(words) == 1 or words[0] not in {_SET, _DEACTIVATE}:
            _damaged("the line is neither `set` nor `deactivate` with a path", line)
        _check_size(len(words), line)
        if words[0] == _DEACTIVATE:
            off[words[1:]] = line
            found.append(Statement(words, line, active=False))
        else:
            found.append(Statement(words[1:], line))
    sizes = {len(words) for words in off}
    there = {each.words[:size] for each in found if each.active for size in sizes}
    for words, line in off.items():
        if words not in there:
            _damaged(f"what is deactivated is not there: {label(words)}", line)
    return [
        Statement(each.words, each.line, active=False) if any(each.words[:size] in off for size in sizes) else each
        for each in found
    ]


def _nested(tokens: list[_Token]) -> Iterator[Statement]:
    levels: list[_Level] = []
    words: list[str] = []
    line, opened = 1, False
    for token in tokens:
        line = token.line
        if token.kind == COMMENT:
            yield Statement((COMMENT,), line)
        elif token.kind != "mark":
            words.append(_bare(token))
        elif token.text == "}":
            if words or not levels:
                _damaged("a statement ends without its semicolon, or a brace too many closes", line)
            if opened:  # nothing stands in it: the level itself is the statement
                yield _statement(levels, line)
            levels.pop()
            opened = False
        else:
            if not words:
                _damaged("a brace or semicolon stands without words before it", line)
            _check_size(len(words) + sum(len(level.words) for level in levels), line)
            levels.append(_level(words, line))
            words, opened = [], token.text == "{"
            if not opened:
                yield _statement(levels, line)
                levels.pop()
            elif len(levels) > MAX_DEPTH:
                raise _bad("DEPTH", "braces are nested deeper than in any real configuration", line)
    if levels or words:
        raise _bad("TRUNCATED", "the configuration ends within a statement or a brace", line)


@dataclass(frozen=True, slots=True)
class _Level:
    """The words before a brace or a semicolon, and whether they are in force."""

    words: tuple[str, ...]
    active: bool


def _level(words: list[str], line: int) -> _Level:
    active = True
    while words and words[0] in {_INACTIVE, _PROTECTED}:
        active &= words[0] != _INACTIVE
        words = words[1:]
    if not words:
        _damaged("a mark stands without the statement that it marks", line)
    if _ORDER.fullmatch(words[0]):
        _damaged("a mark is an order to change a configuration, and none that was in force", line)
    return _Level(tuple(words), active)


def _statement(levels: list[_Level], line: int) -> Statement:
    words = tuple(word for level in levels for word in level.words)
    return Statement(words, line, all(level.active for level in levels))


def _check_size(words: int, line: int) -> None:
    if words > MAX_WORDS:
        raise _bad("DEPTH", f"a statement has {words} words, more than {MAX_WORDS}", line)


def _bare(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "quoted" else token.text


def _bad(code: str, what: str, line: int) -> BadInput:
    return BadInput(
        code,
        what,
        where=f"line {line}",
        why="of a configuration that is not whole nobody can say who had which ports",
        next_step="ask the carrier for the configuration as the device shows it, and check whether it was cut off",
    )


def _damaged(what: str, line: int) -> NoReturn:
    raise _bad("LOG", what, line)
