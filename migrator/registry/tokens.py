"""Buy a token with the native credentials, and read what it claims to grant.

https://distribution.github.io/distribution/spec/auth/token/ and https://distribution.github.io/distribution/spec/auth/jwt/
"""

from __future__ import annotations

import base64
import json
from typing import Any

from msgspec import Struct, field

from migrator.registry import addresses
from migrator.registry.challenge import Bearer
from migrator.registry.http import Http
from migrator.registry.records import Authorization, NativePair, RegistryError


class RegistryToken(Struct, frozen=True):
    """`access` is what the token claims, entries of type, name and actions; None where it cannot be read.

    Nobody verified the claim: only the registry knows the key. It is a hint.
    """

    authorization: Authorization
    access: tuple[tuple[str, str, frozenset[str]], ...] | None = field(default=None)

    def actions(self, name: str) -> frozenset[str] | None:
        """The actions claimed for the repository `name`, None where the claim cannot be read."""
        if self.access is None:
            return None
        granted = [actions for kind, of, actions in self.access if (kind, of) == ("repository", name)]
        return frozenset[str]().union(*granted)


def basic(pair: NativePair) -> Authorization:
    return Authorization("Basic " + base64.b64encode(f"{pair.username}:{pair.token}".encode()).decode())


def ask(http: Http, challenge: Bearer, pair: NativePair, scope: str = "") -> RegistryToken | None:
    """A token for `scope`, such as `repository:acme/web:pull`, or for none; None where it is refused.

    Raises RegistryError where no answer of that kind came.
    """
    query = {"service": challenge.service, "scope": scope}
    reply = http.get(challenge.realm, basic(pair), {key: value for key, value in query.items() if value})
    if reply.status in (401, 403):
        return None
    place = f"the token server {addresses.origin(challenge.realm)}"
    if reply.status != 200:
        raise RegistryError(f"{place} answers {reply.status}, which is not an answer to a request for a token")
    answer = _document(reply.body)
    value = answer.get("token") or answer.get("access_token")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise RegistryError(f"{place} answers without a token")
    return RegistryToken(Authorization(f"Bearer {value}"), _claim(value))


def _claim(token: str) -> tuple[tuple[str, str, frozenset[str]], ...] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    entries = _document(payload).get("access")
    if not isinstance(entries, list):
        return None
    return tuple(
        (str(entry.get("type")), str(entry.get("name")), frozenset(map(str, entry["actions"])))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("actions"), list)
    )


def _document(data: bytes) -> dict[str, Any]:
    """A JSON object, {} where it is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
