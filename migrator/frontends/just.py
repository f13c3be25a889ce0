"""Recipes of a justfile: `just login`. Each line is run by a shell of its own: https://just.systems/man/en/

A justfile with settings, imports, modules, attributes, aliases, conditions or recipes in other languages is not
followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from migrator.frontends.programs import FileCommand, Fragment, Program, Undecided, command_line, file_of
from migrator.frontends.shell.programs import lower
from migrator.text.edits import Edit
from migrator.text.patterns import regex
from migrator.text.scalars import Runs
from migrator.text.source import Span

_VARIABLE = regex(r"([A-Za-z_][\w-]*)[ \t]*:=[ \t]*(?:'([^']*)'|\"([^\"\\]*)\")[ \t]*(?:#.*)?")
_HEADER = regex(r"@?([A-Za-z_][\w-]*)[ \t]*:(?!=)((?:[ \t]+[A-Za-z_][\w-]*)*)[ \t]*(?:#.*)?")
_BODY = regex(r"[ \t]+(?=\S)(?:@-?|-@?)?(?!#!)")
_PUT = regex(r"\{\{(?:\{\{|[ \t]*([A-Za-z_][\w-]*)[ \t]*\}\})")


class _Recipe(Struct):
    needs: tuple[str, ...]
    lines: list[Span] = field(default_factory=list)


class _Justfile(Struct):
    text: str
    variables: dict[str, str] = field(default_factory=dict)
    recipes: dict[str, _Recipe] = field(default_factory=dict)


def read(request: FileCommand) -> Program | None:
    """The lines of the recipes and of what they need, one after the other; none where the file is not followed."""
    line = command_line(request)
    found = file_of(request, line) if line else None
    if line is None or found is None:
        return None
    path, text = found
    try:
        if not line.known:
            raise Undecided
        justfile = _justfile(text)
        named = line.words or tuple(justfile.recipes)[:1]
        fragments = tuple(_fragment(path, justfile, one) for one in _of(justfile, named, []))
    except Undecided:
        return Program(path, (), line.folder)
    return Program(path, fragments, line.folder, len(request.words)) if fragments else None


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """The same variables, recipes and numbers of lines; only lines of recipes are edited."""
    try:
        old, new = _justfile(before), _justfile(after)
    except Undecided:
        return False
    lines = [line for recipe in old.recipes.values() for line in recipe.lines]
    shape, same = (
        [(name, recipe.needs, len(recipe.lines)) for name, recipe in one.recipes.items()] for one in (old, new)
    )
    inside = all(any(line.contains(edit.span) for line in lines) for edit in edits)
    return inside and shape == same and old.variables == new.variables


def _justfile(text: str) -> _Justfile:
    found = _Justfile(text)
    recipe: _Recipe | None = None
    at = 0
    for line in text.split("\n"):
        if body := _BODY.match(line):
            if recipe is None or line.endswith("\\"):
                raise Undecided
            recipe.lines.append(Span(at + body.end(), at + len(line)))
        elif variable := _VARIABLE.fullmatch(line):
            found.variables[variable[1]] = variable[2] if variable[2] is not None else variable[3]
            recipe = None
        elif (header := _HEADER.fullmatch(line)) and header[1] not in found.recipes:
            recipe = found.recipes[header[1]] = _Recipe(tuple(header[2].split()))
        elif line.strip() and not line.startswith("#"):
            raise Undecided
        at += len(line) + 1
    return found


def _of(found: _Justfile, names: tuple[str, ...], done: list[str]) -> Iterator[Span]:
    for name in names:
        if name not in found.recipes:
            raise Undecided
        if name not in done:
            done.append(name)
            yield from _of(found, found.recipes[name].needs, done)
            yield from found.recipes[name].lines


def _fragment(path: str, found: _Justfile, span: Span) -> Fragment:
    runs = Runs()
    at = span.start
    for match in _PUT.finditer(found.text, span.start, span.end):
        runs.copy(found.text[at : match.start()], at)
        at = match.end()
        if match[1] is None:
            runs.decoded("{{", match.start(), at - match.start())
        elif match[1] in found.variables:
            runs.decoded(found.variables[match[1]], match.start(), at - match.start())
        else:
            raise Undecided
    rest = found.text[at : span.end]
    if "{{" in rest:
        raise Undecided
    runs.copy(rest, at)
    value, mapped = runs.finish("", span.start)
    line = found.text.rfind("\n", 0, span.start) + 1
    return Fragment(path, value, mapped, lower, ignored="-" in found.text[line : span.start])
