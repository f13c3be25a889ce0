"""Image references of a script: as text for a pipe that stands at its end, and as keys."""

from __future__ import annotations

import re

import pytest

from migrator.fixes.pipe.references import ReferenceWriter, Unwritable, key, may_be, tagged, untagged
from migrator.sinks.invocations import invocation
from tests.flow.reading import BOOK, follow

CHAIN = "".join(f"V{number}=$V{number - 1}; " for number in range(1, 30))


def text(script: str) -> str:
    """What the first push of a script pushes, for a pipe behind all of it."""
    trace = follow(f"{script}\nls")
    push = next(one for one in trace.commands if one.name == "docker")
    called = invocation(push, BOOK)
    assert called
    word = called.parsed.words[0].word
    assert word
    return ReferenceWriter(trace, script).text(word, trace.commands[-1].environment)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("docker push crg.apkg.io/acme/web-1:1_0", "crg.apkg.io/acme/web-1:1_0"),
        ("docker push 'a:1'", "a:1"),
        ('docker push "a:1"', "a:1"),
        ('docker push "a:$V"b', "a:${V}b"),
        ("docker push a:${V}", "a:${V}"),
        ("V=1; docker push a:$V", "a:1"),
        ("V=1; W=$V.2; docker push a:$W; V=3", "a:1.2"),
        ("V=$W; docker push a:$V", "a:${W}"),
        ("V=x-$W; docker push a:$V", "a:x-${W}"),
        ("V=$W; docker push a:$V; W=2", "a:${V}"),
        ("V=$(x); docker push a:$V", "a:${V}"),
        ("V=$(echo 1); docker push a:$V", "a:1"),
        ("V='a b'; docker push \"a:$V\"", "a:${V}"),
        ("test -f x && V=1 || V=2; docker push a:$V", "a:${V}"),
        ("V=1; test -f x && V=1; docker push a:$V", "a:${V}"),
        ("declare -x V=1; docker push a:$V", "a:1"),
        ("declare -l V=1; docker push a:$V", "a:${V}"),
        ("typeset -xu V=1; docker push a:$V", "a:${V}"),
        ("declare -l V=1; W=2; docker push a:$W", "a:2"),
        (f"V0=$(x); {CHAIN}docker push a:$V29", "a:${V9}"),
        (f"V0=$(x); {CHAIN}docker push a:$V20", "a:${V0}"),
    ],
)
def test_a_reference_is_written_with_what_holds_at_the_end(script: str, expected: str) -> None:
    assert text(script) == expected


ODD = "comes from a command or an expansion that a pipe does not know"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("docker push a:$(x)", ODD),
        ("docker push 'a b'", ODD),
        ("docker push a+b", ODD),
        ("docker push $'a:1'", ODD),
        ("docker push a:${V:-1}", ODD),
        ("docker push a:${V#1}", ODD),
        ("docker push a:${#V}", ODD),
        ("docker push a:${V[1]}", ODD),
        ("docker push a:$?", ODD),
        ("f() { docker push $1; }; f a", ODD),
        ("V=$(x); docker push a:$V; V=2", "comes from $V, which changes before the last push"),
        ("docker push a:$V; V=2", "comes from $V, which changes before the last push"),
        ("f() { docker push a:$V; }; V=1; f; V=2; f", "comes from $V, which cannot be followed"),
    ],
)
def test_a_reference_that_would_be_another_one_there_is_not_written(script: str, why: str) -> None:
    with pytest.raises(Unwritable, match=f"^{re.escape(why)}$"):
        text(script)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("docker push a", "a:latest"),
        ("docker push a:$V", "a:${V}"),
        ("docker push $V", "${V}:latest"),
        ("V=1; docker push a:$V", "a:1"),
        ("V=$W; docker push a:$V", "a:${W}"),
        ("docker push a:$(x)", None),
        ("docker push a:${V:-$(x)}", None),
    ],
)
def test_a_key_has_the_variables_that_come_from_outside(script: str, expected: str | None) -> None:
    assert _key(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("V=$(x); docker push a:$V", "a:${V@}"),
        ("V=$(x); W=$V; docker push a:$W", "a:${V@}"),
        ("test -f x && V=1 || V=2; docker push a:$V", "a:1${V@}|a:2${V@}"),
        ("test -f x && V=2 || V=1; docker push a:$V", "a:1${V@}|a:2${V@}"),
        ("docker push a:${V:-x}", "a:${V}${V@}|a:x${V@}"),
        ("V=${W:-$(x)}; docker push a:$V", "a:${V@}${V@}|a:${W}${V@}"),
    ],
)
def test_a_key_has_the_assignments_whose_value_nobody_knows(script: str, expected: str) -> None:
    """They are told apart by their places, which are left out here."""
    assert re.sub(r"@\d+", "@", _key(script) or "") == expected


def test_two_assignments_of_a_variable_are_two_keys() -> None:
    one, other = (_key(f"{first}V=$(x); docker push a:$V") for first in ("", "ls; "))
    assert one != other


def _key(script: str) -> str | None:
    (push,) = (one for one in follow(script).commands if one.name == "docker")
    called = invocation(push, BOOK)
    assert called
    return key(called.parsed.words[0].value)


@pytest.mark.parametrize(
    ("first", "second", "perhaps"),
    [
        ("a:1", "a:1", True),
        ("a:1", "a:2", False),
        ("a:1|a:2", "a:3|a:2", True),
        ("a:1|a:2", "a:3|a:4", False),
        ("a:${V}", "a:${V}", True),
        ("a:${V}", "a:1", True),
        ("a:${V}", "b:1", False),
        ("a:${V}", "b:${V}", False),
        ("a:${V}", "a:1${W}", True),
        ("a:1${V}", "a:${W}", True),
        ("a:1${V}", "a:2${V}", False),
        ("x${V}", "${V}x", True),
        ("${V}:latest", "a:1", True),
        ("${V}:latest", "a:latest", True),
        ("${V}b:latest", "ab:1", False),
        ("a/${V}:latest", "b/c:1", False),
    ],
)
def test_two_keys_may_be_one_reference(first: str, second: str, perhaps: bool) -> None:
    assert may_be(first, second) is perhaps
    assert may_be(second, first) is perhaps


@pytest.mark.parametrize(
    ("reference", "name", "whole"),
    [
        ("a", "a", "a:latest"),
        ("a/b", "a/b", "a/b:latest"),
        ("a:1", "a", "a:1"),
        ("a@sha256:f", "a", "a@sha256:f"),
        ("h:5000/a", "h:5000/a", "h:5000/a:latest"),
        ("h:5000/a:1", "h:5000/a", "h:5000/a:1"),
        ("${V}", "${V}", "${V}:latest"),
        ("${V@3}", "${V@3}", "${V@3}:latest"),
        ("a:${V@3}", "a", "a:${V@3}"),
        ("${V@3}:${W@4}", "${V@3}", "${V@3}:${W@4}"),
        ("${V", "${V", "${V:latest"),
    ],
)
def test_a_tag_is_what_stands_behind_the_name(reference: str, name: str, whole: str) -> None:
    assert untagged(reference) == name
    assert tagged(reference) == whole
