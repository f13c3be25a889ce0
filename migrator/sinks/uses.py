"""What a sink of role image means: the names that a command pushes or reads, as far as they can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.values import Alternative, Unknown, Value, symbol
from migrator.rulebook.records import BuiltIn
from migrator.rulebook.sinks import Action
from migrator.sinks.values import known_start, subject_of
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.frontends.documents.interpolation import Expansion

_SYMBOL = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


Read = Callable[[str], str | None]


class Files(Struct, frozen=True):
    """The repository as a script finds it. `read` gives the text of a file, None where there is none or the script may
    have written it, `made` says whether it may; `listed` are all of them, `built_in` the variables that files may name.
    """

    read: Read
    made: Callable[[str], bool]
    listed: Callable[[], Iterable[str]]
    built_in: BuiltIn


class ImageUse(Struct, frozen=True):
    """An image that a command pushes, reads or names. `reference` is as the command sees it, `${NAME}` standing for a
    stored variable; None where it cannot be told, and `why` and `subject` say what is missing."""

    action: Action
    reference: str | None
    command: Command
    why: str = ""
    subject: str = ""


def unknown(command: Command, why: str, subject: str) -> ImageUse:
    """Something is read, and nobody knows what."""
    return ImageUse(Action.READ, None, command, why, subject)


def of_value(action: Action, value: Value, command: Command, transport: str = "") -> Iterator[ImageUse]:
    """A use for each alternative; of what is no image of a registry, which `transport` would mark, there is none."""
    for row in value.alternatives:
        text = symbol(row)
        if text is None:
            yield from of_row(action, row, value, command)
        elif text.startswith(transport):
            yield ImageUse(action, text.removeprefix(transport), command)
        elif _SYMBOL.match(text):  # the mark may be in the variable
            yield ImageUse(Action.PULL if action is Action.READ else action, text, command)


def of_row(action: Action, row: Alternative, value: Value, command: Command) -> Iterator[ImageUse]:
    """An alternative with something unknown in it: a tag that nobody knows does not matter, a name does. An image that
    is on the machine is not read again by its id."""
    match row:
        case (Unknown(image=str(image)),):
            if image:
                yield ImageUse(action, image, command)
            return
    text = known_start(row)
    name = text.rpartition("/")[2]
    if ":" in name or "@" in name:
        yield ImageUse(action, text, command)
        return
    why = next((piece.why for piece in row if isinstance(piece, Unknown)), "a variable")
    yield ImageUse(action, None, command, f"its name comes from {why}", subject_of(value))


def of_expansion(action: Action, image: Expansion, command: Command) -> Iterator[ImageUse]:
    """An image that a file names."""
    from migrator.frontends.documents.interpolation import image_name

    text = image.resolved if image.resolved is not None else image_name(image)
    if text is None:
        yield ImageUse(action, None, command, image.why, next(iter(image.unknown), image.written))
    else:
        yield ImageUse(action, text, command)
