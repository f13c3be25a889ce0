"""What Bitbucket says, as records. Dates carry their time zone; names and values are as hostile as any input."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from migrator.bitbucket.hashes import Hash


class Level(StrEnum):
    """Where a variable is kept. A pipeline sees them all; the first one here wins where a key is the same.

    https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
    """

    DEPLOYMENT = "deployment"
    REPOSITORY = "repository"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Variable:
    """`environment` and `environment_uuid` are there on the deployment level only. `value` None: secured."""

    level: Level
    key: str
    uuid: str
    secured: bool
    environment: str | None = None
    environment_uuid: str | None = None
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Environment:
    uuid: str
    name: str


@dataclass(frozen=True, slots=True)
class Repository:
    """`main_branch` None: it is empty. `clone_https` '': none of this Bitbucket; it never holds a user name.

    `page` is the address of its page for people, as Bitbucket gives it, '' where it gives none.
    """

    uuid: str
    slug: str
    full_name: str
    main_branch: str | None
    clone_https: str
    updated_on: datetime | None
    is_private: bool | None
    project: str | None
    name: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """`sha`, `date` and `author` (name and address as git has them) are those of its last commit."""

    name: str
    sha: str
    date: datetime | None
    author: str | None


@dataclass(frozen=True, slots=True)
class Tag:
    """`sha`, `date` and `author` are those of the commit that it names."""

    name: str
    sha: str
    date: datetime | None
    author: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a pipeline. `state` is such as `COMPLETED`; `result` is there once it is, `stage` (`PAUSED`) before.

    `ref_type`, `ref_name`, `sha`, `selector` and `pattern` are None where the target has none, as that of a pull
    request. The names below `state` are not in Bitbucket's own description of the API, so any of them may be None.
    """

    uuid: str
    build_number: int | None
    created_on: datetime
    state: str | None
    result: str | None
    stage: str | None
    ref_type: str | None
    ref_name: str | None
    sha: Hash | None
    selector: str | None
    pattern: str | None


@dataclass(frozen=True, slots=True)
class Account:
    uuid: str
    name: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """`state` is OPEN, MERGED, DECLINED or SUPERSEDED. `source` and `destination` are branches, the hashes beside them
    those of their ends: of now while it is open, of its end afterwards, and None where the branch is gone.

    `repository` is the full name of where it goes, '' where that is not said. `from_here`: the source branch is one of
    the same repository, and of no fork. `reviewers` are UUIDs; None in a list, which does not name them.
    """

    number: int
    state: str
    title: str
    description: str
    source: str
    source_sha: Hash | None
    destination: str
    destination_sha: Hash | None
    repository: str
    from_here: bool
    reviewers: tuple[str, ...] | None
    draft: bool
    close_source_branch: bool
    merge_commit: Hash | None
    url: str
    created_on: datetime | None
    updated_on: datetime | None

    @property
    def open(self) -> bool:
        return self.state == "OPEN"


@dataclass(frozen=True, slots=True)
class DiffStat:
    """What a change does to one file. `status` is such as `modified`, `added`, `removed`, `renamed`; `old` and `new`
    are its paths before and after, None where there is none."""

    status: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """`parents`: the first one is that of the branch it was made on."""

    sha: Hash
    message: str
    parents: tuple[Hash, ...]
    date: datetime | None
