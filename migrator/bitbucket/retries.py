"""Which requests are sent again, and when. What may have had an effect is never repeated.

A 429 was not carried out, so every method is; it comes without Retry-After, which urllib3 alone does not retry:
BITBUCKET_API.md section 4 and https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Self

import urllib3
from urllib3.exceptions import InvalidHeader
from urllib3.response import BaseHTTPResponse

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Patience:
    """All times in seconds. `first` is the pause before the second attempt, doubled up to `longest` for each further.

    `limited` is how often a request is repeated after a 429, `failed` after another failure. `connect` is the time for
    a connection, `silence` between two pieces of an answer, `whole` for all of an answer, `near` the
    pause before a request after Bitbucket said that the limit is near.
    """

    first: float = 1
    longest: float = 600
    limited: int = 8
    failed: int = 3
    near: float = 3.6
    connect: float = 5
    silence: float = 30
    whole: float = 120


class Again(urllib3.Retry):
    """The retries of `patience`."""

    patience: Patience

    @classmethod
    def of(cls, patience: Patience) -> Self:
        again = cls(
            total=max(patience.limited, patience.failed),
            connect=patience.failed,
            read=patience.failed,
            redirect=0,
            other=0,  # a broken TLS stream may have carried a request
            allowed_methods=_IDEMPOTENT,
            raise_on_status=False,
        )
        again.patience = patience
        return again

    def new(self, **changes: Any) -> Self:
        again = super().new(**changes)
        again.patience = self.patience
        return again

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        before = [one.status for one in self.history]
        if status_code == 429:
            return bool(self.total) and before.count(429) < self.patience.limited
        failures = len(before) - before.count(429)
        return (
            bool(self.total)
            and status_code >= 500
            and status_code != 501
            and method.upper() in _IDEMPOTENT
            and failures < self.patience.failed
        )

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Seconds, at most the longest pause; None where the header says nothing of use."""
        try:
            seconds = super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None
        return None if seconds is None else min(seconds, self.patience.longest)

    def get_backoff_time(self) -> float:
        """Between half and all of the pause, by chance, so that workers do not come back together."""
        pause: float = min(self.patience.longest, self.patience.first * 2 ** min(len(self.history) - 1, 60))
        return pause * random.uniform(0.5, 1)
