"""What defeats the proof that nobody uses a variable, in one text."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.secrets.references.comments import Within, within
from migrator.secrets.references.records import Opaque, OpaqueKind
from migrator.secrets.references.rules import Form, Language, Rules
from migrator.text.source import Source
from migrator.text.yaml import Mapping, Scalar, YamlError, read_yaml

MOST = 50
"""The most places of one form that are kept of one file."""


class OpaqueForms:
    """Tells from bytes which forms a file could hold: most files hold none, and are not looked into."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._needles: dict[str, list[tuple[bytes, Form]]] = {}

    def forms(self, data: bytes, language: Language) -> list[Form]:
        if language.mentions == "all":
            return []
        lower = data.lower() if language.folded else data
        return [form for needle, form in self._of(language) if needle in (lower if form.folded else data)]

    def _of(self, language: Language) -> list[tuple[bytes, Form]]:
        if language.name not in self._needles:
            forms = (form for form in self._rules.opaque if not form.languages or language.name in form.languages)
            self._needles[language.name] = [(form.needle.encode(), form) for form in forms]
        return self._needles[language.name]


def places_of(source: Source, forms: Collection[Form], language: Language) -> list[Opaque]:
    """Where the forms stand outside of comments, in the order of the file."""
    found: set[Opaque] = set()
    for form in forms:
        count = 0
        for match in form.pattern.finditer(source.text):
            group = "what" if "what" in form.pattern.groupindex else 0
            if within(source, match.start(group), language) is not Within.COMMENT and count < MOST:
                count += 1
                found.add(_at(OpaqueKind(form.kind), source, match.start(group), " ".join(match[group].split())))
    if language.name == "pipelines" and "imports" in source.text:
        found.update(_sources(source))
    return sorted(found, key=lambda one: (one.line, one.column, one.kind))


def _at(kind: OpaqueKind, source: Source, offset: int, text: str) -> Opaque:
    position = source.position(offset)
    return Opaque(kind, source.path, position.line, position.column, text)


def _sources(source: Source) -> Iterator[Opaque]:
    """Those of `definitions.imports` that are another repository's: `{repo}:{ref}` with or without `:{file}`, where a
    file of this one is a path alone (PLATFORM.md, 4.4)."""
    try:
        root = read_yaml(source)
    except YamlError:
        return
    definitions = root.get("definitions") if isinstance(root, Mapping) else None
    imports = definitions.node.get("imports") if definitions and isinstance(definitions.node, Mapping) else None
    for _, item in imports.node.items() if imports and isinstance(imports.node, Mapping) else ():
        if isinstance(item.node, Scalar) and ":" in item.node.value:
            yield _at(OpaqueKind.IMPORT, source, item.node.span.start, item.node.value[:300])
