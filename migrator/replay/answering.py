"""Print what the same command printed the last time, where nothing has changed."""

from __future__ import annotations

import os
import sys

from migrator.replay import configurations, inputs, records
from migrator.replay.records import Part, Printed
from migrator.text.streams import prepared, safely

COMMANDS = ("check", "fix")
NEVER = "--no-cache"
SECONDS = 2
"""A run is not kept where anything has changed since so long before it began."""
_PRINTED: list[Printed] = []


def again(argv: list[str]) -> int | None:
    """Print it and return the exit code; None where the command is to be carried out."""
    key = _key(argv)
    found = records.read(key) if key else None
    if found is None:
        return None
    before, printed = found
    try:
        if inputs.looked_at(printed.roots, printed.named, printed.further)[0] != before:
            return None
        said = [(part[0], _text(part)) for part in printed.parts]
    except (OSError, ValueError, inputs.Unsure):
        return None
    for stream in (sys.stdout, sys.stderr):
        prepared(stream)
    for name, text in said:
        _write(name, text)
    return printed.code


def remember(printed: Printed) -> None:
    """Have `keep` keep it: the same files lead to the same output, and no credential is in it."""
    _PRINTED[:] = [printed]


def keep(argv: list[str], began: float, code: int) -> None:
    """Keep what is remembered, if it is of the run that began at `began`, in seconds since 1970, and ended with `code`.

    Nothing is kept where files are too young to tell whether the run has read them as they are.
    """
    key, before = _key(argv), int((began - SECONDS) * 1e9)
    for one in _PRINTED if key else ():
        if one.code != code:
            continue
        for path, texts in one.quiet:
            configurations.keep(path, texts, before)
        try:
            one.further = (*one.further, *inputs.led_to(one.roots))
            one.roots = inputs.outermost(one.roots)
            inputs.inside(one.roots, one.named or (os.getcwd(),))
            text, youngest = inputs.looked_at(one.roots, one.named, one.further)
        except (OSError, inputs.Unsure):
            continue
        if youngest < before:
            records.write(key, text, one)


def _key(argv: list[str]) -> str:
    """'' for what is not kept."""
    try:
        return inputs.key(argv) if argv and argv[0] in COMMANDS and NEVER not in argv else ""
    except OSError:  # the working directory is gone
        return ""


def _text(part: Part) -> str:
    """Raises OSError and ValueError where the file is another one by now."""
    _, text, start, length = part
    if start < 0:
        return text
    with open(os.open(text, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        file.seek(start)
        shown = file.read(length).decode()
    if not shown.isprintable():
        raise ValueError
    return shown


def _write(name: str, text: str) -> None:
    stream = sys.stdout if name == "out" else sys.stderr
    safely(stream, lambda: stream.write(text))
