"""The one place where exceptions become a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from migrator.cli import console, exits
from migrator.options import UsageError
from migrator.text.mask import printable

_ELSEWHERE = (
    ("migrator.bitbucket.errors", "ApiError", exits.REFUSED),
    ("migrator.bitbucket.errors", "SetUpError", exits.USAGE),
    ("migrator.repositories.git", "GitMissing", exits.USAGE),
    ("migrator.secrets.plan", "PlanError", exits.UNREADABLE),
    ("migrator.secrets.keeping", "NotKept", exits.UNREADABLE),
    ("migrator.secrets.signing", "SigningError", exits.USAGE),
    ("migrator.fleet.ledger", "LedgerError", exits.USAGE),
    ("migrator.fleet.undoing", "NotUndone", exits.LEFT),
)
"""Errors of parts that few commands use: where one is raised, its module has been imported."""


def guarded(run: Callable[[], int]) -> int:
    """The exit code of `run`, with every exception turned into a line on standard error and its code."""
    try:
        code = run()
    except KeyboardInterrupt:
        console.err(["patless: interrupted; no file is half written"])
        code = exits.INTERRUPTED
    except Exception as error:
        code = report(error)
    console.finish()
    return code


def report(error: Exception) -> int:
    """Say what went wrong, and return the exit code for it."""
    lines, code = told(error)
    console.err(lines)
    return code


def sentence(error: Exception) -> str:
    """What went wrong, without the program's name."""
    return told(error)[0][0].removeprefix("patless: ")


def told(error: Exception) -> tuple[list[str], int]:
    """The lines that say what went wrong, and the exit code for it."""
    from migrator.configuration.reading import ConfigurationError
    from migrator.repositories.git import GitError
    from migrator.rulebook.records import RuleError

    if isinstance(error, (UsageError, ConfigurationError, RuleError, GitError)):
        return [f"patless: {printable(str(error))}"], exits.UNREADABLE if isinstance(error, GitError) else exits.USAGE
    for module, name, code in _ELSEWHERE:
        if module in sys.modules and isinstance(error, getattr(sys.modules[module], name)):
            return [f"patless: {printable(str(error))}"], code
    if isinstance(error, OSError) and _nowhere():
        return ["patless: the current folder no longer exists; change to another one"], exits.USAGE
    if isinstance(error, OSError):
        from migrator.repositories import disk

        if disk.is_of_the_disk(error):
            named = isinstance(error.filename, (str, bytes))
            refused = disk.refused(error, Path(os.fsdecode(error.filename))) if named else _output(error)
            return [f"patless: {printable(refused)}"], exits.UNREADABLE
    return _internal(error), exits.INTERNAL


def _output(error: OSError) -> str:
    """Files have names, so it is what is printed."""
    from migrator.repositories import disk

    words = "no space left where" if disk.is_full(error) else f"{error.strerror or type(error).__name__} where"
    return f"{words} the output goes; fix that, and {disk.AGAIN}"


def _nowhere() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _internal(error: Exception) -> list[str]:
    """Never the exception's own text: it may quote a scanned file, and so a credential."""
    name = type(error).__name__
    lines = [
        f"patless: internal error ({name}{_where(error.__traceback__)}); nothing more was done. This is a fault in "
        "patless: please report it to its maintainers with the output of the same command under PATLESS_DEBUG=1."
    ]
    if os.environ.get("PATLESS_DEBUG") == "1":
        from traceback import format_tb

        lines += [line.rstrip("\n") for line in format_tb(error.__traceback__)]
        lines.append(name)
    return lines


def _where(trace: TracebackType | None) -> str:
    from traceback import extract_tb

    frames = extract_tb(trace)
    return f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
