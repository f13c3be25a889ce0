"""A sample repository as data: what was pushed when, what is stored, what ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DANA, LEE, SAM = "Dana Owner", "Lee Developer", "Sam Former"


@dataclass(frozen=True, slots=True)
class Push:
    """One commit. `days` before today; None as a file's text deletes it. A new branch starts at the main one."""

    days: int
    message: str
    files: Mapping[str, str | None]
    branch: str = "main"
    author: str = DANA


@dataclass(frozen=True, slots=True)
class SampleVariable:
    """A variable of the repository or of the environment. `verdict` is what `patless secrets` has to say of it.

    It is empty where the variable has nothing to do with Bitbucket Packages. Values are not credentials of anyone.
    """

    key: str
    verdict: str = ""
    value: str = "not-a-real-secret"
    secured: bool = True
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of the pipeline `days` before today, on the commit of the numbered push."""

    push: int
    days: int
    ref: str = "main"
    status: str = "PASSED"
    ref_type: str = "branch"
    trigger: str = "push"
    selector: tuple[str, str] = ("default", "")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open pull request to the main branch."""

    source: str
    title: str
    description: str
    author: str = DANA


@dataclass(frozen=True, slots=True)
class Sample:
    """`story` is one sentence for the newcomer. `tags` are numbers of pushes by name, `schedules` custom pipelines."""

    slug: str
    story: str
    pushes: tuple[Push, ...] = ()
    stored: tuple[SampleVariable, ...] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    ran: tuple[Ran, ...] = ()
    schedules: tuple[str, ...] = ()
    opened: tuple[Opened, ...] = ()
    project: str = "CORE"
    restricted: bool = False
