"""Logins whose registry is not certain, and logins where a step is not followed."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

HOST = "crg.apkg.io"
PULL = f"docker pull {HOST}/acme/web"
NATIVE = "-u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN"
ELSEWHERE = '{"auths": {"ghcr.io": {"auth": "x"}}}'
PACKAGES = f'{{"auths": {{"{HOST}": {{"auth": "x"}}}}}}'
UNKNOWN = "a registry that patless can't identify"
BY_HAND = ["the step writes a login that may be to Packages into the client's login file by hand"]
IN_A_FILE = ["a step uses a file that holds a login to Packages"]


def found(pipelines: str, files: dict[str, str] | None = None) -> list[tuple[str, tuple[str, ...], list[str]]]:
    """The message, the variables and the codes of each finding."""
    given = {PATH: pipelines.encode()} | {path: text.encode() for path, text in (files or {}).items()}
    findings = report_on(given).findings
    return [(one.message, one.variables, [reason.code for reason in one.reasons]) for one in findings]


@pytest.mark.parametrize(
    "script",
    [
        ("docker login -u $U -p $T $R",),
        ("docker login -u $U -p $T $R.x", PULL),
        (f"docker login {NATIVE} $R", PULL),
        (f"docker login {NATIVE} ${{R:-{HOST}}}",),
        ("docker login -u $(x) -p $BITBUCKET_PACKAGES_TOKEN $R", PULL),
        ("podman pull --creds $U:$T quay.io/a/b ghcr.io/c/d", PULL),
        ("skopeo copy --dest-creds $U:$T docker://crg.apkg.io/a/b docker://ghcr.io/c/d",),
    ],
)
def test_a_login_that_is_native_or_of_which_nothing_leads_to_packages_is_none(script: tuple[str, ...]) -> None:
    assert found(step(*script)) == []


@pytest.mark.parametrize(
    ("script", "message", "variables", "code"),
    [
        ("docker login -u $U -p $T $R", f"docker logs in to {UNKNOWN}", ("U", "T"), "registry-unresolved"),
        ("docker login -u a -p b $R", f"docker logs in to {UNKNOWN}", (), "registry-unresolved"),
        ("docker login -u a -p b ghcr.io $T", f"docker logs in to {UNKNOWN}", ("T",), "registry-unresolved"),
        (
            f"docker login -u $(x) -p $BITBUCKET_PACKAGES_TOKEN ${{R:-{HOST}}}",
            f"docker logs in to {UNKNOWN}",
            (),
            "registry-unresolved",
        ),
        (
            f"docker login {NATIVE} {HOST} $T",
            f"docker logs in to {HOST} with more words than it takes",
            ("T",),
            "credential-unresolved",
        ),
        (
            f"podman pull --creds $U:$T {HOST}/a/b ghcr.io/c/d",
            "podman reaches more than one registry",
            ("U", "T"),
            "credential-unresolved",
        ),
        (
            "skopeo inspect --creds $U:$T docker://$R/c",
            f"skopeo reaches {UNKNOWN}",
            ("U", "T", "R"),
            "registry-unresolved",
        ),
    ],
)
def test_a_login_whose_registry_is_not_certain_says_what_it_may_be(
    script: str, message: str, variables: tuple[str, ...], code: str
) -> None:
    assert found(step(script, PULL)) == [(message, variables, [code])]


@pytest.mark.parametrize(
    ("words", "files", "messages"),
    [
        ("f", {}, BY_HAND),
        ("f", {"f": ELSEWHERE}, []),
        ("f", {"f": PACKAGES}, BY_HAND + IN_A_FILE),
        ("f", {"f": ELSEWHERE.replace("x", "$X")}, BY_HAND),
        ("f", {"f": '{"auths": {}}'}, BY_HAND),
        ("f g", {"f": ELSEWHERE, "g": ELSEWHERE}, []),
        ("f g", {"f": ELSEWHERE}, BY_HAND),
        ("f g", {"f": ELSEWHERE, "g": PACKAGES}, BY_HAND + IN_A_FILE),
        ("*.json", {"a.json": ELSEWHERE}, BY_HAND),
    ],
)
def test_a_login_file_that_is_made_of_files_is_elsewhere_where_each_of_them_is(
    words: str, files: dict[str, str], messages: list[str]
) -> None:
    told = found(step(f"cat {words} > ~/.docker/config.json", PULL), files)
    assert [message for message, _, _ in told] == messages


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (("cat f > ~/.docker/config.json",), []),
        (("echo $T > ~/.docker/config.json",), []),
        (("echo $T > ~/.docker/config.json", PULL), [(BY_HAND[0], ("T",), ["credential-unresolved"])]),
        (("echo $X | base64 -d | sh",), []),
        (
            ("echo $X | base64 -d | sh", PULL),
            [("a step runs text with a possible login that patless can't follow", ("X",), ["not-followed"])],
        ),
        (
            ('"docker login crg.apkg.io -u $U -p $T \'x"',),
            [("a login to Packages is in a script that patless can't read", (), ["unreadable"])],
        ),
        (('"docker login ghcr.io -u $U -p $T \'x"',), []),
    ],
)
def test_what_is_not_followed_is_told_where_it_may_be_a_login_to_packages(
    script: tuple[str, ...], told: list[tuple[str, tuple[str, ...], list[str]]]
) -> None:
    assert found(step(*script)) == told


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (f"docker login {HOST} -u $env:U -p $env:T", ["powershell"]),
        ("docker login ghcr.io -u $env:U -p $env:T", []),
        (f"docker login {HOST} {NATIVE}", []),
    ],
)
def test_a_login_on_a_windows_runner_is_told_where_it_is_not_native(line: str, codes: list[str]) -> None:
    text = step(line).replace("- step:\n", "- step:\n        runs-on: [self.hosted, windows]\n")
    assert [code for _, _, told in found(text) for code in told] == codes


@pytest.mark.parametrize(
    ("script", "files", "message"),
    [
        (
            "ruby x.rb",
            {"x.rb": f"`docker login {HOST} -u #{{u}}`"},
            "a step runs a file with a login that patless can't follow",
        ),
        ("docker --config .docker pull crg.apkg.io/a/b", {".docker/config.json": PACKAGES}, IN_A_FILE[0]),
        ("cp c.json ~/.docker/config.json", {"c.json": PACKAGES}, IN_A_FILE[0]),
        ("cp c.json ~/.docker/config.json", {"c.json": ELSEWHERE}, ""),
        ("ruby x.rb", {"x.rb": "`docker login ghcr.io -u #{u}`"}, ""),
    ],
)
def test_a_file_with_a_login_is_told_where_a_step_uses_it(script: str, files: dict[str, str], message: str) -> None:
    assert [one for one, _, _ in found(step(script), files)] == ([message] if message else [])


@pytest.mark.parametrize(
    "call",
    [
        f"skopeo inspect --username $U --password $T docker://{HOST}/acme/web",
        f"skopeo list-tags --username $U --password $T docker://{HOST}/acme/web",
        f"skopeo inspect --creds $U:$T docker://{HOST}/acme/web",
    ],
)
def test_a_user_name_and_a_password_of_skopeo_are_told_in_both_forms(call: str) -> None:
    assert found(step(call)) == [
        (f"skopeo reaches {HOST} with stored variables $U and $T", ("U", "T"), ["foreign-package"])
    ]
