"""Forms that somebody adds to those of references: they run in an engine that is linear, whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.rulebook.records import RuleError
from migrator.secrets.references.finding import Finder
from migrator.secrets.references.records import Found
from migrator.secrets.references.rules import load
from tests.memory import within

MIB = 1024 * 1024
SLOW = ["(?P<names>(?:a+)+)$", "(?:a|a)*NAME$", "(?P<names>(?:.*a){20})$", "(?P<names>a.*b|a)", "(?:a?){200}a{200}NAME"]


def found(tmp_path: Path, rules: str, text: str, path: str = "a.acme") -> Found:
    (tmp_path / "references").mkdir()
    (tmp_path / "references/mine.yml").write_text(rules)
    return Finder(["PACKAGES_PAT", "OTHER"], load((tmp_path,))).look(text.encode(), path)


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        ("forms: [{kind: template, needle: 'acme:', pattern: 'acme:NAME'}]", ["template"]),
        ("forms: [{kind: template, needle: 'ACME:', folded: true, pattern: '^acme:NAME$'}]", ["word"]),
        ("forms: [{kind: template, needle: 'acme:', folded: true, pattern: '^ACME:NAME$'}]", ["template"]),
        ("forms: [{kind: template, needle: 'acme:', pattern: 'acme:(?P<names>[A-Z_,]+)'}]", ["template"]),
        ("forms: [{kind: template, needle: 'acme:', pattern: 'other:NAME'}]", ["word"]),
        ("forms: [{kind: template, needle: 'acme:', pattern: '^NAME'}]", ["word"]),
    ],
)
def test_a_form_of_ones_own_names_a_kind(tmp_path: Path, rules: str, kinds: list[str]) -> None:
    said = found(tmp_path, rules, "first\nacme:PACKAGES_PAT\n").references
    assert [one.kind for one in said] == kinds


def test_a_doubt_of_ones_own_is_shown_as_it_says(tmp_path: Path) -> None:
    rules = "opaque: [{kind: dump, needle: acme, pattern: 'STARTS\\(.acme (?P<what>dump)'}]"
    (doubt,) = found(tmp_path, rules, "x\n  run('acme dump')\n").opaque
    assert (doubt.kind, doubt.line, doubt.column, doubt.text) == ("dump", 2, 13, "dump")


def test_words_of_ones_own_stand_for_variables(tmp_path: Path) -> None:
    rules = "aliases: [{kind: gradle, names: '([A-Z]+)_PAT', words: ['acme\\1']}]"
    (one,) = found(tmp_path, rules, "acmePACKAGES\n").references
    assert (one.name, one.kind) == ("PACKAGES_PAT", "gradle")


@pytest.mark.parametrize("pattern", SLOW)
@pytest.mark.parametrize("section", ["forms", "opaque"])
def test_a_form_looks_through_a_long_text_in_linear_time(tmp_path: Path, pattern: str, section: str) -> None:
    kind = "template" if section == "forms" else "dump"
    with within(30):
        said = found(tmp_path, f"{section}: [{{kind: {kind}, needle: a,\n  pattern: '{pattern}'}}]", "a" * (MIB - 100))
    assert len(said.references) + len(said.opaque) < 100


def test_what_stands_behind_too_many_matches_may_hold_any_name(tmp_path: Path) -> None:
    rules = "forms: [{kind: template, needle: a,\n  pattern: '(?P<names>a)'}]"
    said = found(tmp_path, rules, f"{'a ' * (MIB // 2 - 100)}\nPACKAGES_PAT\n").references
    assert [one.name for one in said] == ["PACKAGES_PAT"]


def test_names_of_an_alias_are_compared_in_linear_time(tmp_path: Path) -> None:
    (tmp_path / "references").mkdir()
    rules = "aliases: [{kind: gradle, names: '((?:A+)+)B', words: ['\\1']}]"
    (tmp_path / "references/mine.yml").write_text(rules)
    with within(10):
        Finder(["A" * 200], load((tmp_path,)))


@pytest.mark.parametrize(
    ("rules", "place", "why"),
    [
        (
            "forms: [{kind: word, needle: a,\n  pattern: 'a(?=b)NAME'}]",
            "2:12: `forms[0].pattern`",
            "invalid perl operator",
        ),
        (
            "forms: [{kind: word, needle: a,\n  pattern: '(NAME'}]",
            "2:12: `forms[0].pattern`",
            "is not a regular expression",
        ),
        (
            "opaque: [{kind: dump, needle: a,\n  pattern: 'COMMANDa'}]",
            "2:12: `opaque[0].pattern`",
            "has COMMAND, which only",
        ),
        ("opaque: [{kind: dump, needle: a,\n  pattern: 'a\\(COMPUTED'}]", "2:12: `opaque[0].pattern`", "has COMPUTED"),
        (
            "aliases: [{kind: word,\n  names: '(?!A)(.+)', words: [a]}]",
            "2:10: `aliases[0].names`",
            "invalid perl operator",
        ),
        (
            "aliases: [{kind: word,\n  names: 'A.+', words: ['a\\1']}]",
            "2:10: `aliases[0].names`",
            "does not fit the word",
        ),
        (
            "aliases: [{kind: word,\n  names: 'A.+', words: ['a\\g<own>']}]",
            "2:10: `aliases[0].names`",
            "does not fit the word",
        ),
        ("forms: [{kind: word, needle: a, in: [cobol], pattern: 'a'}]", "1:38: `forms[0].in[0]`", "must be one of"),
    ],
)
def test_what_cannot_run_there_is_said_at_its_place(tmp_path: Path, rules: str, place: str, why: str) -> None:
    with pytest.raises(RuleError) as error:
        found(tmp_path, rules, "")
    assert f"mine.yml:{place}" in str(error.value)
    assert why in str(error.value)
