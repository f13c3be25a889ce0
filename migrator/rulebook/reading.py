"""Read rule files into a RuleBook. Built-in rules ship with the package; `directories` add to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import migrator
from migrator.rulebook.compiled import Stamps, compiled, stamps
from migrator.rulebook.records import RuleBook, RuleError


def built_in() -> Path:
    """The folder of the rules that ship with the package, also in an editable installation."""
    package = Path(migrator.__file__).parent
    inside = package / "_rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load(directories: Sequence[Path] = ()) -> RuleBook:
    """The built-in rules and those of the given directories. Raises RuleError."""
    for directory in directories:
        if not directory.is_dir():
            raise RuleError(f"{directory}: no such directory of rules; check --rules and the configuration")
    if not directories:
        return _built_in()
    return _extended(tuple(directories), stamps(path.absolute() for one in directories for path in files(one)))


@lru_cache(maxsize=4)
def _extended(directories: tuple[Path, ...], _: Stamps) -> RuleBook:
    """As long as none of their files has changed."""
    book = _built_in()
    for directory in directories:
        book = _added(book, directory, foreign=True)
    return book


@lru_cache(maxsize=1)
def _built_in() -> RuleBook:
    folder = built_in()
    return compiled("rules", RuleBook, files(folder), lambda: _added(RuleBook(), folder))


def files(directory: Path) -> list[Path]:
    """The rule files of a directory, in the order in which they are read."""
    return sorted({*directory.glob("*.yml"), *directory.glob("*.yaml"), *directory.glob("clients/*.yml")})


def every(directory: Path) -> list[Path]:
    """All files of a directory of rules that are loaded by anything: a digest of rules covers these."""
    return sorted({*files(directory), *directory.glob("references/*.yml"), *directory.glob("releases/*.yml")})


def _added(book: RuleBook, directory: Path, foreign: bool = False) -> RuleBook:
    from migrator.rulebook.sections import added

    paths = files(directory)
    if not paths:
        raise RuleError(f"{directory}: the directory holds no rule file (*.yml)")
    return added(book, paths, foreign)
