"""Requests to Bitbucket's REST API: signed for its host only, within a budget, within bounds."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import requests
import urllib3.exceptions as lower
from requests.auth import AuthBase

from migrator.bitbucket import addresses
from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import Credentials
from migrator.bitbucket.errors import CREDENTIAL_HEADERS, ApiError, Cause, SetUpError, refusal
from migrator.bitbucket.faults import fault
from migrator.bitbucket.retries import Again, Patience
from migrator.bitbucket.waiting import Pace
from migrator.registry.addresses import same_origin
from migrator.registry.bounded import bounded
from migrator.repositories import databases
from migrator.text.mask import printable

LIMIT = 16 * 1024 * 1024
"""The largest answer that is read, in bytes."""
REDIRECTS = 3
_CHUNK = 64 * 1024
_MOVED = (301, 302, 303, 307, 308)
Params: TypeAlias = Mapping[str, str | int | tuple[str, ...]]
"""A name with several values is sent once with each."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of success. `headers` are looked up in any case of letters; `asked` is method and path, for people."""

    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> dict[str, object]:
        """The JSON object of the body. Raises ApiError."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ApiError(
                Cause.GARBLED, f"Bitbucket answers {self.asked} with something that is not a complete JSON object"
            )
        return found


class _Sign(AuthBase):
    """Given as `auth`, so that requests does not put a `.netrc` entry in its place. '': unsigned."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._authorization:
            request.headers["Authorization"] = self._authorization
        return request


class Client:
    """Asks Bitbucket at `base`. All methods take a path below it, as `addresses.path` makes it, and raise ApiError
    for every answer that is none of success, and SetUpError where requests cannot be counted.

    `proxy` is asked in place of a `base` of plain http, with the whole address in the request line.

    Threads may share it: each has a session of its own, and they keep connections together. `pace` is there where they
    do: it says when they wait.
    """

    def __init__(
        self,
        base: str,
        credentials: Credentials,
        budget: Budget = Budget(),  # noqa: B008 - frozen
        patience: Patience = Patience(),  # noqa: B008
        limit: int = LIMIT,
        proxy: str = "",
        pace: Pace | None = None,
    ) -> None:
        self.base = base
        self.budget = budget
        self.credentials = credentials
        self._patience = patience
        self._limit = limit
        self.said: Mapping[str, str] = {}
        """What any answer has said of the credential, by header: see `account.standing`."""
        self.pace = pace
        self.asking = ""
        """What was asked for last: method and path, for people."""
        self._near = False
        self._sent = 0
        self._proxy = proxy
        self._lock = threading.Lock()
        self._own = threading.local()
        again = Again.of(replace(patience, limited=0) if pace else patience)
        self._adapter = bounded(budget.adapter(again, pace), patience.whole, limit)
        # where large files may be, which are asked for with no credential
        self._elsewhere = bounded(requests.adapters.HTTPAdapter(), patience.whole, limit)

    @property
    def _session(self) -> requests.Session:
        """That of this thread."""
        if not hasattr(self._own, "session"):
            self._own.session = self._new()
        session: requests.Session = self._own.session
        return session

    def _new(self) -> requests.Session:
        session = requests.Session()
        parts = addresses.split(self.base)
        session.trust_env = parts.scheme == "https"  # plain http is this machine's, or goes to `proxy`
        session.proxies = {"http": self._proxy} if self._proxy else {}
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.mount(f"{parts.scheme}://{parts.netloc}/", self._adapter)
        for scheme in ("https://", "http://"):
            session.mount(scheme, self._elsewhere)
        session.headers.update({"User-Agent": f"patless/{version('patless')}", "Accept-Encoding": "identity"})
        return session

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str] = os.environ,
        part: tuple[int, int] = (0, 1),
        max_requests: int | None = None,
        pace: Pace | None = None,
    ) -> Client:
        """The client that an environment describes. `part` is which machine this is, from 0, and of how many that share
        a credential; `max_requests` is how many it may send. Raises SetUpError."""
        credentials = Credentials.of(environment)
        base = addresses.api_url(environment)
        budget = replace(Budget.of(environment, credentials.kind).shared(*part), max_requests=max_requests)
        return cls(base, credentials, budget, pace=pace)

    @property
    def sent(self) -> int:
        """How many requests were sent so far, without those that urllib3 sent again."""
        return self._sent

    def spares(self, count: int, what: str) -> None:
        """Raises ApiError where no `count` more requests may be sent in this run, or no time is left for them, so that
        `what` is not begun."""
        most = self.budget.max_requests
        if most is not None and self._sent + count > most:
            raise ApiError(Cause.SPENT, f"{what} not started: this run may send {most:,} requests")
        if self.pace and self.pace.over:
            raise ApiError(Cause.SPENT, f"{what} not started: this run reached its `--deadline`")

    def room(self) -> int | None:
        """How many requests may be sent before this machine has to wait for the hour to pass; None: nobody counts."""
        room = getattr(self._adapter, "room", None)
        found: int | None = room(addresses.split(self.base).netloc) if room else None
        return found

    def __repr__(self) -> str:
        return f"Client({addresses.origin(self.base)})"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._adapter.close()
        self._elsewhere.close()

    def get(self, path: str, params: Params | None = None, *, elsewhere: bool = False) -> Reply:
        """`elsewhere` follows a redirect to another host too, as LFS files need, and sends no credential there."""
        return self._ask("GET", path, params, elsewhere=elsewhere)

    def document(self, path: str, params: Params | None = None) -> dict[str, object]:
        """The JSON object that is there."""
        return self.get(path, params).document()

    def put(self, path: str, document: object) -> Reply:
        return self._ask("PUT", path, document=document)

    def delete(self, path: str) -> Reply:
        return self._ask("DELETE", path)

    def post_json(self, path: str, document: object) -> Reply:
        return self._ask("POST", path, document=document)

    def post_form(self, path: str, fields: Iterable[tuple[str, str | bytes]]) -> Reply:
        """As multipart/form-data, which leaves line endings alone; a name may come more than once."""
        return self._ask("POST", path, form=[(name, (None, value)) for name, value in fields])

    def _ask(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        document: object = None,
        form: list[tuple[str, tuple[None, str | bytes]]] | None = None,
        elsewhere: bool = False,
    ) -> Reply:
        asked = self.credentials.hide(
            printable(f"{method} {addresses.split(path).path[:300]}")
        )  # a link is the server's
        url = path if path.startswith(("http://", "https://")) else f"{self.base}{path}"
        url = addresses.followed(url, self.base, self.base, f"the address for {asked}")
        sign = _Sign(self.credentials.authorization)
        for _ in range(REDIRECTS + 1):
            request = requests.Request(method, url, params=params, json=document, files=form, auth=sign)
            reply = self._once(request, asked, 0 if method == "POST" else self._patience.failed)
            location = reply.headers.get("Location")
            if reply.status not in _MOVED or location is None:
                if 200 <= reply.status < 300:
                    return reply
                raise refusal(reply.status, reply.headers, reply.body, asked, self.credentials.hide)
            what = f"the redirect of {asked}"
            if method != "GET":
                raise ApiError(
                    Cause.ELSEWHERE, f"patless does not follow {what}, because it is not a GET", status=reply.status
                )
            url, params = addresses.followed(location, url, self.base, what, elsewhere=elsewhere), None
            if not same_origin(url, self.base):
                sign = _Sign("")  # and so it stays
        raise ApiError(Cause.GARBLED, f"Bitbucket redirects {asked} more than {REDIRECTS} times")

    def _once(self, request: requests.Request, asked: str, again: int) -> Reply:
        """`again` is how often an answer that breaks off is asked for anew; urllib3 repeats what has none yet."""
        place = addresses.origin(request.url)
        self._count(asked)
        if self._near:
            time.sleep(self._patience.near)
        try:
            session = self._session
            prepared = session.prepare_request(request)
            settings = session.merge_environment_settings(prepared.url or "", {}, True, None, None)
            timeout = (self._patience.connect, self._patience.silence)
            # Not Session.send, which reads a redirect's whole body and parses its target, whatever either is.
            adapter = session.get_adapter(request.url)
            with adapter.send(prepared, timeout=timeout, **settings) as answer:  # type: ignore[arg-type]
                self._near = answer.headers.get("X-RateLimit-NearLimit", "").strip().lower() == "true"
                said = {name: answer.headers[name] for name in CREDENTIAL_HEADERS if name in answer.headers}
                self.said = {**said, **self.said}
                return Reply(asked, answer.status_code, answer.headers, self._body(answer, asked))
        except sqlite3.Error as error:
            anew = "delete it, or set PATLESS_CACHE_DIR to another folder"
            why = databases.refused(error, self.budget.file or Path(), anew)
            raise SetUpError(f"cannot count requests in {why}") from None
        except lower.HTTPError as error:
            if again == 0:
                raise fault(error, asked, place, self.budget) from None
        except (requests.RequestException, OSError) as error:
            raise fault(error, asked, place, self.budget) from None
        time.sleep(self._patience.first)
        return self._once(request, asked, again - 1)

    def _count(self, asked: str) -> None:
        with self._lock:
            most = self.budget.max_requests
            if most is not None and self._sent >= most:
                raise ApiError(Cause.SPENT, f"{asked} not requested: this run may send {most:,} requests")
            self._sent += 1
            self.asking = asked

    def _body(self, answer: requests.Response, asked: str) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
            raise ApiError(
                Cause.GARBLED, f"Bitbucket answers {asked} with a compressed body, which patless did not ask for"
            )
        end = time.monotonic() + self._patience.whole
        data = bytearray()
        while chunk := answer.raw.read1(_CHUNK):
            data += chunk
            if len(data) > self._limit:
                size = f"{self._limit / 1024:,.0f} KiB"
                raise ApiError(
                    Cause.TOO_LARGE, f"Bitbucket answers {asked} with more than {size}, which patless does not read"
                )
            if time.monotonic() > end:
                seconds = f"{self._patience.whole:g} seconds"
                raise ApiError(
                    Cause.TOO_SLOW, f"Bitbucket needs more than {seconds} to answer {asked}; try again later"
                )
        return bytes(data)
