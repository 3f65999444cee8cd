"""The first page: what was asked, what came, what was kept out, what is found, what is left open."""

from __future__ import annotations

from collections import Counter

from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.report import released
from fourcorners.report.blocks import Block
from fourcorners.report.blocks import Text
from fourcorners.report.blocks import lines
from fourcorners.report.blocks import number
from fourcorners.report.blocks import q
from fourcorners.report.blocks import said
from fourcorners.report.contents import AttributionSheet
from fourcorners.report.contents import ExhibitData
from fourcorners.report.statement import ALTERNATIVES
from fourcorners.report.statement import HOLDER
from fourcorners.report.statement import LOCKED
from fourcorners.report.statement import NO_FILTER_KEY
from fourcorners.report.statement import NO_WITNESS
from fourcorners.report.statement import NONE_MADE
from fourcorners.report.statement import NONE_STANDS
from fourcorners.report.statement import NOT_SHOWN
from fourcorners.report.statement import NOT_STORED
from fourcorners.report.statement import OLDER
from fourcorners.report.statement import RESULTS
from fourcorners.report.statement import SENTENCES
from fourcorners.report.statement import TITLES
from fourcorners.report.statement import UNCORROBORATED
from fourcorners.report.statement import counts
from fourcorners.report.statement import headline
from fourcorners.report.statement import repeats
from fourcorners.report.statement import support

_WHY = SEALS | REJECTIONS
_MOST = 3  # reasons that page one names
_FEW = 5  # accounts and account holders that page one names; more are counted and named in the sections


def summary(data: ExhibitData) -> Block:
    """The five answers."""
    return {
        "summary": [
            ("Asked", _asked(data)),
            ("Came", _came(data)),
            ("Kept out", _kept_out(data)),
            ("Found", _found(data)),
            ("Left open", _left_open(data)),
        ]
    }


def _asked(data: ExhibitData) -> list[Text]:
    rows: list[Text] = []
    for sheet in data.instruments:
        it = sheet.instrument
        named = [said(target.text) for target in it.scope.accounts]
        accounts = _joined(named) if len(named) <= _FEW else [f"{len(named)} accounts"]
        categories = number(len(it.scope.categories), "data category", "data categories")
        what: list[Text] = [f"{it.id}: ", said(it.type.replace("_", " ")), " of ", said(it.issuer)]
        to: list[Text] = [" to ", said(it.custodian), f"; {categories}"]
        rows.append(lines([[*what, *to], ["for ", *accounts, f"; {it.scope.window.text()}"]]))
    return rows or ["No instrument has been entered."]


def _came(data: ExhibitData) -> list[Text]:
    rows: list[Text] = [
        f"{sheet.id} under {sheet.instrument}: {number(len(sheet.files), 'file')}, {number(sheet.rows, 'row')}, "
        f"{sheet.released:,} in scope."
        for sheet in data.returns
    ]
    rows += [f"{name} under {instrument}: {LOCKED}." for name, instrument in data.locked]
    rows += [f"What was produced under {name} was destroyed." for name in data.destroyed]
    return [lines(rows)] if rows else ["Nothing has been taken in."]


def _kept_out(data: ExhibitData) -> list[Text]:
    sealed = sum(sheet.sealed for sheet in data.returns)
    rejected = sum(sheet.rejected for sheet in data.returns)
    reasons: Counter[str] = Counter()
    for sheet in data.returns:
        reasons.update(dict(sheet.reasons))
    sealed_words = f"{number(sealed, 'row')} sealed as out of scope or undecidable"
    rows: list[Text] = [f"{sealed_words}; {number(rejected, 'row')} rejected as unreadable."]
    if reasons:
        named: list[Text] = [f"{count:,}: {_WHY[code]}" for code, count in reasons.most_common(_MOST)]
        if others := sum(count for _, count in reasons.most_common()[_MOST:]):
            named.append(f"{others:,}: for other reasons, listed with each return")
        rows.append(lines(named))
    if unclassified := sum(texts for sheet in data.returns for _, texts in sheet.unclassified):
        rows.append(f"{number(unclassified, 'text')} in fields that no list names: released to nobody.")
    if data.locked:
        rows.append("What came under a locked instrument is not counted here.")
    if not data.filter_key:
        rows.append(f"{NO_FILTER_KEY} {NOT_STORED}")
    return rows


def _where(data: ExhibitData, sheet: AttributionSheet) -> str:
    """Which comparison is meant, where there is more than one."""
    return f"{sheet.logins} with {', '.join(sheet.assignments)}: " if len(data.attributions) > 1 else ""


def _found(data: ExhibitData) -> list[Text]:
    if not data.attributions:
        return [NONE_STANDS if data.superseded else NONE_MADE]
    rows: list[Text] = []
    for sheet in data.attributions:
        rows.append(
            " ".join(filter(None, (_where(data, sheet) + headline(sheet.findings), repeats(sheet.findings))))
        )
        figures: list[Text] = [[f"{count:,}", TITLES[one]] for one, count in counts(sheet.findings).items()]
        rows.append({"figures": figures})
    held = support(data.findings)
    if not held:
        return [*rows, "Nobody is named."]
    if len(held) > _FEW:
        return [*rows, f"They lead to {len(held)} account holders, each named in the evidence statements."]
    before, _, after = SENTENCES["one"].partition(HOLDER)
    for holder, (events, _) in held.items():
        label = f" {UNCORROBORATED}: one event only." if events == 1 else ""
        rows.append([f"{number(events, 'login')}: {before}", q(holder), after, label])
    return rows


def _left_open(data: ExhibitData) -> list[Text]:
    rows: list[Text] = []
    for sheet in data.attributions:
        figures = counts(sheet.findings)
        others = [f"{count:,} {TITLES[one]}" for one, count in figures.items() if count and one != "one"]
        if others:
            rows.append(f"{_where(data, sheet)}Logins that lead to nobody: {', '.join(others)}.")
    for why, words in NOT_SHOWN.items():
        if names := [name for name, reason in data.superseded if reason == why]:
            rows.append(f"Not shown, since {words}: {', '.join(names)}.")
    rows += released.overview(data)
    if data.attributions:
        rows.append("Who used a connection. The records do not exclude: " + "; ".join(ALTERNATIVES) + ".")
    entered_by = [said(name) for name in sorted({sheet.instrument.entered_by for sheet in data.instruments})]
    if entered_by:
        rows.append(["Instrument details entered by ", *_joined(entered_by), ", not independently checked."])
    for one in data.returns:
        if one.older:
            again = f"{one.id} was read again by another version of its reader. {OLDER}"
            rows.append(f"{again} {', '.join(f'{RESULTS[what]} {name}' for what, name, _ in one.older)}.")
    for each in data.accounts:
        whose = f"{each.in_return} holds lists that name no account; that they are of "
        rows.append([whose, q(each.account), " was declared by ", said(each.by), " and checked by nobody."])
    if data.mappings:
        rows.append("What a table's columns mean was declared by one person and checked by nobody.")
    if not data.ledger.witnesses:
        rows.append(NO_WITNESS)
    return rows


def _joined(names: list[dict[str, str]]) -> list[Text]:
    joined: list[Text] = []
    for name in names:
        joined += [", ", name] if joined else [name]
    return joined
