"""Who logs in, where, and with what."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.values import Input, Literal
from migrator.sinks.calls import find_calls
from migrator.sinks.images import find_images
from migrator.sinks.invocations import invocation
from migrator.sinks.login_files import kept
from migrator.sinks.logins import OTHER, SEVERAL, Login, find_logins
from migrator.sinks.packages import host_of
from migrator.sinks.values import value_of
from tests.flow.reading import BOOK, command, follow

HOST = "crg.apkg.io"


def logins(text: str) -> list[Login]:
    return list(find_logins(follow(text), BOOK))


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"docker logout {HOST}",
        f"# docker login {HOST}",
        f"echo docker login {HOST}",
        f"cat <<E\ndocker login {HOST}\nE",
        f"docker run login {HOST}",
        f"docker pull {HOST}/acme/login",
        f"helm login {HOST}",
        f"docker registry login {HOST}",
        f"git login {HOST}",
        f"docker $WHAT {HOST}",
    ],
)
def test_what_only_looks_like_a_login_is_none(text: str) -> None:
    assert logins(text) == []


@pytest.mark.parametrize(
    "words",
    [
        "",
        "docker.io",
        "ghcr.io/acme",
        f"my{HOST}",
        f"{HOST}.example.com",
        f"example.com/{HOST}",
        f"{HOST}:5000",
        "$ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com",
        "https://$NAME.example.com/",
        "localhost:5000",
        "$SCHEME://example.com/x",
        "$R.example.com/$NAME",
        "${R:-docker.io}.example.com",
        f"example.com/$A/{HOST}",
        f"ftp://$A.{HOST}",
        "ftp://$A.apkg.io",
    ],
)
def test_a_login_elsewhere_is_certainly_elsewhere(words: str) -> None:
    (login,) = logins(f"docker login -u a -p b {words}")
    assert (login.registry, login.host_unknown, login.perhaps) == (None, False, None)


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("$R", "R"),
        ("${R:-docker.io}", "R"),
        (f"${{R:-{HOST}}}", "R"),
        ("https://$R/acme", "R"),
        ("crg.$DOMAIN", "DOMAIN"),
        ("CRG.$DOMAIN", "DOMAIN"),
        ("crg.$DOMAIN/$NAME.example.com", "DOMAIN"),
        ("$R:443", "R"),
        (f"$SCHEME://{HOST}", "SCHEME"),
        (f"http$S://{HOST}/v2", "S"),
        ("https://crg.$A.io", "A"),
        ("$(cat host)", "a file or filter that `cat` reads"),
        (f"{HOST} docker.io", "the words of the login"),
        (f"{HOST} $REST", "the words of the login"),
    ],
)
def test_a_host_that_is_not_certain_says_what_it_comes_from(words: str, subject: str) -> None:
    (login,) = logins(f"docker login -u a -p b {words}")
    assert (login.registry, login.host_unknown, login.host_subject) == (None, True, subject)


def test_a_host_that_may_be_packages_is_told_from_one_that_nobody_knows() -> None:
    (login,) = logins(f"docker login -u a -p b ${{R:-{HOST}}}")
    assert login.perhaps is BOOK.registry(HOST)
    (login,) = logins("docker login -u a -p b $R")
    assert login.perhaps is None
    (login,) = logins(f"if x; then H={HOST}; else H=ghcr.io; fi\ndocker login -u a -p b $H")
    assert (login.registry, login.perhaps, login.host_subject) == (None, BOOK.registry(HOST), "$H")
    (login,) = logins(f"docker login -u a -p b docker.io {HOST}")
    assert login.perhaps is BOOK.registry(HOST)
    (login,) = logins("docker login -u a -p b docker.io ghcr.io")
    assert (login.perhaps, login.host_subject) == (None, SEVERAL)
    registry = BOOK.registry(HOST)
    assert registry is not None
    other = replace(registry, hosts=frozenset({"registry.example"}))
    (login,) = find_logins(
        follow("docker login -u a -p b crg.$DOMAIN"), replace(BOOK, registries={"1": registry, "2": other})
    )
    assert login.host_unknown


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("docker login -u a -p b", ""),
        ("docker login -u a -p b GHCR.io/acme", "ghcr.io"),
        ("if x; then H=quay.io; else H=ghcr.io; fi\ndocker login -u a -p b $H", "ghcr.io"),
        ("docker login -u a -p b $X.example.com", OTHER),
    ],
)
def test_a_login_elsewhere_says_where_as_far_as_it_is_known(text: str, host: str) -> None:
    (login,) = logins(text)
    assert (login.host, login.registry, login.host_subject) == (host, None, "")


def test_a_login_that_names_no_host_is_one_to_the_registry_that_is_the_default() -> None:
    registry = BOOK.registry(HOST)
    assert registry is not None
    default = replace(registry, hosts=frozenset({"b.example", "a.example"}), default=True)
    book = replace(BOOK, registries={"1": registry, "2": default})
    (login,) = find_logins(follow("docker login -u a -p b"), book)
    assert (login.host, login.registry) == ("a.example", default)


@pytest.mark.parametrize(
    "text",
    [
        f'docker() {{ command docker "$@"; }}\ndocker login -u a -p b {HOST}',
        f'a() {{ command docker "$@"; }}\ndocker() {{ a "$@"; }}\ndocker login -u a -p b {HOST}',
        f"docker() {{ echo $1; }}\ndocker login -u a -p b {HOST}",
    ],
)
def test_a_function_with_the_name_of_a_client_is_one_login_whether_it_calls_the_client(text: str) -> None:
    (login,) = logins(text)
    assert (login.username.text, login.password.text) == ("a", "b")


def test_a_login_in_a_function_hides_none_that_stands_beside_it() -> None:
    text = f"docker() {{ echo $1; }}\nb() {{ docker login -u a -p b {HOST}; }}\nb\ndocker login -u a -p c {HOST}\nb"
    assert [login.password.text for login in logins(text)] == ["b", "c", "b"]


@pytest.mark.parametrize(
    "text",
    [
        f"docker login -u a -p b {HOST}",
        f"docker login {HOST} -u a -p b",
        f"docker login -u a {HOST} -p b",
        f"docker login -ua -pb https://{HOST}",
        f"docker login --username=a --password b https://{HOST}/v2/",
        f"docker login --username a --password=b {HOST.upper()}:443/acme",
        f"H={HOST}\ndocker login -u a -p b $H",
        f"H={HOST}\ndocker login -u a -p b https://${{H}}/acme",
        f"if x; then H={HOST}; else H=https://{HOST}/; fi\ndocker login -u a -p b $H",
        f"docker login -u a -p b {HOST}/$BITBUCKET_WORKSPACE",
        f"echo b | docker login -u a --password-stdin {HOST}",
        f"docker login -u a --password-stdin {HOST} <<< b",
        f"docker login -u a --password-stdin {HOST} <<E\nb\nE",
        f"podman login -u a -p b {HOST}",
        f"crane auth login -u a -p b {HOST}",
        f"helm registry login -u a -p b {HOST}",
        f"docker login -u z -p z -u a -p b {HOST}",
        f"log_in() {{ docker login -u \"$1\" -p \"$2\" {HOST}; }}\nlog_in a b",
    ],
)  # fmt: skip
def test_a_login_to_packages_is_read_in_every_spelling(text: str) -> None:
    (login,) = logins(text)
    assert login.registry is BOOK.registry(HOST)
    assert login.host == HOST
    assert login.username.text == "a"
    assert (login.password.text or "").rstrip("\n") == "b"


@pytest.mark.parametrize(
    "text",
    [
        f"docker login -u a {HOST}",
        f"docker login -u a --password-stdin {HOST}",
        f"docker login -u a --password-stdin {HOST} < token",
        f"docker login -u a -p b --password-stdin {HOST} <<< b",
        f"docker login -u a -p $(vault read x) {HOST}",
    ],
)
def test_a_password_that_is_not_written_is_not_known(text: str) -> None:
    (login,) = logins(text)
    assert login.password.symbol() is None


def test_each_run_of_a_login_is_one() -> None:
    text = f'log_in() {{ docker login -u a -p "$1" {HOST}; }}\nlog_in b\nlog_in c\ndocker login -u a -p d ghcr.io'
    assert [login.password.text for login in logins(text)] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("docker login", "DOCKER_CONFIG"),
        ("podman login", "REGISTRY_AUTH_FILE"),
        ("docker --config one login", "one"),
        ("docker --config=$A login", "${A}"),
        ("docker --config $(mktemp -d) login", "?"),
        ("DOCKER_CONFIG=two docker login", "two"),
        ("export DOCKER_CONFIG=two\ndocker login", "two"),
        ("DOCKER_CONFIG=two\ndocker login", "?"),
        ("export DOCKER_CONFIG=$HOME/two\ndocker login", "${HOME}/two"),
        ("DOCKER_CONFIG=two docker --config one login", "one"),
        ("DOCKER_CONFIG=two true\ndocker login", "DOCKER_CONFIG"),
    ],
)
def test_logins_are_told_apart_by_the_file_that_keeps_them(text: str, file: str) -> None:
    called = invocation(command(text), BOOK)
    assert called is not None
    assert kept(called) == file


def test_a_variable_has_a_value_where_the_script_may_set_it() -> None:
    assert value_of(command("docker login"), "A") is None
    found = value_of(command("x && A=1\ndocker login"), "A")
    assert found is not None
    assert {piece.name if isinstance(piece, Input) else "1" for piece in found.pieces} == {"A", "1"}
    found = value_of(command("A=1\ndocker login"), "A")
    assert found is not None
    assert found.text == "1"
    found = value_of(command("A=1\nA=2 docker login"), "A")
    assert found is not None
    assert found.text == "2"


@pytest.mark.parametrize(
    ("pieces", "host"),
    [
        ((), ""),
        ((Input("A", ()),), None),
        ((Literal("crg."), Input("A", ())), None),
        ((Literal("crg.apkg.io"), Input("A", ())), None),
        ((Literal("crg.apkg.io/"), Input("A", ())), "crg.apkg.io"),
        ((Literal("https://CRG.apkg.io:443/v2"),), "crg.apkg.io"),
        ((Literal("crg.apkg.io:8443"),), "crg.apkg.io:8443"),
        ((Literal(" crg.apkg.io\n"),), "crg.apkg.io"),
    ],
)
def test_a_host_is_what_stands_before_the_first_slash(pieces: tuple[Literal, ...], host: str | None) -> None:
    assert host_of(pieces) == host


@pytest.mark.parametrize(
    ("words", "username", "password"),
    [
        ('"$U:$P"', [Input], [Input]),
        ('"ci:$P"', [Literal], [Input]),
        ('"$U:x"', [Input], [Literal]),
        ('"$U:x$P"', [Input], [Literal, Input]),
        ('"a$U:$P"', [Literal, Input], [Input]),
        ("a:b", [Literal], [Literal]),
    ],
)
def test_what_is_one_word_is_taken_apart_at_the_colon(words: str, username: list[type], password: list[type]) -> None:
    text = f"skopeo copy --dest-creds {words} dir:x docker://{HOST}/acme/web"
    flow = follow(text)
    (login,) = find_calls(flow, find_images(flow, BOOK, {}.get), BOOK)
    assert [type(one) for one in login.username.pieces] == username
    assert [type(one) for one in login.password.pieces] == password


@pytest.mark.parametrize(
    ("words", "token", "password"),
    [
        ("--token $T", True, "${T}"),
        ("--token $A --token $T", True, "${T}"),
        ("-u a --token $T", False, None),
        ("-u a --password $P --token $T", False, "${P}"),
        ("-u a --password $P", False, "${P}"),
    ],
)
def test_a_token_counts_where_no_pair_is_given_with_it(words: str, token: bool, password: str | None) -> None:
    (login,) = logins(f"uv auth login pypi.apkg.io {words}")
    assert (login.token is not None, login.password.symbol()) == (token, password)
    assert (login.variables, login.by_variables, login.written_by) == (frozenset(), False, ())
