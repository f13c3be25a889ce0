"""Bash programs from their text, each text once, and several of them by one process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from migrator.frontends.shell import shfmt
from migrator.frontends.shell.lowering import Lowering
from migrator.ir.nodes import ProgramError, Statement

_MOST = 1024
"""Programs that are known, of which the oldest goes."""
_KNOWN: dict[str, tuple[Statement, ...]] = {}


def lower(
    text: str, place: Callable[[int], int] | None = None, fixed: bool = False, unknown: str = ""
) -> tuple[Statement, ...]:
    """A bash program. `place` maps a character of `text` to the position that it has; `fixed`: no literal text of it
    can be replaced, as it stands within something else; `unknown` is a name whose expansions stand for text that
    something else puts there.

    Raises ProgramError where the text does not parse or exceeds a bound, or where shfmt is not installed.
    """
    plain = place is None and not fixed and not unknown
    if plain and text in _KNOWN:
        return _KNOWN[text]
    try:
        program = Lowering(text, place, fixed, unknown).program(shfmt.tree(text))
    except RecursionError:  # substitutions take more of the stack than what is counted
        raise ProgramError("the script is nested too deeply to read; flatten it") from None
    return _kept(text, program) if plain else program


def read_ahead(texts: Iterable[str]) -> None:
    """Read programs that `lower` is going to be asked for, as many by one process as it takes: to start one takes
    longer than to parse most texts."""
    together: list[str] = []
    size = 0
    for text in dict.fromkeys(texts):
        if text in _KNOWN:
            continue
        more = shfmt.size(text)
        if size + more > shfmt.MAX_TEXT:
            _read(together)
            together, size = [], 0
        together.append(text)
        size += more
    _read(together)


def _read(together: Sequence[str]) -> None:
    for text, (tree, start) in zip(together, shfmt.trees(together) if len(together) > 1 else (), strict=False):
        with suppress(ProgramError, RecursionError):  # which `lower` says
            _kept(text, Lowering(text, start=start).program(tree))


def _kept(text: str, program: tuple[Statement, ...]) -> tuple[Statement, ...]:
    if len(_KNOWN) >= _MOST:
        del _KNOWN[next(iter(_KNOWN))]
    _KNOWN[text] = program
    return program
