"""Whether a text names a file: by its name, as a Python module, by a pattern, or by a folder that is taken whole.

A text is searched, not parsed, clause by clause, and the search errs towards yes: what is not known of a word may
be anything. A clause whose programs only look at files is no use of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.ir.paths import matching, normal
from migrator.rulebook.programs import Programs
from migrator.text.haystack import Haystack
from migrator.text.patterns import regex

_CONTINUED = regex(r"\\\r?\n")
_END = regex(r";|&&|\|\|")
_APART = regex(r"[\s\"'`;|&()=:,<>\[\]#!]+")
_FILLED = regex(r"\$?\{\{[^{}]{0,80}\}\}|\${0,2}\{[^{}\s]{1,80}\}|\${1,2}\(\w{1,80}\)|\${1,2}(?:\w+|[*@<^?])|%s")
"""What is filled in, or is one of several words: `${NAME}`, make's `$(NAME)` and `$*`, `{{ name }}`, `{a,b}`."""
_FILLS = regex(r"[*?${%]")
_FOLDER = regex(r"[*)`][\"']?/")
"""A folder that is filled in: `"$X"/`, `$(dirname "$0")/`."""
_WILD = regex(r"[*?]+")
_HERE = (".", "./", "./.", "./*")
_ANY = regex("")
_LETTER = regex(r"\w")
_COMMENT = regex(r"\s*(?:#|//|\*\s)")
_BEGIN = regex(r"\s*(?:[@+-]\s*)*(?:(?:RUN|do|then|else)\s+)?(?:\"?[\w.-]+\"?\s*[:=]\s*)*[\"']?\s*")
"""What may stand before a command: `@` of make, the key of a YAML or JSON file, `RUN` of a Dockerfile."""
_PROGRAM = regex(r"[\w-]+(?=\s)")
"""A command by its name alone, with words behind it: no path that it is told."""
_STAGE = regex(r"\||\$\(|`|<\(")
_EXECUTES = regex(r"\s-(?:exec|execdir|ok|okdir)\s+")
_LONGEST = 2000
"""A longer clause, in text that no person wrote, is not looked at for what its programs do."""


class Searched(Struct, frozen=True):
    """A text, with its words that are patterns: each with the literal pieces of it and the clause that it stands in."""

    text: str
    patterns: tuple[tuple[str, tuple[str, ...], str], ...]


def searched(text: str) -> Searched:
    text = _CONTINUED.sub(" ", text)
    found = ((word, clause) for clause in _clauses(text, _FILLS) for word in _words(clause) if _is_pattern(word))
    return Searched(text, tuple((word, _pieces(word), clause) for word, clause in found))


def _clauses(text: str, needle: re.Pattern[str]) -> Iterator[str]:
    """What stands between line ends and separators of commands, where something is in it."""
    for line in text.splitlines():
        if needle.search(line):
            yield from (clause for clause in _END.split(line) if needle.search(clause))


def _words(text: str) -> list[str]:
    """The words of a clause, with `*` for what is filled in, but for those with an escape, as in a `\\s*`."""
    filled = _FOLDER.sub("*/", _FILLED.sub("*", text))
    return [word for one in _APART.split(filled) if (word := one.rstrip("\\")) and "\\" not in word]


def _is_pattern(word: str) -> bool:
    """A word that stands for several; without any letter it stands for many things in many texts."""
    return _WILD.search(word) is not None and _LETTER.search(word) is not None


def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(one.strip("/") for one in _WILD.split(pattern.removeprefix("./")) if ".." not in one)


class NamingTexts(Struct, frozen=True):
    """The files whose texts may name others: their paths, by folder, too. `any_words` are those that may do so without
    a word of the other's name."""

    paths: tuple[str, ...]
    inside: Mapping[str, Sequence[str]]
    any_words: frozenset[str]
    together: Haystack

    @classmethod
    def of(cls, texts: Mapping[str, Searched]) -> NamingTexts:
        inside: dict[str, list[str]] = {}
        for path in texts:
            inside.setdefault(path.rpartition("/")[0], []).append(path)
        wide = frozenset(path for path, one in texts.items() if one.patterns or path.endswith(".py"))
        return cls(tuple(texts), inside, wide, Haystack(one.text for one in texts.values()))

    def may_name(self, name: FileName) -> frozenset[str]:
        """Those that `stands_in` has to be asked about, or `imports`; for no other is it true."""
        near = (one for folder in name.folders for one in self.inside.get(folder, ()))
        return self.any_words.union(near, (self.paths[number] for number in self.together.holding(name.needles)))


class FileName:
    """The ways in which texts name the file at `path`. `places` are the files and folders of the repository."""

    def __init__(self, path: str, places: Collection[str], programs: Programs) -> None:
        self.path = path
        self.places = places
        self.programs = programs
        *folders, name = path.split("/")
        self.folders = tuple("/".join(folders[:count]) for count in range(len(folders), 0, -1))
        self.words = {name, *folders}
        before = r"(?<![\w.-])" if "." in name else r"(?:/|\b(?:bash|sh|source|exec)\s+|(?<![\w.])\.\s+)"
        self.forms = [(name, re.compile(rf"{before}{re.escape(name)}(?![\w-])"))]
        self.forms += [(word, re.compile(pattern)) for word, pattern in _modules(path, places)]

        self.needles = frozenset((*self.words, *(word for word, _ in self.forms), *programs.remote))
        self.needle = re.compile("|".join(map(re.escape, sorted(self.needles))))

    def stands_in(self, one: Searched, folder: str, *, prose: bool = False, taken: bool = False) -> bool:
        """Whether a text in a `folder` names the file. In `prose` a folder is no more than a folder; where all words
        are `taken`, each may be one."""
        whole = folder in self.folders
        found = [clause for word, pieces, clause in one.patterns if self._matches(word, pieces, clause, folder, prose)]
        if whole or self.needle.search(one.text):
            clauses = _clauses(one.text, _ANY if whole else self.needle)
            found += [clause for clause in clauses if self._named(clause, folder, prose, taken)]
        return bool(found) if prose else any(not only_looks(clause, self.programs) for clause in found)

    def _named(self, text: str, folder: str, prose: bool, taken: bool) -> bool:
        if any(word in text and pattern.search(text) for word, pattern in self.forms):
            return True
        return not prose and not _COMMENT.match(text) and self._takes(text, folder, taken)

    def _matches(self, pattern: str, pieces: Collection[str], clause: str, folder: str, prose: bool) -> bool:
        """Whether a pattern stands for the file or a folder of it; one without a slash for the file's name."""
        if any(piece not in self.path for piece in pieces):
            return False
        if "/" in pattern:
            return self._is_here(f"*{pattern}" if pattern.startswith("*/") else pattern, folder)
        name = self.path.rpartition("/")[2]
        return not prose and not _COMMENT.match(clause) and bool(matching(frozenset({pattern}), [name]))

    def _takes(self, text: str, folder: str, taken: bool) -> bool:
        """Whether a folder of the file, or the file by its name alone, is among the words: as a path, or told to what
        takes folders. What a copy is made to is not what is copied. A copy of the text's own folder counts where the
        file lies in it; on another machine, where nobody knows what is run, even that of the whole repository."""
        words = _words(text)
        program = None if taken else _PROGRAM.match(text, _begin(text))
        called = bool(program and program[0] in self.programs.takers and words[0] == program[0])
        programs = {part for word in words for part in (word.rpartition("/")[2], word.rpartition(".")[2])}
        sent = not programs.isdisjoint(self.programs.senders)
        gone = not programs.isdisjoint(self.programs.remote)
        taken = taken or sent or not programs.isdisjoint(self.programs.takers)
        if sent and len(words) > 2 and "-t" not in words:
            words.pop()
        for word in words[1:] if called else words:
            short = word.removesuffix("/.").rstrip("/")
            if word in _HERE and (gone or (sent and folder in self.folders)):
                return True
            told = short.rpartition("/")[2] in self.words and (taken or "/" in word)
            if told and self._is_here(f"*{short}" if short.startswith("*/") else short, folder):
                return True
        return False

    def _is_here(self, word: str, folder: str) -> bool:
        """Whether a path may be the file or a folder of it: where it leads to something from the root or from the
        folder of the text, it is that, else it may be told in any folder."""
        mine = (self.path, *self.folders)
        short = normal(word)
        here = frozenset(one for one in (short, normal(posixpath.join(folder, word))) if one)
        if there := matching(here, self.places):
            return not there.isdisjoint(mine)
        inside = word.lstrip("./")
        return not word.startswith("/") and bool(matching(frozenset({f"**/{inside}"}), mine))


def _modules(path: str, places: Collection[str]) -> Iterator[tuple[str, str]]:
    """How texts name a Python module: with dots from some folder on, unless that is another module; by `-m`, in an
    entry point, in a call, in an import that is handed to Python."""
    parts = _parts(path)
    if not parts:
        return
    for at in range(len(parts) - 1):
        if at == 0 or f"{'/'.join(parts[at:])}.py" not in places:
            dotted = ".".join(parts[at:])
            yield dotted, rf"(?:(?<![\w.])|-m){re.escape(dotted)}(?![\w-])"
    module = parts[-1]
    word = re.escape(module)
    yield module, rf"-m[\s\"',]{{0,9}}{word}(?![\w-])"
    yield module, rf"(?:=\s{{0,9}}|[\"']){word}:[A-Za-z_]"
    yield module, rf"\(\s{{0,9}}[\"']{word}(?:[\"']\s{{0,9}}[,)]|\.)"
    yield module, rf"[\"']import\s[\w., ]{{0,200}}(?<!\w){word}(?!\w)"
    for package in parts[-2:-1]:
        yield module, rf"\bfrom\s[\w. ]{{0,80}}(?<!\w){re.escape(package)}\simport\b[^#]{{0,200}}(?<!\w){word}(?!\w)"


def _parts(path: str) -> list[str]:
    """The names of a Python module and its packages, none for another file; a package's own file has its name."""
    *folders, name = path.split("/")
    module = name.removesuffix(".py")
    if module == name:
        return []
    return folders if module in ("__init__", "__main__") and folders else [*folders, module]


def imports(text: str, path: str) -> bool:
    """Whether a Python module imports the one at `path`: its name, or that of its package, stands in an import."""
    parts = _parts(path)
    if not parts or parts[-1] not in text:
        return False
    module = re.escape(parts[-1])
    pattern = rf"^[ \t]*(?:from|import)\b[^#\n]*(?:\([^()]*)?(?<!\w){module}(?!\w)"
    return re.search(pattern, text, re.MULTILINE) is not None


def only_looks(text: str, programs: Programs) -> bool:
    """Whether all programs of a clause only look at the files that they are told, and nothing is made of it."""
    if len(text) > _LONGEST or ">" in text or "{ " in text:
        return False
    return all(_looks(stage, programs) for stage in _STAGE.split(text[_begin(text) :]))


def _begin(text: str) -> int:
    found = _BEGIN.match(text)
    return found.end() if found else 0


def _looks(stage: str, programs: Programs) -> bool:
    """Whether the program at the beginning only looks, or begins one that does, such as `xargs -n1 shellcheck`."""
    words = stage.split()
    name = posixpath.basename(words[0].strip("\"'")) if words else ""
    if name in ("[", "[["):  # a list may begin like that, too
        return any(one.startswith(("!", "-")) for one in words[1:2])
    if name == "find":
        told = _EXECUTES.split(stage)[1:]
        return all(_looks(one, programs) for one in told)
    if name in programs.carriers:
        rest = [word for word in words[1:] if not word.startswith("-") and word != "{}" and not word.isdigit()]
        return bool(rest) and posixpath.basename(rest[0].strip("\"'")) in programs.lookers
    return name in programs.lookers
