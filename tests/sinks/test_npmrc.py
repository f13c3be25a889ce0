"""What a script sets for npm: which file, for which address, and what."""

from __future__ import annotations

import pytest

from migrator.ir.values import Input, Literal, Value
from migrator.rulebook import reading as rulebook
from migrator.sinks.npm import find_npm_logins
from migrator.sinks.npmrc import addressed, bearer, held, keys, plain, reaches, settings
from tests.flow.reading import follow

BOOK = rulebook.load()
KEY = "//npm.apkg.io/acme/:"
VALUE = "$(printf %s:%s $U $T | base64 -w0)"


@pytest.mark.parametrize(
    "script",
    [
        "npm",
        "npm config",
        "npm config get registry",
        "npm config delete //npm.apkg.io/acme/:_auth",
        "echo //npm.apkg.io/acme/:_auth=x",
        "echo //npm.apkg.io/acme/:_auth=x > npm.txt",
        "pnpm config set //npm.apkg.io/acme/:_auth x",
        "echo '# //npm.apkg.io/acme/:_auth=x' > .npmrc",
        "echo > .npmrc",
        "echo done > $LOG",
        "echo $X > $DIR/log.txt",
        "if x; then F=a; else F=b; fi\necho $X > $F",
        'npm() { echo "$@"; }\nnpm config set a b',
    ],
)
def test_what_sets_nothing_is_no_setting_and_no_doubt(script: str) -> None:
    found = settings(follow(script), BOOK)
    assert (found.known, found.doubts) == ((), ())


@pytest.mark.parametrize(
    "script",
    [
        "npm config set",
        "npm config set $KEY $VALUE",
        "npm config set -g a b",
        "npm config set --location=project a=b",
        "npm set a b c",
        "echo $LINE > .npmrc",
        "cat template > .npmrc",
        "echo '[section]' > .npmrc",
        "echo 'a[]=b' > .npmrc",
        "echo -e 'a=b\\nc=d' > .npmrc",
        "echo //npm.apkg.io/acme/:_auth=x > ../.npmrc",
        "echo a=b > /etc/.npmrc",
        "cd $DIR\necho a=b > .npmrc",
        "echo //$HOST/:_authToken=x > .npmrc",
        "echo $X > $FILE",
        "if x; then F=a; else F=$(y); fi\necho $X > $F",
        "echo //npm.apkg.io/acme/:_auth=x > $FILE",
        "echo a=b > x*/.npmrc",
        "echo a=b > $X/.npmrc",
        "echo $KEY=x > .npmrc",
        "echo a > .npmrc",
        "npm set a",
        "if x; then V=a; else V=b; fi\nnpm set k=$V",
        *(f"echo //$HOST/:{name}=x > .npmrc" for name in ("_auth", "_password", "username", "certfile", "keyfile")),
    ],
)
def test_what_may_set_something_is_a_doubt(script: str) -> None:
    assert settings(follow(script), BOOK).doubts


@pytest.mark.parametrize(
    ("script", "place", "address", "name", "value"),
    [
        (f"echo {KEY}username=$U >> ~/.npmrc", "~/.npmrc", KEY[:-1], "username", "${U}"),
        (f"echo {KEY}username=$U >> $HOME/.npmrc", "~/.npmrc", KEY[:-1], "username", "${U}"),
        (f"cd web\necho {KEY}email=a > .npmrc", "web/.npmrc", KEY[:-1], "email", "a"),
        ("cd web\necho a=b=c > $BITBUCKET_CLONE_DIR/.npmrc", ".npmrc", "//", "a", "b=c"),
        (f"w() {{ echo {KEY}username=$U; }}\nw > .npmrc", ".npmrc", KEY[:-1], "username", "${U}"),
        (f"bash -c 'echo {KEY}email=a' > ~/.npmrc", "~/.npmrc", KEY[:-1], "email", "a"),
        (f"npm config set {KEY}username $U", "~/.npmrc", KEY[:-1], "username", "${U}"),
        (f"npm c set {KEY}username=$U", "~/.npmrc", KEY[:-1], "username", "${U}"),
        (f"npm set {KEY}username $U", "~/.npmrc", KEY[:-1], "username", "${U}"),
        ("echo //npm.apkg.io/$TEAM:_auth=x > .npmrc", ".npmrc", "//npm.apkg.io/${TEAM}", "_auth", "x"),
        ("echo @acme:registry=https://npm.apkg.io/acme/ > .npmrc", ".npmrc", "//", "@acme:registry", None),
    ],
)
def test_a_setting_is_told_with_its_file(script: str, place: str, address: str, name: str, value: str | None) -> None:
    (one,) = settings(follow(script), BOOK).known
    assert (one.place, one.address, one.name) == (place, address, name)
    assert value is None or one.value.symbol() == value


def test_a_host_in_a_variable_is_a_doubt_for_a_credential_alone() -> None:
    found = settings(follow("echo //$HOST/:email=x > .npmrc"), BOOK)
    assert ([one.name for one in found.known], found.doubts) == (["email"], ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("a=b\n_auth=x", []),
        ("//h:_auth=x", [("h", "", "_auth")]),
        (
            "  //h/p/:username=x\n; //h/:_auth=x\n//i/q:_authToken=x",
            [("h", "/p/", "username"), ("i", "/q", "_authToken")],
        ),
        ("@acme:registry=https://h/p/", []),
    ],
)
def test_keys_are_for_a_host_and_a_path(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [*keys(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=b", []),
        (" //h/p/:_auth = x= ", [("//h/p/", "_auth", "x=")]),
        ("//h:_auth", [("//h", "_auth", "")]),
        ("//h/:_auth x=y", []),
    ],
)
def test_settings_are_for_an_address(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [*addressed(text)] == found


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("a b", True),
        ("a=b", True),
        ("$A", True),
        *((text, False) for text in (" a", "a ", '"a"', "'a'", "a`", "a;b", "a#b", "a\\b", "${A}")),
    ],
)
def test_a_value_is_taken_as_it_is_without_signs_of_the_format(text: str, whole: bool) -> None:
    assert plain(Value.of(Literal(text))) is whole
    assert plain(Value.of(Input("A", ()), Literal(text))) is whole


def test_lines_are_settings_each() -> None:
    text = f"cat > .npmrc <<EOF\n; for npm\n\na = b\n{KEY}username=$U\n{KEY}_auth={VALUE}\nEOF"
    assert [one.name for one in settings(follow(text), BOOK).known] == ["a", "username", "_auth"]


@pytest.mark.parametrize(
    "script",
    [
        f"echo {KEY}_auth=$A > .npmrc",
        f"echo {KEY}_auth=x > .npmrc",
        f"echo {KEY}_auth=x{VALUE} > .npmrc",
        f"echo {KEY}_password={VALUE} > .npmrc",
        f"echo {KEY}username=$U > .npmrc",
        f"echo {KEY}username=$U > .npmrc\necho {KEY}_password={VALUE} > web/.npmrc",
        f"echo {KEY}username='${{U}}' > .npmrc\necho {KEY}_password={VALUE} >> .npmrc",
        f"echo {KEY}_auth={VALUE} > .npmrc\necho {KEY}username=$U >> .npmrc",
        f"echo //npm.acme.example/:_auth={VALUE} > .npmrc",
        f"false || echo {KEY}_auth={VALUE} > .npmrc",
    ],
)
def test_half_of_a_pair_or_one_that_may_not_be_written_is_none(script: str) -> None:
    assert not [*find_npm_logins(follow(script), BOOK)]


@pytest.mark.parametrize(
    ("script", "username", "password"),
    [
        (f"echo {KEY}_auth={VALUE} > .npmrc", "${U}", "${T}"),
        (f"npm set {KEY}username=$U {KEY}_password=$(echo -n $T | base64)", "${U}", "${T}"),
        (f"echo {KEY}username=ci > .npmrc\necho {KEY}_password=$(printf %s $T | base64) >> .npmrc", "ci", "${T}"),
        (f"A={VALUE}\necho {KEY}_auth=$A > .npmrc", "${U}", "${T}"),
    ],
)
def test_a_pair_that_the_script_encodes_is_read(script: str, username: str, password: str) -> None:
    (one,) = find_npm_logins(follow(script), BOOK)
    assert (one.host, one.username.symbol(), one.password.symbol()) == ("npm.apkg.io", username, password)


def test_a_token_is_for_an_address_and_all_in_there() -> None:
    assert reaches("//h/acme/", "//h/acme/")
    assert reaches("//h/acme/", "//h/acme/x")
    assert reaches("//h", "//h/acme/")
    assert not reaches("//h/acme/", "//h/")
    assert not reaches("//h/acme/", "//h/acmes/")


def test_what_text_gives_npm_is_told_with_its_address() -> None:
    assert bearer(f"{KEY}_authToken=x", BOOK) == "//npm.apkg.io/acme/"
    assert bearer("//npm.acme.example/:_authToken=x", BOOK) == ""
    assert held(f"{KEY}_auth ${{A}}", BOOK) == ("//npm.apkg.io/acme/", "A")
    assert held(f'{KEY}_password="$A"\n', BOOK) == ("//npm.apkg.io/acme/", "A")
    assert held(f"{KEY}_auth=x${{A}}", BOOK) == ("", "")
    assert held(f"{KEY}_authToken=${{A}}", BOOK) == ("", "")
    assert held("//npm.acme.example/:_auth=${A}", BOOK) == ("", "")
    assert held(f"//npm.acme.example/:_auth=${{A}}\n{KEY}_auth=${{B}}", BOOK) == ("//npm.apkg.io/acme/", "B")
    assert bearer(f"{KEY}_auth=x", BOOK) == ""
    assert bearer("//crg.apkg.io/acme/:_authToken=x", BOOK) == ""
    assert held("//crg.apkg.io/acme/:_auth=${A}", BOOK) == ("", "")
