"""What a login in a script becomes where its style is chosen: edited in place, or behind a bridge."""

from __future__ import annotations

import pytest

from migrator.findings.settings import PipeStyle, Settings
from tests.memory import PATH, planned, report_on, step

PUSH = "docker push crg.apkg.io/acme/web:1"
LOGIN = 'echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin\n'
ALONE = {PATH: step("./login.sh", PUSH).encode(), "login.sh": LOGIN.encode()}
PAIR = 'BB_EMAIL="$BITBUCKET_PACKAGES_USERNAME" BB_PKG_TOKEN="$BITBUCKET_PACKAGES_TOKEN"'
SHARED = {**ALONE, "Makefile": b"login:\n\t./login.sh\n"}


@pytest.mark.parametrize(
    ("files", "style", "changed"),
    [
        (ALONE, "", "login.sh"),
        (ALONE, "in-place", "login.sh"),
        (ALONE, "bridge", PATH),
        (SHARED, "", PATH),
        (SHARED, "in-place", "login.sh"),
        (SHARED, "bridge", PATH),
    ],
)
def test_where_a_login_in_a_script_is_changed(files: dict[str, bytes], style: str, changed: str) -> None:
    plan = planned(report_on(files, Settings(called=style)))
    assert [change.path for change in plan.changes] == [changed]


@pytest.mark.parametrize(
    ("files", "who"),
    [
        (
            {PATH: 'export U="$BB_EMAIL" T="$BB_PKG_TOKEN"\nmake login\ncurl -u "$U:$T" https://api.example\n'},
            f"{PATH}:8 also sees BB_EMAIL",
        ),
        (
            {PATH: 'U="$BB_EMAIL" T="$BB_PKG_TOKEN" make login\n', "more": '\t@curl -d "$$T" x\n'},
            "Makefile:3 also sees BB_P",
        ),
        (
            {PATH: "make login\ngit -c credential.helper='!f() { echo $BB_PKG_TOKEN; }; f' push\n"},
            "`git` also sees BB_PKG_T",
        ),
        (
            {PATH: "make login # git\n", "more": "\t@$$TOOL -e BB_PKG_TOKEN\n"},
            "`a program that is not known` also sees BB_EMAIL",
        ),
        ({PATH: "make login\n$TOOL -e BB_PKG_TOKEN\n"}, "`a program` also sees BB_PKG_T"),
        ({PATH: "make login\nEACH=BB_PKG_TOKEN\n"}, "what sets EACH also sees BB_PKG_T"),
    ],
    ids=[
        "through an assignment",
        "in the file itself",
        "by its name",
        "in the file without a name",
        "by a program without a name",
        "by what is set",
    ],
)
def test_what_a_bridge_would_reach_is_named_where_it_reads_the_value(files: dict[str, str], who: str) -> None:
    """Not where the value is only passed on."""
    user, token = (
        ("BB_EMAIL", "BB_PKG_TOKEN") if "BB_PKG_TOKEN\n" in files[PATH] or "git" in files[PATH] else ("U", "T")
    )
    login = f'login:\n\t@echo "$${token}" | docker login crg.apkg.io -u "$${user}" --password-stdin\n'
    script = "\n".join(("|", *(f"            {line}" for line in files[PATH].splitlines())))
    texts = {PATH: step(script), "Makefile": login + files.get("more", ""), "README.md": "make login\n"}
    (finding,) = report_on({path: text.encode() for path, text in texts.items()}).findings
    (detail,) = [one.detail for one in finding.reasons if one.code == "bridge-reaches-more"]
    assert detail.startswith(who)
    assert len(finding.reasons) == 1 or "$TOOL" in "".join(files.values())


def test_a_pipe_takes_the_place_of_logins_to_push_images_and_of_no_other() -> None:
    images = "docker login crg.apkg.io -u $U -p $T"
    upload = "twine upload --repository-url https://pypi.apkg.io/acme -u $U -p $T dist/*"
    pipe = Settings(pipe=PipeStyle())
    report = report_on(step(images, "docker build -t web .", "docker push crg.apkg.io/acme/web:1", upload), pipe)
    assert [(one.verdict.value, one.rule) for one in report.findings] == [
        ("report-only", "registry-login"),
        ("safe", "package-credential"),
    ]
    (change,) = planned(report).changes
    native = upload.replace("$U", "$BITBUCKET_PACKAGES_USERNAME").replace("$T", "$BITBUCKET_PACKAGES_TOKEN")
    assert change.after.decode() == step(images, "docker build -t web .", "docker push crg.apkg.io/acme/web:1", native)


@pytest.mark.parametrize("more", ["", "[[ x == @(a|b) ]]\n", 'echo "$OTHER"\n'])
def test_a_bridge_stands_at_the_call_that_logs_in_and_not_at_a_file_that_is_read_before(more: str) -> None:
    script = step(". ci/env.sh", "./login.sh", PUSH)
    files = {PATH: script, "login.sh": LOGIN + more, "ci/env.sh": "export A=1\n", "Makefile": "login:\n\t./login.sh\n"}
    (change,) = planned(report_on({path: text.encode() for path, text in files.items()})).changes
    assert change.after.decode() == script.replace("./login.sh", f"{PAIR} ./login.sh")


@pytest.mark.parametrize("place", ["{login}{unread}", "{unread}{login}"])
def test_what_nobody_has_read_within_a_call_may_see_the_bridge_even_where_it_ends(place: str) -> None:
    text = place.format(login=LOGIN, unread="[[ x == @($(ls)|b) ]]\n")
    (finding,) = report_on({**SHARED, "login.sh": text.encode()}).findings
    assert [(one.code, one.detail) for one in finding.reasons] == [
        ("bridge-reaches-more", "a pattern that runs commands also sees BB_EMAIL with the bridge")
    ]
    behind = SHARED[PATH] + b"          - '[[ x == @($(ls)|b) ]]'\n"
    assert report_on({**SHARED, PATH: behind}).findings[0].reasons == ()


def shared(login: str, *script: str) -> tuple[list[str], str | None]:
    """The reasons against the login of a script that a Makefile also runs, and the line of the step that is changed."""
    text = step(*script, PUSH)
    report = report_on({**SHARED, PATH: text.encode(), "login.sh": login.encode()})
    (finding,) = report.findings
    lines = {line for change in planned(report).changes for line in change.after.decode().splitlines()}
    changed = sorted(lines - set(text.splitlines()))
    return [one.code for one in finding.reasons], changed[0].strip() if changed else None


@pytest.mark.parametrize(
    ("login", "script", "call"),
    [
        (LOGIN, ("set -x", "ls", "set +x", "./login.sh"), "./login.sh"),
        (LOGIN, ("./login.sh", "set -x"), "./login.sh"),
        (LOGIN, (". ./login.sh",), ". ./login.sh"),
        (LOGIN + "OTHER=x\n", (". ./login.sh",), ". ./login.sh"),
        (LOGIN + "BB_EMAIL=x\n", ("./login.sh",), "./login.sh"),
        (LOGIN, ("source ./login.sh",), "source ./login.sh"),
        (LOGIN, ('eval "./login.sh"',), 'eval "./login.sh"'),
        (LOGIN, ("exec ./login.sh",), "exec ./login.sh"),
        (LOGIN, ("./login.sh", "curl $BB_PKG_TOKEN"), "./login.sh"),
        (LOGIN, ("(BB_EMAIL=x; true)", ". ./login.sh"), ". ./login.sh"),
        (LOGIN, ("readonly OTHER", "./login.sh"), "./login.sh"),
        (LOGIN, ("./login.sh; ./login.sh",), f"./login.sh; {PAIR} ./login.sh"),
        (f"login() {{\n{LOGIN}}}\n", (". ./login.sh", "login"), "login"),
    ],
)
def test_a_call_that_is_given_a_bridge(login: str, script: tuple[str, ...], call: str) -> None:
    assert shared(login, *script) == ([], f"- {PAIR} {call}")


@pytest.mark.parametrize(
    ("login", "script", "code"),
    [
        (LOGIN, ("set -x", "./login.sh"), "traced"),
        (LOGIN, ("set -x", ". ./login.sh"), "traced"),
        (f"set -x\nls\nset +x\n{LOGIN}", ("./login.sh",), "traced"),
        (LOGIN + "./deploy\n", ("./login.sh",), "bridge-reaches-more"),
        (LOGIN, (". ./login.sh", "curl $BB_PKG_TOKEN"), "bridge-reaches-more"),
        (LOGIN, ("source ./login.sh", "curl $BB_PKG_TOKEN"), "bridge-reaches-more"),
        (LOGIN, ('eval ". ./login.sh"', PUSH, "curl $BB_PKG_TOKEN"), "bridge-reaches-more"),
        (LOGIN + "BB_EMAIL=x\n", (". ./login.sh",), "bridge-layout"),
        (LOGIN, (". ./login.sh", "BB_EMAIL=x", PUSH), "bridge-layout"),
        (f"BB_EMAIL=x\n{LOGIN}", (". ./login.sh",), "credential-unresolved"),
        (LOGIN, ("readonly BB_EMAIL", "./login.sh"), "bridge-layout"),
        (f"{LOGIN}readonly BB_EMAIL\n", (". ./login.sh",), "bridge-layout"),
        (LOGIN.replace("$BB_EMAIL", "me"), ("./login.sh",), "credential-unresolved"),
        (LOGIN.replace("$BB_EMAIL", "$BB_PKG_TOKEN"), ("./login.sh",), "credential-unresolved"),
    ],
)
def test_a_call_that_is_given_no_bridge(login: str, script: tuple[str, ...], code: str) -> None:
    """Bash prints assignments in front of a call that it traces, too."""
    assert shared(login, *script) == ([code], None)


UPLOAD = "twine upload --repository-url https://pypi.apkg.io/acme -u $U -p $T dist/*"
NATIVE_UPLOAD = UPLOAD.replace("$U", "$BITBUCKET_PACKAGES_USERNAME").replace("$T", "$BITBUCKET_PACKAGES_TOKEN")
BUILT = ("docker build -t crg.apkg.io/acme/web:1 .", "docker login -u $U -p $T crg.apkg.io")
PUSHED = (
    "docker build -t crg.apkg.io/acme/web:1 .",
    "docker tag crg.apkg.io/acme/web:1 web",
    "pipe: atlassian/bbc-packages-push-container-image:1.2.3\n            variables:\n              IMAGE_NAME: web\n"
    "              TAGS: '1'",
)


@pytest.mark.parametrize(
    ("items", "after"),
    [
        ((*BUILT, PUSH, UPLOAD), (*PUSHED, NATIVE_UPLOAD)),
        ((UPLOAD, *BUILT, PUSH), (NATIVE_UPLOAD, *PUSHED)),
        (
            ("export U2=$U T2=$T", BUILT[0], "docker login -u $U2 -p $T2 crg.apkg.io", PUSH, UPLOAD.replace("U", "U2")),
            None,
        ),
    ],
    ids=["behind", "in front", "other names"],
)
def test_a_pipe_stands_beside_an_upload_that_is_edited(items: tuple[str, ...], after: tuple[str, ...] | None) -> None:
    files = {PATH: step(*items).encode(), "Dockerfile": b"FROM alpine:3\n"}
    report = report_on(files, Settings(pipe=PipeStyle("1.2.3"), workspace="acme"))
    plan = planned(report)
    assert not plan.failures
    (change,) = plan.changes
    assert change.after.decode() == step(*after) if after else b"pipe:" in change.after
    assert not report_on({**files, PATH: change.after}).findings


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_item_that_a_pipe_changes_is_edited_by_nothing_else(at: int) -> None:
    lines = [*BUILT, PUSH]
    lines.insert(at, UPLOAD)
    block = "|\n" + "".join(f"            {line}\n" for line in lines)
    files = {PATH: step(block).encode(), "Dockerfile": b"FROM alpine:3\n"}
    plan = planned(report_on(files, Settings(pipe=PipeStyle("1.2.3"), workspace="acme")))
    assert not plan.failures
    (change,) = plan.changes
    assert change.after == files[PATH].replace(UPLOAD.encode(), NATIVE_UPLOAD.encode())
