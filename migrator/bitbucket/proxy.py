"""The proxy of a Pipelines step, which signs requests for Code Insights of the step's own repository.

It is an ordinary forward proxy: the request line names `http://api.bitbucket.org`, and there is no Authorization.
`localhost` is right in a step, `host.docker.internal` in the container of a pipe (BITBUCKET_API.md section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind, Credentials
from migrator.bitbucket.errors import SetUpError
from migrator.bitbucket.retries import Patience
from migrator.bitbucket.session import Client

BASE = "http://api.bitbucket.org/2.0"
"""Plain http, as the proxy knows nothing else; it leaves the machine as what the proxy makes of it."""
VARIABLE = "PATLESS_PIPELINES_PROXY"
_PROXY = "http://localhost:29418"


def client(environment: Mapping[str, str]) -> Client:
    """A client that asks through the proxy; `PATLESS_PIPELINES_PROXY` says where it is. Raises SetUpError."""
    address = environment.get(VARIABLE) or _PROXY
    try:
        parts = urlsplit(address)
        good = parts.scheme == "http" and parts.hostname and parts.port and parts.path in ("", "/")
    except ValueError:
        good = False
    if not good or parts.username or parts.query:
        raise SetUpError(f"{VARIABLE} is not an address such as {_PROXY}")
    patience = Patience(connect=5, failed=1)  # where there is no proxy, nobody waits for one
    return Client(
        BASE, Credentials(CredentialKind.ACCESS_TOKEN, ""), Budget.of(environment, "proxy"), patience, proxy=address
    )
