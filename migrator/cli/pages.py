"""Reports as pages, with the same as CSV and as JSON to lie beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from migrator.cli.delivery import Output
from migrator.reports.formats import csv
from migrator.reports.formats.html import render, stamp

if TYPE_CHECKING:
    from migrator.reports.fleet.records import Fleet


def made() -> str:
    return stamp(datetime.now(UTC), version("patless"))


def fleet(known: Fleet, now: datetime) -> Output:
    from migrator.reports.fleet import document
    from migrator.reports.fleet import machine as packages
    from migrator.reports.fleet import spreadsheet as repositories
    from migrator.reports.formats.html import fleet as reporting
    from migrator.reports.subjects import secrets as tables

    audit = known.audit
    files = {
        ".csv": lambda: csv.text(repositories.repositories(known.owned)),
        ".findings.csv": lambda: csv.text(repositories.findings(known.owned)),
        ".json": lambda: document.document(known),
        ".packages.json": lambda: packages.packages(known.picture),
    }
    if listing := audit.listing:
        files[".secrets.csv"] = lambda: csv.text(tables.variables_sheet(listing))
    if audit.tokens or audit.unjudged:
        files[".tokens.csv"] = lambda: csv.text(tables.tokens_sheet(audit.tokens, audit.unjudged))
    return Output(render(reporting.page(known, now.date()), made()), files)
