"""Whether the steps of a repository run what may run or read any file of it: a program that nobody followed."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.findings.settings import Settings
from migrator.flow.events import Command
from migrator.flow.files import FileGraph
from migrator.flow.queries import unfollowed
from migrator.flow.runs import idles
from migrator.ir.paths import Top, matching
from migrator.platforms.platform import Platform
from migrator.reading.repository import Reading
from migrator.rulebook.records import RuleBook
from migrator.text.view import View

_ASKS = frozenset({"-v", "-V", "-version", "--version", "version", "-h", "--help", "help"})
"""What a program is asked about itself, and runs nothing then."""
_SOURCES = ("source", ".")


def may_run_any(view: View, pipelines: Sequence[str], book: RuleBook, settings: Settings, platform: Platform) -> bool:
    """A test runner finds the tests, a build tool the sources, an interpreter what its program loads; a step that
    cannot be read may hold either."""
    reading = Reading(view, book, settings, pipelines, platform, thorough=True)
    shells = [shell for fact in reading.facts for shell in fact.shells]
    if reading.skipped or reading.broken or any(not shell.read or shell.trace.unread for shell in shells):
        return True
    return any(_any(one, reading.files) for shell in shells for one in unfollowed(shell.trace))


def _any(command: Command, files: FileGraph) -> bool:
    """Whether a command may run more than the files that its words name, or its program is known to read."""
    programs = files.programs
    words = [one.text for one in command.arguments]
    carries = command.name in programs.carriers and not idles(command, programs)
    run = files.may_run(command)
    if isinstance(run, Top):
        return True
    if (command.name in programs.inert and not carries) or (words and _ASKS.issuperset(words)):
        return False
    launcher = programs.launcher(command.name)
    if launcher and not launcher.loads.isdisjoint(words):
        return True
    if launcher and launcher.files:
        return bool(matching(run, files.paths))  # what it runs would have been followed
    sourced = words[0] if command.name in _SOURCES and words else None
    return sourced is None or not any(one.fullmatch(sourced) for one in programs.harmless_sources)
