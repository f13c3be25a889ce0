"""Shell lowered to nodes, from shfmt's tree: https://github.com/mvdan/sh/blob/master/syntax/nodes.go

Every child of every type of its nodes is lowered; a type that is not known is `Havoc`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from migrator.frontends.shell import changes, quoting, shfmt
from migrator.ir.nodes import (
    Ask,
    Asked,
    Assign,
    Block,
    Call,
    Capture,
    Chain,
    Constant,
    Declare,
    Define,
    Evaluate,
    Expression,
    Fallback,
    Havoc,
    If,
    Join,
    Loop,
    Node,
    Opaque,
    Pipe,
    ProgramError,
    Quoting,
    Read,
    Redirect,
    Statement,
    StreamKind,
    Switch,
    Template,
    Test,
)
from migrator.text.patterns import regex
from migrator.text.source import Span

_TOO_DEEP = f"the script is nested more than {shfmt.MAX_DEPTH} levels deep; flatten it"
_PATTERN = "arithmetic or a pattern"
PUT = "text that is added before the shell reads it"
_FALLBACKS = {
    "-": Fallback.DEFAULT,
    "=": Fallback.ASSIGN,
    "?": Fallback.REQUIRE,
    "+": Fallback.ALTERNATIVE,
}
_CHANGES = ("Length", "Slice", "Repl")
_CHANNELS = {
    "<<<": StreamKind.TEXT,
    "<<": StreamKind.DOCUMENT,
    "<<-": StreamKind.DOCUMENT,
    **dict.fromkeys(("<", "<>"), StreamKind.READ),
    **dict.fromkeys((">", ">>", ">|", "&>", "&>>"), StreamKind.WRITE),
}
_COMPARED = {"=": Ask.SAME, "==": Ask.SAME, "!=": Ask.OTHER}
_UNARY = {"-n": Ask.EMPTY, "-z": Ask.EMPTY, "-v": Ask.DEFINED}
_NAME = regex(r"[A-Za-z_]\w*")
_EXPANDED = regex(r"\$\{?[!#]?(\w+)")
_RUN = regex(r"\$\(|`")


class Lowering:
    """Offsets in the tree are bytes, of which the text begins at `start`. The others as in `programs.lower`."""

    def __init__(
        self,
        text: str,
        place: Callable[[int], int] | None = None,
        fixed: bool = False,
        unknown: str = "",
        start: int = 0,
    ) -> None:
        self.text = text
        self.place = place
        self.fixed = fixed
        self.unknown = unknown
        self.start = start
        self.depth = 0
        self.chars: list[int] | None = None
        if not text.isascii():
            self.chars = []
            for index, char in enumerate(text):
                self.chars += [index] * len(char.encode("utf-8", "surrogatepass"))
            self.chars.append(len(text))

    def program(self, tree: shfmt.Tree) -> tuple[Statement, ...]:
        return self.statements(tree)

    # Places

    def at(self, position: dict[str, int]) -> int:
        offset = max(0, position.get("Offset", 0) - self.start)
        return self.chars[min(offset, len(self.chars) - 1)] if self.chars is not None else min(offset, len(self.text))

    def span(self, tree: shfmt.Tree) -> Span:
        start = self.at(tree["Pos"])
        end = max(start, self.at(tree["End"]))
        if self.place is None:
            return Span(start, end)
        if start == end:
            return Span(self.place(start), self.place(start))
        return Span(self.place(start), max(self.place(start), self.place(end - 1) + 1))

    def deeper(self, tree: shfmt.Tree) -> None:
        self.depth += 1
        if self.depth > shfmt.MAX_DEPTH:
            raise ProgramError(_TOO_DEEP, self.at(tree["Pos"]))

    # Statements

    def statements(self, tree: shfmt.Tree, key: str = "Stmts") -> tuple[Statement, ...]:
        return tuple(self.statement(child) for child in tree.get(key) or ())

    def statement(self, tree: shfmt.Tree) -> Statement:
        self.deeper(tree)
        command = tree.get("Cmd")
        redirects = tuple(self.redirect(child) for child in tree.get("Redirs") or ())
        negated, detached = bool(tree.get("Negated")), bool(tree.get("Background"))
        node: Node | None
        if command and command["Type"] in ("TimeClause", "CoprocClause", "TestDecl"):
            inner = command.get("Stmt") or command.get("Body")
            one = self.statement(inner) if inner else Statement(None, self.span(command))
            words = self.words(filter(None, [command.get("Name"), command.get("Description")]))
            words = tuple(word for word in words if _bare(word) is None)
            node = _together((*((Evaluate(words, self.span(command)),) if words else ()), *_nodes(one)), one.span)
            redirects += one.redirects
            negated = negated or one.negated
            detached = detached or command["Type"] == "CoprocClause"
        else:
            node = self.node(command) if command else None
        self.depth -= 1
        return Statement(node, self.span(tree), redirects, negated, detached)

    def node(self, tree: shfmt.Tree) -> Node:
        span = self.span(tree)
        match tree["Type"]:
            case "CallExpr":
                assigns = tuple(self.assign(child) for child in tree.get("Assigns") or ())
                words = self.words(tree.get("Args"))
                if words:
                    return Call(words, span, assigns)
                return _together(assigns, span) or Block((), span)
            case "DeclClause":
                return self.declare(tree, span)
            case "BinaryCmd":
                left, right = self.statement(tree["X"]), self.statement(tree["Y"])
                if tree["Op"] in ("|", "|&"):
                    return Pipe(left, right, span)
                if tree["Op"] == "&&":
                    return If((left,), (right,), (), span, Chain.AND)
                return If((left,), (), (right,), span, Chain.OR)
            case "Block" | "Subshell":
                return Block(self.statements(tree), span, tree["Type"] == "Subshell")
            case "IfClause":
                return self.conditional(tree, span)
            case "ForClause":
                return self.loop(tree, span)
            case "WhileClause":
                return Loop("", (), self.statements(tree, "Cond"), self.statements(tree, "Do"), span)
            case "CaseClause":
                return self.switch(tree, span)
            case "FuncDecl":
                return Define(tree["Name"]["Value"], self.statement(tree["Body"]), span)
            case "TestClause":
                return self.test(tree, span)
            case "ArithmCmd" | "LetClause":
                return Evaluate(self.arithmetic(tree), span, changes.set_names(tree))
        return Havoc("a command that is not known", span, self.inner(tree))

    def conditional(self, tree: shfmt.Tree, span: Span) -> If:
        otherwise: tuple[Statement, ...] = ()
        if following := tree.get("Else"):
            self.deeper(following)
            if following.get("Cond"):
                inner = self.conditional(following, self.span(following))
                otherwise = (Statement(inner, inner.span),)
            else:
                otherwise = self.statements(following, "Then")
            self.depth -= 1
        return If(self.statements(tree, "Cond"), self.statements(tree, "Then"), otherwise, span)

    def loop(self, tree: shfmt.Tree, span: Span) -> Loop:
        head = tree["Loop"]
        body = self.statements(tree, "Do")
        if head["Type"] != "WordIter":
            counting = Evaluate(self.arithmetic(head), span, changes.set_names(head))
            return Loop("", (), (Statement(counting, span),), body, span)
        items = self.words(head.get("Items")) if head.get("InPos", {}).get("Offset") else None
        return Loop(head["Name"]["Value"], items, (), body, span)

    def switch(self, tree: shfmt.Tree, span: Span) -> Switch | Block:
        """Where one branch goes on with the next (`;&`, `;;&`), any of them may run after any before."""
        items = tree.get("Items") or ()
        patterns = tuple(word for item in items for word in self.words(item.get("Patterns")))
        branches = tuple(map(self.statements, items))
        if all(item.get("Op") == ";;" for item in items[:-1]):
            return Switch(self.word(tree["Word"]), branches, patterns, "*" in map(_bare, patterns), span)
        asked = Statement(Evaluate((self.word(tree["Word"]), *patterns), span), span)
        each = (Statement(If((), body, (), self.span(item)), span) for item, body in zip(items, branches, strict=True))
        return Block((asked, *each), span)

    def test(self, tree: shfmt.Tree, span: Span) -> Test:
        asked: list[Asked] = []
        words: list[Join] = []
        pending = [(tree["X"], False)]
        while pending:
            inner, negated = pending.pop()
            kind, operator = inner.get("Type"), inner.get("Op")
            if kind == "Word":
                words.append(self.word(inner))
                asked.append(Asked(Ask.EMPTY, words[-1], negated=negated))
            elif kind == "UnaryTest" and operator != "!":
                words.append(self.word(inner["X"]))
                if operator in _UNARY:
                    asked.append(Asked(_UNARY[operator], words[-1], negated=negated != (operator == "-z")))
            elif kind == "BinaryTest" and operator not in ("&&", "||"):
                left, right = self.word(inner["X"]), self.word(inner["Y"])
                words += [left, right]
                asked += [Asked(_COMPARED[operator], left, right, negated)] if operator in _COMPARED else []
            else:
                negated = negated != (kind == "UnaryTest")
                pending += [(inner[key], negated) for key in ("Y", "X") if key in inner]
        return Test(tuple(asked), tuple(words), span)

    def declare(self, tree: shfmt.Tree, span: Span) -> Declare:
        """https://www.gnu.org/software/bash/manual/bash.html#index-declare"""
        variant = tree["Variant"]["Value"]
        named = [child for child in tree.get("Args") or () if child.get("Name")]
        others = self.words(
            child["Value"] for child in tree.get("Args") or () if not child.get("Name") and child.get("Value")
        )
        options = [word for word in others if (_bare(word) or "").startswith(("-", "+"))]
        flags = "".join(text[1:] for word in options if (text := _bare(word) or "").startswith("-"))
        return Declare(
            tuple(self.assign(child) for child in named),
            tuple(word for word in others if word not in options),
            span,
            exported=variant == "export" or "x" in flags,
            local=variant in ("local", "declare", "typeset") and "g" not in flags,
            alias=variant == "nameref" or ("n" in flags and variant not in ("export", "readonly")),
            dumps="p" in flags or not (named or others),
            options=variant == "local" and "-" in map(_bare, others),
        )

    def assign(self, tree: shfmt.Tree) -> Assign:
        span = self.span(tree)
        value = self.word(tree["Value"]) if tree.get("Value") else None
        array = tree.get("Array") or {}
        elements = array.get("Elems") or ()
        if value is None and not array and not tree.get("Naked"):
            value = Join((), Span(span.end, span.end))
        indices = [one for one in (tree.get("Index"), *(child.get("Index") for child in elements)) if one]
        return Assign(
            tree["Name"]["Value"],
            value,
            span,
            self.words(child["Value"] for child in elements if child.get("Value")) if array else None,
            append=bool(tree.get("Append")),
            indexed=bool(indices),
            sets=changes.set_names(tree.get("Index")),
            words=tuple(word for one in indices for word in self.inner([one])),
        )

    def redirect(self, tree: shfmt.Tree) -> Redirect:
        operator, span = tree["Op"], self.span(tree)
        word = self.word(tree["Word"]) if tree.get("Word") else Join((), span)
        body = tree.get("Hdoc")
        channel = _CHANNELS.get(operator, StreamKind.OTHER)
        if channel is not StreamKind.DOCUMENT:
            aside = channel is StreamKind.WRITE and (tree.get("N") or {}).get("Value", "1") != "1"
            partial = aside or operator in (">>", "&>", "&>>")
            return Redirect(channel, word, span, partial=partial, aside=aside)
        raw = any(not isinstance(part, Constant) or part.quoting is not Quoting.BARE for part in word.parts)
        parts = (body or {}).get("Parts") or []
        literals = [(one.get("Value", ""), self.span(one)) for one in parts if one["Type"] == "Lit"]
        written = None
        if parts and operator == "<<" and (raw or not any("\\" in text for text, _ in literals)):
            last = parts[-1]
            end = self.span(last).start + len(last["Value"]) if last["Type"] == "Lit" else self.span(last).end
            written = Span(self.span(parts[0]).start, end)
        tabs = operator == "<<-"
        value = Join(tuple(self.document(one, tabs, one is parts[0], raw) for one in parts), written or span)
        return Redirect(channel, value, span, raw, written)

    def document(self, tree: shfmt.Tree, tabs: bool, first: bool, raw: bool) -> Expression:
        if tree["Type"] != "Lit":
            return self.part(tree, double=True)
        text, span = tree.get("Value", ""), self.span(tree)
        if tabs:
            text, span = quoting.without_tabs(text, span, first)
        return Constant(text, None) if raw else quoting.literal(text, span, True, self.fixed)

    # Words

    def words(self, trees: Iterable[shfmt.Tree] | None) -> tuple[Join, ...]:
        """Words in a place where each brace expansion is several."""
        found = map(self.word, trees or ())
        return tuple(
            Join((Opaque((one,), one.span, quoting.BRACES),), one.span) if quoting.spreads(one.parts) else one
            for one in found
        )

    def word(self, tree: shfmt.Tree) -> Join:
        return Join(tuple(self.part(child, double=False) for child in tree.get("Parts") or ()), self.span(tree))

    def part(self, tree: shfmt.Tree, double: bool) -> Expression:
        span = self.span(tree)
        match tree["Type"]:
            case "Lit":
                return quoting.literal(tree.get("Value", ""), span, double, self.fixed)
            case "SglQuoted":
                return quoting.single(tree.get("Value", ""), span, bool(tree.get("Dollar")), self.fixed)
            case "DblQuoted":
                return Template(tuple(self.part(child, double=True) for child in tree.get("Parts") or ()), span)
            case "ParamExp" if self.unknown and (tree.get("Param") or {}).get("Value") == self.unknown:
                return Opaque((), span, PUT)
            case "ParamExp":
                return self.read(tree, span, double)
            case "CmdSubst" | "ProcSubst":
                return Capture(self.statements(tree), span, tree["Type"] == "ProcSubst")
            case "ExtGlob":
                return self.pattern(tree["Pattern"], span)
        return Opaque(self.arithmetic(tree), span, _PATTERN, changes.set_names(tree))

    def arithmetic(self, tree: shfmt.Tree) -> tuple[Join, ...]:
        """Every word of an arithmetic expression, in which a name is read without a sign."""
        return tuple(
            Join((Read(name, word.span, word.span, fixed=True),), word.span)
            if (name := _bare(word)) and _NAME.fullmatch(name)
            else word
            for word in self.inner(tree)
        )

    def pattern(self, tree: shfmt.Tree, span: Span) -> Opaque:
        """An extended pattern, of which the tree has the text alone."""
        text = tree.get("Value", "")
        names = dict.fromkeys(_EXPANDED.findall(text))
        words = tuple(Join((Read(name, span, span, fixed=True),), span) for name in names)
        runs = Havoc("a pattern that runs commands", span)
        return Opaque(words, span, _PATTERN, body=(Statement(runs, span),) if _RUN.search(text) else ())

    def read(self, tree: shfmt.Tree, span: Span, double: bool) -> Read:
        name = tree.get("Param") or {}
        expansion = tree.get("Exp") or {}
        operator = expansion.get("Op", "").removeprefix(":")
        fallback = _FALLBACKS.get(operator, Fallback.NONE)
        through = "changed" if any(map(tree.get, _CHANGES)) or (operator and fallback is Fallback.NONE) else ""
        if tree.get("Excl"):
            through = "changed" if tree.get("Names") else "indirect"
        through = through or ("" if name else "changed")
        index = ""
        if inner := tree.get("Index"):
            parts = (inner.get("Parts") or [{}]) if inner.get("Type") == "Word" else [{}]
            index = parts[0].get("Value", "") or "?"
        known = fallback is not Fallback.NONE and not through
        rest = [tree.get(key) for key in ("NestedParam", "Index", "Slice", "Repl")] + [None if known else expansion]
        return Read(
            name.get("Value", ""),
            span,
            self.span(name) if "Pos" in name else span,
            fallback if known else Fallback.NONE,
            self.word(expansion["Word"]) if known and expansion.get("Word") else None,
            through,
            braced=not tree.get("Short"),
            splits=not double,
            index=index,
            sets=changes.set_names([tree.get("Index"), tree.get("Slice")]),
            words=tuple(word for one in rest for word in self.inner([one])),
            change=changes.change(tree, double) if through == "changed" else None,
        )

    def inner(self, tree: Any) -> tuple[Join, ...]:
        """Every word below a node that is not looked at more closely."""
        return tuple(self._inner(tree))

    def _inner(self, tree: Any) -> Iterator[Join]:
        pending = [tree]
        while pending:
            inner = pending.pop()
            if isinstance(inner, list):
                pending += inner[::-1]
            elif isinstance(inner, dict):
                if "Parts" in inner and "Pos" in inner:
                    yield self.word(inner)
                elif inner.get("Type") in ("CmdSubst", "ProcSubst", "ParamExp"):
                    yield Join((self.part(inner, double=False),), self.span(inner))
                elif "Cmd" in inner:
                    span = self.span(inner)
                    yield Join((Capture((self.statement(inner),), span),), span)
                else:
                    pending += [child for child in reversed(inner.values()) if isinstance(child, dict | list)]


def _bare(word: Join) -> str | None:
    """The text of a word without quotes and expansions, None for any other word."""
    only = word.parts[0] if len(word.parts) == 1 else None
    return only.text if isinstance(only, Constant) and only.quoting is Quoting.BARE else None


def _together(nodes: tuple[Node, ...], span: Span) -> Node | None:
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    return Block(tuple(Statement(node, node.span) for node in nodes), span)


def _nodes(statement: Statement) -> tuple[Node, ...]:
    return (statement.node,) if statement.node else ()
