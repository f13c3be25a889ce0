"""`patless explain --trace PATH:LINE`: whole walks, and that a literal credential is in none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.fixtures_support import Case, Outcome, cases, copy, run
from tests.memory import PATH, step

LOGIN = 'echo "$PACKAGES_TOKEN" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin'
PUSH = "docker push crg.apkg.io/acme/web:1"
LITERAL = [case for case in cases() if case.secrets]
HOSTILE = "\x1b[31m\u202e"


def trace(folder: Path, files: dict[str, str], place: str) -> Outcome:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    return run(["explain", "--trace", place], folder)


def line_of(text: str, wanted: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if wanted in line)


class TestWholeWalks:
    def test_a_login_that_is_rewritten(self, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
        assert trace(tmp_path, {PATH: step(LOGIN, PUSH)}, f"{PATH}:5") == snapshot

    def test_a_login_in_a_script_behind_make_with_its_calls(self, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
        files = {
            PATH: step("cd ci", "make login", PUSH, "./other.sh", "./gone.sh"),
            "ci/Makefile": "login:\n\t@sh login.sh\n",
            "ci/login.sh": f'USER="$PACKAGES_USER"\n{LOGIN.replace("$PACKAGES_USER", "$USER")}\n',
            "ci/other.sh": "echo done\n",
        }
        assert trace(tmp_path, files, "ci/login.sh:2") == snapshot

    def test_a_login_that_is_held_back_for_whose_package_it_reads(
        self, tmp_path: Path, snapshot: SnapshotAssertion
    ) -> None:
        files = {
            PATH: step(
                'TOKEN="$PACKAGES_TOKEN"',
                LOGIN.replace("PACKAGES_TOKEN", "TOKEN"),
                "docker pull crg.apkg.io/acme/base:1",
                "pytest",
            )
        }
        assert trace(tmp_path, files, f"{PATH}:6") == snapshot

    def test_a_literal_password_of_a_few_characters(self, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
        files = {PATH: step("if true; then P=x9z; fi", 'docker login crg.apkg.io -u ada -p "$P"', PUSH)}
        outcome = trace(tmp_path, files, f"{PATH}:6")
        assert "x9z" not in outcome.out
        assert outcome == snapshot

    def test_text_that_would_do_harm_on_a_terminal(self, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
        nested = f"sh -c '{LOGIN}' {HOSTILE}"
        files = {
            PATH: step("sh ci/a.sh"),
            "ci/a.sh": f": '{HOSTILE}'; docker login crg.apkg.io -u 'a{HOSTILE}' -p \"$T\" # {HOSTILE}\n{nested}\n",
        }
        outcome = trace(tmp_path, files, "ci/a.sh:1")
        assert "\x1b" not in outcome.out
        assert "\u202e" not in outcome.out
        assert outcome == snapshot


class TestOtherFindings:
    @pytest.mark.parametrize(
        ("files", "place", "said"),
        [
            (
                {PATH: step("export BITBUCKET_PACKAGES_TOKEN=$X", LOGIN)},
                f"{PATH}:5",
                "(declare exported (set BITBUCKET_PACKAGES_TOKEN $X*))",
            ),
            ({PATH: step(LOGIN.replace("crg.apkg.io", "$HOST"), PUSH)}, f"{PATH}:5", "cannot tell, because of HOST"),
            (
                {PATH: step("cd $X", "ruby login.rb", PUSH), "login.rb": 'system "docker login crg.apkg.io"\n'},
                f"{PATH}:6",
                "The step at",
            ),
            (
                {PATH: step("ruby ci/a.rb", PUSH), "ci/a.rb": 'system "docker login crg.apkg.io"\n'},
                "ci/a.rb:1",
                "ci/a.rb: it is not a program that patless reads",
            ),
            (
                {PATH: "pipelines: [\n# docker login crg.apkg.io\n"},
                f"{PATH}:2",
                "patless reads no command of a step's script there",
            ),
            (
                {
                    PATH: step(
                        "kubectl create secret docker-registry x --docker-server=crg.apkg.io --docker-password=$T"
                    )
                },
                f"{PATH}:5",
                "credential   $T (option)",
            ),
        ],
        ids=["an assignment", "a registry", "a folder", "a file of no known kind", "no yaml", "an escape"],
    )
    def test_say_what_is_known_of_them(self, tmp_path: Path, files: dict[str, str], place: str, said: str) -> None:
        assert said in trace(tmp_path, files, place).out

    def test_a_login_that_runs_twice_has_two_walks_through_the_flow(self, tmp_path: Path) -> None:
        text = step(
            '|\n            f() { docker login crg.apkg.io -u "$1" -p "$2"; }\n            f $A $B\n            f $C $D'
        )
        out = trace(tmp_path, {PATH: text}, f"{PATH}:6").out
        assert out.count("\nflow, in `script` of the step at") == 2
        assert f"called at    {PATH}:7:13\n" in out
        assert f"called at    {PATH}:8:13\n" in out

    def test_what_is_not_read_is_said(self, tmp_path: Path) -> None:
        text = step("cd $X", ". ./env.sh", 'eval "$Y"', LOGIN)
        out = trace(tmp_path, {PATH: text}, f"{PATH}:8").out
        assert "  folder       cannot tell (" in out
        assert "  not seen     " in out


class TestNothing:
    def test_a_line_without_a_finding_says_what_is_there(self, tmp_path: Path) -> None:
        outcome = trace(tmp_path, {PATH: step(LOGIN, PUSH)}, f"{PATH}:6")
        said = f"{PATH}:6: no finding on this line. The step at {PATH}:4:9 runs it. This file has findings on line 5."
        assert outcome == Outcome(0, f"{said}\n", "")

    def test_a_file_that_nothing_runs(self, tmp_path: Path) -> None:
        outcome = trace(tmp_path, {PATH: step(LOGIN), "ci/a.sh": f"{LOGIN}\n"}, "ci/a.sh:1")
        assert outcome.code == 0
        assert outcome.out.endswith("No step that patless follows runs it. It has no findings.\n")

    def test_a_column_may_follow_as_check_prints_it(self, tmp_path: Path) -> None:
        assert trace(tmp_path, {PATH: step(LOGIN)}, f"{PATH}:5:38").out.startswith(
            f"{PATH}:5:38: registry-login [safe]"
        )

    def test_a_file_that_cannot_be_read_whole_is_said_and_exits_3(self, tmp_path: Path) -> None:
        outcome = trace(tmp_path, {PATH: step(LOGIN) + "  - [\n"}, f"{PATH}:2")
        assert outcome.code == 3
        assert outcome.err.startswith(f"{PATH}:")

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            (f"{PATH}:99", f"{PATH} has no line 99"),
            (f"{PATH}:0", f"{PATH} has no line 0"),
            (PATH, f"--trace {PATH}: not PATH:LINE; copy one from `patless check`"),
            ("ci:1", "ci is a folder; name a file and a line of it"),
            ("gone.sh:1", "gone.sh: there is no such file or folder"),
        ],
    )
    def test_a_place_that_does_not_exist_exits_2(self, tmp_path: Path, place: str, said: str) -> None:
        (tmp_path / "ci").mkdir()
        assert trace(tmp_path, {PATH: step(LOGIN)}, place) == Outcome(2, "", f"patless: {said}\n")

    @pytest.mark.parametrize("argv", [[], ["registry-login", "--trace", f"{PATH}:1"]])
    def test_exactly_one_of_a_code_and_a_place_is_given(self, tmp_path: Path, argv: list[str]) -> None:
        outcome = run(["explain", *argv], tmp_path)
        assert (outcome.code, outcome.out) == (2, "")
        assert "pass a rule or a reason, or --trace PATH:LINE" in outcome.err


@pytest.mark.parametrize("case", LITERAL, ids=lambda case: case.id)
def test_no_literal_of_a_case_is_in_any_walk(case: Case, tmp_path: Path) -> None:
    folder = copy(case, tmp_path / "repository")
    found = run(["check", "--format", "json"], folder).findings()
    assert found
    for finding in found:
        outcome = run(["explain", "--trace", f"{finding['path']}:{finding['line']}"], folder)
        assert (outcome.code, outcome.err) == (0, "")
        assert finding["message"] in outcome.out
        assert not [secret for secret in case.secrets if secret in outcome.out]
