"""The commands of a text as words, before anything is parsed: of shell, YAML with shell in it, make, package.json.

It errs towards more commands, more words and more doubt. Nothing is imported: the hook's first answer
(`migrator/entry.py`) needs it.
"""

from __future__ import annotations

from migrator.prefilter.data import DOUBTED, PLACES, PUTS, SCRIPTS, UNDERSTOOD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY = "{}"
"""Stands for any file, among those that a program reads without being told."""
_MOST_WORDS = 20_000
_KNOWN = {
    **dict.fromkeys(("$(pwd)", "$(CURDIR)", '$(dirname "$0")', "$(dirname $0)"), "."),
    **dict.fromkeys(('$(dirname "${BASH_SOURCE[0]}")', '$(dirname "$BASH_SOURCE")'), "."),
    **dict.fromkeys(("$PWD/", "${PWD}/"), "./"),
    "$(MAKE)": "make",
    "{{": "$",
    "\\ ": "\0",
}
_BREAKS = str.maketrans({**dict.fromkeys("\"'<>\r\t", " "), **dict.fromkeys(";&|(),", "\n"), "`": "$\n"})
_SIGNS = str.maketrans(dict.fromkeys("`;&|()<>,", "\n"))
_NO_QUOTES = str.maketrans(dict.fromkeys("\"'"))
_ONE_QUOTE = str.maketrans("'", '"')
_LOOKED_IN = {"PATH", "PYTHONPATH", "NODE_PATH"}
_INSTALLS = {"install", "link", "develop"}
_INCLUDES = {"include", "sinclude", "import"}
_VERSION = "0123456789."
_AROUND = "[]{}@!"
_UNKNOWN = "$*?[{\\"
_BEFORE = {"if", "then", "else", "elif", "do", "while", "until"}
_TESTS = {"[", "[["}
_COMPARES = {"=", "==", "!=", "=~", "-eq", "-ne", "-gt", "-lt", "-ge", "-le"}
_PROCESSES = (
    "subprocess", "system", "popen", "Popen", "chdir", "exec", "spawn", "getoutput", "getstatusoutput", "runpy",
    "import_module", "__import__", "sys.path",
)  # fmt: skip
"""In a Python program: it may run what it puts together, in a folder that it enters."""


class TooMany(Exception):
    """More than is looked through."""


_TAKES_IN = frozenset({".", "source"})


def prepared(text: str, clone: str) -> str:
    """A text for the functions below: what is put in and known is there. `clone` is the variable that holds the root,
    and stands for its value."""
    for form, instead in _KNOWN.items():
        text = text.replace(form, instead)
    return text.replace(f"${{{clone}}}", clone).replace(f"${clone}", clone)


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command, with `$` for what is put in. Raises TooMany."""
    count = 0
    for line in text.split("\n"):
        if line.endswith("\\") and line[-2:-1].strip():  # the next line goes on with the word
            yield ["$"]
        for form in _forms(line) if '"' in line or "'" in line else (line,):
            for command in _folded(form).translate(_BREAKS).split("\n"):
                words = command.split()
                count += len(words)
                if count > _MOST_WORDS:
                    raise TooMany
                if words:
                    yield [word.replace("\0", " ") for word in words] if "\0" in command else words


def quoted(text: str) -> Iterator[str]:
    """What stands in quotes and holds blanks, and so may be one name."""
    for line in text.split("\n"):
        parts = line.translate(_ONE_QUOTE).split('"') if " " in line else ()
        for part in parts[1:-1]:
            if " " in part:
                pieces = (piece.strip() for piece in part.translate(_SIGNS).split("\n"))
                yield from (piece.replace("\0", " ") for piece in pieces if " " in piece)


def doubtful(text: str, programs: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a text may run files whose names do not stand in it, or in folders that are known only then. Raises
    TooMany."""
    if "import" in text and any(word in text for word in _PROCESSES):
        return True
    return any(_open(words, programs) for words in commands(text))


def taken_in(text: str) -> Iterator[str]:
    """The files that shells take into themselves, by paths below their folder. Raises TooMany."""
    for words in commands(text):
        for before, word in zip(map(bare, words), words[1:], strict=False):
            if before in _TAKES_IN and word[0] not in "-/~$":
                yield bare(word)


def bare(word: str) -> str:
    return word.strip(_AROUND)


def _open(words: list[str], programs: Mapping[str, tuple[str, ...]]) -> bool:
    if words[0][0] == "#":
        return False
    names = [name for word in _names(words) for name in (word, word.rstrip(_VERSION).rstrip("-"))]
    known = [programs[name] for name in names if name in programs]
    if any(ANY in files for files in known) or any(_unclear(name, words) for name in names):
        return True
    if words[0] == "mod" or any(_looks_up(words)):
        return True
    if not any(char in word for word in words for char in _UNKNOWN):
        return False
    if words[0].strip("-") in _INCLUDES:
        return True
    return bool(known) or any(char in _program(words) for char in _UNKNOWN)


def _unclear(name: str, words: list[str]) -> bool:
    """Whether a program is told, in words of its own, that it may run other files than those that are known."""
    options = {word.partition("=")[0] for word in words}
    if name in DOUBTED and not options.isdisjoint(DOUBTED[name]):
        return True
    known = UNDERSTOOD.get(name)
    if known is None:
        return False
    return any(one[:1] == "-" and one.strip("-") and one.rstrip(_VERSION) not in known for one in options)


def _looks_up(words: list[str]) -> Iterator[bool]:
    """Whether what runs may be found by a name alone: a folder is looked in from now on, files are put where programs
    or logins lie, hooks are looked for elsewhere, or the repository is installed as a package."""
    for word in words:
        name, equals, value = word.partition("=")
        yield bool(equals) and name in _LOOKED_IN and any(map(_is_inside, value.split(":")))
        yield name.lower().endswith("hookspath")
    yield not _INSTALLS.isdisjoint(words) and any(map(_is_here, words))
    puts = any(bare(word).rpartition("/")[2] in PUTS for word in words)
    yield puts and any(not PLACES.isdisjoint(word.split("/")) for word in words)


def _is_inside(folder: str) -> bool:
    """Whether a folder may lie in the repository."""
    return folder not in ("$", "$PATH") and not folder.startswith(("/", "~", "$HOME", "$/"))


def _is_here(word: str) -> bool:
    return word.startswith((".[", "./")) or word == "."


def _names(words: list[str]) -> Iterator[str]:
    """What may be the name of a program; `.` only where a name comes behind it, for it is a folder, too."""
    for at, word in enumerate(words):
        if word != "." or (at + 1 < len(words) and words[at + 1][0] != "-"):
            yield bare(word).rpartition("/")[2]


def _program(words: list[str]) -> str:
    """The word that is run, '' where there is none."""
    if not _TESTS.isdisjoint(words) and not _COMPARES.isdisjoint(words) and set(SCRIPTS).isdisjoint(words):
        return ""
    value = False
    for word in words:
        name = word.lstrip("{[@+-!")
        assigned, equals, _ = name.partition("=")
        if name in SCRIPTS:
            value = False
        elif name.endswith(":"):
            value = True
        elif not value and name and name not in _BEFORE and not (equals and assigned.isidentifier()):
            return name
    return ""


def _forms(line: str) -> Iterator[str]:
    """With blanks for quotes and, where a quote stands within a word, without any: `ci/"x".sh` is a name."""
    line = line.replace('":', '";')
    yield line
    parts = line.translate(_ONE_QUOTE).split('"')
    glued = [at for at in range(1, len(parts)) if parts[at - 1][-1:].strip() and parts[at][:1].strip()]
    if glued:
        yield line.translate(_NO_QUOTES)
    if any(" " in parts[at - 1] + parts[at] and _in_word(parts[at - 1][-1], parts[at][0]) for at in glued):
        yield "$"


def _in_word(before: str, after: str) -> bool:
    return before not in "=:,;[{(" and after not in ":,;]})"


def _folded(line: str) -> str:
    """`$` for `${NAME}`."""
    if "${" not in line:
        return line
    head, *rest = line.split("${")
    return head + "".join("$" + (one.partition("}")[2] if "}" in one else one) for one in rest)
