"""What a run looks at, and how: shared by all of its threads, with what has been learnt in it so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec import Struct, field

from migrator.bitbucket import pipelines
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Repository
from migrator.bitbucket.session import Client
from migrator.findings.settings import Settings
from migrator.repositories.direct import Direct
from migrator.rulebook.records import RuleBook
from migrator.secrets.records import Waiver
from migrator.secrets.survey import RecentRuns

ENDING = (Cause.SPENT, Cause.UNAUTHORISED)
"""After these, every further request would meet the same."""


class Copies:
    """Which repositories were brought in this run, by slug, and whether they have commits; several threads ask. `heads`
    are the commits by branch and tag of those that were only asked for these."""

    def __init__(self) -> None:
        self.there: dict[str, bool] = {}
        self.heads: dict[str, dict[str, str]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @contextmanager
    def alone(self, slug: str) -> Iterator[bool | None]:
        """No other thread is at this repository meanwhile; None: it was not brought yet."""
        with self._lock:
            mine = self._locks.setdefault(slug, threading.Lock())
        with mine:
            yield self.there.get(slug)


class Asking(Struct, frozen=True):
    """What to look at, and how. `rollback_window` is in days. `now` has a time zone. `progress` is told each
    repository.

    `leaving`: credentials that outlive their step are looked for, which only tokens ask for.

    `direct` None: git alone asks for branches. Several threads may share all of it. `known_runs` and `listed` are by
    slug what was asked for in this run.
    """

    client: Client
    workspace: str
    cache: Path
    book: RuleBook
    settings: Settings
    waivers: tuple[Waiver, ...] = ()
    rollback_window: int = 30
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = lambda slug: None
    known_runs: dict[str, RecentRuns] = field(default_factory=dict)
    leaving: bool = True
    copies: Copies = field(default_factory=Copies)
    listed: dict[str, Repository] = field(default_factory=dict)
    direct: Direct | None = None

    @property
    def today(self) -> date:
        return self.now.date()


def runs_of(asking: Asking, one: Repository) -> RecentRuns:
    """The runs of the window, and those before that are not at their end; asked for once in a run."""
    if one.slug not in asking.known_runs:
        since = asking.now - timedelta(days=asking.rollback_window)
        try:
            found = pipelines.window(asking.client, asking.workspace, one.slug, since)
            asking.known_runs[one.slug] = RecentRuns(found.runs, ever=bool(found.ever))
        except ApiError as error:
            if error.kind in ENDING:
                raise
            asking.known_runs[one.slug] = RecentRuns((), str(error))
    return asking.known_runs[one.slug]
