"""Places whose stored value never arrives: none where something of the repository is not known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.engine.overwritten import overwritten
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory

SET = 'export PAT="$BITBUCKET_PACKAGES_TOKEN"'
SCRIPT = 'docker login crg.apkg.io -u ci -p "$PAT"\n'


def pipelines(*lines: str) -> str:
    block = "".join(f"            {line}\n" for line in lines)
    return f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{block}"


def places(
    *lines: str, files: Mapping[str, str] | None = None, links: Mapping[str, str] | None = None, more: str = ""
) -> set[tuple[str, int, int]]:
    """Path and line of each place, and how often the name stands there."""
    every = {PATH: pipelines(*lines) + more, "push.sh": SCRIPT, **(files or {})}
    view = Memory({path: text.encode() for path, text in every.items()})
    found = overwritten(view, [PATH], {"PAT"}, BOOK, Settings(), BITBUCKET, links or {}, lambda paths: frozenset(paths))
    return {(place.path, place.line, count) for place, count in found.items()}


OWN, FILE = (PATH, 6, 1), ("push.sh", 1, 1)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((SET, "./push.sh"), {OWN, FILE}),
        ((SET, "./push.sh", "./push.sh"), {OWN, FILE}),
        ((SET, 'docker login crg.apkg.io -u ci -p "$PAT"'), {OWN, (PATH, 7, 1)}),
        ((SET, 'docker login crg.apkg.io -u ci -p "$PAT$PAT"'), {OWN, (PATH, 7, 2)}),
        ((SET, "true"), {OWN}),
        (('PAT="$BITBUCKET_PACKAGES_TOKEN" ./push.sh',), {OWN, FILE}),
        (('env PAT="$BITBUCKET_PACKAGES_TOKEN" ./push.sh',), {OWN, FILE}),
        (("declare -x PAT=x", "./push.sh"), {OWN, FILE}),
        (("read -r PAT < x; export PAT", "./push.sh"), {FILE}),
    ],
)
def test_what_every_step_has_set_before(lines: tuple[str, ...], found: set[tuple[str, int, int]]) -> None:
    assert places(*lines) == found


@pytest.mark.parametrize(
    "lines",
    [
        (SET, "./push.sh", "bash -c 'if ['"),
        (SET, "./push.sh", "if ["),
        (SET, "./push.sh", "./other.sh"),
    ],
)
def test_nothing_where_a_script_cannot_be_read(lines: tuple[str, ...]) -> None:
    assert places(*lines, files={"other.sh": "if ["}) == set()


@pytest.mark.parametrize("lines", [("./push.sh", SET), ("x && " + SET, "./push.sh"), (SET, "unset PAT", "./push.sh")])
def test_where_the_value_may_arrive_it_is_not_among_them(lines: tuple[str, ...]) -> None:
    assert FILE not in places(*lines) or "unset PAT" in lines


def test_nothing_where_a_pipelines_file_cannot_be_read() -> None:
    assert places(SET, "./push.sh", more="  branches: [1\n") == set()


@pytest.mark.parametrize(
    ("more", "open_"),
    [
        *((one, False) for one in ("ls push.sh", "chmod +x push.sh", "echo push.sh", "git commit", "sh -c true")),
        *((one, False) for one in ("PAT=x ./vendor push.sh", "PAT=x; ruby run.rb", "env -u PAT ruby run.rb")),
        *((one, False) for one in ("unset PAT; ruby run.rb", "PAT=x ./push.sh", "curl $PAT", "docker run -e PAT x")),
        ("./push.sh", True),
        ("sudo ./push.sh", True),
        ("sudo ruby run.rb", True),
        *((one, True) for one in ("bash push.sh", "bash $WHAT", "bash", "source push.sh", ". ./x", "env", "make")),
        *((one, True) for one in ("ruby run.rb", "ruby other.rb", "echo x | ruby run.rb", "ruby -e x < push.sh")),
        *((one, True) for one in ("cp push.sh x", "PAT=x cp push.sh x", "mv push.sh x", "ln -s push.sh x")),
        *((one, True) for one in ("BASH_ENV=push.sh bash -c true", "BASH_ENV=x; export BASH_ENV; true")),
        *((one, True) for one in ("git config core.hooksPath .", "git config core.hooksPath x", "xargs ./push.sh")),
        *((one, True) for one in ("with-lock push.sh", "with-lock $X", "with-lock pu*", "with-lock {push,x}.sh")),
        *((one, True) for one in ("find . -exec ./push.sh {} +", "timeout 5 ./push.sh", "tar xf push.sh")),
    ],
)
def test_another_step_that_may_run_the_file_with_the_stored_value(more: str, open_: bool) -> None:
    step = f"    - step:\n        script:\n          - {more}\n"
    files = {"run.rb": "system './push.sh'\n"}
    assert (FILE in places(SET, "./push.sh", files=files, more=step)) == (not open_)


def test_of_more_files_than_are_looked_through_any_may_run(monkeypatch: pytest.MonkeyPatch) -> None:
    step = "    - step:\n        script:\n          - ls\n"
    assert FILE in places(SET, "./push.sh", more=step)
    monkeypatch.setattr("migrator.flow.files._MOST_FILES", 1)
    assert FILE not in places(SET, "./push.sh", more=step)


def test_a_link_is_the_file_that_it_leads_to() -> None:
    step = "    - step:\n        script:\n          - ./deploy\n"
    files = {"deploy": SCRIPT}
    assert FILE in places(SET, "./push.sh", files=files)
    assert FILE not in places(SET, "./push.sh", files=files, more=step, links={"deploy": "push.sh"})


OF_MAKE = {"Makefile": "x:\n\t./push.sh\ny:\n\ttrue\n"}
TWO = {"b.rb": "require 'a'\n", "a.rb": "system './push.sh'\n"}


@pytest.mark.parametrize(
    ("more", "files", "links", "open_"),
    [
        ("make y", OF_MAKE, {}, False),
        ("make x", OF_MAKE, {}, True),
        ("vendor", OF_MAKE, {}, True),
        ("ruby b.rb", TWO, {}, True),
        ("ls b.rb", TWO, {}, False),
        ("with-lock other", {}, {"other": "push.sh"}, True),
        ("ls other", {}, {"other": "push.sh"}, False),
    ],
)
def test_a_file_that_another_one_names_or_that_a_link_leads_to(
    more: str, files: dict[str, str], links: dict[str, str], open_: bool
) -> None:
    step = f"    - step:\n        script:\n          - {more}\n"
    assert (FILE in places(SET, "./push.sh", files=files, links=links, more=step)) == (not open_)


@pytest.mark.parametrize(("more", "open_"), [("with-lock a.sh", True), ("with-lock b.sh", True), ("ls a.sh", False)])
def test_a_file_that_is_run_runs_those_that_it_names_one_after_the_other(more: str, open_: bool) -> None:
    step = f"    - step:\n        script:\n          - {more}\n"
    found = places(SET, "./a.sh", files={"a.sh": "./b.sh\n", "b.sh": "./push.sh\n"}, more=step)
    assert (FILE in found) == (not open_)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ls push.sh", {OWN, FILE}),
        ("ruby run.rb", {OWN, FILE}),
        ("cp push.sh x", {OWN}),
        ("ln -s push.sh x", {OWN}),
    ],
)
def test_behind_the_assignment_only_a_copy_leads_elsewhere(line: str, found: set[tuple[str, int, int]]) -> None:
    files = {"run.rb": "system './push.sh'\n"}
    assert {(path, at, count) for path, at, count in places(SET, line, "./push.sh", files=files)} == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("$X", set()),
        ("$X push", set()),
        ("f() { ls; }; export -f f; with-lock f", set()),
        ("f() { ls; }; export -f f; with-lock g", {OWN, FILE}),
        ("f() { ls; }; with-lock f", {OWN, FILE}),
        ("f() { ls; }; export -f f; echo f", {OWN, FILE}),
        ("PAT=x $X", {OWN, FILE, (PATH, 10, 1)}),
    ],
)
def test_a_command_without_a_name_may_be_a_function_that_reads_it(more: str, found: set[tuple[str, int, int]]) -> None:
    """Or one that is given the name of a function."""
    assert places(SET, "./push.sh", more=f"    - step:\n        script:\n          - '{more}'\n") == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (('PAT="$BITBUCKET_PACKAGES_TOKEN"', "./push.sh"), {OWN, FILE}),
        (('docker login -u ci -p "$PAT" crg.apkg.io',), set()),
        (("for PAT in a b; do true; done",), set()),
        (("read -r PAT < x", 'echo "$PAT"'), {(PATH, 7, 1)}),
        (("f() { PAT=x; }", "f", 'echo "$PAT"'), {OWN, (PATH, 8, 1)}),
        ((SET, "sudo sh -c 'echo $PAT'"), {OWN}),
        ((SET, "sh -c 'echo $PAT'"), {OWN, (PATH, 7, 1)}),
    ],
)
def test_which_places_name_it(lines: tuple[str, ...], found: set[tuple[str, int, int]]) -> None:
    assert places(*lines) == found
