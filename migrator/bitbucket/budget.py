"""How many requests may be sent: counted in one file by all runs and workers of this machine.

Bitbucket allows 1,000 an hour and user or token, rolling, and shorter bursts less; BITBUCKET_API.md section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.bitbucket.errors import SetUpError
from migrator.replay import place

if TYPE_CHECKING:
    import urllib3
    from requests_ratelimiter import LimiterAdapter

    from migrator.bitbucket.waiting import Pace

_FILE = "bitbucket-requests.sqlite3"
_THREADS = 64
"""Connections that are kept: one for each thread of a run."""


HOUR, SECOND = 950, 5
"""What every workspace is allowed, with some slack; larger ones are allowed more, up to 10,000 an hour."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`label` tells budgets in one file apart, and is nothing secret. `file` None: counted in this process only.

    `wait` is the longest time, in seconds, that a request waits for its turn. `max_requests` is how many a client may
    send in all, None for no end.
    """

    file: Path | None = None
    label: str = "patless"
    per_hour: int = HOUR
    per_second: int = SECOND
    wait: float = 120
    max_requests: int | None = None

    def shared(self, number: int, count: int) -> Budget:
        """The part of machine `number`, from 0, where `count` of them share what one credential is allowed."""
        if count == 1:
            return self
        per_hour = max(1, self.per_hour // count)
        return replace(self, label=f"{self.label} {number + 1}/{count}", per_hour=per_hour)

    @classmethod
    def of(cls, environment: Mapping[str, str], label: str) -> Budget:
        """The shared budget. `PATLESS_CACHE_DIR` names another folder than the user's cache, and
        `PATLESS_REQUESTS_PER_HOUR` what a larger workspace is allowed. Raises SetUpError."""
        folder = cache_folder(environment)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SetUpError(
                f"cannot create the folder {folder}, where patless counts requests ({error.strerror}); set "
                "PATLESS_CACHE_DIR to another folder"
            ) from None
        more = environment.get("PATLESS_BUDGET_LABEL", "").encode("ascii", "backslashreplace").decode()
        per_hour = _allowed(environment.get("PATLESS_REQUESTS_PER_HOUR") or str(HOUR))
        return cls(folder / _FILE, f"{label} {more}".strip(), per_hour, max(SECOND, per_hour // 200))

    def adapter(self, retries: urllib3.Retry, pace: Pace | None = None) -> LimiterAdapter:
        """What sends requests within this budget, for several threads. With a `pace`, they wait together, however long
        that takes; without, each waits for `wait` seconds, and is then refused."""
        from requests_ratelimiter import InMemoryBucket, LimiterAdapter, SQLiteBucket

        from migrator.bitbucket.pacing import PacedAdapter

        kind = partial(PacedAdapter, pace, self.per_hour) if pace else LimiterAdapter
        return kind(
            per_second=min(self.per_second, self.per_hour - 1),  # one for longer has to be larger; 0 is none
            per_hour=self.per_hour,
            bucket_class=SQLiteBucket if self.file else InMemoryBucket,
            bucket_kwargs={"path": self.file, "use_file_lock": True} if self.file else {},
            bucket_name=self.label,
            max_delay=self.wait,
            max_retries=retries,
            pool_maxsize=_THREADS,
        )


def _allowed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= len(text) <= 7 and int(text) > 0):
        raise SetUpError("PATLESS_REQUESTS_PER_HOUR is not a number of requests; unset it for the default, 950")
    return int(text)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Raises SetUpError where there is none."""
    if folder := place.cache_folder(environment):
        return Path(folder)
    raise SetUpError("no home folder to count requests in; set PATLESS_CACHE_DIR to a folder")
