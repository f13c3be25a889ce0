"""What the last commit of a destination branch needs, and the words of its pull request: from its files alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.checkouts.together import DOCS
from migrator.findings.masking import masked, rewritten
from migrator.findings.records import Finding, Report
from migrator.findings.settings import Fixing
from migrator.fixes import applying as fixing
from migrator.fixes.applying import FixPlan
from migrator.fleet import identity, proposal, scanning, skipping
from migrator.fleet.deciding import MigrationDecision, Policy, Situation, decide
from migrator.fleet.exporting import Importers
from migrator.fleet.operator import Wave
from migrator.fleet.proposal import Proposal, Templates
from migrator.fleet.records import FleetRepository
from migrator.fleet.scanning import Judge
from migrator.fleet.undoing import BRANCH as UNDOING
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.starting import Releases, matches, releases
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects, TreeEntry
from migrator.repositories.refview import RefView
from migrator.rulebook.pages import is_address, pages
from migrator.secrets.changes import BRANCH as OURS
from migrator.sinks.packages import LINKED
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_FEW = 3
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
    """`files` are the new contents by path; `message` is without marks. `plan` says what is changed and what stays.
    `secrets` are where literal credentials stand in the changed files, by path: before the change, and after it."""

    situation: Situation
    decision: MigrationDecision
    files: Mapping[str, bytes]
    about: Proposal
    plan: FixPlan
    title: str = ""
    body: str = ""
    message: str = ""
    secrets: Mapping[str, tuple[tuple[Span, ...], tuple[Span, ...]]] = field(default_factory=dict)


class Proposer(Struct, frozen=True):
    """What is judged by, for several threads. `judge` gives what a repository is judged by, `importers` who else runs
    its pipelines; `skip_ci` says whether commits may ask for no run."""

    judge: Callable[[FleetRepository], Judge]
    policy: Policy
    texts: Templates
    known: Releases
    importers: Importers
    skip_ci: bool = True
    analyzing: threading.Lock = field(default_factory=threading.Lock)

    def pages(self, judge: Judge) -> Mapping[str, str]:
        """Where rules and reasons are explained."""
        base = judge.operator.docs_url or os.environ.get(DOCS, "")
        return pages(judge.book.rules, judge.book.reasons, base if is_address(base) else "")

    def proposed(self, target: Destination, objects: Objects, head: str) -> Looked:
        """What the commit `head` needs, and the words for it, as if nobody had done anything yet. Raises GitError,
        Unreadable, and ConfigurationError for a template."""
        repository, judge = target.repository, self.judge(target.repository)
        with self.analyzing:  # one at a time: it is the processor's work
            objects.load([head])
            view = RefView(objects, head)
            report = masked(scanning.analyse(view, judge))  # before anything is said or named
            report = self.importers.settled(repository, view, judge, report)
            entries = {entry.path: entry for entry in objects.entries(head)}
            plan = fixing.plan(report, Fixing(), lambda path: _refusal(entries, path))
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
            contact=judge.operator.contact,
        )
        branch = self.texts.render("branch", about)
        if not _REF.fullmatch(branch):
            raise GitError(f"the template of the branch gives {branch[:200]!r}, which is not a valid branch name")
        if self.skip_ci:
            starts = releases(files.get(ROOT, pipelines), branch, self.known)
            about = replace(about, releases=starts)
        about = proposal.proposal(about, report, made, plan.held, judge.book.reasons, self.pages(judge))
        message = self.texts.render("message", about)
        if about.releases and skipping.MARK not in message:
            message += f"\n\n{skipping.MARK}"
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
        return Looked(situation, decision, files, about, plan, title, body, message, dict(_secrets(plan, report)))


def _secrets(plan: FixPlan, report: Report) -> Iterator[tuple[str, tuple[tuple[Span, ...], tuple[Span, ...]]]]:
    for change in plan.changes:
        known = tuple(report.secrets.get(change.path, ()))
        edits = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
        after = Source.decode(change.path, change.after)
        yield change.path, (known, rewritten(report, known, edits, after.text))


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
