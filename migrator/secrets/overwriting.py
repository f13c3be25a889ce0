"""Uses that are none, because every step that comes there has set the variable before: behind a bridge, for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from migrator.core.overwritten import Place, overwritten
from migrator.core.rules import RuleBook
from migrator.core.settings import Settings
from migrator.core.view import Unreadable, View
from migrator.repositories.git import GitError
from migrator.secrets.references.finding import MOST
from migrator.secrets.references.records import Found, Kind, OpaqueKind, Reference
from migrator.secrets.references.rules import Rules


def marked(
    found: Found,
    view: View,
    pipelines: Sequence[str],
    book: RuleBook,
    settings: Settings,
    rules: Rules,
    reaches: Callable[[Iterable[str]], frozenset[str]],
) -> Found:
    """The same, with what is no use marked as overwritten. `found` is what the files of one commit say, `view` is that
    commit, and `pipelines` are all of its pipelines files. `reaches` as in `overwritten`.

    A place is marked only where all that its line says of the variable is followed, and no place of its file is left
    out. What other repositories bring
    along by an import may run the same files in any way, and then nothing is marked.
    """
    names = {one.name for one in found.references if one.kind.is_use}
    set_at_all = any(one.kind is Kind.ASSIGNMENT for one in found.references)
    if not names or not set_at_all or any(one.kind is OpaqueKind.IMPORT for one in found.opaque):
        return found

    def running(paths: Iterable[str]) -> frozenset[str]:
        return reaches(path for path in paths if rules.language(path).mentions != "all")

    try:
        known = overwritten(view, pipelines, names, book, settings, running)
    except (Unreadable, GitError):
        return found
    said = Counter(_place(one) for one in found.references if one.kind.is_use or one.kind is Kind.ASSIGNMENT)
    kept = Counter((one.path, one.name, one.kind) for one in found.references)
    cut = {(path, name) for (path, name, _), count in kept.items() if count >= MOST}

    def mark(one: Reference) -> Reference:
        place = _place(one)
        if not one.kind.is_use or said[place] > known.get(place, 0) or (one.path, one.name) in cut:
            return one
        return replace(one, kind=Kind.OVERWRITTEN)

    return replace(found, references=tuple(map(mark, found.references)))


def _place(one: Reference) -> Place:
    return Place(one.path, one.line, one.name)
