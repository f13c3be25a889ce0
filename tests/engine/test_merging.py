"""What steps that share the text of a login say together."""

from __future__ import annotations

from tests.memory import PATH, report_on, step

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


def test_findings_stand_in_the_order_of_the_files_wherever_they_begin_there() -> None:
    login = 'echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin\n'
    files = {
        PATH: step("sh b.sh", "sh a.sh", "docker push crg.apkg.io/acme/web:1"),
        "a.sh": f"# Logs in.\n{login}",
        "b.sh": login,
    }
    report = report_on({path: text.encode() for path, text in files.items()})
    assert [finding.path for finding in report.findings] == ["a.sh", "b.sh"]
