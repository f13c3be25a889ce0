"""What goes wrong on request, and the hourly allowance."""

from __future__ import annotations

import math
import time

import pytest
import requests

from migrator.demo.box import Box
from migrator.demo.credentials import BoxCredentialKind, Credential
from migrator.demo.limits import HOUR, BoxLimits
from migrator.demo.people import user as person_named
from tests.demo.client import REPOSITORY, Client

VARIABLES = f"{REPOSITORY}/pipelines_config/variables"
EVERY = "/2.0/*"


def test_without_a_rule_nothing_goes_wrong(box: Box, user: Client) -> None:
    assert user.get(REPOSITORY).status_code == 200
    assert not box.requests[0].fault


def test_another_path_and_another_method_go_well(box: Box, user: Client) -> None:
    box.faults.add("*/missing", 500)
    box.faults.add(EVERY, 500, method="DELETE")
    assert user.get(REPOSITORY).status_code == 200


def test_too_many_requests_are_told_in_plain_text_without_a_time(box: Box, user: Client) -> None:
    box.faults.add(EVERY, 429)
    answer = user.get(REPOSITORY)
    assert (answer.status_code, answer.headers["Content-Type"]) == (429, "text/plain")
    assert answer.text == "Rate limit for this resource has been exceeded"
    assert "Retry-After" not in answer.headers


def test_a_rule_begins_after_some_and_ends_after_some(box: Box, user: Client) -> None:
    box.faults.add(EVERY, 503, after=1, times=2)
    assert [user.get(REPOSITORY).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_rule_without_an_end_ends_when_it_is_cleared(box: Box, user: Client) -> None:
    box.faults.add(EVERY, 555, times=math.inf)
    assert {user.get(REPOSITORY).status_code for _ in range(5)} == {555}
    box.faults.clear()
    assert user.get(REPOSITORY).status_code == 200


def test_an_answer_has_the_body_and_the_headers_of_the_rule(box: Box, user: Client) -> None:
    box.faults.add(EVERY, 502, "<html>Bad gateway</html>", {"Content-Type": "text/html", "Retry-After": "7"})
    answer = user.get(REPOSITORY)
    assert (answer.text, answer.headers["Content-Type"]) == ("<html>Bad gateway</html>", "text/html")
    assert answer.headers["Retry-After"] == "7"


def test_what_is_refused_is_not_done(box: Box, user: Client) -> None:
    box.faults.add(EVERY, 500, method="POST")
    assert user.post(VARIABLES, {"key": "A"}).status_code == 500
    assert user.rows(VARIABLES) == []


@pytest.mark.parametrize("lost", [{"status": 504}, {"close": True}])
def test_what_is_applied_is_done_though_its_answer_is_lost(box: Box, user: Client, lost: dict[str, int]) -> None:
    box.faults.add(EVERY, **lost, method="POST", applied=True)  # type: ignore[arg-type]
    try:
        assert user.post(VARIABLES, {"key": "A"}).status_code == 504
    except requests.ConnectionError:
        assert "close" in lost
    assert [row["key"] for row in user.rows(VARIABLES)] == ["A"]


def test_a_connection_ends_without_an_answer(box: Box, user: Client) -> None:
    box.faults.add(EVERY, close=True)
    with pytest.raises(requests.ConnectionError):
        user.get(REPOSITORY)
    assert (box.requests[0].status, box.requests[0].fault) == (0, True)


def test_an_answer_is_cut_short(box: Box, user: Client) -> None:
    box.faults.add(EVERY, truncate=10)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        user.get(REPOSITORY)


def test_an_answer_is_late(box: Box, user: Client) -> None:
    box.faults.add(EVERY, delay=0.3)
    start = time.monotonic()
    assert user.get(REPOSITORY).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_someone_else_does_something_meanwhile(box: Box, user: Client) -> None:
    head = box.head("web", "main")
    box.faults.add("*/src", method="POST", meanwhile=lambda: box.commit("web", "main", {"other": "1"}))
    form = {"branch": "main", "parents": head, "message": "Mine", "/mine": "1"}
    assert user.ask("POST", f"{REPOSITORY}/src", data=form).status_code == 409
    assert user.rows(f"{REPOSITORY}/commits/main")[0]["message"] == "Change"


def test_the_allowance_is_each_credentials_own(box: Box) -> None:
    box.limits.hourly = 2
    first, second = Client(box, bearer=box.token()), Client(box, bearer=box.token())
    assert [first.get(REPOSITORY).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert second.get(REPOSITORY).status_code == 200
    assert first.get("/workspaces/acme").status_code == 200


def test_the_allowance_comes_back_after_an_hour() -> None:
    now = [0.0]
    limits = BoxLimits(1, clock=lambda: now[0])
    credential = Credential(BoxCredentialKind.ACCESS_TOKEN, person_named("Lee Developer"), frozenset(), token="t")
    path = "/2.0/repositories/acme"
    assert limits.spend(credential, path)
    now[0] = HOUR - 1
    assert not limits.spend(credential, path)
    now[0] = HOUR
    assert limits.spend(credential, path)


def test_headers_come_with_a_scaled_allowance_of_access_tokens_only(box: Box) -> None:
    token, person = Client(box, bearer=box.token()), Client(box, api_token=box.api_token())
    assert "X-RateLimit-Limit" not in token.get(REPOSITORY).headers
    box.limits.hourly = 2500
    told = token.get(REPOSITORY).headers
    assert (told["X-RateLimit-Limit"], told["X-RateLimit-NearLimit"]) == ("2500", "false")
    assert "X-RateLimit-Limit" not in person.get(REPOSITORY).headers
