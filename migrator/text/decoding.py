"""What a YAML or TOML file says, made into records. Where it does not fit, the records say what is wrong, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import Enum
from threading import RLock
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec import Meta, ValidationError, convert
from msgspec.structs import FieldInfo, fields

_T = TypeVar("_T")
_NOUNS = {str: "text", bool: "true or false", dict: "a mapping", list: "a list", date: "a date"}
_ONE_AT_A_TIME = RLock()
"""msgspec ends the process where two threads are the first to use a record."""
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
    with _ONE_AT_A_TIME:
        try:
            return convert(data, kind, builtin_types=(date,), dec_hook=hook)
        except ValidationError as error:
            raise _misfit(data, kind, hook, ()) or Misfit((), str(error)) from None


def _misfit(data: object, kind: Any, hook: Hook | None, path: tuple[str | int, ...]) -> Misfit | None:
    """Found by decoding part after part: msgspec's own message names no key of a mapping."""
    try:
        convert(data, kind, builtin_types=(date,), dec_hook=hook)
    except ValidationError as error:
        misfit = Misfit(path, *_said(data, kind, str(error)))
    else:
        return None
    try:
        inner = (_misfit(part, inside, hook, (*path, key)) for key, part, inside in _parts(data, _chosen(kind, data)))
        return next(filter(None, inner), misfit)
    except _Wrong as wrong:
        return Misfit((*path, *wrong.keys), wrong.message)


def _said(data: object, kind: Any, error: str) -> tuple[str, Any]:
    """What is wrong with data as a whole, and the type that they should have, None where they have it."""
    if shape(_chosen(kind, data)) is type(data) and not isinstance(data, bool):
        return _of_type(kind, "title") or error, None
    if isinstance(data, bool) and shape(kind) is str:
        return "must be text; put quotes around it", None
    wanted = _noun(kind)
    return (f"must be {wanted}", kind) if wanted else (error, None)


class _Wrong(Exception):
    """A key that is not known, behind the keys of its mapping, or one that is missing."""

    def __init__(self, message: str, *keys: str) -> None:
        self.message = message
        self.keys = keys


def _parts(data: Any, kind: Any) -> Iterator[tuple[str | int, object, Any]]:
    """What data hold, each part with its key or number and the type that it should have. Raises _Wrong."""
    if isinstance(data, list) and shape(kind) is list:
        yield from ((number, part, get_args(kind)[0]) for number, part in enumerate(data) if get_args(kind))
    elif isinstance(data, dict) and hasattr(get_origin(kind) or kind, "__struct_fields__"):
        known = spelt(kind)
        for key, part in data.items():
            if unknown := no_key(key, kind):
                raise _Wrong(unknown, key)
            yield key, part, known[key].type
        for key, field in known.items():
            if field.required and key not in data:
                raise _Wrong(f"has no `{key}`; {_of_type(field.type, 'description') or 'add it'}")
    elif isinstance(data, dict) and shape(kind) is dict and (inner := get_args(kind)):
        for key, part in data.items():
            yield key, key, inner[0]
            yield key, part, inner[1]


def spelt(kind: type) -> dict[str, FieldInfo]:
    """The fields of a record by the keys that data have for them; one in brackets is none of these."""
    return {field.encode_name: field for field in fields(kind) if not field.encode_name.startswith("(")}


def no_key(key: str, kind: type) -> str:
    """What is wrong with a key of data for a record, '' for nothing."""
    from difflib import get_close_matches

    known = sorted(spelt(kind))
    if key in known:
        return ""
    close = get_close_matches(key, known, n=1)
    return f"is not known; known here: {', '.join(known)}{f' (did you mean {close[0]}?)' if close else ''}"


def _of_type(kind: Any, what: str) -> str:
    """What a type says of data that do not keep to its bounds (`title`), or of a field that is missing
    (`description`)."""
    return next((getattr(one, what) or "" for one in get_args(kind) if isinstance(one, Meta)), "")


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
    return next((one for one in members if shape(one) is type(data)), members[0])


def shape(kind: Any) -> type | None:
    """What data of a type are in a file: text, a list, a mapping, …"""
    kind = _members(kind)[0]
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
    return _NOUNS.get(shape(kind) or NoneType, "")
