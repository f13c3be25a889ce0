"""Copies of repositories elsewhere, by the real git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.demo.box import Box
from migrator.demo.store import point
from migrator.repositories import remote
from migrator.repositories.git import GitError
from migrator.repositories.refs import refs


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box() as found:
        yield found


def signed(box: Box) -> dict[str, str]:
    """What a credential gives git."""
    header = subprocess.run(
        ["base64", "-w", "0"], input=f"x-token-auth:{box.token()}".encode(), capture_output=True, check=True
    ).stdout.decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {header}",
    }


@pytest.mark.parametrize("name", ["..", ".", "a/b", "-x", "", "a\n", "a" * 200])
def test_what_no_repository_is_called_has_no_place(name: str, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is not a valid name"):
        remote.place(tmp_path, "acme", name)


def test_a_copy_has_the_branches_of_now_also_where_one_takes_anothers_folder(box: Box, tmp_path: Path) -> None:
    repository = box.add_repository("web", {"main": {"x": "1"}, "release": {"x": "2"}})
    place, url, variables = remote.place(tmp_path, "acme", "web"), box.clone_url("web"), signed(box)
    remote.mirror(place, url, variables)
    point(repository.folder, "refs/heads/release", None)
    box.commit("web", "release/1", {"x": "3"})
    remote.mirror(place, url, variables)
    assert {ref.name: ref.commit for ref in refs(place)} == remote.heads(url, variables)
    assert [ref.short for ref in refs(place)] == ["main", "release/1"]


def test_a_commit_that_no_branch_leads_to_is_brought_and_one_that_is_not_there_is_not(box: Box, tmp_path: Path) -> None:
    repository = box.add_repository("api", {"main": {"x": "1"}})
    lost = box.commit("api", "gone", {"x": "2"})
    point(repository.folder, "refs/heads/gone", None)
    place, url, variables = remote.place(tmp_path, "acme", "api"), box.clone_url("api"), signed(box)
    remote.mirror(place, url, variables)
    remote.bring(place, url, variables, ["f" * 40, lost])
    kind = subprocess.run(["git", "-C", place, "cat-file", "-t", lost], capture_output=True, check=True)
    assert kind.stdout == b"commit\n"
    assert [ref.short for ref in refs(place)] == ["main"]


def test_a_refusal_is_a_sentence_without_the_credential(box: Box, tmp_path: Path) -> None:
    variables = signed(box)
    with pytest.raises(GitError) as caught:
        remote.mirror(remote.place(tmp_path, "acme", "none"), box.clone_url("none"), variables)
    assert variables["GIT_CONFIG_VALUE_0"][20:] not in str(caught.value)
