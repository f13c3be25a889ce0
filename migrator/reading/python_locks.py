"""The packages that lock files of Python's clients take from a registry, and the names that projects have.

`uv.lock` names the index in the `source` of a package, `poetry.lock` in the table `[package.source]` behind it:
https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, https://python-poetry.org/docs/basic-usage/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.text.patterns import regex

PROJECT = "pyproject.toml"
_RUNS = regex(r"[-_.]+")
_TABLE = "[[package]]"
_NAME = regex(r'name\s?=\s?"([\w.-]{1,200})"')


def locked_packages(text: str, host: str) -> Iterator[str]:
    """The packages of a host, as `host/workspace/name`."""
    address = re.compile(rf"https?://{re.escape(host)}(?::443)?/([\w.-]{{1,100}})", re.IGNORECASE)
    name = ""
    for line in text.splitlines():
        if line.startswith(_TABLE):
            name = ""
        elif not name and (match := _NAME.match(line)):
            name = match[1]
        elif name and (found := address.search(line)):
            yield f"{host}/{found[1]}/{name}"


def project_names(text: str) -> Iterator[str]:
    """The name of a project as indexes spell it, from the text of its `pyproject.toml`; none where that says none."""
    from migrator.text.toml import ConfigurationError, Toml

    try:
        table = Toml(PROJECT, text.encode()).table
    except ConfigurationError:
        return
    tool = table.get("tool")
    for part in (table.get("project"), tool.get("poetry") if isinstance(tool, dict) else None):
        name = part.get("name") if isinstance(part, dict) else None
        if isinstance(name, str):
            yield spelt_in_indexes(name)


def spelt_in_indexes(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return _RUNS.sub("-", name).lower()
