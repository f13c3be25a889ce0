"""How far a command is, and a round, for people at a terminal; nothing where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from migrator.findings.counting import many

AGAIN = "End the run at any time: the same command asks again"


class Going(Struct):
    """How far a command is: `done` of `all`, which are called `what`, one and several; `all` 0: that is not known.
    `later` says how it goes on once it was ended."""

    doing: str = ""
    done: int = 0
    all: int = 0
    what: tuple[str, str] = ("", "")
    later: str = AGAIN

    def begins(self, doing: str, count: int, one: str, several: str) -> None:
        """The next part."""
        self.doing, self.done, self.all, self.what = doing, 0, count, (one, several)

    @property
    def known(self) -> str:
        return f"{self.done:,} of {many(self.all, *self.what)}" if self.all else ""


@contextmanager
def progress(total: int) -> Iterator[Callable[[object], None]]:
    """A line with rate and time left on standard error, taken away at the end."""
    if not sys.stderr.isatty() or not total:
        yield lambda outcome: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, rate="")

        def told(outcome: object) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")

        yield told
