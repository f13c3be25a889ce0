"""The packages of a fleet: who pushes and who reads each, and what pays to settle first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.findings.records import PackageType
from migrator.fleet.imports import Shared
from migrator.fleet.packages import FleetPackage, Party, Picture
from migrator.fleet.records import SeenFinding
from migrator.reports.document import (
    Column,
    Document,
    Marked,
    Passage,
    Section,
    Subject,
    Table,
    TableRow,
    Text,
    Tone,
    copied,
    listed,
    more,
    said,
)
from migrator.reports.records.fleet_packages import packages
from migrator.reports.subjects.findings import TONES, seen
from migrator.reports.wording import fleet as words

_MOST = 20
"""Uses of a package that a page shows."""
_TONES = (("several pushers", Tone.BAD), ("read, not pushed", Tone.HALF), ("confirmed", Tone.GOOD))


def subject(picture: Picture) -> Subject:
    return Subject(lambda _: document(picture), {".json": lambda: packages(picture)})


def document(picture: Picture) -> Document:
    """In lines: what to settle first, every package, shared pipelines, what was not read."""
    tables = (
        Table("first", "First", (), tuple(_first(picture)), empty=""),
        Table("packages", "Packages", _HEADS, tuple(map(_known, picture.packages)), empty=""),
        Table("shared", "Shared pipelines", (), tuple(map(_shared, picture.shared)), empty=""),
    )
    unread = listed((Marked(slug, Tone.QUOTE), ": ", Marked(why, Tone.QUOTE)) for slug, why in picture.unread)
    sections = (
        Section("packages", "Packages", tables=tables),
        *([Section("unread", "Not read", blocks=(unread,))] if picture.unread else []),
    )
    return Document("Packages", "", sections, (words.total(picture),))


def section(picture: Picture) -> Section:
    """On a page of a fleet."""
    columns = (
        Column("Package", "name"),
        Column("Type"),
        Column("To confirm", "mark"),
        Column("Pushed by"),
        Column("Readers", "number"),
        Column("Logins unblocked", "number"),
        Column("Stored variables unblocked", "number"),
    )
    rows = tuple(map(_package, picture.packages))
    tables = [
        Table("package-rows", "All packages", columns, rows, _TONES, "The package that unblocks most comes first.")
    ]
    if picture.shared:
        heads = (
            Column("Exporter", "name"),
            Column("Pinned to", "mark"),
            Column("Pipeline"),
            Column("Importers", "number"),
        )
        tables.append(Table("shared-rows", "Shared pipelines", heads, tuple(map(_exported, picture.shared))))
    return Section("packages", "Packages", words.total(picture), tables=tuple(tables))


_HEADS = (
    Column("package", "name"),
    Column("type"),
    Column("pushed by"),
    Column("read by"),
    Column("to confirm", "words"),
)


def _first(picture: Picture) -> Iterator[TableRow]:
    group = "Confirm these packages first"
    waiting = [known for known in picture.packages if known.open]
    for number, known in enumerate(waiting[: words.FIRST], start=1):
        line = (f"{number}. ", Marked(known.name, Tone.NAME), f": {words.gain(known.unlocks)}")
        yield TableRow((), tuple(_ways(known)), line, group)
    yield from (TableRow((), line=text, group=group) for text in more(len(waiting) - words.FIRST))


def _ways(known: FleetPackage) -> Iterator[Passage]:
    for way in words.ways(known):
        yield copied("\n".join(way.lines), f"{way.what}, {way.where}") if way.lines else said(way.what)


def _known(known: FleetPackage) -> TableRow:
    odd = words.whose(known)
    cells = (known.name, str(known.type), _slugs(known.pushers), _slugs(known.readers), odd or "-")
    kind = () if known.type is PackageType.CONTAINER else (f"  ({known.type})",)
    line = (Marked(known.name, Tone.NAME), *kind, *(("  ", Marked(odd, Tone.HALF)) if odd else ()))
    parties = [_party("pushed by", one, ()) for one in known.pushers]
    parties += [_party("read by", one, known.foreign) for one in known.readers]
    return TableRow(cells, tuple(map(said, parties)), line)


def _slugs(found: Sequence[Party]) -> str:
    names = [party.repository for party in found]
    left = f" and {len(names) - words.PLACES} more" if len(names) > words.PLACES else ""
    return ", ".join(names[: words.PLACES]) + left or "-"


def _party(what: str, party: Party, foreign: Sequence[str]) -> Text:
    doubt = (" ", Marked("(does not push it)", Tone.HALF)) if party.repository in foreign else ()
    settled = (" ", Marked("(confirmed)", Tone.GOOD)) if party.settled else ()
    places = [f"{words.place(one)} on {words.on(one)}" for one in party.places[: words.PLACES]]
    shown = ", ".join((*places, *more(len(party.places) - words.PLACES)))
    return (f"{what} ", Marked(party.repository, Tone.NAME), *doubt, *settled, "  ", Marked(shown, Tone.ASIDE))


def _shared(shared: Shared) -> TableRow:
    line = (Marked(words.pinned(shared), Tone.NAME), " exports ", Marked(words.exported(shared), Tone.QUOTE))
    return TableRow((), tuple(_shared_blocks(shared)), line)


def _shared_blocks(shared: Shared) -> Iterator[Passage]:
    if shared.why:
        yield said(_quoted(shared.why), (Marked("not read", Tone.BAD),))
    yield from (said(("imported by ", Marked(words.imported(one), Tone.QUOTE))) for one in shared.importers)
    for finding in shared.findings:
        verdict = Marked(finding.verdict, TONES[finding.verdict])
        yield said((Marked(_at(finding), Tone.QUOTE), " ", verdict, " ", Marked(finding.message, Tone.QUOTE)))
        reasons = [(f"{one.code}: ", Marked(one.detail, Tone.QUOTE)) for one in finding.reasons]
        yield from [listed(reasons)] if reasons else []
    if step := words.next_step(shared):
        yield said(_quoted(step), (Marked("next", Tone.CODE),))


def _package(known: FleetPackage) -> TableRow:
    state = "several pushers" if known.contested else "read, not pushed" if known.foreign else "confirmed"
    gain = known.unlocks
    cells = (
        known.name,
        str(known.type),
        state,
        words.parties(known.pushers),
        len(known.readers),
        gain.findings,
        len(gain.secrets),
    )
    return TableRow(cells, tuple(_uses(known)))


def _uses(known: FleetPackage) -> Iterator[Passage]:
    if known.open:
        yield said(f"Confirming it {words.gain(known.unlocks)}.")
        yield from _ways(known)
    for label, found in (("Pushed at", known.pushers), ("Read at", known.readers)):
        each = [(party.repository, place) for party in found for place in party.places]
        if places := [f"{slug}: {words.place(place)} on {words.on(place)}" for slug, place in each]:
            yield listed(places, label, _MOST)


def _exported(shared: Shared) -> TableRow:
    aim = shared.target
    cells = (aim.repository, f"{shared.pin} {aim.ref}", aim.pipeline or aim.path, len(shared.importers))
    blocks = [listed(map(words.imported, shared.importers), "Imported by")]
    blocks += [said(shared.why, "Not read")] if shared.why else []
    blocks += [block for finding in shared.findings for block in seen(finding, aim.repository, {})]
    step = words.next_step(shared)
    blocks += [said(step, "Next")] if step else []
    return TableRow(cells, tuple(blocks))


def _at(finding: SeenFinding) -> str:
    return f"{finding.path}:{finding.position.line}:{finding.position.column}"


def _quoted(text: str) -> Text:
    return (Marked(text, Tone.QUOTE),)
