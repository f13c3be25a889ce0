"""The sections of rule files, as records added to a RuleBook.

Every file may hold any of the sections; one that says `what` is a rule, its id is its file name. Errors name file,
line and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from migrator.findings.records import Severity, Verdict
from migrator.rulebook import clients as rule_clients
from migrator.rulebook import program_sections
from migrator.rulebook.documents import Document, Node, members
from migrator.rulebook.records import (
    BuiltIn,
    Example,
    PasswordOption,
    PushPipe,
    ReasonEntry,
    Registry,
    Rule,
    RuleBook,
    Runners,
)
from migrator.text.patterns import regex

_WAYS = ("mine", "file", "otherwise", "described", "not-mine", "ask", "fleet")
_ID = regex(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def added(book: RuleBook, paths: Iterable[Path]) -> RuleBook:
    """What rule files add to a book. Raises RuleError."""
    for path in paths:
        book = _add(Document(path), book)
    return book


def _add(document: Document, book: RuleBook) -> RuleBook:
    sections: dict[str, Callable[[RuleBook, Node], RuleBook]] = {
        "registries": _registries,
        "clients": lambda b, n: rule_clients.clients(b, n, document.path.stem if "what" in entries else ""),
        "tokens": lambda b, n: replace(b, tokens=b.tokens + tuple(i.pattern() for i in n.items())),
        "passwords": lambda b, n: replace(b, passwords=b.passwords + tuple(map(_passwords, n.items()))),
        "built-in": _built_in,
        "outputs-variable": lambda book, node: replace(book, outputs_variable=node.text()),
        "runners": _runners,
        "escapes": rule_clients.escapes,
        "push-pipe": _push_pipe,
        "reasons": _reasons,
        **program_sections.SECTIONS,
    }
    described = ("what", "why", "url", "severity", "examples")
    entries = document.root.mapping((*sections, *described))
    for key, node in entries.items():
        if key in sections:
            book = sections[key](book, node)
    if "what" in entries:
        rule = _rule(document, entries)
        book = replace(book, rules={**book.rules, rule.id: rule})
    elif extra := next((entries[key] for key in described if key in entries), None):
        raise extra.error("needs `what` beside it; a file with `what` is a rule")
    return book


def _passwords(node: Node) -> PasswordOption:
    fields = node.mapping(("programs", "options", "between", "word", "stdin"))
    if "programs" not in fields:
        raise node.error("the password has no `programs`; add it")
    if fields.keys().isdisjoint(("options", "word", "stdin")):
        raise node.error("the password has no `options`; add it")
    return PasswordOption(
        fields["programs"].texts(),
        fields["options"].texts() if "options" in fields else (),
        fields["between"].text() if "between" in fields else "",
        fields["word"].number() if "word" in fields else 0,
        fields["stdin"].flag() if "stdin" in fields else False,
    )


def _rule(document: Document, entries: dict[str, Node]) -> Rule:
    if not _ID.fullmatch(document.path.stem):
        raise document.root.error(
            f"the file name {document.path.name} is the rule's id; use small letters, digits and hyphens"
        )
    for key in ("why", "url"):
        if key not in entries:
            raise document.root.error(f"the rule has no `{key}`; add it")
    severity = entries["severity"].choice([s.value for s in Severity]) if "severity" in entries else "warning"
    examples = tuple(_example(item) for item in entries["examples"].items()) if "examples" in entries else ()
    return Rule(
        document.path.stem,
        entries["what"].text().strip(),
        entries["why"].text().strip(),
        entries["url"].text(),
        Severity(severity),
        examples,
    )


def _example(node: Node) -> Example:
    entries = node.mapping(("title", "before", "after", "reasons"))
    for key in ("title", "before"):
        if key not in entries:
            raise node.error(f"has no `{key}`; add it")
    return Example(
        entries["title"].text(),
        entries["before"].text(),
        entries["after"].text() if "after" in entries else None,
        entries["reasons"].texts() if "reasons" in entries else (),
    )


def _registries(book: RuleBook, node: Node) -> RuleBook:
    registries = list(book.registries)
    for name, entry in node.mapping().items():
        fields = entry.mapping(("hosts", "mention", "username", "password", "default"))
        for key in ("hosts", "mention", "username", "password"):
            if key not in fields:
                raise entry.error(f"has no `{key}`; add it")
        registries = [registry for registry in registries if registry.name != name]
        registries.append(
            Registry(
                name,
                members(fields, "hosts"),
                fields["mention"].text(),
                fields["username"].text(),
                fields["password"].text(),
                fields["default"].flag() if "default" in fields else False,
            )
        )
    return replace(book, registries=tuple(registries))


def _push_pipe(book: RuleBook, node: Node) -> RuleBook:
    """What a rule file of the user's leaves out stays as it was."""
    texts = ("name", "image", "tags", "separator", "default-tag", "registry", "tag")
    sets = ("programs", "elsewhere", "signing")
    commands = ("idle", "local", "removes")
    fields = node.mapping((*texts, *sets, *commands))
    given: dict[str, Any] = {key: fields[key].text() for key in texts if key in fields}
    given |= {key: members(fields, key) for key in sets if key in fields}
    given |= {key: frozenset(rule_clients.words(fields[key])) for key in commands if key in fields}
    pipe = replace(book.push_pipe or PushPipe(), **{key.replace("-", "_"): value for key, value in given.items()})
    for key in ("name", "image", "tags", "default-tag", "registry", "tag"):
        if not getattr(pipe, key.replace("-", "_")):
            raise node.error(f"has no `{key}`; add it")
    return replace(book, push_pipe=pipe)


def _built_in(book: RuleBook, node: Node) -> RuleBook:
    """What a rule file of the user's leaves out stays as it was."""
    fields = node.mapping(tuple(name.replace("_", "-") for name in BuiltIn.__struct_fields__))
    given = {key.replace("-", "_"): value.text() for key, value in fields.items() if key != "others"}
    others = tuple(sorted(members(fields, "others"))) or book.built_in.others
    return replace(book, built_in=replace(book.built_in, others=others, **given))


def _runners(book: RuleBook, node: Node) -> RuleBook:
    fields = node.mapping(("docker", "any", "shell", "windows"))
    old = book.runners
    return replace(
        book,
        runners=Runners(
            old.docker | members(fields, "docker"),
            old.any | members(fields, "any"),
            old.shell | members(fields, "shell"),
            old.windows | members(fields, "windows"),
        ),
    )


def _reasons(book: RuleBook, node: Node) -> RuleBook:
    reasons = dict(book.reasons)
    for code, entry in node.mapping().items():
        fields = entry.mapping(("verdict", "what", "why", "package", *_WAYS))
        for key in ("verdict", "what", "why"):
            if key not in fields:
                raise entry.error(f"has no `{key}`; add it")
        ways = {key: fields[key].text() if key in fields else "" for key in _WAYS}
        package = reasons[fields["package"].choice(sorted(reasons))] if "package" in fields else None
        verdict = Verdict(fields["verdict"].choice([verdict.value for verdict in Verdict]))
        reasons[code] = ReasonEntry(
            code,
            verdict,
            fields["what"].text(),
            fields["why"].text().strip(),
            ways["mine"],
            ways["file"],
            ways["otherwise"],
            ways["described"],
            ways["not-mine"],
            ways["ask"],
            ways["fleet"],
            package,
        )
    return replace(book, reasons=reasons)
