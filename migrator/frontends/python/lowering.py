"""A Python program as shell records: assignments, functions, commands, with the places of its own text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from migrator.frontends.python import pieces, syntax
from migrator.frontends.python.assignments import Assignments
from migrator.ir.nodes import (
    Call,
    Function,
    Group,
    If,
    Lit,
    Loop,
    Part,
    Read,
    ShellError,
    Statement,
    Substitution,
    Test,
    Word,
)

if TYPE_CHECKING:
    from migrator.frontends import Place

_OTHERS = {"plumbum", "sh", "invoke", "fabric"}
_UNTOLD = "a call that is not followed"
_KEPT = {"strip", "rstrip", "lstrip", "encode", "decode"}


class Lowering(Assignments):
    def __init__(self, text: str, module: cst.Module, place: Place) -> None:
        super().__init__(text, module, place)
        self.before: list[Statement] = []
        self.refused: set[str] = set()
        self.fed = dict(syntax.feeding(self.module))

    # The module

    def statements_of_module(self) -> tuple[Statement, ...]:
        try:
            return tuple(self.whole())
        except RecursionError:
            raise ShellError("the program is nested too deeply to follow") from None

    def whole(self) -> Iterator[Statement]:
        body = self.module.body
        for statement in body:
            if isinstance(statement, cst.FunctionDef):
                self.functions[statement.name.value] = statement
        self.globals = syntax.assigned(body)
        yield from self.body(body)
        called = syntax.called(self.module) - self.refused
        loose = [one for one in self.functions.values() if one.decorators or one.name.value not in called]
        classes = [one for one in body if isinstance(one, cst.ClassDef)]
        loose += [inner for one in classes for inner in one.body.body if isinstance(inner, cst.FunctionDef)]
        for function in loose:
            span = self.span(function)
            statements = tuple(self.function_body(function, unknown=True))
            yield pieces.statement(If((), statements, (), span), span)
        yield from self.untold()

    def untold(self) -> Iterator[Statement]:
        """What looks like a command that logs in, and was not followed to where it is run: a command of its own that
        nobody knows, with the text of the program, where the registry may be named."""
        for node, words in syntax.logins(self.module):
            if self.told.isdisjoint((node, *words)):
                span = self.span(node)
                program = Word((self.unknown(node, what=_UNTOLD),), span)
                call = Call((), (program, *map(self.word, words), self.lit(self.text, span)), span)
                yield pieces.statement(If((), (pieces.statement(call, span),), (), span), span)

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
            case cst.AugAssign() if self.environment(node.target):
                return self.updated([node.value], {}, node)
            case cst.Del():
                return [one for target in syntax.targets(node) for one in self.deleted(target)]
            case cst.Expr():
                self.parts(node.value)
            case cst.Return(value=value) if value is not None:
                span = self.span(node)
                words = (self.lit("printf", span), self.lit("%s", span), self.word(value))
                return [pieces.statement(Call((), words, span), span)]
            case cst.FunctionDef() if not self.scope and node.name.value in self.functions:
                span = self.span(node)
                inner = pieces.statement(Group(tuple(self.function_body(node)), False, span), span)
                return [pieces.statement(Function(f"py:{node.name.value}", inner, span), span)]
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
                return [pieces.statement(loop, span)]
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
        return [pieces.statement(If((condition,), tuple(self.body(node.body.body)), tuple(otherwise), span), span)]

    def attempt(self, node: cst.Try | cst.TryStar) -> list[Statement]:
        found = self.body(node.body.body)
        for handler in node.handlers:
            span = self.span(handler)
            found.append(pieces.statement(If((), tuple(self.body(handler.body.body)), (), span), span))
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
                return pieces.statement(Test((("-v", word),), (), (), (word,), span), span)
        word = self.word(inner)
        return pieces.statement(Test((), (), (word,), (word,), span), span)

    def imported(self, node: cst.Import | cst.ImportFrom) -> None:
        """What runs commands in ways that are not followed, as a command that nobody knows."""
        if isinstance(node, cst.ImportFrom) and node.relative:
            return
        if any(full.partition(".")[0] in _OTHERS for full in syntax.imports(node).values()):
            span = self.span(node)
            words = (Word((self.unknown(node),), span), self.lit(self.text, span))
            self.before.append(pieces.statement(Call((), words, span), span))

    # Functions

    def function_body(self, node: cst.FunctionDef, unknown: bool = False) -> Iterator[Statement]:
        outer = self.scope, self.locals
        params = [param.name.value for param in syntax.params(node)]
        declared = {item.name.value for item in syntax.declared(node)}
        self.scope = node.name.value
        self.locals = (syntax.assigned(node.body.body) | set(params)) - declared
        for index, param in enumerate(syntax.params(node), 1):
            span = self.span(param.name)
            given = Read(str(index), "", None, span, span, True, "0")
            yield self.assignment(param.name.value, (self.unknown(node) if unknown else given,), param.name)
        yield from self.body(node.body.body)
        self.scope, self.locals = outer

    def unknown_calls(self, node: cst.FunctionDef) -> None:
        span = self.span(node)
        self.before.append(pieces.statement(If((), tuple(self.function_body(node, unknown=True)), (), span), span))

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
        return pieces.statement(Call((), tuple(words), span), span)

    # Calls

    def call(self, node: cst.Call) -> tuple[Part, ...]:
        name = self.name(node.func)
        args = [one.value for one in node.args if one.keyword is None and not one.star]
        named = {one.keyword.value: one.value for one in node.args if one.keyword}
        starred = any(one.star for one in node.args)
        if name in ("os.getenv", "os.environ.get") and args and not starred and (text := self.quoted(args[0])):
            default = args[1] if len(args) > 1 else named.get("default")
            word = self.word(default) if default is not None else None
            return (Read(text[0], "-" if word else "", word, text[1], self.span(node), True),)
        if (changed := self.changes(node, args, named, starred)) is not None:
            self.before += changed
            return (self.unknown(node),)
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in _KEPT and all(map(syntax.plain, args)):
            return self.parts(node.func.value)
        if name == "str" and len(args) == 1 and not named:
            return self.parts(args[0])
        if isinstance(node.func, cst.Name) and (function := self.functions.get(node.func.value)):
            called = self.own_call(node, function)
            if called is None:
                self.refused.add(function.name.value)
            else:
                changes = bool(list(syntax.declared(function)))
                span = self.span(node)
                if changes:
                    self.before.append(called)
                    return (self.unknown(node),)
                return (Substitution((called,), span, False),) if self.used(node) else self.alone(called, node)
        if command := self.command(node, name, args, named, starred):
            self.before.append(command)
            return (self.unknown(node),)
        inner = tuple(self.word(one.value) for one in node.args)
        if isinstance(node.func, cst.Attribute) and node.func.attr.value == "format":
            return (*self.parts(node.func.value), self.unknown(node, inner))
        return (self.unknown(node, (*map(self.word, (*syntax.receiver(node), *syntax.hidden(node.func))), *inner)),)

    def used(self, node: cst.Call) -> bool:
        return any(
            isinstance(one, cst.Return) and one.value for one in syntax.every(self.functions[syntax.dotted(node.func)])
        )

    def alone(self, called: Statement, node: cst.Call) -> tuple[Part, ...]:
        self.before.append(called)
        return (self.unknown(node),)
