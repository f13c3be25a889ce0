"""The command's first step: answer the hook's usual question, "nothing here", before anything else is imported.

A pre-commit hook runs `patless fix --exit-non-zero-on-fix FILE…` or `patless check FILE…` at every commit, mostly on
files without a login. Such a run is answered from the bytes of the files, with the words that the commands themselves
would print. Whatever is unusual (other options, a configuration, a link, a file that may hold something) takes the
ordinary way. Only what the interpreter has loaded by itself, and modules that keep to that, may be imported here.
"""

from __future__ import annotations

import gc
import os
import stat
import sys
import time

from migrator.prefilter.data import LEADING, MENTIONS, NEEDLES
from migrator.prefilter.environment import given_elsewhere
from migrator.prefilter.leads import is_run, is_script, leads

_LIMIT = 2 * 1024 * 1024
_MOST_FILES = 500
"""Of a repository that are searched here; to search more takes as long as the command itself."""
_NEW_OBJECTS = 50_000
"""After so many more the collector looks for garbage; with its own 700, one file takes a twelfth longer."""
_HOOKS = (("fix", "--exit-non-zero-on-fix"), ("check",))


def main() -> int:
    """Run the command with the process's own arguments and return its exit code."""
    argv = sys.argv[1:]
    if answer := _answer(argv):
        try:
            sys.stdout.write(answer)
            sys.stdout.flush()
            return 0
        except OSError:  # a reader that went away; the command knows what to do
            pass
    began = time.time()
    from migrator.replay.answering import again, keep

    if (code := again(argv)) is not None:
        return code
    gc.set_threshold(_NEW_OBJECTS)
    from migrator.cli import main as command

    code = command()
    keep(argv, began, code)
    gc.freeze()  # the interpreter ends without looking through all that there is
    return code


def _answer(arguments: list[str]) -> str:
    """What the command would print, '' where only the command itself can tell."""
    for hook in _HOOKS:
        names = arguments[len(hook) :]
        if tuple(arguments[: len(hook)]) == hook and names and not any(name.startswith("-") for name in names):
            break
    else:
        return ""
    try:
        count = None if given_elsewhere() else _nothing(names)
        if count is None:
            return ""
    except (OSError, ValueError):
        return ""
    if hook[0] == "fix":
        return f"{_bold('Fixed 0')}; 0 need review.\n"
    return f"{_bold('No findings')}. Read {count} pipelines file{'' if count == 1 else 's'}.\n"


def _nothing(names: list[str]) -> int | None:
    """How many hold pipelines, if all are plain, different files of the repository around, or of the working directory
    where there is none, that no configuration leaves out, and hold no needle; else None."""
    here = os.getcwd()
    around = _root(here)
    root = around or here
    left_out = _left_out(root)
    if ".git" in here.lower().split(os.sep) or left_out is None:
        return None
    paths = {os.path.abspath(name) for name in names}
    if len(paths) != len(names) or not all(
        name.lower().endswith((".yml", ".yaml")) or is_script(name) or "." not in os.path.basename(name)
        for name in names
    ):
        return None
    count = 0
    for path in paths:
        outside = _root(os.path.dirname(path)) != around or not path.startswith(os.path.join(root, ""))
        if outside or any(text in path for text in left_out) or (holds := _clean(path, root)) is None:
            return None
        count += holds
    return count


def _root(folder: str) -> str:
    """The nearest folder that holds a `.git`, '' if there is none or `folder` is in a `.git`."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above, name = os.path.split(folder)
        if above == folder or name.lower() == ".git":
            return ""
        folder = above
    return folder


def _left_out(root: str) -> tuple[str, ...] | None:
    """Texts, of which one stands in each path that the configuration leaves out; None where it may do more."""
    for name, word in ((".patless.toml", b""), ("pyproject.toml", b"patless")):
        path = os.path.join(root, name)
        if os.path.lexists(path) and (not word or word in _bytes(path)):
            from migrator.replay import configurations

            return configurations.left_out(os.path.realpath(path))
    return ()


def _clean(path: str, root: str) -> bool | None:
    """Whether a file holds pipelines; None if it holds a needle, or if they lead to a file that does."""
    if os.path.realpath(path) != path:
        return None
    data = _bytes(path)
    text = data.decode()
    if b"\0" in data or any(needle in data for needle in NEEDLES):
        return None
    if is_run(path, text):
        return False

    def read(name: str) -> str | None:
        inside = os.path.join(root, name)
        return _bytes(inside).decode() if os.path.isfile(inside) else None

    needles = [needle.decode() for needle in NEEDLES]
    return None if leads(text, read, needles, LEADING, doubt=lambda: _mentioned(root)) else True


def _mentioned(root: str) -> bool:
    """Whether a file of the repository mentions a Packages host, as one whose login matters does."""
    count = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        count += len(names) + len(folders)
        if count > _MOST_FILES:
            return True
        for name in names:
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode) and any(one.encode() in _start(path) for one in MENTIONS):
                return True
    return False


def _start(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(_LIMIT)


def _bytes(path: str) -> bytes:
    """The content of a plain file. Raises OSError or ValueError for anything else, and for what is too large."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise ValueError
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        data = file.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise ValueError
    return data


def _bold(text: str) -> str:
    """As `migrator/cli/console.py` decides and `migrator/reports/paint.py` paints."""
    here = os.environ
    terminal = sys.stdout.isatty() and here.get("TERM") != "dumb"
    return f"\x1b[1m{text}\x1b[0m" if not here.get("NO_COLOR") and (here.get("FORCE_COLOR") or terminal) else text
