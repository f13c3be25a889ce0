"""`patless packages --probe` against registries of npm and Python that let one pair in, and only GET requests."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from migrator.findings.records import Ownership, Package, PackageType
from migrator.findings.settings import Settings
from migrator.options import UsageError
from migrator.registry import asking, indexes
from migrator.registry.names import NotResolved, resolved
from migrator.registry.records import Answer, NativePair
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import RuleBook
from migrator.sinks.packages import PushedPackages
from tests.registry.conftest import NATIVE

PAIR = NativePair(*NATIVE)
ENVIRONMENT = dict(zip(("BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN"), NATIVE, strict=True))
SIGNED = "Basic " + base64.b64encode(":".join(NATIVE).encode()).decode()
ANSWERS = {
    "/acme/@acme%2Fweb": (200, json.dumps({"name": "@acme/web", "versions": {}})),
    "/acme/ui": (200, json.dumps({"name": "other", "versions": {}})),
    "/acme/html": (200, "<html>Sign in</html>"),
    "/acme/theirs": (403, "{}"),
    "/acme/refused": (401, "{}"),
    "/acme/odd": (418, "{}"),
    "/acme/simple/web/": (200, '<a href="web-1.tar.gz">web-1.tar.gz</a>'),
    "/acme/simple/page/": (200, "Sign in"),
}


@contextmanager
def serving(open_to: str = "") -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The host, and the method, path, and credentials of each request."""
    asked: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization") or ""
            asked.append((self.command, self.path, given))
            status, body = ANSWERS.get(self.path, (404, "{}"))
            status = status if given == SIGNED or self.path == open_to else 401
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("kind", "name", "answer"),
    [
        (PackageType.NPM, "@acme/web", Answer.YES),
        (PackageType.NPM, "ui", Answer.UNKNOWN),
        (PackageType.NPM, "html", Answer.UNKNOWN),
        (PackageType.NPM, "theirs", Answer.NO),
        (PackageType.NPM, "refused", Answer.UNKNOWN),
        (PackageType.NPM, "odd", Answer.UNKNOWN),
        (PackageType.NPM, "gone", Answer.UNKNOWN),
        (PackageType.PYTHON, "web", Answer.YES),
        (PackageType.PYTHON, "page", Answer.UNKNOWN),
    ],
)
def test_what_the_registry_describes_is_readable(kind: PackageType, name: str, answer: Answer) -> None:
    with serving() as (host, asked):
        (access,) = indexes.probe(kind, host, [f"{host}/acme/{name}"], PAIR).accesses
    assert (access.readable, access.push) == (answer, Answer.UNKNOWN)
    assert [method for method, _, _ in asked] == ["GET", "GET"]
    assert [given for _, _, given in asked] == ["", SIGNED]


def test_what_anybody_may_read_says_nothing_about_the_credentials() -> None:
    with serving("/acme/@acme%2Fweb") as (host, asked):
        (access,) = indexes.probe(PackageType.NPM, host, [f"{host}/acme/@acme/web"], PAIR).accesses
    assert access.readable is Answer.UNKNOWN
    assert [given for _, _, given in asked] == [""]


def test_a_registry_that_is_not_there_is_an_error_and_no_answer() -> None:
    with serving() as (host, _):
        pass
    found = indexes.probe(PackageType.NPM, host, [f"{host}/acme/a", f"{host}/acme/b"], PAIR)
    assert [one.readable for one in found.accesses] == [Answer.UNKNOWN] * 2
    assert host in found.error


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (PackageType.NPM, "npm.apkg.io/acme"),
        (PackageType.NPM, "npm.apkg.io/acme/../x"),
        (PackageType.NPM, "npm.apkg.io/acme/@acme/.."),
        (PackageType.NPM, "npm.apkg.io/acme/a?b"),
        (PackageType.PYTHON, "pypi.apkg.io/acme"),
        (PackageType.PYTHON, "pypi.apkg.io/acme/.."),
    ],
)
def test_a_name_that_is_none_of_a_package_is_not_asked_for(kind: PackageType, name: str) -> None:
    with pytest.raises(NotResolved, match="not asked"):
        resolved(name, {}, kind)


RULES = """\
registries:
  bitbucket-packages-npm:
    hosts: ["{host}"]
    mention: "{host}"
    username: {username}
    password: BITBUCKET_PACKAGES_TOKEN
    type: npm
"""


def _book(folder: Path, host: str, username: str) -> RuleBook:
    (folder / "npm.yml").write_text(RULES.format(host=host, username=username))
    return rulebook.load((folder,))


@pytest.mark.parametrize("told", [True, False])
def test_the_operator_says_which_hosts_are_asked(told: bool, tmp_path: Path) -> None:
    with serving() as (host, asked):
        package = Package(f"{host}/acme/@acme/web", Ownership.OWN, "", type=PackageType.NPM)
        book = _book(tmp_path, host, "BITBUCKET_PACKAGES_USERNAME") if told else rulebook.load()
        found, errors = asking.asked([package], book, ENVIRONMENT, "")
        assert asking.new([package], found, PushedPackages(Settings())) == ((package.name,) if told else ())
    assert (found[package.name].readable, errors) == (Answer.YES if told else Answer.UNKNOWN, ())
    assert [given for _, _, given in asked] == (["", SIGNED] if told else [])


def test_no_rule_makes_a_probe_send_anything_else(tmp_path: Path) -> None:
    with serving() as (host, asked):
        package = Package(f"{host}/acme/@acme/web", Ownership.OWN, "", type=PackageType.NPM)
        with pytest.raises(UsageError, match="OTHER"):
            asking.asked([package], _book(tmp_path, host, "OTHER"), {**ENVIRONMENT, "OTHER": "a secret"}, "")
    assert not asked
