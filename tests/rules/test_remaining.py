"""Which stored variables a step still reads when its login is native."""

from __future__ import annotations

import pytest

from migrator.findings.settings import PipeStyle, Settings
from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$BB_EMAIL" -p "$BB_PKG_TOKEN"'


@pytest.mark.parametrize(
    "line",
    [
        "make",
        "echo done",
        "'docker run -e ''${BB_PKG_TOKENS}'' web'",
        "echo BB_PKG_TOKEN",
        "curl $BB_PKG_TOKENS",
        "docker run -e MY_BB_PKG_TOKEN web",
        "for name in OTHER; do :; done",
    ],
)
def test_what_nothing_else_names_does_not_remain(line: str) -> None:
    (finding,) = report_on(step(LOGIN, line)).findings
    assert finding.remaining == ()


@pytest.mark.parametrize(
    "line",
    [
        'curl -u "me:$BB_PKG_TOKEN" https://acme.example',
        "docker run -e BB_PKG_TOKEN web",
        "docker build --secret id=token,env=BB_PKG_TOKEN .",
        'for name in BB_PKG_TOKEN; do [ -n "${!name}" ] || exit 1; done',
        'NAME=BB_PKG_TOKEN; curl "${!NAME}"',
        "'envsubst ''${BB_PKG_TOKEN}'' < web.tpl'",
        "'ssh host ''echo ${BB_PKG_TOKEN}'''",
        'docker run -e "BB_PKG_TOKEN $(date)" web',
        'needed=(HOME BB_PKG_TOKEN); for name in "${needed[@]}"; do test -n "${!name}"; done',
    ],
)
def test_what_is_expanded_or_named_elsewhere_remains(line: str) -> None:
    (finding,) = report_on(step(LOGIN, line)).findings
    assert finding.remaining == ("BB_PKG_TOKEN",)


@pytest.mark.parametrize(
    ("value", "remaining"),
    [("$OTHER", ()), ("$BB_PKG_TOKENS", ()), ("BB_PKG_TOKEN", ("BB_PKG_TOKEN",)), ("$BB_PKG_TOKEN", ("BB_PKG_TOKEN",))],
)
def test_what_a_pipe_is_given_remains(value: str, remaining: tuple[str, ...]) -> None:
    pipe = f"pipe: acme/deploy:1.0.0\n            variables: {{TOKEN: {value}}}"
    login = next(one for one in report_on(step(LOGIN, pipe)).findings if one.rule == "registry-login")
    assert login.remaining == remaining


def test_what_another_login_reads_that_changes_too_does_not_remain() -> None:
    first, second = report_on(step(LOGIN, "docker logout crg.apkg.io", LOGIN)).findings
    assert first.remaining == second.remaining == ()


def test_what_a_login_reads_that_is_held_back_remains() -> None:
    held = 'docker login crg.apkg.io -u "$BB_EMAIL" -p "${BB_PKG_TOKEN%x}"'
    first, second = report_on(step(LOGIN, "docker logout crg.apkg.io", held)).findings
    assert first.remaining == ("BB_EMAIL", "BB_PKG_TOKEN")
    assert second.remaining == ("BB_EMAIL",)


SCRIPT = 'echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin\n'


@pytest.mark.parametrize(("more", "left"), [((), ()), (("curl $BB_PKG_TOKEN",), ("BB_PKG_TOKEN",)), ((LOGIN,), ())])
def test_what_a_call_reads_that_is_given_the_native_pair_does_not_remain(
    more: tuple[str, ...], left: tuple[str, ...]
) -> None:
    script = step("./login.sh", *more, "docker push crg.apkg.io/acme/web")
    files = {PATH: script, "login.sh": SCRIPT, "Makefile": "login:\n\t./login.sh\n"}
    found = report_on({path: text.encode() for path, text in files.items()}).findings
    assert {one.remaining for one in found} == {left}


def test_the_default_of_a_word_that_becomes_native_does_not_remain() -> None:
    (finding,) = report_on(step(LOGIN.replace("$BB_PKG_TOKEN", "${TOKEN:-$BB_PKG_TOKEN}"))).findings
    assert finding.remaining == ()


@pytest.mark.parametrize("style", [None, PipeStyle("1.2.3")])
def test_what_another_shell_reads_remains_even_at_the_same_place_of_its_text(style: PipeStyle | None) -> None:
    push = "        after-script:\n          - {}\n"
    text = step(LOGIN, "docker push crg.apkg.io/acme/web:1")
    for line, left in ((LOGIN.replace("docker login", "echo   about"), ("BB_EMAIL", "BB_PKG_TOKEN")), ("ls", ())):
        found = report_on(text + push.format(line), Settings(pipe=style)).findings
        assert [one.remaining for one in found if one.rule == "registry-login"] == [left]


def test_what_the_after_script_reads_at_the_same_place_of_its_own_text_remains() -> None:
    """The login of each is held back, so that it is changed alone."""
    lines = "".join(f"          - {line}\n" for line in ("set -x", LOGIN))
    first, second = report_on(step("set -x", LOGIN) + f"        after-script:\n{lines}").findings
    assert [(one.remaining, len(one.reasons)) for one in (first, second)] == [(("BB_EMAIL", "BB_PKG_TOKEN"), 1)] * 2


def test_what_the_after_script_reads_for_a_login_that_changes_too_does_not_remain() -> None:
    after = f"        after-script:\n          - {LOGIN}\n"
    assert [one.remaining for one in report_on(step(LOGIN) + after).findings] == [(), ()]
    assert [one.remaining for one in report_on(step(LOGIN, "ls") + after.replace("login", "logout")).findings] == [
        ("BB_EMAIL", "BB_PKG_TOKEN")
    ]
