"""What a pipelines file costs grows with the number of its steps, and not with the square of it."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

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


def calls(folder: Path, text: str, steps: int) -> int:
    folder.mkdir()
    written = "".join(text.format(n=n, login="&login" if n == 0 else "*login #") for n in range(steps))
    (folder / "bitbucket-pipelines.yml").write_text(HEAD + written)
    profile = cProfile.Profile()
    profile.enable()
    outcome = run(["check", "--format", "json"], folder)
    profile.disable()
    assert outcome.code in (0, 1)
    assert outcome.findings()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [DISTINCT, SHARED], ids=["each its own login", "one login for all"])
def test_four_times_the_steps_cost_about_four_times_as_much(tmp_path: Path, text: str) -> None:
    calls(tmp_path / "warm", text, 2)
    few, many = calls(tmp_path / "few", text, 60), calls(tmp_path / "many", text, 240)
    assert many < 5 * few
