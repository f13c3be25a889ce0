"""Hand-built branches of a fleet, by a few words each."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.findings.records import Ownership, Package, Reason, Severity, Use, Verdict
from migrator.fleet.records import (
    FleetRepository,
    Import,
    LedgerBranch,
    LedgerEntry,
    RepositoryState,
    SeenCommit,
    SeenFinding,
)
from migrator.text.source import Position

PIPELINES = "bitbucket-pipelines.yml"


def at(line: int, path: str = PIPELINES) -> Use:
    return Use(path, Position(line, 15))


def name(package: str) -> str:
    return package if "/" in package else f"crg.apkg.io/acme/{package}"


def pushes(package: str, *lines: int) -> Package:
    return Package(name(package), Ownership.OWN, "pushed", tuple(at(line) for line in lines or (9,)))


def reads(package: str, *lines: int, whose: Ownership = Ownership.FOREIGN) -> Package:
    return Package(name(package), whose, "read", (), tuple(at(line) for line in lines or (8,)))


def reason(code: str, subject: str = "", verdict: Verdict = Verdict.UNSAFE) -> Reason:
    return Reason(code, verdict, f"{subject or 'it'} is in doubt", subject)


def waits(*packages: str, line: int = 7, code: str = "foreign-package") -> SeenFinding:
    """A login that waits for packages to be settled."""
    return finding(line, *(reason(code, name(package)) for package in packages))


def finding(
    line: int = 7,
    *reasons: Reason,
    variables: Sequence[str] = ("PACKAGES_TOKEN",),
    assumptions: Sequence[str] = (),
    remaining: Sequence[str] = (),
) -> SeenFinding:
    return SeenFinding(
        rule="registry-login",
        path=PIPELINES,
        position=Position(line, 15),
        end=Position(line, 60),
        severity=Severity.WARNING,
        verdict=max((one.verdict for one in reasons), key=lambda one: one.strictness, default=Verdict.SAFE),
        message="docker logs in to crg.apkg.io with stored variable $PACKAGES_TOKEN",
        excerpt='docker login crg.apkg.io -p "$PACKAGES_TOKEN"',
        reasons=tuple(reasons),
        assumptions=tuple(assumptions),
        variables=tuple(variables),
        remaining=tuple(remaining),
        registry="crg.apkg.io",
    )


def branch(
    slug: str,
    *of: Package | SeenFinding | Import,
    on: str = "main",
    read: bool = True,
) -> LedgerBranch:
    entry = LedgerEntry(
        FleetRepository(f"{{{slug}}}", "acme", slug, main_branch="main"),
        RepositoryState.SCANNED,
        "2026-11-01T00:00:00Z",
    )
    seen = SeenCommit(
        commit=f"{hash((slug, on)) & 0xFFFFFFFF:040x}",
        by="x",
        findings=tuple(one for one in of if isinstance(one, SeenFinding)),
        packages=tuple(one for one in of if isinstance(one, Package)),
        imports=tuple(one for one in of if isinstance(one, Import)),
        files=1,
    )
    return LedgerBranch(entry, on, seen.commit, seen if read else None)
