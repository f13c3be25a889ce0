"""What a keystroke in an editor costs, beside `patless check` of the same repository."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import run
from tests.lsp.editor import Editor
from tests.lsp.repositories import many_steps, repository


@dataclass(frozen=True, slots=True)
class Typed:
    """Seconds: medians, and the most; `ratio` is the median of a keystroke by the run of `check` beside it."""

    check: float
    first: float
    keystroke: float
    slowest: float
    ratio: float


def typed(folder: Path, times: int = 21) -> Typed:
    """In a file of 300 lines with 30 logins."""
    text = many_steps(30)
    root = repository(folder, {"bitbucket-pipelines.yml": text})
    path = root / "bitbucket-pipelines.yml"
    command = [str(Path(sys.executable).with_name("patless")), "check", "--no-cache", "--exit-zero"]
    run(command, root)
    with Editor(root) as editor:
        begun = time.perf_counter()
        editor.open(path)
        first = time.perf_counter() - begun
        pairs = []
        for at in range(times):
            check = run(command, root).seconds
            begun = time.perf_counter()
            editor.change(path, text.replace("done 7", f"done {'x' * at}"))
            pairs.append((check, time.perf_counter() - begun))
        editor.end()
    return Typed(
        statistics.median(check for check, _ in pairs),
        first,
        statistics.median(key for _, key in pairs),
        max(key for _, key in pairs),
        statistics.median(key / check for check, key in pairs),
    )
