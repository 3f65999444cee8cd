"""A page of HTML that stands for itself: no script, and nothing is asked of any net."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources

#: By which a page is known to be one of ours.
MARK = '<meta name="generator" content="Fourcorners">'
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def document(language: str, title: str, style: str, header: str, body: str) -> bytes:
    """The whole page. The bytes are UTF-8.

    Args:
        language: of its words.
        title: HTML, as header and body are.
        style: name of a style sheet of this package.
        header: what stands on top.
        body: the rest.
    """
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f'{MARK}\n<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style_sheet(style)}</style>\n</head>\n<body>\n"
        f"<header>\n{header}</header>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
    return page.encode()


@cache
def style_sheet(name: str) -> str:
    """A style sheet of this package."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")
