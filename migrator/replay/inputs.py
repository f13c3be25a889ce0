"""What a run of `check` or `fix` may read, as a text that is another one as soon as any of it is.

It errs towards another one: every file around is looked at, whether a run reads it or not, by its mode, size, moments,
and number. Two changes within one tick of the clock can look alike, as git has it
(https://git-scm.com/docs/racy-git); so nothing is kept that changed in the seconds before the run began.
"""

from __future__ import annotations

import os
import sys
import time

import migrator
from migrator.prefilter.environment import given_elsewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 100_000
"""Files and folders that are looked at, in half a second: what more of them hold takes much longer to read."""
_LONGEST = 65536
"""Characters of a text, in place of which its digest stands."""
TOLD = (
    *("HOME", "PATH", "XDG_CONFIG_HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM", "PRE_COMMIT"),
    *("NO_COLOR", "FORCE_COLOR", "FORCE_HYPERLINK", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONPATH", "PATLESS_DEBUG"),
    *("PATLESS_DOCS_URL", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
)
"""Variables that a run reads, or git for it. None of them is a credential."""
OTHERS = ("GIT_CONFIG", "BITBUCKET_CLONE_DIR")
"""Where one begins like these, a run reads more than is looked at."""
_FILES = ("HEAD", "config", "config.worktree", "index", "info/exclude")
_FOLDERS = ("objects", "refs")
"""What git reads below `.git` for a list of files; of folders, that they are there."""
_SYSTEM = (
    *("/etc/gitconfig", "/usr/local/etc/gitconfig", "/opt/homebrew/etc/gitconfig", "/opt/local/etc/gitconfig"),
    "/Library/Developer/CommandLineTools/usr/share/git-core/gitconfig",
)
_BEYOND = (b"include", b"worktreeconfig")
"""In a configuration of git: it leads to others."""
_EXCLUDES = b"excludesfile"
_LIMIT = 65536


class Unsure(Exception):
    """What a run may read can't be told, or is too much to look at."""


def key(argv: list[str]) -> str:
    """What else than files decides the output of a command line, '' where that is more than can be told. Raises OSError
    where there is no working directory."""
    here = os.environ
    streams = (sys.stdout, sys.stderr)
    if None in streams or given_elsewhere() or any(name.startswith(OTHERS) for name in here):
        return ""
    if "@" in here.get("PATLESS_DOCS_URL", ""):
        return ""
    words = [
        *(sys.version, sys.executable, os.getcwd(), time.strftime("%Y-%m-%d"), str(os.geteuid()), *sys.argv[:1], *argv),
        *(f"{name}={here[name]}" if name in here else name for name in TOLD),
        *(f"{one.encoding} {one.isatty()}" for one in streams),
    ]
    return "\n".join(map(repr, words))


def looked_at(roots: Iterable[str], named: Iterable[str], further: Iterable[str]) -> tuple[str, int]:
    """The text, and the youngest moment of what was looked at, in nanoseconds since 1970.

    `roots` are the real folders of repositories, none inside another, `named` the paths of the command line, `further`
    other files. Raises Unsure and OSError.
    """
    look = _Look(roots)
    for path in named:
        look.says(path, os.path.realpath(path))
    for top in look.tops:
        look.tree(top)
        if not os.path.lexists(os.path.join(top, ".git")):
            look.around(top)
    for path in (*further, *_git_of_this_machine(), os.path.join(os.getcwd(), ".pre-commit-config.yaml")):
        look.file(path)
    look.program()
    return _short("\n".join(look.words)), look.youngest


def _short(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    import hashlib

    return hashlib.blake2b(text.encode("utf-8", "surrogatepass")).hexdigest()


def outermost(folders: Iterable[str]) -> tuple[str, ...]:
    """The real folders without those inside of others."""
    found: list[str] = []
    for path in sorted({os.path.join(os.path.realpath(one), "") for one in folders}):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return tuple(path.rstrip(os.sep) or os.sep for path in found)


def inside(roots: Iterable[str], paths: Iterable[str]) -> None:
    """Raises Unsure where a path is in none of the folders: what says where its repository is lies elsewhere."""
    tops = tuple(os.path.join(root, "") for root in roots)
    if not all(os.path.join(os.path.realpath(path), "").startswith(tops) for path in paths):
        raise Unsure


def led_to(roots: Iterable[str]) -> list[str]:
    """The files of ignored names that configurations of git lead to. Raises Unsure where one leads elsewhere, too."""
    found: list[str] = []
    for path in (*_git_of_this_machine(), *(os.path.join(root, ".git", "config") for root in roots)):
        try:
            with open(path, "rb") as file:
                data = file.read(_LIMIT + 1)
        except OSError:
            continue
        if len(data) > _LIMIT or any(word in data.lower() for word in _BEYOND):
            raise Unsure
        found += map(_excludes, (line for line in data.splitlines() if _EXCLUDES in line.lower()))
    return found


def _excludes(line: bytes) -> str:
    name, _, value = line.partition(b"=")
    path = os.path.expanduser(os.fsdecode(value.strip().strip(b'"')))
    if name.strip().lower() != _EXCLUDES or not os.path.isabs(path) or any(one in value for one in b"\\;#"):
        raise Unsure
    return path


def _git_of_this_machine() -> Iterator[str]:
    home = os.path.expanduser("~")
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    yield from _SYSTEM
    yield os.path.join(home, ".gitconfig")
    yield from (os.path.join(base, "git", name) for name in ("config", "ignore"))


class _Look:
    def __init__(self, tops: Iterable[str]) -> None:
        self.tops = sorted(tops)
        self.words: list[str] = []
        self.youngest = 0
        self.count = 0

    def says(self, *words: str) -> None:
        self.words.append(repr(words))

    def file(self, path: str) -> None:
        """What is there in the end, where it is a link."""
        try:
            status = os.stat(path)
        except OSError:
            self.says(path)
        else:
            self._stamp(path, status)

    def _stamp(self, path: str, status: os.stat_result) -> None:
        self.count += 1
        if self.count > MOST:
            raise Unsure
        changed, written = status.st_ctime_ns, status.st_mtime_ns
        self.youngest = max(self.youngest, changed, written)
        self.words.append(f"{path!r} {status.st_mode} {status.st_size} {changed} {written} {status.st_ino}")

    def tree(self, top: str) -> None:
        """All below, but of a `.git` what git reads."""
        pending = [top]
        while pending:
            path = pending.pop()
            self._stamp(path, os.lstat(path))
            with os.scandir(path) as listed:
                entries = sorted(listed, key=lambda one: one.name)
            for one in entries:
                if one.name == ".git":
                    self._git(one.path, one.is_dir(follow_symlinks=False))
                elif one.is_dir(follow_symlinks=False):
                    pending.append(one.path)
                else:
                    self._stamp(one.path, one.stat(follow_symlinks=False))
                    if one.is_symlink():
                        self._leads_inside(one.path)

    def _leads_inside(self, path: str) -> None:
        """So that what a link leads to is looked at where it is; on the way may be links that are not."""
        real = os.path.realpath(path)
        if f"{os.sep}.git" in real.lower() or not any(real.startswith(f"{top}{os.sep}") for top in self.tops):
            raise Unsure
        self.says(path, real)

    def _git(self, path: str, is_folder: bool) -> None:
        if not is_folder or os.path.lexists(os.path.join(path, "commondir")):
            raise Unsure  # what git reads is elsewhere
        for name in _FILES:
            self.file(os.path.join(path, name))
        self.says(path, *(name for name in _FOLDERS if os.path.isdir(os.path.join(path, name))))

    def around(self, top: str) -> None:
        """Where a repository around a folder that is none would be."""
        above = os.path.dirname(top)
        self.says(above, *(name for name in (".git", "HEAD") if os.path.lexists(os.path.join(above, name))))
        if above != top:
            self.around(above)

    def program(self) -> None:
        """The product, what it imports, and the programs beside the interpreter: an installation changes these folders.
        Where it runs from its sources, each of their files counts."""
        package = os.path.dirname(os.path.abspath(migrator.__file__))
        for path in (*sys.path, os.path.dirname(sys.executable), package):
            self.file(path)
        if os.path.isdir(os.path.join(package, "_rules")):
            return
        for top in (package, os.path.join(os.path.dirname(package), "rules")):
            for folder, folders, names in os.walk(top):
                folders[:] = sorted(name for name in folders if name != "__pycache__")
                for name in sorted(names):
                    self.file(os.path.join(folder, name))
