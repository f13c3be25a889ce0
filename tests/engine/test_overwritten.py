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
        ("ls push.sh", False),
        ("chmod +x push.sh", False),
        ("bash push.sh", True),
        ("bash $WHAT", True),
        ("ruby run.rb", True),
        ("cp push.sh x", True),
        ("BASH_ENV=push.sh bash -c true", True),
        ("git config core.hooksPath .", True),
        ("with-lock push.sh", True),
        ("with-lock $X", True),
        ("echo push.sh", False),
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
