"""`patless rules` and `patless explain`: what is looked for, and what the codes mean."""

from __future__ import annotations

import sys

from migrator.cli import console, exits
from migrator.cli.analysis import rulebook
from migrator.cli.console import Colour
from migrator.cli.failures import UsageError
from migrator.cli.options import AnalysisOptions
from migrator.cli.targets import targets
from migrator.configuration.reading import unknown
from migrator.reports import explain
from migrator.rulebook.records import RuleBook


def list_all(reading: AnalysisOptions, colour: Colour) -> int:
    """Print every rule and reason code."""
    console.out(explain.listing(_book(reading), console.paint(colour, sys.stdout)))
    return exits.CLEAN


def explain_one(name: str, reading: AnalysisOptions, colour: Colour) -> int:
    """Print what a rule or a reason code means. Raises UsageError where there is none of that name."""
    book = _book(reading)
    paint = console.paint(colour, sys.stdout)
    if name in book.rules:
        console.out(explain.rule(book.rules[name], paint))
    elif name in book.reasons:
        console.out(explain.reason(book.reasons[name], paint))
    else:
        raise UsageError(f"{unknown(name, {*book.rules, *book.reasons})}; run `patless rules` to list them all")
    return exits.CLEAN


def _book(reading: AnalysisOptions) -> RuleBook:
    book, _ = rulebook(targets(reading.paths)[0].root, reading)
    return book
