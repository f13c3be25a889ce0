"""Where literal credentials stand in the files that were read, so that whatever shows text can mask them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.ir.nodes import Quoting
from migrator.ir.values import Literal, Piece, Unknown
from migrator.platforms.records import Pipelines
from migrator.reading.given import given
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.credentials import rows
from migrator.sinks.shown import shows_login
from migrator.text.scalars import map_scalar
from migrator.text.source import Source, Span


def secrets_of(
    facts: Iterable[StepFacts], sources: Mapping[str, Source], pipelines: Iterable[Pipelines], book: RuleBook
) -> dict[str, tuple[Span, ...]]:
    """The ranges of each file that hold a literal credential: passwords of logins to any registry, passwords of
    images, whatever looks like a token, and what text that cannot be read gives to a login."""
    found: dict[str, set[Span]] = {path: set() for path in sources}
    for path, source in sources.items():
        found[path].update(Span(m.start(), m.end()) for pattern in book.tokens for m in pattern.finditer(source.text))
        found[path].update(given(source.text, book))
    for fact in facts:
        for path, span in _passwords(fact, book):
            found[path].add(span)
    for one in pipelines:
        found[one.source.path].update(_image_passwords(one))
    return {path: _apart(spans) for path, spans in found.items() if spans}


def _passwords(facts: StepFacts, book: RuleBook) -> Iterator[tuple[str, Span]]:
    for shell in facts.shells:
        for span in (*_given(shell), *_put_together(shell, book)):
            place = shell.script.place(span)
            yield shell.script.source_at(span).path, place if place is not None else shell.script.shown(span)


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


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, and joined where they overlap."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        elif span.end > span.start:
            joined.append(span)
    return tuple(joined)
