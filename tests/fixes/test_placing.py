"""Which words of a login and of tests are edited, exactly; and the sentences where some are not."""

from __future__ import annotations

import pytest

from tests.fixes.test_which_words import LOGIN, PUSH, TWINE, after, before, block
from tests.memory import planned, report_on

PAIR = ["BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN"]
WHOLE = f"{LOGIN} <PAT>"


@pytest.mark.parametrize(
    ("test", "stays"),
    [
        ("X=1; [ -v X ] || exit 1", ""),
        ('test -f x && V=$USR || V=$PAT; [ -n "${V+x}" ] || exit 1', "USR PAT"),
        ("test -f x && V=$USR || V=$PAT; [ -v V ] || exit 1", "USR PAT"),
        ('V=$OTHER; echo $V; [ -n "<PAT>" -a -n "$V" ] || exit 1', ""),
        ('V=$OTHER; echo $V; [ -n "<PAT>$V" ] || exit 1', ""),
        ('[ -n "${PAT:-x}" ] || exit 1', "PAT"),
        ('[ -n "${PAT:-$OTHER}" ] || exit 1', "PAT"),
        ('[ -n "${PAT:-$USR}" ] || exit 1', "USR PAT"),
        ('V=x; test -f y && V=$PAT; [ -n "$V" ] || exit 1; ./x $V', "PAT"),
        ('V=$PAT; test -f y && V=$USR; [ -n "$V" ] || exit 1; ./x $V', "USR PAT"),
        ('f() { [ -n "$1" ] || exit 1; }; f $PAT; f $OTHER', "PAT"),
        ('[ -n "<PAT>" ] && [ -n "<USR>" ] || exit 1', ""),
        ('[ -n "$BITBUCKET_PACKAGES_TOKEN<PAT>" ] || exit 1', ""),
    ],
)
def test_a_test_is_edited_where_all_that_it_asks_for_becomes_native(test: str, stays: str) -> None:
    """In angles is what becomes native."""
    (finding,) = (report := report_on(block(before(test), before(WHOLE), PUSH))).findings
    (change,) = planned(report).changes
    assert change.after.decode() == block(after(test), after(WHOLE), PUSH)
    assert finding.reasons == ()
    assert set(finding.remaining) == set(stays.split())


def test_a_bare_name_in_a_test_is_edited() -> None:
    (finding,) = report_on(block("[[ -v PAT ]] || exit 1", before(WHOLE), PUSH)).findings
    assert [one.text for one in finding.edits] == [PAIR[1], *PAIR]
    assert finding.remaining == ()


@pytest.mark.parametrize(
    ("script", "edits"),
    [
        (WHOLE, PAIR),
        ("docker login crg.apkg.io -u me -p $PAT", [f'"${PAIR[0]}"', PAIR[1]]),
        ("docker login crg.apkg.io -u $USR -p \\\n            $PAT", PAIR),
        (f"export TWINE_USERNAME=$USR; TWINE_PASSWORD=$PAT {TWINE} x", PAIR),
        (f"export TWINE_PASSWORD=$PAT; {TWINE} -u $USR x", PAIR[::-1]),
        ("sudo docker login crg.apkg.io -u $USR -p $PAT", PAIR),
        ("f() { docker login crg.apkg.io -u $USR -p $1; }; f $PAT", PAIR),
        ('f() { docker login "$1" -u $USR -p $PAT; }; f crg.apkg.io; f crg.apkg.io', PAIR),
    ],
)
def test_a_login_has_one_edit_for_each_half_and_no_other(script: str, edits: list[str]) -> None:
    for finding in report_on(block(before(script), PUSH)).findings:
        assert [one.text for one in finding.edits] == edits


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        *(
            (f"f() {{ {line}; }}; f {calls}", [("the login logs in to different registries", host)])
            for line, calls, host in (
                ('docker login "$1" -u me --password-stdin <<< $2', "crg.apkg.io $PAT; f docker.io $X", "docker.io"),
                ('echo $2 | docker login "$1" -u me --password-stdin', "crg.apkg.io $PAT; f docker.io $X", "docker.io"),
                # the other call takes the words for something that is no credential
                ('podman login "$1" me -p "$2" $3', "-u $PAT crg.apkg.io; f --authfile $X ghcr.io", "ghcr.io"),
                (
                    'twine upload --repository-url "$1" -u me -p $2',
                    "https://pypi.apkg.io/acme $PAT; f https://pypi.example $X",
                    "pypi.example",
                ),
                (
                    'TWINE_PASSWORD=$2 TWINE_USERNAME=me twine upload --repository-url "$1"',
                    "https://pypi.apkg.io/acme $PAT; f https://pypi.example $X",
                    "pypi.example",
                ),
            )
        ),
        (
            "docker login crg.apkg.io -u $USR -p $PA\\\nT",
            [("the credential is written over several lines or not followed in the YAML", "")],
        ),
        (
            "docker login crg.apkg.io -u $(u) -p $(cat x)",
            [
                ("the user name comes from the output of `u`", "the output of `u`"),
                (
                    "the password comes from a file or filter that `cat` reads",
                    "a file or filter that `cat` reads",
                ),
            ],
        ),
        (
            f"export TWINE_PASSWORD=$(cat x); {TWINE} -u $USR",
            [("the password comes from a file or filter that `cat` reads", "a file or filter that `cat` reads")],
        ),
        (
            "docker login crg.apkg.io -u $USR -p ${PAT#x}",
            [("the password is `$PAT` through an operator that changes it", "PAT")],
        ),
        (
            "export T=$PAT; env -i T=$T bash -c 'docker login crg.apkg.io -u u -p $T'",
            [
                (
                    "the credential is used by a program that starts in another environment, which may lack the native "
                    "variables",
                    "",
                )
            ],
        ),
    ],
    ids=str,
)
def test_why_words_of_a_login_stay(script: str, reasons: list[tuple[str, str]]) -> None:
    (finding,) = report_on(block(script, PUSH)).findings
    assert [(one.detail, one.subject) for one in finding.reasons][: len(reasons)] == reasons
    assert not finding.edits


@pytest.mark.parametrize(
    ("tests", "named"),
    [
        (('[ -n "$PAT" ] && ls',), [("PAT", 6)]),
        (('[ -n "$PAT" ] && ls', '[ -n "$PAT" ] && cp a b'), [("PAT", 6)]),
        (('[ -n "$PAT" ] && ls', '[ -n "$USR" ] && cp a b'), [("USR", 7), ("PAT", 6)]),
        (('[ -n "$PAT" ] && echo x',), []),
    ],
)
def test_a_test_that_decides_about_more_is_named_with_its_first_line(
    tests: tuple[str, ...], named: list[tuple[str, int]]
) -> None:
    (finding,) = report_on(block(*tests, before(WHOLE), PUSH)).findings
    detail = "a test whether {} is set, in bitbucket-pipelines.yml:{}, decides about more than the login"
    assert [(one.detail, one.subject) for one in finding.reasons] == [
        (detail.format(name, line), name) for name, line in named
    ]


def test_an_address_in_a_variable_that_others_read_stays() -> None:
    address = "export PIP_INDEX_URL=https://$USR:$PAT@pypi.apkg.io/acme/simple; pip install web"
    alone, read = (report_on(block(script)).findings[0] for script in (address, f"{address}; ./x"))
    assert [one.text for one in alone.edits] == PAIR
    assert not read.edits
    assert read.reasons[0].detail == "the credential is in PIP_INDEX_URL, which something else may read, too"
