"""Patterns of rule files that are not built in run in an engine that is linear, whatever they are, or are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from migrator.rulebook.linear import linear
from tests.memory import PATH, step, within

MIB = 1024 * 1024
SLOW = ["(a+)+$", "(?:a|a)*$", "(a|aa)+$", "(.*a){20}$", "a.*b|a", "(?:a?){300}a{300}"]
LOGIN = "docker login crg.apkg.io -u $BB_EMAIL -p $BB_PKG_TOKEN"


def patless(folder: Path, *arguments: str, without: bool = False) -> subprocess.CompletedProcess[str]:
    """The command as a program; `without` the engine as if it were not installed."""
    lacking = folder.parent / "lacking"
    lacking.mkdir(exist_ok=True)
    (lacking / "re2.py").write_text("raise ImportError")
    start = f"import sys; sys.path.insert(0, {str(lacking)!r} if {without} else sys.path[0]); "
    start += "from migrator.entry import main; sys.exit(main())"
    words = [sys.executable, "-c", start, *arguments]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def repository(tmp_path: Path, rules: str, text: str) -> Path:
    """One whose configuration names its own folder of rules."""
    root = tmp_path / "repository"
    (root / "ci/rules").mkdir(parents=True)
    (root / "ci/rules/mine.yml").write_text(rules)
    (root / ".patless.toml").write_text('rules = ["ci/rules"]\n')
    (root / PATH).write_text(text)
    return root


def test_patterns_without_end_in_pythons_engine_take_no_time(tmp_path: Path) -> None:
    text = step(LOGIN, "docker push crg.apkg.io/acme/web") + f"# {'a' * MIB}!\n"
    root = repository(tmp_path, f"tokens: {SLOW[:3]}\n", text)
    with within(20):
        by_configuration = patless(root, "check")
        named = patless(root, "check", "--no-config", "--rules", "ci/rules")
    for done in (by_configuration, named):
        assert (done.returncode, done.stderr) == (1, "")
        assert "docker logs in to crg.apkg.io" in done.stdout


@pytest.mark.parametrize("pattern", SLOW)
def test_each_of_them_looks_through_a_long_text_in_linear_time(pattern: str) -> None:
    made, text = linear(pattern), "a" * MIB
    with within(20):
        made.search(f"{text}!")
        made.fullmatch(f"{text}!")
        spans = [one.span() for one in made.finditer(text)]
    assert spans == sorted(spans)
    assert sum(end - start for start, end in spans) in (0, MIB)


@pytest.mark.parametrize(
    ("rules", "place", "why"),
    [
        (r"tokens: ['ok', '(a)b\1']", "1:16: `tokens[1]`", r"invalid escape sequence: \1"),
        ("\ntokens: ['x(?=y)']", "2:10: `tokens[0]`", "invalid perl operator: (?="),
        ("tokens: ['(?<!x)y']", "1:10: `tokens[0]`", "invalid perl operator: (?<"),
        ("tokens: ['(?>a)']", "1:10: `tokens[0]`", "invalid perl operator: (?>"),
        ("filters: {cut: 'a++'}", "1:16: `filters.cut`", "bad repetition operator: ++"),
        ("tokens: ['x{,3}']", "1:10: `tokens[0]`", "{,3} is no repetition"),
        ("tokens: ['(((a{99}){99}){99}){99}']", "1:10: `tokens[0]`", "invalid repetition size: {99}"),
    ],
)
def test_what_the_engine_does_not_know_is_said_at_its_place(tmp_path: Path, rules: str, place: str, why: str) -> None:
    root = repository(tmp_path, rules, step("true"))
    done = patless(root, "check")
    said = f"patless: {root}/ci/rules/mine.yml:{place} is not a regular expression that RE2 knows ({why}"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert "without look-around and backreferences" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_engine_a_pattern_is_refused_and_all_other_rules_are_read(tmp_path: Path) -> None:
    root = repository(tmp_path, "private: [acme-tool]\n", step(LOGIN, "docker push crg.apkg.io/acme/web"))
    assert patless(root, "check", without=True).returncode == 1
    (root / "ci/rules/mine.yml").write_text("tokens: ['acme_[a-z]{20}']\n")
    done = patless(root, "check", without=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"patless: {root}/ci/rules/mine.yml:1:10: `tokens[0]` is a pattern, and the engine for patterns that are "
        "not built in is missing; run `pip install 'patless[rules]'`, or remove the pattern\n"
    )


def test_a_token_of_ones_own_is_masked(tmp_path: Path) -> None:
    text = step(f"acme --with acme-éé-wxyz && {LOGIN}")
    done = patless(repository(tmp_path, "tokens: ['acme-..-[w-z]{4}']\n", text), "check")
    assert "‹literal, 12 characters›" in done.stdout
    assert "wxyz" not in done.stdout


def test_bytes_that_are_no_utf_8_are_characters_as_any() -> None:
    (match,) = linear("a.b").finditer("é a\udcffb \ud800")
    assert match.span() == (2, 5)
    assert linear(r"\s").search("\udcff") is None
