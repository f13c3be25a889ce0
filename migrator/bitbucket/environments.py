"""Deployment environments. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-deployments/

Which commit an environment has is not in the part of the API that is described, so it is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.paging import counted
from migrator.bitbucket.records import Environment
from migrator.bitbucket.rows import text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


def environments(client: Client, workspace: str, repository: str) -> tuple[Environment, ...]:
    """Raises ApiError, also for a list that could be incomplete."""
    found = counted(client, addresses.path("repositories", workspace, repository, "environments"))
    return tuple(Environment(text(row, "uuid"), text(row, "name")) for row in found)
