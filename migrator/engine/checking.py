"""The rules, found by listing `migrator/rules/`: a module's name, with `-` for `_`, is the id of its rule.

Each module there has `check(rule, context)`, which yields the findings of a repository, and a file of the same
name in `rules/`, which says what it finds, why, and by examples. Nothing else names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from migrator import rules
from migrator.findings.records import Finding
from migrator.fixes.judged_command import RuleContext


def check(context: RuleContext) -> Iterator[Finding]:
    """What each rule finds in a repository."""
    for unit in units():
        yield from unit.check(context.book.rules[rule_id(unit)], context)


def units() -> Iterator[ModuleType]:
    """The rules' modules, by name."""
    names = sorted(path.stem for folder in rules.__path__ for path in Path(folder).glob("[a-z]*.py"))
    yield from (import_module(f"{rules.__name__}.{name}") for name in names)


def rule_id(unit: ModuleType) -> str:
    return unit.__name__.rpartition(".")[2].replace("_", "-")
