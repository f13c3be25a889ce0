"""The files of the repository as a script's commands find them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.paths import NONE, ROOT, Paths, Top, below
from migrator.ir.values import Input, Value, union
from migrator.rulebook.records import BuiltIn

Read = Callable[[str], str | None]


class Files(Struct, frozen=True):
    """`read` gives the text of a file, None where there is none or a script may have written it."""

    read: Read
    built_in: BuiltIn

    def place(self, folders: Paths, path: Value) -> Paths:
        """The paths of the repository that a word names in some folders, '' for the root; none where it leads out."""
        text, clone = path.symbol(), f"${{{self.built_in.clone}}}"
        if text is None:
            return Top(path.unknown or "several values")
        if text == clone or text.startswith(f"{clone}/"):
            return below(ROOT, text.removeprefix(clone).lstrip("/"))
        if text.startswith(("/", "~")):
            return NONE
        return Top(text) if "${" in text else below(folders, text)

    def environment(self, command: Command) -> dict[str, str | None]:
        """What variables are for files that expand them: text, with `${NAME}` for what is stored elsewhere."""
        given = (self.built_in.workspace, self.built_in.repository, self.built_in.full_name)
        known: dict[str, str | None] = {name: f"${{{name}}}" for name in given}
        for name, definitions in command.environment.items():
            values = [definition.value if definition else Value.of(Input(name, ())) for definition in definitions]
            known[name] = union(values).symbol()
        for name, value in command.overrides:
            known[name] = value.symbol()
        return known
