"""The options of `bot`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from migrator.findings.records import Finding, Verdict
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, Codes, Sources
from migrator.options.declared import CliOption
from migrator.options.output import Colour
from migrator.options.vocabulary import All, Color, Deadline, Paths, Quiet, Repo, Since, Workspace


class CommentStyle(StrEnum):
    """What is put on the line of a finding besides the summary: how its change is shown there, or nothing."""

    NONE = "none"
    DIFF = "diff"
    SUGGESTION = "suggestion"


class FailOn(StrEnum):
    """Which findings make a run fail: none, safe ones, those that can be rewritten, or all."""

    NEVER = "never"
    SAFE = "safe"
    UNSAFE = "unsafe"
    ANY = "any"

    def failed(self, findings: Iterable[Finding]) -> bool:
        wanted = {
            FailOn.NEVER: set[Verdict](),
            FailOn.SAFE: {Verdict.SAFE},
            FailOn.UNSAFE: {Verdict.SAFE, Verdict.UNSAFE},
            FailOn.ANY: set(Verdict),
        }[self]
        return any(finding.verdict in wanted for finding in findings)


class BotOptions(Struct, frozen=True):
    """`workspace` '' is the clone that the command runs in; else `repo` '' is every one of the workspace, and
    `pull_request` None every open pull request. `since` '' is where the pull request begins."""

    paths: Paths = ()
    workspace: Annotated[Workspace, CliOption("Report on pull requests of this workspace, read through git.")] = ""
    repo: Annotated[Repo, CliOption("Only those of this repository.")] = ""
    pull_request: Annotated[int | None, CliOption("Only this one; default: all open ones.", metavar="N", min=1)] = None
    all: Annotated[All, CliOption("Report on whole files, not only on changed lines.")] = False
    new_only: Annotated[bool, CliOption("Report only what is new since --since.")] = False
    since: Annotated[
        Since, CliOption("A branch, tag, or commit, a day (2026-11-17), or an age (7d).", metavar="REF")
    ] = ""
    comment_style: Annotated[CommentStyle, CliOption("Comment on each finding's line, with the change.")] = (
        CommentStyle.NONE
    )
    deadline: Annotated[Deadline, CliOption("With --workspace: end within this time, such as 90m.")] = None
    max_comments: Annotated[int, CliOption("At most this many comments on lines.", metavar="N", min=0)] = 30
    status: Annotated[bool, CliOption("Set a build status too.")] = False
    fail_on: Annotated[FailOn, CliOption("Exit 1 for these findings; each includes those before it.")] = FailOn.NEVER
    codes: Codes = Codes()
    sources: Sources = Sources()
    quiet: Quiet = False
    color: Color = Colour.AUTO

    def __post_init__(self) -> None:
        if self.new_only and self.all:
            raise UsageError("pass --new-only or --all, not both")
        if (self.repo or self.pull_request is not None) and not self.workspace:
            raise UsageError("--repo and --pull-request need --workspace")
        if self.deadline is not None and not self.workspace:
            raise UsageError("--deadline needs --workspace")
        if self.pull_request is not None and not self.repo:
            raise UsageError("--pull-request needs --repo")

    @property
    def reading(self) -> AnalysisOptions:
        return AnalysisOptions(self.paths, self.codes, self.sources)

    @property
    def where(self) -> str:
        if self.new_only:
            return f"what is new since {self.since}" if self.since else "what this pull request adds"
        return "the pipelines files" if self.all else "what this pull request changes"
