"""Who asks, what it may, and which workspaces it sees.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/ and .../api-group-workspaces/. The headers are
seen on answers and documented nowhere, and the limits come with scaled access tokens only: BITBUCKET_API.md 2, 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import scopes, shown
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import Account
from migrator.bitbucket.rows import optional, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client, Reply


@dataclass(frozen=True, slots=True)
class Standing:
    """What the headers of an answer say; None where Bitbucket does not. `per_hour` is a limit of requests."""

    scopes: tuple[str, ...] | None = None
    credential_type: str | None = None
    per_hour: int | None = None
    near_limit: bool | None = None


def user(client: Client) -> tuple[Account, Reply]:
    """The account behind the credential, and the answer. Raises ApiError; an access token may have no account [?]."""
    reply = client.get("/user")
    row = reply.document()
    return Account(text(row, "uuid"), optional(row, "display_name") or optional(row, "nickname") or ""), reply


def workspaces(client: Client) -> tuple[str, ...]:
    """The slugs of the workspaces that the credential sees. Raises ApiError."""
    return tuple(text(row, "workspace", "slug") for row in linked(client, addresses.path("user", "workspaces")))


def standing(headers: Mapping[str, str], hide: Callable[[str], str]) -> Standing:
    named = headers.get("X-OAuth-Scopes")
    kind = headers.get("X-Credential-Type")
    limit = headers.get("X-RateLimit-Limit", "")
    near = headers.get("X-RateLimit-NearLimit")
    return Standing(
        None if named is None else scopes(named.replace(",", " ").split(), hide),
        None if kind is None else shown(hide(kind)),
        int(limit) if limit.isdecimal() and len(limit) < 8 else None,
        None if near is None else near.strip().lower() == "true",
    )
