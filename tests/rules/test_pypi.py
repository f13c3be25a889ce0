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


@pytest.mark.parametrize(
    "script",
    [
        "uv publish --publish-url https://upload.example.org/legacy/ --token $T\necho apkg.io",
        f"UV_PUBLISH_TOKEN=$BITBUCKET_PACKAGES_TOKEN uv publish --publish-url {URL}",
        f"uv publish --publish-url {URL}",
        f"uv auth login {URL} --username $BITBUCKET_PACKAGES_USERNAME --password $BITBUCKET_PACKAGES_TOKEN",
        "uv auth login https://upload.example.org --token $T\necho apkg.io",
        f"uv auth logout {URL}",
    ],
)
def test_a_token_for_another_index_and_native_ones_are_none_of_ours(script: str) -> None:
    assert verdicts(script) == []


@pytest.mark.parametrize(
    "script",
    [
        f"UV_PUBLISH_TOKEN=$T\nexport UV_PUBLISH_TOKEN\nuv publish --publish-url {URL}",
        f"export UV_PUBLISH_TOKEN=$T\nuv publish --publish-url {URL}\nuv publish",
        f"export UV_PUBLISH_TOKEN=$T\nuv publish --publish-url {URL}\n./build.sh",
        f"uv publish --publish-url {URL} --token $(vault read token)",
        f'token="--token $T"\nuv publish --publish-url {URL} $token',
    ],
)
def test_a_token_that_something_else_may_see_or_that_has_no_place_is_told(script: str) -> None:
    assert [verdict for verdict, _ in verdicts(script)] == ["report-only"]
    assert fixed(script) == script


OPTIONS = '--username "$BITBUCKET_PACKAGES_USERNAME" --password "$BITBUCKET_PACKAGES_TOKEN"'
VARIABLES = 'UV_PUBLISH_USERNAME="$BITBUCKET_PACKAGES_USERNAME" UV_PUBLISH_PASSWORD="$BITBUCKET_PACKAGES_TOKEN"'


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (f'uv publish --token "$T" --publish-url {URL}', f"uv publish {OPTIONS} --publish-url {URL}"),
        (f"uv publish -t$T --publish-url {URL}", None),
        (f"uv publish --token=$T --publish-url {URL} d/*", f"uv publish {OPTIONS} --publish-url {URL} d/*"),
        (f"uv auth login {URL} -t $T", f"uv auth login {URL} {OPTIONS}"),
        (f'P="$T"\nuv auth login {URL} -t $P', f'P="$T"\nuv auth login {URL} {OPTIONS}'),
        (f"UV_PUBLISH_TOKEN=$T uv publish --publish-url {URL}", f"{VARIABLES} uv publish --publish-url {URL}"),
        (f"env UV_PUBLISH_TOKEN=$T uv publish --publish-url {URL}", f"env {VARIABLES} uv publish --publish-url {URL}"),
        (
            f'export A=1 UV_PUBLISH_TOKEN="$T" B=2\nuv publish --publish-url {URL}',
            f"export A=1 {VARIABLES} B=2\nuv publish --publish-url {URL}",
        ),
    ],
)
def test_two_halves_take_the_place_of_a_token(script: str, after: str | None) -> None:
    ((verdict, reasons),) = verdicts(script)
    assert verdict == ("unsafe" if after else "report-only")
    assert "lone-token" in reasons
    assert fixed(script) == (after or script)
