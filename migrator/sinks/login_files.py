"""Logins that a command writes into the file in which a client keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.flow.events import Command, Flow
from migrator.ir.values import Input
from migrator.rulebook.records import RuleBook
from migrator.sinks.shown import visible_text


def written_logins(trace: Flow, book: RuleBook) -> Iterator[tuple[Command, tuple[str, ...]]]:
    """Commands that write a login to Packages, and the stored variables that it is made of; but for native ones."""
    hosts = [host for registry in book.registries for host in registry.hosts]
    for command in trace.commands:
        written = [(output.path, output.content) for output in command.outputs]
        if command.name == "tee" and command.stdin is not None:
            written += [(argument.value, command.stdin) for argument in command.arguments]
        for path, content in written:
            text = path.symbol() or ""
            if not any(pattern.fullmatch(text) for pattern in book.login_files):
                continue
            names = [piece.name for piece in content.pieces if isinstance(piece, Input)]
            stored = tuple(name for name in names if name not in book.natives)
            if (stored or not names) and any(host in visible_text(content) for host in hosts):
                yield command, stored
