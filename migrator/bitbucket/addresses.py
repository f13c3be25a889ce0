"""Where Bitbucket is asked, and which addresses of its answers belong to it. Plain http is for this machine only."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from migrator.bitbucket.errors import ApiError, Cause, SetUpError
from migrator.registry.addresses import is_loopback, same_origin
from migrator.text.mask import printable

API = "https://api.bitbucket.org/2.0"


def api_url(environment: Mapping[str, str]) -> str:
    """The API's base URL without a final slash; `PATLESS_API_URL` names another one. Raises SetUpError."""
    url = environment.get("PATLESS_API_URL", API).rstrip("/")
    if not _safe(split(url)):
        raise SetUpError("PATLESS_API_URL is not an https URL; http works only on this machine")
    return url


def path(*segments: str) -> str:
    """`/a/b` of names as they are, each percent-encoded. Raises ApiError for a name that would lead elsewhere."""
    for segment in segments:
        if segment in ("", ".", "..") or any(character < " " for character in segment):
            raise ApiError(Cause.INVALID, f"{segment[:60]!r} is not a valid name in Bitbucket")
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def followed(url: str, asked: str, base: str, what: str, *, elsewhere: bool = False) -> str:
    """`url`, relative to `asked`, if it may be asked: at the origin of `base`, or `elsewhere` any safe one.

    `what` is how an error names it. Raises ApiError.
    """
    try:
        to = urljoin(asked, url)
        here = same_origin(to, base)
    except ValueError:
        raise ApiError(Cause.GARBLED, f"{what} is not a valid address") from None
    parts = split(to)
    if parts.username is not None or parts.password is not None:
        raise ApiError(Cause.ELSEWHERE, f"{what} holds a user name, so patless does not follow it")
    local = is_loopback(split(base).hostname or "")
    if here or (elsewhere and _safe(parts) and (local or parts.scheme == "https")):
        return to
    place = printable(f"{parts.scheme[:10]}://{(parts.hostname or '')[:100]}")
    raise ApiError(
        Cause.ELSEWHERE, f"{what} leads to {place}, which is not {origin(base)}, so patless does not follow it"
    )


def clone_url(url: str, base: str) -> str:
    """`url` of a repository without the user name in it, if it is of the same Bitbucket as `base`. Raises ApiError.

    `api.bitbucket.org` belongs to `bitbucket.org`, and what is on this machine to this machine.
    """
    to, of = split(url), split(base)
    host, api = to.hostname or "", of.hostname or ""
    local = is_loopback(api) and is_loopback(host)
    if not _safe(to, user=True) or not (local or (host == api.removeprefix("api.") and to.port in (None, 443))):
        raise ApiError(
            Cause.ELSEWHERE,
            f"the clone URL {printable(host[:100])!r} is not on {origin(base)}, so patless does not use it",
        )
    return urlunsplit((to.scheme, to.netloc.rpartition("@")[2], to.path, "", ""))


def origin(url: str) -> str:
    """For people: host and port."""
    return printable(split(url).netloc.rpartition("@")[2][:200])


def split(url: str) -> SplitResult:
    """The parts of a URL, all of them empty where it is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is read here, where a port that is none can be caught
    except ValueError:
        return urlsplit("")
    return parts


def _safe(parts: SplitResult, *, user: bool = False) -> bool:
    host = parts.hostname or ""
    secure = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    return secure and (user or "@" not in parts.netloc) and not (parts.query or parts.fragment or "\\" in parts.netloc)
