"""Python programs as nodes, and that nothing of any node of its syntax tree is dropped."""

from __future__ import annotations

import inspect
import re
from itertools import count

import libcst as cst
import pytest

from migrator.frontends.python import lower
from migrator.ir.nodes import Invoke, Read
from tests.frontends.nodes_text import every, program, reads

HEAD = "import os\nimport subprocess\n"
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
    "text for a shell": "os.system(M)\nsubprocess.run(M, shell=True, input=M, cwd=M)\nsubprocess.run([M], shell=M, env=M)",
    "words of a text": "subprocess.run(f'a {M}'.split() + [M])",
    "a command in a comprehension": "[subprocess.run([M, x], input=M) for x in M]",
    "a command in a lambda": "lambda: subprocess.run([M])",
    "a command that is a condition": "if subprocess.run([M]).returncode: M",
    "a process that is told later": "p = subprocess.Popen([M])\np.communicate(M)",
    "the docker SDK": "import docker\nM.login(M, password=M, tls=M)\nM.login(**M)\nM.images.pull(M, tag=M)\nM.images.run(image=M)",
    "the environment": "os.environ[M] = M\nos.environ['X'] = M\nos.environ.update({M: M, 'Y': M, **M}, Z=M)\nos.environ |= M\n"
    "os.environ.pop('X', M)\nos.environ.setdefault('X', M)\nos.putenv('X', M)\ndel os.environ[M]\nos.getenv(M, M)\n"
    "os.getenv('X', M)\nos.environ.get('X', default=M)\nos.environ['X'] += M",
    "a directory": "os.chdir(M)\nimport contextlib\nwith contextlib.chdir(M): M",
    "reflection": "exec(M)\nsetattr(M, 'x', M)\nsetattr(M, M, M)\neval(M, M)",
    "the end": "import sys\nsys.exit(M)",
    "a function": "def g(a, b=M, *, c=M): return M\ng(M)\ng(M, c=M)\ng(*M)\ng(M, M, M)\ng(d=M)\nlambda: g(M)\n[g(M) for x in M]",
    "a library": "import requests\nrequests.get(M, auth=(M, M))\nprint(M)",
}  # fmt: skip


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


@pytest.mark.parametrize("kind", sorted(PUNCTUATION & {name for name in vars(cst)}))
def test_punctuation_holds_no_expression(kind: str) -> None:
    fields = getattr(cst, kind).__dataclass_fields__.values()
    assert not any(re.search(r"Expression|Statement|Name", str(field.type)) for field in fields)
