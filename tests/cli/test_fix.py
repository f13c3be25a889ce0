from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Patless, put

pytestmark = pytest.mark.usefixtures("toy")

TEXT = "- login OLD\n- login RISKY\n- login VAULT\n"


def test_nothing_to_do_writes_nothing(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="native\n")
    before = os.stat(tmp_path / "bitbucket-pipelines.yml")
    run = patless("fix")
    assert (run.code, run.out, run.err) == (0, "Fixed 0; 0 need review.\n", "")
    after = os.stat(tmp_path / "bitbucket-pipelines.yml")
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_safe_fixes_are_written_and_the_rest_is_counted(
    patless: Patless, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    put(tmp_path, bitbucket_pipelines=TEXT)
    run = patless("fix")
    assert run.code == 1
    assert run.out == snapshot
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == TEXT.replace("OLD", "NATIVE")


def test_unsafe_fixes_are_written_on_request(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines=TEXT)
    assert patless("fix", "--unsafe-fixes").code == 0
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == "- login NATIVE\n- login NATIVE\n- login VAULT\n"


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("login OLD", [], 0),
        ("login OLD", ["--exit-non-zero-on-fix"], 1),
        ("native", ["--exit-non-zero-on-fix"], 0),
        ("login RISKY", [], 1),
        ("login RISKY", ["--exit-zero"], 0),
        ("login VAULT", [], 0),
        ("login VAULT", ["--strict"], 1),
        ("login OLD", ["--diff"], 1),
        ("login OLD", ["--diff", "--exit-zero"], 0),
        ("native", ["--diff"], 0),
        ("login RISKY", ["--diff"], 1),
        ("login OLD\0", [], 3),
        ("login OLD\0", ["--diff"], 3),
    ],
)
def test_the_exit_code_tells_what_is_left(
    patless: Patless, tmp_path: Path, text: str, options: list[str], code: int
) -> None:
    put(tmp_path, bitbucket_pipelines=text)
    assert patless("fix", *options).code == code


def test_a_second_run_finds_nothing(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    patless("fix")
    assert patless("fix", "--exit-non-zero-on-fix").code == 0


def test_files_outside_the_paths_stay(patless: Patless, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    put(tmp_path, bitbucket_pipelines="login OLD", a__x_pipelines="login OLD")
    assert patless("fix", "a").code == 0
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == "login OLD"
    assert (tmp_path / "a/x-pipelines.yml").read_text() == "login NATIVE"


def test_json_lists_what_was_fixed_and_what_is_left(
    patless: Patless, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    put(tmp_path, bitbucket_pipelines=TEXT)
    assert patless("fix", "--format", "json").out == snapshot


def test_the_diff_is_all_that_standard_output_gets(
    patless: Patless, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    put(tmp_path, bitbucket_pipelines=TEXT)
    run = patless("fix", "--diff")
    assert run.out == snapshot(name="out")
    assert run.err == snapshot(name="err")
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == TEXT


def test_git_apply_makes_the_change_that_fix_makes(patless: Patless, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    texts = {"bitbucket_pipelines": "a\r\nlogin OLD\r\nb", "sub__my_pipelines": "\ufefflogin OLD"}
    put(tmp_path, **texts)
    patch = patless("fix", "--diff").out
    subprocess.run(["git", "apply"], input=patch.encode(), cwd=tmp_path, check=True)
    for path, text in (
        ("bitbucket-pipelines.yml", "a\r\nlogin NATIVE\r\nb"),
        ("sub/my-pipelines.yml", "\ufefflogin NATIVE"),
    ):
        assert (tmp_path / path).read_bytes() == text.encode()


def test_a_diff_from_a_subfolder_counts_from_the_root(
    patless: Patless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    put(tmp_path, sub__x_pipelines="login OLD")
    monkeypatch.chdir(tmp_path / "sub")
    patch = patless("fix", "--diff").out
    subprocess.run(["git", "apply"], input=patch.encode(), cwd=tmp_path / "sub", check=True)
    assert (tmp_path / "sub/x-pipelines.yml").read_text() == "login NATIVE"


def test_a_masked_diff_says_that_it_cannot_be_applied(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login LITERAL0123456789\n")
    run = patless("fix", "--diff")
    assert "-login ‹literal, 17 characters›\n+login NATIVE\n" in run.out
    assert run.err.startswith(
        "bitbucket-pipelines.yml: this diff masks a hardcoded token, so `git apply` refuses it; run `patless "
        "fix` to make the change\n"
    )


def test_a_diff_in_json_is_refused(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    run = patless("fix", "--diff", "--format", "json")
    assert (run.code, run.out) == (2, "")
    assert run.err == "patless: --diff prints a diff, so it cannot be combined with --format json\n"


def test_a_file_changed_meanwhile_is_not_written_and_the_others_are(
    patless: Patless, tmp_path: Path, toy: SimpleNamespace
) -> None:
    put(tmp_path, a_pipelines="login OLD", b_pipelines="login OLD")
    inner = toy.applying.plan

    def plan(*arguments: object) -> object:
        made = inner(*arguments)
        put(tmp_path, a_pipelines="someone else\n")
        return made

    toy.applying.plan = plan
    run = patless("fix")
    assert run.code == 3
    assert run.err == (
        "a-pipelines.yml: not written: something else changed the file since patless read it; run patless again\n"
    )
    assert run.out.splitlines()[-1] == "Fixed 1; 0 need review."  # what somebody else has written holds no login
    assert (tmp_path / "a-pipelines.yml").read_text() == "someone else\n"
    assert (tmp_path / "b-pipelines.yml").read_text() == "login NATIVE"


def test_a_rewrite_that_does_not_verify_writes_nothing_anywhere(
    patless: Patless, tmp_path: Path, toy: SimpleNamespace
) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD")
    inner = toy.applying.plan
    toy.applying.plan = lambda *arguments: replace(
        inner(*arguments), failures=("bitbucket-pipelines.yml: line 3 differs",)
    )
    run = patless("fix")
    assert (run.code, run.out) == (70, "")
    assert run.err == (
        "patless: bitbucket-pipelines.yml: line 3 differs\npatless: wrote nothing. This is a fault in patless: "
        "please report it.\n"
    )
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == "login OLD"


def test_a_link_inside_is_written_through_and_stays(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, shared__config="login OLD")
    (tmp_path / "bitbucket-pipelines.yml").symlink_to("shared/config.yml")
    assert patless("fix").code == 0
    assert (tmp_path / "bitbucket-pipelines.yml").is_symlink()
    assert (tmp_path / "shared/config.yml").read_text() == "login NATIVE"


def test_a_link_to_an_excluded_file_is_held_back(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, shared__config="login OLD")
    (tmp_path / "bitbucket-pipelines.yml").symlink_to("shared/config.yml")
    (tmp_path / ".patless.toml").write_text('exclude = ["shared/"]\n')
    assert patless("fix").code == 1
    assert (tmp_path / "shared/config.yml").read_text() == "login OLD"


def test_json_counts_a_file_that_was_not_written_as_held(
    patless: Patless, tmp_path: Path, toy: SimpleNamespace
) -> None:
    put(tmp_path, a_pipelines="login OLD")
    inner = toy.applying.plan
    toy.applying.plan = lambda *arguments: (inner(*arguments), put(tmp_path, a_pipelines=""))[0]
    document = json.loads(patless("fix", "--format", "json").out)
    assert (document["summary"]["fixed"], document["summary"]["findings"]) == (0, 1)


def test_a_finding_in_two_files_is_settled_in_both_or_in_none(
    patless: Patless, tmp_path: Path, toy: SimpleNamespace
) -> None:
    put(tmp_path, a_pipelines="login OLD", b_pipelines="login OLD", c_pipelines="login OLD")
    inner = toy.applying.plan

    def plan(*arguments: object) -> object:
        made = inner(*arguments)
        a, b, c = made.changes
        shared = a.findings + b.findings
        put(tmp_path, b_pipelines="someone else")
        return replace(made, changes=(replace(a, findings=shared), replace(b, findings=shared), c))

    toy.applying.plan = plan
    run = patless("fix")
    assert (run.code, "Fixed 1; 1 needs review" in run.out) == (3, True)
    texts = [(tmp_path / f"{name}-pipelines.yml").read_text() for name in "abc"]
    assert texts == ["login OLD", "someone else", "login NATIVE"]
