"""A new client and a new escape are rule data: what a folder of rules says is found, judged and rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.findings.records import Ownership
from migrator.flow import interpreter
from migrator.flow.events import Flow
from migrator.reading.given import given
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Channel
from migrator.sinks.escapes import escapes
from migrator.sinks.images import find_images
from migrator.sinks.logins import find_logins
from tests.memory import PATH, planned, report_on, step

CLIENT = r"""
clients:
  ship:
    programs: [ship]
    options: [--profile]
    login-file:
      option: [--profile]
      environment: [SHIP_PROFILE]
      paths: ['(?:.*/)?\.ship/auth']
      folders: ['/\.ship$']
    commands:
      - words: [enter]
        stores:
          host: {option: [--at], environment: [SHIP_HOST], default: crg.apkg.io}
          username: {option: [--as], environment: [SHIP_USER]}
          password: {option: [--key], stdin: [--key-stdin], environment: [SHIP_KEY]}
      - {words: [send], options: [--retries], pushes: {image: {word: last}}, transport: "ship://"}
      - {words: [fetch], pulls: {image: {word: all, option: [--base]}}}
      - {words: [check], reads: {image: {word: first}}}
      - {words: [name], names: {image: {word: rest}}}
      - {words: [make], build: {file: [--recipe], tag: [--name], push: [--send]}}
"""
ESCAPE = """
escapes:
  cluster:
    program: ship
    words: [cluster, join]
    what: a cluster of ours
    leaves: {host: {option: [--at]}, credential: {option: [--key], environment: [SHIP_KEY]}}
  mail: {program: mail, what: a letter, leaves: {login-file: {word: any}}}
"""
WEB, BASE = "crg.apkg.io/acme/web", "crg.apkg.io/acme/base"


def follow(text: str, book: RuleBook) -> Flow:
    return interpreter.follow(text, book.programs, {}, {}.get, book.built_in.clone)


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "ship.yml").write_text(CLIENT)
    (tmp_path / "cluster.yml").write_text(ESCAPE)
    return rulebook.load([tmp_path])


@pytest.mark.parametrize(
    ("text", "username", "password", "host", "channel"),
    [
        ("ship enter --as $U --key $P", "${U}", "${P}", "crg.apkg.io", Channel.OPTION),
        ("echo $P | ship --profile x enter --as=$U --key-stdin", "${U}", "${P}\n", "crg.apkg.io", Channel.STDIN),
        ("SHIP_USER=$U SHIP_KEY=$P ship enter", "${U}", "${P}", "crg.apkg.io", Channel.ENVIRONMENT),
        ("SHIP_USER=a ship enter --as $U --key $P --at ghcr.io", "${U}", "${P}", "ghcr.io", Channel.OPTION),
        ("SHIP_HOST=ghcr.io ship enter --as $U --key $P", "${U}", "${P}", "ghcr.io", Channel.OPTION),
    ],
)
def test_a_login_is_a_group_of_sinks_that_stores(
    text: str, username: str, password: str, host: str, channel: Channel, book: RuleBook
) -> None:
    (login,) = find_logins(follow(text, book), book)
    assert (login.client, login.host) == ("ship", host)
    assert (login.username.symbol(), login.password.symbol()) == (username, password)
    assert {sink.channel for sink in login.sinks if sink.value == login.password} == {channel}


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        (f"ship send --retries 3 web ship://{WEB}", [("pushes", WEB)]),
        ("ship send web dir:out", []),
        (f"ship fetch --base {BASE} {WEB}", [("pulls", WEB), ("pulls", BASE)]),
        (f"ship name web {WEB}\nship check {WEB}\nship fetch {WEB}", [("pulls", WEB)]),
        (f"ship make --recipe Recipe --name {WEB} --send .", [("reads", BASE), ("pushes", WEB)]),
        (f"ship other {WEB}", [("reads", WEB)]),
    ],
)
def test_images_are_sinks_that_are_pushed_and_read(text: str, uses: list[tuple[str, str]], book: RuleBook) -> None:
    files = {"Recipe": f"FROM {BASE}\n"}
    found = find_images(follow(text, book), book, files.get)
    assert [(use.action.value, use.reference) for use in found] == uses


def test_the_whole_tool_knows_the_client_and_the_escape(book: RuleBook) -> None:
    text = step(
        "ship enter --as $USER_NAME --key $STORED",
        f"ship send web ship://{WEB}",
        f"ship fetch {BASE}",
        "ship cluster join --at crg.apkg.io --key $STORED",
    )
    report = report_on(text, book=book)
    login, escape = report.findings
    assert (login.rule, {reason.code for reason in login.reasons}) == ("registry-login", {"foreign-package"})
    assert (escape.rule, [reason.code for reason in escape.reasons]) == ("credential-leaves-step", ["leaves-step"])
    assert escape.message == "the step passes $STORED to a cluster of ours, which outlives the step"
    assert {(one.name, one.ownership) for one in report.packages} == {(WEB, Ownership.OWN), (BASE, Ownership.FOREIGN)}
    (change,) = planned(report, unsafe=True).changes
    native = "--as $BITBUCKET_PACKAGES_USERNAME --key $BITBUCKET_PACKAGES_TOKEN"
    assert change.after.decode() == text.replace("--as $USER_NAME --key $STORED", native)
    assert [one.rule for one in report_on({PATH: change.after}, book=book).findings] == ["credential-leaves-step"]


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        (["mail ~/.ship/auth"], {"leaves-step"}),
        (["tar cf x /root/.ship"], {"leaves-step"}),
        (["mail x"], set()),
        (["ship --profile other enter --as a --key b"], set()),
        (["ship enter --as a --key $OTHER"], {"mixed-logins"}),
    ],
)
def test_where_the_client_keeps_its_login_is_known(script: list[str], codes: set[str], book: RuleBook) -> None:
    findings = report_on(
        step("ship enter --as $U --key $P", f"ship send web ship://{WEB}", *script), book=book
    ).findings
    assert {reason.code for reason in findings[0].reasons} == codes


def test_a_login_that_is_written_into_the_client_s_file_is_found(book: RuleBook) -> None:
    (finding,) = report_on(step("echo crg.apkg.io $U:$P > ~/.ship/auth"), book=book).findings
    assert finding.message == "the step writes a login to Packages into the client's login file by hand"


def test_literals_are_masked_by_the_same_data(book: RuleBook) -> None:
    text = "ship enter --as somebody --key s3cret; ship cluster join --at host --key $KEY; ship --key=hidden"
    assert [text[span.start : span.end] for span in given(text, book)] == ["s3cret", "hidden"]


def test_a_program_that_is_no_client_and_no_escape_is_neither(book: RuleBook) -> None:
    (command,) = follow("sail enter --as $U --key $P", book).commands
    assert list(escapes(command, book)) == []
