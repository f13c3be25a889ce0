"""Commands that take a credential out of the step."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.rulebook.sinks import Role
from migrator.sinks.escapes import escapes
from tests.flow.reading import BOOK, command


@pytest.mark.parametrize(
    "text",
    [
        "echo ssh",
        "kubectl get secret docker-registry",
        "kubectl secret create docker-registry",
        "docker stack ls",
        "docker service create",
        "docker login",
    ],
)
def test_nothing_leaves_the_step(text: str) -> None:
    assert [escaped for escaped in escapes(command(text), BOOK) if escaped.sinks] == []


@pytest.mark.parametrize(
    ("text", "name", "given"),
    [
        ("ssh a login", "ssh", [("script", "a"), ("script", "login"), ("script", None)]),
        ("ssh a <<< $B", "ssh", [("script", "a"), ("script", "${B}\n")]),
        (
            "kubectl -n x create --dry-run secret docker-registry y --docker-server h --docker-password=$P",
            "kubectl-registry-secret",
            [("host", "h"), ("credential", "${P}")],
        ),
        ("scp -r a b:c", "scp", [("login-file", "-r"), ("login-file", "a"), ("login-file", "b:c")]),
        ("helm upgrade --set a=$P,b=c x", "helm-values", [("credential", "a=${P},b=c")]),
        ("docker stack deploy -c a --with-registry-auth b", "swarm-deploy", [("login", "--with-registry-auth")]),
        ("docker stack up -c a --with-registry-auth b", "swarm-up", [("login", "--with-registry-auth")]),
        (
            "oc create secret generic a --from-literal b=$P",
            "kubectl-secret",
            [
                *(("credential", word) for word in ("create", "secret", "generic", "a", "--from-literal", "b=${P}")),
                ("credential", None),
            ],
        ),
        (
            "kubectl apply -f - <<< $P",
            "kubectl-apply",
            [*(("credential", word) for word in ("apply", "-f", "-")), ("credential", "${P}\n")],
        ),
        (
            "export TF_VAR_b=$P A=$P\nTF_VAR_a=$Q terraform apply",
            "terraform",
            [("credential", "apply"), ("credential", None), ("credential", "${P}"), ("credential", "${Q}")],
        ),
        (
            "helm upgrade -f a.yml --set-file b=c x",
            "helm-values",
            [(role, word) for role in ("credential", "login-file") for word in ("a.yml", "b=c")],
        ),
        ("sshpass -p $S ssh a login", "ssh", [("script", "a"), ("script", "login"), ("script", None)]),
        ("docker service create -- --with-registry-auth", "swarm-create", [("login", "--with-registry-auth")]),
    ],
)
def test_what_leaves_the_step_has_a_role(text: str, name: str, given: list[tuple[str, str]]) -> None:
    escaped = next(one for one in escapes(command(text), BOOK) if one.escape.name == name)
    assert [(sink.role.value, sink.value.symbol()) for sink in escaped.sinks] == given
    assert [one for role in Role for one in escaped.of(role)] == sorted(
        escaped.sinks, key=lambda one: [*Role].index(one.role)
    )


def test_another_book_may_have_other_escapes() -> None:
    called = command("ssh a")
    assert [one.escape.name for one in escapes(called, BOOK)] == ["ssh"]
    assert escapes(called, replace(BOOK, escapes={})) == ()
    assert [one.escape.name for one in escapes(called, BOOK)] == ["ssh"]
