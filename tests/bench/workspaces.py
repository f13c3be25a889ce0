"""A workspace as they are: of a hundred repositories sixty have no pipelines, twenty-five have some without a login to
Packages, fifteen have a login. The same every time."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from migrator.demo.box import Box
from migrator.demo.state import Repository
from tests.fleet.boxes import LOGIN, QUIET, slug

_KINDS = 40
"""Different repositories of a kind; the others are copies of them."""


class Site(NamedTuple):
    """A box in a process of its own, so that what it takes is not counted: how it is asked."""

    origin: str
    token: str


def fill(box: Box, count: int, seed: int = 1) -> None:
    """Let the box have `count` repositories, whose server leaves out files where it is asked to."""
    chance = random.Random(seed)
    made: dict[str, list[Repository]] = {}
    for number in range(count):
        text = chance.choices((LOGIN, QUIET, ""), (15, 25, 60))[0]
        alike = made.setdefault(text, [])
        if len(alike) < _KINDS:
            one = box.add_repository(slug(number), {"main": _files(chance, text)})
            with (one.folder / "config").open("a", encoding="ascii") as config:
                config.write("[uploadpack]\n\tallowFilter = true\n")
            alike.append(one)
        else:
            one = box.state.add_repository(slug(number), slug(number), "CORE", "main")
            shutil.copytree(chance.choice(alike).folder, one.folder, dirs_exist_ok=True)


def _files(chance: random.Random, text: str) -> dict[str, str | bytes | None]:
    """Code of some ten folders, a hundred files and two hundred kilobytes, as text that packs well."""
    words = [f"word{chance.randrange(10**6)}" for _ in range(300)]
    files: dict[str, str | bytes | None] = {
        f"src/part{number % 10}/module{number}.py": "\n".join(" ".join(chance.choices(words, k=8)) for _ in range(30))
        for number in range(chance.randrange(60, 140))
    }
    files |= {"Dockerfile": "FROM alpine:3\nCOPY src /src\n", "README.md": "Text\n"}
    return files | ({"bitbucket-pipelines.yml": text} if text else {})


@contextmanager
def site(count: int) -> Iterator[Site]:
    """A workspace of `count` repositories, as long as the block runs."""
    command = [sys.executable, "-m", "tests.bench.workspaces", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        origin, token = process.stdout.readline().split()
        try:
            yield Site(origin, token)
        finally:
            process.stdin.close()


def main(count: int) -> None:
    with Box(hourly=None) as box:
        fill(box, count)
        print(box.origin, box.token(), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
