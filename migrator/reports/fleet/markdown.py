"""The packages of a fleet as Markdown, for a page or a pull request. All text of others stands in code spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.fleet.imports import Shared
from migrator.fleet.packages import Known, Picture
from migrator.reports.fleet import words
from migrator.text.markup import cell, code


def packages(picture: Picture) -> str:
    """A ranked table of all packages, what to settle first, then shared pipelines, each line ended."""
    blocks = [["## Packages"], [words.total(picture)]]
    blocks.append(list(_table(picture.packages)))
    waiting = [known for known in picture.packages if known.open]
    blocks += [["### Settle first whose these are"]] if waiting else []
    blocks += [list(_first(known)) for known in waiting[: words.FIRST]]
    blocks += [[f"And {len(waiting) - words.FIRST} more."]] if len(waiting) > words.FIRST else []
    blocks += [["### Shared pipelines"]] if picture.shared else []
    blocks += [list(_shared(shared)) for shared in picture.shared]
    blocks += [["### Not read"]] if picture.unread else []
    blocks.append([f"- {code(slug)}: {code(why)}" for slug, why in picture.unread])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _table(packages: Iterable[Known]) -> Iterator[str]:
    rows = [
        f"| {cell(known.name)} | {_cells(party.repository for party in known.pushers)} "
        f"| {_cells(party.repository for party in known.readers)} | {words.whose(known) or '-'} |"
        for known in packages
    ]
    if rows:
        yield "| package | pushed by | read by | to settle |"
        yield "|---|---|---|---|"
    yield from rows


def _cells(slugs: Iterable[str]) -> str:
    found = [cell(slug) for slug in slugs]
    more = f" and {len(found) - words.PLACES} more" if len(found) > words.PLACES else ""
    return ", ".join(found[: words.PLACES]) + more or "-"


def _first(known: Known) -> Iterator[str]:
    yield f"{code(known.name)} {words.gain(known.unlocks)}."
    yield ""
    for way in words.ways(known):
        lines = ", in fleet.toml: " + " ".join(map(code, way.lines)) if way.lines else ""
        yield f"- {code(way.what)}{lines}"


def _shared(shared: Shared) -> Iterator[str]:
    yield f"{code(words.pinned(shared))} exports {code(words.exported(shared))}."
    yield ""
    if shared.why:
        yield f"- not read: {code(shared.why)}"
    yield from (f"- imported by {code(words.imported(one))}" for one in shared.importers)
    for finding in shared.findings:
        at = f"{finding.path}:{finding.position.line}:{finding.position.column}"
        yield f"- {code(at)} is **{finding.verdict}**: {code(finding.message)}"
        yield from (f"    - `{reason.code}`: {code(reason.detail)}" for reason in finding.reasons)
    if step := words.next_step(shared):
        yield f"- next: {code(step)}"
