"""What the repositories of a fleet are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from migrator.configuration.reading import check_codes
from migrator.findings.settings import Settings
from migrator.fleet.operator import Operator
from migrator.fleet.scanning import Judge, digest
from migrator.rulebook import reading as books
from migrator.secrets.plan import rules_digest


def judging(told: Operator, rules: Sequence[Path] = ()) -> Judge:
    """By the operator's configuration and further folders of rules. What a scanned repository says of itself can only
    restrict. Raises ConfigurationError and RuleError."""
    folders = (*told.rules, *rules)
    book = books.load(folders)
    for key, codes in (("select", told.select), ("ignore", told.ignore)):
        check_codes(codes, {*book.rules, *book.reasons}, f"{told.path}: {key}")
    settings = Settings(today=date.today())
    return Judge(book, settings, digest(rules_digest((books.built_in(), *folders)), settings, told), operator=told)
