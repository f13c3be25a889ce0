"""Which pipelines a new branch and its pull request start, and whether one of them publishes or deploys. Pure.

https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/: the pipeline of the first matching
pattern of `branches`, else `default`; those of `pull-requests` besides. `triggers` start custom ones on events.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from migrator.platforms.bitbucket.names import SCRIPTS
from migrator.rulebook import reading as rulebook
from migrator.rulebook.documents import RuleFile
from migrator.rulebook.entries import RuleEntry
from migrator.text import yaml
from migrator.text.patterns import regex
from migrator.text.source import Source, Undecodable
from migrator.text.yaml import Node, Scalar, YamlError, read_yaml

_PARTS = regex(r"&&|\|\||[;|&\n]")
_VALUES = regex(r"(?<!\S)[A-Za-z_][A-Za-z0-9_]*=\S*+\s+")
_GLOB = regex(r"(\*\*|\*|\?|\{[^{}]*\})")
_LONGEST = 4096


class Releases(RuleEntry, frozen=True):
    """What `rules/releases` says: `keys` of a step or stage, beginnings of commands, pipes that do not count."""

    keys: frozenset[str] = frozenset()
    commands: tuple[str, ...] = ()
    quiet_pipes: tuple[str, ...] = ()


class Release(Struct, frozen=True, order=True):
    """A pipeline that would start, such as `branches.**`, and the first thing in it that publishes or deploys."""

    pipeline: str
    what: str


@lru_cache(maxsize=4)
def load(directories: tuple[Path, ...] = ()) -> Releases:
    """The built-in ones and those in the folder `releases` of the given directories of rules. Raises RuleError."""
    folders = [directory / "releases" for directory in (rulebook.built_in(), *directories)]
    files = [RuleFile(path).read(Releases) for folder in folders for path in sorted(folder.glob("*.yml"))]
    return Releases(
        frozenset(key for file in files for key in file.keys),
        tuple(command for file in files for command in file.commands),
        tuple(pipe for file in files for pipe in file.quiet_pipes),
    )


def releases(data: bytes, branch: str, known: Releases) -> tuple[Release, ...]:
    """What a push of `branch` would publish or deploy, by the pipelines file `data`; nothing where it cannot be read,
    for then nothing starts."""
    try:
        root = read_yaml(Source.decode("", data))
    except (YamlError, Undecodable):
        return ()
    found = (Release(name, what) for name, node in _started(root, branch) for what in _released(node, known))
    first: dict[str, Release] = {}
    for one in found:
        first.setdefault(one.pipeline, one)
    return tuple(first.values())


def matches(pattern: str, branch: str) -> bool:
    """As Bitbucket's globs: `*` stays within a part of the name, `**` does not, `{a,b}` is either. One that is longer
    than the longest name may match.

    Simulates the pattern's automaton: a regular expression with as many stars takes time without bounds.
    """
    if len(pattern) > _LONGEST:
        return True
    at = {0}
    for part in _GLOB.split(pattern):
        at = _after(part, branch, at)
        if not at:
            return False
    return len(branch) in at


def _after(part: str, branch: str, at: set[int]) -> set[int]:
    """Where a match of a part may end that begins at any of the places `at`."""
    if part == "**":
        return set(range(min(at), len(branch) + 1))
    if part == "*":
        reached: set[int] = set()
        for place in range(len(branch) + 1):
            if place in at or (place - 1 in reached and branch[place - 1] != "/"):
                reached.add(place)
        return reached
    if part == "?":
        return {place + 1 for place in at if place < len(branch) and branch[place] != "/"}
    words = part[1:-1].split(",") if part.startswith("{") and part.endswith("}") else [part]
    return {place + len(word) for word in words for place in at if branch.startswith(word, place)}


def _started(root: Node | None, branch: str) -> Iterator[tuple[str, Node]]:
    pipelines = _at(root, "pipelines")
    branches = list(_entries(_at(pipelines, "branches")))
    named = [(f"branches.{pattern}", node) for pattern, node in branches if matches(pattern, branch)]
    yield from named or ((key, node) for key, node in _entries(pipelines) if key == "default")
    for pattern, node in _entries(_at(pipelines, "pull-requests")):
        if matches(pattern, branch):
            yield f"pull-requests.{pattern}", node
    if _at(root, "triggers") is not None:
        for name, node in _entries(_at(pipelines, "custom")):
            yield f"custom.{name}", node


def _released(root: Node, known: Releases) -> Iterator[str]:
    """What stands in there, in the order of the file."""
    pending: list[tuple[str, Node, bool]] = [("", root, False)]
    while pending:
        key, node, within = pending.pop()
        within = within or key in SCRIPTS
        if key in known.keys:
            yield f"{key}: {node.value}" if isinstance(node, Scalar) else key
        elif isinstance(node, yaml.Sequence):
            pending += [("", item.node, within) for item in reversed(node.items)]
        elif within:
            yield from _commands(node, known)
        else:
            pending += reversed([(name, child, False) for name, child in _entries(node)])


def _commands(node: Node, known: Releases) -> Iterator[str]:
    """What an item of a script does."""
    if isinstance(node, Scalar):
        for part in _PARTS.split(node.value):
            words = " ".join(_VALUES.sub("", part.strip()).removeprefix("sudo ").split())
            yield from (word for word in known.commands if f"{words} ".startswith(f"{word} "))
    elif isinstance(pipe := _at(node, "pipe"), Scalar):
        name = pipe.value.removeprefix("docker://").partition(":")[0]
        if name not in known.quiet_pipes:
            yield f"pipe: {pipe.value}"


def _at(node: Node | None, key: str) -> Node | None:
    item = node.get(key) if isinstance(node, yaml.Mapping) else None
    return item.node if item else None


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, yaml.Mapping):
        yield from ((key, item.node) for key, item in node.items())
