"""The exhibit's sections in order, as JSON for the template."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from fourcorners.model.codes import REJECTIONS
from fourcorners.model.codes import SEALS
from fourcorners.model.instrument import CYBERTIP
from fourcorners.report import released
from fourcorners.report.blocks import Block
from fourcorners.report.blocks import Text
from fourcorners.report.blocks import facts
from fourcorners.report.blocks import instant
from fourcorners.report.blocks import lines
from fourcorners.report.blocks import note
from fourcorners.report.blocks import number
from fourcorners.report.blocks import q
from fourcorners.report.blocks import said
from fourcorners.report.blocks import table
from fourcorners.report.blocks import text
from fourcorners.report.contents import AccountSheet
from fourcorners.report.contents import ExhibitData
from fourcorners.report.contents import Finding
from fourcorners.report.contents import InstrumentSheet
from fourcorners.report.contents import MappingSheet
from fourcorners.report.contents import ReturnSheet
from fourcorners.report.contents import ZoneSheet
from fourcorners.report.findings import Sources
from fourcorners.report.findings import listing
from fourcorners.report.findings import overview
from fourcorners.report.findings import statements
from fourcorners.report.statement import ACCOUNT_DECLARED
from fourcorners.report.statement import ALTERNATIVES
from fourcorners.report.statement import CLAIM
from fourcorners.report.statement import LIMITS
from fourcorners.report.statement import LOCKED
from fourcorners.report.statement import MARKS
from fourcorners.report.statement import NO_FILTER_KEY
from fourcorners.report.statement import NO_WITNESS
from fourcorners.report.statement import NONE_MADE
from fourcorners.report.statement import NONE_STANDS
from fourcorners.report.statement import NOT_STORED
from fourcorners.report.statement import NOTHING_COMPARED
from fourcorners.report.statement import OLDER
from fourcorners.report.statement import RESULTS
from fourcorners.report.statement import differences
from fourcorners.report.statement import support
from fourcorners.report.summary import summary


def document(data: ExhibitData) -> dict[str, object]:
    """Title, first page and sections."""
    sources = Sources()
    held = support(data.findings)
    numbered = _numbered(data)
    overviews: list[Block] = []
    evidence: list[Block] = []
    for sheet, findings in zip(data.attributions, numbered, strict=True):
        overviews += [*overview(sheet), listing(findings)]
        evidence += statements(sheet.skew, findings, held, sources, data.networks)
    for returned in data.returns:
        for source in returned.sources:
            sources.cite(source)
    paths = {file.sha256: file.path for sheet in data.returns for file in sheet.files}
    return {
        "id": data.id,
        "title": said(data.case.title),
        "claim": CLAIM,
        "case": facts(
            ("case", data.case.id),
            ("opened by", [said(data.case.opened_by), f", {data.case.opened:%Y-%m-%d}"]),
            ("predicate", said(data.case.predicate)),
            ("ledger", ["state of ", instant(data.ledger.newest), f", {data.ledger.size:,} entries"]),
        )["facts"],
        "summary": summary(data)["summary"],
        "sections": [
            ("Instruments", [block for one in data.instruments for block in _instrument(one)]),
            (
                "What was produced",
                [block for one in data.returns for block in _return(one, data)] + _locked(data),
            ),
            ("What people declared", _declarations(data)),
            ("Findings", overviews or [text(NONE_STANDS if data.superseded else NONE_MADE)]),
            ("Evidence statements", evidence or [text("There is none.")]),
            ("What the records do not exclude", _not_excluded(data)),
            ("Network names", _networks(data)),
            ("Sources", [text(_RANGES), sources.block(paths)]),
            ("Tool, rules and ledger", _versions(data)),
            ("Limits", [{"list": [*LIMITS, *_limits(data)]}]),
        ],
    }


def _not_excluded(data: ExhibitData) -> list[Block]:
    if not data.attributions:
        return [text(NOTHING_COMPARED)]
    return [text(_ALWAYS), {"list": list(ALTERNATIVES)}]


_ALWAYS = "Whatever the outcome of a login, these explanations remain open:"
_RANGES = (
    "A value's byte range is the position of its first byte and of the byte after its last, in the member named "
    "here, counted from 0. Whoever holds the file can read the value again at that place."
)


def _numbered(data: ExhibitData) -> list[list[tuple[int, Finding]]]:
    count = 0
    numbered = []
    for sheet in data.attributions:
        numbered.append(list(enumerate(sheet.findings, count + 1)))
        count += len(sheet.findings)
    return numbered


def _instrument(sheet: InstrumentSheet) -> Iterator[Block]:
    it = sheet.instrument
    rank: list[Text] = [", rank ", said(it.rank)] if it.rank else []
    yield {"heading": [f"{it.id}: ", q(it.type), ", ", q(it.jurisdiction)]}
    yield facts(
        ("issued by", [said(it.issuer), f", {it.issuer_role.value.replace('_', ' ')}", *rank]),
        ("purpose", it.purpose.value.replace("_", " ")),
        ("offence", said(it.offence) if it.offence else "none stated"),
        ("reference", q(it.reference) if it.reference else ""),
        ("custodian", said(it.custodian)),
        ("accounts", lines([q(target.text) for target in it.scope.accounts])),
        ("categories", lines([q(category) for category in sorted(it.scope.categories)])),
        ("window", it.scope.window.text()),
        ("issued", instant(it.issued)),
        ("made available" if it.type == CYBERTIP else "served", instant(it.served)),
        ("serve by", instant(it.serve_by)),
        ("retain until", instant(it.retain_until)),
        ("ratified", instant(it.ratified) if it.ratified is not None else ""),
        ("document", lines([q(it.document_name), ["sha256 ", q(it.document_sha256)]])),
    )
    yield note("Instrument details entered by ", said(it.entered_by), ", not independently checked.")
    if sheet.rules:
        yield table(
            "rules",
            ("rule", "category", "decision", "citation", "how far verified"),
            [
                (q(rule.rule), said(rule.category), rule.decision, said(rule.citation), MARKS[rule.mark])
                for rule in sheet.rules
            ],
        )
    for warning in sheet.warnings:
        yield note("Warning: ", said(warning))


def _return(sheet: ReturnSheet, data: ExhibitData) -> Iterator[Block]:
    yield {"heading": [f"{sheet.id}, under {sheet.instrument}"]}
    yield facts(
        ("taken in", [instant(sheet.taken_in), " by ", said(sheet.taken_in_by)]),
        ("read by", lines([[q(reader), ", layout ", q(layout)] for reader, layout in sheet.readers])),
        ("rows", number(sheet.rows, "row")),
        ("in scope", f"{sheet.released:,} released"),
        ("sealed", f"{sheet.sealed:,}"),
        ("rejected", f"{sheet.rejected:,}"),
        (
            "original",
            "stored whole"
            if sheet.original_stored
            else "not stored whole; the released slices are, each with its proof",
        ),
    )
    yield table(
        "files",
        ("file", "sha256", "read as"),
        [(q(file.path), q(file.sha256), said(file.read)) for file in sheet.files],
    )
    yield from released.notes(data, sheet)
    if sheet.reasons:
        yield table(
            "reasons",
            ("reason", "rows", "meaning"),
            [(q(code), f"{count:,}", SEALS.get(code) or REJECTIONS[code]) for code, count in sheet.reasons],
        )
    if sheet.unclassified:
        yield table(
            "unclassified",
            ("field in no list, released to nobody", "texts"),
            [(q(path), f"{texts:,}") for path, texts in sheet.unclassified],
        )
    if sheet.sealed and not data.filter_key:
        yield note(NOT_STORED)
    for each in sheet.rereads:
        yield note(
            "Read again on ",
            instant(each.at),
            " by ",
            said(each.by),
            f", with {', '.join(each.now)} in the place of {', '.join(each.before)}: {differences(each)}.",
        )
    if sheet.older:
        names = "; ".join(f"{RESULTS[what]} {name} ({entry})" for what, name, entry in sheet.older)
        yield note(f"{OLDER} {names}.")


def _locked(data: ExhibitData) -> list[Block]:
    blocks: list[Block] = []
    for name, instrument in data.locked:
        blocks += [{"heading": [f"{name}, under {instrument}"]}, note(f"{LOCKED[0].upper()}{LOCKED[1:]}.")]
    return blocks


def _declarations(data: ExhibitData) -> list[Block]:
    blocks = [block for zone in data.zones for block in _zone(zone)]
    blocks += [block for account in data.accounts for block in _account(account)]
    blocks += [block for mapping in data.mappings for block in _mapping(mapping)]
    return blocks or [text("Nobody declared a zone, an account or the meaning of a table.")]


def _zone(sheet: ZoneSheet) -> Iterator[Block]:
    yield {"heading": [f"Time zone of {sheet.in_return}"]}
    yield facts(
        ("zone", q(sheet.zone)),
        ("declared by", [said(sheet.by), ", ", instant(sheet.at)]),
        ("reason", said(sheet.reason)),
    )
    yield note("Declared by one person, not checked by a second.")


def _account(sheet: AccountSheet) -> Iterator[Block]:
    yield {"heading": [f"Account of {sheet.in_return}"]}
    yield facts(
        ("account", q(sheet.account)),
        ("lists", lines([q(name) for name in sheet.files])),
        ("declared by", [said(sheet.by), ", ", instant(sheet.at)]),
        ("reason", said(sheet.reason)),
    )
    yield note(ACCOUNT_DECLARED)


def _mapping(sheet: MappingSheet) -> Iterator[Block]:
    yield {"heading": [f"Meaning of the table in {sheet.in_return}"]}
    yield facts(
        ("mapping", ["sha256 ", q(sheet.sha256)]),
        ("certificate", lines([q(sheet.certificate), ["sha256 ", q(sheet.certificate_sha256)]])),
        ("coverage", said(sheet.coverage) if sheet.coverage else "none declared"),
    )
    yield table(
        "meanings", ("column", "meaning"), [(q(column), said(meaning)) for column, meaning in sheet.meanings]
    )
    yield note("Meanings declared by ", said(sheet.by), ", not checked by a second person.")


def _networks(data: ExhibitData) -> list[Block]:
    if data.networks is None or not data.networks.lines:
        return [text("No network is named in this exhibit.")]
    naming = data.networks
    return [
        text(
            f"Names of networks come from a table of {naming.as_of}. An address may have had another holder on "
            "the day of the event. A network is not a place."
        ),
        facts(("table", q(naming.table)), ("notice", said(naming.notice))),
        table(
            "networks",
            ("address", "network", "name", "country", "as of"),
            [
                (q(line.ip), q(line.asn), said(line.carrier), q(line.country), naming.as_of)
                for line in naming.lines
            ],
        ),
    ]


def _versions(data: ExhibitData) -> list[Block]:
    ledger = data.ledger
    return [
        facts(
            ("tool", q(f"fourcorners {data.versions.tool}")),
            ("readers", lines([q(reader) for reader in data.versions.readers])),
            ("law packs", lines([[q(name), ", sha256 ", q(digest)] for name, digest in data.versions.law_packs])),
            ("set by", q("typst " + version("typst"))),
            ("ledger", [q(ledger.origin), f", {ledger.size:,} entries"]),
            ("root", q(ledger.root)),
            ("newest entry", instant(ledger.newest)),
            ("witnesses", lines([q(name) for name in ledger.witnesses]) if ledger.witnesses else "none"),
        )
    ]


def _limits(data: ExhibitData) -> Iterator[str]:
    if not data.filter_key:
        yield f"{NO_FILTER_KEY} {NOT_STORED}"
    if not data.ledger.witnesses:
        yield NO_WITNESS
