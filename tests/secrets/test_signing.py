"""Signatures, made and checked by the real ssh-keygen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.secrets import signing
from migrator.secrets.signing import SigningError


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "dana")], check=True)
    allow(tmp_path, "dana@acme.example")
    path = tmp_path / "plan.json"
    path.write_text("a plan\n")
    return path


def allow(folder: Path, principal: str) -> None:
    (folder / "allowed").write_text(f"{principal} {(folder / 'dana.pub').read_text()}")


def test_without_a_file_of_allowed_signers_nothing_counts(plan: Path) -> None:
    with pytest.raises(SigningError, match="no such file"):
        signing.signatures(plan, plan.with_name("nobody"))


def test_a_key_that_is_none_signs_nothing(plan: Path) -> None:
    with pytest.raises(SigningError, match="does not sign"):
        signing.sign(plan, plan)
    assert not list(plan.parent.glob("*.sig"))


def test_a_file_that_was_put_there_after_the_plan_was_read_is_not_what_is_checked(plan: Path) -> None:
    signing.sign(plan, plan.with_name("dana"))
    (signature,) = signing.signatures(plan, plan.with_name("allowed"), b"another plan, read before\n")
    assert signature.signer == ""


@pytest.mark.parametrize("principal", ["*@acme.example", "dan?@acme.example"])
def test_a_signature_of_anybody_is_nobodys(plan: Path, principal: str) -> None:
    allow(plan.parent, principal)
    signing.sign(plan, plan.with_name("dana"))
    (signature,) = signing.signatures(plan, plan.with_name("allowed"))
    assert (signature.signer, "no one person" in signature.why) == ("", True)


def test_a_signature_names_its_signer_and_key(plan: Path) -> None:
    first, second = (signing.sign(plan, plan.with_name("dana")) for _ in range(2))
    found = signing.signatures(plan, plan.with_name("allowed"))
    assert [(one.file, one.signer) for one in found] == [(first, "dana@acme.example"), (second, "dana@acme.example")]
    assert found[0].key.startswith("SHA256:")


@pytest.fixture
def key(tmp_path: Path) -> Callable[[str], str]:
    """Makes a key of this name; what its public file says."""

    def made(name: str) -> str:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
        return (tmp_path / f"{name}.pub").read_text()

    return made


def certified(folder: Path, authority: str, name: str, principals: str) -> Path:
    """A certificate for a key, with the private key beside it, as ssh-keygen wants it."""
    copy = folder / f"{name}-{principals.partition('@')[0]}"
    shutil.copy(folder / name, copy)
    shutil.copy(folder / f"{name}.pub", copy.with_suffix(".pub"))
    authority = str(folder / authority)
    subprocess.run(
        ["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n", principals, copy.with_suffix(".pub")], check=True
    )
    return copy.with_name(f"{copy.name}-cert.pub")


@pytest.mark.parametrize(
    "allowed",
    [
        "dana@x {dana}lee@x {dana}",
        "dana@x,lee@x {dana}",
        "dana@x {dana}Dana@X {dana}",
        'dana@x {dana}# a comment {dana}"sam@x,lee@x" namespaces="patless-plan" {dana}',
        "lee@x {dana}dana@x {dana}",
    ],
)
def test_a_key_is_one_signer_under_all_of_its_names(plan: Path, allowed: str) -> None:
    public = plan.with_name("dana.pub").read_text()
    plan.with_name("allowed").write_text(allowed.replace("{dana}", public))
    for _ in range(2):
        signing.sign(plan, plan.with_name("dana"))
    found = signing.signatures(plan, plan.with_name("allowed"))
    assert all(one.signer for one in found)
    assert len(signing.people(found)) == 1
    for name in ("DANA@x", *found[0].names):
        assert signing.people(found, [name]) == (), "whoever applies has this name, too"
    assert signing.people(found, ["someone@x"], [found[0].key]) == (), "or this key"
    assert len(signing.people(found, ["someone@x", ""], ["SHA256:other", ""])) == 1


def test_a_pattern_on_any_line_of_a_key_is_anybody(plan: Path) -> None:
    public = plan.with_name("dana.pub").read_text()
    plan.with_name("allowed").write_text(f"dana@x {public}*@x {public}")
    signing.sign(plan, plan.with_name("dana"))
    (signature,) = signing.signatures(plan, plan.with_name("allowed"))
    assert (signature.signer, "no one person" in signature.why) == ("", True)


def test_the_keys_of_one_person_are_one_signer_and_those_of_two_are_two(plan: Path, key: Callable[[str], str]) -> None:
    dana, lee, laptop = plan.with_name("dana.pub").read_text(), key("lee"), key("laptop")
    plan.with_name("allowed").write_text(f"dana@x {dana}lee@x {lee}sam@x,DANA@x {laptop}")
    for name in ("dana", "laptop", "lee"):
        signing.sign(plan, plan.with_name(name))
    found = signing.signatures(plan, plan.with_name("allowed"))
    assert signing.people(found) == ("dana@x", "lee@x")
    assert signing.people(found, ["sam@x"]) == ("lee@x",)


def test_certificates_of_one_key_are_one_signer(plan: Path, key: Callable[[str], str]) -> None:
    folder, authority = plan.parent, key("authority")
    dana = plan.with_name("dana.pub").read_text()
    plan.with_name("allowed").write_text(f"*@x cert-authority {authority}dana@y {dana}")
    for one in (
        certified(folder, "authority", "dana", "dana@x,lee@x"),
        certified(folder, "authority", "dana", "sam@x"),
    ):
        signing.sign(plan, one)
    found = signing.signatures(plan, plan.with_name("allowed"))
    assert {name for one in found for name in one.names} == {"dana@x", "lee@x", "sam@x", "dana@y"}
    assert len(signing.people(found)) == 1
    for name in ("lee@x", "SAM@x", "dana@y"):
        assert signing.people(found, [name]) == ()


def test_what_is_no_plain_file_is_no_signature_and_not_waited_for(plan: Path) -> None:
    os.mkfifo(plan.with_name("plan.json.1.sig"))
    (signature,) = signing.signatures(plan, plan.with_name("allowed"))
    assert signature.why == "it is not a plain file"
    plan.with_name("allowed").unlink()
    os.mkfifo(plan.with_name("allowed"))
    with pytest.raises(SigningError, match="not a plain file"):
        signing.signatures(plan, plan.with_name("allowed"))


def test_a_log_s_signature_is_of_its_first_lines_and_of_no_plan(plan: Path) -> None:
    log, data, allowed = plan.with_name("plan.json.log"), b"one\ntwo\n", plan.with_name("allowed")
    assert signing.sign_log(log, data, plan.with_name("dana")).name == "plan.json.log.2.logsig"
    (good,) = signing.log_signatures(log, data + b"three\n", allowed)
    assert (good.signer, good.lines, good.key) == ("dana@acme.example", 2, signing.fingerprint(plan.with_name("dana")))
    for other in (b"one\nTwo\n", b"one\n", b""):
        assert [one.signer for one in signing.log_signatures(log, other, allowed)] == [""]
    (unchecked,) = signing.log_signatures(log, data, None)
    assert "--allowed-signers" in unchecked.why
    plan.write_bytes(data)
    plan.with_name("plan.json.log.2.logsig").rename(plan.with_name("plan.json.1.sig"))
    assert [one.signer for one in signing.signatures(plan, allowed)] == [""]
