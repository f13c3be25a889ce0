"""What may be shown of literal text whose place is not known: nothing that shares text with a literal credential."""

from __future__ import annotations

import pytest

from migrator.engine.showing import Secrets, Stages, _origin
from migrator.findings.settings import Settings
from migrator.fixes.opinion import Sighting
from migrator.ir.values import Literal
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from migrator.sinks.credentials import origin
from migrator.text.source import Span
from tests.flow.reading import BOOK, command
from tests.memory import PATH, Memory, step

SECRETS = Secrets({}, frozenset({"c0rrect-horse"}))
READING = Reading(
    Memory({PATH: step('docker login crg.apkg.io -u "$U" -p "$T"').encode()}), BOOK, Settings(), [PATH], BITBUCKET
)
SCRIPT = READING.facts[0].shells[0].script


@pytest.mark.parametrize("text", ["", "docker", "correct", "horses", "-stable"])
def test_other_text_is_shown(text: str) -> None:
    assert not SECRETS.hides(SCRIPT, Literal(text))


@pytest.mark.parametrize(
    "text", ["c0rrect-horse", "ada:c0rrect-horse", "c0rrect-horse\n", "c0rrect", "horse"], ids=repr
)
def test_a_credential_is_hidden_whole_in_part_and_within_other_text(text: str) -> None:
    assert SECRETS.hides(SCRIPT, Literal(text))


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("$T", "the stored variable T"),
        ("$BITBUCKET_PACKAGES_TOKEN", "the native variable"),
        ("${BITBUCKET_PACKAGES_TOKEN:-$T}", "the stored variable T or the native variable"),
        ("x", "hardcoded text"),
        ("$(vault)", "cannot tell: it comes from the output of `vault`"),
    ],
)
def test_where_a_password_comes_from_is_said(word: str, shown: str) -> None:
    assert _origin(origin(command(f"x {word}").arguments[0].value, "BITBUCKET_PACKAGES_TOKEN")) == shown


def test_what_stands_at_no_place_of_a_script_has_none() -> None:
    assert Sighting("T is set", SCRIPT, None).place is None
    assert Sighting("a file", None, Span(0, 1)).place is None
    place = Sighting("T is set", SCRIPT, Span(0, 1)).place
    assert place is not None
    assert place.path == PATH


URL = "https://pypi.apkg.io/acme"
YARN = {
    ".yarnrc.yml": b'npmRegistryServer: "https://npm.apkg.io/acme"\nnpmAuthIdent: "${U}:${T}"\n',
    "package.json": b'{"name": "@acme/web"}',
}


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ('docker login crg.apkg.io -u "$U" -p "$T"', "the client's own file"),
        ('docker --config ci login crg.apkg.io -u "$U" -p "$T"', "ci"),
        ('docker --config "$X" login crg.apkg.io -u "$U" -p "$T"', "${X}"),
        ('docker --config "$(ci)" login crg.apkg.io -u "$U" -p "$T"', "a file that is not known"),
        ('skopeo login --authfile f crg.apkg.io -u "$U" -p "$T"', "f"),
        (f"twine upload --repository-url {URL} -u $U -p $T x", "no file: the call alone has it"),
        (f"poetry config repositories.a {URL}; poetry config http-basic.a $U $T", "the client's own settings"),
        ("yarn npm publish", "a file that the client reads"),
    ],
)
def test_in_what_a_login_is_kept_is_said_by_a_name_that_people_know(script: str, kept: str) -> None:
    reading = Reading(Memory({PATH: step(f"'{script}'").encode(), **YARN}), BOOK, Settings(), [PATH], BITBUCKET)
    (shell,) = reading.facts[0].shells
    assert {Stages(shell, SECRETS, BOOK).login(one).kept for one in shell.logins} == {kept}
