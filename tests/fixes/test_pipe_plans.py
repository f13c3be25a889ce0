"""Which pushes of a step become pipes, why one does not, and what is taken for granted then."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.engine.analysis import analyse
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from tests.fixes.pushing import (
    API,
    BUILD,
    LOGIN,
    PUSH,
    PUSH_2,
    PUSH_API,
    STYLE,
    TAG,
    TAG_2,
    TAG_API,
    WEB,
    details,
    found,
    piped,
    reported,
    written,
)
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, planned, report_on, step

UNTOLD = "patless can't tell which image the step pushes"
ODD = "crg.apkg.io/acme/web or a tag of it is not plain text"
EITHER = "I=docker.io/x; test -f x && I={}; docker push $I"


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ((BUILD, TAG, TAG_API, LOGIN, PUSH, "grep RepoDigests x", PUSH_API), "`grep` may read a digest after the push"),
        ((BUILD, TAG, TAG_API, LOGIN, PUSH, "exit 0", PUSH_API), "`exit` may end the script before the push"),
        (
            (BUILD, TAG, TAG_API.replace("acme", "other"), LOGIN, PUSH, PUSH_API.replace("acme", "other")),
            "the step pushes packages of two workspaces",
        ),
        ((BUILD, TAG, LOGIN, PUSH, "docker push $(cat x)"), UNTOLD),
        ((BUILD, TAG, LOGIN, PUSH, EITHER.format("$(cat y)")), UNTOLD),
        ((BUILD, TAG, LOGIN, PUSH, EITHER.format("$Y")), UNTOLD),
        ((BUILD, TAG, LOGIN, PUSH, EITHER.format(WEB)), "the step pushes one of several images"),
        ((BUILD, TAG.replace("web:", "Web:"), LOGIN, PUSH.replace("web:", "Web:")), ODD.replace("web", "Web")),
        ((BUILD, f"{TAG}:2", LOGIN, f"{PUSH}:2"), ODD),
        ((BUILD, f"{TAG}:2", TAG, LOGIN, f"{PUSH}:2", PUSH), ODD),
        ((BUILD, f"{TAG}:2", TAG, LOGIN, PUSH, f"{PUSH}:2"), ODD),
        ((BUILD, TAG, f"set -- {WEB}", LOGIN, 'docker push "$@"'), "what is pushed is not written in the script"),
        ((BUILD, TAG, LOGIN, f"{PUSH} {API}"), "the step pushes one of several images"),
        (
            (BUILD, TAG, LOGIN, f"{PUSH} {PUSH_2[12:]}"),
            "`docker` pushes something other than a local image of the engine",
        ),
        (
            (BUILD, LOGIN, "docker push crg.apkg.io/web:1"),
            "patless can't tell the workspace or the name of crg.apkg.io/web",
        ),
        (
            (
                BUILD,
                "W=a; test -f x && W=b",
                "docker tag web crg.apkg.io/$W/web",
                LOGIN,
                "docker push crg.apkg.io/$W/web",
            ),
            "the step pushes one of several images",
        ),
        (
            (BUILD, LOGIN, "docker push crg.apkg.io/$W/web"),
            "patless can't tell the workspace or the name of crg.apkg.io/$W/web",
        ),
        (
            (LOGIN, f"docker buildx imagetools create -t {WEB} web"),
            "the step pushes a manifest for several platforms",
        ),
        ((LOGIN, f"docker manifest push {WEB}"), "the step pushes a manifest for several platforms"),
        (
            (LOGIN, BUILD, f"skopeo copy docker-daemon:web docker://{WEB}"),
            "`skopeo` pushes something other than a local image of the engine",
        ),
        ((LOGIN, f"docker build --push -t {WEB} ."), "the build pushes the image itself"),
    ],
    ids=str,
)
def test_what_is_pushed_may_be_nothing_for_a_pipe(script: tuple[str, ...], detail: str) -> None:
    assert details(*script) == [detail]


@pytest.mark.parametrize(
    ("script", "after"),
    [
        ((BUILD, TAG, LOGIN, PUSH, EITHER.format("docker.io/y")), (BUILD, "web:1", EITHER.format("docker.io/y"))),
        (("set -x", BUILD, TAG, LOGIN, PUSH), ("set -x", BUILD, "web:1")),
        ((BUILD, TAG, LOGIN.replace("$PAT", "$(cat x)"), PUSH), (BUILD, "web:1")),
        ((BUILD, TAG, LOGIN.replace("$PAT", "${PAT#x}"), PUSH), (BUILD, "web:1")),
        ((BUILD, "docker tag web", TAG, LOGIN, PUSH), (BUILD, "docker tag web", "web:1")),
        ((BUILD, f"{TAG} && echo x", LOGIN, PUSH), (BUILD, f"{TAG} && echo x", "web:1")),
        ((BUILD, TAG, f"{TAG_2} && echo x", LOGIN, PUSH, PUSH_2), (BUILD, f"{TAG_2} && echo x", "web:1 2")),
        (
            (BUILD, TAG, f"docker history {WEB[:-1]}2", TAG_2, LOGIN, PUSH, PUSH_2),
            (BUILD, f"docker history {WEB[:-1]}2", "web:1 2"),
        ),
        (
            (BUILD, TAG, TAG_2, f"docker history {WEB[:-1]}2", LOGIN, PUSH, PUSH_2),
            (BUILD, TAG_2, f"docker history {WEB[:-1]}2", "web:1 2"),
        ),
        # one item of a block: the pipes stand in the order of the last pushes
        (
            (BUILD, TAG, TAG_API, TAG_2, f"{LOGIN}\n{PUSH}\n{PUSH_API}\n{PUSH_2}"),
            (BUILD, "docker tag web api", "api:1", "web:1 2"),
        ),
        (
            (BUILD, *(line.replace("acme/web", "$BITBUCKET_REPO_FULL_NAME") for line in (TAG, LOGIN, PUSH))),
            (BUILD, "docker tag web ${BITBUCKET_REPO_SLUG}", "${BITBUCKET_REPO_SLUG}:1"),
        ),
        ((BUILD, *(line.replace("acme", "$BITBUCKET_WORKSPACE") for line in (TAG, LOGIN, PUSH))), (BUILD, "web:1")),
    ],
    ids=str,
)
def test_which_lines_are_left_beside_the_pipes(script: tuple[str, ...], after: tuple[str, ...]) -> None:
    assert piped(*script) == list(after)


@pytest.mark.parametrize(
    ("script", "after", "left"),
    [
        ((BUILD, TAG), f"{LOGIN}\n{PUSH}", (BUILD, TAG, "web:1")),
        ((LOGIN, BUILD, TAG, PUSH), f"docker rmi {WEB}", (BUILD, TAG, "web:1", f"docker rmi {WEB}")),
        ((LOGIN, BUILD, TAG, PUSH), "docker rmi web", (BUILD, "web:1", "docker rmi web")),
    ],
    ids=str,
)
def test_a_name_of_the_image_stays_for_the_other_script(script: tuple[str, ...], after: str, left: tuple[str]) -> None:
    assert piped(*script, after=after) == list(left)


@pytest.mark.parametrize(
    ("called", "script"),
    [(LOGIN, (BUILD, TAG, "./called.sh", PUSH)), (PUSH, (BUILD, TAG, LOGIN, "./called.sh"))],
    ids=["login", "push"],
)
def test_a_login_or_a_push_in_a_file_is_no_line_of_the_script(called: str, script: tuple[str, ...]) -> None:
    assert details(*script, files={"called.sh": f"{called}\n"}) == ["a login or a push is in called.sh"]


def test_a_host_with_a_port_is_no_part_of_the_local_name() -> None:
    assert BOOK.push_pipe
    name, host = BOOK.push_pipe.registry, "packages:8443"
    registry = replace(BOOK.registries[name], hosts=frozenset({"crg.apkg.io", host}))
    book = replace(BOOK, registries={**BOOK.registries, name: registry})
    script = (BUILD, *(line.replace("crg.apkg.io", host) for line in (TAG, LOGIN, PUSH)))
    assert piped(*script, book=book) == [BUILD, "web:1"]


def test_no_pipe_stands_where_no_rule_or_no_key_of_the_platform_says_how() -> None:
    script = (BUILD, TAG, LOGIN, PUSH)
    book = rulebook.load()
    assert details(*script, book=replace(book, push_pipe=None)) == ["no rule names the push pipe"]
    view = Memory({PATH: step(*map(written, script)).encode(), "Dockerfile": b"FROM alpine\n"})
    report = analyse(view, [PATH], book, Settings(pipe=STYLE), replace(BITBUCKET, task=None))
    assert [one.detail for finding in report.findings for one in finding.reasons] == ["no rule names the push pipe"]


TAKES = (
    "atlassian/bbc-packages-push-container-image:1.2.3 takes IMAGE_NAME and TAGS and pushes the local image of that "
    "name (patless did not read its description)"
)
RUNS = "acme is the workspace that the pipeline runs in"


@pytest.mark.parametrize(
    ("script", "granted"),
    [
        ((BUILD, TAG, LOGIN, PUSH), (RUNS,)),
        ((BUILD, TAG, TAG_API, LOGIN, PUSH, PUSH_API), (RUNS,)),
        ((BUILD, *(line.replace("acme", "$BITBUCKET_WORKSPACE") for line in (TAG, LOGIN, PUSH))), ()),
        (
            ("$CLIENT x", "./x", BUILD, TAG, LOGIN, PUSH, "ls"),
            (
                RUNS,
                "`a program` leaves the names of local images as they are",
                "`x` leaves the names of local images as they are",
            ),
        ),
        (
            ("A=$(date); B=$(date)", BUILD, f"{TAG}$C$B$A", LOGIN, f"{PUSH}$C$B$A"),
            ("the pipe gets $B as the script sets it", "the pipe gets $A as the script sets it", RUNS),
        ),
    ],
    ids=str,
)
def test_what_a_pipe_takes_for_granted(script: tuple[str, ...], granted: tuple[str, ...]) -> None:
    assumptions = found(*script).assumptions
    assert assumptions[assumptions.index(TAKES) :] == (TAKES, *granted)


@pytest.mark.parametrize(
    ("line", "code", "subject"),
    [
        (f"docker build --push -t {WEB} .", "pipe-buildx-push", "the build"),
        (f"docker manifest push {WEB}", "pipe-multi-arch", "the manifest"),
        (f"skopeo copy docker-daemon:web docker://{WEB}", "pipe-image", "skopeo"),
    ],
)
def test_what_is_no_push_of_a_local_image_is_named(line: str, code: str, subject: str) -> None:
    (reason,) = found(BUILD, LOGIN, line).reasons
    assert (reason.code, reason.subject) == (code, subject)


def test_a_call_that_patless_does_not_know_may_need_the_login() -> None:
    line = f"crane rename {WEB}"
    assert details(BUILD, TAG, LOGIN, line, PUSH) == ["`crane` asks the registry for crg.apkg.io/acme/web"]


def test_a_name_that_another_pipe_is_given_stays() -> None:
    script = step(
        *map(written, (BUILD, TAG, LOGIN, PUSH)), "pipe: acme/scan:1\n            variables:\n              X: {}"
    )
    left = {
        name: planned(
            report_on({PATH: script.format(name).encode(), "Dockerfile": b"FROM alpine\n"}, Settings(pipe=STYLE))
        )
        for name in (WEB, API)
    }
    assert {name: TAG in plan.changes[0].after.decode() for name, plan in left.items()} == {WEB: True, API: False}


def test_a_script_with_native_credentials_hides_no_login_of_the_next_one() -> None:
    native = LOGIN.replace("$PAT", "$BITBUCKET_PACKAGES_TOKEN").replace("$USR", "$BITBUCKET_PACKAGES_USERNAME")
    finding = found(BUILD, native, after=f"{LOGIN}\n{TAG}\n{PUSH}")
    assert [one.code for one in finding.reasons] == ["mixed-logins"]
    assert finding.path == PATH


def test_logins_of_two_scripts_are_each_told() -> None:
    report = reported(BUILD, LOGIN, TAG, PUSH, after=f"{LOGIN}\n{PUSH_API}")
    said = [{one.detail for one in finding.reasons if one.code.startswith("pipe-")} for finding in report.findings]
    assert said == [{"script and after-script use one login"}] * 2
