"""Text that is run and not followed: which of it shows a login, and which is made of what nobody has read."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.hidden import hidden_logins, unread_texts
from migrator.reading.repository import Reading
from migrator.reading.steps import Shell
from migrator.reading.unfollowed import blanked, unknown_words
from migrator.text.source import Source, Span
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step
from tests.reading.test_encoded import TEXT

LOGIN = "docker login crg.apkg.io -u ada -p hunter"
NATIVE = "login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN"
DECODED = "base64 -d <<< $X"


def shell(*lines: str) -> Shell:
    view = Memory({PATH: step(*(f"|\n            {line}" for line in lines)).encode()})
    (fact,) = Reading(view, BOOK, Settings(), [PATH], BITBUCKET, thorough=True).facts
    return fact.shells[0]


@pytest.mark.parametrize(
    "line",
    [
        f"echo {LOGIN}",
        f'echo "{LOGIN}" | cat',
        "docker $X 'login crg.apkg.io -u a -p b'",
        "docker exec x sh -c 'login crg.apkg.io -u ada'",
        'foo "docker login" crg.apkg.io',
        "foo login ghcr.io -u a",
        f"foo {NATIVE}",
        "bash -c 'if login'",
        "oras login crg.apkg.io -u a -p b",
    ],
)
def test_words_that_log_in_nowhere_hide_no_login(line: str) -> None:
    assert list(hidden_logins(shell(line), BOOK)) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f'echo "{LOGIN}" | foo', "the words of `foo`"),
        (f'foo "{LOGIN}"', "the words of `foo`"),
        ("foo login crg.apkg.io -u $U", "the words of `foo`"),
        ("docker $X login crg.apkg.io -u a -p b", "the words of `docker`"),
        (f"docker exec x sh -c '{LOGIN}'", "the words of `docker`"),
        ("$X login crg.apkg.io -u ada -p b", "the words of a program that is not known"),
        ('$X "docker login" crg.apkg.io ada', "the words of a program that is not known"),
        ("$(get tool) login crg.apkg.io -u a", "the words of a program that comes from the output of `get`"),
    ],
)
def test_words_that_may_log_in_hide_a_login(line: str, what: str) -> None:
    (found,) = hidden_logins(shell(line), BOOK)
    assert (found.what, found.broken) == (what, False)


def test_a_script_within_the_script_that_cannot_be_read_is_broken() -> None:
    found = [(one.what, one.broken) for one in hidden_logins(shell(f"bash -c 'if {LOGIN}'"), BOOK)]
    assert found == [("a script within the script", True), ("the words of `bash`", False)]


def test_encoded_text_is_pointed_at_by_its_first_character() -> None:
    line = f"echo {TEXT} | base64 -d | sh"
    (found,) = hidden_logins(shell(line), BOOK)
    assert (found.what, found.span) == ("encoded text", Span(5, 6))


@pytest.mark.parametrize(
    ("lines", "runs"),
    [
        ([f"{DECODED} | sh"], ("sh", "X")),
        (["echo $X$Y | base64 -d | bash -e"], ("bash", "XY")),
        ([f'sh -c "$({DECODED})"'], ("sh", "X")),
        ([f'eval "$({DECODED})"'], ("eval", "X")),
        ([f'eval true "$({DECODED})"'], ("eval", "X")),
        ([f'eval "true; $({DECODED})"'], ("eval", "X")),
        ([f'eval "true\n            $({DECODED})"'], ("eval", "X")),
        ([f"{DECODED} > x.sh", "sh -e ./x.sh"], ("sh", "X")),
        ([f"{DECODED} > a/../x.sh", "./x.sh"], ("x.sh", "X")),
        ([f"{DECODED} > x.sh", ". x.sh"], (".", "X")),
        ([f"{DECODED} > x.sh", "cat x.sh"], None),
        ([f"{DECODED} > x.sh", "sh y.sh"], None),
        ([f"{DECODED} > x.sh", "sh y.sh x.sh"], None),
        ([f"{DECODED} | sh x.sh"], None),
        ([f"{DECODED} | cat"], None),
        ([f'cat "$({DECODED})"'], None),
        ([f'sh x.sh "$({DECODED})"'], None),
        ([f'eval "echo $({DECODED})"'], None),
        (["source x.sh"], None),
    ],
)
def test_a_shell_that_runs_what_is_made_of_a_variable_is_told(lines: list[str], runs: tuple[str, str] | None) -> None:
    found = [(command.name, "".join(names)) for command, names in unread_texts(shell(*lines), BOOK)]
    assert found == ([runs] if runs else [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LOGIN, ["ada", "hunter"]),
        ("perl echo printf ghcr.io podman", ["ghcr.io"]),
        ("${PAT} $PAT ENV['PAT'] env.PAT getenv('PAT') PAT 'PAT'", ["PAT", "PAT"]),
        ("$pat --password-stdin -P x", ["pat", "-P", "x"]),
        ("true # patless: ignore[registry-login] -- word", ["true"]),
        ("true // # patless: ignore[registry-login] -- word", ["true"]),
        ("true # word", ["true", "#", "word"]),
    ],
)
def test_of_text_that_nobody_reads_all_but_known_names_may_be_a_password(text: str, words: list[str]) -> None:
    assert [text[span.start : span.end] for span in unknown_words(text, Span(0, len(text)), BOOK)] == words
    inner = [text[span.start : span.end] for span in unknown_words(f"x {text} y", Span(2, 2 + len(text)), BOOK)]
    assert len(inner) == len(words)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("hunter", "••••••"),
        ("docker login crg.apkg.io -u ada -p $PAT", "docker login crg.apkg.io -u ••• -p $PAT"),
        ("ada docker word\nls", "••• docker ••••\n••"),
    ],
)
def test_of_a_file_of_which_nothing_is_known_only_names_are_left(text: str, left: str) -> None:
    found = blanked([Source("a", text), Source("b", "docker")], BOOK)
    assert [(path, one.path, one.text) for path, one in found.items()] == [("a", "a", left), ("b", "b", "docker")]
