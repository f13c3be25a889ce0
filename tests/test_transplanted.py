"""The corpus with its logins made logins to Packages: how many are safe, and that in real bash none of these is wrong.

PATLESS_CORPUS names a folder of repositories with pipelines files. Steps with a safe login are run, among stand-ins for
all programs that touch the world: what is read there are scripts that people have looked through.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from migrator.findings.records import Finding, Report, Verdict
from migrator.text.source import Source
from tests.differential import harness
from tests.differential.test_generated import leaks
from tests.memory import planned, report_on
from tests.transplanted import FILE, Place, Tree, trees

CORPUS = os.environ.get("PATLESS_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="PATLESS_CORPUS is not set")

LOGINS = 87
LEAST_SAFE = 54
"""Version 1, on the same trees, calls 53 of the 87 logins safe: 61 %. What it was counted on by hand, 73 % of 91, was
another choice of logins from the same files."""
VARIABLES = {"AWS_REGION": "eu-west-1", "PROJECT": "web", "STACKNAME": "web", "STAGE": "dev"}
UNREACHED = "4Science__parer"
"""Its step runs a program that it has downloaded, which a stand-in does not bring."""
FILES = {
    ".env": b"",
    "ci-scripts/bump-version.sh": b"#!/bin/sh\n",
    "ci-scripts/git-push.sh": b"#!/bin/sh\n",
    "api/docker/compose.sh": b"",
    "front/docker/compose.sh": b"",
    "pipeline/install-package.sh": b"",
    "dist/apps/auth-app/main.js": b"",
    "dist/apps/project-service/main.js": b"",
    "dist/apps/survey-app/main.js": b"",
}
"""What steps want before they log in: what runs has it, and what is judged has not."""

_NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "dev+ci@acme.example", "BITBUCKET_PACKAGES_TOKEN": 't*k$HOME\\t"q#z'}
_MARKED = {name: f"native-{value}" for name, value in _NATIVE.items()}
_BRIDGED = re.compile(r'(\w+)="\$(BITBUCKET_PACKAGES_\w+)"')
_OUTSIDE = re.compile(r">\s*/(?!dev/)|\b(?:rm|mv|cp|ln|tee|chmod|mkdir|touch)\b[^\n;&|]*\s/(?!dev/)")
"""A file outside of the clone that a step would write: such a step is not run."""


@dataclass(frozen=True)
class Judged:
    tree: Tree
    report: Report

    @property
    def verdicts(self) -> dict[str, str]:
        """Of each login its verdict and its reasons, by its place."""
        return {f"{place.path}:{place.line}": _shown(self.at(place)) for place in self.tree.logins}

    def at(self, place: Place) -> list[Finding]:
        """The findings of a login: where it stands, or where the step hands on the file that it stands in."""
        found = self.report.findings
        here = [one for one in found if one.path == place.path and one.position.line <= place.line <= one.end.line]
        handed = [one for one in found if one.path == FILE and self.line(one).endswith(f" {place.path}")]
        return here or handed

    def line(self, finding: Finding) -> str:
        return self.tree.files[finding.path].decode(errors="replace").split("\n")[finding.position.line - 1]

    @property
    def after(self) -> Mapping[str, bytes]:
        return {**self.tree.files, **{change.path: change.after for change in planned(self.report).changes}}

    @property
    def stored(self) -> dict[str, str]:
        """The value of each stored variable of the safe logins: the one that a native variable stands for."""
        found: dict[str, str] = {}
        for finding in self.report.findings:
            if finding.verdict is Verdict.SAFE:
                for edit in finding.edits:
                    old = Source.decode(edit.path, self.tree.files[edit.path]).text[edit.span.start : edit.span.end]
                    pairs = _BRIDGED.findall(edit.text) or [(old, edit.text)]
                    found.update((name, _NATIVE[native]) for name, native in pairs)
        return found


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return [Judged(tree, report_on(tree.files)) for tree in trees(Path(CORPUS))]


def _shown(findings: list[Finding]) -> str:
    if not findings:
        return "not found"
    verdict = max((one.verdict for one in findings), key=lambda one: one.strictness)
    codes = sorted({reason.code for one in findings for reason in one.reasons})
    return " ".join((str(verdict), *codes))


def test_each_login_has_its_verdict_and_not_fewer_are_safe_than_before(
    judged: list[Judged], snapshot: SnapshotAssertion
) -> None:
    assert {one.tree.name: one.verdicts for one in judged} == snapshot
    counts = Counter(verdict for one in judged for verdict in one.verdicts.values())
    assert (counts.total(), counts["not found"]) == (LOGINS, 0)
    assert counts["safe"] >= LEAST_SAFE


def test_each_safe_login_does_the_same_in_real_bash(judged: list[Judged], tmp_path: Path) -> None:
    """The native variables have the same values as the stored ones, but for a mark that shows where they get to."""
    numbered = ((one, tmp_path / str(number)) for number, one in enumerate(judged) if one.stored)
    assert [problem for one, root in numbered for problem in _problems(one, root)] == []


def _problems(one: Judged, root: Path) -> Iterator[str]:
    before, after, name = one.tree.files, one.after, one.tree.name
    kept = {key: value for key, value in one.stored.items() if any(key.encode() in text for text in after.values())}
    was = _observed(root / "before", before, one.stored, one)
    now = _observed(root / "after", after, {**kept, **_MARKED}, one)
    if _ordered(was) != _ordered(now).replace("native-", ""):
        yield f"{name}: another behaviour: {was} becomes {now}"
    if not any("docker login" in step.calls for step in was) and name != UNREACHED:
        yield f"{name}: no step reaches its login"
    yield from (f"{name}: {leak}" for leak in leaks(now))


def _ordered(observations: list[harness.Observation]) -> str:
    """What is observed, but for words about errors, and the order of lines: the ends of a pipe write at once."""
    calls = [sorted(one.calls.split("\n")) for one in observations]
    return repr((calls, [replace(one, calls="", errors="") for one in observations]))


def _observed(
    root: Path, files: Mapping[str, bytes], variables: Mapping[str, str], one: Judged
) -> list[harness.Observation]:
    """What the steps do that log in, in a tree without a folder that is the machine's own."""
    here = {path: data.replace(b"/tmp/", b"./") for path, data in {**FILES, **files}.items()}
    Tree(one.tree.name, here, ()).write(root)
    called = {place.path for place in one.tree.logins} - {FILE}
    assert not any(_OUTSIDE.search(here[path].decode(errors="replace")) for path in called), one.tree.name

    def logs_in(step: harness.Step) -> bool:
        wanted = "docker login" in step.script or any(Path(path).name in step.script for path in called)
        assert not wanted or not _OUTSIDE.search(step.script), one.tree.name
        return wanted

    return harness.observe(root, {**VARIABLES, **variables}, frozenset(one.stored), wanted=logs_in)
