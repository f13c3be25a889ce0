"""Sends the requests of several threads within one budget; where it is spent, they wait together."""

from __future__ import annotations

import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests_ratelimiter import LimiterAdapter

from migrator.bitbucket.waiting import Pace

_MOMENT = 0.02


class PacedAdapter(LimiterAdapter):
    """`send` asks again after a 429, however often, until `pace` says that it is in vain."""

    def __init__(self, pace: Pace, hourly: int, **more: Any) -> None:
        self._pace = pace
        self._turns = threading.Lock()
        self._hourly = hourly
        self._spent = f"this machine has sent its {hourly:,} requests for this hour"
        super().__init__(**more)

    def send(self, request: requests.PreparedRequest, *rest: Any, **more: Any) -> requests.Response:
        asked = f"{request.method} {request.path_url.partition('?')[0]}"
        while True:
            self._take(request, asked)
            try:
                answer = HTTPAdapter.send(self, request, *rest, **more)
            except BaseException:
                self._pace.failed()
                raise
            if answer.status_code != requests.codes.too_many_requests:
                self._pace.answered()
                return answer
            after = answer.headers.get("Retry-After", "")
            answer.close()
            self._pace.refused(float(after) if after.isdecimal() and len(after) < 6 else None, asked)

    def _take(self, request: requests.PreparedRequest, asked: str) -> None:
        """One of the requests that may be sent."""
        name: str = self._bucket_name(request)  # type: ignore[no-untyped-call]
        while True:
            self._pace.turn(asked)
            try:
                seconds = self._left(name)
            except BaseException:
                self._pace.failed()
                raise
            if not seconds:
                return
            self._pace.failed()
            self._pace.spent(seconds, self._spent)

    def _left(self, name: str) -> float:
        """Seconds until one may be sent; 0: now, and it is counted."""
        factory: Any = self.limiter.bucket_factory  # typed for awaitables, too, which none of ours gives
        with self._turns:
            item = factory.wrap_item(name)
            bucket = factory.get(item)
            return 0.0 if bucket.put(item) else max(bucket.waiting(item) / 1000, _MOMENT)

    def room(self, host: str) -> int:
        """How many requests to a host may be sent without a wait for the hour to pass."""
        factory: Any = self.limiter.bucket_factory
        with self._turns:
            item = factory.wrap_item(f"{self.bucket_name}:{host}" if self.bucket_name else host)
            bucket = factory.get(item)
            bucket.leak(item.timestamp)
            return max(0, self._hourly - int(bucket.count()))
