"""An image that a command pushes or reads, and the list of them while a script is gone through."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.flow.events import Argument, Command
from migrator.ir.values import Alternative, Input, Unknown, Value, symbol
from migrator.rulebook.records import RuleBook
from migrator.sinks import unfollowed
from migrator.sinks.logins import subject_of

if TYPE_CHECKING:
    from migrator.frontends.documents.interpolation import Expansion

_SYMBOL = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
Read = Callable[[str], str | None]


class Action(StrEnum):
    PUSH = "push"
    CACHE = "cache"
    """A build leaves what it cached, which is no image to run."""
    READ = "read"

    @property
    def writes(self) -> bool:
        return self is not Action.READ


class ImageUse(Struct, frozen=True):
    """An image that a command pushes or reads. `reference` is as the command sees it, `${NAME}` standing for a stored
    variable; None where it cannot be told, and `why` and `subject` say what is missing."""

    action: Action
    reference: str | None
    command: Command
    why: str = ""
    subject: str = ""


class Uses:
    """What has been found so far. `local` are the images that the script itself made, which count only where `made`."""

    def __init__(self, book: RuleBook, read: Read, made: bool) -> None:
        self.book = book
        self.file = read
        self.made = made
        self.uses: list[ImageUse] = []
        self.local: set[str] = set()

    def use(self, action: Action, value: Value, command: Command, transport: str = "", local: bool = True) -> None:
        for row in value.alternatives:
            text = symbol(row)
            if text is None:
                self.unresolved(action, row, value, command)
            elif transport and not text.startswith(transport):
                if _SYMBOL.match(text):
                    self.add(ImageUse(action, text, command))
            else:
                text = text.removeprefix(transport)
                if not (action is Action.READ and local and text in self.local and not self.made):
                    self.add(ImageUse(action, text, command))

    def unresolved(self, action: Action, row: Alternative, value: Value, command: Command) -> None:
        """A tag that nobody knows does not matter; a name does."""
        text = ""
        for piece in row:
            if isinstance(piece, Unknown):
                break
            text += f"${{{piece.name}}}" if isinstance(piece, Input) else piece.text
        name = text.rpartition("/")[2]
        if ":" in name or "@" in name:
            self.add(ImageUse(action, text, command))
            return
        why = next((piece.why for piece in row if isinstance(piece, Unknown)), "a variable")
        self.add(ImageUse(action, None, command, f"its name comes from {why}", subject_of(value)))

    def unknown(self, command: Command, why: str, subject: str) -> None:
        self.add(ImageUse(Action.READ, None, command, why, subject))

    def expansion(self, action: Action, image: Expansion, command: Command, local: bool = True) -> None:
        from migrator.frontends.documents.interpolation import image_name

        text = image.resolved if image.resolved is not None else image_name(image)
        if text is None:
            self.add(ImageUse(action, None, command, image.why, next(iter(image.unknown), image.written)))
        elif not (action is Action.READ and local and text in self.local and not self.made):
            self.add(ImageUse(action, text, command))

    def add(self, use: ImageUse) -> None:
        if use.reference != "":
            self.uses.append(use)

    def named(self, command: Command, words: Sequence[Argument]) -> None:
        for name in unfollowed.named(words, self.book):
            if self.made or name not in self.local:
                self.add(ImageUse(Action.READ, name, command))


def known_start(value: Value) -> str:
    text = ""
    for piece in value.alternatives[0]:
        if isinstance(piece, Unknown):
            break
        text += f"${{{piece.name}}}" if isinstance(piece, Input) else piece.text
    return text
