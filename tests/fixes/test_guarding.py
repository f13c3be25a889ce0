"""Presence checks: none without a fix; then where they stand, that nothing else changes, and what bash says."""

from __future__ import annotations

import os
import subprocess

import pytest
import yaml

from migrator.findings.records import PresenceCheck
from migrator.findings.settings import Fixing, PipeStyle, Settings
from migrator.fixes.applying import FixPlan, plan
from migrator.fixes.guarding import checked, command
from migrator.fixes.verify import Unverified
from migrator.text.edits import Edit
from migrator.text.source import Source, Span
from tests.memory import PATH, planned, report_on, step

CHECK = command("BITBUCKET_PACKAGES_TOKEN")
LINE = f"- '{CHECK}'"
LOGIN = "docker login -u $PACKAGES_USER -p $PACKAGES_PAT crg.apkg.io"
NATIVE = "docker login -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN crg.apkg.io"
BRIDGE = 'PACKAGES_USER="$BITBUCKET_PACKAGES_USERNAME" PACKAGES_PAT="$BITBUCKET_PACKAGES_TOKEN" '


def guarded(files: dict[str, bytes] | str, *, unsafe: bool = False) -> FixPlan:
    return planned(report_on(files), unsafe=unsafe, guard=True)


def script(text: str) -> list[str]:
    """The items of the first step's script."""
    items: list[str] = yaml.safe_load(text)["pipelines"]["default"][0]["step"]["script"]
    return items


def after(text: str) -> str:
    (change,) = guarded(text).changes
    return change.after.decode()


@pytest.mark.parametrize("item", ["echo test", "docker login -u me -p $OTHER docker.io", NATIVE])
def test_without_a_fix_there_is_no_check(item: str) -> None:
    assert guarded(step(item)) == FixPlan((), ())


def test_without_being_asked_there_is_no_check() -> None:
    (change,) = planned(report_on(step(LOGIN))).changes
    assert script(change.after.decode()) == [NATIVE]


def test_a_check_stands_above_the_item_that_first_uses_the_pair_and_above_its_comment() -> None:
    text = step("echo build", LOGIN, "docker push crg.apkg.io/acme/web", LOGIN).replace(
        f"          - {LOGIN}", f"          # Log in.\n          - {LOGIN}", 1
    )
    assert after(text) == text.replace("          # Log in", f"          {LINE}\n          # Log in").replace(
        LOGIN, NATIVE
    )


def test_what_reads_the_credential_first_counts_and_not_the_login() -> None:
    made = script(after(step("TOKEN=$PACKAGES_PAT", "pwd", "docker login -u $PACKAGES_USER -p $TOKEN crg.apkg.io")))
    assert made[:2] == [CHECK, "TOKEN=$BITBUCKET_PACKAGES_TOKEN"]


@pytest.mark.parametrize(
    "written",
    [
        "          - {}\n",
        "          - '{}'\n",
        '          -   "{}"\n',
        "          - |\n            {}\n",
        "          - >-\n            {}\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_check_is_added_however_an_item_is_written(newline: str, written: str) -> None:
    text = (step("pwd") + written.format(LOGIN) + "          - echo x # y\n").replace("\n", newline)
    made = after(text)
    assert script(made) == [item.replace(LOGIN, NATIVE) for item in ["pwd", CHECK, *script(text)[1:]]]
    assert made.replace(f"          {LINE}{newline}", "") == text.replace(LOGIN, NATIVE)


def test_a_list_in_brackets_gets_its_check_there() -> None:
    text = f"pipelines:\n  default:\n    - step:\n        script: [pwd, '{LOGIN}', echo]\n"
    assert script(after(text)) == ["pwd", CHECK, NATIVE, "echo"]


def test_steps_that_share_an_item_or_a_script_each_get_one() -> None:
    text = (
        f"pipelines:\n  default:\n    - step: &one\n        script: &list\n          - &login {LOGIN}\n"
        "    - step: *one\n    - step:\n        script: *list\n    - step:\n        script:\n          - *login\n"
    )
    plan = guarded(text)
    (change,) = plan.changes
    assert CHECK.encode() not in change.after
    assert [(path, line) for path, line, _ in plan.unguarded] == [(PATH, 5)]
    (change,) = guarded(text.replace("&login ", "").replace("- *login", "- pwd")).changes
    assert change.after.count(CHECK.encode()) == 1


def test_an_alias_of_an_item_gets_one_in_each_list() -> None:
    text = (
        f"definitions:\n  scripts:\n    - script: &login\n        {LOGIN}\npipelines:\n  default:\n"
        "    - step:\n        script:\n          - *login\n"
        "    - step:\n        script:\n          - pwd\n          - *login\n"
    )
    (change,) = guarded(text).changes
    assert script(change.after.decode()) == [CHECK, NATIVE]
    assert change.after.count(CHECK.encode()) == 2


def test_a_check_that_is_there_is_enough() -> None:
    text = step(LINE.removeprefix("- "), "pwd", LOGIN)
    assert after(text) == text.replace(LOGIN, NATIVE)


def test_after_script_is_another_shell() -> None:
    text = step(LOGIN) + f"        after-script:\n          - {LOGIN}\n"
    (change,) = guarded(text, unsafe=True).changes
    assert change.after.count(CHECK.encode()) == change.after.count(NATIVE.encode()) == 2


def test_a_pipe_gets_none_as_it_uses_no_credential_of_the_script() -> None:
    text = step("docker tag web crg.apkg.io/acme/web", LOGIN, "docker push crg.apkg.io/acme/web")
    report = report_on(text, Settings(pipe=PipeStyle("1.2.3")))
    assert planned(report, guard=True).changes == planned(report).changes != ()


@pytest.mark.parametrize(("name", "item"), [("ci/login.sh", "sh ci/login.sh"), ("Makefile", "make login")])
def test_a_fix_in_another_file_is_checked_in_the_step(name: str, item: str) -> None:
    text = LOGIN if name.endswith(".sh") else "login:\n\t" + LOGIN.replace("$", "$$")
    pipelines = step("echo x" if "sh" in name else "pwd", item, "pwd")
    plan = guarded({PATH: pipelines.encode(), name: f"{text}\n".encode()}, unsafe=True)
    made = {change.path: change.after.decode() for change in plan.changes}
    assert script(made[PATH])[1] == CHECK
    assert all(change.findings for change in plan.changes)
    assert not plan.unguarded


def test_a_pipelines_file_that_must_not_be_written_gets_none_and_is_named() -> None:
    files = {PATH: step("sh ci/login.sh").encode(), "ci/login.sh": f"{LOGIN}\n".encode()}
    made = plan(report_on(files), Fixing(True, True), lambda path: "it is excluded" if path == PATH else None)
    assert made.unguarded == ((PATH, 5, "it is excluded"),) or not made.changes


def test_a_script_that_prints_its_commands_gets_none_as_it_would_print_the_token() -> None:
    made = guarded(step("set -x", LOGIN), unsafe=True)
    (change,) = made.changes
    assert CHECK.encode() not in change.after
    assert [(path, line) for path, line, _ in made.unguarded] == [(PATH, 6)]


@pytest.mark.parametrize(("token", "code"), [("", 1), ("x", 0), (None, 1)])
def test_bash_ends_at_the_check_and_says_which_variable_is_empty(token: str | None, code: int) -> None:
    items = [CHECK, "echo reached"]
    given = {"PATH": os.environ["PATH"]} | ({} if token is None else {"BITBUCKET_PACKAGES_TOKEN": token})
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(items)], env=given, capture_output=True, text=True, check=False, timeout=20
    )
    assert (done.returncode != 0, done.stdout) == (bool(code), "" if code else "reached\n")
    assert ("BITBUCKET_PACKAGES_TOKEN: is empty" in done.stderr) is bool(code)
    assert "x" not in done.stderr or code


def test_a_list_that_is_all_of_a_file_gets_its_check_in_front() -> None:
    (edit,), text = checked(Source("f", "- ls"), [], {PresenceCheck("f", 2, "BITBUCKET_PACKAGES_TOKEN")})
    assert text == f"{LINE}\n- ls"
    assert (edit.span.start, edit.text) == (0, f"{LINE}\n")


@pytest.mark.parametrize(
    ("at", "message"), [("  x", "would be part of another command there"), ("a:", "would share its line there")]
)
def test_a_check_that_would_stand_anywhere_else_is_refused(
    at: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a: |\n  x\nb:\n  - ls\n"
    monkeypatch.setattr("migrator.fixes.guarding.comment_start", lambda *_: text.index(at))
    with pytest.raises(Unverified, match=message):
        checked(Source("f", text), [], {PresenceCheck("f", text.index("ls"), "BITBUCKET_PACKAGES_TOKEN")})


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("- ls\n", "LINE\n- ls\n"),
        ("- pwd\n- ls\n", "- pwd\nLINE\n- ls\n"),
        ("- pwd\n# list\n- ls # all\n", "- pwd\nLINE\n# list\n- ls # all\n"),
        ("- pipe: x\n- ls\n", "- pipe: x\nLINE\n- ls\n"),
        ("a:\n  - ls\nb: x\n", "a:\n  LINE\n  - ls\nb: x\n"),
        ("a: x\nb:\n  - ls\n", "a: x\nb:\n  LINE\n  - ls\n"),
        ("- [pwd]\n- ls\n", "- [pwd]\nLINE\n- ls\n"),
        ("a: [pwd, ls]\n", f"a: [pwd, {LINE[2:]}, ls]\n"),
        ("a: &a\n  - ls\nb: *a\n", "a: &a\n  LINE\n  - ls\nb: *a\n"),
        ("a:\n  - &a ls\nb:\n  - *a\nc: [*a]\n", None),
        # a mapping begins where its first key does
        ("a: [&a ls: x]\nb: [*a]\n", f"a: [&a ls: x]\nb: [{LINE[2:]}, *a]\n"),
        ("- &a ls: x\n- *a\n", "- &a ls: x\nLINE\n- *a\n"),
        ("LINE\n- ls\n", "LINE\n- ls\n"),
        ("- pwd\n", "- pwd\n"),
        ("", ""),
    ],
)
def test_a_check_stands_in_front_of_its_item_in_each_list(text: str, after: str | None) -> None:
    text = text.replace("LINE", LINE)
    at = text.rindex("ls") if "*" not in text and "ls" in text else text.find("ls")
    checks = {PresenceCheck("f", at, "BITBUCKET_PACKAGES_TOKEN")}
    if after is None:
        with pytest.raises(Unverified, match="the item shares its line with something else, or has an anchor"):
            checked(Source("f", text), [], checks)
        return
    edits, made = checked(Source("f", text), [], checks)
    assert made == after.replace("LINE", LINE)
    assert len(edits) == made.count(CHECK) - text.count(CHECK)


def test_a_check_stands_beside_other_edits_and_not_inside_of_one() -> None:
    text = "- ls\n- pwd\n"
    checks = {PresenceCheck("f", 7, "BITBUCKET_PACKAGES_TOKEN")}
    _, made = checked(Source("f", text), [Edit("f", Span(7, 10), "cd")], checks)
    assert made == f"- ls\n{LINE}\n- cd\n"
    with pytest.raises(Unverified, match="would share its line there"):
        checked(Source("f", text), [Edit("f", Span(2, 7), "")], checks)
