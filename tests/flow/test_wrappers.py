"""Programs that run the rest of their words: which program that is, with which words, variables and folder."""

from __future__ import annotations

import pytest

from migrator.ir.paths import only
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen

UNWRAPPED = [
    # a call, the program that runs in the end, its words, and what wraps it
    ("see a", "see", ["a"], ()),
    ("sudo see a", "see", ["a"], ("sudo",)),
    ("sudo -E see a", "see", ["a"], ("sudo",)),
    ("sudo -u ci see a", "see", ["a"], ("sudo",)),
    ("sudo -uci see a", "see", ["a"], ("sudo",)),
    ("sudo --user=ci see a", "see", ["a"], ("sudo",)),
    ("sudo -- see a", "see", ["a"], ("sudo",)),
    ("sudo -u ci -- see -- a", "see", ["--", "a"], ("sudo",)),
    ("sudo T=b see a", "see", ["a"], ("sudo",)),
    ("env see a", "see", ["a"], ("env",)),
    ("env - see a", "see", ["a"], ("env",)),
    ("env -i T=b U=c see a", "see", ["a"], ("env",)),
    ("env -u T see a", "see", ["a"], ("env",)),
    ("env -uT see a", "see", ["a"], ("env",)),
    ("env -vu T see a", "see", ["a"], ("env",)),
    ("env -vC d see a", "see", ["a"], ("env",)),
    ("sudo -Eu ci see a", "see", ["a"], ("sudo",)),
    ("sudo -EH see a", "see", ["a"], ("sudo",)),
    ("env -S 'see a'", "see", ["a"], ("env",)),
    ("env -S'see a' b", "see", ["a", "b"], ("env",)),
    ("env --split-string='see a'", "see", ["a"], ("env",)),
    ("env -iS 'see a'", "see", ["a"], ("env",)),
    ("timeout 5 see a", "see", ["a"], ("timeout",)),
    ("timeout -k 3 5 see a", "see", ["a"], ("timeout",)),
    ("timeout --signal=TERM 5s see 7", "see", ["7"], ("timeout",)),
    ("retry 3 see a", "see", ["a"], ("retry",)),
    ("retry see a", "see", ["a"], ("retry",)),
    ("retry -t 3 see 4", "see", ["4"], ("retry",)),
    ("nice -n 5 see a", "see", ["a"], ("nice",)),
    ("sudo timeout 5 env T=b see a", "see", ["a"], ("sudo", "timeout", "env")),
    ("gosu ci see a", "see", ["a"], ("gosu",)),
    ("/usr/bin/sudo see a", "see", ["a"], ("sudo",)),
    ("poetry run see a", "see", ["a"], ("poetry",)),
    ("poetry -C x run see a", "see", ["a"], ("poetry",)),
    ("uv run see a", "see", ["a"], ("uv",)),
    ("uv tool run see a", "see", ["a"], ("uv",)),
    ("uv tool install see a", "uv", ["tool", "install", "see", "a"], ()),
    ("uv tool", "uv", ["tool"], ()),
    ("uv tool $X see", "uv", ["tool", None, "see"], ()),
    ("uv $X see", "uv", [None, "see"], ()),
    ("uv run a.py b", "python", ["a.py", "b"], ("uv",)),
    ("uv run -m tools b", "python", ["-m", "tools", "b"], ("uv",)),
    ("python -m twine a", "twine", ["a"], ("python",)),
    ("python -m twine", "twine", [], ("python",)),
    ("python -u -m twine", "twine", [], ("python",)),
    ("sudo python3.12 -uB -m twine a", "twine", ["a"], ("sudo", "python3.12")),
    ("py -3.12 -m twine a", "twine", ["a"], ("py",)),
    ("uv run -m twine a", "twine", ["a"], ("uv", "python")),
    ("python -m tools twine", "python", ["-m", "tools", "twine"], ()),
    ("python -W ignore -m twine", "python", ["-W", "ignore", "-m", "twine"], ()),
    ("python -cx -m twine", "python", ["-cx", "-m", "twine"], ()),
    ("python a.py -m twine", "python", ["a.py", "-m", "twine"], ()),
    ("python -m", "python", ["-m"], ()),
    ("poetry install see", "poetry", ["install", "see"], ()),
    ("poetry", "poetry", [], ()),
    ("sudo", "sudo", [], ()),
    ("sudo -u ci", "sudo", ["-u", "ci"], ()),
    ("sudo -u", "sudo", ["-u"], ()),
    ("sudo -Eu", "sudo", ["-Eu"], ()),
    ("timeout 5", "timeout", ["5"], ()),
]


@pytest.mark.parametrize(("text", "program", "words", "wrappers"), UNWRAPPED)
def test_which_program_runs_in_the_end(text: str, program: str, words: list[str], wrappers: tuple[str, ...]) -> None:
    found = follow(text).commands[-1]
    assert (found.name, [one.text for one in found.arguments], found.wrappers) == (program, words, wrappers)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("env -S $X a", ["${X}", "a"]),
        ("env -S 'see \"a b\"' c", [None, 'see "a b"', "c"]),
        ("sudo $X a", ["${X}", "a"]),
        ("timeout 5 $X a", ["${X}", "a"]),
        ("retry $X a", ["${X}", "a"]),
    ],
)
def test_a_program_that_is_not_known_stands_among_its_words(text: str, words: list[str | None]) -> None:
    found = follow(text).commands[-1]
    assert (found.name, [one.value.symbol() for one in found.arguments]) == ("", words)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("see", {}),
        ("T=a see", {"T": "a"}),
        ("T=a U=b see", {"T": "a", "U": "b"}),
        ("env T=a see", {"T": "a"}),
        ("T=a env U=b see", {"T": "a", "U": "b"}),
        ("T=a env U=$X see", {"T": "a", "U": "${X}"}),
        ("sudo T=a see", {"T": "a"}),
        ("sudo env T=a see", {"T": "a"}),
        ("T=a env -i U=b see", {"U": "b"}),
        ("T=a env - see", {}),
        ("env -i T=a env U=b see", {"T": "a", "U": "b"}),
        ("env T=a env -i U=b see", {"U": "b"}),
        ("env -u T see", {"T": None}),
        ("env -uT see", {"T": None}),
        ("env -vuT see", {"T": None}),
        ("env -vu T see", {"T": None}),
        ("sudo --preserve-env=T,U see", {"T": None, "U": None}),
        ("timeout 5 T=a see", {}),
        ("env see T=a", {}),
    ],
)
def test_which_variables_a_wrapper_gives(text: str, given: dict[str, str | None]) -> None:
    found = follow(text).commands[-1]
    assert {name: value.symbol() for name, value in found.overrides} == given


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("env -C a see", "a"),
        ("env -Ca see", "a"),
        ("env --chdir a see", "a"),
        ("env --chdir=a see", "a"),
        ("sudo -D a env -C b see", "a/b"),
        ("cd x && env -C ../a see", "a"),
        ("poetry --directory a run see", "a"),
        ("env -C $X see", None),
        ("sudo -u a see", ""),
        ("env -C a true\nsee", ""),
    ],
)
def test_in_which_folder_it_runs(text: str, folder: str | None) -> None:
    assert only(command(text, "see").folders) == folder


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("export T=a\nbash -c 'see $T'", "a"),
        ("export T=a\nenv bash -c 'see $T'", "a"),
        ("export T=a\nenv T=b bash -c 'see $T'", "b"),
        ("export T=a\nenv -i bash -c 'see $T'", None),
        ("export T=a\nenv - bash -c 'see $T'", None),
        ("export T=a\nenv -i T=b bash -c 'see $T'", "b"),
        ("export T=a\nenv -u T bash -c 'see $T'", None),
        ("T=a env -i bash -c 'see $T'", None),
        ("env -iS \"bash -c 'see $T'\"", None),
    ],
)
def test_what_a_program_behind_a_wrapper_sees(text: str, value: str | None) -> None:
    assert (seen(text) or [[None]])[-1] == [value]
