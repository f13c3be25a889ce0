"""Scripts with clients of Python's packages, and what patless says of them."""

from __future__ import annotations

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
    return "\n".join(line[12:] for line in text.split("- |\n")[1].splitlines())


def verdicts(script: str, files: dict[str, str] | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.verdict.value, tuple(reason.code for reason in one.reasons)) for one in found(script, files)]


def native(script: str) -> str:
    """A script with native variables in the place of `$U` and `$T`."""
    return script.replace("$U", "$BITBUCKET_PACKAGES_USERNAME").replace("$T", "$BITBUCKET_PACKAGES_TOKEN")
