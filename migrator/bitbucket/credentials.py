"""What Bitbucket is asked with: from the environment, never from the command line, and never shown."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import SetUpError

TOKEN, EMAIL, API_TOKEN = "BITBUCKET_ACCESS_TOKEN", "ATLASSIAN_ACCOUNT_EMAIL", "ATLASSIAN_API_TOKEN"
"""The names that Atlassian's own pipes use; BITBUCKET_API.md section 3."""
_WAYS = f"set {TOKEN}, or {EMAIL} and {API_TOKEN}"


class CredentialKind(StrEnum):
    ACCESS_TOKEN = "access token"
    API_TOKEN = "API token"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, which is never shown, and the e-mail address that an API token goes with, '' for an access token.

    The token '' signs nothing, as it is towards the proxy of a Pipelines step.
    """

    kind: CredentialKind
    token: str = field(repr=False)
    email: str = field(repr=False, default="")

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Credentials:
        """The one credential of an environment. Raises SetUpError where there is none, half a one, or more."""
        given = {name: environment[name] for name in (TOKEN, EMAIL, API_TOKEN) if environment.get(name)}
        for name, value in given.items():
            if not (value.isascii() and value.isprintable() and " " not in value):
                raise SetUpError(
                    f"{name} contains a blank, a line break, or another character that no credential has; set it again"
                )
        if TOKEN in given and API_TOKEN in given:
            raise SetUpError(f"{TOKEN} and {API_TOKEN} are both set; unset one of them")
        if TOKEN in given:
            return cls(CredentialKind.ACCESS_TOKEN, given[TOKEN])
        if not given:
            raise SetUpError(f"no Bitbucket credential; {_WAYS}")
        for missing in (EMAIL, API_TOKEN):
            if missing not in given:
                raise SetUpError(f"{missing} is empty or not set, and {', '.join(given)} needs it")
        if ":" in given[EMAIL]:
            raise SetUpError(f"{EMAIL} contains a colon, which no email address has")
        return cls(CredentialKind.API_TOKEN, given[API_TOKEN], given[EMAIL])

    @property
    def authorization(self) -> str:
        """The value of the Authorization header for the REST API, '' for none."""
        if not self.token:
            return ""
        if self.kind is CredentialKind.ACCESS_TOKEN:
            return f"Bearer {self.token}"
        return _basic(self.email, self.token)

    def hide(self, text: str) -> str:
        """`text` without this credential in any form that is sent."""
        forms = (self.token, self.authorization.partition(" ")[2], self._git.partition(" ")[2])
        for form in forms if self.token else ():
            text = text.replace(form, "‹credential›")
        return text

    def git_environment(self, url: str, api: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Variables to add to `environment`, with which git reads and pushes `url` of the same Bitbucket as `api`.

        The header is sent to that host only, redirects are not followed, and nobody is asked or remembers. Raises
        ApiError for another host. `x-token-auth` is the documented user of an access token; the user of an API token,
        `x-bitbucket-api-token-auth`, is reported by users and not in the REST documents: BITBUCKET_API.md section 3.
        """
        header = self.git_authorization(url, api)
        parts = addresses.split(url)
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
        count = environment.get("GIT_CONFIG_COUNT", "")
        first = int(count) if count.isdecimal() and len(count) < 4 else 0
        settings = (
            (f"http.{place}.extraHeader", f"Authorization: {header}"),
            (f"http.{place}.followRedirects", "false"),
            ("credential.helper", ""),
        )
        added = {"GIT_CONFIG_COUNT": str(first + len(settings)), "GIT_TERMINAL_PROMPT": "0", "GIT_TRACE_REDACT": "1"}
        for number, (key, value) in enumerate(settings, first):
            added |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return added

    def git_authorization(self, url: str, api: str) -> str:
        """The value of the Authorization header with which git is asked for `url` of the same Bitbucket as `api`.
        Raises ApiError for another host."""
        addresses.clone_url(url, api)
        return self._git

    @property
    def _git(self) -> str:
        api_token = self.kind is CredentialKind.API_TOKEN
        return _basic("x-bitbucket-api-token-auth" if api_token else "x-token-auth", self.token)


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
