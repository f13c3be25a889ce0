"""Uses that are none, because every step that comes there has set the variable before: behind a bridge, for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from migrator.engine.overwritten import NamedLine, overwritten
from migrator.engine.ways import Reaches
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.repositories.git import GitError
from migrator.repositories.refview import RefView
from migrator.rulebook.records import RuleBook
from migrator.secrets.references.finding import MOST
from migrator.secrets.references.records import Found, OpaqueKind, Reference, UseKind
from migrator.text.view import Unreadable


def marked(
    found: Found,
    view: RefView,
    pipelines: Sequence[str],
    book: RuleBook,
    settings: Settings,
    reaches: Reaches,
) -> Found:
    """The same, with what is no use marked as overwritten. `found` is what the files of one commit say, `view` is that
    commit, and `pipelines` are all of its pipelines files. `reaches` as in `overwritten`.

    A place is marked only where all that its line says of the variable is followed. What other repositories bring
    along by an import may run the same files in any way, and then nothing is marked.
    """
    names = {one.name for one in found.references if one.kind.is_use}
    set_at_all = any(one.kind is UseKind.ASSIGNMENT for one in found.references)
    if not names or not set_at_all or any(one.kind is OpaqueKind.IMPORT for one in found.opaque):
        return found

    try:
        known = overwritten(view, pipelines, names, book, settings, BITBUCKET, view.links(), reaches)
    except (Unreadable, GitError):
        return found
    said = Counter(_place(one) for one in found.references if one.kind.is_use or one.kind is UseKind.ASSIGNMENT)
    listed = Counter((one.path, one.name, one.kind) for one in found.references)

    def mark(one: Reference) -> Reference:
        place = _place(one)
        more = listed[one.path, one.name, one.kind] >= MOST  # those behind are not in the list
        if not one.kind.is_use or more or said[place] > known.get(place, 0):
            return one
        return replace(one, kind=UseKind.OVERWRITTEN)

    return replace(found, references=tuple(map(mark, found.references)))


def _place(one: Reference) -> NamedLine:
    return NamedLine(one.path, one.line, one.name)
