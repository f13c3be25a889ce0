"""What commands print, where their words say it, and which files it may hold where they do not."""

from __future__ import annotations

import pytest

from migrator.flow.printing import printf
from migrator.ir.values import Unknown, Value
from tests.flow.reading import command
from tests.flow.test_flow import seen


def printed(text: str) -> Value:
    """What `see` is given, which is quoted."""
    (one,) = command(text, "see").arguments
    return one.value


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("echo", ""),
        ("echo a b", "a b"),
        ("echo -n a", "a"),
        ("echo -e a", "a"),
        ("echo -E a", "a"),
        ("echo -ne a", "a"),
        ("echo -n -e a", "a"),
        ("echo -x a", "-x a"),
        ("echo -n-x a", "-n-x a"),
        ("echo a -n", "a -n"),
        ("echo $X a", "${X} a"),
        ("printf a", "a"),
        ("printf -- a", "a"),
        ("printf a%%b", "a%b"),
        ("printf %s a", "a"),
        ("printf %s-%s a b", "a-b"),
        ("printf %s-%s a", "a-"),
        ("printf %s- a b", "a-b-"),
        ("printf '%s' ", ""),
        ("printf %s $X", "${X}"),
        ("printf %b a", "a"),
        ("printf %q a", "a"),
        ("printf '%s\\n%s' a b", "a\nb"),
        ("printf 'a\\tb\\\\c'", "a\tb\\c"),
        ("printf '\\r'a", "\ra"),
        ("printf a b", "a"),
        ("printf $X", "${X}"),
        ("printf $X a", None),
        ("printf %d 1", None),
        ("printf %5s a", None),
        ("printf %s%d a 1", None),
        ("printf -v T a", None),
        ("printf -vT a", None),
        ("printf", None),
        ("pwd", "${BITBUCKET_CLONE_DIR}"),
        ("pwd -P", None),
        ("dirname a/b", "a"),
        ("dirname a", "."),
        ("dirname a/", "."),
        ("dirname a//b", "a"),
        ("dirname /", "/"),
        ("dirname /a", "/"),
        ("dirname a b", None),
        ("dirname $X", None),
        ("basename a/b", "b"),
        ("basename a/b/", "b"),
        ("basename /", "/"),
        ("basename a .a", None),
        ("git rev-parse --show-toplevel", "${BITBUCKET_CLONE_DIR}"),
        ("git rev-parse --show-toplevel x", None),
        ("git rev-parse HEAD", None),
        ("echo a | cat", "a"),
        ("echo a | cat -", "a"),
        ("echo a | cat -n", None),
        ("echo a | head -n1", "a"),
        ("echo a | head -n 1", "a"),
        ("echo a | head -n2", None),
        ("echo a | head -n1 f", None),
        ("echo a | tr -d ' '", "a"),
        ("echo a | tr -d '\\n'", "a"),
        ("echo a | tr a b", None),
        ("echo a | tr -d $X", None),
        ("cat", None),
        ("cat f", None),
        ("cat - f", None),
        ("true", ""),
        (":", ""),
        ("cd a", ""),
        ("cd -", None),
        ("export T=a", ""),
        ("unknown", None),
    ],
)
def test_what_a_command_prints(text: str, given: str | None) -> None:
    assert printed(f'see "$({text})"').symbol() == given


def test_the_folder_of_the_clone_is_printed_where_it_is_known() -> None:
    assert printed('cd a/b\nsee "$(pwd)"').symbol() == "${BITBUCKET_CLONE_DIR}/a/b"
    for text in ('cd $X\nsee "$(pwd)"', 'x && cd a\nsee "$(pwd)"', 'cd $X\nsee "$(git rev-parse --show-toplevel)"'):
        assert printed(text).unknown
    assert seen('see "$($X a)"') == [[None]]


@pytest.mark.parametrize(
    ("text", "why", "files", "names"),
    [
        ("vault read x", "the output of `vault`", (), ()),
        ("$X a", "the output of a command", (), ()),
        ("cat a.sh", "a file or filter that `cat` reads", ("a.sh",), ()),
        ("cat a.sh b.sh", "a file or filter that `cat` reads", ("a.sh", "b.sh"), ()),
        ('cat "$X.sh"', "a file or filter that `cat` reads", ("**.sh",), ()),
        ("cd d; cat a.sh", "a file or filter that `cat` reads", ("a.sh", "d/a.sh"), ()),
        ("cat /etc/a", "a file or filter that `cat` reads", (), ()),
        ("echo $X | cat -n - a.sh", "a file or filter that `cat` reads", ("a.sh",), ("X",)),
        ("sed s/a/b/ a.sh", "the output of `sed`", ("a.sh", "s/a/b"), ()),
        ("echo $X | sed s/a/b/", "the output of `sed`", ("s/a/b",), ("X",)),
        ("other a.sh", "the output of `other`", (), ()),
        ("git show HEAD:ci/a.sh", "the output of `git`", ("ci/a.sh",), ()),
        ("cd d; git show HEAD:ci/a.sh", "the output of `git`", ("ci/a.sh",), ()),
        ("git show $X", "the output of `git`", ("**",), ()),
        ("git -C x show HEAD:a/b", "the output of `git`", ("a/b",), ()),
        ("git log a", "the output of `git`", (), ()),
        ("head -n1 a.sh", "a file or filter that `head` reads", ("a.sh",), ()),
        ("cat < a.sh", "a file that is read", ("a.sh",), ()),
    ],
)
def test_what_is_known_of_what_a_command_prints(
    text: str, why: str, files: tuple[str, ...], names: tuple[str, ...]
) -> None:
    pieces = [one for one in printed(f'see "$({text})"').pieces if isinstance(one, Unknown)]
    assert pieces[0].why == why
    paths = {path for one in pieces for path in one.files if not {"/", ".", "*"}.isdisjoint(path)}
    assert paths == set(files)
    assert tuple(name for one in pieces for name in one.names) == names


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("mktemp", True),
        ("mktemp -d", True),
        ("mktemp -q -u", True),
        ("mktemp -t x", True),
        ("mktemp -d -t x", True),
        ("mktemp /tmp/x.XXXX", True),
        ("mktemp x.XXXX", False),
        ("mktemp -p . x", False),
        ("mktemp -t x y", False),
        ("mktemp -p x -t y", False),
        ("mktemp $X", False),
        ("TMPDIR=. mktemp", False),
        ("other", False),
    ],
)
def test_which_file_lies_outside_of_the_clone(text: str, outside: bool) -> None:
    found = [one.outside for one in printed(f'see "$({text})"').pieces if isinstance(one, Unknown)]
    assert found == [outside]
    assert not any(one.outside for one in printed(f'TMPDIR=.\nsee "$({text})"').pieces if isinstance(one, Unknown))


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("docker build -q .", ""),
        ("docker images -q", ""),
        ("docker inspect -f '{{.Id}}' web", ""),
        ("docker inspect -f '{{.RepoDigests}}' web", "web"),
        ('docker inspect -f "{{index .RepoDigests 0}}" $X', "${X}"),
        ("docker build .", None),
        ("docker build . -q", ""),
        ("docker ps -q", None),
        ("docker inspect web", None),
        ("other build -q .", None),
        ("podman build -q .", ""),
    ],
)
def test_which_image_a_command_tells(text: str, image: str | None) -> None:
    (one,) = (one for one in printed(f'see "$({text})"').pieces if isinstance(one, Unknown))
    assert one.image == image


def test_a_format_that_is_not_there_prints_nothing_that_is_known() -> None:
    assert printf(()).unknown == "what `printf` stores"
