"""All variables that a repository's pipelines can see, and which levels could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from migrator.bitbucket import variables
from migrator.bitbucket.environments import environments
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Environment, Level, Variable

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

REFUSED = (Cause.FORBIDDEN, Cause.MISSING, Cause.GONE)
"""Answers after which a level is not checked."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A level that could not be read, which says nothing about what is there. `environment` None: all of the level."""

    level: Level
    environment: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """`variables` by level, in the order in which levels win, then as Bitbucket lists them; `environments` are the
    deployments whose variables were asked for."""

    variables: tuple[Variable, ...]
    not_checked: tuple[NotChecked, ...]
    environments: tuple[Environment, ...] = ()


def inventory(client: Client, workspace: str, repository: str, shared: Inventory | None = None) -> Inventory:
    """What can be seen. A level that is refused or hidden is not checked; any other failure raises ApiError.

    `shared` is the workspace's level where it has been read before.
    """
    found: list[Variable] = []
    not_checked: list[NotChecked] = []

    def read(level: Level, environment: str | None, ask: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        return _read(level, environment, ask, not_checked)

    deployments = read(Level.DEPLOYMENT, None, lambda: environments(client, workspace, repository))
    for one in deployments:
        ask = partial(variables.of_environment, client, workspace, repository, one)
        found += read(Level.DEPLOYMENT, one.name, ask)
    found += read(Level.REPOSITORY, None, lambda: variables.of_repository(client, workspace, repository))
    above = shared or of_workspace(client, workspace)
    return Inventory((*found, *above.variables), (*not_checked, *above.not_checked), deployments)


def of_workspace(client: Client, workspace: str) -> Inventory:
    """The level of the workspace alone, on the same terms."""
    not_checked: list[NotChecked] = []
    found = _read(Level.WORKSPACE, None, lambda: variables.of_workspace(client, workspace), not_checked)
    return Inventory(found, tuple(not_checked))


def _read(
    level: Level, environment: str | None, ask: Callable[[], tuple[_T, ...]], not_checked: list[NotChecked]
) -> tuple[_T, ...]:
    try:
        return ask()
    except ApiError as error:
        if error.kind not in REFUSED:
            raise
        not_checked.append(NotChecked(level, environment, str(error)))
        return ()
