"""What a YAML or TOML file says, made into records. Where it does not fit, the records say what is wrong, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec import Meta, ValidationError, convert
from msgspec.structs import FieldInfo, fields

_T = TypeVar("_T")
_NOUNS = {str: "text", bool: "true or false", dict: "a mapping", list: "a list"}
Hook = Callable[[type, Any], Any]
"""Makes a value of a type that msgspec does not know; a ValueError says what is wrong, without a subject."""


class Misfit(ValueError):
    """Data that do not fit their records. `path` are the keys and numbers that lead to the place, and the message goes
    on behind them. `wanted` is the type that the place should have, None where something else is wrong."""

    def __init__(self, path: tuple[str | int, ...], message: str, wanted: Any = None) -> None:
        super().__init__(message)
        self.path = path
        self.wanted = wanted


def decoded(data: object, kind: type[_T], hook: Hook | None = None) -> _T:
    """Data as a record. Raises Misfit for the first thing that does not fit."""
    try:
        return convert(data, kind, dec_hook=hook)
    except ValidationError as error:
        raise _misfit(data, kind, hook, ()) or Misfit((), str(error)) from None


def _misfit(data: object, kind: Any, hook: Hook | None, path: tuple[str | int, ...]) -> Misfit | None:
    """Found by decoding part after part: msgspec's own message names no key of a mapping."""
    try:
        convert(data, kind, dec_hook=hook)
    except ValidationError as error:
        is_mapping = isinstance(data, dict) and _shape(_chosen(kind, data)) is dict
        wanted = "" if is_mapping else _noun(kind)
        misfit = Misfit(path, f"must be {wanted}" if wanted else str(error), kind if wanted else None)
    else:
        return None
    try:
        inner = (_misfit(part, inside, hook, (*path, key)) for key, part, inside in _parts(data, _chosen(kind, data)))
        return next(filter(None, inner), misfit)
    except _Wrong as wrong:
        return Misfit((*path, *wrong.keys), wrong.message)


class _Wrong(Exception):
    """A key that is not known, behind the keys of its mapping, or one that is missing."""

    def __init__(self, message: str, *keys: str) -> None:
        self.message = message
        self.keys = keys


def _parts(data: Any, kind: Any) -> Iterator[tuple[str | int, object, Any]]:
    """What data hold, each part with its key or number and the type that it should have. Raises _Wrong."""
    if isinstance(data, list):
        yield from ((number, part, get_args(kind)[0]) for number, part in enumerate(data) if get_args(kind))
    elif isinstance(data, dict) and hasattr(get_origin(kind) or kind, "__struct_fields__"):
        known = spelt(kind)
        for key, part in data.items():
            if key not in known:
                raise _Wrong(f"is not known; known here: {', '.join(sorted(known))}", key)
            yield key, part, known[key].type
        for key, field in known.items():
            if field.required and key not in data:
                raise _Wrong(f"has no `{key}`; {_hint(field.type) or 'add it'}")
    elif isinstance(data, dict):
        yield from ((key, part, get_args(kind)[-1]) for key, part in data.items() if get_args(kind))


def spelt(kind: type) -> dict[str, FieldInfo]:
    """The fields of a record by the keys that data have for them; one in brackets is none of these."""
    return {field.encode_name: field for field in fields(kind) if not field.encode_name.startswith("(")}


def _hint(kind: Any) -> str:
    """What the type of a field says of one that is missing."""
    return next((one.description or "" for one in get_args(kind) if isinstance(one, Meta)), "")


def _members(kind: Any) -> tuple[Any, ...]:
    """The types that a type stands for, without None."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(one for one in get_args(kind) if one is not NoneType)
    return (kind,)


def _chosen(kind: Any, data: object) -> Any:
    """The type that is meant: of several the one that is a list, or a mapping, as the data are."""
    members = _members(kind)
    return next((one for one in members if _shape(one) is type(data)), members[0])


def _shape(kind: Any) -> type | None:
    """What data of a type are in a file."""
    origin = get_origin(kind) or kind
    if not isinstance(origin, type):
        return None
    if hasattr(origin, "__struct_fields__") or issubclass(origin, Mapping):
        return dict
    return list if origin in (tuple, frozenset) else origin


def _noun(kind: Any) -> str:
    """What a value of a type is called, '' for a type that has its own sentence."""
    nouns = (_named(one) for one in _members(kind))
    return ", or ".join(filter(None, nouns))


def _named(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"one of {', '.join(str(one.value) for one in kind)}"
    return _NOUNS.get(_shape(kind) or NoneType, "")
