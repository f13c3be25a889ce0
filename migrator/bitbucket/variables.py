"""Variables of a repository, its deployment environments and its workspace: read, and removed one at a time.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/ and BITBUCKET_API.md section 2.1. The
workspace's path has a hyphen where the repository's has an underscore. Rows of the system itself are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.paging import counted
from migrator.bitbucket.records import Environment, Level, Variable
from migrator.bitbucket.rows import Row, flag, optional, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


def of_repository(client: Client, workspace: str, repository: str) -> tuple[Variable, ...]:
    """Raises ApiError, also for a list that could be incomplete."""
    path = _path(Level.REPOSITORY, workspace, repository)
    return tuple(_variables(counted(client, path), Level.REPOSITORY))


def of_environment(client: Client, workspace: str, repository: str, environment: Environment) -> tuple[Variable, ...]:
    """Raises ApiError, also for a list that could be incomplete."""
    path = _path(Level.DEPLOYMENT, workspace, repository, environment.uuid)
    return tuple(_variables(counted(client, path), Level.DEPLOYMENT, environment))


def of_workspace(client: Client, workspace: str) -> tuple[Variable, ...]:
    """Raises ApiError, also for a list that could be incomplete."""
    return tuple(_variables(counted(client, _path(Level.WORKSPACE, workspace)), Level.WORKSPACE))


def again(client: Client, workspace: str, repository: str | None, variable: Variable) -> Variable | None:
    """`variable` as it is now, by its uuid; None where it is there no more. Raises ApiError.

    Bitbucket hides what a credential may not see as if it were not there, so None is no proof of a removal.
    """
    if variable.level is Level.DEPLOYMENT:  # there is no address of a single one
        environment = Environment(variable.environment_uuid or "", variable.environment or "")
        found = of_environment(client, workspace, repository or "", environment)
        return next((one for one in found if one.uuid == variable.uuid), None)
    try:
        row = client.document(_path_of(workspace, repository, variable))
    except ApiError as error:
        if error.kind is Cause.MISSING:
            return None
        raise
    return _variable(row, variable.level)


def delete(client: Client, workspace: str, repository: str | None, variable: Variable) -> bool:
    """Remove `variable` by its uuid; False where it was not there any more. Raises ApiError.

    It cannot be undone: the value of a secured variable is never given out. Where False is more than a repeated call
    can explain, see `again`.
    """
    try:
        reply = client.delete(_path_of(workspace, repository, variable))
    except ApiError as error:
        if error.kind is Cause.MISSING:
            return False
        raise
    if reply.status != 204:
        raise ApiError(Cause.GARBLED, f"Bitbucket answers {reply.asked} with {reply.status} in place of 204")
    return True


def _path(level: Level, workspace: str, repository: str | None = None, environment: str | None = None) -> str:
    if level is Level.WORKSPACE:
        return addresses.path("workspaces", workspace, "pipelines-config", "variables")
    if level is Level.REPOSITORY:
        return addresses.path("repositories", workspace, repository or "", "pipelines_config", "variables")
    return addresses.path(
        *("repositories", workspace, repository or "", "deployments_config"),
        *("environments", environment or "", "variables"),
    )


def _path_of(workspace: str, repository: str | None, variable: Variable) -> str:
    path = _path(variable.level, workspace, repository, variable.environment_uuid)
    return path + addresses.path(variable.uuid)


def _variables(found: Iterable[Row], level: Level, environment: Environment | None = None) -> Iterable[Variable]:
    return (_variable(row, level, environment) for row in found if not flag(row, "system"))


def _variable(row: Row, level: Level, environment: Environment | None = None) -> Variable:
    secured = flag(row, "secured")
    if secured is None:
        secured = row.get("value") is None
    return Variable(
        level,
        text(row, "key"),
        text(row, "uuid"),
        secured,
        environment.name if environment else None,
        environment.uuid if environment else None,
        None if secured else optional(row, "value"),
    )
