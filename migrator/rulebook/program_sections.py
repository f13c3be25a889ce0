"""Sections of rule files about programs: what they do with words, variables and files of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from msgspec.structs import replace

from migrator.rulebook.documents import Node, members
from migrator.rulebook.programs import Clearing, Launcher, Programs, Wrapper, Writer
from migrator.rulebook.records import RuleBook
from migrator.text.patterns import regex

_SETS = (
    "displays",
    "failing",
    "repeating",
    "private",
    "offline",
    "harmless-evals",
    "shells",
    "carriers",
    "copiers",
    "keepers",
    "interpreters",
    "roots",
    *("targets", "credentials", "discreet"),
    *("lookers", "takers", "senders", "remote", "listings", "common", "prompts", "bringing", "sweepers"),
)
"""Sections that are lists: of programs, of options, or of globs of names."""
_WORDS = (
    *("folders", "options", "named", "switches", "quiet", "short", "commands", "elsewhere", "loads"),
    *("libraries", "accounts"),
)
"""What a launcher says of words: of those that it is given, and of names of libraries."""
_LATER = ("tracing", "startup", "partly")
_READS = regex(r"^def (?:read\(request|verified\(before)\b", re.MULTILINE)


def _programs(book: RuleBook, **changes: object) -> RuleBook:
    programs: Programs = replace(book.programs, **changes)
    return replace(book, programs=programs)


def _listed(field: str, book: RuleBook, node: Node) -> RuleBook:
    return _programs(book, **{field: getattr(book.programs, field) | set(node.texts())})


def _patterns(field: str, book: RuleBook, node: Node) -> RuleBook:
    known: Mapping[str, re.Pattern[str]] = getattr(book.programs, field)
    return _programs(book, **{field: {**known, **{key: one.pattern() for key, one in node.mapping().items()}}})


def _sources(book: RuleBook, node: Node) -> RuleBook:
    found = tuple(item.pattern() for item in node.items())
    return _programs(book, harmless_sources=book.programs.harmless_sources + found)


def _wrappers(book: RuleBook, node: Node) -> RuleBook:
    wrappers = dict(book.programs.wrappers)
    for name, entry in node.mapping().items():
        fields = entry.mapping(
            ("options", "words", "optional", "assignments", "names", "folders", "commands", "gives", "shows", "splits")
        )
        wrappers[name] = Wrapper(
            members(fields, "options"),
            fields["words"].number() if "words" in fields else 0,
            fields["optional"].flag() if "optional" in fields else False,
            fields["assignments"].flag() if "assignments" in fields else False,
            members(fields, "names"),
            members(fields, "folders"),
            members(fields, "commands"),
            {key: one.text() for key, one in fields["gives"].mapping().items()} if "gives" in fields else {},
            fields["shows"].flag() if "shows" in fields else False,
            members(fields, "splits"),
        )
    return _programs(book, wrappers=wrappers)


def _clearing(book: RuleBook, node: Node) -> RuleBook:
    clearing = dict(book.programs.clearing)
    for name, entry in node.mapping().items():
        fields = entry.mapping(("options", "unless"))
        clearing[name] = Clearing(members(fields, "options"), members(fields, "unless"))
    return _programs(book, clearing=clearing)


def _writers(book: RuleBook, node: Node) -> RuleBook:
    writers = dict(book.programs.writers)
    for name, entry in node.mapping().items():
        fields = entry.mapping(("words", "only", "options"))
        words = fields["words"].choice(("last", "all")) if "words" in fields else ""
        writers[name] = Writer(words, members(fields, "only"), members(fields, "options"))
    return _programs(book, writers=writers)


def _by_program(field: str, book: RuleBook, node: Node) -> RuleBook:
    found = {name: texts.texts() for name, texts in node.mapping().items()}
    return _programs(book, **{field: {**getattr(book.programs, field), **found}})


def _services(book: RuleBook, node: Node) -> RuleBook:
    services = dict(book.programs.services)
    for name, words in node.mapping().items():
        services[name] = services.get(name, frozenset()) | set(words.texts())
    return _programs(book, services=services)


def _containers(book: RuleBook, node: Node) -> RuleBook:
    found = {name: {key: one.texts() for key, one in each.mapping().items()} for name, each in node.mapping().items()}
    return _programs(book, containers={**book.programs.containers, **found})


def _globs(field: str, book: RuleBook, node: Node) -> RuleBook:
    return _programs(book, **{field: (*getattr(book.programs, field), *node.texts())})


@cache
def readers() -> tuple[str, ...]:
    """The frontends that read files that programs run: modules and packages with `read(request)` and
    `verified(before, after, edits)`. None is loaded for it."""
    folder = Path(__file__).parents[1] / "frontends"
    files = {path.stem: path for path in folder.glob("*.py")} | {p.parent.name: p for p in folder.glob("*/__init__.py")}
    return tuple(sorted(name for name, path in files.items() if len(_READS.findall(path.read_text("utf-8"))) == 2))


def _launchers(book: RuleBook, node: Node) -> RuleBook:
    launchers = dict(book.programs.launchers)
    for name, entry in node.mapping().items():
        fields = entry.mapping(
            ("reader", "programs", "files", "endings", *_WORDS, "people", "upward", "hooks", *_LATER)
        )
        for key in ("reader", "programs"):
            if key not in fields:
                raise entry.error(f"has no `{key}`; add it")
        launchers[name] = Launcher(
            name,
            fields["reader"].choice(readers()),
            members(fields, "programs"),
            fields["files"].texts() if "files" in fields else (),
            fields["endings"].texts() if "endings" in fields else (),
            people=fields["people"].flag() if "people" in fields else False,
            upward=fields["upward"].flag() if "upward" in fields else False,
            hooks={key: one.texts() for key, one in fields["hooks"].mapping().items()} if "hooks" in fields else {},
            tracing={key: one.pattern() for key, one in fields["tracing"].mapping().items()}
            if "tracing" in fields
            else {},
            startup={key: one.text() for key, one in fields["startup"].mapping().items()}
            if "startup" in fields
            else {},
            partly=fields["partly"].flag() if "partly" in fields else False,
            **{key: members(fields, key) for key in _WORDS},
        )
    return _programs(book, launchers=launchers)


SECTIONS: Mapping[str, Callable[[RuleBook, Node], RuleBook]] = {
    "wrappers": _wrappers,
    "clearing": _clearing,
    "writers": _writers,
    "launchers": _launchers,
    "untold": partial(_by_program, "files_untold"),
    "modules": partial(_by_program, "modules"),
    "revisions": partial(_by_program, "revisions"),
    "services": _services,
    "documents": partial(_globs, "documents"),
    "manifests": partial(_globs, "manifests"),
    "containers": _containers,
    **{
        name: partial(_patterns, name.replace("-", "_"))
        for name in ("filters", "starting", "image-ids", "image-digests", "reading")
    },
    "harmless-sources": _sources,
    **{name: partial(_listed, name.replace("-", "_")) for name in _SETS},
}
