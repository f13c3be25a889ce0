"""Which files the steps of a commit lead to, as far as names tell: rather too many than too few."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from migrator.secrets.records import deployment
from migrator.text.source import Source, Undecodable
from migrator.text.yaml import Scalar, YamlError, every_mapping, read_yaml

FILES = 400
"""The most files that are read on the way; with more, every file counts as reached."""
_TOKEN = re.compile(r"[\w.@+-]+")
_GLOB = re.compile(r"(?<![\w.@+*?-])(?=[.*?-]*\w)[\w.@+-]*[*?][\w.@+*?-]*")
"""With a word in it: `*` alone stands for many things in a pipelines file. What stands before a slash is a folder."""
_DEPLOYING = ("deployment", "environment")


def reached(
    begin: Iterable[str],
    wanted: Collection[str],
    paths: Collection[str],
    text: Callable[[str], str],
    programs: Mapping[str, tuple[str, ...]],
) -> frozenset[str]:
    """Those of the `wanted` paths that are reached from the texts of the files `begin`.

    A file is reached where a reached text names it, by its name with or without ending, or the longest word of that, or
    names a program of `programs` that reads it, or the folder that holds it; one at the root, too, where the text has a
    pattern (`*.sh`) for it. One whose name has no word is reached.
    """
    top = [path for path in paths if "/" not in path]
    names: dict[str, set[str]] = {}
    for path in paths:
        *folders, name = path.split("/")
        for key in {name, name.partition(".")[0] or name, *([folders[-1]] if folders else [])}:
            names.setdefault(max(_TOKEN.findall(key), key=len, default=""), set()).add(path)
    found = {*begin, *names.get("", ())}
    pending = list(found)
    read = 0
    while pending:
        read += 1
        if read > FILES:
            return frozenset(wanted)
        content = text(pending.pop())
        led = {path for pattern in set(_GLOB.findall(content)) for path in fnmatch.filter(top, pattern)}
        for token in set(_TOKEN.findall(content)):
            stem = token.rpartition(".")[2] if "." in token else token
            keys = {token, token.partition(".")[0], stem, *programs.get(token, ())}
            led.update(*(names.get(key, ()) for key in keys))
        pending += led - found
        found |= led
    return frozenset(found & set(wanted))


def environments(data: bytes) -> frozenset[str] | None:
    """The deployments that a pipelines file names, as `deployment` spells them; None where that cannot be told.

    A step or stage names one by `deployment` or `environment` (PLATFORM.md 4.1).
    """
    try:
        root = read_yaml(Source.decode("", data))
    except (YamlError, Undecodable):
        return None
    found: set[str] = set()
    for mapping in every_mapping(root):
        for key, item in mapping.entries:
            if isinstance(key, Scalar) and key.value in _DEPLOYING and isinstance(item.node, Scalar):
                if "$" in item.node.value:
                    return None
                found.add(deployment(item.node.value))
    return frozenset(found)
