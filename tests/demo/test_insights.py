"""Code Insights and build statuses, with a token and through the proxy of a step (BITBUCKET_API.md 2.5 and 3)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client

REPORT = {"title": "patless", "details": "Two logins", "report_type": "SECURITY", "result": "FAILED"}


@pytest.fixture
def commit(box: Box) -> str:
    return f"{REPOSITORY}/commit/{box.head('web', 'main')}"


def annotations(first: int, last: int) -> list[dict[str, Any]]:
    about = {"annotation_type": "VULNERABILITY", "path": "bitbucket-pipelines.yml", "line": 1}
    return [{**about, "external_id": f"a{number}", "summary": f"{number}"} for number in range(first, last)]


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"result": "SKIPPED"}, {"report_type": "OTHER"}, {"data": [{}] * 11}],
    ids=["no title", "a result of annotations", "a type of none", "too many rows"],
)
def test_a_report_that_is_wrong_is_refused(user: Client, commit: str, wrong: dict[str, Any]) -> None:
    assert user.put(f"{commit}/reports/patless", {**REPORT, **wrong}).status_code == 400
    assert user.rows(f"{commit}/reports") == []


@pytest.mark.parametrize("count", [0, 101])
def test_annotations_come_in_hundreds(user: Client, commit: str, count: int) -> None:
    user.put(f"{commit}/reports/patless", REPORT)
    assert user.post(f"{commit}/reports/patless/annotations", annotations(0, count)).status_code == 400


@pytest.mark.parametrize("wrong", [{"line": 0}, {"severity": "WORST"}, {"external_id": None}, {"summary": ""}])
def test_an_annotation_that_is_wrong_fails_all(user: Client, commit: str, wrong: dict[str, Any]) -> None:
    user.put(f"{commit}/reports/patless", REPORT)
    first, second = annotations(0, 2)
    answer = user.post(f"{commit}/reports/patless/annotations", [first, {**second, **wrong}])
    assert answer.status_code == 400
    assert user.rows(f"{commit}/reports/patless/annotations") == []


def test_a_report_has_a_thousand_annotations_and_no_more(user: Client, commit: str) -> None:
    user.put(f"{commit}/reports/patless", REPORT)
    place = f"{commit}/reports/patless/annotations"
    for first in range(0, 1000, 100):
        assert user.post(place, annotations(first, first + 100)).status_code == 200
    assert user.post(place, annotations(1000, 1001)).status_code == 400
    assert user.post(place, annotations(5, 6)).status_code == 200
    assert user.get(place).json()["size"] == 1000


def test_annotations_stay_when_a_report_is_put_again_and_go_when_it_is_deleted(user: Client, commit: str) -> None:
    here = f"{commit}/reports/patless"
    user.put(here, REPORT)
    user.post(f"{here}/annotations", annotations(0, 3))
    user.put(here, {**REPORT, "result": "PASSED"})
    assert user.get(here).json()["result"] == "PASSED"
    assert len(user.rows(f"{here}/annotations")) == 3
    assert user.delete(f"{here}/annotations/a0").status_code == 204
    assert user.delete(here).status_code == 204
    user.put(here, REPORT)
    assert user.rows(f"{here}/annotations") == []


def test_the_proxy_of_a_step_opens_reports_without_a_credential(box: Box, commit: str) -> None:
    url, proxies = f"http://api.bitbucket.org/2.0{commit}", {"http": box.origin}
    put = requests.put(f"{url}/reports/patless", json=REPORT, proxies=proxies, timeout=10)
    assert put.status_code == 200, put.text
    post = requests.post(f"{url}/reports/patless/annotations", json=annotations(0, 2), proxies=proxies, timeout=10)
    assert post.status_code == 200, post.text
    assert {asked.credential for asked in box.requests} == {"proxy"}


@pytest.mark.parametrize("path", [REPOSITORY, f"{REPOSITORY}/pullrequests", f"{REPOSITORY}/pipelines_config/variables"])
def test_the_proxy_of_a_step_opens_nothing_else(box: Box, path: str) -> None:
    url = f"http://api.bitbucket.org/2.0{path}"
    assert requests.get(url, proxies={"http": box.origin}, timeout=10).status_code == 401


def test_without_the_proxy_reports_need_a_credential(box: Box, commit: str) -> None:
    assert Client(box).put(f"{commit}/reports/patless", REPORT).status_code == 401


def test_a_status_without_a_url_is_refused(user: Client, commit: str) -> None:
    assert user.post(f"{commit}/statuses/build", {"key": "p", "state": "FAILED"}).status_code == 400


def test_a_status_with_the_same_key_is_overwritten(user: Client, commit: str) -> None:
    status = {"key": "patless", "url": "https://acme.example/1", "refname": "main"}
    for state in ("INPROGRESS", "SUCCESSFUL"):
        assert user.post(f"{commit}/statuses/build", {**status, "state": state}).status_code == 201
    (row,) = user.rows(f"{commit}/statuses", refname="main")
    assert row["state"] == "SUCCESSFUL"
    changed = user.put(f"{commit}/statuses/build/patless", {"key": "patless", "state": "STOPPED"})
    assert changed.json()["url"] == "https://acme.example/1"
    assert user.get(f"{commit}/statuses/build/patless").json()["state"] == "STOPPED"
    assert user.get(f"{commit}/statuses/build/other").status_code == 404
