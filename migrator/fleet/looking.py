"""Reads what there is to know of one destination of one repository, just before anything is written to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket import inventory, pull_requests
from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import Level, PullRequest, Variable
from migrator.findings.masking import masked
from migrator.findings.records import Finding
from migrator.fixes import applying as fixing
from migrator.fixes.applying import FixPlan
from migrator.fleet import identity, ownership, proposal, scanning
from migrator.fleet.deciding import MigrationDecision, Policy, Situation, Tip, decide
from migrator.fleet.exporting import Importers
from migrator.fleet.operator import Wave
from migrator.fleet.proposal import Proposal, Templates
from migrator.fleet.records import FleetRepository, Migration
from migrator.fleet.scanning import Judge
from migrator.fleet.undoing import BRANCH as UNDOING
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.starting import Releases, matches, releases
from migrator.repositories import disk, joining, remote
from migrator.repositories.direct import Direct, NotDirect
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects, TreeEntry
from migrator.repositories.refview import RefView
from migrator.secrets.changes import BRANCH as OURS
from migrator.secrets.hosts import hosts
from migrator.sinks.packages import LINKED
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_SHARED, _OWN = 900.0, 30.0
"""Seconds in which variables of a workspace, and of one repository, are not asked for again: those of a repository for
its next branch."""
_FEW = 3
_HEADS = "refs/heads/"
_PATH = regex(r"[ !#-\[\]-~]+")
"""What the name of a form's field can hold without an encoding that servers disagree about."""
_REF = regex(r"(?!/|-)(?!.*(?://|\.\.|@\{|/\.|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])")
"""https://git-scm.com/docs/git-check-ref-format"""


class Destination(Struct, frozen=True):
    """A destination branch of a repository. `protected` are globs of branches that are never written to."""

    repository: FleetRepository
    destination: str
    protected: tuple[str, ...] = ()
    wave: Wave | None = None


def wanted(branch: str, globs: Iterable[str]) -> bool:
    """Whether a branch is a destination: `*` stays within a part of its name. Branches of this tool are none."""
    return not branch.startswith((OURS, UNDOING)) and any(matches(glob, branch) for glob in globs)


class Looked(Struct, frozen=True):
    """`files` are the new contents by path; `message` is without marks. `plan` says what is changed and what stays."""

    situation: Situation
    decision: MigrationDecision
    files: Mapping[str, bytes]
    about: Proposal
    plan: FixPlan
    title: str = ""
    body: str = ""
    message: str = ""


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
    """What is read by, for several threads. `judge` gives what a repository is judged by, `importers` who else runs its
    pipelines; `skip_ci` says whether commits may ask for no run. `direct` None: git alone asks for branches."""

    client: Client
    cache: Path
    judge: Callable[[FleetRepository], Judge]
    policy: Policy
    texts: Templates
    known: Releases
    importers: Importers
    skip_ci: bool = True
    filtered: remote.Filter = field(default_factory=remote.Filter)
    direct: Direct | None = None
    asked: RecentVariables = field(default_factory=RecentVariables)
    analyzing: threading.Lock = field(default_factory=threading.Lock)

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
        """Variables are read where something would be written, and only there."""
        decision = decide(looked.situation, self.policy)
        if decision.act.writes:
            situation = self._variables(repository, looked.situation)
            return replace(looked, situation=situation, decision=decide(situation, self.policy))
        return replace(looked, decision=decision)

    def _judged(self, target: Destination, head: str) -> Looked:
        """What the head needs, and the words for it."""
        repository, judge = target.repository, self.judge(target.repository)
        folder = remote.place(self.cache, repository.workspace, repository.slug)
        remote.snapshot(folder, repository.clone_url, self._signed(repository), [target.destination], self.filtered)
        self._complete(repository)
        with self.analyzing, Objects(folder) as objects:  # one at a time: it is the processor's work
            objects.load([head])
            view = RefView(objects, head)
            report = masked(scanning.analyse(view, judge))  # before anything is said or named
            report = self.importers.settled(repository, view, judge, report)
            entries = {entry.path: entry for entry in objects.entries(head)}
            plan = fixing.plan(report, False, lambda path: _refusal(entries, path))
            pipelines = view.read(ROOT) or b""
        if plan.failures:
            raise GitError("; ".join(plan.failures))
        made = tuple(dict.fromkeys(finding for change in plan.changes for finding in change.findings))
        files = {change.path: change.after for change in plan.changes}
        wave = target.wave
        about = Proposal(
            repository.workspace,
            repository.slug,
            target.destination,
            importers=tuple(one.slug for one in self.importers.of(repository)),
            pinned=self.importers.pins(repository, target.destination),
            owner=wave.owner if wave else "",
            due=wave.due if wave else None,
            wave=wave.name if wave else "",
        )
        branch = self.texts.render("branch", about)
        if not _REF.fullmatch(branch):
            raise GitError(f"the template of the branch gives {branch[:200]!r}, which is not a valid branch name")
        if self.skip_ci:
            starts = releases(files.get(ROOT, pipelines), branch, self.known)
            about = replace(about, releases=starts)
        about = proposal.proposal(about, report, made, plan.held, judge.book.reasons)
        message = self.texts.render("message", about)
        if about.releases and "[skip ci]" not in message:
            message += "\n\n[skip ci]"
        situation = Situation(
            destination=target.destination,
            head=head,
            branch=branch,
            change=identity.change((edit for finding in made for edit in finding.edits), report),
            held=_held(plan.held),
            unlinked=_unlinked(made),
        )
        decision = decide(situation, self.policy)
        title, body = self.texts.render("title", about), self.texts.render("body", about)
        return Looked(situation, decision, files, about, plan, title, body, message)

    def _complete(self, repository: FleetRepository) -> None:
        """Bring the copies of those that import from it, which are not in the cache any more."""
        for one, branches in self.importers.branches(repository):
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
        book = self.judge(repository).book
        shadows: list[str] = []
        not_checked: list[str] = []
        outdated: list[str] = []
        for one in (repository, *self.importers.of(repository)):
            own, above = self.asked.own(self.client, one.workspace, one.slug), self._above(one)
            found = Inventory((*own.variables, *above.variables), (*own.not_checked, *above.not_checked))
            of = f" of {one.slug}" if one is not repository else ""
            shadows += [f"{each.key} ({_level(each, of)})" for each in found.variables if each.key in book.natives]
            not_checked += [_level(each, of) for each in found.not_checked]
            now = hosts(found, book)
            outdated += [f"{key}{of}" for key, host in self.judge(one).settings.hosts.items() if now.get(key) != host]
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


def _refusal(entries: Mapping[str, TreeEntry], path: str) -> str | None:
    """Why a file cannot be written through the API, None where it can."""
    entry = entries.get(path)
    if entry is None or not entry.is_file:
        return f"{path} is a symbolic link, or no file of the commit"
    if entry.is_executable:
        return f"{path} is executable, and a commit through the API would take that away"
    return None if _PATH.fullmatch(path) else f"the API may not accept the name of {path}"


def _held(held: Sequence[Finding]) -> tuple[str, ...]:
    """Where the first few are, with the strictest reason of each."""
    shown: list[str] = []
    for finding in held[:_FEW]:
        reason = max(finding.reasons, key=lambda one: one.verdict.strictness, default=None)
        why = f" {reason.code}: {reason.detail}" if reason else ""
        shown.append(f"{finding.path}:{finding.position.line}{why}")
    return (*shown, f"{len(held) - _FEW} more") if len(held) > _FEW else tuple(shown)


def _unlinked(made: tuple[Finding, ...]) -> tuple[str, ...]:
    """What is taken for granted about the linkage of packages, which nobody has confirmed."""
    texts = (text for finding in made for text in finding.assumptions)
    return tuple(dict.fromkeys(text for text in texts if f" {LINKED} " in text))
