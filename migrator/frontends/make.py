"""Targets of a makefile: `make login`. A recipe's lines are shell once make has put its own variables in.

What make takes from the environment (`$(TOKEN)`) is `${TOKEN}` to the shell, at the same place of the file. A makefile
with conditions, `include`, `define`, `.ONESHELL` or anything else that decides while make runs is not followed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from migrator.frontends.programs import FileCommand, Fragment, Place, Program, Undecided, command_line, file_of
from migrator.frontends.shell.lowering import PUT
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Assign, Constant, Expression, Join, Opaque, Read, Statement
from migrator.text.edits import Edit
from migrator.text.patterns import regex
from migrator.text.scalars import Runs
from migrator.text.source import Span

_ASSIGNMENT = regex(
    r"(?P<words>(?:export|override)\s++)*(?P<name>[\w.-]++)\s*+(?P<kind>\?=|\+=|::?=|!=|=)[ \t]*+(?P<value>.*+)"
)
_RULE = regex(r"(?P<targets>[^:=#]++)(?P<colons>::?)(?!=)(?P<needs>[^=;#]*+)(?:#.*+)?")
_DECIDES = regex(
    r"-?s?include\b|if(?:n?eq|n?def)\b|else\b|endif\b|(?:override\s+)?define\b|undefine\b|vpath\b|load\b|unexport\b|"
    r"private\b|\.ONESHELL\b|\.SHELLFLAGS\b|\.RECIPEPREFIX\b|\.DEFAULT_GOAL\b|\.EXPORT_ALL_VARIABLES\b|\.DEFAULT\s*:"
)
_EXPORT = regex(r"export\s++[\w. -]++")
_WORD = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_NAME = regex(r"[A-Za-z_]\w*")
_REFERENCE = regex(r"\$(?:\$|\((?P<round>[^()$]*)\)|\{(?P<curly>[^{}$]*)\}|(?P<short>.))", re.DOTALL)
_UNKNOWN = regex(r"put_*")
_SHELLS = regex(r"(?:/usr)?(?:/bin/)?(?:ba|da|a)?sh")
_HARMLESS = regex(
    r"(?:\s*+(?:--no-print-directory|--warn-undefined-variables|--no-builtin-(?:rules|variables)|-[rRjw]++\d*+|"
    r"--jobs(?:=\d+)?+|(?:-O|--output-sync)[=\w]*+)(?=\s|\Z))*+"
)
"""Of what a makefile tells make: what changes neither the recipes nor what is shown."""
_TELLING = ("SHELL", "MAKEFLAGS", "GNUMAKEFLAGS", ".SHELLFLAGS")
_PLAIN = regex(r"(?:[\w./:@-]|\$\{\w+\})*")
_PART = regex(r"\$\{(\w+)\}|[^$]+")
_DEPTH = 20
_GOES_ON = ("--ignore-errors", "--keep-going")
_MOST = 300_000
"""How much is done for one command line, in rules that are looked at, variables, and characters that they stand for."""


class _Line(Struct, frozen=True):
    """A line of a recipe, behind the values of make's own variables that it takes from the environment, a line each.
    `exported` are all that it may find there, with whether the value is known; `unknown` is the name of an expansion
    that stands for what make puts there and nobody knows."""

    exported: tuple[tuple[str, bool], ...]
    unknown: str

    def __call__(self, text: str, place: Place | None) -> tuple[Statement, ...]:
        to = place or (lambda index: index)
        found: list[Statement] = []
        at = 0
        for name, known in self.exported:
            end = text.index("\n", at) if known else at
            span = Span(to(at), to(end))
            parts = [self.part(match, to) for match in _PART.finditer(text, at, end)] if known else [_put(span)]
            found.append(Statement(Assign(name, Join(tuple(parts), span), span, exported=True), span))
            at = end + known
        return (*found, *lower(text[at:], lambda index: to(at + index), unknown=self.unknown))

    def part(self, match: re.Match[str], to: Place) -> Expression:
        span = Span(to(match.start()), to(match.end()))
        if match[1] is None:
            return Constant(match[0], span)
        return _put(span) if match[1] == self.unknown else Read(match[1], span, span, fixed=True)


def _put(span: Span) -> Opaque:
    return Opaque((), span, PUT)


class _Rule(Struct):
    targets: tuple[str, ...]
    needs: str
    lines: list[Span] = field(default_factory=list)


class _Makefile(Struct):
    """`variables` hold the kind of the assignment and the value as written."""

    text: str
    variables: dict[str, tuple[str, str]] = field(default_factory=dict)
    rules: list[_Rule] = field(default_factory=list)


def read(request: FileCommand) -> Program | None:
    """The recipes of the targets and of what they need, one after the other, each line in a shell of its own; none
    where the makefile is not followed."""
    line = command_line(request)
    found = file_of(request, line) if line else None
    if line is None or found is None:
        return None
    path, text = found
    try:
        if "\r" in text or not line.known or "--" in line.words:
            raise Undecided
        recipes = _Recipes(
            path, _makefile(text), line.folder, request.clone, line.quiet, any(map(_ignores, request.words))
        )
        targets = [word for word in line.words if not recipes.assign(word)]
        fragments = tuple(recipes.of(targets))
    except Undecided:
        return Program(path, (), line.folder)
    return Program(path, fragments, line.folder, len(request.words)) if fragments else None


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """The same rules, variables and numbers of lines; only lines of recipes are edited."""
    try:
        old, new = _makefile(before), _makefile(after)
    except Undecided:
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
                raise Undecided
            continue
        line = " ".join(part.strip() for part in line.split("\\\n")).strip()
        if not line or line.startswith("#"):
            continue
        if _DECIDES.match(line):
            raise Undecided
        if assigned := _ASSIGNMENT.fullmatch(line):
            _assigned(found, assigned)
            rule = None
        elif _EXPORT.fullmatch(line):
            rule = None
        elif (ruled := _RULE.fullmatch(line)) and ruled["colons"] == ":":
            rule = _Rule(tuple(ruled["targets"].split()), ruled["needs"].strip())
            if "%" in ruled["targets"]:
                raise Undecided
            found.rules.append(rule)
        else:
            raise Undecided
    return found


def _assigned(found: _Makefile, match: re.Match[str]) -> None:
    name, kind, value = match["name"], match["kind"], match["value"].split("#")[0].rstrip()
    if _is_harmless(name, value):
        return
    if kind in ("!=", "+=") or name in found.variables or name in (*_TELLING, "MAKE"):
        raise Undecided
    found.variables[name] = (kind, value)


def _is_harmless(name: str, value: str) -> bool:
    """Whether a variable tells make only what changes neither what runs nor what is shown."""
    if name == "SHELL":
        return _SHELLS.fullmatch(value) is not None
    return name in ("MAKEFLAGS", "GNUMAKEFLAGS") and _HARMLESS.fullmatch(value) is not None


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
    def __init__(self, path: str, makefile: _Makefile, folder: str, clone: str, silent: bool, ignoring: bool) -> None:
        self.path = path
        self.silenced = [rule.needs.split() for rule in makefile.rules if ".SILENT" in rule.targets]
        self.ignoring = ignoring or any(".IGNORE" in rule.targets for rule in makefile.rules)
        self.silent = silent or [] in self.silenced
        self.makefile = makefile
        self.folder = folder
        self.clone = clone
        self.given: dict[str, str] = {}
        self.done: set[str] = set()
        longest = max(_UNKNOWN.findall(makefile.text), key=len, default="")
        self.unknown = f"{longest}_" if longest else "put"
        self.spent = 0

    @property
    def exported(self) -> list[str]:
        """What make may put into the environment of a recipe: its own variables that were in there or are exported.
        Their values are not known, but for those that a line takes from there."""
        names = {name for name, (kind, _) in self.makefile.variables.items() if kind != "?="} | self.given.keys()
        return sorted(filter(_NAME.fullmatch, names))

    def assign(self, word: str) -> bool:
        """Take a word of the command line that sets a variable, and is no target."""
        if match := _WORD.fullmatch(word):
            if match[1] in _TELLING and not _is_harmless(match[1], match[2]):
                raise Undecided
            self.given[match[1]] = match[2]
        elif "=" in word:
            raise Undecided
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
        self.spend(len(self.makefile.rules))
        rules = [rule for rule in self.makefile.rules if target in rule.targets]
        if depth > _DEPTH or (not rules and depth == 0) or sum(bool(rule.lines) for rule in rules) > 1:
            raise Undecided
        for rule in rules:
            for need in self.needs(rule.needs).split():
                yield from self.target(need, depth + 1)
        for rule in rules:
            for line in rule.lines:
                if fragment := self.line(line, target):
                    yield fragment

    def spend(self, much: int) -> None:
        """Variables that name each other many times over, and thousands of targets, are not followed to their end."""
        self.spent += much
        if self.spent > _MOST:
            raise Undecided

    def needs(self, text: str) -> str:
        expanded = self.expanded(text, "", 0)
        if "$" in expanded:
            raise Undecided
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
        first = at
        runs = Runs()
        exported = []
        names = self.exported
        self.spend(len(names) + len(self.silenced))
        for name in names:
            known = False
            if f"$${name}" in text[at : span.end] or f"$${{{name}" in text[at : span.end]:
                value = self.put(name, target, 0)
                if known := _PLAIN.fullmatch(value) is not None:
                    runs.decoded(f"{value}\n", at, 1)
            exported.append((name, known))
        single = double = shown = False
        for match in _REFERENCE.finditer(text, at, span.end):
            single, double = self.copy(text[at : match.start()], at, runs, single, double)
            shown = self.reference(match, target, runs, single) or shown
            at = match.end()
        self.copy(text[at : span.end], at, runs, single, double)
        value, mapped = runs.finish("$", span.start)
        ignored = self.ignoring or "-" in text[span.start : first]
        line = _Line(tuple(exported), self.unknown)
        return Fragment(self.path, value, mapped, line, shown and not silent, ignored)

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
        name, width = _name(match), match.end() - match.start()
        own = name in (*self.makefile.variables, *self.given, "MAKE", "CURDIR") or match["short"] is not None
        if own or single or not _NAME.fullmatch(name):
            text = self.put(name, target, 0)
            quoted = single and "$" in text and match[0] != "$$"
            runs.decoded(f"'\"${{{self.unknown}}}\"'" if quoted else text, match.start(), width)
            return "${" in text
        runs.copy("${" + name + "}", match.start())
        return True

    def put(self, name: str, target: str, depth: int) -> str:
        """What make puts in the place of a reference to a name, as shell."""
        if depth > _DEPTH or name in ("(", "{"):
            raise Undecided
        self.spend(1)
        if name in self.given:
            return self.given[name]
        if name in self.makefile.variables:
            kind, value = self.makefile.variables[name]
            text = self.expanded(value, target, depth + 1)
            return f"${{{name}:-{text}}}" if kind == "?=" else text
        known = {"$": "$", "MAKE": "make", "CURDIR": posixpath.join(f"${{{self.clone}}}", self.folder).rstrip("/")}
        if name == "@" and target:
            return target
        return known.get(name) or f"${{{name if _NAME.fullmatch(name) else self.unknown}}}"

    def expanded(self, text: str, target: str, depth: int) -> str:
        found = _REFERENCE.sub(lambda match: self.put(_name(match), target, depth), text)
        self.spend(len(found) + 1)
        return found


def _ignores(word: str | None) -> bool:
    """Whether a word may tell make to go on where a recipe fails: `-i`, `-k` and their long forms."""
    return (
        word is None
        or word in _GOES_ON
        or (word.startswith("-") and not word.startswith("--") and bool(set("ik") & set(word)))
    )


def _name(match: re.Match[str]) -> str:
    """What a reference names; `$` for `$$`."""
    return next((found for found in match.groups() if found is not None), "$")
