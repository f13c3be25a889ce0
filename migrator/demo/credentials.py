"""Who asks: the credentials that the box has given out, and how they are shown to it."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from migrator.demo.people import User
from migrator.demo.scopes import RequiredScope, reach


class BoxCredentialKind(Enum):
    """`PROXY` is the proxy of a Pipelines step: no credential is sent, and Code Insights is what it opens."""

    ACCESS_TOKEN = "access-token"
    API_TOKEN = "api-token"
    PROXY = "proxy"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Credential:
    """`repositories` are the slugs that it sees, None is all of the workspace."""

    kind: BoxCredentialKind
    user: User
    scopes: frozenset[str]
    repositories: frozenset[str] | None = None
    token: str = field(default="", repr=False)

    def lacks(self, needed: RequiredScope) -> tuple[str, ...]:
        """The scopes that `needed` asks for and this credential has not."""
        if self.kind is BoxCredentialKind.API_TOKEN:
            return tuple(scope for scope in needed.api_token if scope not in self.scopes)
        return () if not needed.oauth or needed.oauth in reach(self.scopes) else (needed.oauth,)


class BoxCredentials:
    """Bearer for access tokens; Basic with the e-mail for API tokens; both with git's own user names for git."""

    def __init__(self) -> None:
        self._known: dict[str, Credential] = {}

    def issue(
        self, kind: BoxCredentialKind, user: User, scopes: frozenset[str], repositories: frozenset[str] | None = None
    ) -> Credential:
        beginning = "ATCTT3xFf" if kind is BoxCredentialKind.ACCESS_TOKEN else "ATATT3xFf"
        credential = Credential(kind, user, scopes, repositories, beginning + secrets.token_urlsafe(24))
        self._known[credential.token] = credential
        return credential

    def revoke(self, token: str) -> None:
        self._known.pop(token, None)

    def of_api(self, headers: Mapping[str, str]) -> Credential | None:
        """The credential that the headers show, None where they show none that is known."""
        scheme, value = _authorization(headers)
        if scheme == "bearer":
            return self._when(value, BoxCredentialKind.ACCESS_TOKEN)
        name, token = _pair(value) if scheme == "basic" else ("", "")
        found = self._when(token, BoxCredentialKind.API_TOKEN)
        return found if found and name == found.user.email else None

    def of_git(self, headers: Mapping[str, str]) -> Credential | None:
        """The same for git over HTTP: `x-token-auth` and `x-bitbucket-api-token-auth` (BITBUCKET_API.md 3)."""
        scheme, value = _authorization(headers)
        if scheme == "basic":
            name, token = _pair(value)
            if name == "x-token-auth":
                return self._when(token, BoxCredentialKind.ACCESS_TOKEN)
            if name == "x-bitbucket-api-token-auth":
                return self._when(token, BoxCredentialKind.API_TOKEN)
        return self.of_api(headers)

    def masked(self, words: str) -> str:
        """`words` with every token that was given out replaced, for the log of requests."""
        for token in self._known:
            words = words.replace(token, "***")
        return words

    def _when(self, token: str, kind: BoxCredentialKind) -> Credential | None:
        found = self._known.get(token)
        return found if found and found.kind is kind else None


def _authorization(headers: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return scheme.lower(), value.strip()


def _pair(value: str) -> tuple[str, str]:
    try:
        name, _, token = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, token
