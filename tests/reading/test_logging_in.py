"""What logs in to Packages where nobody follows, and what is taken for granted where nobody knows which files run."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from migrator.reading.unfollowed import logging_in
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

LOGIN = "docker login crg.apkg.io -u ada -p hunter\n"
NATIVE = "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN\n"
OTHER = LOGIN.replace("crg.apkg", "ghcr")
STRANGE = LOGIN.encode() + "# \u00e9\n".encode("latin-1")
WHICH = "patless can't tell which {} runs, because of $X; none here logs in to Packages"
WRITES = "patless can't tell which file the step writes, because of $F; it runs another"


@pytest.mark.parametrize(
    ("lines", "files", "found", "granted"),
    [
        (["ruby a.rb"], {"a.rb": LOGIN}, ["a.rb"], []),
        (["ruby a.rb"], {"a.rb": STRANGE}, ["a.rb"], []),
        (["ruby a.rb"], {"a.rb": NATIVE}, [], []),
        (["ruby a.rb"], {"a.rb": OTHER}, [], []),
        (["ruby b.rb"], {"a.rb": LOGIN}, [], []),
        (["sh a.sh"], {"a.sh": LOGIN}, [], []),
        (["sh a.sh", "ruby a.rb"], {"a.sh": LOGIN, "a.rb": LOGIN}, ["a.rb"], []),
        (["ruby $X"], {"a.rb": LOGIN}, ["a.rb"], []),
        (["source ./y.sh", "ls", "docker ps"], {"a.rb": LOGIN}, [], []),
        (["source ./y.sh", "ruby a.rb"], {"ci/a.rb": LOGIN, "a.rb": "x"}, ["ci/a.rb"], []),
        (["ruby $X"], {"a.rb": NATIVE}, [], [WHICH.format("file")]),
        (["ruby $X"], {"b.rb": LOGIN, "a.rb": LOGIN, "c.rb": OTHER}, ["a.rb", "b.rb"], []),
        (["ruby b.rb", "ruby $X"], {"b.rb": LOGIN, "a.rb": LOGIN}, ["b.rb", "a.rb"], []),
        (["ruby ci/$X.rb"], {"ci/b.rb": LOGIN, "a.rb": LOGIN}, ["ci/b.rb"], []),
        (["ruby ci/$X.rb"], {"ci/b.rb": "x", "a.rb": LOGIN}, [], [WHICH.format("ci/**.rb")]),
        (
            ["ruby ci/$X"],
            {f"ci/{number}": "" for number in range(5100)},
            ["one of more files than are looked through"],
            [],
        ),
        (["sh a.sh", "ruby $X"], {"a.sh": LOGIN}, [], [WHICH.format("file")]),
        (["sh a.sh", "echo x > $F"], {"a.sh": LOGIN}, [], [WRITES]),
        (["echo x > $F"], {"a.sh": LOGIN}, [], []),
        (["sh a.sh", "echo x > $F", "ruby $X"], {"a.sh": "x", "a.rb": LOGIN}, ["a.rb"], [WRITES]),
        (["sh a.sh", "echo x > $F", "ruby $X"], {"a.sh": "x", "a.rb": "x"}, [], [WRITES, WHICH.format("file")]),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)
def test_a_file_that_logs_in_unseen_is_named_once(
    lines: list[str], files: dict[str, str | bytes], found: list[str], granted: list[str]
) -> None:
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    view = Memory({PATH: step(*lines).encode(), **data})
    reading = Reading(view, BOOK, Settings(), [PATH], BITBUCKET, thorough=True)
    followed = frozenset(part.source.path for part in reading.called)
    assert logging_in(reading.facts[0], reading.files, BOOK, followed) == (found, granted)
