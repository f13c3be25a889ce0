"""What the publisher of a pipe is asked, and what becomes of its answers, against a real server on this machine."""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from migrator.bitbucket import pipes
from tests.cli.conftest import Patless, Run
from tests.cli.conftest import patless as patless
from tests.pipe_support import NAME, Answer, Publisher, content, page, publishing, status

STEP = """\
pipelines:
  default:
    - step:
        script:
          - docker build -t web .
          - docker login crg.apkg.io -u $EMAIL -p $TOKEN
          - docker tag web crg.apkg.io/acme/web:1
          - docker push crg.apkg.io/acme/web:1
"""
VARIABLES = ("IMAGE_NAME", "TAGS", "DEBUG")


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    pipes.published.cache_clear()
    with publishing() as server:
        monkeypatch.setenv("PATLESS_API_URL", server.url)
        yield server
    pipes.published.cache_clear()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "bitbucket-pipelines.yml").write_text(STEP)
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\n")
    return tmp_path


def _fix(patless: Patless, *arguments: str | Path) -> Run:
    return patless("fix", "--style", "pipe", *arguments)


def _version(repository: Path) -> str | None:
    text = (repository / "bitbucket-pipelines.yml").read_text()
    return text.partition(f"- pipe: {NAME}:")[2].partition("\n")[0] or None


# Versions


def test_the_newest_version_wins_by_number_not_by_order(
    patless: Patless, repository: Path, publisher: Publisher
) -> None:
    publisher.publish("1.10.0", VARIABLES)
    publisher.answers[publisher.tags] = page(["1.9.3", "1.10.0", "v2.0.0", "2.0.0-rc1", "2.0", "latest", "0.99.99"])
    run = _fix(patless)
    assert (run.code, _version(repository)) == (0, "1.10.0")
    assert "was not" not in run.out, "what was checked is not taken for granted with a reservation"


def test_pages_are_followed_on_the_same_host(patless: Patless, repository: Path, publisher: Publisher) -> None:
    publisher.publish("3.0.0", VARIABLES)
    second = f"{publisher.tags}?page=2"
    publisher.answers[publisher.tags] = page(["1.0.0"], f"{publisher.url.removesuffix('/2.0')}{second}")
    publisher.answers[second] = page(["3.0.0"])
    assert (_fix(patless).code, _version(repository)) == (0, "3.0.0")


@pytest.mark.parametrize("host", ["http://127.0.0.2:{port}", "http://localhost:{port}", "https://127.0.0.1:{port}", ""])
def test_pages_are_not_followed_elsewhere(patless: Patless, repository: Path, publisher: Publisher, host: str) -> None:
    publisher.publish("1.0.0", VARIABLES)
    other = host.format(port=publisher.server.server_address[1])
    publisher.answers[publisher.tags] = page(["1.0.0"], f"{other}/2.0/elsewhere")
    publisher.answers["/2.0/elsewhere"] = page(["9.0.0"])
    assert (_fix(patless).code, _version(repository)) == (0, "1.0.0")
    assert not any("elsewhere" in path for path in publisher.asked)


def test_pages_that_never_end_are_given_up(patless: Patless, repository: Path, publisher: Publisher) -> None:
    publisher.publish("1.0.0", VARIABLES)
    publisher.answers[publisher.tags] = page(["1.0.0"], f"{publisher.url.removesuffix('/2.0')}{publisher.tags}")
    assert _fix(patless).code == 0
    assert len(publisher.asked) < 20


def test_a_version_that_is_given_is_not_looked_up_but_its_variables_are(
    patless: Patless, repository: Path, publisher: Publisher
) -> None:
    publisher.publish("1.2.3", VARIABLES)
    assert (_fix(patless, "--pipe-version", "1.2.3").code, _version(repository)) == (0, "1.2.3")
    assert publisher.asked == [publisher.pipe_yml("1.2.3")]


def test_the_configuration_names_the_version(patless: Patless, repository: Path, publisher: Publisher) -> None:
    (repository / ".patless.toml").write_text('pipe-version = "0.4.0"\n')
    publisher.publish("0.4.0", VARIABLES)
    assert (_fix(patless).code, _version(repository)) == (0, "0.4.0")


def test_the_option_counts_before_the_configuration(patless: Patless, repository: Path) -> None:
    (repository / ".patless.toml").write_text('pipe-version = "0.4.0"\n')
    assert (_fix(patless, "--offline", "--pipe-version", "0.5.0").code, _version(repository)) == (0, "0.5.0")


@pytest.mark.parametrize("version", ["1.2.3\n- evil", "1.2.3 # x", "../../x", "", "-1", "1:2", "$(id)", "a" * 70])
def test_what_is_no_version_is_never_written(patless: Patless, repository: Path, version: str) -> None:
    run = _fix(patless, "--offline", f"--pipe-version={version}")
    assert run.code == (0 if version == "" else 2)
    assert _version(repository) is None


# Answers that are none


def _gone(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def _slow(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"{")
    time.sleep(1)


def _dripping(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(1000):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.1)


def _short(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.send_header("Connection", "close")
    request.end_headers()
    request.wfile.write(b'{"values": []}')
    request.close_connection = True


def _packed(request: BaseHTTPRequestHandler) -> None:
    data = gzip.compress(b" " * 50_000_000)
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


BAD = {
    "not found": status(404),
    "forbidden": status(403),
    "too many requests": status(429),
    "server error": status(500),
    "redirect": status(302, Location="/2.0/elsewhere"),
    "nothing": content(b""),
    "garbage": content(b"\x00\xff<html>"),
    "nested": content(b"[" * 100_000),
    "a list": content("[1]"),
    "a number": content("7"),
    "values that are none": content('{"values": {"name": "9.0.0"}}'),
    "values of another shape": content('{"values": ["9.0.0", {"name": 9}, {"name": {"a": 1}}, null]}'),
    "no version": page(["latest", "main"]),
    "huge": content(b" " * 2_000_000 + b'{"values": [{"name": "9.0.0"}]}'),
    "packed": _packed,
    "gone": _gone,
    "slow": _slow,
    "dripping": _dripping,
    "short": _short,
}


@pytest.mark.parametrize("name", BAD)
def test_without_a_version_the_refusal_says_why_and_what_to_type(
    patless: Patless, repository: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(pipes, "_SECONDS", 0.2)
    answer: Answer = BAD[name]
    publisher.answers[publisher.tags] = answer
    publisher.answers["/2.0/elsewhere"] = page(["9.0.0"])
    begun = time.monotonic()
    run = _fix(patless)
    assert time.monotonic() - begun < 60, "an answer that drips is waited for"
    assert run.code == 0
    assert _version(repository) is None
    (reason,) = re.findall("^  = pipe-version: .+\n      fix: .+", run.out, re.MULTILINE)
    assert "--pipe-version 1.2.3" in reason
    assert "Bitbucket" in reason or "127.0.0.1" in reason or "no tag that is a version" in reason
    assert "pipe-version" in patless("explain", "pipe-version").out


@pytest.mark.parametrize("answer", [status(404), status(500), content(b"\xff"), content("{"), content("x: [")])
def test_a_version_that_is_given_stands_where_nobody_can_be_asked(
    patless: Patless, repository: Path, publisher: Publisher, answer: Answer
) -> None:
    publisher.answers[publisher.pipe_yml("1.2.3")] = answer
    run = _fix(patless, "--pipe-version", "1.2.3")
    assert _version(repository) == "1.2.3"
    assert "takes IMAGE_NAME and TAGS and pushes the local image of that name (" in run.out


# Variables


@pytest.mark.parametrize(
    "text", ["- a\n", "name: x\n", "variables: [IMAGE_NAME, TAGS]\n", "variables: {IMAGE_NAME: 1}\n"]
)
def test_a_description_without_variables_is_no_consent(
    patless: Patless, repository: Path, publisher: Publisher, text: str
) -> None:
    publisher.answers[publisher.pipe_yml("1.2.3")] = content(text)
    run = _fix(patless, "--pipe-version", "1.2.3")
    assert "= pipe-variables: the pipe does not take IMAGE_NAME and TAGS\n" in run.out
    assert _version(repository) is None


@pytest.mark.parametrize(
    ("variables", "missing"),
    [(("TAGS",), "IMAGE_NAME"), (("IMAGE_NAME",), "TAGS"), (("IMAGE", "TAG"), "IMAGE_NAME and TAGS")],
)
def test_a_pipe_with_other_variables_is_refused(
    patless: Patless, repository: Path, publisher: Publisher, variables: tuple[str, ...], missing: str
) -> None:
    publisher.publish("1.0.0", variables)
    run = _fix(patless)
    assert _version(repository) is None
    assert f"= pipe-variables: the pipe does not take {missing}\n" in run.out


def test_a_rule_file_gives_the_pipe_its_real_variables(
    patless: Patless, repository: Path, publisher: Publisher
) -> None:
    publisher.publish("1.0.0", ("IMAGE", "TAG_LIST"))
    rules = repository / "rules"
    rules.mkdir()
    (rules / "pipe.yml").write_text('push-pipe: {image: IMAGE, tags: TAG_LIST, separator: ","}\n')
    run = _fix(patless, "--rules", rules)
    assert run.code == 0
    assert _version(repository) == "1.0.0"
    assert "IMAGE: web\n              TAG_LIST: '1'" in (repository / "bitbucket-pipelines.yml").read_text()


# Connections


def test_offline_connects_to_nobody(
    patless: Patless, repository: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", connect)
    for arguments in (["--offline"], ["--offline", "--pipe-version", "1.2.3"]):
        assert _fix(patless, *arguments).code == 0
    assert publisher.asked == []


def test_the_style_of_logins_connects_to_nobody(patless: Patless, repository: Path, publisher: Publisher) -> None:
    assert patless("fix").code == 0
    assert patless("check").code == 0
    assert publisher.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.acme.example/2.0",
        "http://127.0.0.1.acme.example/2.0",
        "http://127.0.0.1@acme.example/2.0",
        "ftp://127.0.0.1/2.0",
        "file:///etc/passwd",
        "127.0.0.1",
        "http://[::1",
        "",
    ],
)
def test_plain_http_is_for_this_machine_only(
    patless: Patless, repository: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setenv("PATLESS_API_URL", url)
    run = _fix(patless)
    assert run.code == 0
    assert "PATLESS_API_URL is not an https URL" in run.out
    assert _version(repository) is None


def test_no_password_of_the_machine_is_sent(
    patless: Patless, repository: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login dev password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    publisher.publish("1.0.0", VARIABLES)
    assert _fix(patless).code == 0
    assert not any("authorization" in {name.lower() for name in headers} for headers in publisher.headers)


def test_json_says_nothing_of_the_connection(patless: Patless, repository: Path, publisher: Publisher) -> None:
    run = patless("check", "--style", "pipe", "--format", "json")
    finding = json.loads(run.out)["findings"][0]
    assert (finding["verdict"], finding["reasons"], finding["fix"]) == ("report-only", ["pipe-version"], None)
