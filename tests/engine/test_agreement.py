"""What steps share is edited where each of them wants the same, and the logins of a step to one host all together."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from migrator.engine.agreement import agreed, together
from migrator.findings.records import Finding, Reason, Severity, Use, Verdict
from migrator.fixes.context import Context
from migrator.fixes.judged_command import RuleContext
from migrator.text.edits import Edit
from migrator.text.source import Position, Span
from tests.memory import PATH

FILE = "ci.sh"
EDIT, FIRST = Edit(FILE, Span(10, 12), "x"), Edit(FILE, Span(2, 3), "y")
MINE, OTHER, THIRD = (Use(PATH, Position(line, 0)) for line in (1, 2, 3))
HELD, UNSURE = Reason("unreadable", Verdict.REPORT_ONLY, "x"), Reason("guarded", Verdict.UNSAFE, "x")


def finding(*reasons: Reason, edits: Sequence[Edit] = (EDIT,), uses: Sequence[Use] = (MINE,), at: int = 8) -> Finding:
    return Finding(
        *("registry-login", FILE, Span(at, at + 6), Position(1, at), Position(1, at + 6), Severity.ERROR, "x"),
        reasons=reasons,
        uses=tuple(uses),
        edits=() if HELD in reasons else tuple(edits),
    )


Part = tuple[str, int, int]


class RunningShell(SimpleNamespace):
    """What is asked of a shell, each one another."""

    __hash__ = object.__hash__


def shell(parts: Sequence[Part], called: Sequence[Part], kind: str, ran: Part) -> RunningShell:
    """A shell of these parts that runs one thing."""
    path, start, end = ran
    things = {"commands": [], "definitions": [SimpleNamespace(word=None)], "presences": []}
    place = SimpleNamespace(span=Span(start, end))
    things[kind].append(SimpleNamespace(word=place) if kind == "definitions" else place)
    made = [
        [SimpleNamespace(source=SimpleNamespace(path=of), span=Span(*span)) for of, *span in some]
        for some in (parts, called)
    ]
    script = SimpleNamespace(
        parts=made[0], called=made[1], shown=lambda span: span, source_at=lambda span: SimpleNamespace(path=path)
    )
    return RunningShell(script=script, trace=SimpleNamespace(**things))


def context(*steps: tuple[Use, Sequence[RunningShell]]) -> Context:
    made = [SimpleNamespace(uses=(use,), shells=shells) for use, shells in steps]
    reason = lambda code, detail: Reason(code, Verdict.REPORT_ONLY, detail)  # noqa: E731
    return cast(Context, SimpleNamespace(steps=made, reason=reason))


WHOLE: Part = (FILE, 0, 50)


@pytest.mark.parametrize(
    ("parts", "called", "kind", "ran", "disputed"),
    [
        ([WHOLE], [], "commands", (FILE, 8, 14), True),
        ([WHOLE], [], "commands", (FILE, 10, 12), True),
        ([WHOLE], [], "commands", (FILE, 11, 14), False),
        ([WHOLE], [], "commands", (FILE, 8, 11), False),
        ([WHOLE], [], "commands", ("x.sh", 8, 14), False),
        ([WHOLE], [], "definitions", (FILE, 8, 14), True),
        ([WHOLE], [], "presences", (FILE, 8, 14), True),
        ([], [WHOLE], "commands", (FILE, 8, 14), True),
        ([(FILE, 10, 12)], [], "commands", (FILE, 8, 14), True),
        ([(FILE, 0, 11)], [], "commands", (FILE, 8, 14), False),
        ([(FILE, 11, 50)], [], "commands", (FILE, 8, 14), False),
        ([("x.sh", 0, 50)], [], "commands", (FILE, 8, 14), False),
        ([], [], "commands", (FILE, 8, 14), False),
    ],
)
def test_an_edit_of_what_another_step_runs_is_not_made(
    parts: list[Part], called: list[Part], kind: str, ran: Part, disputed: bool
) -> None:
    mine, other = shell([WHOLE], [], "commands", (FILE, 8, 14)), shell(parts, called, kind, ran)
    for steps in ([(MINE, [mine]), (OTHER, [other])], [(OTHER, [other]), (MINE, [mine])], [(OTHER, [mine, other])]):
        given = [finding(uses=[one for one, _ in steps if one == MINE] or [OTHER])]
        (one,) = agreed(given, given, context(*steps))
        assert [each.code for each in one.reasons] == (["registry-unresolved"] if disputed and len(steps) > 1 else [])
        assert bool(one.edits) is not (disputed and len(steps) > 1)


def test_a_part_is_found_among_shorter_ones_behind_its_begin() -> None:
    ran = (FILE, 8, 14)
    others = [
        shell([(FILE, start, end)], [], "presences", ("x.sh", 0, 1)) for start, end in ((1, 4), (9, 11), (13, 60))
    ]
    long = shell([WHOLE], [], "commands", ran)
    given = [finding()]
    (one,) = agreed(given, given, context((MINE, []), *((OTHER, [each]) for each in (*others, long))))
    assert one.reasons
    (one,) = agreed(given, given, context((MINE, []), *((OTHER, [each]) for each in others)))
    assert not one.reasons


@pytest.mark.parametrize(
    ("spans", "disputed"),
    [
        ([(10, 12)], True),
        ([(0, 5), (8, 50)], True),
        ([(8, 50), (0, 5)], True),
        ([(0, 5), (9, 11)], False),
        ([(0, 12)], True),
        ([(20, 30)], False),
    ],
)
def test_a_part_is_found_by_where_it_begins_and_ends(spans: list[tuple[int, int]], disputed: bool) -> None:
    others = [shell([(FILE, start, end)], [], "commands", (FILE, 8, 14)) for start, end in spans]
    given = [finding()]
    (one,) = agreed(given, given, context((MINE, []), (OTHER, others)))
    assert bool(one.reasons) is disputed


def test_each_edit_of_a_finding_is_looked_at_and_those_who_want_it_agree() -> None:
    other = shell([WHOLE], [], "commands", (FILE, 8, 14))
    steps = context((MINE, []), (OTHER, [other]))
    both = finding(edits=(FIRST, EDIT))
    assert agreed([both], [both], steps)[0].reasons
    assert not agreed([both], [both, finding(uses=(OTHER,))], steps)[0].reasons
    assert agreed([both], [both, finding(uses=(OTHER,), edits=(FIRST,))], steps)[0].reasons
    assert agreed([both], [], steps)[0].reasons


Login = tuple[int, str, str]


def judged(*steps: Sequence[Login]) -> RuleContext:
    """Steps with logins: where each begins, to which registry, and in which file."""
    script = SimpleNamespace(source_at=lambda span: SimpleNamespace(path=FILE), shown=lambda span: span)
    made = [
        [
            SimpleNamespace(
                login=SimpleNamespace(
                    shell=SimpleNamespace(script=script),
                    command=SimpleNamespace(span=Span(at, at + 6)),
                    registry=SimpleNamespace(name=name),
                    login=SimpleNamespace(config=config),
                )
            )
            for at, name, config in step
        ]
        for step in steps
    ]
    return cast(RuleContext, SimpleNamespace(steps=range(len(made)), judged=lambda step: made[step]))


ONE, TWO = (8, "crg", "f"), (20, "crg", "f")
MORE = [Reason(f"r{number}", Verdict.UNSAFE, "x") for number in range(6)]


@pytest.mark.parametrize(
    ("steps", "first", "second", "reasons"),
    [
        ([[ONE, TWO]], [], [], ([], [])),
        ([[ONE, TWO]], [UNSURE], [], ([UNSURE], [UNSURE])),
        ([[ONE, TWO]], [], [UNSURE], ([UNSURE], [UNSURE])),
        ([[ONE, TWO]], [HELD], [], ([HELD], [HELD])),
        ([[ONE, TWO]], [UNSURE, HELD], [], ([UNSURE, HELD], [HELD])),
        ([[ONE, TWO]], [UNSURE], [HELD], ([UNSURE, HELD], [HELD])),
        ([[ONE, TWO]], [UNSURE], [MORE[0]], ([UNSURE], [MORE[0]])),
        ([[ONE, TWO]], MORE, [], (MORE, MORE[:4])),
        ([[ONE], [TWO]], [HELD], [], ([HELD], [])),
        ([[ONE, (20, "npm", "f")]], [HELD], [], ([HELD], [])),
        ([[ONE, (20, "crg", "g")]], [HELD], [], ([HELD], [])),
        ([[ONE, (30, "crg", "f")]], [HELD], [], ([HELD], [])),
        ([[(40, "crg", "f")], [ONE, TWO]], [HELD], [], ([HELD], [HELD])),
        ([], [HELD], [], ([HELD], [])),
    ],
)
def test_the_logins_of_a_step_to_one_host_and_file_are_held_back_together(
    steps: list[list[Login]], first: list[Reason], second: list[Reason], reasons: tuple[list[Reason], list[Reason]]
) -> None:
    found = together([finding(*first), finding(*second, at=20)], judged(*steps))
    assert tuple([*one.reasons] for one in found) == reasons


def test_what_holds_one_back_goes_on_from_step_to_step() -> None:
    given = [finding(at=8), finding(at=20), finding(at=30), finding(HELD, at=40), finding(at=60)]
    pairs = [[(one, "crg", "f"), (other, "crg", "f")] for one, other in ((8, 20), (20, 30), (30, 40))]
    found = together(given, judged(*pairs))
    assert [bool(one.reasons) for one in found] == [True, True, True, True, False]
    given[0] = finding(UNSURE, at=8)
    found = together(given, judged(*pairs))
    assert [one.verdict for one in found] == [*[Verdict.REPORT_ONLY] * 4, Verdict.SAFE]
    given[3] = finding(at=40)
    assert [one.verdict for one in together(given, judged(*pairs))] == [*[Verdict.UNSAFE] * 4, Verdict.SAFE]
