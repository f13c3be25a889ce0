"""Where literal credentials stand in the files that were read, so that whatever shows text can mask them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.core.given import given
from migrator.core.rules import RuleBook
from migrator.core.steps import StepFacts
from migrator.core.text import Source, Span
from migrator.credentials.origin import rows
from migrator.credentials.values import Quoting, Text
from migrator.readers.pipelines import Pipelines
from migrator.readers.scalars import map_scalar


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
        for path, span in _passwords(fact):
            found[path].add(span)
    for one in pipelines:
        found[one.source.path].update(_image_passwords(one))
    return {path: _apart(spans) for path, spans in found.items() if spans}


def _passwords(facts: StepFacts) -> Iterator[tuple[str, Span]]:
    for shell in facts.shells:
        for login in shell.logins:
            for row in rows(login.password):
                for piece in row:
                    if isinstance(piece, Text) and piece.text.strip():
                        for span in _written(piece):
                            place = shell.script.place(span)
                            path = shell.script.source_at(span).path
                            yield path, place if place is not None else shell.script.shown(span)


def _written(piece: Text) -> Iterator[Span]:
    """Where a literal is written, without its quotes; where only its assignment is known, that."""
    if piece.span is None:
        definitions = [reference.definition for reference in piece.trail]
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
