"""Which addresses a credential may be sent to: https ones, and plain http on this machine only."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from migrator.registry.records import RegistryError
from migrator.text.mask import printable


def base(host: str) -> str:
    """The address of a registry's API, as docker takes it: `http` for one on this machine, else `https`."""
    hostname = urlsplit(f"//{host}").hostname or ""
    return f"{'http' if is_loopback(hostname) else 'https'}://{host}"


def checked(url: str, asked: str, what: str) -> str:
    """`url`, to which an answer of `asked` leads; `what` it is, for people. Raises RegistryError if it may not lead."""
    try:
        to, of = urlsplit(url), urlsplit(asked)
        local = to.scheme == "http" and is_loopback(to.hostname or "") and is_loopback(of.hostname or "")
        allowed = bool(to.hostname) and (to.scheme == "https" or (local and of.scheme == "http"))
        port = to.port
    except ValueError:
        raise RegistryError(f"{what} of {origin(asked)} is not a valid address") from None
    if to.username is not None or to.password is not None:
        raise RegistryError(f"{what} of {origin(asked)} holds a user name, so patless does not follow it")
    if not allowed:
        place = printable(f"{to.scheme[:20]}://{(to.hostname or '')[:100]}" + (f":{port}" if port else ""))
        raise RegistryError(
            f"{what} of {origin(asked)} leads to {place}, which is not https, so patless sends nothing there"
        )
    return url


def followed(location: str, asked: str, what: str) -> str:
    """Where a `location` leads that came as an answer of `asked`. Raises as `checked`."""
    try:
        url = urljoin(asked, location)
    except ValueError:
        raise RegistryError(f"{what} of {origin(asked)} is not a valid address") from None
    return checked(url, asked, what)


def is_loopback(hostname: str) -> bool:
    if hostname == "localhost":
        return True
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return False


def same_origin(one: str, other: str) -> bool:
    return _origin(urlsplit(one)) == _origin(urlsplit(other))


def origin(url: str) -> str:
    """For people: host and port only."""
    return printable(urlsplit(url).netloc.rpartition("@")[2])


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or {"http": 80, "https": 443}.get(url.scheme)
