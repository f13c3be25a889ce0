"""Who asks, what it may, and which workspaces it sees.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/ and .../api-group-workspaces/. The headers are
seen on answers and documented nowhere, and the limits come with scaled access tokens only: BITBUCKET_API.md 2, 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause, scopes, shown
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import Account
from migrator.bitbucket.rows import optional, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """What the headers of an answer say; None where Bitbucket does not. `per_hour` is a limit of requests."""

    scopes: tuple[str, ...] | None = None
    credential_type: str | None = None
    per_hour: int | None = None
    near_limit: bool | None = None


def user(client: Client) -> Account:
    """The account behind the credential. Raises ApiError: an access token, which has none, gets 401 or 403 however good
    it is (BITBUCKET_API.md 8, fact 3)."""
    row = client.document("/user")
    return Account(text(row, "uuid"), optional(row, "display_name") or optional(row, "nickname") or "")


def active(client: Client, uuid: str) -> bool | None:
    """Whether the account can be asked to review; None where Bitbucket does not tell. Raises ApiError, but for one that
    is not shown or not there."""
    try:
        status = optional(client.document(addresses.path("users", uuid)), "account_status")
    except ApiError as error:
        if error.kind in (Cause.FORBIDDEN, Cause.MISSING, Cause.GONE, Cause.UNAUTHORISED):
            return None
        raise
    return None if status is None else status == "active"


def slug(client: Client, workspace: str) -> str:
    """What a workspace is called in addresses, where it is named by its UUID in braces. Raises ApiError."""
    if not workspace.startswith("{"):
        return workspace
    return text(client.document(addresses.path("workspaces", workspace)), "slug")


def workspaces(client: Client) -> tuple[str, ...]:
    """The slugs of the workspaces that the credential sees. Raises ApiError."""
    return tuple(text(row, "workspace", "slug") for row in linked(client, addresses.path("user", "workspaces")))


def standing(headers: Mapping[str, str], hide: Callable[[str], str]) -> AccountStanding:
    named = headers.get("X-OAuth-Scopes")
    kind = headers.get("X-Credential-Type")
    limit = headers.get("X-RateLimit-Limit", "")
    near = headers.get("X-RateLimit-NearLimit")
    return AccountStanding(
        None if named is None else scopes(named.replace(",", " ").split(), hide),
        None if kind is None else shown(hide(kind)),
        int(limit) if limit.isdecimal() and len(limit) < 8 else None,
        None if near is None else near.strip().lower() == "true",
    )
