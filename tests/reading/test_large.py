"""Files that are too large to be read, in a folder of the disk, whose bounds a view in memory has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures_support import run
from tests.memory import PATH, step

LARGE = 'docker login crg.apkg.io -u "$U" -p "$PAT"\n' + "#" * (2 * 1024 * 1024) + "\n"
PUSH = "docker push crg.apkg.io/acme/web:1"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((PUSH,), []),
        (("sh ci/large.sh",), []),  # nothing here has to do with Packages
        (("cat ci/large.sh", PUSH), []),
        (("sh ci/large.sh", PUSH), [["not-followed"]]),
        (("./ci/large.sh", PUSH), [["not-followed"]]),
        (("cd ci", "bash -e large.sh", PUSH), [["not-followed"]]),
    ],
)
def test_what_is_too_large_to_be_read_may_log_in_where_a_step_runs_it(
    lines: tuple[str, ...], found: list[list[str]], tmp_path: Path
) -> None:
    assert _reasons(lines, tmp_path) == found


@pytest.mark.parametrize("line", ["sh ci/large.sh", "./ci/large.sh", "cd ci && . ./large.sh"])
def test_it_may_do_so_where_only_another_file_names_packages(line: str, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("image: crg.apkg.io/acme/web\n")
    assert _reasons((line,), tmp_path) == [["not-followed"]]
    assert _reasons(("cat ci/large.sh",), tmp_path) == []


def _reasons(lines: tuple[str, ...], tmp_path: Path) -> list[list[str]]:
    (tmp_path / PATH).write_text(step(*lines))
    (tmp_path / "ci").mkdir(exist_ok=True)
    (tmp_path / "ci" / "large.sh").write_text(LARGE)
    return [one["reasons"] for one in run(["check", "--format", "json"], tmp_path).findings()]
