"""The packages that lock files of Python's clients take from a registry.

`uv.lock` names the index in the `source` of a package, `poetry.lock` in the table `[package.source]` behind it:
https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, https://python-poetry.org/docs/basic-usage/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.text.patterns import regex

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
