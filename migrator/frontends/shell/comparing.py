"""Whether a rewritten program is the one before, but for the names in the expansions that were edited.

Both trees of nodes are walked together, with the places of the old one moved by the edits. Four things may differ: the
name in an expansion, with the default that went with the old one; a literal that became an expansion; a bare name
that a test asks for (`-v`); and whole words, or an assignment, for which two options or two assignments stand. A
literal that was edited may be a program itself, for another shell; it is read and compared then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import (
    Ask,
    Asked,
    Assign,
    Call,
    Constant,
    Expression,
    Fallback,
    Join,
    ProgramError,
    Read,
    Redirect,
    Statement,
    Template,
)
from migrator.text.edits import Edit
from migrator.text.patterns import regex
from migrator.text.source import Span

_EXPANSION = regex(r'(?:\$\{?|"\$\{?)?([A-Za-z_]\w*)\}?"?')
_PAIR = regex(r'(?:--[a-z-]{1,40} "\$\w{1,80}"(?: (?=-)|\Z)){2}|(?:\w{1,80}="\$\w{1,80}"(?: (?=\w)|\Z)){2}')
_PLAIN = regex(r"[\w./:@%+=,-]*")
_TESTS = ("[", "test")
_Pair = tuple[object, object]


def same(old: object, new: object, edits: Iterable[Edit]) -> bool:
    """Whether two programs, as trees of records, are equal but for what the `edits` of the old text mean."""
    ordered = tuple(sorted(edits))
    compared = _Comparison(ordered, (0, *accumulate(map(_growth, ordered))), frozenset(_asked(old)))
    pending: list[_Pair] = [(old, new)]
    while pending:
        found = compared.below(*pending.pop())
        if found is None:
            return False
        pending += found
    return True


class _Comparison(Struct, frozen=True):
    """`grown` is how much longer the text is before each edit. `named` are the places of the words that are the name of
    a variable."""

    edits: tuple[Edit, ...]
    grown: tuple[int, ...]
    named: frozenset[Span | None]

    def below(self, one: object, other: Any) -> list[_Pair] | None:
        """What else must be the same; None where these two are not."""
        if isinstance(one, Span):
            return [] if self.moved(one) == other else None
        if isinstance(one, tuple):
            return self.rows(one, other) if isinstance(other, tuple) else None
        if isinstance(one, Read) and (edit := self.renaming(one)):
            return self.renamed(one, other, edit) if isinstance(other, Read) else None
        kind = type(other)
        if type(one) is not kind:
            return None
        if isinstance(one, Redirect) and one.raw and one.written:
            edited = tuple(self.within(one.written))
            if edited:
                return self.document(one, other, edited)
        if isinstance(one, Template | Join):
            pairs = self.rows(one.parts, other.parts)
            pairs = self.program(one.parts, other.parts) if pairs is None else pairs
            return None if pairs is None else [*pairs, (one.span, other.span)]
        if isinstance(one, Struct):
            return [(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__]
        return [] if one == other else None

    def rows(self, one: tuple[object, ...], other: tuple[object, ...]) -> list[_Pair] | None:
        """Records one after the other; a literal may have become an expansion with what is left of it around."""
        pairs: list[_Pair] = []
        at = done = 0
        for index, record in enumerate(one):
            if index < done:
                continue
            if isinstance(record, Join | Assign) and (pair := self.paired(record)):
                found = self.whole(pair, one[index:], other[at:])
                if found is None:
                    return None
                done, at = index + found[0], at + found[1]
                continue
            if not isinstance(record, Constant) or not (edits := self.replacing(record)):
                if at == len(other):
                    return None
                pairs.append((record, other[at]))
                at += 1
                continue
            count = self.replaced(record, other[at:], edits)
            if not count:
                return None
            at += count
        return pairs if at == len(other) else None

    # Words

    def paired(self, record: Join | Assign) -> Edit | None:
        """The edit that begins where a record does, and puts a pair in its place."""
        at = bisect_left(self.edits, record.span.start, key=_start)
        found = self.edits[at] if at < len(self.edits) else None
        return found if found and found.span.start == record.span.start and _PAIR.fullmatch(found.text) else None

    def whole(self, edit: Edit, one: Sequence[object], other: Sequence[object]) -> tuple[int, int] | None:
        """How many records an edit takes the place of, and how many stand there now; None where some are not whole:
        what is behind the edit would be a part of the last one."""
        old, new = _filling(one, edit.span), _filling(other, self.moved(edit.span))
        return (old, new) if new == edit.text.count(" ") + 1 else None

    # Expansions

    def renaming(self, read: Read) -> Edit | None:
        """The edit of the name in an expansion."""
        for edit in self.within(read.span):
            named = edit.span == read.name_span or edit.span == read.span
            if named or edit.span == _with_default(read):
                return edit
        return None

    def renamed(self, one: Read, other: Read, edit: Edit) -> list[_Pair] | None:
        if other.name != _name(edit) or _shape(one) != _shape(other):
            return None
        if edit.span == _with_default(one):
            return [(one.span, other.span)] if other.fallback is Fallback.NONE else None
        if one.fallback is not other.fallback:
            return None
        return [(one.span, other.span), (one.word, other.word), (one.words, other.words), (one.sets, other.sets)]

    # Literals

    def replacing(self, literal: Constant) -> tuple[Edit, ...]:
        """The edits within a literal."""
        return tuple(self.within(literal.span)) if literal.span else ()

    def replaced(self, literal: Constant, parts: Sequence[object], edits: tuple[Edit, ...]) -> int:
        """How many of the parts stand for a literal that was edited; 0 where they do not."""
        span = literal.span
        assert span is not None
        edit = edits[0]
        if _EXPANSION.fullmatch(edit.text) and not edit.text.startswith(("$", '"')):
            first = parts[0] if parts else None
            return int(isinstance(first, Constant) and span in self.named and first.text == edit.text)
        wanted: list[str | Edit] = []
        at = span.start
        for one in edits:
            wanted += [literal.text[at - span.start : one.span.start - span.start]] if one.span.start > at else []
            wanted.append(one)
            at = one.span.end
        wanted += [literal.text[at - span.end :]] if at < span.end else []
        if len(wanted) > 1 and len(literal.text) != span.end - span.start:
            return 0
        if len(parts) < len(wanted):
            return 0
        for told, part in zip(wanted, parts, strict=False):
            if isinstance(told, str):
                expected = isinstance(part, Constant) and part.text == told
            else:
                expected = _expands(part, _name(told))
            if not expected:
                return 0
        return len(wanted)

    # Programs in literals

    def program(self, one: tuple[Expression, ...], other: tuple[Expression, ...]) -> list[_Pair] | None:
        """Literals with expansions between them that another shell reads as a program."""
        if len(one) != len(other):
            return None
        edited = (edit for part in one if isinstance(part, Constant) for edit in self.replacing(part))
        if not _alike(_with_holes(one), _with_holes(other), tuple(edited)):
            return None
        return [(was, now) for was, now in zip(one, other, strict=True) if not isinstance(was, Constant)]

    def document(self, one: Redirect, other: Redirect, edited: tuple[Edit, ...]) -> list[_Pair] | None:
        """A document without expansions that another shell reads as a program."""
        if not _alike(_with_holes(one.value.parts), _with_holes(other.value.parts), edited):
            return None
        return [(one.span, other.span), (one.written, other.written)]

    # Places

    def within(self, span: Span) -> Iterator[Edit]:
        first = bisect_left(self.edits, span.start, key=_start)
        near = self.edits[first : bisect_right(self.edits, span.end, key=_start)]
        yield from (edit for edit in near if span.contains(edit.span))

    def moved(self, span: Span) -> Span:
        return Span(self.shifted(span.start, end=False), self.shifted(span.end, end=True))

    def shifted(self, at: int, end: bool) -> int:
        """Where a place is after the edits, which do not overlap."""
        before = bisect_left(self.edits, at, key=_end)
        here = self.edits[before : bisect_right(self.edits, at, key=_end)]
        return at + self.grown[before] + sum(_growth(edit) for edit in here if end or edit.span.start < at)


def _filling(records: Iterable[Any], span: Span) -> int:
    """How many of the first words or assignments lie in a place."""
    return sum(1 for _ in takewhile(lambda one: span.contains(one.span), records))


def _with_holes(parts: Iterable[Expression]) -> str:
    """The text of literals, with something in the place of each expansion."""
    return "".join(part.text if isinstance(part, Constant) else "${_}" for part in parts)


def _alike(old: str, new: str, edited: tuple[Edit, ...]) -> bool:
    """Whether two texts are the same program, but for the edits, which are in the order of the text. One word is no
    program with something in it: it would be read as itself, for ever."""
    if _PLAIN.fullmatch(old):
        return False
    inner: list[Edit] = []
    at = to = 0
    for edit in edited:
        ahead = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old[at:], new[to:], strict=False)))
        found = new.rfind(edit.text, to, to + ahead + len(edit.text))
        if found < 0:
            return False
        at, to = at + found - to, found
        end = at + edit.span.end - edit.span.start
        inner.append(replace(edit, span=Span(at, end)))
        at, to = end, to + len(edit.text)
    try:
        program = lower(old)
        return old[at:] == new[to:] and not _is_word(program, old) and same(program, lower(new), inner)
    except ProgramError:
        return False


def _is_word(program: tuple[Statement, ...], text: str) -> bool:
    """Whether a program is the name of a command alone, in which every character stands for itself."""
    node = program[0].node if program else None
    return isinstance(node, Call) and _with_holes(node.words[0].parts) == text


def _start(edit: Edit) -> int:
    return edit.span.start


def _end(edit: Edit) -> int:
    return edit.span.end


def _growth(edit: Edit) -> int:
    return len(edit.text) - (edit.span.end - edit.span.start)


def _name(edit: Edit) -> str:
    """The variable that stands there now."""
    found = _EXPANSION.fullmatch(edit.text)
    return found[1] if found else ""


def _shape(read: Read) -> tuple[object, ...]:
    """What a read does besides naming a variable, but for what is evaluated for it."""
    return read.through, read.splits, read.index, read.change


def _with_default(read: Read) -> Span | None:
    """The name of an expansion with its default."""
    if read.fallback is not Fallback.DEFAULT or not read.braced:
        return None
    return Span(read.name_span.start, read.span.end - 1)


def _expands(part: object, name: str) -> bool:
    """Whether a part is nothing but the expansion of a variable, in quotes or not."""
    if isinstance(part, Template):
        return len(part.parts) == 1 and _expands(part.parts[0], name)
    return isinstance(part, Read) and part.name == name and part.fallback is Fallback.NONE and not part.through


def _asked(program: object) -> Iterator[Span | None]:
    """Where the names of variables stand whose presence is asked for."""
    pending = [program]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending += node
            continue
        if isinstance(node, Asked) and node.ask is Ask.DEFINED:
            yield from _places(node.operand)
        if isinstance(node, Call) and _text(node.words[0]) in _TESTS:
            for option, word in zip(node.words, node.words[1:], strict=False):
                yield from _places(word) if _text(option) == "-v" else ()
        if isinstance(node, Struct) and not isinstance(node, Span):
            pending += [getattr(node, name) for name in node.__struct_fields__]


def _flat(word: Join) -> list[Expression]:
    return [one for part in word.parts for one in (part.parts if isinstance(part, Template) else (part,))]


def _text(word: Join) -> str:
    return "".join(part.text for part in _flat(word) if isinstance(part, Constant))


def _places(word: Join) -> Iterator[Span | None]:
    yield from (part.span for part in _flat(word))
