"""Whether a place is in a comment: where that is not certain it is not, or is in doubt."""

from __future__ import annotations

import pytest

from migrator.secrets.references.comments import Within, within
from migrator.secrets.references.finding import Finder
from migrator.text.source import Source

NAME = "MY_PAT"
FINDER = Finder([NAME])
CODE, DOUBT, COMMENT = Within.CODE, Within.DOUBT, Within.COMMENT


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "# MY_PAT", COMMENT),
        ("a.py", "x = 1\n    # MY_PAT", COMMENT),
        ("a.py", "x = 1  # MY_PAT", DOUBT),
        ("a.py", "x = 1  # " + "y" * 200 + " MY_PAT", DOUBT),
        ("a.py", "x = 1  # " + "y" * 400 + " MY_PAT", CODE),
        ("a.py", "# " + "y" * 400 + " MY_PAT", COMMENT),
        ("a.py", "x = MY_PAT  # c", CODE),
        ("a.py", "# c\nx = MY_PAT", CODE),
        ("a.py", "x = 1  # c\ny = MY_PAT", CODE),
        ("a.py", "x = '#MY_PAT'", CODE),
        ("a.py", "* MY_PAT", CODE),
        ("run.sh", "#!/bin/MY_PAT", CODE),
        ("a.rb", "#{MY_PAT}", CODE),
        ("a.rb", "x #{MY_PAT}", CODE),
        ("a.js", "// MY_PAT", COMMENT),
        ("a.js", " * MY_PAT", DOUBT),
        ("a.js", "/* MY_PAT", DOUBT),
        ("a.js", "x = y * MY_PAT", CODE),
        ("a.js", "x = 1 // MY_PAT", DOUBT),
        ("a.js", "x\n* y\nMY_PAT", CODE),
        ("a.tf", "//npm.acme.example/:_authToken=MY_PAT", CODE),
        ("a.tf", "//npm.acme.example MY_PAT", COMMENT),
        ("a.sql", "-- MY_PAT", COMMENT),
        ("a.bat", "rem MY_PAT", COMMENT),
        ("a.css", "// MY_PAT", CODE),
    ],
)
def test_where_a_comment_begins(path: str, text: str, expected: Within) -> None:
    assert within(Source(path, text), text.index(NAME), FINDER.language(path)) is expected


@pytest.mark.parametrize(("path", "text"), [("a.py", "# MY_PAT"), ("a.js", "* MY_PAT"), ("a.js", "    // MY_PAT")])
def test_what_begins_a_comment_is_not_in_it(path: str, text: str) -> None:
    assert within(Source(path, text), 0, FINDER.language(path)) is CODE
