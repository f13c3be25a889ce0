"""Signatures, made and checked by the real ssh-keygen."""

from __future__ import annotations

import subprocess
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
