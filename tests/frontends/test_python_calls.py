"""What calls of a Python program give, and what they do."""

from __future__ import annotations

import pytest

from tests.frontends.nodes import shown


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("import sys\nsys.exit(1)", "(may (exit failing))"),
        ("exit(1)", "(may (exit failing))"),
        ('quit("a")', "(may (exit failing))"),
        ("os._exit(1)", "(may (exit failing))"),
        ("os.abort()", "(may (exit failing))"),
        ('os.abort("a")', "(may (exit failing))"),
        ("def f():\n    os.abort()\nf()", "(define f [] (scope (exit failing))) (evaluate (? (invoke f)))"),
        ("x = os.environ.get(*a)", "(set x (? (?[a copy of the environment] ?) ?))"),
        ("x = os.environ.items()", "(set x (? (?[a copy of the environment] ?)))"),
        ("os.environ.clear()", "(havoc[a change of the environment])"),
        ('os.environ.frobnicate("A")', "(havoc[a change of the environment])"),
        ('os.environ.pop("A", x)', "(set exported A ?)"),
        ("os.environ.pop(x)", "(havoc[a change of the environment] ?)"),
        ('os.environ.pop(key="A")', "(havoc[a change of the environment])"),
        ('os.environ.setdefault("A", "b")', "(set exported A ?)"),
        ('os.environ.__setitem__("A", x)', "(set exported A ?)"),
        (
            'E = os.environ\nE.update({"A": "b"})',
            "(set E (?[a copy of the environment] ?)) (havoc[a change of the environment])",
        ),
        ('E = os.environ\nE.pop("A")', "(set E (?[a copy of the environment] ?)) (set exported A ?)"),
        ("os.environ.update(**k)", "(havoc[a change of the environment] ?)"),
        ('os.environ.update(A="b")', "(set exported A 'b')"),
        ('os.putenv("A", os.environ["B"])', "(set exported A ?) (evaluate (? $B))"),
        ('os.putenv(os.environ["B"], "c")', "(havoc[a change of the environment] $B)"),
        ("os.putenv(*a)", "(havoc[a change of the environment])"),
        ('os.unsetenv("A")', "(set exported A ?)"),
        ("x = os.getenv()", "(set x (? ?))"),
        ('x = os.getenv("A", default="b")', "(set x (default $A 'b'))"),
        ('x = os.getenv("A", None)', "(set x (default $A ?))"),
        ("x = os.getenv(*a)", "(set x (? ? ?))"),
        ('x = os.getenv("A", *a)', "(set x (? ? 'A' ?))"),
        ('x = str(os.environ["A"])', "(set x $A)"),
        ("x = str()", "(set x ?)"),
        ('x = str(os.environ["A"], "utf-8")', "(set x (? $A 'utf-8'))"),
        ('x = str(object=os.environ["A"])', "(set x (? $A))"),
        ('x = os.environ["A"].strip(os.environ["B"])', "(set x (? $A $B))"),
        ('x = os.environ["A"].rstrip("\\n")', "(set x $A)"),
        ('x = os.environ["A"].rstrip("\\r\\n")', "(set x $A)"),
        ('x = os.environ["A"].strip(" ")', "(set x $A)"),
        ('x = os.environ["A"].encode("ascii").decode("utf8")', "(set x $A)"),
        ('x = os.environ["A"].strip("x")', "(set x (? $A 'x'))"),
        ('x = strip(os.environ["A"])', "(set x (? $A))"),
        ('x = os.environ["A"].upper()', "(set x (? $A))"),
        ("import sys\nx = sys.exit", "(set x (? ?))"),
        ('x = "a{}".format(os.environ["B"])', "(set x (text 'a{}' (? $B)))"),
        ('x = y(os.environ["A"])(os.environ["B"])', "(set x (? (? $A) $B))"),
        ('x = y.z(os.environ["A"])', "(set x (? ? $A))"),
        ('x = os.path.join("a", os.environ["B"], "c")', "(set x (text 'a' '/' $B '/' 'c'))"),
        ('x = os.path.join("a", *b)', "(set x (? (? ?) 'a' ?))"),
        ("x = os.path.join()", "(set x (? (? ?)))"),
        (
            'from pathlib import Path, PosixPath\nx = Path("a", "b")\ny = PosixPath("a")',
            "(set x (text 'a' '/' 'b')) (set y 'a')",
        ),
        ('from pathlib import Path\nx = Path("a").joinpath("b", "c")', "(set x (text 'a' '/' 'b' '/' 'c'))"),
        ('from pathlib import Path\nx = Path("a").joinpath()', "(set x (? 'a'))"),
        ('from pathlib import Path\nx = Path("a").with_name("b")', "(set x (text (? 'a') '/' 'b'))"),
        ('from pathlib import Path\nx = Path("a").with_name(name="b")', "(set x (? 'a' 'b'))"),
        ('from pathlib import Path\nx = Path("a").with_suffix("b")', "(set x (? 'a' 'b'))"),
        ('from pathlib import Path\nx = Path("a", k="b")', "(set x (? 'a' 'b'))"),
        ('x = joinpath("b", "c")', "(set x (? 'b' 'c'))"),
        (
            'def f(a, b="c", *, d="e"):\n    return a\nx = f("1")\ny = f("1", "2", d="3")\nz = f("1", "2", '
            '"3")\nw = f(b="1", a="2")\nv = f(b="1")\nu = f("1", x="2")\nt = f(*y)',
            "(set f.b= 'c') (set f.d= 'e') (define f [f.a f.b f.d] (scope (return %f.a))) (set x (invoke f '1' "
            "%f.b= %f.d=)) (set y (invoke f '1' '2' '3')) (set z (? '1' '2' '3' (invoke f ? ? ?))) (set w "
            "(invoke f '2' '1' %f.d=)) (set v (invoke f ? '1' %f.d=)) (set u (? '1' '2' (invoke f ? ? ?))) "
            "(set t (? %y (invoke f ? ? ?)))",
        ),
        (
            'def f(a):\n    return a\nx = lambda: f("b")',
            "(define f [f.a] (scope (return %f.a))) (set x (? (? ? 'b'))) (scope whenever (evaluate (invoke f ?)))",
        ),
        (
            'def f(a):\n    return a\n[f("b") for y in z]',
            "(define f [f.a] (scope (return %f.a))) (may (evaluate (invoke f 'b') ?))",
        ),
        (
            'def f(a=os.environ["A"]):\n    print(a)\nf()',
            "(set f.a= $A) (define f [f.a] (scope (evaluate (? %f.a)))) (evaluate (? (invoke f %f.a=)))",
        ),
        (
            'def f(*a):\n    return 1\nx = f("b")',
            "(define f [] (scope (evaluate sets[f.a]) (return ?))) (define f(1) [f(1).a[0]] (scope (set f(1).a "
            "(? %f(1).a[0])) (return ?))) (set x (invoke f(1) 'b'))",
        ),
        ('exec("a")', "(havoc[what `exec` does] 'a')"),
        ("eval(x)", "(havoc[what `eval` does] ?)"),
        ("globals()", "(havoc[what `globals` does])"),
        ('locals()["a"] = 1', "(havoc[what `locals` does])"),
        ("vars()", "(havoc[what `vars` does])"),
        ('exec(open("a.py").read(), x)', "(call 'python' 'a.py') (havoc[what `exec` does] (? (? 'a.py')) ?)"),
        (
            'from pathlib import Path\nexec(Path("a.py").read_text())',
            "(call 'python' 'a.py') (havoc[what `exec` does] (? 'a.py'))",
        ),
        ('exec(open(file="a.py").read())', "(call 'python' 'a.py') (havoc[what `exec` does] (? (? 'a.py')))"),
        ('import runpy\nrunpy.run_path("a.py")', "(call 'python' 'a.py')"),
        ("import runpy\nrunpy.run_path()", ""),
        ('import runpy\nrunpy.run_module(os.environ["A"])', "(call 'python' $A) (evaluate (? ? $A))"),
        ('import runpy\nrunpy.run_module("a")', ""),
        ('__import__(os.environ["A"])', "(call 'python' $A) (evaluate (? $A))"),
        ("os.chdir()", "(directory ?)"),
        ("os.fchdir(1)", "(directory ?)"),
        ("os.chdir(*a)", "(directory ?)"),
        ('setattr(x, "y", 1)\ny = 2', "(evaluate ? 'y' ?) (set y ?) (set y ?)"),
        ("setattr(x)", "(havoc[what `setattr` does] ?)"),
        ("setattr(x, y, 1)", "(havoc[what `setattr` does] ? ? ?)"),
        ('setattr(x, "y")\ny = 2', "(evaluate ? 'y') (set y ?) (set y ?)"),
        (
            'def f(a, **k):\n    subprocess.run([a], **k)\nf("x", check=True)\nf("x", cwd="d")',
            "(define f [f.a] (scope (evaluate sets[f.k]) (told call ?[a call with arguments that are not known] "
            "%f.a) (evaluate (? %f.k)))) (evaluate (? 'x' ? (invoke f ?))) (evaluate (? 'x' 'd' (invoke f ?)))",
        ),
        (
            'def f(c, d="e"):\n    subprocess.run(c)\n    return d\nx = f(["a", "b"])\ny = f(["a"], "g")\nz = '
            'f(["a"], d="g")',
            "(set f.d= 'e') (define f [f.c f.d] (scope (call ? %f.c) (return %f.d))) (define f(1) [f(1).c[0] "
            "f(1).c[1] f(1).d] (scope (set f(1).c ?) (call %f(1).c[0] %f(1).c[1]) (return %f(1).d))) (set x "
            "(invoke f(1) 'a' 'b' %f.d=)) (define f(2) [f(2).c[0] f(2).d] (scope (set f(2).c ?) (call "
            "%f(2).c[0]) (return %f(2).d))) (set y (invoke f(2) 'a' 'g')) (define f(2) [f(2).c[0] f(2).d] "
            "(scope (set f(2).c ?) (call %f(2).c[0]) (return %f(2).d))) (set z (invoke f(2) 'a' 'g'))",
        ),
        (
            'def f(c, d):\n    subprocess.run(c)\nf(["a"])',
            "(define f [f.c f.d] (scope (call ? %f.c))) (define f(1) [f(1).c[0] f(1).d] (scope (set f(1).c ?) "
            "(call %f(1).c[0]))) (evaluate (? (invoke f(1) 'a' ?)))",
        ),
        (
            'def f(c, **k):\n    subprocess.run(c)\n    return 1\nx = f(["a"], z=os.environ["Z"])',
            "(define f [f.c] (scope (evaluate sets[f.k]) (call ? %f.c) (return ?))) (define f(1) [f(1).c[0]] "
            "(scope (set f(1).c ?) (call %f(1).c[0]) (return ?))) (evaluate $Z) (set x (invoke f(1) 'a'))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nf(["a"], *d)',
            "(define f [f.c] (scope (call ? %f.c))) (evaluate (? (? 'a') ? (invoke f ?)))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nx = lambda: f(["a"])',
            "(define f [f.c] (scope (call ? %f.c))) (set x (? (? ? (? 'a')))) (scope whenever (evaluate (invoke f ?)))",
        ),
        ('import runpy\nrunpy.run_path(path_name="a.py")', "(call 'python' 'a.py')"),
        (
            'import importlib\nimportlib.import_module(name=os.environ["A"])\nimportlib.import_module("b", x)\n'
            "importlib.import_module(*a)",
            "(call 'python' $A) (evaluate (? ? $A)) (call 'python' ?)",
        ),
    ],
)
def test_what_a_call_gives_and_does(source: str, nodes: str) -> None:
    assert shown(source) == nodes
