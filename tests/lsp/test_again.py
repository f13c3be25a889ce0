"""An analysis that takes over what the last one followed says what one from the beginning says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from migrator.checkouts.analysis import Analysis, of_view, overlaid
from migrator.flow import interpreter
from migrator.frontends.shell import shfmt
from migrator.lsp.analyst import EditedRepository
from migrator.lsp.opened import OpenFile
from migrator.options.analysis import AnalysisOptions
from migrator.reading.again import FlowMemo
from migrator.repositories.overlay import HeldTree
from tests.lsp.repositories import PIPELINES, SCRIPT, many_steps, repository

PATH = "bitbucket-pipelines.yml"
FILES = {
    PATH: PIPELINES,
    "ci/login.sh": SCRIPT,
    "ci/more.sh": "echo more\n",
    "ci/outer.sh": "sh ci/more.sh\n",
    "Dockerfile": "FROM scratch\n",
    "compose.yml": "services: {web: {image: crg.apkg.io/acme/web}}\n",
}
_LINES = {
    PATH: (
        "",
        "          - docker build -t crg.apkg.io/acme/web .",
        "          - docker build -f $FILE -t crg.apkg.io/acme/other . && docker push crg.apkg.io/acme/other",
        "          - docker compose pull",
        "          - pytest",
        "          - docker login -u me -p $OTHER crg.apkg.io",
        "          - PACKAGES_PAT=x; source ci/login.sh",
        "          - sh ci/more.sh || cat Dockerfile",
        "          - echo 'unfinished",
        "    - step: {script: [make, ./ci/login.sh, ./ci/more.sh]}",
    ),
    "ci/login.sh": ("", "docker push crg.apkg.io/acme/base", "docker logout", "exit 1", ". ci/more.sh"),
    "ci/more.sh": ("", 'docker login -u "$A" -p "$B" crg.apkg.io', "docker pull crg.apkg.io/acme/base"),
    "Dockerfile": ("", "FROM crg.apkg.io/acme/base", "FROM scratch", "COPY . ."),
    "compose.yml": ("", "services: {web: {image: crg.apkg.io/acme/base}}"),
}
_OUTER = "    - step: {script: [docker info, ./ci/outer.sh]}"
"""A script that is not followed, as nothing matters that it runs; until that does."""
_EDITS = st.one_of(
    *(st.tuples(st.just(path), st.integers(0, 20), st.booleans(), st.sampled_from(of)) for path, of in _LINES.items())
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("web"), dict(FILES))


def analysed(root: Path, files: dict[str, str], memo: FlowMemo | None) -> Analysis:
    others = {path: text for path, text in files.items() if path != PATH}
    if memo is not None:
        memo.others = frozenset(others.items())
    view = overlaid(HeldTree(root), {path: text.encode() for path, text in files.items()})
    return of_view(view, [PATH], AnalysisOptions(), memo)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_EDITS, min_size=2, max_size=6))
@example([("Dockerfile", 0, True, "FROM crg.apkg.io/acme/base")])  # what a step builds of changes, and not the step
@example([(PATH, 3, False, "    - step: {script: [./ci/more.sh]}"), ("ci/more.sh", 0, True, _LINES["ci/more.sh"][1])])
@example([(PATH, 9, False, "          - pytest"), ("compose.yml", 0, True, _LINES["compose.yml"][1])])  # may read it
@example([(PATH, 3, False, _OUTER), (PATH, 4, False, f"{_OUTER} #"), ("ci/more.sh", 0, True, _LINES["ci/more.sh"][1])])
def test_both_say_the_same_whatever_is_typed(root: Path, edits: Sequence[tuple[str, int, bool, str]]) -> None:
    files, memo = dict(FILES), FlowMemo()
    for path, at, instead, line in ((PATH, 99, False, ""), *edits):
        lines = files[path].split("\n")
        lines[at : at + instead] = [line]
        files[path] = "\n".join(lines)
        first, again = analysed(root, files, None), analysed(root, files, memo)
        assert again.report == first.report
        assert again.notes == first.notes


def test_a_keystroke_follows_what_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thirty steps one is parsed and followed again, and those that say the same as another one are two still."""
    text = many_steps(30)
    root, memo = repository(tmp_path, {PATH: text}), FlowMemo()
    counts = {"followed": 0, "parsed": 0}
    follow, tree = interpreter.follow, shfmt.tree

    def followed(*given: object, **more: object) -> object:
        counts["followed"] += 1
        return follow(*given, **more)  # type: ignore[arg-type]

    def parsed(text: str) -> object:
        counts["parsed"] += 1
        return tree(text)

    monkeypatch.setattr(interpreter, "follow", followed)
    monkeypatch.setattr(shfmt, "tree", parsed)
    for typed in ("first", "firs", "fir", "fir"):
        counts |= {"followed": 0, "parsed": 0}
        analysed(root, {PATH: text.replace("done 7", f"done {typed}")}, memo)
        most = {"first": 30, "firs": 1, "fir": 1}[typed]
        assert counts["followed"] <= most
        assert counts["parsed"] <= most
    assert counts["followed"] == 0
    twice = text.replace("part-8", "part-7")
    reports = [analysed(root, {PATH: twice}, one).report for one in (memo, memo, None)]
    assert reports[0] == reports[1] == reports[2]


def test_the_disk_is_read_again_once_it_may_have_changed(tmp_path: Path) -> None:
    root = repository(tmp_path, dict(FILES))
    edited, files = EditedRepository(root), {PATH: (OpenFile((root / PATH).as_uri(), 1, PIPELINES),)}

    def codes() -> set[str]:
        found = edited.answer(files, AnalysisOptions()).analysis
        assert found
        return {reason.code for one in found.report.findings[:1] for reason in one.reasons}

    assert codes() == set()
    (root / "Dockerfile").write_text("FROM crg.apkg.io/acme/base\n")
    assert codes() == set()  # a keystroke asks no disk
    edited.forget()
    assert codes() == {"foreign-package"}
