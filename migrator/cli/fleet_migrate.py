"""`patless fleet migrate`: the pull requests that move the repositories of a workspace, shown or opened."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from msgspec import Struct, field

from migrator.cli import console, exits, fleet_next, network, telling
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.fleet_ledger import opened
from migrator.cli.fleet_probed import reached
from migrator.findings.counting import many
from migrator.fleet import choosing, operator, preparing, previewing
from migrator.fleet.ledger import Ledger
from migrator.fleet.migrating import Failure, Listener, MigrationRun, matters
from migrator.fleet.opening import MigrationOutcome
from migrator.fleet.operator import Operator
from migrator.fleet.progress import Going
from migrator.fleet.proposing import Proposer
from migrator.fleet.records import LedgerEntry
from migrator.options import UsageError
from migrator.options.fleet import MigrateOptions
from migrator.options.output import Format
from migrator.reports.formats import text
from migrator.reports.subjects import migration
from migrator.text.mask import printable


class Migrated(Struct):
    """What came of it. `why` and `left` as in MigrationRun; `refused`: Bitbucket did not do what it was asked."""

    outcomes: list[MigrationOutcome] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    why: str = ""
    left: int = 0
    refused: bool = False

    @property
    def left_over(self) -> bool:
        return bool(self.why) or any(map(migration.is_left, self.outcomes))


def run(options: MigrateOptions) -> int:
    """Show what would be done, or do it, and return the exit code."""
    ledger, choice = options.operated.ledger, options.choice
    fleet = operator.find(options.operated.config)
    far = Going(later=f"Results are in {ledger}; stop at any time, and run the same command to continue")
    if choice.wave and all(wave.name != choice.wave for wave in fleet.waves):
        raise UsageError(f"{fleet.path or operator.FILE} has no wave {printable(choice.wave)}")
    probed = dict(reached(options.probed))
    made = Migrated()
    listener = _listener(options, made)
    with opened(ledger, options.workspace) as known:
        found = _chosen(known.entries(), options, fleet)
        clones = [one for one in found if one.repository.folder]
        listed = [one for one in found if not one.repository.folder]
        proposer = preparing.proposer(known, fleet, options, probed)
        if clones and not options.open_prs:
            _preview(clones, known, proposer, fleet, options, listener, far)
        if listed:
            with network.client(far, options.allowance) as client:
                reader = preparing.reader(client, proposer)
                _go(MigrationRun(client, known, reader, fleet, options, far, listener), listed, options, made)
    return _end(options, made, clones, listed)


def _chosen(entries: Sequence[LedgerEntry], options: MigrateOptions, fleet: Operator) -> list[LedgerEntry]:
    """What may be written to, or shown. Raises UsageError where that is nothing, or where a name is of nothing."""
    operated, slugs = options.operated, options.choice.slugs
    scan = fleet_next.fleet("scan", operated)
    if unknown := list(choosing.unknown(entries, slugs)):
        which = "repository" if len(unknown) == 1 else "repositories"
        raise UsageError(f"{operated.ledger} has no {which} {choosing.some(unknown)}; run {scan} to add what is new")
    found = choosing.to_migrate(entries, options.choice, fleet, options.workspace)
    if options.open_prs and found and all(one.repository.folder for one in found):
        raise UsageError(
            f"{operated.ledger} has only clones on this machine, and pull requests are opened in Bitbucket; run "
            "`patless fleet scan --workspace SLUG` first"
        )
    if not found and slugs:
        raise UsageError(f"nothing to migrate: {choosing.some(slugs)} is gone, archived, or excluded")
    if not found:
        raise UsageError(f"{operated.ledger} has no such repository; run {scan} to add it")
    return found


def _preview(
    clones: Sequence[LedgerEntry],
    known: Ledger,
    proposer: Proposer,
    fleet: Operator,
    options: MigrateOptions,
    listener: Listener,
    far: Going,
) -> None:
    clones = [one for one in clones if matters(known, one, options.destinations)]
    far.begins("reading clones", len(clones), "repository", "repositories")
    with telling.going(far):
        for one in previewing.previews(clones, known, proposer, fleet, options.destinations, far.did):
            if isinstance(one, Failure):
                listener.failure(one)
            else:
                listener.outcome(one)


def _go(going: MigrationRun, listed: Sequence[LedgerEntry], options: MigrateOptions, made: Migrated) -> None:
    if options.open_prs:
        console.err(f"patless: {sentence}" for sentence in going.follow())
    if not going.why:
        going.go(listed)
    made.why, made.left, made.refused = going.why, going.left, going.refused


def _end(options: MigrateOptions, made: Migrated, clones: Sequence[LedgerEntry], listed: Sequence[LedgerEntry]) -> int:
    if clones and options.open_prs:
        which = many(len(clones), "clone")
        console.err([f"patless: left out {which} on this machine; pull requests are opened in Bitbucket"])
    if made.why:
        left = f"; {many(made.left, 'repository', 'repositories')} left" if made.left else ""
        console.err([printable(f"patless: {made.why}{left}; run the same command to continue")])
    total = migration.closing(made.outcomes, made.failures, open_prs=options.open_prs)
    last = " ".join(filter(None, (total, _next(options, made, clones, listed))))
    if options.format is Format.TEXT:
        console.out(f"{last}\n")
    else:
        subject = migration.subject(made.outcomes, made.failures, last)
        if not deliver(Delivery.of(subject, options.format), options.output_file):
            return exits.UNREADABLE
    if made.refused:
        return exits.REFUSED
    return exits.code(unread=bool(made.failures), left=made.left_over, exit_zero=options.exit_zero)


def _next(options: MigrateOptions, made: Migrated, clones: Sequence[LedgerEntry], listed: Sequence[LedgerEntry]) -> str:
    operated = options.operated
    would = any(map(migration.writes, made.outcomes))
    if options.open_prs:
        return f"Run {fleet_next.fleet('status', operated)} to follow them." if made.outcomes else ""
    if clones and not listed:
        asked = "patless asked nobody, so stored variables, branches, and pull requests are not checked."
        named = [one.repository.workspace for one in clones if one.repository.workspace]
        workspace = fleet_next.workspace_of(named) or "SLUG"
        scan = fleet_next.fleet(f"scan --workspace {printable(workspace)}", operated)
        return f"{asked} Run {scan} before you open them." if would else asked
    return "Run again with `--open-prs`." if would else f"Run {fleet_next.fleet('status', operated)} for an overview."


def _listener(options: MigrateOptions, made: Migrated) -> Listener:
    """Each is printed when its turn has come, but for a format that has one end."""
    paint = console.paint(options.color, sys.stdout)

    def outcome(one: MigrationOutcome) -> None:
        made.outcomes.append(one)
        if options.format is Format.TEXT:
            console.out(text.render(migration.told(one) if options.open_prs else migration.preview(one), paint))

    def failure(one: Failure) -> None:
        made.failures.append(one)
        where = f"{printable(one.slug)} {printable(one.destination)}".strip()
        console.err([f"patless: {where}: {printable(one.error)}"])

    def leaving(count: int) -> None:
        what = many(count, "pull request", "pull requests")
        console.err([f"patless: interrupted: finishing {what}; interrupt again to leave that to the next run"])

    return Listener(outcome, failure, leaving)
