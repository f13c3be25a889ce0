"""A login whose registry is not certain, beside one to Packages: it may be one to the same registry, or is none."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"'
PUSH = "docker push crg.apkg.io/acme/web:1"


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        ('docker login "$R" -u a -p "$OTHER"', set()),
        ('docker login "$R" -u "$PAT" -p x', set()),
        ('docker login ghcr.io -u a -p "$PAT"', set()),
        ('skopeo copy --dest-creds "a:$PAT" dir:x "docker://$R/web"', set()),
        ('docker login "$R" -u a -p "$PAT"', {"mixed-logins"}),
        ('docker login "${R:-ghcr.io}" -u a -p "$PAT"', {"mixed-logins"}),
        ('docker login "${R:-crg.apkg.io}" -u a -p "$OTHER"', {"mixed-logins"}),
    ],
)
def test_what_may_be_a_login_to_the_same_registry_holds_a_login_back(other: str, codes: set[str]) -> None:
    found = report_on(step(f"'{other}'", f"'{LOGIN}'", PUSH)).findings
    (mine,) = (one for one in found if one.position.line == 6)
    assert {reason.code for reason in mine.reasons} == codes


@pytest.mark.parametrize(
    ("item", "login", "codes"),
    [
        ("&one export T=$PAT", LOGIN.replace("$PAT", "$T"), set()),
        ("&one export T=$OTHER", LOGIN, set()),
        (f"&one {LOGIN}", "ls", {"unreadable"}),
    ],
)
def test_only_a_login_whose_own_text_runs_where_nobody_can_read_is_held_back(
    item: str, login: str, codes: set[str]
) -> None:
    other = "    - step:\n        script:\n          - *one\n          - 'if ['\n"
    (finding,) = report_on(step(item, login, PUSH) + other).findings
    assert {reason.code for reason in finding.reasons} == codes


@pytest.mark.parametrize(
    ("line", "files", "within"),
    [
        ("xargs docker login crg.apkg.io -u ada -p", {}, "the words of `xargs`"),
        ("ruby a.rb", {"a.rb": f"system '{LOGIN}'\n"}, "a.rb"),
        ("python3 a.py", {"a.py": "x = 'docker login'\ny = 'crg.apkg.io'\n"}, "a.py"),
        ("ruby a.rb", {"a.rb": "system 'ls'\n"}, ""),
        ("python3 a.py", {"a.py": "import client\nclient.run('ls')\n"}, ""),
    ],
)
def test_what_else_logs_in_and_is_not_followed_is_named(line: str, files: dict[str, str], within: str) -> None:
    items = ("'" + one.replace("'", "''") + "'" for one in (LOGIN, line, PUSH))
    texts = {PATH: step(*items), **files}
    found = report_on({path: text.encode() for path, text in texts.items()}).findings
    (mine,) = (one for one in found if (one.path, one.position.line) == (PATH, 5))
    details = [reason.detail for reason in mine.reasons if reason.code == "mixed-logins"]
    assert details == ([f"the step also logs in within {within}"] if within else [])


def test_a_script_that_cannot_be_read_may_log_in_and_one_without_a_login_does_not() -> None:
    for broken, codes in ((f"if {LOGIN}", {"mixed-logins"}), ("if ls", set())):
        text = step(f"'{LOGIN}'", PUSH) + f"        after-script:\n          - '{broken}'\n"
        (finding,) = (one for one in report_on(text).findings if one.position.line == 5)
        assert {reason.code for reason in finding.reasons} == codes
