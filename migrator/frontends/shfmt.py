"""Shell text read by `shfmt` (mvdan/sh), which is run as a parser only, into the records of `shell.py`.

A nested text (`bash -c '…'`) is read with a map to the places of the text around it. Bounds: 64 KiB of text, 200
levels, 32 MiB of tree, 10 seconds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from migrator.ir.nodes import (
    Arithmetic,
    Assignment,
    Binary,
    Call,
    Case,
    CommandNode,
    Declaration,
    Double,
    Function,
    Group,
    If,
    Lit,
    Loop,
    Other,
    Part,
    Read,
    Redirect,
    ShellError,
    Single,
    Statement,
    Substitution,
    Test,
    Word,
)
from migrator.text.source import Span

MAX_TEXT = 64 * 1024
MAX_DEPTH = 200
_MAX_TREE = 32 * 1024 * 1024
_SECONDS = 10
_ENVIRONMENT = {"GOMAXPROCS": "1"}
"""A third less to start than with a thread for each processor; and nothing of this process's own."""


def parse_shell(text: str, place: Callable[[int], int] | None = None) -> tuple[Statement, ...]:
    """The statements of a bash program. `place` maps a character of `text` to the text around it.

    Raises ShellError where the text does not parse or exceeds a bound, or where shfmt is not installed.
    """
    try:
        return _parse(text) if place is None else _Converter(text, place).statements(_tree(text))
    except RecursionError:  # substitutions take more of the stack than what is counted
        raise ShellError("the script is nested too deeply to read; flatten it") from None


@lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[Statement, ...]:
    return _Converter(text, None).statements(_tree(text))


def _tree(text: str) -> dict[str, Any]:
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MAX_TEXT:
        raise ShellError(f"the script is longer than {MAX_TEXT // 1024} KiB; move it to a file of its own")
    try:
        process = subprocess.Popen(
            [_shfmt(), "-ln", "bash", "--to-json"],
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ShellError(f"shfmt could not be started ({error.strerror}); install the package shfmt-py again") from None
    output, errors, code = _communicate(process, data)
    if code != 0:
        raise _syntax_error(errors.decode("utf-8", "replace"), text)
    try:
        tree: dict[str, Any] = json.loads(output)
    except (RecursionError, ValueError):
        raise ShellError(f"the script is nested more than {MAX_DEPTH} levels deep; flatten it") from None
    return tree


def _communicate(process: subprocess.Popen[bytes], data: bytes) -> tuple[bytes, bytes, int]:
    """Feed and read within the bounds; a tree is up to 300 times as long as its text, and quadratic when nested."""
    import threading

    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    timer = threading.Timer(_SECONDS, process.kill)
    timer.start()
    try:
        try:
            process.stdin.write(data)
            process.stdin.close()
        except BrokenPipeError:
            pass
        output = process.stdout.read(_MAX_TREE + 1)
        if len(output) > _MAX_TREE:
            process.kill()
            raise ShellError(f"the script is nested too deeply (more than {MAX_DEPTH} levels); flatten it")
        errors = process.stderr.read(4096)
        code = process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    if code < 0:
        raise ShellError(f"reading the script took longer than {_SECONDS} seconds; split it")
    return output, errors, code


@lru_cache(maxsize=1)
def _shfmt() -> str:
    """The binary that the package installed beside the interpreter, not whatever PATH has under that name."""
    name = "shfmt.exe" if os.name == "nt" else "shfmt"
    beside = Path(sys.executable).parent / name
    if beside.is_file():
        return str(beside)
    import sysconfig

    scripts = Path(sysconfig.get_path("scripts"))
    if (scripts / name).is_file():
        return str(scripts / name)
    raise ShellError(f"shfmt is not installed in {scripts}; install the package shfmt-py")


def _syntax_error(message: str, text: str) -> ShellError:
    line, column, _ = (*message.split(":", 2), "", "")[:3]
    offset = 0
    if line.isdigit() and column.isdigit():
        data = text.encode("utf-8", "surrogatepass").split(b"\n")
        before = b"\n".join(data[: int(line) - 1]) + (b"\n" if int(line) > 1 else b"")
        offset = len((before + data[min(int(line), len(data)) - 1][: int(column) - 1]).decode("utf-8", "replace"))
    if "max depth" in message:
        return ShellError(f"the script is nested more than {MAX_DEPTH} levels deep; flatten it")
    return ShellError("the script is not valid bash; check it with `bash -n`", min(offset, len(text)))


_DEFAULTS = {"-": "-", ":-": ":-", "=": "=", ":=": ":=", "?": "?", ":?": ":?", "+": "+", ":+": ":+"}


_SETS = re.compile(r"(?:[-+*/%&|^]|<<|>>|\*\*)?=")


class _Converter:
    """From shfmt's JSON to records. Offsets in the JSON are bytes."""

    def __init__(self, text: str, place: Callable[[int], int] | None) -> None:
        self.text = text
        self.outer = place
        self.chars: list[int] | None = None
        self.depth = 0
        if not text.isascii():
            self.chars = []
            for index, char in enumerate(text):
                self.chars += [index] * len(char.encode("utf-8", "surrogatepass"))
            self.chars.append(len(text))

    def at(self, position: dict[str, int]) -> int:
        offset = position.get("Offset", 0)
        return self.chars[min(offset, len(self.chars) - 1)] if self.chars is not None else min(offset, len(self.text))

    def span(self, node: dict[str, Any]) -> Span:
        return self.range(self.at(node["Pos"]), self.at(node["End"]))

    def range(self, start: int, end: int) -> Span:
        end = max(start, end)
        if self.outer is None:
            return Span(start, end)
        if start == end:
            return Span(self.outer(start), self.outer(start))
        return Span(self.outer(start), max(self.outer(start), self.outer(end - 1) + 1))

    def statements(self, node: dict[str, Any], key: str = "Stmts") -> tuple[Statement, ...]:
        return tuple(self.statement(child) for child in node.get(key) or ())

    def statement(self, node: dict[str, Any]) -> Statement:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ShellError(
                f"the script is nested more than {MAX_DEPTH} levels deep; flatten it", self.at(node["Pos"])
            )
        command = node.get("Cmd")
        redirects = tuple(self.redirect(child) for child in node.get("Redirs") or ())
        converted = self.command(command) if command else None
        negated = bool(node.get("Negated"))
        if command and command["Type"] in ("TimeClause", "CoprocClause", "TestDecl"):
            inner = command.get("Stmt") or command.get("Body")
            if inner:
                statement = self.statement(inner)
                converted, redirects = statement.command, redirects + statement.redirects
                negated = negated or statement.negated
        self.depth -= 1
        background = bool(node.get("Background")) or bool(command and command["Type"] == "CoprocClause")
        return Statement(converted, redirects, negated, background, self.span(node))

    def command(self, node: dict[str, Any]) -> CommandNode | None:
        span = self.span(node)
        match node["Type"]:
            case "CallExpr":
                assignments = tuple(self.assignment(child) for child in node.get("Assigns") or ())
                return Call(assignments, self.words(node.get("Args")), span)
            case "DeclClause":
                named = [child for child in node.get("Args") or () if child.get("Name")]
                options = [child for child in node.get("Args") or () if not child.get("Name")]
                return Declaration(
                    node["Variant"]["Value"],
                    tuple(self.assignment(child) for child in named),
                    self.words(child["Value"] for child in options if child.get("Value")),
                    span,
                )
            case "BinaryCmd":
                return Binary(node["Op"], self.statement(node["X"]), self.statement(node["Y"]), span)
            case "Block" | "Subshell":
                return Group(self.statements(node), node["Type"] == "Subshell", span)
            case "IfClause":
                return self.conditional(node, span)
            case "ForClause":
                return self.loop(node, span)
            case "WhileClause":
                condition = self.statements(node, "Cond")
                kind = "until" if node.get("Until") else "while"
                return Loop(kind, "", (), condition, self.statements(node, "Do"), span)
            case "CaseClause":
                return self.case(node, span)
            case "FuncDecl":
                return Function(node["Name"]["Value"], self.statement(node["Body"]), span)
            case "TestClause":
                return self.test(node, span)
            case "ArithmCmd" | "LetClause":
                return Arithmetic(tuple(self.inner_words(node)), span, _set_names(node))
        return None

    def conditional(self, node: dict[str, Any], span: Span) -> If:
        otherwise: tuple[Statement, ...] = ()
        if following := node.get("Else"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ShellError(f"the script is nested more than {MAX_DEPTH} levels deep; flatten it", span.start)
            if following.get("Cond"):
                inner = self.conditional(following, self.span(following))
                otherwise = (Statement(inner, (), False, False, inner.span),)
            else:
                otherwise = self.statements(following, "Then")
            self.depth -= 1
        return If(self.statements(node, "Cond"), self.statements(node, "Then"), otherwise, span)

    def loop(self, node: dict[str, Any], span: Span) -> Loop:
        loop = node["Loop"]
        body = self.statements(node, "Do")
        kind = "select" if node.get("Select") else "for"
        if loop["Type"] != "WordIter":
            counting = Arithmetic(tuple(self.inner_words(loop)), span, _set_names(loop))
            return Loop(kind, "", (), (Statement(counting, (), False, False, span),), body, span)
        words = self.words(loop.get("Items")) if loop.get("InPos", {}).get("Offset") else None
        return Loop(kind, loop["Name"]["Value"], words, (), body, span)

    def case(self, node: dict[str, Any], span: Span) -> Case:
        branches: list[tuple[Statement, ...]] = []
        patterns: list[Word] = []
        exhaustive = False
        for item in node.get("Items") or ():
            words = self.words(item.get("Patterns"))
            exhaustive = exhaustive or any(word.parts == (Lit("*", word.span),) for word in words)
            patterns += words
            branches.append(self.statements(item))
        return Case(self.word(node["Word"]), tuple(branches), tuple(patterns), exhaustive, span)

    def test(self, node: dict[str, Any], span: Span) -> Test:
        unary: list[tuple[str, Word]] = []
        compared: list[tuple[str, Word, Word]] = []
        plain: list[Word] = []
        pending = [node["X"]]
        while pending:
            inner = pending.pop()
            kind = inner.get("Type")
            if kind == "UnaryTest":
                if inner["X"].get("Type") == "Word" and inner["Op"] != "!":
                    unary.append((inner["Op"], self.word(inner["X"])))
                else:
                    pending.append(inner["X"])
            elif kind == "BinaryTest" and inner["Op"] not in ("&&", "||"):
                compared.append((inner["Op"], self.word(inner["X"]), self.word(inner["Y"])))
            elif kind == "BinaryTest":
                pending += [inner["Y"], inner["X"]]
            elif kind == "ParenTest":
                pending.append(inner["X"])
            elif kind == "Word":
                plain.append(self.word(inner))
        words = [word for _, word in unary] + [word for _, *both in compared for word in both] + plain
        return Test(tuple(unary), tuple(compared), tuple(plain), tuple(words), span)

    def redirect(self, node: dict[str, Any]) -> Redirect:
        word = self.word(node["Word"]) if node.get("Word") else Word((), self.span(node))
        body = self.word(node["Hdoc"]) if node.get("Hdoc") else None
        quoted = any(not isinstance(part, Lit) or "\\" in part.text for part in word.parts)
        return Redirect(node["Op"], word, self.span(node), body, quoted)

    def assignment(self, node: dict[str, Any]) -> Assignment:
        value = self.word(node["Value"]) if node.get("Value") else None
        array = None
        if elements := node.get("Array"):
            array = self.words(child["Value"] for child in elements.get("Elems") or () if child.get("Value"))
        if value is None and array is None and not node.get("Naked"):
            end = self.span(node).end
            value = Word((), Span(end, end))
        indexed = bool(node.get("Index")) or any(child.get("Index") for child in (elements or {}).get("Elems") or ())
        names = _set_names(node.get("Index"))
        return Assignment(
            node["Name"]["Value"], value, array, bool(node.get("Append")), indexed, self.span(node), names
        )

    def words(self, nodes: Any) -> tuple[Word, ...]:
        return tuple(self.word(node) for node in nodes or ())

    def word(self, node: dict[str, Any]) -> Word:
        return Word(self.parts(node), self.span(node))

    def parts(self, node: dict[str, Any]) -> tuple[Part, ...]:
        return tuple(self.part(child) for child in node.get("Parts") or ())

    def part(self, node: dict[str, Any]) -> Part:
        span = self.span(node)
        match node["Type"]:
            case "Lit":
                return Lit(node.get("Value", ""), span)
            case "SglQuoted":
                return Single(node.get("Value", ""), span, bool(node.get("Dollar")))
            case "DblQuoted":
                return Double(self.parts(node), span)
            case "ParamExp":
                return self.param(node, span)
            case "CmdSubst" | "ProcSubst":
                return Substitution(self.statements(node), span, node["Type"] == "ProcSubst")
        return Other(tuple(self.inner_words(node)), span, _set_names(node))

    def param(self, node: dict[str, Any], span: Span) -> Read:
        name = node.get("Param") or node.get("NestedParam") or {}
        value = name.get("Value", "")
        name_span = self.span(name) if "Pos" in name else span
        expansion = node.get("Exp") or {}
        index = ""
        if inner := node.get("Index"):
            parts = (inner.get("Parts") or [{}]) if inner.get("Type") == "Word" else [{}]
            index = parts[0].get("Value", "") or "?"
        other = any(node.get(key) for key in ("Excl", "Length", "Width", "Slice", "Repl", "Names", "IsSet", "Flags"))
        operator = "other" if other else expansion.get("Op", "")
        if operator and operator not in _DEFAULTS:
            operator = "other"
        if node.get("Excl") and not node.get("Names"):
            operator = "!"
        word = self.word(expansion["Word"]) if expansion.get("Word") else None
        names = _set_names([node.get("Index"), node.get("Slice")])
        return Read(value, operator, word, name_span, span, bool(node.get("Short")), index, names)

    def inner_words(self, node: Any) -> Iterator[Word]:
        """Every word below a node that is not looked at more closely."""
        pending = [node]
        while pending:
            inner = pending.pop()
            if isinstance(inner, list):
                pending += inner[::-1]
            elif isinstance(inner, dict):
                if "Parts" in inner and "Pos" in inner:
                    yield self.word(inner)
                elif inner is not node and inner.get("Type") in ("CmdSubst", "ParamExp", "DblQuoted"):
                    yield Word((self.part(inner),), self.span(inner))
                else:
                    pending += [child for child in reversed(inner.values()) if isinstance(child, dict | list)]


def _set_names(node: Any) -> tuple[str, ...]:
    """The variables that arithmetic below a node sets: `x = 1`, `x += 1`, `x++`."""
    names: dict[str, None] = {}
    pending = [node]
    while pending:
        inner = pending.pop()
        if isinstance(inner, list):
            pending += inner
        elif isinstance(inner, dict):
            operator = inner.get("Op", "")
            if (inner.get("Type") == "BinaryArithm" and _SETS.fullmatch(operator)) or operator in ("++", "--"):
                for part in (inner.get("X") or {}).get("Parts") or ():
                    names[part.get("Value") or (part.get("Param") or {}).get("Value") or ""] = None
            pending += [child for child in inner.values() if isinstance(child, dict | list)]
    return tuple(name for name in names if name)
