"""`patless bot`: says what it finds where people look at a pull request, and what is new since a moment."""

from __future__ import annotations

import sys
from functools import partial

from migrator.bot.elsewhere import elsewhere
from migrator.bot.here import here
from migrator.bot.looking import NoSuchRef
from migrator.bot.speaking import BotListener, Tally
from migrator.cli import console, exits, network
from migrator.findings.records import Report
from migrator.options import UsageError
from migrator.options.bot import BotOptions
from migrator.options.fleet import Allowance
from migrator.reports.formats import text
from migrator.reports.subjects import findings
from migrator.repositories.git import GitError
from migrator.rulebook.records import RuleBook
from migrator.text.view import Unreadable


def run(options: BotOptions) -> int:
    """Look, write what is found, and return the exit code."""
    tally = Tally(_listener(options))
    try:
        connected = partial(network.client, allowance=Allowance(deadline=options.deadline))
        (elsewhere if options.workspace else here)(options, tally, connected)
    except NoSuchRef as error:
        raise UsageError(str(error)) from None
    except Unreadable as error:
        raise GitError(str(error)) from None
    if tally.refused:
        return exits.REFUSED
    return exits.code(unread=tally.unread, left=tally.failed, exit_zero=False)


def _listener(options: BotOptions) -> BotListener:
    def show(report: Report, book: RuleBook, quiet: bool) -> None:
        errors = console.paint(options.color, sys.stderr)
        console.err(text.line(one, errors) for one in findings.skipped(report))
        document = findings.document(report, book.reasons, quiet=quiet)
        console.out(text.render(document, console.paint(options.color, sys.stdout)))

    return BotListener(
        say=lambda sentence: console.err([f"patless: {sentence}"]), out=lambda line: console.out(f"{line}\n"), show=show
    )
