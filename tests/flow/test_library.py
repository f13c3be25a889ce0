"""Programs in files: which one a command runs, who reads it, and where its places are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.flow.library import FIRST, Library, Placed, Shelf, StepTexts
from migrator.frontends.programs import whole
from migrator.frontends.shell.programs import lower
from tests.flow.reading import BOOK

FILES = {
    "a.sh": "see a\n",
    "ci/b.sh": "#!/bin/bash\nsee b\n",
    "run": "#!/usr/bin/env -S bash -e\nsee c\n",
    "bare": "see d\n",
    "tool": "#!/usr/bin/perl\nsee e\n",
    "py": "#!/usr/bin/env python3\nprint(1)\n",
    "none": "#!\n",
    "broken.sh": "if [\n",
    "dos.sh": "see a\r\n",
    "login.sh": "docker login\n",
}


def library(*words: str, shelf: Shelf | None = None) -> Library:
    return Library(FILES.get, lambda: FILES, BOOK.programs, words or ("",), BOOK.built_in.clone, shelf=shelf)


def placed(of: Library, path: str) -> Placed:
    found = of.included(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("program", "words", "inside", "path", "name"),
    [
        ("sh", ("a.sh",), "", "a.sh", "sh"),
        ("bash", ("b.sh",), "ci", "ci/b.sh", "bash"),
        ("./a.sh", (), "", "a.sh", "sh"),
        ("./run", (), "", "run", "bash"),
        ("../run", (), "ci", "run", "bash"),
        ("./bare", ("x",), "", "bare", "sh"),
        ("./py", (), "", "py", "python3"),
        ("python3", ("py",), "", "py", "python3"),
        ("${BITBUCKET_CLONE_DIR}/run", (), None, "run", "bash"),
    ],
)
def test_which_file_a_command_runs_and_who_reads_it(
    program: str, words: tuple[str, ...], inside: str | None, path: str, name: str
) -> None:
    found = library().find(program, words, inside)
    assert found is not None
    assert (found[0].path, found[1]) == (path, BOOK.programs.launcher(name))


@pytest.mark.parametrize(
    ("program", "words", "inside"),
    [
        ("see", (), ""),
        ("a.sh", (), ""),
        ("./missing", (), ""),
        ("./tool", (), ""),
        ("./none", (), ""),
        ("./a.sh", (), None),
        ("./a.sh", (), "ci"),
        ("sh", ("missing.sh",), ""),
        ("sh", (None,), ""),
        ("../a.sh", (), ""),
    ],
)
def test_what_runs_no_file_that_is_read(program: str, words: tuple[str | None, ...], inside: str | None) -> None:
    assert library().find(program, words, inside) is None


def test_a_file_that_is_included_is_shell_and_has_its_places_once() -> None:
    one = library()
    first = placed(one, "a.sh")
    assert (first.start, bool(first.statements), first.error) == (FIRST, True, "")
    assert placed(one, "a.sh") is first
    second = placed(one, "ci/b.sh")
    assert second.start == FIRST + len(FILES["a.sh"]) + 2
    assert placed(one, "broken.sh").error
    assert one.included("missing") is None
    assert one.included("dos.sh") is None
    assert (one.at(first.start), one.at(second.start - 1), one.at(second.start + 3)) == (first, first, second)
    texts = StepTexts("echo", one)
    assert (texts[0:4], texts[second.start : second.start + 3]) == ("echo", "#!/")
    assert StepTexts("echo", None)[1:3] == "ch"


def test_what_is_used_each_time_keeps_its_places_and_the_rest_is_forgotten() -> None:
    shelf = Shelf()
    kept, other, broken = (placed(library(shelf=shelf), path) for path in ("a.sh", "ci/b.sh", "broken.sh"))
    shelf.turn()
    assert placed(library(shelf=shelf), "a.sh") is kept
    assert placed(library(shelf=shelf), "broken.sh") is not broken
    shelf.turn()
    assert placed(library(shelf=shelf), "a.sh") is kept
    again = placed(library(shelf=shelf), "ci/b.sh")
    assert again is not other
    assert again.start > broken.start
    assert shelf.has([kept, again])
    assert not shelf.has([other])
    shelf.turn()
    assert shelf.has([kept, again])
    shelf.turn()
    shelf.turn()
    assert not shelf.has([kept])


@pytest.mark.parametrize(
    ("text", "matters"),
    [("docker login", True), ("sh login.sh", True), ("./login.sh", True), ("sh a.sh", False), ("true", False)],
)
def test_a_text_matters_by_its_words_or_those_of_a_file_that_it_names(text: str, matters: bool) -> None:
    assert library("docker").matters("x.sh", text) == matters
    assert library("docker").leads(text) == (matters and "docker" not in text)


def test_the_same_text_in_another_file_is_another_program() -> None:
    one = library()
    first, second = (one.place(whole(path, "see\n", lower), placed(one, "a.sh").launcher) for path in ("x", "y"))
    assert first is not second
    assert one.place(whole("x", "see\n", lower), first.launcher) is first


@pytest.mark.parametrize(
    ("program", "text", "wrapper"),
    [
        ("./gradlew", "exec java gradle-wrapper.jar", True),
        ("ci/mvnw", "exec java MavenWrapperMain", True),
        ("./gradlew", "exec java x.jar", False),
        ("./run", "exec java gradle-wrapper.jar", False),
        ("./gradlew", "docker login; gradle-wrapper", False),
        ("./gradlew", "crg.apkg.io; gradle-wrapper", False),
        ("./gradlew", "docker; gradle-wrapper", True),
    ],
)
def test_which_file_is_the_one_that_a_build_tool_puts_there_itself(program: str, text: str, wrapper: bool) -> None:
    files = {program.removeprefix("./"): text}
    words = ("docker", "crg.apkg.io", "other.example")
    one = Library(files.get, lambda: files, BOOK.programs, words, BOOK.built_in.clone)
    assert one.is_wrapper(program, text) is wrapper
    assert (one.find(program, (), "") is None) is wrapper


def test_whether_a_text_matters_is_asked_of_each_file_and_each_text() -> None:
    one = library("docker", "unheard")
    assert not one.matters("x.sh", "true")
    assert one.matters("x.sh", "docker login")
    hidden = Library(
        FILES.get, lambda: FILES, BOOK.programs, ("docker",), BOOK.built_in.clone, {"hidden.sh": "docker"}.get
    )
    assert hidden.leads("sh hidden.sh")
    assert not library("docker").leads("sh hidden.sh")
    asked: list[object] = []

    def once(key: object, ask: Callable[[], bool]) -> bool:
        asked.append(key)
        return not ask()

    kept = Library(FILES.get, lambda: FILES, BOOK.programs, ("docker",), BOOK.built_in.clone, once=once)
    assert kept.matters("x.sh", "true")
    assert asked == [("x.sh", "true")]


def test_programs_that_are_asked_for_together_are_there_and_stay_or_are_not() -> None:
    shelf = Shelf()
    first, second = (placed(library(shelf=shelf), path) for path in ("a.sh", "ci/b.sh"))
    shelf.turn()
    assert shelf.has([first])
    shelf.turn()
    assert shelf.has([first])
    assert not shelf.has([first, second])
    assert not shelf.has([second])


def test_the_places_of_a_program_count_from_its_own_beginning() -> None:
    one = library()
    first, second = placed(one, "a.sh"), placed(one, "ci/b.sh")
    assert [each.span.start for each in first.statements] == [FIRST]
    assert [each.span.start for each in second.statements] == [second.start + len("#!/bin/bash\n")]
    texts = StepTexts("echo", one)
    assert texts[FIRST : FIRST + 3] == "see"
    assert StepTexts("echo", None)[FIRST : FIRST + 3] == ""
