"""The commands around a toy engine, so that what is tested is the rim: options, files, output, exit codes.

The toy finds `login OLD`, `login RISKY` and `login VAULT`, and calls them safe, unsafe and report-only.
`tests/cli/test_commands.py` runs the same commands around the real engine.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

import migrator
import migrator.engine
import migrator.fixes
import migrator.rulebook
from migrator.cli import main
from migrator.findings.ignores import apply
from migrator.findings.records import Finding, Ownership, Package, Reason, Report, Severity, Skipped, Use, Verdict
from migrator.findings.selection import chosen
from migrator.findings.settings import Fixing, Settings
from migrator.platforms.platform import Platform
from migrator.rulebook.records import RuleBook
from migrator.text.edits import Edit, splice
from migrator.text.source import Position, Source, Span, Undecodable
from migrator.text.view import Unreadable, View
from tests.reports import samples

_LOGIN = re.compile(r"login (OLD|RISKY|VAULT|LITERAL\w+)")
_REASONS = {
    "OLD": (),
    "RISKY": (Reason("foreign-package", Verdict.UNSAFE, "base is read and not pushed", "base"),),
    "VAULT": (Reason("registry-unresolved", Verdict.REPORT_ONLY, "$HOST is not certain", "HOST"),),
}


@dataclass(frozen=True, slots=True)
class Change:
    path: str
    before: bytes
    after: bytes
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FixPlan:
    changes: tuple[Change, ...]
    held: tuple[Finding, ...]
    failures: tuple[str, ...] = ()
    unguarded: tuple[tuple[str, int, str], ...] = ()


def analyse(view: View, pipelines: Sequence[str], book: RuleBook, settings: Settings, platform: Platform) -> Report:
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    sources: dict[str, Source] = {}
    secrets: dict[str, tuple[Span, ...]] = {}
    for path in pipelines:
        try:
            found = Source.decode(path, view.read(path) or b"")
        except (Unreadable, Undecodable) as error:
            skipped.append(Skipped(path, None, str(error)))
            continue
        sources[path] = found
        for match in _LOGIN.finditer(found.text):
            span = Span(*match.span())
            reasons = _REASONS.get(match[1], ())
            findings.append(
                Finding(
                    rule="registry-login",
                    path=path,
                    span=span,
                    position=found.position(span.start),
                    end=found.position(span.end),
                    severity=Severity.WARNING,
                    message="a stored credential is used",
                    reasons=reasons,
                    assumptions=("web is linked to this repository",),
                    uses=(Use(path, found.position(span.start)),),
                    edits=() if match[1] == "VAULT" else (Edit(path, Span(*match.span(1)), "NATIVE"),),
                )
            )
            if match[1].startswith("LITERAL"):
                secrets[path] = (*secrets.get(path, ()), Span(*match.span(1)))
    left, ignored = apply(chosen(findings, settings.select, settings.ignore), sources, settings.today)
    package = Package("crg.apkg.io/acme/web", Ownership.OWN, "pushed here", read=(Use("Dockerfile", Position(1, 6)),))
    return Report(left, tuple(skipped), (package,), sources, secrets, tuple(pipelines), ignored)


def plan(report: Report, fixing: Fixing, writable: Callable[[str], str | None]) -> FixPlan:
    wanted = [
        one
        for one in report.findings
        if one.verdict is Verdict.SAFE or (fixing.unsafe and one.verdict is Verdict.UNSAFE)
        if writable(one.path) is None
    ]
    changes = []
    for path in sorted({one.path for one in wanted}):
        here = tuple(one for one in wanted if one.path == path)
        found = report.sources[path]
        edits = tuple(edit for one in here for edit in one.edits)
        changes.append(Change(path, found.encode(found.text), found.encode(splice(found.text, edits)), edits, here))
    return FixPlan(tuple(changes), tuple(one for one in report.findings if one not in wanted))


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The toy engine in place of the real one; its parts can be replaced further."""
    parts = SimpleNamespace(
        analysis=SimpleNamespace(analyse=analyse),
        applying=SimpleNamespace(plan=plan, Change=Change, FixPlan=FixPlan),
        reading=SimpleNamespace(load=lambda folders=(): samples.BOOK),
    )
    monkeypatch.setattr("migrator.checkouts.pipelines.matters", lambda *_: True)
    for package, name in ((migrator.engine, "analysis"), (migrator.fixes, "applying"), (migrator.rulebook, "reading")):
        part = getattr(parts, name)
        monkeypatch.setitem(sys.modules, f"{package.__name__}.{name}", part)
        monkeypatch.setattr(package, name, part, raising=False)
    return parts


@dataclass(frozen=True, slots=True)
class Run:
    code: int
    out: str
    err: str


Patless = Callable[..., Run]


@pytest.fixture
def patless(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Patless:
    """The command in tmp_path, in this process. Colours are off, as nothing is a terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "PATLESS_DEBUG", "BITBUCKET_CLONE_DIR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Run:
        capsysbinary.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Run(code, out.decode(), err.decode())

    return run


def put(root: Path, **files: str) -> None:
    """Write files; `__` in a name stands for `/`, and `_` for `-`, and each name gets the ending `.yml`."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/').replace('_', '-')}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
