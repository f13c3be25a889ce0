"""What `--help` says of each command, whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer.main
from syrupy.assertion import SnapshotAssertion

from migrator.cli.app import app
from tests.cli.conftest import Patless


def _commands(command: object, *words: str) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(below, *words, name)


COMMANDS = [*_commands(typer.main.get_command(app))]


@pytest.mark.parametrize(
    "words", list(_commands(typer.main.get_command(app))), ids=lambda words: " ".join(words) or "patless"
)
def test_the_help_of_a_command(
    words: tuple[str, ...], patless: Patless, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    run = patless(*words, "--help")
    assert run.code == 0
    assert run.out == snapshot
