"""What a report leaves out, each thing once and with why: nothing of what it reports."""

from __future__ import annotations

from migrator.findings.settings import Settings
from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"'
OTHER = "docker login docker.io -u a -p $B"
IGNORED = f"          # patless: ignore[registry-login] -- acme keeps it\n          - {LOGIN}\n"


def left_out(text: str, settings: Settings | None = None) -> list[tuple[int, str]]:
    report = report_on(text, settings)
    assert not {one.position for one in report.left_out} & {one.position for one in report.findings}
    return [(one.position.line, one.why) for one in report.left_out]


def test_nothing_is_left_out_of_what_is_reported() -> None:
    assert left_out(step("ls", LOGIN)) == []


def test_a_login_of_another_registry_is_none_that_is_reported() -> None:
    assert left_out(step(OTHER, LOGIN, OTHER)) == [(n, "it logs in to docker.io") for n in (5, 7)]


def test_only_what_the_settings_leave_out_is_said() -> None:
    text = step(LOGIN, 'docker login crg.apkg.io -u "$USR" -p "$PAT" ')
    why = "`select` or `ignore` of the configuration, or such an option, leaves it out"
    assert left_out(text, Settings(ignore=frozenset({"registry-login"}))) == [(5, why), (6, why)]
    assert left_out(text, Settings(ignore=frozenset({"forgotten-logout"}))) == []


def test_only_what_a_comment_settles_is_said() -> None:
    text = step(LOGIN) + IGNORED
    assert left_out(text) == [(7, "an ignore comment settles it")]
    assert [one.position.line for one in report_on(text).findings] == [5]


def test_files_that_are_skipped_stand_in_the_order_of_their_names() -> None:
    broken = {f"{name}/{PATH}": b"pipelines: [crg.apkg.io" for name in "db"}
    unknown = {f"{name}/{PATH}": b"crg.apkg.io \xff" for name in "ca"}
    found = report_on({PATH: step(LOGIN).encode(), **broken, **unknown}).skipped
    assert [one.path for one in found] == [f"{name}/{PATH}" for name in "abcd"]


def test_a_script_that_cannot_be_read_is_told_where_it_shows_a_login() -> None:
    broken = "echo $X\nif [ x\n"
    for script, told in ((LOGIN + "\n" + broken, ["a.sh"]), (broken, [])):
        files = {PATH: step("sh a.sh", "docker push crg.apkg.io/acme/web").encode(), "a.sh": script.encode()}
        skipped = report_on(files).skipped
        assert [one.path for one in skipped] == told
        assert all("is not valid bash" in one.error and one.position is None for one in skipped)
