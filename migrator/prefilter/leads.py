"""Whether text names a file of the repository that holds certain words: asked before anything is parsed.

It looks at words only and errs towards yes. Nothing but the standard library's paths is imported: the hook's first
answer (`migrator/entry.py`) asks this, too.
"""

from __future__ import annotations

import posixpath

from migrator.prefilter.data import CLONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_BLANK = str.maketrans(dict.fromkeys("\"'`;&|()${}<>=,[]\\\n\r\t", " "))
_QUOTES = str.maketrans("'`", '""')
_SIGNS = str.maketrans(dict.fromkeys("\"'`;&|()${}<>=,[]\\", "\n"))
_ENTERS = {"cd", "pushd", "-C", "--directory", "--prefix", "--cwd", "--dir"}
_IMPORTS = {"from", "import"}
_SCRIPTS = (".sh", ".bash", ".py", ".json", ".mk")
_RECIPES = ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile")
_MOST_NAMES = 4000
_MOST_FILES = 200
_MOST_FOLDERS = 64
_MOST_IMPORTED = 20
_MOST_WORDS = 20_000
_LONGEST = 200


def is_script(path: str) -> bool:
    """Whether a file that is named is one that pipelines run, by its name, and none that holds pipelines."""
    name = path.rpartition("/")[2]
    return name.endswith(_SCRIPTS) or name in _RECIPES


def leads(
    text: str,
    read: Callable[[str], str | None],
    words: Collection[str],
    files: Mapping[str, Collection[str]],
    here: str = "",
    clone: str = CLONE,
) -> bool:
    """Whether a file that `text` names, or one that such a file names, holds one of `words`.

    `files` maps programs to the files that they read without being told, and to () those that run the file that they
    are given. `here` is the folder of the text itself, `clone` the variable that holds the root.
    """
    try:
        return any(word in content for content in _files(text, read, files, here, clone) for word in words)
    except _TooMany:
        return True


class _TooMany(Exception):
    """There is more to look at than a look ahead is worth."""


def _files(
    text: str, read: Callable[[str], str | None], files: Mapping[str, Collection[str]], here: str, clone: str
) -> Iterator[str]:
    """The content of the files that are named. Raises _TooMany."""
    seen: set[str] = set()
    files_read = 0
    pending: list[tuple[str, tuple[str, ...]]] = [(text, ("", here) if here else ("",))]
    while pending:
        content, folders = pending.pop()
        for path, inner in _named(content, folders, files, clone):
            if path in seen:
                continue
            if len(seen) >= _MOST_NAMES:
                raise _TooMany
            seen.add(path)
            found = read(path)
            if found is None:
                continue
            files_read += 1
            if files_read >= _MOST_FILES:
                raise _TooMany
            yield found
            pending.append((found, inner))


def _named(
    text: str, folders: tuple[str, ...], files: Mapping[str, Collection[str]], clone: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The paths that the words of the text may name, with the folders that those may be in. Raises _TooMany."""
    known = dict.fromkeys(folders)
    told: dict[str, None] = {}
    before = package = ""
    imported = 0
    for word in _words(text):
        program = word.rpartition("/")[2]
        names: tuple[str, ...] = ()
        told |= dict.fromkeys(files.get(program, ()))
        if before in _ENTERS:
            known |= dict.fromkeys(path for folder in tuple(known) if (path := _within(folder, word)) is not None)
        elif before == "-m":
            path = word.replace(".", "/")
            names += (f"{path}.py", f"{path}/__main__.py")
        elif before in _IMPORTS or (imported and before not in files and word.isidentifier()):
            path = word.lstrip(".").replace(".", "/")
            places = (path,) if before == "from" else (path, f"{package}/{path}")
            if path and len(word) <= _LONGEST:
                names += tuple(f"{place}{ending}" for place in places for ending in (".py", "/__init__.py"))
            package = path if before == "from" else package
            imported = {"from": 0, "import": _MOST_IMPORTED}.get(before, imported - 1)
        elif (before in files or "/" in word or "." in word) and not word.startswith("-") and len(word) <= _LONGEST:
            names += (word.removeprefix(f"{clone}/").lstrip("/"),)
        if len(known) > _MOST_FOLDERS:
            raise _TooMany
        if " " not in word:  # else its own words come next
            before = word if word.startswith("-") else program
        for name in names:
            for folder in tuple(known):
                path = _within(folder, name)
                if path:
                    yield path, tuple(dict.fromkeys((*known, posixpath.dirname(path))))
    for name in told:  # an option behind the program may say in which folder
        for folder in known:
            yield posixpath.join(folder, name), tuple(dict.fromkeys((*known, folder)))


def _words(text: str) -> Iterator[str]:
    """The words, and before those that stand between quotes on a line all of them with their blanks: maybe one name.

    Raises _TooMany.
    """
    words = 0
    for line in text.replace("\\ ", "\0").split("\n"):
        parts = line.translate(_QUOTES).split('"')
        for number, part in enumerate(parts):
            if " " in part and 0 < number < len(parts) - 1:
                yield from (piece.strip() for piece in part.translate(_SIGNS).split("\n") if " " in piece.strip())
            for word in part.translate(_BLANK).split():
                words += 1
                if words > _MOST_WORDS:
                    raise _TooMany
                yield word.replace("\0", " ")


def _within(folder: str, name: str) -> str | None:
    path = posixpath.normpath(posixpath.join(folder, name))
    return None if path.startswith(("..", "/")) else "" if path == "." else path
