"""Strict reading of the TOML that people type: a key that is missing or unknown refuses the file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from collections.abc import Mapping

from fourcorners.law.window import bad_order
from fourcorners.model.errors import BadInput

Table = Mapping[str, object]


def table(data: bytes, required: Collection[str], optional: Collection[str]) -> Table:
    """The keys of a file, all that are required and none that is unknown.

    Raises:
        BadInput: `ORDER_FILE`, with the key or byte in `where`.
    """
    try:
        found = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _not_toml(f"byte {error.start}", "the file is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml("the whole file", f"it is not TOML: {error}") from error
    known = (*required, *optional)
    if unknown := sorted(found.keys() - {*known}):
        raise bad_order(unknown[0], f"unknown keys: {', '.join(unknown)}", f"known: {', '.join(known)}")
    for key in required:
        if key not in found:
            raise bad_order(key, "it is missing", f"required: {', '.join(required)}")
    return found


def text(found: Table, key: str) -> str:
    """A text that is not empty, without blanks around it.

    Raises:
        BadInput: `ORDER_FILE`.
    """
    value = found[key]
    if not isinstance(value, str) or not value.strip():
        raise bad_order(key, f"{value!r} is no text")
    return value.strip()


def document(found: Table) -> str:
    """The name of the paper, a file beside the order.

    Raises:
        BadInput: `ORDER_FILE`.
    """
    name = text(found, "document")
    if name in {".", ".."} or any(mark in name for mark in "/\\\0"):
        raise bad_order("document", f"{name!r} is no plain file name", "put the document beside the order file")
    return name


def _not_toml(where: str, what: str) -> BadInput:
    return BadInput(
        "ORDER_FILE", what, where=where, why="nothing of the order is taken", next_step="correct the file"
    )
