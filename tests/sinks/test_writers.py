"""Which files of the repository a script writes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.paths import normal
from migrator.sinks.writers import written
from tests.flow.reading import BOOK, follow


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cat Dockerfile",
        "sed s/a/b/ Dockerfile",
        "yq .a compose.yml",
        "cp Dockerfile /tmp/x",
        "cp Dockerfile ../x",
        "cp Dockerfile ~/x",
        'cp Dockerfile "$ELSEWHERE"',
        "echo x > /dev/null",
        "echo x > $(mktemp)",
        "cd $SOMEWHERE\necho x > file",
        "curl https://example.com/Dockerfile",
        "grep -o x Dockerfile",
        "rm Dockerfile",
    ],
)
def test_nothing_known_of_the_repository_is_written(text: str) -> None:
    assert written(follow(text), BOOK) == frozenset()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("x > file", "file"),
        ("x > a/../file", "file"),
        ("x >> ./file", "file"),
        ("x &> file", "file"),
        ("x > $BITBUCKET_CLONE_DIR/file", "file"),
        ("cd sub\nx > file", "sub/file"),
        ("x | tee one file", "file"),
        ("sed -i s/a/b/ file", "file"),
        ("sed -i.bak s/a/b/ file", "file"),
        ("yq -i .a=1 file", "file"),
        ("curl -so file https://example.com", "file"),
        ("curl --output=file https://example.com", "file"),
        ("cp other file", "file"),
        ("cp a/file sub", "sub/file"),
        ("cp /tmp/file .", "file"),
        ("if a; then x > file; fi", "file"),
        ("f() { x > file; }", "file"),
        ("bash -c 'x > file'", "file"),
    ],
)
def test_a_file_that_is_written_is_among_the_paths(text: str, path: str) -> None:
    assert path in written(follow(text), BOOK)


def test_what_is_only_read_is_not_among_the_paths() -> None:
    assert written(follow("sed s/a/b/ other > file\ncat third"), BOOK) & {"other", "third"} == frozenset()
    assert "a/other" not in written(follow("cp a/other file"), BOOK)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("..", None),
        ("../a", None),
        ("a/../../b", None),
        ("/a", None),
        (".", ""),
        ("a/..", ""),
        ("./a//b/", "a/b"),
        ("..a", "..a"),
    ],
)
def test_a_path_is_relative_or_leads_out(path: str, expected: str | None) -> None:
    assert normal(path) == expected


def test_a_file_is_written_in_every_folder_that_it_may_be() -> None:
    flow = follow("x > file")
    either = tuple(replace(one, folders=frozenset({"a", "b"})) for one in flow.commands)
    assert written(replace(flow, commands=either), BOOK) == {"a/file", "b/file"}
