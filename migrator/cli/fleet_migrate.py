"""`patless fleet migrate`, `status` and `revert`: pull requests across a workspace, and what has become of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.errors import ApiError, Kind
from migrator.bitbucket.session import Client
from migrator.cli import console, exits
from migrator.cli.failures import UsageError
from migrator.cli.fleet import judging
from migrator.cli.options import Form
from migrator.core.mask import printable
from migrator.core.view import Unreadable
from migrator.fleet import following, imports, operator, packages, starting, undoing
from migrator.fleet.deciding import Act, Policy
from migrator.fleet.exporters import Exporters
from migrator.fleet.ledger import Ledger
from migrator.fleet.looking import Reader, Target, wanted
from migrator.fleet.opening import Opener, Outcome
from migrator.fleet.operator import Operator
from migrator.fleet.pacing import Limits
from migrator.fleet.proposal import Texts
from migrator.fleet.records import Change, Entry, Repository
from migrator.fleet.scanning import Judge
from migrator.reports.fleet import migration
from migrator.reports.fleet import status as statuses
from migrator.reports.fleet.migration import Failure
from migrator.reports.paint import Paint
from migrator.repositories import remote
from migrator.repositories.git import GitError

_ENDS = (Kind.RATE_LIMITED, Kind.UNAUTHORISED)
"""No other repository would be answered otherwise."""


class Asked(Struct, frozen=True):
    """`slugs` are globs, none of them is all; `config` None: `fleet.toml`, where it is there."""

    ledger: Path
    slugs: tuple[str, ...] = ()
    config: Path | None = None
    rules: tuple[Path, ...] = ()
    wave: str = ""
    templates: Path | None = None
    probed: tuple[str, ...] = ()


class Doing(Struct, frozen=True):
    """What `migrate` may do. `destinations` are branches and globs of them, none is the main branch."""

    acts: bool = False
    destinations: tuple[str, ...] = ()
    reopen: bool = False
    accept_linkage: bool = False
    draft: bool = False
    skip_ci: bool = True
    limits: Limits = Limits()


class Showing(Struct, frozen=True):
    form: Form = Form.TEXT
    colour: console.Colour = console.Colour.AUTO
    exit_zero: bool = False


def migrate(asked: Asked, doing: Doing, showing: Showing) -> int:
    """Show what would be done, or do it, and return the exit code."""
    fleet = operator.find(asked.config)
    with Client.of() as client, _ledger(asked) as ledger:
        reader = _reader(client, ledger, asked, fleet, doing)
        run = _Run(client, ledger, reader, asked, doing, fleet, console.paint(showing.colour, sys.stdout))
        if doing.acts:
            run.follow()
        for entry in run.entries():
            if not run.one(entry):
                break
    console.out(migration.closing(run.outcomes, run.failures, acts=doing.acts) + "\n")
    if run.refused:
        return exits.REFUSED
    left = any(one.waits or (one.looked and _undone(one)) for one in run.outcomes)
    return exits.code(unread=bool(run.failures), left=left, exit_zero=showing.exit_zero)


def status(asked: Asked, showing: Showing, *, offline: bool) -> int:
    """Print how far every repository is, and return the exit code."""
    fleet = operator.find(asked.config)
    failures: list[str] = []
    with _ledger(asked) as ledger:
        entries = [one for one in ledger.entries() if _named(one, asked, fleet)]
        changes = ledger.changes()
        if not offline and any(following.unsettled(one) for one in changes):
            with Client.of() as client:
                failures = _followed(client, ledger, entries, changes)
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for entry in entries for one in ledger.branches(entry.repository.uuid)]
        kept = [one for one in ledger.changes() if one.uuid in uuids]
    found = following.rows(entries, branches, kept, datetime.now(UTC), fleet.excluded)
    workspace = entries[0].repository.workspace if entries else ""
    if showing.form is Form.JSON:
        console.out(statuses.document(workspace, found))
    else:
        console.out(statuses.table(found, console.paint(showing.colour, sys.stdout)))
    console.err(f"patless: {failure}" for failure in failures)
    if failures:
        return exits.REFUSED
    standings = {row.standing for row in found}
    left = bool(standings & {following.Standing.FINDINGS, following.Standing.OPEN, following.Standing.MERGED_RED})
    return exits.code(unread=following.Standing.ERROR in standings, left=left, exit_zero=showing.exit_zero)


def revert(asked: Asked, slug: str, destination: str, *, draft: bool, shows: bool) -> int:
    """Open the pull request that takes a merged one back, and return the exit code."""
    fleet = operator.find(asked.config)
    with Client.of() as client, _ledger(asked) as ledger:
        entry = ledger.entry(slug)
        if entry is None:
            raise UsageError(f"there is no repository {printable(slug)} in {asked.ledger}")
        repository = entry.repository
        wanted = destination or repository.main_branch
        change = next((one for one in ledger.changes(repository.uuid) if one.destination == wanted), None)
        if change is None:
            raise UsageError(f"no pull request of patless to {printable(wanted)} of {printable(slug)} is in the ledger")
        reader = _reader(client, ledger, asked, fleet, None)
        found = undoing.reversal(client, repository, change, reader.heads(repository), reader.texts, reader.known)
        if shows and not found.existing:
            console.out(f"{printable(slug)} {printable(wanted)}: would open: {printable(found.title)}\n")
            return exits.LEFT
        made = undoing.opened(client, repository, found, wanted, draft)
    said = "is open already" if found.existing else "opened"
    console.out(f"{printable(slug)} {printable(wanted)}: {said} #{made.number} {printable(made.url)}\n")
    return exits.CLEAN


class _Run:
    """One run of `migrate` over the repositories of a ledger."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        reader: Reader,
        asked: Asked,
        doing: Doing,
        fleet: Operator,
        paint: Paint,
    ) -> None:
        self.client, self.ledger, self.reader = client, ledger, reader
        self.asked, self.doing, self.fleet, self.paint = asked, doing, fleet, paint
        self.opener = Opener(client, ledger, reader, doing.limits, doing.draft)
        self.outcomes: list[Outcome] = []
        self.failures: list[Failure] = []
        self.refused = False

    def entries(self) -> list[Entry]:
        found = [one for one in self.ledger.entries() if _chosen(one, self.asked, self.fleet)]
        if not found:
            raise UsageError(
                f"{self.asked.ledger} has no repository of that choice; `patless fleet scan` puts them there"
            )
        kept = {one.uuid for one in self.ledger.changes()}
        return [one for one in found if one.repository.uuid in kept or self.matters(one)]

    def matters(self, entry: Entry) -> bool:
        """Whether there is, or may be, something to change: what was read and has no finding is left out."""
        if self.doing.destinations or not entry.scanned:
            return bool(entry.repository.clone_url)
        branches = list(self.ledger.branches(entry.repository.uuid))
        return any(one.seen is None or one.seen.findings for one in branches)

    def follow(self) -> None:
        """Learn what became of the open ones, which decides about further ones."""
        entries = self.ledger.entries()
        for sentence in _followed(self.client, self.ledger, entries, self.ledger.changes()):
            self.refused = True
            console.err([f"patless: {sentence}"])

    def one(self, entry: Entry) -> bool:
        """Deal with one repository; whether the run goes on."""
        repository = entry.repository
        try:
            names = self.destinations(repository)
        except (ApiError, GitError) as error:
            return self.failed(repository, "", error)
        for name in names:
            target = Target(repository, name, self.doing.destinations, self.fleet.wave(repository.slug))
            try:
                outcome = self.opener.carry_out(target) if self.doing.acts else self.shown(target)
            except (ApiError, GitError, Unreadable) as error:
                if not self.failed(repository, name, error):
                    return False
                continue
            self.outcomes.append(outcome)
            lines = [migration.line(outcome, self.paint, acts=self.doing.acts)]
            lines += [] if self.doing.acts else migration.preview(outcome, self.paint)
            console.out("".join(f"{line}\n" for line in lines))
            if outcome.ends:
                return False
        return True

    def shown(self, target: Target) -> Outcome:
        rows = self.ledger.changes(target.repository.uuid)
        known = next((one for one in rows if one.destination == target.destination), None)
        looked = self.reader.look(target, known)
        return Outcome(target, looked, pull_request=looked.decision.pull_request)

    def destinations(self, repository: Repository) -> list[str]:
        if not self.doing.destinations:
            return [repository.main_branch] if repository.main_branch else []
        heads = self.reader.heads(repository)
        return sorted(name for name in heads if wanted(name, self.doing.destinations))

    def failed(self, repository: Repository, name: str, error: Exception) -> bool:
        failure = Failure(repository.slug, name, str(error))
        self.failures.append(failure)
        where = f"{printable(failure.slug)} {printable(name)}".strip()
        console.err([f"patless: {where}: {printable(failure.error)}"])
        self.refused = self.refused or isinstance(error, ApiError)
        for row in self.ledger.changes(repository.uuid) if self.doing.acts else ():
            if row.destination == name and row.pull_request is not None:
                self.ledger.keep(replace(row, error=printable(failure.error)))
        return not (isinstance(error, ApiError) and error.kind in _ENDS)


def _undone(outcome: Outcome) -> bool:
    decision = outcome.looked.decision if outcome.looked else None
    return decision is not None and outcome.done is None and (decision.act.writes or decision.act is Act.STOP)


def _followed(client: Client, ledger: Ledger, entries: Sequence[Entry], changes: Sequence[Change]) -> list[str]:
    """Ask after every change that is not settled; what could not be asked, as sentences."""
    by_uuid = {entry.repository.uuid: entry.repository for entry in entries}
    failures: list[str] = []
    for change in changes:
        repository = by_uuid.get(change.uuid)
        if repository is None or not following.unsettled(change):
            continue
        try:
            now = datetime.now(UTC)
            ledger.keep(following.followed(client, repository.workspace, repository.slug, change, now))
        except ApiError as error:
            failures.append(f"{repository.slug} {change.destination}: {error}")
            if error.kind in _ENDS:
                break
    return failures


def _ledger(asked: Asked) -> Ledger:
    if not asked.ledger.exists():
        raise UsageError(f"there is no ledger {asked.ledger}; `patless fleet scan` makes it")
    return Ledger(asked.ledger)


def _chosen(entry: Entry, asked: Asked, fleet: Operator) -> bool:
    return not fleet.excluded(entry.repository.slug) and _named(entry, asked, fleet)


def _named(entry: Entry, asked: Asked, fleet: Operator) -> bool:
    """Whether it is one of those that the command line names. A clone on this machine never is."""
    slug = entry.repository.slug
    if entry.repository.folder:
        return False
    if asked.wave:
        wave = fleet.wave(slug)
        if wave is None or wave.name != asked.wave:
            return False
    return not asked.slugs or any(fnmatchcase(slug, glob) for glob in asked.slugs)


def _reader(client: Client, ledger: Ledger, asked: Asked, fleet: Operator, doing: Doing | None) -> Reader:
    if asked.wave and all(wave.name != asked.wave for wave in fleet.waves):
        raise UsageError(f"{fleet.path or operator.FILE} has no wave {printable(asked.wave)}")
    cache = cache_folder(os.environ)
    base = judging(fleet, asked.rules)
    return Reader(
        client=client,
        cache=cache,
        judge=_judge(base, dict(_probed(asked.probed)), _pushers(ledger, base, cache) if doing else {}),
        policy=Policy(doing.reopen, doing.accept_linkage) if doing else Policy(),
        texts=Texts(asked.templates),
        known=starting.load((*fleet.rules, *asked.rules)),
        skip_ci=doing.skip_ci if doing else True,
    )


def _judge(
    base: Judge, probed: Mapping[str, tuple[str, ...]], pushers: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Callable[[Repository], Judge]:
    """By what each repository is judged: the operator's word, what a probe has shown, and who else pushes what."""

    def judge(repository: Repository) -> Judge:
        found = base.of(repository)
        own = (*found.settings.own_packages, *probed.get(repository.slug, ()))
        elsewhere = pushers.get(repository.slug, {})
        return replace(found, settings=replace(found.settings, own_packages=own, pushed_elsewhere=elsewhere))

    return judge


def _pushers(ledger: Ledger, judge: Judge, cache: Path) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By repository, the packages that others push too, as far as the ledger knows."""

    def copy(repository: Repository) -> Path:
        return Path(repository.folder or remote.place(cache, repository.workspace, repository.slug))

    branches = list(ledger.branches())
    return packages.elsewhere(branches, imports.graph(branches, Exporters(ledger.entries(), copy, judge)))


def _probed(given: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`SLUG=FILE`: the packages that the probe of a repository has shown to be reached by its native pair."""
    for one in given:
        slug, equals, name = one.partition("=")
        try:
            packages = json.loads(Path(name).read_bytes())["packages"] if equals else None
            names = tuple(str(row["name"]) for row in packages or () if _reached(row["probe"], row))
        except (OSError, ValueError, LookupError, TypeError):
            packages = None
        if packages is None:
            raise UsageError(
                f"--probed {printable(one)} is not SLUG=FILE with what `patless packages --probe --format json` printed"
            )
        yield slug, names


def _reached(probe: Mapping[str, object], row: Mapping[str, object]) -> bool:
    return probe["readable"] == "yes" and (not row["pushed"] or probe["push"] == "yes")
