"""A repository with many files and branches, written through `git fast-import`, the same every time."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENDINGS = (".py", ".js", ".ts", ".java", ".sh", ".yml", ".md", ".go", ".json", ".txt")
_WORDS = [
    *(
        "import",
        "export",
        "const",
        "return",
        "function",
        "$HOME",
        "if",
        "else",
        "text",
        "value",
        "name",
        "x = 1",
        "# a",
    ),
    *("process.env.NODE_ENV", "os.environ.get('HOME')", *(f"word{number}" for number in range(3000))),
]


def branches(root: Path, files: int, count: int, changed: int) -> None:
    """Make `root` a repository of `count` branches; every hundredth file of the first uses a variable, and each of the
    others changes `changed` files."""
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    stream = b"".join(_commits(random.Random(1), files, count, changed))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream, check=True)


def _commits(chance: random.Random, files: int, count: int, changed: int) -> Iterator[bytes]:
    use = "\necho $PACKAGES_PAT\n"
    first = ((number, _text(chance, 85) + (use if number % 100 == 0 else "")) for number in range(files))
    yield from _commit("main", "", first)
    others = [number for number in range(files) if number % 100]
    for branch in range(1, count):
        some = ((number, _text(chance, 60)) for number in chance.sample(others, changed))
        yield from _commit(f"branch-{branch}", "from refs/heads/main\n", some)


def _commit(branch: str, origin: str, contents: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    yield f"commit refs/heads/{branch}\ncommitter t <t@example.invalid> 1700000000 +0000\ndata 0\n{origin}".encode()
    for number, text in contents:
        path = f"src/m{number % 70}/p{number % 7}/f{number}{_ENDINGS[number % 10]}"
        yield f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n".encode()


def _text(chance: random.Random, lines: int) -> str:
    return "\n".join(" ".join(chance.choices(_WORDS, k=9)) for _ in range(lines))
