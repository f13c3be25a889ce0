"""Expressions of a Python program as words of a shell, with the places of the program's text."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from migrator.frontends.python import pieces, syntax
from migrator.ir.nodes import Double, Other, Part, Read, Single, Word
from migrator.text.source import Span

if TYPE_CHECKING:
    from migrator.frontends import Place

_EXPRESSION = "an expression of the program"
_COPY = "a copy of the environment"
_COPIERS = ("dict", "copy.copy", "copy.deepcopy")


class Expressions:
    """`scope` is the function that is read, '' outside of one; `locals` and `globals` are the names assigned there."""

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
        self.imports = syntax.imports(self.module)
        self.scope = ""
        self.locals: set[str] = set()
        self.globals: set[str] = set()
        self.copies: set[str] = set()
        for node in syntax.every(self.module):
            if isinstance(node, cst.Assign) and self.copied(node.value):
                self.copies |= {one.target.value for one in node.targets if isinstance(one.target, cst.Name)}

    def raw(self, node: cst.CSTNode) -> Span:
        found = self.spans[node]
        start, end = found.start, found.start + found.length
        return Span(self.chars[start], self.chars[end]) if self.chars is not None else Span(start, end)

    def at(self, span: Span) -> Span:
        return Span(self.place(span.start), max(self.place(span.start), self.place(max(span.end - 1, 0)) + 1))

    def span(self, node: cst.CSTNode) -> Span:
        return self.at(self.raw(node))

    def variable(self, name: str) -> str | None:
        """The record's name for a variable of the program; None where nothing is known of it."""
        if name in self.locals:
            return f"{self.scope}.{name}"
        return f"module.{name}" if name in self.globals else None

    def word(self, node: cst.BaseExpression) -> Word:
        """An expression as one word, which no blank in a value makes several."""
        parts = self.parts(node)
        around = pieces.around(parts, self.span(node))
        return Word((Double(parts, around),), around)

    def lit(self, text: str, span: Span) -> Word:
        return Word((Single(text, span, True),), span)

    def unknown(self, node: cst.CSTNode, words: tuple[Word, ...] = (), what: str = _EXPRESSION) -> Other:
        return Other(words, self.span(node), (), what)

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
                value = node.evaluated_value
                text = value.decode(errors="replace") if isinstance(value, bytes) else value
                return (Single(text, self.span(node), True) if "\\" not in text else self.unknown(node),)
            case cst.ConcatenatedString():
                return (*self.parts(node.left), *self.parts(node.right))
            case cst.FormattedString():
                return tuple(part for piece in node.parts for part in self.formatted(piece))
            case cst.BinaryOperation(operator=cst.Add()):
                return (*self.parts(node.left), *self.parts(node.right))
            case cst.BinaryOperation(operator=cst.Modulo()):
                return (*self.parts(node.left), self.unknown(node, (self.word(node.right),)))
            case cst.BooleanOperation(operator=cst.Or()):
                left = self.parts(node.left)
                if len(left) == 1 and isinstance(left[0], Read) and left[0].index == "" and not left[0].operator:
                    one = left[0]
                    return (Read(one.name, ":-", self.word(node.right), one.name_span, one.span, True),)
                return (self.unknown(node, (Word(left, self.span(node)), self.word(node.right))),)
            case cst.Name():
                known = self.variable(node.value)
                span = self.span(node)
                return (Read(known, "", None, span, span, True, "0"),) if known else (self.unknown(node),)
            case cst.Subscript() if self.name(node.value) == "os.environ" and len(node.slice) == 1:
                index = node.slice[0].slice
                if isinstance(index, cst.Index) and (name := self.quoted(index.value)):
                    return (Read(name[0], "", None, name[1], self.span(node), True),)
            case cst.Call():
                return self.call(node)
        inner = tuple(self.word(child) for child in (*syntax.expressions(node), *syntax.hidden(node)))
        return (self.unknown(node, inner, _COPY if self.copied(node) else _EXPRESSION),)

    def copied(self, node: cst.BaseExpression) -> bool:
        """Whether an expression holds the environment as a whole, or takes something from what holds it."""
        while isinstance(node, cst.Subscript | cst.Attribute | cst.Call):
            if self.name(node) == "os.environ":
                return True
            if isinstance(node, cst.Call) and self.name(node.func) in _COPIERS:
                return any(self.copied(argument.value) for argument in node.args)
            node = node.func if isinstance(node, cst.Call) else node.value
        if isinstance(node, cst.Dict):
            return any(isinstance(one, cst.StarredDictElement) and self.copied(one.value) for one in node.elements)
        if isinstance(node, cst.BinaryOperation):
            return self.copied(node.left) or self.copied(node.right)
        return isinstance(node, cst.Name) and node.value in self.copies

    @abstractmethod
    def call(self, node: cst.Call) -> tuple[Part, ...]:
        """What a call gives, as parts of a word; the command that it runs is put down on the way."""

    def formatted(self, piece: cst.BaseFormattedStringContent) -> tuple[Part, ...]:
        if isinstance(piece, cst.FormattedStringText):
            plain = not any(char in piece.value for char in "\\{}")
            return (Single(piece.value, self.span(piece), True) if plain else self.unknown(piece),)
        assert isinstance(piece, cst.FormattedStringExpression)
        if piece.conversion or piece.format_spec or piece.equal:
            return (self.unknown(piece, (self.word(piece.expression),)),)
        return self.parts(piece.expression)
