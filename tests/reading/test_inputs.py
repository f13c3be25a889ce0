"""Which variables have a value before a step begins, as far as the files of a repository tell."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.inputs import Given
from migrator.reading.repository import Reading
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

PIPE = "pipe: acme/push:1.0.0\n            variables: {KEY: $A}"


def given(text: str, followed: tuple[str, ...] = (), settings: Settings | None = None, **files: str) -> Given:
    every = {PATH: text, **{name.replace("_", "."): content for name, content in files.items()}}
    view = Memory({path: one.encode() for path, one in every.items()})
    return Given(Reading(view, BOOK, settings or Settings(), [PATH], BITBUCKET, thorough=True), followed)


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        (step("echo $A"), True),
        (step("A=1; echo $A"), False),
        (step("echo $A; A=1"), True),
        (step("A=1"), False),
        (step("echo $AB $B_A"), False),
        (step("echo $A") + "    - step:\n        script:\n          - ls\n", True),
        ("image: $A\n" + step("true"), True),
        ("A: x\n" + step("true"), True),
        ("image: x-$A-y\n" + step("true"), True),
        ("image: $AB\n" + step("true"), False),
        (step("true") + "# $A\n", True),
        (step("true", PIPE, "true"), True),
        (step("if [ $A"), True),
        (step("true"), False),
    ],
)
def test_a_variable_counts_that_something_reads_without_setting_it(text: str, whether: bool) -> None:
    assert given(text)("A") is whether


def test_one_that_a_file_speaks_of_counts_but_where_that_is_followed() -> None:
    text = step("sh a.sh")
    assert given(text, (), a_sh="A=1; echo $A", b_txt="A")("A")
    assert given(text, ("a.sh",), a_sh="A=1; echo $A", b_txt="A")("A")
    assert given(text, ("b.txt",), a_sh="", b_txt="A")("A") is False
    assert given(text, ("a.sh", "b.txt"), a_sh="A=1; echo $A", b_txt="A")("A") is False


def test_one_that_is_known_counts() -> None:
    text = step("true")
    assert given(text, settings=Settings(variables={"A": "x"}))("A")
    assert given(text, settings=Settings(hosts={"A": None}))("A")
    assert not given(text, settings=Settings(variables={"B": "x"}, hosts={"C": None}))("A")


def test_where_nobody_can_tell_which_files_speak_of_one_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = given(step("true"), a_txt="x", b_txt="y")
    assert not found("A")
    monkeypatch.setattr("migrator.flow.files._MOST_FILES", 1)
    assert given(step("true"), a_txt="x", b_txt="y")("A")
