"""Files that nobody here wrote: read without a crash, changed only where an edit is, counted.

PATLESS_CORPUS names a folder of repositories with pipelines files. Scripts of theirs are read and never run.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from migrator.engine.analysis import analyse
from migrator.findings.records import Report
from migrator.findings.settings import Settings
from migrator.fixes.applying import FileChange, FixPlan
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from migrator.text.edits import Edit
from tests.fixtures_support import run
from tests.memory import Memory, planned

CORPUS = os.environ.get("PATLESS_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="PATLESS_CORPUS is not set")

FILE = "bitbucket-pipelines.yml"
PIPELINE = "pipelines:\n  default:\n    - step:\n        script:\n          - {run}\n"
DOCKER_HUB = """\
# Most public repositories log in to Docker Hub; with it as the registry their logins are rewritten.
registries:
  docker-hub:
    hosts: [docker.io, index.docker.io, registry-1.docker.io]
    mention: docker
    username: BITBUCKET_PACKAGES_USERNAME
    password: BITBUCKET_PACKAGES_TOKEN
    default: true
"""


@dataclass(frozen=True)
class Analysed:
    """One repository: its report, and what `fix` and `fix --unsafe-fixes` would do."""

    name: str
    files: dict[str, bytes]
    report: Report
    safe: FixPlan
    unsafe: FixPlan


@dataclass(frozen=True)
class Corpus:
    rules: str
    folder: Path
    book: Any
    repositories: tuple[Analysed, ...]

    @property
    def changes(self) -> Iterator[tuple[Analysed, FileChange]]:
        for one in self.repositories:
            yield from ((one, change) for change in one.unsafe.changes)


@pytest.mark.parametrize("rules", ["as they ship", "with Docker Hub"])
def test_the_corpus_is_read_and_rewritten_and_nothing_else_is_touched(
    rules: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """One test for each set of rules: what is analysed once is looked at from every side."""
    corpus = _analysed(rules, tmp_path)
    assert _counts(corpus) == snapshot
    _every_rewritten_file_verifies(corpus)
    _bytes_outside_of_the_edits_stay(corpus)
    _an_independent_reader_sees_only_edited_strings_differ(corpus)
    _a_fixed_repository_has_nothing_left_to_fix(corpus)
    _the_command_writes_what_was_planned_and_nothing_else(corpus)
    assert len(list(corpus.changes)) >= (15 if rules == "with Docker Hub" else 1)


def test_the_scripts_of_the_corpus_are_followed(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Each beside a pipelines file that does nothing but run it."""
    (tmp_path / "docker-hub.yml").write_text(DOCKER_HUB)
    book = rulebook.load([tmp_path])
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name, path in _scripts():
        data = (Path(CORPUS) / name / path).read_bytes()
        runner = "python" if path.endswith(".py") else "bash"
        files = {FILE: PIPELINE.format(run=f"{runner} {path}").encode(), path: data}
        report = analyse(Memory(files), [FILE], book, Settings(), BITBUCKET)
        for plan in (planned(report), planned(report, unsafe=True)):
            assert not plan.failures, f"{name}/{path}"
            for change in plan.changes:
                edits = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
                assert change.after == _by_bytes(files[change.path], edits), f"{name}/{path}"
        verdicts.update(f"{finding.rule}: {finding.verdict}" for finding in report.findings)
        verdicts["not read"] += len(report.skipped)
        reasons.update(reason.code for finding in report.findings for reason in finding.reasons)
    assert {"verdicts": dict(sorted(verdicts.items())), "reasons": dict(sorted(reasons.items()))} == snapshot
    assert verdicts.total() > 10


def _scripts() -> Iterator[tuple[str, str]]:
    for line in (Path(CORPUS) / "INDEX.tsv").read_text().splitlines()[1:]:
        _, _, file, _, kind = line.split("\t")
        if not kind.startswith("pipeline"):
            name, _, path = file.partition("/")
            yield name, path


def _analysed(rules: str, folder: Path) -> Corpus:
    (folder / "rules").mkdir()
    (folder / "rules" / "docker-hub.yml").write_text(DOCKER_HUB)
    book = rulebook.load([] if rules == "as they ship" else [folder / "rules"])
    listed = _listed()
    repositories = []
    for root in sorted(path for path in Path(CORPUS).iterdir() if path.is_dir()):
        files = {
            path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
        }
        report = analyse(Memory(files), listed.get(root.name, []), book, Settings(), BITBUCKET)
        plans = planned(report), planned(report, unsafe=True)
        repositories.append(Analysed(root.name, files, report, *plans))
    return Corpus(rules, folder, book, tuple(repositories))


def _listed() -> dict[str, list[str]]:
    """The pipelines files of each repository, as the corpus's own list names them."""
    found: dict[str, list[str]] = {}
    for line in (Path(CORPUS) / "INDEX.tsv").read_text().splitlines()[1:]:
        _, _, file, _, kind = line.split("\t")
        if kind.startswith("pipeline"):
            name, _, path = file.partition("/")
            found.setdefault(name, []).append(path)
    return found


def _counts(corpus: Corpus) -> dict[str, Any]:
    findings = [finding for one in corpus.repositories for finding in one.report.findings]
    skipped = [skipped.error for one in corpus.repositories for skipped in one.report.skipped]
    counts = {
        "pipelines files": sum(len(one.report.files) for one in corpus.repositories),
        "findings by rule and verdict": Counter(f"{one.rule}: {one.verdict}" for one in findings),
        "findings by reasons": Counter(
            ", ".join(sorted({reason.code for reason in one.reasons})) or "none" for one in findings
        ),
        "not read": Counter(skipped),
        "files that fix changes": sum(len(one.safe.changes) for one in corpus.repositories),
        "files that fix --unsafe-fixes changes": sum(len(one.unsafe.changes) for one in corpus.repositories),
        "packages by ownership": Counter(
            str(package.ownership) for one in corpus.repositories for package in one.report.packages
        ),
    }
    return {key: dict(sorted(value.items())) if isinstance(value, Counter) else value for key, value in counts.items()}


def _every_rewritten_file_verifies(corpus: Corpus) -> None:
    assert [failure for one in corpus.repositories for failure in (*one.safe.failures, *one.unsafe.failures)] == []


def _bytes_outside_of_the_edits_stay(corpus: Corpus) -> None:
    for one, change in corpus.changes:
        edits = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
        assert edits, one.name
        assert change.before == one.files[change.path]
        assert change.after == _by_bytes(change.before, edits), f"{one.name}/{change.path}"


def _by_bytes(before: bytes, edits: set[Edit]) -> bytes:
    """The edits made on bytes, from the last to the first."""
    mark = before[:3] if before.startswith(b"\xef\xbb\xbf") else b""
    text = before.removeprefix(mark).decode()
    for edit in sorted(edits, reverse=True):
        start, end = (len(text[:at].encode()) + len(mark) for at in (edit.span.start, edit.span.end))
        before = before[:start] + edit.text.encode() + before[end:]
    return before


def _an_independent_reader_sees_only_edited_strings_differ(corpus: Corpus) -> None:
    compared = 0
    for one, change in corpus.changes:
        if not change.path.endswith((".yml", ".yaml")):
            pairs = list(_differences(change.before.split(b"\n"), change.after.split(b"\n"), change.path))
            assert all(b"BITBUCKET_PACKAGES_" in new for _, new in pairs)
            compared += 1
            continue
        try:
            before = yaml.load(change.before, yaml.BaseLoader)
        except yaml.YAMLError:
            continue  # libyaml reads more than PyYAML does
        after = yaml.load(change.after, yaml.BaseLoader)
        pairs = list(_differences(before, after, f"{one.name}/{change.path}"))
        assert pairs
        for old, new in pairs:
            assert "BITBUCKET_PACKAGES_" in new.replace(old, "")
        compared += 1
    assert compared == len(list(corpus.changes))


def _differences(before: Any, after: Any, where: str) -> Iterator[tuple[Any, Any]]:
    assert type(before) is type(after), where
    if isinstance(before, dict):
        assert list(before) == list(after), where
        for key in before:
            yield from _differences(before[key], after[key], f"{where}/{key}")
    elif isinstance(before, list):
        assert len(before) == len(after), where
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, f"{where}/{number}")
    elif before != after:
        yield before, after


def _a_fixed_repository_has_nothing_left_to_fix(corpus: Corpus) -> None:
    listed = _listed()
    for one in corpus.repositories:
        if one.unsafe.changes:
            files = {**one.files, **{change.path: change.after for change in one.unsafe.changes}}
            again = analyse(Memory(files), listed[one.name], corpus.book, Settings(), BITBUCKET)
            assert [finding.position for finding in again.findings if finding.edits] == [], one.name


def _the_command_writes_what_was_planned_and_nothing_else(corpus: Corpus) -> None:
    names = [one.name for one in corpus.repositories if one.report.findings or one.report.skipped]
    for name in names:
        shutil.copytree(Path(CORPUS) / name, corpus.folder / name)
    listed = _listed()
    extra = [] if corpus.rules == "as they ship" else ["--rules", str(corpus.folder / "rules")]
    for name in names:
        arguments = ["fix", "--unsafe-fixes", "--no-config", "--quiet", *extra, ".", *listed[name]]
        outcome = run(arguments, corpus.folder / name)
        assert outcome.code in (0, 1, 3), outcome.err
        assert "Traceback" not in outcome.err
    for one in corpus.repositories:
        if one.name not in names:
            continue
        after = {**one.files, **{change.path: change.after for change in one.unsafe.changes}}
        folder = corpus.folder / one.name
        found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        assert set(found) == set(one.files)
        assert {path: file.read_bytes() for path, file in found.items()} == after, one.name
