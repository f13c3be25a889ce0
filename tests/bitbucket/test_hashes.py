"""Two names of one commit are one commit, and never compared as texts."""

from __future__ import annotations

import pytest

from migrator.bitbucket.hashes import Hash

WHOLE = "0d42e1f70d5531bec2b3794eabade17f00928038"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (WHOLE, WHOLE, True),
        (WHOLE, WHOLE[:12], True),
        (WHOLE[:12], WHOLE, True),
        (WHOLE[:12], WHOLE[:12], True),
        (WHOLE[:12], WHOLE[:7], True),
        (WHOLE, WHOLE[:11] + "f", False),
        (WHOLE, "f" * 40, False),
    ],
)
def test_a_commit_has_several_names(one: str, other: str, same: bool) -> None:
    assert Hash(one).same(Hash(other)) is same


def test_comparing_as_text_is_a_fault() -> None:
    with pytest.raises(TypeError, match="same"):
        _ = Hash(WHOLE) == WHOLE
    with pytest.raises(TypeError, match="same"):
        _ = Hash(WHOLE) in [Hash(WHOLE)]
    with pytest.raises(TypeError):
        hash(Hash(WHOLE))


@pytest.mark.parametrize("text", ["", "main", WHOLE[:6], WHOLE.upper(), "--upload-pack=x", "f" * 65, WHOLE + "\n"])
def test_what_is_no_name_of_a_commit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not the name of a commit"):
        Hash(text)


def test_whether_it_is_whole() -> None:
    assert Hash(WHOLE).whole
    assert not Hash(WHOLE[:12]).whole
