"""The facts that a profile or a registration states, and the account that they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from fourcorners.model.identifier import normalise
from fourcorners.readers import named_account
from fourcorners.readers.json_text import Node
from fourcorners.readers.json_text import Path
from fourcorners.readers.meta_export.labels import meaning_of
from fourcorners.readers.meta_export.plans import MAP
from fourcorners.readers.meta_export.plans import PARTS
from fourcorners.readers.meta_export.plans import is_leaf
from fourcorners.readers.meta_export.plans import labels_of
from fourcorners.readers.meta_export.values import Cell
from fourcorners.readers.meta_export.vocabulary import NAMES_ACCOUNT
from fourcorners.readers.meta_export.vocabulary import Section

_STATED = frozenset({"username", "email", "phone", "name", "device", "ip", "at"})
_TIMES = frozenset({"at", "registered"})


class Fact(NamedTuple):
    """One fact, or with kind empty a value that is none.

    Attributes:
        kind: what it is.
        value: the value.
        attribute: where its label stands.
        extent: first and last byte of all that belongs to it.
        fillers: other values under the same label, which belong to it if they are blank.
        names_account: it is none, and stands where the account's name does.
    """

    kind: str
    value: Node
    attribute: tuple[int, int]
    extent: tuple[int, int]
    fillers: Sequence[Node] = ()
    names_account: bool = False


def of_facebook(section: Section, nodes: Sequence[Node], depth: int) -> Iterator[Fact]:
    """The facts of a Facebook profile; an array's label stands before the array."""
    keys = {node.path: node.key for node in nodes if not is_leaf(node.kind)}
    for node in nodes:
        if not is_leaf(node.kind):
            continue
        kind = section.fields.get(labels_of(node.path[depth:]), "")
        key, (start, end) = node.key, node.extent
        if key[0] < 0:
            key = keys.get(node.path[:-1], key)
            if node.path[-1] == 0 and key[0] < start:  # the first one takes the label along
                start = key[0] - 1
        good = bool(kind) and key[0] >= 0 and _fits(kind, node)
        lost = labels_of(node.path[depth:])[:1] == NAMES_ACCOUNT[:1]
        yield Fact(kind if good else "", node, key, (start, end), names_account=lost and not good)


def of_instagram(_section: Section, nodes: Sequence[Node], depth: int) -> Iterator[Fact]:
    """The facts of an Instagram profile or registration; a label stands before an object."""
    under: defaultdict[Path, list[Node]] = defaultdict(list)
    for node in nodes:
        path = node.path[depth:]
        if len(path) == 2 and path[0] == MAP and node.kind == "object":  # noqa: PLR2004 - the map and its label
            yield from _labelled(under.pop(node.path, []), node, meaning_of(str(path[1])))
        elif is_leaf(node.kind):
            under[node.path[:-1]].append(node)
    for strays in under.values():
        yield from (Fact("", node, node.key, node.extent) for node in strays)


def _labelled(leaves: Sequence[Node], label: Node, meaning: str | None) -> Iterator[Fact]:
    part = "timestamp" if meaning == "at" else "value"
    stated = [node for node in leaves if node.path[-1] == part]
    known = meaning in _STATED and len(stated) == 1 and all(node.path[-1] in PARTS for node in leaves)
    if not known or meaning is None or not _fits(meaning, stated[0]):
        lost = meaning == NAMES_ACCOUNT[0]
        yield from (Fact("", node, label.key, label.extent, names_account=lost) for node in leaves)
        return
    others = [node for node in leaves if node is not stated[0]]
    yield Fact(meaning, stated[0], label.key, label.extent, others)


def _fits(kind: str, node: Node) -> bool:
    """Whether the value is of the kind that states such a fact."""
    return node.kind == ("number" if kind in _TIMES else "string")


def account_of(profile: Mapping[str, Sequence[Cell]], *, doubt: bool) -> tuple[Cell | None, dict[str, str]]:
    """What names the account, and the same for `Reading.facts`.

    Args:
        profile: kind of fact -> what the profile says.
        doubt: something else leaves open whose it is; two labels for the account's name do so as well.
    """
    doubt = doubt or len(profile.get(NAMES_ACCOUNT[0], ())) > 1
    account = None if doubt else _first(profile)
    return account, named_account.fact(account and account.text, doubt=doubt)


def _first(profile: Mapping[str, Sequence[Cell]]) -> Cell | None:
    """The first of `NAMES_ACCOUNT` that a profile has, if it has just one of it."""
    for kind in NAMES_ACCOUNT:
        cells = profile.get(kind, ())
        if cells:
            return cells[0] if len({normalise(cell.text) for cell in cells}) == 1 else None
    return None
