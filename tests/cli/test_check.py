from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Patless, put

pytestmark = pytest.mark.usefixtures("toy")


def lines(text: str) -> list[str]:
    return [line.split(": registry-login")[0] for line in text.splitlines()]


def test_nothing_to_read_is_said_and_no_error(patless: Patless, tmp_path: Path) -> None:
    run = patless("check")
    assert (run.code, run.out) == (0, "No findings. Read 0 pipelines files.\n")
    assert run.err == (
        f"patless: found no pipelines file (a name like bitbucket-pipelines.yml) in {tmp_path}; "
        "name one, or change to a repository that has one\n"
    )


def test_nothing_to_do_is_one_line(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login native\n")
    run = patless("check")
    assert (run.code, run.out, run.err) == (0, "No findings. Read 1 pipelines file.\n", "")


def test_the_whole_output(patless: Patless, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    put(tmp_path, bitbucket_pipelines="- login OLD\n- login RISKY\n- login VAULT\n", sub__x_pipelines="login OLD")
    (tmp_path / "bad-pipelines.yml").write_bytes(b"a\0b")
    run = patless("check")
    assert run.code == 3
    assert run.out == snapshot(name="out")
    assert run.err == snapshot(name="err")
    assert patless("check", "--format", "json").out == snapshot(name="json")


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("native", [], 0),
        ("login OLD", [], 1),
        ("login RISKY", [], 1),
        ("login VAULT", [], 0),
        ("login VAULT", ["--strict"], 1),
        ("login OLD", ["--exit-zero"], 0),
        ("login VAULT", ["--strict", "--exit-zero"], 0),
        ("login OLD\0", [], 3),
        ("login OLD\0", ["--exit-zero"], 3),
        ("login OLD", ["--ignore", "registry-login"], 0),
        ("login OLD", ["--select", "foreign-package"], 0),
        ("login RISKY", ["--select", "foreign-package,registry-unresolved"], 1),
        ("login OLD # patless: ignore[registry-login] known", [], 0),
    ],
)
def test_the_exit_code_tells_what_is_left(
    patless: Patless, tmp_path: Path, text: str, options: list[str], code: int
) -> None:
    put(tmp_path, bitbucket_pipelines=text)
    assert patless("check", *options).code == code
    assert patless("check", "--format", "json", *options).code == code


def test_quiet_prints_the_findings_only(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD # patless: ignore[registry-login]\n")
    assert patless("check", "-q").out == (
        "bitbucket-pipelines.yml:1:1: registry-login [safe] a stored credential is used\n"
    )
    assert patless("check", "-q").err == ""


def test_an_ignore_comment_without_a_why_is_noted(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD # patless: ignore[registry-login]\n")
    run = patless("check")
    assert run.code == 1
    assert run.err == (
        "bitbucket-pipelines.yml:1: note: this ignore comment does not count: it does not say why; write the "
        "reason after the bracket\n"
    )


def test_the_hint_counts_unsafe_fixes_if_asked(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD login RISKY")
    assert patless("check").out.endswith("Run `patless fix` to fix 1; `--unsafe-fixes` fixes 1 more.\n")
    assert patless("check", "--unsafe-fixes").out.endswith("Run `patless fix --unsafe-fixes` to fix 2, after review.\n")


def test_paths_limit_what_is_reported_and_not_what_is_read(
    patless: Patless, tmp_path: Path, toy: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    put(tmp_path, bitbucket_pipelines="login OLD", a__x_pipelines="login OLD", b__y_pipelines="login OLD")
    read: list[object] = []
    inner = toy.analysis.analyse
    toy.analysis.analyse = lambda view, pipelines, *rest: read.append(tuple(pipelines)) or inner(view, pipelines, *rest)
    assert lines(patless("check", "-q", "a").out) == ["a/x-pipelines.yml:1:1"]
    assert lines(patless("check", "-q", "a", "b/y-pipelines.yml").out) == [
        "a/x-pipelines.yml:1:1",
        "b/y-pipelines.yml:1:1",
    ]
    monkeypatch.chdir(tmp_path / "a")
    assert lines(patless("check", "-q").out) == [
        "../b/y-pipelines.yml:1:1",
        "../bitbucket-pipelines.yml:1:1",
        "x-pipelines.yml:1:1",
    ]
    assert set(read) == {("a/x-pipelines.yml", "b/y-pipelines.yml", "bitbucket-pipelines.yml")}


def test_a_named_file_is_read_whatever_its_name(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD", odd="login OLD")
    assert lines(patless("check", "-q", "odd.yml").out) == ["odd.yml:1:1"]


def test_ignored_files_are_left_alone(patless: Patless, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    put(tmp_path, out__bitbucket_pipelines="login OLD")
    (tmp_path / ".gitignore").write_text("out/\n")
    assert patless("check").code == 0


def test_several_repositories_are_each_read_for_themselves(patless: Patless, tmp_path: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path / name, bitbucket_pipelines="login OLD")
        subprocess.run(["git", "init", "--quiet", tmp_path / name], check=True)
    put(tmp_path / "two", sub__x_pipelines="login OLD")
    (tmp_path / "two" / ".patless.toml").write_text('exclude = ["sub/"]\n')
    expected = ["one/bitbucket-pipelines.yml:1:1", "two/bitbucket-pipelines.yml:1:1"]
    assert lines(patless("check", "-q", "--jobs", "1", "one", "two").out) == expected
    assert lines(patless("check", "-q", "--jobs", "1").out) == expected
    assert lines(patless("check", "-q", "two/sub/..", "--jobs", "1").out) == expected[1:]
    assert patless("check", "--jobs", "1").out.count("Assumes") == 1


def test_a_repository_elsewhere_is_shown_by_its_whole_path(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path / "one", bitbucket_pipelines="login OLD")
    (tmp_path / "two").mkdir()
    os.chdir(tmp_path / "two")
    assert lines(patless("check", "-q", tmp_path / "one").out) == [f"{tmp_path}/one/bitbucket-pipelines.yml:1:1"]


def test_a_file_that_is_excluded_is_not_reported_even_if_named(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    (tmp_path / ".patless.toml").write_text('exclude = ["bitbucket-pipelines.yml"]\n')
    run = patless("check", "bitbucket-pipelines.yml")
    assert run.code == 0
    assert "note: you named this file, but the configuration excludes it" in run.err


def test_two_links_to_a_file_are_one_file(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    (tmp_path / "a-pipelines.yml").symlink_to("bitbucket-pipelines.yml")
    assert lines(patless("check", "-q").out) == ["bitbucket-pipelines.yml:1:1"]


def test_a_link_out_of_the_repository_is_skipped_with_a_sentence(patless: Patless, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    put(tmp_path, outside="login OLD")
    (tmp_path / "root" / "bitbucket-pipelines.yml").symlink_to("../outside.yml")
    run = patless("check", "root")
    assert run.code == 3
    assert run.err == (
        "root/bitbucket-pipelines.yml: not read: a symbolic link leads out of the repository, so patless does "
        "not follow it\n"
    )


@pytest.mark.parametrize(
    ("environment", "options", "coloured"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
    ],
)
def test_colours_follow_the_option_then_the_environment(
    patless: Patless,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    options: list[str],
    coloured: bool,
) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in patless("check", *options).out) is coloured


def test_json_is_never_coloured(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    assert json.loads(patless("check", "--format", "json", "--color", "always").out)["summary"]["safe"] == 1


def test_a_literal_is_in_no_output(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login LITERAL0123456789\n# LITERAL0123456789\n")
    for command in (["check"], ["check", "--format", "json"], ["check", "-q"], ["fix", "--diff"], ["fix"]):
        run = patless(*command)
        assert "0123456789" not in run.out + run.err
    assert "NATIVE\n# LITERAL" in (tmp_path / "bitbucket-pipelines.yml").read_text()
