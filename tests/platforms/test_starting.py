"""Which pipelines a new branch starts, and what in them publishes or deploys."""

from __future__ import annotations

import pytest

from migrator.platforms.bitbucket.starting import Releases, load, matches, releases

BRANCH = "patless/main"
KNOWN = Releases(frozenset({"deployment", "environment"}), ("docker push", "scp"), ("acme/tell",))


@pytest.mark.parametrize(
    ("pattern", "branch", "whether"),
    [
        ("", "", True),
        ("", BRANCH, False),
        (BRANCH, BRANCH, True),
        ("patless/mail", BRANCH, False),
        ("patless/mai", BRANCH, False),
        ("patless/mains", BRANCH, False),
        ("x**", BRANCH, False),
        ("x*", BRANCH, False),
        ("p**", BRANCH, True),
        ("**n", BRANCH, True),
        ("**x", BRANCH, False),
        ("**/main", BRANCH, True),
        ("{p,patless/main}**ss/main", BRANCH, True),
        ("patless/main**", BRANCH, True),
        ("p*s/main", BRANCH, True),
        ("pat*s/main", BRANCH, True),
        ("pat*/main", BRANCH, True),
        ("*/main", BRANCH, True),
        ("*/*", BRANCH, True),
        ("pat*main", BRANCH, False),
        ("patless*main", BRANCH, False),
        ("patless*ess/main", BRANCH, False),
        ("patless/main*", BRANCH, True),
        ("patless/mai?", BRANCH, True),
        ("patless/main?", BRANCH, False),
        ("patless?main", BRANCH, False),
        ("?atless/main", BRANCH, True),
        ("??tless/main", BRANCH, True),
        ("{x,patless}/main", BRANCH, True),
        ("{x,y}/main", BRANCH, False),
        ("{patless,}/main", BRANCH, True),
        ("{patless/main}", BRANCH, True),
        ("{x,", "{x,", True),
        ("x,y}", "x,y}", True),
        ("{x,y}", "{x,y}", False),
        ("a" * 4096, BRANCH, False),
        ("a" * 4097, BRANCH, True),
    ],
)
def test_which_branches_a_pattern_matches(pattern: str, branch: str, whether: bool) -> None:
    assert matches(pattern, branch) is whether


def step(*script: str) -> str:
    return f"[step: {{script: [{', '.join(script)}]}}]"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pipelines: [x]", []),
        ("pipelines: text", []),
        ("text", []),
        ("", []),
        (f"pipelines: {{branches: {{main: {step('scp a')}}}}}", []),
        (f"pipelines: {{branches: {{main: {step('x')}}}, default: {step('scp a')}}}", [("default", "scp")]),
        (f"pipelines: {{branches: {{'*/*': {step('x')}}}, default: {step('scp a')}}}", []),
        (
            f"pipelines: {{branches: {{'*/*': {step('scp a')}, '**': {step('docker push b')}}}}}",
            [("branches.*/*", "scp"), ("branches.**", "docker push")],
        ),
        (
            f"pipelines: {{default: {step('scp a')}, pull-requests: {{'**': {step('scp b')}, main: {step('scp c')}}}}}",
            [("default", "scp"), ("pull-requests.**", "scp")],
        ),
        (f"pipelines: {{tags: {{'**': {step('scp a')}}}, custom: {{a: {step('scp b')}}}}}", []),
        (f"{{triggers: {{}}, pipelines: {{custom: {{a: {step('scp b')}, b: {step('x')}}}}}}}", [("custom.a", "scp")]),
        (f"pipelines: {{default: {step('docker push a', 'scp b')}}}", [("default", "docker push")]),
        (f"pipelines: {{default: {step('scp b', 'docker push a')}}}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: [scp a], deployment: test}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {deployment: test, script: [scp a]}]}", [("default", "deployment: test")]),
        ("pipelines: {default: [stage: {environment: {name: x}}]}", [("default", "environment")]),
        ("pipelines: {default: [step: {after-script: [scp a]}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: [[x, [scp a]]]}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: scp a}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: [{deployment: x}]}]}", []),
        ("pipelines: {default: [step: {name: scp a, script: [scpa, echo scp, scp2 a]}]}", []),
        ("pipelines: {default: [step: {script: ['x; scp a']}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: ['x | sudo  scp a']}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: ['x || A=1 B=2 docker  push']}]}", [("default", "docker push")]),
        ("pipelines: {default: [step: {script: [scp]}]}", [("default", "scp")]),
        ("pipelines: {default: [step: {script: [pipe: 'acme/tell:1']}]}", []),
        ("pipelines: {default: [step: {script: [pipe: 'docker://acme/tell:1']}]}", []),
        ("pipelines: {default: [step: {script: [pipe: 'acme/telling:1']}]}", [("default", "pipe: acme/telling:1")]),
        ("pipelines: {default: [step: {script: [pipe: [x]]}]}", []),
        ("pipelines: {default: [step: {script: [{agent: x}]}]}", []),
    ],
)
def test_what_a_push_of_a_branch_publishes(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.pipeline, one.what) for one in releases(text.encode(), BRANCH, KNOWN)] == found


def test_what_is_nested_deeply_is_found_and_a_file_that_cannot_be_read_starts_nothing() -> None:
    deep = "[" * 150 + "step: {script: [scp a]}" + "]" * 150
    assert [one.what for one in releases(f"pipelines: {{default: {deep}}}".encode(), BRANCH, KNOWN)] == ["scp"]
    assert releases(b"pipelines: {default: [step: {script: [scp \xff]}]}", BRANCH, KNOWN) == ()
    assert releases(b"pipelines: {default: [step: {script: [scp a]", BRANCH, KNOWN) == ()


def test_the_rules_say_what_publishes() -> None:
    known = load()
    assert {"deployment", "environment"} <= known.keys
    assert {"docker push", "scp"} <= set(known.commands)
    assert "atlassian/slack-notify" in known.quiet_pipes
