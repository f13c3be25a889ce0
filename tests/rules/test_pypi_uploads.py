"""Uploads that other programs run, and tokens that a client sends alone."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step
from tests.rules.pypi import UPLOAD, URL, fixed, verdicts


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"python -m twine upload --repository-url {URL} -u $U -p $T d/*", {"tools/twine.py": "print()\n"}),
        (f"python -m twine upload --repository-url {URL} -u $U -p $T d/*", {"twine/__main__.py": "print()\n"}),
        (f"doppler run -- {UPLOAD} d/*", {}),
        (f"pipenv run {UPLOAD} d/*", {}),
        (f"sudo {UPLOAD} d/*", {}),
        (f"timeout 60 sudo {UPLOAD} d/*", {}),
        (f"unset TWINE_PASSWORD\n{UPLOAD} d/*", {}),
        (f"env -i {UPLOAD} d/*", {}),
        (f"env --ignore-env {UPLOAD} d/*", {}),
        (f"env -u TWINE_PASSWORD {UPLOAD} d/*", {}),
        (f"env -uTWINE_PASSWORD {UPLOAD} d/*", {}),
        (f"env -vu TWINE_PASSWORD {UPLOAD} d/*", {}),
    ],
)
def test_another_module_and_a_wrapper_that_may_set_its_variables_are_not_changed(
    script: str, files: dict[str, str]
) -> None:
    assert [verdict for verdict, _ in verdicts(script, files)] == ["report-only"]
    assert fixed(script, files) == script


@pytest.mark.parametrize(
    "runner",
    [
        *("python -m", "python3.12 -u -m", "py -3.12 -m", "uv run python -m"),
        *("uv run", "uv tool run", "uvx", "poetry run", "pipx run"),
        *("timeout 60", "nice -n 5 timeout -k 5 60", "env LANG=C", "command", "exec", "stdbuf -oL", "nohup", "setsid"),
    ],
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
        f"uv auth login {URL} --username $BITBUCKET_PACKAGES_USERNAME --password $BITBUCKET_PACKAGES_TOKEN"
        f"\nuv publish --publish-url {URL}",
        f"UV_KEYRING_PROVIDER=subprocess\nexport UV_KEYRING_PROVIDER\nuv publish --publish-url {URL}",
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


def test_uv_may_take_a_token_or_a_pair_that_is_stored_under_its_own_names() -> None:
    script = f"uv publish --publish-url {URL} d/*"
    (finding,) = report_on({PATH: step(script).encode()}).findings
    assert (finding.verdict.value, [one.code for one in finding.reasons]) == ("report-only", ["credential-unresolved"])
    assert set(finding.variables) == {"UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_TOKEN"}


@pytest.mark.parametrize(
    ("option", "after"),
    [
        ('-u "$U"', 'UV_PUBLISH_PASSWORD="$BITBUCKET_PACKAGES_TOKEN" uv publish -u "$BITBUCKET_PACKAGES_USERNAME"'),
        ('-p "$T"', 'UV_PUBLISH_USERNAME="$BITBUCKET_PACKAGES_USERNAME" uv publish -p "$BITBUCKET_PACKAGES_TOKEN"'),
    ],
)
def test_a_half_that_uv_is_given_needs_the_other_as_a_token_beside_it_is_refused(option: str, after: str) -> None:
    script = f"uv publish {option} --publish-url {URL}"
    assert verdicts(script) == [("safe", ())]
    assert fixed(script) == f"{after} --publish-url {URL}"
    kept = f"uv auth login {URL} --username $BITBUCKET_PACKAGES_USERNAME --password $BITBUCKET_PACKAGES_TOKEN\n{script}"
    assert verdicts(kept) == [("report-only", ("credential-unresolved",))]
