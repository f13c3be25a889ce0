"""Which names of local images surely are one image, wherever in a step."""

from __future__ import annotations

import pytest

from migrator.fixes.pipe.localimages import Identity, LocalImages
from tests.fixes.pushing import engine


def identity(script: str, name: str) -> Identity:
    """The image of a name at the end of a script."""
    return LocalImages(engine(script).works, (1, 0)).identity(name)


@pytest.mark.parametrize(
    ("script", "first", "second"),
    [
        ("docker build -t a -t b .", "a", "b"),
        ("docker build -t a .; docker tag a b", "a", "b"),
        ("docker build -t a .; docker tag a b c; docker tag c d", "b", "d"),
        ("docker tag a b", "a", "b"),
        ("docker tag a b; docker tag b c; docker build -t b .", "a", "c"),
        ("docker load -i x; docker tag a b", "a", "b"),
        ("docker tag a b; docker tag a $V", "a", "b"),
        ("docker tag a b; docker tag c $(x); docker tag d e", "d", "e"),
        ("docker build -t $(x) -t a -t b .", "a", "b"),
    ],
)
def test_what_a_command_names_at_once_or_from_a_name_is_one_image(script: str, first: str, second: str) -> None:
    assert identity(script, f"{first}:latest") == identity(script, f"{second}:latest")


@pytest.mark.parametrize(
    ("script", "first", "second"),
    [
        ("", "a", "b"),
        ("docker build -t a .; docker build -t b .", "a", "b"),
        ("docker pull a; docker pull b", "a", "b"),
        ("docker pull a b; docker build -t c .", "a", "c"),
        ("docker tag a b; docker build -t a .", "a", "b"),
        ("docker tag $(x) a; docker tag $(x) b", "a", "b"),
        ("docker tag; docker build -t a .", "a", "b"),
        ("docker build -t b .; test -f x && docker build -t a -t b .", "a", "b"),
        ("docker tag b a; test -f x && docker tag b a", "a", "b"),
        ("docker tag b a; for i in 1 2; do docker tag b a; done", "a", "b"),
        ("docker tag b o; while docker tag b a; do docker tag c b; done", "a", "o"),
        ("docker tag a b; docker load -i x", "a", "b"),
        ("docker tag a b; docker tag c $(x)", "a", "b"),
        ("docker build -t a -t b .; docker tag c $V", "a", "b"),
        ("docker build -t a -t b .; test -f x && docker rmi a b", "a", "b"),
        ("docker build -t a .; docker tag a b; docker build -t $(x) -t b .", "a", "b"),
    ],
)
def test_what_may_be_another_image_is_none(script: str, first: str, second: str) -> None:
    assert identity(script, f"{first}:latest") != identity(script, f"{second}:latest")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("", "docker build -t b .", True),
        ("", "docker tag b c", True),
        ("", "docker tag a a", True),
        ("", "docker tag a $V", True),
        ("", "docker push a", True),
        ("", "./x", True),
        ("", "docker run b", True),
        ("", "docker build -t a .", False),
        ("", "docker tag b $V", False),
        ("docker tag b $V", "docker tag c $V", False),
        ("", "docker load -i x", False),
        ("docker load -i x", "docker load -i y", False),
        ("docker build -t a .", "docker build -t a .", False),
        ("docker build -t a .", "docker tag b $V", False),
        ("docker build -t a .", "docker tag a $V", True),
        ("docker build -t a .", "docker tag b c", True),
        ("docker build -t a .", "docker load -i x", False),
        ("docker build -t a .; docker load -i x", "docker load -i y", False),
        ("docker build -t a .; docker tag b $V", "docker tag c $V", False),
        ("docker pull a", "docker pull a", False),
        ("test -f x && docker tag b a", "test -f x && docker tag b a", False),
    ],
)
def test_a_name_stands_for_its_image_until_something_may_give_it_to_another(
    before: str, after: str, same: bool
) -> None:
    assert (identity(before, "a:latest") == identity(f"{before}\n{after}", "a:latest")) is same


def test_a_command_has_done_its_work_behind_it_and_in_its_own_script_only() -> None:
    works = engine("docker build -t a .; docker tag a b", "docker tag a c").works
    images = [LocalImages(works, work.at) for work in works]
    assert [set(one.names) for one in images] == [set(), {"a:latest"}, {"a:latest", "b:latest"}]


def test_a_reference_that_nobody_knows_is_never_the_same() -> None:
    images = LocalImages((), (0, 0))
    assert images.identity(None) != images.identity(None)


def test_the_other_names_of_an_image_come_by_their_length() -> None:
    works = engine("docker build -t long -t b -t a .; docker tag b x:1; docker build -t o .").works
    images = LocalImages(works, (1, 0))
    assert images.also_called("b:latest") == ["x:1", "a:latest", "long:latest"]
    assert images.also_called("o:latest") == []
