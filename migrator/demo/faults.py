"""What goes wrong on request: answers that are others, late, cut short, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from migrator.demo.messages import TEXT, Response, error, text

RATE_LIMITED = "Rate limit for this resource has been exceeded"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `answer` takes the place of the real one, None keeps it. `applied`: a request of the API is carried out all the
    same, as where only the answer was lost. `delay` is in seconds. `close`: the connection ends without an answer.
    `truncate`: the connection ends after that many bytes of a body whose length was announced in full.
    `meanwhile` is called before the request is looked at: what someone else does just then.
    """

    method: str
    path: str
    answer: Response | None = None
    applied: bool = False
    delay: float = 0
    close: bool = False
    truncate: int | None = None
    meanwhile: Callable[[], object] | None = field(default=None, repr=False)

    @property
    def changes(self) -> bool:
        """Whether what is sent is not what the box would have said."""
        return self.answer is not None or self.close or self.truncate is not None


@dataclass
class _Given:
    fault: Fault
    skip: int
    left: float


class Faults:
    def __init__(self) -> None:
        self._rules: list[_Given] = []
        self._lock = threading.Lock()

    def add(
        self,
        path: str,
        status: int | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "*",
        times: float = 1,
        after: int = 0,
        applied: bool = False,
        delay: float = 0,
        close: bool = False,
        truncate: int | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        """Let the next `times` requests (`math.inf` for all), after `after` ones that go well, meet this fault.

        `path` is a pattern of `fnmatch` for the decoded path without its query, `/2.0` or `/git` included. Of
        several rules the first that has something left is taken. Without `body`, a status gets the one that
        Bitbucket sends with it.
        """
        answer = None if status is None else _answer(status, body, headers or {})
        fault = Fault(method.upper(), path, answer, applied, delay, close, truncate, meanwhile)
        with self._lock:
            self._rules.append(_Given(fault, after, times))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, counted as used."""
        with self._lock:
            for rule in self._rules:
                if rule.left <= 0 or not fnmatchcase(method, rule.fault.method):
                    continue
                if not fnmatchcase(path, rule.fault.path):
                    continue
                if rule.skip:
                    rule.skip -= 1
                    continue
                rule.left -= 1
                return rule.fault
        return None


def _answer(status: int, body: str | None, headers: Mapping[str, str]) -> Response:
    if body is not None:
        return Response(status, None, body.encode(), {"Content-Type": TEXT, **headers})
    if status == 429:
        return text(429, RATE_LIMITED, headers)
    plain = error(status, "Something went wrong")
    return Response(status, plain.document, headers=dict(headers))
