"""Deployment environments.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-deployments/
"""

from __future__ import annotations

from typing import Any

from migrator.demo import paging
from migrator.demo.messages import Refusal, Response, pipelines_error
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import READ_PIPELINE
from migrator.demo.state import Environment

_RANKS = ("Test", "Staging", "Production")


def environment(call: RoutedRequest) -> Environment:
    """The environment in the path. Raises Refusal."""
    found = call.repository().environments.get(call.values["environment"])
    if found is None:
        raise Refusal(pipelines_error(404, "The requested environment was not found"))
    return found


def _row(found: Environment) -> dict[str, Any]:
    rank = _RANKS.index(found.category) if found.category in _RANKS else 0
    kind = {"type": "deployment_environment_type", "name": found.category, "rank": rank}
    return {
        "type": "deployment_environment",
        "uuid": found.uuid,
        "name": found.name,
        "slug": found.name.lower().replace(" ", "-"),
        "environment_type": kind,
        "category": {"name": found.category},
        "rank": rank,
        "hidden": False,
        "deployment_gate_enabled": False,
        "environment_lock_enabled": True,
        "lock": {"type": "deployment_environment_lock_open", "name": "OPEN"},
        "restrictions": {"type": "deployment_restrictions_configuration", "admin_only": False},
    }


def _list(call: RoutedRequest) -> Response:
    return paging.counted(call.request, [_row(each) for each in call.repository().environments.values()])


def _one(call: RoutedRequest) -> Response:
    return Response(200, _row(environment(call)))


_ENVIRONMENTS = "/repositories/{workspace}/{repository}/environments"
ROUTES = (
    Route("GET", _ENVIRONMENTS, READ_PIPELINE, _list),
    Route("GET", _ENVIRONMENTS + "/{environment}", READ_PIPELINE, _one),
)
