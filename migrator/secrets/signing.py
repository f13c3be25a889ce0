"""Signatures of a plan and of its log by SSH keys: `ssh-keygen -Y` (https://man.openbsd.org/ssh-keygen#Y).

A signer is a key. What the allowed signers call it says who is meant, and all that they call it counts.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from migrator.repositories.git import needed
from migrator.text.files import read_bounded
from migrator.text.patterns import regex
from migrator.text.view import Unreadable

NAMESPACE = "patless-plan"
LOG = "patless-log"
_SECONDS = 120
_MOST = 99
"""The most signatures that are looked at."""
_PATTERN = regex(r"[*?!]")
"""Of a principal that stands for many (ssh-keygen's ALLOWED SIGNERS): nobody could tell that it is not who applies."""
_AGENT = regex(
    r"SSH_AUTH_SOCK|SSH_ASKPASS(?:_REQUIRE)?|SSH_SK_PROVIDER|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS"
)
"""How a key is used that needs an agent, a device or a passphrase."""
_FINGERPRINT = regex(r"SHA256:[A-Za-z0-9+/]+")
_COVERED = regex(r"\.([1-9][0-9]{0,8})\.logsig")


class SigningError(Exception):
    """ssh-keygen is missing or refuses. The message is a sentence."""


class Signature(Struct, frozen=True):
    """`key` is the fingerprint, of a certificate that of its key; `names` are all principals that the allowed signers
    give it, and `signer` is one of them, '' where `why` says what is wrong. `lines` is how many of a log it is of."""

    file: Path
    signer: str
    key: str
    why: str = ""
    names: tuple[str, ...] = ()
    lines: int = 0


def sign(plan: Path, key: Path) -> Path:
    """Sign the plan with a private key, or with a public one whose other half an agent holds; the new file."""
    signature = _signature(plan.read_bytes(), key, NAMESPACE)
    for number in range(1, _MOST + 1):
        file = plan.with_name(f"{plan.name}.{number}.sig")
        try:
            with file.open("xb") as out:
                out.write(signature)
            return file
        except FileExistsError:
            continue
    raise SigningError(f"{plan} has {_MOST} signatures; remove those that are not needed")


def sign_log(log: Path, data: bytes, key: Path) -> Path:
    """Sign what a log holds by now; the new file, whose name says how many lines that are."""
    lines = data.count(b"\n")
    file = log.with_name(f"{log.name}.{lines}.logsig")
    signature = _signature(data, key, LOG)
    try:
        with file.open("wb") as out:
            out.write(signature)
    except OSError as error:
        raise SigningError(f"cannot write {file}: {error.strerror}") from None
    return file


def fingerprint(key: Path) -> str:
    """Of a key that can sign: it does so, and the signature is thrown away."""
    with tempfile.NamedTemporaryFile(suffix=".sig") as file:
        file.write(_signature(b"", key, LOG))
        file.flush()
        answer = _ssh_keygen(b"", "-Y", "check-novalidate", "-n", LOG, "-s", file.name)
    found = _FINGERPRINT.search(answer.stdout.decode("utf-8", "replace"))
    if answer.returncode or not found:
        raise SigningError(f"ssh-keygen does not accept its own signature with {key}: {_words(answer)}")
    return found[0]


def signatures(plan: Path, allowed: Path, data: bytes | None = None) -> tuple[Signature, ...]:
    """Every signature beside the plan (`plan.json*.sig`), checked against a file of allowed signers.

    `data` is the plan as it was read: whoever acts on it gives it, so that nobody puts another file there in between.
    """
    told = _told(allowed)
    data = plan.read_bytes() if data is None else data
    return tuple(_checked(data, file, allowed, told, NAMESPACE) for file in files(plan))


def files(plan: Path) -> list[Path]:
    """The signatures beside a plan, which are not looked into."""
    return _files(plan, ".sig")


def log_signatures(log: Path, data: bytes, allowed: Path | None) -> tuple[Signature, ...]:
    """Every signature beside a log, whose content is `data`; without `allowed` none is good."""
    told = _told(allowed) if allowed else ""
    found = []
    for file in _files(log, ".logsig"):
        named = _COVERED.search(file.name)
        lines = int(named[1]) if named else 0
        begin = b"".join(data.splitlines(keepends=True)[:lines])
        if allowed is None:
            one = Signature(file, "", "", "not checked; pass --allowed-signers")
        elif not lines or data.count(b"\n") < lines:
            one = Signature(file, "", "", "the log has no such lines")
        else:
            one = _checked(begin, file, allowed, told, LOG)
        found.append(Signature(one.file, one.signer, one.key, one.why, one.names, lines))
    return tuple(sorted(found, key=lambda one: one.lines))


def people(found: Iterable[Signature], applied: Collection[str] = (), keys: Collection[str] = ()) -> tuple[str, ...]:
    """Who signed, without those who applied: a name of each. Signatures that share their key, or a name in any case of
    letters, are of one signer, and of one who applied where that one has such a name or key."""
    groups: list[tuple[set[str], str]] = []
    for one in found:
        if not one.signer:
            continue
        marks = {one.key, *(name.casefold() for name in one.names)}
        same = [group for group in groups if not group[0].isdisjoint(marks)]
        name = same[0][1] if same else one.signer
        groups = [group for group in groups if group not in same]
        groups.append((marks.union(*(group[0] for group in same)), name))
    apart = {name.casefold() for name in applied if name} | set(keys)
    return tuple(name for marks, name in groups if marks.isdisjoint(apart))


def names(key: str, allowed: Path) -> tuple[str, ...]:
    """Whom the allowed signers mean by the key with this fingerprint, on any of their lines."""
    return tuple(name for name in _names(key, _told(allowed)) if not _PATTERN.search(name))


def _names(key: str, told: str) -> Iterator[str]:
    for line in told.splitlines():
        if not line.lstrip().startswith("#") and any(_fingerprint(word) == key for word in line.split()):
            yield from _principals(line)


def _principals(line: str) -> list[str]:
    """Of a line of allowed signers: its first word, which may be quoted."""
    line = line.strip()
    first = line[1:].partition('"')[0] if line.startswith('"') else line.split()[0]
    return [name.strip() for name in first.split(",") if name.strip()]


def _fingerprint(word: str) -> str:
    """The fingerprint of a public key as files have it, '' for a word that is none."""
    if not word.startswith("AAAA"):
        return ""
    try:
        blob = base64.b64decode(word, validate=True)
    except ValueError:
        return ""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


def _told(allowed: Path) -> str:
    try:
        data = read_bounded(Path(os.path.realpath(allowed)))
    except Unreadable as error:
        raise SigningError(f"{allowed}: cannot read the file of allowed signers: {error}") from None
    if data is None:
        raise SigningError(f"{allowed}: no such file of allowed signers (see ssh-keygen's ALLOWED SIGNERS)")
    return data.decode("utf-8", "surrogateescape")


def _files(beside: Path, suffix: str) -> list[Path]:
    found = sorted(beside.parent.glob(re.sub(r"([*?\[])", r"[\1]", beside.name) + f"*{suffix}"))
    if len(found) > _MOST:
        raise SigningError(f"{beside} has more than {_MOST} signatures; remove those that are not needed")
    return found


def _checked(data: bytes, file: Path, allowed: Path, told: str, namespace: str) -> Signature:
    if not file.is_file():
        return Signature(file, "", "", "it is not a plain file")
    found = _ssh_keygen(data, "-Y", "find-principals", "-s", str(file), "-f", str(allowed))
    given = [name for name in re.split(r"[,\n]", found.stdout.decode("utf-8", "surrogateescape")) if name.strip()]
    if found.returncode or not given:
        return Signature(file, "", "", "no allowed signer has its key")
    signer = next((name for name in given if not _PATTERN.search(name)), given[0])
    arguments = ("-f", str(allowed), "-I", signer, "-n", namespace, "-s", str(file))
    verified = _ssh_keygen(data, "-Y", "verify", *arguments)
    key = _FINGERPRINT.search(verified.stdout.decode("utf-8", "replace"))
    # ssh-keygen stops at the first line that fits, and a certificate's key may have lines of its own.
    every = tuple(dict.fromkeys([*given, *_names(key[0], told)])) if key else tuple(given)
    many = next(filter(_PATTERN.search, every), "")
    if many:
        return Signature(file, "", "", f"the allowed signers give its key to {many}, which names no one person")
    if verified.returncode or not key:
        what = "log" if namespace == LOG else "plan"
        return Signature(file, "", "", f"it is not {signer}'s signature of this {what}")
    return Signature(file, signer, key[0], names=every)


def _signature(data: bytes, key: Path, namespace: str) -> bytes:
    answer = _ssh_keygen(data, "-Y", "sign", "-q", "-f", str(key), "-n", namespace)
    if answer.returncode:
        raise SigningError(f"ssh-keygen does not sign with {key}: {_words(answer)}")
    return answer.stdout


def _ssh_keygen(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments],
            env=needed(_AGENT),
            input=data,
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
