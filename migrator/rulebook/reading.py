"""Read rule files into a RuleBook. Built-in rules ship with the package; `directories` add to them.

Every file may hold any of the sections; one that says `what` is a rule, its id is its file name. Errors name file,
line and key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

import migrator
from migrator.findings.records import Severity, Verdict
from migrator.rulebook import programs as rule_programs
from migrator.rulebook.documents import Document, Node, RuleError, members
from migrator.rulebook.records import (
    BuildSyntax,
    BuiltIn,
    Client,
    ComposeSyntax,
    Escape,
    Example,
    LoginSyntax,
    PackageCommand,
    PushPipe,
    ReasonEntry,
    Registry,
    Rule,
    RuleBook,
    Runners,
)

_WAYS = ("mine", "otherwise", "not-mine", "ask", "fleet")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def built_in() -> Path:
    """The folder of the rules that ship with the package, also in an editable installation."""
    package = Path(migrator.__file__).parent
    inside = package / "_rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load(directories: Sequence[Path] = ()) -> RuleBook:
    """The built-in rules and those of the given directories. Raises RuleError."""
    book = _load_built_in()
    for directory in directories:
        if not directory.is_dir():
            raise RuleError(f"{directory}: there is no such directory of rules; check --rules and the configuration")
        book = _add_directory(book, directory)
    return book


@lru_cache(maxsize=1)
def _load_built_in() -> RuleBook:
    return _add_directory(RuleBook(), built_in())


def files(directory: Path) -> list[Path]:
    """The rule files of a directory, in the order in which they are read."""
    return sorted({*directory.glob("*.yml"), *directory.glob("*.yaml"), *directory.glob("clients/*.yml")})


def _add_directory(book: RuleBook, directory: Path) -> RuleBook:
    paths = files(directory)
    if not paths:
        raise RuleError(f"{directory}: the directory holds no rule file (*.yml)")
    for path in paths:
        book = _add(Document(path), book)
    return book


def _add(document: Document, book: RuleBook) -> RuleBook:
    sections: dict[str, Callable[[RuleBook, Node], RuleBook]] = {
        "registries": _registries,
        "clients": lambda b, n: _clients(b, n, document.path.stem if "what" in entries else ""),
        "login-files": lambda b, n: replace(b, login_files=b.login_files + tuple(i.pattern() for i in n.items())),
        "tokens": lambda b, n: replace(b, tokens=b.tokens + tuple(i.pattern() for i in n.items())),
        "built-in": _built_in,
        "outputs-variable": lambda book, node: replace(book, outputs_variable=node.text()),
        "runners": _runners,
        "escapes": _escapes,
        "push-pipe": _push_pipe,
        "reasons": _reasons,
        **rule_programs.SECTIONS,
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


def _commands(node: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(text.split()) for text in node.texts())


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


def _clients(book: RuleBook, node: Node, rule: str) -> RuleBook:
    clients = dict(book.clients)
    for name, entry in node.mapping().items():
        fields = entry.mapping(("programs", "options", "subclients", "config", "login", "commands"))
        if "programs" not in fields:
            raise entry.error("has no `programs`; name the programs that have this command line")
        config = fields["config"].mapping(("options", "variables")) if "config" in fields else {}
        subclients = fields["subclients"].mapping() if "subclients" in fields else {}
        clients[name] = Client(
            name,
            members(fields, "programs"),
            members(fields, "options"),
            {key: value.text() for key, value in subclients.items()},
            members(config, "options"),
            config["variables"].texts() if "variables" in config else (),
            _login(fields["login"]) if "login" in fields else None,
            tuple(_command(item) for item in fields["commands"].items()) if "commands" in fields else (),
            rule,
        )
    return replace(book, clients=clients)


def _login(node: Node) -> LoginSyntax:
    fields = node.mapping(("commands", "username", "password", "stdin", "options", "host", "registry"))
    if "password" not in fields and "stdin" not in fields:
        raise node.error("has neither `password` nor `stdin`; say where the password is given")
    return LoginSyntax(
        _commands(fields["commands"]) if "commands" in fields else ((),),
        members(fields, "username"),
        members(fields, "password"),
        members(fields, "stdin"),
        members(fields, "options"),
        members(fields, "host"),
        fields["registry"].text() if "registry" in fields else "",
    )


_WHICH = ("first", "last", "rest", "all")


def _command(node: Node) -> PackageCommand:
    names = ("words", "options", "push", "read", "local", "push-options", "read-options", "transport", "build",
             "compose", "unreadable")  # fmt: skip
    fields = node.mapping(names)
    if "words" not in fields:
        raise node.error("has no `words`; name the sub-commands")
    which = {key: fields[key].choice(_WHICH) if key in fields else "" for key in ("push", "read", "local")}
    return PackageCommand(
        _commands(fields["words"]),
        members(fields, "options"),
        which["push"],
        which["read"],
        which["local"],
        members(fields, "push-options"),
        members(fields, "read-options"),
        fields["transport"].text() if "transport" in fields else "",
        _build(fields["build"]) if "build" in fields else None,
        _compose(fields["compose"]) if "compose" in fields else None,
        fields["unreadable"].text() if "unreadable" in fields else "",
    )


def _build(node: Node) -> BuildSyntax:
    names = ("file", "argument", "target", "tag", "cache", "cache-push", "context", "push", "output")
    fields = node.mapping(names)
    return BuildSyntax(*(members(fields, name) for name in names))


def _compose(node: Node) -> ComposeSyntax:
    fields = node.mapping(("file", "read", "build", "push", "push-switch", "build-switch"))
    flags = {key: fields[key].flag() if key in fields else False for key in ("read", "build", "push")}
    switches = (members(fields, "push-switch"), members(fields, "build-switch"))
    return ComposeSyntax(members(fields, "file"), flags["read"], flags["build"], flags["push"], *switches)


def _escapes(book: RuleBook, node: Node) -> RuleBook:
    escapes = list(book.escapes)
    for name, entry in node.mapping().items():
        fields = entry.mapping(("program", "words", "hosts", "values", "switches", "remote", "files", "what"))
        for key in ("program", "what"):
            if key not in fields:
                raise entry.error(f"has no `{key}`; add it")
        escapes = [escape for escape in escapes if escape.name != name]
        escapes.append(
            Escape(
                name,
                fields["program"].text(),
                fields["words"].texts() if "words" in fields else (),
                members(fields, "hosts"),
                members(fields, "values"),
                members(fields, "switches"),
                fields["remote"].flag() if "remote" in fields else False,
                fields["files"].flag() if "files" in fields else False,
                fields["what"].text(),
            )
        )
    return replace(book, escapes=tuple(escapes))


def _push_pipe(book: RuleBook, node: Node) -> RuleBook:
    """What a rule file of the user's leaves out stays as it was."""
    texts = ("name", "image", "tags", "separator", "default-tag", "registry", "tag")
    sets = ("programs", "elsewhere", "signing")
    commands = ("idle", "local", "removes")
    fields = node.mapping((*texts, *sets, *commands))
    given: dict[str, Any] = {key: fields[key].text() for key in texts if key in fields}
    given |= {key: members(fields, key) for key in sets if key in fields}
    given |= {key: frozenset(_commands(fields[key])) for key in commands if key in fields}
    pipe = replace(book.push_pipe or PushPipe(), **{key.replace("-", "_"): value for key, value in given.items()})
    for key in ("name", "image", "tags", "default-tag", "registry", "tag"):
        if not getattr(pipe, key.replace("-", "_")):
            raise node.error(f"has no `{key}`; add it")
    return replace(book, push_pipe=pipe)


def _built_in(book: RuleBook, node: Node) -> RuleBook:
    """What a rule file of the user's leaves out stays as it was."""
    fields = node.mapping(tuple(name.replace("_", "-") for name in BuiltIn.__struct_fields__))
    given = {key.replace("-", "_"): value.text() for key, value in fields.items()}
    return replace(book, built_in=replace(book.built_in, **given))


def _runners(book: RuleBook, node: Node) -> RuleBook:
    fields = node.mapping(("docker", "shell", "windows"))
    old = book.runners
    return replace(
        book,
        runners=Runners(
            old.docker | members(fields, "docker"),
            old.shell | members(fields, "shell"),
            old.windows | members(fields, "windows"),
        ),
    )


def _reasons(book: RuleBook, node: Node) -> RuleBook:
    reasons = dict(book.reasons)
    for code, entry in node.mapping().items():
        fields = entry.mapping(("verdict", "what", "why", *_WAYS))
        for key in ("verdict", "what", "why"):
            if key not in fields:
                raise entry.error(f"has no `{key}`; add it")
        ways = {key: fields[key].text() if key in fields else "" for key in _WAYS}
        verdict = Verdict(fields["verdict"].choice([verdict.value for verdict in Verdict]))
        reasons[code] = ReasonEntry(
            code,
            verdict,
            fields["what"].text(),
            fields["why"].text().strip(),
            ways["mine"],
            ways["otherwise"],
            ways["not-mine"],
            ways["ask"],
            ways["fleet"],
        )
    return replace(book, reasons=reasons)
