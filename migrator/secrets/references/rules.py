"""The forms in which files name variables: what `rules/references/*.yml` say, as records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Annotated, AnyStr, Generic, Literal, Self, TypeVar

from msgspec import Meta, field
from msgspec.structs import replace

from migrator.rulebook import reading as rulebook
from migrator.rulebook.compiled import compiled
from migrator.rulebook.documents import RuleFile
from migrator.rulebook.entries import RuleEntry, outside, trusted
from migrator.rulebook.linear import linear_with_groups, short
from migrator.secrets.references.records import OpaqueKind, UseKind
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
_FOREIGN = ("STARTS", "NAME")
"""Those without look-around."""
_OWN = regex("COMMAND|ENDS|FETCHED|COMPUTED")
_LOADING = RLock()
WIDTH = 210
"""The most characters of a match, of a form that is not `wide`."""
FAR = 1000
"""The most characters of a match of a form's `guard`."""
AHEAD = 250
"""The most characters behind a match that a guard, or such a form, looks at."""
_SHEBANG = regex(rb"#![ \t]*(?:/\S{0,200}/)?(?:env[ \t]+(?:-S[ \t]+)?)?([A-Za-z]+)")


_Kind = TypeVar("_Kind", UseKind, OpaqueKind)
_Made = TypeVar("_Made", "Form", "Alias")
_Entry = TypeVar("_Entry", "FormEntry[UseKind]", "FormEntry[OpaqueKind]", "AliasEntry")


class Language(RuleEntry, frozen=True):
    """`comments` begin a comment at the start of a line, or behind white space; `asides` begin lines that may be
    comments. `mentions`: what counts as prose in such files: `all`, bare `words`, or nothing. `folded`: the
    names of variables are the same in any case of letters; `exact`: they count as they are written only. `elsewhere`:
    such a file is another system's, which has variables of its own. `known`: such a program reads none but its own.
    What is true of the language that it is `like` is true of it, too."""

    files: Annotated[tuple[str, ...], Meta(description="name the files of this language")]
    interpreters: frozenset[str] = frozenset()
    comments: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    mentions: Literal["all", "words"] | None = None
    folded: bool = False
    exact: bool = False
    elsewhere: bool = False
    known: bool = False
    like: str = ""
    name: str = outside()


class Shape(str):
    """A pattern before it is compiled: the words of `_MACROS` and COMPUTED in it stand for patterns. One of somebody's
    own rule file is `foreign`: it runs in an engine without look-around, which most of these have. A built-in one is
    compiled when it is first used, as few files need more than a few of them."""

    @classmethod
    def read(cls, value: object) -> Self:
        if not isinstance(value, str):
            raise ValueError("must be text")
        return cls(short(value))

    def compiled(self, folded: bool, foreign: bool) -> re.Pattern[str]:
        """A pattern may hold COMPUTED several times, and a group of its name only once. Raises ValueError for a foreign
        one that is wrong."""
        if foreign:
            return self._linear(folded)
        text = re.sub("|".join(_MACROS), lambda found: _MACROS[found[0]], self)
        first, *rest = text.split("COMPUTED")
        more = (_COMPUTED.replace("begins", f"begins{at}") + part for at, part in enumerate(rest, 1))
        return regex(first + "".join(more), re.ASCII | re.MULTILINE | (re.IGNORECASE if folded else 0))

    def _linear(self, folded: bool) -> re.Pattern[str]:
        if own := _OWN.search(self):
            raise ValueError(f"has {own[0]}, which only built-in patterns may have; write out what stands there")
        text = re.sub("|".join(_FOREIGN), lambda found: _MACROS[found[0]], self)
        return linear_with_groups(f"(?m{'i' if folded else ''}){text}")


class FormEntry(RuleEntry, Generic[_Kind], frozen=True):
    """A form as a file says it."""

    kind: _Kind
    pattern: Shape
    needle: str | tuple[str, ...]
    languages: tuple[str, ...] = field(name="in", default=())
    folded: bool = False
    beside: str = ""
    wide: bool = False

    def form(self, foreign: bool) -> Form:
        """Raises ValueError with what is wrong with its pattern."""
        bare = self.pattern.removeprefix("COMMAND")
        return Form(
            self.kind,
            self.pattern.compiled(self.folded, foreign),
            (self.needle,) if isinstance(self.needle, str) else self.needle,
            frozenset(self.languages),
            self.folded,
            self.beside,
            None if bare == self.pattern else Shape(bare).compiled(self.folded, foreign),
            self.wide or foreign,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a use, or what defeats proof. The words of the pattern's group `names` are the names that it
    uses; its group `what` is shown, without one the whole. one of the `needles` stands in every match, `beside`
    somewhere in the file. Languages: none is any. `guard` is the pattern without its costly beginning: where that
    matches nowhere, the whole does not. Its match has at most FAR characters. `wide`: a match, or what it looks ahead
    to, may be longer than others are."""

    kind: str
    pattern: re.Pattern[str]
    needles: tuple[str, ...]
    languages: frozenset[str]
    folded: bool
    beside: str = ""
    guard: re.Pattern[str] | None = None
    wide: bool = False

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """What `finditer` gives. Only what is around the needles is looked into: a match holds one of these, has at
        most WIDTH characters, and what it looks ahead to AHEAD."""
        lower = text.lower() if self.folded else text
        same = len(lower) == len(text)
        near = windows(self.needles, lower, FAR, FAR + AHEAD) if same else [(0, len(text))]
        if self.guard is not None and not any(self.guard.search(text, *part) for part in near):
            return
        if self.wide or not same:
            yield from self.pattern.finditer(text)
            return
        for start, end in windows(self.needles, lower, WIDTH, WIDTH + AHEAD):
            yield from self.pattern.finditer(text, start, end)


def windows(needles: Sequence[AnyStr], text: AnyStr, before: int, behind: int) -> Iterator[tuple[int, int]]:
    """The parts of a text, apart from each other, that are at most so many characters `before` or `behind` a needle."""
    start = end = 0
    for first, last in sorted(span for needle in needles for span in _around(needle, text, before, behind)):
        if first > end:
            if end:
                yield start, end
            start = first
        end = max(end, last)
    if end:
        yield start, end


def _around(needle: AnyStr, text: AnyStr, before: int, behind: int) -> Iterator[tuple[int, int]]:
    """The same for one needle; those that are near to each other are found together, by the last of them."""
    at = text.find(needle)
    while at >= 0:
        start, end = max(0, at - before), at + len(needle) + behind
        while (further := text.rfind(needle, at + 1, end)) >= 0:
            at, end = further, further + len(needle) + behind
        yield start, end
        at = text.find(needle, at + 1)


class AliasEntry(RuleEntry, frozen=True):
    """Words, behind the text `before`, that stand for variables whose names match `names`, as a file says it."""

    kind: UseKind
    names: Shape
    words: tuple[str, ...]
    before: str = ""
    languages: tuple[str, ...] = field(name="in", default=())

    def alias(self, foreign: bool) -> Alias:
        """Raises ValueError with what is wrong with its pattern."""
        names = linear_with_groups(self.names) if foreign else trusted(self.names)
        alike = re.fullmatch("()" * names.groups, "")
        for word in self.words:
            try:
                assert alike
                alike.expand(word)
            except (re.error, IndexError) as error:
                raise ValueError(f"does not fit the word `{word}` ({error})") from None
        return Alias(self.kind, names, self.words, self.before, self.languages)


@dataclass(frozen=True, slots=True)
class Alias:
    kind: UseKind
    names: re.Pattern[str]
    words: tuple[str, ...]
    before: str
    languages: tuple[str, ...]


class ReferenceFile(RuleEntry, frozen=True):
    """What a file of forms may say."""

    languages: Mapping[str, Language] = field(default_factory=dict)
    forms: tuple[FormEntry[UseKind], ...] = ()
    opaque: tuple[FormEntry[OpaqueKind], ...] = ()
    aliases: tuple[AliasEntry, ...] = ()

    def told(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The languages that it says something of, each with where it does."""
        for section in ("forms", "opaque", "aliases"):
            for number, entry in enumerate(getattr(self, section)):
                yield from (((section, number, "in", at), one) for at, one in enumerate(entry.languages))


@dataclass(frozen=True, slots=True)
class Rules:
    languages: tuple[Language, ...]
    forms: tuple[Form, ...]
    opaque: tuple[Form, ...]
    aliases: tuple[Alias, ...]
    _names: dict[str, int] = attribute(init=False, repr=False, compare=False)
    _endings: dict[str, int] = attribute(init=False, repr=False, compare=False)
    _others: re.Pattern[str] = attribute(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Most globs are a name or an ending, which are looked up; the others become one pattern of paths: a group per
        language, the first that matches."""
        names: dict[str, int] = {}
        endings: dict[str, int] = {}
        others: list[str] = []
        for number, language in enumerate(self.languages):
            left: list[str] = []
            for glob in language.files:
                if "/" not in glob and "*" not in glob:
                    names.setdefault(glob, number)
                elif glob.startswith("*.") and not set("*/") & set(glob[1:]):
                    endings.setdefault(glob[1:], number)
                else:
                    left.append(_glob(glob))
            others.append(f"({'|'.join(left) or '(?!)'})")
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_endings", endings)
        object.__setattr__(self, "_others", re.compile("|".join(others)))

    def language(self, path: str) -> Language:
        """By the file's path alone, the first whose globs match; one without a name stands for what is not known."""
        name = path.rpartition("/")[2]
        found = [self._names[name]] if name in self._names else []
        at = name.find(".")
        while at >= 0:
            found += [self._endings[name[at:]]] if name[at:] in self._endings else []
            at = name.find(".", at + 1)
        if (other := self._others.match(f"/{path}")) and other.lastindex:
            found.append(other.lastindex - 1)
        if found:
            return self.languages[min(found)]
        return UNKNOWN if "." in name else UNENDED

    def interpreted(self, data: bytes) -> Language | None:
        """By the program that the first line names."""
        found = _SHEBANG.match(data)
        program = found[1].decode("ascii") if found else ""
        return next((language for language in self.languages if program in language.interpreters), None)


UNKNOWN = Language((), name="unknown")
UNENDED = Language((), name="unended", exact=True)
"""A name without an ending, as of many scripts."""


def load(directories: tuple[Path, ...] = ()) -> Rules:
    """The built-in forms and those in the folder `references` of the given directories of rules, read once for all
    threads. Raises RuleError."""
    with _LOADING:
        return _load(directories)


@lru_cache(maxsize=4)
def _load(directories: tuple[Path, ...]) -> Rules:
    known = _built_in()
    documents = [RuleFile(path, True) for directory in directories for path in _files(directory)]
    files = [document.read(ReferenceFile) for document in documents]
    languages = [replace(one, name=name) for file in (known, *files) for name, one in file.languages.items()]
    _check(zip(documents, files, strict=True), languages)
    forms: list[Form] = []
    opaque: list[Form] = []
    aliases: list[Alias] = []
    for document, file in ((None, known), *zip(documents, files, strict=True)):
        forms += _made(document, "forms", "pattern", [_spread(entry, languages).form for entry in file.forms])
        opaque += _made(document, "opaque", "pattern", [_spread(entry, languages).form for entry in file.opaque])
        aliases += _made(document, "aliases", "names", [_spread(entry, languages).alias for entry in file.aliases])
    return Rules(tuple(languages), tuple(forms), tuple(opaque), tuple(aliases))


def _files(directory: Path) -> list[Path]:
    return sorted((directory / "references").glob("*.yml"))


def _built_in() -> ReferenceFile:
    """What the files say that ship with the package, as one."""
    paths = _files(rulebook.built_in())
    return compiled("references", ReferenceFile, (*paths, Path(__file__)), lambda: _joined(paths))


def _joined(paths: Sequence[Path]) -> ReferenceFile:
    documents = [RuleFile(path) for path in paths]
    files = [document.read(ReferenceFile) for document in documents]
    languages = {name: one for file in files for name, one in file.languages.items()}
    _check(zip(documents, files, strict=True), [replace(one, name=name) for name, one in languages.items()])
    return ReferenceFile(
        languages,
        tuple(one for file in files for one in file.forms),
        tuple(one for file in files for one in file.opaque),
        tuple(one for file in files for one in file.aliases),
    )


def _check(files: Iterable[tuple[RuleFile, ReferenceFile]], languages: Iterable[Language]) -> None:
    """Raises RuleError where one says something of a language that is none."""
    names = sorted({UNKNOWN.name, UNENDED.name, *(language.name for language in languages)})
    for document, file in files:
        for place, name in file.told():
            if name not in names:
                raise document.error(place, f"must be one of {', '.join(names)}")


def _spread(entry: _Entry, languages: Sequence[Language]) -> _Entry:
    """What is said of a language is said of those that are like it, too."""
    alike: tuple[str, ...] = tuple(one.name for one in languages if one.like in entry.languages)
    return replace(entry, languages=(*entry.languages, *alike))


def _made(
    document: RuleFile | None, section: str, key: str, made: Sequence[Callable[[bool], _Made]]
) -> Iterator[_Made]:
    """What the entries of a section stand for, of a document that is none of the built-in ones, or of these. Raises
    RuleError where the pattern behind a key is wrong."""
    for number, make in enumerate(made):
        try:
            yield make(document is not None)
        except ValueError as error:
            if document is None:
                raise
            raise document.error((section, number, key), str(error)) from None


def _glob(glob: str) -> str:
    """Of the last parts of a path, as many as the glob has."""
    return "(?s:.*/)" + "[^/]*".join(map(re.escape, glob.split("*"))) + r"\Z"
