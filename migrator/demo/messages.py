"""What the box is asked, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
TEXT = "text/plain"
BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is as it was sent, without the query. `origin` is `http://127.0.0.1:PORT`.

    `proxied` says that the request line was absolute-form, as it is towards the proxy of a Pipelines step.
    `headers` are looked up in lower case.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    origin: str
    proxied: bool = False

    def one(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def every(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.query if key == name)

    def document(self) -> Any:
        """The body as JSON. Raises Refusal."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Refusal(error(400, "The request body is not valid JSON")) from None

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refusal."""
        document = self.document()
        if not isinstance(document, dict):
            raise Refusal(error(400, "The request body is not a JSON object"))
        return document


@dataclass(frozen=True, slots=True)
class Response:
    """`document` is sent as JSON; without one, `body` is sent as it is."""

    status: int
    document: Any = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        return self.body if self.document is None else json.dumps(self.document).encode()

    def kind(self) -> str:
        return self.headers.get("Content-Type", JSON if self.document is not None else BINARY)


class Refusal(Exception):
    """Raised wherever an answer is settled early."""

    def __init__(self, answer: Response) -> None:
        super().__init__(f"answered {answer.status}")
        self.answer = answer


def error(status: int, message: str, **more: Any) -> Response:
    """An error as Bitbucket's own services spell it; `more` are `detail`, `fields`, `id`."""
    return Response(status, {"type": "error", "error": {"message": message, **more}})


def pipelines_error(status: int, message: str, key: str = "") -> Response:
    """An error as the services behind Pipelines spell it: without `type` (BITBUCKET_API.md 2)."""
    data = {"data": {"key": key, "arguments": {}}} if key else {}
    return Response(status, {"error": {"message": message, "detail": message, **data}})


def text(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, None, words.encode(), {"Content-Type": TEXT, **(headers or {})})
