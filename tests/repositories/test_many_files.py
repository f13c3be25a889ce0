"""A large repository costs time and memory in proportion to its files, and little for each."""

from __future__ import annotations

import subprocess
import time
import tracemalloc
from pathlib import Path

import pytest

from tests.fixtures_support import run
from tests.memory import PATH, step

FEW, MANY = 2_000, 16_000
LOGIN = 'docker login crg.apkg.io -u "$EMAIL" -p "$PAT"'


def grow(root: Path, first: int, last: int) -> None:
    for number in range(first, last):
        folder = root / f"packages/{number // 100}/src"
        if number % 100 == 0:
            folder.mkdir(parents=True)
        (folder / f"module_{number}.txt").touch()


def cost(root: Path) -> tuple[float, int]:
    """Seconds of the processor, and the most bytes held at once; the one login is found."""
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        assert len(run(["check", "--format", "json"], root).findings()) == 1
        seconds.append(time.process_time() - begun)
    tracemalloc.start()
    try:
        run(["check", "--quiet"], root)
        return min(seconds), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["git", "folder"])
def test_time_and_memory_are_linear_in_the_number_of_files(kind: str, tmp_path: Path) -> None:
    if kind == "git":
        subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / PATH).write_text(step(LOGIN, "docker push crg.apkg.io/acme/web"))
    grow(tmp_path, 0, FEW)
    few, little = cost(tmp_path)
    grow(tmp_path, FEW, MANY)
    many, much = cost(tmp_path)
    assert many < few * MANY / FEW * 3
    assert much - little < (MANY - FEW) * 1000, f"{(much - little) // (MANY - FEW)} bytes a file"
