"""Which process a command runs in, with which variables, and which of several bodies of a function."""

from __future__ import annotations

import pytest

from migrator.flow import functions
from migrator.flow.events import LOOP
from migrator.flow.queries import may_both_run
from migrator.ir.values import symbol
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen
from tests.flow.test_launching import ran


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ('eval "$X a"', 1),
        ('X=see\neval "$X a"', 0),
        ("eval 'see $X'", 0),
        ('eval "see $X"', 0),
        ("$X a", 0),
        ("X=$(x)\neval 'y; see'", 0),
    ],
)
def test_text_that_is_evaluated_may_be_any_program_where_its_beginning_is_not_known(text: str, opaque: int) -> None:
    assert [one.what for one in follow(text).opaque] == ["what `eval` runs"] * opaque


@pytest.mark.parametrize(
    ("text", "cleared"),
    [("env -i bash -c 'see'", 1), ("env -i see", 0), ("bash -c 'see'", 0), ("env -i bash -c 'env -i sh -c see'", 2)],
)
def test_what_runs_with_another_environment_is_told_by_its_order(text: str, cleared: int) -> None:
    flow = follow(f"before\n{text}\nafter")
    assert len(flow.cleared) == cleared
    for since, until in flow.cleared:
        inner = [one.name for one in flow.commands if since < one.order < until]
        assert "see" in inner
        assert not {"before", "after"} & set(inner)


def test_a_wrapper_that_repeats_is_a_loop_where_it_stands() -> None:
    (one,) = [one for one in follow("f() { see; }\nretry 3 f").commands if one.name == "see"]
    (wrapper,) = [one for one in follow("f() { see; }\nretry 3 f").commands if one.name == "f"]
    assert one.branches == (((wrapper.span, wrapper.calls), LOOP),)


def test_a_module_is_a_program_where_nothing_is_known_of_the_repository() -> None:
    assert command("python -m twine a").name == "twine"
    assert command("$()").unknown == ""


@pytest.mark.parametrize(
    ("text", "overrides", "exported"),
    [
        ("env T=a see", {"T": "a"}, False),
        ("T=a see", {"T": "a"}, False),
        ("T=a env U=b see", {"T": "a", "U": "b"}, False),
        ("export T\nsee", {}, True),
        ("sudo -E T=a see", {"T": "a"}, False),
    ],
)
def test_the_variables_of_a_command(text: str, overrides: dict[str, str], exported: bool) -> None:
    one = command(text, "see")
    assert ({name: value.symbol() for name, value in one.overrides}, "T" in one.exported) == (overrides, exported)
    assert seen("env T=a bash -c 'see $T'") == [["a"]]


def test_of_several_bodies_of_a_function_one_runs() -> None:
    text = "if x; then f() { see a; T=a; }; else f() { see b; T=b; }; fi\nf\nsee $T"
    first, second, last = (one for one in follow(text).commands if one.name == "see")
    assert not may_both_run(first, second)
    assert may_both_run(first, last)
    assert [set(one) for one in seen(text)] == [{"a"}, {"b"}, {"a", "b"}]
    (call,) = [one for one in follow(text).commands if one.name == "f"]
    assert call.followed
    assert [one.branches[-1] for one in (first, second)] == [((call.span, ()), index) for index in (0, 1)]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("f() { local T=a; }\nf\nsee $T", {"${T}"}),
        ("f() { x && local T=a; T=c; }\nT=b\nf\nsee $T", {"b", "c"}),
        ("f() { T=a; }\nf\nsee $T", {"a"}),
        ("f() { T=a; return; T=b; }\nf\nsee $T", {"a"}),
        ("f() { x && return; T=b; }\nT=a\nf\nsee $T", {"a", "b"}),
        ("f() { set -- x; }\nset -- a\nf\nsee $1", {"a"}),
        ("f() { see $1; }\nset -- a\nf b", {"b"}),
        ("f() { g; }\ng() { f; T=a; }\nT=b\nf\nsee $T", {"a"}),
        ("f() { [ x ] || f; T=$1; }\nf a\nsee $T", {"a", None}),
        ("f() { exit; }\nT=a\nx && f\nsee $T", {"a"}),
        ("f() { local T; see x$T; }\nT=b\nf", {"x"}),
        ("f() { echo $1; }\nsee $(f a)", {"a"}),
    ],
)
def test_what_a_function_leaves_behind(text: str, given: set[str | None]) -> None:
    assert set(seen(text)[-1]) == given


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("f() { local -; set -x; }\nf\nsee", False),
        ("f() { set -x; }\nf\nsee", True),
        ("f() { x && local -; set -x; }\nf\nsee", True),
    ],
)
def test_options_of_a_function_are_its_own_where_it_says_so(text: str, traced: bool) -> None:
    assert command(text, "see").traced is traced


def test_each_call_is_told_from_the_others() -> None:
    text = "f() { g; }\ng() { see; }\nf\nf"
    first, second = (one for one in follow(text).commands if one.name == "see")
    assert [len(one.calls) for one in (first, second)] == [2, 2]
    assert [first.calls[0], second.calls[0]] == [text.index("f\nf"), len(text) - 1]
    assert first.calls[1] == second.calls[1] == text.index("g;")


@pytest.mark.parametrize(
    ("text", "unordered", "unseen"),
    [
        ("f() { g; g; }\ng() { see; }\nf", [False, False], 0),
        ("f() { g; g; g; }\ng() { see; }\nf", [False, False, True], 1),
        ("f() { g; g; }\ng() { see; }\nf\ng\ng", [False] * 4, 0),
        ("g() { see; }\ng\ng\ng\ng", [False] * 4, 0),
        ("f() { g; g; g; }\ng() { h; h; }\nh() { see; }\nf", [False, False, True], 5),
        ("f() { g; g; g; }\ng() { see; }\nf\nf", [False, False, True], 4),
    ],
)
def test_what_is_called_too_often_within_others_is_followed_once_more(
    text: str, unordered: list[bool], unseen: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions, "_DEEP", 1)
        patch.setattr(functions, "_MOST_CALLS", 2)
        flow = follow(text)
    assert [one.unordered for one in flow.commands if one.name == "see"] == unordered
    assert len(flow.opaque) == unseen


def test_what_is_followed_at_the_end_runs_at_any_time_and_may_find_anything() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions, "_DEEP", 1)
        patch.setattr(functions, "_MOST_CALLS", 1)
        flow = follow("T=a\nf() { g; g; }\ng() { see $T; }\nf\nT=b\nf\nother $T")
    *found, late = (one for one in flow.commands if one.name == "see")
    assert [one.arguments[0].value.symbol() for one in found] == ["a"]
    assert {symbol(row) for row in late.arguments[0].value.alternatives} == {"a", "b", None}
    assert (late.unordered, late.conditional, late.branches) == (True, True, ())
    (other,) = [one for one in flow.commands if one.name == "other"]
    assert other.arguments[0].value.symbol() is None


@pytest.mark.parametrize("shell", ["ash", "bash", "dash", "ksh", "runuser", "sh", "su", "zsh"])
def test_each_shell_runs_the_text_that_it_is_told(shell: str) -> None:
    assert seen(f"{shell} -c 'see a'") == [["a"]]


def test_what_is_only_called_too_deeply_is_followed_once() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functions, "_DEEP", 1)
        patch.setattr(functions, "_MOST_CALLS", 0)
        assert [one.unordered for one in follow("f() { g; }\ng() { see; }\nf").commands if one.name == "see"] == [True]


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("f('x', 'z')", ["x", "z"]),
        ("f('x')", ["x", "y"]),
        ("f(*x)", [None, None]),
        ("f(b='z', a='x')", ["x", "z"]),
    ],
)
def test_a_parameter_is_what_is_given_for_it_or_not_known(call: str, given: list[str | None]) -> None:
    lines = ("import subprocess", "def f(a, b='y'):", "    subprocess.run(['see', a, b])", call)
    flow = ran("python3 a.py", {"a.py": "\n".join(lines)})
    (one,) = [one for one in flow.commands if one.name == "see" and one.calls]
    assert [word.value.symbol() for word in one.arguments] == given
    assert {one.positional for one in flow.definitions if one.name.endswith((".a", ".b"))} == {True}


def test_a_parameter_that_a_call_leaves_out_is_not_known() -> None:
    lines = ("import subprocess", "def f(a, b):", "    subprocess.run(['see', a, b])", "f('x')")
    flow = ran("python3 a.py", {"a.py": "\n".join(lines)})
    (one,) = [one for one in flow.commands if one.name == "see" and one.calls]
    assert [word.value.symbol() for word in one.arguments] == ["x", None]
