"""Each case under `fixtures/pipes`: what the command says and writes, what PyYAML sees, and what bash does."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import pipe_support
from tests.differential import harness
from tests.fixtures_support import Outcome, contents, run
from tests.pipe_support import NAME, STORED, PipeCase, Replay, publishing

CASES = pipe_support.cases()
SAFE = [case for case in CASES if case.verdict == "safe"]
FILE = "bitbucket-pipelines.yml"
CODES = (
    "version variables no-push buildx-push multi-arch digest push-all runner condition loop mixed layout image order"
)


def _id(case: PipeCase) -> str:
    return case.folder.name


every_case = pytest.mark.parametrize("case", CASES, ids=_id)
every_safe_case = pytest.mark.parametrize("case", SAFE, ids=_id)


@pytest.fixture(autouse=True)
def nothing_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)


def test_every_refusal_has_a_case() -> None:
    assert {f"pipe-{code}" for code in CODES.split()} <= {reason for case in CASES for reason in case.reasons}


# What the command says and writes


@every_case
def test_the_command_says_and_writes_what_the_case_says(
    case: PipeCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(case.before, folder)
    before = contents(folder)
    expected = {**before, **(contents(case.after) if case.after.is_dir() else {})}
    with publishing() as publisher:
        monkeypatch.setenv("PATLESS_API_URL", publisher.url)
        if case.published:
            publisher.publish(case.published["version"], tuple(case.published["variables"]))

        checked = _patless(case, folder, "check", "--format", "json")
        findings = checked.findings()
        assert {finding["verdict"] for finding in findings} == case.verdicts
        assert {reason for finding in findings for reason in finding["reasons"]} == case.reasons
        assert contents(folder) == before
        assert checked.code == int("safe" in case.verdicts)

        previewed = _patless(case, folder, "fix", "--diff")
        assert contents(folder) == before
        assert bool(previewed.out) == (expected != before)

        fixed = _patless(case, folder, "fix")
        assert fixed.code == 0, fixed.err
        assert contents(folder) == expected
        for name in case.remaining:
            assert re.search(rf"still read elsewhere in this step:[^)]*\${name}", fixed.out)
        assert ("still read" in fixed.out) == bool(case.remaining)
        for reason in case.reasons:
            if reason.startswith("pipe-"):
                said = rf"^  = {reason}: .+\n      (?:fix|keep): .+"
                assert re.search(said, fixed.out, re.MULTILINE), "a refusal says what to do"

        again = _patless(case, folder, "fix", "--unsafe-fixes")
        assert again.code == 0, again.err
        assert contents(folder) == expected, "a second run changes something"


@every_safe_case
def test_git_applies_the_diff(case: PipeCase, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(case.before, folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    patch = _patless(case, folder, "fix", "--diff").out
    subprocess.run(["git", "apply", "--whitespace=nowarn"], input=patch.encode(), cwd=folder, check=True)
    shutil.rmtree(folder / ".git")
    assert contents(folder) == {**contents(case.before), **contents(case.after)}


def _patless(case: PipeCase, folder: Path, *arguments: str) -> Outcome:
    outcome = run([arguments[0], "--style", "pipe", *case.args, *arguments[1:]], folder)
    assert "Traceback" not in outcome.err
    assert STORED["BB_PKG_TOKEN"] not in outcome.out + outcome.err
    return outcome


# What an independent reader sees


@every_safe_case
def test_an_independent_reader_sees_only_lines_of_scripts_taken_out_and_pipes_put_in(case: PipeCase) -> None:
    before, after = (yaml.safe_load((tree / FILE).read_bytes()) for tree in (case.before, case.after))
    differences = list(_differences(before, after, ""))
    assert differences
    for where, old, new in differences:
        assert re.search(r"/(?:after-)?script\Z", where), f"{where} is no script"
        lines = [line for item in old if isinstance(item, str) for line in item.splitlines()]
        left = [line for item in new if isinstance(item, str) for line in item.splitlines()]
        added = [line for line in left if line not in lines]
        assert all(re.fullmatch(r"docker tag \S+ \S+", line) for line in added)
        assert _subsequence([line for line in left if line in lines], lines)
        others = [item for item in new if isinstance(item, dict) and not item["pipe"].startswith(NAME)]
        assert others == [item for item in old if isinstance(item, dict)]
        for item in new:
            if isinstance(item, dict) and item not in others:
                assert item.keys() == {"pipe", "variables"}
                assert item["variables"].keys() == {"IMAGE_NAME", "TAGS"}
                assert all(isinstance(value, str) for value in item["variables"].values())


def _differences(before: object, after: object, where: str) -> Iterator[tuple[str, list[object], list[object]]]:
    """The lists of items that differ, and where."""
    if isinstance(before, dict) and isinstance(after, dict):
        assert list(before) == list(after)
        for key in before:
            yield from _differences(before[key], after[key], f"{where}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and not where.endswith("script"):
        assert len(before) == len(after)
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{where}/{number}")
    elif before != after:
        assert isinstance(before, list)
        assert isinstance(after, list)
        yield where, before, after


def _subsequence(some: list[str], every: list[str]) -> bool:
    rest = iter(every)
    return all(line in rest for line in some)


@every_safe_case
def test_no_other_line_of_the_file_moves(case: PipeCase) -> None:
    before, after = ((tree / FILE).read_bytes().splitlines() for tree in (case.before, case.after))
    assert all(NAME.encode() not in line for line in before)
    new = re.compile(rb"\s*(?:- pipe: \S+|variables:|IMAGE_NAME: \S+|TAGS: .+|- docker tag \S+ \S+)\s*")
    for operation, start, end, first, last in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if operation != "equal":
            assert all(new.fullmatch(line) for line in after[first:last]), "a line is changed"
            gone = b"".join(before[start:end])
            assert not re.search(rb"docker (?:buildx )?build|echo done|curl|name:|step:", gone), "another line is gone"


# What bash does


@pytest.mark.parametrize("case", [case for case in SAFE if case.differential], ids=_id)
def test_bash_runs_the_other_commands_as_before_and_the_pipes_push_what_was_pushed(
    case: PipeCase, tmp_path: Path
) -> None:
    for tree in ("before", "after"):
        shutil.copytree(case.before, tmp_path / tree)
    shutil.copytree(case.after, tmp_path / "after", dirs_exist_ok=True)
    _call_pipes(tmp_path / "after" / FILE)
    hidden = frozenset(STORED)
    kept = {name: value for name, value in STORED.items() if case.also or name in case.remaining}
    before = harness.observe(tmp_path / "before", {**case.env, **STORED}, hidden)
    after = harness.observe(tmp_path / "after", {**case.env, **kept}, hidden)
    pushes = 0
    for one, other in zip(before, after, strict=True):
        assert one.shells == other.shells
        assert {path: text for path, text in one.files if not path.endswith("config.json")} == dict(other.files)
        was, now = (Replay.of(observed.calls, "acme") for observed in (one, other))
        assert was.pushed == now.pushed
        assert was.others == now.others
        pushes += len(was.pushed)
        assert (" login crg.apkg.io" in other.calls) <= (" pipe " not in other.calls)
    assert pushes, "no step of the case pushes"


def _call_pipes(file: Path) -> None:
    """Put a call in the place of each pipe that shows what bash makes of its variables there."""
    document = yaml.safe_load(file.read_bytes())

    def called(item: object) -> object:
        if isinstance(item, dict) and str(item.get("pipe", "")).startswith(NAME):
            variables = item["variables"]
            return f'docker pipe "{variables["IMAGE_NAME"]}" "{variables["TAGS"]}"'
        return walk(item)

    def walk(node: object) -> object:
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        return [called(item) for item in node] if isinstance(node, list) else node

    file.write_text(yaml.safe_dump(walk(document), sort_keys=False))
