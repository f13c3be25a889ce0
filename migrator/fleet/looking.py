"""Reads what there is to know of one destination of one repository, just before anything is written to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket import inventory, pull_requests
from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import Level, PullRequest, Variable
from migrator.fleet import ownership, skipping
from migrator.fleet.deciding import Situation, Tip, decide
from migrator.fleet.proposing import Destination, Looked, Proposer, wanted
from migrator.fleet.records import FleetRepository, Migration
from migrator.repositories import disk, joining, remote
from migrator.repositories.direct import Direct, NotDirect
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.secrets.hosts import hosts

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_SHARED, _OWN = 900.0, 30.0
"""Seconds in which variables of a workspace, and of one repository, are not asked for again: those of a repository for
its next branch."""
_HEADS = "refs/heads/"


class RecentVariables:
    """Variables that were asked for a short while ago, by workspace, and by workspace and repository."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[tuple[str, ...], tuple[float, Inventory]] = {}

    def workspace(self, client: Client, workspace: str) -> Inventory:
        """Raises ApiError."""
        with self._lock:  # it is of all, so that the others wait for one answer
            found = self._recent((workspace,), _SHARED)
            return found or self._keep((workspace,), inventory.of_workspace(client, workspace))

    def own(self, client: Client, workspace: str, slug: str) -> Inventory:
        """Those of the repository and its deployments. Raises ApiError."""
        key = (workspace, slug)
        return self._recent(key, _OWN) or self._keep(
            key, inventory.inventory(client, workspace, slug, Inventory((), ()))
        )

    def _recent(self, key: tuple[str, ...], seconds: float) -> Inventory | None:
        at, found = self._found.get(key, (0.0, None))
        return found if 0 <= self._clock() - at < seconds else None

    def _keep(self, key: tuple[str, ...], found: Inventory) -> Inventory:
        self._found[key] = (self._clock(), found)
        return found


class TargetReader(Struct, frozen=True):
    """What is read by, for several threads. `direct` None: git alone asks for branches."""

    client: Client
    cache: Path
    proposer: Proposer
    filtered: remote.Filter = field(default_factory=remote.Filter)
    direct: Direct | None = None
    asked: RecentVariables = field(default_factory=RecentVariables)

    def heads(self, repository: FleetRepository, prefix: str = "") -> dict[str, str]:
        """The commits by branch, of now, of those whose name begins with `prefix`. Raises GitError, GitMissing,
        ApiError."""
        found = self._heads(repository, f"{_HEADS}{prefix}")
        return {name.removeprefix(_HEADS): sha for name, sha in found.items() if name.startswith(f"{_HEADS}{prefix}")}

    def _heads(self, repository: FleetRepository, prefix: str) -> dict[str, str]:
        url = repository.clone_url
        if self.direct:
            try:
                signed = self.client.credentials.git_authorization(url, self.client.base)
                return self.direct.heads(url, signed, (prefix,), lambda ref: True)
            except NotDirect:
                pass
        return remote.heads(url, self._signed(repository), tags=False)

    def join(
        self, target: Destination, branch: str, tip: str, head: str, files: Mapping[str, bytes], message: str
    ) -> str:
        """Bring `branch`, whose tip is `tip`, up to `head` with `files` changed; the new commit.

        Raises remote.Moved where it has another tip by now, GitError, GitMissing.
        """
        repository = target.repository
        folder = remote.place(self.cache, repository.workspace, repository.slug)
        variables = self._signed(repository)
        remote.snapshot(folder, repository.clone_url, variables, [branch, target.destination], self.filtered)
        made = joining.joined(folder, tip, head, files, message)
        joining.push(folder, repository.clone_url, variables, made, branch)
        return made

    def look(self, target: Destination, known: Migration | None) -> Looked:
        """Everything about the target, and what is to be done. Raises ApiError, GitError, GitMissing,
        ConfigurationError for a template, and Unreadable."""
        repository = target.repository
        heads = self.heads(repository)
        head = heads.get(target.destination)
        if head is None:
            raise GitError(f"the branch {target.destination} no longer exists")
        try:
            looked = self._judged(target, head)
        except OSError as error:
            raise GitError(disk.told(error, self.cache)) from None
        situation = self._situation(target, looked, heads, known)
        return self._settled(repository, replace(looked, situation=situation))

    def _settled(self, repository: FleetRepository, looked: Looked) -> Looked:
        """Variables, and how it may be merged, are asked for where something would be written, and only there."""
        decision = decide(looked.situation, self.proposer.policy)
        if decision.act.writes:
            situation = self._variables(repository, looked.situation)
            if looked.about.releases and not self.proposer.policy.accept_skip_ci:
                carrying = skipping.carrying(self.client, repository, situation.destination)
                situation = replace(situation, carrying=carrying)
            return replace(looked, situation=situation, decision=decide(situation, self.proposer.policy))
        return replace(looked, decision=decision)

    def _judged(self, target: Destination, head: str) -> Looked:
        """What the head needs, once it is here."""
        repository = target.repository
        folder = remote.place(self.cache, repository.workspace, repository.slug)
        remote.snapshot(folder, repository.clone_url, self._signed(repository), [target.destination], self.filtered)
        self._complete(repository)
        with Objects(folder) as objects:
            return self.proposer.proposed(target, objects, head)

    def _complete(self, repository: FleetRepository) -> None:
        """Bring the copies of those that import from it, which are not in the cache any more."""
        for one, branches in self.proposer.importers.branches(repository):
            folder = remote.place(self.cache, one.workspace, one.slug)
            if not one.folder and one.clone_url and (remote.is_partial(folder) or not (folder / "HEAD").exists()):
                remote.snapshot(folder, one.clone_url, self._signed(one), branches, self.filtered)

    def _situation(
        self, target: Destination, looked: Looked, heads: Mapping[str, str], known: Migration | None
    ) -> Situation:
        """With what people have made of it so far."""
        workspace, slug = target.repository.workspace, target.repository.slug
        branch = looked.situation.branch
        main = target.repository.main_branch
        protected = {name for name in (branch, *heads) if wanted(name, target.protected)}
        protected |= {target.destination, *([main] if main else [])}
        if branch in protected:
            return replace(looked.situation, protected=frozenset(protected))
        sha = heads.get(branch)
        tip: Tip | None = None
        if sha:
            tip = ownership.tip(self.client, workspace, slug, sha, known if known and known.branch == branch else None)
        found: tuple[PullRequest, ...] = ()
        if looked.situation.change or sha or known:
            found = pull_requests.of_branch(self.client, workspace, slug, branch)
        return replace(looked.situation, protected=frozenset(protected), tip=tip, pull_requests=found)

    def _variables(self, repository: FleetRepository, situation: Situation) -> Situation:
        """With the three levels of variables, read now, of all that run its pipelines."""
        book = self.proposer.judge(repository).book
        shadows: list[str] = []
        not_checked: list[str] = []
        outdated: list[str] = []
        for one in (repository, *self.proposer.importers.of(repository)):
            own, above = self.asked.own(self.client, one.workspace, one.slug), self._above(one)
            found = Inventory((*own.variables, *above.variables), (*own.not_checked, *above.not_checked))
            of = f" of {one.slug}" if one is not repository else ""
            shadows += [f"{each.key} ({_level(each, of)})" for each in found.variables if each.key in book.natives]
            not_checked += [_level(each, of) for each in found.not_checked]
            now = hosts(found, book)
            outdated += [
                f"{key}{of}" for key, host in self.proposer.judge(one).settings.hosts.items() if now.get(key) != host
            ]
        return replace(
            situation,
            shadows=tuple(dict.fromkeys(shadows)),
            not_checked=tuple(dict.fromkeys(not_checked)),
            outdated=tuple(dict.fromkeys(outdated)),
        )

    def _above(self, repository: FleetRepository) -> Inventory:
        return self.asked.workspace(self.client, repository.workspace)

    def _signed(self, repository: FleetRepository) -> dict[str, str]:
        return self.client.credentials.git_environment(repository.clone_url, self.client.base)


def _level(one: Variable | NotChecked, of: str) -> str:
    if one.level is Level.WORKSPACE:
        return str(one.level)
    return f"{one.level}{f' {one.environment}' if one.environment else ''}{of}"
