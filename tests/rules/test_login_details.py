"""Where each finding about a login stands, what it says, and why: of followed logins and of those that are not."""

from __future__ import annotations

import pytest

from migrator.findings.records import Finding
from tests.memory import PATH, report_on, step

HOST = "crg.apkg.io"
PULL = f"docker pull {HOST}/acme/web"
NATIVE = "-u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN"
PACKAGES = f'{{"auths": {{"{HOST}": {{"auth": "x"}}}}}}'
BINARY = b"\0\1" + b"x" * 10
NOT_FOLLOWED = "login that patless can't follow"
UNKNOWN = "docker logs in to a registry that patless can't identify"
WORDS = "the login has another word besides the registry, such as a password that belongs on standard input"


def findings(pipelines: str, files: dict[str, str | bytes] | None = None) -> list[Finding]:
    given = {path: text if isinstance(text, bytes) else text.encode() for path, text in (files or {}).items()}
    return list(report_on({PATH: pipelines.encode()} | given).findings)


@pytest.mark.parametrize(
    ("script", "files", "place", "message", "detail", "subject", "severity"),
    [
        (("docker login -u $R -p $T $R", PULL), {}, (PATH, 5, 13), UNKNOWN,
         "patless can't tell the value of R, which names the registry", "R", "note"),
        ((f"docker login {NATIVE} {HOST} $T", PULL), {}, (PATH, 5, 13),
         f"docker logs in to {HOST} with more words than it takes", WORDS, "the words of the login", "note"),
        ((f"podman pull --creds $U:$T {HOST}/a/b ghcr.io/c/d", PULL), {}, (PATH, 5, 13),
         "podman reaches more than one registry", "the call names images of several hosts", "the words of the login",
         "note"),
        ((f"docker login -u $BITBUCKET_PACKAGES_USERNAME -p $(x) ${{R:-{HOST}}}", PULL), {}, (PATH, 5, 13), UNKNOWN,
         "patless can't tell the value of R, which names the registry", "R", "note"),
        (("ruby x.rb",), {"x.rb": f"`docker login {HOST} -u #{{u}}`"}, ("x.rb", 1, 9),
         f"a step runs a file with a {NOT_FOLLOWED}", "patless does not read what x.rb does", "x.rb", "warning"),
        (("true", "sh x.sh", PULL), {"x.sh": BINARY}, (PATH, 6, 13),
         f"a step runs a file with a possible {NOT_FOLLOWED}",
         "x.sh is larger than 2 MiB, packed, encrypted, or in an unknown encoding, so patless can't read it", "x.sh",
         "warning"),
        (("cp c.json ~/.docker/config.json",), {"c.json": PACKAGES}, ("c.json", 1, 2),
         "a step uses a file that holds a login to Packages", "the login is in c.json, which the step uses",
         "the login file", "warning"),
        (("echo $X | base64 -d | sh", PULL), {}, (PATH, 5, 35), f"a step runs text with a possible {NOT_FOLLOWED}",
         "another program makes what `sh` runs of $X, and patless does not read it", "$X", "warning"),
        ((f"docker login {HOST} -u $U -p $T 'x",), {}, (PATH, 5, 20),
         "a login to Packages is in a script that patless can't read", "patless can't read a script", PATH, "warning"),
        (("echo $T > ~/.docker/config.json", PULL), {}, (PATH, 5, 13),
         "the step writes a login that may be to Packages into the client's login file by hand",
         "the step writes the login into a file by hand", "the login file", "warning"),
        ((f"docker login {HOST} -u a -p $(cat x)",), {}, (PATH, 5, 13),
         f"docker logs in to {HOST} without the native credentials",
         "the password comes from a file or filter that `cat` reads", "a file or filter that `cat` reads", "warning"),
    ],
)  # fmt: skip
def test_a_finding_about_a_login_has_its_place_and_its_reason(
    script: tuple[str, ...],
    files: dict[str, str | bytes],
    place: tuple[str, int, int],
    message: str,
    detail: str,
    subject: str,
    severity: str,
) -> None:
    (one,) = findings(step(*script), files)
    assert ((one.path, one.position.line, one.position.column), one.message, str(one.severity)) == (
        place,
        message,
        severity,
    )
    assert [(reason.detail, reason.subject) for reason in one.reasons] == [(detail, subject)]
    assert [(use.path, use.position.line) for use in one.uses] == [(PATH, 4)]


def test_a_script_within_a_script_that_cannot_be_read_is_told_with_both_reasons() -> None:
    (one,) = findings(step(f'sh -c "docker login {HOST} -u $U -p $T \'x"'))
    assert one.message == "a login to Packages is in a script within the script that patless can't read"
    assert [(reason.code, reason.detail, reason.subject) for reason in one.reasons] == [
        ("unreadable", "patless can't read a script within the script", PATH),
        ("credential-unresolved", "the step puts the login together in the words of `sh`", "the login"),
    ]


def test_a_line_that_another_step_runs_too_is_told_where_it_can_be_read() -> None:
    login = f"docker login {HOST} -u $U -p $T"
    steps = f'    - step: {{script: [&l {login}, "echo \'x"]}}\n    - step: {{script: [*l]}}\n'
    (one,) = findings(f"pipelines:\n  default:\n{steps}")
    assert one.message == f"docker logs in to {HOST} with stored variables $U and $T"
    assert [reason.detail for reason in one.reasons] == ["the same text also runs in a step that patless can't read"]


def test_a_file_that_cannot_be_read_is_of_no_step() -> None:
    (one,) = findings("pipelines: [\n" + step(f"docker login {HOST} -u $U -p $T"))
    assert (one.message, one.uses) == ("a login to Packages is in a file that patless can't read", ())
    assert [(reason.code, reason.detail, reason.subject) for reason in one.reasons] == [
        ("unreadable", "patless can't read a file", PATH)
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("-u $U -p $T", "variables $U and $T"),
        ("-u a -p $T", "variable $T"),
        ("-u $T -p $T", "variable $T"),
        ("-u $U -p $U$T", "variables $U and $T"),
    ],
)
def test_the_stored_variables_of_a_login_are_named_once_each(words: str, names: str) -> None:
    (one,) = findings(step(f"docker login {words} {HOST}"))
    assert one.message == f"docker logs in to {HOST} with stored {names}"
    assert one.registry == HOST


@pytest.mark.parametrize(
    ("script", "files", "count"),
    [
        (("sh x.sh",), {"x.sh": BINARY}, 0),
        (("docker login -u $U -p $T $R",), {}, 0),
        (("docker login -u $BITBUCKET_PACKAGES_USERNAME -p x $R", PULL), {}, 1),
        (("docker login -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN $R", PULL), {}, 0),
        (("ruby x.rb",), {"x.rb": "`docker login ghcr.io -u #{u}`"}, 0),
        (("ruby x.rb", "ruby y.rb"), {"x.rb": f"`docker login {HOST}`", "y.rb": f"`docker login {HOST}`"}, 2),
        (("ruby x.rb", "ruby x.rb"), {"x.rb": f"`docker login {HOST}`"}, 1),
        ((f"docker login {HOST} -u $U -p $T", f"docker login {HOST} -u $U -p x"), {}, 2),
    ],
)
def test_each_login_that_may_be_to_packages_is_told_once(
    script: tuple[str, ...], files: dict[str, str | bytes], count: int
) -> None:
    assert len(findings(step(*script), files)) == count


def test_a_hardcoded_token_is_told_by_its_own_rule() -> None:
    one, other = findings(step(f"docker login {HOST} -u $U -p $T", f"docker login {HOST} -u $U -p x"))
    assert (one.rule, other.rule, other.message) == (
        "registry-login",
        "literal-credential",
        f"docker logs in to {HOST} with a hardcoded token; revoke it, a fix doesn't",
    )


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (".npmrc", ".npmrc holds a hardcoded token for npm.apkg.io; revoke it, a fix doesn't"),
        ("ci/.npmrc", "ci/.npmrc holds a hardcoded token for npm.apkg.io; revoke it, a fix doesn't"),
        ("npmrc.txt", ""),
    ],
)
def test_a_hardcoded_token_in_a_file_of_a_client_is_told_there(path: str, told: str) -> None:
    token = "ATBB" + "x" * 28
    text = f"registry=https://npm.apkg.io/acme\n//npm.apkg.io/:_authToken={token}\n"
    found = findings(step("true"), {path: text})
    assert [(one.message, one.path, one.position.line, one.registry) for one in found] == (
        [(told, path, 2, "npm.apkg.io")] if told else []
    )
    assert [(reason.code, reason.detail, reason.subject) for one in found for reason in one.reasons] == (
        [("committed-token", f"the token is in {path}", path)] if told else []
    )


CALLED = ", the name of a variable that Pipelines provides"


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("export BITBUCKET_PACKAGES_TOKEN=$T", ("T",)),
        ("BITBUCKET_PACKAGES_TOKEN=$U$T", ("U", "T")),
        ("export BITBUCKET_PACKAGES_TOKEN=x", ()),
    ],
)
def test_what_takes_the_name_of_a_native_variable_says_of_what_it_is_made(script: str, names: tuple[str, ...]) -> None:
    (one,) = findings(step(script))
    assert (one.message, one.variables) == (f"the script sets BITBUCKET_PACKAGES_TOKEN{CALLED}", names)
    assert [(reason.code, reason.detail, reason.subject) for reason in one.reasons] == [
        ("shadowed", "BITBUCKET_PACKAGES_TOKEN may override the native variable", "BITBUCKET_PACKAGES_TOKEN")
    ]
    assert [use.position.line for use in one.uses] == [4]
