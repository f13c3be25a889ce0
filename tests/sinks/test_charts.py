"""The name of a chart that is pushed: the archive's own, as far as the charts of the repository tell it."""

from __future__ import annotations

import pytest

from migrator.ir.values import Value
from migrator.sinks.charts import chart_name
from migrator.sinks.uses import Files
from tests.flow.reading import BOOK, command
from tests.sinks.test_images import images


def name(word: str, *charts: str, file: str = "Chart.yaml", line: str = "name: {}\n") -> str:
    texts = {f"{number}/{file}": "apiVersion: v2\n" + line.format(one) for number, one in enumerate(charts)}
    files = Files(texts.get, lambda path: False, lambda: [*texts, "name"], BOOK.built_in)
    return chart_name(_value(word), files)


def test_a_chart_that_cannot_be_read_has_no_name() -> None:
    files = Files(lambda path: None, lambda path: False, lambda: ["Chart.yaml"], BOOK.built_in)
    assert chart_name(_value("web-1.tgz"), files) == ""


def _value(word: str) -> Value:
    return (
        command(f"[ $X ] && F=web-1.tgz || F=web-2.tgz\n[ $X ] && G=web-1.tgz || G=api-1.tgz\nhelm {word}")
        .arguments[0]
        .value
    )


@pytest.mark.parametrize(
    ("word", "charts", "found"),
    [
        ("web-1.0.0.tgz", ["web"], "web"),
        ("out/web-1.0.0.tgz", ["api", "web"], "web"),
        ("web-api-1.tgz", ["web", "web-api"], "web-api"),
        ("web-api-1.tgz", ["web"], ""),
        ("web-2-1.0.tgz", ["web", "web-2"], "web-2"),
        ("web-$V.tgz", ["web"], "web"),
        ("web-$V.tgz", ["web", "web-api"], ""),
        ("web-*.tgz", ["web", "api"], "web"),
        ("web-$(x).tgz", ["web"], "web"),
        ("web-$(x).tgz", ["web", "web-api"], ""),
        ("web-1$(x).tgz", ["web", "web-api"], "web"),
        ("web-1.0.tgz", ["web", "web-api"], "web"),
        ("web.tgz", ["web"], ""),
        ("web-1.tgz", [], ""),
        ("$F", ["web"], "web"),
        ("$G", ["web", "api"], ""),
        ("$ARCHIVE", ["web"], ""),
        ("web-1.tgz", ["web"] * 50, "web"),
        ("web-1.tgz", ["web"] * 51, ""),
    ],
)
def test_an_archive_is_named_after_its_chart_and_a_version(word: str, charts: list[str], found: str) -> None:
    assert name(word, *charts) == found


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("name: '{}'\n", True),
        ('name: "{}" # ours\n', True),
        ("name: {}\r\n", True),
        ("name: {}", True),
        ("name: {} x\n", False),
        ("  name: {}\n", False),
        ("names: {}\n", False),
    ],
)
def test_a_chart_says_its_name_in_its_file(line: str, known: bool) -> None:
    assert name("web-1.tgz", "web", line=line) == ("web" if known else "")
    assert name("web-1.tgz", "web", line=line, file="Charts.yaml") == ""


@pytest.mark.parametrize(
    ("where", "pushed"),
    [
        ("crg.apkg.io/acme", "crg.apkg.io/acme/web"),
        ("crg.apkg.io/acme/", "crg.apkg.io/acme/web"),
        ("$WHERE", "${WHERE}/web"),
        ("$(x)", None),
    ],
)
def test_a_chart_is_pushed_by_its_name(where: str, pushed: str | None) -> None:
    files = {"web/Chart.yaml": "name: web\n"}
    assert images(f"helm push web-1.0.tgz oci://{where}", files, listed=files) == [("push", pushed)]
