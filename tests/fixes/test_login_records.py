"""What the records of a login say of it, each by itself: its halves, its opinions, and who uses its files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from migrator.findings.records import Reason, Use, Verdict
from migrator.fixes.context import Context, once
from migrator.fixes.judged_login import JudgedLogin
from migrator.fixes.login import LoginWord, PackagesLogin, packages_logins
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point
from migrator.fixes.prefixes import calls, calls_of_files, is_called, is_read_only
from migrator.fixes.reasons.bound import bound
from migrator.flow.events import Flow
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Read
from migrator.ir.paths import Top
from migrator.ir.values import Input, Literal, TracedRead, Value
from migrator.reading.scripts import Script
from migrator.reading.steps import StepFacts
from migrator.rulebook.sinks import Role
from migrator.sinks.credentials import Obstacle, Origin
from migrator.sinks.logins import Binding
from migrator.text.source import Position, Source, Span

REASON = Reason("traced", Verdict.UNSAFE, "why", "who")


def word(
    *stored: str, literals: tuple[str, ...] = (), native: bool = False, blocked: bool = False, at: int = 0
) -> LoginWord:
    obstacle = Obstacle("credential-unresolved", "is not known") if blocked else None
    reads = tuple(TracedRead(Read(name, Span(at, at + 1), Span(at, at + 1)), None, ()) for name in stored)
    value = Value.of(*(Input(one.read.name, (one,)) for one in reads))
    return LoginWord("password", "N", value, Origin(stored, tuple(map(Literal, literals)), native, obstacle))


NATIVE = word(native=True)


def login(username: LoginWord = NATIVE, password: LoginWord = NATIVE, **given: Any) -> PackagesLogin:
    fields = {"shell": None, "login": None, "registry": None, **given}
    return PackagesLogin(username=username, password=password, **fields)


@pytest.mark.parametrize("other", [word("PAT"), word(literals=("x",)), word(blocked=True)])
def test_a_login_is_native_where_both_halves_are(other: LoginWord) -> None:
    assert login().native
    assert not login(other).native
    assert not login(NATIVE, other).native
    assert not login(other, other).native


def test_the_halves_say_what_they_are_made_of() -> None:
    one = login(word("U", "X", at=1), word("X", "P", at=2))
    assert one.words == (one.username, one.password)
    assert one.stored == ("U", "X", "P")
    assert one.sites == {(Span(1, 2), ()), (Span(2, 3), ())}
    assert [login(NATIVE, word(literals=text)).literal for text in ((), (" ",), (" ", "x"))] == [False, False, True]
    assert not login(word(literals=("x",))).literal


def test_a_signature_is_equal_for_equal_credentials() -> None:
    made = [login(word("U"), one) for one in (word("P"), word("P", at=3), word("Q"), word("P", native=True))]
    assert made[0].signature == made[1].signature
    assert len({one.signature for one in made}) == 3
    first, second = (login(word("U"), word(literals=(text,))) for text in ("x", "y"))
    assert first.signature != second.signature


def _login(registry: object, token: object = None, *bindings: Binding) -> SimpleNamespace:
    value = Value.of(Input("P", (TracedRead(Read("P", Span(0, 1), Span(0, 1)), None, ()),)))
    names = {Role.USERNAME: "A", Role.PASSWORD: "B"}
    return SimpleNamespace(
        registry=registry, token=token, bindings=bindings, username=value, password=value, variable=names.__getitem__
    )


def test_the_logins_of_a_step_are_those_to_packages() -> None:
    registry = SimpleNamespace(username="NU", password="NP")
    given = [_login(None), _login(registry), _login(registry, "token"), _login(registry, None, Binding("B", "b", True))]
    shells = [SimpleNamespace(logins=given[:3]), SimpleNamespace(logins=given[3:])]
    found = packages_logins(cast(StepFacts, SimpleNamespace(shells=shells)))
    assert [(one.login, one.shell) for one in found] == [
        (given[1], shells[0]),
        (given[2], shells[0]),
        (given[3], shells[1]),
    ]
    assert [(half.role, half.native, half.variable, half.expression, half.whole) for half in found[0].words] == [
        ("user name", "NU", "A", '"$NU"', False),
        ("password", "NP", "B", '"$NP"', False),
    ]
    assert [(half.variable, half.origin.stored, half.whole) for half in found[1].words] == [
        ("", (), False),
        ("B", ("P",), False),
    ]
    assert found[1].username.origin.native  # the client adds it, so that there is nothing to replace
    assert [(half.variable, half.expression, half.whole) for half in found[2].words] == [
        ("A", '"$NU"', False),
        ("B", "b", True),
    ]


PLAN = SimpleNamespace(removed=(Span(3, 4),))


def test_a_judged_login_says_what_would_go_and_why_not() -> None:
    opinions = (Opinion("a", (), (REASON,), ("one",)), Opinion("b", assumptions=("two",)))
    points = (Point(Span(1, 2), "x"),)
    edited = JudgedLogin(login(word("P")), opinions[1:], points)
    assert (edited.plan, edited.spans, edited.reasons, edited.assumptions) == (None, (Span(1, 2),), (), ("two",))
    piped = JudgedLogin(login(word("P")), opinions, points, pipe=cast(Any, PLAN))
    assert (piped.plan, piped.spans, piped.reasons) == (PLAN, PLAN.removed, (REASON,))
    assert piped.assumptions == ("one", "two")
    kept = JudgedLogin(login(word("P")), opinions, points, pipe=REASON)
    assert (kept.plan, kept.spans) == (None, (Span(1, 2),))
    assert [one.safe for one in (edited, piped, JudgedLogin(login()))] == [True, False, False]


def script(text: str, *called: str) -> Script:
    parts = [SimpleNamespace(source=Source("f", one)) for one in called]
    return cast(Script, SimpleNamespace(text=text, called=parts))


def test_calls_stand_in_a_script_and_not_in_its_texts() -> None:
    assert calls(script("ls; bash -c 'pwd'\n$(x)")) == {0, 4, 18, 20}
    files = [
        SimpleNamespace(launcher=SimpleNamespace(reader=reader), statements=lower(text))
        for reader, text in (("shell", "ls; ls"), ("python", "  ls"))
    ]
    assert calls_of_files(cast(Flow, SimpleNamespace(called=files))) == {0, 4}


@pytest.mark.parametrize(
    ("text", "called", "fixed"),
    [
        ("readonly PAT", "", True),
        ("declare -r PAT=x", "", True),
        ("typeset -xr A PAT", "", True),
        ("declare -x PAT", "", False),
        ("readonly PATH", "", False),
        ("readonly A; PAT=x", "", False),
        ("readonly A\nreadonly PAT", "", True),
        ("ls", "readonly PAT", True),
        ("ls", "readonly A", False),
        ("PAT=x", "", False),
    ],
)
def test_a_variable_may_be_kept_from_being_set(text: str, called: str, fixed: bool) -> None:
    assert is_read_only(script(text, called), "PAT") is fixed


@pytest.mark.parametrize(
    ("names", "variables", "launcher", "called"),
    [
        ("x", ("A",), "sh", True),
        (None, ("A",), "sh", False),
        ("x", (), "sh", False),
        ("x", ("A",), None, False),
        ("x", ("A",), "", False),
    ],
)
def test_a_call_in_a_file_that_takes_variables_is_given_them(
    names: str | None, variables: tuple[str, ...], launcher: str | None, called: bool
) -> None:
    part = None if launcher == "" else SimpleNamespace(launcher=launcher)
    one = SimpleNamespace(
        shell=SimpleNamespace(script=SimpleNamespace(part=lambda at: part)),
        command=SimpleNamespace(span=Span(0, 1)),
        login=SimpleNamespace(bound=names, variables=variables),
    )
    assert is_called(cast(PackagesLogin, one)) is called


def test_what_is_seen_has_a_place_where_it_stands_in_a_script() -> None:
    source = Source("f", "a\nb\n")
    own = SimpleNamespace(source_at=lambda span: source, shown=lambda span: span)
    assert Sighting("x", cast(Script, own), Span(2, 3)).place == Use("f", source.position(2))
    assert source.position(2) != Position(0, 0)
    assert Sighting("x", cast(Script, own)).place is None
    assert Sighting("x", None, Span(2, 3)).place is None


@pytest.mark.parametrize(("style", "user"), [("", "Makefile"), ("in-place", ""), ("bridge", "--style bridge")])
def test_who_else_uses_a_file_depends_on_the_style(style: str, user: str) -> None:
    own = SimpleNamespace(settings=SimpleNamespace(called=style), outsider=lambda path: "Makefile")
    assert Context.other_user(cast(Context, own), "x.sh") == user


def test_a_file_of_the_repository_has_text_or_is_missing() -> None:
    own = SimpleNamespace(source={"a": Source("a", "x")}.get)
    assert [Context.file(cast(Context, own), path) for path in ("a", "b")] == ["x", None]


def test_what_is_asked_of_a_step_is_found_once() -> None:
    asked: list[object] = []

    @once
    def first(step: StepFacts, context: Context) -> list[object]:
        asked.append(step)
        return [step]

    @once
    def second(step: StepFacts, context: Context) -> list[object]:
        return ["other"]

    context = cast(Context, SimpleNamespace(found={}))
    steps = [cast(StepFacts, name) for name in ("one", "two")]
    assert [first(step, context) for step in (*steps, *steps)] == [("one",), ("two",)] * 2
    assert asked == ["one", "two"]
    assert second(steps[0], context) == ("other",)


HANDED, NOTHING = ", which `npm ci` hands to what it runs", ("nothing that `npm ci` runs uses A_NAME and B_NAME",)


@pytest.mark.parametrize(
    ("files", "details", "granted"),
    [
        ({}, [], NOTHING),
        ({".npmrc": "A_NAME", "ci/.npmrc": "B_NAME", "list": "A_NAME"}, [], NOTHING),
        ({"x.js": "a_name"}, [f"x.js names A_NAME{HANDED}"], ()),
        (
            {"y.js": "B_NAME", "x.js": "B_NAME A_NAME"},
            [
                f"x.js names A_NAME and B_NAME{HANDED}",
                f"y.js names B_NAME{HANDED}",
            ],
            (),
        ),
        (
            {f"{number}.js": "A_NAME" for number in range(6)},
            [f"{number}.js names A_NAME{HANDED}" for number in range(4)], ()),
        (None, [f"patless can't tell which files name A_NAME and B_NAME (x){HANDED}"], ()),
    ],
    ids=str,
)  # fmt: skip
def test_files_that_name_the_variables_of_a_call_may_read_them(
    files: dict[str, str] | None, details: list[str], granted: tuple[str, ...]
) -> None:
    held = Top("x") if files is None else files
    context = SimpleNamespace(
        book=SimpleNamespace(package_clients={"npm": SimpleNamespace(files=(".npmrc",))}),
        files=SimpleNamespace(holding=lambda names: held, is_listing=lambda path: path == "list"),
        reason=lambda code, detail, subject: Reason(code, Verdict.UNSAFE, detail, subject),
    )
    words = [SimpleNamespace(text=text) for text in ("ci", "--x")]
    sinks = [SimpleNamespace(variable=name) for name in ("A_NAME", "B_NAME", "A_NAME")]
    one = SimpleNamespace(
        command=SimpleNamespace(name="npm", arguments=words), login=SimpleNamespace(client="npm", sinks=sinks)
    )
    opinion = bound(cast(Context, context), cast(PackagesLogin, one))
    assert [reason.detail for reason in opinion.reasons] == details
    assert {reason.subject for reason in opinion.reasons} <= {"A_NAME and B_NAME"}
    assert opinion.assumptions == granted
    words[0].text = cast(Any, None)
    assert all("`npm`" in text for text in bound(cast(Context, context), cast(PackagesLogin, one)).assumptions)
