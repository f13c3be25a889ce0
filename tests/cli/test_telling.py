"""How far a command is: a line that changes at a terminal and does not stay, else one each half minute."""

from __future__ import annotations

import io
import re
import sqlite3
import threading
import time
from pathlib import Path
from unittest import mock

import pytest

from migrator.checkouts import analysis
from migrator.cli import console, main, telling
from migrator.fleet.ledger import Ledger
from migrator.fleet.progress import Going

SHOWN = "\x1b[?25h"
"""The cursor is seen again."""
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(text: str) -> list[str]:
    """What stood there, one after the other, without the bar."""
    plain = (_STYLE.sub("", one).strip("\r ") for one in re.split(r"\n|\r\x1b\[2K", text))
    return [words for one in plain if (words := one.lstrip("━╸╺ "))]


def test_at_a_terminal_the_line_changes_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, count = Terminal(), iter(range(100))
    monkeypatch.setattr("sys.stderr", stream)
    with mock.patch("migrator.cli.telling._TICK", 0.01), telling.telling(lambda: f"{next(count)} of 100"):
        time.sleep(0.2)
        console.err(["a line that stays"])
        time.sleep(0.1)
    text = stream.getvalue()
    assert lines(text)[:2] == ["0 of 100", "1 of 100"]
    assert "\x1b[2Ka line that stays\n" in text
    assert text.endswith(f"{SHOWN}\r\x1b[1A\x1b[2K")


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


def test_the_inner_one_is_shown_and_the_outer_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with mock.patch("migrator.cli.telling._TICK", 0.01), telling.telling(lambda: "outer"):
        time.sleep(0.1)
        with telling.telling(lambda: "inner"):
            time.sleep(0.1)
        time.sleep(0.1)
    shown = lines(stream.getvalue())
    assert [one for at, one in enumerate(shown) if one not in shown[max(0, at - 1) : at]] == ["outer", "inner", "outer"]


@pytest.mark.parametrize(("columns", "rows"), [(40, 2), (60, 2), (80, 1), (90, 1), (200, 1)])
def test_all_of_it_is_shown_and_a_bar_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, columns: int, rows: int
) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("COLUMNS", str(columns))
    far = Going("scanning [1]", 50, 100, ("repository", "repositories"), waits="waiting for another run at web")
    with mock.patch("migrator.cli.telling._TICK", 0.01), telling.going(far):
        time.sleep(0.1)
    said = lines(stream.getvalue())[:rows]
    assert " ".join(said) == "scanning [1]: 50 of 100 repositories; waiting for another run at web"
    assert all(len(one) <= columns for one in said)
    assert ("━" in stream.getvalue()) is (columns >= 90)


def test_a_dumb_terminal_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "dumb")
    with mock.patch("migrator.cli.telling._TICK", 0.01), telling.telling(lambda: "3 of 100"):
        time.sleep(0.1)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("done", "every", "passed", "said"),
    [
        (0, 0, 4, "working, 4 seconds"),
        (0, 3000, 4, "scanning: 0 of 3,000 repositories"),
        (300, 3000, 60, "scanning: 300 of 3,000 repositories, 5.0 a second, about 9 minutes left"),
        (3, 3000, 60, "scanning: 3 of 3,000 repositories, 3.0 a minute, about 16.6 hours left"),
        (3, 3, 60, "scanning: 3 of 3 repositories, 3.0 a minute"),
        (2, 3, 0.1, "scanning: 2 of 3 repositories"),
    ],
)
def test_done_of_all_the_rate_and_what_is_left(done: int, every: int, passed: float, said: str) -> None:
    far = Going("scanning" if every else "", done, every, ("repository", "repositories"), since=100)
    assert far.told(100 + passed) == said
    far.waits = "waiting for another run at web"
    assert far.told(100 + passed).endswith("; waiting for another run at web")


def test_a_ledger_that_another_run_has_locked_is_said_to_be_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Ledger(tmp_path / "patless-fleet.db").close()
    other = sqlite3.connect("patless-fleet.db", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    threading.Timer(2.5, other.rollback).start()
    assert main(["fleet", "status", "--offline"]) == 0
    assert "using patless-fleet.db, 2 seconds" in stream.getvalue()


def test_of_several_checkouts_it_is_said_how_many_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for slug in "abcd":
        (tmp_path / slug / ".git").mkdir(parents=True)
        (tmp_path / slug / "bitbucket-pipelines.yml").write_text("pipelines: {}\n")
    told: list[tuple[int, int]] = []
    reading = analysis.AnalysisOptions(tuple(tmp_path / slug for slug in "abcd"), jobs=2)
    found = analysis.analyse(reading, told=lambda done, every: told.append((done, every)))
    assert (len(found), {every for _, every in told}) == (4, {4})
    assert [done for done, _ in told] == sorted(done for done, _ in told)
