"""Pages of rows, with `next` as the services behind them send it (BITBUCKET_API.md 0, facts 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from migrator.demo.messages import Refusal, Request, Response, error
from migrator.demo.queries import Row, matching, ordered

LONGEST = 100
DEFAULT = 10


def page(request: Request, rows: Iterable[Row], longest: int = LONGEST, default: int = DEFAULT) -> Response:
    """Rows filtered by `q` and sorted, with a `next` that leads on."""
    found = ordered(matching(list(rows), request.one("q")), request.one("sort"))
    number, length = _asked(request, longest, default)
    document = _page(found, number, length)
    if number * length < len(found):
        document["next"] = _url(request, number + 1)
    if number > 1:
        document["previous"] = _url(request, number - 1)
    return Response(200, document)


def uncounted(request: Request, rows: Iterable[Row]) -> Response:
    """The same without a `size`, as tags are listed (BITBUCKET_API.md 8, fact 6)."""
    found = page(request, rows)
    return replace(found, document={key: value for key, value in found.document.items() if key != "size"})


def iterator(request: Request, rows: list[Row]) -> Response:
    """A page of an endless list: no `size`, and a `next` with a context of its own."""
    number, length = _asked(request, LONGEST)
    document: dict[str, Any] = {"pagelen": length, "page": number, "values": _slice(rows, number, length)}
    if number * length < len(rows):
        document["next"] = _url(request, number + 1, ctx="a1b2c3d4")
    return Response(200, document)


def counted(request: Request, rows: list[Row]) -> Response:
    """A page of a service behind Pipelines that sends no `next` at all."""
    number, length = _asked(request, LONGEST)
    return Response(200, _page(rows, number, length))


def poisoned(request: Request, rows: list[Row], inside: str) -> Response:
    """A page whose `next` is the path `inside` the service, which nobody may read; on the last page too."""
    number, length = _asked(request, LONGEST)
    query = urlencode({"page": number + 1, "pagelen": length})
    return Response(200, {**_page(rows, number, length), "next": f"{request.origin}{inside}?{query}"})


def _page(rows: list[Row], number: int, length: int) -> dict[str, Any]:
    return {"page": number, "values": _slice(rows, number, length), "size": len(rows), "pagelen": length}


def _slice(rows: list[Row], number: int, length: int) -> list[Row]:
    return rows[(number - 1) * length : number * length]


def _asked(request: Request, longest: int, default: int = DEFAULT) -> tuple[int, int]:
    number, length = request.one("page", "1"), request.one("pagelen", str(default))
    if not (length.isdecimal() and 1 <= int(length) <= longest):
        raise Refusal(error(400, "Invalid pagelen"))
    if not (number.isdecimal() and 1 <= int(number) <= 1_000_000):
        raise Refusal(error(400, "Invalid page"))
    return int(number), int(length)


def _url(request: Request, number: int, **more: str) -> str:
    kept = [(name, value) for name, value in request.query if name != "page" and name not in more]
    return f"{request.origin}{request.path}?{urlencode([*kept, *more.items(), ('page', str(number))])}"
