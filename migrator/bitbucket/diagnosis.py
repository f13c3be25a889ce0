"""What a credential is, may and reaches: asked with GET, never assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from migrator.bitbucket import account, addresses, variables
from migrator.bitbucket.account import AccountStanding
from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.environments import environments
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Account
from migrator.bitbucket.repositories import repository
from migrator.bitbucket.scopes import Fit, fits

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_SILENT = (Cause.UNREACHABLE, Cause.TOO_SLOW)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Check:
    """`what` was read, or `why` not, a sentence; '' where it was. `named`: the user asked for it by name."""

    what: str
    why: str = ""
    named: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`reached`: the API answered. `accepted`: it let the credential read something, or knows its scopes; None where it
    did not answer, or an access token was only asked after its account, which it has not (BITBUCKET_API.md 8, fact 3).

    `user` None: it has none, or may not see it. `workspaces` and `scopes` None: Bitbucket does not say; then `fits`
    is empty.
    """

    url: str
    kind: CredentialKind
    reached: bool
    accepted: bool | None
    user: Account | None
    workspaces: tuple[str, ...] | None
    scopes: tuple[str, ...] | None
    standing: AccountStanding
    checks: tuple[Check, ...]
    fits: tuple[Fit, ...]

    @property
    def refused(self) -> bool:
        """Whether Bitbucket could not be reached, or refuses the credential or what was named."""
        return not self.reached or self.accepted is False or any(check.named and check.why for check in self.checks)


def diagnose(client: Client, workspace: str = "", slug: str = "") -> Diagnosis:
    """Ask about the account, and about a workspace and the repository `slug` of it where they are named."""
    asking = _Questions()
    user = asking.ask("your account", lambda: account.user(client))
    workspaces = asking.ask("your workspaces", lambda: account.workspaces(client))
    if slug:
        name = f"{workspace}/{slug}"
        asking.ask(f"repository {name}", lambda: repository(client, workspace, slug), named=True)
        asking.ask(f"variables of {name}", lambda: variables.of_repository(client, workspace, slug))
        asking.ask(f"deployment environments of {name}", lambda: environments(client, workspace, slug))
    elif workspace:
        path = addresses.path("repositories", workspace)
        asking.ask(f"repositories of {workspace}", lambda: client.document(path, {"pagelen": 10}), named=True)
    if workspace:
        asking.ask(f"variables of workspace {workspace}", lambda: variables.of_workspace(client, workspace))
    kind = client.credentials.kind
    standing = account.standing(client.said, client.credentials.hide)
    accepted = bool(asking.granted or standing.scopes) or any(not check.why for check in asking.checks)
    untold = not accepted and asking.reached and not workspace and kind is CredentialKind.ACCESS_TOKEN
    scopes = standing.scopes or asking.granted or standing.scopes
    return Diagnosis(
        url=client.base,
        kind=kind,
        reached=asking.reached,
        accepted=None if untold or not asking.reached else accepted,
        user=user,
        workspaces=workspaces,
        scopes=scopes,
        standing=standing,
        checks=tuple(asking.checks),
        fits=() if scopes is None else fits(scopes, kind),
    )


class _Questions:
    """Asks until nobody answers, and remembers what the answers say of the credential besides."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.reached = False
        self.granted: tuple[str, ...] | None = None
        self._on = True

    def ask(self, what: str, question: Callable[[], _T], *, named: bool = False) -> _T | None:
        if not self._on:
            return None
        try:
            found = question()
        except ApiError as error:
            self.checks.append(Check(what, str(error), named))
            self.reached = self.reached or error.status is not None
            self._on = error.kind not in (*_SILENT, Cause.RATE_LIMITED)
            self.granted = self.granted or error.granted or None
            return None
        self.reached = True
        self.checks.append(Check(what, "", named))
        return found
