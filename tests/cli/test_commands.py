"""The commands with the real engine and rules, on the repository in `fixtures/demo` and on small ones."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Patless, put

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"

LOGIN = "- docker login crg.apkg.io -u $EMAIL -p $TOKEN"
STEP = f"""\
pipelines:
  default:
    - step:
        script:
          {LOGIN}
          - docker push crg.apkg.io/acme/web
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(DEMO / "repository", tmp_path, dirs_exist_ok=True)
    for command in (
        ["init", "--quiet"],
        ["remote", "add", "origin", "git@bitbucket.org:acme/web.git"],
        ["add", "--all"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_check_of_the_demo(patless: Patless, repository: Path, snapshot: SnapshotAssertion) -> None:
    run = patless("check")
    assert (run.code, run.err) == (1, "")
    assert run.out == snapshot(name="text")
    assert patless("check", "--format", "json").out == snapshot(name="json")


def test_the_diff_of_the_demo_is_what_fix_writes(
    patless: Patless, repository: Path, snapshot: SnapshotAssertion
) -> None:
    file = repository / "bitbucket-pipelines.yml"
    before = file.read_bytes()
    run = patless("fix", "--diff")
    assert (run.code, run.out, file.read_bytes()) == (1, snapshot(name="diff"), before)
    assert run.err == snapshot(name="aside")
    subprocess.run(["git", "apply"], input=run.out.encode(), cwd=repository, check=True)
    applied = file.read_bytes()
    file.write_bytes(before)
    fixed = patless("fix")
    assert (fixed.code, fixed.out) == (0, snapshot(name="fix"))
    assert file.read_bytes() == applied
    assert patless("check").code == 0
    assert patless("fix", "--exit-non-zero-on-fix").code == 0


def test_packages_of_the_demo(patless: Patless, repository: Path, snapshot: SnapshotAssertion) -> None:
    run = patless("packages")
    assert (run.code, run.out) == (0, snapshot)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_diff_of_real_findings_applies(patless: Patless, tmp_path: Path, newline: str) -> None:
    put(tmp_path, bitbucket_pipelines=STEP.rstrip("\n").replace("\n", newline))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    patch = patless("fix", "--diff").out
    subprocess.run(["git", "apply"], input=patch.encode(), cwd=tmp_path, check=True)
    applied = (tmp_path / "bitbucket-pipelines.yml").read_bytes()
    assert (
        applied
        == STEP.rstrip("\n")
        .replace("$EMAIL", "$BITBUCKET_PACKAGES_USERNAME")
        .replace("$TOKEN", "$BITBUCKET_PACKAGES_TOKEN")
        .replace("\n", newline)
        .encode()
    )


def test_several_repositories_in_several_processes_give_the_same(patless: Patless, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        put(tmp_path / name, bitbucket_pipelines=STEP)
        subprocess.run(["git", "init", "--quiet"], cwd=tmp_path / name, check=True)
    alone = patless("check", "--jobs", "1", "one", "two", "three")
    assert patless("check", "--jobs", "3", "one", "two", "three") == alone
    assert alone.code == 1
    assert json.loads(patless("check", "--format", "json").out)["summary"]["safe"] == 3
    assert patless("fix").code == 0


def test_an_ignore_comment_settles_a_real_finding(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines=STEP.replace(LOGIN, f"{LOGIN}  # patless: ignore[registry-login] as it is"))
    run = patless("check")
    assert (run.code, "1 ignored" in run.out) == (0, True)


HERE = b"# crg.apkg.io\n"  # a file that does not mention Packages is not looked at any further
BAD = {
    "not UTF-8": b"a: \xff\n",
    "UTF-16": "a: b\n".encode("utf-16"),
    "NUL": b"a: \0\n",
    "unclosed": HERE + b"a: [\n",
    "a tab": HERE + b"a:\n\tb: c\n",
    "duplicate keys": STEP.encode() + STEP.encode(),
    "several documents": STEP.encode() + b"---\n" + STEP.encode(),
    "brackets": HERE + b"[" * 50_000,
    "an alias bomb": HERE
    + b"a: &a [x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 121))
    + b"pipelines: {default: [{step: {script: *y}}]}\n",
    "an alias cycle": HERE + b"pipelines: {default: [{step: {script: &a [*a]}}]}\n",
    "a merge conflict": b"<<<<<<< ours\n" + STEP.encode() + b"=======\na: b\n>>>>>>> theirs\n",
    "unparsable shell": STEP.replace("$TOKEN", '"$TOKEN').encode(),
    "deeply nested shell": STEP.replace("$TOKEN", "$(" * 5000).encode(),
    "huge": b"#" * (2 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_bad_input_is_a_line_and_the_other_files_are_done(patless: Patless, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad-pipelines.yml").write_bytes(data)
    put(tmp_path, bitbucket_pipelines=STEP)
    run = patless("fix")
    assert run.code == 3
    assert run.err.startswith("bad-pipelines.yml:")
    assert run.err.count("\n") == 1
    assert "Traceback" not in run.err
    assert (tmp_path / "bad-pipelines.yml").read_bytes() == data
    assert "BITBUCKET_PACKAGES_TOKEN" in (tmp_path / "bitbucket-pipelines.yml").read_text()


def test_rules_of_the_users_own_are_taken(patless: Patless, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "broken.yml").write_text("nonsense: 1\n")
    run = patless("rules", "--rules", "rules")
    assert run.code == 2
    assert "broken.yml:1" in run.err


def test_every_rule_and_reason_is_explained(patless: Patless, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    listing = patless("rules").out
    assert listing == snapshot
    names = [line.split()[0] for line in listing.splitlines() if line.startswith("  ")]
    assert names
    for name in names:
        assert patless("explain", name).code == 0


def test_what_is_left_is_said_of_the_files_as_they_are_now_and_shows_no_literal_that_was_fixed(
    patless: Patless, tmp_path: Path
) -> None:
    secret = "zK84-quite-secret-77"
    foreign = f"{LOGIN}  # not {secret}\n          - docker pull crg.apkg.io/acme/base  # {secret}\n"
    literal = STEP.replace("$TOKEN", secret)
    put(tmp_path, bitbucket_pipelines=f"{literal}    - step:\n        script:\n          {foreign}")
    for option in ("--diff", "--format=json"):
        run = patless("fix", option)
        assert secret not in run.out + run.err
    put(tmp_path, bitbucket_pipelines=f"{literal}    - step:\n        script:\n          {foreign}")
    run = patless("fix")
    assert run.code == 1
    assert "bitbucket-pipelines.yml:9:13: registry-login [unsafe]" in run.out
    assert "9 |           - docker login crg.apkg.io -u $EMAIL -p $TOKEN  # not ‹literal, 20 characters›" in run.out
    assert run.out.endswith(
        "Fixed 1; 1 needs review (foreign-package ×1).\nRun `patless fix --unsafe-fixes` to fix 1 more, after review.\n"
    )
    assert secret not in run.out + run.err


def test_a_fix_with_a_presence_check_shows_no_hardcoded_token(patless: Patless, tmp_path: Path) -> None:
    token = "ATATT3xFfGF0abcdefghijklmnop0123456789"
    text = STEP + f"          - docker login ghcr.io -u me -p {token}\n"
    put(tmp_path, bitbucket_pipelines=text)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    shown = patless("fix", "--diff", "--with-guard", "--unsafe-fixes")
    assert "+          - ': \"${BITBUCKET_PACKAGES_TOKEN:?is empty" in shown.out
    assert token not in shown.out + shown.err
    assert token[:20] not in shown.out
    assert (tmp_path / "bitbucket-pipelines.yml").read_text() == text


def test_a_presence_check_that_is_not_added_is_said(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines=STEP.replace(LOGIN, f"- set -x\n          {LOGIN}"))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert patless("fix", "--with-guard", "--unsafe-fixes").err.splitlines()[0] == (
        "bitbucket-pipelines.yml:6: patless adds no presence check here: "
        "the fix is in no script of a step, or the script prints its commands"
    )
