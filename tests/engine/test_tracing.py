"""Which findings and which steps are at a line of a file."""

from __future__ import annotations

import pytest

from migrator.engine.tracing import trace
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"\n'
PUSH = "docker push crg.apkg.io/acme/web:1"
FOLDED = "|\n            docker login crg.apkg.io \\\n              -u $USR -p $PAT\n            ls"
FILES = {
    PATH: step("./a.sh", PUSH) + "    - step:\n        script:\n          - ./b.sh\n          - " + FOLDED + "\n",
    "a.sh": LOGIN,
    "b.sh": LOGIN,
    "c.sh": LOGIN,
}


@pytest.mark.parametrize(
    ("path", "line", "found", "steps"),
    [
        ("a.sh", 1, [("a.sh", 1)], [4]),
        ("b.sh", 1, [("b.sh", 1)], [8]),
        ("a.sh", 2, [], [4]),
        ("c.sh", 1, [], []),
        (PATH, 1, [], []),
        (PATH, 5, [], [4]),
        (PATH, 6, [], [4]),
        (PATH, 7, [], []),
        (PATH, 9, [], [8]),
        (PATH, 11, [(PATH, 11)], [8]),
        (PATH, 12, [(PATH, 11)], [8]),
        (PATH, 13, [], [8]),
    ],
)
def test_what_is_at_a_line(path: str, line: int, found: list[tuple[str, int]], steps: list[int]) -> None:
    view = Memory({name: text.encode() for name, text in FILES.items()})
    made = trace(view, [PATH], BOOK, Settings(), BITBUCKET, path, line)
    assert [(one.finding.path, one.finding.position.line) for one in made.walks] == found
    assert [one.position.line for one in made.steps] == steps
    assert all(len(one.runs) == 1 and not one.more for one in made.walks)


def test_of_many_runs_the_first_ones_are_shown_and_the_others_counted() -> None:
    text = "pipelines:\n  default:\n" + "    - step:\n        script:\n          - ./a.sh\n" * 6
    view = Memory({PATH: text.encode(), "a.sh": LOGIN.encode()})
    (walk,) = trace(view, [PATH], BOOK, Settings(), BITBUCKET, "a.sh", 1).walks
    assert [one.step.position.line for one in walk.runs] == [4, 7, 10, 13]
    assert walk.more == 2


@pytest.mark.parametrize(
    ("command", "others"),
    [
        ("ls", ()),
        ("make", (("Makefile", "what of it runs is known only then"),)),
        ("./$X", (("**", "cannot tell which, because of a variable"),)),
    ],
)
def test_which_files_may_run_unseen_is_told(command: str, others: tuple[tuple[str, str], ...]) -> None:
    files = {PATH: step(command, LOGIN.strip()).encode(), "Makefile": b"include x.mk\nall: ; ls\n"}
    (walk,) = trace(Memory(files), [PATH], BOOK, Settings(), BITBUCKET, PATH, 6).walks
    assert walk.runs[0].followed.others == others
