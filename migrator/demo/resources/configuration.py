"""Whether Pipelines is on in a repository.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/
"""

from __future__ import annotations

from migrator.demo.messages import Response
from migrator.demo.resources import repositories
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import ADMIN_REPOSITORY


def _one(call: RoutedRequest) -> Response:
    repository = call.repository()
    row = {"type": "repository_pipelines_configuration", "enabled": repository.pipelines_enabled}
    return Response(200, {**row, "repository": repositories.short(call, repository)})


ROUTES = (Route("GET", "/repositories/{workspace}/{repository}/pipelines_config", ADMIN_REPOSITORY, _one),)
