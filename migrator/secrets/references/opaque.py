"""What defeats the proof that nobody uses a variable, in one text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from migrator.secrets.references.comments import Within, within
from migrator.secrets.references.records import Doubt, OpaqueKind
from migrator.secrets.references.rules import Form, Language, Rules, windows
from migrator.text.patterns import regex
from migrator.text.source import Source
from migrator.text.yaml import Mapping, Scalar, YamlError, read_yaml

_APART = regex("[._:-]+")
_QUOTES = regex("""["'`]""")
_CONSTANT = regex(r"(?<!\w)([A-Z]\w{0,60})\s{0,9}[)\],]", re.ASCII)
_FETCHES = regex(
    r"""\b(?P<program>curl|wget)\b(?:[^\n;|&]|\\\r?\n|&(?=[\w.%-]{1,60}=)){0,300}?(?:"""
    r"""(?:[ \t]-\w{0,9}[oO][ \t=]{0,9}|--output(?:-document)?[ \t=]|>[ \t]{0,9})"""
    r"""["']?(?P<file>(?!/dev/|-|https?:)[\w./-]{1,200})"""
    r"""|/(?P<name>[\w.-]{1,100}\.(?:sh|bash|py|rb|pl|js|ps1))(?![\w./-]))""",
    re.ASCII,
)
"""A file that is fetched: by the name that is told, or by the end of its address, in which a `&` is no end."""
_CLONES = regex(
    r"""\bgit[ \t]{1,9}(?:-[cC][ \t]{1,9}\S{1,200}[ \t]{1,9}){0,3}(?P<program>clone)\b"""
    r"""(?P<words>(?:[^\n;|&\\]|\\\r?\n|\\["']){1,400})""",
    re.ASCII,
)
"""A repository that is fetched, into the folder that one of its words names."""
_AROUND = "\"'`()[]{},\\"
_RUNS = (
    r"(?:(?<![\w./-])(?:(?:ba|da|z|k|a)?sh|source|\.|python[\d.]{0,4}|ruby|perl|php|node|pwsh)[ \t]{1,9}"
    r"(?:-[\w \t-]{1,40}[ \t])?|(?<![\w./-])(?=\.?/?[\w./-]{0,200}\.(?:sh|bash|py|rb|pl)\b))"
)
_STARTED = (
    r"(?:(?:(?:ba|da|z|k|a)?sh|source|\.|python[\d.]{0,4}|ruby|perl|php|node|pwsh)[ \t]{1,9}(?:-[\w \t-]{1,40}[ \t])?)"
)
_BUILDS = regex(
    rf"""(?:^|[\s;&|/])(?:{_STARTED}|\./\w|(?:make|just|npm|yarn|pnpm|mvn|gradle|cargo|go|docker|ansible-playbook|terraform|poetry|uv|pip3?|pytest|tox|rake|bundle|"""
    r"composer|dotnet)(?:[ \t\n;&|]|\Z))",
    re.ASCII,
)
_GOES = (
    r"(?<![\w.-])(?:(?:cd|pushd)[ \t]{1,9}"
    r"|(?P<command>(?:[\w./-]{1,60}[ \t]{1,9}){1,6})(?:-C[ \t]{0,9}|--(?:prefix|directory|cwd|dir)[ \t=]{1,9}))"
)
"""Goes to a folder: for all that comes, or for one command, whose words stand before the option."""
_FOLDER = regex(r"[\w.-]{1,100}", re.ASCII)
_NEAR = 1000
"""How many characters behind a change into a fetched folder are looked at."""
_SHARED = (b"env", b"$", b"onfig", b"-e")
"""What stands in most needles, and seldom in a file."""
_LONGEST = 40
"""The most characters of such a needle."""
MOST = 50
"""The most places of one form that are kept of one file."""


class _Needle(NamedTuple):
    """A text of which forms need one, each with what it needs `beside` that."""

    text: bytes
    folded: bool
    forms: dict[Form, bytes]


class OpaqueForms:
    """Tells from bytes which forms a file could hold: most files hold none, and are not looked into."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[str, dict[bytes, list[_Needle]]] = {}

    def forms(self, data: bytes, language: Language) -> list[Form]:
        if language.mentions == "all" or language.elsewhere:
            return []
        lower = data.lower()
        found: dict[Form, None] = {}
        for shared, needles in self._of(language).items():
            if not shared:
                found |= _held(needles, data, lower, data)
            elif shared in lower:
                near = b"\n".join([data[start:end] for start, end in windows([shared], lower, _LONGEST, _LONGEST)])
                found |= _held(needles, near, near.lower(), data)
        return list(found)

    def _of(self, language: Language) -> dict[bytes, list[_Needle]]:
        """The needles of a language by what they share with others, b"" for nothing."""
        if language.name not in self._known:
            known: dict[bytes, dict[tuple[bytes, bool], _Needle]] = {}
            for form in self._rules.opaque:
                for text in form.needles if not form.languages or language.name in form.languages else ():
                    needle = text.encode()
                    short = len(needle) <= _LONGEST
                    shared = next((each for each in _SHARED if short and each in needle.lower()), b"")
                    alike = known.setdefault(shared, {})
                    one = alike.setdefault((needle, form.folded), _Needle(needle, form.folded, {}))
                    one.forms[form] = form.beside.encode()
            self._known[language.name] = {shared: list(needles.values()) for shared, needles in known.items()}
        return self._known[language.name]


def _held(needles: list[_Needle], text: bytes, lower: bytes, data: bytes) -> dict[Form, None]:
    there = [one.forms for one in needles if one.text in (lower if one.folded else text)]
    return {form: None for forms in there for form, beside in forms.items() if beside in data}


class _Constants:
    """The names in one text that stand for one text each: what is read by such a name names its variable, and is no
    doubt about others."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, bool] = {}

    def at(self, offset: int) -> bool:
        """Whether an expression is such a name alone. Only some names of a text are looked for, each once."""
        found = _CONSTANT.match(self._text, offset)
        if found is None:
            return False
        if found[1] not in self._known and len(self._known) < MOST:
            self._known[found[1]] = self._is_one(re.escape(found[1]))
        return self._known.get(found[1], False)

    def _is_one(self, name: str) -> bool:
        """A literal is assigned to it once, and nothing is joined to that."""
        assigned = re.findall(rf"\b{name}\b[^\n=(){{}}]{{0,40}}:?=(?!=)|\b{name}[ \t]{{1,9}}in\b", self._text, re.ASCII)
        literal = rf"""\b{name}\b[^\n=(){{}}]{{0,40}}=\s{{0,9}}(["'`])\w{{1,100}}\1[ \t]{{0,9}}"""
        literal += r"""(?:[;,#)]|//|$(?!\s{0,40}[+.%&~<"'`]))"""
        return len(assigned) == 1 and re.search(literal, self._text, re.ASCII | re.MULTILINE) is not None


def places_of(
    source: Source, forms: Collection[Form], language: Language, names: Collection[str], parts: Collection[Doubt]
) -> list[Doubt]:
    """Where the forms stand outside of comments, in the order of the file. `parts` are those of the `names`, which say
    of their lines what a name that is put together there would say again."""
    found = set(parts)
    constants = _Constants(source.text)
    said = {(one.line, one.name) for one in parts}
    for form in forms:
        count = 0
        for match in form.matches(source.text):
            group = _shown(match)
            if form.kind == OpaqueKind.INDIRECT and constants.at(match.end() - 1):
                continue
            if within(source, match.start(group), language) is not Within.COMMENT and count < MOST:
                count += 1
                one = _at(OpaqueKind(form.kind), source, match.start(group), _written(match, group))
                about = (replace(one, name=name) for name in _about(match, names))
                found.update(one for one in about if (one.line, one.name) not in said)
    if language.name == "pipelines" and "imports" in source.text:
        found.update(_sources(source))
    if any(form.kind == OpaqueKind.DOWNLOAD for form in forms):
        found.update(_fetched(source, language))
        found.update(_cloned(source, language))
    reads = {one.line for one in found if one.kind is OpaqueKind.INDIRECT}
    found = {replace(one, kind=OpaqueKind.INDIRECT) if _is_read(one, reads) else one for one in found}
    return sorted(found, key=lambda one: (one.line, one.column, one.kind, one.name))


def _shown(match: re.Match[str]) -> str | int:
    """The group of what is shown: the whole where there is none."""
    return next((group for group, text in match.groupdict().items() if text and group.startswith("what")), 0)


def _written(match: re.Match[str], group: str | int) -> str:
    """What is shown: of a whole match not what stands in quotes, which may be anything."""
    text = " ".join(match[group].split())
    return text if group else _QUOTES.split(text)[0] or text[:1]


def _fetched(source: Source, language: Language) -> Iterator[Doubt]:
    """What is fetched into a file that the same text runs by a shell or an interpreter further down."""
    for match in islice(_FETCHES.finditer(source.text), MOST):
        file = (match["file"] or match["name"]).rpartition("/")[2]
        run = re.compile(rf"{_RUNS}(?:[^\s;|&]{{0,200}}/)?{re.escape(file)}(?![\w.-])", re.ASCII)
        if within(source, match.start(), language) is not Within.COMMENT and run.search(source.text, match.end()):
            yield _at(OpaqueKind.DOWNLOAD, source, match.start(), match["program"])


def _cloned(source: Source, language: Language) -> Iterator[Doubt]:
    """A repository that is fetched, of which the same text runs a file further down, or goes there and builds. Options
    and redirections may stand behind its address or its folder, so that any word may be the one that counts."""
    for match in islice(_CLONES.finditer(source.text), MOST):
        words = (word.strip(_AROUND).rstrip("/").replace(":", "/") for word in match["words"].split())
        folders = [word.rpartition("/")[2].removesuffix(".git") for word in words]
        folders = [re.escape(folder) for folder in folders if _FOLDER.fullmatch(folder)]
        if not folders or within(source, match.start(), language) is Within.COMMENT:
            continue
        there = rf"(?:[\w.$-]{{1,60}}/){{0,4}}(?:{'|'.join(folders)})"
        run = re.compile(rf"""{_STARTED}["']?{there}/|(?<![\w./-])\./{there}/|(?<=[;&|] ){there}/""", re.ASCII)
        go = re.compile(rf"""{_GOES}["']?{there}(?![\w.-])""", re.ASCII)
        gone = islice(go.finditer(source.text, match.end()), MOST)
        near = (one["command"] or source.text[one.end() : one.end() + _NEAR] for one in gone)
        if run.search(source.text, match.end()) or any(map(_BUILDS.search, near)):
            yield _at(OpaqueKind.DOWNLOAD, source, match.start(), "git clone")


def _is_read(one: Doubt, reads: Collection[int]) -> bool:
    """Whether a part of a name is that of a computed name which the same line reads: one doubt, and one answer."""
    return one.kind is OpaqueKind.PART and one.line in reads


def _about(match: re.Match[str], names: Collection[str]) -> list[str]:
    """The variables whose names begin as the match says; '' stands for any."""
    begins = next((text for group, text in match.groupdict().items() if text and group.startswith("begins")), "")
    return [name for name in names if _folded(name).startswith(_folded(begins))] if begins else [""]


def _folded(name: str) -> str:
    return _APART.sub("_", name).lower()


def _at(kind: OpaqueKind, source: Source, offset: int, text: str) -> Doubt:
    position = source.position(offset)
    return Doubt(kind, source.path, position.line, position.column, text)


def _sources(source: Source) -> Iterator[Doubt]:
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
