"""Which files of the repository a script writes: what is committed there is not what it reads afterwards."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from migrator.flow.events import Command, Flow
from migrator.ir.paths import normal, only
from migrator.ir.values import Value
from migrator.rulebook.records import RuleBook, Writer
from migrator.sinks.invocations import parse


def written(trace: Flow, book: RuleBook) -> frozenset[str]:
    """Paths relative to the clone directory, as far as they are known."""
    paths = set[str]()
    for command in trace.commands:
        values = [output.path for output in command.outputs]
        writer = book.programs.writers.get(command.name)
        if writer:
            values += _values(command, writer)
        sources = [posixpath.basename(argument.text or "") for argument in command.arguments]
        for value in values:
            if path := inside(command, value, book.built_in.clone):
                paths.add(path)
                paths |= {posixpath.join(path, name) for name in sources if name}
            elif path == "":
                paths |= {name for name in sources if name}
    return frozenset(paths)


def _values(command: Command, writer: Writer) -> Iterator[Value]:
    parsed = parse(command.arguments, writer.options)
    yield from parsed.values(writer.options)
    names = [option.name for option in parsed.options]
    given = any(name == one or name.startswith(f"{one}.") for name in names for one in writer.only)
    if not writer.only or given:
        words = [word.value for word in parsed.words]
        yield from words[-1:] if writer.words == "last" else words if writer.words == "all" else ()


def inside(command: Command, path: Value, clone: str) -> str | None:
    """A path of the repository, '' for its root; None where it is not known, or leads out of it. `clone` is the
    variable that holds the root."""
    text = path.symbol()
    if text is None:
        return None
    root = f"${{{clone}}}"
    if text == root or text.startswith(f"{root}/"):
        return normal(text.removeprefix(root).lstrip("/") or ".")
    folder = only(command.folders)
    if "${" in text or text.startswith(("/", "~")) or folder is None:
        return None
    return normal(posixpath.join(folder, text))
