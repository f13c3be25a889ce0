"""Shapes of shell words that the flow looks at: literal text, what `echo` and `printf` print, text inside text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from migrator.flow.events import Argument
from migrator.ir.nodes import (
    Binary,
    Call,
    Double,
    Lit,
    Part,
    Read,
    Redirect,
    Single,
    Statement,
    Substitution,
    Word,
)
from migrator.ir.values import Alternative, Input, Literal, Quoting, Unknown, Value, concat, literal
from migrator.text.source import Span

_BARE_ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
_DOUBLE_ESCAPE = re.compile(r'\\([\\"$`\n])')
_ANSI = re.compile(r"\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|u[0-9a-fA-F]{1,4}|.)", re.DOTALL)
_ANSI_CODES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_DIRECTIVE = re.compile(r"%(%|[sbq])")


def bare(word: Word) -> str | None:
    """The text of a word without quotes and expansions, None for any other word."""
    return word.parts[0].text if len(word.parts) == 1 and isinstance(word.parts[0], Lit) else None


def literal_text(part: Lit, double: bool, fixed: bool) -> Literal | Unknown:
    """What literal characters stand for, in double quotes (or a here-document) or outside of quotes."""
    if "\\" not in part.text:
        if not double and _BRACES.search(part.text):
            return Unknown("a brace expansion")
        return Literal(part.text, part.span, Quoting.FIXED if fixed else Quoting.DOUBLE if double else Quoting.BARE)
    pattern = _DOUBLE_ESCAPE if double else _BARE_ESCAPE
    text = pattern.sub(lambda match: "" if match[1] == "\n" else match[1], part.text)
    return Literal(text, part.span, Quoting.FIXED)


def without_tabs(parts: Sequence[Part]) -> list[Part]:
    """The parts of a `<<-` here-document without the tabs at the beginnings of its lines."""
    stripped: list[Part] = []
    for index, part in enumerate(parts):
        if isinstance(part, Lit):
            text = re.sub(r"(?<=\n)\t+", "", part.text)
            text = text.lstrip("\t") if index == 0 else text
            span = (
                part.span if text == part.text else Span(part.span.end - len(text.rpartition("\n")[2]), part.span.end)
            )
            if text != part.text and "\n" not in part.text.rstrip("\n"):
                span = Span(part.span.end - len(text), part.span.end)
            stripped.append(Lit(text, span))
        else:
            stripped.append(part)
    return stripped


def unquote(part: Single) -> str:
    """The value of `'…'`, or of `$'…'` with its escapes decoded."""
    if not part.dollar or "\\" not in part.text:
        return part.text

    def decode(match: re.Match[str]) -> str:
        code = match[0][1:]
        if code[0] in "xu" and len(code) > 1:
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code[0] in "01234567" else _ANSI_CODES.get(code, code)

    return _ANSI.sub(decode, part.text)


def only_param(word: Word) -> Read | None:
    """The one expansion of a word that is nothing else, or has it beside literal text (`x"$A"`)."""
    parts = [inner for part in word.parts for inner in (part.parts if isinstance(part, Double) else (part,))]
    params = [part for part in parts if isinstance(part, Read)]
    return params[0] if len(params) == 1 and all(isinstance(part, Read | Lit) for part in parts) else None


def certain(row: Alternative) -> bool | None:
    """Whether a row is surely not empty (True), surely empty (False), or may be either (None)."""
    if any(isinstance(piece, Literal) and piece.text for piece in row):
        return True
    return False if all(isinstance(piece, Literal) for piece in row) else None


def is_presence(value: Value, other: str) -> bool:
    """Whether comparing with `other` asks only if something is empty: `""`, or `x"$A"` with `x`."""
    pieces = list(value.pieces)
    literal = "".join(piece.text for piece in pieces if isinstance(piece, Literal) and not piece.provenance)
    return literal == other and any(not isinstance(piece, Literal) or piece.provenance for piece in pieces)


def split(value: Value) -> list[Value]:
    """The words that an unquoted expansion of literal text with blanks becomes; other values stay one word."""
    if len(value.alternatives) != 1:
        return [value]
    row = value.alternatives[0]
    if not any(isinstance(piece, Literal) and piece.splits and re.search(r"\s", piece.text) for piece in row):
        return [value]
    words: list[list[Literal | Input | Unknown]] = [[]]
    for piece in row:
        if not (isinstance(piece, Literal) and piece.splits):
            words[-1].append(piece)
            continue
        for index, text in enumerate(re.split(r"\s+", piece.text)):
            if index:
                words.append([])
            if text:
                words[-1].append(replace(piece, text=text, span=None, quoting=Quoting.FIXED))
    return [Value.of(*word) for word in words if word]


def echo(arguments: Sequence[Argument]) -> Value:
    """What `echo` prints. Escapes with `-e` change nothing that a credential would hold."""
    newline = True
    words = list(arguments)
    while words and (text := words[0].text) and re.fullmatch(r"-[neE]+", text):
        newline = newline and "n" not in text
        words.pop(0)
    values: list[Value] = []
    for index, word in enumerate(words):
        if index:
            values.append(Value.of(Literal(" ")))
        values.append(word.value)
    return concat([*values, Value.of(Literal("\n"))] if newline else values)


def printf(arguments: Sequence[Argument]) -> Value:
    """What `printf` prints, for formats of `%s`, `%b`, `%q` and literal text."""
    words = [word for word in arguments if word.text != "--"]
    if not words or words[0].text == "-v":
        return Value.of(Unknown("what `printf` stores"))
    form = words[0].text
    if form is None:
        return words[0].value if len(words) == 1 else Value.of(Unknown("what `printf` prints"))
    if len(re.findall("%", form)) != len(_DIRECTIVE.findall(form)) + form.count("%%"):
        return Value.of(Unknown("what `printf` prints"))
    values: list[Value] = []
    rest = words[1:]
    while True:
        at = taken = 0
        for match in _DIRECTIVE.finditer(form):
            values.append(Value.of(Literal(_decode(form[at : match.start()]))))
            if match[1] == "%":
                values.append(Value.of(Literal("%")))
            elif taken < len(rest):
                values.append(rest[taken].value)
                taken += 1
            at = match.end()
        values.append(Value.of(Literal(_decode(form[at:]))))
        rest = rest[taken:]
        if not rest or not taken:
            break
    return concat([value for value in values if value.text != ""] or values)


def _decode(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\\\", "\\")


def assignment(argument: Argument) -> tuple[str, Value] | None:
    """`NAME=value` as a word of `env` or `sudo`."""
    if len(argument.value.alternatives) != 1 or not argument.value.alternatives[0]:
        return None
    first, *rest = argument.value.alternatives[0]
    match = _ASSIGNMENT.match(first.text) if isinstance(first, Literal) else None
    if not match or not isinstance(first, Literal):
        return None
    begun = replace(first, text=first.text[match.end() :], span=None, quoting=Quoting.FIXED)
    return match[1], Value.of(*((begun, *rest) if begun.text else rest))


def may_split(word: Word) -> bool:
    """Whether a word has an expansion outside of quotes, which may become several words or none."""
    return any(isinstance(part, Read | Substitution) for part in word.parts)


def may_trace(arguments: Iterable[Argument]) -> bool:
    """Whether the words of `set` have `-x` among them on some way: `set ${DEBUG:+-x}`."""
    before = takewhile(lambda argument: argument.text != "--", arguments)
    texts = (literal(row) for argument in before for row in argument.value.alternatives)
    return any(text and re.fullmatch(r"-[A-Za-z]*x[A-Za-z]*", text) for text in texts)


def named(word: Word) -> list[str]:
    """The plain words of the commands that a word substitutes: the files that they read are among them."""
    found: list[str] = []
    pending: list[object] = list(word.parts)
    while pending:
        node = pending.pop()
        match node:
            case Double(parts=parts):
                pending += parts
            case Substitution(statements=statements):
                pending += statements
            case Statement(command=command, redirects=redirects):
                pending.append(command)
                found += [text for redirect in redirects if (text := bare(redirect.word))]
            case Binary(left=left, right=right):
                pending += [left, right]
            case Call(words=words):
                found += [text for inner in words if (text := bare(inner))]
    return found


class Sliced(Protocol):
    """Text of which parts are asked for."""

    def __getitem__(self, key: slice, /) -> str: ...


class Nested(Struct, frozen=True):
    """Shell text inside a word, with a map to the text around it. `double`: it stands in double quotes. `outer` is
    where the expansions stand that are made before the inner shell reads the text."""

    text: str
    place: Callable[[int], int]
    double: bool
    outer: frozenset[int] = frozenset()


def nested_text(source: Sliced, words: Sequence[Word | None]) -> Nested | None:
    """The program text that `bash -c` or `eval` is given, where it can be followed back to where it is written."""
    if not words or any(word is None for word in words):
        return None
    written = [word for word in words if word is not None]
    if len(written) > 1:
        parts = [part for word in written for part in word.parts]
        if not all(isinstance(part, Lit | Read) and "\\" not in getattr(part, "text", "") for part in parts):
            return None
        sliced = _slice(source, Span(written[0].span.start, written[-1].span.end))
        return replace(sliced, outer=_expansions(parts)) if sliced else None
    parts = list(written[0].parts)
    if len(parts) != 1:
        return None
    match parts[0]:
        case Single(dollar=False) as single:
            return _slice(source, Span(single.span.start + 1, single.span.end - 1), single.text)
        case Lit() as lit if "\\" not in lit.text:
            return _slice(source, lit.span, lit.text)
        case Read() as param:
            sliced = _slice(source, param.span)
            return replace(sliced, outer=_expansions(parts)) if sliced else None
        case Double() as double:
            return _double(source, double)
    return None


def _slice(source: Sliced, span: Span, expected: str | None = None) -> Nested | None:
    text = source[span.start : span.end]
    if expected is not None and text != expected:
        return None
    return Nested(text, lambda index: span.start + index, False)


def _double(source: Sliced, double: Double) -> Nested | None:
    """Expansions in double quotes are made before the inner shell reads the text; they are read where they stand,
    which is the same for values without special characters, and `\\$` is the inner shell's."""
    raw = source[double.span.start + 1 : double.span.end - 1]
    if source[double.span.start : double.span.start + 1] != '"' or source[double.span.end - 1 : double.span.end] != '"':
        return None
    text: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(raw):
        width = (
            2 if raw[at] == "\\" and raw[at + 1 : at + 2] in ("\\", '"', "$", "`", "\n") and at + 1 < len(raw) else 1
        )
        char = raw[at + width - 1]
        if width == 2 and char == "$" and re.match(r"[$`]|\{[^}\\]*[$`]", raw[at + 2 :]):
            return None  # `\\$$NAME`: what the inner shell expands is known only when it runs
        if not (width == 2 and char == "\n"):
            text.append(char)
            places.append(double.span.start + 1 + at + width - 1)
        at += width
    places.append(double.span.end - 1)
    return Nested("".join(text), lambda index: places[min(index, len(places) - 1)], True, _expansions(double.parts))


def _expansions(parts: Sequence[Part]) -> frozenset[int]:
    return frozenset(part.span.start for part in parts if isinstance(part, Read | Substitution))


def nested_document(source: Sliced, redirect: Redirect) -> Nested | None:
    """The program text of a here-document, where it can be followed back to where it is written."""
    body = redirect.body
    if body is None or redirect.operator != "<<" or not body.parts:
        return None
    last = body.parts[-1]
    end = last.span.start + len(last.text) if isinstance(last, Lit) else last.span.end
    span = Span(body.parts[0].span.start, end)
    if redirect.quoted:
        return _slice(source, span)
    if any(isinstance(part, Lit) and "\\" in part.text for part in body.parts):
        return None
    sliced = _slice(source, span)
    return replace(sliced, double=True, outer=_expansions(body.parts)) if sliced else None


def substituted_programs(word: Word | None) -> set[str]:
    """The programs that the command substitutions of a word run; '' for what is not a plain command."""
    found: set[str] = set()
    pending = list(word.parts) if word else []
    while pending:
        part = pending.pop()
        if isinstance(part, Double):
            pending += part.parts
        elif isinstance(part, Substitution):
            for statement in part.statements:
                found |= _programs(statement)
        else:
            found.add("")
    return found


def _programs(statement: Statement) -> set[str]:
    match statement.command:
        case Call(words=words) if words:
            return {bare(words[0]) or ""}
        case Binary(left=left, right=right):
            return {next(iter(_programs(left)), "")} if right else {""}
    return {""}
