"""The answer before anything is loaded: what it says, when it keeps silent, and that both ways say the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import entry
from migrator.cli import main as command
from migrator.prefilter import __main__ as needles
from migrator.prefilter import data as _needles
from migrator.prefilter.needles import needles as needles_of
from migrator.rulebook.records import Registry, RuleBook

FILE = "bitbucket-pipelines.yml"
CLEAN = "pipelines:\n  default:\n    - step:\n        script:\n          - make\n"
LOGIN = f"{CLEAN}          - docker login crg.apkg.io -u $EMAIL -p $TOKEN\n"
HOOK = ["fix", "--exit-non-zero-on-fix"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "root"
    subprocess.run(["git", "init", "--quiet", root], check=True)
    (root / FILE).write_text(CLEAN)
    (root / "ci.sh").write_text("make\n")
    (root / "Makefile").write_text("all:\n\tmake x\n")
    (root / "LICENSE").write_text("MIT: as [it is, whatever pipelines do\n# see bitbucket-pipelines.yml\n")
    (root / "deploy").write_text("#!/bin/sh\n# pipelines run this\nmake\n")
    (root / "pipelines").write_text(CLEAN)
    (root / "sub").mkdir()
    (root / "sub" / "my-pipelines.yml").write_text(CLEAN)
    monkeypatch.chdir(root)
    return root


def test_the_words_looked_for_are_those_of_the_rules() -> None:
    assert needles.TARGET.read_text() == needles.module(), "run `python -m migrator.prefilter`"
    assert b"crg.apkg.io" not in _needles.NEEDLES  # a part of the host is enough


def test_where_any_login_counts_every_file_is_read() -> None:
    book = RuleBook(registries={"own": Registry(frozenset({"r.example"}), "r.example", "U", "P", default=True)})
    assert needles_of(book) == (b"",)


@pytest.mark.parametrize(
    "arguments",
    [
        [*HOOK, FILE],
        ["check", FILE],
        [*HOOK, FILE, "sub/my-pipelines.yml"],
        ["check", FILE, "sub/my-pipelines.yml"],
        ["check", f"./sub/../{FILE}"],
        [*HOOK, "ci.sh"],
        ["check", "ci.sh", "Makefile"],
        ["check", "ci.sh", FILE],
        [*HOOK, "LICENSE", "deploy", FILE],
        ["check", "deploy", "pipelines"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("forced", ["", "1"], ids=["plain", "coloured"])
def test_the_early_answer_is_the_late_one(
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    forced: str,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", forced)
    (repository / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert command(arguments) == 0
    late = capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["patless", *arguments])
    monkeypatch.setitem(sys.modules, "migrator.cli", None)  # importing it would fail
    assert entry.main() == 0
    assert capsys.readouterr() == late
    assert late.out


def test_a_folder_without_git_is_answered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    for name in (FILE, "sub/a.sh"):
        (tmp_path / name).write_text("echo 1\n")
    monkeypatch.chdir(tmp_path)
    assert entry._answer(["check", FILE, "sub/a.sh"]) == "No findings. Read 1 pipelines file.\n"
    assert command(["check", FILE, "sub/a.sh"]) == 0
    monkeypatch.chdir(tmp_path / "sub")
    assert entry._answer(["check", f"../{FILE}"]) == ""
    (tmp_path / "sub" / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert entry._answer(["check", "sub/a.sh"]) == ""
    (tmp_path / ".patless.toml").write_text("")
    assert entry._answer(["check", FILE]) == ""


def test_other_files_of_the_repository_do_not_matter(repository: Path) -> None:
    (repository / "sub" / "my-pipelines.yml").write_text(LOGIN)
    assert entry._answer(["check", FILE]) != ""


def test_a_script_with_a_login_is_for_the_command(repository: Path) -> None:
    (repository / "ci.sh").write_text("docker login crg.apkg.io -u $EMAIL -p $TOKEN\n")
    assert entry._answer(["check", "ci.sh"]) == ""


def test_an_answer_loads_nothing_of_the_command(repository: Path) -> None:
    program = "import sys; from migrator.entry import main; code = main(); print(*sorted(sys.modules)); sys.exit(code)"
    done = subprocess.run([sys.executable, "-c", program, *HOOK, FILE], capture_output=True, text=True, check=True)
    first, loaded = done.stdout.splitlines()
    assert first == "Fixed 0; 0 need review."
    assert [name for name in loaded.split() if name.startswith("migrator")] == [
        "migrator",
        "migrator.entry",
        "migrator.prefilter",
        "migrator.prefilter.data",
        "migrator.prefilter.environment",
        "migrator.prefilter.leads",
        "migrator.prefilter.words",
    ]
    assert (
        not {"typer", "ruamel.yaml", "requests", "libcst", "re", "json", "pathlib", "dataclasses"}
        & set(loaded.split()) - _loaded_anyway()
    )


def _loaded_anyway() -> set[str]:
    """What this interpreter loads for itself, such as for an editable installation."""
    listed = "import sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["fix"],
        ["check"],
        ["fix", FILE],
        HOOK,
        [*HOOK, "--diff", FILE],
        [*HOOK, FILE, "--strict"],
        ["check", "--format", "json", FILE],
        ["check", "-"],
        ["check", "--", FILE],
        ["packages", FILE],
        ["check", FILE, FILE],
        ["check", FILE, f"./{FILE}"],
        ["check", "sub"],
        ["check", "gone.yml"],
        ["check", "."],
        ["check", "nul\0name"],
    ],
    ids=repr,
)
def test_another_command_line_takes_the_ordinary_way(repository: Path, arguments: list[str]) -> None:
    assert entry._answer(arguments) == ""


@pytest.mark.parametrize("needle", [*_needles.NEEDLES], ids=bytes.decode)
def test_a_file_that_may_hold_something_takes_the_ordinary_way(repository: Path, needle: bytes) -> None:
    (repository / FILE).write_bytes(CLEAN.encode() + b"# " + needle)
    assert entry._answer(["check", FILE]) == ""
    assert entry._answer(["check", "sub/my-pipelines.yml", FILE]) == ""


@pytest.mark.parametrize(
    "data",
    [b"a: \xff\n", "a: b\n".encode("utf-16"), b"a: \0\n", b"#" * (2 * 1024 * 1024 + 1)],
    ids=["not UTF-8", "UTF-16", "NUL", "huge"],
)
def test_a_file_that_cannot_be_read_takes_the_ordinary_way(repository: Path, data: bytes) -> None:
    (repository / FILE).write_bytes(data)
    assert entry._answer(["check", FILE]) == ""


def test_a_file_of_just_the_limit_is_answered(repository: Path) -> None:
    (repository / FILE).write_bytes(b"#" * (2 * 1024 * 1024))
    assert entry._answer(["check", FILE]) != ""


def test_what_is_no_plain_file_takes_the_ordinary_way(repository: Path) -> None:
    (repository / "link.yml").symlink_to(FILE)
    (repository / "there").symlink_to("sub")
    os.mkfifo(repository / "pipe.yml")
    for name in ("link.yml", "there/my-pipelines.yml", "pipe.yml", "/dev/null"):
        assert entry._answer(["check", name]) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".patless.toml", ""),
        ("pyproject.toml", "[tool.patless]\n"),
        ("pyproject.toml", "[tool]\npatless = {}\n"),
    ],
)
def test_a_configuration_takes_the_ordinary_way(
    repository: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    (repository / name).write_text(text)
    assert entry._answer(["check", FILE]) == ""
    monkeypatch.chdir(repository / "sub")
    assert entry._answer(["check", "my-pipelines.yml"]) == ""


def test_a_configuration_that_cannot_be_read_takes_the_ordinary_way(repository: Path) -> None:
    (repository / "pyproject.toml").symlink_to("/dev/null")
    assert entry._answer(["check", FILE]) == ""
    (repository / ".patless.toml").symlink_to("gone")
    assert entry._answer(["check", FILE]) == ""


def test_files_of_another_repository_take_the_ordinary_way(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = repository / "sub" / "inner"
    subprocess.run(["git", "init", "--quiet", inner], check=True)
    (inner / FILE).write_text(CLEAN)
    assert entry._answer(["check", f"sub/inner/{FILE}"]) == ""
    monkeypatch.chdir(repository.parent)
    assert entry._answer(["check", f"root/{FILE}"]) == ""
    (repository / ".git" / FILE).write_text(CLEAN)
    monkeypatch.chdir(repository)
    assert entry._answer(["check", f".git/{FILE}"]) == ""


def test_a_login_goes_to_the_command(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / FILE).write_text(LOGIN)
    monkeypatch.setattr(sys, "argv", ["patless", *HOOK, FILE])
    assert entry.main() == 1
    assert "BITBUCKET_PACKAGES_TOKEN" in (repository / FILE).read_text()
    assert " fixed: " in capsys.readouterr().out
