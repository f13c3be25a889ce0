"""All levels of variables; one that cannot be read is never an empty one."""

from __future__ import annotations

import pytest

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import NotChecked, inventory
from migrator.bitbucket.records import Level
from migrator.bitbucket.session import Client
from tests.bitbucket.farend import Answer, Asked, FarEnd, pages, said, variable

ENVIRONMENTS = [{"uuid": "{e-1}", "name": "Staging"}, {"uuid": "{e-2}", "name": "Production"}]


REPOSITORY = "/2.0/repositories/acme/web"
LIST = f"{REPOSITORY}/environments"
STAGING = f"{REPOSITORY}/deployments_config/environments/%7Be-1%7D/variables"
PRODUCTION = f"{REPOSITORY}/deployments_config/environments/%7Be-2%7D/variables"
OWN = f"{REPOSITORY}/pipelines_config/variables"
SHARED = "/2.0/workspaces/acme/pipelines-config/variables"


def far(end: FarEnd, path: str = "", instead: Answer | None = None) -> None:
    """Two environments, and a variable on each level with the same key everywhere; at `path`, `instead`."""

    def answer(asked: Asked) -> Answer:
        if instead and asked.path == path:
            return instead
        return pages(ENVIRONMENTS if asked.path == LIST else [variable(1, key="TOKEN")])(asked)

    end.answer = answer


def levels(client: Client) -> list[tuple[str, str | None]]:
    return [(one.level.value, one.environment) for one in inventory(client, "acme", "web").variables]


ALL = [("deployment", "Staging"), ("deployment", "Production"), ("repository", None), ("workspace", None)]


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize(
    ("path", "level", "environment", "left"),
    [
        (LIST, Level.DEPLOYMENT, None, ALL[2:]),
        (PRODUCTION, Level.DEPLOYMENT, "Production", [ALL[0], *ALL[2:]]),
        (OWN, Level.REPOSITORY, None, [*ALL[:2], ALL[3]]),
        (SHARED, Level.WORKSPACE, None, ALL[:3]),
    ],
    ids=["environments", "one environment", "repository", "workspace"],
)
def test_a_level_that_is_refused_or_hidden_is_not_checked(
    end: FarEnd,
    client: Client,
    status: int,
    path: str,
    level: Level,
    environment: str | None,
    left: list[tuple[str, str | None]],
) -> None:
    far(end, path, Answer(status))
    found = inventory(client, "acme", "web")
    assert [(one.level.value, one.environment) for one in found.variables] == left
    (missing,) = found.not_checked
    assert missing == NotChecked(level, environment, missing.reason)
    assert str(status) in missing.reason
    assert path.removeprefix("/2.0") in missing.reason


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(401), Cause.UNAUTHORISED),
        (Answer(500), Cause.SERVER),
        (Answer(400), Cause.INVALID),
        (Answer(body=b"<html>"), Cause.GARBLED),
        (said({"values": [], "size": -1}), Cause.GARBLED),
        (said({"values": [], "size": 1}), Cause.INCOMPLETE),
        (Answer(429), Cause.RATE_LIMITED),
    ],
)
@pytest.mark.parametrize("path", [LIST, STAGING, OWN, SHARED])
def test_any_other_failure_ends_it(end: FarEnd, client: Client, path: str, answer: Answer, kind: Cause) -> None:
    far(end, path, answer)
    with pytest.raises(ApiError) as error:
        inventory(client, "acme", "web")
    assert error.value.kind is kind


def test_a_repository_that_is_not_there_has_nothing_checked(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: Answer(404)
    found = inventory(client, "acme", "web")
    assert found.variables == ()
    assert [(one.level, one.environment) for one in found.not_checked] == [(level, None) for level in Level]


def test_all_levels_are_read_in_the_order_in_which_they_win(end: FarEnd, client: Client) -> None:
    far(end)
    assert levels(client) == ALL
    assert inventory(client, "acme", "web").not_checked == ()
    assert {one.method for one in end.asked} == {"GET"}
