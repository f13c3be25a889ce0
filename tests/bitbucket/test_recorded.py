"""Every function of the client that asks for something gets what the real Bitbucket sends, over HTTP."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

import migrator.bitbucket
from migrator.bitbucket import (
    account,
    branches,
    comments,
    diagnosis,
    environments,
    inventory,
    paging,
    pipelines,
    pipes,
    pull_requests,
    reports,
    repositories,
    reviewers,
    source_commits,
    statuses,
    variables,
)
from migrator.bitbucket.comments import Comment, CommentLines
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import (
    Account,
    Branch,
    Commit,
    DiffStat,
    Environment,
    Level,
    PullRequest,
    Repository,
    Run,
    Tag,
    Variable,
)
from migrator.bitbucket.reports import Annotation, InsightsReport
from migrator.bitbucket.session import Client
from migrator.bitbucket.statuses import Status
from tests.bitbucket.farend import Answer, Asked, FarEnd
from tests.bitbucket.recorded import RECORDINGS, code, errors, insights, people, reviews, runs
from tests.bitbucket.recorded.recording import API, CLONE, Recording, page, uuid

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPENED = NOON.replace(microsecond=162825)
HEAD, PARENT = Hash(code.HEAD), Hash(code.PARENT)
DANA = Account(uuid("Dana Owner"), "Dana Owner")
STAGING = Environment(uuid("Staging"), "Staging")
RAW = "Dana Owner <dana@example.com>"
NOT_ASKED = {
    *("activity", "schedules", "participant", "task", "tasks", "statuses", "default reviewers", "projects"),
    *("steps", "deployments", "environment", "file", "folder", "tag", "reports", "annotations"),
    *("pipeline", "error of pipelines"),
}
"""Kinds that the client has no use for, so only the box is compared with them."""


@dataclass(frozen=True)
class Case:
    """`function` is called by `call`, and answered by `bodies` in their order, then with 404. `expected` is what it
    returns, or the kind of the error that it raises."""

    function: Callable[..., Any]
    call: Callable[[Client], Any]
    bodies: tuple[Recording, ...]
    expected: Any


def case(function: Callable[..., Any], *arguments: Any, of: Any, to: Any, **named: Any) -> Case:
    bodies = of if isinstance(of, tuple) else (of,)
    return Case(function, lambda client: function(client, *arguments, **named), bodies, to)


def repository(origin: str = "«here»", main: str | None = "main", **more: Any) -> Repository:
    clone = f"{origin}/acme/web.git"
    found = Repository(
        uuid("web"), "web", "acme/web", main, clone, NOON, True, "CORE", "web", "https://example.com/acme/web"
    )
    return dataclasses.replace(found, **more)


def pull_request(**more: Any) -> PullRequest:
    found = PullRequest(
        number=1,
        state="OPEN",
        title="Change",
        description="Why",
        source="feature/one",
        source_sha=Hash(reviews.SOURCE),
        destination="main",
        destination_sha=Hash(reviews.DESTINATION),
        repository="acme/web",
        from_here=True,
        reviewers=(uuid("Rene Reviewer"),),
        draft=False,
        close_source_branch=True,
        merge_commit=None,
        url="https://example.com/acme/web/pull-requests/1",
        created_on=OPENED,
        updated_on=OPENED,
    )
    return dataclasses.replace(found, **more)


LISTED = (
    pull_request(reviewers=None),
    pull_request(reviewers=None, number=2, state="MERGED", merge_commit=Hash(reviews.MERGE)),
    pull_request(reviewers=None, number=3, state="DECLINED"),
    pull_request(reviewers=None, number=4, state="MERGED", merge_commit=Hash(reviews.SOURCE)),
    pull_request(reviewers=None, number=5, source_sha=None, destination_sha=None, from_here=False),
)
FIRST = json.dumps(reviews.PULL_REQUESTS.body["values"][0])
OF_A_WORKSPACE = dataclasses.replace(
    reviews.PULL_REQUESTS,
    body=page(*(json.loads(FIRST.replace("acme/web", name)) for name in ("acme/web", "acme/api"))),
)
"""Two of the same number, as each repository counts its own."""
IN_API = pull_request(reviewers=None, repository="acme/api", url="https://example.com/acme/api/pull-requests/1")
WROTE = {
    "title": "Change",
    "description": "Why",
    "source": "feature/one",
    "destination": "main",
    "reviewers": (),
    "draft": False,
}
INSIDE = Comment(1, uuid("Dana Owner"), "Hello", False, False, "ci/deploy.sh", 5, False, "")
PLAIN = dataclasses.replace(INSIDE, id=2, path=None, line=None)
COMMENTS = (
    INSIDE,
    PLAIN,
    dataclasses.replace(PLAIN, id=3, text="", deleted=True),
    dataclasses.replace(INSIDE, id=4, resolved=True, resolver=uuid("Dana Owner")),
    dataclasses.replace(PLAIN, id=5, author="", reply=True),
)
ON_PULL_REQUEST = ("acme", "web", 1)


def run(number: int, name: str | None, **more: Any) -> Run:
    found = Run(
        uuid=uuid(f"run {number}"),
        build_number=number,
        created_on=datetime(2026, 11, 20 + number, 12, 10, 34, 345690, tzinfo=UTC),
        state="COMPLETED",
        result="SUCCESSFUL",
        stage=None,
        ref_type="branch",
        ref_name=name,
        sha=HEAD,
        selector="default",
        pattern=None,
    )
    return dataclasses.replace(found, **more)


RUNS = (
    run(4, "main", state="IN_PROGRESS", result=None, stage="PAUSED", selector="custom", pattern="nightly"),
    run(3, None, ref_type=None, sha=Hash("c" * 12), selector="pull-requests", pattern="**"),
    run(2, "v1", ref_type="tag", selector="tags", pattern="v*"),
    run(1, "main", result="FAILED"),
)
SHORT = Run(
    *(uuid("run 1"), None, NOON.replace(minute=10, second=34, microsecond=345690), "IN_PROGRESS", None, "HALTED"),
    *(None, "main", Hash("a" * 12), None, None),
)
STOPPED = Run(
    *(uuid("run 2"), None, datetime(2026, 11, 25, 12, 10, 34, tzinfo=UTC), "COMPLETED", "STOPPED", None),
    *(None, "main", HEAD, None, None),
)


def stored(level: Level) -> tuple[Variable, ...]:
    where = (STAGING.name, STAGING.uuid) if level is Level.DEPLOYMENT else (None, None)
    return (
        Variable(level, "PACKAGES_TOKEN", uuid("PACKAGES_TOKEN"), True, *where),
        Variable(level, "REGISTRY_HOST", uuid("REGISTRY_HOST"), False, *where, "packages.example.com"),
    )


HERE, THERE, EVERYWHERE = stored(Level.REPOSITORY), stored(Level.DEPLOYMENT), stored(Level.WORKSPACE)
REPORT = InsightsReport(
    "Packages", "Details", False, (("Logins", 1),), (Annotation("a1", "a.yml", 12, "HIGH", "A", "B"),)
)
STATUS = Status("patless", True, "patless", "Nothing found", "https://example.com/report", "feature/one")
CHANGES = (
    DiffStat("modified", "ci/deploy.sh", "ci/deploy.sh"),
    DiffStat("added", None, "new.txt"),
    DiffStat("removed", "old.txt", None),
    DiffStat("renamed", "from.txt", "to.txt"),
)
OLD_SHA = "d" * 40
CASES = (
    case(account.user, of=people.USER, to=DANA),
    case(account.user, of=people.OLD_USER, to=DANA),
    case(account.user, of=people.BARE_USER, to=Account(uuid("Dana Owner"), "")),
    case(account.user, of=errors.NO_USER, to=Cause.UNAUTHORISED),
    case(account.user, of=errors.SILENT, to=Cause.UNAUTHORISED),
    case(account.active, uuid("Dana Owner"), of=people.USER, to=True),
    case(account.active, uuid("Dana Owner"), of=people.GONE_USER, to=False),
    case(account.active, uuid("Dana Owner"), of=people.OLD_USER, to=None),
    case(account.active, uuid("Dana Owner"), of=errors.PLAIN, to=None),
    case(account.slug, uuid("acme"), of=people.WORKSPACE, to="acme"),
    case(account.workspaces, of=people.WORKSPACES, to=("acme",)),
    case(account.workspaces, of=people.OLD_WORKSPACES, to=("acme",)),
    case(repositories.repository, "acme", "web", of=code.REPOSITORY, to=repository()),
    case(repositories.repository, "acme", "web", of=code.EMPTY_REPOSITORY, to=repository(main=None)),
    case(repositories.repository, "acme", "none", of=errors.MISSING, to=Cause.MISSING),
    case(repositories.anywhere, uuid("web"), of=code.REPOSITORY, to=repository()),
    case(repositories.repositories, "acme", of=code.REPOSITORIES, to=(repository(),)),
    case(
        repositories.repositories,
        "acme",
        of=code.WHOLE_REPOSITORIES,
        to=(repository(), repository(uuid=uuid("new"), slug="new", main_branch=None)),
    ),
    case(repositories.repositories, "acme", of=code.NO_REPOSITORIES, to=()),
    case(
        branches.branches,
        *("acme", "web"),
        of=code.BRANCHES,
        to=(
            Branch("feature/one", code.HEAD, NOON, "Sam Former <dana@example.com>"),
            Branch("main", code.HEAD, NOON, RAW),
        ),
    ),
    case(
        branches.strategies,
        *("acme", "web", "feature/one"),
        of=code.BRANCH,
        to=("merge_commit", "squash", "fast_forward"),
    ),
    case(branches.strategies, "acme", "none", "main", of=errors.MISSING, to=Cause.MISSING),
    case(
        branches.tags,
        *("acme", "web"),
        of=code.TAGS,
        to=tuple(Tag(name, code.HEAD, NOON, RAW) for name in ('special-"$;><&#=@!|.,/test', "v0.0.0", "v1")),
    ),
    case(branches.tags, "acme", "web", of=code.OLD_TAGS, to=(Tag("v0.0.0", code.HEAD, NOON, RAW),)),
    case(source_commits.one, "acme", "web", HEAD, of=code.COMMIT, to=Commit(HEAD, "Change\n", (PARENT,), NOON)),
    case(source_commits.one, "acme", "web", HEAD, of=code.OLD_COMMIT, to=Commit(HEAD, "Change\n", (PARENT,), NOON)),
    case(source_commits.contains, "acme", "web", HEAD, PARENT, of=code.COMMITS, to=False),
    case(source_commits.content, "acme", "web", HEAD, "a", of=code.CONTENT, to=b"true\n"),
    case(source_commits.content, "acme", "web", HEAD, "a", of=errors.NO_FILE, to=None),
    case(
        source_commits.changed,
        *("acme", "web", HEAD, PARENT),
        of=code.DIFFSTAT,
        to=("ci/deploy.sh", "from.txt", "new.txt", "old.txt", "to.txt"),
    ),
    case(
        source_commits.commit,
        *("acme", "web"),
        branch="feature/one",
        parent=code.PARENT,
        message="Change",
        files={"a": b"b"},
        of=code.WRITTEN,
        to=code.HEAD,
    ),
    case(
        source_commits.commit,
        *("acme", "web"),
        branch="feature/one",
        parent=code.PARENT,
        message="Change",
        files={"a": b"b"},
        of=errors.NO_PARENT,
        to=Cause.INVALID,
    ),
    case(pull_requests.one, *ON_PULL_REQUEST, of=reviews.PULL_REQUEST, to=pull_request()),
    case(
        pull_requests.one,
        *ON_PULL_REQUEST,
        of=reviews.MERGED,
        to=pull_request(state="MERGED", merge_commit=Hash(reviews.MERGE)),
    ),
    case(pull_requests.one, *ON_PULL_REQUEST, of=reviews.DECLINED, to=pull_request(state="DECLINED")),
    case(pull_requests.one, *ON_PULL_REQUEST, of=reviews.SUPERSEDED, to=pull_request(state="SUPERSEDED")),
    case(
        pull_requests.one,
        *ON_PULL_REQUEST,
        of=reviews.LANDED,
        to=pull_request(state="MERGED", merge_commit=Hash(reviews.DESTINATION)),
    ),
    case(
        pull_requests.one,
        *ON_PULL_REQUEST,
        of=reviews.FAST_FORWARD,
        to=pull_request(state="MERGED", merge_commit=Hash(reviews.SOURCE)),
    ),
    case(
        pull_requests.one,
        *ON_PULL_REQUEST,
        of=reviews.JUST_MERGED,
        to=pull_request(state="MERGED", merge_commit=Hash("e" * 40)),
    ),
    case(
        pull_requests.one,
        *ON_PULL_REQUEST,
        of=reviews.OF_A_GONE_FORK,
        to=pull_request(source_sha=None, destination_sha=None, from_here=False, reviewers=()),
    ),
    case(pull_requests.one, *ON_PULL_REQUEST, of=reviews.OLD_PULL_REQUEST, to=pull_request(reviewers=None)),
    case(pull_requests.opened, "acme", "web", of=reviews.PULL_REQUESTS, to=LISTED),
    case(pull_requests.of_branch, "acme", "web", "feature/one", of=reviews.PULL_REQUESTS, to=LISTED),
    case(pull_requests.of_branch, "acme", "web", "feature/one", of=reviews.NO_PULL_REQUESTS, to=()),
    case(pull_requests.by, "acme", uuid("Dana Owner"), of=reviews.PULL_REQUESTS, to=LISTED),
    case(pull_requests.by, "acme", uuid("Dana Owner"), of=OF_A_WORKSPACE, to=(LISTED[0], IN_API)),
    case(pull_requests.diff, *ON_PULL_REQUEST, of=code.DIFF, to=code.DIFF.body.encode()),
    case(pull_requests.changed, *ON_PULL_REQUEST, of=code.DIFFSTAT, to=CHANGES),
    case(pull_requests.changed, *ON_PULL_REQUEST, of=code.OLD_DIFFSTAT, to=(DiffStat("removed", "old.txt", None),)),
    case(pull_requests.create, "acme", "web", **WROTE, of=reviews.PULL_REQUEST, to=pull_request()),
    case(pull_requests.create, "acme", "web", **WROTE, of=errors.NO_REVIEWER, to=Cause.INVALID),
    case(pull_requests.describe, "acme", "web", pull_request(), "Why", (), of=reviews.PULL_REQUEST, to=pull_request()),
    case(comments.comments, *ON_PULL_REQUEST, of=reviews.COMMENTS, to=COMMENTS),
    case(
        comments.comments,
        *ON_PULL_REQUEST,
        of=reviews.OLD_COMMENTS,
        to=(dataclasses.replace(INSIDE, path="a", line=None), PLAIN),
    ),
    case(comments.create, *ON_PULL_REQUEST, "Hello", CommentLines("ci/deploy.sh", 5), of=reviews.COMMENT, to=INSIDE),
    case(comments.create, *ON_PULL_REQUEST, "Hello", None, of=reviews.PLAIN_COMMENT, to=PLAIN),
    case(comments.update, *ON_PULL_REQUEST, 1, "Hello", of=reviews.COMMENT, to=None),
    case(comments.delete, *ON_PULL_REQUEST, 1, of=reviews.NOTHING, to=None),
    case(comments.resolve, *ON_PULL_REQUEST, 1, of=reviews.RESOLUTION, to=None),
    case(comments.resolve, *ON_PULL_REQUEST, 1, of=errors.RESOLVED, to=None),
    case(comments.resolve, *ON_PULL_REQUEST, 1, of=errors.REPLY, to=Cause.FORBIDDEN),
    case(comments.reopen, *ON_PULL_REQUEST, 1, of=reviews.NOTHING, to=None),
    case(
        reviewers.default_reviewers,
        *("acme", "web"),
        of=people.EFFECTIVE_REVIEWERS,
        to=(Account(uuid("Rene Reviewer"), "Rene Reviewer"),),
    ),
    case(pipelines.runs, "acme", "web", NOON.replace(day=1), of=runs.RUNS, to=RUNS),
    case(pipelines.runs, "acme", "web", NOON.replace(day=1), of=runs.SHORT_RUNS, to=(STOPPED, SHORT)),
    case(pipelines.window, "acme", "web", NOON.replace(day=1), of=runs.RUNS, to=pipelines.Window(RUNS, 4)),
    case(
        pipelines.window, "acme", "web", NOON.replace(year=2027), of=runs.SHORT_RUNS, to=pipelines.Window((SHORT,), 2)
    ),
    case(pipelines.of_branch, "acme", "web", "main", NOON.replace(day=1), of=runs.RUNS, to=RUNS[::-1]),
    case(environments.environments, "acme", "web", of=runs.ENVIRONMENTS, to=(STAGING,)),
    case(environments.environments, "acme", "web", of=runs.UNCOUNTED_ENVIRONMENTS, to=(STAGING,)),
    case(variables.of_repository, "acme", "web", of=runs.VARIABLES, to=HERE),
    case(variables.of_repository, "acme", "web", of=runs.UNCOUNTED_VARIABLES, to=HERE),
    case(variables.of_environment, "acme", "web", STAGING, of=runs.ENVIRONMENT_VARIABLES, to=THERE),
    case(variables.of_workspace, "acme", of=runs.WORKSPACE_VARIABLES, to=EVERYWHERE),
    case(variables.again, "acme", "web", HERE[0], of=runs.VARIABLE, to=HERE[0]),
    case(variables.again, "acme", "web", THERE[1], of=runs.ENVIRONMENT_VARIABLES, to=THERE[1]),
    case(variables.again, "acme", "web", HERE[0], of=errors.PLAIN, to=None),
    case(variables.delete, "acme", "web", HERE[0], of=reviews.NOTHING, to=True),
    case(variables.delete, "acme", "web", HERE[0], of=errors.LACKING, to=Cause.FORBIDDEN),
    case(
        inventory.inventory,
        *("acme", "web"),
        of=(runs.ENVIRONMENTS, runs.ENVIRONMENT_VARIABLES, runs.VARIABLES, runs.WORKSPACE_VARIABLES),
        to=Inventory((*THERE, *HERE, *EVERYWHERE), (), (STAGING,)),
    ),
    case(
        inventory.of_workspace,
        "acme",
        of=errors.LACKING,
        to=Inventory(
            (),
            (
                NotChecked(
                    Level.WORKSPACE,
                    None,
                    "Bitbucket forbids GET /workspaces/acme/pipelines-config/variables (403): the credential lacks "
                    "pipeline (it has repository); create one that has it",
                ),
            ),
        ),
    ),
    case(
        reports.replace,
        "acme",
        "web",
        code.HEAD,
        "patless",
        REPORT,
        of=(reviews.NOTHING, insights.REPORT, insights.ANNOTATED),
        to=None,
    ),
    case(
        reports.replace,
        "acme",
        "web",
        code.HEAD,
        "patless",
        REPORT,
        of=(reviews.NOTHING, errors.INSIGHTS),
        to=Cause.INVALID,
    ),
    case(statuses.put, "acme", "web", code.HEAD, STATUS, of=reviews.STATUS, to=None),
    case(paging.counted, "/a", of=runs.VARIABLES, to=runs.VARIABLES.body["values"]),
    case(paging.counted, "/a", of=errors.LIMITED, to=Cause.RATE_LIMITED),
    case(paging.begun, "/a", of=runs.RUNS, key="created_on", to=[runs.RUNS.body, 4]),
    case(paging.latest, "/a", lambda row: False, of=runs.RUNS, key="created_on", to=runs.RUNS.body["values"][::-1]),
    case(paging.linked, "/a", of=code.DIFFSTAT, to=code.DIFFSTAT.body["values"]),
    case(diagnosis.diagnose, of=(people.USER, people.WORKSPACES), to=(True, DANA, ("acme",))),
)


def asking() -> set[Callable[..., Any]]:
    """The public functions of the client that ask Bitbucket, or decode what it says of itself."""
    found: set[Callable[..., Any]] = set()
    for module in pkgutil.iter_modules(migrator.bitbucket.__path__):
        inside = importlib.import_module(f"migrator.bitbucket.{module.name}")
        for name, function in vars(inside).items():
            own = inspect.isfunction(function) and function.__module__ == inside.__name__
            if own and not name.startswith("_") and "Client" in list(function.__annotations__.values())[:-1]:
                found.add(function)
    return found


def test_every_function_that_asks_is_answered_here() -> None:
    assert asking() - {one.function for one in CASES} == set()


def test_every_kind_that_the_client_may_get_is_given_to_it() -> None:
    used = {body.kind for one in CASES for body in one.bodies}
    assert {one.kind for one in RECORDINGS} - used == NOT_ASKED


@pytest.mark.parametrize("one", CASES, ids=lambda one: f"{one.function.__name__}: {one.bodies[-1].source[-40:]}")
def test_what_it_makes_of_the_answers(end: FarEnd, client: Client, one: Case) -> None:
    bodies = iter(one.bodies)
    last = errors.LIMITED if errors.LIMITED in one.bodies else errors.PLAIN
    end.answer = lambda asked: sent(next(bodies, last), end.url)
    if isinstance(one.expected, Cause):
        with pytest.raises(ApiError) as error:
            one.call(client)
        assert error.value.kind is one.expected
        return
    found = one.call(client)
    if one.function is diagnosis.diagnose:
        found, expected = (found.accepted, found.user, found.workspaces), one.expected
    else:
        expected = json.loads(given(one.expected, end.url)) if isinstance(one.expected, list) else one.expected
    assert plain(found, end.url) == plain(expected, end.url)


def test_a_published_pipe_is_found_by_its_tags(end: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = [{**code.TAG.body, "name": name} for name in ("1.9.0", "1.10.0", "latest")]
    listed = dataclasses.replace(code.TAGS, body={**code.TAGS.body, "values": tags})
    text = "name: Deploy\nvariables:\n  - name: TOKEN\n"

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/refs/tags"):
            return sent(listed, end.url)
        assert asked.path.endswith("/src/1.10.0/pipe.yml")
        return Answer(200, text.encode(), {"Content-Type": "application/octet-stream"})

    end.answer = answer
    monkeypatch.setenv("PATLESS_API_URL", end.base)
    pipes.published.cache_clear()
    assert pipes.published("acme/deploy") == pipes.PublishedPipe("1.10.0", frozenset({"TOKEN"}))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (errors.MISSING, "Repository acme/none not found"),
        (errors.NO_REVIEWER, "reviewers: Malformed reviewers list (reviewers)"),
        (errors.NO_PARENT, "parents: Commit not found: 1a7e (parents)"),
        (errors.LACKING, "lacks pipeline (it has repository)"),
        (errors.DUPLICATE, "The variable is there already"),
        (errors.INSIGHTS, "A title is needed"),
        (errors.LIMITED, "its request limit"),
        (errors.PLAIN, "not visible to this credential (404): Not found"),
        (errors.SILENT, "wrong, revoked, or expired"),
    ],
)
def test_what_an_error_says_is_passed_on(end: FarEnd, client: Client, one: Recording, words: str) -> None:
    end.answer = lambda asked: sent(one, end.url)
    with pytest.raises(ApiError, match=r"^[^{}]*$") as error:
        client.document("/a")
    assert words in str(error.value)
    assert error.value.status == one.status


def sent(one: Recording, origin: str) -> Answer:
    body = one.body if isinstance(one.body, str) else given(one.body, origin)
    kind = "text/plain" if isinstance(one.body, str) else "application/json; charset=utf-8"
    return Answer(one.status, body.encode(), {"Content-Type": kind} | json.loads(given(one.headers, origin)))


def given(document: Any, origin: str) -> str:
    """As JSON, with `origin` in the place of the API's and of the repositories'."""
    text = json.dumps(document)
    return text.replace(API, origin).replace(CLONE, origin.replace("//", "//dana@"))


def plain(found: Any, origin: str) -> Any:
    """As what can be compared: names of commits are no texts."""
    if isinstance(found, Hash):
        return found.text
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        fields = {field.name: plain(getattr(found, field.name), origin) for field in dataclasses.fields(found)}
        return type(found).__name__, fields
    if isinstance(found, tuple):
        return [plain(one, origin) for one in found]
    return found.replace("«here»", origin) if isinstance(found, str) else found
