"""The plainest command lines mean the same with and without the parser of options."""

from __future__ import annotations

import sys

import pytest

from migrator import cli
from migrator.cli import check, fix, plain


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the commands are run with."""
    found: list[object] = []

    def recorder(*arguments: object, **named: object) -> int:
        found.append((arguments, tuple(sorted(named.items()))))
        return 0

    monkeypatch.setattr(check, "run", recorder)
    monkeypatch.setattr(fix, "run", recorder)
    return found


@pytest.mark.parametrize(
    "argv",
    [
        [],
        [""],
        ["check", "--strict"],
        ["check", "-"],
        ["check", ""],
        ["check", "--help"],
        ["check", "a", "--", "b"],
        ["fix", "--diff"],
        ["fix", "a", "--exit-non-zero-on-fix"],
        ["fix", "--exit-non-zero-on-fix", "--strict"],
        ["check", "--exit-non-zero-on-fix"],
        ["packages"],
        ["--version"],
    ],
)
def test_any_other_command_line_is_for_the_parser(argv: list[str], calls: list[object]) -> None:
    assert plain.run(argv) is None
    assert not calls


@pytest.mark.parametrize(
    "argv",
    [
        ["check"],
        ["check", "bitbucket-pipelines.yml"],
        ["check", "a b", "../c", "/d"],
        ["fix"],
        ["fix", "a"],
        ["fix", "--exit-non-zero-on-fix"],
        ["fix", "--exit-non-zero-on-fix", "a", "b"],
    ],
)
def test_a_plain_command_line_means_what_the_parser_makes_of_it(
    argv: list[str], calls: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plain.run(argv) == 0
    monkeypatch.setattr(plain, "run", lambda argv: None)
    assert cli.main(argv) == 0
    assert len(calls) == 2
    assert calls[0] == calls[1]


def test_a_plain_command_line_imports_no_parser(monkeypatch: pytest.MonkeyPatch, calls: list[object]) -> None:
    monkeypatch.delitem(sys.modules, "migrator.cli.app", raising=False)
    assert cli.main(["check", "a"]) == 0
    assert "migrator.cli.app" not in sys.modules
