"""Which statements of a script may go, because they only push, tag, or log in, and nothing asks how they ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from migrator.fixes.pipe.statements import Statements
from migrator.fixes.refused import Refused
from migrator.flow.events import Command
from migrator.ir.nodes import Statement
from migrator.reading.steps import Shell
from tests.flow.reading import BOOK, follow

CONDITION, DIGEST = "pipe-condition", "pipe-digest"
JOINED = (CONDITION, "the push is joined to another command", "push")
WRAPPED = (CONDITION, "the push is wrapped by another command", "push")
USED = (DIGEST, "the output of the push is used", "push")
DECIDED = (CONDITION, "something decides whether the push runs", "push")


def of(script: str) -> tuple[Statements, Command]:
    """The statements of a script, and its first call of docker."""
    trace = follow(script)
    shell = SimpleNamespace(script=SimpleNamespace(text=script), trace=trace)
    return Statements(cast(Shell, shell), BOOK), next(one for one in trace.commands if one.name == "docker")


def refused(error: pytest.ExceptionInfo[Refused]) -> tuple[str, str, str]:
    return error.value.code, error.value.detail, error.value.subject


def text(script: str, statement: Statement) -> str:
    return script[statement.span.start : statement.span.end]


@pytest.mark.parametrize(
    "push",
    [
        "docker push a",
        "docker push a 2>&1",
        "docker push a >&2",
        "docker push a > /dev/null",
        "docker push a < x",
        "docker push a <<< x",
        "docker push a <<X\nx\nX",
    ],
)
def test_a_command_that_stands_alone_may_go(push: str) -> None:
    script = f"ls; {push}\nls"
    statements, command = of(script)
    assert text(script, statements.alone(command, "push")).startswith("docker push a")


@pytest.mark.parametrize(
    ("push", "reason"),
    [
        ("docker push a | cat", USED),
        ("echo $(docker push a)", USED),
        ("docker push a > log", USED),
        ("docker push a > 1", USED),
        ("docker push a >> log", USED),
        ("docker push a > $X", USED),
        ("docker push a > /dev/null$X", USED),
        ("docker push a 2>&-", USED),
        ("docker push a < x > log", USED),
        ("ls | docker push a", JOINED),
        ("docker push a && ls", JOINED),
        ("{ docker push a; }", JOINED),
        ("(docker push a)", JOINED),
        ("! docker push a", JOINED),
        ("docker push a &", JOINED),
        ("ls && docker push a", DECIDED),
        ("if true; then docker push a; fi", DECIDED),
        ("A=x docker push a", WRAPPED),
        ("nice docker push a", WRAPPED),
        ("docker push a$(x)", WRAPPED),
        ("eval 'docker push a'", WRAPPED),
        ("bash -c 'docker push a'", WRAPPED),
        ("for i in 1 2; do docker push a; done", ("pipe-loop", "the push is in a loop", "push")),
        ("while docker push a; do ls; done", ("pipe-loop", "the push is in a loop", "push")),
        ("f() { docker push a; }; f", (CONDITION, "the push is in a function", "push")),
    ],
)
def test_a_command_that_does_not_stand_alone_stays(push: str, reason: tuple[str, str, str]) -> None:
    statements, command = of(f"ls\n{push}\nls")
    with pytest.raises(Refused) as error:
        statements.alone(command, "push")
    assert refused(error) == reason


LOGIN = "docker login -u a -p b"


@pytest.mark.parametrize(
    "login",
    [
        LOGIN,
        f"echo $P | {LOGIN}",
        f"cat x | tr -d x | {LOGIN}",
        f"{LOGIN} || exit 1",
        f"{LOGIN} || return 1",
        f"{LOGIN} || true",
        f"{LOGIN} || false",
        f"{LOGIN} || :",
        f"{LOGIN} || echo no",
        f"{LOGIN} || {{ echo no; exit 1; }}",
        f"echo $P | {LOGIN} || exit 1",
        f"{LOGIN} < x",
        f"{LOGIN} <<< x",
        f"{LOGIN} > /dev/null 2>&1",
        f"cat x 2> /dev/null | {LOGIN}",
    ],
)
def test_a_statement_that_only_logs_in_may_go(login: str) -> None:
    script = f"ls\n{login}\nls ${{Y:=x}}"
    statements, command = of(script)
    assert text(script, statements.login(command)) == login


@pytest.mark.parametrize(
    ("login", "detail", "subject"),
    [
        (f"{LOGIN} || ./x", "more than a message follows when the login fails", "the login"),
        (f"{LOGIN} || {{ echo no; ./x; }}", "more than a message follows when the login fails", "the login"),
        (f"{LOGIN} && ls", "the login is joined to another command", "the login"),
        (f"! {LOGIN}", "the login is joined to another command", "the login"),
        (f"! {LOGIN} || exit 1", "the login is joined to another command", "the login"),
        (f"{LOGIN} &", "the login is joined to another command", "the login"),
        (f"{LOGIN} || exit 1 &", "the login is joined to another command", "the login"),
        (f"{{ {LOGIN}; }}", "the login is joined to another command", "the login"),
        (f"{{ {LOGIN}; }} || exit 1", "the login is joined to another command", "the login"),
        (f"({LOGIN}) > log", "the login is joined to another command", "the login"),
        (f"./x | {LOGIN}", "`x` is part of the login", "x"),
        (f"echo x | ./x | {LOGIN}", "`x` is part of the login", "x"),
        (f"{LOGIN} -x $(./x)", "`x` is part of the login", "x"),
        (f"{LOGIN} > log", "the login writes a file", "the login"),
        (f"{LOGIN} < x > log", "the login writes a file", "the login"),
        (f"{LOGIN} > log || exit 1", "the login writes a file", "the login"),
        (f"echo x 2> log | {LOGIN}", "the login writes a file", "the login"),
        (f"{LOGIN} ${{X:=x}}", "the login sets a variable", "the login"),
        (f"true && {LOGIN}", "something decides whether the login runs", "login"),
        (f"f() {{ {LOGIN}; }}; f", "the login is in a function", "login"),
    ],
)
def test_a_statement_that_does_more_than_log_in_stays(login: str, detail: str, subject: str) -> None:
    statements, command = of(f"ls > log\n{login}\nls")
    with pytest.raises(Refused) as error:
        statements.login(command)
    assert refused(error) == (CONDITION, detail, subject)


@pytest.mark.parametrize(
    ("script", "removed", "asks"),
    [
        ("docker ps\necho $?", [0], True),
        ("docker ps\necho ${PIPESTATUS[0]}", [0], True),
        ("docker ps\necho ${?}", [0], True),
        ("ls\ndocker ps\nls\necho $?", [1], False),
        ("ls\necho $?\ndocker ps", [2], False),
        ("docker ps\nls\ndocker ps\necho $?", [0, 2], True),
        ("docker ps\necho $?\nls", [0, 1], False),
        ("docker ps\nls\necho $?", [0, 1], True),
        ("docker ps\necho $X", [0], False),
        ("docker ps", [0], False),
    ],
)
def test_nothing_may_ask_how_a_statement_ended_that_goes(script: str, removed: list[int], asks: bool) -> None:
    statements, _ = of(script)
    gone = [statements.all[one] for one in removed]
    if not asks:
        statements.asked(gone)
        return
    with pytest.raises(Refused) as error:
        statements.asked(gone)
    assert refused(error) == (CONDITION, "the next command tests how the login, tag, or push ended", "`$?`")
