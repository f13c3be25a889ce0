"""Signatures of a plan by SSH keys: `ssh-keygen -Y` signs and verifies (https://man.openbsd.org/ssh-keygen#Y)."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from msgspec import Struct

from migrator.repositories.git import without_credentials

NAMESPACE = "patless-plan"
_SECONDS = 120
_PATTERN = re.compile(r"[*?!]")
"""Of a principal that stands for many (ssh-keygen's ALLOWED SIGNERS): nobody could tell that it is not who applies."""


class SigningError(Exception):
    """ssh-keygen is missing or refuses. The message is a sentence."""


class Signature(Struct, frozen=True):
    """`signer` is the principal that the allowed signers give the key, '' where `why` says what is wrong."""

    file: Path
    signer: str
    key: str
    why: str = ""


def sign(plan: Path, key: Path) -> Path:
    """Sign the plan with a private key, or with a public one whose other half an agent holds; the new file."""
    answer = _ssh_keygen(plan.read_bytes(), "-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE)
    if answer.returncode:
        raise SigningError(f"ssh-keygen does not sign with {key}: {_words(answer)}")
    for number in range(1, 100):
        file = plan.with_name(f"{plan.name}.{number}.sig")
        try:
            with file.open("xb") as out:
                out.write(answer.stdout)
            return file
        except FileExistsError:
            continue
    raise SigningError(f"{plan} has 99 signatures; remove those that are not needed")


def signatures(plan: Path, allowed: Path, data: bytes | None = None) -> tuple[Signature, ...]:
    """Every signature beside the plan (`plan.json*.sig`), checked against a file of allowed signers.

    `data` is the plan as it was read: whoever acts on it gives it, so that nobody puts another file there in between.
    """
    if not allowed.is_file():
        raise SigningError(f"{allowed}: there is no such file of allowed signers (see ssh-keygen's ALLOWED SIGNERS)")
    data = plan.read_bytes() if data is None else data
    return tuple(_checked(data, file, allowed) for file in sorted(plan.parent.glob(_glob(plan))))


def _glob(plan: Path) -> str:
    return re.sub(r"([*?\[])", r"[\1]", plan.name) + "*.sig"


def _checked(plan: bytes, file: Path, allowed: Path) -> Signature:
    found = _ssh_keygen(plan, "-Y", "find-principals", "-s", str(file), "-f", str(allowed))
    principals = found.stdout.decode("utf-8", "replace").split("\n")[0].strip()
    if found.returncode or not principals:
        return Signature(file, "", "", "no allowed signer has its key")
    signer = principals.split(",")[0]
    if _PATTERN.search(signer):
        return Signature(file, "", "", f"the allowed signers give its key to {signer}, which names no one person")
    arguments = ("-f", str(allowed), "-I", signer, "-n", NAMESPACE, "-s", str(file))
    verified = _ssh_keygen(plan, "-Y", "verify", *arguments)
    if verified.returncode:
        return Signature(file, "", "", f"it is not {signer}'s signature of this plan")
    key = re.search(r"SHA256:[A-Za-z0-9+/]+", verified.stdout.decode("utf-8", "replace"))
    return Signature(file, signer, key[0] if key else "")


def _ssh_keygen(plan: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments],
            env=without_credentials(os.environ),
            input=plan,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except FileNotFoundError:
        raise SigningError("ssh-keygen is not installed; install the OpenSSH client") from None
    except subprocess.TimeoutExpired:
        raise SigningError(f"ssh-keygen needs more than {_SECONDS} seconds") from None


def _words(answer: subprocess.CompletedProcess[bytes]) -> str:
    words = answer.stderr.decode("utf-8", "replace").strip().splitlines()
    return words[-1][:200] if words else f"exit code {answer.returncode}"
