"""Many branches of one repository: what they have in common is looked at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.demo.box import Box
from migrator.demo.store import Link
from migrator.findings.settings import Settings
from migrator.fleet import scanning
from migrator.fleet.records import SeenCommit
from migrator.fleet.scanning import Judge, look
from migrator.repositories.refview import RefView
from migrator.rulebook import reading
from tests.fleet.boxes import LOGIN, QUIET

PIPELINES = "bitbucket-pipelines.yml"
JUDGE = Judge(reading.load(), Settings(), "digest")
BASE: dict[str, str | bytes | None] = {
    PIPELINES: QUIET.replace("make test", "ci/a.sh"),
    "ci/a.sh": "#!/bin/sh\nls\n",
    "src/a": "1\n",
    "link": Link("src/a"),
}
SCRIPT = "#!/bin/sh\ndocker login crg.apkg.io -u $A -p $B\n"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits that were judged, and not taken for others."""
    found: list[str] = []
    judge = scanning.seen

    def counted(view: RefView, commit: str, by: Judge) -> SeenCommit:
        found.append(commit)
        return judge(view, commit, by)

    monkeypatch.setattr(scanning, "seen", counted)
    return found


def branches(box: Box, **changes: dict[str, str | bytes | None]) -> tuple[Path, list[str]]:
    folder = box.add_repository("web", {"main": BASE, **changes}).folder
    return folder, [box.head("web", name) or "" for name in ("main", *changes)]


@pytest.mark.parametrize(
    ("change", "times"),
    [
        ({"src/a": "2\n"}, 1),
        ({"src/a": "2\n", "src/b": "new\n"}, 2),
        ({"src/a": None}, 2),
        ({"link": Link("ci/a.sh")}, 2),
        ({"ci/a.sh": SCRIPT}, 2),
        ({PIPELINES: LOGIN}, 2),
        ({"ci/a.sh": Link("../src/a")}, 2),
        ({".patless.toml": 'ignore = ["registry-login"]\n'}, 2),
    ],
)
def test_a_branch_is_judged_where_something_of_it_may_be_otherwise(
    change: dict[str, str | bytes | None], times: int, judged: list[str]
) -> None:
    with Box() as box:
        root, commits = branches(box, other=change)
        together = look(root, commits, JUDGE)
        assert len(judged) == times
        assert together == tuple(one for commit in commits for one in look(root, [commit], JUDGE))


def test_of_many_branches_each_set_of_contents_is_judged_once(judged: list[str]) -> None:
    with Box() as box:
        changes = {f"b{number}": {"src/a": f"{number}\n", "ci/a.sh": f"ls {number % 3}\n"} for number in range(30)}
        root, commits = branches(box, **changes)  # type: ignore[arg-type]
        found = look(root, commits, JUDGE)
        assert len(judged) == 4
        assert [one.commit for one in found] == commits
        assert found == tuple(one for commit in commits for one in look(root, [commit], JUDGE))
