"""The five layouts of a Meta business record, written from the literal skeletons of the format reference.

A writer takes fields (label, values) and gives markup or text. It knows nothing of records or scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

NEGATIVE = "No responsive records located"


@dataclass(frozen=True, slots=True)
class Markup:
    """An HTML layout: what stands before the label, between label and value, and after the value.

    Attributes:
        name: `A` to `D`.
        before, between, after: the skeleton of one field.
        line_break: separates the values of one field.
        newline: stands between fields and records; empty where the layout is minified.
        breaks_pages: the layout carries page breaks.
        wrapped: the skeleton of a field in a second table, which layout B sometimes has.
    """

    name: str
    before: str
    between: str
    after: str
    line_break: str = "<br>"
    newline: str = "\n"
    breaks_pages: bool = False
    wrapped: tuple[str, str] | None = None

    def field(self, label: str, values: Sequence[str], *, wrap: bool = False) -> str:
        """One field with its values."""
        text = self.line_break.join(escape(value, quote=False) for value in values)
        made = f"{self.before}{label}{self.between}{text}{self.after}"
        return f"{self.wrapped[0]}{made}{self.wrapped[1]}" if wrap and self.wrapped else made

    def cut_field(self, label: str, value: str, at: int, furniture: str) -> str:
        """A field whose value goes on after a page break, in a block with an empty label."""
        return self.field(label, [value[:at]]) + furniture + self.field("", [value[at:]])

    def opened(self, label: str) -> str:
        """The beginning of a field that holds fields."""
        return f"{self.before}{label}{self.between}"

    def section(self, name: str) -> tuple[str, str]:
        """What stands around a section."""
        return f'<div id="property-{name}" class="content-pane">{self.newline}', f"</div>{self.newline}"


_BOLD = '<div class="div_table" style="font-weight: bold; display:table;">'
_CELL = '<div style="font-weight: normal; display:table-cell; padding: 2px;"><div>'

MARKUPS: dict[str, Markup] = {
    "A": Markup("A", "<table><tr><th>", "</th><td>", "</td></tr></table>"),
    "B": Markup("B", _BOLD, _CELL, "</div></div></div>", wrapped=(_BOLD, "</div>")),
    "C": Markup(
        "C",
        '<div class="div_table outer"><div class="div_table inner">',
        '<div class="most_inner"><div>',
        "</div></div></div></div>",
    ),
    "D": Markup(
        "D",
        '<div class="t o"><div class="t i">',
        '<div class="m"><div>',
        "</div></div></div></div>",
        line_break='<div class="p"></div>',
        newline="",
        breaks_pages=True,
    ),
}

HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Facebook Legal Request</title></head><body>'
FOOT = "</body></html>\n"


def furniture(service: str) -> str:
    """The words at the foot of every page."""
    return "WhatsApp Business Record" if service == "WhatsApp" else "Meta Platforms Business Record"


def page_break(service: str, page: int) -> str:
    """A page break in layout D."""
    return f'<div class="pageBreak">{furniture(service)}<span>Page {page}</span></div>'


def text_page_break(service: str, page: int) -> str:
    """A page break in layout E."""
    return f"{furniture(service)} Page {page}\n"


def title(name: str) -> str:
    """The label of a section: `ip_addresses` is headed `Ip Addresses`."""
    return name.replace("_", " ").title()
