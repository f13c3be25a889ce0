"""Which files a text names: by a path, behind what brings a file in, or by a program that reads it untold."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.flow.naming import Naming
from tests.flow.reading import BOOK

FILES = (
    *("ci/login.sh", "ci/helpers.py", "lib/index.js", "lib/util.js", "tools/__init__.py", "tools/__main__.py"),
    *("pom.xml", "app/pom.xml", "Makefile", "web/Makefile", "package.json", "main.py", ".hidden"),
)
BRINGS = (
    *("import", "from", "require", "require_relative", "include", "source", "load", "use", "mod", "extends", "-m", "."),
)
CALLS = ("run", "exec", "then", "do", "else", "sudo", "env", "time", "sh", "cmd", "command", "script")
POMS = {"pom.xml", "app/pom.xml"}


def named(text: str, path: str = "other.txt", *more: str) -> set[str]:
    return set(Naming((*FILES, *more), BOOK.programs).of(path, text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "login",
        "helpers are there",
        "a Makefile and package.json",
        "index main mod",
        "the lib of tools",
        "main.py.txt",
        "util.run",
        "an important util",
        "bash a.login",
        "bash other/a.login",
        "source other/a.login",
        "helpers: these",
        ".hidden",
    ],
)
def test_a_word_in_passing_names_no_file(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see login.sh", {"ci/login.sh"}),
        ("see ci/login.sh", {"ci/login.sh"}),
        ("other/login.sh", {"ci/login.sh"}),
        ("ci/login", {"ci/login.sh"}),
        ("./lib", {"lib/index.js"}),
        ("bash login", {"ci/login.sh"}),
        ("python tools", {"tools/__init__.py", "tools/__main__.py"}),
        ("helpers.main:run", {"main.py"}),
        ("ci.helpers:run", {"ci/helpers.py"}),
        ("lib.util:run", set()),
        ("import ci.helpers", {"ci/helpers.py"}),
        ("web/Makefile", {"web/Makefile", "Makefile"}),
        ("./package.json", {"package.json"}),
        ("\t@bash login", {"ci/login.sh"}),
        ("\t-bash login", {"ci/login.sh"}),
        ("\t@ci/login", {"ci/login.sh"}),
        ("\t-m util", {"lib/util.js"}),
        ("\tx -bash login", set()),
        ("hidden", set()),
        ("sh .hidden", {".hidden"}),
        ("ruby login", {"ci/login.sh"}),
        ("make login", {"Makefile", "web/Makefile"}),
        ("import other.login", {"ci/login.sh"}),
        ("import os, util", {"lib/util.js"}),
        ("from os, util", set()),
        ("login.sh\nmain.py", {"ci/login.sh", "main.py"}),
    ],
)
def test_a_file_is_named_by_its_path_its_name_or_as_a_module(text: str, found: set[str]) -> None:
    assert named(text) == found


@pytest.mark.parametrize("word", BRINGS)
def test_what_brings_a_file_in_names_it_without_its_ending(word: str) -> None:
    assert named(f"{word} util") == {"lib/util.js"}
    assert named(f"{word}s util") == set()


def test_a_file_does_not_name_itself_and_a_folder_names_its_own_of_the_same_kind() -> None:
    assert named("see login.sh and util.js", "ci/login.sh") == {"lib/util.js"}
    assert named("all: ./web\n", "Makefile") == {"web/Makefile"}
    assert named("all: web\n", "Makefile") == set()
    more = ("api/Makefile", "app/web/Makefile", "cobweb/Makefile")
    assert named("all: ./web\n", "Makefile", *more) == {"web/Makefile", "app/web/Makefile"}
    assert named("import from util") == {"lib/util.js"}


def test_a_file_without_an_ending_is_named_by_its_path_or_behind_what_runs_files() -> None:
    assert named("deploy it", "x", "bin/deploy") == set()
    assert named("bin/deploy it", "x", "bin/deploy") == named("sh deploy", "x", "bin/deploy") == {"bin/deploy"}


def test_what_a_program_reads_untold_and_never_runs_is_not_named_by_it() -> None:
    assert named("docker build .", "x", "Dockerfile") == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mise run x", {"ci/mise-tasks/x", "mise-tasks/y"}),
        ("husky", {".husky/pre-push"}),
        ("rake", {"lib/tasks/a.rake"}),
    ],
)
def test_a_program_reads_all_of_a_folder(text: str, found: set[str]) -> None:
    more = ("ci/mise-tasks/x", "mise-tasks/y", "my-mise-tasks/x", ".husky/pre-push", "husky/x", "lib/tasks/a.rake")
    assert named(text, "x", *more) == found


@pytest.mark.parametrize("glob", ["jobs/*.yml", "**/jobs/*.yml", "**/jobs/*h*.yml", "*/jobs/*.yml", "jobs/*"])
def test_a_program_of_a_rule_file_reads_all_of_a_folder_however_it_is_spelt(glob: str) -> None:
    programs = replace(BOOK.programs, files_untold={"runjobs": (glob,)})
    more = ("jobs/ship.yml", "app/jobs/ship.yml", "app/myjobs/ship.yml", "jobs.yml")
    assert "app/jobs/ship.yml" in Naming(more, programs).of("x", "runjobs all")
    assert Naming(more, programs).of("x", "runjobs all") <= {"jobs/ship.yml", "app/jobs/ship.yml"}


def test_words_between_keep_what_brings_files_in() -> None:
    assert named("source -x util") == {"lib/util.js"}


@pytest.mark.parametrize(
    "text",
    [
        "mvn verify",
        "  mvn\t-B",
        "x: mvn;",
        "x && mvn",
        "x | mvn",
        "'mvn'",
        '"mvn"',
        "`mvn`",
        "(mvn)",
        "[mvn, x]",
        "{mvn}",
        "- mvn",
        "\t@mvn",
        "\t-mvn",
        "\t@-mvn",
        "$(mvn)",
        "A=mvn",
        ">mvn",
        "+mvn",
        "%mvn",
        "x  mvn",
        "x, mvn",
        "!mvn",
        *(f"x {word} mvn verify" for word in CALLS),
    ],
)
def test_a_program_that_is_called_reads_its_files_untold(text: str) -> None:
    assert named(text) == POMS


@pytest.mark.parametrize(
    "text",
    [
        *(f"{aside} tsc && mvn verify" for aside in ("#", "//", "*", "--", "<!--", ";")),
        *(f"  {aside}mvn verify" for aside in ("#", "//", "*", ";")),
        "the mvn of ours",
        "x mvn verify",
        "amvn verify",
        "mvn: verify",
        "mvn= verify",
        "mvn.verify",
        "mvnw.cmd",
    ],
)
def test_a_program_in_passing_or_in_a_comment_reads_nothing(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mvn verify", {"pom.xml", "web/pom.xml"}),
        ("terraform plan", {"main.tf", "infra/x.tf"}),
        ("gradle build", {"build.gradle", "x/settings.gradle.kts"}),
    ],
)
def test_a_program_reads_files_of_these_very_names_or_of_a_kind(text: str, found: set[str]) -> None:
    paths = ("pom.xml", "web/pom.xml", "my-pom.xml", "main.tf", "infra/x.tf", "x.tf.md", "x.gradle.md")
    paths += ("build.gradle", "x/settings.gradle.kts")
    naming = Naming(paths, BOOK.programs)
    assert naming.of("other.txt", text) == found
