"""`python -m tests.differential [--minutes N] [--seed S]`: run generated repositories before and after `fix`.

No part of the tests, since it takes as long as it is told. Each repository that behaves in another way is made as small
as it can be and left in `--keep`, in the form that `tests/differential/found` has. Figures come at the end, and with
--figures every minute in a file.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.differential.comparing import judged
from tests.differential.generating import repository, shown
from tests.differential.shrinking import shrunk

_STYLES: tuple[tuple[str, ...], ...] = ((), ("--style", "in-place"), ())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", default="")
    parser.add_argument("--first", type=int, default=0, help="the number of the first repository of the seed")
    parser.add_argument("--most", type=int, default=10**9, help="how many repositories at most")
    parser.add_argument("--keep", type=Path, default=Path("build/differential"))
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--as-found", action="store_true", help="do not make them smaller")
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    figures: Counter[str] = Counter()
    end, told = time.monotonic() + 60 * given.minutes, time.monotonic()
    number = given.first
    with TemporaryDirectory(prefix="differential-") as folder:
        while time.monotonic() < end and number < given.first + given.most:
            files, options = repository(f"{given.seed}-{number}"), _STYLES[number % len(_STYLES)]
            result = judged(files, Path(folder), options)
            figures.update(["repositories", result.verdict])
            figures["rewritten"] += result.changed
            figures["logins seen"] += result.logins
            figures["repositories with a login"] += result.logins > 0
            for kind in dict.fromkeys(problem.split(":")[0] for problem in result.problems):
                figures[f"wrong, {kind}"] += 1
                small = files if given.as_found else shrunk(files, Path(folder), options, kind)
                reason = next(one for one in judged(small, Path(folder), options).problems if one.startswith(kind))
                name = f"{given.seed}-{number}-{kind.split()[0]}.txt"
                (given.keep / name).write_text(f"{' '.join(options)}\n{shown(small)}\n# {reason}\n")
                print(f"{name}: {reason}", flush=True)
            number += 1
            if given.figures and time.monotonic() > told + 60:
                given.figures.write_text(_table(figures))
                told = time.monotonic()
    if given.figures:
        given.figures.write_text(_table(figures))
    print(_table(figures), end="")


def _table(figures: Counter[str]) -> str:
    return "".join(f"{number:8} {name}\n" for name, number in sorted(figures.items()))


if __name__ == "__main__":
    main()
