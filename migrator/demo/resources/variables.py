"""Variables of the three levels.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/; what is special about their pages and
errors is in BITBUCKET_API.md 0 and 2.1. A secured value is kept and never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from migrator.demo import paging
from migrator.demo.messages import Refusal, Response, pipelines_error
from migrator.demo.resources.environments import environment
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import ADMIN_PIPELINE, READ_PIPELINE
from migrator.demo.state import Repository, Variable, Variables
from migrator.text.patterns import regex

_KEY = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_Level = Callable[[RoutedRequest], Variables]


def _of_workspace(call: RoutedRequest) -> Variables:
    return call.workspace.variables


def _of_repository(call: RoutedRequest) -> Variables:
    return _open(call.repository()).variables


def _of_environment(call: RoutedRequest) -> Variables:
    _open(call.repository())
    return environment(call).variables


def _open(repository: Repository) -> Repository:
    if repository.restricted:
        raise Refusal(pipelines_error(403, "You do not have administrator access to this repository"))
    return repository


def shown(variable: Variable) -> dict[str, Any]:
    row = {"type": "pipeline_variable", "uuid": variable.uuid, "key": variable.key, "secured": variable.secured}
    if not variable.secured:
        row["value"] = variable.value
    return row | {"system": variable.system}


def _list_workspace(call: RoutedRequest) -> Response:
    return paging.counted(call.request, [shown(each) for each in call.workspace.variables.values()])


def _list_repository(call: RoutedRequest) -> Response:
    repository = _open(call.repository())
    inside = f"/rest/1.0/accounts/{call.workspace.uuid}/repositories/{repository.uuid}/pipelines_config/variables"
    return paging.poisoned(call.request, [shown(each) for each in repository.variables.values()], inside)


def _list_environment(call: RoutedRequest) -> Response:
    """Their type is that of others, as a client says that is used much:
    https://github.com/atlassian-api/atlassian-python-api/blob/master/atlassian/bitbucket/cloud/repositories/deploymentEnvironments.py
    """
    rows = [shown(each) for each in _of_environment(call).values()]
    return paging.counted(call.request, rows)


def _create(level: _Level, typed: bool = True) -> Callable[[RoutedRequest], Response]:
    def create(call: RoutedRequest) -> Response:
        variables, wanted = level(call), call.request.fields()
        key = str(wanted.get("key", ""))
        if not _KEY.fullmatch(key):
            return pipelines_error(400, "The key of a variable is letters, digits and underscores")
        if any(each.key == key for each in variables.values()):
            words = f"A variable with the key {key} already exists"
            return pipelines_error(409, words, "variable-service.variable.duplicate")
        made = call.workspace.variable(key, str(wanted.get("value", "")), wanted.get("secured") is True)
        variables[made.uuid] = made
        row = shown(made)
        if not typed:
            del row["type"]
        return Response(201, row, headers={"Location": f"{call.request.origin}{call.request.path}/{made.uuid}"})

    return create


def _get(level: _Level) -> Callable[[RoutedRequest], Response]:
    return lambda call: Response(200, shown(_named(call, level(call))))


def _update(level: _Level) -> Callable[[RoutedRequest], Response]:
    def update(call: RoutedRequest) -> Response:
        variables, wanted = level(call), call.request.fields()
        variable = _named(call, variables)
        changed = replace(
            variable,
            key=str(wanted.get("key", variable.key)),
            value=str(wanted.get("value", variable.value)),
            secured=bool(wanted.get("secured", variable.secured)),
        )
        if variable.secured and not changed.secured and "value" not in wanted:
            changed = replace(changed, value="")  # else a secured value could be read back
        variables[variable.uuid] = changed
        return Response(200, shown(changed))

    return update


def _delete(level: _Level) -> Callable[[RoutedRequest], Response]:
    def delete(call: RoutedRequest) -> Response:
        variables = level(call)
        del variables[_named(call, variables).uuid]
        return Response(204)

    return delete


def _named(call: RoutedRequest, variables: Variables) -> Variable:
    found = variables.get(call.values["variable"])
    if found is None or found.system:
        raise Refusal(pipelines_error(404, "The requested variable was not found"))
    return found


_WORKSPACE = "/workspaces/{workspace}/pipelines-config/variables"
_REPOSITORY = "/repositories/{workspace}/{repository}/pipelines_config/variables"
_ENVIRONMENT = "/repositories/{workspace}/{repository}/deployments_config/environments/{environment}/variables"


def _level(path: str, level: _Level, lists: Callable[[RoutedRequest], Response], single: bool) -> tuple[Route, ...]:
    one = path + "/{variable}"
    always = (
        Route("GET", path, READ_PIPELINE, lists),
        Route("POST", path, ADMIN_PIPELINE, _create(level, typed=single)),
        Route("PUT", one, ADMIN_PIPELINE, _update(level)),
        Route("DELETE", one, ADMIN_PIPELINE, _delete(level)),
    )
    return (*always, Route("GET", one, READ_PIPELINE, _get(level))) if single else always


ROUTES = (
    *_level(_WORKSPACE, _of_workspace, _list_workspace, single=True),
    *_level(_REPOSITORY, _of_repository, _list_repository, single=True),
    *_level(_ENVIRONMENT, _of_environment, _list_environment, single=False),
)
