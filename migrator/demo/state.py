"""What the workspace holds, apart from what git holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrator.demo import identity, store
from migrator.demo.people import User, user
from migrator.demo.store import NewCommit


@dataclass(frozen=True, slots=True)
class Variable:
    """`system` rows are Bitbucket's own; users neither set nor remove them."""

    uuid: str
    key: str
    value: str = field(repr=False)
    secured: bool
    system: bool = False


Variables = dict[str, Variable]
"""By UUID."""


@dataclass(frozen=True, slots=True)
class Environment:
    """`category` is Test, Staging or Production."""

    uuid: str
    name: str
    category: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`pattern` names a custom pipeline, empty is the one of the branch. `cron` is Bitbucket's seven-field form."""

    uuid: str
    branch: str
    pattern: str
    cron: str
    enabled: bool
    created_on: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a pipeline. `status` is a word of the `status` filter, as PASSED, FAILED, BUILDING or PAUSED."""

    uuid: str
    number: int
    ref_type: str
    ref_name: str
    commit: str
    selector: tuple[str, str]
    trigger: str
    status: str
    creator: User
    created_on: datetime


@dataclass(slots=True)
class Comment:
    """`inline` is the place in the diff as it was sent."""

    id: int
    author: User
    text: str
    created_on: datetime
    updated_on: datetime
    inline: dict[str, Any] | None = None
    parent: int | None = None
    deleted: bool = False
    resolved_by: User | None = None


@dataclass(frozen=True, slots=True)
class ReviewTask:
    id: int
    text: str
    creator: User
    created_on: datetime


@dataclass(slots=True)
class PullRequest:
    """Once closed, `frozen` holds the hashes of source and destination as they were then, and `base` that of the
    commit that its own difference begins at. `fork_gone`: its source was in a repository that is there no more."""

    id: int
    title: str
    description: str
    source: str
    destination: str
    author: User
    created_on: datetime
    updated_on: datetime
    reviewers: list[User] = field(default_factory=list)
    state: str = "OPEN"
    draft: bool = False
    close_source_branch: bool = False
    merge_commit: str | None = None
    closed_by: User | None = None
    frozen: tuple[str, str] | None = None
    base: str = ""
    comments: list[Comment] = field(default_factory=list)
    approved_by: list[User] = field(default_factory=list)
    tasks: dict[int, ReviewTask] = field(default_factory=dict)
    fork_gone: bool = False


@dataclass(slots=True)
class InsightReport:
    """`content` and `annotations`, by their external id, as they were sent."""

    content: dict[str, Any]
    created_on: datetime
    updated_on: datetime
    annotations: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Repository:
    """`restricted`: everyone may read it, and nobody who asks is its administrator, so variables stay hidden."""

    uuid: str
    slug: str
    name: str
    project: str
    folder: Path
    main: str
    created_on: datetime
    updated_on: datetime
    pipelines_enabled: bool = True
    restricted: bool = False
    variables: Variables = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    schedules: list[Schedule] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    reviewers: list[User] = field(default_factory=list)
    pull_requests: list[PullRequest] = field(default_factory=list)
    reports: dict[tuple[str, str], InsightReport] = field(default_factory=dict)
    statuses: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    strategies: tuple[str, ...] = ("merge_commit", "squash", "fast_forward", "rebase_fast_forward")


class Workspace:
    """One workspace with its people, projects, repositories and variables."""

    def __init__(self, slug: str, folder: Path, clock: Callable[[], datetime]) -> None:
        self.slug = slug
        self.uuid = identity.uuid("workspace", slug)
        self.folder = folder
        self.clock = clock
        self.created_on = datetime(2020, 1, 1, tzinfo=UTC)
        self.owner = user("Dana Owner")
        self.people = {person.uuid: person for person in (self.owner,)}
        self.gone: set[str] = set()
        """UUIDs of accounts of which nothing is shown any more."""
        self.repositories: dict[str, Repository] = {}
        self.transferred: dict[str, tuple[str, Repository]] = {}
        """Repositories that went to another workspace, with its slug, by their UUID."""
        self.variables: Variables = {}
        self._count = 0

    def next(self) -> int:
        """A number that was not given out before."""
        self._count += 1
        return self._count

    def named(self, repository: str) -> Repository | None:
        """By slug or UUID."""
        found = self.repositories.get(repository)
        return found or next((each for each in self.repositories.values() if each.uuid == repository), None)

    def add_repository(self, slug: str, name: str, project: str, main: str) -> Repository:
        """A new, empty one. It is another one than any that had the name before."""
        now = self.clock()
        folder = self.folder / f"{slug}.git"
        uuid = identity.uuid("repository", self.slug, slug)
        if folder.exists():
            number = self.next()
            folder = self.folder / f"{slug}-{number}.git"
            uuid = identity.uuid("repository", self.slug, slug, number)
        store.create(folder, main)
        made = Repository(uuid, slug, name, project, folder, main, now, now)
        self.repositories[slug] = made
        return made

    def write(self, repository: Repository, commits: Sequence[NewCommit]) -> list[str]:
        """Append commits; their hashes. Raises StoreError."""
        hashes = store.write(repository.folder, commits, repository.main)
        repository.updated_on = max(commit.when for commit in commits)
        return hashes

    def variable(self, key: str, value: str, secured: bool, system: bool = False) -> Variable:
        return Variable(identity.uuid("variable", self.slug, key, self.next()), key, value, secured, system)
