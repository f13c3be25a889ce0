"""Where literal credentials stand in the files that were read, so that whatever shows text can mask them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from migrator.ir.nodes import Quoting
from migrator.ir.values import Literal, Piece, Unknown
from migrator.platforms.records import Pipelines
from migrator.reading.given import given
from migrator.reading.steps import Shell, StepFacts
from migrator.reading.unfollowed import unknown_words
from migrator.rulebook.records import RuleBook
from migrator.sinks.credentials import rows
from migrator.sinks.shown import encoded_logins, shows_login
from migrator.text.literals import apart, everywhere
from migrator.text.mask import mask
from migrator.text.patterns import regex
from migrator.text.scalars import map_scalar
from migrator.text.shapes import looks_made, shapes
from migrator.text.source import Source, Span

_LINE = regex(r"(?:[^\r\n\\]|\\\r?\n|\\.)*+")
"""One line, with those that continue it."""

_IDENT = regex(
    r"(?:npmAuthIdent|YARN_NPM_AUTH_IDENT)(?!`)['\"\]]{0,3}+[ \t]{0,9}+[:=]?+[ \t]{0,9}+['\"]?+"
    r"(?:[^\s:'\"]{0,200}:)?([^\s'\"$:]{1,4000})"
)
"""What yarn is given: a user name and a token with a colon between. In a sentence the name stands within backticks."""
_SHORT, _MOST = 4096, 2048
"""Texts that are asked about again and again, such as the script of a step and the sentences about it: their longest,
and how many are kept."""


class Located(Struct, frozen=True):
    """The ranges of each file that hold a literal credential, and which literals are `ordinary` words: those are masked
    where they stand, but `POSTGRES_PASSWORD: postgres` does not take the name of the image."""

    spans: Mapping[str, tuple[Span, ...]]
    ordinary: frozenset[str]


def literals(text: str, book: RuleBook) -> tuple[Span, ...]:
    """Where literal credentials stand in any text, in no order: whatever is named like one, looks like one, or is
    given to a login or another program as its password."""
    known = book.literals
    if (found := known.get(text)) is None:
        found = tuple(_literals(text, book))
        if len(text) <= _SHORT:
            if len(known) >= _MOST:
                known.clear()
            known[text] = found
    return found


def _literals(text: str, book: RuleBook) -> Iterator[Span]:
    yield from shapes(text)
    yield from given(text, book)
    yield from encoded_logins(text, book)
    yield from (Span(*match.span(1)) for match in _IDENT.finditer(text))
    yield from (Span(*match.span()) for pattern in book.tokens for match in pattern.finditer(text))


def spoken(text: str, book: RuleBook) -> str:
    """A sentence that may quote text of a file, without the literal credentials in it."""
    return mask(text, literals(text, book))


def secrets_of(
    facts: Iterable[StepFacts],
    sources: Mapping[str, Source],
    pipelines: Iterable[Pipelines],
    broken: Iterable[Source],
    book: RuleBook,
) -> Located:
    """What is a password by where it goes, in logins to any registry and in images, and what is a credential by its
    shape: in the files as they are written, and in scripts as they are read. Of what cannot be read, every word beside
    a login may be one."""
    known: dict[str, set[Span]] = {path: set() for path in sources}
    looks: dict[str, set[Span]] = {path: set(literals(source.text, book)) for path, source in sources.items()}
    read: set[tuple[str, str]] = set()
    for fact in facts:
        for path, span in _passwords(fact, book):
            known[path].add(span)
        for shell in fact.shells:
            script = shell.script
            if (script.source.path, script.text) not in read:
                read.add((script.source.path, script.text))
                beside = _beside_logins(script.text, book) if shell.failure else ()
                each = (*literals(script.text, book), *beside)
                looks[script.source.path].update(map(script.shown, each))
    for one in pipelines:
        known[one.source.path].update(_image_passwords(one))
    for source in broken:
        looks[source.path].update(_beside_logins(source.text, book))
    sure = {sources[path].text[span.start : span.end] for path, spans in known.items() for span in spans}
    seen = {sources[path].text[span.start : span.end] for path, spans in looks.items() for span in spans}
    ordinary = frozenset(text for text in seen - sure if not looks_made(text))
    spans = {path: apart((*known[path], *looks[path])) for path in sources if known[path] or looks[path]}
    return Located(everywhere(sources, spans, ordinary), ordinary)


def _beside_logins(text: str, book: RuleBook) -> Iterator[Span]:
    """The words of each command that shows a login, but for those that are known to be none of a password's."""
    for match in _LINE.finditer(text):
        if re.search(r"\blogin\b", match[0]):
            yield from unknown_words(text, Span(*match.span()), book)


def _passwords(facts: StepFacts, book: RuleBook) -> Iterator[tuple[str, Span]]:
    for shell in facts.shells:
        for span in (*_given(shell), *_put_together(shell, book)):
            yield shell.script.source_at(span).path, shell.script.shown(span)


def _given(shell: Shell) -> Iterator[Span]:
    for login in shell.logins:
        for row in rows(login.password):
            for piece in row:
                yield from _written(piece)


def _put_together(shell: Shell, book: RuleBook) -> Iterator[Span]:
    """Strings of a program that it makes a login of: any may be the password but those that say where and how."""
    programs = {program for client in book.clients.values() for program in client.programs}
    for command in shell.trace.commands:
        pieces = [piece for argument in command.arguments for piece in argument.value.pieces]
        texts = [piece for piece in pieces if isinstance(piece, Literal)]
        if command.name or command.followed or not shows_login(" ".join(one.text for one in texts), book):
            continue
        yield from (span for piece in pieces if isinstance(piece, Unknown) for span in piece.made)
        for one in texts:
            named = one.text in programs or "login" in one.text or any(word in one.text for word in book.mentions)
            if one.span is not None and one.quoting is Quoting.FIXED and not named and not one.text.startswith("-"):
                yield one.span


def _written(piece: Piece) -> Iterator[Span]:
    """Where a literal is written, without its quotes; where only its assignment is known, that."""
    if isinstance(piece, Unknown):
        yield from piece.made
    if not isinstance(piece, Literal) or not piece.text.strip():
        return
    if piece.span is None:
        definitions = [reference.definition for reference in piece.provenance]
        yield from (one.word.span for one in definitions if one is not None and one.word is not None)
        return
    quote = 1 if piece.quoting is Quoting.SINGLE else 0
    tail = len(piece.text) - len(piece.text.rstrip("\r\n"))
    yield Span(piece.span.start + quote, piece.span.end - quote - tail)


def _image_passwords(pipelines: Pipelines) -> Iterator[Span]:
    for image in pipelines.images:
        if image.password and image.password.value and "$" not in image.password.value:
            runs = map_scalar(pipelines.source.text, image.password)
            yield runs.place(0, runs.length) if runs else image.password.span
