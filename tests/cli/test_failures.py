"""Every error is a sentence and an exit code; no traceback, no secret, no crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator.rulebook.records import RuleError
from tests.cli.conftest import Patless, put


@pytest.mark.usefixtures("toy")
class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [["nonsense"], ["check", "--nonsense"], ["check", "--format", "xml"], ["check", "--jobs", "0"], ["explain"]],
        ids=" ".join,
    )
    def test_what_the_command_line_cannot_be_exits_2(self, patless: Patless, arguments: list[str]) -> None:
        run = patless(*arguments)
        assert (run.code, run.out) == (2, "")
        assert "Traceback" not in run.err

    def test_a_path_that_does_not_exist_exits_2(self, patless: Patless) -> None:
        run = patless("check", "gone.yml")
        assert (run.code, run.err) == (2, "patless: gone.yml: there is no such file or folder\n")

    def test_a_path_with_escapes_is_shown_escaped(self, patless: Patless) -> None:
        assert "\x1b" not in patless("check", "gone\x1b[2J.yml").err

    def test_a_path_that_leads_out_of_its_repository_exits_2(self, patless: Patless, tmp_path: Path) -> None:
        root = tmp_path / "root"
        subprocess.run(["git", "init", "--quiet", root], check=True)
        put(tmp_path, outside="login OLD")
        (root / "link.yml").symlink_to("../outside.yml")
        run = patless("fix", "root/link.yml")
        assert run.code == 2
        assert run.err == (
            f"patless: root/link.yml: a symbolic link leads out of the repository at {root};"
            " name the file where it is\n"
        )
        assert (tmp_path / "outside.yml").read_text() == "login OLD"

    def test_a_wrong_configuration_exits_2(self, patless: Patless, tmp_path: Path) -> None:
        put(tmp_path, bitbucket_pipelines="login OLD")
        (tmp_path / ".patless.toml").write_text("\nselekt = []\n")
        run = patless("check")
        assert (run.code, run.out) == (2, "")
        assert run.err.startswith("patless: .patless.toml:2:1: `selekt` is not known; known here: ")
        assert patless("check", "--no-config").code == 1

    def test_an_unknown_code_exits_2(self, patless: Patless, tmp_path: Path) -> None:
        run = patless("check", "--ignore", "foreign-packages")
        assert run.code == 2
        assert "--ignore: no rule or reason is named 'foreign-packages' (did you mean foreign-package?)" in run.err
        (tmp_path / ".patless.toml").write_text('select = ["x"]\n')
        assert patless("check").err.startswith("patless: .patless.toml: select: no rule or reason is named 'x'; ")

    def test_a_named_configuration_counts(self, patless: Patless, tmp_path: Path) -> None:
        put(tmp_path, bitbucket_pipelines="login OLD")
        (tmp_path / "mine.toml").write_text('ignore = ["registry-login"]\n')
        assert patless("check", "--config", "mine.toml").code == 0
        assert patless("check", "--config", "gone.toml").code == 2
        assert patless("check", "--config", "mine.toml", "--no-config").code == 2

    def test_a_rule_folder_must_exist(self, patless: Patless) -> None:
        assert patless("check", "--rules", "gone").code == 2

    def test_a_wrong_rule_exits_2(self, patless: Patless, toy: SimpleNamespace) -> None:
        def load(folders: object) -> None:
            raise RuleError("rules/x.yml:3: there is no key 'whta'")

        toy.reading.load = load
        run = patless("rules")
        assert (run.code, run.err) == (2, "patless: rules/x.yml:3: there is no key 'whta'\n")

    def test_explaining_what_does_not_exist_exits_2(self, patless: Patless) -> None:
        run = patless("explain", "registry-logins")
        assert run.code == 2
        assert run.err == (
            "patless: no rule or reason is named 'registry-logins' (did you mean registry-login?); run `patless "
            "rules` to list them all\n"
        )


NO_CREDENTIAL = (
    "no Bitbucket credential; set BITBUCKET_ACCESS_TOKEN, or ATLASSIAN_ACCOUNT_EMAIL and ATLASSIAN_API_TOKEN"
)
NO_LEDGER = "no ledger patless-fleet.db; run `patless fleet scan` first"


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        ("explain", 2, "nothing to explain; pass a rule or a reason, or --trace PATH:LINE; `patless rules` lists them"),
        ("fleet status", 2, NO_LEDGER),
        ("fleet report", 2, NO_LEDGER),
        ("fleet migrate", 2, NO_LEDGER),
        ("fleet scan", 2, "nothing to scan; pass --workspace SLUG, or --folder DIR for clones on this machine"),
        ("fleet scan --folder .", 2, ".: no clone in this folder; name one that holds clones of repositories"),
        ("secrets list", 2, NO_CREDENTIAL),
        ("secrets verify plan.json", 3, "cannot open plan.json: No such file or directory; name the file that `secr"),
        (
            "bot",
            2,
            "not a pull-request pipeline (BITBUCKET_PR_ID is not set); pass --since REF, --all, or --workspace ",
        ),
        ("packages --write", 2, "--write needs --probe"),
    ],
)
def test_a_folder_with_nothing_in_it_is_a_line_that_says_what_to_do(
    patless: Patless, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, code: int, what: str
) -> None:
    for name in ("BITBUCKET_ACCESS_TOKEN", "ATLASSIAN_ACCOUNT_EMAIL", "ATLASSIAN_API_TOKEN", "BITBUCKET_PR_ID"):
        monkeypatch.delenv(name, raising=False)
    run = patless(*words.split())
    assert (run.code, run.out, run.err.count("\n")) == (code, "", 1)
    assert run.err.startswith(f"patless: {what}")


def test_a_repository_of_another_host_is_said_and_what_to_name(
    patless: Patless, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BITBUCKET_ACCESS_TOKEN", "x")
    for command in (["init", "--quiet"], ["remote", "add", "origin", "https://git.example/a/b.git"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    run = patless("secrets", "list")
    assert (run.code, run.err) == (
        2,
        "patless: the remote `origin` is not a repository on bitbucket.org; pass --workspace and --repo, or --all\n",
    )


class TestFaults:
    def boom(self, *_: object) -> None:
        raise ValueError("the file says s3cret")

    def test_an_internal_error_is_a_sentence_without_the_text_of_files(
        self, patless: Patless, toy: SimpleNamespace
    ) -> None:
        toy.analysis.analyse = self.boom
        run = patless("check", "--exit-zero")
        assert (run.code, run.out) == (70, "")
        assert run.err.startswith("patless: internal error (ValueError at test_failures.py:")
        assert run.err.count("\n") == 1
        assert "s3cret" not in run.err

    def test_the_traceback_is_there_on_request_and_still_without_the_text_of_files(
        self, patless: Patless, toy: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        toy.analysis.analyse = self.boom
        monkeypatch.setenv("PATLESS_DEBUG", "1")
        run = patless("check")
        assert 'analysis.py", line' in run.err
        assert run.err.endswith("ValueError\n")

    def test_an_interruption_is_no_crash(self, patless: Patless, toy: SimpleNamespace) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        toy.analysis.analyse = interrupt
        run = patless("fix")
        assert (run.code, run.err) == (130, "patless: interrupted; no file is half written\n")

    def test_a_repository_that_git_refuses_exits_3(
        self, patless: Patless, toy: SimpleNamespace, tmp_path: Path
    ) -> None:
        subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
        (tmp_path / ".git" / "config").write_text("[core\n")
        run = patless("check")
        assert run.code == 3
        assert run.err.startswith(f"patless: git does not read the repository at {tmp_path}: bad config line 1")


@pytest.mark.usefixtures("toy")
class TestOtherCommands:
    def test_packages(self, patless: Patless, tmp_path: Path) -> None:
        run = patless("packages")
        assert run.code == 0
        assert run.out.splitlines()[1].startswith(
            "crg.apkg.io/acme/web  container  own        -          Dockerfile:1:6  pushed here"
        )
        assert '"ownership": "own"' in patless("packages", tmp_path, "--format", "json").out

    def test_rules_and_explain(self, patless: Patless) -> None:
        assert patless("rules").out.startswith("Rules: what patless finds\n  registry-login ")
        assert patless("explain", "registry-login").out.startswith("registry-login (rule, warning)\n")
        assert patless("explain", "foreign-package").out.startswith("foreign-package (reason, unsafe)\n")

    def test_version(self, patless: Patless) -> None:
        run = patless("--version")
        assert (run.code, run.out) == (0, "patless 0.1.0\n")

    def test_help_names_every_command(self, patless: Patless) -> None:
        run = patless("--help")
        assert run.code == 0
        assert [name for name in ("check", "fix", "packages", "rules", "explain") if f"  {name} " not in run.out] == []


def command(*arguments: str, cwd: Path, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "migrator", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    run = command("check", "--help", cwd=tmp_path)
    assert run.stdout is not None
    run.stdout.close()
    assert run.stderr is not None
    errors = run.stderr.read()
    run.wait()
    assert errors == b""


@pytest.mark.parametrize("command", [["check"], ["fix"], ["packages"], ["explain", "registry-login"], ["bot"]])
def test_a_folder_that_was_removed_is_a_sentence(command: list[str], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = Path(sys.executable).parent / "patless"
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD"; exec "$0" "$@"', program, *command], cwd=gone, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (
        2,
        "patless: the current folder no longer exists; change to another one\n",
    )


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PATLESS_REQUESTS_PER_HOUR", "\u0663", 2),
        ("PATLESS_BUDGET_LABEL", "\udcff", 4),
        ("PATLESS_API_URL", "http://[", 2),
    ],
)
def test_an_odd_variable_is_a_sentence(name: str, value: str, code: int, tmp_path: Path) -> None:
    here = {"PATLESS_API_URL": "http://127.0.0.1:9/2.0", "BITBUCKET_ACCESS_TOKEN": "x", "HOME": str(tmp_path)}
    program = Path(sys.executable).parent / "patless"
    done = subprocess.run(
        [program, "secrets", "list", "--workspace", "acme", "--repo", "web"],
        cwd=tmp_path,
        env={**os.environ, **here, name: value},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert "internal error" not in done.stderr


def test_an_output_that_takes_no_more_is_a_sentence(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [Path(sys.executable).parent / "patless", "rules"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 3
    assert done.stderr == ("patless: no space left where the output goes; fix that, and run the same command again\n")
