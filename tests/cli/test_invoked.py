"""In a hook, commands are said as they work there, whoever says them: each is run as it is printed."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from migrator.cli import invoked
from migrator.cli.app import check, fix
from migrator.cli.commands import of_function
from migrator.rulebook import reading as rulebook
from migrator.rulebook.ways_out import ways_out

CONFIGURED = "repos:\n- repo: https://x.example\n  hooks:\n  - id: patless\n  - {id: 'patless-check'}\n"
FEW = (Path("a.yml"), Path("b c.sh"))


@pytest.fixture(autouse=True)
def _hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setattr(sys, "argv", ["/home/ada/.cache/pre commit/bin/patless", "fix"])
    (tmp_path / ".pre-commit-config.yaml").write_text(CONFIGURED)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Run `patless fix` to fix 1.", "Run `pre-commit run patless --files a.yml 'b c.sh'` to fix 1."),
        ("`patless fix --unsafe-fixes`", "`PATLESS_UNSAFE_FIXES=1 pre-commit run patless --files a.yml 'b c.sh'`"),
        ("`patless fix --style login`", "`PATLESS_STYLE=login pre-commit run patless --files a.yml 'b c.sh'`"),
        ("`patless check`", "`pre-commit run patless-check --files a.yml 'b c.sh'`"),
        ("`patless check --write-baseline`", "`PATLESS_WRITE_BASELINE=1 pre-commit run patless-check --all-files`"),
        ("`patless explain traced`", "`'/home/ada/.cache/pre commit/bin/patless' explain traced`"),
        ("`--unsafe-fixes` fixes 1 more", "`PATLESS_UNSAFE_FIXES=1` fixes 1 more"),
        ("it says `docker login` and patless", "it says `docker login` and patless"),
    ],
)
def test_a_command_is_typed_as_it_works_in_a_hook(said: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoked.said(said, FEW) == typed
    monkeypatch.delenv("PRE_COMMIT")
    assert invoked.said(said, FEW) == said


def test_many_files_are_all_files_and_a_hook_that_is_not_set_up_is_the_program(tmp_path: Path) -> None:
    assert (
        invoked.said("`patless fix`", FEW * 2)
        == invoked.said("`patless fix`", ())
        == ("`pre-commit run patless --all-files`")
    )
    (tmp_path / ".pre-commit-config.yaml").write_text(CONFIGURED.replace("id: patless\n", "id: patless-too\n"))
    assert invoked.said("`patless fix`", FEW) == "`'/home/ada/.cache/pre commit/bin/patless' fix`"
    (tmp_path / ".pre-commit-config.yaml").unlink()
    assert invoked.said("`patless fix`", ()) == "`pre-commit run patless --all-files`"


def test_every_way_out_that_is_a_command_has_variables_that_exist() -> None:
    variables = {one.variable for command in (check, fix) for one in of_function(command).options() if one.variable}
    book = rulebook.load()
    typed = 0
    for entry in book.reasons.values():
        for _, way in ways_out(entry, "NAME"):
            for command in re.findall("`(PATLESS_[^`]*)`", invoked.said(way, FEW)):
                set_there = [one.partition("=")[0] for one in shlex.split(command) if one.startswith("PATLESS_")]
                assert set(set_there) <= variables, command
                typed += 1
    assert typed > 10
