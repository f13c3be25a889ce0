"""What expressions of a Python program give, and what its names stand for."""

from __future__ import annotations

import pytest

from tests.frontends.nodes import shown


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ('x = b"a"', "(set x 'a')"),
        ('x = "a" "b"', "(set x (text 'a' 'b'))"),
        ('x = f"a{y}b"', "(set x (text 'a' ? 'b'))"),
        ("x = f\"a{os.environ['B']!r}\"", "(set x (text 'a' (? $B)))"),
        ("x = f\"a{os.environ['B']:>5}\"", "(set x (text 'a' (? $B)))"),
        ("x = f\"a{os.environ['B']=}\"", "(set x (text 'a' (? $B)))"),
        ('x = f"a{{b"', "(set x ?)"),
        ('x = f"a\\\\b"', "(set x ?)"),
        ('x = "%s-%s" % (os.environ["A"], "b")', "(set x (text '%s-%s' (? (? $A 'b'))))"),
        ('x = os.environ["A"] - 1', "(set x (?[a copy of the environment] $A ?))"),
        ('x = os.environ["A"] / 2', "(set x (?[a copy of the environment] $A ?))"),
        ('x = "a" / os.environ["B"]', "(set x (text 'a' '/' $B))"),
        ('x = os.environ["A"] / "b" / "c"', "(set x (text $A '/' 'b' '/' 'c'))"),
        ('x = "a" / ("/b" + os.environ["C"]) / "d"', "(set x (text '/b' $C '/' 'd'))"),
        ('x = y / "/" / z', "(set x (text '/' '/' ?))"),
        ('x = os.environ["A"] or "b"', "(set x (default $A 'b'))"),
        ('x = os.environ["A"] and "b"', "(set x (? $A 'b'))"),
        ('x = os.getenv("A", "b") or "c"', "(set x (? (default $A 'b') 'c'))"),
        ('x = y or "b"', "(set x (? ? 'b'))"),
        ('y = os.environ["A"]\nx = y or "b"', "(set y $A) (set x (? %y 'b'))"),
        (
            'def f():\n    return "a"\nx = os.environ["A"] or f()',
            "(define f [] (scope (return 'a'))) (may (evaluate (invoke f))) (set x (? $A))",
        ),
        ('x = "a" if os.environ["B"] else os.environ["C"]', "(set x (? 'a' $B $C))"),
        (
            'def f():\n    return "a"\nx = f() if y else "b"',
            "(define f [] (scope (return 'a'))) (may (evaluate (invoke f))) (set x (? ? 'b'))",
        ),
        ('x = (y := os.environ["A"])\nz = y', "(set y $A) (set x %y) (set z %y)"),
        ('x = [y := os.environ["A"] for z in w]', "(may (set y $A)) (set x (? ? %y ?))"),
        ('x = os.environ["A"][0]', "(set x (?[a copy of the environment] $A ?))"),
        ('x = os.environ["A"]["B"]', "(set x (?[a copy of the environment] $A 'B'))"),
        ('x = os.environ["A", "B"]', "(set x (?[a copy of the environment] (?[a copy of the environment] ?) 'A' 'B'))"),
        ('x = os.environ["A":]', "(set x (?[a copy of the environment] (?[a copy of the environment] ?) 'A'))"),
        ('x = os.environ[b"A"]', "(set x (?[a copy of the environment] (?[a copy of the environment] ?) 'A'))"),
        ('x = os.environ["A\\x42"]', "(set x (?[a copy of the environment] (?[a copy of the environment] ?) 'AB'))"),
        ('x = os.environ[""]', "(set x (?[a copy of the environment] (?[a copy of the environment] ?) ''))"),
        ("x = os.environ", "(set x (?[a copy of the environment] ?))"),
        ("x = os.environ.copy()", "(set x (? (?[a copy of the environment] ?)))"),
        ("x = dict(os.environ)", "(set x (? (?[a copy of the environment] ?)))"),
        (
            'x = {**os.environ, "A": os.environ["B"]}',
            "(set x (?[a copy of the environment] (?[a copy of the environment] ?) 'A' $B))",
        ),
        ('x = {"A": os.environ}', "(set x (? 'A' (?[a copy of the environment] ?)))"),
        (
            'x = os.environ | {"A": "b"}',
            "(set x (?[a copy of the environment] (?[a copy of the environment] ?) (? 'A' 'b')))",
        ),
        (
            'x = {"A": "b"} | os.environ',
            "(set x (?[a copy of the environment] (? 'A' 'b') (?[a copy of the environment] ?)))",
        ),
        (
            'import copy\nx = copy.deepcopy(os.environ)\ny = x["A"]',
            "(set x (? ? (?[a copy of the environment] ?))) (set y (?[a copy of the environment] %x 'A'))",
        ),
        (
            'x = os.environ.copy()\ny = x.copy()\nz = y["A"]',
            "(set x (? (?[a copy of the environment] ?))) (set y (? %x)) (set z (?[a copy of the environment] %y 'A'))",
        ),
        ('x = y["A"]', "(set x (? ? 'A'))"),
        ("x = y.z", "(set x (? ?))"),
        (
            'async def f():\n    x = await g(os.environ["A"])',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x (? $A)))) (scope whenever (evaluate (invoke f)))",
        ),
        ('x = lambda y: y + os.environ["A"]', "(set x (? (text ? $A)))"),
        (
            'x = lambda y=os.environ["A"]: subprocess.run(["b"])',
            "(may (call ?[a call that is not followed])) (set x (? $A (? ? (? 'b'))))",
        ),
        (
            "def f(a):\n    return a\nx = lambda *b, **c: f(b)",
            "(define f [f.a] (scope (return %f.a))) (set x (? (? ? ?))) (scope whenever (evaluate (invoke f ?)))",
        ),
        ('x = [y for y in os.environ["A"] if os.environ["B"]]', "(set x (? $A ? ? $B))"),
        ("x = [f(y) for z in w for y in z]", "(set x (? ? (? ?) ? ? ?))"),
        (
            "def f(a):\n    return a\nx = {f(y) for y in z}",
            "(define f [f.a] (scope (return %f.a))) (may (evaluate (invoke f ?) ?)) (set x (? ?))",
        ),
        ('x = {y: os.environ["A"] for y in z}', "(set x (? ? ? $A ?))"),
        ('x = not os.environ["A"]', "(set x (? $A))"),
        ("x = -1", "(set x (? ?))"),
        ('x = (os.environ["A"], "b")', "(set x[0] $A) (set x[1] 'b') (set x (? %x[0] %x[1]))"),
        ('x = os.environ["A"] == "b"', "(set x (? $A 'b'))"),
        ('x = [*os.environ["A"]]', "(set x (? (? $A)))"),
        ('from pathlib import PurePath\nx = PurePath("a") / b', "(set x (text (? 'a') '/' ?))"),
        ("from pathlib import Path\nx = Path(y) / b / c", "(set x (text ? '/' ? '/' ?))"),
        ('x = f("a") / b', "(set x (? (? 'a') ?))"),
        ('x = y.Path("a") / b', "(set x (text (? ? 'a') '/' ?))"),
        ('x = (y / "a") / (z / w)', "(set x (text ? '/' 'a' '/' (? ? ?)))"),
        ('x = f"{y}" / z', "(set x (text ? '/' ?))"),
        (
            'def g():\n    return 1\nx = y and "a" + g()',
            "(define g [] (scope (return ?))) (may (evaluate (text 'a' (invoke g)))) (set x (? ?))",
        ),
        (
            'def g():\n    return 1\nx = y and "a" + "b"',
            "(define g [] (scope (return ?))) (set x (? ? (text 'a' 'b'))) (scope whenever (evaluate (invoke g)))",
        ),
        (
            "def g():\n    return 1\nx = y and g() + g()",
            "(define g [] (scope (return ?))) (may (evaluate (text (invoke g) (invoke g)))) (set x (? ?))",
        ),
        (
            'def g():\n    return 1\nx = y and os.getenv("A", g())',
            "(define g [] (scope (return ?))) (may (evaluate (default $A (invoke g)))) (set x (? ?))",
        ),
        (
            'def g():\n    return 1\nx = y and os.getenv("A", "b")',
            "(define g [] (scope (return ?))) (set x (? ? (default $A 'b'))) (scope whenever (evaluate (invoke g)))",
        ),
        (
            "def g():\n    return 1\nx = y and z(g())",
            "(define g [] (scope (return ?))) (may (evaluate (? (invoke g)))) (set x (? ?))",
        ),
        (
            "def g():\n    return 1\nx = y and z(w)",
            "(define g [] (scope (return ?))) (set x (? ? (? ?))) (scope whenever (evaluate (invoke g)))",
        ),
        (
            'def g():\n    return 1\nx = y and (g(), "a")',
            "(define g [] (scope (return ?))) (may (evaluate (? (invoke g) 'a'))) (set x (? ?))",
        ),
    ],
)
def test_what_an_expression_gives(source: str, nodes: str) -> None:
    assert shown(source) == nodes


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ('from os import environ\nx = environ["A"]', "(set x $A)"),
        ('from os import environ as e\nx = e["A"]', "(set x $A)"),
        ('import os as o\nx = o.environ["A"]', "(set x $A)"),
        ('from os import *\nx = environ["A"]', "(set x (? ? 'A'))"),
        (
            'def f(os):\n    return os.environ["A"]\nf(x)',
            "(define f [f.os] (scope (return (? (? %f.os) 'A')))) (evaluate (invoke f ?))",
        ),
        ('from os import getenv as g\nx = g("A")', "(set x $A)"),
        ('import os.path as p\nx = p.join("a", "b")', "(set x (text 'a' '/' 'b'))"),
        ('from os import path\nx = path.join("a", "b")', "(set x (text 'a' '/' 'b'))"),
        ('from . import path\nx = path.join("a", "b")', "(set x (? ? 'a' 'b'))"),
        (
            'def f():\n    import subprocess as s\n    s.run(["a"])\nf()\ns.run(["b"])',
            "(define f [] (scope (call 'a'))) (evaluate (? (invoke f)))",
        ),
        (
            'def f():\n    x = "a"\n    def g():\n        return x\n    return g()\ny = f()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x 'a') (define f.g [] (scope (return %f.x))) "
            "(return (invoke f.g)))) (set y (invoke f))",
        ),
        (
            'class C:\n    x = "a"\n    def f(self):\n        return x',
            "(set C.x 'a') (define C.f [C.f.self] (scope (return ?))) (scope whenever (evaluate (invoke C.f ?)))",
        ),
        (
            'x = "b"\nclass C:\n    x = "a"\n    y = x\n    def f(self):\n        return x',
            "(set x 'b') (evaluate sets[C.x C.y]) (set C.x 'a') (set C.y %C.x) (define C.f [C.f.self] (scope "
            "(return %x))) (scope whenever (evaluate (invoke C.f ?)))",
        ),
        (
            'def f():\n    x = "a"\n    class C:\n        def g(self):\n            return x\n    return C\nf()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x 'a') (define f.C.g [f.C.g.self] (scope (return "
            "%f.x))) (scope whenever (evaluate (invoke f.C.g ?))) (return ?))) (evaluate (invoke f))",
        ),
        (
            'def f():\n    global x\n    x = "a"\n    def g():\n        return x\n    return g()\ny = f()',
            "(define f [] (scope (set x 'a') (define f.g [] (scope (return %x))) (return (invoke f.g)))) (set "
            "y (invoke f))",
        ),
        (
            'def f():\n    def g():\n        global x\n        x = "a"\n    g()\nf()\ny = x',
            "(define f [] (scope (define f.g [] (scope (set x 'a'))) (evaluate (? (invoke f.g))))) (evaluate "
            "(? (invoke f))) (set y %x)",
        ),
        (
            'def f():\n    x = "a"\n    def g():\n        nonlocal x\n        x = "b"\n    g()\n    return x\ny = f()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x 'a') (define f.g [] (scope (set f.x 'b'))) "
            "(evaluate (? (invoke f.g))) (return %f.x))) (set y (invoke f))",
        ),
        (
            'def f(x):\n    x = x + "a"\n    return x\ny = f("b")',
            "(define f [f.x] (scope (set f.x (text %f.x 'a')) (return %f.x))) (set y (invoke f 'b'))",
        ),
        (
            "def f(*a, **b):\n    return a, b\nf()",
            "(define f [] (scope (evaluate sets[f.a f.b]) (return (? %f.a %f.b)))) (evaluate (invoke f))",
        ),
        ("x = [x for x in y]", "(set x (? ? ? ?))"),
        ('x = "a"\ny = [x for x in z]', "(set x 'a') (set y (? ? ? ?))"),
        ('x = "a"\ny = [x for z in w]', "(set x 'a') (set y (? ? %x ?))"),
        ('x = "a"\ny = lambda: x', "(set x 'a') (set y (? %x))"),
        ('x = "a"\ny = lambda x: x', "(set x 'a') (set y (? ?))"),
        ('x = "a"\nx.y = "b"', "(set x 'a') (evaluate %x)"),
        ("for x in y:\n    pass\nz = x", "(loop - while (do) (set x ?)) (set z %x)"),
        ("with y as x:\n    z = x", "(set x ?) (set z %x)"),
        ("try:\n    y\nexcept E as x:\n    z = x", "(may (set x ?) (set z %x))"),
        (
            'match y:\n    case {"a": b, **c}:\n        z = b\n    case [d, *e]:\n        z = e\n    case '
            "F(g=h) | I() as j:\n        z = h",
            "(switch ? (like 'a' ? ?) (do (set c ?) (set b ?) (set z %b)) (do (set d ?) (set e ?) (set z %e)) "
            "(do (set j ?) (set h ?) (set z %h)))",
        ),
        ("import x.y\nz = x.y", "(set z (? ?))"),
        ("import x.y as w\nz = w.v", "(set z (? ?))"),
        ('if (x := os.environ["A"]) == "b":\n    y = x', "(if (do (set x $A) (test (same %x 'b'))) (set y %x) (do))"),
        (
            "def f():\n    def g():\n        return 1\nx = f()",
            "(define f [] (scope (define f.g [] (scope (return ?))) (scope whenever (evaluate (invoke f.g))))) "
            "(set x (? (invoke f)))",
        ),
        (
            "def f():\n    def g():\n        yield 1\n    return 2\nx = f()",
            "(define f [] (scope (define f.g [] (scope)) (scope whenever (evaluate (invoke f.g))) (return ?))) "
            "(set x (invoke f))",
        ),
        ("def f():\n    return 2\n    yield 1\nx = f()", "(define f [] (scope (return ?))) (set x (? (invoke f)))"),
        ("def f():\n    return (yield 1)\nx = f()", "(define f [] (scope (return (? ?)))) (set x (? (invoke f)))"),
        (
            "def f():\n    x = lambda: (yield 1)\n    return 2\nx = f()",
            "(define f [] (scope (evaluate sets[f.x]) (set f.x (? (? ?))) (return ?))) (set x (invoke f))",
        ),
        (
            "def f():\n    class C:\n        def g(self):\n            return 1\nx = f()",
            "(define f [] (scope (define f.C.g [f.C.g.self] (scope (return ?))) (scope whenever (evaluate "
            "(invoke f.C.g ?))))) (set x (? (invoke f)))",
        ),
        (
            "def f():\n    if y:\n        return 1\nx = f()",
            "(define f [] (scope (if (test (empty ?)) (return ?) (do)))) (set x (invoke f))",
        ),
        (
            "@d\ndef f():\n    return 1\nx = f()",
            "(define f [] (scope (return ?))) (set x (? (invoke f))) (scope whenever (evaluate (invoke f)))",
        ),
        (
            'def f():\n    if y:\n        global x\n        x = "a"\nf()\nz = x',
            "(define f [] (scope (if (test (empty ?)) (set x 'a') (do)))) (evaluate (? (invoke f))) (set z %x)",
        ),
        (
            'def f():\n    x = "a"\n    def g():\n        global x\n        x = "b"\n    g()\n    return x\nz = f()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x 'a') (define f.g [] (scope (set x 'b'))) "
            "(evaluate (? (invoke f.g))) (return %f.x))) (set z (invoke f))",
        ),
        (
            'def f():\n    x = "a"\n    class C:\n        nonlocal x\n        x = "b"\n    return x\nz = f()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x 'a') (set f.x 'b') (return %f.x))) (set z (invoke f))",
        ),
        ('class C:\n    global x\n    x = "a"\nz = x', "(set x 'a') (set z %x)"),
        (
            'def f():\n    x = "a"\n    class C:\n        def g(self):\n            nonlocal x\n            x '
            '= "b"\n    return x\nz = f()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x 'a') (define f.C.g [f.C.g.self] (scope (set f.x "
            "'b'))) (scope whenever (evaluate (invoke f.C.g ?))) (return %f.x))) (set z (invoke f))",
        ),
    ],
)
def test_what_a_name_stands_for(source: str, nodes: str) -> None:
    assert shown(source) == nodes
