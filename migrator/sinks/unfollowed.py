"""Commands that are not followed: what carriers such as `xargs` run, and what unknown programs are given."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from migrator.flow.events import Argument, Command
from migrator.flow.runs import idles
from migrator.ir.values import Unknown, Value
from migrator.rulebook.records import RuleBook
from migrator.sinks.mentions import mentioned_packages
from migrator.sinks.packages import canonical
from migrator.text.patterns import regex

_SCHEME = regex(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://")


def carried(command: Command, book: RuleBook) -> Command | None:
    """The client's call among the words of a carrier; the carrier may add words and replace `{}`."""
    if command.followed or command.name not in book.programs.carriers:
        return None
    for index, argument in enumerate(command.arguments):
        name = posixpath.basename(argument.text or "")
        if book.by_program(name):
            added = Value.of(Unknown(f"what `{command.name}` adds"))
            words = [
                Argument(added, None) if "{}" in (word.value.symbol() or "") else word
                for word in command.arguments[index + 1 :]
            ]
            return replace(command, name=name, program=name, arguments=(*words, Argument(added, None)))
    return None


def carried_text(command: Command, book: RuleBook) -> str | None:
    """The client's name where a carrier is given text in which it is called: `xargs sh -c 'docker pull {}'`."""
    if command.followed or command.name not in book.programs.carriers:
        return None
    programs = {program for client in book.clients.values() for program in client.programs}
    for argument in command.arguments:
        words = re.split(r"[\s;&|()`\"']+", argument.value.symbol() or "")
        found = next((word for word in words if posixpath.basename(word) in programs), None)
        if found and len(words) > 1:
            return found
    return None


def knows_no_package(command: Command, book: RuleBook) -> bool:
    """Whether the program is known to read no packages, or what it runs is read as commands of their own."""
    return command.followed or idles(command, book.programs) or carried(command, book) is not None


def named(arguments: Iterable[Argument], book: RuleBook) -> Iterator[tuple[str, str]]:
    """Images of a Packages registry that the words name, bare or as the value of `--option=` or `NAME=`, behind the
    option that each is given to, or the word before it; and whatever whole name stands within another word."""
    before = ""
    for argument in arguments:
        text = argument.value.symbol() or ""
        option, _, value = text.rpartition("=")
        for told, part in ((before, text), (option, value)):
            name = _SCHEME.sub("", part)
            host, _, path = name.partition("/")
            if path and book.has_images(canonical(host)):
                yield told, name
                break
        else:
            mentions = mentioned_packages(text, book)
            yield from ((before, one.reference) for one in mentions if one.reference.count("/") > 1)
        before = text
