"""Who uses the name of a variable in one file, and what there defeats the proof that nobody does.

A name is found as a whole word first and given a kind afterwards: what no form explains is still a use.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from migrator.secrets.references import content
from migrator.secrets.references.comments import Within, within
from migrator.secrets.references.opaque import OpaqueForms, places_of
from migrator.secrets.references.parts import Parts
from migrator.secrets.references.places import ScalarPlace, places
from migrator.secrets.references.records import NOTHING, Doubt, Found, NotLooked, OpaqueKind, Reference, UseKind
from migrator.secrets.references.rules import UNENDED, UNKNOWN, Alias, Form, Language, Rules, load
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

MOST = 50
"""The most references of one name and kind, and the most opaque places of one kind, that are kept of one file."""
_FEW = 40
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = regex(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class _Hit:
    kind: UseKind
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word to look for: `alias` is None where it is the name itself."""

    name: str
    alias: Alias | None


def find(data: bytes, path: str, names: Collection[str]) -> list[Reference]:
    """The references to `names` in the text of a file, by the built-in forms. Raises ValueError for what is no name."""
    return list(Finder(names).look(data, path).references)


class Finder:
    """Looks into files for the same names. Raises ValueError for a name that is none: `[A-Za-z_][A-Za-z0-9_]*`."""

    def __init__(self, names: Collection[str], rules: Rules | None = None) -> None:
        wrong = next((name for name in names if not _NAME.fullmatch(name)), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} is not the name of a variable: letters, digits and _, no digit first")
        self.names = tuple(dict.fromkeys(names))
        self.rules = rules or load()
        self._words: dict[bytes, list[_Word]] = {}
        for name in self.names:
            self._words.setdefault(name.encode(), []).append(_Word(name, None))
            for alias in self.rules.aliases:
                if found := alias.names.fullmatch(name):
                    for word in (found.expand(template) for template in alias.words):
                        self._words.setdefault(word.encode(), []).append(_Word(name, alias))
        self._seldom = [
            word
            for word, meant in self._words.items()
            if any(one.alias is None or one.name.encode() not in word for one in meant)
        ]
        """Words of which one stands wherever any does: most stand for a name with something before it."""
        self._opaque = OpaqueForms(self.rules)
        self._parts = Parts(self.names)
        self._languages: dict[str, Language] = {}
        self._folded = {name.lower(): name for name in self.names}
        self._folded_bytes = frozenset(name.encode() for name in self._folded)

    def language(self, path: str) -> Language:
        """By the file's path alone, found once."""
        if path not in self._languages:
            self._languages[path] = self.rules.language(path)
        return self._languages[path]

    def look(self, data: bytes, path: str, executable: bool = False) -> Found:
        """What the file at `path` says. Never raises: what cannot be read is listed as such."""
        text = content.text(data)
        if text is None:
            return self._binary(data, path, executable)
        if content.is_utf16(data):
            data = text.encode()
        language = self.language(path)
        if language in (UNKNOWN, UNENDED):
            language = self.rules.interpreted(data) or language
        wanted, folded = self._named(data, language)
        forms = self._opaque.forms(data, language)
        put_together = self._parts.may_stand(data)
        if not wanted and not folded and not forms and not put_together:
            return NOTHING
        source = Source(path, text)
        references = tuple(self._references(source, language, wanted)) if wanted or folded else ()
        parts = tuple(self._parts.places_of(source, language)) if put_together else ()
        if language.elsewhere:
            parts += tuple(_elsewhere(one) for one in references if one.kind.is_use)
            references = tuple(one for one in references if not one.kind.is_use)
        return Found(references, tuple(places_of(source, forms, language, self.names, parts)))

    def _named(self, data: bytes, language: Language) -> tuple[list[bytes], bool]:
        """The words looked for that stand in the bytes, and whether a name does in other letters. A few words are
        found sooner than all words of the bytes are."""
        few = len(self._seldom) <= _FEW and not language.folded
        if few and not any(word in data for word in self._seldom):
            return [], False
        words = content.words(data)
        folded = language.folded and not self._folded_bytes.isdisjoint(word.lower() for word in words)
        return sorted(self._words.keys() & words), folded

    def held(self, data: bytes) -> list[str]:
        """The names that stand in bytes that are not read as text."""
        return content.held(data, self.names)

    def _binary(self, data: bytes, path: str, executable: bool) -> Found:
        names = self.held(data)
        kinds = [(OpaqueKind.BINARY, name) for name in names]
        silent = content.is_media(data) or self.language(path).known
        if (executable or content.is_program(path, data)) and not silent:
            kinds.append((OpaqueKind.PROGRAM, ""))
        not_looked = () if names or silent else (NotLooked(path, "it is not text"),)
        return Found((), tuple(Doubt(kind, path, 1, 1, name, name) for kind, name in kinds), not_looked)

    def _references(self, source: Source, language: Language, wanted: Collection[bytes]) -> Iterator[Reference]:
        hits = self._hits(source.text, language, wanted)
        known = places(source) if language.name == "pipelines" and hits else []
        count: Counter[tuple[str, UseKind]] = Counter()
        for start, name in sorted(hits):
            hit = hits[start, name]
            if not known and min(count[name, hit.kind], count[name, UseKind.MENTION]) >= MOST:
                continue
            kind = _kind(hit.kind, source, start, language, known)
            count[name, kind] += 1
            if count[name, kind] <= MOST:
                position = source.position(start)
                yield Reference(name, kind, source.path, position.line, position.column, hit.text)

    def _hits(self, text: str, language: Language, wanted: Collection[bytes]) -> dict[tuple[int, str], _Hit]:
        hits: dict[tuple[int, str], _Hit] = {}
        names = {one.name for word in wanted for one in self._words[word] if one.alias is None}
        for form in _applying(self.rules.forms, text, language):
            for match in form.pattern.finditer(text):
                span = match.span("names")
                for word in _WORD.finditer(text, *span):
                    name = self._folded.get(word[0].lower()) if form.folded else word[0] if word[0] in names else None
                    if name is not None:
                        written = " ".join(match[0].split()) if word.span() == span else word[0]
                        hits.setdefault((word.start(), name), _Hit(UseKind(form.kind), written))
        for word in _any(wanted).finditer(text):
            for one in self._words[word[0].encode()]:
                if _stands(one.alias, text, word.start(), language):
                    hits.setdefault(
                        (word.start(), one.name), _Hit(one.alias.kind if one.alias else UseKind.WORD, word[0])
                    )
        return hits


def _elsewhere(one: Reference) -> Doubt:
    return Doubt(OpaqueKind.ELSEWHERE, one.path, one.line, one.column, one.text, one.name)


def _applying(forms: Collection[Form], text: str, language: Language) -> Iterator[Form]:
    lower = text.lower()
    for form in forms:
        if (not form.languages or language.name in form.languages) and any(
            needle in (lower if form.folded else text) for needle in form.needles
        ):
            yield form


def _any(words: Collection[bytes]) -> re.Pattern[str]:
    one = "|".join(sorted((re.escape(word.decode()) for word in words), key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{one})(?![A-Za-z0-9_])" if one else r"(?!)")


def _stands(alias: Alias | None, text: str, start: int, language: Language) -> bool:
    if alias is None:
        return True
    if alias.languages and language.name not in alias.languages:
        return False
    return text.endswith(alias.before, 0, start)


def _kind(kind: UseKind, source: Source, start: int, language: Language, known: list[ScalarPlace]) -> UseKind:
    if language.mentions == "all":
        return UseKind.MENTION
    comment = within(source, start, language)
    if comment is Within.COMMENT or (kind in (UseKind.WORD, UseKind.IMPLICIT) and (comment or language.mentions)):
        return UseKind.MENTION
    index = bisect_right(known, Span(start, len(source.text)), key=lambda place: place.span) - 1
    if index >= 0 and known[index].span.start <= start < known[index].span.end:
        place = known[index].kind
        if place in (UseKind.DECLARATION, UseKind.ASSIGNMENT):
            return place if kind is UseKind.WORD else kind
        return place
    return kind


def placed(found: Found, path: str) -> Found:
    """The same, said of another path with the same content."""
    return Found(
        tuple(replace(one, path=path) for one in found.references),
        tuple(replace(one, path=path) for one in found.opaque),
        tuple(replace(one, path=path) for one in found.not_looked),
    )
