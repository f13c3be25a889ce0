"""What may be shown of literal text whose place is not known: nothing that shares text with a literal credential."""

from __future__ import annotations

import pytest

from migrator.engine.showing import Secrets, Stages, _origin
from migrator.findings.settings import Settings
from migrator.fixes.opinion import Sighting
from migrator.ir.nodes import Constant, Read
from migrator.ir.values import Literal, TracedRead
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from migrator.sinks.credentials import origin
from migrator.text.source import Span
from tests.flow.reading import BOOK, command
from tests.memory import PATH, Memory, report_on, step

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


def stages(script: str, file: str = "") -> Stages:
    files = {PATH: step("|\n" + "".join(f"            {line}\n" for line in script.split("\n"))).encode()}
    files |= {"a.sh": file.encode(), "b.sh": b"if ls; then ls crg.apkg.io; fi\n"}
    reading = Reading(Memory(files), BOOK, Settings(), [PATH], BITBUCKET)
    (shell,) = reading.facts[0].shells
    return Stages(shell, SECRETS, BOOK)


LOGIN = 'docker login crg.apkg.io -u "$U" -p "$T"'


@pytest.mark.parametrize(
    ("script", "name", "flags"),
    [
        (LOGIN, "docker", (False, False, False)),
        (f"sudo {LOGIN}", "sudo docker", (False, False, False)),
        (f"timeout 5 nice {LOGIN}", "timeout nice docker", (False, False, False)),
        (f"x && {LOGIN}", "docker", (True, False, False)),
        (f"for i in 1 2; do {LOGIN}; done", "docker", (True, True, False)),
        (f"set -x\n{LOGIN}", "docker", (False, False, True)),
    ],
)
def test_what_is_known_of_a_command_is_shown(script: str, name: str, flags: tuple[bool, bool, bool]) -> None:
    shown = stages(script)
    known = shown.known(shown.shell.logins[0].command)
    assert (known.name, (known.decided, known.looped, known.traced)) == (name, flags)
    assert (known.folders, known.fed, known.overrides, known.calls) == ("the root", None, (), ())
    assert "login" in [one.value for one in known.given]


def test_what_a_command_is_given_besides_its_words_is_shown() -> None:
    shown = stages('f() {\n  DOCKER_CONFIG=c docker login crg.apkg.io -u "$U" --password-stdin <<< "$T"\n}\ncd ci\nf')
    known = shown.known(shown.shell.logins[0].command)
    assert known.fed
    assert "T" in known.fed.value
    assert [(name, value.value) for name, value in known.overrides] == [("DOCKER_CONFIG", "c")]
    assert known.folders == "ci"
    assert [(use.path, use.position.line) for use in known.calls] == [(PATH, 10)]


def test_a_command_whose_program_is_not_known_says_so() -> None:
    shown = stages(f"$X login\n{LOGIN}")
    assert shown.known(shown.shell.trace.commands[0]).name == "a program that is not known"


@pytest.mark.parametrize(
    ("script", "file", "begins"),
    [
        (LOGIN, "", "(call docker login"),
        (f"if x; then {LOGIN}; fi", "", "(if"),
        (f"if x; then {LOGIN}; {'y; ' * 200} fi", "", "(call docker login"),
        (f"docker login crg.apkg.io -u u -p p {'y ' * 300}", "", "(call docker login"),
        ("sh a.sh", LOGIN, "(call docker login"),
        ("sh a.sh", f"ls\nif x; then {LOGIN}; fi", "(if"),
        ("sh a.sh\nsh b.sh", LOGIN, "(call docker login"),
        (f"sh b.sh\n{LOGIN}", "", "(call docker login"),
    ],
)
def test_the_nodes_of_a_place_are_shown_with_those_around_it_that_are_short(
    script: str, file: str, begins: str
) -> None:
    shown = stages(script, file)
    (one,) = shown.shell.logins
    assert shown.program(one.command.span).startswith(begins)


def test_where_the_halves_of_a_login_to_packages_come_from_is_shown_and_of_another_not() -> None:
    shown = stages(f"{LOGIN}\ndocker login docker.io -u a -p b")
    mine, other = shown.shell.logins
    assert [bool(shown.sink(one, mine).origin) for one in mine.sinks] == [str(one.role) != "host" for one in mine.sinks]
    assert not any(shown.sink(one, None).origin or shown.sink(one, other).origin for one in other.sinks)


def test_a_host_that_is_not_known_is_told_with_why() -> None:
    shown = stages('docker login "$REGISTRY" -u "$U" -p "$T"')
    assert shown.login(shown.shell.logins[0]).host.startswith("cannot tell, because of ")
    shown = stages(LOGIN)
    assert shown.login(shown.shell.logins[0]).host == "crg.apkg.io"


def test_text_that_was_made_of_what_is_assigned_at_the_place_of_a_credential_is_hidden() -> None:
    shown = stages("P=q7Zk2mXw9pLd\nQ=another\nread -r R <<< abc\nsee ${P%d} ${Q%r} ${R%c} ${S:-abc} # crg.apkg.io")
    script = shown.shell.script
    source = script.source_at(Span(0, 1))
    at = source.text.index("q7Zk")
    secrets = Secrets({PATH: (Span(at, at + 12),)}, frozenset())
    see = next(one for one in shown.shell.trace.commands if one.name == "see")
    literals = [[one for one in word.value.pieces if isinstance(one, Literal)] for word in see.arguments]
    assert [any(secrets.hides(script, one) for one in each) for each in literals] == [True, False, False, False]
    assert not secrets.hides(script, Constant("x", None))
    assert not secrets.hides(
        script, Literal("x", provenance=(TracedRead(Read("S", Span(0, 1), Span(0, 1)), None, ()),))
    )


@pytest.mark.parametrize(
    ("at", "hidden"),
    [
        ((0, 4), False),
        ((0, 5), True),
        ((8, 9), True),
        ((9, 20), False),
        ((5, 8), True),
        ((6, 7), True),
        ((0, 30), True),
    ],
)
def test_text_that_shares_characters_with_a_credential_is_hidden(at: tuple[int, int], hidden: bool) -> None:
    start = SCRIPT.shown(Span(0, 0)).start
    secrets = Secrets({PATH: (Span(start + 4, start + 9),), "x": (Span(0, 1000),)}, frozenset())
    assert secrets.hides(SCRIPT, Literal("x", Span(*at))) is hidden
    assert not Secrets({"x": (Span(0, 1000),)}, frozenset()).hides(SCRIPT, Literal("x", Span(*at)))


def test_the_credentials_of_a_report_are_its_literals_with_their_text() -> None:
    secrets = Secrets.of(report_on(step("docker login crg.apkg.io -u ada -p q7Zk2mXw9pLd")))
    assert secrets.texts == {"q7Zk2mXw9pLd"}
    assert [len(spans) for spans in secrets.spans.values()] == [1]
