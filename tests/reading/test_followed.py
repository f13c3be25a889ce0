"""What is followed is among what a command may run: the one question is asked twice, by reading and by words."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.ir.paths import joined, matching
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from tests.fixtures_support import Case, cases
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory


def files_of(case: Case) -> dict[str, bytes]:
    before = case.folder / "before"
    return {str(path.relative_to(before)): path.read_bytes() for path in before.rglob("*") if path.is_file()}


CASES = [case for case in cases() if len(files := files_of(case)) > 1 and PATH in files]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_followed_may_run(case: Case) -> None:
    reading = Reading(Memory(files_of(case)), BOOK, Settings(), [PATH], BITBUCKET)
    for step in reading.facts:
        for shell in step.shells:
            may_run = joined(reading.files.may_run(command) for command in shell.trace.commands)
            followed = {placed.fragment.path for placed in shell.trace.called}
            modules = {path for path in followed if path.endswith(".py")}
            imported = {path for path in modules if matching(reading.files.callers(path), followed)}
            assert matching(may_run, followed) | imported == followed
