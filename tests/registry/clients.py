"""Steps with real logins: what bash does with the scripts is real, and so is every login to one registry.

All other calls of the harness's programs, pushes included, stay with its stand-ins.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.differential import harness

HOST = "crg.apkg.io"

# Read by every bash before its script (BASH_ENV), so that the real clients come before the harness's stand-ins.
_FIRST = """\
case $PATH in {shims}:*) ;; *) PATH={shims}:$PATH ;; esac
"""
_SHIM = """\
#!/bin/bash
case " $* " in *" login "*"{registry}"*) ;; *) PATH=${{PATH#*:}} && exec {name} "$@" ;; esac
case $DOCKER_CONFIG in "${{HOME%/home}}"/*) ;; /*) export DOCKER_CONFIG=$HOME$DOCKER_CONFIG ;; esac
PATH=/usr/bin:/bin
record=$(mktemp -d {records}/XXXXXXXX)
{program} "$@" 2>"$record/stderr"
echo "$?" >"$record/code"
cat "$record/stderr" >&2
find "$HOME/.." -type f -exec grep -lF '"auths"' {{}} + | xargs -r cat >"$record/stored"
exit "$(cat "$record/code")"
"""


@dataclass(frozen=True, slots=True)
class Login:
    """One login that a real client made: its exit code, what it said, and the pairs stored for the registry then."""

    code: int
    said: str
    stored: tuple[tuple[str, str], ...]

    @property
    def refused(self) -> bool:
        return self.code != 0 and "unauthorized" in self.said.lower() and not self.stored


@dataclass(frozen=True, slots=True)
class Ran:
    steps: tuple[harness.Observation, ...]
    logins: tuple[Login, ...]


def run(tree: Path, registry: str, variables: Mapping[str, str], programs: Mapping[str, str], scratch: Path) -> Ran:
    """Run every step of `tree`, with `registry` in the place of the Packages host. `programs` are the real clients."""
    swap(tree, registry)
    shims, records = scratch / "shims", scratch / "records"
    for folder in (shims, records):
        folder.mkdir(parents=True)
    for name, program in programs.items():
        shim = shims / name
        shim.write_text(_SHIM.format(registry=registry, name=name, program=program, records=records))
        shim.chmod(0o755)
    first = scratch / "first.sh"
    first.write_text(_FIRST.format(shims=shims))
    steps = harness.observe(tree, {**variables, "BASH_ENV": str(first)}, frozenset())
    return Ran(tuple(steps), tuple(_login(record, registry) for record in sorted(records.iterdir())))


def swap(tree: Path, registry: str) -> None:
    """Put `registry` in the place of the Packages host, in every file of `tree`."""
    for path in tree.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(HOST.encode(), registry.encode()))


def _login(record: Path, registry: str) -> Login:
    stored = (record / "stored").read_text()
    pairs, decoder = list[tuple[str, str]](), json.JSONDecoder()
    while stored := stored.lstrip():
        document, end = decoder.raw_decode(stored)
        stored = stored[end:]
        if entry := document["auths"].get(registry):
            username, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
            pairs.append((username, password))
    return Login(int((record / "code").read_text()), (record / "stderr").read_text(), tuple(pairs))
