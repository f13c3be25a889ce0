"""What Pipelines and the services behind it send: times that end with `Z` and have as many digits as they need, and
lists that count themselves or do not. Nobody has published a page of environments or of variables."""

from __future__ import annotations

from typing import Any

from tests.bitbucket.recorded.recording import (
    API,
    DEVLAKE,
    DOCUMENTS,
    PROJECT,
    SITE,
    WEB,
    Recording,
    commit_within,
    links,
    page,
    person,
    uuid,
    within,
)

HEAD = "a" * 40
_VARIABLES = f"{DOCUMENTS}/api-group-pipelines/#api-repositories-workspace-repo-slug-pipelines-config-variables-get"
_ENVIRONMENTS = f"{DOCUMENTS}/api-group-deployments/#api-repositories-workspace-repo-slug-environments-get"


def _state(result: str) -> dict[str, Any]:
    name = {"type": f"pipeline_state_completed_{result.lower()}", "name": result}
    return {"name": "COMPLETED", "type": "pipeline_state_completed", "result": name}


_GOING = {
    "name": "IN_PROGRESS",
    "type": "pipeline_state_in_progress",
    "stage": {"name": "PAUSED", "type": "pipeline_state_in_progress_paused"},
}
_REF = {
    "type": "pipeline_ref_target",
    "ref_type": "branch",
    "ref_name": "main",
    "selector": {"type": "default"},
    "commit": commit_within(HEAD),
}
_TAG = _REF | {"ref_type": "tag", "ref_name": "v1", "selector": {"type": "tags", "pattern": "v*"}}
_PULL_REQUEST = {
    "type": "pipeline_pullrequest_target",
    "source": "feature/one",
    "destination": "main",
    "destination_commit": commit_within("d" * 12),
    "commit": commit_within("c" * 12),
    "pullrequest": {
        "type": "pullrequest",
        "id": 1,
        "title": "Change",
        "draft": False,
        "queued": False,
        "links": links(f"{WEB}/pullrequests/1", "self", "html"),
    },
    "selector": {"type": "pull-requests", "pattern": "**"},
}


def _run(number: int, target: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    row = {
        "type": "pipeline",
        "uuid": uuid(f"run {number}"),
        "repository": within(),
        "state": state,
        "build_number": number,
        "creator": person(),
        "created_on": f"2026-11-2{number}T12:10:34.34569Z",
        "target": target,
        "trigger": {"name": "PUSH", "type": "pipeline_trigger_push"},
        "run_number": 1,
        "duration_in_seconds": 12,
        "build_seconds_used": 10,
        "first_successful": False,
        "expired": False,
        "links": {"self": {"href": f"{WEB}/pipelines/{number}"}, "steps": {"href": f"{WEB}/pipelines/{number}/steps"}},
        "has_variables": False,
    }
    return row | ({"completed_on": f"2026-11-2{number}T12:11:34.345694Z"} if state["name"] == "COMPLETED" else {})


RUN = Recording("pipeline", f"{PROJECT}/pipelines/%7BPipelineUuid%7D/GET", _run(1, _REF, _state("STOPPED")))
RUNS = Recording(
    "pipelines",
    f"{PROJECT}/pipelines/GET",
    page(
        _run(1, _REF, _state("FAILED")),
        _run(2, _TAG, _state("SUCCESSFUL")),
        _run(3, _PULL_REQUEST, _state("SUCCESSFUL")),
        _run(4, _REF | {"selector": {"type": "custom", "pattern": "nightly"}}, _GOING),
        pagelen=100,
    ),
)
SHORT_RUNS = Recording(
    "pipelines",
    f"{DEVLAKE}_pipelines.csv",
    page(
        {
            "type": "pipeline",
            "uuid": uuid("run 1"),
            "state": _GOING | {"stage": {"name": "HALTED", "type": "pipeline_state_in_progress_halted"}},
            "created_on": "2026-11-24T12:10:34.34569Z",
            "target": {"ref_name": "main", "commit": {"hash": "a" * 12}},
            "duration_in_seconds": 0,
            "links": {"self": {"href": f"{WEB}/pipelines/1"}},
        },
        {
            "type": "pipeline",
            "uuid": uuid("run 2"),
            "state": _state("STOPPED"),
            "created_on": "2026-11-25T12:10:34Z",
            "completed_on": "2026-11-25T12:11:34.345694Z",
            "target": {"ref_name": "main", "commit": {"hash": HEAD}},
            "duration_in_seconds": 60,
            "links": {"self": {"href": f"{WEB}/pipelines/2"}},
        },
    ),
    whole=False,
)
_COMMAND = {"commandType": "user", "command": "make", "name": "make"}
STEPS = Recording(
    "steps",
    f"{PROJECT}/pipelines/%7BPipelineUuid%7D/steps/GET",
    page(
        {
            "pipeline": {"type": "pipeline", "uuid": uuid("run 1")},
            "run_number": 1,
            "uuid": uuid("step 1"),
            "maxTime": 120,
            "name": "Build",
            "image": {"name": "atlassian/default-image:4"},
            "started_on": "2026-11-24T12:10:35.969Z",
            "script_commands": [_COMMAND],
            "state": {
                "type": "pipeline_step_state_completed",
                "name": "COMPLETED",
                "result": {"type": "pipeline_step_state_completed_successful", "name": "SUCCESSFUL"},
            },
            "trigger": {"type": "pipeline_step_trigger_automatic"},
            "teardown_commands": [],
            "build_seconds_used": 10,
            "setup_commands": [],
            "type": "pipeline_step",
            "duration_in_seconds": 12,
            "completed_on": "2026-11-24T12:11:34.969Z",
        },
    ),
)
DEPLOYMENTS = Recording(
    "deployments",
    f"{DEVLAKE}_deployments.csv",
    page(
        {
            "type": "deployment",
            "uuid": uuid("deployment 1"),
            "step": {"uuid": uuid("step 1")},
            "environment": {"name": "Staging", "environment_type": {"name": "Staging"}},
            "release": {
                "pipeline": {"uuid": uuid("run 1"), "type": "pipeline"},
                "key": "1",
                "name": "#1",
                "url": f"{SITE}/acme/web/addon/pipelines/home#!/results/1",
                "commit": {"hash": HEAD, "links": {"html": {"href": f"{SITE}/acme/web/commits/{HEAD}"}}},
                "created_on": "2026-11-24T12:10:34.345694Z",
            },
            "state": {
                "name": "COMPLETED",
                "url": f"{SITE}/acme/web/addon/pipelines/home#!/results/1",
                "started_on": "2026-11-24T12:10:34.34569Z",
                "completed_on": "2026-11-24T12:11:34.345694Z",
            },
            "last_update_time": "2026-11-24T12:11:34.345694Z",
        }
    ),
)
_SCHEDULE = {
    "type": "pipeline_schedule",
    "uuid": uuid("schedule 1"),
    "enabled": True,
    "cron_pattern": "0 0 2 * * ? *",
    "target": {
        "type": "pipeline_ref_target",
        "ref_type": "branch",
        "ref_name": "main",
        "selector": {"type": "custom", "pattern": "nightly"},
    },
    "created_on": "2026-11-24T12:10:34.345694Z",
    "updated_on": "2026-11-24T12:10:34.345694Z",
}
SCHEDULES = Recording("schedules", f"{DOCUMENTS}/api-group-pipelines/", page(_SCHEDULE))

_ENVIRONMENT = {
    "type": "deployment_environment",
    "uuid": uuid("Staging"),
    "name": "Staging",
    "slug": "staging",
    "rank": 1,
    "hidden": False,
    "environment_type": {"type": "deployment_environment_type", "name": "Staging", "rank": 1},
    "category": {"name": "Staging"},
    "deployment_gate_enabled": False,
    "environment_lock_enabled": True,
    "lock": {"type": "deployment_environment_lock_open", "name": "OPEN"},
    "restrictions": {"type": "deployment_restrictions_configuration", "admin_only": False},
}
ENVIRONMENT = Recording("environment", _ENVIRONMENTS, _ENVIRONMENT)
ENVIRONMENTS = Recording("environments", _ENVIRONMENTS, page(_ENVIRONMENT))
UNCOUNTED_ENVIRONMENTS = Recording("environments", _ENVIRONMENTS, page(_ENVIRONMENT, size=None, pagelen=0), whole=False)


def _variable(key: str, value: str | None) -> dict[str, Any]:
    row = {"type": "pipeline_variable", "uuid": uuid(key), "key": key, "secured": value is None, "system": False}
    return row | ({} if value is None else {"value": value})


_BOTH = (_variable("PACKAGES_TOKEN", None), _variable("REGISTRY_HOST", "packages.example.com"))
VARIABLE = Recording("variable", _VARIABLES, _BOTH[0])
VARIABLES = Recording(
    "variables",
    _VARIABLES,
    page(*_BOTH, next=f"{API}/rest/1.0/accounts/x/repositories/y/pipelines_config/variables?page=2"),
)
WORKSPACE_VARIABLES = Recording(
    "variables of a workspace",
    f"{DOCUMENTS}/api-group-pipelines/#api-workspaces-workspace-pipelines-config-variables-get",
    page(*_BOTH),
)
ENVIRONMENT_VARIABLES = Recording(
    "variables of an environment",
    "https://github.com/atlassian-api/atlassian-python-api/blob/master/atlassian/bitbucket/cloud/repositories/deploymentEnvironments.py",
    page(*_BOTH),
)
UNCOUNTED_VARIABLES = Recording("variables", _VARIABLES, page(*_BOTH, size=None, page=None), whole=False)
