"""How a person has to type the commands that patless names, where a hook has started it.

The program is in an environment of pre-commit's own then (https://pre-commit.com), on nobody's PATH. What the hook runs
is told by `pre-commit run`, with options as variables of the environment; everything else by the program's own path.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from migrator.findings.records import Finding
from migrator.reports.document import Document, Passage, Subject, Table, Text
from migrator.text.patterns import regex

_UNSAFE = "`--unsafe-fixes`"
_HOOKS = {"fix": "patless", "check": "patless-check"}
_CONFIGURATION = Path(".pre-commit-config.yaml")
_MOST = 3
"""Files that a command names."""


@cache
def _command() -> re.Pattern[str]:
    return regex(r"`patless ([a-z]+)([^`]*)`")


def by_hook() -> bool:
    """pre-commit says so to what it starts."""
    return os.environ.get("PRE_COMMIT") == "1"


def said(text: str, paths: Iterable[Path]) -> str:
    """A line whose commands work where this one was started; `paths` are those of the command line."""
    if not by_hook() or "`" not in text:
        return text
    given = tuple(paths)
    text = text.replace(_UNSAFE, "`PATLESS_UNSAFE_FIXES=1`")
    return _command().sub(lambda found: f"`{_typed(found[1], found[2], given)}`", text)


def subject(of: Subject, paths: Iterable[Path], findings: Iterable[Finding]) -> Subject:
    """The same, of a subject that is about `findings`; a page and programs read it elsewhere."""
    if not by_hook():
        return of
    every = tuple(paths)
    found = {one.path for one in findings}
    given = tuple(path for path in every if os.path.normpath(path) in found) or every
    return replace(of, document=lambda page: of.document(page) if page else document(of.document(page), given))


def document(of: Document, paths: tuple[Path, ...]) -> Document:
    """The same, of a document."""
    if not by_hook():
        return of
    sections = tuple(replace(one, tables=tuple(_table(table, paths) for table in one.tables)) for one in of.sections)
    return replace(of, sections=sections, closing=tuple(_text(one, paths) for one in of.closing))


def _table(of: Table, paths: tuple[Path, ...]) -> Table:
    rows = (replace(row, blocks=tuple(_passage(one, paths) for one in row.blocks)) for row in of.rows)
    return replace(of, rows=tuple(rows))


def _passage(of: Passage, paths: tuple[Path, ...]) -> Passage:
    return replace(of, lines=tuple(_text(one, paths) for one in of.lines)) if of.kind == "copy" else of


def _text(of: Text, paths: tuple[Path, ...]) -> Text:
    return said(of, paths) if isinstance(of, str) else of


def _typed(command: str, rest: str, paths: tuple[Path, ...]) -> str:
    import shlex

    words = rest.split()
    if command in _HOOKS and _is_set_up(_HOOKS[command]):
        few = 0 < len(paths) <= _MOST and "--write-baseline" not in words
        files = ["--files", *(shlex.quote(str(path)) for path in paths)] if few else ["--all-files"]
        return " ".join([*_variables(words), "pre-commit", "run", _HOOKS[command], *files])
    program = shlex.quote(os.path.abspath(sys.argv[0]))
    return " ".join([program, command, *words])


def _variables(words: list[str]) -> Iterator[str]:
    """Options as the environment has them: `--style login` is `PATLESS_STYLE=login`."""
    for at, word in enumerate(words):
        if word.startswith("--"):
            value = words[at + 1] if at + 1 < len(words) and not words[at + 1].startswith("-") else "1"
            yield f"PATLESS_{word[2:].replace('-', '_').upper()}={value}"


def _is_set_up(hook: str) -> bool:
    """Whether the configuration of pre-commit has the hook, as far as its text shows; where there is none, the hook was
    started in another way."""
    try:
        text = _CONFIGURATION.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return bool(re.search(rf"""\bid:\s*["']?{hook}["']?\s*(?:[,}}#]|$)""", text, re.MULTILINE))
