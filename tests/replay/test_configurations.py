"""The hook's first answer in a repository with a configuration, once a run has found that it only leaves files out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import entry
from migrator.cli import main as command
from migrator.findings.excluding import excludes, standing_in
from tests.replay import test_again
from tests.replay.test_again import FILE, HEAD, HOOK, LOGIN, Said, made, running

CLEAN = HEAD + "          - make\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = made(tmp_path, monkeypatch)
    (top / FILE).write_text(CLEAN)
    (top / "attic").mkdir()
    (top / "attic" / "old.sh").write_text("make\n")
    return top


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], Said]:
    return running(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".patless.toml", ""),
        (".patless.toml", 'own-packages = ["crg.apkg.io/acme/web"]\nselect = ["registry-login"]\n'),
        (".patless.toml", 'exclude = ["attic/", "/docs/*.yml", "**/vendored"]\nignore = ["foreign-package"]\n'),
        ("pyproject.toml", '[tool.patless]\nexclude = ["attic"]\n'),
        ("pyproject.toml", '[project]\ndependencies = ["patless"]\n'),
    ],
)
@pytest.mark.parametrize("first", [HOOK, ["check"], ["check", "ci"]], ids=" ".join)
def test_it_is_answered_once_a_run_has_read_it(
    root: Path,
    run: Callable[[list[str]], Said],
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str,
    first: list[str],
) -> None:
    (root / name).write_text(text)
    for hook in (HOOK, ["check", FILE]):
        assert entry._answer([*hook, "ci/build.sh"]) == ""
    run(first)
    for hook in (HOOK, ["check", FILE]):
        early = entry._answer([*hook, "ci/build.sh"])
        assert command([*hook, "ci/build.sh"]) == 0
        assert capsys.readouterr().out == early != ""
    (root / name).write_text(f"{text}# and more\n")
    assert entry._answer([*HOOK, "ci/build.sh"]) == ""


def test_a_file_that_it_may_leave_out_takes_the_ordinary_way(root: Path, run: Callable[[list[str]], Said]) -> None:
    for pattern in ("attic/", "./attic", "./attic/*.sh"):
        (root / ".patless.toml").write_text(f'exclude = ["{pattern}"]\n')
        run(HOOK)
        assert entry._answer([*HOOK, "ci/build.sh"]) != ""
        assert entry._answer([*HOOK, "attic/old.sh"]) == ""


def test_a_login_takes_the_ordinary_way(root: Path, run: Callable[[list[str]], Said]) -> None:
    (root / ".patless.toml").write_text("")
    run(HOOK)
    (root / FILE).write_text(HEAD + LOGIN)
    assert entry._answer(HOOK) == ""


@pytest.mark.parametrize(
    "text",
    [
        '[variables]\nHOST = "crg.apkg.io"\n',
        'rules = ["more"]\n',
        'baseline = "known.json"\n',
        'exclude = ["!attic"]\n',
        'exclude = ["[ab]ttic"]\n',
        'exclude = ["**"]\n',
        'exclude = ["\\\\attic"]\n',
        "no TOML",
    ],
)
def test_one_that_does_more_takes_the_ordinary_way(root: Path, run: Callable[[list[str]], Said], text: str) -> None:
    (root / "more").mkdir()
    (root / ".patless.toml").write_text(text)
    run(HOOK)
    run(["check", "ci"])
    assert entry._answer([*HOOK, "ci/build.sh"]) == ""


def test_a_run_without_it_says_nothing_of_it(root: Path, run: Callable[[list[str]], Said]) -> None:
    (root / "pyproject.toml").write_text("[tool.patless]\nexclude = 1\n")
    assert run(["check", "--no-config", FILE]).code == 0
    assert entry._answer(HOOK) == ""
    assert test_again.is_kept(["check", "--no-config", FILE])


@given(
    patterns=st.lists(st.text("ab./*? ", min_size=1, max_size=8), min_size=1, max_size=3),
    path=st.lists(st.text("ab ", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join),
)
def test_a_path_that_is_left_out_has_one_of_the_texts(patterns: list[str], path: str) -> None:
    texts = standing_in(patterns)
    if texts is not None and excludes(tuple(patterns), path):
        assert any(text in path for text in texts)
