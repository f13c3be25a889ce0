"""What pipelines take from other repositories."""

from __future__ import annotations

import pytest

from migrator.platforms.bitbucket.imports import ImportTarget, exports, imports, target
from migrator.text.source import Source
from migrator.text.yaml import read_yaml

SOURCES = """\
definitions:
  imports:
    shared: ci-shared:main
    file: "ci-shared:v1:ci/publish.yml"
    mapped: {import: ci-shared:main}
    here: ci/shared-pipelines.yml
    import: ci-shared:main
pipelines:
  default:
    import: """


def found(text: str) -> list[tuple[str, int]]:
    source = Source("bitbucket-pipelines.yml", text)
    return [(one, source.position(at).line) for one, at in imports(read_yaml(source))]


@pytest.mark.parametrize("text", ["", "pipelines: []", SOURCES, "definitions: {imports: [a:b]}", "definitions: 3"])
def test_a_source_alone_is_no_import(text: str) -> None:
    assert found(text) == []


def test_a_pipeline_of_the_repositorys_own_file_is_none_of_another_one() -> None:
    assert found(f"{SOURCES}build@here") == []


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("ci-shared:main:publish", ImportTarget("ci-shared", "main", pipeline="publish")),
        ("publish@shared", ImportTarget("ci-shared", "main", pipeline="publish")),
        ("publish@mapped", ImportTarget("ci-shared", "main", pipeline="publish")),
        ("publish@import", ImportTarget("ci-shared", "main", pipeline="publish")),
        ("publish@file", ImportTarget("ci-shared", "v1", "ci/publish.yml", "publish")),
        ("'{0a-f}:release/1:x'", ImportTarget("{0a-f}", "release/1", pipeline="x")),
        ("ci-shared:main", ImportTarget("ci-shared", "main")),
        ("ci-shared:main:all.yml", ImportTarget("ci-shared", "main", "all.yml")),
        ("ci-shared:main:./ci/all.YAML", ImportTarget("ci-shared", "main", "ci/all.YAML")),
        ("publish@nowhere", None),
        ("publish", None),
        ("'a b:main:x'", None),
    ],
)
def test_what_an_import_names(text: str, aim: ImportTarget | None) -> None:
    ((one, line),) = found(SOURCES + text)
    assert (target(one), line) == (aim, 10)


def test_one_that_several_pipelines_share_is_there_once() -> None:
    text = "pipelines:\n  default: &one\n    import: a:b:c\n  branches:\n    main: *one\n"
    assert found(text) == [("a:b:c", 3)]


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("export: true", True),
        ("export: 'TRUE'", True),
        ("export: false", False),
        ("export: yes", False),
        ("export: [true]", False),
        ("- export: true", False),
        ("export", False),
        ("", False),
    ],
)
def test_a_file_says_whether_others_may_import_it(text: str, exported: bool) -> None:
    assert exports(read_yaml(Source("bitbucket-pipelines.yml", text))) == exported
