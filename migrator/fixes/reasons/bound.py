"""What else sees the variables that a file names for its client, and that are set in front of its calls."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from migrator.findings.counting import several
from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion
from migrator.ir.paths import Top

_MOST = 4


def bound(context: Context, login: PackagesLogin) -> Opinion:
    """Files of the repository that name them, too: the call may run one. What no file names is taken for granted."""
    command = login.command
    names = tuple(dict.fromkeys(one.variable for one in login.login.sinks))
    shown = f"`{' '.join((command.name, *(word.text or '' for word in command.arguments[:1]))).strip()}`"
    reasons = [
        context.reason("npm-settings", f"{why}, which {shown} hands to what it runs", several(names))
        for why, _ in zip(_naming(context, login, names), range(_MOST), strict=False)
    ]
    granted = (f"nothing that {shown} runs uses {several(names)}",) if not reasons else ()
    return Opinion("what else may see the variables that it is given?", (), tuple(reasons), granted)


def _naming(context: Context, login: PackagesLogin, names: tuple[str, ...]) -> Iterator[str]:
    client = context.book.package_clients[login.login.client]
    found = context.files.holding(names)
    if isinstance(found, Top):
        yield f"patless can't tell which files name {several(names)} ({found.why})"
        return
    for path in sorted(found):
        if posixpath.basename(path) not in client.files and not context.files.is_listing(path):
            text = found[path].lower()
            yield f"{path} names {several(name for name in names if name.lower() in text)}"
