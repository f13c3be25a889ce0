"""The shape of JSON answers, field by field, and how those of the box differ from recorded ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TEXTS = (
    ("uuid", re.compile(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")),
    ("hash of 40", re.compile(r"[0-9a-f]{40}")),
    ("hash of 12", re.compile(r"[0-9a-f]{12}")),
    ("moment with fraction and offset", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00")),
    ("moment with offset", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")),
    ("moment with Z", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")),
    ("address", re.compile(r"https?://.*", re.DOTALL)),
)
_AWKWARD = ("null", "hash of 40", "hash of 12")
"""What clients get wrong, so it must be sent where it has been seen."""


@dataclass
class Shape:
    """What was seen at one place of several documents. `required` are keys that every object there had, of the whole
    ones; None while there was none."""

    kinds: set[str] = field(default_factory=set)
    keys: dict[str, Shape] = field(default_factory=dict)
    required: set[str] | None = None
    expected: set[str] = field(default_factory=set)
    items: Shape | None = None

    def add(self, found: Any, whole: bool = True, key: str = "") -> None:
        self.kinds.add(_kind(found, key))
        if isinstance(found, dict):
            for name, value in found.items():
                self.keys.setdefault(name, Shape()).add(value, whole, name)
            if whole:
                self.expected |= found.keys()
                self.required = set(found) if self.required is None else self.required & found.keys()
        if isinstance(found, list):
            self.items = self.items or Shape()
            for one in found:
                self.items.add(one, whole)


def _kind(found: Any, key: str) -> str:
    if isinstance(found, str):
        if key == "type":
            return f"type {found}"
        return next((name for name, form in _TEXTS if form.fullmatch(found)), "text")
    names = {bool: "true or false", int: "number", float: "number", list: "list", dict: "object"}
    return names.get(type(found), "null")


def differences(
    recorded: Shape | None, box: Shape, described: Mapping[str, Any] | None, schemas: Mapping[str, Any], at: str = ""
) -> Iterator[tuple[str, str]]:
    """Pairs of a place and a sentence. `recorded` None: only the description knows the place."""
    known = _properties(described, schemas)
    if recorded is not None:
        for kind in sorted(box.kinds - recorded.kinds):
            yield at, f"the box sends {kind}, recorded is {', '.join(sorted(recorded.kinds))}"
        for kind in sorted((recorded.kinds - box.kinds) & set(_AWKWARD)):
            yield at, f"the box never sends {kind}, which is recorded"
        for name in sorted(recorded.expected - box.keys.keys()) if "object" in box.kinds else ():
            yield f"{at}.{name}", "the box does not send it"
        for name in sorted((recorded.required or set()) & (box.keys.keys() - (box.required or set()))):
            yield f"{at}.{name}", "the box leaves it out at times"
    for name, inside in box.keys.items():
        below = recorded.keys.get(name) if recorded is not None else None
        if below is None and name not in known:
            yield f"{at}.{name}", "the box sends what nobody knows"
            continue
        yield from differences(below, inside, known.get(name), schemas, f"{at}.{name}")
    if box.items is not None and box.items.kinds:
        items = None if recorded is None else recorded.items
        if recorded is None or (items is not None and items.kinds):
            yield from differences(items, box.items, _items(described, schemas), schemas, f"{at}[]")


def _properties(schema: Mapping[str, Any] | None, schemas: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in _parts(schema, schemas):
        found |= part.get("properties", {})
    return found


def _items(schema: Mapping[str, Any] | None, schemas: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((part["items"] for part in _parts(schema, schemas) if "items" in part), None)


def _parts(schema: Mapping[str, Any] | None, schemas: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if schema is None:
        return
    if "$ref" in schema:
        yield from _parts(schemas[schema["$ref"].rpartition("/")[2]], schemas)
        return
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(part, schemas)
