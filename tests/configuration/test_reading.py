"""The configuration file: what it gives, and the exact sentence for what is wrong with it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from migrator.configuration.reading import Configuration, ConfigurationError, check_codes, find, read
from migrator.secrets.records import Waiver
from migrator.secrets.waivers import DOUBTS
from migrator.text.decoding import spelt
from tests.memory import within


def test_without_a_file_nothing_is_configured(tmp_path: Path) -> None:
    assert find(tmp_path) == Configuration()


@pytest.mark.parametrize(
    "text", ["", "[project]\nname = 'x'\n", "[tool.ruff]\n"], ids=["empty", "a project", "another tool"]
)
def test_a_pyproject_without_our_table_configures_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert find(tmp_path) == Configuration()


EVERYTHING = """\
own-packages = ["crg.apkg.io/acme/*"]
variables = { REGISTRY = "crg.apkg.io" }
rules = ["ci/rules"]
select = ["registry-login"]
ignore = ["traced"]
exclude = ["vendor/"]
baseline = "ci/known.json"
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".patless.toml", EVERYTHING),
        (".patless.toml", EVERYTHING.replace("\n", "\r\n")),
        (".patless.toml", "\ufeff" + EVERYTHING),
        ("pyproject.toml", "[tool.patless]\n" + EVERYTHING),
    ],
    ids=["own file", "crlf", "byte order mark", "pyproject"],
)
def test_every_key_is_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "ci" / "rules").mkdir(parents=True)
    (tmp_path / name).write_bytes(text.encode())
    assert find(tmp_path) == Configuration(
        own_packages=("crg.apkg.io/acme/*",),
        variables={"REGISTRY": "crg.apkg.io"},
        rules=(tmp_path / "ci/rules",),
        select=("registry-login",),
        ignore=("traced",),
        exclude=("vendor/",),
        baseline=tmp_path / "ci/known.json",
        path=name,
    )


def test_our_own_file_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / ".patless.toml").write_text('exclude = ["a"]\n')
    (tmp_path / "pyproject.toml").write_text("[tool.patless]\nnonsense = 1\n")
    assert find(tmp_path).exclude == ("a",)


KNOWN = "known here: baseline, exclude, ignore, own-packages, pipe-version, rules, select, variables, waivers"
GOOD = 'doubt = "dump"\nuntil = 2027-01-31\n'
WRONG = {
    "an unknown key": (
        'exclude = []\nown_packages = ["x"]\n',
        f".patless.toml:2:1: `own_packages` is not known; {KNOWN} (did you mean own-packages?)",
    ),
    "a key far from any": (
        "a = 1\n",
        f".patless.toml:1:1: `a` is not known; {KNOWN}",
    ),
    "a table of pyproject": (
        "\n[tool.patless]\nselect = []\n",
        ".patless.toml:2:1: `tool` is not known: in this file the keys stand at the top, without [tool.patless]",
    ),
    "a string for a list": (
        '\nselect = "registry-login"\n',
        '.patless.toml:2:1: `select` must be a list; write select = ["…"]',
    ),
    "a number in a list": (
        "exclude = [1]\n",
        ".patless.toml:1:12: `exclude[0]` must be text",
    ),
    "an empty string": (
        'rules = [""]\n',
        ".patless.toml:1:10: `rules[0]` must be the path of a file or folder, in quotes",
    ),
    "a list for the variables": (
        "variables = []\n",
        '.patless.toml:1:1: `variables` must be a table; write variables = { NAME = "value" }',
    ),
    "a number for a variable": (
        "[variables]\nA = 'x'\nPORT = 443\n",
        '.patless.toml:3:1: `variables.PORT` must be text; write PORT = "…"',
    ),
    "a name that is none": (
        "[variables]\n'$HOST' = 'x'\n",
        ".patless.toml:2:1: `variables.$HOST` is no name of a variable",
    ),
    "a list for the baseline": (
        "baseline = []\n",
        ".patless.toml:1:1: `baseline` must be the path of a file or folder, in quotes",
    ),
    "a baseline outside": (
        'baseline = "../known.json"\n',
        ".patless.toml:1:1: `baseline` names the file '../known.json', which leads out of the repository",
    ),
    "waivers that are no list": (
        "waivers = 1\n",
        ".patless.toml:1:1: `waivers` must be a list of tables; begin each with a line [[waivers]]",
    ),
    "a waiver without an end": (
        '\n[[waivers]]\ndoubt = "dump"\nreason = "known"\n',
        ".patless.toml:2:1: `waivers[0]` has no `until`; add it",
    ),
    "a second waiver without a reason": (
        f'[[waivers]]\n{GOOD}reason = "known"\n[[waivers]]\n{GOOD}',
        ".patless.toml:5:1: `waivers[1]` has no `reason`; add it",
    ),
    "a waiver with a blank reason": (
        f'[[waivers]]\n{GOOD}reason = " "\n',
        ".patless.toml:4:1: `waivers[0].reason` must have something in it",
    ),
    "a waiver with an unknown key": (
        f'[[waivers]]\n{GOOD}reason = "known"\n"w\\u001bho" = "me"\n',
        ".patless.toml:5:1: `waivers[0].w\\u001bho` is not known; known here: doubt, path, reason, until, variable",
    ),
    "a waiver of a doubt that does not exist": (
        'waivers = [\n{ doubt = "\\u202edumps", reason = "known", until = 2027-01-31 }]\n',
        f".patless.toml:2:3: `waivers[0].doubt` must be one of {', '.join(DOUBTS)}",
    ),
    "a waiver until a string": (
        '[[waivers]]\ndoubt = "dump"\nreason = "known"\nuntil = "2027-01-31"\n',
        ".patless.toml:4:1: `waivers[0].until` must be a date; write until = 2027-01-31, without quotes",
    ),
    "a waiver until a time": (
        '[[waivers]]\ndoubt = "dump"\nreason = "known"\nuntil = 2027-01-31T10:00:00Z\n',
        ".patless.toml:4:1: `waivers[0].until` must be a date; write until = 2027-01-31, without quotes",
    ),
    "a waiver of a name that is none": (
        f'[[waivers]]\n{GOOD}reason = "known"\nvariable = "$A"\n',
        ".patless.toml:5:1: `waivers[0].variable` is no name of a variable",
    ),
    "no toml": ("\na b = 1\n", ".patless.toml:2:3: the file is not TOML: Expected '=' after a key in a key/value pair"),
    "a rule folder that is not there": (
        'rules = ["r"]\n',
        ".patless.toml:1:10: `rules[0]` names the folder 'r', which does not exist",
    ),
    "a rule folder outside": (
        'rules = [".."]\n',
        ".patless.toml:1:10: `rules[0]` names the folder '..', which leads out of the repository",
    ),
    "an absolute rule folder": (
        'rules = ["/"]\n',
        ".patless.toml:1:10: `rules[0]` names the folder '/', which leads out of the repository",
    ),
    "hostile text": (
        '"\\u001b[2J" = 1\n',
        f".patless.toml:1:1: `\\u001b[2J` is not known; {KNOWN}",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / ".patless.toml").write_text(text)
    with pytest.raises(ConfigurationError) as error:
        find(tmp_path)
    assert str(error.value) == sentence


WAIVED = """\
[[{table}]]
doubt = "dump"
path = "ci/debug.sh"
variable = "PACKAGES_PAT"
reason = "prints names only"
until = 2027-01-31

[[{table}]]
doubt = "not-looked"
reason = "a picture"
until = 2027-02-28
"""


@pytest.mark.parametrize(("name", "table"), [(".patless.toml", "waivers"), ("pyproject.toml", "tool.patless.waivers")])
def test_waivers_are_read_and_what_they_leave_out_means_any(tmp_path: Path, name: str, table: str) -> None:
    (tmp_path / name).write_text(WAIVED.format(table=table))
    assert find(tmp_path).waivers == (
        Waiver("dump", "prints names only", date(2027, 1, 31), path="ci/debug.sh", variable="PACKAGES_PAT"),
        Waiver("not-looked", "a picture", date(2027, 2, 28)),
    )


def test_in_pyproject_a_waiver_of_another_tool_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[[tool.other.waivers]]\n\n[[tool.patless.waivers]]\ndoubt = 1\n")
    with pytest.raises(
        ConfigurationError, match=r"^pyproject\.toml:4:1: `tool\.patless\.waivers\[0\]\.doubt` must be text"
    ):
        find(tmp_path)


def test_a_file_nested_without_end_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".patless.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(
        ConfigurationError, match=r"^\.patless\.toml: the file is nested too deeply to read; flatten it$"
    ):
        find(tmp_path)


def test_without_waivers_nothing_of_stored_variables_is_imported() -> None:
    program = "import sys; import migrator.configuration.reading; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in modules if name.startswith(("migrator.secrets", "migrator.bitbucket"))]


def test_in_pyproject_only_lines_of_our_table_are_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nselect = ['E']\n\n[tool.patless]\nignore = []\nselect = 1\n")
    with pytest.raises(ConfigurationError, match=r"^pyproject\.toml:6:1: `select` must be a list"):
        find(tmp_path)


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".patless.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"^\.patless\.toml: the file is not UTF-8; save it as UTF-8$"):
        find(tmp_path)


def test_a_link_out_of_the_repository_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside.toml").write_text("")
    (tmp_path / "root" / ".patless.toml").symlink_to("../outside.toml")
    with pytest.raises(
        ConfigurationError, match=r"^\.patless\.toml: the configuration cannot be read: a symbolic link"
    ):
        find(tmp_path / "root")


def test_no_message_shows_the_value_of_a_variable(tmp_path: Path) -> None:
    (tmp_path / ".patless.toml").write_text('[variables]\n"a-b" = "s3cret"\n')
    with pytest.raises(ConfigurationError) as error:
        find(tmp_path)
    assert "s3cret" not in str(error.value)


def test_a_named_file_may_have_its_rules_anywhere(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "conf").mkdir()
    named = tmp_path / "conf" / "mine.toml"
    named.write_text('rules = ["../rules"]\n')
    assert read(named).rules == (tmp_path / "conf" / "../rules",)


def test_a_named_file_must_be_there_and_hold_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no such configuration file$"):
        read(tmp_path / "absent.toml")
    (tmp_path / "pyproject.toml").write_text("")
    with pytest.raises(ConfigurationError, match=r"there is no table \[tool\.patless\] in this file$"):
        read(tmp_path / "pyproject.toml")


def test_a_code_that_does_not_exist_is_named_with_the_likely_one() -> None:
    check_codes(["registry-login"], {"registry-login"}, "--select")
    with pytest.raises(ConfigurationError) as error:
        check_codes(["registy-login"], {"registry-login", "traced"}, "--select")
    assert str(error.value) == (
        "--select: there is no rule or reason 'registy-login' (did you mean registry-login?);"
        " `patless rules` lists them all"
    )


def test_the_example_of_the_page_has_every_key(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration" / "patless.md").read_text()
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert [key for key in spelt(Configuration) if f"\n{key} = " not in f"\n{example}"] == []
    (tmp_path / "ci" / "patless-rules").mkdir(parents=True)
    (tmp_path / ".patless.toml").write_text(example)
    assert find(tmp_path).pipe_version == "1.2.3"


# Hostile files

HOSTILE = {
    "deep": ("a = " + "[" * 100_000, "nested too deeply"),
    "a dotted key": ("a." * 20_000 + "a = 1", "more than 200 dots"),
    "huge": ("# filler\n" * 40_000, "larger than 256 KiB"),
    "a long blank line": ("zz = 1\n" + " " * 200_000 + "[x]\n", "`zz` is not known"),
    "NUL in a rule folder": ('rules = ["a\\u0000b"]\n', "does not exist"),
    "NUL in a baseline": ('baseline = "a\\u0000b"\n', "`baseline` names the file 'a\\u0000b'"),
    "a name that is too long": (f'rules = ["{"n" * 5000}"]\n', "does not exist"),
}


@pytest.mark.parametrize(("text", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_at_once(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / ".patless.toml").write_text(text)
    with within(5), pytest.raises(ConfigurationError) as wrong:
        find(tmp_path)
    assert sentence in str(wrong.value)


@pytest.mark.parametrize("name", ["a.yml", "a.yaml", "clients/a.yml"])
def test_a_rule_file_that_is_a_link_out_of_the_repository_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.yml").write_text("offline: [x]\n")
    root = tmp_path / "repository"
    link = root / "ci" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "outside.yml")
    (root / ".patless.toml").write_text('rules = ["ci"]\n')
    with pytest.raises(ConfigurationError, match="leads out of the repository"):
        find(root)


def test_folders_of_rules_that_lead_round_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "ci").symlink_to("ci")
    (tmp_path / ".patless.toml").write_text('rules = ["ci"]\n')
    with pytest.raises(ConfigurationError, match="does not exist"):
        find(tmp_path)
