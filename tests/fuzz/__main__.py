"""`python -m tests.fuzz TARGET [FOLDER OR OPTION OF LIBFUZZER …]`: feed one target until something is wrong.

A guided search by hand; no part of the tests, since it needs minutes and `pip install atheris`. The input that is at
fault is left in the working directory (`-artifact_prefix=` says where else), and given as the only argument after the
target it is tried again. More examples to start from are folders: `tests.fuzz pipelines ~/checkouts`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["migrator"]):
    from tests.fuzz.targets import TARGETS

_ROOT = Path(__file__).resolve().parent.parent.parent
_SEEDS = {
    "pipelines": ("fixtures/**/*pipelines.yml",),
    "shell": ("fixtures/**/*.sh",),
    "rules": ("rules/**/*.yml",),
    "settings": ("fixtures/**/.patless.toml", "fixtures/**/*.json"),
    "builds": ("fixtures/**/*Dockerfile*", "fixtures/**/*compose*.yml"),
}


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"name one of {', '.join(TARGETS)}")
    name, *rest = arguments
    if not any(Path(one).is_file() for one in rest):
        rest = [_corpus(name), *rest]
    limits = ["-timeout=20", "-rss_limit_mb=2048", "-max_len=8192"]
    atheris.Setup([sys.argv[0], *limits, *rest], TARGETS[name])
    atheris.Fuzz()


def _corpus(name: str) -> str:
    """A folder to start from, which grows while the search runs."""
    folder = Path(tempfile.gettempdir()) / f"patless-fuzz-corpus-{name}"
    folder.mkdir(exist_ok=True)
    for pattern in _SEEDS[name]:
        for number, path in enumerate(sorted(_ROOT.glob(pattern))):
            shutil.copyfile(path, folder / f"seed-{number:04}-{path.name}")
    return str(folder)


main(sys.argv[1:])
