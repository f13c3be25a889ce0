"""A Python program as shell records: assignments, functions, commands, with the places of its own text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from migrator.core.text import Span
from migrator.readers.called import _pieces as pieces
from migrator.readers.called import _syntax as syntax
from migrator.readers.shell import (
    Assignment,
    Call,
    Declaration,
    Double,
    Function,
    Group,
    If,
    Lit,
    Loop,
    Other,
    Param,
    Part,
    Redirect,
    ShellError,
    Single,
    Statement,
    Substitution,
    Test,
    Word,
)
from migrator.readers.shfmt import parse_shell

if TYPE_CHECKING:
    from migrator.readers.called import Place

_RUNS = {"run", "call", "check_call", "check_output", "Popen"}
_SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
_OTHERS = {"plumbum", "sh", "invoke", "fabric"}
_KEPT = {"strip", "rstrip", "lstrip", "encode", "decode"}
_IMAGES = {"pull": "pull", "push": "push", "run": "run"}


class Lowering:
    def __init__(self, text: str, module: cst.Module, place: Place) -> None:
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self.module = wrapper.module
        self.spans = wrapper.resolve(ByteSpanPositionProvider)
        self.place = place
        self.chars: list[int] | None = None
        if not text.isascii():
            self.chars = []
            for index, char in enumerate(text):
                self.chars += [index] * len(char.encode())
            self.chars.append(len(text))
        self.text = text
        self.functions: dict[str, cst.FunctionDef] = {}
        self.called: set[str] = set()
        self.imports: dict[str, str] = {}
        self.scope = ""
        self.locals: set[str] = set()
        self.globals: set[str] = set()
        self.lists: dict[str, list[cst.BaseExpression] | None] = {}
        self.before: list[Statement] = []
        self.names: list[str] = []

    # Places

    def raw(self, node: cst.CSTNode) -> Span:
        found = self.spans[node]
        start, end = found.start, found.start + found.length
        return Span(self.chars[start], self.chars[end]) if self.chars is not None else Span(start, end)

    def at(self, span: Span) -> Span:
        return Span(self.place(span.start), max(self.place(span.start), self.place(max(span.end - 1, 0)) + 1))

    def span(self, node: cst.CSTNode) -> Span:
        return self.at(self.raw(node))

    # The module

    def statements_of_module(self) -> tuple[Statement, ...]:
        try:
            return tuple(self.whole())
        except RecursionError:
            raise ShellError("the program is nested too deeply to follow") from None

    def whole(self) -> Iterator[Statement]:
        body = self.module.body
        for node in syntax.every(self.module):
            if isinstance(node, cst.Name):
                self.names.append(node.value)
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
                self.called.add(node.func.value)
        for statement in body:
            if isinstance(statement, cst.FunctionDef):
                self.functions[statement.name.value] = statement
        self.globals = syntax.assigned(body)
        yield from self.body(body)
        loose = [one for one in self.functions.values() if one.decorators or one.name.value not in self.called]
        classes = [one for one in body if isinstance(one, cst.ClassDef)]
        loose += [inner for one in classes for inner in one.body.body if isinstance(inner, cst.FunctionDef)]
        for function in loose:
            span = self.span(function)
            statements = tuple(self.function_body(function, unknown=True))
            yield self.statement(If((), statements, (), span), span)

    def statement(self, command: object, span: Span, redirects: tuple[Redirect, ...] = ()) -> Statement:
        return Statement(command, redirects, False, False, span)  # type: ignore[arg-type]

    def body(self, body: Sequence[cst.CSTNode]) -> list[Statement]:
        found: list[Statement] = []
        for node in body:
            outer, self.before = self.before, []
            made = self.lowered(node)
            found += [*self.before, *made]
            self.before = outer
        return found

    def lowered(self, node: cst.CSTNode) -> list[Statement]:
        match node:
            case cst.SimpleStatementLine() | cst.SimpleStatementSuite():
                return self.body(node.body)
            case cst.Import() | cst.ImportFrom():
                self.imported(node)
            case cst.Assign():
                return [one for target in node.targets for one in self.assign(target.target, node.value)]
            case cst.AnnAssign(value=value) if value is not None:
                return self.assign(node.target, value)
            case cst.AugAssign(target=cst.Name(value=name)):
                return [self.assignment(name, self.parts(node.value), node, append=True)]
            case cst.Expr():
                self.parts(node.value)
            case cst.Return(value=value) if value is not None:
                span = self.span(node)
                words = (self.lit("printf", span), self.lit("%s", span), self.word(value))
                return [self.statement(Call((), words, span), span)]
            case cst.FunctionDef() if not self.scope and node.name.value in self.functions:
                span = self.span(node)
                inner = self.statement(Group(tuple(self.function_body(node)), False, span), span)
                return [self.statement(Function(f"py:{node.name.value}", inner, span), span)]
            case cst.FunctionDef():
                self.unknown_calls(node)
            case cst.If():
                return self.conditional(node)
            case cst.For() | cst.While():
                span = self.span(node)
                head = node.iter if isinstance(node, cst.For) else node.test
                self.parts(head)
                targets = self.forget(node.target) if isinstance(node, cst.For) else []
                loop = Loop("while", "", (), (), (*targets, *self.body(node.body.body)), span)
                return [self.statement(loop, span)]
            case cst.With():
                found: list[Statement] = []
                for item in node.items:
                    self.parts(item.item)
                    found += self.forget(item.asname.name) if item.asname else []
                return [*found, *self.body(node.body.body)]
            case cst.Try() | cst.TryStar():
                return self.attempt(node)
            case cst.ClassDef():
                return self.body([one for one in node.body.body if not isinstance(one, cst.FunctionDef)])
            case cst.BaseSmallStatement():
                for child in node.children:
                    if isinstance(child, cst.BaseExpression):
                        self.parts(child)
        return []

    def conditional(self, node: cst.If) -> list[Statement]:
        span = self.span(node)
        condition = self.test(node.test)
        otherwise: list[Statement] = []
        if isinstance(node.orelse, cst.If):
            otherwise = self.conditional(node.orelse)
        elif node.orelse is not None:
            otherwise = self.body(node.orelse.body.body)
        return [self.statement(If((condition,), tuple(self.body(node.body.body)), tuple(otherwise), span), span)]

    def attempt(self, node: cst.Try | cst.TryStar) -> list[Statement]:
        found = self.body(node.body.body)
        for handler in node.handlers:
            span = self.span(handler)
            found.append(self.statement(If((), tuple(self.body(handler.body.body)), (), span), span))
        found += self.body(node.orelse.body.body) if node.orelse else []
        return found + (self.body(node.finalbody.body.body) if node.finalbody else [])

    def test(self, node: cst.BaseExpression) -> Statement:
        """A condition: whether a variable is set, or anything else."""
        span = self.span(node)
        inner = node
        while isinstance(inner, cst.UnaryOperation) and isinstance(inner.operator, cst.Not):
            inner = inner.expression
        if isinstance(inner, cst.Comparison) and len(inner.comparisons) == 1:
            one = inner.comparisons[0]
            inside = isinstance(one.operator, cst.In | cst.NotIn) and self.name(one.comparator) == "os.environ"
            if inside and (name := self.quoted(inner.left)):
                word = Word((Lit(*name),), name[1])
                return self.statement(Test((("-v", word),), (), (), (word,), span), span)
        word = self.word(inner)
        return self.statement(Test((), (), (word,), (word,), span), span)

    def imported(self, node: cst.Import | cst.ImportFrom) -> None:
        module = syntax.dotted(node.module) if isinstance(node, cst.ImportFrom) and node.module else ""
        if isinstance(node.names, cst.ImportStar):
            return
        for alias in node.names:
            name = syntax.dotted(alias.name)
            full = f"{module}.{name}" if module else name
            if full.partition(".")[0] in _OTHERS and not (isinstance(node, cst.ImportFrom) and node.relative):
                words = (Word((self.unknown(node),), self.span(node)), self.lit(self.text, self.span(node)))
                self.before.append(self.statement(Call((), words, self.span(node)), self.span(node)))
            as_name = alias.asname.name if alias.asname else None
            local = as_name.value if isinstance(as_name, cst.Name) else name
            self.imports[local] = full

    # Assignments

    def variable(self, name: str) -> str | None:
        """The record's name for a variable of the program; None where nothing is known of it."""
        if name in self.locals:
            return f"{self.scope}.{name}"
        return f"module.{name}" if name in self.globals else None

    def assignment(self, name: str, parts: tuple[Part, ...], node: cst.CSTNode, append: bool = False) -> Statement:
        span = self.span(node)
        word = Word(parts, pieces.around(parts, span))
        known = self.variable(name) or f"module.{name}"
        return self.statement(Call((Assignment(known, word, None, append, False, span),), (), span), span)

    def assign(self, target: cst.BaseExpression, value: cst.BaseExpression) -> list[Statement]:
        if isinstance(target, cst.Name):
            key = self.variable(target.value) or target.value
            elements = syntax.elements(value)
            self.lists[key] = elements if elements is not None and key not in self.lists else None
            if self.lists[key] and self.names.count(target.value) == 2:  # here, and where it is run
                return [self.assignment(target.value, (self.unknown(value),), target)]
            return [self.assignment(target.value, self.parts(value), target)]
        if isinstance(target, cst.Tuple | cst.List) and (values := syntax.elements(value)) is not None:
            targets = [one.value for one in target.elements]
            if len(targets) == len(values):
                return [one for pair in zip(targets, values, strict=True) for one in self.assign(*pair)]
        parts = self.parts(value)
        if isinstance(target, cst.Subscript) and self.name(target.value) == "os.environ":
            index = target.slice[0].slice
            if isinstance(index, cst.Index) and (name := self.quoted(index.value)):
                span = self.span(target)
                given = Assignment(name[0], Word(parts, pieces.around(parts, span)), None, False, False, span)
                return [self.statement(Declaration("export", (given,), (), span), span)]
        return self.forget(target)

    def forget(self, target: cst.BaseExpression) -> list[Statement]:
        names = [node.value for node in syntax.every(target) if isinstance(node, cst.Name)]
        return [self.assignment(name, (self.unknown(target),), target) for name in names if self.variable(name)]

    # Functions

    def function_body(self, node: cst.FunctionDef, unknown: bool = False) -> Iterator[Statement]:
        outer = self.scope, self.locals
        params = [param.name.value for param in syntax.params(node)]
        declared = {item.name.value for item in syntax.declared(node)}
        self.scope = node.name.value
        self.locals = (syntax.assigned(node.body.body) | set(params)) - declared
        for index, param in enumerate(syntax.params(node), 1):
            span = self.span(param.name)
            given = Param(str(index), "", None, span, span, True, "0")
            yield self.assignment(param.name.value, (self.unknown(node) if unknown else given,), param.name)
        yield from self.body(node.body.body)
        self.scope, self.locals = outer

    def unknown_calls(self, node: cst.FunctionDef) -> None:
        span = self.span(node)
        self.before.append(self.statement(If((), tuple(self.function_body(node, unknown=True)), (), span), span))

    def own_call(self, node: cst.Call, function: cst.FunctionDef) -> Statement | None:
        """A call of a function of the file, its arguments in the order of the parameters."""
        params = syntax.params(function)
        names = [param.name.value for param in params]
        if any(argument.star for argument in node.args) or function.params.star_kwarg:
            return None
        given: dict[str, cst.BaseExpression] = {}
        for index, argument in enumerate(node.args):
            if argument.keyword is None and index >= len(names):
                return None
            given[argument.keyword.value if argument.keyword else names[index]] = argument.value
        span = self.span(node)
        words = [self.lit(f"py:{function.name.value}", span)]
        for param in params:
            value = given.get(param.name.value, param.default)
            words.append(self.word(value) if value is not None else Word((self.unknown(node),), span))
        return self.statement(Call((), tuple(words), span), span)

    # Expressions

    def word(self, node: cst.BaseExpression) -> Word:
        """An expression as one word, which no blank in a value makes several."""
        parts = self.parts(node)
        around = pieces.around(parts, self.span(node))
        return Word((Double(parts, around),), around)

    def lit(self, text: str, span: Span) -> Word:
        return Word((Single(text, span, True),), span)

    def unknown(self, node: cst.CSTNode, words: tuple[Word, ...] = ()) -> Other:
        return Other(words, self.span(node))

    def quoted(self, node: cst.BaseExpression) -> tuple[str, Span] | None:
        """A plain string's text with the place between its quotes."""
        if not isinstance(node, cst.SimpleString) or "b" in node.prefix.lower():
            return None
        value = node.evaluated_value
        raw = node.raw_value
        if not isinstance(value, str) or value != raw:
            return None
        start = self.raw(node).start + len(node.prefix) + len(node.quote)
        return value, self.at(Span(start, start + len(value))) if value else self.at(Span(start, start + 1))

    def name(self, node: cst.BaseExpression) -> str:
        """The full name of what an expression names by way of the file's imports, '' for anything else."""
        dotted = syntax.dotted(node)
        first, dot, rest = dotted.partition(".")
        return f"{self.imports.get(first, first)}{dot}{rest}" if dotted else ""

    def parts(self, node: cst.BaseExpression) -> tuple[Part, ...]:
        match node:
            case cst.SimpleString():
                text = self.quoted(node)
                return (Single(text[0], self.span(node), True) if text and "\\" not in text[0] else self.unknown(node),)
            case cst.ConcatenatedString():
                return (*self.parts(node.left), *self.parts(node.right))
            case cst.FormattedString():
                return tuple(part for piece in node.parts for part in self.formatted(piece))
            case cst.BinaryOperation(operator=cst.Add()):
                return (*self.parts(node.left), *self.parts(node.right))
            case cst.BooleanOperation(operator=cst.Or()):
                left = self.parts(node.left)
                if len(left) == 1 and isinstance(left[0], Param) and left[0].index == "" and not left[0].operator:
                    one = left[0]
                    return (Param(one.name, ":-", self.word(node.right), one.name_span, one.span, True),)
                return (self.unknown(node, (Word(left, self.span(node)), self.word(node.right))),)
            case cst.Name():
                known = self.variable(node.value)
                span = self.span(node)
                return (Param(known, "", None, span, span, True, "0"),) if known else (self.unknown(node),)
            case cst.Subscript() if self.name(node.value) == "os.environ" and len(node.slice) == 1:
                index = node.slice[0].slice
                if isinstance(index, cst.Index) and (name := self.quoted(index.value)):
                    return (Param(name[0], "", None, name[1], self.span(node), True),)
            case cst.Call():
                return self.call(node)
        inner = tuple(self.word(child) for child in syntax.expressions(node))
        return (self.unknown(node, inner),)

    def formatted(self, piece: cst.BaseFormattedStringContent) -> tuple[Part, ...]:
        if isinstance(piece, cst.FormattedStringText):
            plain = not any(char in piece.value for char in "\\{}")
            return (Single(piece.value, self.span(piece), True) if plain else self.unknown(piece),)
        assert isinstance(piece, cst.FormattedStringExpression)
        if piece.conversion or piece.format_spec or piece.equal:
            return (self.unknown(piece, (self.word(piece.expression),)),)
        return self.parts(piece.expression)

    def call(self, node: cst.Call) -> tuple[Part, ...]:
        name = self.name(node.func)
        args = [one.value for one in node.args if one.keyword is None and not one.star]
        named = {one.keyword.value: one.value for one in node.args if one.keyword}
        starred = any(one.star for one in node.args)
        if name in ("os.getenv", "os.environ.get") and args and not starred and (text := self.quoted(args[0])):
            default = args[1] if len(args) > 1 else named.get("default")
            word = self.word(default) if default is not None else None
            return (Param(text[0], "-" if word else "", word, text[1], self.span(node), True),)
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in _KEPT and all(map(syntax.plain, args)):
            return self.parts(node.func.value)
        if name == "str" and len(args) == 1 and not named:
            return self.parts(args[0])
        if isinstance(node.func, cst.Name) and (function := self.functions.get(node.func.value)):
            called = self.own_call(node, function)
            if called is not None:
                changes = bool(list(syntax.declared(function)))
                span = self.span(node)
                if changes:
                    self.before.append(called)
                    return (self.unknown(node),)
                return (Substitution((called,), span, False),) if self.used(node) else self.alone(called, node)
        if command := self.command(node, name, args, named, starred):
            self.before.append(command)
            return (self.unknown(node),)
        inner = tuple(self.word(one) for one in (*syntax.receiver(node), *(one.value for one in node.args)))
        return (self.unknown(node, inner),)

    def used(self, node: cst.Call) -> bool:
        return any(
            isinstance(one, cst.Return) and one.value for one in syntax.every(self.functions[syntax.dotted(node.func)])
        )

    def alone(self, called: Statement, node: cst.Call) -> tuple[Part, ...]:
        self.before.append(called)
        return (self.unknown(node),)

    # Commands

    def command(
        self,
        node: cst.Call,
        name: str,
        args: list[cst.BaseExpression],
        named: dict[str, cst.BaseExpression],
        starred: bool,
    ) -> Statement | None:
        """What a call runs: a command, text for a shell, or a method of the docker SDK that does what one does."""
        span = self.span(node)
        module, _, function = name.rpartition(".")
        if name in _SHELLS and args:
            return self.shell(args[0], node, None)
        if module == "subprocess" and function in _RUNS:
            first = args[0] if args else named.get("args")
            if first is None:
                return None
            stdin = named.get("input")
            fed = (Redirect("<<<", self.word(stdin), self.span(stdin)),) if stdin is not None else ()
            if (shell := named.get("shell")) is not None and not (
                isinstance(shell, cst.Name) and shell.value == "False"
            ):
                return self.shell(first, node, fed, changed="env" in named or starred)
            words = self.words(first)
            if words and ({"env", "cwd", "executable"} & named.keys() or starred):
                words = [Word((self.unknown(node),), span), *words]
            return self.statement(Call((), tuple(words), span), span, fed) if words else None
        return self.sdk(node, args, named, starred)

    def sdk(
        self, node: cst.Call, args: list[cst.BaseExpression], named: dict[str, cst.BaseExpression], starred: bool
    ) -> Statement | None:
        if not isinstance(node.func, cst.Attribute) or "docker" not in {
            one.partition(".")[0] for one in self.imports.values()
        }:
            return None
        span = self.span(node)
        method = node.func.attr.value
        owner = node.func.value.attr.value if isinstance(node.func.value, cst.Attribute) else ""
        given = {**dict(zip(("username", "password", "email", "registry"), args, strict=False)), **named}
        if method == "login" and (starred or "password" in given):
            unknown = Word((self.unknown(node),), span)
            words = [self.lit("docker", span), self.lit("login", span)]
            for option, key in (("-u", "username"), ("-p", "password")):
                words += [self.lit(option, span), self.word(given[key]) if key in given and not starred else unknown]
            if starred:
                words.append(unknown)
            elif "registry" in given:
                words.append(self.word(given["registry"]))
            return self.statement(Call((), tuple(words), span), span)
        if method in _IMAGES and owner in ("images", "containers", "api"):
            image = args[0] if args else named.get("repository", named.get("image"))
            word = self.word(image) if image is not None else Word((self.unknown(node),), span)
            words = [self.lit("docker", span), self.lit(_IMAGES[method], span), word]
            return self.statement(Call((), tuple(words), span), span)
        return None

    def words(self, node: cst.BaseExpression) -> list[Word]:
        elements = syntax.elements(node)
        if elements is None and isinstance(node, cst.Name):
            elements = self.lists.get(self.variable(node.value) or node.value)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            plain = node.func.attr.value == "split" and not node.args
            return pieces.split(self.parts(node.func.value), self.span(node)) if plain else [self.word(node)]
        if elements is None:
            return [self.word(node)]
        return [self.word(one) for one in elements]

    def shell(
        self, node: cst.BaseExpression, call: cst.Call, fed: tuple[Redirect, ...] | None, changed: bool = False
    ) -> Statement:
        """Text that a shell runs: read as such where it is one plain string."""
        span = self.span(call)
        text = self.quoted(node)
        if text and not changed:
            start = self.raw(node).start + len(syntax.prefix(node))
            try:
                statements = parse_shell(text[0], lambda index: self.place(start + index))
                return self.statement(Group(tuple(map(pieces.fixed, statements)), True, span), span, fed or ())
            except ShellError:
                pass
        return self.statement(Call((), (Word((self.unknown(call),), span), self.word(node)), span), span)
