"""`python -m tests.mutation [MODULE or MUTANT …]`: change a module at one place, and see whether a test fails.

A search by hand; no part of the tests, since it needs minutes and `pip install coverage`. A mutant has the name
`MODULE:LINE:COLUMN+LENGTH:KIND`. The first run, and one with `--measure`, writes down which test runs which line.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tests.mutation import covering, quickly, running
from tests.mutation.operators import Mutant, compiles, mutants

DECIDING = (
    *("engine", "fixes", "flow", "frontends/python", "frontends/shell", "ir/paths.py", "ir/values.py"),
    *("platforms/bitbucket", "reading", "rules", "sinks", "secrets"),
    *("fleet/deciding.py", "fleet/following.py", "fleet/opening.py", "fleet/proposal.py"),
)
_FOLDER = Path(tempfile.gettempdir()) / "patless-mutation"


def main() -> None:
    asked = _options()
    _FOLDER.mkdir(exist_ok=True)
    if asked.measure is not None or not (_FOLDER / "coverage").exists():
        _measure(asked.measure or list(covering.files()))
    running.prepare()
    known = covering.Covering(_FOLDER)
    chosen = list(_chosen(asked.modules or _deciding(), asked.seed, asked.most))
    questions, covered = [], []
    for mutant, _ in chosen:
        all_of = known.tests(mutant.module, mutant.line)
        covered.append(len(all_of))
        questions.append(quickly.Question(mutant, *_within(all_of, known.seconds, asked.seconds)))
    counts: dict[str, Counter[str]] = {}
    answers = quickly.answers([one for one in questions if one.tests], _FOLDER)
    for (mutant, source), question, tests in zip(chosen, questions, covered, strict=True):
        by = next(answers) if question.tests else None
        if by == quickly.UNCHANGEABLE:
            by = running.run(question, _FOLDER)
        counts.setdefault(mutant.module, Counter())["survived" if by is None else "killed"] += 1
        how = f"{len(question.tests)} of {tests} tests" if by is None else by
        print("survived" if by is None else "killed", mutant.name, mutant.shown(source), how, sep="\t", flush=True)
    for module, count in counts.items():
        print("figures", module, f"{count['killed']} of {count.total()} killed", sep="\t")
    killed = sum(count["killed"] for count in counts.values())
    total = sum(count.total() for count in counts.values())
    print("figures", "all", f"{killed} of {total} killed, {killed / max(total, 1):.1%}", sep="\t")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="files, folders, or names of mutants; without, all that decide")
    parser.add_argument("--seed", default="1", help="which ones of a module")
    parser.add_argument("--most", type=int, default=12, help="so many of each module")
    parser.add_argument(
        "--seconds", type=float, default=10, help="how long the tests of one mutant may take without it"
    )
    parser.add_argument("--measure", nargs="*", metavar="TEST", help="measure these tests again; without a name, all")
    return parser.parse_args()


def _measure(tests: Sequence[str]) -> None:
    """In a process of its own: this one must not import the product."""
    child = os.fork()
    if child == 0:
        covering.measure(_FOLDER, tests)
        os._exit(0)
    os.waitpid(child, 0)


def _deciding() -> list[str]:
    return [f"migrator/{name}" for name in DECIDING]


def _chosen(names: Sequence[str], seed: str, most: int) -> Iterator[tuple[Mutant, str]]:
    for name in names:
        module = name.partition(":")[0]
        path = covering.ROOT / module
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            source = file.read_text()
            found = mutants(file.relative_to(covering.ROOT).as_posix(), source)
            if ":" in name:
                picked = [one for one in found if one.name == name]
            else:
                mixed = random.Random(f"{seed} {module}").sample(found, len(found))
                picked = list(islice((one for one in mixed if compiles(one.of(source))), most))
            yield from ((one, source) for one in sorted(picked, key=lambda one: (one.start, one.end, one.text)))


def _within(tests: Sequence[str], taken: dict[str, float], seconds: float) -> tuple[list[str], float]:
    """As many of the tests, the quickest first, as may take so long together; one at least."""
    chosen, total = list(tests[:1]), sum(taken[test] for test in tests[:1])
    for test in tests[1:]:
        if total + taken[test] > seconds:
            break
        chosen.append(test)
        total += taken[test]
    return chosen, total


main()
