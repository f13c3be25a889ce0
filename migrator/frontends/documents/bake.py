"""What a bake file builds, where all of it is plain.

Source: https://docs.docker.com/build/bake/reference/. Of HCL this reads blocks `group`, `target` and `variable` with
texts, lists and maps of texts; `${NAME}` is the one thing that a text may hold. Whatever else stands in a file makes
all of it unread. Nothing here recurses, and every character is looked at a fixed number of times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.text.patterns import regex

_MOST = 256 * 1024
_MOST_TARGETS = 256
_KINDS = ("group", "target", "variable")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_TOKEN = regex(
    r"""(?P<blank>[ \t\r\n]+|(?:\#|//)[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)"""
    r"""|(?P<text>"(?:[^"\\\n]|\\[^\n])*")"""
    r"""|(?P<long><<-?(?P<end>[A-Za-z_]\w*)\r?\n)"""
    r"""|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"""
    r"""|(?P<number>[0-9]+(?![.\w]))"""
    r"""|(?P<sign>[][{}=,:])"""
)
_PART = regex(r"\$\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}|\\(.)|([^\\$%]+)|([$%](?![{$%]))", re.DOTALL)
_SINGLE = frozenset({"context", "dockerfile", "dockerfile-inline", "target"})
_SEVERAL = frozenset({"inherits", "tags", "cache-from", "cache-to", "output"})
_MAPPED = frozenset({"args", "contexts"})
_IDLE = frozenset(
    {"annotations", "attest", "description", "entitlements", "extra-hosts", "labels", "network", "no-cache"}
    | {"no-cache-filter", "platforms", "pull", "secret", "shm-size", "ssh", "ulimits"}
)
"""Attributes that name no image."""


class BakeError(Exception):
    """A bake file that is not read; `line` is 0 where no line is to blame."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


class BakeName(Struct, frozen=True):
    """A variable within a text."""

    name: str


BakeText = tuple[str | BakeName, ...]
_Item = BakeText | None | list["BakeText | None"] | dict[str, "BakeText | None"]


class BakeTarget(Struct, frozen=True):
    """A target with all that it inherits. An argument of None is taken from the environment."""

    name: str
    single: Mapping[str, BakeText]
    several: Mapping[str, tuple[BakeText, ...]]
    mapped: Mapping[str, Mapping[str, BakeText | None]]


class BakeFile(Struct, frozen=True):
    """The blocks of a file. A variable of None has no default."""

    groups: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, BakeTarget]
    variables: Mapping[str, str | None]

    def chosen(self, names: Sequence[str]) -> tuple[BakeTarget, ...] | None:
        """The targets of these names and groups; None where one is not in the file."""
        found: dict[str, BakeTarget] = {}
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if (name in self.groups) == (name in self.targets):
                return None
            waiting += self.groups.get(name, ())
            if name in self.targets:
                found[name] = self.targets[name]
        return tuple(found.values())


_Body = tuple[int, dict[str, tuple[int, _Item]]]


def read_bake(path: str, text: str) -> BakeFile:
    """Read a file in HCL, or in JSON where it is named so."""
    if len(text) > _MOST:
        raise BakeError("the bake file is too large")
    text = text.removeprefix("\ufeff")
    bodies = _json(text) if path.endswith(".json") else _Hcl(text).blocks()
    groups: dict[str, tuple[str, ...]] = {}
    variables: dict[str, str | None] = {}
    targets: dict[str, BakeTarget] = {}
    for (kind, name), (line, body) in bodies.items():
        if kind == "group":
            allowed: frozenset[str] = frozenset({"targets", "description"})
            groups[name] = tuple(_plain(one, line) for one in _texts(body.get("targets", (line, []))))
        elif kind == "variable":
            allowed = frozenset({"default", "description"})
            default = body.get("default", (line, None))
            variables[name] = None if default[1] is None else _plain(_text(default), default[0])
        else:
            allowed = _SINGLE | _SEVERAL | _MAPPED | _IDLE
            targets[name] = _target(name, body)
        for key, (at, _) in body.items():
            if key not in allowed:
                raise BakeError(f"`{key}` of the {kind} {name} is not read", at)
    if len(targets) > _MOST_TARGETS:
        raise BakeError("the bake file has too many targets")
    whole = _inherited(targets)
    return BakeFile(groups, whole, variables)


def _target(name: str, body: Mapping[str, tuple[int, _Item]]) -> BakeTarget:
    own = {key: value for key, value in body.items() if value[1] is not None}
    return BakeTarget(
        name,
        {key: _text(value) for key, value in own.items() if key in _SINGLE},
        {key: _texts(value) for key, value in own.items() if key in _SEVERAL},
        {key: _map(value) for key, value in own.items() if key in _MAPPED},
    )


def _inherited(targets: Mapping[str, BakeTarget]) -> dict[str, BakeTarget]:
    """The targets with what they inherit: those that inherit from others come after these."""
    whole: dict[str, BakeTarget] = {}
    bases = {name: [_plain(one, 0) for one in target.several.get("inherits", ())] for name, target in targets.items()}
    waiting = list(targets)
    while waiting:
        ready = [name for name in waiting if all(base in whole for base in bases[name])]
        if not ready:
            raise BakeError(f"what the target {waiting[0]} inherits is not found")
        for name in ready:
            whole[name] = _merged([*(whole[base] for base in bases[name]), targets[name]], name)
        waiting = [name for name in waiting if name not in whole]
    return whole


def _merged(parts: Sequence[BakeTarget], name: str) -> BakeTarget:
    """Later ones count; clients differ in what becomes of caches (here all count) and of outputs."""
    single: dict[str, BakeText] = {}
    several: dict[str, tuple[BakeText, ...]] = {}
    mapped: dict[str, dict[str, BakeText | None]] = {}
    for part in parts:
        single |= part.single
        for key, texts in part.several.items():
            if key == "output" and several.get(key, texts) != texts:
                raise BakeError(f"the target {name} has the output of several targets")
            several[key] = tuple(dict.fromkeys((*several.get(key, ()), *texts))) if key.startswith("cache") else texts
        for key, pairs in part.mapped.items():
            mapped[key] = {**mapped.get(key, {}), **pairs}
        if sum(len(one) for one in (*several.values(), *mapped.values())) > _MOST_TARGETS:
            raise BakeError(f"the target {name} has too many parts")
    return BakeTarget(name, single, several, mapped)


def _plain(text: BakeText, line: int) -> str:
    if any(isinstance(piece, BakeName) for piece in text):
        raise BakeError("a variable is where patless reads only text", line)
    return "".join(piece for piece in text if isinstance(piece, str))


def _text(item: tuple[int, _Item]) -> BakeText:
    line, value = item
    if not isinstance(value, tuple):
        raise BakeError("a text is missing", line)
    return value


def _texts(item: tuple[int, _Item]) -> tuple[BakeText, ...]:
    line, value = item
    if not isinstance(value, list):
        raise BakeError("a list is missing", line)
    return tuple(_text((line, one)) for one in value)


def _map(item: tuple[int, _Item]) -> dict[str, BakeText | None]:
    line, value = item
    if not isinstance(value, dict):
        raise BakeError("a map is missing", line)
    return value


def _template(text: str, line: int, escaped: bool) -> BakeText:
    pieces: list[str | BakeName] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        escape = found[2] if found else None
        if found is None or (escaped and escape and escape not in _ESCAPES):
            raise BakeError("an expression is not read", line)
        at = found.end()
        if found[1]:
            pieces.append(BakeName(found[1]))
        else:
            pieces.append(_ESCAPES[escape] if escape and escaped else found[0])
    return tuple(pieces)


class _Hcl:
    """The tokens of a file, one at a time, with their lines."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    def next(self) -> tuple[str, str, int]:
        token = self.tokens[self.at]
        self.at += token[0] != "end"
        return token

    def sign(self, *signs: str) -> str:
        kind, text, line = self.next()
        if kind != "sign" or text not in signs:
            raise BakeError("an expression is not read", line)
        return text

    def is_sign(self, text: str) -> bool:
        return self.tokens[self.at][:2] == ("sign", text)

    def blocks(self) -> dict[tuple[str, str], _Body]:
        found: dict[tuple[str, str], _Body] = {}
        while self.tokens[self.at][0] != "end":
            kind, word, line = self.next()
            label, name, _ = self.next()
            if kind != "name" or word not in _KINDS or label != "text":
                raise BakeError("only groups, targets and variables are read", line)
            key = word, _plain(_template(name, line, True), line)
            if key in found:
                raise BakeError(f"the {word} {key[1]} is there twice", line)
            self.sign("{")
            found[key] = line, self.body()
        return found

    def body(self) -> dict[str, tuple[int, _Item]]:
        found: dict[str, tuple[int, _Item]] = {}
        while not self.is_sign("}"):
            kind, name, line = self.next()
            if kind != "name" or name in found:
                raise BakeError("an attribute is not read", line)
            self.sign("=")
            found[name] = line, self.value()
            beside = self.tokens[self.at - 1][2] == self.tokens[self.at][2]
            if beside and self.tokens[self.at][0] != "end" and not self.is_sign("}"):
                raise BakeError("an expression is not read", line)
        self.sign("}")
        return found

    def value(self) -> _Item:
        if self.is_sign("["):
            self.next()
            items: list[BakeText | None] = []
            while not self.is_sign("]"):
                items.append(self.scalar())
                if not self.is_sign("]"):
                    self.sign(",")
            self.sign("]")
            return items
        if self.is_sign("{"):
            self.next()
            pairs: dict[str, BakeText | None] = {}
            while not self.is_sign("}"):
                kind, name, line = self.next()
                if kind not in ("name", "text"):
                    raise BakeError("a map is not read", line)
                self.sign("=", ":")
                key = _plain(_template(name, line, True), line) if kind == "text" else name
                if key in pairs:
                    raise BakeError(f"{key} is there twice", line)
                pairs[key] = self.scalar()
                if self.is_sign(","):
                    self.next()
            self.sign("}")
            return pairs
        return self.scalar()

    def scalar(self) -> BakeText | None:
        kind, text, line = self.next()
        if kind in ("text", "long"):
            return _template(text, line, kind == "text")
        if kind == "number" or (kind == "name" and text in ("true", "false")):
            return (text,)
        if kind == "name" and "-" not in text:
            return None if text == "null" else (BakeName(text),)
        raise BakeError("an expression is not read", line)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BakeError("an expression is not read", line)
        kind, shown, after = found.lastgroup or "", found[0], found.end()
        if found["long"]:
            kind = "long"
            end = re.compile(rf"^[ \t]*{found['end']}[ \t]*\r?$", re.MULTILINE).search(text, after)
            if end is None:
                raise BakeError("a text has no end", line)
            shown, after = text[after : end.start()], end.end()
        if kind != "blank":
            yield kind, shown[1:-1] if kind == "text" else shown, line
        line += text.count("\n", at, after)
        at = after
    yield "end", "", line


def _json(text: str) -> dict[tuple[str, str], _Body]:
    try:
        root = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BakeError("the bake file is not plain JSON", getattr(error, "lineno", 0)) from None
    found: dict[tuple[str, str], _Body] = {}
    for kind, blocks in _object(root).items():
        if kind not in _KINDS:
            raise BakeError("only groups, targets and variables are read")
        for name, body in _object(blocks).items():
            found[kind, name] = 0, {key: (0, _json_value(value)) for key, value in _object(body).items()}
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise BakeError("a name is twice in the bake file")
    return dict(pairs)


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BakeError("the bake file has another shape than is read")
    return value


def _json_value(value: object) -> _Item:
    if isinstance(value, list):
        return [_json_scalar(one) for one in value]
    if isinstance(value, dict):
        return {name: _json_scalar(one) for name, one in value.items()}
    return _json_scalar(value)


def _json_scalar(value: object) -> BakeText | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _template(value, 0, False)
    if isinstance(value, bool) or (isinstance(value, int) and value.bit_length() < 64):
        return (str(value).lower(),)
    raise BakeError("the bake file has another shape than is read")
