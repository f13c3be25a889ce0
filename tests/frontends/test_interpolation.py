"""Expansion of variables in Compose files: https://docs.docker.com/reference/compose-file/interpolation/."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.frontends.documents.interpolation import LENGTH_LIMIT, image_name, interpolate, interpolated_names

VARIABLES = {"TAG": "1.2", "EMPTY": "", "HIDDEN": None}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("acme/web:1.2", id="no variable"),
        pytest.param("a}b{c", id="braces without a dollar"),
        pytest.param('it\'s "quoted" \\n `x`', id="quotes and backslashes are no syntax"),
    ],
)
def test_a_text_without_variables_stays(text: str) -> None:
    assert interpolate(text, VARIABLES).resolved == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("$", id="a dollar at the end"),
        pytest.param("a$-b", id="a dollar before no name"),
        pytest.param("$1", id="a positional parameter"),
        pytest.param("${}", id="no name"),
        pytest.param("${TAG", id="not closed"),
        pytest.param("${TAG:-a", id="default not closed"),
        pytest.param("${TAG%.*}", id="an operator of the shell"),
        pytest.param("${TAG:-${EMPTY##x}}/rest", id="the break is in a default that is not taken"),
        pytest.param("${A:-" * 10_000 + "x" + "}" * 10_000, id="nested 10,000 deep"),
        pytest.param("$TAG" * LENGTH_LIMIT, id="longer than the limit"),
        pytest.param("${EMPTY:?must be set}", id="required and empty"),
        pytest.param("${HIDDEN:?must be set}-${HIDDEN}", id="a value that is not known"),
        pytest.param("${OTHER:?must be set}", id="required, may be unset"),
        pytest.param("${HIDDEN:+x}", id="may be empty"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    expansion = interpolate(text, VARIABLES)
    assert (expansion.resolved, expansion.by_default) == (None, None)
    assert expansion.why


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("web:$TAG", "web:1.2"),
        ("web:${TAG}-x", "web:1.2-x"),
        ("$TAG-x", "1.2-x"),
        ("${TAG:-latest}", "1.2"),
        ("${EMPTY:-latest}", "latest"),
        ("${EMPTY-latest}", ""),
        ("${TAG:+alt}", "alt"),
        ("${EMPTY:+alt}", ""),
        ("${EMPTY+alt}", "alt"),
        ("${HIDDEN+alt}", "alt"),
        ("${TAG:?no tag}", "1.2"),
        ("${EMPTY?no tag}", ""),
        ("${EMPTY:-${TAG:-x}}!", "1.2!"),
        ("${EMPTY:-a{b}", "a{b"),
        ("$$TAG $${TAG}", "$TAG ${TAG}"),
        ("${EMPTY:-$$}", "$"),
    ],
)
def test_a_known_variable_is_expanded(text: str, resolved: str) -> None:
    assert interpolate(text, VARIABLES).resolved == resolved


@pytest.mark.parametrize(
    ("text", "by_default"),
    [
        ("web:${OTHER:-latest}", "web:latest"),
        ("web:${OTHER-latest}", "web:latest"),
        ("web:${OTHER:+alt}", "web:"),
        ("web:$OTHER", "web:"),
        ("${OTHER:-${MORE:-deep}}", "deep"),
    ],
)
def test_a_variable_that_may_be_unset_has_a_default_and_stays_unknown(text: str, by_default: str) -> None:
    expansion = interpolate(text, VARIABLES)
    assert (expansion.resolved, expansion.by_default, expansion.unknown) == (None, by_default, ("OTHER",))
    assert expansion.why == "the value of OTHER is not known"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("acme/web:1@sha256:00", "acme/web"),
        ("localhost:5000/web", "localhost:5000/web"),
        ("crg.example.io/acme/web:$OTHER", "crg.example.io/acme/web"),
        ("crg.example.io/acme/web:${TAG}-$OTHER", "crg.example.io/acme/web"),
        ("crg.example.io/acme/web@$OTHER", "crg.example.io/acme/web"),
        ("node:$OTHER", "node"),
        ("node:$PORT/web", None),
        ("crg.example.io:$OTHER", None),
        ("crg.example.io/acme/web$OTHER", None),
        ("$OTHER/web:1", None),
    ],
)
def test_an_image_has_a_name_where_only_its_tag_is_unknown(text: str, name: str | None) -> None:
    assert image_name(interpolate(text, VARIABLES)) == name


def test_names_are_listed_wherever_they_stand() -> None:
    assert interpolated_names("$A ${B:-${C}} $$D $${E} ${F:?say $G} ${A}") == ("A", "B", "C", "F", "G")


@settings(deadline=None)
@given(st.text(alphabet="$${}:-+?AB x'\"\\") | st.text(), st.dictionaries(st.sampled_from("AB"), st.none() | st.text()))
def test_any_text_is_expanded_or_not_without_an_error(text: str, variables: dict[str, str | None]) -> None:
    expansion = interpolate(text, variables)
    assert expansion.written == text
    assert (expansion.resolved is None) == bool(expansion.why)
    if expansion.resolved is not None:
        assert expansion.prefix == expansion.by_default == expansion.resolved


@settings(deadline=None)
@given(st.text(alphabet="${}:-+AB x"), st.text(alphabet="xy"), st.text(alphabet="xy"))
def test_what_becomes_known_later_agrees_with_what_was_certain(text: str, a: str, b: str) -> None:
    before, after = interpolate(text, {"A": a}), interpolate(text, {"A": a, "B": b})
    if before.resolved is not None:
        assert after.resolved == before.resolved
    assert after.resolved is None or after.resolved.startswith(before.prefix)
