"""Runs of pipelines: the list with its own filters, and one.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.demo import identity, paging, store
from migrator.demo.messages import Response, pipelines_error
from migrator.demo.moments import of_pipelines
from migrator.demo.queries import ordered
from migrator.demo.resources import pullrequests, repositories
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import READ_PIPELINE
from migrator.demo.state import Environment, Repository, Run

_RESULTS = {"PASSED": "SUCCESSFUL", "FAILED": "FAILED", "ERROR": "ERROR", "STOPPED": "STOPPED"}
_SELECTORS = {"branches": "BRANCH", "tags": "TAG", "custom": "CUSTOM", "default": "DEFAULT"}
_FILTERS: dict[str, Callable[[Run], str]] = {
    "creator.uuid": lambda run: run.creator.uuid,
    "target.ref_type": lambda run: run.ref_type.upper(),
    "target.ref_name": lambda run: run.ref_name,
    "target.branch": lambda run: run.ref_name if run.ref_type == "branch" else "",
    "target.commit.hash": lambda run: run.commit,
    "target.selector.type": lambda run: _SELECTORS.get(run.selector[0], ""),
    "target.selector.pattern": lambda run: run.selector[1],
    "trigger_type": lambda run: run.trigger.upper(),
    "status": lambda run: run.status,
}


def _state(status: str, of: str = "pipeline") -> dict[str, Any]:
    if status in _RESULTS:
        name = _RESULTS[status]
        result = {"type": f"{of}_state_completed_{name.lower()}", "name": name}
        return {"type": f"{of}_state_completed", "name": "COMPLETED", "result": result}
    if status in ("PENDING", "PARSING"):
        return {"type": f"{of}_state_pending", "name": status}
    stage = {"BUILDING": "RUNNING"}.get(status, status)
    return {
        "type": f"{of}_state_in_progress",
        "name": "IN_PROGRESS",
        "stage": {"type": f"{of}_state_in_progress_{stage.lower()}", "name": stage},
    }


def _row(call: RoutedRequest, repository: Repository, run: Run) -> dict[str, Any]:
    kind, pattern = run.selector
    of_request = kind == "pull-requests"  # which has short names of commits, as pull requests have
    row: dict[str, Any] = {
        "type": "pipeline",
        "uuid": run.uuid,
        "build_number": run.number,
        "creator": call.shown(run.creator),
        "repository": repositories.short(call, repository),
        "target": {
            **(_of_pull_request(call, repository, run) if of_request else _of_ref(run)),
            "commit": call.commit(repository, run.commit[: pullrequests.SHORT if of_request else None]),
            "selector": {"type": kind, **({"pattern": pattern} if pattern else {})},
        },
        "trigger": {"type": f"pipeline_trigger_{run.trigger.lower()}", "name": run.trigger.upper()},
        "state": _state(run.status),
        "created_on": of_pipelines(run.created_on),
        "run_number": 1,
        "duration_in_seconds": 0,
        "build_seconds_used": 0,
        "first_successful": False,
        "expired": False,
        "has_variables": False,
        "links": {
            "self": {"href": call.url(repository.slug, "pipelines", run.uuid)},
            "steps": {"href": call.url(repository.slug, "pipelines", run.uuid, "steps")},
        },
    }
    if run.status in _RESULTS:
        row["completed_on"] = of_pipelines(run.created_on)
    return row


def _of_ref(run: Run) -> dict[str, Any]:
    return {"type": "pipeline_ref_target", "ref_type": run.ref_type, "ref_name": run.ref_name}


def _of_pull_request(call: RoutedRequest, repository: Repository, run: Run) -> dict[str, Any]:
    """It names no ref (BITBUCKET_API.md 8, fact 12)."""
    request = next((one for one in repository.pull_requests if one.source == run.ref_name), None)
    head = store.branches(repository.folder).get(repository.main, "")
    number = pullrequests.short(call, repository, request) if request else None
    return {
        "type": "pipeline_pullrequest_target",
        "source": run.ref_name,
        "destination": request.destination if request else repository.main,
        "destination_commit": call.commit(repository, head[: pullrequests.SHORT]),
        "pullrequest": number,
    }


def _steps(call: RoutedRequest) -> Response:
    """One step, which is as the run is."""
    for run in call.repository().runs:
        if call.values["run"] in (run.uuid, str(run.number)):
            return paging.counted(call.request, [_step(run)])
    return pipelines_error(404, "The requested pipeline was not found")


def _step(run: Run) -> dict[str, Any]:
    when = of_pipelines(run.created_on)
    over = {"completed_on": when} if run.status in _RESULTS else {}
    return {
        "type": "pipeline_step",
        "uuid": identity.uuid("step", run.uuid),
        "name": "Build",
        "pipeline": {"type": "pipeline", "uuid": run.uuid},
        "run_number": 1,
        "maxTime": 120,
        "image": {"name": "atlassian/default-image:4"},
        "trigger": {"type": "pipeline_step_trigger_automatic"},
        "state": _state(run.status, "pipeline_step"),
        "setup_commands": [],
        "script_commands": [{"commandType": "user", "command": "make", "name": "make"}],
        "teardown_commands": [],
        "build_seconds_used": 0,
        "duration_in_seconds": 0,
        "started_on": when,
        **over,
    }


def _deployments(call: RoutedRequest) -> Response:
    """Those of the runs that ended well, to every environment in turn."""
    repository = call.repository()
    rows = [
        _deployment(call, repository, run, environment)
        for run in repository.runs
        for environment in repository.environments.values()
        if run.status == "PASSED"
    ]
    return paging.counted(call.request, rows)


def _deployment(call: RoutedRequest, repository: Repository, run: Run, environment: Environment) -> dict[str, Any]:
    when = of_pipelines(run.created_on)
    page = call.page(repository.slug, "addon", "pipelines", f"home#!/results/{run.number}")
    commit = {"hash": run.commit, "links": {"html": call.commit(repository, run.commit)["links"]["html"]}}
    state = {"name": "COMPLETED", "url": page, "started_on": when, "completed_on": when}
    return {
        "type": "deployment",
        "uuid": identity.uuid("deployment", run.uuid, environment.uuid),
        "step": {"uuid": identity.uuid("step", run.uuid)},
        "state": {"type": "deployment_state_completed", **state},
        "environment": {
            "type": "deployment_environment",
            "uuid": environment.uuid,
            "name": environment.name,
            "environment_type": {"name": environment.category},
        },
        "release": {
            "type": "deployment_release",
            "pipeline": {"type": "pipeline", "uuid": run.uuid},
            "key": str(run.number),
            "name": f"#{run.number}",
            "url": page,
            "commit": commit,
            "created_on": when,
        },
        "last_update_time": when,
    }


def _list(call: RoutedRequest) -> Response:
    repository, runs = call.repository(), call.repository().runs
    for name, taken in _FILTERS.items():
        wanted = call.request.every(name)
        if wanted:
            runs = [run for run in runs if taken(run) in wanted]
    rows = [_row(call, repository, run) for run in runs]
    return paging.counted(call.request, ordered(rows, call.request.one("sort") or "created_on"))


def _one(call: RoutedRequest) -> Response:
    repository, wanted = call.repository(), call.values["run"]
    for run in repository.runs:
        if wanted in (run.uuid, str(run.number)):
            return Response(200, _row(call, repository, run))
    return pipelines_error(404, "The requested pipeline was not found")


_RUNS = "/repositories/{workspace}/{repository}/pipelines"
ROUTES = (
    Route("GET", _RUNS, READ_PIPELINE, _list),
    Route("GET", _RUNS + "/{run}", READ_PIPELINE, _one),
    Route("GET", _RUNS + "/{run}/steps", READ_PIPELINE, _steps),
    Route("GET", "/repositories/{workspace}/{repository}/deployments", READ_PIPELINE, _deployments),
)
