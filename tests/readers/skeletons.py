"""Where the structure of a file stands: what a mutation may rename, take out, move or spoil beside the values.

Written apart from the readers and more simply: it looks at generated files only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import NamedTuple


class Span(NamedTuple):
    start: int
    end: int

    def holds(self, other: tuple[int, int]) -> bool:
        return self.start <= other[0] and other[1] <= self.end


class Unit(NamedTuple):
    """A part that can be taken out (`whole`, with the separator that goes with it), or put beside its kind."""

    span: Span
    whole: Span
    kind: str = ""


@dataclass
class Skeleton:
    """Attributes:
    labels: label -> where it stands.
    units: elements, lines, fields, records, members of an object: whatever leaves a well-formed rest.
    structure: bytes that are neither value nor part of one.
    texts: where text stands, so that page furniture can fall into it.
    rows: of a table, the cells of each line.
    glue: what must stand behind a unit that is put before another.
    """

    labels: dict[bytes, list[Span]] = field(default_factory=lambda: defaultdict(list))
    units: list[Unit] = field(default_factory=list)
    structure: list[Span] = field(default_factory=list)
    texts: list[Span] = field(default_factory=list)
    rows: list[list[Span]] = field(default_factory=list)
    glue: bytes = b""


_TAG = re.compile(rb"<(/?)([A-Za-z][\w-]*)[^<>]*>|<!--.*?-->|<![^>]*>|[^<]+", re.DOTALL)
_VOID = {b"br", b"hr", b"meta", b"img", b"link", b"input"}
_WHOLE = {b"html", b"head", b"body", b"title", b"meta"}
_LABEL_LIKE = re.compile(rb"[A-Za-z][A-Za-z _\-/().#]{0,39}")
_REPEATS = 3


def _repeating(texts: list[tuple[bytes, Span]], known: Collection[str]) -> dict[bytes, list[Span]]:
    found: dict[bytes, list[Span]] = defaultdict(list)
    for text, span in texts:
        if _LABEL_LIKE.fullmatch(text):
            found[text].append(span)
    names = {name.encode() for name in known}
    return {text: spans for text, spans in found.items() if text in names or len(spans) >= _REPEATS}


def html(data: bytes, known: Collection[str] = ()) -> Skeleton:
    made = Skeleton()
    texts: list[tuple[bytes, Span]] = []
    opened: list[tuple[bytes, int]] = []
    for token in _TAG.finditer(data):
        raw, name = token[0], (token[2] or b"").lower()
        if not raw.startswith(b"<"):
            bare = raw.strip()
            if bare:
                start = token.start() + raw.index(bare)
                texts.append((bare, Span(start, start + len(bare))))
                continue
        made.structure.append(Span(*token.span()))
        if not name:
            continue
        if token[1]:
            at = opened.pop()
            assert at[0] == name, "a generated page closes what it opens"
            span = Span(at[1], token.end())
        elif name in _VOID:
            span = Span(*token.span())
        else:
            opened.append((name, token.start()))
            continue
        if name not in _WHOLE:
            made.units.append(Unit(span, span))
    made.labels.update(_repeating(texts, known))
    made.texts = [span for _, span in texts]
    made.structure += [span for spans in made.labels.values() for span in spans]
    return made


def text(data: bytes, known: Collection[str] = ()) -> Skeleton:
    made = Skeleton()
    lines = [Span(*line.span()) for line in re.finditer(rb"[^\n]*\n|[^\n]+\Z", data)]
    texts = [(data[start:end].strip(), Span(start, start + len(data[start:end].rstrip()))) for start, end in lines]
    made.labels.update(_repeating(texts, known))
    made.texts = [span for _, span in texts]
    heads = [n for n, (bare, _) in enumerate(texts) if bare in made.labels]
    made.units = [Unit(line, line) for line in lines]
    last: dict[bytes, int] = {}  # of the labels that begin records: they come first below a title
    before = b""
    for number, n in enumerate(heads):
        following = heads[number + 1] if number + 1 < len(heads) else len(lines)
        field_ = Span(lines[n].start, lines[following - 1].end)
        made.units.append(Unit(field_, field_))
        bare = texts[n][0]
        if bare in last:
            record = Span(lines[last[bare]].start, lines[n].start)
            made.units.append(Unit(record, record))
        if bare in last or len(made.labels.get(before, ())) < _REPEATS:
            last[bare] = n
        before = bare
    made.structure = [span for spans in made.labels.values() for span in spans]
    made.structure += [Span(line.end - 1, line.end) for line in lines if data[line.end - 1 : line.end] == b"\n"]
    return made


def csv(data: bytes, known: Collection[str] = (), delimiter: bytes = b",") -> Skeleton:  # noqa: ARG001 - one form
    made = Skeleton()
    for line in _csv_lines(data):
        cells, start, quoted = [], line.start, False
        body = data[line.start : line.end].rstrip(b"\r\n")
        for at, byte in enumerate(body, line.start):
            if byte == ord('"'):
                quoted = not quoted
                made.structure.append(Span(at, at + 1))
            elif byte == delimiter[0] and not quoted:
                cells.append(Span(start, at))
                made.structure.append(Span(at, at + 1))
                start = at + 1
        cells.append(Span(start, line.start + len(body)))
        made.rows.append(cells)
        made.units.append(Unit(line, line))
        made.structure.append(Span(line.start + len(body), line.end))
    for cell in made.rows[0]:
        name = data[cell.start : cell.end]
        inner = Span(cell.start + 1, cell.end - 1) if name.startswith(b'"') else cell
        made.labels[data[inner.start : inner.end]].append(inner)
    made.structure += made.rows[0]
    made.texts = [cell for row in made.rows for cell in row]
    return made


def _csv_lines(data: bytes) -> Iterator[Span]:
    start, quoted = 0, False
    for at, byte in enumerate(data):
        if byte == ord('"'):
            quoted = not quoted
        elif byte == ord("\n") and not quoted:
            yield Span(start, at + 1)
            start = at + 1
    if start < len(data):
        yield Span(start, len(data))


_JSON = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def json(data: bytes, known: Collection[str] = ()) -> Skeleton:  # noqa: ARG001 - one form
    made = Skeleton(glue=b",")
    tokens = [Span(*token.span()) for token in _JSON.finditer(data)]

    def value(n: int) -> int:
        """The token behind the value that begins at token `n`."""
        kind = data[tokens[n].start : tokens[n].start + 1]
        if kind not in {b"{", b"["}:
            made.texts.append(tokens[n])
            return n + 1
        made.structure.append(tokens[n])
        children: list[Span] = []
        n += 1
        while data[tokens[n].start : tokens[n].end] not in {b"}", b"]"}:
            start = tokens[n].start
            if kind == b"{":
                key = Span(tokens[n].start + 1, tokens[n].end - 1)
                made.labels[data[key.start : key.end]].append(key)
                made.structure += (tokens[n], tokens[n + 1])
                n += 2
            n = value(n)
            children.append(Span(start, tokens[n - 1].end))
            if data[tokens[n].start : tokens[n].end] == b",":
                made.structure.append(tokens[n])
                n += 1
        made.structure.append(tokens[n])
        for i, child in enumerate(children):
            whole = child
            if i + 1 < len(children):
                whole = Span(child.start, children[i + 1].start)
            elif i:
                whole = Span(children[i - 1].end, child.end)
            made.units.append(Unit(child, whole, kind.decode()))
        return n + 1

    value(0)
    return made
