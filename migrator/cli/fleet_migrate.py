"""`patless fleet migrate`: the pull requests that move the repositories of a workspace, shown or opened."""

from __future__ import annotations

import sys

from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.failures import UsageError
from migrator.cli.fleet_asking import Asked, Showing, chosen, opened
from migrator.cli.fleet_reading import Doing, reader
from migrator.cli.fleet_status import ENDS, followed
from migrator.fleet import following, operator
from migrator.fleet.deciding import Act
from migrator.fleet.ledger import Ledger
from migrator.fleet.looking import Reader, Target, wanted
from migrator.fleet.opening import Opener, Outcome
from migrator.fleet.operator import Operator
from migrator.fleet.records import Entry, Repository
from migrator.reports.formats import text
from migrator.reports.paint import Paint
from migrator.reports.subjects import migration
from migrator.reports.subjects.migration import Failure
from migrator.repositories.git import GitError
from migrator.text.mask import printable
from migrator.text.view import Unreadable


def run(asked: Asked, doing: Doing, showing: Showing) -> int:
    """Show what would be done, or do it, and return the exit code."""
    fleet = operator.find(asked.config)
    with network.client() as client, opened(asked) as ledger:
        by = reader(client, ledger, asked, fleet, doing)
        going = _Run(client, ledger, by, asked, doing, fleet, console.paint(showing.colour, sys.stdout))
        if doing.acts:
            going.follow()
        for entry in going.entries():
            if not going.one(entry):
                break
    console.out(migration.closing(going.outcomes, going.failures, acts=doing.acts) + "\n")
    if going.refused:
        return exits.REFUSED
    left = any(one.waits or (one.looked and _undone(one)) for one in going.outcomes)
    return exits.code(unread=bool(going.failures), left=left, exit_zero=showing.exit_zero)


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
        found = [one for one in self.ledger.entries() if chosen(one, self.asked, self.fleet)]
        if not found:
            raise UsageError(
                f"{self.asked.ledger} has no repository of that choice; `patless fleet scan` puts them there"
            )
        kept = {one.uuid for one in self.ledger.changes()}
        found = [one for one in found if one.repository.uuid in kept or self.matters(one)]
        if not self.doing.acts or kept:
            return found
        # The ledger is new, or was lost: what is open already comes first, so that the limits know of it.
        begun = following.begun(self.client, [one.repository for one in found])
        return sorted(found, key=lambda one: one.repository.uuid not in begun)

    def matters(self, entry: Entry) -> bool:
        """Whether there is, or may be, something to change: what was read and has no finding is left out."""
        if self.doing.destinations or not entry.scanned:
            return bool(entry.repository.clone_url)
        branches = list(self.ledger.branches(entry.repository.uuid))
        return any(one.seen is None or one.seen.findings for one in branches)

    def follow(self) -> None:
        """Learn what became of the open ones, which decides about further ones."""
        entries = self.ledger.entries()
        for sentence in followed(self.client, self.ledger, entries, self.ledger.changes()):
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
            lines = [migration.line(outcome), *(() if self.doing.acts else migration.preview(outcome))]
            console.out("".join(f"{text.line(line, self.paint)}\n" for line in lines))
            if outcome.ends:
                return False
        return True

    def shown(self, target: Target) -> Outcome:
        looked = self.reader.look(target, self.ledger.change(target.repository.uuid, target.destination))
        return Outcome(target, looked, pull_request=looked.decision.pull_request)

    def destinations(self, repository: Repository) -> list[str]:
        if not self.doing.destinations:
            return [repository.main_branch] if repository.main_branch else []
        ours = {one.branch for one in self.ledger.changes(repository.uuid)}  # whatever a template called them
        heads = self.reader.heads(repository).keys() - ours
        return sorted(name for name in heads if wanted(name, self.doing.destinations))

    def failed(self, repository: Repository, name: str, error: Exception) -> bool:
        failure = Failure(repository.slug, name, str(error))
        self.failures.append(failure)
        where = f"{printable(failure.slug)} {printable(name)}".strip()
        console.err([f"patless: {where}: {printable(failure.error)}"])
        self.refused = self.refused or isinstance(error, ApiError)
        if self.doing.acts:
            self.opener.failed(repository, name or repository.main_branch, printable(failure.error))
        return not (isinstance(error, ApiError) and error.kind in ENDS)


def _undone(outcome: Outcome) -> bool:
    decision = outcome.looked.decision if outcome.looked else None
    return decision is not None and outcome.done is None and (decision.act.writes or decision.act is Act.STOP)
