"""What an analysis costs grows with the number of steps, findings, files, and branches, and not with the square of it.

What is counted are calls of functions, which are as many on any machine.
"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.secrets.references.scan import scan
from tests.bench.branches import branches
from tests.fixtures_support import run

HEAD = "pipelines:\n  custom:\n"
DISTINCT = """\
    p{n}:
      - step:
          script:
            - docker login crg.apkg.io -u $U{n} -p $P{n}
            - docker push crg.apkg.io/acme/w:{n}
"""
SHARED = """\
    p{n}:
      - step:
          script:
            - {login} docker login crg.apkg.io -u $U -p $P
            - docker push crg.apkg.io/acme/w:{n}
"""


def counted(work: Callable[[], object]) -> int:
    """How many functions are called."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def checked(folder: Path, findings: int) -> int:
    """The calls of a check that has so many findings at least."""

    def check() -> None:
        outcome = run(["check", "--format", "json"], folder)
        assert outcome.code in (0, 1)
        assert len(outcome.findings()) >= findings

    return counted(check)


def calls(folder: Path, text: str, steps: int) -> int:
    folder.mkdir()
    written = "".join(text.format(n=n, login="&login" if n == 0 else "*login #") for n in range(steps))
    (folder / "bitbucket-pipelines.yml").write_text(HEAD + written)
    return checked(folder, 1)


@pytest.mark.parametrize("text", [DISTINCT, SHARED], ids=["each its own login", "one login for all"])
def test_four_times_the_steps_cost_about_four_times_as_much(tmp_path: Path, text: str) -> None:
    calls(tmp_path / "warm", text, 2)
    few, many = calls(tmp_path / "few", text, 60), calls(tmp_path / "many", text, 240)
    assert many < 5 * few


@pytest.mark.parametrize("called", [False, True], ids=["pipelines files", "scripts of one pipelines file"])
def test_four_times_the_files_cost_about_four_times_as_much(tmp_path: Path, called: bool) -> None:
    def cost(folder: Path, files: int) -> int:
        folder.mkdir()
        steps = ""
        for n in range(files):
            if called:
                (folder / f"login{n}.sh").write_text(f"docker login crg.apkg.io -u $U{n} -p $P{n}\n")
                steps += f"    p{n}:\n      - step:\n          script:\n            - bash login{n}.sh\n"
            else:
                (folder / f"part{n}-pipelines.yml").write_text(HEAD + DISTINCT.format(n=n))
        (folder / "bitbucket-pipelines.yml").write_text(HEAD + (steps or DISTINCT.format(n="x")))
        return checked(folder, files)

    cost(tmp_path / "warm", 2)
    few, many = cost(tmp_path / "few", 15), cost(tmp_path / "many", 60)
    assert many < 5 * few


def test_four_times_the_branches_cost_at_most_four_times_as_much(tmp_path: Path) -> None:
    def cost(root: Path, count: int) -> int:
        root.mkdir()
        branches(root, files=50, count=count, changed=5)
        with Objects(root) as objects:
            names = ["PACKAGES_PAT"]
            return counted(lambda: scan(objects, names, refs(root)))

    cost(tmp_path / "warm", 2)
    few, many = cost(tmp_path / "few", 10), cost(tmp_path / "many", 40)
    assert many < 4.5 * few
