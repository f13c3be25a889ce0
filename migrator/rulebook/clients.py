"""Sections of rule files about sinks: the clients of registries, and the commands that take a credential away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from migrator.rulebook.documents import Node, members
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import (
    Action,
    BakeSyntax,
    BuildSyntax,
    Channel,
    Client,
    ClientCommand,
    ComposeSyntax,
    Escape,
    LoginFile,
    Role,
    Slot,
)

_WHICH = ("first", "last", "rest", "all", "any")
_ROLES: Mapping[Action, tuple[Role, ...]] = {
    Action.STORE: (Role.HOST, Role.USERNAME, Role.PASSWORD),
    Action.USE: (Role.USERNAME, Role.PASSWORD, Role.CREDENTIAL),
    **dict.fromkeys((Action.NAME, Action.PULL, Action.READ, Action.PUSH), (Role.IMAGE,)),
    Action.LEAVE: (Role.HOST, Role.CREDENTIAL, Role.LOGIN, Role.LOGIN_FILE, Role.SCRIPT),
}
_CHANNELS = tuple(channel for channel in Channel if channel is not Channel.FILE)
_COMMAND = tuple(action for action in _ROLES if action is not Action.LEAVE)
_MOVES = (Channel.OPTION, Channel.ENVIRONMENT)
"""How a client is told to keep its logins elsewhere."""


def words(node: Node) -> tuple[tuple[str, ...], ...]:
    """Commands as they are written, `image push`, as their words."""
    return tuple(tuple(text.split()) for text in node.texts())


def clients(book: RuleBook, node: Node, rule: str) -> RuleBook:
    """`rule` is what the logins of these clients are reported under, '' for the rule of all logins."""
    found = dict(book.clients)
    for name, entry in node.mapping().items():
        fields = entry.mapping(("programs", "options", "subclients", "login-file", "commands"))
        if "programs" not in fields:
            raise entry.error("has no `programs`; name the programs that have this command line")
        subclients = fields["subclients"].mapping() if "subclients" in fields else {}
        found[name] = Client(
            name,
            members(fields, "programs"),
            members(fields, "options"),
            {key: value.text() for key, value in subclients.items()},
            _login_file(fields["login-file"]) if "login-file" in fields else LoginFile(),
            tuple(_command(item) for item in fields["commands"].items()) if "commands" in fields else (),
            rule,
        )
    return replace(book, clients=found)


def _login_file(node: Node) -> LoginFile:
    fields = node.mapping((*_MOVES, "paths", "folders", "home", "marks", "inline"))
    paths, folders = (
        tuple(item.pattern() for item in fields[key].items()) if key in fields else () for key in ("paths", "folders")
    )
    slots = _channels(Action.STORE, Role.LOGIN_FILE, {key: fields[key] for key in fields if key in _MOVES})
    marks, inline = (fields[key].texts() if key in fields else () for key in ("marks", "inline"))
    return LoginFile(tuple(slots), paths, folders, fields["home"].text() if "home" in fields else "", marks, inline)


def _command(node: Node) -> ClientCommand:
    others = ("transport", "publishes", "build", "compose", "bake", "unreadable", "unseen", "archive")
    fields = node.mapping(("words", "options", *_COMMAND, *others))
    if "words" not in fields:
        raise node.error("has no `words`; name the sub-commands, or write `words: []` where the client has none")
    slots = tuple(slot for action in _COMMAND if action in fields for slot in _slots(action, fields[action]))
    if Action.STORE in fields and not any(slot.role is Role.PASSWORD for slot in slots):
        raise fields[Action.STORE].error("has no `password`; say where the password is given")
    return ClientCommand(
        words(fields["words"]) or ((),),
        members(fields, "options"),
        slots,
        fields["transport"].text() if "transport" in fields else "",
        _build(fields["build"]) if "build" in fields else None,
        _compose(fields["compose"]) if "compose" in fields else None,
        fields["unreadable"].text() if "unreadable" in fields else "",
        members(fields, "publishes"),
        fields["unseen"].flag() if "unseen" in fields else False,
        fields["archive"].choice(_WHICH) if "archive" in fields else "",
        _bake(fields["bake"]) if "bake" in fields else None,
    )


def _slots(action: Action, node: Node) -> Iterator[Slot]:
    for role, entry in node.mapping(_ROLES[action]).items():
        yield from _channels(action, Role(role), entry.mapping(_CHANNELS))


def _channels(action: Action, role: Role, fields: Mapping[str, Node]) -> Iterator[Slot]:
    for key, node in fields.items():
        channel = Channel(key)
        match channel:
            case Channel.WORD:
                takes: tuple[str, ...] = (node.choice(_WHICH),)
            case Channel.DEFAULT:
                takes = (node.text(),)
            case Channel.STDIN:
                takes = node.switches()
            case _:
                takes = node.texts()
        yield Slot(action, role, channel, takes)


def _build(node: Node) -> BuildSyntax:
    names = ("file", "argument", "target", "tag", "cache", "cache-push", "context", "push", "output")
    fields = node.mapping(names)
    return BuildSyntax(*(members(fields, name) for name in names))


def _bake(node: Node) -> BakeSyntax:
    fields = node.mapping(("file", "push", "unread"))
    return BakeSyntax(*(members(fields, name) for name in ("file", "push", "unread")))


def _compose(node: Node) -> ComposeSyntax:
    fields = node.mapping(("file", "folder", "read", "build", "push", "push-switch", "build-switch"))
    flags = {key: fields[key].flag() if key in fields else False for key in ("read", "build", "push")}
    switches = (members(fields, "push-switch"), members(fields, "build-switch"))
    told = members(fields, "file"), members(fields, "folder")
    return ComposeSyntax(*told, flags["read"], flags["build"], flags["push"], *switches)


def escapes(book: RuleBook, node: Node) -> RuleBook:
    found = {escape.name: escape for escape in book.escapes}
    for name, entry in node.mapping().items():
        fields = entry.mapping(("program", "words", Action.LEAVE, "what"))
        for key in ("program", Action.LEAVE, "what"):
            if key not in fields:
                raise entry.error(f"has no `{key}`; add it")
        found.pop(name, None)
        found[name] = Escape(
            name,
            frozenset(fields["program"].several()),
            fields["words"].texts() if "words" in fields else (),
            tuple(_slots(Action.LEAVE, fields[Action.LEAVE])),
            fields["what"].text(),
        )
    return replace(book, escapes=tuple(found.values()))
