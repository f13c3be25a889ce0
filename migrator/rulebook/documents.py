"""A rule file as YAML nodes that know their place, so that an error names file, line, column and key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from migrator.rulebook.linear import linear
from migrator.rulebook.records import RuleError
from migrator.text import yaml
from migrator.text.files import read_bounded
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable

_MAX_BYTES = 1024 * 1024


class Node:
    """A YAML node with the file and key that it was found under."""

    def __init__(self, file: Document, node: yaml.Node, key: str) -> None:
        self.file = file
        self.node = node
        self.key = key

    def error(self, message: str) -> RuleError:
        position = self.file.source.position(self.node.span.start)
        key = f"`{self.key}` " if self.key else ""
        return RuleError(f"{self.file.path}:{position.line}:{position.column}: {key}{message}")

    def mapping(self, known: Iterable[str] | None = None) -> dict[str, Node]:
        if not isinstance(self.node, yaml.Mapping):
            raise self.error("must be a mapping")
        found = {}
        allowed = None if known is None else set(known)
        for key, item in self.node.items():
            path = f"{self.key}.{key}" if self.key else key
            node = Node(self.file, item.node, path)
            if allowed is not None and key not in allowed:
                raise node.error(f"is not known; known here: {', '.join(sorted(allowed))}")
            found[key] = node
        return found

    def items(self) -> list[Node]:
        if not isinstance(self.node, yaml.Sequence):
            raise self.error("must be a list")
        return [Node(self.file, item.node, f"{self.key}[{i}]") for i, item in enumerate(self.node.items)]

    def text(self) -> str:
        if not isinstance(self.node, yaml.Scalar) or self.node.is_null:
            raise self.error("must be text")
        return self.node.value

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def several(self) -> tuple[str, ...]:
        """Text, or a list of it."""
        return self.texts() if isinstance(self.node, yaml.Sequence) else (self.text(),)

    def switches(self) -> tuple[str, ...]:
        """A list of switches; `true` for something that needs none."""
        if isinstance(self.node, yaml.Sequence):
            return self.texts()
        if not isinstance(self.node, yaml.Scalar) or self.node.value != "true":
            raise self.error("must be a list of switches, or true")
        return ()

    def flag(self) -> bool:
        text = self.text()
        if text not in ("true", "false"):
            raise self.error("must be true or false")
        return text == "true"

    def number(self) -> int:
        text = self.text()
        if not text.isdigit() or len(text) > 3:
            raise self.error("must be a number from 0 to 999")
        return int(text)

    def pattern(self) -> re.Pattern[str]:
        text = self.text()
        try:
            return linear(text) if self.file.foreign else re.compile(text)
        except (re.error, ValueError) as error:
            raise self.error(str(error)) from None

    def choice(self, choices: Iterable[str]) -> str:
        text = self.text()
        if text not in choices:
            raise self.error(f"must be one of {', '.join(choices)}")
        return text


class Document:
    """A rule file; one that is `foreign` is none of the built-in ones. Raises RuleError where it cannot be read, or is
    no YAML."""

    def __init__(self, path: Path, foreign: bool = False) -> None:
        self.path = path
        self.foreign = foreign
        try:
            data = read_bounded(Path(os.path.realpath(path)))
        except Unreadable as error:
            raise RuleError(f"{path}: the rule file cannot be read: {error}") from None
        if data is None:
            raise RuleError(f"{path}: the rule file cannot be read: it is not there any more, or a link to nothing")
        if len(data) > _MAX_BYTES:
            raise RuleError(f"{path}: the rule file is larger than {_MAX_BYTES // 1024} KiB; split it")
        try:
            self.source = Source.decode(str(path), data)
        except Undecodable as error:
            raise RuleError(f"{path}:1:1: {error}") from None
        try:
            root = yaml.read_yaml(self.source)
        except yaml.YamlError as error:
            position = self.source.position(error.offset)
            raise RuleError(f"{path}:{position.line}:{position.column}: {error}") from None
        if root is None:
            raise RuleError(f"{path}:1:1: the rule file is empty; write `what:` and the rest, or remove it")
        self.root = Node(self, root, "")


def members(entries: dict[str, Node], key: str) -> frozenset[str]:
    """The texts of a list among the entries of a mapping, none where it is not there."""
    return frozenset(entries[key].texts()) if key in entries else frozenset()
