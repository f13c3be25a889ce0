"""The copies of repositories on this machine: bounded, shown, pruned, and made anew where one is damaged."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator.findings.counting import size as bytes_of
from migrator.fleet.records import RepositoryState
from migrator.options import UsageError
from migrator.options.texts import size as size_of
from migrator.repositories import caching
from migrator.repositories.using import GONE, using
from tests.fleet.boxes import LOGIN, fill, slug
from tests.fleet.scan.conftest import Desk, Done
from tests.fleet.scan.test_gathering import PIPELINES, copy, filters
from tests.fleet.scan.test_resuming import picture


def cache(desk: Desk, *arguments: str) -> Done:
    """`patless cache`, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "migrator", "cache", *arguments],
        env=desk.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(run.returncode, run.stdout, run.stderr)


def copies(desk: Desk) -> set[str]:
    return {one.name.removeprefix("acme/") for one in caching.contents(desk.home / "cache").copies}


def size(desk: Desk) -> int:
    return caching.contents(desk.home / "cache").size


def snapshot(folder: Path) -> dict[str, str]:
    """Everything below a folder, links as links."""
    return {
        str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else str(path.lstat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@contextmanager
def another_uses(folder: Path) -> Iterator[None]:
    """Another process reads a copy meanwhile."""
    code = (
        "import sys, time; from pathlib import Path; from migrator.repositories.using import using\n"
        "with using(Path(sys.argv[1])): print('x', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, env=os.environ.copy())
    try:
        assert other.stdout
        other.stdout.read(1)
        yield
    finally:
        other.kill()
        other.communicate()


# Shown


def test_a_cache_that_is_not_there_is_empty(desk: Desk) -> None:
    done = cache(desk)
    assert done.code == 0
    assert re.sub(r" +", " ", done.out) == f"where {desk.home}/cache/git\nsize 0 bytes\nrepositories 0\n"
    assert cache(desk, "prune").out == "0 copies taken away, 0 bytes freed; 0 bytes left\n"
    assert not (desk.home / "cache" / "git").exists()


def test_what_there_is_is_shown(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.scan()
    os.utime(desk.home / "cache" / "git" / "acme" / f"{slug(1)}.git.used", (0, 0))
    desk.box.remove(slug(2))
    desk.scan()
    os.utime(desk.home / "cache" / "git" / "acme" / f"{slug(1)}.git.used", (0, 0))
    shown = re.sub(r" +", " ", cache(desk).out)
    assert "repositories 3, 1 of them gone by now\n" in shown
    assert f"oldest acme/{slug(1)}, last used 1970-01-01 00:00 UTC, " in shown
    assert f"size {bytes_of(size(desk))}\n" in shown


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("", None), ("0", 0), ("12", 12), ("1K", 1024), ("1.5 kib", 1536), ("2GB", 2 * 1024**3), ("3t", 3 * 1024**4)],
)
def test_sizes_are_as_people_write_them(text: str, bytes_: int | None) -> None:
    assert size_of(text) == bytes_


@pytest.mark.parametrize("text", ["-1", "G", "1X", "1 2", "1e9", "9" * 20, "infinite", "½G"])
def test_what_is_no_size_is_a_sentence(text: str, desk: Desk) -> None:
    with pytest.raises(UsageError, match="--cache-limit is a size"):
        size_of(text)
    assert desk.scan("--cache-limit", text).code == 2


# Pruned


def test_without_a_limit_only_those_that_are_gone_go(desk: Desk) -> None:
    fill(desk.box, 6)
    desk.scan()
    desk.box.remove(slug(2))
    desk.box.rename(slug(4), "renamed")
    desk.scan()
    assert copies(desk) == {*map(slug, range(6)), "renamed"}
    done = cache(desk, "prune")
    assert done.code == 0
    assert f"acme/{slug(2)}: gone, " in done.out
    assert "2 copies taken away" in done.out
    assert copies(desk) == {*(slug(number) for number in (0, 1, 3, 5)), "renamed"}


def test_one_that_comes_back_under_its_name_is_gone_no_more(desk: Desk) -> None:
    fill(desk.box, 2)
    desk.scan()
    kept = desk.box.state.repositories[slug(1)]
    desk.box.remove(slug(1))
    desk.scan()
    assert (copy(desk, slug(1)) / GONE).exists()
    desk.box.state.repositories[slug(1)] = kept
    desk.scan()
    cache(desk, "prune")
    assert copies(desk) == {slug(0), slug(1)}


def test_the_least_recently_used_go_first_and_no_more_than_need_to(desk: Desk) -> None:
    fill(desk.box, 6)
    desk.scan()
    acme = desk.home / "cache" / "git" / "acme"
    for number, when in enumerate((40, 10, 30, 50, 60, 20)):
        os.utime(acme / f"{slug(number)}.git.used", (when, when))
    desk.box.remove(slug(4))
    caching.mark_gone(copy(desk, slug(4)))
    sizes = {one.name: one.size for one in caching.contents(desk.home / "cache").copies}
    room = sum(sizes[f"acme/{slug(number)}"] for number in (0, 2, 3))
    assert cache(desk, "prune", "--cache-limit", str(room)).code == 0
    assert copies(desk) == {slug(0), slug(2), slug(3)}


def test_what_another_run_uses_stays(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.scan()
    with another_uses(copy(desk, slug(1))):
        done = cache(desk, "prune", "--cache-limit", "0")
        assert (done.code, copies(desk)) == (1, {slug(1)})
        assert "1 copy is in use by another run, and stayed" in done.err
    assert cache(desk, "prune", "--cache-limit", "0").code == 0
    assert copies(desk) == set()
    assert desk.scan().code == 1


def test_pruning_again_and_again_while_a_scan_goes_on_harms_nobody(desk: Desk) -> None:
    fill(desk.box, 30)
    filters(desk.box)
    assert desk.scan("--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")).code == 1
    ended = threading.Event()

    def pruning() -> None:
        while not ended.wait(0.01):
            caching.prune(desk.home / "cache", 0)

    thread = threading.Thread(target=pruning)
    thread.start()
    try:
        run = desk.start("scan", "--workspace", "acme")
        run.communicate(timeout=240)
    finally:
        ended.set()
        thread.join()
    assert run.returncode == 1
    assert {one.state for one in desk.entries().values()} == {RepositoryState.SCANNED}
    assert picture(desk) == picture(desk, "whole.db")


def test_a_prune_that_is_killed_leaves_what_is_whole_or_remains(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk.box, 3)
    desk.scan()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            caching.prune(desk.home / "cache", 0)
    there = caching.contents(desk.home / "cache")
    assert (len(there.copies), len(there.left)) == (2, 1)
    assert "remains" in cache(desk).out
    assert cache(desk, "prune").code == 0
    assert not caching.contents(desk.home / "cache").left
    assert len(copies(desk)) == 2


# Foreign files and links


def _beside(acme: Path, elsewhere: Path) -> None:
    (acme / "notes.txt").write_text("mine")
    (acme / "mine.git").mkdir()
    (acme / "mine.git" / "notes.txt").write_text("mine")
    (acme / "linked.git").symlink_to(elsewhere)
    (acme.parent / "workspace").symlink_to(elsewhere.parent)


def _inside(acme: Path, elsewhere: Path) -> None:
    (acme / f"{slug(0)}.git" / "notes.txt").write_text("mine")
    (acme / f"{slug(1)}.git" / "objects" / "linked").symlink_to(elsewhere)
    (acme / f"{slug(2)}.git" / "refs" / "heads" / "linked").symlink_to(elsewhere / "HEAD")


def _in_place(acme: Path, elsewhere: Path) -> None:
    for number in range(3):
        (acme / f"{slug(number)}.git").rename(acme.parent.parent / f"away{number}.git")
        (acme / f"{slug(number)}.git").symlink_to(acme.parent.parent / f"away{number}.git")


@pytest.mark.parametrize("how", [_beside, _inside, _in_place])
def test_what_patless_has_not_made_is_left_alone(desk: Desk, how: Callable[[Path, Path], None]) -> None:
    elsewhere = desk.home / "elsewhere" / "web.git"
    subprocess.run(["git", "init", "-q", "--bare", str(elsewhere)], check=True)
    fill(desk.box, 3)
    desk.scan()
    acme = desk.home / "cache" / "git" / "acme"
    how(acme, elsewhere)
    before = {**snapshot(desk.home / "elsewhere"), **snapshot(desk.home / "cache")}
    others = {str(path) for path in caching.contents(desk.home / "cache").others}
    assert others
    done = cache(desk, "prune", "--cache-limit", "0")
    after = {**snapshot(desk.home / "elsewhere"), **snapshot(desk.home / "cache")}
    ours = {name for name in before if re.match(r"git/acme/service-\d+\.git/", name)} if how is _beside else set()
    assert {name: text for name, text in before.items() if name not in ours and not name.endswith((".used", ".lock"))}\
        == {name: text for name, text in after.items() if not name.endswith((".used", ".lock"))}  # fmt: skip
    assert "Traceback" not in done.err
    assert all(other in cache(desk).out for other in others)


def test_a_link_in_place_of_a_lock_or_a_copy_is_not_written_through(desk: Desk) -> None:
    fill(desk.box, 2)
    mine = desk.home / "mine"
    mine.write_text("mine")
    acme = desk.home / "cache" / "git" / "acme"
    acme.mkdir(parents=True)
    (acme / f"{slug(0)}.git.lock").symlink_to(mine)
    subprocess.run(["git", "init", "-q", "--bare", str(desk.home / "bare")], check=True)
    (acme / f"{slug(1)}.git").symlink_to(desk.home / "bare")
    before = snapshot(desk.home / "bare")
    assert desk.scan().code == 3
    assert mine.read_text() == "mine"
    assert snapshot(desk.home / "bare") == before
    assert {one.state for one in desk.entries().values()} == {RepositoryState.ERROR}


# Bounded meanwhile


@pytest.mark.parametrize("filtered", [False, True])
def test_a_scan_within_a_bound_finds_what_another_one_finds(desk: Desk, filtered: bool) -> None:
    fill(desk.box, 12)
    if filtered:
        filters(desk.box)
    assert desk.scan("--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")).code == 1
    done = desk.scan("--cache-limit", "30K")
    assert done.code == 1
    assert "patless: the cache is bounded: " in done.err
    assert picture(desk) == picture(desk, "whole.db")
    assert 0 < size(desk) <= 30 * 1024
    (desk.home / "fleet.toml").write_text('variables = { X = "y" }\n')
    assert desk.scan("--cache-limit", "1").code == 1
    assert copies(desk) == set()
    assert desk.scan("--cache-limit", "1", "--for-secrets").code == 1


def test_a_bound_that_is_wide_takes_nothing_away_and_says_nothing(desk: Desk) -> None:
    fill(desk.box, 3)
    done = desk.scan("--cache-limit", "1G")
    assert (done.code, done.err) == (1, "")
    assert copies(desk) == {slug(0), slug(1), slug(2)}


def test_many_packs_become_one_and_hold_what_they_held(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "PACKS", 3)
    chance = random.Random(3)
    desk.box.add_repository("web", {"main": {PIPELINES: LOGIN, "Dockerfile": "FROM alpine:3\n"}})
    filters(desk.box)
    for number in range(5):
        desk.box.commit("web", "main", {PIPELINES: f"{LOGIN}# {chance.random()}\n", f"f{number}": "x"})
        assert desk.scan().code == 1
    before = caching.measured(copy(desk, "web"))
    assert before
    assert before.packs > 3
    pruned = caching.prune(desk.home / "cache")
    after = caching.measured(copy(desk, "web"))
    assert after
    assert ([one.name for one in pruned.packed], after.packs, after.size < before.size) == (["acme/web"], 1, True)
    assert not caching.prune(desk.home / "cache").packed
    desk.box.forget_requests()
    (desk.home / "fleet.toml").write_text('variables = { X = "y" }\n')
    assert desk.scan().code == 1
    assert sum(one.method == "POST" and "/git/" in one.path for one in desk.box.requests) == 1, "nothing was fetched"


def test_packs_that_cannot_be_made_one_stay(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "PACKS", 0)
    fill(desk.box, 1)
    desk.scan()
    for path in (copy(desk, slug(0)) / "objects" / "pack").glob("*.idx"):
        path.chmod(0o644)
        path.write_bytes(b"x" * 2000)
    before = snapshot(copy(desk, slug(0)))
    assert not caching.prune(desk.home / "cache").packed
    assert snapshot(copy(desk, slug(0))) == before


# Missing, damaged


def _whole(root: Path) -> None:
    shutil.rmtree(root)


def _objects(root: Path) -> None:
    shutil.rmtree(root / "objects")


def _references(root: Path) -> None:
    shutil.rmtree(root / "refs")


def _packs(root: Path) -> None:
    for path in (root / "objects" / "pack").glob("*.pack"):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:100])


def _configuration(root: Path) -> None:
    (root / "config").write_text("[core\n")


@pytest.mark.parametrize("how", [_whole, _objects, _references, _packs, _configuration])
@pytest.mark.parametrize("then", ["other rules", "history"])
def test_a_copy_that_is_missing_or_damaged_is_fetched_again(desk: Desk, how: Callable[[Path], None], then: str) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: LOGIN, "Dockerfile": "FROM alpine:3\n"}})
    if then == "other rules":
        filters(desk.box)
    assert desk.scan().code == 1
    how(copy(desk, "web"))
    (desk.home / "fleet.toml").write_text('variables = { X = "y" }\n')
    done = desk.scan(*(["--for-secrets"] if then == "history" else []))
    assert (done.code, desk.entries()["web"].state) == (1, RepositoryState.SCANNED), done.err


def test_what_shared_pipelines_need_is_fetched_again(desk: Desk) -> None:
    sources = "definitions:\n  imports:\n    shared: ci-shared:main:bitbucket-pipelines.yml\n"
    imports = f"{sources}pipelines:\n  default:\n    import: publish@shared\n"
    exported = "export: true\ndefinitions:\n  pipelines:\n    publish:\n      - step:\n          script: [ci/push.sh]\n"
    push = "#!/bin/sh\ndocker login crg.apkg.io -u $A -p $B\ndocker push crg.apkg.io/acme/pushed-by-web\n"
    desk.box.add_repository("web", {"main": {PIPELINES: imports, "ci/push.sh": push}})
    desk.box.add_repository("ci-shared", {"main": {PIPELINES: exported}})
    desk.scan()
    assert "acme/pushed-by-web" in desk.run("packages").out
    for name in ("web", "ci-shared"):
        shutil.rmtree(copy(desk, name))
    assert "its copy is not on this machine; `patless fleet scan` fetches it" in desk.run("packages").out
    desk.scan()
    assert "acme/pushed-by-web" in desk.run("packages").out


def test_a_copy_is_not_taken_away_while_it_is_used_in_this_process(desk: Desk) -> None:
    fill(desk.box, 1)
    desk.scan()
    with using(copy(desk, slug(0))):
        assert [one.name for one in caching.prune(desk.home / "cache", 0).busy] == [f"acme/{slug(0)}"]
    assert [one.name for one in caching.prune(desk.home / "cache", 0).others] == [f"acme/{slug(0)}"]
