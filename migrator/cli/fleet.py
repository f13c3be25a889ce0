"""`patless fleet scan` and `patless fleet merge`: many repositories, and the ledger of what is in them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.bitbucket.budget import cache_folder
from migrator.cli import console, exits, fleet_next, network, telling
from migrator.cli.fleet_ledger import agrees
from migrator.findings.counting import many
from migrator.findings.records import Verdict
from migrator.fleet import choosing, joining, operator
from migrator.fleet.judging import judging
from migrator.fleet.ledger import Ledger
from migrator.fleet.listing import Selection
from migrator.fleet.operator import Operator
from migrator.fleet.progress import Going
from migrator.fleet.records import LedgerEntry, RepositoryState
from migrator.fleet.sharding import Shard
from migrator.fleet.surveying import SurveyRound
from migrator.fleet.visiting import GatheringOptions
from migrator.options import UsageError
from migrator.options.fleet import Allowance, Operated, ScanOptions
from migrator.repositories.direct import Direct
from migrator.text.mask import printable

_LINES = 20


def scan(options: ScanOptions) -> int:
    """Look at the repositories that were asked for, and return the exit code."""
    selection, shard = Selection.of(options.filter, options.slugs), Shard.of(options.shard, os.environ)
    far = Going(
        later=f"Results are in {options.operated.ledger}; stop at any time, and run the same command to continue"
    )
    judge = judging(operator.find(options.operated.config), options.rules)
    reading = GatheringOptions(cache_folder(os.environ), judge, options.branches, options.timeout)
    if options.folder:
        far.begins("looking for clones")
        with telling.going(far), Ledger(options.operated.ledger) as ledger:
            chosen = choosing.clones(options.folder, ledger, shard)
            entries = SurveyRound(ledger, reading, chosen, options, shard, None, far, _say).go()
            far.begins("reading the ledger")
            return _end(options, ledger, entries, reading.judge.operator, chosen.news)
    allowance, part = Allowance(options.max_requests), (shard.number, shard.count)
    far.begins("listing repositories")
    with network.client(far, allowance, part) as client, Ledger(options.operated.ledger) as ledger:
        direct = Direct(options.timeout)
        reading = replace(reading, credentials=client.credentials, api=client.base, direct=direct)
        workspace = account.slug(client, selection.workspace)
        known = choosing.catalogued(options.listing, workspace, client) if options.listing else None
        selection = replace(selection, workspace=known.workspace if known else workspace)
        if options.failed:
            chosen = choosing.of_ledger(ledger, selection.workspace)
        else:
            known = known or choosing.listed(client, selection)
            far.begins("asking what became of repositories")
            chosen = choosing.chosen(known, ledger, client, shard, reading.cache)
        entries = SurveyRound(ledger, reading, chosen, options, shard, client, far, _say).go()
        far.begins("reading the ledger")
        return _end(options, ledger, entries, reading.judge.operator, chosen.news)


def merge(ledger: Path, workspace: str, ledgers: Sequence[Path]) -> int:
    """Join `ledgers` into `ledger`, all of one workspace where that is named."""
    for other in ledgers:
        if not other.exists():
            raise UsageError(f"{other}: no such ledger")
        if ledger.exists() and other.samefile(ledger):
            raise UsageError(f"{other}: cannot merge a ledger into itself")
    far = Going()
    far.begins("merging", len(ledgers), "ledger", "ledgers")
    with telling.going(far), Ledger(ledger) as joined:
        agrees(ledger, joined.entries(), workspace)
        for other in ledgers:
            with Ledger(other) as one:
                agrees(other, one.entries(), workspace)
                joining.join(joined, one)
            far.did()
        entries = [one for one in joined.entries() if not one.state.left]
        console.out(_summary(joined, entries))
        console.out(_next(joined, entries, Operated(ledger)))
    return exits.CLEAN


def _say(sentence: str) -> None:
    console.err([f"patless: {sentence}"])


def _end(
    options: ScanOptions, ledger: Ledger, entries: Sequence[LedgerEntry], told: Operator, news: Sequence[str]
) -> int:
    archived = [one for one in entries if told.is_archived(one.repository)]
    entries = [one for one in entries if not told.is_archived(one.repository)]
    console.out(_summary(ledger, entries))
    console.out("".join(f"{line}\n" for line in news))
    if archived:
        console.out(
            f"not counted: {len(archived):,} archived ({choosing.some(one.repository.slug for one in archived)})\n"
        )
    failed = [one for one in entries if one.lacks]
    if options.for_secrets:
        known = ledger.stored()
        failed += [
            replace(one, state=RepositoryState.ERROR, error=found.error)
            for one in entries
            if (found := known.get(one.repository.uuid)) and found.error and not one.lacks
        ]
    _some_of([printable(f"{one.repository.slug}: {one.state}: {one.error}") for one in failed])
    files = list(_unread(ledger, entries))
    _some_of(files)
    console.out(_next(ledger, entries, options.operated, failed))
    counts = _verdicts(ledger, entries)
    left = any(counts[verdict] for verdict in (Verdict.SAFE, Verdict.UNSAFE))
    return exits.code(unread=bool(failed or files), left=left, exit_zero=options.exit_zero)


def _some_of(lines: Sequence[str]) -> None:
    more = [f"and {len(lines) - _LINES:,} more"] if len(lines) > _LINES else []
    console.err([*lines[:_LINES], *more])


def _unread(ledger: Ledger, entries: Sequence[LedgerEntry]) -> Iterator[str]:
    """Files that could not be read, with their repository and the reason, once each."""
    wanted = {one.repository.uuid for one in entries}
    found = {
        (branch.entry.repository.slug, one.path, one.error)
        for branch in ledger.branches()
        if branch.seen and branch.entry.repository.uuid in wanted
        for one in branch.seen.skipped
    }
    for slug, path, error in sorted(found):
        yield printable(f"{slug}: {path}: {error}")


def _next(
    ledger: Ledger, entries: Sequence[LedgerEntry], operated: Operated, failed: Sequence[LedgerEntry] = ()
) -> str:
    """The last line: what nothing is known of, and what to run next."""
    counts = _verdicts(ledger, entries)
    workspace = fleet_next.workspace_of(one.repository.workspace for one in entries if not one.repository.folder)
    parts = [fleet_next.unread(len(list(_unread(ledger, entries))), len(failed), operated)]
    if entries:
        parts.append(fleet_next.after_scan(counts[Verdict.SAFE], sum(counts.values()), workspace, operated))
    return "".join(f"{line}\n" for line in filter(None, [" ".join(filter(None, parts))]))


def _summary(ledger: Ledger, entries: Sequence[LedgerEntry]) -> str:
    states = Counter(one.state for one in entries)
    told = ", ".join(f"{states[state]:,} {state}" for state in RepositoryState if states[state])
    counts = _verdicts(ledger, entries)
    found = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict)
    several = many(len(entries), "repository", "repositories")
    return f"{several}: {told or 'none'}\n{many(sum(counts.values()), 'finding')}: {found}\n"


def _verdicts(ledger: Ledger, entries: Sequence[LedgerEntry]) -> Counter[Verdict]:
    """Of the findings on all branches that were read."""
    wanted = {one.repository.uuid for one in entries}
    return Counter(
        finding.verdict
        for branch in ledger.branches()
        if branch.seen and branch.entry.repository.uuid in wanted
        for finding in branch.seen.findings
    )
