"""The same command on the same files prints what it printed the last time, and every change is noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import entry
from migrator.prefilter.environment import OPTIONS
from migrator.replay import answering, inputs, records
from tests.fixtures_support import CASES

FILE = "bitbucket-pipelines.yml"
HEAD = "image: atlassian/default-image:4\npipelines:\n  default:\n    - step:\n        script:\n"
LOGIN = '          - echo "$PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin\n'
PUSH = "          - docker push crg.apkg.io/acme/web:1\n"
CHECK = ["check", FILE]
HOOK = ["fix", "--exit-non-zero-on-fix", FILE]


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a login, and a machine where nothing is too young."""
    return made(tmp_path, monkeypatch)


def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    home = folder / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PATLESS_CACHE_DIR", str(folder.with_name(f"{folder.name}-kept")))
    monkeypatch.setattr(answering, "SECONDS", -1_000_000)
    top = folder / "root"
    subprocess.run(["git", "init", "--quiet", top], check=True)
    (top / FILE).write_text(HEAD + LOGIN + PUSH)
    (top / "Dockerfile").write_text("FROM alpine:3\n")
    (top / "ci").mkdir()
    (top / "ci" / "build.sh").write_text("make\n")
    subprocess.run(["git", "add", "."], cwd=top, check=True)
    monkeypatch.chdir(top)
    return top


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], Said]:
    return running(monkeypatch, capsys)


def running(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[list[str]], Said]:
    def run(argv: list[str]) -> Said:
        monkeypatch.setattr(sys, "argv", ["patless", *argv])
        capsys.readouterr()
        answering._PRINTED.clear()
        code = entry.main()
        return Said(code, *capsys.readouterr())

    return run


def is_kept(argv: list[str]) -> bool:
    """Whether the run would be answered from what is kept."""
    key = inputs.key(argv)
    found = records.read(key) if key else None
    if found is None:
        return False
    before, printed = found
    try:
        return inputs.looked_at(printed.roots, printed.named, printed.further)[0] == before
    except (OSError, inputs.Unsure):
        return False


def test_what_is_younger_than_the_run_is_not_kept(
    root: Path, run: Callable[[list[str]], Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "SECONDS", 2)
    run(CHECK)
    assert not records.kept()


@pytest.mark.parametrize(
    "argv",
    [
        ["check", "--format", "json", FILE],
        ["check", "--output-file", "../report.txt", FILE],
        ["check", "--no-cache", FILE],
        ["check", "--rules", "../rules"],
        ["fix", "--diff", FILE],
        ["fix", FILE],
        ["packages"],
        ["rules"],
        ["check", "no-such-file"],
    ],
    ids=" ".join,
)
def test_what_does_more_than_print_text_is_not_kept(
    root: Path, run: Callable[[list[str]], Said], argv: list[str]
) -> None:
    (root.parent / "rules").mkdir()
    run(argv)
    assert not records.kept()


@pytest.mark.parametrize(
    "variables",
    [
        {"PATLESS_STRICT": "1"},
        {"PATLESS_NO_CACHE": "1"},
        {"GIT_CONFIG_COUNT": "0"},
        {"BITBUCKET_CLONE_DIR": "/x"},
        {"PATLESS_DOCS_URL": "https://ci:secret@docs.example"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_where_the_environment_says_more_nothing_is_kept(
    root: Path, run: Callable[[list[str]], Said], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    run(CHECK)
    assert not records.kept()


def test_a_repository_with_a_hardcoded_token_is_not_kept(root: Path, run: Callable[[list[str]], Said]) -> None:
    (root / FILE).write_text(HEAD + "          - docker login crg.apkg.io -u acme -p ATATTxyzxyzxyzxyz123\n")
    assert "ATATT" not in run(CHECK).out
    assert not records.kept()


@pytest.mark.parametrize("kind", ["link out", "worktree", "include", "huge"])
def test_where_a_run_may_read_what_is_not_looked_at_nothing_is_kept(
    root: Path, run: Callable[[list[str]], Said], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "link out":
        (root / "ci" / "x.sh").symlink_to(root.parent)
    elif kind == "worktree":
        shutil.move(root / ".git", root.parent / "elsewhere")
        (root / ".git").write_text(f"gitdir: {root.parent / 'elsewhere'}\n")
    elif kind == "include":
        (root.parent / "home" / ".gitconfig").write_text("[include]\n\tpath = ~/more\n")
    else:
        monkeypatch.setattr(inputs, "MOST", 3)
    assert run(CHECK).code == 1
    assert not records.kept()


@pytest.mark.parametrize(
    "argv",
    [
        CHECK,
        HOOK,
        ["check"],
        ["check", "."],
        ["check", "ci", FILE],
        ["check", "--quiet"],
        ["check", "--strict", "--verbose", f"../root/{FILE}"],
        ["check", "--statistics"],
        ["fix", "--exit-non-zero-on-fix", "ci/build.sh", FILE],
        ["check", "../root"],
        ["check", ".."],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("colored", ["", "1"], ids=["plain", "colored"])
def test_the_same_command_says_the_same(
    root: Path, run: Callable[[list[str]], Said], monkeypatch: pytest.MonkeyPatch, argv: list[str], colored: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", colored)
    script = LOGIN.replace("crg.apkg.io", '"$HOST"') + PUSH  # nothing that `fix` changes
    if argv[0] == "fix":
        (root / FILE).write_text(HEAD + script)
    first = run(argv)
    assert is_kept(argv)
    monkeypatch.setattr("migrator.cli.main", lambda: pytest.fail("the command was carried out"))
    assert run(argv) == first


def test_a_link_within_the_repository_is_looked_at(root: Path, run: Callable[[list[str]], Said]) -> None:
    (root / "login.sh").write_text("make\n")
    (root / "ci" / "login.sh").symlink_to("../login.sh")
    run(["check"])
    assert is_kept(["check"])
    (root / "login.sh").write_text("make x\n")
    assert not is_kept(["check"])


def test_a_link_on_the_way_that_lies_elsewhere_is_noticed(root: Path, run: Callable[[list[str]], Said]) -> None:
    way = root.parent / "way"
    way.symlink_to(root / "Dockerfile")
    (root / "ci" / "Dockerfile").symlink_to(way)
    run(["check"])
    assert is_kept(["check"])
    way.unlink()
    way.symlink_to(root / "ci" / "build.sh")
    assert not is_kept(["check"])


def test_a_work_tree_elsewhere_is_not_kept(root: Path, run: Callable[[list[str]], Said]) -> None:
    tree = root.parent / "tree"
    tree.mkdir()
    (root / FILE).rename(tree / FILE)
    subprocess.run(["git", "config", "core.worktree", tree], cwd=root, check=True)
    assert run(["check"]).code == 1
    assert not records.kept()


def touched(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda root: (root / "Dockerfile").write_text("FROM crg.apkg.io/other/base:1\n"),
    "content of the same size": lambda root: (root / "Dockerfile").write_text("FROM alpine:4\n"),
    "a new file": lambda root: (root / "compose.yml").write_text("services: {}\n"),
    "a file that goes": lambda root: (root / "ci" / "build.sh").unlink(),
    "another name": lambda root: (root / "ci" / "build.sh").rename(root / "ci" / "built.sh"),
    "a folder": lambda root: (root / "ci" / "x").mkdir(),
    "may be run": lambda root: (root / "ci" / "build.sh").chmod(0o755),
    "may not be read": lambda root: (root / "ci").chmod(0o700 if (root / "ci").stat().st_mode & 0o70 else 0o711),
    "a link in place of a file": lambda root: (
        (root / "Dockerfile").unlink(),
        (root / "Dockerfile").symlink_to("ci/build.sh"),
    ),
    "the index": lambda root: subprocess.run(["git", "rm", "-q", "--cached", "Dockerfile"], cwd=root, check=True),
    "ignored names": lambda root: (root / ".gitignore").write_text("*.sh\n"),
    "names ignored here": lambda root: touched(root / ".git" / "info" / "exclude", "*.sh\n"),
    "the remote": lambda root: subprocess.run(
        ["git", "remote", "add", "origin", "git@bitbucket.org:acme/web.git"], cwd=root, check=True
    ),
    "the configuration": lambda root: (root / ".patless.toml").write_text('exclude = ["ci/**"]\n'),
    "the configuration of others": lambda root: (root / "pyproject.toml").write_text("[tool.patless]\n"),
    "git's own settings": lambda root: touched(root.parent / "home" / ".gitconfig", "[user]\n\tname = x\n"),
    "names ignored by the user": lambda root: touched(root.parent / "home" / ".config" / "git" / "ignore", "*.sh\n"),
    "a hook's configuration": lambda root: (root / ".pre-commit-config.yaml").write_text("repos: []\n"),
    "a moment": lambda root: os.utime(root / "Dockerfile", (1, 1)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(root: Path, run: Callable[[list[str]], Said], change: str) -> None:
    run(CHECK)
    assert is_kept(CHECK)
    CHANGES[change](root)
    assert not is_kept(CHECK)


def test_among_many_files_a_change_is_noticed(root: Path, run: Callable[[list[str]], Said]) -> None:
    for number in range(1000):
        (root / "docs" / f"{number % 10}").mkdir(parents=True, exist_ok=True)
        (root / "docs" / f"{number % 10}" / f"{number}.md").write_text("x\n")
    run(CHECK)
    assert is_kept(CHECK)
    assert len(inputs.looked_at((str(root),), (), ())[0]) < 1000
    (root / "docs" / "7" / "777.md").write_text("y\n")
    assert not is_kept(CHECK)


def test_a_repository_around_it_is_noticed(root: Path, run: Callable[[list[str]], Said]) -> None:
    shutil.rmtree(root / ".git")
    run(CHECK)
    assert is_kept(CHECK)
    (root.parent / ".git").mkdir()
    assert not is_kept(CHECK)


def test_a_file_of_ignored_names_that_git_is_told_is_noticed(root: Path, run: Callable[[list[str]], Said]) -> None:
    names = root.parent / "home" / "ignored"
    (root.parent / "home" / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ignored\n")
    run(CHECK)
    assert is_kept(CHECK)
    names.write_text("*.sh\n")
    assert not is_kept(CHECK)


def test_a_baseline_outside_is_noticed(root: Path, run: Callable[[list[str]], Said]) -> None:
    baseline = root.parent / "baseline.json"
    run(["check", "--write-baseline", "--baseline", str(baseline)])
    argv = ["check", "--baseline", str(baseline)]
    assert "1 in the baseline" in run(argv).out
    assert is_kept(argv)
    baseline.write_text(baseline.read_text() + "\n")
    assert not is_kept(argv)


@pytest.mark.parametrize("name", ["PATH", "FORCE_COLOR", "PRE_COMMIT", "TZ", "PATLESS_DOCS_URL", "LANG", "HOME"])
def test_a_variable_that_a_run_reads_makes_it_another_one(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = inputs.key(CHECK)
    monkeypatch.setenv(name, "1")
    assert inputs.key(CHECK) != before


def test_a_run_reads_no_variable_that_is_not_told(
    root: Path, run: Callable[[list[str]], Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that git, a terminal, or this product give a meaning."""
    asked: set[str] = set()

    class Told(dict[str, str]):
        def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
            asked.add(name)
            return super().get(name, default)

        def __getitem__(self, name: str) -> str:
            asked.add(name)
            return super().__getitem__(name)

    monkeypatch.setattr(os, "environ", Told(os.environ))
    run([*CHECK, "--no-cache"])
    run(["fix", "--diff"])
    meant = {one for one in asked if one.startswith(("PATLESS_", "GIT_", "BITBUCKET_", "NO_", "FORCE_", "PRE_"))}
    plain = {f"PATLESS_{name}" for name in OPTIONS} | {"PATLESS_CACHE_DIR"}
    assert meant
    assert {one for one in meant - plain if not one.startswith(inputs.OTHERS)} <= set(inputs.TOLD)


def test_the_cache_shows_its_answers_and_prunes_them(root: Path, run: Callable[[list[str]], Said]) -> None:
    assert "answers" not in run(["cache"]).out
    run(CHECK)
    run(["check", "ci"])
    assert "answers       2 of `check` and `fix`, " in run(["cache"]).out
    assert run(["cache", "prune"]).code == 0
    assert "answers" not in run(["cache"]).out
    assert not is_kept(CHECK)


STEPS = (
    *(LOGIN, PUSH, "          - make\n", "          - ./ci/build.sh\n", "          - set -x\n"),
    *('          - docker login "$HOST" -u "$A" -p "$B"\n', "          - docker login docker.io -u $A -p $B\n"),
)
EDITS = st.one_of(
    st.tuples(st.just(FILE), st.lists(st.sampled_from(STEPS), max_size=3).map(lambda steps: HEAD + "".join(steps))),
    st.tuples(
        st.sampled_from(["ci/build.sh", "Dockerfile", "compose.yml", ".patless.toml", ".gitignore"]),
        st.sampled_from(
            ["", "make\n", LOGIN.partition("- ")[2], "FROM crg.apkg.io/other/x:1\n", "ci/\n", "exclude = []"]
        ),
    ),
)


@settings(max_examples=20)
@given(edits=st.lists(EDITS, min_size=1, max_size=3))
def test_what_is_kept_is_what_would_be_printed(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], edits: list[tuple[str, str]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        root = made(tmp_path_factory.mktemp("kept"), patch)
        run = running(patch, capsys)
        for path, text in edits:
            run(["check"])
            touched(root / path, text)
            for argv in (["check"], CHECK, HOOK):
                run(argv)
                assert run(argv) == run([*argv, "--no-cache"])


def test_no_line_of_a_file_is_kept(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    count = 0
    for case in sorted(CASES.glob("*/*/before"))[::40]:
        with pytest.MonkeyPatch.context() as patch:
            root = made(tmp_path_factory.mktemp("case"), patch)
            shutil.copytree(case, root, dirs_exist_ok=True)
            running(patch, capsys)(["check"])
            held = "".join(Path(path).read_text(errors="replace") for path, _ in records.kept())
            count += bool(held)
            for path in root.rglob("*.y*ml"):
                for line in path.read_text(errors="replace").splitlines():
                    assert len(line.strip()) < 24 or line.strip() not in held, f"{path}: {line}"
    assert count > 20


def test_a_program_that_is_started_again_says_the_same(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(HEAD + LOGIN + PUSH)
    environment = {**os.environ, "PATLESS_CACHE_DIR": str(tmp_path.with_name(f"{tmp_path.name}-kept"))}
    time.sleep(answering.SECONDS + 0.2)

    def started(*more: str) -> tuple[int, bytes, bytes]:
        command = [sys.executable, "-m", "migrator", *CHECK, *more]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    first = started()
    assert b"[safe]" in first[1]
    (record,) = Path(environment["PATLESS_CACHE_DIR"], "answers").iterdir()
    assert started() == first == started("--no-cache")
    record.write_bytes(record.read_bytes().replace(b"[safe]", b"[kept]"))
    assert started() == (first[0], first[1].replace(b"[safe]", b"[kept]"), first[2])
    closed = subprocess.run(
        f'"{sys.executable}" -m migrator check {FILE} | true; echo "${{PIPESTATUS[0]}}"',
        shell=True,
        executable="/bin/bash",
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert (closed.stdout, closed.stderr) == (b"1\n", b"")
