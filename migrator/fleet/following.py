"""What has become of the pull requests that were opened: asked of Bitbucket, told per repository and destination."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import account, pipelines, pull_requests, source_commits
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Commit, PullRequest, Run
from migrator.findings.records import Skipped, Verdict
from migrator.fleet.abreast import Abreast, Place
from migrator.fleet.records import (
    ChangeState,
    FleetRepository,
    LedgerBranch,
    LedgerEntry,
    Migration,
    RepositoryState,
    SeenFinding,
)
from migrator.repositories.git import GitError
from migrator.secrets.changes import BRANCH as OURS
from migrator.text.mask import named
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

GREEN, RED = "green", "red"
HEAD = "HEAD"
"""The branch of a clone that has none checked out."""
_REFUSED = (Cause.UNAUTHORISED, Cause.FORBIDDEN, Cause.MISSING, Cause.GONE)
_CLOCKS = timedelta(days=1)
"""How far the clocks of people who commit may be ahead."""
_ASKED = 10
"""Runs of which it is asked whether the change is in them."""
_RESULTS = {"SUCCESSFUL": GREEN, "FAILED": RED, "ERROR": RED}
"""Another result, such as that of a run which was stopped, tells nothing, so the next run does."""

_SKIP = regex(r"\[(?:skip ci|ci skip)\]", re.IGNORECASE)
"""https://confluence.atlassian.com/bbkb/how-to-skip-triggering-a-pipeline-build-using-skip-ci-label-1207188270.html;
whether any case of letters counts is not documented."""
_NO_RUN = "its commit says `[skip ci]`, so Bitbucket starts no pipeline for it; run the branch's pipeline by hand"


class Standing(StrEnum):
    CLEAN = "clean"
    FINDINGS = "findings"
    UNREADABLE = "unreadable"
    """A file could not be read, and what was read has no finding: what the file holds is not known."""
    OPEN = "pr-open"
    MERGED = "merged"
    MERGED_GREEN = "merged-green"
    MERGED_RED = "merged-red"
    DECLINED = "declined"
    ERROR = "error"
    SKIPPED = "skipped"
    GONE = "gone"
    TRANSFERRED = "transferred"
    ARCHIVED = "archived"

    @property
    def counts(self) -> bool:
        """Whether it is of a repository that is there to be migrated."""
        return self not in (Standing.GONE, Standing.TRANSFERRED, Standing.ARCHIVED)


class StatusRow(Struct, frozen=True):
    """One destination of a repository; `destination` '' where none is known. `findings` are all, `held_back` those of
    them that are not applied without being told to, or that `migrate` has left alone, and `why` says why it left all of
    them. `unread` counts files that could not be read. `days` is the age of an open pull request. `was` are slugs that
    the repository had before."""

    slug: str
    uuid: str
    standing: Standing
    destination: str = ""
    findings: int = 0
    held_back: int = 0
    change: Migration | None = None
    days: int | None = None
    error: str = ""
    was: tuple[str, ...] = ()
    unread: int = 0
    why: str = ""

    @property
    def is_unread(self) -> bool:
        """Whether it is not known what all of it holds."""
        return self.standing is Standing.ERROR or self.unread > 0


def begun(
    client: Client, repositories: Sequence[FleetRepository], heads: Callable[[FleetRepository, str], Mapping[str, str]]
) -> frozenset[str]:
    """The UUIDs of those that have a pull request of the account that asks, open or merged; where Bitbucket does not
    say who asks, that have a branch such as this tool makes, which `heads` tells by how their names begin: git is asked
    for that, as it has an allowance of its own. An open one whose branch people have removed is found when its turn
    comes. Raises ApiError."""
    try:
        me = account.user(client).uuid
    except ApiError as error:
        if error.kind not in _REFUSED:
            raise
        return _having_a_branch(repositories, heads)
    workspaces = dict.fromkeys(one.workspace for one in repositories)
    names = {each.repository.lower() for workspace in workspaces for each in pull_requests.by(client, workspace, me)}
    return frozenset(one.uuid for one in repositories if f"{one.workspace}/{one.slug}".lower() in names)


def _having_a_branch(
    repositories: Sequence[FleetRepository], heads: Callable[[FleetRepository, str], Mapping[str, str]]
) -> frozenset[str]:
    found: set[str] = set()

    def has(repository: FleetRepository, _: Place) -> str:
        try:
            return repository.uuid if heads(repository, OURS) else ""
        except (ApiError, GitError):  # it is told when its turn comes
            return ""

    Abreast().go(repositories, has, found.add)
    return frozenset(found - {""})


def unsettled(change: Migration, again: bool = False) -> bool:
    """Whether Bitbucket may say more than is known: it is open, or merged and its first run is not at an end; `again`:
    or merged at all."""
    return change.pull_request is not None and (
        change.state in (ChangeState.OPEN, ChangeState.UPDATING)
        or (change.state == ChangeState.MERGED and (again or not (change.run and change.merged)))
    )


def followed(
    client: Client, workspace: str, slug: str, change: Migration, now: datetime, again: bool = False
) -> Migration:
    """The row as it is now; `again`: its run too, where that is known. Raises ApiError."""
    found = pull_requests.one(client, workspace, slug, change.pull_request or 0)
    at = now.isoformat()
    if found.open:
        return replace(change, at=at)
    if found.state != "MERGED":
        return replace(change, at=at, state=ChangeState.DECLINED, error="")
    commit = source_commits.one(client, workspace, slug, found.merge_commit) if found.merge_commit else None
    known = "" if again else change.run
    run = known or (_run(client, workspace, slug, found, commit, again) if commit else "")
    merged = (_merged(found, commit) or now).isoformat()
    error = _NO_RUN if not run and commit and _SKIP.search(commit.message) else ""
    return replace(change, at=at, state=ChangeState.MERGED, run=run, merged=merged, error=error)


def amended(row: Migration, learnt: Migration) -> Migration:
    """The row with what was learnt of its pull request, whatever another run has made of it meanwhile."""
    if row.pull_request != learnt.pull_request:
        return row
    if learnt.state not in (ChangeState.MERGED, ChangeState.DECLINED):
        return replace(row, at=learnt.at)
    return replace(row, at=learnt.at, state=learnt.state, run=learnt.run, merged=learnt.merged, error=learnt.error)


def _merged(found: PullRequest, commit: Commit | None) -> datetime | None:
    """When it was merged; a pull request has no field for that. The commit that the merge made has the date of it.
    Where it made none, as a fast-forward or a rebase, whose commits can be older, or where another pull request brought
    it along, it was last changed by its merge, or after it.

    https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
    """
    if commit is None or commit.date is None or not _within(found, commit.date):
        return found.updated_on
    return found.updated_on if found.source_sha and commit.sha.same(found.source_sha) else commit.date


def _within(found: PullRequest, moment: datetime) -> bool:
    """Whether it is in the life of the pull request; the date of a person's commit can be any."""
    return (found.created_on or moment) <= moment <= (found.updated_on or moment)


def _run(client: Client, workspace: str, slug: str, merged: PullRequest, commit: Commit, again: bool) -> str:
    """How the first run of the destination with the change ended, `green` or `red`; '' while none has. `again`: the
    last run of its commit, which a person may have started anew.

    That of the commit that the change came with, or else the first one of a later commit: several pushes can share a
    run. The commit may be older than its merge, and its date is whatever a person's clock said.
    """
    since = next((one for one in (commit.date, merged.created_on) if one and one <= (merged.updated_on or one)), None)
    if since is None:
        return ""
    branch = pipelines.of_branch(client, workspace, slug, merged.destination, since - _CLOCKS)
    runs = [(one, one.sha) for one in branch if one.sha and _pushed(one) and _colour(one) is not None]
    if at := [one for one, sha in runs if sha.same(commit.sha)]:
        return _colour(at[-1 if again else 0]) or ""
    later = (one for one, sha in runs[:_ASKED] if source_commits.contains(client, workspace, slug, sha, commit.sha))
    return next((_colour(one) or "" for one in later), "")


def _colour(run: Run) -> str | None:
    """`green` or `red`, '' for what may still tell, None for what never will."""
    return _RESULTS.get(run.result or "", _unended(run))


def _pushed(run: Run) -> bool:
    """Not one that a person or a schedule started by the name of a pipeline, nor one of a pull request."""
    return run.selector not in ("custom", "pull-requests")


def _unended(run: Run) -> str | None:
    """'' for a run that may still tell, None for one that never will."""
    return None if run.state == "COMPLETED" else ""


def rows(
    entries: Iterable[LedgerEntry],
    branches: Iterable[LedgerBranch],
    changes: Iterable[Migration],
    now: datetime,
    excluded: Callable[[str], bool] = lambda slug: False,
    archived: Callable[[FleetRepository], bool] = lambda repository: False,
) -> list[StatusRow]:
    """Every repository with its main branch and every destination that was dealt with, by slug and destination.

    `excluded` tells by slug which ones the operator leaves out, `archived` which ones nobody works on any more.
    """
    seen = {(one.entry.repository.uuid, one.name): one for one in branches}
    kept = {(one.uuid, one.destination): one for one in changes}
    found: list[StatusRow] = []
    for entry in entries:
        repository = entry.repository
        slug, uuid, main, was = repository.slug, repository.uuid, repository.main_branch, repository.was
        if entry.state.left:
            found.append(StatusRow(slug, uuid, Standing(str(entry.state)), error=entry.error, was=was))
            continue
        if excluded(slug):
            found.append(StatusRow(slug, uuid, Standing.SKIPPED, main, error="excluded by the configuration", was=was))
            continue
        names = {name for owner, name in kept if owner == uuid}
        names |= {main} if main and (not names or (uuid, main) in seen) else set()
        names |= {HEAD} if not main and (uuid, HEAD) in seen else set()
        for name in sorted(names) or [""]:
            row = _row(entry, name, seen.get((uuid, name)), kept.get((uuid, name)), now)
            found.append(replace(row, standing=Standing.ARCHIVED) if archived(repository) else row)
    return found


def _row(
    entry: LedgerEntry, name: str, branch: LedgerBranch | None, change: Migration | None, now: datetime
) -> StatusRow:
    findings = branch.seen.findings if branch and branch.seen else ()
    skipped = branch.seen.skipped if branch and branch.seen else ()
    standing = _standing(entry, branch, change)
    current = change if change and not _outdated(change, entry) else None
    unread = entry.error if standing is Standing.ERROR else _unread(skipped) or entry.error
    error = (change.error if change else "") or unread
    return StatusRow(
        slug=entry.repository.slug,
        uuid=entry.repository.uuid,
        standing=standing,
        destination=name,
        findings=len(findings),
        held_back=_held_back(findings, current),
        unread=len(skipped),
        why=current.why if current else "",
        change=change,
        days=_days(change, now) if change and standing is Standing.OPEN else None,
        error=error,
        was=entry.repository.was,
    )


def _held_back(findings: Sequence[SeenFinding], change: Migration | None) -> int:
    """Of the findings of the scan, as far as it and `migrate` tell."""
    doubtful = sum(finding.verdict is not Verdict.SAFE for finding in findings)
    return min(len(findings), max(doubtful, change.held if change else 0))


def _outdated(change: Migration, entry: LedgerEntry) -> bool:
    """Whether a scan has judged it anew since `migrate` left all of it alone. A moment that is none is before."""
    if change.state != ChangeState.HELD:
        return False
    try:
        return datetime.fromisoformat(change.at) < datetime.fromisoformat(entry.scanned)
    except (ValueError, TypeError):
        return False


def _standing(entry: LedgerEntry, branch: LedgerBranch | None, change: Migration | None) -> Standing:
    if change and change.state == ChangeState.MERGED:
        return {GREEN: Standing.MERGED_GREEN, RED: Standing.MERGED_RED}.get(change.run, Standing.MERGED)
    if change and change.state == ChangeState.DECLINED:
        return Standing.DECLINED
    if change and change.pull_request is not None:
        return Standing.OPEN
    if entry.state.failed or (change and change.error):
        return Standing.ERROR
    if entry.state in (RepositoryState.EMPTY, RepositoryState.LISTED) or branch is None or branch.seen is None:
        return Standing.SKIPPED
    if branch.seen.findings:
        return Standing.FINDINGS
    return Standing.UNREADABLE if branch.seen.skipped else Standing.CLEAN


def _unread(skipped: Sequence[Skipped]) -> str:
    """The first of the files that could not be read, and how many more there are."""
    if not skipped:
        return ""
    first = min(skipped, key=lambda one: (one.path, one.error))
    at = f":{first.position.line}:{first.position.column}" if first.position else ""
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"{named(first.path)}{at}: {first.error}{more}"


def _days(change: Migration, now: datetime) -> int | None:
    """Whole days; none where Bitbucket's clock is ahead."""
    return max(0, (now - datetime.fromisoformat(change.opened)).days) if change.opened else None


def counted(found: Iterable[StatusRow]) -> dict[str, int]:
    """How many rows there are of each standing, those without any left out."""
    counts: dict[str, int] = {}
    for row in found:
        counts[str(row.standing)] = counts.get(str(row.standing), 0) + 1
    return counts
