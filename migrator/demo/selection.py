"""The `fields` parameter: which parts of an answer are sent.

https://developer.atlassian.com/cloud/bitbucket/rest/intro/#partial-response: `a.b` keeps only, `-a.b` drops, `+a.b`
adds; what could be added is always there in the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def selected(document: Any, fields: str) -> Any:
    names = [name.strip() for name in fields.split(",") if name.strip()]
    kept = [tuple(name.split(".")) for name in names if name[0] not in "+-"]
    if kept:
        document = _keep(document, kept)
    for name in names:
        if name.startswith("-"):
            document = _drop(document, tuple(name[1:].split(".")))
    return document


def _keep(node: Any, paths: Sequence[tuple[str, ...]]) -> Any:
    if isinstance(node, list):
        return [_keep(item, paths) for item in node]
    if not isinstance(node, dict) or any(path in ((), ("*",)) for path in paths):
        return node
    kept = {}
    for key, value in node.items():
        below = [path[1:] for path in paths if path[0] in (key, "*")]
        if below:
            kept[key] = _keep(value, below)
    return kept


def _drop(node: Any, path: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_drop(item, path) for item in node]
    if not isinstance(node, dict) or path[0] not in node:
        return node
    if len(path) == 1:
        return {key: value for key, value in node.items() if key != path[0]}
    return {key: _drop(value, path[1:]) if key == path[0] else value for key, value in node.items()}
