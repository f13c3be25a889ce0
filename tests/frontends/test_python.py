"""Python programs as nodes, and that nothing of any node of its syntax tree is dropped."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from itertools import count

import libcst as cst
import pytest

from migrator.frontends.python import lower, tree
from migrator.frontends.python.commands import UNTOLD
from migrator.ir.nodes import Constant, Invoke, ProgramError, Read
from migrator.ir.rendering import program
from migrator.ir.traversal import every
from tests.frontends.nodes import HEAD, plain, reads, shown

PUNCTUATION = {
    "AssignEqual", "BaseValueToken", "Colon", "Comma", "Comment", "Dot", "EmptyLine", "LeftCurlyBrace", "LeftParen",
    "LeftSquareBracket", "Newline", "ParenthesizedWhitespace", "RightCurlyBrace", "RightParen", "RightSquareBracket",
    "Semicolon", "SimpleWhitespace", "TrailingWhitespace",
}  # fmt: skip
BINARY = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**",
    "MatrixMultiply": "@", "LeftShift": "<<", "RightShift": ">>", "BitAnd": "&", "BitOr": "|", "BitXor": "^",
}  # fmt: skip
COMPARED = {
    "Equal": "==", "NotEqual": "!=", "LessThan": "<", "LessThanEqual": "<=", "GreaterThan": ">",
    "GreaterThanEqual": ">=", "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not",
}  # fmt: skip
MATCH = "match M:\n case {} if M: M\n case _: M"
KINDS = {
    **{kind: f"x = M {sign} M" for kind, sign in BINARY.items()},
    **{f"{kind}Assign": f"x {sign}= M\na[M] {sign}= M\nM.b {sign}= M" for kind, sign in BINARY.items()},
    **{kind: f"M {sign} M\nif M {sign} M: M" for kind, sign in COMPARED.items()},
    "And": "M and M\nif M and M: M",
    "Or": "M or M\nwhile M or M: M",
    "Not": "not M\nif not M: M",
    "Minus": "-M",
    "Plus": "+M",
    "BitInvert": "~M",
    "AnnAssign": "x: M = M\na[M]: M = M",
    "Annotation": "def g(a: M, *b: M, c: M, **d: M) -> M: M",
    "Arg": "g(M, *M, k=M, **M)",
    "AsName": "with M as a[M]: M\ntry: M\nexcept M as e: M",
    "Assert": "assert M, M",
    "Assign": "a[M] = M.b = x = M",
    "AssignTarget": "a[M], M.b, *M.c = M",
    "Asynchronous": "async def g():\n async with M: M\n async for y in M: M\n return [M async for z in M]",
    "Attribute": "M.a.b",
    "AugAssign": "x += M",
    "Await": "async def g(): await M",
    "BinaryOperation": "M + M * M",
    "BooleanOperation": "M and M or M",
    "Break": "while M:\n M\n break\n M",
    "Call": "M(M)\nM.format(M)\nM.strip(M)\nM.encode()\nstr(M)\ng(M)(M)",
    "ClassDef": "@M\nclass C(M, metaclass=M):\n x = M\n def g(self, a=M): return M",
    "CompFor": "[M for x in M for y in M if M if M]",
    "CompIf": "{M for x in M if M}",
    "Comparison": "M < M < M",
    "ComparisonTarget": "M == M",
    "ConcatenatedString": "f'{M}' f'{M}' 'a'",
    "Continue": "for x in M:\n M\n continue\n M",
    "Decorator": "@M\n@M\ndef g(): M",
    "Del": "del a[M], M.b\ndel (a[M])",
    "Dict": "{M: M, **M}",
    "DictComp": "{M: M for x in M if M}",
    "DictElement": "{M: M}",
    "Element": "[M]",
    "Ellipsis": "a[..., M]",
    "Else": "if M: M\nelse: M\nfor x in M: M\nelse: M\nwhile M: M\nelse: M\ntry: M\nexcept M: M\nelse: M",
    "ExceptHandler": "try: M\nexcept M as e: M\nexcept M: M\nexcept: M\nelse: M\nfinally: M",
    "ExceptStarHandler": "try: M\nexcept* M as e: M",
    "Expr": "M",
    "Finally": "try: M\nfinally: M",
    "Float": "1.5 + M",
    "For": "for a[M] in M: M\nelse: M",
    "FormattedString": "f'a{M}b{M!r:>{M}}{M=}'",
    "FormattedStringExpression": "f'{M:{M}}'",
    "FormattedStringText": "f'a{{{M}'",
    "From": "raise M from M",
    "FunctionDef": "@M\ndef g(a: M = M, /, b=M, *c: M, d: M = M, **e: M) -> M: return M",
    "GeneratorExp": "(M for x in M if M)",
    "Global": "def g():\n global x\n x = M\ng()",
    "If": "if M: M\nelif M: M\nelse: M",
    "IfExp": "M if M else M",
    "Imaginary": "1j * M",
    "Import": "import a.b as c; M",
    "ImportAlias": "import a, b; M",
    "ImportFrom": "from a import b as c; M",
    "ImportStar": "from a import *; M",
    "IndentedBlock": "if M:\n M\n M",
    "Index": "a[M]",
    "Integer": "1 + M",
    "Lambda": "lambda a=M, *b, c=M, **d: M",
    "LazyImport": "lazy import a; M",
    "LazyImportFrom": "lazy from a import b; M",
    "List": "[M, *M]",
    "ListComp": "[M for x in M]",
    "Match": MATCH.format("a.b"),
    "MatchAs": MATCH.format("[a.b] as x"),
    "MatchCase": MATCH.format("x"),
    "MatchClass": MATCH.format("a.B(c.d, e=f.g)"),
    "MatchKeywordElement": MATCH.format("B(e=1)"),
    "MatchList": MATCH.format("[1, x]"),
    "MatchMapping": MATCH.format("{1: x, **rest}"),
    "MatchMappingElement": MATCH.format("{a.b: x}"),
    "MatchOr": MATCH.format("1 | 2"),
    "MatchOrElement": MATCH.format("1 | 2"),
    "MatchSequenceElement": MATCH.format("[1, 2]"),
    "MatchSingleton": MATCH.format("None"),
    "MatchStar": MATCH.format("[1, *x]"),
    "MatchTuple": MATCH.format("(1, x)"),
    "MatchValue": MATCH.format("'x'"),
    "Module": "M\nM",
    "Name": "x = M\nx",
    "NameItem": "def g():\n global x, y\n M",
    "NamedExpr": "(x := M)\n[y := M for z in M]\nlambda: (w := M)",
    "Nonlocal": "def g():\n x = M\n def h():\n  nonlocal x\n  x = M\n h()",
    "Param": "def g(a: M = M): M",
    "ParamSlash": "def g(a=M, /): M",
    "ParamSpec": "def g[**P](): M",
    "ParamStar": "def g(*, a=M): M",
    "Parameters": "def g(a=M, *b: M, c=M, **d: M): M",
    "Pass": "if M: pass",
    "Raise": "raise M",
    "Return": "def g(): return M\ng()",
    "Set": "{M, *M}",
    "SetComp": "{M for x in M}",
    "SimpleStatementLine": "M; M",
    "SimpleStatementSuite": "if M: M; M",
    "SimpleString": "'a' + M",
    "Slice": "a[M:M:M]",
    "StarredDictComp": "{**M for x in M}",
    "StarredDictElement": "{**M}",
    "StarredElement": "[*M]\na, *b = M, M, M",
    "Subscript": "M[M]",
    "SubscriptElement": "a[M, M]",
    "TemplatedString": "t'a{M}'",
    "TemplatedStringExpression": "t'{M!r:{M}}'",
    "TemplatedStringText": "t'a{M}'",
    "Try": "try: M\nexcept M: M",
    "TryStar": "try: M\nexcept* M: M\nelse: M\nfinally: M",
    "Tuple": "(M, M)\nx, y = M, M\nx, y = y, M",
    "TypeAlias": "type X[T: M] = M",
    "TypeParam": "def g[T: M = M](): M\nclass C[T: M = M]: M",
    "TypeParameters": "def g[T: M](): M",
    "TypeVar": "type X[T: M] = M",
    "TypeVarTuple": "def g[*T](): M",
    "UnaryOperation": "not -M",
    "While": "while M: M\nelse: M",
    "With": "with M, M as x: M\nfrom contextlib import suppress\nwith suppress(M): M",
    "WithItem": "with M as (a[M], M.b): M",
    "Yield": "def g():\n x = yield M\n yield from M\n yield",
}
CALLS = {
    "a command": "subprocess.run([M, *M, M] + [M], input=M, cwd=M, env=M, check=M, **M)",
    "a command in a folder": "subprocess.run(['a', M], cwd=M, timeout=M)",
    "a command by another way": "subprocess.check_output(args=[M], stdout=M)",
    "text for a shell": "os.system(M)\nsubprocess.run(M, shell=True, input=M, cwd=M)",
    "text for what may be a shell": "subprocess.run([M], shell=M, env=M)",
    "words of a text": "subprocess.run(f'a {M}'.split() + [M])",
    "a command in a comprehension": "[subprocess.run([M, x], input=M) for x in M]",
    "a command in a lambda": "lambda: subprocess.run([M])",
    "a command that is a condition": "if subprocess.run([M]).returncode: M",
    "a process that is told later": "p = subprocess.Popen([M])\np.communicate(M)",
    "a login of the docker SDK": "import docker\nM.login(M, password=M, tls=M)\nM.login(**M)",
    "an image of the docker SDK": "import docker\nM.images.pull(M, tag=M)\nM.images.run(image=M)",
    "a change of the environment": "os.environ[M] = M\nos.environ['X'] = M\nos.environ['X'] += M\ndel os.environ[M]",
    "many changes of it": "os.environ.update({M: M, 'Y': M, **M}, Z=M)\nos.environ |= M",
    "methods that change it": "os.environ.pop('X', M)\nos.environ.setdefault('X', M)\nos.putenv('X', M)",
    "what is taken from it": "os.getenv(M, M)\nos.getenv('X', M)\nos.environ.get('X', default=M)",
    "a directory": "os.chdir(M)\nimport contextlib\nwith contextlib.chdir(M): M",
    "reflection": "exec(M)\nsetattr(M, 'x', M)\nsetattr(M, M, M)\neval(M, M)",
    "the end": "import sys\nsys.exit(M)",
    "a function": "def g(a, b=M, *, c=M): return M\ng(M)\ng(M, c=M)\ng(*M)\ng(M, M, M)\ng(d=M)\n[g(M) for x in M]",
    "a function with a list": "def g(a, *c, d=M, **e): return subprocess.run([*a, *c, M], **e)\n"
    "g([M, M], M, d=M, f=M)\nx = [M]\ng([*x, M], check=M)\ng((M,))\ng('a')",
    "a function in a lambda": "def g(a): return M\nlambda: g(M)",
    "a command of asyncio": "import asyncio\nasyncio.create_subprocess_exec(M, M, *M, cwd=M, env=M, limit=M, **M)",
    "a program instead": "os.execvp(M, [M, M])\n"
    "os.execle(M, M, M, M)\nos.spawnv(M, M, M)\nos.posix_spawn(M, M, M, x=M)",
    "a build of the docker SDK": "import docker\nM.images.build(path=M, tag=M, dockerfile=M, buildargs={M: M, **M}, "
    "cache_from=[M, *M], target=M, x=M)\nM.api.build(M, M, cache_from=M, buildargs=M, fileobj=M)\nM.images.build(**M)",
    "a file": "import runpy\nrunpy.run_path(M)\nexec(open(M).read())\nimport importlib\nimportlib.import_module(M, M)",
    "a library": "import requests\nrequests.get(M, auth=(M, M))\nprint(M)",
}


# Nodes


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        (
            'os.environ["A"]',
            "(evaluate $A)",
        ),
        (
            'x = os.environ["A"]',
            "(set x $A)",
        ),
        (
            'x = os.getenv("A")',
            "(set x $A)",
        ),
        (
            'x = os.environ.get("A", "d")',
            "(set x (default $A 'd'))",
        ),
        (
            'x = os.getenv("A") or "d"',
            "(set x (default $A 'd'))",
        ),
        (
            "x = os.environ[name]",
            "(set x (?[a copy of the environment] (?[a copy of the environment] ?) ?))",
        ),
        (
            'x = "a" + f"b{os.environ[\'C\']}d" "e"',
            "(set x (text 'a' 'b' $C 'd' 'e'))",
        ),
        (
            'x = "a=%s" % os.environ["A"]',
            "(set x (text 'a=%s' (? $A)))",
        ),
        (
            'x = "a\\\\b"',
            "(set x 'a\\\\b')",
        ),
        (
            'x = y = os.environ["A"]',
            "(set x $A) (set y $A)",
        ),
        (
            'x, (y, *z) = os.environ["A"], (os.environ["B"], 1)',
            "(set x $A) (set y $B) (set z ?)",
        ),
        (
            "x, y = y, x",
            "(evaluate (? %y %x)) (set x ?) (set y ?)",
        ),
        (
            'x = os.environ["A"].strip().encode("utf-8")',
            "(set x $A)",
        ),
        (
            'x = str(os.environ["A"]).lower()',
            "(set x (? $A))",
        ),
        (
            'x = 1\nx += os.environ["A"]\nx -= 1',
            "(set x ?) (set append x $A) (evaluate %x) (set x ?)",
        ),
        (
            'del x, os.environ["A"]',
            "(set x ?) (set exported A ?)",
        ),
        (
            'os.environ["A"] = "b"',
            "(set exported A 'b')",
        ),
        (
            'os.environ[x] = "b"',
            "(havoc[a change of the environment] ? 'b')",
        ),
        (
            'E = os.environ\nE["A"] = "b"',
            "(set E (?[a copy of the environment] ?)) (set exported A ?)",
        ),
        (
            'subprocess.run(["a", os.environ["B"]], input="c")',
            "(text 'c' (call 'a' $B))",
        ),
        (
            'x = subprocess.check_output(("a", "b"))',
            "(told call 'a' 'b') (set x ?)",
        ),
        (
            'c = ["a"]\nc.append("b")\nsubprocess.run(c)',
            "(set c (? 'a')) (evaluate (? %c 'b')) (call ? %c)",
        ),
        (
            'subprocess.run("a b".split() + [os.environ["C"]])',
            "(call 'a' 'b' $C)",
        ),
        (
            'os.system("a $B | c")',
            "(process (piped (call (fixed a) $B*) (call (fixed c))))",
        ),
        (
            'os.system("a " + os.environ["B"])',
            "(process (call ?[text that the program makes] (text 'a ' $B)))",
        ),
        (
            'os.system("a (")',
            "(process (call ?[text that the program makes] 'a ('))",
        ),
        (
            'subprocess.run("a && b", shell=True, cwd=os.environ["D"], input="c")',
            "(text 'c' (process (directory $D) (and (call (fixed a)) (call (fixed b)) (do))))",
        ),
        (
            'subprocess.run(["a"], cwd="d", env={"B": os.environ["B"]})',
            "(call ?[a call with `env=`] 'a') (evaluate (? 'd' (? 'B' $B)))",
        ),
        (
            "subprocess.run(*a)",
            "(call ?[a call that is not followed])",
        ),
        (
            'os.chdir(os.environ["D"])',
            "(directory $D)",
        ),
        (
            'from contextlib import chdir\nwith chdir("d"):\n    subprocess.run(["a"])',
            "(directory 'd') (call 'a') (directory ?)",
        ),
        (
            'import docker\ndocker.from_env().login("u", password=os.environ["P"], registry="r")',
            "(call 'docker' 'login' '-u' 'u' '-p' $P 'r')",
        ),
        (
            "def f():\n    return 1\nx = f\nf()",
            "(define f [] (scope (return ?))) (set x ?) (evaluate (invoke f)) (scope whenever (evaluate (invoke f)))",
        ),
        (
            '@decorated\ndef f(a):\n    global x\n    x = a\nf("a")',
            "(define f [f.a] (scope (set x %f.a))) (evaluate (? (invoke f 'a'))) "
            "(scope whenever (evaluate (invoke f ?)))",
        ),
        (
            "def f(*args):\n    yield args\nx = f()",
            "(define f [] (scope (evaluate sets[f.args]) (evaluate (? %f.args)))) (set x (? (invoke f)))",
        ),
        (
            "def f():\n    def g():\n        nonlocal x\n        return x\n    x = g()",
            "(define f [] (scope (evaluate sets[f.x]) (define f.g [] (scope (return %f.x))) (set f.x (invoke f.g)))) "
            "(scope whenever (evaluate (invoke f)))",
        ),
        (
            'class C:\n    x = os.environ["A"]\n    def f(self):\n        return x',
            "(set C.x $A) (define C.f [C.f.self] (scope (return ?))) (scope whenever (evaluate (invoke C.f ?)))",
        ),
        (
            'lambda a: f(a, os.environ["A"])',
            "(evaluate (? (? ? $A)))",
        ),
        (
            '[subprocess.run([os.environ["A"], x]) for x in os.environ["B"]]',
            "(may (call ?[a call that is not followed])) (evaluate (? $B (? ? (? $A ?)) ?))",
        ),
        (
            'x = a if os.environ["A"] else subprocess.run(["b"])',
            "(may (call 'b')) (set x (? ? $A ?))",
        ),
        (
            'os.environ["A"] and subprocess.run(["b"])',
            "(if (test (empty $A)) (call 'b') (do))",
        ),
        (
            'subprocess.run(["b"]) if os.environ["A"] or x else f(os.environ["C"])',
            "(if (test (empty $A) (empty ?)) (call 'b') (evaluate (? $C)))",
        ),
        (
            'x = os.environ["A"] and subprocess.run(["b"])',
            "(may (call 'b')) (set x (? $A ?))",
        ),
        (
            'while os.environ["A"]:\n    x = 1',
            "(loop - while (test (empty $A)) (set x ?))",
        ),
        (
            'def f():\n    try:\n        return os.environ["A"]\n    except KeyError:\n        return "b"\nx = f()',
            "(define f [] (scope (may (return $A)) (may (return 'b')))) (set x (invoke f))",
        ),
        (
            'from contextlib import suppress\nwith suppress(KeyError):\n    x = os.environ["A"]',
            "(set x $A) (may (set x ?))",
        ),
        (
            'def f():\n    raise ValueError(os.environ["A"])\ntry:\n    f()\nexcept ValueError:\n    exit(1)',
            "(define f [] (scope (evaluate (? $A)) (may (exit)))) (evaluate (? (invoke f))) (may (exit failing))",
        ),
        (
            "import sys\ndef main():\n    return 0\nsys.exit(main())",
            "(define main [] (scope (return ?))) (evaluate (invoke main)) (may (exit))",
        ),
        (
            'assert os.environ["A"], os.environ["B"]',
            "(if (test (empty $A)) (do) (do (evaluate $B) (may (exit failing))))",
        ),
        (
            'match os.environ["A"]:\n    case "b" | x if x:\n        y = 1\n    case _:\n        pass',
            "(switch surely $A (like 'b') (do (set x ?) (evaluate %x) (set y ?)) (do))",
        ),
        (
            'import asyncio\nawait asyncio.create_subprocess_exec("a", os.environ["B"], *c)',
            "(call ? 'a' $B ?)",
        ),
        (
            "import asyncio\np = await asyncio.create_subprocess_exec('a', stdin=-1)\n"
            'await p.communicate(os.environ["B"])',
            "(text $B (call 'a')) (set p (? (? ?))) (evaluate (? %p))",
        ),
        (
            'import asyncio\nawait asyncio.create_subprocess_shell("a $B")',
            "(process (call (fixed a) $B*))",
        ),
        (
            'os.execvp("a", ["b", os.environ["C"]])',
            "(call 'a' $C) (evaluate (? 'b')) (may (exit))",
        ),
        (
            'os.spawnle(os.P_WAIT, "a", "b", os.environ["C"], {})',
            "(call ?[a call with `env=`] 'a' $C)",
        ),
        (
            "os.execl(*a)",
            "(call ? ?) (evaluate ?) (may (exit))",
        ),
        (
            "import docker\nc = docker.from_env()\n"
            'c.images.build(path="d", dockerfile="e", buildargs={"A": "b"}, tag=os.environ["T"], target="s")',
            "(set c (? ?)) "
            "(call 'docker' 'build' '-t' $T '--target' 's' "
            "'-f' (join 'd' '/' 'e') '--build-arg' (join 'A' '=' 'b') 'd') "
            "(evaluate (? (? %c) (? 'A' 'b')))",
        ),
        (
            "import docker\ndocker.APIClient().build(fileobj=f)",
            "(call 'docker' 'build' ?)",
        ),
        (
            'exec(open("a.py").read())',
            "(call 'python' 'a.py') (havoc[what `exec` does] (? (? 'a.py')))",
        ),
        (
            'import importlib\nimportlib.import_module(os.environ["A"])\nimportlib.import_module("b")',
            "(call 'python' $A) (evaluate (? ? $A))",
        ),
        (
            'def f(*c):\n    subprocess.run(c)\nf("a", os.environ["B"])',
            "(define f [] (scope (evaluate sets[f.c]) (call ? %f.c))) "
            "(define f(1) [f(1).c[0] f(1).c[1]] (scope (set f(1).c ?) (call %f(1).c[0] %f(1).c[1]))) "
            "(evaluate (? (invoke f(1) 'a' $B)))",
        ),
        (
            'def f(t, **k):\n    os.system(t)\nf("a $B")',
            "(define f [f.t] (scope (evaluate sets[f.k]) (process (call ?[text that the program makes] %f.t)))) "
            "(define f(1) [f(1).t] (scope (process (call (fixed a) $B*)))) (evaluate (? (invoke f(1) 'a $B')))",
        ),
        (
            'def f(c):\n    c = c + ["a"]\n    subprocess.run(c)\nf(["b"])',
            "(define f [f.c] (scope (set f.c (text %f.c (? 'a'))) (call ? %f.c))) (evaluate (? (invoke f (? 'b'))))",
        ),
        (
            'exec(os.environ["A"])',
            "(havoc[what `exec` does] $A)",
        ),
        (
            "from plumbum import local",
            "(call ? 'import os\\nimport subprocess\\nfrom plumbum import local\\n')",
        ),
        (
            'from os import environ as e\nfrom subprocess import run as go\ngo(["a", e["B"]])',
            "(call 'a' $B)",
        ),
        (
            'def f(run):\n    run(["a"])\nf(subprocess.run)',
            "(define f [f.run] (scope (evaluate (? %f.run (? 'a'))))) (evaluate (? (invoke f (? ?))))",
        ),
        (
            'import requests\nrequests.get("u", auth=(os.environ["U"], os.environ["T"]))',
            "(evaluate (? ? 'u' (? $U $T)))",
        ),
        (
            'c = ["a", os.environ["B"]]\nsubprocess.run(c)',
            "(set c[0] 'a') (set c[1] $B) (set c ?) (call %c[0] %c[1])",
        ),
        (
            'if os.environ.get("A") and not os.environ["B"] == "c":\n    x = 1',
            "(if (test (empty $A) (same negated $B 'c')) (set x ?) (do))",
        ),
        (
            'if "A" not in os.environ:\n    x = 1\nelif os.environ["B"] is None:\n    x = 2',
            "(if (test (defined negated A)) (set x ?) (if (test (empty negated $B)) (set x ?) (do)))",
        ),
        (
            'def f(a, b="c"):\n    return a\nx = f(os.environ["A"])',
            "(set f.b= 'c') (define f [f.a f.b] (scope (return %f.a))) (set x (invoke f $A %f.b=))",
        ),
        (
            'def f(*, a=os.environ["A"]):\n    return a\nx = f(a="b")',
            "(set f.a= $A) (define f [f.a] (scope (return %f.a))) (set x (invoke f 'b'))",
        ),
        (
            '(x := os.environ["A"])',
            "(set x $A) (evaluate %x)",
        ),
        (
            'os.environ.update({"A": x, **y}, B="c")',
            "(set exported A ?) (havoc[a change of the environment] ?) (set exported B 'c')",
        ),
        (
            'os.environ["A"] += "b"',
            "(evaluate $A) (set exported A ?)",
        ),
        (
            'try:\n    x = os.environ["A"]\nexcept KeyError as x:\n    raise SystemExit(os.environ["B"])',
            "(set x $A) (may (set x ?) (set x ?) (evaluate (? $B)) (exit))",
        ),
        (
            "try:\n    f()\nexcept OSError:\n    pass\nelse:\n    x = 1\nfinally:\n    x = 2",
            "(may (set x ?)) (set x ?)",
        ),
        (
            "def f():\n    for x in y:\n        break\n        continue\nf()",
            "(define f [] (scope (evaluate sets[f.x]) (loop - while (do) (set f.x ?) (break) (continue)))) "
            "(evaluate (? (invoke f)))",
        ),
        (
            'async def g(x):\n    return await x\nx = await g(os.environ["A"])',
            "(define g [g.x] (scope (return %g.x))) (set x (invoke g $A))",
        ),
        (
            "x = lambda: f()\ndef f():\n    return 1",
            "(set x (? (? ?))) (define f [] (scope (return ?))) (scope whenever (evaluate (invoke f)))",
        ),
        (
            'with open(os.environ["A"]) as f:\n    f.write(os.environ["B"])',
            "(evaluate (? $A)) (set f ?) (evaluate (? %f $B))",
        ),
        (
            'setattr(this, "x", 1)\nthis.x = 2\nx = 3',
            "(evaluate ? 'x' ?) (set x ?) (set x ?) (set x ?)",
        ),
        (
            'def f():\n    subprocess.run(["a"])\n    return os.environ["B"]\nsubprocess.run(["c", f()])',
            "(define f [] (scope (call 'a') (return $B))) (call 'c' (invoke f))",
        ),
        (
            'name = "a b".split()\nsubprocess.run(shlex.split("a \'b\'"))',
            "(set name (? 'a b')) (call ? (? ? \"a 'b'\"))",
        ),
    ],
)
def test_source_is_lowered_to_nodes(source: str, nodes: str) -> None:
    assert shown(source) == nodes


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("x.build()", ""),
        ('x.build(tag="t")', ""),
        ('x.start(path="d")', ""),
        ('x.pull("i")', ""),
        ('f().pull("i")', ""),
        ('c.volumes.create("i")', ""),
        ('c.images.get("i")', ""),
        ("docker.from_env().ping()", ""),
        ('x.build(path="d")', "(call 'docker' 'build' 'd')"),
        ('c.api.build(tag="t")', "(call 'docker' 'build' '-t' 't' ?)"),
        ('docker.from_env().pull("i")', "(call 'docker' 'pull' 'i')"),
        ('c.images.push(repository="i")', "(call 'docker' 'push' 'i')"),
        ('c.containers.run(image="i")', "(call 'docker' 'run' 'i')"),
        ('c.images.get_registry_data(name="i")', "(call 'docker' 'pull' 'i')"),
        ("c.containers.create()", "(call 'docker' 'create' ?)"),
        ('c.services.create("i")', "(call 'docker' 'create' 'i')"),
        ('x.login("u", "p", "e", "r")', "(call 'docker' 'login' '-u' 'u' '-p' 'p' 'r')"),
        ('x.login("u", password="p")', "(call 'docker' 'login' '-u' 'u' '-p' 'p')"),
        ('c.images.build("d", "t", dockerfile="e")', "(call 'docker' 'build' '-t' 't' '-f' (join 'd' '/' 'e') 'd')"),
        ('c.images.build(path="d", custom_context=True)', "(call 'docker' 'build' ?)"),
        ('c.images.build("d", **k)', "(call 'docker' 'build' (? ?))"),
        ('c.images.build("d", buildargs=k)', "(call 'docker' 'build' '--build-arg' ? 'd')"),
        ('c.images.build("d", cache_from=["i"])', "(call 'docker' 'build' '--cache-from' 'i' 'd')"),
        ('c.images.build("d", cache_from=k)', "(call 'docker' 'build' '--cache-from' ? 'd')"),
        ('login("u", "p")', ""),
        ('pull("i")', ""),
        ('podman.from_env().pull("i")', ""),
        ('x.login("u", "p", "e")', "(call 'docker' 'login' '-u' 'u' '-p' 'p')"),
        ('x.login(password="p")', "(call 'docker' 'login' '-u' ? '-p' 'p')"),
        *((f"x.login({given})", "(call 'docker' 'login' '-u' (? ?) '-p' (? ?) (? ?))") for given in ("*a", "**k")),
        ('x.login("u", *a)', "(call 'docker' 'login' '-u' (? ?) '-p' (? ?) (? ?))"),
        ('x.login("u", "p", registry="r", **k)', "(call 'docker' 'login' '-u' (? ?) '-p' (? ?) 'r')"),
        ('c = docker.from_env()\nc.pull("i")', "(set c (? ?)) (call 'docker' 'pull' 'i')"),
        ('c = docker.from_env()\nc.build(tag="t")', "(set c (? ?)) (call 'docker' 'build' '-t' 't' ?)"),
        ("c.images.pull(*a)", "(call 'docker' 'pull' (? ?))"),
        ('c.images.push("i", "t")', "(call 'docker' 'push' 'i')"),
        ('c.images.build("d", *a)', "(call 'docker' 'build' (? ?))"),
        ('c.images.build(fileobj=f, path="d")', "(call 'docker' 'build' ?)"),
        ('c.images.build(path="d", target="s")', "(call 'docker' 'build' '--target' 's' 'd')"),
        (
            'c.images.build("d", buildargs={"A": "b", **k})',
            "(call 'docker' 'build' '--build-arg' (join 'A' '=' 'b') '--build-arg' ? 'd')",
        ),
        *(
            (f"x.build({name}=1)", "(call 'docker' 'build' ?)")
            for name in ("nocache", "forcerm", "decode", "fileobj", "custom_context")
        ),
        ('[c.images.pull("i") for x in y]', f"(may (call ?[{UNTOLD}]))"),
    ],
)
def test_what_a_method_of_the_docker_sdk_does(source: str, nodes: str) -> None:
    assert re.split(r" \((?:evaluate|may)", shown(f"import docker\n{source}"))[0] == nodes


def test_a_method_of_that_name_is_none_of_docker_where_nothing_imports_it() -> None:
    assert shown('c.images.pull("i")') == ""


@pytest.mark.parametrize(
    ("call", "path"),
    [
        *((f'open("a"{mode})', None) for mode in ("", ', "r"', ', "rb"', ', mode="rt"')),
        *(
            (f'open("a", {mode})', "'a'")
            for mode in ('"w"', '"x"', '"a"', '"r+"', 'mode="wb"', "m", "*m", "**m", 'f"w"')
        ),
        ('open(file="a", mode="w")', "'a'"),
        ('io.open("a", "w")', "'a'"),
        ('codecs.open("a", "w")', "'a'"),
        *(
            (f'{name}("a", {given})', "'b'")
            for name in (
                "shutil.copy",
                "shutil.copy2",
                "shutil.copyfile",
                "shutil.copytree",
                "shutil.move",
                "os.rename",
            )
            for given in ('"b"', 'dst="b"')
        ),
        *((f'os.{name}("a", "b")', "'b'") for name in ("replace", "link", "symlink")),
        ('shutil.move("a")', None),
        ('os.remove("a")', None),
        *((f'p.{name}("x")', "%p") for name in ("write_text", "write_bytes", "symlink_to", "hardlink_to")),
        ('p.read_text("x")', None),
        *((f"p.open({mode})", "%p") for mode in ('"w"', 'mode="w"', "m", "*m")),
        *((f"p.open({mode})", None) for mode in ("", '"r"', 'encoding="w"')),
        ('webbrowser.open("w")', None),
        *((f"p.{name}({given})", "'b'") for name in ("rename", "replace") for given in ('"b"', 'target="b"')),
        *((f"p.replace({given})", None) for given in ('"b", "c"', '"b", x=1', "", "x=1")),
    ],
)
def test_what_a_call_writes_is_known_by_its_arguments(call: str, path: str | None) -> None:
    found = shown(f"import codecs, io, shutil, webbrowser\nfrom pathlib import Path\np = Path('a')\n{call}")
    assert re.findall(r"\(write-partial (.*?) \(evaluate\)\)", found) == ([] if path is None else [path])


IN_HOME = "(text %HOME '/' 'a')"
BELOW = "(text %HOME '/' 'a' '{}')"
ALL = "(text %HOME '/**')"


@pytest.mark.parametrize(
    ("call", "read"),
    [
        ('f("~/.docker")', ["'~/.docker'"]),
        ('f(".docker/config.json")', ["'.docker/config.json'"]),
        ('f("a")', ["'a'"]),
        ("f(Path.home(), 1)", ["%HOME"]),
        ("f(k=Path.home())", ["%HOME"]),
        ('f(os.path.join(Path.home(), "a"))', [IN_HOME]),
        ('f(os.environ["HOME"])', ["$HOME"]),
        ("f(str(Path.home()))", ["%HOME"]),
        ('f(Path.home() + "a")', ["(text %HOME 'a')"]),
        ('f(Path.home() - "a")', []),
        ("f(Path.home() / g())", []),
        ("f(x.home)", []),
        ('f(f"{x}/.docker")', ["(text ? '/.docker')"]),
        *((f"{name}(Path.home())", []) for name in ("print", "os.path.exists", "os.makedirs", "shutil.rmtree", "len")),
        *(
            (f"{name}(Path.home())", [ALL])
            for name in ("os.listdir", "os.scandir", "shutil.copytree", "shutil.make_archive")
        ),
        ("tar.add(Path.home())", [ALL]),
        *((f'(Path.home() / "a").{name}()', [IN_HOME]) for name in ("read_text", "read_bytes", "open")),
        *((f'(Path.home() / "a").{name}()', [BELOW.format("/**")]) for name in ("iterdir", "walk", "glob")),
        *((f'(Path.home() / "a").{name}()', []) for name in ("exists", "is_file", "mkdir", "unlink", "touch", "stat")),
        ('(Path.home() / "a").glob("*.json")', [BELOW.format("/*.json"), "'*.json'"]),
        ('(Path.home() / "a").rglob("*.json")', [BELOW.format("/**/*.json"), "'*.json'"]),
        ('(Path.home() / "a").glob(b"x")', [BELOW.format("/**"), "'x'"]),
        ('Path.home().joinpath("a").read_text()', [IN_HOME]),
        ('Path.home().joinpath("a")', []),
    ],
)
def test_a_call_reads_the_paths_that_it_is_given(call: str, read: list[str]) -> None:
    found = shown(f"import os, shutil\nfrom pathlib import Path\n{call} # HOME")
    assert re.findall(r"\(read (.*?) \(evaluate\)\)", found) == read


def test_a_program_in_which_nothing_names_the_home_folder_has_no_such_calls() -> None:
    assert "(read" not in shown("f(x)")
    assert "(read" in shown("f(x) # .docker")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("Path.home()", "%HOME"),
        ('os.path.expanduser("~")', "(text %HOME '')"),
        ('os.path.expanduser("~/a")', "(text %HOME '/a')"),
        ('os.path.expanduser("~b/a")', "'~b/a'"),
        ('os.path.expanduser("a")', "'a'"),
        ("os.path.expanduser(y)", "(? ?)"),
        ('os.path.expanduser(f"{y}/a")', "(? (join ? '/a'))"),
        ('os.path.expanduser(os.environ["A"])', "$A"),
        ('os.path.expanduser("~", 1)', "(? (? ?) '~' ?)"),
        ('os.path.expanduser(path="~")', "(? (? ?) '~')"),
        ('Path("~/a").expanduser()', "(text %HOME '/a')"),
        ('(Path("~") / "a").expanduser()', "(text %HOME '' '/' 'a')"),
        ('Path("~/a").expanduser(1)', "(? '~/a' ?)"),
        ('Path("~/a")', "'~/a'"),
    ],
)
def test_a_path_in_the_home_folder_is_known_by_its_variable(path: str, parts: str) -> None:
    assert shown(f"from pathlib import Path\nx = {path}") == f"(set x {parts})"


COPY = "(define f(1) [f(1).c[0]] (scope (set f(1).c ?) (told call %f(1).c[0]) (evaluate (? %f(1).k))))"
MATCHED = "(switch{} ? (like{}) (set y ?) {})"


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ('subprocess.run(["a"], executable="b")', "(call ?[a call with `executable=`] 'a')"),
        ('subprocess.run("a", shell=True, executable="b")', "(process (call (fixed a)))"),
        ('os.execvp("a", ["a", "b", "c"])', "(call 'a' 'b' 'c') (evaluate (? 'a')) (may (exit))"),
        ('os.execvp("a", ["a", *x])', "(call ? 'a' ?) (evaluate ?) (may (exit))"),
        ('os.execvp("a")', "(call ?[a call with arguments that are not known] 'a') (evaluate ?) (may (exit))"),
        ('os.execlp("a", "a", "b")', "(call 'a' 'b') (evaluate (? 'a')) (may (exit))"),
        ('os.spawnv(os.P_WAIT, "a", ["a", "b"])', "(call 'a' 'b')"),
        ('os.posix_spawn("a", ["a", "b"], os.environ)', "(call 'a' 'b')"),
        ('os.posix_spawn("a", ["a", "b"], {})', "(call ?[a call with `env=`] 'a' 'b')"),
        ('x, y = "a", "b", "c"', "(set x ?) (set y ?)"),
        ('x, y = y, "a"', "(evaluate (? %y 'a')) (set x ?) (set y ?)"),
        ('x, *y = "a", "b"', "(set x 'a') (set y ?)"),
        ('match x:\n case "a": y = 1\n case _: y = 2', MATCHED.format(" surely", " 'a'", "(set y ?)")),
        ('match x:\n case "a": y = 1\n case _ if y: y = 2', MATCHED.format("", " 'a'", "(do (evaluate %y) (set y ?))")),
        ('match x:\n case "a": y = 1\n case z: y = 2', MATCHED.format(" surely", " 'a'", "(do (set z ?) (set y ?))")),
        (
            'match x:\n case "a": y = 1\n case "b" as z: y = 2',
            MATCHED.format("", " 'a' 'b'", "(do (set z ?) (set y ?))"),
        ),
        ('c = ["a"]\nc += ["b"]\nsubprocess.run(c)', "(set c (? 'a')) (set append c (? 'b')) (call ? %c)"),
        ('c = ["a"]\nc[0] = "b"\nsubprocess.run(c)', "(set c (? 'a')) (evaluate %c) (set c ?) (call ? %c)"),
        ('c = ["a"]\ndel c[0]\nsubprocess.run(c)', "(set c (? 'a')) (evaluate %c) (set c ?) (call ? %c)"),
        ('c = ["a"]\nd[0] = "b"\nsubprocess.run(c)', "(set c[0] 'a') (set c ?) (call %c[0])"),
        ("with open(x), suppress(y):\n z = 1", "(set z ?)"),
        ("from contextlib import suppress\nwith open(x), suppress(y):\n z = 1", "(set z ?) (may (set z ?))"),
        ('if x == os.environ["A"]: pass', "(if (test (same ? $A)) (do) (do))"),
        ('if os.environ["A"] != "b": pass', "(if (test (other $A 'b')) (do) (do))"),
        (
            'def f(a, /, b, *, c):\n return c\nf("a", "b", c="c")',
            "(define f [f.a f.b f.c] (scope (return %f.c))) (evaluate (invoke f 'a' 'b' 'c'))",
        ),
        (
            'def f(c):\n subprocess.run(c)\nf(["a"], check=True)',
            "(define f [f.c] (scope (call ? %f.c))) (evaluate (? (? 'a') ? (invoke f ?)))",
        ),
        (
            'def f(c):\n c = 1\n subprocess.run(c)\nf(["a"])',
            "(define f [f.c] (scope (set f.c ?) (call ? %f.c))) (evaluate (? (invoke f (? 'a'))))",
        ),
        (
            'def f(c):\n os.system(c)\nf("a b")',
            "(define f [f.c] (scope (process (call ?[text that the program makes] %f.c)))) "
            "(define f(1) [f(1).c] (scope (process (call (fixed a) (fixed b))))) (evaluate (? (invoke f(1) 'a b')))",
        ),
        (
            'def f(c):\n g(x, c)\nf("a b")',
            "(define f [f.c] (scope (evaluate (? ? %f.c)))) (evaluate (? (invoke f 'a b')))",
        ),
        ('def f(c):\n g(d)\nf("a b")', "(define f [f.c] (scope)) (evaluate (? (invoke f 'a b')))"),
        ('def f(c):\n g()\nf("a b")', "(define f [f.c] (scope)) (evaluate (? (invoke f 'a b')))"),
        ('x = a / "b"', "(set x (text ? '/' 'b'))"),
        ('x = "a" / b', "(set x (text 'a' '/' ?))"),
        ("x = a / b", "(set x (? ? ?))"),
        ('x = os.path.join("a", "b")', "(set x (text 'a' '/' 'b'))"),
        ("x = os.path.join(*y)", "(set x (? (? ?) ?))"),
        ('x = os.path.join("a", k=y)', "(set x (? (? ?) 'a' ?))"),
        ("from pathlib import Path\nx = Path()", "(set x ?)"),
        ('f()[0] = "a"', ""),
        *((f"os.environ.{name}()", "") for name in ("items", "keys", "values")),
        ("x = os.environ.copy()", "(set x (? (?[a copy of the environment] ?)))"),
    ],
)
def test_what_is_known_of_calls_lists_and_branches(source: str, nodes: str) -> None:
    assert shown(source) == nodes


@pytest.mark.parametrize(("given", "known"), [("check=True", True), ("env=x", False), ("**x", False)])
def test_a_copy_knows_whether_other_keywords_change_its_command(given: str, known: bool) -> None:
    found = shown(f'def f(c, **k):\n subprocess.run(c, **k)\nf(["a"], {given})')
    assert (COPY in found) is known


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('f("docker login -u u -p p")', True),
        ('f("docker login -u %s -p %s" % (u, p))', True),
        ('f("docker login -u {} -p {}".format(u, p))', True),
        ('f(" ".join(["docker", "login", x]))', True),
        ('f("docker login", x)', False),
        ('f("login", x)', True),
        ("x.login(y)", True),
        ("x.log(y, auth_config=z)", True),
        ("x.log(y, config=z)", False),
        ('"docker login -u u -p p"', False),
        ("def login(x): pass\ny.login(z)", False),
    ],
)
def test_what_looks_like_a_login_is_told_by_its_words_or_its_name(call: str, told: bool) -> None:
    assert (UNTOLD in shown(call)) is told


def test_a_text_that_is_filled_in_is_told_with_what_it_is_given() -> None:
    call = 'f("docker login -u {} -p {}".format(os.environ["U"], os.environ["P"]))'
    assert "(text 'docker login -u {} -p {}' (? $U $P))" in shown(call)


@pytest.mark.parametrize(
    ("value", "copy"),
    [
        ('{"B": "c"}', False),
        ("dict(x)", False),
        ("f(os.environ)", False),
        ("x | {}", False),
        ("dict(os.environ)", True),
        ("dict(x, **os.environ)", True),
        ("copy.deepcopy(os.environ)", True),
        ("os.environ.copy()", True),
        ("{**os.environ, **x}", True),
        ("os.environ | {}", True),
        ("{} | os.environ", True),
    ],
)
def test_what_is_taken_from_a_copy_of_the_environment_is_told(value: str, copy: bool) -> None:
    assert ("(evaluate (?[a copy of the environment] %E 'A'))" in shown(f'import copy\nE = {value}\nE["A"]')) == copy


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("try:\n    f()\nexcept E:\n    sys.exit(1)", "(may (exit failing))"),
        (
            "try:\n    try:\n        f()\n    except E:\n        sys.exit(1)\nexcept F:\n    sys.exit(2)",
            "(may (may (exit))) (may (exit failing))",
        ),
        (
            "def f():\n    try:\n        g()\n    except E:\n        sys.exit(1)\nf()",
            "(define f [] (scope (may (exit failing)))) (evaluate (? (invoke f)))",
        ),
        (
            "def f():\n    try:\n        g()\n    except E:\n        sys.exit(1)\ntry:\n    f()\nexcept F:\n    pass",
            "(define f [] (scope (may (may (exit))))) (evaluate (? (invoke f)))",
        ),
    ],
)
def test_an_exit_ends_the_program_unless_something_around_may_catch_it(source: str, nodes: str) -> None:
    assert shown(f"import sys\n{source}") == nodes


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("import os\nx = 'a'", ['os.environ["{}"]']),
        ("import os as o\nx = 'a'", ['o.environ["{}"]']),
        ("from os import environ as e\nx = ['a']", ['e["{}"]']),
        ("import os\ndef f():\n    return 'a'\nf()", ['os.environ["{}"]']),
        ("x = 'a'\nimport os", [""]),
        ("import sys\nx = 'a'", [""]),
        ("import os\nx = b'a'", [""]),
        ("import os\nx = 'a' 'b'", ["", ""]),
        ("import os\nx = f'a{\"b\"}'", ["", ""]),
        ("import os\ndef f(os):\n    return 'a'\nf(1)", [""]),
        ("import os\nos = 1\nx = 'a'", [""]),
        ("try:\n    import os\nexcept ImportError: pass\nx = 'a'", [""]),
    ],
)
def test_where_the_environment_has_a_name_a_read_of_it_can_stand_for_a_string(source: str, reads: list[str]) -> None:
    assert [one.reads for one in every(lower(source, None)) if isinstance(one, Constant)] == reads


def test_a_function_that_calls_itself_with_a_list_ends() -> None:
    source = "def f(c):\n    subprocess.run(c)\n    f(['a'])\nf(['b'])"
    assert shown(source).endswith("(evaluate (? (invoke f(1) 'b')))")
    grows = "def f(*c):\n    subprocess.run(c)\n    f('a', *c)\nf('b')"
    assert shown(grows).endswith("(evaluate (? (invoke f(1) 'b')))")


@pytest.mark.parametrize(("number", "copied"), [(64, True), (65, False)])
def test_a_function_is_copied_for_lists_of_so_many_elements(number: int, copied: bool) -> None:
    source = f"def f(c):\n    subprocess.run(c)\nf([{', '.join(['1'] * number)}])"
    assert ("(invoke f(1) " in shown(source)) is copied


def test_nothing_is_known_of_a_variable_before_it_is_assigned() -> None:
    assert program(lower("print(x)\nx = 'a'\n", None)).startswith("(evaluate sets[module.x]) ")


def test_what_looks_like_a_login_and_is_not_followed_is_told_of_behind_the_program() -> None:
    for source in ('f(["docker", "login", "-u", u])', '[subprocess.run(["docker", "login", x]) for x in y]'):
        text = f"{HEAD}{source}\n"
        last = lower(text, None)[-1]
        assert plain([last]).startswith(f"(may (call ?[{UNTOLD}] 'docker' 'login' ")
        assert program([last]).endswith(f" {text!r}))")


def test_places_are_characters_of_the_text() -> None:
    text = "import os\r\nx = 'é😀' + os.environ['A'] + os.getenv('B', 'c')\r\nos.system('a $B 😀 $C')\r\n"
    nodes = lower(text, None)
    found = [one for one in every(nodes) if isinstance(one, Read)]
    assert [text[one.span.start : one.span.end] for one in found] == [
        "os.environ['A']", "os.getenv('B', 'c')", "$B", "$C",
    ]  # fmt: skip
    assert [text[one.name_span.start : one.name_span.end] for one in found] == ["A", "B", "B", "C"]
    assert program(nodes) == program(lower(text, lambda index: index + 1000))
    assert min(one.span.start for one in every(lower(text, lambda index: index + 1000)) if hasattr(one, "span")) >= 1000


# Refusals and bounds

DEEP = {
    "brackets": "(" * 3_000 + ")" * 3_000,
    "brackets in an f-string": "f'{" + "(" * 3_000 + ")" * 3_000 + "}'",
    "brackets in syntax that is newer": "type x = " + "(" * 3_000 + "1" + ")" * 3_000,
    "indents": "".join(" " * depth + "if 1:\n" for depth in range(300)) + " " * 300 + "x",
    "minus": "-" * 20_000 + "1",
    "lambda": "lambda:" * 20_000 + "1",
    "if": "a if b else " * 3_000 + "1",
    "calls": "a" + "()" * 3_000,
    "and": "a" + " and a" * 20_000,
    "elif": "if a: b\n" + "elif a: b\n" * 3_000,
    "fewer elif": "if a: b\n" + "elif a: b\n" * 600,
    "elif in syntax that is newer": "lazy import c\nif a: b\n" + "elif a: b\n" * 600,
    "elif of blocks": "if a:\n b\n" + "elif a:\n b\n" * 250,
    "plus": "a" + "+a" * 3_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_would_end_the_process_is_refused(text: str) -> None:
    program = "import sys\nfrom migrator.frontends.python import lower\nlower(sys.stdin.read(), None)"
    done = subprocess.run([sys.executable, "-c", program], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("ProgramError: the program is nested too deeply to follow")


NESTING = {
    "brackets": lambda n: "(" * n + "1" + ")" * n,
    "lists": lambda n: "[" * n + "]" * n,
    "attributes": lambda n: "a" + ".b" * n,
    "subscripts": lambda n: "a" + "[0]" * n,
    "minus": lambda n: "-" * n + "1",
    "not": lambda n: "not " * n + "1",
    "power": lambda n: "**".join("1" * n),
    "and": lambda n: " and ".join("1" * n),
    "lambda": lambda n: "lambda:" * n + "1",
    "if": lambda n: "1 if 1 else " * n + "1",
    "elif": lambda n: "if 1: pass\n" + "elif 1: pass\n" * n,
    "strings": lambda n: "'a' " * n,
    "f-string": lambda n: "f'{" + "(" * n + "1" + ")" * n + "}'",
    "format": lambda n: 'f"' + "{1:" * n + "1" + "}" * n + '"',
    "comprehensions": lambda n: "[x " + "for x in y " * n + "]",
}
"""Text that nests n levels deep, or n of what the tree nests."""


def test_what_is_accepted_is_far_from_what_ends_the_process() -> None:
    """libcst crashes at about 3,000 levels: at twice what is ever let through, it still reads each of them."""
    bound = 2 * tree._MAX_DEPTH
    for text in NESTING.values():
        with pytest.raises(ProgramError):
            tree.parse(text(bound + 200))
    program = (
        "import libcst, sys\n"
        "for text in sys.stdin.read().split('\\0'):\n"
        "    try: libcst.parse_module(text)\n"
        "    except (libcst.ParserSyntaxError, RecursionError): pass\n"
    )
    texts = "\0".join(text(bound) + "\n" for text in NESTING.values())
    done = subprocess.run([sys.executable, "-c", program], input=texts, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-500:]


@pytest.mark.parametrize("text", ["(" * 40 + "1" + ")" * 40, "-" * 90 + "1", "f(" * 90 + ")" * 90, "a" + "+a" * 90])
def test_nesting_is_read_far_beyond_what_people_write(text: str) -> None:
    lower(f"x = {text}\n", None)


@pytest.mark.parametrize("text", ["print 'a'", "def f(:", "x = 'a", "\x00", "  x\n y"])
def test_what_is_no_python_is_refused(text: str) -> None:
    with pytest.raises(ProgramError, match="not valid Python"):
        lower(text, None)


# Nothing is dropped


def marked(source: str) -> tuple[str, list[str]]:
    """A program with a call of a function and a read of a variable of its own for each `M`, and these variables."""
    number = count()
    text = re.sub(r"\bM\b", lambda _: f"mark(os.environ[{f'MARK{next(number)}'!r}])", source.replace("'", '"'))
    return f"{HEAD}def mark(x): return x\n{text}\n", [f"MARK{index}" for index in range(next(number))]


def kinds() -> set[str]:
    found: set[str] = set()
    pending: list[type[cst.CSTNode]] = [cst.CSTNode]
    while pending:
        kind = pending.pop()
        found |= set() if inspect.isabstract(kind) else {kind.__name__}
        pending += kind.__subclasses__()
    return {kind for kind in found if not kind.startswith("_")}


def test_every_kind_of_node_has_an_example() -> None:
    assert kinds() <= KINDS.keys() | PUNCTUATION


@pytest.mark.parametrize("kind", sorted(set(KINDS) & kinds()))
def test_nothing_below_any_kind_of_node_is_dropped(kind: str) -> None:
    text, marks = marked(KINDS[kind])
    pending: list[cst.CSTNode] = [cst.parse_module(text)]
    present = set()
    while pending:
        node = pending.pop()
        present.add(type(node).__name__)
        pending += node.children
    assert kind in present
    check(text, marks)


@pytest.mark.parametrize("source", CALLS.values(), ids=CALLS)
def test_nothing_of_a_call_that_is_known_is_dropped(source: str) -> None:
    check(*marked(source))


def check(text: str, marks: list[str]) -> None:
    """Each mark is read, and given to the function that is called with it, but in a lambda, which calls it later."""
    nodes = lower(text, None)
    assert not set(marks) - set(reads(nodes)), program(nodes)
    given = {
        read.name
        for call in every(nodes)
        if isinstance(call, Invoke) and call.function == "module.mark"
        for read in every(call.arguments)
        if isinstance(read, Read)
    }
    if "lambda" not in text:
        assert not set(marks) - given, program(nodes)


@pytest.mark.parametrize("kind", sorted(PUNCTUATION & set(vars(cst))))
def test_punctuation_holds_no_expression(kind: str) -> None:
    fields = getattr(cst, kind).__dataclass_fields__.values()
    assert not any(re.search(r"Expression|Statement|Name", str(field.type)) for field in fields)
