"""`patless packages --probe`: ask the registry which of the repository's packages the native credentials reach."""

from __future__ import annotations

import os
import sys
import time

from migrator.checkouts.analysis import analyse, rulebook
from migrator.checkouts.together import Together
from migrator.cli import console, exits
from migrator.cli.aside import aside
from migrator.cli.packages import reading
from migrator.cli.pipeline_step import HOW
from migrator.cli.telling import telling
from migrator.configuration import own_packages
from migrator.configuration import reading as configuration
from migrator.findings.counting import many
from migrator.findings.settings import Settings
from migrator.options import UsageError
from migrator.options.analysis import PackagesOptions, Sources
from migrator.options.output import Format
from migrator.registry import asking
from migrator.reports import formats
from migrator.reports.subjects import probe as reports
from migrator.repositories.writing import NotWritten
from migrator.rulebook import reading as books
from migrator.sinks.packages import PushedPackages


def run(options: PackagesOptions, sources: Sources) -> int:
    """Print what the registry says, write what follows from it if asked to, and return the exit code."""
    if options.write and sources.no_config:
        raise UsageError("pass --write or --no-config, not both: --write changes the configuration")
    analyses = analyse(reading(options, sources))
    if len(analyses) != 1:
        raise UsageError("--probe works for one repository; name its folder")
    (analysis,) = analyses
    settled = rulebook(analysis.root, sources)[1]
    begun, packages = time.monotonic(), analysis.report.packages
    several = many(len(packages), "package")
    with telling(lambda: f"asking about {several}, for {time.monotonic() - begun:.0f} seconds"):
        accesses, errors = asking.asked(packages, books.load(sources.rules), os.environ, HOW)
    new = asking.new(analysis.report.packages, accesses, PushedPackages(Settings(own_packages=settled.own_packages)))
    path, written, failure = settled.path or configuration.FILE, "", ""
    if options.write and new:
        try:
            file = sources.config.absolute() if sources.config else analysis.root / path
            own_packages.write(file, new, new=not settled.path)
            written = path
        except NotWritten as error:
            failure = f"patless: {path} was not written: {error}"
    probed = reports.Probed(accesses, new, own_packages.lines(new) if new else "", written, errors)
    all_of = Together.of(analyses)
    aside(all_of, options.color)
    subject = reports.subject(all_of.report, probed)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    console.err([*(f"patless: {error}" for error in errors), *([failure] if failure else [])])
    if options.format is Format.TEXT and not written:
        console.err(["", HOW.removesuffix("\n")])
    if errors:
        return exits.REFUSED
    return exits.code(unread=bool(all_of.report.skipped or failure), left=False, exit_zero=False)
