"""Assignments of a Python program: its variables, and what it does to the environment that its commands get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from migrator.frontends.python import pieces, syntax
from migrator.frontends.python.commands import Commands, Listed
from migrator.ir.nodes import Assignment, Call, Declaration, Part, Statement, Word

if TYPE_CHECKING:
    from migrator.frontends import Place

_ENVIRONMENT = "os.environ"
_SETS = {"os.putenv", "os.unsetenv"}
"""What these do is not seen by `os.environ`: https://docs.python.org/3/library/os.html#os.putenv"""
_READS = {"get", "copy", "keys", "values", "items", "__getitem__", "__contains__"}


class Assignments(Commands):
    """`names` are all names in the order of the file, `changing` those whose value changes otherwise than by name,
    `same` those that are given the environment itself."""

    def __init__(self, text: str, module: cst.Module, place: Place) -> None:
        super().__init__(text, module, place)
        self.names = [node.value for node in syntax.every(self.module) if isinstance(node, cst.Name)]
        self.same = {
            one.target.value
            for node in syntax.every(self.module)
            if isinstance(node, cst.Assign) and self.name(node.value) == _ENVIRONMENT
            for one in node.targets
            if isinstance(one.target, cst.Name)
        }
        self.changing = set(syntax.changing(self.module))

    def assignment(self, name: str, parts: tuple[Part, ...], node: cst.CSTNode, append: bool = False) -> Statement:
        return self.named(self.variable(name) or f"module.{name}", parts, node, append)

    def named(self, known: str, parts: tuple[Part, ...], node: cst.CSTNode, append: bool = False) -> Statement:
        """An assignment to a variable by the name that the records have for it."""
        span = self.span(node)
        word = Word(parts, pieces.around(parts, span))
        return pieces.statement(Call((Assignment(known, word, None, append, False, span),), (), span), span)

    def assign(self, target: cst.BaseExpression, value: cst.BaseExpression) -> list[Statement]:
        if isinstance(target, cst.Name):
            key = self.variable(target.value) or target.value
            elements = syntax.elements(value) if target.value not in self.changing else None
            if elements is None or key in self.lists:
                self.lists[key] = None
                return [self.assignment(target.value, self.parts(value), target)]
            self.lists[key] = listed = Listed(value, tuple(f"{key}[{index}]" for index in range(len(elements))))
            given = [
                self.named(name, self.word(one).parts, one) for name, one in zip(listed.names, elements, strict=True)
            ]
            alone = self.names.count(target.value) == 2  # here, and where it is run
            parts = (self.unknown(value),) if alone else self.parts(value)
            return [*given, self.assignment(target.value, parts, target)]
        if isinstance(target, cst.Tuple | cst.List) and (values := syntax.elements(value)) is not None:
            targets = [one.value for one in target.elements]
            named = {one.value for one in targets if isinstance(one, cst.Name)}
            crossed = any(
                isinstance(one, cst.Name) and one.value in named for node in values for one in syntax.every(node)
            )
            if len(targets) == len(values) and not crossed:
                return [one for pair in zip(targets, values, strict=True) for one in self.assign(*pair)]
        parts = self.parts(value)
        if isinstance(target, cst.Subscript) and self.environment(target.value):
            return self.given(target, parts)
        return self.forget(target)

    def forget(self, target: cst.BaseExpression) -> list[Statement]:
        names = [node.value for node in syntax.every(target) if isinstance(node, cst.Name)]
        return [self.assignment(name, (self.unknown(target),), target) for name in names if self.variable(name)]

    # The environment

    def environment(self, node: cst.CSTNode) -> bool:
        """Whether an expression is the environment, or may be."""
        return isinstance(node, cst.BaseExpression) and (
            self.name(node) == _ENVIRONMENT or (isinstance(node, cst.Name) and node.value in self.same)
        )

    def given(self, target: cst.Subscript, parts: tuple[Part, ...]) -> list[Statement]:
        """`os.environ["X"] = …`; of what may be a copy, the value is not known."""
        sure = self.name(target.value) == _ENVIRONMENT
        return [self.set(_index(target), parts if sure else (self.unknown(target),), target)]

    def deleted(self, target: cst.BaseExpression) -> list[Statement]:
        if isinstance(target, cst.Subscript) and self.environment(target.value):
            return [self.set(_index(target), (self.unknown(target),), target)]
        return self.forget(target)

    def set(self, key: cst.BaseExpression | None, parts: tuple[Part, ...], node: cst.CSTNode) -> Statement:
        """A variable of the environment has a value from now on; any of them where its name is not known."""
        span = self.span(node)
        name = self.quoted(key) if key is not None else None
        if name is None:
            return self.anything(node)
        given = Assignment(name[0], Word(parts, pieces.around(parts, span)), None, False, False, span)
        return pieces.statement(Declaration("export", (given,), (), span), span)

    def anything(self, node: cst.CSTNode) -> Statement:
        """Something sets variables that do not show, as `eval` does."""
        span = self.span(node)
        return pieces.statement(Call((), (self.lit("eval", span), Word((self.unknown(node),), span)), span), span)

    def updated(
        self, values: Iterable[cst.BaseExpression], named: Mapping[str, cst.BaseExpression], node: cst.CSTNode
    ) -> list[Statement]:
        """`os.environ.update({…}, X=…)`, `os.environ |= {…}`."""
        span = self.span(node)
        found: list[Statement] = []
        for value in values:
            elements = value.elements if isinstance(value, cst.Dict) else ()
            pairs = [one for one in elements if isinstance(one, cst.DictElement)]
            if not isinstance(value, cst.Dict) or len(pairs) < len(elements):
                self.parts(value)
                found.append(self.anything(node))
            found += [self.set(one.key, self.parts(one.value), node) for one in pairs]
        for name, value in named.items():
            parts = self.parts(value)
            given = Assignment(name, Word(parts, pieces.around(parts, span)), None, False, False, span)
            found.append(pieces.statement(Declaration("export", (given,), (), span), span))
        return found

    def changes(
        self, node: cst.Call, args: Sequence[cst.BaseExpression], named: Mapping[str, cst.BaseExpression], starred: bool
    ) -> list[Statement] | None:
        """What a call does to the environment; None where it does nothing to it."""
        on = node.func.value if isinstance(node.func, cst.Attribute) else None
        method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        if on is not None and self.environment(on) and method not in _READS:
            if method == "update" and self.name(on) == _ENVIRONMENT:
                return [*self.updated(args, named, node), *([self.anything(node)] if starred else [])]
            for one in (*args[1:], *named.values()):
                self.parts(one)
            known = method in ("pop", "setdefault", "__setitem__", "__delitem__") and args
            return [self.set(args[0] if known else None, (self.unknown(node),), node)]
        if self.name(node.func) in _SETS:
            return [self.set(args[0] if args else None, (self.unknown(node),), node)]
        return None


def _index(node: cst.Subscript) -> cst.BaseExpression | None:
    index = node.slice[0].slice
    return index.value if isinstance(index, cst.Index) and len(node.slice) == 1 else None
