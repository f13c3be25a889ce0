"""Clauses of texts: whether the programs in one only look, and what is a use of a file."""

from __future__ import annotations

import pytest

from migrator.flow.filenames import only_looks
from tests.flow.reading import BOOK
from tests.flow.test_files import of


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("shellcheck a", True),
        ("bash a", False),
        ("", False),
        ("shellcheck", True),
        ("shellcheck a > b", False),
        ("shellcheck a | bash", False),
        ("bash a | wc -l", False),
        ("shellcheck a | wc -l", True),
        ("shellcheck $(bash a)", False),
        ("{ shellcheck a", False),
        ("/usr/bin/shellcheck a", True),
        ('"shellcheck" a', True),
        ("'bash' a", False),
        ("  - shellcheck a", True),
        ("RUN shellcheck a", True),
        ("\t@shellcheck a", True),
        ('"lint": "shellcheck a', True),
        ('"lint": "bash a', False),
        ("shellcheck " + "a" * 1989, True),
        ("shellcheck " + "a" * 1990, False),
        ("[ -x a ]", True),
        ("[ ! -x a ]", True),
        ("[[ -x a ]]", True),
        ("[[ a = b ]]", False),
        ("[ a, b ]", False),
        ("[ a -x ]", False),
        ("[ ", False),
        ("find ci -name x", True),
        ("find ci -exec shellcheck {} +", True),
        ("find ci -exec bash {} +", False),
        ("find ci -execdir shellcheck {} + -ok bash {} +", False),
        ("find ci -exec bash {} + -exec shellcheck {} +", False),
        ("find ci -exec  ", False),
        ("xargs shellcheck", True),
        ("xargs -n 1 shellcheck", True),
        ("xargs -I {} shellcheck {}", True),
        ("xargs '/usr/bin/shellcheck' bash", True),
        ("xargs bash shellcheck", False),
        ("xargs -n 1 bash", False),
        ("xargs", False),
    ],
)
def test_whether_the_programs_of_a_clause_only_look(text: str, looks: bool) -> None:
    assert only_looks(text, BOOK.programs) is looks


@pytest.mark.parametrize("taken", ["/scripts/.", "/./scripts"])
def test_a_folder_in_one_that_is_filled_in_is_that_of_any(taken: str) -> None:
    files = of({"a/b/scripts/login.sh": "", "web/scripts/x": "", "Makefile": f"all:\n\tcp -r $(X){taken} out\n"})
    assert files.callers("a/b/scripts/login.sh") == {"Makefile"}


@pytest.mark.parametrize(
    ("path", "other", "text", "named"),
    [
        ("ci/login.sh", "README.md", "80% of `ci/` is new.", False),
        ("ci/login.sh", "README.md", "    shellcheck ci/login.sh\n", True),
        ("ci/login.sh", "ci/README.md", "All in `.` is for `cp -r . x`.", False),
        ("ci/login.sh", "Makefile", "# all of *.sh are checked\n", False),
        ("ci/login.sh", "Makefile", "all:\n\tbash *.sh\n", True),
        ("ci/login.sh", "Makefile", "all:\n\tbash *ci*\n", False),
        ("ci/login.sh", "Makefile", "all:\n\tbash *in?sh\n", True),
        ("scripts/login.sh", "Makefile", "all:\n\tcp -t /x scripts\n", True),
        ("scripts/login.sh", "Makefile", "all:\n\tcp web scripts\n", False),
        ("scripts/login.sh", "Dockerfile", "COPY scripts\n", True),
        ("scripts/login.sh", "web/Makefile", "all:\n\tcp -r . /x\n", False),
        ("scripts/login.sh", "scripts/Makefile", "all:\n\tcp -r . /x\n", True),
        ("scripts/login.sh", "scripts/Makefile", "all:\n\tmake -C . x\n", False),
        ("scripts/login.sh", "web/Makefile", "all:\n\trsync -a . $(HOST):app\n", True),
        ("a/scripts/login.sh", "Makefile", 'all:\n\ttar czf x "$(X)"/scripts\n', True),
        ("a/scripts/login.sh", "Makefile", 'all:\n\ttar czf x "$(X)"/b/scripts\n', False),
        ("a/scripts/login.sh", "Dockerfile", "COPY web/scripts /x\n", False),
        ("a/scripts/login.sh", "Dockerfile", "COPY a/scripts /x\n", True),
        ("a/scripts/login.sh", "Dockerfile", "COPY /scripts /x\n", False),
        ("a/scripts/login.sh", "Dockerfile", "COPY ./scripts/. /x\n", True),
        ("a/ci/push.py", "Makefile", "all:\n\tpython -c 'from a import push'\n", False),
        ("a/ci/push.py", "Makefile", "all:\n\tpython -c 'from a.ci import push'\n", True),
        ("ci/login", "Makefile", "all:\n\tgit commit -m login\n", False),
        ("ci/login.py", "Makefile", "all:\n\tpython -m login\n", True),
        ("__main__.py", "Makefile", "all:\n\tpython -m __main__\n", True),
        ("ci/__main__.py", "Makefile", "all:\n\tpython -m __main__\n", False),
    ],
)
def test_what_is_a_use_of_a_file(path: str, other: str, text: str, named: bool) -> None:
    assert of({path: "", other: text}).callers(path) == (frozenset({other}) if named else frozenset())
