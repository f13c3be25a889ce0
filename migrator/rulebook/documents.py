"""A rule file as YAML, and its parts as records. Errors name file, line, column and key."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from migrator.rulebook import entries
from migrator.rulebook.linear import linear
from migrator.rulebook.records import RuleError
from migrator.text import yaml
from migrator.text.decoding import Misfit, decoded
from migrator.text.files import read_bounded
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable

_MAX_BYTES = 1024 * 1024
_T = TypeVar("_T")


class RuleFile:
    """A rule file; one that is `foreign` is none of the built-in ones. Raises RuleError where it cannot be read, or is
    no YAML mapping."""

    def __init__(self, path: Path, foreign: bool = False) -> None:
        self.path = path
        self.foreign = foreign
        self._hook = partial(entries.read, pattern=linear if foreign else entries.trusted)
        try:
            data = read_bounded(Path(os.path.realpath(path)))
        except Unreadable as error:
            raise RuleError(f"{path}: the rule file cannot be read: {error}") from None
        if data is None:
            raise RuleError(f"{path}: the rule file cannot be read: it is not there any more, or a link to nothing")
        if len(data) > _MAX_BYTES:
            raise RuleError(f"{path}: the rule file is larger than {_MAX_BYTES // 1024} KiB; split it")
        try:
            self._source = Source.decode(str(path), data)
        except Undecodable as error:
            raise RuleError(f"{path}:1:1: {error}") from None
        try:
            root = yaml.read_yaml(self._source)
        except yaml.YamlError as error:
            raise self._error(error.offset, str(error)) from None
        if root is None:
            raise RuleError(f"{path}:1:1: the rule file is empty; write `what:` and the rest, or remove it")
        if not isinstance(root, yaml.Mapping):
            raise self._error(root.span.start, "must be a mapping")
        self._root = root
        self.keys = tuple(key for key, _ in root.items())

    def read(self, kind: type[_T], keys: Iterable[str] | None = None, subject: str = "the file") -> _T:
        """The entries of the file, or those of some keys, as a record. `subject` is what they are in sentences."""
        every: Any = yaml.plain(self._root, flags=True)
        told = {key: part for key, part in every.items() if keys is None or key in keys}
        try:
            return decoded(told, kind, self._hook)
        except Misfit as misfit:
            raise self.error(misfit.path, str(misfit), subject) from None

    def error(self, path: Iterable[str | int], message: str, subject: str = "the file") -> RuleError:
        """About the part of the file that keys and numbers lead to."""
        node: Any = self._root
        name = ""
        for step in path:
            name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
            node = (node.items[step] if isinstance(step, int) else node.get(step)).node
        return self._error(node.span.start, f"`{name}` {message}" if name else f"{subject} {message}")

    def _error(self, offset: int, message: str) -> RuleError:
        position = self._source.position(offset)
        return RuleError(f"{self.path}:{position.line}:{position.column}: {message}")
