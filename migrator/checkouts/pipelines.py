"""The pipelines files of a repository, and whether the engine has anything to say of them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable
from functools import partial

from migrator.configuration.reading import Configuration
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.prefilter.leads import is_run, leads
from migrator.prefilter.needles import KEPT, needles
from migrator.repositories.worktree import WorkTree
from migrator.rulebook.records import RuleBook
from migrator.text.files import LIMIT
from migrator.text.packed import is_sealed
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable


def pipelines_of(
    view: WorkTree, named: Collection[str], settled: Configuration, book: RuleBook
) -> tuple[tuple[str, ...], bool]:
    """The pipelines files by name and those that were named, and whether the engine goes into any of them.

    Where it does not, git is asked neither for the files nor for the repository's name.
    """
    named = [path for path in named if not is_run(path, _bytes(view, path).decode(errors="replace"))]
    glanced = view.glance()
    if glanced is not None:
        usual = {path for path in glanced if BITBUCKET.is_pipelines_file(path)} | set(named)
        plain = usual <= {ROOT, *named} and (named or not _keeps(view, glanced, book))
        if plain and not matters(view, usual, settled, book):
            return _once(view, usual), False
    found = _once(view, {path for path in view.paths() if BITBUCKET.is_pipelines_file(path)} | set(named))
    return found, (not named and _keeps(view, view.paths(), book)) or matters(view, found, settled, book)


def _keeps(view: WorkTree, paths: Iterable[str], book: RuleBook) -> bool:
    """Whether a file in which a client keeps credentials names a Packages host."""
    words = [word.encode() for word in book.mentions]
    kept = (path for path in paths if posixpath.basename(path) in KEPT)
    return any(word in _bytes(view, path) for path in kept for word in words)


def _once(view: WorkTree, paths: Collection[str]) -> tuple[str, ...]:
    """A file that is reached by several links is read once."""
    once: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (os.path.islink(view.root / path), path)):
        try:
            once.setdefault(view.target(path), path)
        except Unreadable:
            once[path] = path  # the engine says why
    return tuple(sorted(once.values()))


def matters(view: WorkTree, pipelines: Collection[str], settled: Configuration, book: RuleBook) -> bool:
    """Whether the engine may have something to say of these files; it errs towards yes."""
    if settled.variables:
        return True
    sought = needles(book)
    words, files = [needle.decode() for needle in sought], book.programs.leading
    try:
        texts = [_text(view, path) for path in pipelines]
        if any(text is None or any(word in text for word in words) for text in texts):
            return True
        return any(leads(text, partial(_text, view), words, files, clone=book.built_in.clone) for text in texts if text)
    except (Unreadable, Undecodable):
        return True  # the engine says why


def _text(view: WorkTree, path: str) -> str | None:
    """None where there is no file. Raises Unreadable and Undecodable."""
    try:
        data = view.read(path)
    except Unreadable:
        if os.path.isdir(view.root / path):
            return None
        raise
    if data is not None and (len(data) > LIMIT or is_sealed(data)):
        raise Unreadable("what it holds can't be seen")
    return None if data is None else Source.decode(path, data).text


def _bytes(view: WorkTree, path: str) -> bytes:
    try:
        return view.read(path) or b""
    except Unreadable:
        return b""
