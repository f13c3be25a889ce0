"""The hourly allowance of a credential.

https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits: a rolling hour, 1,000 requests for repository
data. Headers come with scaled allowances of access tokens only (BITBUCKET_API.md 4).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from migrator.demo.credentials import BoxCredentialKind, Credential

BASE = 1000
HOUR = 3600.0
_NEAR = 0.8


class BoxLimits:
    def __init__(self, hourly: int | None = BASE, clock: Callable[[], float] = time.monotonic) -> None:
        """`hourly` is the allowance of each credential, None is no end."""
        self.hourly = hourly
        self._clock = clock
        self._spent: dict[str, deque[float]] = {}

    def spend(self, credential: Credential, path: str) -> bool:
        """Count a request; whether it was within the allowance. What is refused is not counted."""
        if self.hourly is None or not _counted(path):
            return True
        now = self._clock()
        spent = self._spent.setdefault(credential.token, deque())
        while spent and spent[0] <= now - HOUR:
            spent.popleft()
        if len(spent) >= self.hourly:
            return False
        spent.append(now)
        return True

    def headers(self, credential: Credential, path: str) -> dict[str, str]:
        if self.hourly is None or self.hourly <= BASE or credential.kind is not BoxCredentialKind.ACCESS_TOKEN:
            return {}
        if not _counted(path):
            return {}
        near = len(self._spent.get(credential.token, ())) >= _NEAR * self.hourly
        return {
            "X-RateLimit-Limit": str(self.hourly),
            "X-RateLimit-Resource": "api",
            "X-RateLimit-NearLimit": "true" if near else "false",
        }


def _counted(path: str) -> bool:
    return path.startswith("/2.0/repositories")
