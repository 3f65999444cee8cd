"""A configuration that does not settle who has which ports."""

from __future__ import annotations

from fourcorners.model.errors import BadInput


def unsettled(what: str, line: int, *, ask: str = "ask the carrier what holds there") -> BadInput:
    """`NAT_CONFIGURATION`, with the line.

    Args:
        what: what is unknown, contradictory or not read, in words.
        line: where it stands.
        ask: what to do next.
    """
    return BadInput(
        "NAT_CONFIGURATION",
        what,
        where=f"line {line}",
        why="who had which ports is computed from the configuration; a guess would name the wrong household",
        next_step=f"{ask}, or ask for the assignments themselves as a table",
    )
