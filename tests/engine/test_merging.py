"""What steps that share the text of a login say together."""

from __future__ import annotations

from tests.memory import report_on

SHARED = """\
definitions:
  login: &login echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin
pipelines:
  default:
    - step:
        script:
          - *login
          - docker push crg.apkg.io/acme/{}:1
    - step:
        script:
          - *login
          - docker push crg.apkg.io/acme/{}:1
"""


def test_one_finding_assumes_what_each_of_the_steps_assumes() -> None:
    (finding,) = report_on(SHARED.format("web", "api")).findings
    assert sorted(finding.assumptions) == [
        f"crg.apkg.io/acme/{name} is linked to this repository" for name in ("api", "web")
    ]
    assert [use.position.line for use in finding.uses] == [6, 10]


def test_what_both_assume_is_said_once() -> None:
    (finding,) = report_on(SHARED.format("web", "web")).findings
    assert finding.assumptions == ("crg.apkg.io/acme/web is linked to this repository",)
