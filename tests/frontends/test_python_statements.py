"""What statements of a Python program assign, ask and run."""

from __future__ import annotations

import pytest

from tests.frontends.nodes import shown


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        (
            'x = y = f()\ndef f():\n    return os.environ["A"]',
            "(set x (invoke f)) (set y ?) (define f [] (scope (return $A)))",
        ),
        (
            'def f():\n    return os.environ["A"]\nx = y = f()',
            "(define f [] (scope (return $A))) (set x (invoke f)) (set y ?)",
        ),
        ('x = os.environ["A"] = "b"', "(set x 'b') (set exported A 'b')"),
        ('x: str = os.environ["A"]', "(set x $A)"),
        ("x: str", ""),
        ('x, y = "a"', "(set x ?) (set y ?)"),
        ('x, y = ("a", "b")', "(set x 'a') (set y 'b')"),
        ('[x, y] = ["a", "b"]', "(set x 'a') (set y 'b')"),
        ('x, y = *z, "b"', "(set x ?) (set y ?)"),
        ('x, *y = os.environ["A"], os.environ["B"], 1', "(set x $A) (evaluate $B) (set y ?)"),
        ('x, *y = (os.environ["A"],)', "(set x $A) (set y ?)"),
        ('x, y, *z = (os.environ["A"],)', "(evaluate (? $A)) (set x ?) (set y ?) (set z ?)"),
        ('*x, y = "a", "b"', "(set x ?) (set y ?)"),
        ('x, *y, z = "a", "b", "c"', "(set x ?) (set y ?) (set z ?)"),
        ('(x, y), z = ("a", "b"), "c"', "(set x 'a') (set y 'b') (set z 'c')"),
        ('x, y = x, "a"', "(evaluate (? %x 'a')) (set x ?) (set y ?)"),
        ('x.a, y = "b", "c"', "(set y 'c')"),
        ('x[0], y = "b", "c"', "(set y 'c')"),
        ("x, y = ()", "(set x ?) (set y ?)"),
        ('x = ["a"]\nx = ["b"]\nsubprocess.run(x)', "(set x[0] 'a') (set x (? %x[0])) (set x (? 'b')) (call ? %x)"),
        ('x = ["a"]\ny = x\nsubprocess.run(x)', "(set x[0] 'a') (set x (? %x[0])) (set y %x) (call %x[0])"),
        ("x = []\nsubprocess.run(x)", "(set x ?)"),
        ('x = ["a", *y]\nsubprocess.run(x)', "(set x (? 'a' (? ?))) (call ? %x)"),
        (
            'def f():\n    x = ["a"]\n    subprocess.run(x)\nf()',
            "(define f [] (scope (evaluate sets[f.x]) (set f.x[0] 'a') (set f.x ?) (call %f.x[0]))) (evaluate "
            "(? (invoke f)))",
        ),
        ('x += "a"', "(set append x 'a')"),
        (
            "def f():\n    y += 1\nf()",
            "(define f [] (scope (evaluate sets[f.y]) (set append f.y ?))) (evaluate (? (invoke f)))",
        ),
        ('os.environ |= {"A": "b"}', "(set exported A 'b')"),
        ('x[0] += os.environ["A"]', "(evaluate $A)"),
        ('x.y += os.environ["A"]', "(evaluate $A)"),
        ('x -= os.environ["A"]', "(evaluate %x $A) (set x ?)"),
        ('E = os.environ\nE |= {"A": "b"}', "(set E (?[a copy of the environment] ?)) (set exported A 'b')"),
        ("del x, (y, z)", "(set x ?) (set y ?) (set z ?)"),
        ('del os.environ["A"]', "(set exported A ?)"),
        ('E = os.environ\ndel E["A"]', "(set E (?[a copy of the environment] ?)) (set exported A ?)"),
        ("del x.y", ""),
        ("y = 1\nx.y = 2", "(set y ?) (set y ?)"),
        ('x[os.environ["A"]] = "b"', "(evaluate $A)"),
        ('f()[0] = os.environ["A"]', "(evaluate $A)"),
        ('os.environ["A", "B"] = "c"', "(havoc[a change of the environment] 'c')"),
        ('os.environ[0:1] = "c"', "(havoc[a change of the environment] 'c')"),
        ('x[0] = os.environ["A"]\nx = 1', "(evaluate $A) (evaluate %x) (set x ?) (set x ?)"),
        ("os.environ.update(x)", "(havoc[a change of the environment] ?)"),
        ('os.environ.update({f(): os.environ["B"]})', "(havoc[a change of the environment] ? $B)"),
        ('os.environ.update([("A", "b")])', "(havoc[a change of the environment] (? (? 'A' 'b')))"),
        ('os.environ.update({"A": "b"}, **{"C": "d"})', "(set exported A 'b') (set exported C 'd')"),
        ('os.environ.update({"A": "b"}, C="d")', "(set exported A 'b') (set exported C 'd')"),
        ("os.environ.update(*x)", "(havoc[a change of the environment] ?)"),
        ("os.environ.update()", ""),
        ("os.environ |= x", "(havoc[a change of the environment] ?)"),
        ('os.environ[os.environ["A"]] = os.environ["B"]', "(havoc[a change of the environment] $A $B)"),
        ("del os.environ[x]", "(havoc[a change of the environment] ?)"),
        (
            'os.environ.pop(os.environ["A"], os.environ["B"])',
            "(havoc[a change of the environment] $A) (evaluate (? $B))",
        ),
        ('os.environ["A"] = os.environ["B"] + "c"', "(set exported A (text $B 'c'))"),
    ],
)
def test_what_an_assignment_gives(source: str, nodes: str) -> None:
    assert shown(source) == nodes


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ('for x in ["a", os.environ["B"]]:\n    f(x)', "(loop x (in 'a' $B) (do) (evaluate (? %x)))"),
        ("for x in y:\n    f(x)\nelse:\n    z = 1", "(loop - while (do) (set x ?) (evaluate (? %x))) (may (set z ?))"),
        ('for x, y in ["a"]:\n    f(x)', "(loop - while (do) (set x ?) (set y ?) (evaluate (? %x)))"),
        ('for x.y in ["a"]:\n    f(x)', "(loop - while (do))"),
        ("for x in []:\n    f(x)", "(loop - while (do) (set x ?) (evaluate (? %x)))"),
        ('for x in ["a", *b]:\n    f(x)', "(loop - while (do) (set x ?) (evaluate (? %x)))"),
        ("while True:\n    x = 1\nelse:\n    y = 1", "(loop - while (test (empty ?)) (set x ?)) (may (set y ?))"),
        ('while x == "a":\n    break', "(loop - while (test (same ? 'a')) (may (break)))"),
        ("if not x:\n    y = 1", "(if (test (empty negated ?)) (set y ?) (do))"),
        (
            'if not (os.environ["A"] and os.environ["B"]):\n    y = 1',
            "(if (test (empty negated $A) (empty negated $B)) (set y ?) (do))",
        ),
        (
            'if os.environ["A"] or f(os.environ["B"]):\n    y = 1',
            "(if (test (empty $A) (empty (? $B))) (set y ?) (do))",
        ),
        ('if "A" in os.environ:\n    y = 1', "(if (test (defined A)) (set y ?) (do))"),
        ('if not "A" in os.environ:\n    y = 1', "(if (test (defined negated A)) (set y ?) (do))"),
        ('if not "A" not in os.environ:\n    y = 1', "(if (test (defined A)) (set y ?) (do))"),
        ('if "A" in x:\n    y = 1', "(if (test (empty (? 'A' ?))) (set y ?) (do))"),
        ("if x in os.environ:\n    y = 1", "(if (test (empty (? ? (?[a copy of the environment] ?)))) (set y ?) (do))"),
        ('if "A" == os.environ:\n    y = 1', "(if (test (same 'A' (?[a copy of the environment] ?))) (set y ?) (do))"),
        ('if os.environ["A"] is not None:\n    y = 1', "(if (test (empty $A)) (set y ?) (do))"),
        ('if not os.environ["A"] is not None:\n    y = 1', "(if (test (empty negated $A)) (set y ?) (do))"),
        ('if os.environ["A"] is True:\n    y = 1', "(if (test (empty (? $A ?))) (set y ?) (do))"),
        ('if os.environ["A"] < "b":\n    y = 1', "(if (test (empty (? $A 'b'))) (set y ?) (do))"),
        ('if not os.environ["A"] == "b":\n    y = 1', "(if (test (same negated $A 'b')) (set y ?) (do))"),
        ('if "a" < os.environ["A"] < "b":\n    y = 1', "(if (test (empty (? 'a' $A 'b'))) (set y ?) (do))"),
        (
            "def f():\n    return 1\nif x and f():\n    y = 1",
            "(define f [] (scope (return ?))) (if (do (may (evaluate (invoke f))) (test (empty ?))) (set y ?) (do))",
        ),
        ('x or f(os.environ["A"])', "(if (test (empty ?)) (do) (evaluate (? $A)))"),
        ('x and f(os.environ["A"])', "(if (test (empty ?)) (evaluate (? $A)) (do))"),
        ("assert x", "(if (test (empty ?)) (do) (may (exit failing)))"),
        ('assert x, f(os.environ["A"])', "(if (test (empty ?)) (do) (do (evaluate (? $A)) (may (exit failing))))"),
        (
            "def f():\n    assert x\ntry:\n    f()\nexcept ValueError:\n    pass",
            "(define f [] (scope (if (test (empty ?)) (do) (may (exit))))) (evaluate (? (invoke f)))",
        ),
        ("raise ValueError", "(may (exit failing))"),
        ("raise", "(may (exit failing))"),
        ("raise SystemExit", "(may (exit))"),
        ("raise SystemExit(1)", "(may (exit failing))"),
        ("raise SystemExit(0)", "(may (exit))"),
        ('raise SystemExit("a", 1)', "(may (exit))"),
        ("try:\n    raise SystemExit(1)\nexcept ValueError:\n    pass", "(may (exit))"),
        ("try:\n    x = 1\nexcept ValueError:\n    raise", "(set x ?) (may (set x ?) (exit failing))"),
        (
            "try:\n    x = 1\nexcept (A, B) as e:\n    raise\nelse:\n    z = 2\nfinally:\n    y = 1",
            "(set x ?) (may (set x ?) (set e ?) (exit failing)) (may (set z ?)) (set y ?)",
        ),
        ("try:\n    x = 1\nfinally:\n    y = 1", "(set x ?) (set y ?)"),
        (
            "try:\n    x = 1\nexcept ValueError:\n    pass\nexcept OSError:\n    y = 2",
            "(set x ?) (may (set x ?)) (may (set x ?) (set y ?))",
        ),
        (
            "def f():\n    try:\n        x = 1\n    except ValueError:\n        return 2\n    return x\ny = f()",
            "(define f [] (scope (evaluate sets[f.x]) (set f.x ?) (may (set f.x ?) (return ?)) (return %f.x))) "
            "(set y (invoke f))",
        ),
        ("with open(x) as y:\n    z = 1", "(set y ?) (set z ?)"),
        ("import contextlib\nwith contextlib.suppress(E):\n    z = 1", "(set z ?) (may (set z ?))"),
        (
            'import contextlib\nwith contextlib.chdir("a"), open(b):\n    subprocess.run(["c"])',
            "(directory 'a') (call 'c') (directory ?)",
        ),
        ("from plumbum import local", "(call ? 'import os\\nimport subprocess\\nfrom plumbum import local\\n')"),
        ("import plumbum.cmd", "(call ? 'import os\\nimport subprocess\\nimport plumbum.cmd\\n')"),
        ("import os.path", ""),
        (
            "def f():\n    return 1\ndef f():\n    return 2\nx = f()",
            "(define f [] (scope (return ?))) (define f:50 [] (scope (return ?))) (set x (? ?)) (scope "
            "whenever (evaluate (invoke f))) (scope whenever (evaluate (invoke f:50)))",
        ),
        (
            "def f():\n    pass\nx = [f]",
            "(define f [] (scope)) (set x[0] ?) (set x (? %x[0])) (scope whenever (evaluate (invoke f)))",
        ),
        (
            "def f():\n    pass\nx.y = f\nf()",
            "(define f [] (scope)) (evaluate (? (invoke f))) (scope whenever (evaluate (invoke f)))",
        ),
        (
            "class C:\n    def f(self):\n        return 1\nx = C().f()",
            "(define C.f [C.f.self] (scope (return ?))) (set x (? (? ?))) (scope whenever (evaluate (invoke C.f ?)))",
        ),
        ('@d\nclass C(B, metaclass=M):\n    x = os.environ["A"]\n    y = x', "(set C.x $A) (set C.y %C.x)"),
        ("class C:\n    x = 1\nx = C", "(evaluate sets[C.x]) (set C.x ?) (set x ?)"),
        (
            'class C:\n    class D:\n        def g(self):\n            subprocess.run(["a"])',
            "(define C.D.g [C.D.g.self] (scope (call 'a'))) (scope whenever (evaluate (invoke C.D.g ?)))",
        ),
        (
            'def f(a: T, *b: U, c: V = "w", **d: X) -> Y:\n    return a\nf()',
            "(set f.c= 'w') (define f [f.a f.c] (scope (evaluate sets[f.b f.d]) (return %f.a))) (evaluate "
            "(invoke f ? %f.c=))",
        ),
        (
            "def f():\n    def g():\n        return 1\n    return g",
            "(define f [] (scope (define f.g [] (scope (return ?))) (scope whenever (evaluate (invoke f.g))) "
            "(return ?))) (scope whenever (evaluate (invoke f)))",
        ),
        ("async def f():\n    return 1", "(define f [] (scope (return ?))) (scope whenever (evaluate (invoke f)))"),
        ("def f():\n    return\nx = f()", "(define f [] (scope (return ''))) (set x (? (invoke f)))"),
        ("def f():\n    yield 1\nx = f()", "(define f [] (scope)) (set x (? (invoke f)))"),
        (
            'def f():\n    global x\n    x = os.environ["A"]\nf()\ny = x',
            "(define f [] (scope (set x $A))) (evaluate (? (invoke f))) (set y %x)",
        ),
        ("x = 1\ndef f():\n    return x\ny = f()", "(set x ?) (define f [] (scope (return %x))) (set y (invoke f))"),
        (
            "def f():\n    return 1\nif x and y == f():\n    z = 1",
            "(define f [] (scope (return ?))) (if (do (may (evaluate ? (invoke f))) (test (empty ?))) (set z ?) (do))",
        ),
        (
            "def f():\n    return 1\nif x and f() == y:\n    z = 1",
            "(define f [] (scope (return ?))) (if (do (may (evaluate (invoke f) ?)) (test (empty ?))) (set z ?) (do))",
        ),
        ("T = f()\ndef g[T: int](): pass", "(set T ?) (define g [] (scope)) (scope whenever (evaluate (invoke g)))"),
        ("T = f()\nclass C[T: T]: pass", "(set T ?) (evaluate %T)"),
    ],
)
def test_what_a_statement_runs(source: str, nodes: str) -> None:
    assert shown(source) == nodes
