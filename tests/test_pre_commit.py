"""The hooks, installed and run by pre-commit itself."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from migrator.platforms.bitbucket.names import is_pipelines_file
from migrator.prefilter.leads import is_script
from migrator.rulebook.programs import Launcher
from migrator.rulebook.reading import load

ROOT = Path(__file__).parents[1]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
FILE = "bitbucket-pipelines.yml"
PUSH = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u $EMAIL -p $TOKEN
          - docker build -t crg.apkg.io/acme/web .
          - docker push crg.apkg.io/acme/web
"""
DOCKERFILE = "FROM scratch\n"
FOREIGN = "FROM crg.apkg.io/acme/base\n"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
@pytest.mark.parametrize(
    "path",
    [
        "bitbucket-pipelines.yml",
        "a/b/bitbucket-pipelines.yaml",
        "Bitbucket-Pipelines.YML",
        "shared-pipelines.yml",
        "pipelines.yml",
        "bitbucket-pipeline.yml",
        ".pipelines.yml",
        "azure/ci/build.pipelines.yaml",
        "a\n/pipelines.yml",
        "azure-pipelines.yml",
        "a/azure-pipelines.yml",
        "pipelines.yml/x",
        "bitbucket-pipelines.yml.bak",
        "bitbucket-pipelines.json",
        "pipelines",
        "pipeline.yml",
        "bitbucket-pipelines.yml\n",
        "docker-compose.yml",
        "x/",
    ],
)
def test_a_hook_is_given_the_files_that_patless_reads(hook: dict[str, str], path: str) -> None:
    assert (re.search(hook["files"], path) is not None) == (is_pipelines_file(path) or may_be_a_script(path))


def may_be_a_script(path: str) -> bool:
    """By a name without an ending; what is no text is given to no hook."""
    name = path.rpartition("/")[2]
    return bool(name) and "." not in name


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_given_text_only(hook: dict[str, object]) -> None:
    assert hook["types"] == ["text"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
@pytest.mark.parametrize(
    "path",
    [
        *("push.sh", "ci/x.bash", "a\n/x.py", "Makefile", "ci/GNUmakefile", "makefile", "rules.mk", "web/package.json"),
        *("justfile", "ci/Justfile", ".justfile"),
    ],
)
def test_a_hook_is_given_the_scripts_that_pipelines_run(hook: dict[str, str], path: str) -> None:
    assert re.search(hook["files"], path)
    assert is_script(path)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
@pytest.mark.parametrize("launcher", load().programs.launchers.values(), ids=load().programs.launchers)
def test_a_hook_is_given_the_files_of_every_launcher(hook: dict[str, str], launcher: Launcher) -> None:
    endings = [ending for ending in launcher.endings if ending != ".json"]  # most of those are no scripts
    for path in (*launcher.files, *(f"x{ending}" for ending in endings)):
        assert re.search(hook["files"], path)
        assert is_script(path)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
@pytest.mark.parametrize(
    "path", ["x.json", "Makefile.in", "x.pyc", "x.sh.md", "x.sh\n", ".Justfile", "justfile.md", ".envrc", "a.d/x.c"]
)
def test_a_hook_is_not_given_the_rest(hook: dict[str, str], path: str) -> None:
    assert not re.search(hook["files"], path)


@dataclass(frozen=True, slots=True)
class Commit:
    """pre-commit in a repository of a user; `source` is the repository that the hooks come from."""

    root: Path
    source: Path
    environment: dict[str, str]

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("git", *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-m", "pre_commit", *arguments)

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """What a person types."""
        programs = f"{Path(sys.executable).parent}:{self.environment['PATH']}"
        where = {**self.environment, "PATH": programs}
        return subprocess.run(["sh", "-c", line], cwd=self.root, env=where, capture_output=True, text=True, check=False)

    def install(self, *hooks: str) -> None:
        """Set the hooks up as a user does, and commit that."""
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.source, capture_output=True, text=True, check=True)
        listed = [{"id": hook} for hook in hooks]
        configured = {"repos": [{"repo": str(self.source), "rev": head.stdout.strip(), "hooks": listed}]}
        (self.root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configured))
        self.git("add", "--all")
        done = self.run("install")
        assert done.returncode == 0, done.stdout + done.stderr

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False)


def environment_of(home: Path) -> dict[str, str]:
    """Nothing of the git that may have started the tests, and a name to commit under."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON", "PRE_COMMIT"))}
    who = {f"GIT_{role}_{key}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    return kept | who | {"PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never", "GIT_CONFIG_GLOBAL": os.devnull}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A repository with what is here now, and beside it pre-commit's folder: one for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    found = base / "patless"
    with (base / "patless.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            for name in ("migrator", "rules"):
                shutil.copytree(ROOT / name, found / name, ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
                shutil.copy(ROOT / name, found / name)
            for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "here"]):
                subprocess.run(["git", *command], cwd=found, env=environment_of(base / "home"), check=True)
    return found


@pytest.fixture
def commit(source: Path, tmp_path: Path) -> Iterator[Commit]:
    root = tmp_path / "user"
    made = Commit(root, source, environment_of(source.parent / "home"))
    subprocess.run(["git", "init", "--quiet", root], env=made.environment, check=True)
    (root / "Dockerfile").write_text(DOCKERFILE)
    made.git("add", "--all")
    made.git("commit", "--message", "start")
    return made


def test_try_repo_runs_both_hooks(commit: Commit) -> None:
    (commit.root / FILE).write_text(PUSH)
    (commit.root / "other.yml").write_text(PUSH)
    (commit.root / "für alle").mkdir()
    (commit.root / "für alle" / "my pipelines.yml").write_text(PUSH)
    commit.git("add", "--all")
    run = commit.run("try-repo", str(commit.source), "--all-files", "--verbose")
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{FILE}:5:13: registry-login fixed:" in run.stdout
    assert "files were modified by this hook" in run.stdout
    assert "für alle/my pipelines.yml:5:13: registry-login fixed:" in run.stdout
    assert "No findings. Read 2 pipelines files." in run.stdout  # patless-check, which comes second
    assert "-p $BITBUCKET_PACKAGES_TOKEN" in (commit.root / FILE).read_text()
    assert (commit.root / "other.yml").read_text() == PUSH


def test_an_installed_hook_stops_a_commit_until_it_is_settled(commit: Commit) -> None:
    commit.install("patless")
    quiet = commit.git("commit", "--message", "nothing for the hook")
    assert quiet.returncode == 0, quiet.stdout + quiet.stderr
    assert "(no files to check)Skipped" in quiet.stderr

    (commit.root / FILE).write_text(PUSH)
    commit.git("add", FILE)
    stopped = commit.git("commit", "--message", "a login")
    assert stopped.returncode == 1
    assert f"{FILE}:5:13: registry-login fixed:" in stopped.stderr
    assert commit.git("log", "--format=%s").stdout.split("\n")[0] == "nothing for the hook"

    commit.git("add", FILE)
    settled = commit.git("commit", "--message", "a native login")
    assert settled.returncode == 0, settled.stdout + settled.stderr
    assert "BITBUCKET_PACKAGES_TOKEN" in commit.git("show", f"HEAD:{FILE}").stdout

    called = commit.root / "für alle" / "push it.sh"
    (commit.root / FILE).write_text("pipelines:\n  default:\n    - step: {script: ['sh \"für alle/push it.sh\"']}\n")
    called.parent.mkdir()
    called.write_text("make\n")
    commit.git("add", "--all")
    calling = commit.git("commit", "--message", "a script")
    assert calling.returncode == 0, calling.stdout + calling.stderr
    for name in ("deploy", "LICENSE"):
        (called.parent / name).write_text("any text\n")
    called.write_text("docker login crg.apkg.io -u $EMAIL -p $TOKEN\n")
    commit.git("add", "--all")
    within = commit.git("commit", "--message", "a login in a script alone")
    assert within.returncode == 1
    assert "für alle/push it.sh:1:1: registry-login fixed:" in within.stderr

    script = commit.root / "ci" / "deploy"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\ndocker login crg.apkg.io -u $EMAIL -p $TOKEN\n")
    (commit.root / FILE).write_text("pipelines:\n  default:\n    - step: {script: [sh ci/deploy]}\n")
    commit.git("add", "--all")
    without = commit.git("commit", "--message", "a script without an ending")
    assert without.returncode == 1
    assert "ci/deploy:2:1: registry-login fixed:" in without.stderr


def test_the_rest_of_the_repository_counts_though_only_changed_files_are_named(commit: Commit) -> None:
    commit.install("patless", "patless-check")
    (commit.root / "Dockerfile").write_text(FOREIGN)
    commit.git("commit", "--all", "--message", "another base")
    (commit.root / FILE).write_text(PUSH)
    commit.git("add", FILE)
    stopped = commit.git("commit", "--message", "a login")
    assert stopped.returncode == 1
    assert "Fixed 0; 1 needs review (foreign-package ×1)" in stopped.stderr
    assert f"{FILE}:5:13: registry-login [unsafe]" in stopped.stderr
    assert (commit.root / FILE).read_text() == PUSH


def test_what_is_left_is_said_with_commands_that_work_there(commit: Commit) -> None:
    commit.install("patless")
    (commit.root / "Dockerfile").write_text(FOREIGN)
    pushing = PUSH.replace("          - docker build -t crg.apkg.io/acme/web .\n", "")
    (commit.root / FILE).write_text(pushing + PUSH.partition("default:\n")[2])
    commit.git("add", "--all")
    stopped = commit.git("commit", "--message", "two logins").stderr
    fixed, kept, left = (
        stopped.index(part)
        for part in (
            f"{FILE}:5:13: registry-login fixed:",
            f"{FILE}:9:13: registry-login [unsafe]",
            "Fixed 1; 1 needs",
        )
    )
    assert fixed < kept < left
    for part in (
        "9 |           - docker login",
        "= foreign-package: ",
        "      fix:  if ",
        "      keep: `# ",
        "      ask:  the ",
    ):
        assert part in stopped[kept:left]
    (hint,) = re.findall("Run `(.+)` to fix 1 more", stopped)
    assert hint == f"PATLESS_UNSAFE_FIXES=1 pre-commit run patless --files {FILE}"
    assert "`patless" not in stopped
    assert commit.shell(hint).returncode == 1  # it has changed a file
    assert (commit.root / FILE).read_text().count("-p $BITBUCKET_PACKAGES_TOKEN") == 2
    assert commit.shell(hint.partition(" ")[2]).returncode == 0
