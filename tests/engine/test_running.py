"""Whether the steps run what may run or read any file of the repository."""

from __future__ import annotations

import pytest

from migrator.engine.running import may_run_any
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step


def any_file(*script: str) -> bool:
    return may_run_any(Memory({PATH: step(*script).encode()}), [PATH], BOOK, Settings(), BITBUCKET)


@pytest.mark.parametrize("asks", ["-v", "-V", "-version", "--version", "version", "-h", "--help", "help"])
def test_a_program_that_is_asked_about_itself_runs_no_file(asks: str) -> None:
    assert not any_file(f"with-lock {asks}")
    assert any_file(f"with-lock {asks} now")


@pytest.mark.parametrize(
    "text",
    [
        "python -m pip install wheel",
        "python -m pip",
        "cd ci && ls",
        "docker version",
        ". ~/.nvm/nvm.sh",
        "source ~/.nvm/nvm.sh",
        "make all",
        "ls | xargs echo",
        "find . -name x",
        "find . -exec echo {} +",
        "bun install",
    ],
)
def test_what_runs_nothing_of_the_repository(text: str) -> None:
    assert not any_file(text)


@pytest.mark.parametrize(
    "text",
    [
        "with-lock",
        "python -m pytest",
        "python -m $X",
        "sh $X",
        "./$X.sh",
        '. "$X"',
        "mvn verify",
        "python",
        "python -m http.server",
        "python $X -m pip",
        "python -c $X -m pip",
        "with-lock ~/.nvm/nvm.sh",
        ". /opt/env.sh",
        ".",
        "ls | xargs ./x",
        "find . -exec with-lock {} +",
        "parallel ls",
        "bun test",
    ],
)
def test_what_may_run_any(text: str) -> None:
    assert any_file(text)


def test_a_file_that_cannot_be_read_may_hold_any_step() -> None:
    for text in ("pipelines: [", step("ls") + "    - step: [1]\n", step("ls") + "    - step: {script: ['if [']}\n"):
        assert may_run_any(Memory({PATH: text.encode()}), [PATH], BOOK, Settings(), BITBUCKET), text


def test_one_of_several_commands_is_enough() -> None:
    assert any_file("ls", "with-lock", "ls")


@pytest.mark.parametrize(
    ("script", "text", "any_of_them"),
    [
        ("sh a.sh", "ls", False),
        ("sh a.sh", "with-lock", True),
        ("sh a.sh", "if [", True),
        ("sh a.sh", 'eval "$X"', True),
        ("'if ['", "ls", True),
        ("bash -c 'if ['", "ls", True),
        ("ls", "with-lock", False),
    ],
)
def test_what_a_script_runs_counts_whatever_it_names(script: str, text: str, any_of_them: bool) -> None:
    view = Memory({PATH: step(script).encode(), "a.sh": text.encode()})
    assert may_run_any(view, [PATH], BOOK, Settings(), BITBUCKET) == any_of_them
