"""Reads what is needed out of an answer's objects, and refuses what has another shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash

Row: TypeAlias = Mapping[str, object]


def text(row: Row, *keys: str) -> str:
    """The text at `keys`, each a level deeper. Raises ApiError where there is none."""
    found = optional(row, *keys)
    if not found:
        raise ApiError(Cause.GARBLED, f"Bitbucket's answer has an entry without {'.'.join(keys)}")
    return found


def optional(row: Row, *keys: str) -> str | None:
    """The text at `keys`, None where there is none or null. Raises ApiError where there is something else."""
    found = _at(row, keys)
    if found is None or isinstance(found, str):
        return found
    raise _other(keys)


def flag(row: Row, key: str) -> bool | None:
    found = row.get(key)
    if found is None or isinstance(found, bool):
        return found
    raise _other((key,))


def number(row: Row, key: str) -> int | None:
    """A count, so not negative."""
    found = row.get(key)
    if found is None:
        return None
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**53:
        return found
    raise _other((key,))


def moment(row: Row, *keys: str) -> datetime | None:
    """A date with its time zone."""
    found = optional(row, *keys)
    if found is None:
        return None
    try:
        date = datetime.fromisoformat(found)
    except (ValueError, OverflowError):
        raise _other(keys) from None
    if date.tzinfo is None:
        raise _other(keys)
    return date


def commit(row: Row, *keys: str) -> Hash | None:
    """The name of a commit, None where there is none."""
    found = optional(row, *keys)
    try:
        return Hash(found) if found else None
    except ValueError:
        raise _other(keys) from None


def the_commit(row: Row, *keys: str) -> Hash:
    """The name of a commit. Raises ApiError where there is none."""
    found = commit(row, *keys)
    if found is None:
        raise ApiError(Cause.GARBLED, f"Bitbucket's answer has an entry without {'.'.join(keys)}")
    return found


def rows(document: Row, key: str = "values") -> list[Row]:
    """The objects in the list `key`. Raises ApiError."""
    found = document.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ApiError(Cause.GARBLED, f"Bitbucket's answer has no list of {key}")
    return found


def _at(row: Row, keys: tuple[str, ...]) -> object:
    found: object = row
    for key in keys:
        if found is None:
            return None
        if not isinstance(found, dict):
            raise _other(keys)
        found = found.get(key)
    return found


def _other(keys: tuple[str, ...]) -> ApiError:
    return ApiError(Cause.GARBLED, f"Bitbucket's answer has an entry whose {'.'.join(keys)} is not what it should be")
