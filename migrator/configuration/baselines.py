"""The file of a baseline: JSON, a finding a line, so that a change to it can be read in a diff."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrator.findings.records import BaselineEntry
from migrator.text.files import read_bounded
from migrator.text.toml import ConfigurationError
from migrator.text.view import Unreadable

SCHEMA_VERSION = 1
_MAX_COUNT = 1_000_000
_KEYS = ("rule", "path", "snippet")


def read(path: Path) -> Counter[BaselineEntry] | None:
    """How many of each finding the file at `path` holds, None where there is none. Raises ConfigurationError."""
    try:
        data = read_bounded(path.resolve())
    except Unreadable as error:
        raise ConfigurationError(f"{path}: cannot read the baseline: {error}") from None
    return None if data is None else parse(str(path), data)


def parse(name: str, data: bytes) -> Counter[BaselineEntry]:
    """As `read`, from the bytes of the file that errors call `name`. Raises ConfigurationError."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise _wrong(name, "it is not JSON") from None
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
        raise _wrong(name, f"its schema_version is not {SCHEMA_VERSION}")
    listed = document.get("findings")
    if not isinstance(listed, list):
        raise _wrong(name, "its `findings` is not a list")
    found = Counter[BaselineEntry]()
    for number, one in enumerate(listed, start=1):
        entry, count = _entry(one)
        if entry is None:
            raise _wrong(name, f"its finding {number} lacks rule, path, snippet, or count")
        found[entry] += count
    return found


def text(baseline: Mapping[BaselineEntry, int]) -> str:
    """The content of the file."""
    lines = [
        "    " + json.dumps({"rule": one.rule, "path": one.path, "snippet": one.snippet, "count": count})
        for one, count in sorted(baseline.items())
    ]
    listed = "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "schema_version": {SCHEMA_VERSION},\n  "findings": {listed}\n}}\n'


def _entry(one: Any) -> tuple[BaselineEntry | None, int]:
    if (
        not isinstance(one, dict)
        or set(one) != {*_KEYS, "count"}
        or not all(isinstance(one[key], str) for key in _KEYS)
    ):
        return None, 0
    count = one["count"]
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MAX_COUNT:
        return None, 0
    return BaselineEntry(*(one[key] for key in _KEYS)), count


def _wrong(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: not a baseline: {what}; run `patless check --write-baseline` to write one")
