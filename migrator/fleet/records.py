"""What is known of a fleet's repositories, as the ledger keeps it.

Text of a repository is in here as it may be shown: masked, and with control characters spelt out. Moments are ISO 8601
with a time zone, '' where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, field

from migrator.bitbucket.records import Level
from migrator.findings.records import Package, Reason, Severity, Skipped, Use, Verdict
from migrator.text.source import Position

FOLDER = "folder:"
"""Before the real path, in place of a uuid, of a clone on this machine."""


class FleetRepository(Struct, frozen=True):
    """`uuid` is what it is known by, whatever it is called. `main_branch` '': it has none, so no commit either.

    `clone_url` is without a credential, '' where Bitbucket names none that may be used. `page_url` is for people. `was`
    are slugs that it had before, the last one at the end.
    """

    uuid: str
    workspace: str
    slug: str
    name: str = ""
    project: str = ""
    main_branch: str = ""
    clone_url: str = ""
    page_url: str = ""
    updated_on: str = ""
    was: tuple[str, ...] = ()

    @classmethod
    def unnamed(cls, workspace: str, slug: str) -> FleetRepository:
        """One that was asked for, and that Bitbucket says nothing of."""
        return cls(f"{workspace}/{slug}", workspace, slug)

    @property
    def is_named(self) -> bool:
        return self.uuid != f"{self.workspace}/{self.slug}"

    @property
    def folder(self) -> str:
        """The clone on this machine, '' for a repository of Bitbucket."""
        return self.uuid.removeprefix(FOLDER) if self.uuid.startswith(FOLDER) else ""


class RepositoryState(StrEnum):
    """How far a repository is known."""

    LISTED = "listed"
    """It was named, and not looked at yet."""
    SCANNED = "scanned"
    EMPTY = "empty"
    """It has no branch that was asked for."""
    FORBIDDEN = "forbidden"
    """Git or Bitbucket does not give it to this credential."""
    ERROR = "error"
    """It could not be read; what was seen before is kept."""
    GONE = "gone"
    """The whole list of its workspace has it no more, and Bitbucket says by its uuid that it is not there. It may be
    hidden from this credential, too, so what was seen before is kept."""
    TRANSFERRED = "transferred"
    """It is in another workspace now."""

    @property
    def failed(self) -> bool:
        return self in (RepositoryState.FORBIDDEN, RepositoryState.ERROR)

    @property
    def left(self) -> bool:
        """Whether it is in its workspace no more, so that nothing is to be done there and nothing of it counts."""
        return self in (RepositoryState.GONE, RepositoryState.TRANSFERRED)


class SeenFinding(Struct, frozen=True):
    """A finding as `patless check` reports it, without its edits. `excerpt` is the masked text of its first line.

    `fixable` is false exactly where the verdict is report-only. `remaining` as in Finding. `change` is its
    fix as lines with `-` and `+`, see migrator/findings/hunks.py, '' where there is none.
    """

    rule: str
    path: str
    position: Position
    end: Position
    severity: Severity
    verdict: Verdict
    message: str
    excerpt: str = ""
    reasons: tuple[Reason, ...] = ()
    assumptions: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    registry: str = ""
    uses: tuple[Use, ...] = ()
    remaining: tuple[str, ...] = ()
    change: str = ""

    @property
    def fixable(self) -> bool:
        return self.verdict is not Verdict.REPORT_ONLY


class Import(Struct, frozen=True, order=True):
    """A pipelines file names another repository's: `text` is such as `ci-shared:main:publish`, as it stands there."""

    text: str
    path: str
    line: int


class SeenCommit(Struct, frozen=True):
    """What one commit of a repository holds. `by` is the digest of the rules and settings that it was judged by.

    `packages` are those that its pipelines push and read, and whose they are as far as the repository alone can tell.
    `exports` are its pipelines files with `export: true`. `files` counts the pipelines files.
    """

    commit: str
    by: str
    findings: tuple[SeenFinding, ...] = ()
    packages: tuple[Package, ...] = ()
    imports: tuple[Import, ...] = ()
    exports: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0


class Scanned(Struct, frozen=True):
    """The outcome of one look at a repository. `heads` are commits by branch, of the branches that were asked for;
    `seen` are those of them that were analysed now, the others being in the ledger already. `error` of one that did not
    fail says which branches were left out."""

    uuid: str
    state: RepositoryState
    at: str
    heads: tuple[tuple[str, str], ...] = ()
    seen: tuple[SeenCommit, ...] = ()
    error: str = ""


class StoredVariable(Struct, frozen=True, order=True):
    """A stored variable, without its value. `environment` is there on the deployment level only."""

    level: Level
    key: str
    uuid: str
    secured: bool
    environment: str = ""


class StoredSnapshot(Struct, frozen=True):
    """What a look for secrets saw of a repository, or of a workspace, whose `uuid` is then as `of_workspace` says.

    `candidates` are names that a login to Packages uses or once used, in any version of the pipelines files. `refs` are
    all branches and tags. `not_checked` are clauses about levels that could not be read. `requests` is what it took.
    """

    uuid: str
    at: str
    variables: tuple[StoredVariable, ...] = ()
    candidates: tuple[str, ...] = ()
    refs: tuple[tuple[str, str], ...] = ()
    not_checked: tuple[str, ...] = ()
    requests: int = 0
    error: str = ""

    @staticmethod
    def of_workspace(slug: str) -> str:
        return f"workspace:{slug}"


class Hosts(Struct, frozen=True):
    """Which stored variables name a registry of Packages to every step of a repository, and how: hosts and nothing
    else. `at` is when they were asked for; `known` is empty where there is none, or where not all could be read."""

    uuid: str
    at: str
    known: Mapping[str, str] = field(default_factory=dict)


class Learnt(Struct, frozen=True):
    """What `secrets list` has asked or read of a repository, for the next run. `by` is the digest of what it depends on
    besides, `at` is when, in UTC. `document` is JSON without any value but those that name a registry."""

    uuid: str
    kind: str
    by: str
    at: str
    document: bytes


class LedgerEntry(Struct, frozen=True):
    """A repository of the ledger. `listed` is when Bitbucket last named it, `scanned` when it was last looked at."""

    repository: FleetRepository
    state: RepositoryState
    listed: str
    scanned: str = ""
    error: str = ""

    @property
    def lacks(self) -> bool:
        """Whether not all that was asked for has been read."""
        return self.state.failed or (bool(self.error) and not self.state.left)


def by_name(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Those that their slug means: of one that has left, and whose name another one has taken, nothing can be told by
    its name any more."""
    every = once(entries)
    taken = {_name(one) for one in every if not one.state.left}
    return [one for one in every if not (one.state.left and _name(one) in taken)]


def of_workspace(entries: Iterable[LedgerEntry], workspace: str) -> list[LedgerEntry]:
    """All of them where the workspace is ''."""
    return [one for one in entries if workspace in ("", one.repository.workspace)]


def once(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Without the clones on this machine of repositories that Bitbucket has listed, as they would count twice."""
    every = list(entries)
    listed = {_name(one) for one in every if not (one.state.left or one.repository.folder)}
    return [one for one in every if not (one.repository.folder and _name(one) in listed)]


def _name(one: LedgerEntry) -> tuple[str, str]:
    return one.repository.workspace, one.repository.slug


class LedgerBranch(Struct, frozen=True):
    """A branch of a repository that was read. `seen` None: its commit has not been analysed."""

    entry: LedgerEntry
    name: str
    commit: str
    seen: SeenCommit | None


class ChangeState(StrEnum):
    """How far a change has come. The first three are written before the act that they name, and mean that nobody
    knows whether it was done: what is there is looked at first."""

    COMMITTING = "committing"
    OPENING = "opening"
    UPDATING = "updating"
    OPEN = "pr-open"
    MERGED = "merged"
    DECLINED = "declined"
    ERROR = "error"
    """It was never begun: there is nothing but an error."""
    HELD = "held"
    """It was never begun: `migrate` has left all of it alone."""


class Migration(Struct, frozen=True):
    """What `fleet migrate` has done about one destination branch of a repository: one row for each.

    `branch` holds the change, `base` is the commit of the destination that it was made from, `head` the commit that was
    made, `digest` that of the diff that was last pushed. `pull_request` None: there is none yet, or no more. `state` is
    a `ChangeState`; `opened` and `at` are when it was opened and last looked at. `described` names the description that
    was last written, so that one which people have edited is known; `reviewers` are the default ones that were asked.
    `run` is the first run of the destination after the merge: `green`, `red`, or '' while it is neither; `merged` is
    when it was merged, '' where that has not been asked. `held` counts the findings that `migrate` has left alone, and
    `why` says why it has left all of them.
    """

    uuid: str
    destination: str
    branch: str
    state: str
    at: str
    base: str = ""
    head: str = ""
    digest: str = ""
    pull_request: int | None = None
    url: str = ""
    opened: str = ""
    error: str = ""
    described: str = ""
    reviewers: tuple[str, ...] = ()
    run: str = ""
    merged: str = ""
    held: int = 0
    why: str = ""

    @property
    def begun(self) -> bool:
        """Whether something was written for it, or may have been."""
        return self.state not in (ChangeState.ERROR, ChangeState.HELD)
