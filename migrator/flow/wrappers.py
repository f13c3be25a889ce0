"""Wrappers: programs that run the rest of their words, such as `sudo`, `env` and `timeout`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection

from msgspec import Struct
from msgspec.structs import replace

from migrator.flow import words
from migrator.flow.events import Argument
from migrator.ir.nodes import Join
from migrator.ir.values import EMPTY, Literal, Piece, Unknown, Value, concat
from migrator.rulebook.programs import Programs, Wrapper, unversioned
from migrator.text.patterns import regex

_MODULE = "-m"
_SWITCHES = regex(r"-(?:[uBEIOsSbvq]{1,9}|[23](?:\.\d{1,2})?)")
"""Options without a value, and the version that `py` is told."""
_BARE = "env"
"""The wrapper to which a dash alone is an option: https://www.gnu.org/software/coreutils/manual/html_node/env-invocation.html"""


class Unwrapped(Struct, frozen=True):
    """The program that runs in the end as it is written, '' where that is not literal, and then its name is the first
    of its words; its words, the wrappers before it, the variables that those set for it, with their values and where
    these are written, the folders that they enter one after the other, and the files that they read in. `cleared` is
    the wrapper behind which the environment is not the one before it, '' for none: only the variables that are set
    behind that are known."""

    program: str
    arguments: tuple[Argument, ...]
    wrappers: tuple[str, ...] = ()
    overrides: tuple[tuple[str, Value, Join | None], ...] = ()
    folders: tuple[Value, ...] = ()
    sourced: tuple[Value, ...] = ()
    cleared: str = ""


def unwrap(
    arguments: tuple[Argument, ...],
    programs: Programs,
    functions: Collection[str],
    clone: str,
    is_own: Callable[[str], bool],
) -> Unwrapped:
    """`is_own`: whether a module of that name is in the repository, and so another one than the program."""
    done = Unwrapped("", ())
    while arguments:
        text = arguments[0].text or ""
        name = posixpath.basename(text)
        wrapper = programs.wrappers.get(name)
        if name not in functions and (module := _module(name, arguments[1:], programs, is_own)):
            done = replace(done, wrappers=(*done.wrappers, name))
            arguments = module
            continue
        if wrapper is None or name in functions:
            program = text or _in_clone(arguments[0], clone)
            return replace(done, program=program, arguments=arguments[1:] if program else arguments)
        passed = _behind(name, wrapper, arguments[1:])
        cleared = name if _clears(name, programs, arguments, passed) else ""
        overrides = passed.overrides if cleared else (*done.overrides, *passed.overrides)
        folders = (*done.folders, *passed.folders)
        sourced = (*done.sourced, *passed.sourced)
        done = replace(done, overrides=overrides, folders=folders, sourced=sourced, cleared=cleared or done.cleared)
        if not passed.arguments:
            program = text if wrapper.commands else name
            return replace(done, program=program, arguments=arguments[1:])
        done = replace(done, wrappers=(*done.wrappers, name))
        arguments = passed.arguments
    return done


def _module(
    name: str, rest: tuple[Argument, ...], programs: Programs, is_own: Callable[[str], bool]
) -> tuple[Argument, ...]:
    """The words from the module on that an interpreter runs as the program of its name; none where it runs another."""
    known = programs.run_modules.get(unversioned(name), frozenset())
    while known and len(rest) > 1:
        text = rest[0].text or ""
        if text == _MODULE:
            return rest[1:] if rest[1].text in known and not is_own(rest[1].text or "") else ()
        if not _SWITCHES.fullmatch(text):
            return ()
        rest = rest[1:]
    return ()


def _clears(name: str, programs: Programs, arguments: tuple[Argument, ...], passed: Unwrapped) -> bool:
    own = arguments[1 : len(arguments) - len(passed.arguments)]
    texts = [one.text if words.assignment(one) is None else "" for one in own]
    return name in programs.clearing and programs.clearing[name].clears(texts)


def _behind(name: str, wrapper: Wrapper, rest: tuple[Argument, ...]) -> Unwrapped:
    """The words behind a wrapper's own, and what those say."""
    overrides: list[tuple[str, Value, Join | None]] = []
    folders: list[Value] = []
    sourced: list[Value] = []
    skipped = 0
    told = not wrapper.commands
    while rest:
        head = rest[0].text
        if head == "--" and told:
            rest = rest[1:]
            break
        if told and head in wrapper.gives:
            break
        if head and (several := _split(name, head, rest, wrapper)):
            rest = several
        elif head and head.startswith("-") and (head != "-" or name == _BARE):
            option, value, count = _option(head, rest, wrapper)
            if option in wrapper.names:
                why = Value.of(Unknown(f"`{name} {option}`, which names the variable"))
                overrides += [(one, why, None) for one in (value.text or "").split(",") if one]
            if option in wrapper.folders:
                folders.append(value)
            rest = rest[count:]
        elif wrapper.assignments and (override := words.assignment(rest[0])):
            overrides.append((*override, rest[0].word))
            rest = rest[1:]
        elif not told:
            told_by = [" ".join(one.text or "?" for one in rest[:count]) for count in (1, 2)]
            count = next((index for index, text in enumerate(told_by, 1) if text in wrapper.commands), 0)
            if not count:
                return Unwrapped("", ())
            told = True
            rest = rest[count:]
        elif skipped < wrapper.words and (not wrapper.optional or (head or "").isdigit()):
            if wrapper.sources and not skipped:
                sourced.append(concat([rest[0].value, Value.of(Literal(f"/{wrapper.sources}"))]))
            skipped += 1
            rest = rest[1:]
        else:
            break
    behind = _given(rest, wrapper) if told else ()
    return Unwrapped("", behind, (), tuple(overrides), tuple(folders), tuple(sourced))


def _given(rest: tuple[Argument, ...], wrapper: Wrapper) -> tuple[Argument, ...]:
    """The command that the words are: a file may be given to a program that they do not name."""
    text = rest[0].text or "" if rest else ""
    name = text if text.startswith("-") else posixpath.splitext(text)[1]
    program = wrapper.gives.get(name, "")
    return (Argument(Value.of(Literal(program)), None), *rest) if program else rest


def _split(name: str, head: str, rest: tuple[Argument, ...], wrapper: Wrapper) -> tuple[Argument, ...]:
    """The words behind an option whose value is several of them; none where it is no such option. What is quoted in
    it, or put in, makes the program one that is not known."""
    for option in wrapper.splits:
        long = option.startswith("--")
        if head == option or (not long and re.fullmatch(rf"-[A-Za-z]+{option[1]}", head)):
            value, behind = (rest[1].value if len(rest) > 1 else EMPTY), rest[2:]
        elif head.startswith(f"{option}=" if long else option):
            value, behind = Value.of(Literal(head[len(option) + long :])), rest[1:]
        else:
            continue
        if len(value.alternatives) > 1 or any(isinstance(one, Unknown) or _quotes(one) for one in value.pieces):
            unclear = Value.of(Unknown(f"what `{name} {option}` is told"))
            return (Argument(unclear, None), Argument(value, None), *behind)
        row = (replace(one, splits=True) if isinstance(one, Literal) else one for one in value.alternatives[0])
        return (*(Argument(one, None) for one in words.split(Value((tuple(row),)))), *behind)
    return ()


def _quotes(piece: Piece) -> bool:
    return isinstance(piece, Literal) and not {"'", '"', "\\", "$", "#"}.isdisjoint(piece.text)


def _option(head: str, rest: tuple[Argument, ...], wrapper: Wrapper) -> tuple[str, Value, int]:
    """An option, its value, '' where it has none, and the number of words that both are. Letters may stand together:
    `-vuNAME`, `-vu NAME`."""
    option, equals, glued = head.partition("=")
    if not equals and head in wrapper.options:
        return head, rest[1].value if len(rest) > 1 else EMPTY, 2
    letters = "" if equals or head.startswith("--") else head[1:]
    at = next((at for at, letter in enumerate(letters) if f"-{letter}" in wrapper.options), len(letters))
    if at < len(letters) and (not at or letters[:at].isalpha()):
        short, glued = f"-{letters[at]}", letters[at + 1 :]
        if glued:
            return short, Value.of(Literal(glued)), 1
        return short, rest[1].value if len(rest) > 1 else EMPTY, 2
    return option, Value.of(Literal(glued)), 1


def _in_clone(argument: Argument, clone: str) -> str:
    """A program that is named by way of the clone directory; '' for what is not literal otherwise."""
    symbol = argument.value.symbol() or ""
    return symbol if symbol.startswith(f"${{{clone}}}/") and symbol.count("${") == 1 else ""
