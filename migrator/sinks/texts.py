"""The text that a command reads: from standard input, or from a file that the script writes itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from migrator.flow.events import Flow
from migrator.ir.named import named
from migrator.ir.paths import GLOB, Top, joined, matching
from migrator.ir.values import Literal, Unknown, Value, inputs
from migrator.rulebook.records import RuleBook
from migrator.sinks.writers import by_programs

_MOST = 50
"""The most files that are looked at which a script writes; each is compared with all others."""


def text_of(value: Value, read: Callable[[str], str | None]) -> str | None:
    """The text, `${NAME}` standing for what a stored variable holds; None where any of it is not known, or where the
    text has such a name itself, and may mean something else by it. `read` gives the text of a file of the repository.
    """
    if len(value.alternatives) != 1:
        return None
    match value.alternatives[0]:
        case (Unknown(path=str(path), files=(only,)),) if path and not GLOB.search(only):
            return read(only)
    text = value.symbol()
    written = " ".join(piece.text for piece in value.pieces if isinstance(piece, Literal))
    names = inputs([value])
    return None if names and re.search(rf"\b(?:{'|'.join(map(re.escape, names))})\b", written) else text


def composed(flow: Flow, book: RuleBook) -> Mapping[str, Value]:
    """What is in the files of the repository that a script writes at one place of its own, by path."""
    if len(flow.outputs) > _MOST:
        return {}
    clone = book.built_in.clone
    places = [named(output.path, output.folders, clone) for output in flow.outputs]
    told = joined(by_programs(flow, book))
    found: dict[str, Value] = {}
    for index, (output, place) in enumerate(zip(flow.outputs, places, strict=True)):
        if isinstance(place, Top) or len(place) != 1:
            continue
        (path,) = place
        others = joined((told, *places[:index], *places[index + 1 :]))
        if not matching(others, [path]):
            found[path] = output.content
    return found
