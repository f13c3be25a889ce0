"""How far a command is: a line that changes at a terminal and does not stay, else one each half minute."""

from __future__ import annotations

import io
import time
from unittest import mock

import pytest

from migrator.cli import console, telling


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_a_terminal_the_line_changes_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, count = Terminal(), iter(range(100))
    monkeypatch.setattr("sys.stderr", stream)
    with mock.patch("migrator.cli.telling._TICK", 0.01), telling.telling(lambda: f"{next(count)} of 100"):
        time.sleep(0.2)
        console.err(["a line that stays"])
        time.sleep(0.1)
    text = stream.getvalue()
    assert "0 of 100\r\x1b[K1 of 100" in text
    assert "\r\x1b[Ka line that stays\n" in text
    assert text.endswith("\r\x1b[K")


def test_elsewhere_it_is_a_line_each_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    times = (mock.patch("migrator.cli.telling._TICK", 0.01), mock.patch("migrator.cli.telling.EVERY", 0.1))
    with times[0], times[1], telling.telling(lambda: "3 of 100"):
        time.sleep(0.5)
    lines = stream.getvalue().splitlines()
    assert 2 <= len(lines) <= 5
    assert set(lines) == {"patless: 3 of 100"}


def test_what_takes_no_time_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with telling.telling(lambda: "3 of 100"):
        pass
    assert capsys.readouterr().err == ""


def test_nothing_to_say_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with mock.patch("migrator.cli.telling._TICK", 0.01), telling.telling(lambda: ""):
        time.sleep(0.1)
    assert stream.getvalue() == ""
