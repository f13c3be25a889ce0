"""The check against Bitbucket's API description: it sees what differs, and the box has everything that is described."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from migrator.demo.messages import Request, Response
from migrator.demo.resources import ROUTES
from migrator.demo.server import Exchange
from tests.demo.contract import UNDESCRIBED, Contract, description, document

VARIABLES = "/2.0/repositories/acme/web/pipelines_config/variables"
NOT_IMITATED = {
    ("get", "/2.0/workspaces/{}/search/code"),  # deprecated, and nothing depends on it (BITBUCKET_API.md 0, fact 5)
    ("post", "/2.0/repositories/{}/{}/pipelines"),  # nothing starts a run by itself
}
PAGE = {"page": 1, "size": 0, "pagelen": 10, "values": []}


@pytest.fixture
def contract() -> Contract:
    return Contract(description())


def exchange(method: str = "GET", path: str = VARIABLES, status: int = 200, said: Any = PAGE) -> Exchange:
    headers = {"content-type": "application/json"}
    return Exchange(Request(method, path, (), headers, b"", "http://127.0.0.1:1"), Response(status, said), False)


def test_what_is_described_is_no_breach(contract: Contract) -> None:
    contract(exchange())
    assert (contract.breaches, contract.checked) == ([], 2)


def test_a_path_that_is_not_described_is_a_breach(contract: Contract) -> None:
    contract(exchange(path="/2.0/repositories/acme/web/pipelines-config/variables"))
    assert "Path not found" in contract.breaches[0]


def test_a_parameter_out_of_its_range_is_a_breach(contract: Contract) -> None:
    right = exchange()
    contract(replace(right, request=replace(right.request, query=(("pagelen", "500"),))))
    assert "the request" in contract.breaches[0]


def test_a_body_of_the_wrong_type_is_a_breach_that_does_not_quote_it_whole(contract: Contract) -> None:
    right = exchange("POST", status=201, said={"type": "pipeline_variable"})
    body = b'{"key": ["A"], "value": "a-long-value"}'
    contract(replace(right, request=replace(right.request, body=body)))
    assert len(contract.breaches) == 1
    assert "key" in contract.breaches[0]
    assert "a-long-value" not in contract.breaches[0]


def test_an_answer_that_is_not_described_is_a_breach(contract: Contract) -> None:
    contract(exchange(said={**PAGE, "values": [{"type": "pipeline_variable", "secured": "yes"}]}))
    contract(exchange(status=418))
    assert ["the answer" in breach for breach in contract.breaches] == [True, True]


def test_an_answer_that_a_fault_made_is_not_checked_and_its_request_is(contract: Contract) -> None:
    contract(replace(exchange(status=418), fault=True))
    assert (contract.breaches, contract.checked) == ([], 1)


def test_a_refusal_without_a_type_is_known_of_the_services_behind_pipelines_only(contract: Contract) -> None:
    untyped = {"error": {"message": "No"}}
    contract(exchange(status=404, said=untyped))
    assert contract.breaches == []
    contract(exchange(path="/2.0/repositories/acme/web", status=404, said=untyped))
    assert len(contract.breaches) == 1


def test_the_box_answers_all_that_is_described() -> None:
    described = {
        (method, re.sub(r"\{\w+\}", "{}", path))
        for path, operations in document()["paths"].items()
        for method in operations
        if method in ("get", "put", "post", "delete")
    }
    answered = {(route.method.lower(), "/2.0" + re.sub(r"\{\w+\+?\}", "{}", route.path)) for route in ROUTES}
    assert described - answered == NOT_IMITATED
    beyond = {path for _, path in answered - described}
    assert {path for path in beyond if not UNDESCRIBED.fullmatch(path.replace("{}", "1"))} == set()
