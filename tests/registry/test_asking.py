"""What is sent where, and what is made of odd answers. The far end is a script; the real one is next door."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrator.registry import addresses
from migrator.registry.challenge import Basic, Bearer, parse
from migrator.registry.http import LIMIT, Http
from migrator.registry.names import NotResolved, resolved
from migrator.registry.probe import Probe, probe
from migrator.registry.records import Answer as Says
from migrator.registry.records import Authorization, NativePair, RegistryError
from migrator.registry.tokens import RegistryToken
from tests.registry import farend
from tests.registry.farend import Answer, Asked, FarEnd

PAIR = NativePair("native-user", "native-token")
SIGNED = "Basic " + base64.b64encode(b"native-user:native-token").decode()


@pytest.fixture
def end() -> Iterator[FarEnd]:
    with farend.running() as found:
        yield found


@pytest.fixture
def other() -> Iterator[FarEnd]:
    with farend.running() as found:
        yield found


def jwt(**claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


def registry(end: FarEnd, token: object, tags: Answer) -> Callable[[Asked], Answer]:
    """A registry and its token server in one. `token` is what it answers a request with."""

    def answer(asked: Asked) -> Answer:
        if asked.path.startswith("/token"):
            return token if isinstance(token, Answer) else Answer(body=json.dumps({"token": token}).encode())
        if asked.authorization is None:
            challenge = f'Bearer realm="http://{end.host}/token",service="s"'
            return Answer(401, headers={"WWW-Authenticate": challenge})
        return tags

    return answer


def asked(end: FarEnd, token: object = "opaque", tags: Answer = Answer(body=b'{"tags": []}')) -> Probe:  # noqa: B008
    end.answer = registry(end, token, tags)
    return probe(end.host, [f"{end.host}/acme/web"], PAIR)


# What is sent


def test_nothing_but_get_is_sent_and_no_secret_stands_in_an_address(end: FarEnd) -> None:
    asked(end)
    assert {one.method for one in end.asked} == {"GET"}
    assert [one.path for one in end.asked] == [
        "/v2/",
        "/token?service=s",
        "/token?service=s&scope=repository%3Aacme%2Fweb%3Apull",
        "/v2/acme/web/tags/list?n=1",
        "/token?service=s&scope=repository%3Aacme%2Fweb%3Apull%2Cpush",
    ]


def test_the_pair_goes_to_the_token_server_only_and_the_token_to_the_registry(end: FarEnd) -> None:
    asked(end)
    sent = [one.authorization for one in end.asked]
    assert sent == [None, SIGNED, SIGNED, "Bearer opaque", SIGNED]


def test_a_netrc_file_does_not_take_the_place_of_the_pair(
    end: FarEnd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    asked(end)
    assert end.asked[0].authorization is None
    assert end.asked[1].authorization == SIGNED


def test_plain_http_on_this_machine_does_not_go_through_a_proxy(
    end: FarEnd, other: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{other.host}")
    asked(end)
    assert (len(end.asked), other.asked) == (5, [])


def test_a_redirect_to_another_host_does_not_take_the_credential_along(end: FarEnd, other: FarEnd) -> None:
    end.answer = lambda asked: Answer(307, headers={"Location": f"http://{other.host}/there"})
    with Http() as http:
        assert http.get(f"http://{end.host}/", Authorization("Basic x")).status == 200
    assert [one.authorization for one in (*end.asked, *other.asked)] == ["Basic x", None]


def test_a_redirect_on_the_same_host_keeps_the_credential(end: FarEnd) -> None:
    end.answer = lambda asked: Answer(302, headers={"Location": "/b"}) if asked.path == "/a" else Answer()
    with Http() as http:
        http.get(f"http://{end.host}/a", Authorization("Basic x"))
    assert [(one.path, one.authorization) for one in end.asked] == [("/a", "Basic x"), ("/b", "Basic x")]


@pytest.mark.parametrize(
    "url",
    [
        "http://registry.example/token",
        "http://169.254.169.254/latest",
        "ftp://registry.example/token",
        "file:///etc/passwd",
        "//",
        "https://user:word@registry.example/token",
        "https://[registry.example/token",
        "https://registry.example:x/token",
    ],
)
def test_no_address_is_followed_but_https_and_this_machine(url: str) -> None:
    with pytest.raises(RegistryError):
        addresses.checked(url, "http://127.0.0.1:5000/v2/", "the token server")


def test_a_registry_elsewhere_cannot_send_the_pair_to_this_machine() -> None:
    with pytest.raises(RegistryError, match="not https"):
        addresses.checked("http://127.0.0.1:8080/token", "https://registry.example/v2/", "the token server")


def test_a_token_server_over_plain_http_elsewhere_gets_nothing(end: FarEnd) -> None:
    challenge = 'Bearer realm="http://registry.example/token",service="s"'
    end.answer = lambda asked: Answer(401, headers={"WWW-Authenticate": challenge})
    found = probe(end.host, [f"{end.host}/acme/web"], PAIR)
    assert found.error == (
        f"the token server of {end.host} leads to http://registry.example, which is not https, so patless sends "
        "nothing there"
    )


def test_secrets_are_in_no_representation_and_no_log(end: FarEnd, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked(end, token="a-secret-token")
    shown = (
        f"{PAIR!r} {Authorization('a-secret-token')!r} {RegistryToken(Authorization('a-secret-token'))!r} {caplog.text}"
    )
    for secret in ("native-token", "native-user", "a-secret-token", SIGNED.split()[1]):
        assert secret not in shown


# What is made of the answers


def test_a_certain_answer_needs_a_list_of_tags(end: FarEnd) -> None:
    (access,) = asked(end, tags=Answer(body=b"<html>welcome</html>")).accesses
    assert (access.readable, access.why[0]) == (Says.UNKNOWN, "an answer that is no list of tags")


@pytest.mark.parametrize(
    ("token", "push"),
    [
        ("opaque", Says.UNKNOWN),
        ("a.b.c", Says.UNKNOWN),
        (jwt(sub="x"), Says.UNKNOWN),
        (jwt(access="all"), Says.UNKNOWN),
        (jwt(access=[]), Says.NO),
        (jwt(access=[1, {"type": "repository"}, {"actions": ["push"]}]), Says.NO),
        (jwt(access=[{"type": "repository", "name": "acme/other", "actions": ["push"]}]), Says.NO),
        (jwt(access=[{"type": "repository", "name": "acme/web", "actions": ["pull"]}]), Says.NO),
        (jwt(access=[{"type": "repository", "name": "acme/web", "actions": ["pull", "push"]}]), Says.YES),
    ],
)
def test_a_push_is_granted_where_the_token_says_so(end: FarEnd, token: str, push: Says) -> None:
    found = asked(end, token)
    assert found.error == ""
    assert (found.accesses[0].readable, found.accesses[0].push) == (Says.YES, push)


@pytest.mark.parametrize(
    ("status", "readable"),
    [(401, Says.NO), (403, Says.NO), (404, Says.UNKNOWN), (400, Says.UNKNOWN), (204, Says.UNKNOWN)],
)
def test_a_refusal_is_told_from_what_is_not_there(end: FarEnd, status: int, readable: Says) -> None:
    body = b'{"errors": [{"code": "DENIED", "message": "no, native-token"}, {"code": "<script>"}]}'
    (access,) = asked(end, tags=Answer(status, b"" if status == 204 else body)).accesses
    assert access.readable is readable
    assert "native-token" not in str(access)
    assert "<script>" not in str(access)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (Answer(401), "refuses the native credentials"),
        (Answer(403), "refuses the native credentials"),
        (Answer(404), "answers 404, which is not an answer to a request for a token"),
        (Answer(200, b"[]"), "answers without a token"),
        (Answer(200, b"[" * 100_000), "answers without a token"),
        (Answer(200, b'{"token": 1}'), "answers without a token"),
        (Answer(200, b'{"token": "a\\r\\nX: y"}'), "answers without a token"),
        (Answer(500), "answers 500; try again later"),
        (Answer(200, b"x" * (LIMIT + 1)), "answers with more than 1024 KiB, which patless does not read"),
        (Answer(302, headers={"Location": "/token"}), "redirects more than 5 times"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.status),
)
def test_a_token_server_that_does_not_answer_ends_the_questions(end: FarEnd, token: Answer, error: str) -> None:
    found = asked(end, token)
    assert error in found.error
    assert [access.readable for access in found.accesses] == [Says.UNKNOWN]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(404), "answers 404, as no registry does"),
        (Answer(401), "answers 401, as no registry does"),
        (Answer(401, headers={"WWW-Authenticate": "Negotiate"}), "answers 401, as no registry does"),
    ],
)
def test_a_host_that_is_no_registry_is_called_so(end: FarEnd, answer: Answer, error: str) -> None:
    end.answer = lambda asked: answer
    assert error in probe(end.host, [f"{end.host}/acme/web"], PAIR).error
    assert [one.authorization for one in end.asked] == [None]


def test_a_registry_that_answers_anybody_proves_nothing(end: FarEnd) -> None:
    (access,) = probe(end.host, [f"{end.host}/acme/web"], PAIR).accesses
    assert access.readable is Says.UNKNOWN
    assert [one.authorization for one in end.asked] == [None]


# Challenges and names


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("", None),
        ("Negotiate", None),
        ("Bearer", None),
        ('Bearer service="s"', None),
        ('Basic realm="x"', Basic()),
        ('bearer realm="https://t/x",service="s",scope="a:b:c,d"', Bearer("https://t/x", "s")),
        ("Bearer realm=https://t/x", Bearer("https://t/x")),
        ('Basic realm="a, Bearer realm=b", Bearer realm="https://t/\\"x", service="s"', Bearer('https://t/"x', "s")),
        ('Bearer realm="https://t/x", Basic realm="y"', Bearer("https://t/x")),
        ('Bearer realm="https://t/x', None),
        ("=" * 100_000, None),
    ],
)
def test_challenges_are_read(header: str, challenge: Basic | Bearer | None) -> None:
    assert parse(header) == challenge


@pytest.mark.parametrize(
    "name",
    [
        "crg.apkg.io/acme/$NAME",
        "crg.apkg.io/$BITBUCKET_REPO_SLUG/web",
        "crg.apkg.io/acme",
        "crg.apkg.io/acme/Web",
        "crg.apkg.io/acme/../other",
        "crg.apkg.io/acme/web?x=1",
        "crg.apkg.io/acme/web%2f",
        "crg.apkg.io/acme//web",
        "crg.apkg.io/acme/web\n",
        "crg.apkg.io/acme/" + "w" * 300,
        "crg.apkg.io/acme/" + "w-" * 5000,
    ],
)
def test_a_name_that_no_registry_takes_is_not_asked_for(name: str) -> None:
    with pytest.raises(NotResolved):
        resolved(name, {"BITBUCKET_WORKSPACE": "acme", "NAME": "web", "BITBUCKET_REPO_SLUG": ""})


def test_the_running_repository_stands_in_for_its_own_variables() -> None:
    running = {"BITBUCKET_WORKSPACE": "acme", "BITBUCKET_REPO_SLUG": "web"}
    assert resolved("crg.apkg.io/$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG", running) == "crg.apkg.io/acme/web"
