"""What names that are put together, or read by relaxed binding, leave in a text: parts of a name, and other spellings.

It knows no language: `"MY_" + kind`, `${kind}_PAT`, `[:my, :pat]` and `${my.pat}` are told by what stands around them.
https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from migrator.secrets.references.comments import Within, within
from migrator.secrets.references.records import Doubt, OpaqueKind
from migrator.secrets.references.rules import Language
from migrator.text.patterns import regex
from migrator.text.source import Source

MOST = 50
"""The most places of one name and kind that are kept of one file."""
_NESTED = "yaml"
"""The language in which a property is spelled by keys within keys."""
_SETTINGS = "json-settings"
"""The language in which it is spelled by objects within objects."""
_JSON = regex(r'"(?P<key>[\w.:-]{1,100})"\s{0,9}:\s{0,9}(?P<opens>\{)?|[{}]', re.ASCII)
_NUMBER = r"(?:u00|U000000|[ux]\{0{0,6}|x)"
_ESCAPE = regex(rf"\\(?:{_NUMBER}[2-7][0-9a-fA-F]|(?<=\w\\)\r?\n)".encode())
_ESCAPED = regex(rf"(?:\w|\\{_NUMBER}[2-7][0-9a-fA-F]\}}?|\\\r?\n[ \t]{{0,40}}){{4,200}}", re.ASCII)
_CHARACTER = regex(rf"\\(?:{_NUMBER}([2-7][0-9a-fA-F])\}}?|\r?\n[ \t]*)")
_KEY = regex(r"^(?P<indent>[ ]*)(?:- )?(?P<key>[\w.-]{1,100})[ \t]{0,9}:(?=\s)", re.MULTILINE | re.ASCII)
_APART = regex("[._-]{1,2}")
_DEEP = 6
"""The most keys within keys that spell one name."""
_LONGEST = 12
"""The most words of a name whose inner parts are looked for."""
_SEPARATOR = regex("_+")
_BEGIN, _END = "(?<![A-Za-z0-9_])", "(?![A-Za-z0-9_])"
_BEHIND = r"""(?:(?<=["'`})\]%*/!|])|(?<=%[A-Za-z])|(?<=%>)|(?<=\$[\d@*<^])|(?<=\)s))"""
"""A quote, or the end of what is put into a text: `"_PAT"`, `${x}_PAT`, `%s_PAT`, `$1_PAT`, `%(x)s_PAT`, `*_PAT`."""
_BEFORE = r"""(?=[{$#%]|["'`]\s{0,9}(?:\+|\.\.|&(?!&)|~|<>|\.\s{0,9}[$"'(]))"""
"""What is put into a text begins, or the text ends before what joins another to it."""


_WITHIN = r"""["'`]\s{0,9}[)\]]\s{0,60}(?:[\[(]|\.\w{1,40}(?:<[^<>\n]{0,60}>)?\()\s{0,9}["'`]"""
"""What stands between a name and one within it: `["my"]["pat"]`, `GetSection("My").GetValue<string>("Pat")`."""


class Parts:
    """Looks for parts of the same names. A name of one word has none."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = [_Name(name) for name in names]
        self._needles: dict[bytes, frozenset[bytes]] = {}
        for name in self._names:
            for shared, needles in name.needles.items():
                self._needles[shared] = self._needles.get(shared, frozenset()) | needles

    def may_stand(self, data: bytes) -> bool:
        lower = data.lower()
        for shared, needles in self._needles.items():
            if shared in lower and any(needle in lower for needle in needles):
                return True
        return b"\\" in data and _ESCAPE.search(data) is not None

    def places_of(self, source: Source, language: Language) -> Iterator[Doubt]:
        """Outside of prose and of comments; another spelling only where names are not used as they are written."""
        if language.mentions:
            return
        spelled = not language.exact and not language.folded
        for name in self._names:
            yield from _places(source, language, OpaqueKind.PART, name.name, name.part)
            if spelled:
                yield from _places(source, language, OpaqueKind.SPELLING, name.name, name.spelling)
                yield from _nested(source, name.name) if language.name == _NESTED else ()
                yield from _within(source, name.name) if language.name == _SETTINGS else ()
            yield from _escaped(source, name.name)


class _Name:
    def __init__(self, name: str) -> None:
        self.name = name
        words = [word for word in _SEPARATOR.split(name) if word]
        self.part = _part(name, words) if len(words) > 1 else None
        self.spelling = _spelling(name, words)
        self.needles: dict[bytes, frozenset[bytes]] = {}
        """Texts of which one stands wherever a part does, in small letters, by what they share."""
        for shared, needle in _needles([word.lower() for word in words]):
            self.needles[shared.encode()] = self.needles.get(shared.encode(), frozenset()) | {needle.encode()}


def _needles(words: list[str]) -> Iterator[tuple[str, str]]:
    if len(words) == 1:
        yield f"${{{words[0]}", f"${{{words[0]}"
    for number, word in enumerate(words if len(words) > 1 else ()):
        if number:
            yield f"_{word}", f"_{word}"
        if number < len(words) - 1:  # two words may stand together, each in quotes or as a symbol
            yield from ((word, needle) for needle in (f":{word}", f"{word}'", f'{word}"', f"{word}`"))
    if len(words) > 1:
        yield from ((words[0], words[0] + mark) for mark in "_.:-")
    if len(words) > 2:
        yield from ((words[-1], mark + words[-1]) for mark in ".:-")


def _part(name: str, words: list[str]) -> re.Pattern[str]:
    inner = [found.span() for found in _SEPARATOR.finditer(name) if found.start() and found.end() < len(name)]
    leads = [name[:end] for _, end in inner]
    ends = [name[start:] for start, _ in inner]
    middles = [name[start:end] for at, (start, _) in enumerate(inner[:_LONGEST]) for _, end in inner[at + 1 : _LONGEST]]
    many = ends[:-1]
    pairs = [
        rf"""["'`:]{re.escape(one)}(?:["'`]?\s{{0,9}},\s{{0,9}}["'`:]|{_WITHIN})"""
        rf"""(?:{_any([two, rest.lstrip("_")])}){_END}"""
        for one, two, rest in zip(words, words[1:], ends, strict=False)
    ]
    dotted = [r"[.:-]".join(map(re.escape, words[:count])) for count in range(2, len(words))]
    behind = [r"[.:-]".join(map(re.escape, words[-count:])) for count in range(2, len(words))]
    found = [
        rf"(?:{_BEGIN}|(?<=\\[nrt]))(?i:{_any(leads)}){_END}",
        rf"{_BEHIND}(?:{_any([*ends, *(one.lower() for one in many)])}){_END}",
        f"(?i:{_any(pairs, escape=False)})",
    ]
    if middles:
        found.append(rf"(?:{_BEGIN}|{_BEHIND})(?i:{_any(middles)}){_END}")
    if many:
        whole = [name[:start] for start, _ in inner[1:]]
        found.append(rf"""(?<=["'`])(?i:{_any(whole)}){_BEFORE}""")
        found.append(rf"""(?:(?<=[}})])|(?<=\+ ["'])|(?<=\+["']))(?:{_any([one.lstrip("_") for one in many])}){_END}""")
    if dotted:
        found.append(rf"""(?<![\w.-])(?i:{_any(dotted, escape=False)})[.:-](?=["'`{{$#%])""")
        found.append(rf"""(?<=[}})])[.:-](?i:{_any(behind, escape=False)})(?![\w-])""")
    return re.compile("|".join(found), re.ASCII)


def _spelling(name: str, words: list[str]) -> re.Pattern[str] | None:
    """With other separators or another case; one word only where it is put in by its name."""
    if not words:
        return None
    if len(words) == 1:
        return re.compile(rf"(?<=\$\{{)(?!{re.escape(name)}\b)(?i:{re.escape(name)})(?=[:}}])", re.ASCII)
    snake = "_{1,2}".join(map(re.escape, words))
    apart = r"[._:-]{1,2}".join(map(re.escape, words))
    return re.compile(
        rf"(?!{re.escape(name)}{_END})(?:{_BEGIN}(?i:{snake}){_END}|(?<![\w.-])(?i:{apart})(?![\w-]|\.\w))", re.ASCII
    )


def _nested(source: Source, name: str) -> Iterator[Doubt]:
    """`my:` above `pat:` is `my.pat`."""
    wanted = _APART.sub("_", name).lower()
    above: list[tuple[int, str]] = []
    count = 0
    for match in _KEY.finditer(source.text):
        indent = len(match["indent"])
        while above and above[-1][0] >= indent:
            above.pop()
        above.append((indent, _APART.sub("_", match["key"]).lower()))
        keys = [key for _, key in above[-_DEEP:]]
        found = (
            any("_".join(keys[at:]) == wanted for at in range(len(keys) - 1)) if wanted.endswith(keys[-1]) else False
        )
        if found and count < MOST:
            count += 1
            position = source.position(match.start("key"))
            yield Doubt(OpaqueKind.SPELLING, source.path, position.line, position.column, match["key"], name)


def _within(source: Source, name: str) -> Iterator[Doubt]:
    """`{"My": {"Pat": …}}` is `My:Pat`.

    https://learn.microsoft.com/dotnet/core/extensions/configuration-providers#environment-variable-configuration-provider
    """
    wanted = _APART.sub("_", name).lower()
    above: list[str] = []
    count = 0
    for match in _JSON.finditer(source.text):
        if match[0] == "}":
            del above[-1:]
            continue
        key = _APART.sub("_", match["key"] or "").replace(":", "_").lower()
        keys = [one for one in (*above[-_DEEP:], key) if one]
        if len(keys) > 1 and count < MOST and any("_".join(keys[at:]) == wanted for at in range(len(keys) - 1)):
            count += 1
            position = source.position(match.start())
            yield Doubt(OpaqueKind.SPELLING, source.path, position.line, position.column, match["key"] or "", name)
        if match["opens"] or match[0] == "{":
            above.append(key)


def _escaped(source: Source, name: str) -> Iterator[Doubt]:
    """A word with escaped characters, or that goes on in another line, which holds the name: `"MY\\u005fPAT"`."""
    count = 0
    for match in _ESCAPED.finditer(source.text) if "\\" in source.text else ():
        if "\\" in match[0] and count < MOST:
            word = _CHARACTER.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", match[0])
            if name.lower() in word.lower():
                count += 1
                position = source.position(match.start())
                yield Doubt(OpaqueKind.PART, source.path, position.line, position.column, name, name)


def _any(texts: list[str], escape: bool = True) -> str:
    ordered = sorted(set(texts), key=len, reverse=True)
    return "|".join(map(re.escape, ordered) if escape else ordered)


def _places(
    source: Source, language: Language, kind: OpaqueKind, name: str, pattern: re.Pattern[str] | None
) -> Iterator[Doubt]:
    if pattern is None:
        return
    count = 0
    for match in pattern.finditer(source.text):
        if count < MOST and within(source, match.start(), language) is not Within.COMMENT:
            count += 1
            position = source.position(match.start())
            yield Doubt(kind, source.path, position.line, position.column, " ".join(match[0].split()), name)
