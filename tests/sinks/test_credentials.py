"""Where a half comes from: stored variables, what is written out, the native one, or what nobody can tell."""

from __future__ import annotations

import pytest

from migrator.ir.values import Input, Literal, Value
from migrator.sinks.credentials import origin, rows
from tests.flow.reading import command

NATIVE = "BITBUCKET_PACKAGES_TOKEN"


@pytest.mark.parametrize(
    ("text", "stored", "literals", "native"),
    [
        ("x $T", ("T",), [], False),
        (f"x ${NATIVE}", (), [], True),
        ("x abc", (), ["abc"], False),
        ("P=$T\nx $P", ("T",), [], False),
        ("x ${T:-abc}", ("T",), ["abc"], False),
        ("x ${T:?missing}", ("T",), [], False),
        ("[ $X ] && P=$A || P=$B\nx $P", ("A", "B"), [], False),
        (f"[ $X ] && P=$A || P=${NATIVE}\nx $P", ("A",), [], True),
        ("[ $X ] && P= || P=$B\nx $P", ("B",), [], False),
        ("[ $X ] && P=$A || P=$A\nx $P", ("A",), [], False),
        ('P=\nx "$P"$T', ("T",), [], False),
    ],
)
def test_what_a_half_is_made_of_is_known(text: str, stored: tuple[str, ...], literals: list[str], native: bool) -> None:
    found = origin(command(text, "x").arguments[0].value, NATIVE)
    assert (found.stored, [one.text for one in found.literals], found.native) == (stored, literals, native)
    assert found.obstacle is None


@pytest.mark.parametrize(
    ("text", "code", "detail", "subject"),
    [
        ("x ''", "credential-unresolved", "is empty", ""),
        ("x a$T", "credential-unresolved", "is put together from several parts", "the parts of it"),
        (
            "[ $X ] && P=a$B || P=$A\nx $P",
            "credential-unresolved",
            "is put together from several parts",
            "the parts of it",
        ),
        ("x $T$U", "credential-unresolved", "is put together from several parts", "the parts of it"),
        ("x ${T%a}", "unsupported-expansion", "is `$T` through an operator that changes it", "T"),
        ('P=a\nx "${P%a}"$T', "unsupported-expansion", "is `$P` through an operator that changes it", "P"),
        ("x ${T:+abc}", "unsupported-expansion", "is `$T` through an operator that changes it", "T"),
        (
            "[ $X ] && P=$A || P=a$B\nx $P",
            "credential-unresolved",
            "is put together from several parts",
            "the parts of it",
        ),
    ],
)
def test_why_a_half_cannot_be_replaced_is_said(text: str, code: str, detail: str, subject: str) -> None:
    whole = origin(command(text, "x").arguments[0].value, NATIVE)
    found = whole.obstacle
    assert found
    assert (found.code, found.detail, found.subject) == (code, detail, subject)
    assert [one.text for one in whole.literals] == (["abc"] if "abc" in text else [])


def test_what_is_not_known_is_named() -> None:
    found = origin(command("x $(vault read t)", "x").arguments[0].value, NATIVE).obstacle
    assert found
    assert (found.code, found.detail) == ("credential-unresolved", f"comes from {found.subject}")


def test_white_space_that_a_client_ignores_is_no_part() -> None:
    token = Input("T", ())
    for end in ("\n", "\r\n", "\n\n"):
        assert rows(Value(((token, Literal(end)),))) == [(token,)]
    assert rows(Value(((token, Literal("\n"), Literal("\r")),))) == [(token,)]
    assert rows(Value(((Literal(""), token, Literal("")),))) == [(token,)]
    assert rows(Value(((token, Literal(" ")),))) == [(token, Literal(" "))]
    assert rows(Value(((Literal("\n"), token),))) == [(Literal("\n"), token)]
