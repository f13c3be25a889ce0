"""The path `-` with the real engine: a file's content from standard input, in its repository."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.cli import main
from tests.cli.conftest import Run, put

HEAD = "pipelines:\n  default:\n    - step:\n        script:\n"
LOGIN = "docker login crg.apkg.io -u $EMAIL -p $TOKEN"
NATIVE = "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN"
PUSH = f"{HEAD}          - {LOGIN}\n          - docker build -t crg.apkg.io/acme/web .\n"
PUSH += "          - docker push crg.apkg.io/acme/web\n"
NAME = ("-", "--stdin-filename", "bitbucket-pipelines.yml")

Piped = Callable[..., Run]


@pytest.fixture
def piped(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Piped:
    """The command in a repository, with bytes on standard input."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(data: bytes | str, *arguments: str) -> Run:
        given = data.encode() if isinstance(data, str) else data
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = main(list(arguments))
        out, err = capsysbinary.readouterr()
        return Run(code, out.decode("utf-8", "surrogateescape"), err.decode())

    return run


@pytest.mark.parametrize("data", [b"", b"a: b", (HEAD + "          - make\r\n").encode(), b"\xef\xbb\xbfa: b\n"])
def test_nothing_to_do_gives_the_file_as_it_was(piped: Piped, data: bytes) -> None:
    run = piped(data, "fix", *NAME)
    assert (run.code, run.out.encode(), run.err) == (0, data, "Fixed 0; 0 need review.\n")
    assert piped(data, "check", *NAME).code == 0


@pytest.mark.parametrize(
    "data",
    [b"a: \0\n", b"# crg.apkg.io\na: [\n", b"\xff", b"#" * (2 * 1024 * 1024 + 2)],
    ids=["NUL", "no YAML", "not UTF-8", "huge"],
)
def test_what_cannot_be_read_comes_out_as_it_was(piped: Piped, data: bytes) -> None:
    run = piped(data, "fix", *NAME)
    assert run.code == 3
    assert run.out.encode("utf-8", "surrogateescape") == data
    assert run.err.startswith("bitbucket-pipelines.yml")
    assert piped(data, "check", *NAME).code == 3


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_rewritten_file_is_all_that_standard_output_gets(piped: Piped, tmp_path: Path, newline: str) -> None:
    put(tmp_path, bitbucket_pipelines="what is on disk does not matter: [\n")
    text = PUSH.replace("\n", newline)
    run = piped(text, "fix", *NAME)
    assert (run.code, run.out) == (0, text.replace(LOGIN, NATIVE))
    assert run.err.startswith("bitbucket-pipelines.yml:5:13: registry-login fixed: ")
    assert run.err.endswith("Fixed 1; 0 need review.\n")
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == "what is on disk does not matter: [\n"
    assert piped(text, "fix", "--exit-non-zero-on-fix", *NAME).code == 1
    assert piped(run.out, "fix", *NAME).out == run.out


def test_check_reports_on_the_bytes_that_came(piped: Piped, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines=PUSH.replace("$TOKEN", "$ON_DISK"), other_pipelines=PUSH)
    run = piped("# new\n" + PUSH, "check", "-q", *NAME)
    assert run.code == 1
    assert run.out.startswith("bitbucket-pipelines.yml:6:13: registry-login [safe]")
    assert run.out.count("\n") == 1
    assert "$TOKEN" in run.out
    document = json.loads(piped(PUSH, "check", "--format", "json", *NAME).out)
    assert [one["path"] for one in document["findings"]] == ["bitbucket-pipelines.yml"]


def test_the_rest_of_the_repository_is_read(piped: Piped, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM crg.apkg.io/acme/base\n")
    run = piped(PUSH, "fix", *NAME)
    assert (run.code, run.out) == (1, PUSH)
    assert "Fixed 0; 1 needs review (foreign-package ×1)" in run.err
    assert piped(PUSH, "fix", "--unsafe-fixes", *NAME).out == PUSH.replace(LOGIN, NATIVE)


def test_the_configuration_of_the_repository_counts(piped: Piped, tmp_path: Path) -> None:
    (tmp_path / ".patless.toml").write_text('exclude = ["vendor/"]\nignore = ["registry-login"]\n')
    assert piped(PUSH, "fix", *NAME).out == PUSH
    (tmp_path / ".patless.toml").write_text('exclude = ["vendor/"]\n')
    run = piped(PUSH, "fix", "-", "--stdin-filename", "vendor/my-pipelines.yml")
    assert (run.code, run.out) == (0, PUSH)
    assert "you named this file, but the configuration excludes it" in run.err


def test_a_diff_goes_out_alone(piped: Piped, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines=PUSH)
    run = piped(PUSH, "fix", "--diff", *NAME)
    assert run.code == 1
    assert run.out.startswith("diff --git a/bitbucket-pipelines.yml b/bitbucket-pipelines.yml\n")
    assert "Would fix 1" in run.err
    subprocess.run(["git", "apply"], input=run.out.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == PUSH.replace(LOGIN, NATIVE)


def test_the_file_need_not_be_there_yet(piped: Piped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = tmp_path / "new" / "folder" / "my-pipelines.yml"
    assert piped(PUSH, "fix", "-", "--stdin-filename", str(new)).out == PUSH.replace(LOGIN, NATIVE)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    run = piped(PUSH, "check", "-q", "-", "--stdin-filename", "my-pipelines.yml")
    assert run.out.startswith("my-pipelines.yml:5:13: ")


def test_a_link_to_the_file_shows_the_bytes_that_came(piped: Piped, tmp_path: Path) -> None:
    put(tmp_path, real=PUSH)
    (tmp_path / "bitbucket-pipelines.yml").symlink_to("real.yml")
    run = piped(HEAD + "          - make\n", "check", "-", "--stdin-filename", "real.yml")
    assert run.out == "No findings. Read 1 pipelines file.\n"
    assert piped(PUSH, "fix", *NAME).out == PUSH.replace(LOGIN, NATIVE)


def test_a_literal_that_is_replaced_is_in_no_output(piped: Piped) -> None:
    literal = "ATATT3xFfGF0sample0literal0credential0000"
    for command in (["check"], ["fix"], ["fix", "--diff"]):
        run = piped(PUSH.replace("$TOKEN", literal), *command, *NAME)
        assert literal not in run.out + run.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "-"], "- reads standard input; name its file in the repository with --stdin-filename"),
        (
            ["check", "--stdin-filename", "a.yml"],
            "--stdin-filename needs the path -",
        ),
        (
            ["fix", *NAME, "a.yml"],
            "- reads one file; pass no other path with it",
        ),
        (
            ["fix", *NAME, "--format", "json"],
            "fix - prints the fixed file, so it cannot be combined with --format json",
        ),
        (["check", "-", "--stdin-filename", "."], ". is a folder; --stdin-filename needs a file"),
        (
            ["check", "-", "--stdin-filename", "out.yml"],
            "out.yml: a symbolic link leads out of its repository; name the file where it is",
        ),
    ],
)
def test_a_command_line_that_cannot_be_exits_2(
    piped: Piped, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "out.yml").symlink_to("/etc/hostname")
    run = piped(PUSH, *arguments)
    assert (run.code, run.out, run.err) == (2, "", f"patless: {sentence}\n")
