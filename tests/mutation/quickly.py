"""Mutants of functions, asked in forks of one process that has imported the product and collected the tests.

A function gets the changed code in place of its own. What runs at import can't be changed so: `running` asks that.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from tests.mutation.covering import QUIET, ROOT
from tests.mutation.operators import Mutant

_LONGER, _START = 3, 5


class Unchangeable(Exception):
    """The change is in no function, or it changes which variables a function shares with those around it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A mutant, the tests that it is asked of, and how many seconds these take without it."""

    mutant: Mutant
    tests: Sequence[str]
    seconds: float


UNCHANGEABLE = "-"


def answers(questions: Sequence[Question], folder: Path) -> Iterator[str | None]:
    """Of each question the test that failed, or what else stopped the mutant; None where all passed, and UNCHANGEABLE
    for a mutant that can't be asked here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            _serve(questions, folder, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        for _ in questions:
            line = told.readline()
            if not line:
                raise RuntimeError("the process that collects the tests has ended")
            yield line.rstrip("\n") or None
    os.waitpid(child, 0)


def _serve(questions: Iterable[Question], folder: Path, writing: int) -> None:
    import migrator

    for module in pkgutil.walk_packages(migrator.__path__, "migrator."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    files = dict.fromkeys(test.partition("::")[0] for one in questions for test in one.tests)
    pytest.main([*QUIET, f"--basetemp={folder / 'work'}", *files], plugins=[_Server(questions, writing)])


class _Server:
    """Answers instead of running the tests."""

    def __init__(self, questions: Iterable[Question], writing: int) -> None:
        self.questions, self.writing = questions, writing

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        asked = _Asked(session)
        for one in self.questions:
            try:
                answer = asked.run(one) or ""
            except Unchangeable:
                answer = UNCHANGEABLE
            os.write(self.writing, " ".join(answer.split()).encode() + b"\n")
        return True


class _Asked:
    def __init__(self, session: pytest.Session) -> None:
        self.items = {item.nodeid: item for item in session.items}
        self.functions: dict[tuple[str, int, str], list[FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(str(ROOT / "migrator")):
                self.functions.setdefault(_key(one.__code__), []).append(one)
        gc.freeze()

    def run(self, question: Question) -> str | None:
        """Raises Unchangeable."""
        changes = self._changes(question.mutant)
        items = [self.items[test] for test in question.tests if test in self.items]
        if not items:
            raise Unchangeable
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                os.close(reading)
                for function, code in changes:
                    function.__code__ = code
                self._ask(items, writing)
            except BaseException as error:
                os.write(writing, f"error {type(error).__name__}: {error}"[:300].encode())
            finally:
                os._exit(0)
        os.close(writing)
        done = _waited(child, time.monotonic() + _LONGER * question.seconds + _START)
        with os.fdopen(reading, "rb") as told:
            failed = told.read().decode(errors="replace")
        return failed or (None if done else "time")

    def _ask(self, items: Sequence[pytest.Item], writing: int) -> None:
        items[0].config.pluginmanager.register(_Failing(writing))
        for item, after in zip(items, [*items[1:], None], strict=False):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _changes(self, mutant: Mutant) -> list[tuple[FunctionType, CodeType]]:
        path = str(ROOT / mutant.module)
        source = Path(path).read_text()
        old = compile(source, path, "exec", dont_inherit=True)
        new = compile(mutant.of(source), path, "exec", dont_inherit=True)
        found = []
        for one, other in _changed(old, new):
            for function in self.functions.get(_key(one), ()):
                if function.__code__.co_freevars != other.co_freevars:
                    raise Unchangeable
                found.append((function, other))
        if not found:
            raise Unchangeable
        return found


def _changed(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The pairs of functions that differ, or hold what differs; nothing where what holds functions differs itself."""
    ours = [one for one in old.co_consts if isinstance(one, CodeType)]
    theirs = [one for one in new.co_consts if isinstance(one, CodeType)]
    if old.co_name != "<module>" and old.co_flags & 2:
        if old != new:
            yield old, new
        for one, other in zip(ours, theirs, strict=False):
            if one != other and one.co_name == other.co_name:
                yield from _changed(one, other)
        return
    if (
        len(ours) != len(theirs)
        or old.co_code != new.co_code
        or _plain(old) != _plain(new)
        or old.co_names != new.co_names
    ):
        raise Unchangeable
    for one, other in zip(ours, theirs, strict=True):
        if one != other:
            yield from _changed(one, other)


def _plain(code: CodeType) -> list[object]:
    """What the code does, besides what the functions in it do."""
    constants = [(type(one), one) for one in code.co_consts if not isinstance(one, CodeType)]
    return [code.co_code, code.co_names, *constants]


def _key(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_qualname


def _waited(child: int, deadline: float) -> bool:
    while time.monotonic() < deadline:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done:
            _kill(child)
            return True
        time.sleep(0.002)
    _kill(child)
    os.waitpid(child, 0)
    return False


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


class _Failing:
    def __init__(self, writing: int) -> None:
        self.writing = writing

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.writing, report.nodeid.encode())
            os._exit(0)
