"""From the name of a package as an analysis gives it to the one that a registry is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.findings.records import PackageType
from migrator.text.patterns import regex

_KNOWN = ("BITBUCKET_WORKSPACE", "BITBUCKET_REPO_SLUG")
"""The variables that stand for the running repository itself; another one may have changed within a step."""
_VARIABLE = regex(r"\$([A-Za-z_][A-Za-z0-9_]*)")
# https://distribution.github.io/distribution/spec/api/#overview
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = regex(rf"{_PART}(?:/{_PART})+")
# https://github.com/npm/validate-npm-package-name and https://packaging.python.org/specifications/name-normalization/
_NPM = regex(rf"{_PART}/(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
_PYTHON = regex(rf"{_PART}/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_LONGEST = 255


class NotResolved(Exception):
    """The registry cannot be asked for this name. The message is a clause that says why."""


def resolved(name: str, environment: Mapping[str, str], kind: PackageType = PackageType.CONTAINER) -> str:
    """`name` with the running repository's own workspace and slug. Raises NotResolved."""

    def value(match: re.Match[str]) -> str:
        known = environment.get(match[1], "") if match[1] in _KNOWN else ""
        if not known:
            where = "is not set here" if match[1] in _KNOWN else "is known only inside of its step"
            raise NotResolved(f"not asked: ${match[1]} in the name {where}")
        return known

    full = _VARIABLE.sub(value, name)
    path = full.partition("/")[2]
    if kind is not PackageType.CONTAINER and "/" not in path:
        raise NotResolved("not asked: the step names the registry, and no package of it")
    if len(path) > _LONGEST or not _is_name(path, kind):
        raise NotResolved("not asked: not a valid package name")
    return full


def _is_name(path: str, kind: PackageType) -> bool:
    if kind is PackageType.NPM:
        return _NPM.fullmatch(path) is not None
    if kind is PackageType.PYTHON:
        return _PYTHON.fullmatch(path) is not None
    return _PATH.fullmatch(path) is not None
