"""`patless fleet scan` and `patless fleet merge`: many repositories, and the ledger of what is in them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, fleet_listing, network
from migrator.cli.cache import shown
from migrator.cli.failures import UsageError
from migrator.cli.fleet_listing import ChosenRepositories
from migrator.cli.fleet_options import Allowance, ScanOptions
from migrator.cli.network import Going
from migrator.configuration.reading import check_codes
from migrator.findings.counting import many
from migrator.findings.records import Verdict
from migrator.findings.settings import Settings
from migrator.fleet import asking, exporters, joining, listing, operator, rounds, visiting
from migrator.fleet.bounding import Bound
from migrator.fleet.ledger import Ledger
from migrator.fleet.listing import Selection
from migrator.fleet.operator import Operator
from migrator.fleet.progress import progress
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, Scanned, StoredSnapshot
from migrator.fleet.scanning import Judge, digest
from migrator.fleet.sharding import Shard, ShardError
from migrator.fleet.visiting import GatheringOptions
from migrator.repositories import remote
from migrator.repositories.direct import Direct
from migrator.rulebook import reading as books
from migrator.secrets.plan import rules_digest
from migrator.text.mask import printable

_ROUND = timedelta(hours=24)
"""A round that was begun before is begun anew."""
_LINES = 20


def scan(options: ScanOptions) -> int:
    """Look at the repositories that were asked for, and return the exit code."""
    selection = fleet_listing.selection(options.filter, options.slugs)
    shard = _shard(options.shard)
    judge = judging(operator.find(options.operated.config), options.rules)
    with Ledger(options.operated.ledger) as ledger:
        reading = GatheringOptions(cache_folder(os.environ), judge, options.branches, options.timeout)
        if options.folder:
            asked = ChosenRepositories(_clones(options, ledger, shard))
            return _scan(options, selection, ledger, reading, asked, shard)
        with _client(options, selection, shard) as client:
            direct = Direct(options.timeout)
            reading = replace(reading, credentials=client.credentials, api=client.base, direct=direct)
            workspace = account.slug(client, selection.workspace)
            given = fleet_listing.catalogued(options.listing, workspace, client) if options.listing else None
            selection = replace(selection, workspace=given.workspace if given else workspace)
            if options.failed:
                asked = fleet_listing.known(ledger, selection.workspace)
            else:
                asked = fleet_listing.listed(selection, ledger, client, shard, given, reading.cache)
            return _scan(options, selection, ledger, reading, asked, shard, client)


def merge(ledger: Path, ledgers: Sequence[Path]) -> int:
    """Join `ledgers` into `ledger`."""
    for other in ledgers:
        if not other.exists():
            raise UsageError(f"{other}: there is no such ledger")
        if ledger.exists() and other.samefile(ledger):
            raise UsageError(f"{other}: a ledger is not joined to itself")
    with Ledger(ledger) as joined:
        for other in ledgers:
            with Ledger(other) as one:
                joining.join(joined, one)
        console.out(_summary(joined, [one for one in joined.entries() if not one.state.left]))
    return exits.CLEAN


def _scan(
    options: ScanOptions,
    selection: Selection,
    ledger: Ledger,
    reading: GatheringOptions,
    asked: ChosenRepositories,
    shard: Shard,
    client: Client | None = None,
) -> int:
    wanted = set(asked.uuids)
    left_out = reading.judge.operator.excluded
    entries = [
        one
        for one in ledger.entries()
        if one.repository.uuid in wanted and not one.state.left and not left_out(one.repository.slug)
    ]
    if options.failed:
        entries = [one for one in entries if one.state.failed]
    key = _key(options, selection, reading, shard)
    now = datetime.now(UTC)
    begun = ledger.begin(key, visiting.now(), (now - _ROUND).isoformat(timespec="milliseconds"))
    left = rounds.pending(entries, begun)
    if done := len(entries) - len(left):
        console.err(
            [f"patless: {done:,} of {len(entries):,} repositories were looked at since {begun[:16]} UTC; going on"]
        )
    chosen = left[: options.limit]
    bound = Bound(reading.cache, options.cache_limit) if client and options.cache_limit is not None else None
    with progress(len(chosen)) as told:
        seen = _bounded(bound, chosen, told)
        rounds.go_through(ledger, chosen, reading, options.jobs, lambda one: bool(rounds.pending([one], begun)), seen)
    over = len(left) - len(chosen)
    uuids = {one.repository.uuid for one in entries}
    if client:
        over += _hosts(options, ledger, reading, uuids, begun, client)
    if chosen:
        there = [one for one in ledger.entries() if not one.state.left]
        exporters.bring(there, ledger.branches(), reading)
        if client:
            over += _hosts(options, ledger, reading, uuids, begun, client, imported=True)
    looked = {one.repository.uuid for one in entries}
    entries = [one for one in ledger.entries() if one.repository.uuid in looked]
    if options.for_secrets and client:
        over += _secrets(options, ledger, reading, entries, begun, client, bound)
    if bound:
        _keep(bound)
    if over:
        what = many(over, "repository is", "repositories are")
        console.err([f"patless: {what} left; the same command goes on"])
    else:
        ledger.end(key)
    return _end(options, ledger, entries, reading.judge.operator, asked.news)


def _bounded(
    bound: Bound | None, entries: Sequence[LedgerEntry], told: Callable[[Scanned | StoredSnapshot], None]
) -> Callable[[Scanned | StoredSnapshot], None]:
    """What is called with each outcome, so that the cache stays within its bound meanwhile."""
    if bound is None:
        return told
    repositories = {one.repository.uuid: one.repository for one in entries}

    def seen(outcome: Scanned | StoredSnapshot) -> None:
        told(outcome)
        bound.saw(repositories[outcome.uuid])

    return seen


def _keep(bound: Bound) -> None:
    """The cache within its bound at the end, too, and what that took."""
    pruned = bound.keep()
    if bound.went:
        went = many(bound.went, "copy", "copies")
        console.err([f"patless: the cache is bounded: {went} taken away, {shown(bound.freed)} freed"])
    if pruned.size > bound.limit:
        over = shown(pruned.size - bound.limit)
        console.err([f"patless: the cache is {over} over its limit, as another run uses what is in it"])


def _hosts(
    options: ScanOptions,
    ledger: Ledger,
    reading: GatheringOptions,
    uuids: Collection[str],
    begun: str,
    client: Client,
    *,
    imported: bool = False,
) -> int:
    """Ask variables which registry a login uses that does not tell, and look at the repositories again that they settle
    it for; how many are left to ask. `imported`: a login in a pipeline of another repository."""
    entries = [one for one in ledger.entries() if one.repository.uuid in uuids and not rounds.pending([one], begun)]

    def copy(one: FleetRepository) -> Path:
        return Path(one.folder or remote.place(reading.cache, one.workspace, one.slug))

    if imported:
        asked = asking.importing(ledger, entries, begun, reading.judge, copy)
    else:
        asked = asking.open_questions(ledger, entries, begun)
    told = asking.ask(ledger, asked, client, reading.judge.book)
    if told.unread:
        whose = many(len(told.unread), "repository", "repositories")
        why = printable(told.unread[0])
        console.err([f"patless: can't tell which registry a login uses in {whose}: variables can't be read: {why}"])

    def outdated(entry: LedgerEntry) -> bool:
        return asking.outdated(ledger, entry, reading.judge)

    again = [one for one in entries if outdated(one)]
    if again:
        rounds.go_through(ledger, again, reading, options.jobs, outdated, lambda scanned: None)
    return told.left


def _secrets(
    options: ScanOptions,
    ledger: Ledger,
    reading: GatheringOptions,
    entries: Sequence[LedgerEntry],
    begun: str,
    client: Client,
    bound: Bound | None,
) -> int:
    """The second depth, after a word on how long it takes; how many are left over."""
    from migrator.fleet import storing

    known = ledger.stored()
    left = storing.left_of(entries, known, begun)
    branches = [branch for one in left for branch in ledger.branches(one.repository.uuid)]
    console.err([f"patless: {storing.estimate(branches, left, known, client.budget.per_hour)}"])
    chosen = left[: options.limit]
    with progress(len(chosen)) as told:
        seen = _bounded(bound, chosen, told)
        storing.go_through(ledger, chosen, reading, client, options.jobs, begun, seen)
    return len(left) - len(chosen)


def _end(
    options: ScanOptions, ledger: Ledger, entries: Sequence[LedgerEntry], told: Operator, news: Sequence[str]
) -> int:
    archived = [one for one in entries if told.is_archived(one.repository)]
    entries = [one for one in entries if not told.is_archived(one.repository)]
    console.out(_summary(ledger, entries))
    console.out("".join(f"{line}\n" for line in news))
    if archived:
        console.out(
            f"not counted: {len(archived):,} archived ({fleet_listing.some(one.repository.slug for one in archived)})\n"
        )
    failed = [one for one in entries if one.lacks]
    if options.for_secrets:
        known = ledger.stored()
        failed += [
            replace(one, state=RepositoryState.ERROR, error=found.error)
            for one in entries
            if (found := known.get(one.repository.uuid)) and found.error and not one.lacks
        ]
    lines = [printable(f"{one.repository.slug}: {one.state}: {one.error}") for one in failed[:_LINES]]
    more = [f"and {len(failed) - _LINES:,} more, which the ledger names"] if len(failed) > _LINES else []
    console.err([*lines, *more])
    counts = _verdicts(ledger, entries)
    left = any(counts[verdict] for verdict in (Verdict.SAFE, Verdict.UNSAFE))
    return exits.code(unread=bool(failed), left=left, exit_zero=options.exit_zero)


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


def _clones(options: ScanOptions, ledger: Ledger, shard: Shard) -> tuple[str, ...]:
    found = [one for folder in options.folder for one in listing.clones(folder) if shard.holds(one.uuid)]
    if not found:
        raise UsageError(f"{options.folder[0]}: there is no clone in this folder")
    ledger.put(found, visiting.now())
    return tuple(one.uuid for one in found)


def _client(options: ScanOptions, selection: Selection, shard: Shard) -> AbstractContextManager[Client]:
    if options.listing and (selection.words or selection.slugs or options.failed):
        raise UsageError(
            "--listing says which repositories there are: leave out SLUG, --project, --query, --since and "
            "--failed; `patless fleet list` takes them"
        )
    if not selection.workspace and not options.listing:
        raise UsageError("name what to scan: --workspace SLUG, or --folder DIR for clones on this machine")
    if options.for_secrets and selection.since:
        raise UsageError("--for-secrets and --since exclude each other: a variable changes without its repository")
    far = Going(
        later=f"What is known is in {options.operated.ledger}: end the run at any time, the same command goes on"
    )
    return network.waiting(far, Allowance(options.max_requests), (shard.number, shard.count))


def _shard(text: str) -> Shard:
    try:
        return Shard.of(text, os.environ)
    except ShardError as error:
        raise UsageError(str(error)) from None


def judging(told: Operator, more: Sequence[Path] = ()) -> Judge:
    """What repositories are judged by: the operator's configuration and further folders of rules. What a scanned
    repository says of itself can only restrict. Raises ConfigurationError and RuleError."""
    folders = (*told.rules, *more)
    book = books.load(folders)
    for key, codes in (("select", told.select), ("ignore", told.ignore)):
        check_codes(codes, {*book.rules, *book.reasons}, f"{told.path}: {key}")
    settings = Settings(today=date.today())
    return Judge(book, settings, digest(rules_digest((books.built_in(), *folders)), settings, told), operator=told)


def _key(options: ScanOptions, selection: Selection, reading: GatheringOptions, shard: Shard) -> str:
    """What makes two rounds the same one."""
    told = (selection.workspace, selection.project, selection.query, options.filter.since)
    what = (*told, selection.slugs, options.folder, options.branches, options.failed, options.for_secrets)
    return hashlib.sha256(repr((what, reading.judge.by, str(shard))).encode()).hexdigest()
