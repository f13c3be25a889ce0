"""Who gives a variable the name of a native one."""

from __future__ import annotations

from tests.memory import report_on

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
