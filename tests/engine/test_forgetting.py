"""An analysis leaves nothing behind: a fleet is thousands of them in one process."""

from __future__ import annotations

import gc

from migrator.flow.events import Command
from migrator.reading.steps import Shell
from tests.fleet.boxes import LOGIN
from tests.memory import PATH, report_on


def test_what_was_followed_is_gone_with_its_report() -> None:
    before = {id(one) for one in gc.get_objects() if isinstance(one, (Command, Shell))}
    report_on({PATH: LOGIN.encode(), "Dockerfile": b"FROM alpine:3\n"})
    gc.collect()
    left = [one for one in gc.get_objects() if isinstance(one, (Command, Shell)) and id(one) not in before]
    assert not left
