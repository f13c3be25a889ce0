"""Clients of Python's packages: what becomes native, what stays as it is, and why."""

from __future__ import annotations

import pytest

from migrator.findings.records import Finding
from tests.memory import PATH, planned, report_on

URL = "https://pypi.apkg.io/acme"
UPLOAD = f"twine upload --repository-url {URL}"


def pipelines(script: str) -> str:
    lines = "".join(f"            {line}\n" if line else "\n" for line in script.splitlines())
    return f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{lines}"


def found(script: str, files: dict[str, str] | None = None) -> tuple[Finding, ...]:
    given = {path: text.encode() for path, text in (files or {}).items()}
    return report_on({PATH: pipelines(script).encode(), **given}).findings


def fixed(script: str, files: dict[str, str] | None = None) -> str:
    """The script with all fixes, safe and unsafe; as it was where there are none."""
    given = {path: text.encode() for path, text in (files or {}).items()}
    changes = planned(report_on({PATH: pipelines(script).encode(), **given}), unsafe=True).changes
    assert {change.path for change in changes} <= {PATH}
    text = changes[0].after.decode() if changes else pipelines(script)
    return "\n".join(line.strip() for line in text.split("- |\n")[1].splitlines())


def verdicts(script: str, files: dict[str, str] | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.verdict.value, tuple(reason.code for reason in one.reasons)) for one in found(script, files)]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"python -m twine upload --repository-url {URL} -u $U -p $T d/*", {"tools/twine.py": "print()\n"}),
        (f"python -m twine upload --repository-url {URL} -u $U -p $T d/*", {"twine/__main__.py": "print()\n"}),
        (f"doppler run -- {UPLOAD} d/*", {}),
        (f"pipenv run {UPLOAD} d/*", {}),
    ],
)
def test_another_module_and_a_wrapper_that_may_set_its_variables_are_not_changed(
    script: str, files: dict[str, str]
) -> None:
    assert [verdict for verdict, _ in verdicts(script, files)] == ["report-only"]
    assert fixed(script, files) == script


@pytest.mark.parametrize(
    "runner", ["python -m", "python3.12 -u -m", "py -3.12 -m", "uv run", "poetry run", "uv run python -m", "pipx run"]
)
def test_an_upload_that_another_program_runs_is_one(runner: str) -> None:
    assert verdicts(f"{runner} {UPLOAD} d/*") == [("safe", ())]
    native = 'TWINE_USERNAME="$BITBUCKET_PACKAGES_USERNAME" TWINE_PASSWORD="$BITBUCKET_PACKAGES_TOKEN" '
    assert fixed(f"{runner} {UPLOAD} d/*") == f"{native}{runner} {UPLOAD} d/*"
    assert fixed(f'{runner} {UPLOAD} -u "$U" -p "$T" d/*') == (
        f'{runner} {UPLOAD} -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN" d/*'
    )
