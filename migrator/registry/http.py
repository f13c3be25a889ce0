"""GET, and nothing else, within bounds. A credential stays with the host that it is for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.metadata import version
from urllib.parse import urljoin

import requests
import requests.adapters
import urllib3
from msgspec import Struct

from migrator.registry import addresses
from migrator.registry.records import Authorization, RegistryError

CONNECT, READ, WHOLE = 5, 15, 60
"""Seconds to connect, between two pieces of an answer, and for all of it."""
LIMIT = 1024 * 1024
"""The largest answer that is read, in bytes."""
REDIRECTS = 5
_AGAIN = {429, 502, 503, 504}


class Reply(Struct, frozen=True):
    """`headers` are looked up in any case of letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Sign(requests.auth.AuthBase):
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
        retry = urllib3.Retry(
            total=2,
            backoff_factor=0.3,
            status_forcelist=_AGAIN,
            allowed_methods={"GET"},
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
        self._session.headers.update({"User-Agent": f"patless/{version('patless')}", "Accept-Encoding": "identity"})

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self, url: str, authorization: Authorization | None = None, query: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer of `url`, redirects followed. Raises RegistryError."""
        for _ in range(REDIRECTS + 1):
            reply = self._once(url, authorization, query)
            location = reply.headers.get("Location")
            if reply.status not in (301, 302, 303, 307, 308) or location is None:
                return reply
            to = addresses.checked(urljoin(url, location), url, "the redirect")
            if not addresses.same_origin(to, url):
                authorization = None
            url, query = to, None
        raise RegistryError(f"{addresses.origin(url)} redirects more than {REDIRECTS} times")

    def _once(self, url: str, authorization: Authorization | None, query: Mapping[str, str] | None) -> Reply:
        place = addresses.origin(url)
        self._session.trust_env = not url.startswith("http://")  # plain http is this machine's: never by a proxy
        try:
            with self._session.get(
                url,
                params=query,
                auth=_Sign(authorization),
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
            ) as answer:
                reply = Reply(answer.status_code, answer.headers, _body(answer, place))
        except requests.RequestException as error:
            raise RegistryError(f"{place} {_sentence(error)}") from None
        if reply.status in _AGAIN or reply.status >= 500:
            raise RegistryError(f"{place} answers {reply.status}; try again later")
        return reply


def _body(answer: requests.Response, place: str) -> bytes:
    end = time.monotonic() + WHOLE
    data = b""
    for piece in answer.iter_content(4096):
        data += piece
        if len(data) > LIMIT:
            raise RegistryError(f"{place} answers with more than {LIMIT // 1024} KiB, which is not read")
        if time.monotonic() > end:
            raise RegistryError(f"{place} needs more than {WHOLE} seconds for one answer")
    return data


def _sentence(error: requests.RequestException) -> str:
    """Never the exception's own text, which can quote what was sent."""
    if isinstance(error, requests.Timeout):
        return f"does not answer within {READ} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "shows a certificate that is not accepted"
    if isinstance(error, requests.exceptions.ProxyError):
        return "cannot be reached: the proxy refuses"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached: there is no connection"
    return f"cannot be asked ({type(error).__name__})"
