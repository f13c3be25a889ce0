"""Questions to the `git` program that run nothing of the repository that is asked about."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from migrator.text.files import read_bounded
from migrator.text.patterns import regex
from migrator.text.view import Unreadable
from migrator.text.waiting import Endless, waited

_KEPT = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_HARMLESS = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=false"),
    "--no-pager",
)
_READ = ("config", "config.worktree", "HEAD", "index", "packed-refs", "commondir", "info/exclude", "shallow")
"""Files of `.git` that git reads before it says anything."""
_SECONDS = 120
_NO_WORK_TREE = (b"not a git repository", b"must be run in a work tree")
_BITBUCKET = regex(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/]*@)?(?:altssh\.)?bitbucket\.org(?::\d+(?=/))?[:/]/*"
    r"(?P<workspace>[^/:]+)/(?P<repository>[^/]+?)(?:\.git)?/?",
    re.IGNORECASE,
)

_NEEDED = regex(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|TE?MP|XDG_[A-Z]{1,20}_(?:HOME|DIRS?)|(?:LD|DYLD)_LIBRARY_PATH|"
    r"(?:NIX_)?SSL_CERT_(?:FILE|DIR)|CURL_CA_BUNDLE|SYSTEMROOT|COMSPEC|PATHEXT",
    re.IGNORECASE,
)
"""Variables of this process that any program is given. A credential can be in every other one, whatever its name is:
whoever calls a program gives it the one that it needs."""
PROXIES = regex(r"(?:https?|all|no)_proxy", re.IGNORECASE)
_PLAIN = regex(rb'\[(?P<section>[a-z]+(?: "[^"\\]*")?)\]|\t(?P<key>[A-Za-z][A-Za-z0-9-]*) = (?P<value>[^"\\#;]*)')
"""A line of a configuration file in the form that git itself writes."""
_HEAD = regex(rb"(?:ref: refs/[\x21-\x7e]+|[0-9a-f]{40})\n?")
_ELSEWHERE = (b"include", b"worktreeConfig", b"worktreeconfig")


class GitError(Exception):
    """git is there and refuses. The message is a sentence and ends with git's own words."""


class NotRead(GitError):
    """git does not read what is there as a repository, or not all of it."""


class GitMissing(Exception):
    """The git program is not installed."""

    def __init__(self) -> None:
        super().__init__("git is not installed, or not on the PATH; install it and run the same command again")


def top_level(folder: Path) -> Path | None:
    """The root of the work tree that `folder` is in, None outside of one. Raises GitError and GitMissing."""
    no_traps(folder)
    if plain := _plain_top_level(folder):
        return plain
    said = answer(folder, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(said.removesuffix(b"\n"))) if said else None


def _plain_top_level(folder: Path) -> Path | None:
    """What git would say of an ordinary repository of this user, without starting it; None where only git can tell."""
    if os.name == "nt" or any(map(is_kept, os.environ)):
        return None
    real = Path(os.path.realpath(folder))
    for above in (real, *real.parents):
        inside = above / ".git"
        if os.path.lexists(inside):
            return above if _is_plain(inside) and _is_one_place(real, above, inside) else None
        if os.path.lexists(above / "HEAD"):  # it may be a repository without a work tree
            return None
    return None


def is_kept(name: str) -> bool:
    """Whether git is given the variable, and reads its configuration in another way."""
    return name.startswith(_KEPT)


def is_ordinary(root: Path) -> bool:
    """Whether git takes `root` for the root of a repository of this user whose work tree is all of it."""
    inside = root / ".git"
    return _is_plain(inside) and _is_one_place(root, root, inside)


def _is_one_place(folder: Path, top: Path, inside: Path) -> bool:
    """Whether all is this user's, which git asks for, and on one file system, which it does not leave."""
    try:
        found = [os.lstat(one) for one in (folder, top, inside)]
    except OSError:
        return False
    return len({one.st_dev for one in found}) == 1 and {one.st_uid for one in found} == {os.geteuid()}


def _is_plain(inside: Path) -> bool:
    """Whether a `.git` is a folder that git takes for a repository whose work tree is around it."""
    if inside.is_symlink() or os.path.lexists(inside / "commondir"):
        return False
    if not all(os.path.isdir(inside / name) for name in ("objects", "refs")):
        return False
    try:
        head = read_bounded(inside / "HEAD") or b""
    except Unreadable:
        return False
    core = {key: value for section, key, value in plain_settings(inside) or () if section == b"core"}
    return (
        bool(_HEAD.fullmatch(head))
        and core.get(b"repositoryformatversion") == b"0"
        and core.get(b"bare") == b"false"
        and b"worktree" not in core
    )


def files(root: Path) -> list[str] | None:
    """Tracked and untracked, not ignored, paths under `root`, once each; None outside of a work tree.

    Submodules and untracked repositories inside are listed as git lists them: by their folder.
    """
    listed = answer(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return None if listed is None else sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})


def remote_slug(root: Path) -> tuple[str, str] | None:
    """Workspace and repository slug of the remote `origin`, None where it is not on bitbucket.org."""
    url = _plain_origin(root)
    if url is None:
        try:
            url = answer(root, "config", "--get", "remote.origin.url")
        except (GitError, GitMissing):
            return None
    return slug(os.fsdecode(url).strip()) if url else None


def _plain_origin(root: Path) -> bytes | None:
    """The URL of `origin` as the repository's configuration file says, b'' where it names none.

    None where only git can tell: the file is elsewhere, includes others, or is not in the form that git writes.
    """
    settings = plain_settings(root / ".git")
    if settings is None:
        return None
    urls = [value for section, key, value in settings if (section, key) == (b'remote "origin"', b"url")]
    return urls[-1] if urls else b""


def plain_settings(inside: Path) -> list[tuple[bytes, bytes, bytes]] | None:
    """Section, key in small letters, and value of each line of a repository's configuration, in order; None where it
    has another form than git writes, or leads to others."""
    try:
        data = read_bounded(inside / "config")
    except Unreadable:
        return None
    if data is None:
        return None
    section, settings = b"", list[tuple[bytes, bytes, bytes]]()
    for line in data.splitlines():
        found = _PLAIN.fullmatch(line)
        if found is None or found["section"] in _ELSEWHERE or found["key"] in _ELSEWHERE:
            return None
        section = found["section"] or section
        if found["key"]:
            settings.append((section, found["key"].lower(), found["value"]))
    return settings


def slug(url: str) -> tuple[str, str] | None:
    """Workspace and repository slug of a bitbucket.org URL in its https, ssh or scp form."""
    found = _BITBUCKET.fullmatch(url)
    return (found["workspace"].lower(), found["repository"].lower()) if found else None


def needed(*more: re.Pattern[str]) -> dict[str, str]:
    """What a program that is no part of patless is run with, besides variables whose names are like one of `more`."""
    return {name: value for name, value in os.environ.items() if any(one.fullmatch(name) for one in (_NEEDED, *more))}


def environment(*more: re.Pattern[str]) -> dict[str, str]:
    """What git is run with: no credential, and of this process's own GIT_ variables where its configuration is."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    own = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    return needed(*more) | kept | own


def command(*arguments: str) -> list[str]:
    return ["git", *_HARMLESS, *arguments]


def no_traps(folder: Path) -> None:
    """Raises GitError where git would wait for ever: for what is no plain file where it reads one, such as a pipe."""
    for above in (folder, *folder.absolute().parents):
        inside = os.path.join(above, ".git")
        if not os.path.lexists(inside):
            continue
        for path in (inside, *(os.path.join(inside, name) for name in _READ)):
            with suppress(OSError):
                mode = os.stat(path).st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise GitError(f"patless does not ask git about {folder}: {path} is not a plain file")
        return


def answer(folder: Path, *arguments: str) -> bytes | None:
    """What git says in a folder, None where it says no, or that there is no work tree. Raises GitError and
    GitMissing."""
    no_traps(folder)
    code, output, errors = run(folder, environment(), b"", _SECONDS, *arguments)
    if code == 0:
        return output
    if code == 1 or any(words in errors for words in _NO_WORK_TREE):
        return None
    raise refusal(folder, code, errors)


def run(
    folder: Path, variables: Mapping[str, str], given: bytes, seconds: float, *arguments: str
) -> tuple[int, bytes, bytes]:
    """The exit code, the output and the errors of git, whose whole environment is `variables`. Raises GitError where it
    does not come to an end, and GitMissing."""
    try:
        process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except FileNotFoundError:
        raise lacking(folder) from None
    try:
        output, errors = waited(process, given, seconds)
    except subprocess.TimeoutExpired:
        raise GitError(f"git needs more than {seconds:g} seconds for the repository at {folder}") from None
    except Endless as error:
        raise GitError(f"git {error} for the repository at {folder}") from None
    return process.returncode, output, errors


def lacking(folder: Path) -> Exception:
    """What is not there where git cannot be started: the folder, or git."""
    return (
        GitMissing()
        if folder.is_dir()
        else NotRead(f"no repository at {folder}; if it is a copy of the cache, run `patless fleet scan` to fetch it")
    )


def refusal(folder: Path, code: int, stderr: bytes) -> GitError:
    """git's own words in a sentence."""
    words = stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    return NotRead(f"git does not read the repository at {folder}: {words or f'exit code {code}'}")
