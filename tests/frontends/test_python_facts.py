"""What is true of a Python program as a whole: what looks like a login, and which functions run with who knows what."""

from __future__ import annotations

import re

import pytest

from migrator.frontends.python import lower
from migrator.frontends.python.commands import UNTOLD
from migrator.ir.rendering import program
from tests.frontends.nodes import shown

TOLD = re.compile(rf"\(may \(call \?\[{UNTOLD}\] (.*?) 'import os\\n")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('x = ["docker", "login", y]', ["'docker' 'login' ?"]),
        ('x = ("docker", "login", y)', ["'docker' 'login' ?"]),
        ('x = {"login", y}', ["'login' ?"]),
        ('x = ["docker", b"login", y]', ["'docker' 'login' ?"]),
        ('x = ["docker", "logins", y]', []),
        ('f(["login", y], "beside", z)', ["'login' ? 'beside' ?"]),
        ('f("a", *["login", y])', ["'login' ? 'a'"]),
        ('f(k=["login", y])', ["'login' ?"]),
        ('f(["a", ["login", y]], z)', ["'login' ? ?"]),
        ('f("login", y)', ["'login' 'login' ?"]),
        ("y.login(z)", ["'login' ?"]),
        ("y.login()", []),
        ("login(z)", []),
        ("y.login", []),
        ("f(auth_config=z)", ["'login' ?"]),
        ("f(auth=z)", []),
        ('x = "docker login -u a -p b"', ["'docker login -u a -p b'"]),
        ('x = "docker login -u a --password b"', ["'docker login -u a --password b'"]),
        ('x = "docker login"', []),
        (
            'def f():\n    def x(): pass\n    def g():\n        nonlocal x\n        x = "docker login -u a -p b"\n'
            '        y(x)\n    g()\nf()\nsubprocess.run(["ls"])',
            ["'docker login -u a -p b'"],
        ),
        ('x = "docker login -u a crg.apkg.io"', ["'docker login -u a crg.apkg.io'"]),
        ('x = "docker login -a b -c d -e f -g h crg.apkg.io"', ["'docker login -a b -c d -e f -g h crg.apkg.io'"]),
        ('x = "login -p"', ["'login -p'"]),
        ('x = "--password login"', []),
        ('x = "docker logins -p b"', []),
        ('x = "a" + " docker login -p b"', ["(text 'a' ' docker login -p b')"]),
        ('x = "docker login -p " + y + z', ["(text 'docker login -p ' ? ?)"]),
        ('x = "docker login -p %s" % y', ["(text 'docker login -p %s' (? ?))"]),
        ('x = "docker login -p {}".format(y)', ["(text 'docker login -p {}' (? ?))"]),
        ('x = "docker login -p b".strip(z)', ["(? 'docker login -p b' ?)"]),
        ('x = " ".join(["docker login -p", y])', ["(? ' ' (? 'docker login -p' ?))"]),
        ('x = y("docker login -p b")', ["'docker login -p b'"]),
        ('x = f"docker login -p {y}"', ["(text 'docker login -p ' ?)"]),
        ('f("docker login -p b", z)', ["'docker login -p b' ?"]),
        ('f("docker login -p %s" % y, z)', ["(text 'docker login -p %s' (? ?)) ?"]),
        ('f(["docker login -p b", z], w)', ["'docker login -p b' ?"]),
        ('"docker login -p b"', []),
        ('def g():\n    "docker login -p b"', []),
        ('def g(y):\n    x = ["login", y]', ["'login' %g.y"]),
        ('class C:\n    y = "a"\n    x = ["login", y]', ["'login' %C.y"]),
        ("def login(a):\n    pass\ny.login(z)", []),
        ('def login(a):\n    pass\nf("login", z)', ["'login' 'login' ?"]),
        ('subprocess.run(["docker", "login", "-p", y])', []),
        ('os.system("docker login -p b")', []),
        ('os.system("docker login -p " + y)', []),
        ('x = "docker login -p b"\nos.system(x)', []),
        ('x = "docker login -p " + y\nx = "docker login -p " + z\nos.system(x)', []),
        ('def f(*c):\n    subprocess.run(["sh", "-c", *c])\nf("docker login -p b")', []),
        ('f(x if "docker login -p b" else y)', ["'docker login -p b'"]),
        ('x = {"a": "docker login -p b"}', ["'docker login -p b'"]),
        ('x = y[["login", z]]', ["'login' ?"]),
    ],
)
def test_what_looks_like_a_login_and_is_no_command_that_is_followed(source: str, told: list[str]) -> None:
    assert TOLD.findall(shown(source)) == told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import boto3\ny.login(z)", False),
        ("import boto3.session as s\ny.login(z)", False),
        ("import boto\ny.login(z)", True),
        ("import boto3, docker\ny.login(z)", True),
        ("import boto3\nfrom podman import x\ny.login(z)", True),
        ('import boto3\nf("login", z)', True),
        ("import boto3\nf(auth_config=z)", True),
    ],
)
def test_a_library_that_logs_in_to_something_else_has_a_login_of_its_own(source: str, told: bool) -> None:
    assert (UNTOLD in program(lower(source, None, accounts=["boto3"]))) is told


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        (
            "def f(a): pass\ng(f)\nf(1)",
            "(define f [f.a] (scope)) (evaluate (? (invoke f ?))) (scope whenever (evaluate (invoke f ?)))",
        ),
        ("def f(a): pass\ng(f=1)\nf(1)", "(define f [f.a] (scope)) (evaluate (? (invoke f ?)))"),
        (
            "def f(a): pass\ng(k=f)\nf(1)",
            "(define f [f.a] (scope)) (evaluate (? (invoke f ?))) (scope whenever (evaluate (invoke f ?)))",
        ),
        ("def f(a): pass\nx.f(1)\nf(1)", "(define f [f.a] (scope)) (evaluate (? (invoke f ?)))"),
        (
            "def f(a): pass\nf.x(1)\nf(1)",
            "(define f [f.a] (scope)) (evaluate (? (invoke f ?))) (scope whenever (evaluate (invoke f ?)))",
        ),
        (
            "def f(a): pass\nx = lambda: f(1)\nf(1)",
            "(define f [f.a] (scope)) (set x (? (? ? ?))) (evaluate (? (invoke f ?))) (scope whenever "
            "(evaluate (invoke f ?)))",
        ),
        (
            "def f(a): pass\n@f\ndef g(): pass\ng()\nf(1)",
            "(define f [f.a] (scope)) (define g [] (scope)) (evaluate (? (invoke g))) (evaluate (? (invoke f "
            "?))) (scope whenever (evaluate (invoke f ?))) (scope whenever (evaluate (invoke g)))",
        ),
        (
            "def f(a): pass\nclass C(f): pass\nf(1)",
            "(define f [f.a] (scope)) (evaluate (? (invoke f ?))) (scope whenever (evaluate (invoke f ?)))",
        ),
        (
            "def f(a): pass\ndef g(x=f): pass\ng()\nf(1)",
            "(define f [f.a] (scope)) (set g.x= ?) (define g [g.x] (scope)) (evaluate (? (invoke g %g.x=))) "
            "(evaluate (? (invoke f ?))) (scope whenever (evaluate (invoke f ?)))",
        ),
        (
            "def f(a): pass\ndef g(f=1): pass\ng()\nf(1)",
            "(define f [f.a] (scope)) (set g.f= ?) (define g [g.f] (scope)) (evaluate (? (invoke g %g.f=))) "
            "(evaluate (? (invoke f ?)))",
        ),
        ("def f(a): pass\nfrom x import f as h\nf(1)", "(define f [f.a] (scope)) (evaluate (? (invoke f ?)))"),
        (
            "def g():\n    global f\n    def f(a): pass\ng()\nf(1)",
            "(define g [] (scope (define g.f [g.f.a] (scope)) (set f ?) (scope whenever (evaluate (invoke g.f "
            "?))))) (evaluate (? (invoke g))) (evaluate (? %f ?))",
        ),
        ("def f(a): pass\nf(f(1))", "(define f [f.a] (scope)) (evaluate (? (invoke f (? (invoke f ?)))))"),
        ("def f(a): pass\nx = f", "(define f [f.a] (scope)) (set x ?) (scope whenever (evaluate (invoke f ?)))"),
        ("def f(a): pass\nf(1)[0]", "(define f [f.a] (scope)) (evaluate (? (? (invoke f ?)) ?))"),
        (
            "def f():\n    exit(1)\ndef g():\n    f()\ntry:\n    g()\nexcept E:\n    pass",
            "(define f [] (scope (may (exit)))) (define g [] (scope (evaluate (? (invoke f))))) (evaluate (? "
            "(invoke g)))",
        ),
        (
            "def f():\n    exit(1)\ntry:\n    pass\nexcept E:\n    f()",
            "(define f [] (scope (exit failing))) (may (evaluate (? (invoke f))))",
        ),
        (
            "def f():\n    exit(1)\nfrom contextlib import suppress\nwith suppress(E):\n    f()",
            "(define f [] (scope (may (exit)))) (evaluate (? (invoke f)))",
        ),
        (
            "def f():\n    exit(1)\nwith open(x):\n    f()",
            "(define f [] (scope (exit failing))) (evaluate (? (invoke f)))",
        ),
        (
            "def f():\n    exit(1)\ntry:\n    x.f()\nexcept E:\n    pass\nf()",
            "(define f [] (scope (exit failing))) (evaluate (? (invoke f)))",
        ),
        (
            "def f():\n    f()\n    exit(1)\ntry:\n    f()\nfinally:\n    pass",
            "(define f [] (scope (evaluate (? (invoke f))) (may (exit)))) (evaluate (? (invoke f)))",
        ),
        ('c = ["a"]\nc.b\nsubprocess.run(c)', "(set c (? 'a')) (evaluate (? %c)) (call ? %c)"),
        ('c = ["a"]\nc += ["b"]\nsubprocess.run(c)', "(set c (? 'a')) (set append c (? 'b')) (call ? %c)"),
        ('c = ["a"]\nd.c = 1\nsubprocess.run(c)', "(set c[0] 'a') (set c (? %c[0])) (set c ?) (call %c[0])"),
        (
            'c = ["a"]\n(c[0], d) = x\nsubprocess.run(c)',
            "(set c (? 'a')) (evaluate %c) (set c ?) (set d ?) (call ? %c)",
        ),
        ('c = ["a"]\nd = c[0]\nsubprocess.run(c)', "(set c[0] 'a') (set c (? %c[0])) (set d (? %c ?)) (call %c[0])"),
    ],
)
def test_what_runs_elsewhere_or_is_changed_elsewhere(source: str, nodes: str) -> None:
    assert shown(source) == nodes
