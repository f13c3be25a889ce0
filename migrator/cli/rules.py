"""`patless rules` and `patless explain`: what is looked for, and what the codes mean."""

from __future__ import annotations

import sys

from migrator.checkouts.analysis import rulebook
from migrator.checkouts.targets import targets
from migrator.cli import console, exits
from migrator.configuration.reading import unknown
from migrator.options import UsageError
from migrator.options.analysis import Sources
from migrator.options.output import Colour
from migrator.reports import explain
from migrator.rulebook.records import RuleBook


def list_all(sources: Sources, color: Colour) -> int:
    """Print every rule and reason code."""
    console.out(explain.listing(_book(sources), console.paint(color, sys.stdout)))
    return exits.CLEAN


def explain_one(name: str, sources: Sources, color: Colour) -> int:
    """Print what a rule or a reason code means. Raises UsageError where there is none of that name."""
    book = _book(sources)
    paint = console.paint(color, sys.stdout)
    if name in book.rules:
        console.out(explain.rule(book.rules[name], paint))
    elif name in book.reasons:
        console.out(explain.reason(book.reasons[name], paint))
    else:
        raise UsageError(f"{unknown(name, {*book.rules, *book.reasons})}; `patless rules` lists them all")
    return exits.CLEAN


def _book(sources: Sources) -> RuleBook:
    book, _ = rulebook(targets(())[0].root, sources)
    return book
