"""Schedules of pipelines.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/
"""

from __future__ import annotations

from typing import Any

from migrator.demo import paging
from migrator.demo.messages import Response
from migrator.demo.moments import of_pipelines
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import READ_PIPELINE
from migrator.demo.state import Schedule


def _row(schedule: Schedule) -> dict[str, Any]:
    if schedule.pattern:
        selector = {"type": "custom", "pattern": schedule.pattern}
    else:
        selector = {"type": "branches", "pattern": schedule.branch}
    target = {
        "type": "pipeline_ref_target",
        "ref_type": "branch",
        "ref_name": schedule.branch,
        "selector": selector,
    }
    return {
        "type": "pipeline_schedule",
        "uuid": schedule.uuid,
        "enabled": schedule.enabled,
        "cron_pattern": schedule.cron,
        "target": target,
        "created_on": of_pipelines(schedule.created_on),
        "updated_on": of_pipelines(schedule.created_on),
    }


def _list(call: RoutedRequest) -> Response:
    return paging.counted(call.request, [_row(schedule) for schedule in call.repository().schedules])


ROUTES = (Route("GET", "/repositories/{workspace}/{repository}/pipelines_config/schedules", READ_PIPELINE, _list),)
