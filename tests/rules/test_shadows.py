"""Who gives a variable the name of a native one."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from migrator.reading.shadows import shadows
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, report_on, step

TEXT = """\
pipelines:
  custom:
    release:
      - variables:
          - name: BITBUCKET_PACKAGES_TOKEN
      - step:
          script:
            - export BITBUCKET_PACKAGES_USERNAME=acme
            - make
"""
CLAUSE = ", the name of a variable that Pipelines provides"


def test_a_declaration_and_an_assignment_are_told_as_what_they_are() -> None:
    assert [(one.message, one.position.line) for one in report_on(TEXT).findings] == [
        (f"the custom pipeline declares BITBUCKET_PACKAGES_TOKEN{CLAUSE}", 5),
        (f"the script sets BITBUCKET_PACKAGES_USERNAME{CLAUSE}", 8),
    ]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("BITBUCKET_PACKAGES_TOKEN=$PAT", [("BITBUCKET_PACKAGES_TOKEN", "$PAT", ("PAT",))]),
        ("BITBUCKET_PACKAGES_TOKEN=$A$B", [("BITBUCKET_PACKAGES_TOKEN", "$A$B", ("A", "B"))]),
        ("BITBUCKET_PACKAGES_TOKEN=x", [("BITBUCKET_PACKAGES_TOKEN", "x", ())]),
        ("BITBUCKET_PACKAGES_TOKEN=", [("BITBUCKET_PACKAGES_TOKEN", "", ())]),
        ("BITBUCKET_PACKAGES_TOKEN=$BITBUCKET_PACKAGES_TOKEN", []),
        (
            "BITBUCKET_PACKAGES_TOKEN=$BITBUCKET_PACKAGES_TOKEN$A",
            [("BITBUCKET_PACKAGES_TOKEN", "$BITBUCKET_PACKAGES_TOKEN$A", ("BITBUCKET_PACKAGES_TOKEN", "A"))],
        ),
        (
            "BITBUCKET_PACKAGES_TOKEN=$BITBUCKET_PACKAGES_USERNAME",
            [("BITBUCKET_PACKAGES_TOKEN", "$BITBUCKET_PACKAGES_USERNAME", ("BITBUCKET_PACKAGES_USERNAME",))],
        ),
        ("read BITBUCKET_PACKAGES_TOKEN < x", [("BITBUCKET_PACKAGES_TOKEN", "", ())]),
        ("TOKEN=$PAT", []),
        ("TOKEN=$PAT; BITBUCKET_PACKAGES_TOKEN=x", [("BITBUCKET_PACKAGES_TOKEN", "x", ())]),
        (
            "BITBUCKET_PACKAGES_TOKEN=$BITBUCKET_PACKAGES_TOKEN; BITBUCKET_PACKAGES_TOKEN=x",
            [("BITBUCKET_PACKAGES_TOKEN", "x", ())],
        ),
    ],
)
def test_an_assignment_of_something_else_is_told_with_what_it_stores(
    script: str, found: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    view = Memory({PATH: step(script).encode()})
    settings = Settings(variables={"BITBUCKET_PACKAGES_USERNAME": "ada"})
    for given in (Settings(), settings) if "USERNAME" not in script else (Settings(),):
        (fact,) = Reading(view, BOOK, given, [PATH], BITBUCKET, thorough=True).facts
        seen = [
            (one.name, one.source.text[one.span.start : one.span.end], one.stored)
            for one in shadows(fact, BOOK.natives)
            if not one.declared
        ]
        assert seen == found
