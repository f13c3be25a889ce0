"""YAML is read with places, within bounds, and refused with a sentence where Bitbucket would not read it the same."""

from __future__ import annotations

import tomllib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from migrator.text.source import Source
from migrator.text.yaml import (
    MAX_ALIASES,
    MAX_DEPTH,
    MAX_EXPANDED,
    Mapping,
    Node,
    Scalar,
    Sequence,
    YamlError,
    plain,
    read_yaml,
)
from tests.memory import within
from tests.text.generated import Document, documents


def read(text: str) -> Node | None:
    return read_yaml(Source("f.yml", text))


def scalars(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item.node)
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield from scalars(key)
            yield from scalars(value.node)


def refusal(text: str) -> tuple[str, int]:
    with pytest.raises(YamlError) as caught:
        read(text)
    return str(caught.value), caught.value.offset


# Nothing there


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "---\n", "\r\n\r\n"])
def test_a_file_without_content_is_no_document_or_an_empty_scalar(text: str) -> None:
    assert plain(read(text)) is None


def test_a_lone_scalar_is_a_document() -> None:
    assert plain(read("hello")) == "hello"


@pytest.mark.parametrize("text", ["~", "null", "Null", "NULL", ""])
def test_null_is_null_only_without_quotes(text: str) -> None:
    assert plain(read(f"a: {text}")) == {"a": None}
    assert plain(read(f"a: '{text}'")) == {"a": text}


def test_nothing_is_constructed_from_what_looks_like_numbers_dates_and_truth() -> None:
    assert plain(read("[1, 1.0, yes, 2020-01-01, 0x10]")) == ["1", "1.0", "yes", "2020-01-01", "0x10"]


# The parser


def test_the_c_parser_is_installed_used_and_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    from ruamel.yaml import YAML, cyaml

    used = []

    class Recorded(cyaml.CParser):  # type: ignore[name-defined,misc]
        def __init__(self, stream: str) -> None:
            used.append(stream)
            super().__init__(stream)

    monkeypatch.setattr(cyaml, "CParser", Recorded)
    monkeypatch.setattr(YAML, "parse", lambda *_: pytest.fail("the pure parser was used"))
    assert plain(read("a: [b, {c: d}]")) == {"a": ["b", {"c": "d"}]}
    assert used == ["a: [b, {c: d}]"]
    assert "_ruamel_yaml" in Recorded.__mro__[1].__module__
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert sum(one.startswith(("ruamel.yaml>", "ruamel.yaml.clib>")) for one in project["dependencies"]) == 2


def test_a_colon_inside_a_word_of_a_flow_sequence_is_text_as_yaml_1_2_says() -> None:
    assert plain(read("caches: [docker:latest, web]")) == {"caches": ["docker:latest", "web"]}


def test_the_slow_parser_is_not_given_a_large_file() -> None:
    text = "a: [docker:latest]\nb: >\n" + "  filler text\n" * 20_000
    with within(5):
        message, offset = refusal(text)
    assert "not valid YAML" in message
    assert text[:offset].count("\n") == 0


# Places


@pytest.mark.parametrize(
    "written",
    ["plain", "plain text, with:no key", "'single ''quoted'''", '"double \\"quoted\\""', "ünïcödé 🐳"],
)
@pytest.mark.parametrize("before", ["", "&anchor ", "!!str ", "&anchor !!str ", "! ", "&a # a comment\n    "])
def test_a_scalar_s_span_is_what_is_written_without_anchor_and_tag(written: str, before: str) -> None:
    text = f"k:\n  - {before}{written}\n  - after\n"
    root = read(text)
    _, first, _ = scalars(root)
    assert text[first.span.start : first.span.end] == written


def test_the_span_of_a_block_scalar_begins_with_its_header() -> None:
    text = "a: |-  # why\n   one\n   two\nb: >+\n   three\n\nc: d\n"
    found = list(scalars(read(text)))
    assert text[found[1].span.start : found[1].span.end].startswith("|-  # why\n   one\n   two")
    assert text[found[3].span.start : found[3].span.end].startswith(">+\n   three")
    assert [one.style for one in found] == ["", "|", "", ">", "", ""]


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\u00a0"])
def test_characters_that_only_some_take_for_a_line_break_do_not_shift_places(odd: str) -> None:
    text = f"a: 'x{odd}y'  # {odd}\nb: target\n"
    found = {one.value: one for one in scalars(read(text))}
    assert text[found["target"].span.start : found["target"].span.end] == "target"


def test_an_alias_is_placed_where_it_stands_and_shares_the_node() -> None:
    text = "a: &x [one]\nb: *x\n"
    root = read(text)
    assert isinstance(root, Mapping)
    (_, first), (_, second) = root.entries
    assert first.node is second.node
    assert (first.alias, second.alias) == (False, True)
    assert text[second.at :].startswith("*x")


def test_an_anchor_may_be_used_again_and_the_last_one_counts() -> None:
    assert plain(read("a: &x one\nb: &x two\nc: *x\n")) == {"a": "one", "b": "two", "c": "two"}


# Merges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{x: &x {a: 1, b: 2}, y: {<<: *x, b: 3}}", {"a": "1", "b": "3"}),
        ("{x: &x {a: 1, b: 2}, y: {b: 3, <<: *x}}", {"b": "3", "a": "1"}),
        ("{x: &x {a: 1}, z: &z {a: 2, b: 3}, y: {<<: [*x, *z]}}", {"a": "1", "b": "3"}),
        ("{x: &x {a: 1}, z: &z {a: 2, b: 3}, y: {<<: *x, c: 4, <<: *z}}", {"a": "1", "b": "3", "c": "4"}),
        ("{z: &z {b: 3}, x: &x {<<: *z, a: 1}, y: {<<: *x}}", {"a": "1", "b": "3"}),
        ("{y: {'<<': 5}}", {"<<": "5"}),
        ("{y: {<<: text, a: 1}}", {"a": "1"}),
    ],
)
def test_merge_keys_give_what_yaml_says(text: str, expected: dict[str, str]) -> None:
    whole = plain(read(text))
    assert isinstance(whole, dict)
    assert whole["y"] == expected


def test_a_mapping_that_is_merged_many_times_over_costs_little() -> None:
    levels = "".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}\n" for n in range(1, 12))
    with within(5):
        assert isinstance(plain(read("m0: &m0 {a: 1}\n" + levels)), dict)
    assert (
        "aliases expand" in refusal("m0: &m0 {a: 1}\n" + levels + "m12: &m12 {<<: [*m11, *m11, *m11, *m11, *m11]}\n")[0]
    )


# Refusals


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("a: 1\na: 2\n", "a key appears twice in", "a: 2"),
        ("a:\n\tb: 1\n", "tab", "\tb"),
        ("a: [1, 2\n", "not valid YAML", None),
        ("a: 'never closed\n", "not valid YAML", None),
        ('a: "\\q"\n', "not valid YAML", None),
        ("a: b: c\n", "not valid YAML", None),
        ("a: 1\n---\nb: 2\n", "several YAML documents", "---"),
        ("a: !!python/object:os.system x\n", "tag", "!!python"),
        ("a: !secret x\n", "tag", "!secret"),
        ("a: !!binary aGk=\n", "tag", "!!binary"),
        ("a: *nowhere\n", "no anchor before it", "*nowhere"),
        ("a: &x [*x]\n", "inside the node that it names", "*x]"),
        ("a: &x {b: {c: *x}}\n", "inside the node that it names", "*x}"),
        ("a: \x07\n", "a character that YAML does not allow", "\x07"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> theirs\n", "merge conflict", "<<<<<<<"),
    ],
)
def test_what_bitbucket_would_not_read_the_same_is_refused_with_its_place(
    text: str, message: str, at: str | None
) -> None:
    said, offset = refusal(text)
    assert message in said
    assert 0 <= offset <= len(text)
    if at is not None:
        assert text[offset:].startswith(at)


@pytest.mark.parametrize("text", ["a: b: ATATT3xSecret\n", "a: *ATATT3xSecret\n", "a: !ATATT3xSecret b\n"])
def test_a_refusal_quotes_nothing_of_the_file(text: str) -> None:
    assert "ATATT" not in refusal(text)[0]


@pytest.mark.parametrize("count", [2, 3])
def test_more_than_one_byte_order_mark_is_refused_as_places_would_be_wrong(count: int) -> None:
    with pytest.raises(YamlError, match="two byte order marks"):
        read_yaml(Source.decode("f.yml", ("\ufeff" * count + '- "a"\n').encode()))


def test_merge_keys_may_stand_twice() -> None:
    assert plain(read("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n")) == {"x": {"a": "1"}, "y": {"a": "1"}}


# Bounds


def _nested(levels: int, kind: str) -> str:
    if kind == "flow":
        return "[" * levels + "x" + "]" * levels
    if kind == "block":
        return "".join(f"{' ' * n}a:\n" for n in range(levels - 1)) + f"{' ' * levels}a: x\n"
    return "- " * levels + "x\n"


@pytest.mark.parametrize("kind", ["flow", "block", "dashes"])
def test_nesting_is_read_up_to_its_bound_and_refused_beyond(kind: str) -> None:
    assert [one.value for one in scalars(read(_nested(MAX_DEPTH, kind)))][-1] == "x"
    assert f"more than {MAX_DEPTH} levels" in refusal(_nested(MAX_DEPTH + 1, kind))[0]


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000, '{"a":' * 50_000, "? " * 50_000, "[{" * 25_000])
def test_fifty_thousand_brackets_are_refused_at_once(text: str) -> None:
    tracemalloc.start()
    try:
        with within(5):
            message, _ = refusal(text)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert "levels deep" in message or "not valid YAML" in message


def test_aliases_are_read_up_to_their_bound_and_refused_beyond() -> None:
    most = "a: &a x\nb: [" + "*a, " * (MAX_ALIASES - 1) + "*a ]\n"
    root = plain(read(most))
    assert isinstance(root, dict)
    assert len(root["b"]) == MAX_ALIASES
    assert f"more than {MAX_ALIASES} places" in refusal(most.replace("*a ]", "*a , *a ]"))[0]


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{n}: &{n} [" + ", ".join([f"*{p} "] * 9) + "]" for p, n in zip("abcdefgh", "bcdefghi", strict=True)]
    tracemalloc.start()
    try:
        with within(5):
            message, offset = refusal("\n".join(lines))
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert "aliases expand" in message
    assert offset < len("\n".join(lines))


@pytest.mark.parametrize("kind", ["many items", "one long text"])
def test_aliases_of_long_parts_are_read_up_to_the_bound_of_a_file_and_refused_beyond(kind: str) -> None:
    part = f"[{'x,' * 5_000}]" if kind == "many items" else "x" * 10_002
    most = MAX_EXPANDED // len(part)
    text = f"a: &a {part}\nb: [" + "*a , " * most
    assert read(text + "]\n") is not None
    assert "more than 2 MiB of text" in refusal(text + "*a , ]\n")[0]


def test_two_mebibytes_are_read_within_bounds() -> None:
    text = "a:\n" + "  - echo some text of a usual length, and a bit more\n" * 39_000
    assert 1.9 * 1024 * 1024 < len(text) < 2 * 1024 * 1024
    with within(20):
        assert sum(1 for _ in scalars(read(text))) == 39_001


# Properties


class _Loader(pyyaml.BaseLoader):
    """Everything stays text; merges are made."""


@given(documents())
def test_an_independent_reader_reads_the_same_values(document: Document) -> None:
    assert _comparable(plain(read(document.text))) == _comparable(pyyaml.load(document.text, _Loader))


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _comparable(one)) for key, one in value.items()]
    if isinstance(value, list):
        return [_comparable(one) for one in value]
    return "" if value in (None, "~", "null", "Null", "NULL") else value


@given(st.text(alphabet=st.sampled_from([*" \n\t\r-:[]{},&*!|>'\"%#?@`ab<~=", "\ufeff", "é", "\u2028"]), max_size=40))
def test_any_text_is_read_or_refused_in_one_way(text: str) -> None:
    said, root = _read_or_refused(text)
    assert "\n" not in said
    for one in scalars(root):
        assert 0 <= one.span.start <= one.span.end <= len(text)


def _read_or_refused(text: str) -> tuple[str, Node | None]:
    try:
        return "", read(text)
    except YamlError as error:
        return f"{error}"[: 200 if 0 <= error.offset <= len(text) else 0] or "\n", None
