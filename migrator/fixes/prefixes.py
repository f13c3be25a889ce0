"""Assignments in front of a command, `NAME="$NATIVE" command`: they hold for what it runs, and for nothing else.

https://www.gnu.org/software/bash/manual/html_node/Environment.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point
from migrator.flow.events import Command, Flow
from migrator.frontends.shell.assigning import starts
from migrator.frontends.shell.programs import lower
from migrator.reading.scripts import Script
from migrator.text.patterns import regex
from migrator.text.source import Span

_SHELL = "shell"
"""The reader of such files, as a launcher names it."""
_FIXED = regex(r"\b(?:readonly|(?:declare|typeset) -\w{0,9}r)[^\n;&|]{0,500}")


def calls(script: Script) -> frozenset[int]:
    """Where calls stand in a script, and not in a text that it has run. Raises ProgramError."""
    return _calls(script.text)


@lru_cache(maxsize=4)
def _calls(text: str) -> frozenset[int]:
    """Each login of a script asks."""
    return frozenset(starts(lower(text)))


def calls_of_files(trace: Flow) -> set[int]:
    """The same of files of shell that a script runs."""
    return starts(node for one in trace.called if one.launcher.reader == _SHELL for node in one.statements)


def is_called(login: PackagesLogin) -> bool:
    """Whether a call that takes variables stands in a file that the step starts: that call is given them, then."""
    part = login.shell.script.part(login.command.span.start)
    return bool(login.login.bound and login.login.variables and part is not None and part.launcher)


def is_read_only(script: Script, name: str) -> bool:
    """Whether the step may keep a variable from being set, in front of a command, too."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    texts = (script.text, *(part.source.text for part in script.called))
    return any(word.search(found[0]) for text in texts for found in _FIXED.finditer(text))


def in_front(call: Command, given: Mapping[str, str]) -> Point:
    """The assignments of expressions, by the names that are set, in front of the call's first word."""
    text = "".join(f"{name}={expression} " for name, expression in given.items())
    return Point(Span(call.span.start, call.span.start), text)
