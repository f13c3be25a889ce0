"""The forms in which files name variables: what `rules/references/*.yml` say, as records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from migrator.rulebook import reading as rulebook
from migrator.rulebook.documents import Document, Node
from migrator.secrets.references.records import Kind, OpaqueKind
from migrator.text.patterns import regex

_NAME = "(?P<names>[A-Za-z_][A-Za-z0-9_]*)"
_COMMAND = (
    r"""(?:^(?![ \t]{0,40}[\w|"' *?.-]{1,60}\))|(?<!;);|&|\|(?![ \t]{0,9}[\w|]{1,40}[ \t]{0,9}\))|[(`{!]|"""
    r"""\b(?:then|do|else|elif|if|while|until|exec|command|builtin|time|nohup|nice|shell)[ \t]|"""
    r"""\btimeout[ \t]{1,9}[\w.-]{1,20}[ \t]|(?:\bin|;;)[ \t]{1,40}[\w|"'*.-]{1,40}\)|"""
    r"""\bsudo[ \t](?:-\w{1,9}[ \t]{1,9}){0,4}|"""
    r"""(?:-\w{0,9}c|-|\btrap|\beval|\bwatch)[ \t]{1,20}\\{0,2}["']|-\w{0,9}c["'],[ \t]{0,9}["']|"""
    r"""\b(?:ba|da|z|k|a)?sh[ \t]{1,9}-\w{0,9}c[ \t]|"""
    r""""[\w:.-]{1,60}"[ \t]{0,9}:[ \t]{0,9}"|"""
    r"""\b(?:script|run|command|cmds?|entrypoint|sh|shell)[ \t]{0,9}[:=][ \t]{0,9}(?:&[\w-]{1,40}[ \t]{1,9})?["']?)"""
    r"""[ \t]{0,40}(?:-[ \t]{1,20}(?:&[\w-]{1,40}[ \t]{1,9})?["']?|"""
    r"""RUN[ \t]{1,20}(?:--\w{1,20}(?:=\S{0,200})?[ \t]{1,9}){0,4}|[@+-]{1,2}(?=\w))?"""
    r"""(?:\w{1,60}=[^\s"'`;|&]{0,100}[ \t]{1,20}){0,3}(?:(?:/usr)?/bin/)?"""
)
"""Where a shell begins a command, in scripts and in what holds lines of them; no label of a `case`."""
_ENDS = (
    r"""[ \t]{0,20}(?:$|(?=[\r|>;&)`}]|\d>|(?<=[ \t])#|\\\r?\n[ \t]{0,40}[|>]|(?<![ \t])\\{0,2}["'](?![ \t]{0,9}:)))"""
)
_FETCHED = (
    r"(?:(?:/usr)?/bin/)?(?:sudo[ \t](?:-\w{1,9}[ \t]{1,9}){0,4})?(?:env[ \t])?(?:\w{1,60}=\S{0,100}[ \t]{1,9}){0,3}"
    r"(?:(?:/usr)?/bin/)?(?:(?:ba|z|da|k|a)?sh|python[\d.]{0,4}|node|ruby|perl|php|pwsh)\b(?![.\w/-])"
)
"""A program that runs what is piped to it."""
_QUOTE = r"""\\{0,3}["'`]"""
_COMPUTED = (
    r"""\s{0,20}(?:[A-Za-z@$]{0,2}QUOTE(?P<begins>[\w.:-]{0,60})"""
    r"""(?:[{$%#\\](?!["'`])|QUOTE\s{0,20}(?:\+|%(?![>}])|&(?!&)|~|<>|<<|\.\.|\^|\*|-f\b|\\\r?\n|["'`]|"""
    r"""\.\s{0,9}(?:format|concat|\$|["'(])))"""
    r"""|[A-Za-z@$]{0,2}QUOTE[^"'`\n\\]{0,100}QUOTE\s{0,20}(?:\[|->|\|(?!\|)|-(?:join|replace)\b|"""
    r"""\.(?!freeze\b|to_s\b|into\b|as_str\b|encode\b)\w)"""
    r"""|(?![A-Za-z@]{0,2}QUOTE)(?![)\],;}]|\.\.\.|/[*/])\S)"""
).replace("QUOTE", _QUOTE)
"""An expression that is no literal alone: a variable, a call, a text with something put into it or joined to it, or of
which a part is taken. A text says how the name begins only where nothing but more is joined to it."""
_STARTS = (
    r"\b(?:system|exec\w{0,20}|popen\w{0,5}|run\w{0,9}|call|callCommand|check_output|check_call|Popen|spawn\w{0,9}|sh|shell|"
    r"shell_exec|passthru|commandLine|ProcessBuilder|Start|capture\w{0,3}|cmd|readProcess|[cC]ommand(?:::new)?|program|"
    r"String\[\])"
)
"""A function that starts a program, in one language or another."""
_MACROS = {"STARTS": _STARTS, "COMMAND": _COMMAND, "ENDS": _ENDS, "FETCHED": _FETCHED, "NAME": _NAME}
_SHEBANG = regex(rb"#![ \t]*(?:/\S{0,200}/)?(?:env[ \t]+(?:-S[ \t]+)?)?([A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Language:
    """`comments` begin a comment at the start of a line, or behind white space; `asides` begin lines that may be
    comments. `mentions`: what counts as prose in such files: `all`, bare `words`, or '' for nothing. `folded`: the
    names of variables are the same in any case of letters; `exact`: they count as they are written only. `elsewhere`:
    such a file is another system's, which has variables of its own. `known`: such a program reads none but its own."""

    name: str
    files: tuple[str, ...] = ()
    interpreters: frozenset[str] = frozenset()
    comments: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    mentions: str = ""
    folded: bool = False
    exact: bool = False
    elsewhere: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a use, or what defeats proof. The words of the pattern's group `names` are the names that it
    uses; its group `what` is shown, without one the whole. one of the `needles` stands in every match, `beside`
    somewhere in the file. Languages: none is any. `guard` is the pattern without its costly beginning: where that
    matches nowhere, the whole does not."""

    kind: str
    pattern: re.Pattern[str]
    needles: tuple[str, ...]
    languages: frozenset[str]
    folded: bool
    beside: str = ""
    guard: re.Pattern[str] | None = None


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
        """All globs become one pattern of paths: a group per language, the first that matches."""
        one = ("|".join(map(_glob, language.files)) for language in self.languages)
        object.__setattr__(self, "_globs", re.compile("|".join(f"({globs})" for globs in one)))

    def language(self, path: str) -> Language:
        """By the file's path alone; one without a name stands for what is not known."""
        found = self._globs.match(f"/{path}")
        if found and found.lastindex:
            return self.languages[found.lastindex - 1]
        return UNKNOWN if "." in path.rpartition("/")[2] else UNENDED

    def interpreted(self, data: bytes) -> Language | None:
        """By the program that the first line names."""
        found = _SHEBANG.match(data)
        program = found[1].decode("ascii") if found else ""
        return next((language for language in self.languages if program in language.interpreters), None)


UNKNOWN = Language("unknown")
UNENDED = Language("unended", exact=True)
"""A name without an ending, as of many scripts."""


@lru_cache(maxsize=4)
def load(directories: tuple[Path, ...] = ()) -> Rules:
    """The built-in forms and those in the folder `references` of the given directories of rules. Raises RuleError."""
    folders = [directory / "references" for directory in (rulebook.built_in(), *directories)]
    roots = [Document(path).root for folder in folders for path in sorted(folder.glob("*.yml"))]
    files = [root.mapping(("languages", "forms", "opaque", "aliases")) for root in roots]
    languages = [
        _language(*named) for file in files if "languages" in file for named in file["languages"].mapping().items()
    ]
    names = {UNKNOWN.name, UNENDED.name, *(language.name for language in languages)}
    return Rules(
        tuple(languages),
        tuple(form for file in files for form in _forms(file.get("forms"), list(Kind), names)),
        tuple(form for file in files for form in _forms(file.get("opaque"), list(OpaqueKind), names)),
        tuple(_alias(node, names) for file in files for node in _items(file.get("aliases"))),
    )


def _glob(glob: str) -> str:
    """Of the last parts of a path, as many as the glob has."""
    return "(?s:.*/)" + "[^/]*".join(map(re.escape, glob.split("*"))) + r"\Z"


def _language(name: str, node: Node) -> Language:
    fields = node.mapping(
        ("files", "interpreters", "comments", "asides", "mentions", "folded", "exact", "elsewhere", "known")
    )
    if "files" not in fields:
        raise node.error("has no `files`; name the files of this language")
    return Language(
        name,
        fields["files"].texts(),
        frozenset(_texts(fields, "interpreters")),
        _texts(fields, "comments"),
        _texts(fields, "asides"),
        fields["mentions"].choice(("all", "words")) if "mentions" in fields else "",
        *(fields[key].flag() if key in fields else False for key in ("folded", "exact", "elsewhere", "known")),
    )


def _forms(node: Node | None, kinds: Sequence[str], languages: set[str]) -> Iterable[Form]:
    for item in _items(node):
        fields = item.mapping(("kind", "pattern", "needle", "in", "folded", "beside"))
        for key in ("kind", "pattern", "needle"):
            if key not in fields:
                raise item.error(f"has no `{key}`; add it")
        folded = fields["folded"].flag() if "folded" in fields else False
        yield Form(
            fields["kind"].choice([str(kind) for kind in kinds]),
            _pattern(fields["pattern"], folded),
            fields["needle"].several(),
            _languages(fields, languages),
            folded,
            fields["beside"].text() if "beside" in fields else "",
            _compiled(fields["pattern"].text().removeprefix("COMMAND"), folded)
            if _is_command(fields["pattern"])
            else None,
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
    return _compiled(node.text(), folded)


def _is_command(node: Node) -> bool:
    return node.text().startswith("COMMAND")


def _compiled(pattern: str, folded: bool) -> re.Pattern[str]:
    text = re.sub("|".join(_MACROS), lambda found: _MACROS[found[0]], pattern)
    return re.compile(_begun(text), re.ASCII | re.MULTILINE | (re.IGNORECASE if folded else 0))


def _begun(text: str) -> str:
    """With what COMPUTED stands for; a pattern may hold it several times, and a group of its name only once."""
    first, *rest = text.split("COMPUTED")
    parts = (
        part if not at else _COMPUTED.replace("begins", f"begins{at}") + part for at, part in enumerate((first, *rest))
    )
    return "".join(parts)


def _languages(fields: dict[str, Node], known: set[str]) -> frozenset[str]:
    return frozenset(item.choice(sorted(known)) for item in _items(fields.get("in")))


def _items(node: Node | None) -> list[Node]:
    return node.items() if node is not None else []


def _texts(fields: dict[str, Node], key: str) -> tuple[str, ...]:
    return fields[key].texts() if key in fields else ()
