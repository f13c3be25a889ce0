"""Files that a program includes: in which of them it goes on, and where that ends."""

from __future__ import annotations

import pytest

from tests.flow.test_launching import ran, seen


def test_a_file_that_includes_itself_is_followed_once() -> None:
    assert seen(". ./a.sh", {"a.sh": "see x\n. ./a.sh\nsee y"}) == [["x"], ["y"]]
    assert seen(". ./a.sh", {"a.sh": "see x\n. ./b.sh", "b.sh": "see y\n. ./a.sh"}) == [["x"], ["y"]]


@pytest.mark.parametrize(
    ("changed", "followed"),
    [((), True), (("ci/a.sh",), False), (("ci/b.sh",), False), (("ci/a.sh", "ci/b.sh"), False), (("c.sh",), True)],
)
def test_of_several_files_all_are_followed_or_nobody_knows(changed: tuple[str, ...], followed: bool) -> None:
    files = {"ci/a.sh": "see a", "ci/b.sh": "see b", "c.sh": "see c"}
    (one,) = [one for one in ran(". ci/*.sh", files, frozenset(changed)).commands if one.name == "."]
    assert one.followed is followed
