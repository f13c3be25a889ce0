"""The forms in which files name variables: what `rules/references/*.yml` say, as records."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from migrator.rulebook import reading as rulebook
from migrator.rulebook.documents import Document, Node
from migrator.secrets.references.records import Kind, OpaqueKind

_NAME = "(?P<names>[A-Za-z_][A-Za-z0-9_]*)"
_SHEBANG = re.compile(rb"#![ \t]*(?:/\S{0,200}/)?(?:env[ \t]+(?:-S[ \t]+)?)?([A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Language:
    """`comments` begin a comment at the start of a line, or behind white space; `asides` begin lines that may be
    comments. `mentions`: what counts as prose in such files: `all`, bare `words`, or '' for nothing. `folded`: the
    names of variables are the same in any case of letters."""

    name: str
    files: tuple[str, ...] = ()
    interpreters: frozenset[str] = frozenset()
    comments: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    mentions: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a use, or what defeats proof. The words of the pattern's group `names` are the names that it
    uses; its group `what` is shown, without one the whole. `needle` stands in every match. Languages: none is any."""

    kind: str
    pattern: re.Pattern[str]
    needle: str
    languages: frozenset[str]
    folded: bool


@dataclass(frozen=True, slots=True)
class Alias:
    """Words, behind the text `before`, that stand for variables whose names match `names`."""

    kind: Kind
    names: re.Pattern[str]
    words: tuple[str, ...]
    before: str
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    languages: tuple[Language, ...]
    forms: tuple[Form, ...]
    opaque: tuple[Form, ...]
    aliases: tuple[Alias, ...]
    _globs: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """All globs become one pattern: a group per language, the first that matches."""
        one = ("|".join(fnmatch.translate(glob) for glob in language.files) for language in self.languages)
        object.__setattr__(self, "_globs", re.compile("|".join(f"({globs})" for globs in one)))

    def language(self, path: str) -> Language:
        """By the file's name alone; one without a name stands for what is not known."""
        found = self._globs.match(path.rpartition("/")[2])
        return self.languages[found.lastindex - 1] if found and found.lastindex else UNKNOWN

    def interpreted(self, data: bytes) -> Language | None:
        """By the program that the first line names."""
        found = _SHEBANG.match(data)
        program = found[1].decode("ascii") if found else ""
        return next((language for language in self.languages if program in language.interpreters), None)


UNKNOWN = Language("")


@lru_cache(maxsize=4)
def load(directories: tuple[Path, ...] = ()) -> Rules:
    """The built-in forms and those in the folder `references` of the given directories of rules. Raises RuleError."""
    folders = [directory / "references" for directory in (rulebook.built_in(), *directories)]
    roots = [Document(path).root for folder in folders for path in sorted(folder.glob("*.yml"))]
    files = [root.mapping(("languages", "forms", "opaque", "aliases")) for root in roots]
    languages = [
        _language(*named) for file in files if "languages" in file for named in file["languages"].mapping().items()
    ]
    names = {language.name for language in languages}
    return Rules(
        tuple(languages),
        tuple(form for file in files for form in _forms(file.get("forms"), list(Kind), names)),
        tuple(form for file in files for form in _forms(file.get("opaque"), list(OpaqueKind), names)),
        tuple(_alias(node, names) for file in files for node in _items(file.get("aliases"))),
    )


def _language(name: str, node: Node) -> Language:
    fields = node.mapping(("files", "interpreters", "comments", "asides", "mentions", "folded"))
    if "files" not in fields:
        raise node.error("has no `files`; name the files of this language")
    return Language(
        name,
        fields["files"].texts(),
        frozenset(_texts(fields, "interpreters")),
        _texts(fields, "comments"),
        _texts(fields, "asides"),
        fields["mentions"].choice(("all", "words")) if "mentions" in fields else "",
        fields["folded"].flag() if "folded" in fields else False,
    )


def _forms(node: Node | None, kinds: Sequence[str], languages: set[str]) -> Iterable[Form]:
    for item in _items(node):
        fields = item.mapping(("kind", "pattern", "needle", "in", "folded"))
        for key in ("kind", "pattern", "needle"):
            if key not in fields:
                raise item.error(f"has no `{key}`; add it")
        folded = fields["folded"].flag() if "folded" in fields else False
        yield Form(
            fields["kind"].choice([str(kind) for kind in kinds]),
            _pattern(fields["pattern"], folded),
            fields["needle"].text(),
            _languages(fields, languages),
            folded,
        )


def _alias(node: Node, languages: set[str]) -> Alias:
    fields = node.mapping(("kind", "names", "words", "before", "in"))
    for key in ("kind", "names", "words"):
        if key not in fields:
            raise node.error(f"has no `{key}`; add it")
    return Alias(
        Kind(fields["kind"].choice([str(kind) for kind in Kind])),
        fields["names"].pattern(),
        fields["words"].texts(),
        fields["before"].text() if "before" in fields else "",
        _languages(fields, languages),
    )


def _pattern(node: Node, folded: bool) -> re.Pattern[str]:
    node.pattern()
    return re.compile(node.text().replace("NAME", _NAME), re.ASCII | re.MULTILINE | (re.IGNORECASE if folded else 0))


def _languages(fields: dict[str, Node], known: set[str]) -> frozenset[str]:
    return frozenset(item.choice(sorted(known)) for item in _items(fields.get("in")))


def _items(node: Node | None) -> list[Node]:
    return node.items() if node is not None else []


def _texts(fields: dict[str, Node], key: str) -> tuple[str, ...]:
    return fields[key].texts() if key in fields else ()
