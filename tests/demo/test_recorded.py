"""What the box answers has the shape of recorded answers, field by field and in both directions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from migrator.demo.box import Box
from migrator.demo.review import Strategy
from tests.bitbucket.recorded import RECORDINGS, of
from tests.demo.client import REPOSITORY, Client
from tests.demo.contract import document, watched
from tests.demo.shapes import Shape, differences

SCHEMAS: dict[str, str | dict[str, Any]] = {
    "activity": {
        "properties": {
            "values": {"items": {"properties": {"comment": {"$ref": "#/components/schemas/pullrequest_comment"}}}}
        }
    },
    "annotations made": {"items": {"$ref": "#/components/schemas/report_annotation"}},
    "user": "user",
    "workspace": "workspace",
    "workspaces of a user": "paginated_workspace_access",
    "projects": "paginated_projects",
    "effective default reviewers": "paginated_default_reviewer_and_type",
    "repository": "repository",
    "repositories": "paginated_repositories",
    "branch": "branch",
    "branches": "paginated_branches",
    "tag": "ref",
    "tags": "paginated_branches",
    "commit": "commit",
    "file": "commit_file",
    "folder": "paginated_treeentries",
    "diffstat": "paginated_diffstats",
    "pull request": "pullrequest",
    "pull request merged": "pullrequest",
    "pull requests": "paginated_pullrequests",
    "comment": "pullrequest_comment",
    "comments": "paginated_pullrequest_comments",
    "resolution": "comment_resolution",
    "participant": "participant",
    "status": "commitstatus",
    "statuses": "paginated_commitstatuses",
    "pipeline": "pipeline",
    "pipelines": "paginated_pipelines",
    "schedules": "paginated_pipeline_schedules",
    "environment": "deployment_environment",
    "environments": "paginated_environments",
    "variable": "pipeline_variable",
    "variables": "paginated_pipeline_variables",
    "variables of a workspace": "paginated_pipeline_variables",
    "variables of an environment": "paginated_deployment_variable",
    "report": "report",
    "reports": "paginated_reports",
    "annotations": "paginated_annotations",
    "error": "error",
    "error of fields": "error",
    "error of scopes": "error",
}
"""What the description calls a kind; of the others it knows nothing."""
NO_JSON = {"content", "diff", "written", "nothing", "text"}
PICKED = "whoever recorded it asked for some fields only, and these are in the description of the whole API"
ALLOWED = {
    ("deployments", ".values[].state.type"): PICKED,
    ("deployments", ".values[].environment.type"): PICKED,
    ("deployments", ".values[].environment.uuid"): PICKED,
    ("deployments", ".values[].release.type"): PICKED,
}
"""Why the box differs at a place of a kind, and may."""

Answers = dict[str, list[Any]]


@pytest.fixture(scope="module")
def answers() -> Iterator[Answers]:
    """What the box says of each kind, where it holds a bit of everything."""
    with watched() as box:
        yield _asked(box)


def _asked(box: Box) -> Answers:
    files = {"bitbucket-pipelines.yml": "pipelines: {}\n", "ci/a.sh": "true\n" * 9, "gone.txt": "1\n"}
    box.add_repository("web", {"main": files, "release/1": {"b": "1\n"}}, tags={"v1": "main"})
    box.add_repository("empty")
    user, person = Client(box, bearer=box.token()), Client(box, api_token=box.api_token())
    rene, gone, ada = (box.add_person(name) for name in ("Rene Reviewer", "Greta Gone", "Ada Approver"))
    web = box.state.repositories["web"]
    web.reviewers += [rene, gone]
    head = box.head("web", "main")
    dana = {f"GIT_COMMITTER_{name}": value for name, value in (("NAME", "Dana Owner"), ("EMAIL", box.email))}
    subprocess.run(
        ["git", "tag", "-a", "-m", "Release v2", "v2", "main"], cwd=web.folder, env={**os.environ, **dana}, check=True
    )
    found: Answers = {}

    def say(kind: str, answer: Any) -> Any:
        found.setdefault(kind, []).append(answer.json())
        return answer.json()

    def get(kind: str, path: str, client: Client = user, **query: Any) -> Any:
        return say(kind, client.get(path, **query))

    def opened(number: int, **more: Any) -> str:
        branch = f"change/{number}"
        changes: dict[str, str | bytes | None] = {
            "ci/a.sh": None,
            "ci/b.sh": "true\n" * 9,
            "gone.txt": None,
            "new": "2\n" * 9,
        }
        box.commit("web", branch, changes if number == 1 else {f"file-{number}": "1\n"})
        wanted = {"title": f"Change {number}", "description": "Why", "source": {"branch": {"name": branch}}, **more}
        say("pull request", user.post(f"{REPOSITORY}/pullrequests", wanted))
        return f"{REPOSITORY}/pullrequests/{number}"

    reviewers = [{"uuid": one.uuid} for one in (rene, ada)]
    first = opened(1, reviewers=reviewers)
    web.pull_requests[0].approved_by.append(ada)
    inline = {"content": {"raw": "Here"}, "inline": {"path": "new", "to": 1}}
    hello = say("comment", user.post(f"{first}/comments", {"content": {"raw": "Hello"}}))
    here = say("comment", user.post(f"{first}/comments", inline))
    reply = user.post(f"{first}/comments", {"content": {"raw": "Yes"}, "parent": {"id": hello["id"]}}).json()
    deleted = user.post(f"{first}/comments", {"content": {"raw": "Oops"}}).json()
    user.delete(f"{first}/comments/{deleted['id']}")
    say("error", user.post(f"{first}/comments/{reply['id']}/resolve"))
    say("resolution", user.post(f"{first}/comments/{here['id']}/resolve"))
    say("error", user.post(f"{first}/comments/{here['id']}/resolve"))
    user.post(f"{first}/comments", inline)
    user.post(f"{first}/comments", {**inline, "inline": {"path": "new"}})
    say("task", user.post(f"{first}/tasks", {"content": {"raw": "Do"}}))
    say("participant", person.post(f"{first}/approve"))
    get("activity", f"{first}/activity")
    web.pull_requests[0].comments[1].author = gone
    box.state.gone.add(gone.uuid)
    get("comments", f"{first}/comments")
    get("tasks", f"{first}/tasks")
    stat = user.get(f"{first}/diffstat").headers["Location"]
    found["diffstat"] = [user.get(stat).json()]
    get("pull request", first)
    for number, strategy in enumerate(Strategy, 2):
        say("pull request merged", user.post(f"{opened(number)}/merge", {"merge_strategy": strategy}))
    say("pull request", user.post(f"{opened(6)}/decline"))
    for number in (2, 3, 4, 5, 6):
        get("pull request", f"{REPOSITORY}/pullrequests/{number}")
    opened(7)
    web.pull_requests[6].author = gone
    web.pull_requests[6].fork_gone = True
    user.delete(f"{REPOSITORY}/refs/branches/change/7")
    get("pull request", f"{REPOSITORY}/pullrequests/7")
    opened(8, destination={"branch": {"name": "release/1"}})
    user.delete(f"{REPOSITORY}/refs/branches/release/1")
    get("pull request", f"{REPOSITORY}/pullrequests/8")
    states = {"state": ["OPEN", "MERGED", "DECLINED"], "pagelen": 5}
    get("pull requests", f"{REPOSITORY}/pullrequests", **states)

    box.add_environment("web", "Staging", "Staging")
    for repository, environment in ((None, None), ("web", None), ("web", "Staging")):
        made = box.add_variable("PACKAGES_TOKEN", "secret", repository=repository, environment=environment)
        box.add_variable("HOST", "packages.example.com", secured=False, repository=repository, environment=environment)
        if repository and not environment:
            get("variable", f"{REPOSITORY}/pipelines_config/variables/{made}")
    (environment,) = web.environments
    box.add_run("web", "main", "STOPPED")
    box.add_run("web", "v1", ref_type="tag", selector=("tags", "v*"))
    box.add_run("web", "change/1", selector=("pull-requests", "**"), commit=box.head("web", "change/1"))
    box.add_run("web", "main", "PAUSED", selector=("custom", "nightly"))
    box.add_schedule("web", "main", "nightly")
    report = {"type": "report", "title": "Packages", "details": "A", "reporter": "patless", "report_type": "SECURITY"}
    report |= {"result": "FAILED", "data": [{"title": "Logins", "type": "NUMBER", "value": 1}]}
    note = {"type": "report_annotation", "external_id": "a1", "annotation_type": "VULNERABILITY", "path": "a"}
    note |= {"line": 1, "severity": "HIGH", "summary": "A"}
    insights = f"{REPOSITORY}/commit/{head}/reports"
    say("report", user.put(f"{insights}/patless", report))
    say("annotations made", user.post(f"{insights}/patless/annotations", [note]))
    status = {"key": "a", "state": "FAILED", "name": "A", "description": "B", "url": "https://example.com/"}
    say("status", user.post(f"{REPOSITORY}/commit/{head}/statuses/build", status))
    user.post(f"{REPOSITORY}/commit/{head}/statuses/build", {**status, "key": "b", "refname": "main"})

    sleeping = box.add_person("Ines Inactive", active=False)
    get("user", "/user", person)
    for one in (rene, sleeping):
        get("user", f"/users/{one.uuid}")
    get("error", "/user")
    get("workspaces of a user", "/user/workspaces", person)
    get("workspace", "/workspaces/acme")
    get("projects", "/workspaces/acme/projects")
    get("default reviewers", f"{REPOSITORY}/default-reviewers")
    get("effective default reviewers", f"{REPOSITORY}/effective-default-reviewers")
    get("repository", REPOSITORY)
    get("repository", "/repositories/acme/empty")
    get("repositories", "/repositories/acme")
    get("branch", f"{REPOSITORY}/refs/branches/change/1")
    get("branches", f"{REPOSITORY}/refs/branches")
    get("tag", f"{REPOSITORY}/refs/tags/v1")
    get("tag", f"{REPOSITORY}/refs/tags/v2")
    get("tags", f"{REPOSITORY}/refs/tags")
    get("commit", f"{REPOSITORY}/commit/{head}")
    get("commits", f"{REPOSITORY}/commits")
    get("commits", f"{first}/commits")
    get("file", f"{REPOSITORY}/src/{head}/bitbucket-pipelines.yml", format="meta")
    get("folder", f"{REPOSITORY}/src/{head}/", max_depth=2)
    get("statuses", f"{REPOSITORY}/commit/{head}/statuses")
    get("pipelines", f"{REPOSITORY}/pipelines")
    get("pipeline", f"{REPOSITORY}/pipelines/1")
    get("steps", f"{REPOSITORY}/pipelines/2/steps")
    get("deployments", f"{REPOSITORY}/deployments")
    get("schedules", f"{REPOSITORY}/pipelines_config/schedules")
    get("environments", f"{REPOSITORY}/environments")
    get("environment", f"{REPOSITORY}/environments/{environment}")
    get("variables", f"{REPOSITORY}/pipelines_config/variables")
    get("variables of a workspace", "/workspaces/acme/pipelines-config/variables")
    get("variables of an environment", f"{REPOSITORY}/deployments_config/environments/{environment}/variables")
    get("reports", insights)
    get("annotations", f"{insights}/patless/annotations")
    get("error", "/repositories/acme/none")
    get("error of scopes", f"{REPOSITORY}/pipelines", Client(box, bearer=box.token("repository")))
    written = {"message": "A", "branch": "change/1", "parents": "0" * 40, "/a": "1"}
    say("error of fields", user.ask("POST", f"{REPOSITORY}/src", data=written))
    bad = {"title": "A", "source": {"branch": {"name": "change/1"}}, "reviewers": [{"uuid": sleeping.uuid}]}
    say("error of fields", user.post(f"{REPOSITORY}/pullrequests", bad))
    key = {"type": "pipeline_variable", "key": "HOST", "value": "a"}
    say("error of pipelines", user.post(f"{REPOSITORY}/pipelines_config/variables", key))
    say("error of insights", user.get(f"{insights}/none"))
    return found


KINDS = sorted({one.kind for one in RECORDINGS} - NO_JSON)


@pytest.mark.parametrize("kind", KINDS)
def test_the_box_answers_in_the_recorded_shape(answers: Answers, kind: str) -> None:
    unlike = {at: words for at, words in _unlike(answers, kind).items() if (kind, at) not in ALLOWED}
    assert not unlike, "\n".join(f"{kind}{at}: {words}" for at, words in unlike.items())


def test_what_may_differ_does_differ(answers: Answers) -> None:
    assert [(kind, at) for kind, at in ALLOWED if at not in _unlike(answers, kind)] == []


def _unlike(answers: Answers, kind: str) -> dict[str, str]:
    recorded, box = Shape(), Shape()
    for one in of(kind):
        recorded.add(one.body, one.whole)
    for answer in answers[kind]:
        box.add(answer)
    schemas = document()["components"]["schemas"]
    described = SCHEMAS.get(kind)
    return dict(differences(recorded, box, schemas[described] if isinstance(described, str) else described, schemas))


# The comparison itself


@pytest.mark.parametrize(
    ("recorded", "box", "at"),
    [
        ({"a": 1, "b": "x"}, {"a": 1}, ".b"),
        ({"a": 1}, {"a": 1, "b": "x"}, ".b"),
        ({"a": 1}, {"a": "1"}, ".a"),
        ({"a": None}, {"a": 1}, ".a"),
        ({"a": {"b": 1}}, {"a": {"b": True}}, ".a.b"),
        ({"a": [{"b": 1}]}, {"a": [{}]}, ".a[].b"),
        ({"a": "a" * 12}, {"a": "a" * 40}, ".a"),
        ({"type": "user"}, {"type": "team"}, ".type"),
        ({"a": "2026-11-24T12:00:00Z"}, {"a": "2026-11-24T12:00:00+00:00"}, ".a"),
        ({"a": []}, {"a": {}}, ".a"),
    ],
)
def test_a_difference_is_seen(recorded: Any, box: Any, at: str) -> None:
    one, other = Shape(), Shape()
    one.add(recorded)
    other.add(box)
    assert at in dict(differences(one, other, None, {}))
    assert dict(differences(one, one, None, {})) == {}


def test_what_is_left_out_at_times_only_is_seen() -> None:
    recorded, box = Shape(), Shape()
    recorded.add({"a": 1, "b": 1})
    for one in ({"a": 1, "b": 1}, {"a": 1}):
        box.add(one)
    assert dict(differences(recorded, box, None, {})) == {".b": "the box leaves it out at times"}


def test_what_only_the_description_knows_may_be_sent() -> None:
    recorded, box = Shape(), Shape()
    recorded.add({"a": 1})
    box.add({"a": 1, "b": {"c": 1, "d": 1}})
    schemas = {"b": {"allOf": [{"properties": {"c": {}}}]}}
    described = {"properties": {"b": {"$ref": "#/components/schemas/b"}}}
    assert set(dict(differences(recorded, box, described, schemas))) == {".b.d"}
