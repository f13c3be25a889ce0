"""What is sent where, what is sent again, and what is made of odd answers, over real sockets."""

from __future__ import annotations

import gzip
import json
import logging
import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause, SetUpError
from migrator.bitbucket.retries import Again, Patience
from migrator.bitbucket.session import Client
from tests.bitbucket.conftest import HURRIED, QUICK, TOKEN, Clients
from tests.bitbucket.farend import Answer, Asked, FarEnd, limited, said

Call = Callable[[Client], object]
GET: Call = lambda client: client.get("/x")  # noqa: E731
PUT: Call = lambda client: client.put("/x", {"a": 1})  # noqa: E731
DELETE: Call = lambda client: client.delete("/x")  # noqa: E731
POST: Call = lambda client: client.post_json("/x", {"a": 1})  # noqa: E731
FORM: Call = lambda client: client.post_form("/x", [("/a.yml", b"a\r\n"), ("files", "b"), ("files", "c")])  # noqa: E731
IDEMPOTENT = pytest.mark.parametrize("call", [GET, PUT, DELETE], ids=["GET", "PUT", "DELETE"])
EVERY = pytest.mark.parametrize("call", [GET, PUT, DELETE, POST, FORM], ids=["GET", "PUT", "DELETE", "POST", "FORM"])
POSTS = pytest.mark.parametrize("call", [POST, FORM], ids=["POST", "FORM"])


def refused(call: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as error:
        call()
    return error.value


def then(*answers: Answer) -> Callable[[Asked], Answer]:
    """These in turn, the last one for ever."""
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


# Not repeated


@POSTS
@pytest.mark.parametrize("status", [500, 502, 503, 504, 555])
def test_a_post_is_not_repeated_when_the_server_fails(end: FarEnd, client: Client, call: Call, status: int) -> None:
    end.answer = then(Answer(status, headers={"Retry-After": "0"}), Answer(201))
    assert refused(lambda: call(client)).kind is Cause.SERVER
    assert len(end.asked) == 1


@POSTS
def test_a_post_is_not_repeated_after_a_time_out(end: FarEnd, clients: Clients, call: Call) -> None:
    end.answer = then(Answer(pause=1), Answer(201))
    error = refused(lambda: call(clients(patience=HURRIED)))
    assert (error.kind, error.status) == (Cause.TOO_SLOW, None)
    assert "does not answer POST /x in time; try again later" in str(error)
    assert len(end.asked) == 1


@POSTS
def test_a_post_is_not_repeated_on_a_closed_connection(end: FarEnd, client: Client, call: Call) -> None:
    end.answer = then(Answer(silent=True), Answer(201))
    assert refused(lambda: call(client)).kind is Cause.UNREACHABLE
    assert len(end.asked) == 1


@EVERY
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 501])
def test_a_refusal_is_not_repeated(end: FarEnd, client: Client, call: Call, status: int) -> None:
    end.answer = then(Answer(status), Answer())
    assert refused(lambda: call(client)).status == status
    assert len(end.asked) == 1


# Repeated


@EVERY
def test_a_storm_of_429_as_text_passes(end: FarEnd, client: Client, call: Call) -> None:
    end.answer = then(limited(), limited(), limited(), Answer(200))
    call(client)
    assert len(end.asked) == 4
    assert len({(one.method, one.path, one.body) for one in end.asked}) == 1, "each attempt is the same"


@EVERY
def test_a_storm_that_does_not_pass_is_a_sentence(end: FarEnd, client: Client, call: Call) -> None:
    end.answer = then(limited())
    error = refused(lambda: call(client))
    assert (error.kind, error.status, len(end.asked)) == (Cause.RATE_LIMITED, 429, 1 + QUICK.limited)
    assert "its request limit; try again in an hour" in str(error)


@IDEMPOTENT
@pytest.mark.parametrize("answer", [Answer(503), Answer(555), Answer(500), Answer(silent=True)])
def test_what_can_be_repeated_is(end: FarEnd, client: Client, call: Call, answer: Answer) -> None:
    end.answer = then(answer, answer, Answer())
    call(client)
    assert len(end.asked) == 3


@EVERY
def test_an_answer_that_breaks_off_is_asked_for_anew_but_for_a_post(end: FarEnd, client: Client, call: Call) -> None:
    end.answer = then(Answer(body=b"{", missing=1), Answer())
    if call in (POST, FORM):
        assert refused(lambda: call(client)).kind is Cause.UNREACHABLE
        assert len(end.asked) == 1
    else:
        call(client)
        assert len(end.asked) == 2


@IDEMPOTENT
def test_what_can_be_repeated_is_after_a_time_out(end: FarEnd, clients: Clients, call: Call) -> None:
    end.answer = then(Answer(pause=2), Answer())
    call(clients(patience=replace(QUICK, silence=1)))
    assert len(end.asked) == 2


def test_but_not_for_ever(end: FarEnd, client: Client) -> None:
    end.answer = then(Answer(503))
    assert refused(lambda: client.get("/x")).kind is Cause.SERVER
    assert len(end.asked) == 1 + QUICK.failed


@pytest.mark.parametrize(
    "header",
    ["99999999", "1" * 5000, "soon", "", "-1", "Fri, 31 Dec 9999 23:59:59 GMT", "Wed, 21 Oct 2015 07:28:00 GMT"],
)
def test_an_odd_retry_after_neither_stops_nor_stalls(end: FarEnd, client: Client, header: str) -> None:
    end.answer = then(limited(**{"Retry-After": header}), Answer())
    start = time.monotonic()
    client.get("/x")
    assert (len(end.asked), time.monotonic() - start < 30) == (2, True)


def test_a_retry_after_is_waited_for(end: FarEnd, clients: Clients) -> None:
    client = clients(patience=Patience(first=0.001, longest=5))
    end.answer = then(limited(**{"Retry-After": "1"}), Answer())
    start = time.monotonic()
    client.get("/x")
    assert time.monotonic() - start >= 1


def test_pauses_double_by_chance_up_to_the_longest() -> None:
    again = Again.of(Patience(first=1, longest=60, limited=20))
    pauses = []
    for _ in range(10):
        again = again.increment("GET", "/x", response=urllib3.HTTPResponse(status=429))
        pauses.append(again.get_backoff_time())
    assert all(top / 2 <= one <= top for one, top in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60], strict=True))


def test_a_limit_that_is_near_slows_down(end: FarEnd, client: Client) -> None:
    end.answer = then(Answer(headers={"X-RateLimit-NearLimit": "true"}), Answer(), Answer())
    client.get("/x")
    start = time.monotonic()
    client.get("/x")
    assert time.monotonic() - start >= QUICK.near


# Bounds


def test_a_large_answer_is_not_read(end: FarEnd, clients: Clients) -> None:
    end.answer = then(Answer(body=b"x" * 2049))
    error = refused(lambda: clients(limit=2048).get("/x"))
    assert (error.kind, str(error)) == (
        Cause.TOO_LARGE,
        "Bitbucket answers GET /x with more than 2 KiB, which patless does not read",
    )


def test_a_slow_answer_is_given_up(end: FarEnd, clients: Clients) -> None:
    end.answer = then(Answer(body=b"x" * 40, drip=0.05))
    error = refused(lambda: clients(patience=replace(QUICK, whole=0.3)).get("/x"))
    assert (error.kind, str(error)) == (
        Cause.TOO_SLOW,
        "Bitbucket needs more than 0.3 seconds to answer GET /x; try again later",
    )


def test_the_body_of_a_redirect_is_bounded_too(end: FarEnd, clients: Clients) -> None:
    end.answer = then(Answer(302, b"x" * 2049, {"Location": "/2.0/y"}))
    assert refused(lambda: clients(limit=2048).get("/x")).kind is Cause.TOO_LARGE


def test_a_packed_answer_is_not_unpacked(end: FarEnd, client: Client) -> None:
    end.answer = then(Answer(body=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}))
    assert refused(lambda: client.get("/x")).kind is Cause.GARBLED
    assert end.asked[0].headers["accept-encoding"] == "identity"


def test_a_cut_answer_is_a_sentence(end: FarEnd, client: Client) -> None:
    end.answer = then(Answer(body=b'{"values": [', missing=10))
    error = refused(lambda: client.document("/x"))
    assert (error.kind, len(end.asked)) == (Cause.UNREACHABLE, 1 + QUICK.failed)
    assert "closed the connection before its answer to GET /x was complete" in str(error)


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"values": [1, 2', b"[]", b"null", b"<html>", b"[" * 100_000, b"1" * 9999, b'{"a": "\xff"}']
)
def test_what_is_no_json_object_is_a_sentence(end: FarEnd, client: Client, body: bytes) -> None:
    end.answer = then(Answer(body=body))
    error = refused(lambda: client.document("/x"))
    assert (error.kind, str(error)) == (
        Cause.GARBLED,
        "Bitbucket answers GET /x with something that is not a complete JSON object",
    )


def test_an_unreachable_host_is_a_sentence(client: Client) -> None:
    nobody = Client("http://127.0.0.1:9/2.0", client.credentials, client.budget, QUICK)
    with nobody:
        assert str(refused(lambda: nobody.get("/x"))).startswith("cannot reach 127.0.0.1:9: no connection; ")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(end: FarEnd, other: FarEnd, client: Client, status: int) -> None:
    end.answer = then(Answer(status, headers={"Location": f"{other.url}/2.0/x"}))
    error = refused(lambda: client.get("/x"))
    assert (error.kind, other.asked) == (Cause.ELSEWHERE, [])
    assert "which is not 127.0.0.1:" in str(error)


def test_a_file_may_be_elsewhere_and_the_credential_stays_here(end: FarEnd, other: FarEnd, client: Client) -> None:
    other.answer = then(Answer(302, headers={"Location": f"{end.url}/2.0/user"}))
    end.answer = lambda asked: (
        Answer(302, headers={"Location": f"{other.url}/file", "Set-Cookie": "a=b"})
        if asked.path == "/2.0/x"
        else Answer(body=b"file")
    )
    assert client.get("/x", elsewhere=True).body == b"file"
    assert [one.authorization for one in end.asked + other.asked] == [f"Bearer {TOKEN}", None, None]
    assert not any("cookie" in one.headers for one in end.asked + other.asked)


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://acme.example/x", "https://user:word@127.0.0.1/x", "http://[", "gopher://127.0.0.1"],
)
def test_a_redirect_to_what_is_no_safe_address_is_not_followed(end: FarEnd, client: Client, location: str) -> None:
    end.answer = then(Answer(302, headers={"Location": location}))
    assert refused(lambda: client.get("/x", elsewhere=True)).kind in (Cause.ELSEWHERE, Cause.GARBLED)
    assert len(end.asked) == 1


def test_a_redirect_here_is_followed_but_not_in_circles(end: FarEnd, client: Client) -> None:
    end.answer = then(Answer(302, headers={"Location": "y"}), Answer(body=b"y"))
    assert client.get("/x/z").body == b"y"
    assert [one.path for one in end.asked] == ["/2.0/x/z", "/2.0/x/y"]
    end.answer = then(Answer(302, headers={"Location": "/2.0/x"}))
    assert "more than 3 times" in str(refused(lambda: client.get("/x")))


@pytest.mark.parametrize("call", [PUT, DELETE, POST, FORM], ids=["PUT", "DELETE", "POST", "FORM"])
def test_only_a_get_is_redirected(end: FarEnd, client: Client, call: Call) -> None:
    end.answer = then(Answer(307, headers={"Location": "/2.0/y"}), Answer())
    assert refused(lambda: call(client)).kind is Cause.ELSEWHERE
    assert len(end.asked) == 1


# What is sent


def test_an_absolute_address_of_another_host_is_not_asked(end: FarEnd, other: FarEnd, client: Client) -> None:
    assert refused(lambda: client.get(f"{other.base}/x")).kind is Cause.ELSEWHERE
    assert (end.asked, other.asked) == ([], [])


def test_a_form_keeps_bytes_and_repeats(end: FarEnd, client: Client) -> None:
    FORM(client)
    (asked,) = end.asked
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="/a.yml"\r\n\r\na\r\n\r\n--' in asked.body
    assert asked.body.count(b'name="files"') == 2


def test_a_netrc_is_not_read_and_a_proxy_is_not_asked_on_this_machine(
    end: FarEnd, other: FarEnd, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", other.url)
    clients().get("/x")
    assert (other.asked, end.asked[0].authorization) == ([], f"Bearer {TOKEN}")


@pytest.mark.parametrize("segment", ["", ".", "..", "a\nb", "a\0"])
def test_a_name_that_would_lead_elsewhere_is_refused(segment: str) -> None:
    assert refused(lambda: addresses.path("repositories", segment, "variables")).kind is Cause.INVALID


def test_names_are_encoded_in_paths() -> None:
    assert addresses.path("a/../b", "{1-2}", "é?#%") == "/a%2F..%2Fb/%7B1-2%7D/%C3%A9%3F%23%25"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.acme.example/2.0",
        "ftp://127.0.0.1",
        "https://user:word@acme.example",
        "https://",
        "x",
        "http://[",
        "",
    ],
)
def test_a_base_url_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(SetUpError):
        addresses.api_url({"PATLESS_API_URL": url})


def test_the_base_url_is_bitbucket_s_unless_another_is_named() -> None:
    assert addresses.api_url({}) == "https://api.bitbucket.org/2.0"
    assert addresses.api_url({"PATLESS_API_URL": "http://127.0.0.1:80/2.0/"}) == "http://127.0.0.1:80/2.0"


# Secrets


def _echo(asked: Asked) -> Answer:
    """A server that repeats what it was sent wherever it can."""
    told = f"no, {asked.authorization}"
    detail = {"required": [told, TOKEN], "granted": [TOKEN.lower()]}
    return said({"error": {"message": told, "detail": detail, "fields": {told: []}}}, 403, X_OAuth_Scopes=told)


@EVERY
@pytest.mark.parametrize(
    "answer",
    [
        _echo,
        lambda asked: Answer(500, str(asked.authorization).encode(), {"Content-Type": "text/plain"}),
        lambda asked: Answer(302, headers={"Location": f"http://acme.example/{asked.authorization}"}),
        lambda asked: Answer(silent=True),
        lambda asked: Answer(body=str(asked.authorization).encode(), missing=9),
    ],
    ids=["echo", "text", "redirect", "silent", "cut"],
)
def test_a_token_is_in_no_exception_and_no_log(
    end: FarEnd, client: Client, call: Call, answer: Callable[[Asked], Answer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    end.answer = answer
    error = refused(lambda: call(client))
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    for text in (str(error), repr(error), repr(error.args), str(vars(error)), caplog.text):
        assert TOKEN not in text
    assert end.asked[0].authorization == f"Bearer {TOKEN}", "it was sent, or this proves nothing"


def test_a_link_with_the_token_in_it_is_not_shown(end: FarEnd, client: Client) -> None:
    end.answer = then(Answer(404))
    error = refused(lambda: client.get(f"{end.base}/{TOKEN}/\x1b[2J"))
    assert "GET /2.0/‹credential›/\\u001b[2J: not found" in str(error)


def test_a_client_does_not_show_its_token(client: Client) -> None:
    assert TOKEN not in repr(client) + str(client) + repr(client.credentials) + repr(client.budget)


# Sentences


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (
            said({"error": {"message": "x", "detail": {"required": ["a:b"], "granted": ["c"]}}}, 403),
            Cause.FORBIDDEN,
            "Bitbucket forbids GET /x (403): the credential lacks a:b (it has c); create one that has it",
        ),
        (
            said({"error": {"message": "Taken", "detail": "by you", "data": {"key": "variable-service"}}}, 409),
            Cause.CONFLICT,
            "Bitbucket refuses GET /x (409): it conflicts with the current state: Taken by you",
        ),
        (
            said({"code": 400, "message": "The report was not found"}, 400),
            Cause.INVALID,
            "Bitbucket does not accept GET /x (400): The report was not found",
        ),
        (
            said({"type": "error", "error": {"message": "Bad", "fields": {"reviewers": ["Malformed"]}}}, 400),
            Cause.INVALID,
            "Bitbucket does not accept GET /x (400): Bad (reviewers)",
        ),
        (
            Answer(502, b"<html><script>alert(1)</script>", {"Content-Type": "text/html"}),
            Cause.SERVER,
            "Bitbucket fails on GET /x (502); try again later: the answer is a web page; something between here "
            "and Bitbucket may have sent it",
        ),
        (Answer(555), Cause.SERVER, "Bitbucket took too long for GET /x (555); try again later"),
        (Answer(410, b""), Cause.GONE, "GET /x: no longer there (410)"),
        (
            Answer(404, b'{"error": '),
            Cause.MISSING,
            "GET /x: not found, or not visible to this credential (404); check the name",
        ),
        (Answer(418, b"\x1b[2Jte\xe2\x80\xaea\r\npot"), Cause.INVALID, "…(418): \\u001b[2Jte\\u202ea pot"),
        (Answer(400, b"x" * 5000), Cause.INVALID, f"…: {'x' * 200}…"),
        (said({"error": "words"}, 400), Cause.INVALID, "…: words"),
        (said({"error": {"message": 1, "detail": [], "fields": 2}}, 400), Cause.INVALID, "…(400)"),
        (Answer(400, b"[" * 100_000), Cause.INVALID, "…(400)"),
        (Answer(304), Cause.GARBLED, "Bitbucket answers GET /x with 304, which patless does not expect"),
        (Answer(302), Cause.GARBLED, "Bitbucket answers GET /x with 302, which patless does not expect"),
    ],
)
def test_a_refusal_is_a_sentence(end: FarEnd, client: Client, answer: Answer, kind: Cause, sentence: str) -> None:
    end.answer = then(answer)
    error = refused(lambda: client.get("/x"))
    assert error.kind is kind
    assert str(error).endswith(sentence.removeprefix("…")) if sentence.startswith("…") else str(error) == sentence


def test_the_scopes_of_a_403_are_records(end: FarEnd, client: Client) -> None:
    detail = {"required": ["pipeline:variable"], "granted": ["pipeline", "NOT A SCOPE", 3]}
    end.answer = then(said({"error": {"message": "x", "detail": detail}}, 403))
    error = refused(lambda: client.get("/x"))
    assert (error.required, error.granted) == (("pipeline:variable",), ("pipeline",))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.kind, again.status, again.granted) == (str(error), error.kind, 403, ("pipeline",))


def test_a_document_is_what_was_sent(end: FarEnd, client: Client) -> None:
    end.answer = then(said({"a": [1]}))
    assert client.document("/x", {"q": 'name~"é"', "page": 2}) == {"a": [1]}
    assert (end.asked[0].path, end.asked[0].query) == ("/2.0/x", {"q": 'name~"é"', "page": "2"})
    PUT(client)
    assert json.loads(end.asked[1].body) == {"a": 1}
