"""What is made of the answers of ssh-keygen, and of the words of a file of allowed signers."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.secrets import signing
from migrator.secrets.signing import Signature, SigningError

BLOB = base64.b64encode(b"\0\0\0\x0bssh-ed25519 some key").decode()
OTHER = base64.b64encode(b"\0\0\0\x0bssh-ed25519 another one").decode()
assert BLOB.startswith("AAAA")


def fingerprint(blob: str) -> str:
    digest = hashlib.sha256(base64.b64decode(blob)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


KEY = fingerprint(BLOB)


class Keygen:
    """Answers in place of ssh-keygen: a code, what it prints, and its error, by what it is asked to do."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, str]] = {
            "find-principals": (0, "dana@x\n", ""),
            "verify": (0, f'Good "patless-plan" signature for dana@x with ED25519 key {KEY}\n', ""),
            "check-novalidate": (0, f'Good "patless-log" signature with ED25519 key {KEY}\n', ""),
            "sign": (0, "a signature", ""),
        }
        self.asked: list[tuple[bytes, tuple[str, ...]]] = []

    def __call__(self, data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        self.asked.append((data, arguments))
        code, out, error = self.answers[arguments[1]]
        return subprocess.CompletedProcess(arguments, code, out.encode(), error.encode())


@pytest.fixture
def keygen(monkeypatch: pytest.MonkeyPatch) -> Keygen:
    found = Keygen()
    monkeypatch.setattr(signing, "_ssh_keygen", found)
    return found


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text("a plan\n")
    path.with_name("plan.json.1.sig").write_text("a signature")
    path.with_name("allowed").write_text(f"dana@x ssh-ed25519 {BLOB}\n")
    return path


def checked(plan: Path) -> Signature:
    (found,) = signing.signatures(plan, plan.with_name("allowed"))
    return found


def test_a_signature_is_asked_for_by_its_signer_and_namespace(keygen: Keygen, plan: Path) -> None:
    file, allowed = str(plan.with_name("plan.json.1.sig")), str(plan.with_name("allowed"))
    assert checked(plan) == Signature(Path(file), "dana@x", KEY, "", ("dana@x",))
    assert keygen.asked == [
        (b"a plan\n", ("-Y", "find-principals", "-s", file, "-f", allowed)),
        (b"a plan\n", ("-Y", "verify", "-f", allowed, "-I", "dana@x", "-n", "patless-plan", "-s", file)),
    ]


@pytest.mark.parametrize(
    ("asked", "answer", "why"),
    [
        ("find-principals", (255, "dana@x\n", ""), "no allowed signer has its key"),
        ("find-principals", (0, "\n", ""), "no allowed signer has its key"),
        ("find-principals", (0, "*@x\n", ""), "the allowed signers give its key to *@x, which names no one person"),
        ("find-principals", (0, "lee@x,?\n", ""), "the allowed signers give its key to ?, which names no one person"),
        ("verify", (255, f"with ED25519 key {KEY}\n", ""), "it is not dana@x's signature of this plan"),
        ("verify", (0, "Good signature\n", ""), "it is not dana@x's signature of this plan"),
    ],
)  # fmt: skip
def test_why_a_signature_is_nobody_s_is_told(
    asked: str, answer: tuple[int, str, str], why: str, keygen: Keygen, plan: Path
) -> None:
    keygen.answers[asked] = answer
    found = checked(plan)
    assert found == Signature(found.file, "", "", why)


def test_all_names_of_the_key_count_and_the_first_is_the_signer(keygen: Keygen, plan: Path) -> None:
    keygen.answers["find-principals"] = 0, "dana@x,lee@x\ndana@x\n", ""
    plan.with_name("allowed").write_text(f"sam@x {BLOB}\ndana@x {BLOB}\nno@x {OTHER}\n")
    assert (checked(plan).signer, checked(plan).names) == ("dana@x", ("dana@x", "lee@x", "sam@x"))
    plan.with_name("allowed").write_text(f"*@x {BLOB}\n")
    assert checked(plan).why == "the allowed signers give its key to *@x, which names no one person"


def test_the_one_who_is_asked_for_is_no_pattern_where_there_is_another(keygen: Keygen, plan: Path) -> None:
    keygen.answers["find-principals"] = 0, "*@x,lee@x\n", ""
    assert "*@x" in checked(plan).why
    assert "lee@x" in keygen.asked[1][1]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (f"dana@x ssh-ed25519 {BLOB} a comment", ("dana@x",)),
        (f"  dana@x,lee@x ssh-ed25519 {BLOB}", ("dana@x", "lee@x")),
        (f'"dana lee@x, sam@x" namespaces="patless-plan" ssh-ed25519 {BLOB}', ("dana lee@x", "sam@x")),
        (f"dana@x,, ssh-ed25519 {BLOB}", ("dana@x",)),
        (f"*@x,dana@x ssh-ed25519 {BLOB}", ("dana@x",)),
        (f"# dana@x ssh-ed25519 {BLOB}", ()),
        (f"  # dana@x ssh-ed25519 {BLOB}", ()),
        (f"dana@x ssh-ed25519 {OTHER}", ()),
        ("dana@x ssh-ed25519 AAAA*", ()),
        ("dana@x ssh-ed25519 AAAAB", ()),
        (f"dana@x ssh-ed25519 x{BLOB}", ()),
        (f"dana@x ssh-ed25519 {BLOB[:8]}*{BLOB[8:]}", ()),
        ("", ()),
        (f"dana@x ssh-ed25519 {BLOB}\n\nlee@x ssh-ed25519 {BLOB}", ("dana@x", "lee@x")),
    ],
)
def test_whom_a_key_stands_for_is_told_by_the_lines_that_have_it(
    line: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "allowed").write_text(line + "\n")
    assert signing.names(KEY, tmp_path / "allowed") == names


def test_allowed_signers_may_be_behind_a_link_and_hold_any_bytes(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"# \xff\nd\xe4na ssh-ed25519 " + BLOB.encode() + b"\n")
    (tmp_path / "allowed").symlink_to("there")
    assert signing.names(KEY, tmp_path / "allowed") == ("d\udce4na",)


def one(name: str, key: str, *names: str) -> Signature:
    return Signature(Path("x"), name, key, "" if name else "no", names or (name,))


@pytest.mark.parametrize(
    ("found", "applied", "keys", "people"),
    [
        ([one("a", "1"), one("b", "2")], [], [], ("a", "b")),
        ([one("a", "1"), one("b", "1")], [], [], ("a",)),
        ([one("a", "1"), one("A", "2")], [], [], ("a",)),
        ([one("", "1"), one("a", "1")], [], [], ("a",)),
        ([one("a", "1"), one("b", "2"), one("c", "3", "c", "a", "b")], [], [], ("a",)),
        ([one("a", "1"), one("b", "2"), one("c", "2")], [], [], ("a", "b")),
        ([one("a", "1"), one("b", "2"), one("c", "3", "c", "b"), one("d", "3")], ["B"], [], ("a",)),
        ([one("b", "2"), one("c", "3", "c", "b"), one("e", "2")], [], [], ("b",)),
        ([one("a", "1"), one("b", "2")], ["A"], [], ("b",)),
        ([one("a", "1"), one("b", "2")], [""], ["2"], ("a",)),
        ([one("a", "", "a"), one("b", "2")], [""], [], ("a", "b")),
        ([one("a", "1"), one("b", "1", "b"), one("c", "3")], ["b"], [], ("c",)),
    ],
)
def test_people_are_told_apart_by_keys_and_names(
    found: list[Signature], applied: list[str], keys: list[str], people: tuple[str, ...]
) -> None:
    assert signing.people(found, applied, keys) == people


@pytest.mark.parametrize(
    ("file", "data", "lines", "why"),
    [
        ("log.2.logsig", b"a\nb\nc\n", 2, ""),
        ("log.3.logsig", b"a\nb\nc\n", 3, ""),
        ("log.4.logsig", b"a\nb\nc\n", 4, "the log has no such lines"),
        ("log.3.logsig", b"a\nb\nc", 3, "the log has no such lines"),
        ("log.x.logsig", b"a\n", 0, "the log has no such lines"),
        ("log.0.logsig", b"a\n", 0, "the log has no such lines"),
    ],
)
def test_a_log_s_signature_says_of_how_many_lines_it_is(
    file: str, data: bytes, lines: int, why: str, keygen: Keygen, plan: Path
) -> None:
    log = plan.with_name("log")
    plan.with_name(file).touch()
    (found,) = signing.log_signatures(log, data, plan.with_name("allowed"))
    assert (found.lines, found.why, found.signer) == (lines, why, "" if why else "dana@x")
    assert [asked for asked, _ in keygen.asked] == ([] if why else [b"".join(data.splitlines(True)[:lines])] * 2)
    (unchecked,) = signing.log_signatures(log, data, None)
    assert (unchecked.lines, unchecked.why) == (lines, "not checked; pass --allowed-signers")


def test_signatures_of_a_log_come_by_their_lines_and_are_of_no_plan(keygen: Keygen, plan: Path) -> None:
    for number in (10, 9, 1):
        plan.with_name(f"log.{number}.logsig").touch()
    keygen.answers["verify"] = 1, "", ""
    found = signing.log_signatures(plan.with_name("log"), b"a\n" * 10, plan.with_name("allowed"))
    assert [(each.lines, each.why) for each in found] == [
        (number, "it is not dana@x's signature of this log") for number in (1, 9, 10)
    ]
    assert "patless-log" in keygen.asked[1][1]


def test_all_names_of_a_key_count_for_a_log_too(keygen: Keygen, plan: Path) -> None:
    plan.with_name("log.1.logsig").touch()
    plan.with_name("allowed").write_text(f"dana@x {BLOB}\nlee@x {BLOB}\n")
    (found,) = signing.log_signatures(plan.with_name("log"), b"a\n", plan.with_name("allowed"))
    assert found.names == ("dana@x", "lee@x")


def test_a_plan_has_the_signatures_that_begin_with_its_whole_name(tmp_path: Path) -> None:
    for name in ("p[1]*.json.2.sig", "p[1]*.json.10.sig", "p1.json.1.sig", "p[1]*.json.1.logsig", "p[1]*.json"):
        (tmp_path / name).touch()
    assert [one.name for one in signing.files(tmp_path / "p[1]*.json")] == ["p[1]*.json.10.sig", "p[1]*.json.2.sig"]


@pytest.mark.parametrize(("there", "refused"), [(99, False), (100, True)])
def test_so_many_signatures_are_looked_at(there: int, refused: bool, tmp_path: Path) -> None:
    for number in range(there):
        (tmp_path / f"plan.json.{number}.sig").touch()
    if refused:
        with pytest.raises(SigningError, match="has more than 99 signatures"):
            signing.files(tmp_path / "plan.json")
    else:
        assert len(signing.files(tmp_path / "plan.json")) == there


def test_signing_takes_the_first_name_that_is_free(keygen: Keygen, plan: Path) -> None:
    plan.with_name("plan.json.1.sig").unlink()
    assert signing.sign(plan, Path("key")) == plan.with_name("plan.json.1.sig")
    keygen.asked.clear()
    assert signing.sign(plan, Path("key")) == plan.with_name("plan.json.2.sig")
    assert plan.with_name("plan.json.2.sig").read_text() == "a signature"
    assert keygen.asked == [(b"a plan\n", ("-Y", "sign", "-q", "-f", "key", "-n", "patless-plan"))]
    for number in range(3, 99):
        plan.with_name(f"plan.json.{number}.sig").touch()
    assert signing.sign(plan, Path("key")) == plan.with_name("plan.json.99.sig")
    with pytest.raises(SigningError, match="has 99 signatures"):
        signing.sign(plan, Path("key"))


def test_a_signature_of_a_log_is_written_anew(keygen: Keygen, plan: Path) -> None:
    log = plan.with_name("log")
    plan.with_name("log.2.logsig").write_text("old")
    assert signing.sign_log(log, b"a\nb\n", Path("key")) == plan.with_name("log.2.logsig")
    assert plan.with_name("log.2.logsig").read_text() == "a signature"
    assert keygen.asked == [(b"a\nb\n", ("-Y", "sign", "-q", "-f", "key", "-n", "patless-log"))]
    with pytest.raises(SigningError, match=r"cannot write .*: Not a directory"):
        signing.sign_log(plan / "log", b"", Path("key"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((1, "", "Load key: no\nincorrect passphrase\n"), "incorrect passphrase"),
        ((255, "", ""), "exit code 255"),
        ((1, "", "x" * 300), "x" * 200),
    ],
)
def test_a_key_that_does_not_sign_says_why(answer: tuple[int, str, str], said: str, keygen: Keygen) -> None:
    keygen.answers["sign"] = answer
    with pytest.raises(SigningError) as found:
        signing.sign_log(Path("log"), b"", Path("key"))
    assert str(found.value) == f"ssh-keygen does not sign with key: {said}"


@pytest.mark.parametrize(
    ("answer", "said"), [((1, f"key {KEY}", "no"), "no"), ((0, "", ""), "exit code 0"), ((0, f"key {KEY}\n", ""), "")]
)
def test_the_fingerprint_of_a_key_is_that_of_what_it_signs(
    answer: tuple[int, str, str], said: str, keygen: Keygen
) -> None:
    keygen.answers["check-novalidate"] = answer
    if not said:
        assert signing.fingerprint(Path("key")) == KEY
        assert keygen.asked[1][1][:5] == ("-Y", "check-novalidate", "-n", "patless-log", "-s")
        return
    with pytest.raises(SigningError) as found:
        signing.fingerprint(Path("key"))
    assert str(found.value) == f"ssh-keygen does not accept its own signature with key: {said}"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(), "ssh-keygen is not installed; install the OpenSSH client"),
        (subprocess.TimeoutExpired("ssh-keygen", 120), "ssh-keygen needs more than 120 seconds"),
    ],
    ids=["missing", "slow"],
)
def test_without_an_answer_nothing_is_signed(error: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(SigningError, match=said):
        signing._ssh_keygen(b"")


def test_a_key_is_used_with_its_agent_and_nothing_else_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def run(command: list[str], **options: Any) -> Callable[[], None]:
        asked.update(options, command=command)
        return lambda: None

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("SSH_AUTH_SOCK", "agent")
    monkeypatch.setenv("SOME_TOKEN", "x")
    signing._ssh_keygen(b"data", "-Y", "sign")
    assert (asked["command"], asked["input"], asked["check"]) == (["ssh-keygen", "-Y", "sign"], b"data", False)
    assert (asked["capture_output"], asked["env"].get("SSH_AUTH_SOCK"), "SOME_TOKEN" in asked["env"]) == (
        True,
        "agent",
        False,
    )


def test_what_was_read_before_is_what_is_checked(keygen: Keygen, plan: Path) -> None:
    signing.signatures(plan, plan.with_name("allowed"), b"")
    assert [data for data, _ in keygen.asked] == [b"", b""]
    assert replace(checked(plan), file=Path()) == Signature(Path(), "dana@x", KEY, "", ("dana@x",))
