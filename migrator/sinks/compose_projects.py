"""The files of a Compose project, as a command finds them: those that it is told, or looks for, and what those take in.

Which ones: https://docs.docker.com/reference/cli/docker/compose/ and
https://docs.docker.com/compose/how-tos/environment-variables/envvars/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.named import named
from migrator.ir.paths import Paths, Top, below, matching, normal, only
from migrator.ir.values import Literal, Unknown, Value
from migrator.rulebook.sinks import ComposeSyntax
from migrator.sinks.invocations import Invocation
from migrator.sinks.uses import Files
from migrator.sinks.values import environment, subject_of
from migrator.text import yaml
from migrator.text.patterns import regex
from migrator.text.source import Source

if TYPE_CHECKING:
    from migrator.frontends.documents.compose import ComposeFile

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = tuple(f"{stem}.override.{end}" for stem in ("compose", "docker-compose") for end in ("yml", "yaml"))
_CHOSEN = regex(r"^\s*COMPOSE_FILE\s*=\s*(\S+)", re.MULTILINE)
_TAKEN = regex(r"\$\{?([A-Za-z_]\w*)|^[ \t]*([A-Za-z_]\w*)[ \t]*$", re.MULTILINE)
"""A variable that a file with variables expands, or hands on by its name alone."""
_MOST_CHOICES = 16
"""The most ways to choose files that are read."""
_MOST_PARTS = 32


class FileSet(Struct, frozen=True):
    """Files that are read as one. `folder` is what their paths are relative to, `roots` are their documents."""

    file: ComposeFile
    folder: str
    roots: tuple[yaml.Node | None, ...]


class Missing(Struct, frozen=True):
    """Something of a project that cannot be told, and what it is about."""

    why: str
    subject: str


class Project(Struct, frozen=True):
    """The files of a command in one folder, and what they include or extend. Unless `missing` is empty, there may be
    more of everything. `env_files` are the texts of files with variables, None for one that cannot be read."""

    parts: tuple[FileSet, ...]
    missing: tuple[Missing, ...]
    env_files: tuple[str | None, ...] = ()


class _Chosen(Struct, frozen=True):
    """`paths` are the files that a command reads as one, None for one that is no file of the repository; `values` say
    where their names come from. `folder` is the project's."""

    paths: tuple[str | None, ...]
    values: tuple[Value, ...]
    folder: str | None


def projects(called: Invocation, syntax: ComposeSyntax, files: Files) -> list[Project]:
    """The project of a command, in every folder that it may run in, and with every file that it may be told."""
    folders = called.command.folders
    each: list[Paths] = [folders] if isinstance(folders, Top) else [frozenset({one}) for one in sorted(folders)]
    return [
        _project(called, chosen, files)
        for folder in each or [folders]
        for chosen in _chosen(called, syntax, files, folder)
    ]


def taken(called: Invocation, syntax: ComposeSyntax, files: Files) -> frozenset[str] | None:
    """The variables that the files of the project take from the environment; None where that may be any."""
    from migrator.frontends.documents.compose import environment_names

    names: set[str] = set()
    for project in projects(called, syntax, files):
        if project.missing or None in project.env_files:
            return None
        names.update(
            found[1] or found[2] for text in filter(None, project.env_files) for found in _TAKEN.finditer(text)
        )
        names.update(name for part in project.parts for root in part.roots for name in environment_names(root))
    return frozenset(names)


def _project(called: Invocation, chosen: _Chosen | Missing, files: Files) -> Project:
    if isinstance(chosen, Missing):
        return Project((), (chosen,))
    variables = environment(called.command, files.built_in)
    roots = [_document(path, files) for path in chosen.paths]
    if None in roots:
        at = roots.index(None)
        value = chosen.values[at] if chosen.values else Value.of(Literal(chosen.paths[at] or "the Compose file"))
        shown = value.symbol() or subject_of(value)
        return Project((), (Missing(f"the Compose file {shown} cannot be read from the repository", shown),))
    base = chosen.folder if chosen.folder is not None else posixpath.dirname(chosen.paths[0] or "")
    return _read([root[0] for root in roots if root], base, variables, files)


def _read(roots: Sequence[yaml.Node | None], folder: str, variables: dict[str, str | None], files: Files) -> Project:
    """The documents of a command, and the files that they include or extend, each as a project of its own: of a file
    that is extended, all services count."""
    from migrator.frontends.documents.compose import read_compose

    parts: list[FileSet] = []
    missing: list[Missing] = []
    given = posixpath.join(folder, ".env")
    env_files = [files.read(given) if files.made(given) else files.read(given) or ""]
    seen: set[str] = set()
    waiting = [(tuple(roots), folder)]
    while waiting:
        documents, where = waiting.pop(0)
        file = read_compose([yaml.plain(root) for root in documents], variables)
        parts.append(FileSet(file, where, documents))
        for env_file in file.env_files:
            path = normal(posixpath.join(where, env_file))
            env_files.append(files.read(path) if path else None)
        for unread in file.unread:
            path = normal(posixpath.join(where, unread.path)) if unread.path else None
            found = _document(path, files) if len(parts) + len(waiting) < _MOST_PARTS or path in seen else None
            if found is None or path is None:
                missing.append(Missing(unread.why, unread.path or "the Compose file"))
            elif path not in seen:
                seen.add(path)
                waiting.append((found, posixpath.dirname(path)))
    return Project(tuple(parts), tuple(missing), tuple(env_files))


def _chosen(called: Invocation, syntax: ComposeSyntax, files: Files, folder: Paths) -> list[_Chosen | Missing]:
    """The files that a command reads: those that it is told, or else the first ones that it finds on its way up; each
    choice that there may be."""
    clone = files.built_in.clone
    given = _given(called, syntax.file)
    moved = _given(called, syntax.folder)
    home = named(moved[-1], folder, clone) if moved else folder
    base = only(home)
    if moved and base is None:
        shown = moved[-1].symbol() or subject_of(moved[-1])
        return [Missing(f"the folder {shown} of the Compose project is not known", shown)]
    given = given or _by_variable(called.command, files, folder, home)
    if given:
        paths = [_told(value, folder, files) for value in given]
        several = product(*paths) if prod(map(len, paths)) <= _MOST_CHOICES else [(None,) * len(given)]
        return [_Chosen(tuple(one), tuple(given), base if moved else None) for one in several]
    if base is None:
        return [Missing("the Compose file is not in the repository", "compose.yaml")]
    for place in _upwards(base):
        there = [posixpath.join(place, name) for name in _NAMES]
        found = next((path for path in there if files.read(path) is not None or files.made(path)), None)
        if found is not None:
            beside = [posixpath.join(place, name) for name in _OVERRIDES]
            other = [path for path in beside if files.read(path) is not None or files.made(path)]
            return [_Chosen((found, *other[:1]), (), base if moved else None)]
    return [Missing("the Compose file is not in the repository", "compose.yaml")]


def _told(value: Value, folder: Paths, files: Files) -> tuple[str | None, ...]:
    """The files that a value may name; of a name that is known in part all that there are."""
    places = named(value, folder, files.built_in.clone)
    if isinstance(places, Top) and not all(one.replace("*", "").strip("/") for one in places.patterns):
        return (None,)
    found = sorted(matching(places, files.listed()) if isinstance(places, Top) else places)
    return tuple(found) if 0 < len(found) <= _MOST_CHOICES else (None,)


def _given(called: Invocation, names: frozenset[str]) -> list[Value]:
    leading = [option.value for option in called.options if option.name in names and option.value is not None]
    return [*leading, *called.parsed.values(names)]


def _upwards(folder: str) -> Iterator[str]:
    """A folder of the repository, and those around it."""
    yield folder
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def _by_variable(command: Command, files: Files, folder: Paths, home: Paths) -> list[Value]:
    """The files that COMPOSE_FILE names, in the environment or in `.env` of the project's folder."""
    known = environment(command, files.built_in)
    if "COMPOSE_FILE" in known:
        text = known["COMPOSE_FILE"]
    else:
        there = only(below(home, ".env"))
        found = _CHOSEN.search((files.read(there) if there else None) or "")
        text = found[1].strip("'\"") if found else ""
    separator = known.get("COMPOSE_PATH_SEPARATOR", ":")
    if text is None or not separator:
        return [Value.of(Unknown("COMPOSE_FILE"))]
    return [Value.of(Literal(path)) for path in text.split(separator) if path]


def _document(path: str | None, files: Files) -> tuple[yaml.Node | None] | None:
    """The document of a file; None where that cannot be read."""
    if not path or (text := files.read(path)) is None:
        return None
    try:
        root = yaml.read_yaml(Source(path, text.removeprefix("\ufeff")))
        yaml.plain(root)
    except (yaml.YamlError, RecursionError):
        return None
    return (root,)
