"""Repetitions of literal credentials: what was found as a password in one place may stand in another, too."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from migrator.text.mask import mask
from migrator.text.source import Source, Span

_LONG = 6
"""Literals of fewer characters are masked only where they were found: `admin` is also a word."""
_ALIKE = 32
"""Where more literals than this begin alike, all of a word that begins so is taken for one of them."""


class Repeated(Struct, frozen=True):
    """Literals by their first characters, longest first: so that looking for many costs no more than for one."""

    by_start: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Repeated:
        """Of the texts and of their spellings in base64 and in URLs."""
        by_start: dict[str, set[str]] = {}
        for text in texts:
            for one in (text, *_spellings(text)) if len(text) >= _LONG else ():
                by_start.setdefault(one[:_LONG], set()).add(one)
        return cls({start: tuple(sorted(each, key=len, reverse=True)) for start, each in by_start.items()})

    def spans(self, text: str) -> Iterator[Span]:
        """Where one stands in the text."""
        at, last = 0, len(text) - _LONG if self.by_start else -1
        while at <= last:
            known = self.by_start.get(text[at : at + _LONG])
            length = _length(text, at, known) if known else 0
            if length:
                yield Span(at, at + length)
            at += length or 1

    def scrub(self, text: str) -> str:
        """The text with each masked."""
        return mask(text, self.spans(text))


def repeated(
    sources: Mapping[str, Source], secrets: Mapping[str, tuple[Span, ...]], ordinary: Collection[str] = ()
) -> Repeated:
    """Every literal credential of the files but those that are `ordinary` words."""
    texts = {
        source.text[secret.start : secret.end] for path, source in sources.items() for secret in secrets.get(path, ())
    }
    return Repeated.of(texts - set(ordinary))


def everywhere(
    sources: Mapping[str, Source], secrets: Mapping[str, tuple[Span, ...]], ordinary: Collection[str] = ()
) -> Mapping[str, tuple[Span, ...]]:
    """`secrets` with every repetition of a literal in any of the files."""
    literals = repeated(sources, secrets, ordinary)
    if not literals.by_start:
        return secrets
    return {path: apart({*literals.spans(source.text), *secrets.get(path, ())}) for path, source in sources.items()}


def apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, and joined where they overlap."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        elif span.end > span.start:
            joined.append(span)
    return tuple(joined)


def _length(text: str, at: int, known: Collection[str]) -> int:
    if len(known) <= _ALIKE:
        return next((len(one) for one in known if text.startswith(one, at)), 0)
    return len(text[at : at + 4096].split(None, 1)[0]) if not text[at].isspace() else _LONG


def _spellings(text: str) -> Iterator[str]:
    """As it is in a URL, and in base64 wherever it begins there: what its neighbours do not change."""
    from urllib.parse import quote  # where there is a literal, and nowhere else

    if (quoted := quote(text, safe="")) != text:
        yield quoted
    data = text.encode("utf-8", "surrogatepass")
    for before in range(3):
        made = b64encode(b"\0" * before + data).decode()
        core = made[(0, 2, 3)[before] : (before + len(data)) * 8 // 6]
        yield from {core, core.replace("+", "-").replace("/", "_")}
