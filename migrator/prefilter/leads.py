"""Whether text names a file of the repository that holds certain words: asked before anything is parsed.

It looks at words only and errs towards yes: it holds whatever the file graph (`migrator/flow/files.py`) finds, which a
test of properties compares. Nothing but the standard library's paths is imported: the hook's first answer
(`migrator/entry.py`) asks this, too.
"""

from __future__ import annotations

import posixpath

from migrator.prefilter.data import CLONE, ENDINGS, ENTERS, RECIPES
from migrator.prefilter.words import ANY, TooMany, bare, commands, doubtful, prepared, quoted, taken_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_IMPORTS = {"from", "import"}
_RUNS_MODULES = {"-m", "import_module", "__import__", "run_module"}
_ENTRY = "__main__.py"
"""What runs of a folder that is given to Python."""
_BEFORE_KEY, _KEYS = "\ufeff \t{\"'", ("pipelines:", "pipelines :", 'pipelines"', "pipelines'")
_MOST_NAMES = 4000
_MOST_FILES = 200
_MOST_FOLDERS = 64
_MOST_IMPORTED = 20
_LONGEST = 200


def is_script(path: str) -> bool:
    """Whether a file that is named is one that programs run."""
    name = path.rpartition("/")[2]
    return name.endswith(ENDINGS) or name in RECIPES


def is_run(path: str, text: str) -> bool:
    """Whether a named file is one that programs run, by its name; one whose name has no ending by its text, which has
    no key for pipelines, or whose first line says what runs it."""
    if is_script(path) or "." in path.rpartition("/")[2]:
        return is_script(path)
    return text[:2] == "#!" or not any(line.lstrip(_BEFORE_KEY).startswith(_KEYS) for line in text.splitlines())


def leads(
    text: str,
    read: Callable[[str], str | None],
    words: Collection[str],
    programs: Mapping[str, tuple[str, ...]],
    here: str = "",
    doubt: Callable[[], bool] = lambda: True,
    clone: str = CLONE,
) -> bool:
    """Whether text names a file, or a file that a named one names, and so on, that holds one of the words.

    `programs` maps programs to the files that they read without being told, and to () those that run the file that they
    are given. `here` is the folder of the text itself. `doubt` answers where files may run whose names do not show;
    `clone` is the variable that holds the root.
    """
    certain = False
    try:
        for content, inside in _files(text, read, programs, here, clone):
            if inside and any(word in content for word in words):
                return True
            if not certain and _doubtful(prepared(content, clone), read, programs):
                if doubt():
                    return True
                certain = True
    except TooMany:
        return True
    return False


def _doubtful(text: str, read: Callable[[str], str | None], programs: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a text may run files that it does not name: by itself, or as it takes in a file that is not there, which
    may enter any folder."""
    return doubtful(text, programs) or any(
        not (path := _within("", word)) or read(path) is None for word in taken_in(text)
    )


def _files(
    text: str, read: Callable[[str], str | None], programs: Mapping[str, tuple[str, ...]], here: str, clone: str
) -> Iterator[tuple[str, bool]]:
    """The text, and those that it leads to. Each path is looked at once, and so it ends."""
    yield text, False
    seen: set[str] = set()
    files_read = 0
    pending: list[tuple[str, tuple[str, ...]]] = [(text, ("", here) if here else ("",))]
    while pending:
        content, folders = pending.pop()
        for path, inner in _named(content, folders, programs, clone):
            if path in seen:
                continue
            if len(seen) >= _MOST_NAMES:
                raise TooMany
            seen.add(path)
            found = read(path)
            if found is None:
                continue
            files_read += 1
            if files_read >= _MOST_FILES:
                raise TooMany
            yield found, True
            pending.append((found, inner))


def _named(
    text: str, folders: tuple[str, ...], programs: Mapping[str, tuple[str, ...]], clone: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = dict.fromkeys(folders)
    told: dict[str, None] = {}
    text = prepared(text, clone)
    names = dict.fromkeys(piece.removeprefix(f"{clone}/") for piece in quoted(text))
    before = package = ""
    imported = 0
    for command in commands(text):
        words = [bare(part) for word in command for part in word.split("=")]
        words += [word.rpartition(":")[2] for word in words if ":" in word]
        words += [word[2:] for word in words if word[:1] == "-" and "/" in word]
        runs = [programs[name] for word in words for name in _called(word) if name in programs]
        told |= dict.fromkeys(name for files in runs for name in files)
        for word in words:
            if before in ENTERS:
                known |= dict.fromkeys(path for folder in tuple(known) if (path := _within(folder, word)) is not None)
            if before.rpartition(".")[2] in _RUNS_MODULES:
                path = word.replace(".", "/")
                names |= {f"{path}{ending}": None for ending in (".py", f"/{_ENTRY}", "/__init__.py")}
            elif before in _IMPORTS or (imported and word.isidentifier()):
                path = word if "/" in word else word.lstrip(".").replace(".", "/")
                places = (path,) if before == "from" else (path, f"{package}/{path}")
                if path and len(word) <= _LONGEST:
                    names |= {f"{place}{ending}": None for place in places for ending in ("", ".py", "/__init__.py")}
                package = path if before == "from" else package
                imported = {"from": 0, "import": _MOST_IMPORTED}.get(before, imported - 1)
            elif word and (runs or "/" in word or "." in word) and word[0] != "-" and len(word) <= _LONGEST:
                path = word.removeprefix(f"{clone}/").lstrip("/")
                names |= {path: None} | ({f"{path}/{_ENTRY}": None} if runs else {})
            before = word
        if len(known) > _MOST_FOLDERS:
            raise TooMany
    told.pop(ANY, None)
    for name in names:
        for folder in known:
            if path := _within(folder, name):
                yield path, tuple(dict.fromkeys((*known, posixpath.dirname(path))))
    for name in told:
        for folder in known:
            yield posixpath.join(folder, name), tuple(dict.fromkeys((*known, folder)))


def _called(word: str) -> tuple[str, ...]:
    """What a program may be called, without a version: `python` for `/usr/bin/python3.11`."""
    name = word.rpartition("/")[2]
    return (name, name.rstrip("0123456789.").rstrip("-"))


def _within(folder: str, name: str) -> str | None:
    path = posixpath.normpath(posixpath.join(folder, name))
    return None if path == ".." or path.startswith(("../", "/")) else "" if path == "." else path
