"""One mutant and its tests in a process of its own, forked before any module of the product is imported."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest

from tests import fixtures_support
from tests.mutation.covering import QUIET, ROOT
from tests.mutation.operators import Mutant
from tests.mutation.quickly import Question

_PARTS = (
    *("hypothesis", "jinja2", "libcst", "libcst.metadata", "msgspec", "openapi_core", "requests", "rich.console"),
    *("ruamel.yaml", "syrupy", "typer.main", "yaml"),
)
_LONGER, _START = 3, 30


def prepare() -> None:
    """Import what is the same for every mutant."""
    for name in _PARTS:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    fixtures_support.cases()
    assert not any(name.partition(".")[0] == "migrator" for name in sys.modules)


def run(question: Question, folder: Path) -> str | None:
    """The test that failed, or what else stopped the mutant; None where all tests passed."""
    mutant, tests = question.mutant, question.tests
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 3
        try:
            os.setsid()
            code = _child(mutant, tests, writing, folder)
        finally:
            os._exit(code)
    os.close(writing)
    code = _waited(child, time.monotonic() + _LONGER * question.seconds + _START)
    with os.fdopen(reading, "rb") as told:
        failed = told.read().decode()
    if code in (4, 5):
        raise RuntimeError(f"{mutant.name}: pytest found no test to run ({code})")
    return None if code == 0 else "time" if code is None else failed or f"an error before the tests ({code})"


def _waited(child: int, deadline: float) -> int | None:
    """The exit code; None where it was stopped because it took too long."""
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _child(mutant: Mutant, tests: Sequence[str], writing: int, folder: Path) -> int:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _mutate(mutant)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    arguments = [*QUIET, "-x", f"--basetemp={folder / 'work'}", *files]
    return int(pytest.main(arguments, plugins=[_Chosen(tests, writing)]))


def _mutate(mutant: Mutant) -> None:
    """The loader compiles the changed text wherever the module is imported."""
    path = str(ROOT / mutant.module)
    changed = mutant.of(Path(path).read_text())
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return compile(changed, path, "exec", dont_inherit=True) if self.path == path else original(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class _Chosen:
    """Keeps the tests that were chosen, in their order, and tells which one failed."""

    def __init__(self, tests: Sequence[str], writing: int) -> None:
        self.order, self.writing = {test: number for number, test in enumerate(tests)}, writing

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((one for one in items if one.nodeid in self.order), key=lambda one: self.order[one.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.writing, report.nodeid.encode())
