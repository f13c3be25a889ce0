"""The bare git repositories of the box: made from nothing, written to by `git fast-import`, and read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from migrator.repositories.git import needed

_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_FORMAT = "tformat:%H%x00%cI%x00%an <%ae>%x00%P%x00%B%x00"


@dataclass(frozen=True, slots=True)
class FileDifference:
    """`status` is git's letter. `old` and `new` are paths, None where there is no file; the lines of others are 0."""

    status: str
    old: str | None
    new: str | None
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class TagNote:
    """What an annotated tag says: who made it, when, in ISO 8601, and why."""

    author: str
    date: str
    message: str


class StoreError(Exception):
    """git refuses; the message is its own words."""


class Link(str):
    """A file that is a symbolic link to this path."""


class Executable(str):
    """A file with this text that can be executed."""


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A change to a branch: `files` are texts by path, None deletes. `author` is `Name <mail>`.

    A branch that is not there begins at `start`, a hash or a branch, by default the main branch.
    """

    branch: str
    files: Mapping[str, str | bytes | None]
    message: str
    author: str
    when: datetime
    start: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that is there. `date` is ISO 8601 with its offset."""

    hash: str
    date: str
    author: str
    parents: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """`kind` is `blob`, `tree` or `commit` (a submodule); `size` in bytes, of blobs."""

    mode: str
    kind: str
    hash: str
    size: int
    path: str


def environment() -> dict[str, str]:
    """For a git that reads no configuration but the repository's."""
    return needed() | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}


def create(folder: Path, main: str) -> None:
    """What `git init --bare` makes, without the process."""
    for name in ("objects/pack", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").write_text(f"ref: refs/heads/{main}\n")
    (folder / "config").write_text(_CONFIG)


def write(folder: Path, commits: Sequence[NewCommit], main: str) -> list[str]:
    """Append the commits in their order; their hashes. Raises StoreError, as where a branch would lose commits."""
    known, stream = set(branches(folder)), bytearray()
    seen = set[str]()
    for mark, commit in enumerate(commits, 1):
        stream += _header(commit, mark)
        if commit.branch not in seen:
            stream += _from(commit, known, seen, main)
        seen.add(commit.branch)
        for path, text in commit.files.items():
            stream += _file(path, text)
        stream += f"\nget-mark :{mark}\n".encode()
    options = ("-c", "fastimport.unpackLimit=1", "-c", "core.fsyncMethod=batch", "-c", "core.fsync=none")
    out = _git(folder, *options, "fast-import", "--quiet", "--done", given=bytes(stream) + b"done\n")
    return out.decode().split()


def empty(folder: Path, kind: str = "heads") -> bool:
    """Whether there is no branch, or with `tags` no tag; without asking git."""
    loose = folder / "refs" / kind
    return not (folder / "packed-refs").exists() and not (loose.exists() and any(loose.iterdir()))


def branches(folder: Path) -> dict[str, str]:
    """Hashes by name."""
    return _refs(folder, "heads")


def tags(folder: Path) -> dict[str, str]:
    """Hashes of what is tagged by name, also for annotated tags."""
    return _refs(folder, "tags")


def notes(folder: Path) -> dict[str, TagNote]:
    """What annotated tags say, by name; light ones say nothing."""
    if empty(folder, "tags"):
        return {}
    parts = ("%(refname:lstrip=2)", "%(objecttype)", "%(taggername) %(taggeremail)", "%(taggerdate:iso-strict)")
    out = _git(folder, "for-each-ref", f"--format={'%00'.join((*parts, '%(contents)%00'))}", "refs/tags")
    rows = [row.split("\0") for row in out.decode("utf-8", "replace").split("\0\n")[:-1]]
    return {name: TagNote(*rest) for name, kind, *rest in rows if kind == "tag"}


def resolve(folder: Path, revision: str) -> str | None:
    """The full hash of a commit, None where there is none."""
    if not revision or revision.startswith("-"):
        return None
    try:
        out = _git(folder, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except StoreError:
        return None
    return out.decode().strip()


def revisions(folder: Path, hashes: Iterable[str]) -> dict[str, Revision]:
    wanted = "".join(f"{name}\n" for name in dict.fromkeys(hashes))
    if not wanted:
        return {}
    out = _git(folder, "log", "--no-walk=unsorted", "--stdin", f"--format={_FORMAT}", given=wanted.encode())
    return {revision.hash: revision for revision in _revisions(out)}


def history(folder: Path, revision: str, path: str = "", without: Sequence[str] = ()) -> list[Revision]:
    """The commits that lead to `revision`, the newest first, those that changed `path` only where it is given."""
    out = _git(
        folder, "log", f"--format={_FORMAT}", revision, *(f"^{name}" for name in without), "--", *([path] * bool(path))
    )
    return _revisions(out)


def entry(folder: Path, revision: str, path: str) -> StoredEntry | None:
    """What is at `path`; the root is an entry without a path."""
    if not path.strip("/"):
        return StoredEntry("040000", "tree", revision, 0, "")
    if {"..", "."} & set(path.split("/")):
        return None
    found = _entries(_git(folder, "ls-tree", "-z", "-l", "--full-tree", revision, "--", path.strip("/")))
    return found[0] if found else None


def listing(folder: Path, revision: str, path: str, depth: int) -> list[StoredEntry]:
    """The entries below a folder, down to `depth` levels, folders before what is in them."""
    inside = path.strip("/")
    place = [f"{inside}/"] if inside else []
    nested = ["-r", "-t"] if depth > 1 else []
    found = _entries(_git(folder, "ls-tree", "-z", "-l", *nested, "--full-tree", revision, "--", *place))
    base = len(inside.split("/")) if inside else 0
    below = [entry for entry in found if base < len(entry.path.split("/")) <= base + depth]
    return [entry for entry in below if not inside or entry.path.startswith(f"{inside}/")]


def content(folder: Path, blob: str) -> bytes:
    return _git(folder, "cat-file", "blob", blob)


def point(folder: Path, ref: str, to: str | None) -> None:
    """Set or, with None, delete a full ref."""
    _git(folder, "update-ref", *(("-d", ref) if to is None else (ref, to)))


def merge(
    folder: Path, ours: str, theirs: str, message: str, author: str, when: datetime, *, squashed: bool = False
) -> str | None:
    """A merge commit of two hashes, which no ref has yet; None where they conflict. `squashed`: it is a commit on the
    first alone. Needs git 2.38."""
    try:
        tree = _git(folder, "merge-tree", "--write-tree", ours, theirs).decode().strip()
    except StoreError:
        return None
    name, _, address = author.rstrip(">").partition(" <")
    person = {"NAME": name, "EMAIL": address, "DATE": f"{int(when.timestamp())} +0000"}
    stamped = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in person.items()}
    parents = ("-p", ours) if squashed else ("-p", ours, "-p", theirs)
    return _git(folder, "commit-tree", tree, *parents, "-m", message, more=stamped).decode().strip()


def rebased(folder: Path, onto: str, tip: str) -> str | None:
    """The commits that lead to `tip` and not to `onto`, made anew on that, with their authors and dates; the last one.
    None where they conflict."""
    for one in reversed(history(folder, tip, without=[onto])):
        before = one.parents[0]
        # merge-tree takes the base from the history: two commits on one that is as the commit's parent is
        common = _tree_commit(folder, before)
        ours = _tree_commit(folder, onto, common)
        theirs = _tree_commit(folder, one.hash, common)
        try:
            tree = _git(folder, "merge-tree", "--write-tree", ours, theirs).decode().strip()
        except StoreError:
            return None
        name, _, address = one.author.rstrip(">").partition(" <")
        person = {"NAME": name, "EMAIL": address, "DATE": one.date}
        stamped = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in person.items()}
        onto = _git(folder, "commit-tree", tree, "-p", onto, "-m", one.message, more=stamped).decode().strip()
    return onto


def _tree_commit(folder: Path, like: str, *parents: str) -> str:
    """A commit that no ref has, with the files of another one."""
    person = {"NAME": "Box", "EMAIL": "box@acme.example", "DATE": "2020-01-01T00:00:00Z"}
    stamped = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in person.items()}
    options = [word for parent in parents for word in ("-p", parent)]
    return _git(folder, "commit-tree", f"{like}^{{tree}}", *options, "-m", "tree", more=stamped).decode().strip()


def base(folder: Path, one: str, other: str) -> str | None:
    """The commit that both come from."""
    try:
        return _git(folder, "merge-base", one, other).decode().strip()
    except StoreError:
        return None


def diff(folder: Path, old: str, new: str, *options: str) -> bytes:
    return _git(folder, "diff", "--no-color", "--no-ext-diff", "--no-textconv", *options, old, new, "--")


def changes(folder: Path, old: str, new: str) -> list[FileDifference]:
    """What differs file by file; a file that is much like one that is gone is that one, renamed."""
    lines = diff(folder, old, new, "-M", "--raw", "--numstat", "-z").decode("utf-8", "replace").split("\0")
    named: dict[str, tuple[str, str | None, str | None]] = {}
    counts: dict[str, tuple[int, int]] = {}
    parts = iter(lines[:-1])
    for part in parts:
        if part.startswith(":"):
            status, path = part.rpartition(" ")[2][0], next(parts)
            after = next(parts) if status == "R" else path
            named[after] = status, None if status == "A" else path, None if status == "D" else after
            continue
        added, removed, path = part.split("\t", 2)
        if not path:
            path = (next(parts), next(parts))[1]
        counts[path] = int(added) if added.isdecimal() else 0, int(removed) if removed.isdecimal() else 0
    return [FileDifference(*named[path], *counts[path]) for path in named]


def _header(commit: NewCommit, mark: int) -> bytes:
    person = f"{commit.author} {int(commit.when.timestamp())} +0000"
    message = commit.message.encode()
    head = f"commit refs/heads/{commit.branch}\nmark :{mark}\nauthor {person}\ncommitter {person}\n"
    return head.encode() + b"data %d\n%b\n" % (len(message), message)


def _from(commit: NewCommit, known: set[str], seen: set[str], main: str) -> bytes:
    start = commit.branch if commit.branch in known and not commit.start else commit.start or main
    if start in seen:
        return f"from refs/heads/{start}\n".encode()
    if start in known:
        return f"from refs/heads/{start}^0\n".encode()
    return f"from {start}\n".encode() if commit.start else b""


def _file(path: str, text: str | bytes | None) -> bytes:
    escaped = path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    if text is None:
        return b'D "%b"\n' % escaped
    mode = b"120000" if isinstance(text, Link) else b"100755" if isinstance(text, Executable) else b"100644"
    data = text.encode() if isinstance(text, str) else text
    return b'M %b inline "%b"\ndata %d\n%b\n' % (mode, escaped, len(data), data)


def _refs(folder: Path, kind: str) -> dict[str, str]:
    if empty(folder, kind):
        return {}
    out = _git(
        folder,
        "for-each-ref",
        "--format=%(refname:lstrip=2)%00%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)",
        f"refs/{kind}",
    )
    return dict(line.split("\0", 1) for line in out.decode("utf-8", "replace").splitlines())


def _revisions(out: bytes) -> list[Revision]:
    parts = out.decode("utf-8", "replace").split("\0")[:-1]
    rows = [parts[at : at + 5] for at in range(0, len(parts), 5)]
    return [
        Revision(name.lstrip("\n"), date, author, tuple(parents.split()), message)
        for name, date, author, parents, message in rows
    ]


def _entries(out: bytes) -> list[StoredEntry]:
    found = []
    for row in out.decode("utf-8", "replace").split("\0")[:-1]:
        about, _, path = row.partition("\t")
        mode, kind, name, size = about.split()
        found.append(StoredEntry(mode, kind, name, int(size) if size.isdecimal() else 0, path))
    return found


def _git(folder: Path, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> bytes:
    done = subprocess.run(
        ["git", "--literal-pathspecs", *arguments],
        cwd=folder,
        env=environment() | {"GIT_DIR": str(folder)} | dict(more or {}),
        input=given,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise StoreError(done.stderr.decode("utf-8", "replace").strip() or f"git ended with {done.returncode}")
    return done.stdout
