"""Steps that push: a detail decides whether the push pipe takes the place of the login, and with which words."""

from __future__ import annotations

import pytest
import yaml

from migrator.findings.records import Finding
from migrator.findings.settings import PipeStyle, Settings
from migrator.fixes.pipe.references import may_be
from tests.memory import PATH, planned, report_on, step

BUILD = "docker build -t web ."
LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'
TAG = "docker tag web crg.apkg.io/acme/web:1"
WEB = "crg.apkg.io/acme/web:1"
PUSH = f"docker push {WEB}"
OTHER, PUSHED = TAG.replace(":1", ":2"), PUSH.replace(":1", ":2")
STYLE = PipeStyle("1.2.3")
CHAIN = ("V0=$RELEASE", *(f"V{number}=$V{number - 1}" for number in range(1, 30)))


def written(item: str) -> str:
    """An item as it stands in YAML: in quotes, or as a block where it has several lines."""
    block = "".join(f"\n            {line}" for line in item.split("\n"))
    return f"|{block}" if "\n" in item else "'" + item.replace("'", "''") + "'"


def found(*script: str, workspace: str | None = None) -> Finding:
    files = {PATH: step(*map(written, script)).encode(), "Dockerfile": b"FROM alpine\n"}
    (finding,) = report_on(files, Settings(pipe=STYLE, workspace=workspace)).findings
    return finding


@pytest.mark.parametrize(
    "script",
    [
        (BUILD, LOGIN, TAG, PUSH),
        (BUILD, LOGIN, "show() { echo x; }", "show", TAG, PUSH),
        (BUILD, LOGIN, "find . -name x", TAG, PUSH),
        (BUILD.replace("docker", "docker -D"), LOGIN, TAG, PUSH),
        (BUILD, LOGIN, "docker login -u a -p $B docker.io", TAG, PUSH, "docker push docker.io/acme/web"),
        (BUILD, LOGIN, TAG, PUSH, "docker push registry.acme.example:5000/acme/web"),
        (BUILD, LOGIN, "ls | xargs echo", TAG, PUSH),
        (BUILD, LOGIN, "find . -name x -exec chmod +x {} +", TAG, PUSH),
        (BUILD, LOGIN, "ls | xargs -n 1 -I % cp % x", TAG, PUSH),
        (BUILD, "find . -name '*.sh' -exec ./ci/format.sh {} +", LOGIN, TAG, PUSH),
        (BUILD, LOGIN.replace("|", "| tr -d x |"), TAG, PUSH),
        (BUILD, LOGIN.replace("|", "| cat |"), TAG, PUSH),
        (BUILD, LOGIN, "f() { test -f x || return 0; }", "f", TAG, PUSH),
        ("set +x", BUILD, LOGIN, TAG, PUSH),
    ],
    ids=str,
)
def test_the_pipe_takes_the_place_of_the_login(script: tuple[str, ...]) -> None:
    assert {reason.code for reason in found(*script).reasons} == set()


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ((BUILD.replace("build", 'build --platform "$PLATFORM"'), LOGIN, TAG, PUSH), "multi-arch"),
        ((BUILD.replace("docker", "docker --context x"), LOGIN, TAG, PUSH), "image"),
        ((BUILD.replace("docker", "docker -H tcp://x"), LOGIN, TAG, PUSH), "image"),
        ((BUILD.replace("docker", "DOCKER_HOST=x docker"), LOGIN, TAG, PUSH), "image"),
        ((BUILD, LOGIN, TAG, PUSH, f"docker buildx imagetools inspect {WEB}"), "mixed"),
        ((BUILD, LOGIN, TAG, PUSH, "docker compose up"), "mixed"),
        ((BUILD, TAG, "docker build -t web other", LOGIN, PUSH), "mixed"),
        ((BUILD, LOGIN, "ls | xargs docker tag other web", TAG, PUSH), "mixed"),
        ((BUILD, LOGIN, "find . -name x -exec ./ci/deploy.sh {} +", TAG, PUSH), "mixed"),
        ((BUILD, LOGIN, "ls | xargs $CLIENT rmi web", TAG, PUSH), "mixed"),
        ((BUILD, "find . -name x -exec docker rmi web +", LOGIN, TAG, PUSH), "mixed"),
        ((BUILD, "find . -exec sh -c 'docker rmi web' ';'", LOGIN, TAG, PUSH), "mixed"),
        ((BUILD, "ls | xargs -n1 /usr/bin/docker image rm", LOGIN, TAG, PUSH), "mixed"),
        ((BUILD, "parallel docker rmi ::: web", LOGIN, TAG, PUSH), "mixed"),
        ((BUILD, "with-lock 'docker tag other web'", LOGIN, TAG, PUSH), "mixed"),
        ((BUILD, LOGIN, "trap 'docker rmi web' EXIT", TAG, PUSH), "mixed"),
        ((BUILD, LOGIN.replace("|", "| base64 -d |"), TAG, PUSH), "condition"),
        ((BUILD, LOGIN, "test -f x || return 0", TAG, PUSH), "condition"),
        ((BUILD, f"{LOGIN} &", TAG, PUSH), "condition"),
        (("set +e", BUILD, LOGIN, TAG, PUSH), "condition"),
        (("set +o errexit", BUILD, LOGIN, TAG, PUSH), "condition"),
        ((BUILD, LOGIN, TAG, PUSH, "docker push $IMAGE"), "image"),
        ((BUILD, LOGIN, TAG, PUSH, 'docker push "$REGISTRY/acme/web"'), "image"),
        ((BUILD, LOGIN, TAG, f"{PUSH}; if true", "then echo x; fi"), "layout"),
        ((BUILD, LOGIN, TAG, "I=web; test -f x && I=api; docker push crg.apkg.io/acme/$I"), "image"),
        ((BUILD, LOGIN, TAG, PUSH, "docker image inspect web | cat"), "digest"),
        ((BUILD, f"{LOGIN}\n\techo b", TAG, PUSH), "layout"),
        ((BUILD, f"{LOGIN}\n  echo b", TAG, PUSH), "layout"),
    ],
    ids=str,
)
def test_the_login_stays(script: tuple[str, ...], code: str) -> None:
    assert f"pipe-{code}" in {reason.code for reason in found(*script).reasons}


def test_the_comment_on_a_login_goes_with_it_whatever_ends_its_line() -> None:
    text = step(BUILD, LOGIN, TAG, PUSH).replace("          - echo", "          # log in\n          - echo")
    files = [{PATH: one.encode(), "Dockerfile": b"FROM alpine\n"} for one in (text, text.replace("\n", "\r\n"))]
    (one,), (other,) = (planned(report_on(each, Settings(pipe=STYLE))).changes for each in files)
    assert b"log in" not in one.after
    assert one.after.replace(b"\n", b"\r\n") == other.after


def test_keys_of_several_values_may_be_one_where_any_is() -> None:
    assert may_be("a|b", "b|c")
    assert not may_be("a|b", "c")
    assert may_be("x:${V}", "x:1")
    assert may_be("x:1", "x:${V}")
    assert not may_be("y:${V}", "x:1")
    assert may_be("x/${V}:latest", "x/y:1")
    assert not may_be("x/${V}:2", "x/y:1")
    assert may_be("x/a:${V}", "${W}:1")
    assert may_be("a:${V}", "a:${W}x")
    assert not may_be("a:${V}", "b:${W}")


def test_the_workspace_is_taken_for_granted_where_nobody_says_it() -> None:
    granted = "acme is the workspace that the pipeline runs in"
    assert granted in found(BUILD, LOGIN, TAG, PUSH).assumptions
    assert granted not in found(BUILD, LOGIN, TAG, PUSH, workspace="acme").assumptions


def test_two_variables_of_equal_values_are_two_names() -> None:
    """The image gets the name that is pushed, which may be another one than that of the build."""
    either = "test -f {0} && {0}=2 || {0}=1"
    ends = (either.format("V"), either.format("W"), BUILD, TAG.replace(":1", ":$V"), LOGIN, PUSH.replace(":1", ":$W"))
    assert any("docker tag crg.apkg.io/acme/web:$W web" in edit.text for edit in found(*ends).edits)


@pytest.mark.parametrize("line", ["docker load -i x", "docker import x web", "docker commit box web"])
def test_what_may_give_the_name_to_another_image_makes_the_pushed_one_be_named_again(line: str) -> None:
    named = "docker tag crg.apkg.io/acme/web:1 web"
    assert any(named in edit.text for edit in found(BUILD, TAG, line, LOGIN, PUSH).edits)
    assert not any(named in edit.text for edit in found(BUILD, line, TAG, LOGIN, PUSH).edits)


def test_a_chain_of_variables_is_given_by_the_name_of_one_that_is_near() -> None:
    tagged = (*CHAIN, BUILD, TAG.replace(":1", ":$V29"), LOGIN, PUSH.replace(":1", ":$V29"))
    assert any("${V9}" in edit.text for edit in found(*tagged).edits)


def test_an_item_whose_last_command_goes_on_in_the_next_one_is_not_taken_apart() -> None:
    (reason,) = found(BUILD, f"{LOGIN}; if true", "then echo x; fi", TAG, PUSH).reasons
    assert reason.detail == "a command of the item goes on in the next item"


AGAIN = f"docker tag {WEB} web"


@pytest.mark.parametrize(
    ("images", "given"),
    [
        ((BUILD, "docker rmi other", TAG), ""),
        ((BUILD, TAG, "docker tag web web"), ""),
        ((BUILD, TAG, "docker run web"), ""),
        ((BUILD, TAG, "docker tag web x:$V", "docker rmi web:1"), ""),
        ((BUILD, TAG, 'docker tag other "web:1$X"'), ""),
        ((BUILD, "docker tag web $X", TAG), ""),
        ((BUILD, "docker tag web a", "docker tag a b", TAG.replace("web", "b", 1)), ""),
        ((BUILD, "test -f x && docker tag other o", TAG), ""),
        (("docker pull alpine", "docker tag alpine web", TAG.replace("web", "alpine", 1)), ""),
        (("docker tag base:1 web", TAG.replace("web", "base:1", 1)), ""),
        (("docker tag base:1 web", "docker tag web:latest base:1", TAG.replace("web", "base:1", 1)), ""),
        ((BUILD, TAG, "docker rmi web"), AGAIN),
        ((BUILD, f"for i in 1 2; do {TAG}; done"), AGAIN),
        (("docker tag $(first) web", TAG.replace("web", "$(second)", 1)), AGAIN),
        (("docker tag base:1 web", TAG.replace("web", "base:2", 1)), AGAIN),
        ((f"docker build -t {WEB} -t acme.example/web:1 .",), AGAIN),
        ((BUILD, TAG, "docker rmi $X"), AGAIN),
        ((BUILD, TAG, "docker tag other web"), AGAIN),
        ((BUILD, TAG, "test -f x && docker tag other web"), AGAIN),
        ((BUILD, TAG, "for i in 1 2; do docker tag other web; done"), AGAIN),
        ((BUILD, TAG, "docker tag other $X"), AGAIN),
        ((BUILD, TAG, 'docker tag other "web:$X"'), AGAIN),
        ((TAG, 'docker tag other "web:$X"'), AGAIN),
        (('docker tag other "web:$X"', TAG), ""),
        ((TAG, 'docker tag web "web:$X"'), ""),
        ((TAG, 'docker tag other "api:$X"'), ""),
        ((TAG, "docker tag other web"), AGAIN),
        ((BUILD, TAG, "docker tag other $(date)"), AGAIN),
        ((TAG, "docker tag other $(date)"), AGAIN),
        (("docker tag other $(date)", TAG), ""),
        ((BUILD, TAG, "docker commit box web2"), AGAIN),
        ((BUILD, TAG, "docker build -t $X ."), AGAIN),
        ((f"docker build -t {WEB} .",), AGAIN),
        (("docker tag base:1 web", "docker load -i x", TAG.replace("web", "base:1", 1)), AGAIN),
        ((f"docker build -t {WEB} -t x .",), "docker tag x web"),
        (("docker build -t a .", "docker tag a bbb", TAG.replace("web", "bbb", 1)), "docker tag a web"),
        ((BUILD, TAG, "docker tag web a", "docker build -t web ."), "docker tag a web"),
        ((BUILD, "test -f x && docker tag web o", TAG.replace("web", "o", 1)), "docker tag o web"),
        (("docker pull alpine", TAG.replace("web", "alpine", 1)), "docker tag alpine web"),
        (("docker tag base:1 web", "docker pull base:1", TAG.replace("web", "base:1", 1)), "docker tag base:1 web"),
        (("docker build -t a .", TAG.replace("web", "a", 1), "while docker tag a web; do docker tag b a; done"), AGAIN),
        (("docker build -t a:$V .", TAG.replace("web", "a:$V", 1)), "docker tag a:${V} web"),
        (("docker build -t a:$V .", TAG.replace("web", "a:$V", 1), "V=2"), AGAIN),
        (("V=$(d)", "docker build -t a:$V .", TAG.replace("web", "a:$V", 1)), "docker tag a:${V} web"),
        (("V=$(d)", "docker build -t a:$V .", TAG.replace("web", "a:$V", 1), "V=$(e)"), AGAIN),
        (("V=$(d)", "docker build -t a:$V .", TAG.replace("web", "a:$V", 1), "test -f x && V=$(e)"), AGAIN),
        (("V=x$(d)", "docker build -t a:$V .", TAG.replace("web", "a:$V", 1)), AGAIN),
        (("docker build -t a -t b .", TAG.replace("web", "b", 1), "docker tag o a"), "docker tag b web"),
    ],
    ids=str,
)
def test_the_pushed_image_has_the_name_that_the_pipe_is_given(images: tuple[str, ...], given: str) -> None:
    """It is given that name by the shortest one that it surely has, where the name may be that of another image. Its
    own tag goes where nothing else uses it."""
    files = {PATH: step(*map(written, (*images, LOGIN, PUSH))).encode(), "Dockerfile": b"FROM alpine\n"}
    (change,) = planned(report_on(files, Settings(pipe=STYLE))).changes
    *script, pipe = yaml.safe_load(change.after)["pipelines"]["default"][0]["step"]["script"]
    named = [line for line in images if WEB not in line or line.startswith("docker build") or given == AGAIN]
    assert script == [*named, *filter(None, [given])]
    assert pipe["variables"] == {"IMAGE_NAME": "web", "TAGS": "1"}


@pytest.mark.parametrize(
    ("after", "stays"),
    [
        ("ls", False),
        ("docker tag web other", False),
        ("docker image inspect other", False),
        ("docker images", False),
        ("docker image prune -f", False),
        ("docker rmi -f web", False),
        ("docker rmi crg.apkg.io/acme/web:2", False),
        ("docker rmi crg.apkg.io/acme/web", False),
        ("docker save other", False),
        ("docker history $X:2", False),
        ("docker images > x", False),
        ("docker rmi web | cat", False),
        ("docker push docker.io/acme/x", False),
        ("docker build --label x=web -t b .", False),
        ("docker build -t b .", False),
        ("docker logout crg.apkg.io", False),
        (f"docker rmi {WEB}", True),
        (f"docker run {WEB}", True),
        (f"docker tag {WEB} other", True),
        (f"docker image inspect {WEB}", True),
        (f"docker save {WEB}", True),
        (f"docker history {WEB}", True),
        (f"docker build --build-arg X={WEB} -t b .", True),
        ("docker history $X", True),
        ("docker history $X:1", True),
        ("docker tag $X other", True),
        ("docker build --pull=false -f Other -t b .", True),
        ("docker images | cat", True),
        ("docker system df", True),
    ],
)
def test_the_name_of_an_image_stays_where_a_later_command_may_use_it(after: str, stays: bool) -> None:
    quoted = ("'" + line.replace("'", "''") + "'" for line in (BUILD, LOGIN, TAG, PUSH, after))
    files = {PATH: step(*quoted).encode(), "Dockerfile": b"FROM alpine\n", "Other": f"FROM {WEB}\n".encode()}
    (change,) = planned(report_on(files, Settings(pipe=STYLE))).changes
    assert b"pipe: atlassian/" in change.after
    assert (TAG.encode() in change.after) == stays


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_a_block_go_alone_with_their_comments(newline: str) -> None:
    block = f"|\n            echo a\n            # log in\n            {LOGIN}\n            echo b"
    text = step(BUILD, block, f"'{TAG}'", PUSH).replace("\n", newline)
    report = report_on({PATH: text.encode(), "Dockerfile": b"FROM alpine\n"}, Settings(pipe=STYLE))
    (change,) = planned(report).changes
    pipe = "pipe: atlassian/bbc-packages-push-container-image:1.2.3\n            variables:\n"
    pipe += "              IMAGE_NAME: web\n              TAGS: '1'"
    after = step(BUILD, "|\n            echo a\n            echo b", pipe).replace("\n", newline)
    assert change.after.decode() == after


@pytest.mark.parametrize(
    ("items", "codes"),
    [
        ((LOGIN, TAG, "T", PUSH, "P"), set()),
        (("pipe", LOGIN, TAG, "T", PUSH, "P"), set()),
        ((LOGIN, TAG, "T", "pipe", PUSH, "P"), set()),
        ((LOGIN, TAG, "T", PUSH, "P", "pipe"), set()),
        ((LOGIN, TAG, "T", PUSH, "pipe", "P"), {"pipe-order"}),
        ((LOGIN, TAG, "T", PUSH, "ls", "pipe", "P"), {"pipe-order"}),
    ],
)
def test_another_pipe_may_stand_anywhere_but_between_two_pushes(items: tuple[str, ...], codes: set[str]) -> None:
    short = {"T": TAG.replace(":1", ":2"), "P": PUSH.replace(":1", ":2")}
    script = [item if item == "pipe" else written(short.get(item, item)) for item in (BUILD, *items)]
    files = {PATH: step(*script).replace("- pipe\n", "- pipe: acme/scan:1\n").encode(), "Dockerfile": b"FROM alpine\n"}
    (finding,) = report_on(files, Settings(pipe=STYLE)).findings
    assert {reason.code for reason in finding.reasons} == codes


ON_PUSH = {
    "": ("-q", "--quiet", "--disable-content-trust"),
    "image": ("--disable-content-trust=false", "--strange"),
    "push-all": ("-a", "--all-tags"),
    "multi-arch": ("--platform linux/amd64",),
}
ON_BUILD = {
    "": ("--pull", "--cache-from docker.io/acme/web", "--build-arg X=crg.apkg.io", "--platform linux/amd64"),
    "multi-arch": ("--platform linux/amd64,linux/arm64", "--platform linux/amd64 --platform linux/arm64"),
    "mixed": ("--cache-from crg.apkg.io/acme/web:c", "--cache-to type=registry,ref=x", "--label x=crg.apkg.io"),
}
BETWEEN = {
    "": (
        *("docker pull alpine", "docker run --platform $P alpine", "docker run web", "trap 'echo' EXIT", "exit 1"),
        *("return 1", "set -e", "set -ex", "set -o pipefail", "set +o pipefail", "set -o errexit"),
    ),
    "condition": (*("exit", "exit 0", "exit 256", "return 0", "exec ls", "set +e", "set +ex", "set +o errexit"),),
    "image": ("docker context use x", "export DOCKER_CONTENT_TRUST=1"),
    "mixed": (
        *("docker pull crg.apkg.io/acme/web:0", "docker pull $X", "./x", "trap ./x EXIT", "docker buildx bake"),
        "exec > log",
    ),
}
DIGESTS = ("docker image inspect web > x", "docker images --digests", "grep RepoDigests x")
BEHIND = {"": ("exit 0", "set +e", "docker image inspect web", "docker inspect --format x web"), "digest": DIGESTS}
AGAIN_PUSHED = {
    "": ("echo x", "docker push docker.io/acme/web"),
    "order": ("ls", "docker images", "docker run web", "docker rmi other"),
}
AFTER = {
    "": ("docker pull alpine", "docker push docker.io/acme/web", "ls"),
    "mixed": ("docker push crg.apkg.io/acme/api",),
}


@pytest.mark.parametrize(
    ("script", "after", "code"),
    [
        *(((BUILD, LOGIN, TAG, f"docker push {one} {WEB}"), "", code) for code in ON_PUSH for one in ON_PUSH[code]),
        *(((LOGIN, f"{BUILD} {one}", TAG, PUSH), "", code) for code in ON_BUILD for one in ON_BUILD[code]),
        *(((BUILD, LOGIN, one, TAG, PUSH), "", code) for code in BETWEEN for one in BETWEEN[code]),
        *(((BUILD, LOGIN, TAG, PUSH, one), "", code) for code in BEHIND for one in BEHIND[code]),
        *(((BUILD, LOGIN, TAG, PUSH, one, OTHER, PUSHED), "", code) for code, of in AGAIN_PUSHED.items() for one in of),
        *(((BUILD, LOGIN, TAG, PUSH), one, code) for code in AFTER for one in AFTER[code]),
        *(((BUILD, one, LOGIN, TAG, PUSH), "", "") for one in DIGESTS),
        # which image it is when it is pushed again
        *(
            ((*first, LOGIN, PUSH, again, PUSH), "", "image")
            for first in (
                (),
                (BUILD, TAG),
                ("docker load -i x",),
                (BUILD, TAG, "docker tag a $X"),
                ("docker tag a $X",),
            )
            for again in ("docker tag other $X", "docker tag other $((N + 1))")
        ),
        ((BUILD, TAG, LOGIN, PUSH, "docker tag other web", PUSH), "", ""),
        ((BUILD, TAG, LOGIN, PUSH, TAG, PUSH), "", ""),
        ((BUILD, LOGIN, TAG, f"! {PUSH}"), "", "condition"),
        ((BUILD, f"{LOGIN} || make", TAG, PUSH), "", "condition"),
        ((BUILD, f"{LOGIN} || {{ ./x; exit 1; }}", TAG, PUSH), "", "condition"),
        ((BUILD, f"{LOGIN} || {{ echo no; exit 1; }}", TAG, PUSH), "", ""),
        ((BUILD, TAG, LOGIN, f"skopeo inspect docker://{WEB}", PUSH), "", "mixed"),
        ((BUILD, LOGIN, TAG, PUSH, "DOCKER_HOST=x podman ps"), "", ""),
        ((BUILD, LOGIN, TAG, PUSH), TAG, ""),
        (("set +e; set -e", BUILD, LOGIN, TAG, PUSH), "", ""),
        ((BUILD, f"{LOGIN} || exit 0", TAG, PUSH), "", ""),
        ((BUILD, TAG, TAG.replace("acme", "other"), LOGIN, PUSH, PUSH.replace("acme", "other")), "", "image"),
        ((BUILD, TAG, LOGIN, f"{PUSH}@sha256:{'a' * 64}"), "", "image"),
        ((BUILD, TAG, OTHER, LOGIN, f"{PUSH} {WEB[:-1]}2"), "", "image"),
        ((BUILD, LOGIN, "ls"), "", "no-push"),
        ((LOGIN, f"docker buildx build --push -t {WEB} ."), "", "buildx-push"),
        ((BUILD, LOGIN, f"docker manifest push {WEB}"), "", "multi-arch"),
        ((BUILD, "./x", LOGIN, TAG, PUSH), "", ""),
        ((BUILD, "trap ./x EXIT", LOGIN, TAG, PUSH), "", "mixed"),
        ((BUILD, LOGIN, TAG, PUSH.replace("docker", "docker --config x")), "", "mixed"),
    ],
    ids=str,
)
def test_what_a_pipe_would_do_otherwise_keeps_the_login(script: tuple[str, ...], after: str, code: str) -> None:
    text = step(*map(written, script)) + (f"        after-script:\n          - {after}\n" if after else "")
    report = report_on({PATH: text.encode(), "Dockerfile": b"FROM alpine\n"}, Settings(pipe=STYLE))
    codes = {reason.code for one in report.findings for reason in one.reasons if reason.code.startswith("pipe-")}
    assert codes == ({f"pipe-{code}"} if code else set())


API = (TAG.replace("/web:", "/api:"), PUSH.replace("/web:", "/api:"))


@pytest.mark.parametrize(
    ("script", "after"),
    [
        ((BUILD, LOGIN, TAG, PUSH, OTHER, PUSHED), (BUILD, "web:1 2")),
        ((BUILD, LOGIN, TAG, PUSH, PUSH), (BUILD, "web:1")),
        ((BUILD, TAG, API[0], LOGIN, PUSH, API[1]), (BUILD, "web:1", "docker tag web api", "api:1")),
        ((BUILD, TAG, API[0], LOGIN, API[1], PUSH), (BUILD, "docker tag web api", "api:1", "web:1")),
        ((BUILD, TAG[:-2], LOGIN, PUSH[:-2]), (BUILD, "web:latest")),
        (("V=1", BUILD, f"{TAG[:-1]}$V", LOGIN, f"{PUSH[:-1]}$V"), ("V=1", BUILD, "web:1")),
        (("V=$(echo 1)", BUILD, f"{TAG[:-1]}$V", LOGIN, f"{PUSH[:-1]}$V"), ("V=$(echo 1)", BUILD, "web:1")),
        ((BUILD, f"{TAG[:-1]}$V", LOGIN, f"{PUSH[:-1]}$V"), (BUILD, "web:${V}")),
        ((BUILD, f"{TAG[:-1]}$V", TAG, LOGIN, f"{PUSH[:-1]}$V"), (BUILD, TAG, "web:${V}")),
        ((BUILD, TAG, "./x", LOGIN, PUSH, "ls"), (BUILD, TAG, "./x", "web:1", "ls")),
    ],
    ids=str,
)
def test_what_is_pushed_by_one_pipe_and_where(script: tuple[str, ...], after: tuple[str, ...]) -> None:
    files = {PATH: step(*map(written, script)).encode(), "Dockerfile": b"FROM alpine\n"}
    (change,) = planned(report_on(files, Settings(pipe=STYLE))).changes
    items = yaml.safe_load(change.after)["pipelines"]["default"][0]["step"]["script"]
    pipes = [one if isinstance(one, str) else "{IMAGE_NAME}:{TAGS}".format(**one["variables"]) for one in items]
    assert pipes == list(after)


def test_a_variable_that_the_script_sets_is_taken_to_reach_the_pipe() -> None:
    granted = "the pipe gets $V as the script sets it"
    tagged = (BUILD, f"{TAG[:-1]}$V", LOGIN, f"{PUSH[:-1]}$V")
    assert granted in found("V=$(date)", *tagged).assumptions
    assert granted not in found(*tagged).assumptions
    assert granted not in found("V=1", *tagged).assumptions


@pytest.mark.parametrize(
    ("workspace", "second", "code"),
    [
        ("acme", "acme", set()),
        ("acme", "$BITBUCKET_WORKSPACE", {"pipe-image"}),
        (None, "$BITBUCKET_WORKSPACE", {"pipe-image"}),
    ],
)
def test_tags_of_one_package_have_to_be_pushed_by_one_name(workspace: str, second: str, code: set[str]) -> None:
    other = (TAG.replace("acme", second).replace(":1", ":2"), PUSH.replace("acme", second).replace(":1", ":2"))
    assert {one.code for one in found(BUILD, TAG, other[0], LOGIN, PUSH, other[1], workspace=workspace).reasons} == code


def test_only_a_program_before_the_push_is_taken_not_to_name_local_images() -> None:
    granted = "`x` leaves the names of local images as they are"
    assert granted in found(BUILD, "./x", LOGIN, TAG, PUSH).assumptions
    assert granted not in found(BUILD, "ls", LOGIN, TAG, PUSH).assumptions


@pytest.mark.parametrize(
    ("style", "code"),
    [
        (PipeStyle("1.2.3", frozenset({"IMAGE_NAME", "TAGS"})), set()),
        (PipeStyle("1.2.3", frozenset({"IMAGE_NAME"})), {"pipe-variables"}),
        (PipeStyle("1.2.3", frozenset({"TAGS"})), {"pipe-variables"}),
        (PipeStyle(""), {"pipe-version"}),
    ],
)
def test_a_pipe_has_to_take_what_it_is_given_and_to_have_a_version(style: PipeStyle, code: set[str]) -> None:
    files = {PATH: step(*map(written, (BUILD, LOGIN, TAG, PUSH))).encode(), "Dockerfile": b"FROM alpine\n"}
    (finding,) = report_on(files, Settings(pipe=style)).findings
    assert {reason.code for reason in finding.reasons} == code
    checked = any("did not read its description" in one for one in finding.assumptions)
    assert checked == (style == STYLE)


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ((BUILD, LOGIN, TAG, f"if true; then {PUSH}; fi"), "something decides whether the push runs"),
        ((BUILD, f"test -f x && {LOGIN}", TAG, PUSH), "something decides whether the login runs"),
        ((BUILD, LOGIN, TAG, f"for i in 1 2; do {PUSH}; done"), "the push is in a loop"),
        ((BUILD, LOGIN, TAG, f"p() {{ {PUSH}; }}; p"), "the push is in a function"),
        ((BUILD, LOGIN, TAG, f"exec {PUSH}"), "the push is wrapped by another command"),
        ((BUILD, LOGIN, TAG, f"A=x {PUSH}"), "the push is wrapped by another command"),
        ((BUILD, LOGIN, TAG, f"echo $({PUSH})"), "the output of the push is used"),
        ((BUILD, LOGIN, TAG, f"{PUSH} > log"), "the output of the push is used"),
        ((BUILD, f"{LOGIN} > log", TAG, PUSH), "the login writes a file"),
        ((BUILD, LOGIN.replace("$PAT", "${PAT:=x}"), TAG, PUSH), "the login sets a variable"),
        ((BUILD, f"{LOGIN}; echo $?", TAG, PUSH), "the next command tests how the login, tag, or push ended"),
        ((BUILD, LOGIN, TAG, f"{PUSH}@sha256:{'a' * 64}"), "the step pushes an image by its digest"),
    ],
    ids=str,
)
def test_why_a_login_or_a_push_can_not_go_is_said(script: tuple[str, ...], detail: str) -> None:
    assert [one.detail for one in found(*script).reasons if one.code.startswith("pipe-")] == [detail]


@pytest.mark.parametrize(("base", "code"), [("web:$V", {"pipe-image"}), ("api:$V", set()), ("web:2", set())])
def test_a_name_that_a_later_build_may_read_is_given_to_no_other_image(base: str, code: set[str]) -> None:
    script = ("docker build -t a .", TAG.replace("web", "a", 1), LOGIN, PUSH, "docker build -f Other -t b .")
    files = {"Dockerfile": b"FROM alpine\n", "Other": f"ARG V\nFROM {base}\n".encode()}
    (finding,) = report_on({PATH: step(*map(written, script)).encode(), **files}, Settings(pipe=STYLE)).findings
    assert {reason.code for reason in finding.reasons} == code


def test_a_push_by_another_client_with_a_credential_of_its_own_is_edited_where_it_stands() -> None:
    copy = f'skopeo copy --dest-creds "$USR:$PAT" docker-archive:x docker://{WEB}'
    files = {PATH: step(*map(written, (BUILD, LOGIN, TAG, PUSH, copy))).encode(), "Dockerfile": b"FROM alpine\n"}
    first, second = report_on(files, Settings(pipe=STYLE)).findings
    assert [reason.code for reason in first.reasons] == ["pipe-image"]
    assert second.reasons == ()
    assert second.edits


def test_an_item_with_the_login_of_a_pipe_sets_no_variable_for_another_client() -> None:
    block = 'A=$PAT\ndocker login crg.apkg.io -u "$USR" -p "$PAT"'
    upload = "twine upload --repository-url https://pypi.apkg.io/acme -u $USR -p $A x"
    files = {PATH: step(*map(written, (BUILD, TAG, block, PUSH, upload))).encode(), "Dockerfile": b"FROM alpine\n"}
    first, second = report_on(files, Settings(pipe=STYLE)).findings
    assert [one.detail for one in first.reasons] == ["an item to change also gives `twine` a stored token"]
    assert second.reasons == ()
