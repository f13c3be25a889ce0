"""Scripts that are followed abstractly, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.flow import interpreter
from migrator.flow.events import Command, Flow
from migrator.rulebook import reading as rulebook

BOOK = rulebook.load()


def follow(text: str, files: Mapping[str, str] | None = None) -> Flow:
    return interpreter.follow(text, BOOK.programs, {}, (files or {}).get, BOOK.built_in.clone)


def command(text: str, name: str | None = None) -> Command:
    """The last command of a script, or the last one of that name."""
    return [one for one in follow(text).commands if name in (None, one.name)][-1]
