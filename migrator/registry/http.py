"""GET, and nothing else, within bounds. A credential stays with the host that it is for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version

import requests
import requests.adapters
import urllib3
from msgspec import Struct

from migrator.registry import addresses
from migrator.registry.bounded import bounded
from migrator.registry.records import Authorization, RegistryError
from migrator.registry.unreached import why

CONNECT, READ, WHOLE = 5, 15, 60
"""Seconds to connect, between two pieces of an answer, and for all of it, its headers and repetitions included."""
LIMIT = 1024 * 1024
"""The largest answer that is read, in bytes."""
REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_AGAIN = {429, 502, 503, 504}
_PAUSES = (0.3, 0.6)
"""Seconds before a request is sent again, whose answer was one of those."""


class RegistryReply(Struct, frozen=True):
    """`headers` are looked up in any case of letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _SignRegistry(requests.auth.AuthBase):
    """Given as `auth`, so that requests does not put a `.netrc` entry in its place. None: unsigned."""

    def __init__(self, authorization: Authorization | None) -> None:
        self._authorization = authorization

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._authorization is not None:
            request.headers["Authorization"] = self._authorization.value
        return request


class Http:
    def __init__(self) -> None:
        self._session = requests.Session()
        # Not for an answer: urllib3 would read all of its body first, however long it is.
        retry = urllib3.Retry(total=2, backoff_factor=0.3, status=0, allowed_methods={"GET"}, raise_on_status=False)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, bounded(requests.adapters.HTTPAdapter(max_retries=retry), WHOLE, LIMIT))
        self._session.headers.update({"User-Agent": f"patless/{version('patless')}", "Accept-Encoding": "identity"})

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self, url: str, authorization: Authorization | None = None, query: Mapping[str, str] | None = None
    ) -> RegistryReply:
        """The answer of `url`, redirects followed. Raises RegistryError."""
        for _ in range(REDIRECTS + 1):
            reply = self._once(url, authorization, query)
            location = reply.headers.get("Location")
            if reply.status not in _MOVED or location is None:
                return reply
            to = addresses.followed(location, url, "the redirect")
            if not addresses.same_origin(to, url):
                authorization = None
            url, query = to, None
        raise RegistryError(f"{addresses.origin(url)} redirects more than {REDIRECTS} times")

    def _once(self, url: str, authorization: Authorization | None, query: Mapping[str, str] | None) -> RegistryReply:
        place = addresses.origin(url)
        try:
            for pause in (*_PAUSES, None):
                reply = _within(WHOLE, place, lambda: self._answer(url, authorization, query, place))
                if reply.status not in _AGAIN or pause is None:
                    break
                time.sleep(pause)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise RegistryError(_sentence(error, place)) from None
        if reply.status in _AGAIN or reply.status >= 500:
            raise RegistryError(f"{place} answers {reply.status}; try again later")
        return reply

    def _answer(
        self, url: str, authorization: Authorization | None, query: Mapping[str, str] | None, place: str
    ) -> RegistryReply:
        self._session.trust_env = not url.startswith("http://")  # plain http is this machine's: never by a proxy
        prepared = self._session.prepare_request(
            requests.Request("GET", url, params=query, auth=_SignRegistry(authorization))
        )
        settings = self._session.merge_environment_settings(prepared.url or "", {}, True, None, None)
        # Not Session.send, which reads a redirect's whole body and parses its target, whatever either is.
        adapter = self._session.get_adapter(url)
        with adapter.send(prepared, timeout=(CONNECT, READ), **settings) as answer:  # type: ignore[arg-type]
            unread = answer.status_code in _MOVED or answer.status_code in _AGAIN
            return RegistryReply(answer.status_code, answer.headers, b"" if unread else _body(answer, place))


def _within(seconds: float, place: str, ask: Callable[[], RegistryReply]) -> RegistryReply:
    """What `ask` gives or raises, repetitions included. What takes longer is left to a thread, which ends with the
    answer or the process. Raises RegistryError."""
    answers = queue.SimpleQueue[RegistryReply | Exception]()

    def work() -> None:
        try:
            answers.put(ask())
        except Exception as error:
            answers.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise RegistryError(f"{place} needs more than {seconds} seconds for one answer") from None
    if isinstance(found, Exception):
        raise found
    return found


def _body(answer: requests.Response, place: str) -> bytes:
    data = bytearray()
    for piece in answer.iter_content(4096):
        data += piece
        if len(data) > LIMIT:
            raise RegistryError(f"{place} answers with more than {LIMIT // 1024} KiB, which patless does not read")
    return bytes(data)


def _sentence(error: Exception, place: str) -> str:
    """Never the exception's own text, which can quote what was sent."""
    if isinstance(error, requests.ReadTimeout):
        return f"{place} does not answer within {READ} seconds"
    if isinstance(error, (requests.Timeout, requests.ConnectionError)):
        return why(error, place)
    return f"{place} cannot be asked ({type(error).__name__})"
