"""`patless fleet migrate`: the pull requests that move the repositories of a workspace, shown or opened."""

from __future__ import annotations

import sys

from migrator.cli import console, exits, network
from migrator.cli.fleet_ledger import opened
from migrator.cli.fleet_probed import reached
from migrator.findings.counting import many
from migrator.fleet import choosing, operator, preparing
from migrator.fleet.migrating import Failure, Listener, MigrationRun
from migrator.fleet.opening import MigrationOutcome
from migrator.fleet.progress import Going
from migrator.options import UsageError
from migrator.options.fleet import MigrateOptions
from migrator.reports.formats import text
from migrator.reports.subjects import migration
from migrator.text.mask import printable


def run(options: MigrateOptions) -> int:
    """Show what would be done, or do it, and return the exit code."""
    ledger, choice, opens = options.operated.ledger, options.choice, options.open_prs
    fleet = operator.find(options.operated.config)
    far = Going(later=f"What is done is in {ledger}: end the run at any time, the same command goes on")
    if choice.wave and all(wave.name != choice.wave for wave in fleet.waves):
        raise UsageError(f"{fleet.path or operator.FILE} has no wave {printable(choice.wave)}")
    probed = dict(reached(options.probed))
    with network.client(far, options.allowance) as client, opened(ledger) as known:
        by = preparing.reader(client, known, fleet, options, probed)
        going = MigrationRun(client, known, by, fleet, options, far, _listener(options))
        if opens:
            console.err(f"patless: {sentence}" for sentence in going.follow())
        if not going.why:
            found = choosing.to_migrate(known.entries(), choice, fleet)
            if not found:
                raise UsageError(f"{ledger} has no repository of that choice; `patless fleet scan` puts them there")
            going.go(found)
    console.out(migration.closing(going.outcomes, going.failures, open_prs=opens) + "\n")
    if going.why:
        left = f"; {many(going.left, 'repository is', 'repositories are')} left" if going.left else ""
        console.err([printable(f"patless: {going.why}{left}: the same command goes on")])
    if going.refused:
        return exits.REFUSED
    return exits.code(unread=bool(going.failures), left=going.left_over, exit_zero=options.exit_zero)


def _listener(options: MigrateOptions) -> Listener:
    """Each is printed when its turn has come."""
    paint = console.paint(options.color, sys.stdout)

    def outcome(one: MigrationOutcome) -> None:
        lines = [migration.line(one), *(() if options.open_prs else migration.preview(one))]
        console.out("".join(f"{text.line(line, paint)}\n" for line in lines))

    def failure(one: Failure) -> None:
        where = f"{printable(one.slug)} {printable(one.destination)}".strip()
        console.err([f"patless: {where}: {printable(one.error)}"])

    def leaving(count: int) -> None:
        what = many(count, "pull request that was begun is", "pull requests that were begun are")
        console.err([f"patless: interrupted: {what} brought to an end; interrupt again to leave that to the next run"])

    return Listener(outcome, failure, leaving)
