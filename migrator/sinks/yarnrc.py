"""The settings of yarn, from version 2 on: a `.yarnrc.yml` of the repository, what a script writes there, and what
`yarn config set` is told.

https://yarnpkg.com/configuration/yarnrc
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.paths import only
from migrator.ir.values import Alternative, Literal, Value
from migrator.rulebook.records import RuleBook
from migrator.sinks.npmrc import place_of
from migrator.text.patterns import regex
from migrator.text.source import Source
from migrator.text.yaml import Mapping, Scalar, YamlError, read_yaml

YARN = "yarn"
"""The program, and the name of the client in the rules."""
FILE = ".yarnrc.yml"
HOME = f"~/{FILE}"
IDENT = "npmAuthIdent"
TOKEN = "npmAuthToken"
SERVER, PUBLISHING = "npmRegistryServer", "npmPublishRegistry"
GROUPS = {"npmScopes": "@", "npmRegistries": ""}
_PIECE = regex("\ue000([0-9]{1,6})\ue001")
_KEY = regex(r"""npm(Scopes|Registries)(?:\.([\w-]{1,100})|\[["']([^"'\]]{1,400})["']\])\.(\w{1,60})""")
_HOME_SWITCHES = frozenset({"-H", "--home"})
_KIND = "a .yarnrc.yml"


class YarnSetting(Struct, frozen=True, eq=False):
    """What `name` is set to in the file at `place`, by `command`, None where the repository has it. `of` is the scope
    (`@acme`) or the registry (`//registry.example/acme`) that it is for, '' for all that have none of their own."""

    place: str
    of: str
    name: str
    value: Value
    command: Command | None = None


class YarnSettings(Struct, frozen=True):
    """What yarn is told; `doubts` say why there may be more."""

    known: tuple[YarnSetting, ...]
    doubts: tuple[str, ...]

    def of(self, group: str, *names: str) -> list[YarnSetting]:
        return [one for one in self.known if one.of == group and one.name in names]


def yarn_settings(flow: Flow, book: RuleBook, file: Callable[[str], str | None]) -> YarnSettings:
    """`file` gives the text of a file of the repository."""
    known: list[YarnSetting] = []
    doubts: list[str] = []
    for path in _committed(flow):
        text = file(path)
        found = read_settings((Literal(text),)) if text is not None else []
        if found is None:
            doubts.append(f"patless can't read {path}")
        known += [YarnSetting(path, *one) for one in found or ()]
    for command in flow.commands:
        for place, settings in _said(command, book):
            if place is None or settings is None:
                doubts.append(f"`{command.name}` writes settings of yarn that patless can't tell")
            else:
                known += [YarnSetting(place, *one, command) for one in settings]
    return YarnSettings(tuple(known), tuple(doubts))


Settings = list[tuple[str, str, Value]]
"""What each is for, its name, and its value."""


def read_settings(row: Alternative) -> Settings | None:
    """The settings in the text of a file, of which some parts may not be known; None for one that cannot be read."""
    if any(isinstance(piece, Literal) and "\ue000" in piece.text for piece in row):
        return None
    text = "".join(
        piece.text if isinstance(piece, Literal) else f"\ue000{number}\ue001" for number, piece in enumerate(row)
    )
    try:
        root = read_yaml(Source(FILE, text), _KIND)
    except YamlError:
        return None
    if root is None:
        return []
    return _settings(root, row) if isinstance(root, Mapping) else None


def _settings(root: Mapping, row: Alternative) -> Settings | None:
    found: Settings = []
    for key, item in root.items():
        if key in GROUPS and isinstance(item.node, Mapping):
            for inner, one in item.node.items():
                group = _value(inner, row).symbol()
                if group is None or not isinstance(one.node, Mapping):
                    return None
                of = GROUPS[key] + (_address(group) if key == "npmRegistries" else group)
                each = ((name, value.node) for name, value in one.node.items())
                found += [(of, name, _value(node.value, row)) for name, node in each if isinstance(node, Scalar)]
        elif isinstance(item.node, Scalar):
            found.append(("", key, _value(item.node.value, row)))
    return None if any(_PIECE.search(name) for _, name, _ in found) else found


def _value(text: str, row: Alternative) -> Value:
    parts = _PIECE.split(text)
    pieces = (row[int(one)] if number % 2 else Literal(one) for number, one in enumerate(parts) if one)
    return Value.of(*pieces)


def _address(key: str) -> str:
    """A registry as it is compared: without the scheme and a slash at the end."""
    return f"//{key.partition('//')[2]}".rstrip("/") if "//" in key else key


def address_of(value: Value) -> str:
    """The registry that a setting names: `//HOST/PATH`, `${NAME}` for variables; '' for none that is known."""
    text = value.symbol() or ""
    return _address(text) if "//" in text else ""


def _committed(flow: Flow) -> list[str]:
    """Where yarn looks for the file: where it is called, and in the folders around."""
    found = {""}
    for command in flow.commands:
        folder = only(command.folders) if command.name == YARN else ""
        while folder:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return [posixpath.join(one, FILE) for one in sorted(found)]


def _said(command: Command, book: RuleBook) -> Iterator[tuple[str | None, Settings | None]]:
    """What a command writes into such a file, and where; None for what is not known."""
    for output in command.outputs:
        if FILE in (posixpath.basename(text) for text in output.path.texts):
            rows = output.content.alternatives
            escaped = any(isinstance(one, Literal) and "\\" in one.text for one in output.content.pieces)
            yield place_of(output, FILE, book), read_settings(rows[0]) if len(rows) == 1 and not escaped else None
    words = [argument.value for argument in command.arguments]
    if command.name == YARN and not command.followed and [one.text for one in words[:2]] == ["config", "set"]:
        switches = [one.text for one in words[2:] if (one.text or "").startswith("-")]
        rest = [one for one in words[2:] if one.text not in switches]
        key = rest[0].text if len(rest) == 2 and _HOME_SWITCHES.issuperset(switches) else None
        told = key is not None and len(rest[1].alternatives) == 1
        yield HOME if switches else FILE, [(*_key(key or ""), rest[1])] if told else None


def _key(text: str) -> tuple[str, str]:
    """What a key of `yarn config set` is for, and the name that is set."""
    match = _KEY.fullmatch(text)
    if match is None:
        return "", text
    group, plain, quoted, name = match.groups()
    return (f"@{plain or quoted}" if group == "Scopes" else _address(plain or quoted)), name
