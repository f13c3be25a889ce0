"""Answers of the real Bitbucket, re-made by hand in a small form: the shape is that of public recordings, nothing of
what they say is in here. Values are of `acme` and example.com."""

from __future__ import annotations

from types import ModuleType

from tests.bitbucket.recorded import code, errors, insights, people, reviews, runs
from tests.bitbucket.recorded.recording import Recording


def _of(module: ModuleType) -> list[Recording]:
    return [found for found in vars(module).values() if isinstance(found, Recording)]


RECORDINGS = tuple(one for module in (people, code, reviews, runs, insights, errors) for one in _of(module))


def of(kind: str) -> list[Recording]:
    return [one for one in RECORDINGS if one.kind == kind]
