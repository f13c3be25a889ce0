"""Branches, objects and history of hostile repositories, with the real git."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from pathlib import Path

import pytest

from migrator.engine.analysis import analyse
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.names import PATHSPECS
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.repositories import history, objects
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refs import RefKind, refs
from migrator.repositories.refview import RefView
from migrator.rulebook.reading import load
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable
from tests.repositories.conftest import Git

FILE, RUN, LINK, MODULE, FOLDER = "100644", "100755", "120000", "160000", "40000"


def loose(root: Path, kind: str, data: bytes) -> str:
    """Write an object as it is: git's own commands refuse much of what a hostile repository holds."""
    whole = f"{kind} {len(data)}\0".encode() + data
    oid = hashlib.sha1(whole).hexdigest()
    path = root / ".git" / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(zlib.compress(whole))
    return oid


def tree(root: Path, *entries: tuple[str, bytes, str]) -> str:
    return loose(
        root, "tree", b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    )


def commit(root: Path, of: str, ref: str = "refs/heads/main", *parents: str, when: int = 1_700_000_000) -> str:
    lines = [f"tree {of}", *(f"parent {parent}" for parent in parents)]
    who = f"A\x1b[31m <a@example.invalid> {when} +0000"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----"
    oid = loose(root, "commit", "\n".join([*lines, f"author {who}", f"committer {who}", signature, "", "m"]).encode())
    path = root / ".git" / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(oid + "\n")
    return oid


def blob(root: Path, data: bytes = b"x") -> str:
    return loose(root, "blob", data)


def paths(root: Path, of: str) -> list[str]:
    with Objects(root) as open_objects:
        return sorted(entry.path for entry in open_objects.entries(of))


# Refs


def test_a_repository_without_commits_has_no_refs(git: Git, tmp_path: Path) -> None:
    assert refs(tmp_path) == []
    assert history.versions(tmp_path, PATHSPECS).versions == ()


def test_outside_of_a_repository_is_an_error_with_gits_words(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        refs(tmp_path)
    with Objects(tmp_path) as open_objects, pytest.raises(GitError, match="not a git repository"):
        open_objects.read("0" * 40)


def test_what_is_no_commit_is_no_ref(git: Git, tmp_path: Path) -> None:
    of = commit(tmp_path, tree(tmp_path), "refs/heads/main")
    for name, oid in (("blob", blob(tmp_path)), ("tree", tree(tmp_path))):
        (tmp_path / ".git" / "refs" / "tags").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".git" / "refs" / "tags" / name).write_text(oid)
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/main")
    git("update-ref", "refs/notes/commits", of)
    assert [one.name for one in refs(tmp_path)] == ["refs/heads/main"]


def test_a_tag_of_a_tag_leads_to_a_commit_too(git: Git, tmp_path: Path) -> None:
    made = commit(tmp_path, tree(tmp_path, (FILE, b"a", blob(tmp_path))))
    target, kind = made, "commit"
    for name in ("one", "two", "three"):
        text = f"object {target}\ntype {kind}\ntag {name}\ntagger A <a@example.invalid> 1700000000 +0000\n\nm\n"
        target, kind = loose(tmp_path, "tag", text.encode()), "tag"
    path = tmp_path / ".git" / "refs" / "tags" / "release"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(target + "\n")
    assert [(ref.name, ref.commit) for ref in refs(tmp_path)] == [
        ("refs/heads/main", made),
        ("refs/tags/release", made),
    ]


def test_branches_remotes_and_tags_lead_to_commits(git: Git, tmp_path: Path) -> None:
    of = commit(tmp_path, tree(tmp_path), "refs/heads/a/b", when=1_600_000_000)
    git("update-ref", "refs/remotes/origin/a/b", of)
    git("tag", "-a", "-m", "m", "v1", of)
    found = refs(tmp_path)
    assert [(one.kind, one.short, one.commit, one.committed) for one in found] == [
        (RefKind.BRANCH, "a/b", of, 1_600_000_000),
        (RefKind.REMOTE, "origin/a/b", of, 1_600_000_000),
        (RefKind.TAG, "v1", of, 1_600_000_000),
    ]
    assert {one.author for one in found} == {"A\x1b[31m"}


def test_a_ref_that_looks_like_an_option_is_a_name(git: Git, tmp_path: Path) -> None:
    commit(tmp_path, tree(tmp_path), "refs/heads/--upload-pack=touch hit".replace(" ", "_"))
    commit(tmp_path, tree(tmp_path), "refs/heads/$(touch hit)".replace(" ", "_"))
    found = refs(tmp_path)
    assert sorted(one.short for one in found) == ["$(touch_hit)", "--upload-pack=touch_hit"]
    assert paths(tmp_path, found[0].commit) == []


# Objects


@pytest.mark.parametrize("name", ["HEAD", "--batch", "main", "a" * 39, "A" * 40, "a" * 40 + "\nb", "", ":file"])
def test_only_names_of_objects_are_asked_for(git: Git, tmp_path: Path, name: str) -> None:
    with Objects(tmp_path) as open_objects, pytest.raises(ValueError, match="name of an object"):
        open_objects.sizes([name])


def test_a_missing_object_is_an_error_and_the_next_question_is_answered(git: Git, tmp_path: Path) -> None:
    there, gone = blob(tmp_path, b"one"), "0" * 39 + "1"
    with Objects(tmp_path) as open_objects:
        assert open_objects.sizes([gone, there]) == {there: 3}
        with pytest.raises(GitError, match="lacks object"):
            open_objects.read(gone)
        assert open_objects.read(there) == b"one"
        with pytest.raises(GitError, match="lacks commit"):
            list(open_objects.entries(gone))


def test_what_earlier_commits_have_at_the_same_path_is_not_listed_again(git: Git, tmp_path: Path) -> None:
    one, other = blob(tmp_path, b"one"), blob(tmp_path, b"other")
    folder = tree(tmp_path, (FILE, b"a", one), (FILE, b"b", one))
    changed = tree(tmp_path, (RUN, b"a", one), (FILE, b"b", one))
    commits = [
        commit(tmp_path, tree(tmp_path, (FOLDER, b"d", folder), (FILE, b"f", one))),
        commit(tmp_path, tree(tmp_path, (FOLDER, b"d", folder), (FILE, b"f", one)), "refs/heads/same", when=1),
        commit(tmp_path, tree(tmp_path, (FOLDER, b"d", changed), (FOLDER, b"e", folder)), "refs/heads/moved"),
        commit(tmp_path, tree(tmp_path, (FILE, b"d", one), (FILE, b"f", other)), "refs/heads/file"),
    ]
    with Objects(tmp_path) as open_objects:
        found = dict(open_objects.unseen(commits))
    listed = [sorted((entry.path, entry.mode, entry.oid) for entry in found[of]) for of in commits]  # type: ignore[union-attr]
    assert listed == [
        [("d/a", 0o100644, one), ("d/b", 0o100644, one), ("f", 0o100644, one)],
        [],
        [("d/a", 0o100755, one), ("e/a", 0o100644, one), ("e/b", 0o100644, one)],
        [("d", 0o100644, one), ("f", 0o100644, other)],
    ]


def test_what_a_commit_holds_that_cannot_be_read_whole_is_not_taken_as_seen(git: Git, tmp_path: Path) -> None:
    folder = tree(tmp_path, (FILE, b"a", blob(tmp_path)))
    broken = commit(tmp_path, tree(tmp_path, (FOLDER, b"d", folder), (FOLDER, b"gone", "0" * 39 + "1")))
    whole = commit(tmp_path, tree(tmp_path, (FOLDER, b"d", folder)), "refs/heads/whole")
    with Objects(tmp_path) as open_objects:
        found = dict(open_objects.unseen([broken, whole]))
    assert isinstance(found[broken], GitError)
    assert [entry.path for entry in found[whole]] == ["d/a"]  # type: ignore[union-attr]


@pytest.mark.parametrize("damage", [b"100644 a\0short", b"9 a\0" + bytes(20), b"100644 \0" + bytes(20), b"x"])
def test_a_folder_that_is_none_is_an_error(git: Git, tmp_path: Path, damage: bytes) -> None:
    of = commit(tmp_path, loose(tmp_path, "tree", b"100644 b\0" + bytes(20) + damage))
    with pytest.raises(GitError, match="damaged"):
        paths(tmp_path, of)


def test_contents_are_the_bytes_that_they_are(git: Git, tmp_path: Path) -> None:
    written = [b"", b"\n", b"a\r\n", os.urandom(300_000), b"\0" * 70_000, *(str(n).encode() for n in range(50))]
    oids = [blob(tmp_path, data) for data in written]
    with Objects(tmp_path) as open_objects:
        assert [data for _, data in open_objects.blobs(oids)] == written
        assert [open_objects.read(oid) for oid in oids[:5]] == written[:5]
        assert open_objects.sizes(oids) == {oid: len(data) for oid, data in zip(oids, written, strict=True)}


def test_whoever_stops_early_leaves_nothing_behind(git: Git, tmp_path: Path) -> None:
    large, small = blob(tmp_path, b"x" * 300_000), blob(tmp_path, b"small")
    with Objects(tmp_path) as open_objects:
        for _ in open_objects.pieces(large):
            break
        assert open_objects.read(small) == b"small"


@pytest.mark.parametrize(
    "name",
    [b"new\nline", b"\x1b[31m", b"latin-\xe9", b"--upload-pack=x", b"\xff\xfe", b"a\tb", b" ", "ü".encode()],
    ids=ascii,
)
def test_odd_names_are_listed_as_they_are(git: Git, tmp_path: Path, name: bytes) -> None:
    of = commit(tmp_path, tree(tmp_path, (FILE, name, blob(tmp_path))))
    assert paths(tmp_path, of) == [os.fsdecode(name)]


def test_links_modules_and_folders_are_told_apart(git: Git, tmp_path: Path) -> None:
    one = blob(tmp_path)
    inner = tree(tmp_path, (RUN, b"run", one))
    of = commit(
        tmp_path, tree(tmp_path, (FOLDER, b"d", inner), (FILE, b"f", one), (LINK, b"l", one), (MODULE, b"m", "1" * 40))
    )
    with Objects(tmp_path) as open_objects:
        found = {entry.path: entry for entry in open_objects.entries(of)}
    assert {path: (e.is_file, e.is_link, e.is_module, e.is_executable) for path, e in found.items()} == {
        "d/run": (True, False, False, True),
        "f": (True, False, False, False),
        "l": (False, True, False, False),
        "m": (False, False, True, False),
    }


def test_a_folder_within_itself_ten_times_over_is_not_unfolded(git: Git, tmp_path: Path) -> None:
    inner = tree(tmp_path, *((FILE, b"f%d" % n, blob(tmp_path)) for n in range(10)))
    for _ in range(9):
        inner = tree(tmp_path, *((FOLDER, b"d%d" % n, inner) for n in range(10)))
    of = commit(tmp_path, inner)
    with pytest.raises(GitError, match="more than 200000 files"):
        paths(tmp_path, of)


def test_folders_nested_too_deeply_are_not_read(git: Git, tmp_path: Path) -> None:
    inner = tree(tmp_path, (FILE, b"f", blob(tmp_path)))
    for _ in range(objects.DEPTH + 2):
        inner = tree(tmp_path, (FOLDER, b"d", inner))
    with pytest.raises(GitError):
        paths(tmp_path, commit(tmp_path, inner))


def test_a_damaged_folder_is_an_error(git: Git, tmp_path: Path) -> None:
    of = commit(tmp_path, loose(tmp_path, "tree", b"100644 name-without-an-end"))
    with pytest.raises(GitError):
        paths(tmp_path, of)


def test_a_replaced_object_is_read_as_it_was(git: Git, tmp_path: Path) -> None:
    one, other = blob(tmp_path, b"one"), blob(tmp_path, b"other")
    git("replace", one, other)
    with Objects(tmp_path) as open_objects:
        assert open_objects.read(one) == b"one"


def test_nothing_that_the_repository_configures_is_run(git: Git, tmp_path: Path) -> None:
    hit = tmp_path / "hit"
    git("config", "core.fsmonitor", f"touch {hit}")
    git("config", "filter.x.smudge", f"touch {hit}")
    git("config", "diff.x.textconv", f"touch {hit}")
    git("config", "diff.external", f"touch {hit}")
    git("config", "log.showSignature", "true")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {hit}\n")
    program.chmod(0o755)
    git("config", "gpg.program", str(program))
    attributes = blob(tmp_path, b"* filter=x diff=x\n")
    (tmp_path / ".gitattributes").write_text("* filter=x diff=x\n")
    of = commit(
        tmp_path, tree(tmp_path, (FILE, b".gitattributes", attributes), (FILE, b"a-pipelines.yml", blob(tmp_path)))
    )
    with Objects(tmp_path) as open_objects:
        assert RefView(open_objects, of).read("a-pipelines.yml") == b"x"
    assert len(history.versions(tmp_path, PATHSPECS).versions) == 1
    assert not hit.exists()


def test_a_missing_object_of_a_partial_clone_is_not_fetched(git: Git, tmp_path: Path) -> None:
    hit = tmp_path / "hit"
    git("config", "extensions.partialClone", "origin")
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "remote.origin.promisor", "true")
    git("config", "remote.origin.partialclonefilter", "blob:none")
    git("config", "remote.origin.url", f"ext::touch {hit}")
    git("config", "protocol.ext.allow", "always")
    with Objects(tmp_path) as open_objects, pytest.raises(GitError):
        open_objects.read("0" * 39 + "1")
    assert not hit.exists()
    of = commit(tmp_path, tree(tmp_path, (FILE, b"gone", "1" * 40), (FILE, b"here", blob(tmp_path, b"content"))))
    with Objects(tmp_path) as open_objects:
        view = RefView(open_objects, of)
        for _ in range(2):
            with pytest.raises(Unreadable, match="not in this clone"):
                view.read("gone")
            assert view.read("here") == b"content"
    assert not hit.exists()


# A commit as a View


def test_links_are_followed_inside_of_the_repository_only(git: Git, tmp_path: Path) -> None:
    inner = tree(tmp_path, (FILE, b"f", blob(tmp_path, b"content")))
    links = {
        b"abs": b"/etc/passwd",
        b"gone": b"nowhere",
        b"in": b"d/f",
        b"out": b"../x",
        b"round": b"round",
        b"z": b"d",
    }
    entries = [(FOLDER, b"d", inner), *((LINK, name, blob(tmp_path, target)) for name, target in links.items())]
    of = commit(tmp_path, tree(tmp_path, *sorted(entries, key=lambda entry: entry[1])))
    with Objects(tmp_path) as open_objects:
        view = RefView(open_objects, of)
        assert view.paths() == ("abs", "d/f", "gone", "in", "out", "round", "z")
        assert view.read("in") == view.read("z/f") == view.read("d/f") == b"content"
        assert view.read("none") is None
        for name, message in (
            ("abs", "leads out"),
            ("out", "leads out"),
            ("gone", "does not exist"),
            ("round", "circle"),
        ):
            with pytest.raises(Unreadable, match=message):
                view.read(name)


def test_a_large_file_and_a_missing_one_are_unreadable(git: Git, tmp_path: Path) -> None:
    large = blob(tmp_path, b"x" * (LIMIT + 1))
    of = commit(tmp_path, tree(tmp_path, (FILE, b"gone", "1" * 40), (FILE, b"large", large), (MODULE, b"m", "1" * 40)))
    with Objects(tmp_path) as open_objects:
        view = RefView(open_objects, of)
        assert view.paths() == ("gone", "large")
        assert view.read("m") is None
        for name, message in (("gone", "not in this clone"), ("large", "larger than 2 MiB")):
            with pytest.raises(Unreadable, match=message):
                view.read(name)


def test_the_engine_analyses_a_branch_that_is_not_checked_out(git: Git, tmp_path: Path) -> None:
    text = b"""pipelines:
  default:
    - step:
        script:
          - echo "$PAT" | docker login crg.apkg.io -u "$ME" --password-stdin
          - docker push crg.apkg.io/acme/web
"""
    of = commit(tmp_path, tree(tmp_path, (FILE, b"bitbucket-pipelines.yml", blob(tmp_path, text))), "refs/heads/old")
    with Objects(tmp_path) as open_objects:
        report = analyse(RefView(open_objects, of), ["bitbucket-pipelines.yml"], load(), Settings(), BITBUCKET)
    assert [finding.rule for finding in report.findings] == ["registry-login"]
    assert not (tmp_path / "bitbucket-pipelines.yml").exists()


# History


def test_every_version_on_every_branch_is_listed_merges_included(git: Git, tmp_path: Path) -> None:
    def at(data: bytes, *parents: str, ref: str = "refs/heads/main", when: int = 0) -> str:
        entries = [(FILE, b"other.txt", blob(tmp_path, data)), (FILE, b"x-pipelines.yml", blob(tmp_path, data))]
        return commit(tmp_path, tree(tmp_path, *entries), ref, *parents, when=1_700_000_000 + when)

    first = at(b"1")
    second = at(b"2", first, when=1)
    other = at(b"3", first, ref="refs/heads/other", when=2)
    at(b"4", second, other, when=3)  # a merge that is neither of its parents
    at(b"5", ref="refs/tags/alone", when=4)
    found = history.versions(tmp_path, PATHSPECS)
    assert found.complete
    assert {one.path for one in found.versions} == {"x-pipelines.yml"}
    with Objects(tmp_path) as open_objects:
        read = {open_objects.read(one.oid): one for one in found.versions}
    assert set(read) == {b"1", b"2", b"3", b"4", b"5"}
    assert (read[b"3"].commit, read[b"3"].committed) == (other, 1_700_000_002)


def test_a_deleted_script_that_is_asked_for_is_listed(git: Git, tmp_path: Path) -> None:
    names = [b":(exclude)*", b"--all", b"latin-\xe9.sh", b"new\nline.sh"]
    entries = [(FILE, name, blob(tmp_path, name)) for name in names]
    first = commit(tmp_path, tree(tmp_path, *entries))
    commit(tmp_path, tree(tmp_path), "refs/heads/main", first)
    found = history.versions(tmp_path, PATHSPECS, [os.fsdecode(name) for name in names])
    assert sorted(os.fsencode(one.path) for one in found.versions) == sorted(names)


def test_a_shallow_clone_is_not_complete(git: Git, tmp_path: Path) -> None:
    entry = (FILE, b"x-pipelines.yml", blob(tmp_path))
    first = commit(tmp_path, tree(tmp_path))
    commit(tmp_path, tree(tmp_path, entry), "refs/heads/main", first)
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--branch=main", "--no-checkout", tmp_path.as_uri(), str(shallow)],
        check=True,
    )
    found = history.versions(shallow, PATHSPECS)
    assert len(found.versions) == 1
    assert not found.complete


def test_more_versions_than_the_limit_are_not_complete(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LIMIT", 2)
    entries = [(FILE, b"%d-pipelines.yml" % n, blob(tmp_path)) for n in range(5)]
    commit(tmp_path, tree(tmp_path, *entries))
    found = history.versions(tmp_path, PATHSPECS)
    assert len(found.versions) == 2
    assert not found.complete
