"""Code Insights: reports on commits, and their annotations.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/; limits are from BITBUCKET_API.md 2.5. These are
the paths that the proxy of a Pipelines step opens without a credential.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.demo import identity, paging
from migrator.demo.messages import Refusal, Response
from migrator.demo.moments import of_insights
from migrator.demo.resources.commits import found
from migrator.demo.routes import Route, RoutedRequest
from migrator.demo.scopes import READ_REPOSITORY
from migrator.demo.state import InsightReport, Repository

MOST_AT_ONCE, MOST = 100, 1000
_DATA = 10
_KINDS = {
    "report_type": ("SECURITY", "COVERAGE", "TEST", "BUG"),
    "annotation_type": ("VULNERABILITY", "CODE_SMELL", "BUG"),
    "severity": ("CRITICAL", "HIGH", "MEDIUM", "LOW"),
}
_RESULTS = {"report": ("PASSED", "FAILED", "PENDING"), "annotation": ("PASSED", "FAILED", "SKIPPED", "IGNORED")}


def error(status: int, message: str) -> Response:
    """As Code Insights spells it (BITBUCKET_API.md 8, fact 9)."""
    return Response(status, {"code": status, "message": message})


def missing(message: str) -> Response:
    return error(404, message)


def _key(call: RoutedRequest, repository: Repository) -> tuple[str, str]:
    return found(call, repository, call.values["commit"]), call.values.get("report", "")


def _report(call: RoutedRequest) -> InsightReport:
    repository = call.repository()
    report = repository.reports.get(_key(call, repository))
    if report is None:
        raise Refusal(missing(f"No report {call.values['report']}"))
    return report


def _row(name: str, report: InsightReport) -> dict[str, Any]:
    about = {"type": "report", "uuid": identity.uuid("report", name), "external_id": name}
    dates = {"created_on": of_insights(report.created_on), "updated_on": of_insights(report.updated_on)}
    return {"remote_link_enabled": False, "data": [], **report.content, **about, **dates}


def _list(call: RoutedRequest) -> Response:
    repository = call.repository()
    commit, _ = _key(call, repository)
    rows = [_row(name, report) for (on, name), report in repository.reports.items() if on == commit]
    return paging.counted(call.request, rows)


def _get(call: RoutedRequest) -> Response:
    return Response(200, _row(call.values["report"], _report(call)))


def _put(call: RoutedRequest) -> Response:
    """Annotations that are there stay."""
    repository, content, now = call.repository(), call.request.fields(), call.now()
    _check(content, "report")
    if not content.get("title") or not content.get("details") or len(content.get("data") or ()) > _DATA:
        return error(400, f"A report has a title, details and at most {_DATA} rows of data")
    key = _key(call, repository)
    before = repository.reports.get(key)
    report = InsightReport(content, before.created_on if before else now, now, before.annotations if before else {})
    repository.reports[key] = report
    return Response(200, _row(call.values["report"], report))


def _delete(call: RoutedRequest) -> Response:
    _report(call)
    repository = call.repository()
    del repository.reports[_key(call, repository)]
    return Response(204)


def _annotations(call: RoutedRequest) -> Response:
    return paging.counted(call.request, list(_report(call).annotations.values()))


def _annotate(call: RoutedRequest) -> Response:
    report, wanted = _report(call), call.request.document()
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_AT_ONCE:
        return error(400, f"Annotations are sent as a list of 1 to {MOST_AT_ONCE}")
    made = {}
    for annotation in wanted:
        if not isinstance(annotation, dict) or not isinstance(annotation.get("external_id"), str):
            return error(400, "An annotation has an external_id")
        made[annotation["external_id"]] = _annotation(call, annotation)
    if len(made) < len(wanted):
        return error(400, "The external_id of an annotation is its own")
    if len(report.annotations.keys() | made.keys()) > MOST:
        return error(400, f"A report has at most {MOST} annotations")
    report.annotations |= made
    return Response(200, list(made.values()))


def _annotation(call: RoutedRequest, wanted: dict[str, Any]) -> dict[str, Any]:
    _check(wanted, "annotation")
    line = wanted.get("line", 1)
    if not isinstance(line, int) or line < 1 or not wanted.get("summary") or "annotation_type" not in wanted:
        raise Refusal(error(400, "An annotation has a type, a summary, and a line from 1 or none"))
    uuid = identity.uuid("annotation", call.values["report"], wanted["external_id"])
    now, name = of_insights(call.now()), call.values["report"]
    report = {"uuid": identity.uuid("report", name), "title": _report(call).content["title"]}
    dates = {"created_on": now, "updated_on": now}
    return {**wanted, "type": "report_annotation", "uuid": uuid, "report": report, **dates}


def _check(content: dict[str, Any], what: str) -> None:
    for name, words in {**_KINDS, "result": _RESULTS[what]}.items():
        if name in content and content[name] not in words:
            raise Refusal(error(400, f"{name} is one of {', '.join(words)}"))


def _one(call: RoutedRequest) -> Response:
    wanted = call.values["annotation"]
    if wanted not in _report(call).annotations:
        return missing(f"No annotation {wanted}")
    return Response(200, _report(call).annotations[wanted])


def _put_one(call: RoutedRequest) -> Response:
    report, name = _report(call), call.values["annotation"]
    report.annotations[name] = _annotation(call, {**call.request.fields(), "external_id": name})
    return Response(200, report.annotations[name])


def _delete_one(call: RoutedRequest) -> Response:
    if _report(call).annotations.pop(call.values["annotation"], None) is None:
        return missing(f"No annotation {call.values['annotation']}")
    return Response(204)


_ALL = "/repositories/{workspace}/{repository}/commit/{commit}/reports"
_ONE = _ALL + "/{report}"
_NOTES = _ONE + "/annotations"


def _route(method: str, path: str, function: Callable[[RoutedRequest], Response]) -> Route:
    return Route(method, path, READ_REPOSITORY, function, by_proxy=True)


ROUTES = (
    _route("GET", _ALL, _list),
    _route("GET", _ONE, _get),
    _route("PUT", _ONE, _put),
    _route("DELETE", _ONE, _delete),
    _route("GET", _NOTES, _annotations),
    _route("POST", _NOTES, _annotate),
    _route("GET", _NOTES + "/{annotation}", _one),
    _route("PUT", _NOTES + "/{annotation}", _put_one),
    _route("DELETE", _NOTES + "/{annotation}", _delete_one),
)
