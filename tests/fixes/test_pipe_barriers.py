"""What rules a pipe out in a step, whatever it pushes: each time with the sentence, and with what is to blame."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.findings.settings import Settings
from tests.fixes.pushing import (
    API,
    BUILD,
    LOGIN,
    PUSH,
    PUSH_2,
    STYLE,
    TAG,
    TAG_2,
    WEB,
    details,
    found,
    reported,
    written,
)
from tests.flow.reading import BOOK
from tests.memory import PATH, report_on, step

PLATFORMS = ("an image is, or may be, built for several platforms", "the image")
ENGINE = "{} names another engine than the pipe's"
NO_PUSH = ("`docker` may use the login for something that is no push", "docker")
READS = "the step reads {}, perhaps with the same login"
ASKS = "`docker` asks the registry for {}"
SIGNS = ("the push of the image signs it, which the pipe does not do", "the image")
DIGEST = ("`docker` may read a digest after the push", "the digest")
SET_E = ("`set +e` goes on where a push fails", "`set +e`")
BEHIND = "`{}` runs after the login and may use it"
ENDS = "`{}` may end the script before the push"


def why(*script: str, **given: object) -> list[tuple[str, str]]:
    reasons = found(*script, **given).reasons
    return [(one.detail, one.subject) for one in reasons if one.code.startswith("pipe-")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("docker build . --platform", PLATFORMS),
        ("docker build --platform $P .", PLATFORMS),
        ("docker build --platform linux/amd64 --platform linux/arm64 .", PLATFORMS),
        ("docker run --platform a --platform b alpine", PLATFORMS),
        ("docker buildx create --platform linux/amd64,linux/arm64", PLATFORMS),
        ("docker build --platform linux/arm64/v8,x .", PLATFORMS),
        ("docker context use x", (ENGINE.format("`context use`"), "context")),
        ("docker -c a -H b ps", (ENGINE.format("-H"), "-H")),
        ("DOCKER_HOST=x docker ps", (ENGINE.format("DOCKER_HOST"), "DOCKER_HOST")),
        ("docker run $(x)", (READS.format("the output of `x`"), "the output of `x`")),
        ("docker pull crg.apkg.io/acme/api", (READS.format("crg.apkg.io/acme/api"), "crg.apkg.io/acme/api")),
        ("docker pull $X", (READS.format("an image"), "an image")),
        (
            "docker pull $(cat x)",
            (READS.format("a file or filter that `cat` reads"), "a file or filter that `cat` reads"),
        ),
        ("docker tag web $REG/web; docker run --pull always $REG/web", (ASKS.format("an image"), "an image")),
        (f"{TAG}; docker pull {WEB}", (READS.format("crg.apkg.io/acme/web"), "crg.apkg.io/acme/web")),
        (f"{TAG}; docker run --pull always {WEB}", (ASKS.format("crg.apkg.io/acme/web"), "crg.apkg.io/acme/web")),
        ("$CLIENT x", (BEHIND.format("a program"), "a program")),
        ("./x", (BEHIND.format("x"), "x")),
        ("docker foo crg.apkg.io", NO_PUSH),
        ("docker build --label x=CRG.APKG.IO .", NO_PUSH),
        ("docker build --label y=z --label x=crg.apkg.io .", NO_PUSH),
        (
            "docker build --cache-to type=registry,ref=docker.io/acme/web .",
            ("the build keeps its cache in a registry", "the cache"),
        ),
        ("exit 0", (ENDS.format("exit"), "exit")),
        ("exit", (ENDS.format("exit"), "exit")),
        ("exit $X", (ENDS.format("exit"), "exit")),
        ("exit 256", (ENDS.format("exit"), "exit")),
        ("return 0", (ENDS.format("return"), "return")),
        ("exec ls", (ENDS.format("ls"), "ls")),
        ("set +e", SET_E),
        ("set +ex", SET_E),
        ("set -x +e", SET_E),
        ("set +o errexit", SET_E),
        ("set -o pipefail +o errexit", SET_E),
        ("set -e; set +e", SET_E),
    ],
)
def test_a_line_between_the_login_and_the_push_may_keep_the_login(line: str, reason: tuple[str, str]) -> None:
    assert why(BUILD, LOGIN, line, TAG, PUSH) == [reason]


@pytest.mark.parametrize(
    "line",
    [
        "docker run --platform $P alpine",
        "docker build --platform linux/arm64/v8 .",
        "podman -c a ps",
        "DOCKER_HOST=x podman ps",
        "docker pull docker.io/acme/web",
        "docker run --pull always docker.io/acme/web",
        "docker run --pull always web",
        "docker foo x",
        "docker build --cache-from type=registry,ref=docker.io/acme/web .",
        "docker build --build-context x=crg.apkg.io .",
        "docker build --build-arg x=crg.apkg.io .",
        "docker build --output type=local,dest=crg.apkg.io .",
        "docker build -t crg.apkg.io/acme/x .",
        "docker build --label x=acme .",
        "exit 1",
        "exit 257",
        "return 1",
        "set",
        "set x errexit",
        "set -o pipefail",
        "set +o pipefail",
        "set -x",
        "set +e; set -e",
        "set +e; set -o errexit",
        "set +e -e",
    ],
)
def test_a_line_between_the_login_and_the_push_may_need_no_login(line: str) -> None:
    assert why(BUILD, LOGIN, line, TAG, PUSH) == []


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ((BUILD, "trap 'docker rmi web' EXIT", LOGIN, TAG, PUSH), (BEHIND.format("trap"), "trap")),
        (
            (BUILD, "exec > log", LOGIN, TAG, PUSH),
            ("the output of the script, the push included, goes elsewhere", "`exec`"),
        ),
        (
            (BUILD, "trap ./x EXIT", LOGIN, TAG, PUSH),
            (BEHIND.format("x"), "x"),
        ),
        (
            (BUILD, TAG, TAG_2, PUSH, "$X y", PUSH_2, LOGIN),
            ("`a program` runs between two pushes of one image", "a program"),
        ),
        (
            (BUILD, TAG, TAG_2, LOGIN, PUSH, "docker images", PUSH_2),
            ("`docker` runs between two pushes of one image", "docker"),
        ),
        ((BUILD, LOGIN, TAG, PUSH, "docker inspect web >> x"), DIGEST),
        ((BUILD, LOGIN, TAG, PUSH, "docker inspect web > x"), DIGEST),
        ((BUILD, LOGIN, TAG, PUSH, "docker inspect web | cat"), DIGEST),
        ((BUILD, LOGIN, TAG, PUSH, "docker images --digests"), DIGEST),
        ((BUILD, LOGIN, TAG, PUSH, "docker inspect --format '{{.RepoDigests}}' web"), DIGEST),
        (
            (BUILD, LOGIN, TAG, PUSH.replace("docker", "docker --config x")),
            ("the push uses a login that is kept elsewhere", "the push"),
        ),
        ((BUILD, LOGIN, TAG, f"DOCKER_CONTENT_TRUST=1 docker push --x {WEB}"), SIGNS),
        (("export DOCKER_CONTENT_TRUST=1", BUILD, LOGIN, TAG, PUSH), SIGNS),
    ],
    ids=str,
)
def test_a_line_elsewhere_may_keep_the_login(script: tuple[str, ...], reason: tuple[str, str]) -> None:
    assert why(*script) == [reason]


@pytest.mark.parametrize(
    "line",
    [
        "docker push pypi.apkg.io/acme/web",
        "docker inspect web",
        "docker inspect web < x",
        "docker history web > x",
        "docker inspect web 2>&1",
        "set +e",
        "exit",
    ],
)
def test_a_line_behind_the_push_may_need_no_digest(line: str) -> None:
    assert why(BUILD, LOGIN, TAG, PUSH, line) == []


@pytest.mark.parametrize(
    "line", ["trap 'echo x' EXIT", "docker inspect web > x", "docker images --digests", "docker build --iidfile x ."]
)
def test_a_line_before_the_push_reads_no_digest_of_it(line: str) -> None:
    assert why(BUILD, line, LOGIN, TAG, PUSH) == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("-a", ("the step pushes all tags of an image", "the image")),
        ("--all-tags", ("the step pushes all tags of an image", "the image")),
        ("--platform linux/amd64", ("the step pushes one platform of an image", "the image")),
        ("--b --a", ("the push of the image has the option --a, which the pipe does not do", "the image")),
        ("--disable-content-trust=false", SIGNS),
        ("--disable-content-trust", None),
        ("-q --quiet", None),
    ],
)
def test_an_option_of_a_push_may_be_none_of_the_pipe(options: str, reason: tuple[str, str] | None) -> None:
    assert why(BUILD, LOGIN, TAG, f"docker push {options} {WEB}") == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (f"docker push {API}", ("script and after-script use one login", "the after-script")),
        (f"docker pull {API}", (READS.format("crg.apkg.io/acme/api"), "crg.apkg.io/acme/api")),
        ("./x", (BEHIND.format("x"), "x")),
        ("docker images --digests", DIGEST),
        ("docker push docker.io/acme/api", None),
        ("set +e; exit 0", None),
    ],
)
def test_the_after_script_may_keep_the_login(after: str, reason: tuple[str, str] | None) -> None:
    assert why(BUILD, LOGIN, TAG, PUSH, after=after) == ([reason] if reason else [])


def test_a_pipe_in_the_after_script_is_not_asked_for_what_the_script_does() -> None:
    assert why("./x", BUILD, after=f"{LOGIN}\n{TAG}\n{PUSH}") == []
    assert why(BUILD, "set +e", "exit 0", after=f"{LOGIN}\n{TAG}\n{PUSH}") == []


def test_what_runs_behind_the_first_login_may_use_it() -> None:
    first, second = reported(BUILD, LOGIN, "./x", LOGIN, TAG, PUSH).findings
    assert [one.detail for one in (*first.reasons, *second.reasons)] == [BEHIND.format("x")] * 2
    assert why(BUILD, "./x", LOGIN, TAG, PUSH) == []


def test_a_pipe_pushes_to_its_own_registry() -> None:
    assert BOOK.push_pipe
    book = replace(BOOK, push_pipe=replace(BOOK.push_pipe, registry="other"))
    assert why(BUILD, LOGIN, TAG, PUSH, book=book) == [("the pipe does not push to crg.apkg.io", "crg.apkg.io")]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("self.hosted, linux.shell", ("the runner label linux.shell does not promise containers", "linux.shell")),
        ("self.hosted, linux", None),
    ],
)
def test_a_pipe_needs_a_runner_with_containers(labels: str, reason: tuple[str, str] | None) -> None:
    text = step(*map(written, (BUILD, LOGIN, TAG, PUSH))).replace("script:", f"runs-on: [{labels}]\n        script:")
    (finding,) = report_on({PATH: text.encode(), "Dockerfile": b"FROM alpine\n"}, Settings(pipe=STYLE)).findings
    reasons = [(one.detail, one.subject) for one in finding.reasons if one.code.startswith("pipe-")]
    assert reasons == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("item", "reasons"),
    [
        ("agent: web", [("an agent of the step may use the login", "the agent")]),
        ("pipe: acme/scan:1", []),
    ],
)
def test_an_agent_of_the_step_may_use_the_login(item: str, reasons: list[tuple[str, str]]) -> None:
    script = (*map(written, (BUILD, LOGIN, TAG, PUSH)), item)
    (finding,) = report_on(
        {PATH: step(*script).encode(), "Dockerfile": b"FROM alpine\n"}, Settings(pipe=STYLE)
    ).findings
    assert [(one.detail, one.subject) for one in finding.reasons if one.code.startswith("pipe-")] == reasons


@pytest.mark.parametrize(("base", "asked"), [(WEB, True), ("alpine", False)])
def test_a_build_that_pulls_asks_for_the_base_that_the_step_has_made(base: str, asked: bool) -> None:
    script = (BUILD, LOGIN, TAG, "docker build --pull -f Own .", PUSH)
    assert details(*script, files={"Own": f"FROM {base}\n"}) == ([ASKS.format("crg.apkg.io/acme/web")] if asked else [])
