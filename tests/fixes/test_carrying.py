"""A file that carries the credential from where it is expanded to the login: who else may read it is told."""

from __future__ import annotations

import json

import pytest

from tests.memory import report_on

WRITE = 'echo "$P" > t\n'
FED = "docker login crg.apkg.io -u $U --password-stdin < t\n"
PIPED = "cat t | docker login crg.apkg.io -u $U --password-stdin\n"
WORD = "docker login crg.apkg.io -u $U -p $(cat t)\n"
PUSH = "docker push crg.apkg.io/acme/web:1"


def said(script: str, before: str = "", after: str = "") -> set[str]:
    item = json.dumps(f"{script}\n{PUSH}")
    text = f"pipelines:\n  default:\n    - step:\n{before}        script:\n          - {item}\n{after}"
    return {reason.detail for one in report_on(text).findings for reason in one.reasons}


def through(reader: str) -> set[str]:
    return {f"the credential goes through t, which {reader} may also read"} if reader else set()


@pytest.mark.parametrize("login", [FED, PIPED, WORD])
@pytest.mark.parametrize(
    ("before", "after", "reader"),
    [("", "", ""), ("cat t\n", "", ""), ("", "cat t", "`cat`"), ("", "rm t; cat t", ""), ("rm t\n", "cat t", "`cat`")],
)
def test_it_may_be_read_from_where_it_is_written_until_it_is_removed(
    login: str, before: str, after: str, reader: str
) -> None:
    assert said(f"{before}{WRITE}{login}{after}") == through(reader)


@pytest.mark.parametrize(
    ("after", "reader"),
    [
        ("rm -f t; node x", ""),
        ("[ $X ] && rm t; node x", "`node`"),
        ("cd x; rm t; node x", "`node`"),
        ("for i in a; do rm t; done; node x", "`node`"),
        ("rm u; node x", "`node`"),
        ("cat t | rm t u", ""),
        ("cat t | node x", "`node`"),
        ("ls; echo t; test -f t; chmod 600 t; rm u", ""),
        ("node x", "`node`"),
        ("$X", "`a program`"),
        ("f() { ls; }; f", ""),
        ("f() { node x; }; f", "`node`"),
        ("grep a t", "`grep`"),
        ("grep a x | node x", "`node`"),
        ("cat x > y", "`cat`"),
        ("cp t u", "`cp`"),
        ('node <<< "$(cat t)"', "`node`"),
        ("X=$(cat t)", ""),
        ("X=$(cat t); docker login crg.apkg.io -u $U -p $X", ""),
        ("export X=$(cat t); node x", "what sets X"),
        ('X=$(cat t); curl "$X"', "what sets X"),
    ],
)
def test_what_may_read_it_beside_the_login_is_told(after: str, reader: str) -> None:
    assert said(f"{WRITE}{FED}{after}") == through(reader)


@pytest.mark.parametrize(
    ("before", "after", "reader"),
    [
        ("        artifacts: [x]\n", "", "an artifact"),
        ("", "        after-script: [ls]\n", "a later script"),
        ("", "          - pipe: acme/x:1\n", "a pipe"),
        ("        artifacts: [x]\n", "        after-script: [ls]\n", "a later script"),
        ("        artifacts: [x]\n", "          - pipe: acme/x:1\n", "an artifact"),
    ],
)
def test_what_is_left_there_may_be_read_later(before: str, after: str, reader: str) -> None:
    assert said(f"{WRITE}{FED}", before, after) == through(reader)
    assert said(f"{WRITE}{FED}rm t", before, after) == set()


def test_a_file_with_another_text_carries_nothing() -> None:
    assert said("echo hello > t\ndocker login crg.apkg.io -u $U -p $P\nnode x t") == set()
    assert said("echo $Q > t\ndocker login crg.apkg.io -u $U -p $P\nnode x t") == set()


@pytest.mark.parametrize(
    ("script", "reader"),
    [
        (f"echo hunter > t\n{FED}node x", "`node`"),
        (f"echo hunter > t\n{FED}rm t; node x", ""),
        (f"echo hunter > u; echo hunter > t\n{FED}rm t; node x", ""),
        ("echo hunter > t\ndocker login crg.apkg.io -u $U -p hunter\nnode x", ""),
    ],
)
def test_a_literal_is_carried_by_the_file_that_it_is_read_from(script: str, reader: str) -> None:
    assert said(script) == through(reader)
