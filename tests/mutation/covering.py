"""Which tests run a line: measured once with coverage.py, a context for each test, and kept between runs."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TextIO

import coverage
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
QUIET = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--no-summary"]
SOURCES = (
    *("mutation/cases.py", "test_rules.py", "lsp/test_again.py", "test_pipe_style.py", "test_pipe_verification.py"),
    *("test_ignores.py", "test_leads.py", "test_prefilter.py", "test_many_steps.py", "engine", "fixes", "fleet"),
    *("flow", "frontends", "platforms", "reading", "rules", "secrets", "sinks", "text", "reports/test_trace.py"),
)
_START = 0.02
_SLOW = ("test_killed.py", "test_many.py", "test_resuming.py", "test_losing.py", "test_storm.py")
"""They start the program anew, or take longer than all others together."""


def files() -> Iterator[str]:
    """The files of tests that are asked, relative to the root."""
    for name in SOURCES:
        path = ROOT / "tests" / name
        for file in sorted(path.rglob("test_*.py")) if path.is_dir() else [path] if path.is_file() else []:
            if file.name not in _SLOW:
                yield file.relative_to(ROOT).as_posix()


class _Recorder:
    """Switches the context at each test, and writes a line for each that passes: how long it took."""

    def __init__(self, measured: coverage.Coverage, kept: TextIO) -> None:
        self.measured, self.kept, self.item, self.taken = measured, kept, "", 0.0

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.measured.switch_context(item.nodeid)
        self.item, self.taken = item.nodeid, 0.0
        yield
        self.measured.switch_context("")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        """What a fixture of a module does, it does for each of its tests, though the first one has it run."""
        if fixturedef.scope != "module":
            yield
            return
        self.measured.switch_context(request.node.nodeid)
        yield
        self.measured.switch_context(self.item)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken += report.duration if report.passed else math.inf
        if report.when == "teardown" and self.taken < math.inf:
            print(f"{self.taken:.3f}", report.nodeid, file=self.kept, flush=True)


def measure(folder: Path, tests: Iterable[str]) -> None:
    """Run the tests in files or nodes and write down what they run, beside what is known of others."""
    data = folder / "coverage"
    measured = coverage.Coverage(data_file=str(data), source=[str(ROOT / "migrator")], config_file=False)
    if data.exists():
        measured.load()
    with (folder / "seconds").open("a") as kept:
        measured.start()
        pytest.main([*QUIET, *tests], plugins=[_Recorder(measured, kept)])
        measured.stop()
        measured.save()


class Covering:
    def __init__(self, folder: Path) -> None:
        self.data = coverage.CoverageData(basename=str(folder / "coverage"))
        self.data.read()
        lines = (line.partition(" ") for line in (folder / "seconds").read_text().splitlines())
        self.seconds = {test: float(taken) for taken, _, test in lines}
        self.by_line = cache(self._by_line)
        self.of: dict[str, set[str]] = {}
        for test in self.seconds:
            self.of.setdefault(test.partition("::")[0], set()).add(test)

    def tests(self, module: str, line: int) -> list[str]:
        """The tests that a change of the line may fail, those first that run, for their time, what few do."""
        place = _Place.of((ROOT / module).read_text(), line)
        by_line = self.by_line(module)
        found = by_line.get(line, set()) if place.names is None else set(self._naming(place.names))
        if not found:
            found = set().union(*(by_line.get(one, ()) for one in place.lines))
        near = dict.fromkeys(found & self.seconds.keys(), 0.0)
        for tests in (by_line.get(one, set()) for one in place.around):
            for test in tests & near.keys():
                near[test] += 1 / len(tests)
        return sorted(near, key=lambda test: ((self.seconds[test] + _START) / (near[test] + 1e-6), test))

    def _by_line(self, module: str) -> dict[int, set[str]]:
        by_line = self.data.contexts_by_lineno(str(ROOT / module))
        return {line: set().union(*(self.of.get(one, {one}) for one in found)) for line, found in by_line.items()}

    def _naming(self, names: frozenset[str]) -> Iterator[str]:
        """What is made at import, or once, shows where its name is used."""
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        for path, lines in _modules():
            if used := [number for number, text in enumerate(lines, 1) if pattern.search(text)]:
                by_line = self.by_line(path.relative_to(ROOT).as_posix())
                for number in used:
                    yield from by_line.get(number, ())


@cache
def _modules() -> list[tuple[Path, list[str]]]:
    return [(path, path.read_text().splitlines()) for path in sorted((ROOT / "migrator").rglob("*.py"))]


class _Place:
    """Where a line stands: the lines of its statement, those of the function around it, and by which names it
    is used if no call runs it."""

    def __init__(self, lines: range, around: range, names: frozenset[str] | None) -> None:
        self.lines, self.around, self.names = lines, around, names

    @classmethod
    def of(cls, source: str, line: int) -> _Place:
        node: ast.AST = ast.parse(source)
        lines, names = range(line, line + 1), frozenset[str]()
        around = range(1, source.count("\n") + 2)
        called = False
        while inner := next((one for one in _statements(node) if one.lineno <= line <= (one.end_lineno or 0)), None):
            node, lines = inner, range(inner.lineno, (inner.end_lineno or 0) + 1)
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                called = line >= inner.body[0].lineno and not any(
                    "cache" in ast.unparse(one) for one in inner.decorator_list
                )
                names, around = frozenset({inner.name}), lines
            elif not called:
                names = frozenset(_bound(inner)) or names
        return cls(lines, around, None if called else names)


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.stmt):
            yield one
        elif isinstance(one, (ast.match_case, ast.ExceptHandler)):
            yield from _statements(one)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
