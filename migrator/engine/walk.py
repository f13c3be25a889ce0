"""The walk of a finding through the stages of an analysis, as text that may be shown: every literal credential in it
is a placeholder."""

from __future__ import annotations

from msgspec import Struct

from migrator.findings.records import Finding, Report, Use
from migrator.fixes.opinion import Opinion


class Shown(Struct, frozen=True):
    """A value: what it may be, and the reads that it came through, outermost first."""

    value: str
    reads: str = ""


class ShownSink(Struct, frozen=True):
    """Where a value of a command ends. `origin` says of a half of a credential where it comes from."""

    action: str
    role: str
    channel: str
    value: Shown
    origin: str = ""


class ShownCommand(Struct, frozen=True):
    """What is known of a command as it runs. `given` are its words, `fed` is its standard input, `folders` the working
    directory; `calls` are the places of the calls that lead to it. `decided`: something decides whether it runs."""

    name: str
    given: tuple[Shown, ...]
    fed: Shown | None
    overrides: tuple[tuple[str, Shown], ...]
    folders: str
    calls: tuple[Use, ...]
    decided: bool
    looped: bool
    traced: bool


class ShownLogin(Struct, frozen=True):
    client: str
    host: str
    kept: str


class Followed(Struct, frozen=True):
    """What a step's shell leads to: the files that were followed, those that may run and were not, with why; text that
    was not read, and what runs unseen."""

    files: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    unread: tuple[tuple[str, Use], ...]
    unseen: tuple[str, ...]


class ShownRun(Struct, frozen=True):
    """One run of what a finding is about, in the shell called `shell` of the step at `step`. `program` are its nodes.
    `known` is None for what is no command, `login` and `asked` are there for logins to Packages."""

    step: Use
    shell: str
    program: str
    known: ShownCommand | None
    followed: Followed
    login: ShownLogin | None = None
    sinks: tuple[ShownSink, ...] = ()
    asked: tuple[Opinion, ...] = ()


class Walk(Struct, frozen=True):
    """`more` counts the runs that are left out."""

    finding: Finding
    runs: tuple[ShownRun, ...]
    more: int


class Trace(Struct, frozen=True):
    """What stands at a line of a file: the walks of its findings. `steps` are the steps that lead to the file, or to
    the line of a pipelines file."""

    path: str
    line: int
    report: Report
    walks: tuple[Walk, ...]
    steps: tuple[Use, ...]
