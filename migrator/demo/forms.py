"""Form bodies: multipart and urlencoded, byte for byte.

https://www.rfc-editor.org/rfc/rfc7578
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from migrator.demo.messages import Refusal, Request, error
from migrator.text.patterns import regex

Fields = list[tuple[str, bytes]]

_BOUNDARY = regex(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
_NAME = regex(rb'\bname="((?:[^"\\\r\n]|\\.){0,1000})"')


def fields(request: Request) -> Fields:
    """Names with their content, in their order; names may come again. Raises Refusal."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        text = request.body.decode("utf-8", "surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
        return [(name, value.encode("utf-8", "surrogateescape")) for name, value in pairs]
    boundary = _BOUNDARY.search(kind)
    if not kind.startswith("multipart/form-data") or boundary is None:
        raise Refusal(error(400, "The body is neither multipart/form-data nor urlencoded"))
    parts = (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode())
    return [_part(part) for part in parts[1:-1]]


def _part(part: bytes) -> tuple[str, bytes]:
    head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    name = _NAME.search(head)
    if name is None:
        raise Refusal(error(400, "A part of the form has no name"))
    return name[1].decode("utf-8", "replace").replace('\\"', '"').replace("%22", '"'), content
