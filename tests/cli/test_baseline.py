"""`--baseline` and `--write-baseline` with the real engine."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Patless, put

LITERAL = "ATATT3xFfGF0sample0literal0credential0000"
HEAD = "pipelines:\n  default:\n"
LOGIN = "docker login crg.apkg.io -u $EMAIL -p $TOKEN"


def step(*commands: str) -> str:
    return "    - step:\n        script:\n" + "".join(f"          - {command}\n" for command in commands)


PUSH = step(LOGIN, "docker push crg.apkg.io/acme/web")


@pytest.fixture(autouse=True)
def root(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def written(patless: Patless, *options: str) -> str:
    run = patless("check", "--baseline", "known.json", "--write-baseline", *options)
    assert (run.code, run.out) == (0, "")
    return run.err


def test_without_findings_an_empty_baseline_is_written(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + step("make"))
    assert written(patless) == "patless: wrote 0 findings to known.json\n"
    assert json.loads((root / "known.json").read_text()) == {"schema_version": 1, "findings": []}
    assert patless("check", "--baseline", "known.json").code == 0


def test_a_baselined_finding_is_neither_reported_nor_fixed_nor_left_to_do(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH)
    assert patless("check").code == 1
    written(patless)
    before = (root / "bitbucket-pipelines.yml").read_bytes()
    check = patless("check", "--strict", "--baseline", "known.json")
    assert (check.code, check.out, check.err) == (0, "No findings; 1 in the baseline. Read 1 pipelines file.\n", "")
    fix = patless("fix", "--strict", "--baseline", "known.json")
    assert (fix.code, fix.out, fix.err) == (0, "Fixed 0; 0 need review, 1 in the baseline.\n", "")
    assert (root / "bitbucket-pipelines.yml").read_bytes() == before
    document = json.loads(patless("check", "--baseline", "known.json", "--format", "json").out)
    assert (document["findings"], document["summary"]["baselined"]) == ([], 1)
    sarif = json.loads(patless("check", "--baseline", "known.json", "--format", "sarif").out)
    assert sarif["runs"][0]["results"] == []


def test_lines_that_move_and_space_that_changes_do_not_matter(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH)
    written(patless)
    put(root, bitbucket_pipelines="# new\n\n" + HEAD + PUSH.replace("login crg", "login   crg"))
    assert patless("check", "--baseline", "known.json").code == 0


def test_one_more_of_the_same_is_reported(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH)
    written(patless)
    put(root, bitbucket_pipelines=HEAD + PUSH + PUSH)
    run = patless("check", "--baseline", "known.json", "-q")
    assert run.code == 1
    assert run.out.count("\n") == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [("other-pipelines.yml", PUSH), ("bitbucket-pipelines.yml", PUSH.replace("$TOKEN", "$OTHER"))],
    ids=["another file", "another variable"],
)
def test_another_finding_is_reported(patless: Patless, root: Path, path: str, text: str) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH)
    written(patless)
    (root / path).write_text(HEAD + text)
    assert patless("check", "--baseline", "known.json").code == 1


def test_the_file_holds_no_literal_and_a_finding_a_line(
    patless: Patless, root: Path, snapshot: SnapshotAssertion
) -> None:
    other = step(f"docker login crg.apkg.io -u me@acme.example -p {LITERAL}", f"echo {LITERAL}")
    put(root, bitbucket_pipelines=HEAD + PUSH + PUSH + other)
    written(patless)
    text = (root / "known.json").read_text()
    assert LITERAL not in text
    assert text == snapshot
    assert patless("check", "--baseline", "known.json").code == 0


def test_a_login_in_the_baseline_keeps_its_partners_from_being_fixed(patless: Patless, root: Path) -> None:
    both = step(LOGIN, "docker push crg.apkg.io/acme/web", LOGIN.replace("-u", "--username"))
    put(root, bitbucket_pipelines=HEAD + both)
    assert "2 safe" in patless("check").out
    written(patless)
    known = json.loads((root / "known.json").read_text())
    known["findings"] = known["findings"][:1]
    (root / "known.json").write_text(json.dumps(known))
    before = (root / "bitbucket-pipelines.yml").read_bytes()
    run = patless("fix", "--unsafe-fixes", "--baseline", "known.json")
    assert run.out.endswith("\nFixed 0; 1 needs review (mixed-logins ×1), 1 in the baseline.\n")
    assert (root / "bitbucket-pipelines.yml").read_bytes() == before


def test_what_is_not_there_any_more_is_told_and_taken_out(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH + PUSH, gone_pipelines=HEAD + PUSH)
    written(patless)
    put(root, bitbucket_pipelines=HEAD + PUSH)
    (root / "gone-pipelines.yml").unlink()
    run = patless("check", "--baseline", "known.json")
    assert run.code == 0
    stale = "known.json: note: no longer found, but still in the baseline: registry-login in"
    assert run.err == (
        f"{stale} bitbucket-pipelines.yml, 1 ×: {LOGIN}; run `patless check --write-baseline` to remove it\n"
        f"{stale} gone-pipelines.yml, 1 ×: {LOGIN}; run `patless check --write-baseline` to remove it\n"
    )
    assert patless("check", "--baseline", "known.json", "-q").err == ""
    written(patless)
    assert patless("check", "--baseline", "known.json").err == ""


def test_a_finding_that_is_left_out_by_other_means_is_not_stale(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH)
    written(patless)
    assert patless("check", "--baseline", "known.json", "--ignore", "registry-login").err == ""
    ignored = PUSH.replace(LOGIN, f"{LOGIN}  # patless: ignore[registry-login] as it is")
    put(root, bitbucket_pipelines=HEAD + ignored)
    run = patless("check", "--baseline", "known.json")
    assert (run.code, run.err) == (0, "")


def test_entries_of_files_that_were_not_asked_for_stay(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH, sub__my_pipelines=HEAD + PUSH)
    written(patless)
    put(root, bitbucket_pipelines=HEAD + step("make"), sub__my_pipelines=HEAD + step("make"))
    assert "my-pipelines.yml" not in patless("check", "--baseline", "known.json", "bitbucket-pipelines.yml").err
    written(patless, "sub")
    assert [one["path"] for one in json.loads((root / "known.json").read_text())["findings"]] == [
        "bitbucket-pipelines.yml"
    ]


def test_entries_of_a_file_that_cannot_be_read_stay(patless: Patless, root: Path) -> None:
    put(root, bitbucket_pipelines=HEAD + PUSH)
    written(patless)
    before = (root / "known.json").read_text()
    (root / "bitbucket-pipelines.yml").write_bytes(b"\0")
    assert patless("check", "--baseline", "known.json", "--write-baseline").code == 3
    assert (root / "known.json").read_text() == before


def test_the_configuration_names_the_file_from_its_own_folder(
    patless: Patless, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "ci").mkdir()
    (root / ".patless.toml").write_text('baseline = "ci/known.json"\n')
    put(root, bitbucket_pipelines=HEAD + PUSH)
    missing = patless("check")
    assert missing.code == 2
    assert missing.err == (
        f"patless: {root}/ci/known.json: no such baseline; run `patless check --write-baseline` to write it\n"
    )
    monkeypatch.chdir(root / "ci")
    assert patless("check", "--write-baseline").code == 0
    assert patless("check").code == 0
    assert patless("fix").out == "Fixed 0; 0 need review, 1 in the baseline.\n"
    assert patless("check", "--no-config").code == 1
    (root / "empty.json").write_text('{"schema_version": 1, "findings": []}')
    assert patless("check", "--baseline", root / "empty.json").code == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--write-baseline"],
            "no baseline file named; pass --baseline FILE, or set `baseline` in the configuration",
        ),
        (
            ["--write-baseline", "--baseline", "known.json", "--select", "traced"],
            "--write-baseline writes all findings; leave out --select and --ignore",
        ),
        (
            ["--baseline", "gone.json"],
            "gone.json: no such baseline; run `patless check --write-baseline` to write it",
        ),
        (
            ["--baseline", "known.json", "one", "two"],
            "a baseline belongs to one repository; name one, or set `baseline` in the configuration of each",
        ),
    ],
    ids=["no file", "a selection", "a missing file", "two repositories"],
)
def test_a_command_line_that_cannot_be_exits_2(patless: Patless, root: Path, options: list[str], sentence: str) -> None:
    for name in ("one", "two"):
        subprocess.run(["git", "init", "--quiet", root / name], check=True)
    run = patless("check", *options)
    assert (run.code, run.out, run.err) == (2, "", f"patless: {sentence}\n")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("nonsense", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "its schema_version is not 1"),
        ('{"schema_version": 2, "findings": []}', "its schema_version is not 1"),
        ('{"schema_version": 1}', "its `findings` is not a list"),
        ('{"schema_version": 1, "findings": [1]}', "its finding 1 lacks rule, path, snippet, or count"),
        (
            '{"schema_version": 1, "findings": [{"rule": "a", "path": "b", "snippet": "c", "count": 0}]}',
            "its finding 1 lacks rule, path, snippet, or count",
        ),
        (
            '{"schema_version": 1, "findings": [{"rule": "a", "path": "b", "snippet": "c", "count": '
            + "9" * 4300
            + "}]}",
            "its finding 1 lacks rule, path, snippet, or count",
        ),
        (
            '{"schema_version": 1, "findings": [{"rule": "a", "path": "b", "snippet": 1, "count": 1}]}',
            "its finding 1 lacks rule, path, snippet, or count",
        ),
    ],
)
def test_a_file_that_is_no_baseline_exits_2(patless: Patless, root: Path, text: str, what: str) -> None:
    (root / "known.json").write_text(text)
    run = patless("check", "--baseline", "known.json")
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        f"patless: known.json: not a baseline: {what}; run `patless check --write-baseline` to write one\n"
    )
