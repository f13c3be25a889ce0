"""The packages that npm, or a program like it, publishes to Packages and reads from there in a repository's steps."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from migrator.findings.records import Use
from migrator.fixes.reasons.npm_packages import publishes, reads, registry_name
from migrator.flow.events import Command
from migrator.ir.paths import only
from migrator.reading.npm_files import MANIFEST, npm_files
from migrator.reading.repository import Reading
from migrator.reading.steps import Shell
from migrator.rulebook.sinks import Action
from migrator.sinks.npm import is_npm
from migrator.sinks.npmrc import NpmPair
from migrator.sinks.packages import Name


def npm_uses(reading: Reading) -> Iterator[tuple[Use, Name, Action]]:
    """Those that are named where a step has a pair for them, of which all is known; any other is not told."""
    for step in reading.facts:
        pairs = {one.npm.address: one.npm for shell in step.shells for one in shell.logins if one.npm}
        if len(pairs) != 1 or not reading.runs_here(step.step):
            continue
        (pair,) = pairs.values()
        base = registry_name(pair, reading.book, reading.settings)
        if not base.workspace:
            continue
        files = npm_files(step, tuple(reading.view.paths()), reading.file, reading.book)
        for shell in step.shells:
            for command in shell.trace.commands:
                if not is_npm(command.name, reading.book):
                    continue
                words = [word.text or "" for word in command.arguments]
                read = files.read(_host(pair), words) if reads(command, reading.book) else frozenset[str]()
                sent = _published(command, reading) if publishes(command) else ""
                uses = [*((one, Action.READ) for one in sorted(read)), *([(sent, Action.PUSH)] if sent else [])]
                for text, action in uses:
                    yield _place(shell, command), replace(base, text=f"{base.text}/{text}"), action


def _published(command: Command, reading: Reading) -> str:
    """The package in whose folder a call publishes; '' where nobody knows which."""
    folder = only(command.folders)
    while folder and reading.file(posixpath.join(folder, MANIFEST)) is None:
        folder = posixpath.dirname(folder)
    try:
        found: Any = json.loads(reading.file(posixpath.join(folder or "", MANIFEST)) or "")
    except (ValueError, RecursionError):
        return ""
    name = found.get("name") if isinstance(found, dict) and folder is not None else None
    return name if isinstance(name, str) and not found.get("private") else ""


def _host(pair: NpmPair) -> str:
    return pair.address.removeprefix("//").partition("/")[0]


def _place(shell: Shell, command: Command) -> Use:
    source = shell.script.source_at(command.span)
    return Use(source.path, source.position(shell.script.shown(command.span).start))
