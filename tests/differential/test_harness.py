"""The harness notices every kind of difference that a wrong rewrite could make, and none that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.harness import Observation, observe, steps

LOGIN = """echo "$PAT" | docker login crg.apkg.io -u "$WHO" --password-stdin"""


def _observe(folder: Path, script: str, after_script: str = "true", failing_logins: int = 0) -> list[Observation]:
    folder.mkdir(exist_ok=True)
    items = [f"        {key}:\n          - |\n" for key in ("script", "after-script")]
    bodies = ["".join(f"            {line}\n" for line in text.splitlines()) for text in (script, after_script)]
    document = "pipelines:\n  default:\n    - step:\n" + items[0] + bodies[0] + items[1] + bodies[1]
    (folder / "bitbucket-pipelines.yml").write_text(document)
    return observe(folder, {"PAT": "a *  b", "WHO": "me"}, frozenset({"PAT", "WHO"}), failing_logins)


def test_two_runs_of_one_script_are_equal_though_folders_differ(tmp_path: Path) -> None:
    script = f'{LOGIN}\ncd "$BITBUCKET_CLONE_DIR" && pwd\nd=$(mktemp -d)\ndocker --config "$d" push web\necho x > ~/f'
    first = _observe(tmp_path / "one", script)
    assert first == _observe(tmp_path / "two", script)
    assert first[0].calls.startswith("docker login crg.apkg.io -u me --password-stdin")
    assert "stdin " in first[0].calls
    assert "<run>/state/tmp.1" in first[0].calls
    assert first[0].files == (("f", "x\n"),)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(LOGIN.replace("$WHO", "$WHOM"), id="another argument"),
        pytest.param(LOGIN.replace('"$PAT"', "$PAT"), id="lost quotes on stdin"),
        pytest.param(LOGIN.replace("echo", "echo -n"), id="a newline less on stdin"),
        pytest.param("export DOCKER_CONFIG=/elsewhere\n" + LOGIN, id="an exported variable"),
        pytest.param("true", id="no login"),
        pytest.param(LOGIN + "\n" + LOGIN, id="a second login"),
        pytest.param("sudo -u root " + LOGIN.split("| ")[1], id="a wrapper"),
        pytest.param(LOGIN + "\necho x > left-behind", id="a file in the clone"),
        pytest.param(LOGIN + "\necho done", id="other output"),
        pytest.param(LOGIN + "\nfalse", id="another exit code"),
    ],
)
def test_a_changed_script_is_noticed(changed: str, tmp_path: Path) -> None:
    assert _observe(tmp_path / "one", LOGIN) != _observe(tmp_path / "two", changed)


def test_the_after_script_is_a_shell_of_its_own(tmp_path: Path) -> None:
    (step,) = _observe(tmp_path / "one", "inner=1", f'echo "[$inner]"\n{LOGIN}')
    assert step.shells == ((0, ""), (0, "[]\n"))
    assert "docker login" in step.calls


def test_failing_logins_reach_the_branch_behind_them(tmp_path: Path) -> None:
    (step,) = _observe(tmp_path / "one", "docker login || echo failed\ndocker login && echo worked", failing_logins=1)
    assert step.shells[0] == (0, "failed\nworked\n")


def test_absolute_paths_reach_the_stand_ins(tmp_path: Path) -> None:
    (step,) = _observe(tmp_path / "one", "/usr/bin/docker info\n/usr/local/bin/docker ps")
    assert step.calls.count("docker ") == 2


def test_steps_are_found_wherever_they_are_and_once() -> None:
    document = b"""
definitions:
  commands: [&hello echo hello, &list [a, b]]
  steps:
    - step: &one {script: [*hello, *list, {pipe: some/pipe:1}], after-script: [c]}
pipelines:
  default: [{step: *one}, {parallel: {steps: [{step: {<<: *one, script: [d]}}]}}]
"""
    assert [(step.script, step.after_script) for step in steps(document)] == [("echo hello\na\nb", "c"), ("d", "c")]
