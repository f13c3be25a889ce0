"""Requests and answers against Bitbucket's API description. Wraps around any box:

    with watched() as box:
        ...

fails at its end with every request and every answer that the description does not have. Where PATLESS_OPENAPI is not
set the box is not watched, and `test_contract.py` is skipped by name.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from migrator.demo.box import Box
from migrator.demo.messages import BINARY, Request, Response
from migrator.demo.server import Exchange

_HOST = "https://api.bitbucket.org"
_REPOSITORY = r"/2\.0/repositories/[^/]+/[^/]+"
UNDESCRIBED = re.compile(
    rf"{_REPOSITORY}/(refs(/tags(/.+)?)?|commits(/.+)?|commit/[^/]+|pipelines/([^/]+/steps)?|deployments"
    r"|default-reviewers(/.+)?|src/[^/]+|pullrequests/\d+/(merge|commits|approve|activity|tasks(/.+)?))|/2\.0/users/[^/]+|/rest/.*"
)
"""What the box answers and the description leaves out."""
_REST = re.compile(rf"(?P<before>{_REPOSITORY}/(?:src/[^/]+|refs/branches|diff|diffstat))/(?P<rest>.+)")
_PIPELINES = re.compile(r".*/(pipelines[-_]config|deployments_config|environments|pipelines)(/.*)?")

_NULLS = (
    *("mainbranch", "parent", "merge_commit", "closed_by", "author", "user", "commit", "repository", "refname"),
    *("old", "new", "from", "to", "start_from", "start_to", "base_rev", "state", "participated_on"),
)
"""What recorded answers have null, as those in tests/bitbucket/recorded; none is described so."""
_MORE = ("pullrequest", "pullrequest_endpoint", "comment", "repository", "project")
"""What recorded answers have more of than is described: BITBUCKET_API.md 8. That the box invents nothing is seen by
`test_recorded.py`."""
_REFUSED = (400, 405)
"""The request was wrong, and whoever asked has been told; most operations do not describe these answers."""


@functools.cache
def document() -> dict[str, Any]:
    """The API description as it is written, or the test is skipped."""
    folder = os.environ.get("PATLESS_OPENAPI")
    if folder:
        return dict(json.loads((Path(folder) / "bitbucket-cloud.openapi.json").read_bytes()))
    if os.environ.get("PATLESS_REQUIRE_ALL") == "1":
        pytest.fail("PATLESS_OPENAPI is not set")
    pytest.skip("PATLESS_OPENAPI is not set")


@functools.cache
def description() -> OpenAPI:
    """The same for comparing, without who may ask: the box checks that, and observers get no credential. What
    recorded answers show otherwise is mended."""
    api = copy.deepcopy(document())
    for path in api["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    for name in _MORE:
        _open(api["components"]["schemas"][name])
    # a number of a report is a number: BITBUCKET_API.md 2.5 has the values by type, the description has objects only
    del api["components"]["schemas"]["report_data"]["properties"]["value"]["type"]
    return OpenAPI.from_dict(api)


def _open(schema: Any) -> None:
    """Let it have more properties than are named, at any depth."""
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _open(each)
    if isinstance(schema, dict) and schema.get("additionalProperties") is False:
        del schema["additionalProperties"]


@contextlib.contextmanager
def watched(**options: Any) -> Iterator[Box]:
    """A box under watch; `options` are those of `Box`."""
    contract = Contract(description()) if os.environ.get("PATLESS_OPENAPI") else None
    with Box(observer=contract, **options) as box:
        yield box
    if contract:
        assert not contract.breaches, "\n".join(contract.breaches)


@dataclass
class Contract:
    """An observer of a box. `breaches` are sentences; `checked` counts requests and answers that were compared."""

    api: OpenAPI
    breaches: list[str] = field(default_factory=list)
    checked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, exchange: Exchange) -> None:
        if UNDESCRIBED.fullmatch(exchange.request.path):
            return
        asked = _Asked(exchange.request)
        with self._lock:
            if exchange.answer.status not in _REFUSED:
                self._compare(exchange, "the request", lambda: self.api.validate_request(asked))
            if _comparable(exchange):
                said = _Said(_amended(exchange))
                self._compare(exchange, "the answer", lambda: self.api.validate_response(asked, said))

    def _compare(self, exchange: Exchange, what: str, check: Any) -> None:
        self.checked += 1
        try:
            check()
        except OpenAPIError as error:
            place = f"{exchange.request.method} {unquote(exchange.request.path)}"
            self.breaches.append(f"{place}, {exchange.answer.status}: {what}: {'; '.join(_reasons(error))}")


def _comparable(exchange: Exchange) -> bool:
    """Not: answers of faults, what is known about a file, and an empty file, which openapi-core takes for no answer."""
    answer = exchange.answer
    insights = answer.status >= 400 and "/reports" in exchange.request.path  # it has a shape of its own for errors
    if exchange.fault or insights or answer.status in _REFUSED or exchange.request.one("format") == "meta":
        return False
    return bool(answer.payload()) or answer.kind() != BINARY or answer.status != 200


def _reasons(error: BaseException) -> list[str]:
    """What is wrong and where in the document, without the document."""
    listed = getattr(error, "schema_errors", None)
    if listed is not None:
        return [f"{'.'.join(map(str, each.absolute_path)) or 'it'}: {each.message[:200]}" for each in listed]
    inside = error.__cause__
    return [str(error)[:200]] if inside is None else _reasons(inside)


def _amended(exchange: Exchange) -> Response:
    """The answer without what is documented to differ from the description (BITBUCKET_API.md 0 and 2)."""
    answer = exchange.answer
    document = answer.document
    if answer.status >= 400 and _PIPELINES.fullmatch(exchange.request.path) and isinstance(document, dict):
        document = {"type": "error", **document}
    return Response(answer.status, _without_nulls(document), answer.body, answer.headers)


def _without_nulls(node: Any) -> Any:
    """Without what is null while there is none, which the description does not say."""
    if isinstance(node, list):
        return [_without_nulls(item) for item in node]
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None or key not in _NULLS}
    return node


class _Asked:
    """The request as openapi-core wants it."""

    def __init__(self, request: Request) -> None:
        self.host_url = _HOST
        self.path = _one_part(request.path)
        self.method = request.method.lower()
        # the description has no descending order of pipelines, which is asked for all the same (2.6)
        query = [(key, value.removeprefix("-") if key == "sort" else value) for key, value in request.query]
        headers = Headers(list(request.headers.items()))
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=headers, cookie=ImmutableMultiDict()
        )
        self.body = request.body or None
        self.content_type = request.headers.get("content-type", "")


class _Said:
    def __init__(self, answer: Response) -> None:
        self.status_code = answer.status
        self.headers = Headers(list(answer.headers.items()))
        self.data = answer.payload()
        self.content_type = answer.kind() if self.data else ""


def _one_part(path: str) -> str:
    """With the slashes of a last part encoded, since a template's part has none."""
    match = _REST.fullmatch(path)
    return f"{match['before']}/{quote(unquote(match['rest']), safe='')}" if match else path
