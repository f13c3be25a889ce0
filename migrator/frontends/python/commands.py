"""Calls of a Python program that run something: a command, text for a shell, the docker SDK."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import libcst as cst
from msgspec import Struct

from migrator.frontends.python import pieces, syntax
from migrator.frontends.python.expressions import Expressions
from migrator.frontends.shfmt import parse_shell
from migrator.ir.nodes import Call, Double, Group, Read, Redirect, ShellError, Statement, Word

if TYPE_CHECKING:
    from migrator.frontends import Place

_RUNS = {"run", "call", "check_call", "check_output", "Popen"}
_SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
_REFLECTION = {"globals", "locals", "vars", "exec", "eval"}
"""What reads or sets variables without their names."""
_TEXT = "text that the program makes"
_IMAGES = {"pull": "pull", "push": "push", "run": "run"}


class Listed(Struct, frozen=True):
    """A list that a name is given: the names of its elements as of then."""

    node: cst.BaseExpression
    names: tuple[str, ...]


class Commands(Expressions):
    """`lists` are those that names are given, None where there are several; `fed` is what a process
    is told later, by the call that starts it; `told` are the expressions that commands were made of."""

    def __init__(self, text: str, module: cst.Module, place: Place) -> None:
        super().__init__(text, module, place)
        self.functions: dict[str, cst.FunctionDef] = {}
        self.lists: dict[str, Listed | None] = {}
        self.fed: dict[cst.Call, cst.BaseExpression] = {}
        self.told: set[cst.CSTNode] = set()

    @abstractmethod
    def anything(self, node: cst.CSTNode) -> Statement:
        """Something sets variables that do not show."""

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
        if name in _REFLECTION and name not in self.functions:
            return self.anything(node)
        if name in _SHELLS and args:
            return self.shell(args[0], node, None)
        if module == "subprocess" and function in _RUNS:
            first = args[0] if args else named.get("args")
            if first is None:
                return None
            stdin = named.get("input", self.fed.get(node))
            fed = (Redirect("<<<", self.word(stdin), self.span(stdin)),) if stdin is not None else ()
            if (shell := named.get("shell")) is not None and not (
                isinstance(shell, cst.Name) and shell.value == "False"
            ):
                return self.shell(first, node, fed, changed="a call with `env=`" if "env" in named or starred else "")
            words = self.words(first)
            own = [key for key in ("env", "cwd", "executable") if key in named]
            if words and (own or starred):
                call = f"a call with `{own[0]}=`" if own else "a call with arguments that are not known"
                words = [Word((self.unknown(node, what=call),), span), *words]
            return pieces.statement(Call((), tuple(words), span), span, fed) if words else None
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
            told = tuple(self.word(one.value) for one in node.args if one.star)
            unknown = Word((self.unknown(node, told),), span)
            words = [self.lit("docker", span), self.lit("login", span)]
            for option, key in (("-u", "username"), ("-p", "password")):
                words += [self.lit(option, span), self.word(given[key]) if key in given and not starred else unknown]
            if starred or "registry" in given:
                words.append(self.word(given["registry"]) if "registry" in given else unknown)
            return pieces.statement(Call((), tuple(words), span), span)
        if method in _IMAGES and owner in ("images", "containers", "api"):
            image = args[0] if args else named.get("repository", named.get("image"))
            word = self.word(image) if image is not None else Word((self.unknown(node),), span)
            words = [self.lit("docker", span), self.lit(_IMAGES[method], span), word]
            return pieces.statement(Call((), tuple(words), span), span)
        return None

    def words(self, node: cst.BaseExpression) -> list[Word]:
        """The words of a command; the first is not known where some of them are not."""
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            if node.func.attr.value == "split" and not node.args:
                self.told |= set(syntax.every(node))
                return pieces.split(self.parts(node.func.value), self.span(node))
            text = self.quoted(node.args[0].value) if len(node.args) == 1 else None
            if self.name(node.func) == "shlex.split" and text and not any(char in text[0] for char in "\\'\"#\n"):
                self.told |= set(syntax.every(node))
                return pieces.split(self.parts(node.args[0].value), self.span(node))
        elements = self.elements(node)
        if None in elements:
            return [Word((self.unknown(node),), self.span(node)), *filter(None, elements)]
        self.told |= set(syntax.every(node))
        return list(filter(None, elements))

    def elements(self, node: cst.BaseExpression) -> list[Word | None]:
        """The elements of a list, None in front of what is not known."""
        if isinstance(node, cst.Name) and (listed := self.lists.get(self.variable(node.value) or node.value)):
            self.told |= set(syntax.every(listed.node))
            span = self.span(node)
            params = [Read(name, "", None, span, span, True, "0") for name in listed.names]
            return [Word((Double((param,), span),), span) for param in params]
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return [*self.elements(node.left), *self.elements(node.right)]
        if not isinstance(node, cst.List | cst.Tuple):
            return [None, self.word(node)]
        found: list[Word | None] = []
        for one in node.elements:
            found += self.elements(one.value) if isinstance(one, cst.StarredElement) else [self.word(one.value)]
        return found

    def shell(
        self, node: cst.BaseExpression, call: cst.Call, fed: tuple[Redirect, ...] | None, changed: str = ""
    ) -> Statement:
        """Text that a shell runs: read as such where it is one plain string, and `changed` names nothing in the way."""
        span = self.span(call)
        if isinstance(node, cst.List | cst.Tuple) and len(node.elements) == 1:  # the words behind it are no commands
            node = node.elements[0].value
        self.told |= set(syntax.every(node))
        text = self.quoted(node)
        if text and not changed:
            start = self.raw(node).start + len(syntax.prefix(node))
            try:
                statements = parse_shell(text[0], lambda index: self.place(start + index))
                return pieces.statement(Group(tuple(map(pieces.fixed, statements)), True, span), span, fed or ())
            except ShellError:
                pass
        return pieces.statement(
            Call((), (Word((self.unknown(call, what=changed or _TEXT),), span), self.word(node)), span), span
        )
