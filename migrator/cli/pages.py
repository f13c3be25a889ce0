"""Reports as pages: what they are called, when they were made, and the same as CSV and as JSON, to lie beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.cli.delivery import Output
from migrator.cli.together import Together
from migrator.findings.counting import many
from migrator.reports import machine, spreadsheet
from migrator.reports.html import check as checking
from migrator.reports.html.page import render
from migrator.text.mask import named

if TYPE_CHECKING:
    from migrator.reports.fleet.records import Fleet
    from migrator.secrets.records import Listing
    from migrator.secrets.tokens import TokenRow


def made() -> str:
    return checking.stamp(datetime.now(UTC), version("patless"))


def check(all_of: Together, roots: Sequence[Path]) -> Output:
    report = all_of.report
    name = (
        named(os.path.basename(os.path.realpath(roots[0])))
        if len(roots) == 1
        else many(len(roots), "repository", "repositories")
    )
    page = checking.page(report, all_of.reasons, made(), name)
    return Output(render(page), {".csv": lambda: spreadsheet.findings(report), ".json": lambda: machine.check(report)})


def secrets(listing: Listing, tokens: Sequence[TokenRow]) -> Output:
    from migrator.reports import stored
    from migrator.reports.html import secrets as storing
    from migrator.reports.stored import spreadsheet as tables

    files = {".csv": lambda: tables.variables(listing), ".json": lambda: stored.document(listing, tokens)}
    if tokens:
        files[".tokens.csv"] = lambda: tables.tokens(tokens)
    return Output(render(storing.page(listing, tokens, made())), files)


def fleet(known: Fleet, now: datetime) -> Output:
    from migrator.reports.fleet import document
    from migrator.reports.fleet import machine as packages
    from migrator.reports.fleet import spreadsheet as repositories
    from migrator.reports.html import fleet as reporting
    from migrator.reports.stored import spreadsheet as tables

    audit = known.audit
    files = {
        ".csv": lambda: repositories.repositories(known.owned),
        ".findings.csv": lambda: repositories.findings(known.owned),
        ".json": lambda: document.document(known),
        ".packages.json": lambda: packages.packages(known.picture),
    }
    if listing := audit.listing:
        files[".secrets.csv"] = lambda: tables.variables(listing)
    if audit.tokens or audit.unjudged:
        files[".tokens.csv"] = lambda: tables.tokens(audit.tokens, audit.unjudged)
    return Output(render(reporting.page(known, made(), now.date())), files)
