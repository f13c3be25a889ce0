"""The pipe that uploads to an index."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from tests.memory import planned, report_on
from tests.rules.pypi import URL

PIPE = (
    "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: atlassian/pypi-publish:0.4.0\n"
    "            variables: {{PYPI_USERNAME: {}, PYPI_PASSWORD: {}, REPOSITORY: '{}'}}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        PIPE.format("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN", URL),
        PIPE.format("$U", "$T", "https://upload.example.org/legacy/"),
        PIPE.format("$U", "$T", "https://pypi.apkg.io.example.org/acme"),
    ],
)
def test_a_pipe_with_native_halves_or_for_another_index_is_none_of_ours(text: str) -> None:
    assert report_on(text).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        PIPE.format("$U", "x$T", URL),
        PIPE.format("$U", "'${T:-x}'", URL),
        PIPE.format("$U $V", "$T", URL),
        PIPE.format("$U", "$T", URL).replace("pypi-publish", "other"),
        PIPE.format("$U", "$T", URL).replace("PYPI_USERNAME: $U, ", ""),
    ],
)
def test_a_pipe_whose_halves_are_more_than_a_variable_is_told(text: str) -> None:
    report = report_on(text)
    assert [[reason.code for reason in one.reasons] for one in report.findings] == [["package-client"]]
    assert planned(report, unsafe=True).changes == ()


@pytest.mark.parametrize(
    ("username", "password", "after"),
    [
        ("$U", "$T", ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")),
        ('"${U}"', "'$T'", ('"${BITBUCKET_PACKAGES_USERNAME}"', "'$BITBUCKET_PACKAGES_TOKEN'")),
        ("me@acme.example", "$T", ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")),
        ("$BITBUCKET_PACKAGES_USERNAME", "$T", ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")),
    ],
)
def test_both_halves_of_a_pipe_becomenative(username: str, password: str, after: tuple[str, str]) -> None:
    report = report_on(PIPE.format(username, password, URL))
    assert [[reason.code for reason in one.reasons] for one in report.findings] == [["pipe-credential"]]
    [change] = planned(report, unsafe=True).changes
    assert change.after.decode() == PIPE.format(*after, URL)


def test_a_pipe_says_what_else_reads_its_variables_and_what_speaks_against_it() -> None:
    text = PIPE.format("$U", "$T", URL) + "          - curl $T\n        runs-on: [self.hosted, linux.shell]\n"
    (one,) = report_on(text, Settings(workspace="globex")).findings
    assert {reason.code for reason in one.reasons} == {"pipe-credential", "shell-runner", "other-workspace"}
    assert (one.variables, one.remaining, one.edits) == (("U", "T"), ("T",), ())


def test_a_runner_of_one_s_own_is_taken_to_give_a_pipe_the_native_pair() -> None:
    granted = "self-hosted runners get the native credentials"
    text = PIPE.format("$U", "$T", URL)
    own = text.replace("        script:", "        runs-on: [self.hosted, linux]\n        script:")
    assert [granted in one.assumptions for each in (text, own) for one in report_on(each).findings] == [False, True]
