"""What an ignore file keeps out of a build's context, and what a Dockerfile copies of it."""

from __future__ import annotations

import time

import pytest

from migrator.frontends.documents.dockerfile import copied
from migrator.frontends.documents.dockerignore import covers, leaves_out

FILE = ".docker/config.json"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# .docker",
        "#.docker",
        "docker",
        "*.json",
        "*/.docker",
        ".docker/config",
        "node_modules\n!.docker",
        ".docker\n!.docker",
        "*\n!.docker/config.json",
        "*\n!**/*.json",
        "*\n! .docker ",
        ".docker\n!.dock[e]r",
        "[.]docker",
        ".docker\\",
        "**.json",
        "..",
    ],
)
def test_what_is_not_surely_kept_out_is_in_the_context(text: str) -> None:
    assert not leaves_out(text, FILE)


@pytest.mark.parametrize(
    "text",
    [
        ".docker",
        "/.docker/",
        "  .docker  ",
        "./.docker",
        "a/../.docker",
        ".docker/config.json",
        ".docker/*",
        ".docker/**",
        ".d?cker",
        ".*",
        "*",
        "**",
        "**/.docker",
        "**/config.json",
        "**/*.json",
        "**/**/.docker/**/config.json",
        "\ufeff.docker",
        ".docker\r\nsrc",
        "!.docker\n.docker",
        "*\n!src\n!package*.json",
        ".docker\n# !.docker",
    ],
)
def test_the_last_pattern_that_matches_a_file_or_a_folder_around_it_counts(text: str) -> None:
    assert leaves_out(text, FILE)


@pytest.mark.parametrize(
    ("pattern", "path", "answer"),
    [
        ("src", "src2/a", False),
        ("a/**/c", "a/b/d/e", False),
        ("a/b", "a", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/d/c/e", True),
        (".", "a", True),
        ("/", "a", True),
        ("$WHAT", "a", None),
        ("a[bc]", "ab", None),
        ("../a", "a", False),
    ],
)
def test_a_pattern_covers_what_is_below_what_it_matches(pattern: str, path: str, answer: bool | None) -> None:
    assert covers(pattern, path) is answer


def test_a_pattern_of_any_length_takes_time_by_its_length() -> None:
    begin = time.process_time()
    for pattern in ("**/" * 60_000, "*" * 200_000, "**/a/" * 40_000, "a*" * 100_000):
        leaves_out(pattern, "/".join("ab" * 50))
    assert time.process_time() - begin < 4


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("FROM a\nRUN cp . /b", ()),
        ("FROM a AS b\nFROM c\nCOPY --from=b . /app", ()),
        ("FROM a\nRUN --mount=type=cache,target=/b c", ()),
        ("FROM a\nRUN --mount=type=bind,from=b,target=/c d", ()),
        ("FROM a\nRUN --mount=from=b,target=/c d", ()),
        ("FROM a\nCOPY <<EOF /etc/b\nCOPY . /c\nEOF", ()),
        ("FROM a\n# COPY . /b", ()),
        ("FROM a\nCOPY b c /d/", ("b", "c")),
        ("FROM a\ncopy --chown=b:c --link b \\\n  # c\n  d /e", ("b", "d")),
        ('FROM a\nADD ["b c", "/d"]', ("b c",)),
        ("FROM a\nADD 'b c' \"d\" /e", ("b c", "d")),
        ("FROM a\nCOPY [b /c", ("[b",)),
        ("# escape=`\nFROM a\nCOPY b `\n c d", ("b", "c")),
        ("FROM a\nONBUILD ADD . /b", (".",)),
        ("FROM a\nRUN --mount=target=/b c", (".",)),
        ("FROM a\nRUN --mount=type=bind,src=b,target=/c d", ("b",)),
        ("FROM a\nRUN --mount=type=secret,id=b --mount=source=c,target=/d e", ("c",)),
    ],
)
def test_what_a_dockerfile_copies_of_its_context(text: str, sources: tuple[str, ...]) -> None:
    assert copied(text) == sources


@pytest.mark.parametrize(
    ("text", "path", "out"),
    [
        ("", ".docker/config.json", False),
        ("/.docker", "app/.docker/config.json", False),
        ("app/.docker", ".docker/config.json", False),
        (".docker\n!.docker", "app/.docker/config.json", False),
        (".docker", ".docker/config.json", True),
        (".docker/", "app/.docker/config.json", True),
        ("*.json", "app/.docker/config.json", True),
        ("/.docker", ".docker/config.json", True),
    ],
)
def test_where_patterns_count_anywhere_one_with_a_folder_does_not(text: str, path: str, out: bool) -> None:
    assert leaves_out(text, path, anywhere=True) is out
