"""The built-in rules are read from their files once, and again when one of those changes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from migrator.rulebook import compiled as room
from migrator.rulebook import reading as rulebook
from migrator.rulebook.compiled import compiled
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sections import added


class Rules:
    """A copy of the built-in rules that is compiled in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parsed = 0
        self.paths = []
        for path in rulebook.files(rulebook.built_in()):
            copy = folder / path.relative_to(rulebook.built_in())
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
            self.paths.append(copy)

    def parse(self) -> RuleBook:
        self.parsed += 1
        return added(RuleBook(), self.paths)

    def read(self) -> RuleBook:
        return compiled("rules", RuleBook, self.paths, self.parse)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    target = tmp_path / "code" / "rules.json"
    target.parent.mkdir()
    monkeypatch.setattr(room, "_target", lambda name: target)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return target


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    folder = tmp_path / "rules"
    folder.mkdir()
    return Rules(folder)


def test_what_is_kept_is_what_the_files_say(rules: Rules, kept: Path) -> None:
    first, second = rules.read(), rules.read()
    assert rules.parsed == 1
    assert first == second
    assert [*first.rules] == [*second.rules]
    assert [*first.reasons] == [*second.reasons]
    assert [*first.clients] == [*second.clients]
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_change_of_a_file_counts_at_once(rules: Rules, kept: Path) -> None:
    rules.read()
    path = rules.folder / "reasons.yml"
    path.write_text(
        path.read_text().replace("The step hands the credential to something that outlives it.", "It leaves the step.")
    )
    assert rules.read().reasons["leaves-step"].what == "It leaves the step."
    assert rules.parsed == 2


def test_a_file_more_or_less_counts_at_once(rules: Rules, kept: Path) -> None:
    rules.read()
    rules.paths.remove(rules.folder / "push-pipe.yml")
    assert rules.read().push_pipe is None


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"\xff", b'{"stamps": [], "rules": {"tokens": [["(", 0]]}}'])
def test_damage_is_as_if_nothing_were_kept(rules: Rules, kept: Path, data: bytes) -> None:
    kept.write_bytes(data)
    assert rules.read() == rules.parse()
    assert kept.read_bytes() != data


def test_nothing_is_kept_where_byte_code_is_not(rules: Rules, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rules.read() == rules.parse()
    assert not kept.exists()


def test_a_folder_that_is_gone_is_no_error(rules: Rules, kept: Path) -> None:
    kept.parent.rmdir()
    assert rules.read() == rules.parse()
