"""Targets of a makefile: `make login`. A recipe's lines are shell once make has put its own variables in.

What make takes from the environment (`$(TOKEN)`) is `${TOKEN}` to the shell, at the same place of the file. A makefile
with conditions, `include`, `define`, `.ONESHELL` or anything else that decides while make runs is not followed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from migrator.frontends.programs import Fragment, Program, Request, command_line, file_of
from migrator.frontends.shell.lowering import lower
from migrator.text.edits import Edit
from migrator.text.scalars import Runs
from migrator.text.source import Span

_ASSIGNMENT = re.compile(
    r"(?P<words>(?:export|override)\s+)*(?P<name>[\w.-]+)\s*(?P<kind>\?=|\+=|::?=|!=|=)[ \t]*(?P<value>.*)"
)
_RULE = re.compile(r"(?P<targets>[^:=#]+?)\s*(?P<colons>::?)(?!=)\s*(?P<needs>[^=;#]*)(?:#.*)?")
_DECIDES = re.compile(
    r"-?s?include\b|if(?:n?eq|n?def)\b|else\b|endif\b|(?:override\s+)?define\b|undefine\b|vpath\b|load\b|unexport\b|"
    r"private\b|\.ONESHELL\b|\.SHELLFLAGS\b|\.RECIPEPREFIX\b|\.DEFAULT_GOAL\b|\.EXPORT_ALL_VARIABLES\b|\.DEFAULT\s*:"
)
_EXPORT = re.compile(r"export\s+[\w. -]+")
_WORD = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*")
_REFERENCE = re.compile(r"\$(?:\$|\((?P<round>[^()$]*)\)|\{(?P<curly>[^{}$]*)\}|(?P<short>.))", re.DOTALL)
_UNKNOWN = "$((0))"
_SHELLS = re.compile(r"(?:/usr)?(?:/bin/)?(?:ba|da|a)?sh")
_PLAIN = re.compile(r"(?:[\w./:@-]|\$\{\w+\})*")
_DEPTH = 20


class _Refused(Exception):
    """What the makefile says is decided only when make runs."""


class _Rule(Struct):
    targets: tuple[str, ...]
    needs: str
    lines: list[Span] = field(default_factory=list)


class _Makefile(Struct):
    """`variables` hold the kind of the assignment and the value as written."""

    text: str
    variables: dict[str, tuple[str, str]] = field(default_factory=dict)
    rules: list[_Rule] = field(default_factory=list)


def read(request: Request) -> Program | None:
    """The recipes of the targets and of what they need, one after the other, each line in a shell of its own; none
    where the makefile is not followed."""
    line = command_line(request)
    found = file_of(request, line) if line else None
    if line is None or found is None:
        return None
    path, text = found
    try:
        if "\r" in text or not line.known or "--" in line.words:
            raise _Refused
        recipes = _Recipes(path, _makefile(text), line.folder, line.quiet)
        targets = [word for word in line.words if not recipes.assign(word)]
        fragments = tuple(recipes.of(targets))
    except _Refused:
        return Program(path, (), line.folder)
    return Program(path, fragments, line.folder, len(request.words)) if fragments else None


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """The same rules, variables and numbers of lines; only lines of recipes are edited."""
    try:
        old, new = _makefile(before), _makefile(after)
    except _Refused:
        return False
    lines = [line for rule in old.rules for line in rule.lines]
    inside = all(any(line.contains(edit.span) for line in lines) for edit in edits)
    same = [(rule.targets, rule.needs, len(rule.lines)) for rule in old.rules] == [
        (rule.targets, rule.needs, len(rule.lines)) for rule in new.rules
    ]
    return inside and same and old.variables == new.variables


def _makefile(text: str) -> _Makefile:
    found = _Makefile(text)
    rule: _Rule | None = None
    for span in _lines(text):
        line = text[span.start : span.end]
        if line.startswith("\t"):
            if rule is not None:
                rule.lines.append(Span(span.start + 1, span.end))
            elif line.strip():
                raise _Refused
            continue
        line = re.sub(r"\s*\\\n\s*", " ", line).strip()
        if not line or line.startswith("#"):
            continue
        if _DECIDES.match(line):
            raise _Refused
        if assigned := _ASSIGNMENT.fullmatch(line):
            _assigned(found, assigned)
            rule = None
        elif _EXPORT.fullmatch(line):
            rule = None
        elif (ruled := _RULE.fullmatch(line)) and ruled["colons"] == ":":
            rule = _Rule(tuple(ruled["targets"].split()), ruled["needs"].strip())
            if "%" in ruled["targets"]:
                raise _Refused
            found.rules.append(rule)
        else:
            raise _Refused
    return found


def _assigned(found: _Makefile, match: re.Match[str]) -> None:
    name, kind, value = match["name"], match["kind"], match["value"].split("#")[0].rstrip()
    if name == "SHELL" and _SHELLS.fullmatch(value):
        return
    if kind in ("!=", "+=") or name in found.variables or name in ("SHELL", "MAKEFLAGS", "MAKE"):
        raise _Refused
    found.variables[name] = (kind, value)


def _lines(text: str) -> Iterator[Span]:
    """Lines without their ends, those that a backslash continues in one."""
    start = at = 0
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        if text[at:stop].endswith("\\") and stop < len(text):
            at = stop + 1
            continue
        yield Span(start, stop)
        start = at = stop + 1


class _Recipes:
    def __init__(self, path: str, makefile: _Makefile, folder: str, silent: bool) -> None:
        self.path = path
        self.silenced = [rule.needs.split() for rule in makefile.rules if ".SILENT" in rule.targets]
        self.silent = silent or [] in self.silenced
        self.makefile = makefile
        self.folder = folder
        self.given: dict[str, str] = {}
        self.done: set[str] = set()

    def assign(self, word: str) -> bool:
        """Take a word of the command line that sets a variable, and is no target."""
        if match := _WORD.fullmatch(word):
            self.given[match[1]] = match[2]
        elif "=" in word:
            raise _Refused
        return match is not None

    def of(self, targets: list[str]) -> Iterator[Fragment]:
        if not targets:
            first = (one for rule in self.makefile.rules for one in rule.targets if not one.startswith("."))
            targets = [next(first, "")]
        for target in targets:
            yield from self.target(target, 0)

    def target(self, target: str, depth: int) -> Iterator[Fragment]:
        if target in self.done:
            return
        self.done.add(target)
        rules = [rule for rule in self.makefile.rules if target in rule.targets]
        if depth > _DEPTH or (not rules and depth == 0) or sum(bool(rule.lines) for rule in rules) > 1:
            raise _Refused
        for rule in rules:
            for need in self.needs(rule.needs).split():
                yield from self.target(need, depth + 1)
        for rule in rules:
            for line in rule.lines:
                if fragment := self.line(line, target):
                    yield fragment

    def needs(self, text: str) -> str:
        expanded = "".join(self.put(match, "", 0) if isinstance(match, re.Match) else match for match in _pieces(text))
        if "$" in expanded:
            raise _Refused
        return expanded.replace("|", " ")

    def line(self, span: Span, target: str) -> Fragment | None:
        """One line of a recipe as shell. Make shows it, with the values of its references, unless it is told not to."""
        text = self.makefile.text
        at = span.start
        while at < span.end and text[at] in "@-+ \t":
            at += 1
        silent = self.silent or "@" in text[span.start : at] or any(target in one for one in self.silenced)
        if at == span.end:
            return None
        runs = Runs()
        runs.decoded(self.environment(text[at : span.end], target), at, 1)
        single = double = shown = False
        for match in _REFERENCE.finditer(text, at, span.end):
            single, double = self.copy(text[at : match.start()], at, runs, single, double)
            shown = self.reference(match, target, runs, single) or shown
            at = match.end()
        self.copy(text[at : span.end], at, runs, single, double)
        value, mapped = runs.finish("$", span.start)
        return Fragment(self.path, value, mapped, lower, shown=shown and not silent)

    def environment(self, line: str, target: str) -> str:
        """What make may put into the environment of a recipe: its own variables that were in there or are exported.
        Their values are not known, but for those that the line takes from there."""
        names = {name for name, (kind, _) in self.makefile.variables.items() if kind != "?="} | self.given.keys()
        return "".join(
            f"export {name}={self.taken(name, target) if f'$${name}' in line or f'$${{{name}' in line else _UNKNOWN};"
            for name in sorted(names)
            if _NAME.fullmatch(name)
        )

    def taken(self, name: str, target: str) -> str:
        match = _REFERENCE.fullmatch(f"$({name})")
        value = self.put(match, target, 0) if match else ""
        return f'"{value}"' if _PLAIN.fullmatch(value) else _UNKNOWN

    def copy(self, text: str, at: int, runs: Runs, single: bool, double: bool) -> tuple[bool, bool]:
        """Text that stays; the tab behind a continued line goes. Returns which quotes are open after it."""
        skip = False
        for char in text:
            if skip:
                skip = False
            elif char == "\\" and not single:
                skip = True
            elif char == "'" and not double:
                single = not single
            elif char == '"' and not single:
                double = not double
        for index, piece in enumerate(text.split("\\\n\t")):
            if index:
                runs.copy("\\\n", at)
                at += 3
            runs.copy(piece, at)
            at += len(piece)
        return single, double

    def reference(self, match: re.Match[str], target: str, runs: Runs, single: bool) -> bool:
        """Put down what stands for a reference; whether make puts something of the environment there."""
        width = match.end() - match.start()
        name = match["round"] if match["round"] is not None else match["curly"]
        known = name is not None and (name in self.makefile.variables or name in self.given)
        if match["short"] in ("(", "{"):
            raise _Refused
        if match[0] == "$$":
            runs.decoded("$", match.start(), 2)
            return False
        if name is not None and _NAME.fullmatch(name) and not known and name != "MAKE" and name != "CURDIR":
            if single:
                runs.decoded(f"'\"{_UNKNOWN}\"'", match.start(), width)
            else:
                runs.copy("${" + name + "}", match.start())
            return True
        text = self.put(match, target, 0)
        runs.decoded(f"'\"{_UNKNOWN}\"'" if single and "$" in text else text, match.start(), width)
        return "${" in text

    def put(self, match: re.Match[str], target: str, depth: int) -> str:
        """What make puts in the place of a reference, as shell."""
        name = match["round"] if match["round"] is not None else match["curly"]
        name = match["short"] if name is None else name
        if match[0] == "$$":
            return "$"
        if depth > _DEPTH or name is None or name in ("(", "{"):
            raise _Refused
        if name in self.given:
            return self.given[name]
        if name in self.makefile.variables:
            kind, value = self.makefile.variables[name]
            text = "".join(
                self.put(piece, target, depth + 1) if isinstance(piece, re.Match) else piece for piece in _pieces(value)
            )
            return f"${{{name}:-{text}}}" if kind == "?=" else text
        if name == "@" and target:
            return target
        if name == "MAKE":
            return "make"
        if name == "CURDIR":
            return posixpath.join("${BITBUCKET_CLONE_DIR}", self.folder).rstrip("/")
        return f"${{{name}}}" if _NAME.fullmatch(name) else _UNKNOWN


def _pieces(text: str) -> Iterator[str | re.Match[str]]:
    at = 0
    for match in _REFERENCE.finditer(text):
        yield text[at : match.start()]
        yield match
        at = match.end()
    yield text[at:]
