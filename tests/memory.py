"""A repository in memory, and the whole analysis of it in one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from migrator.engine.analysis import analyse
from migrator.findings.records import Report
from migrator.findings.settings import Fixing, Settings
from migrator.fixes.applying import FixPlan, plan
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import RuleBook

PATH = "bitbucket-pipelines.yml"


@dataclass(frozen=True, slots=True)
class Memory:
    """A View of files that are bytes in memory."""

    files: Mapping[str, bytes]

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)


def report_on(
    files: Mapping[str, bytes] | str, settings: Settings | None = None, book: RuleBook | None = None
) -> Report:
    """The report on a repository; text alone is its pipelines file."""
    view = Memory({PATH: files.encode()} if isinstance(files, str) else files)
    pipelines = [path for path in view.paths() if BITBUCKET.is_pipelines_file(path)]
    return analyse(view, pipelines, book or rulebook.load(), settings or Settings(), BITBUCKET)


def planned(report: Report, *, unsafe: bool = False, guard: bool = False) -> FixPlan:
    return plan(report, Fixing(unsafe, guard), lambda path: None)


def step(*script: str) -> str:
    """A pipelines file of one step; each line of `script` is one item as it is written in YAML."""
    return "pipelines:\n  default:\n    - step:\n        script:\n" + "".join(
        f"          - {line}\n" for line in script
    )


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The body uses at most so much processor time, its own and that of programs it waits for."""
    before = _processor()
    yield
    used = _processor() - before
    assert used < seconds, f"took {used:.1f} seconds"


def _processor() -> float:
    import resource

    mine, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime
