"""Python programs: what they take from the environment, the functions, logins and commands that they run.

Modules of the repository that a program imports are read before it, each for itself. libcst gives the places. A
variable of the program is one whose name no shell can have; an expression that is not understood is unknown; a function
that nothing in the file calls by name is read with parameters that nobody knows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from migrator.frontends.programs import FileCommand, Place, Program, whole
from migrator.ir.nodes import ProgramError, Statement
from migrator.text.edits import Edit
from migrator.text.patterns import regex

_IMPORT = regex(
    r"^[ \t]*(?:from[ \t]+(?P<package>[.\w]+)[ \t]+import\b[ \t]*(?:\((?P<many>[^()]*)\)|(?P<names>[\w \t,]*))"
    r"|import[ \t]+(?P<modules>[\w. \t,]+))",
    re.MULTILINE,
)
_CALLED = regex(r"""\b(?:import_module|__import__|run_module)\(\s*['"](?P<module>[\w.]+)['"]""")
_PATH = regex(r"\bsys\.path\b[^\n]*")
_STRING = regex(r"""['"]([\w./-]+)['"]""")
_MODULES = 20
"""The most modules of the repository that are read with one program."""


def read(request: FileCommand) -> Program | None:
    """`python x.py`, `python -m package`."""
    words = list(request.words)
    taken = 0
    while words and (word := words[0]) is not None and word in request.launcher.switches:
        words.pop(0)
        taken += 1
    if not words or words[0] is None:
        return None
    if words[0] == "-m" and len(words) > 1 and words[1]:
        inside = words[1].replace(".", "/")
        names = [f"{inside}.py", posixpath.join(inside, "__main__.py")]
        taken += 1
    elif words[0].startswith("-"):
        return None
    else:
        names = [words[0], posixpath.join(words[0], "__main__.py")]
    for name in names:
        path = request.path(name)
        if path and (text := request.file(path)) is not None:
            root = request.folder if words[0] == "-m" else posixpath.dirname(path)
            files = {**_imported(path, text, root, request.file), path: text}
            known = partial(lower, libraries=request.launcher.libraries, accounts=request.launcher.accounts)
            fragments = tuple(whole(name, content, known) for name, content in files.items())
            return Program(path, fragments, request.folder, taken + 1)
    return None


def _imported(path: str, text: str, root: str, file: Callable[[str], str | None]) -> dict[str, str]:
    """The modules of the repository that a program imports, and those that they import, with their text.

    `root` is the folder where Python looks for them: https://docs.python.org/3/library/sys_path_init.html
    """
    found: dict[str, str] = {}
    pending = [(path, text)]
    while pending and len(found) < _MODULES:
        here, content = pending.pop()
        told = [one for line in _PATH.findall(content) for one in _STRING.findall(line)]
        folders = [_inside(base, one) for base in (root, "") for one in told]
        for name in _modules(content, posixpath.dirname(here), (root, *filter(None, folders))):
            if name != path and name not in found and (inside := file(name)) is not None:
                found[name] = inside
                pending.append((name, inside))
    return dict(list(found.items())[:_MODULES])


def _modules(text: str, folder: str, roots: Iterable[str]) -> Iterator[str]:
    """Where the files of modules may be that a text imports from its folder, or from where Python looks for them."""
    for match in _IMPORT.finditer(text):
        listed = match["many"] or match["names"] or match["modules"] or ""
        names = [one.split()[0] for one in listed.split(",") if one.split()]
        package = match["package"] or ""
        bases = list(roots)
        if package.startswith("."):
            bases = [posixpath.join(folder, *[".."] * (len(package) - len(package.lstrip(".")) - 1))]
        inside = package.lstrip(".").replace(".", "/")
        for name in (inside, *(posixpath.join(inside, one.replace(".", "/")) for one in names)):
            yield from (file for base in bases for file in _files(base, name))
    for match in _CALLED.finditer(text):
        yield from (file for base in roots for file in _files(base, match["module"].replace(".", "/")))


def _files(base: str, name: str) -> Iterator[str]:
    """The files that a module of a folder may be."""
    where = _inside(base, name)
    if name and where:
        yield from (f"{where}.py", f"{where}/__init__.py")


def _inside(base: str, name: str) -> str:
    """A path of the repository, '' for one that is none."""
    path = posixpath.normpath(posixpath.join(base, name))
    return "" if path.startswith(("..", "/")) else path


def lower(
    text: str, place: Place | None, *, libraries: Collection[str] = (), accounts: Collection[str] = ()
) -> tuple[Statement, ...]:
    """A program, as `statements.lower` has it. Raises ProgramError where it cannot be read."""
    try:
        from migrator.frontends.python import statements
    except ImportError:
        raise ProgramError("libcst is not installed; install patless again") from None
    return statements.lower(text, place, libraries, accounts)


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """Only strings differ, as many as were edited: by their text, or as they became what an edit writes."""
    from migrator.frontends.python.tree import changed, parse

    written = changed(parse(before), parse(after))
    return (
        written is not None
        and len(written) <= len(edits)
        and {one.text for one in edits}.issuperset(filter(None, written))
    )
