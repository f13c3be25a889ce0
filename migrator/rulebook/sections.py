"""What rule files add to a book. Each may hold any section, and one that says `what` is a rule: its name is the id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from migrator.rulebook.documents import RuleFile
from migrator.rulebook.programs import Programs
from migrator.rulebook.records import BuiltIn, PushPipe, Rule, RuleBook, Runners, Sections
from migrator.text.decoding import spelt
from migrator.text.patterns import regex

_ID = regex(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def added(book: RuleBook, paths: Iterable[Path], foreign: bool = False) -> RuleBook:
    """What rule files add to a book; those that are `foreign` are not built in. Raises RuleError."""
    for path in paths:
        book = _add(RuleFile(path, foreign), book)
    return book


def _add(document: RuleFile, book: RuleBook) -> RuleBook:
    described, programs, sections = map(spelt, (Rule, Programs, Sections))
    for key in document.keys:
        if key not in (known := {**sections, **programs, **described}):
            raise document.error([key], f"is not known; known here: {', '.join(sorted(known))}")
    said = _named(document, document.read(Sections, sections))
    book = _joined(replace(book, programs=_joined(book.programs, document.read(Programs, programs))), said)
    if "what" in document.keys:
        rule = _rule(document, document.read(Rule, described, "the rule"))
        return replace(book, rules={**book.rules, rule.id: rule})
    for key in document.keys:
        if key in described:
            raise document.error([key], "needs `what` beside it; a file with `what` is a rule")
    return book


def _rule(document: RuleFile, rule: Rule) -> Rule:
    name = document.path.stem
    if not _ID.fullmatch(name):
        raise document.error(
            (), f"the file name {document.path.name} is the rule's id; use small letters, digits and hyphens", ""
        )
    return replace(rule, id=name, what=rule.what.strip(), why=rule.why.strip())


def _named(document: RuleFile, said: Sections) -> Sections:
    """With the names that keys give to records, and the rule that logins of clients in the file of one belong to."""
    rule = document.path.stem if "what" in document.keys else ""
    return replace(
        said,
        reasons={code: replace(one, code=code, why=one.why.strip()) for code, one in said.reasons.items()},
        registries={name: replace(one, name=name) for name, one in said.registries.items()},
        clients={name: replace(one, name=name, rule=rule) for name, one in said.clients.items()},
        escapes={name: replace(one, name=name) for name, one in said.escapes.items()},
        package_clients={name: replace(one, rule=rule) for name, one in said.package_clients.items()},
        indexes={name: replace(one, rule=rule) for name, one in said.indexes.items()},
    )


def _joined(old: Any, new: Any) -> Any:
    """What two files say of one thing: sets and lists of both, and of all else what the later one says."""
    match new:
        case BuiltIn() | PushPipe() if old:
            blank = type(new)()
            told = {name: getattr(new, name) for name in new.__struct_fields__}
            return replace(old, **{name: one for name, one in told.items() if one != getattr(blank, name)})
        case Programs() | Sections() | Runners():
            return replace(old, **{one: _joined(getattr(old, one), getattr(new, one)) for one in new.__struct_fields__})
        case frozenset():
            return old | new
        case tuple():
            return old + new
        case Mapping():
            sets = {name: old[name] | one for name, one in new.items() if isinstance(one, frozenset) and name in old}
            return {**old, **new, **sets}
    return new or old
