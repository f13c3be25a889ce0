"""Tokens that are written out for clients of Python's packages: they are replaced, and nobody prints them."""

from __future__ import annotations

import pytest

from tests.flow.reading import BOOK
from tests.memory import report_on
from tests.reports import said
from tests.rules.pypi import URL, fixed, pipelines

TOKEN = "hunter22secretx"
USER, PASSWORD = '"$BITBUCKET_PACKAGES_USERNAME"', '"$BITBUCKET_PACKAGES_TOKEN"'


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (
            f"uv publish --publish-url {URL} --token {TOKEN}",
            f"uv publish --publish-url {URL} --username U --password P",
        ),
        (f"UV_PUBLISH_TOKEN={TOKEN} uv publish --publish-url {URL}", None),
        (f"pip install -i https://ci:{TOKEN}@pypi.apkg.io/acme/simple web", None),
        (f"uv auth login {URL} -u ci --password {TOKEN}", f"uv auth login {URL} -u U --password P"),
        (
            f"poetry config repositories.b {URL}\npoetry config http-basic.b ci {TOKEN}",
            f"poetry config repositories.b {URL}\npoetry config http-basic.b U P",
        ),
        (f'echo "machine pypi.apkg.io login ci password {TOKEN}" > ~/.netrc', None),
    ],
)
def test_a_token_that_is_written_out_is_replaced_and_not_printed(script: str, after: str | None) -> None:
    report = report_on(pipelines(script))
    assert {one.rule for one in report.findings} == {"literal-credential"}
    for text in (said.check(report, BOOK.reasons), said.as_json(report), said.as_sarif(report, BOOK.rules)):
        assert TOKEN not in text
    new = fixed(script)
    assert TOKEN not in new
    assert PASSWORD.strip('"') in new
    if after:
        assert new == after.replace(" U", f" {USER}").replace(" P", f" {PASSWORD}")
