"""Several things at a time, as if one came after the other."""

from __future__ import annotations

import threading
import time

import pytest

from migrator.fleet.abreast import Abreast, Place, RunStopped


def test_results_come_in_order_whoever_is_fast() -> None:
    said: list[int] = []

    def work(number: int, _: Place) -> int:
        time.sleep(0.01 * (10 - number % 10))
        return number

    Abreast(4).go(range(40), work, said.append)
    assert said == list(range(40))


def test_so_many_at_a_time() -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def work(number: int, _: Place) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1

    Abreast(4).go(range(20), work, lambda _: None)
    assert most == 4


def test_turns_come_in_order_and_one_thread_does_what_others_ask_for() -> None:
    abreast, turns, threads = Abreast(4), list[int](), set[int]()

    def work(number: int, place: Place) -> int:
        time.sleep(0.01 * (3 - number % 4))
        place.turn()

        def noted() -> int:
            turns.append(number)
            threads.add(threading.get_ident())
            return number

        return abreast.do(noted)

    said: list[int] = []
    abreast.go(range(12), work, said.append)
    assert turns == said == list(range(12))
    assert threads == {threading.get_ident()}


def test_no_more_than_may_come_before_their_turn() -> None:
    begun = set[int]()

    def work(number: int, place: Place) -> None:
        begun.add(number)
        place.turn()
        assert begun == set(range(number + 1))

    Abreast(4, ahead=lambda: 0).go(range(6), work, lambda _: None)


def test_after_a_stop_nothing_more_has_its_turn_and_what_was_begun_is_told() -> None:
    said, ended = list[int](), threading.Event()

    def work(number: int, place: Place) -> int:
        if number > 2:
            assert ended.wait(5), "it waits for something that is in vain"
        place.turn()
        if number == 2:
            place.stop()
            return number
        place.begins()
        place.passed()
        time.sleep(0.2)
        return number

    Abreast(4, ended=ended.set).go(range(100), work, said.append)
    assert said == [0, 1, 2]


def test_an_error_of_a_call_comes_to_who_asked_for_it() -> None:
    abreast = Abreast(2)

    def fails() -> None:
        raise ValueError("no")

    def work(_: int, place: Place) -> str:
        with pytest.raises(ValueError, match="no"):
            abreast.do(fails)
        return "yes"

    said: list[str] = []
    abreast.go(range(3), work, said.append)
    assert said == ["yes"] * 3


def test_an_error_of_a_thread_ends_it() -> None:
    def work(number: int, place: Place) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    said: list[int] = []
    with pytest.raises(ValueError, match="three"):
        Abreast(2).go(range(1000), work, said.append)
    assert said[:3] == [0, 1, 2]


def test_an_interruption_lets_what_was_begun_end_and_tells_it() -> None:
    said, leaving = list[int](), list[int]()
    first = threading.Event()

    def work(number: int, place: Place) -> int:
        place.turn()
        place.begins()
        place.passed()
        if number == 1:
            first.set()
        time.sleep(0.4)
        return number

    def interrupted(number: int) -> None:
        said.append(number)
        if number == 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Abreast(3).go(range(100), work, interrupted, leaving.append)
    assert first.is_set()
    assert said[:3] == [0, 1, 2]
    assert len(said) <= 6, "and nothing was begun after it"


def test_whoever_asks_too_late_is_told() -> None:
    abreast, begun, heard = Abreast(2), threading.Event(), threading.Event()

    def work(number: int, place: Place) -> int:
        if number == 0:
            assert begun.wait(5)
            raise ValueError("no")
        begun.set()
        time.sleep(0.2)
        try:
            abreast.do(lambda: None)
        except RunStopped:
            heard.set()
            raise
        return number

    with pytest.raises(ValueError, match="no"):
        abreast.go(range(2), work, lambda _: None)
    assert heard.wait(5)
