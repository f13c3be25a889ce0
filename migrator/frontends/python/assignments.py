"""Assignments of a Python program lowered."""

from __future__ import annotations

import libcst as cst

from migrator.frontends.python import environment, tree
from migrator.frontends.python.expressions import Expressions, Listed, around, idle, index_of, invokes
from migrator.frontends.python.names import ENVIRONMENT
from migrator.ir.nodes import Assign, Evaluate, Join


class Assignments:
    def __init__(self, to: Expressions) -> None:
        self.to = to
        self.names = to.names

    def put(self, target: cst.BaseExpression, value: Join) -> None:
        """A target is given a value."""
        span = self.names.span(target)
        if isinstance(target, cst.Name) and (known := self.names.variable(target.value)):
            self.to.runs(Assign(known, Join(value.parts, around([span, value.span])), span))
        elif isinstance(target, cst.Subscript) and self.names.full(target.value) == ENVIRONMENT:
            environment.given(self.to, index_of(target), value.parts, target)
        else:
            if not idle(value):
                self.to.runs(Evaluate((value,), value.span))
            self.forget(target)

    def share(self, node: cst.Assign) -> None:
        """`a = b = …`"""
        value = self.to.word(node.value)
        again = Join((self.to.unknown(node.value),), value.span) if invokes(value) else value
        for index, one in enumerate(node.targets):
            self.put(one.target, again if index else value)

    def give(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        """A target is given the value of an expression."""
        if isinstance(target, cst.Name):
            self.put(target, self.listed(target, value))
            return
        targets = list(target.elements) if isinstance(target, cst.Tuple | cst.List) else []
        star = isinstance(targets[-1], cst.StarredElement) if targets else False
        firsts = targets[:-1] if star else targets
        plain = [one.value for one in firsts if isinstance(one, cst.Element)]
        values = tree.elements(value) or []
        known = len(plain) == len(firsts) and (len(values) >= len(plain) if star else len(values) == len(plain))
        named = {name for one in plain for name in tree.stored(one)}
        crossed = any(isinstance(one, cst.Name) and one.value in named for node in values for one in tree.every(node))
        if not targets or not values or not known or crossed:
            self.put(target, self.to.word(value))
            return
        for one, given in zip(plain, values, strict=not star):
            self.give(one, given)
        if star:
            self.to.evaluate(target, *values[len(plain) :])
            self.forget(targets[-1].value)

    def listed(self, target: cst.Name, value: cst.BaseExpression) -> Join:
        """The value that a variable gets. The elements of a list that never changes become variables of their own
        (scalar replacement of aggregates), which hold their values as of now."""
        key = self.names.variable(target.value) or target.value
        if isinstance(value, cst.BaseString | cst.BinaryOperation):
            self.to.texts.setdefault(key, []).append(value)
        elements = tree.elements(value) if target.value not in self.to.facts.changing else None
        if elements is None or key in self.to.lists:
            self.to.lists[key] = None
            return self.to.word(value)
        names = tuple(f"{key}[{index}]" for index in range(len(elements)))
        self.to.lists[key] = Listed(value, names)
        for name, one in zip(names, elements, strict=True):
            given = self.to.word(one)
            self.to.runs(Assign(name, given, given.span))
        alone = self.to.facts.counts[target.value] == 2  # here, and where it is run
        words = () if alone else tuple(Join((self.to.variable(name, value),), self.names.span(value)) for name in names)
        return Join((self.to.unknown(value, words),), self.names.span(value))

    def change(self, node: cst.AugAssign) -> None:
        """`x += …`"""
        target, adds = node.target, isinstance(node.operator, cst.AddAssign)
        if isinstance(target, cst.Name) and adds and (known := self.names.variable(target.value)):
            self.to.runs(Assign(known, self.to.word(node.value), self.names.span(node), append=True))
        elif self.to.environment(target):
            environment.updated(self.to, [node.value], {}, node)
        else:
            self.to.evaluate(node, target, node.value)
            self.forget(target)

    def forget(self, target: cst.BaseExpression) -> None:
        """A target has a value from now on of which nothing is known, or none."""
        if isinstance(target, cst.Subscript) and self.to.environment(target.value):
            environment.given(self.to, index_of(target), None, target)
            return
        if isinstance(target, cst.Tuple | cst.List):
            for one in target.elements:
                self.forget(one.value)
            return
        match target:
            case cst.Name(value=name):
                self.to.forgets([self.names.variable(name)], target)
            case cst.Attribute(attr=cst.Name(value=name)):
                self.to.evaluate(target, target.value)
                self.to.forgets([self.names.attribute(name)], target)
            case cst.Subscript(value=value):
                self.to.evaluate(target, value, *target.slice)
                self.to.forgets([self.names.variable(value.value)] if isinstance(value, cst.Name) else [], target)
