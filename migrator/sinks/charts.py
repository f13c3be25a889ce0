"""Names of charts that are pushed: the registry is told where to, and the chart's own file says what it is called.

https://helm.sh/docs/topics/registries/#the-push-subcommand
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from migrator.ir.values import Value
from migrator.sinks.uses import Files
from migrator.sinks.values import known_start
from migrator.text.patterns import regex

_FILE = "Chart.yaml"
_MOST = 50
"""The most charts of a repository that are looked at."""
_NAME = regex(r"^name:[ \t]*[\"']?([\w.-]+)[\"']?[ \t\r]*(?:#.*)?$", re.MULTILINE)


def chart_name(archive: Value, files: Files) -> str:
    """The name of the chart of the repository that an archive holds, `name-version.tgz`; '' where that is not known."""
    starts = {posixpath.basename(known_start(row)) for row in archive.alternatives}
    charts = set(_names(files))
    names = [name for name in charts if all(_of(name, start, charts) for start in starts)]
    return max(names, key=len, default="")


def _of(name: str, start: str, charts: Collection[str]) -> bool:
    """Where the version is not known, it may be the rest of a longer name."""
    rest = start.removeprefix(f"{name}-")
    if rest == start or not (not rest or rest[0].isdigit() or rest[0] in "*$"):
        return False
    return rest[:1].isdigit() or not any(one.startswith(f"{name}-") for one in charts)


def _names(files: Files) -> Iterator[str]:
    charts = [path for path in files.listed() if posixpath.basename(path) == _FILE]
    for path in charts if len(charts) <= _MOST else ():
        if found := _NAME.search(files.read(path) or ""):
            yield found[1]
