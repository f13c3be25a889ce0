"""Where the nodes of a Python program stand in its text, and what can be written in place of its strings."""

from __future__ import annotations

import libcst as cst
import pytest

from migrator.frontends.python import lower
from migrator.ir.nodes import Assign, Call, Constant, Read
from migrator.ir.traversal import every
from migrator.text.source import Span
from tests.frontends.nodes import shown


@pytest.mark.parametrize("before", ["", "é = '🙂'; ", "# é\n", "x = '''\né'''\n"])
@pytest.mark.parametrize("moved", [0, 100])
def test_each_node_has_its_characters(before: str, moved: int) -> None:
    text = f'import os, subprocess\n{before}y = os.environ["Bé"]\nsubprocess.run(["é", y])'
    nodes = list(every(lower(text, lambda index: index + moved)))
    read = next(one for one in nodes if isinstance(one, Read) and one.name == "Bé")
    assign = next(one for one in nodes if isinstance(one, Assign) and one.name == "module.y")
    word = next(one for one in nodes if isinstance(one, Constant) and one.text == "é")
    call = next(one for one in nodes if isinstance(one, Call))
    shown = [
        text[span.start - moved : span.end - moved]
        for span in (read.span, read.name_span, assign.span, word.span, call.span)
        if span
    ]
    assert shown == ['os.environ["Bé"]', "Bé", "y", '"é"', 'subprocess.run(["é", y])']


def test_a_program_may_stand_in_pieces_of_a_file() -> None:
    text = 'x="ab"'
    nodes = list(every(lower(text, [0, 1, 2, 5, 6, 9].__getitem__)))
    spans = [one.span for one in nodes if isinstance(one, Constant | Assign)]
    assert spans == [Span(0, 1), Span(2, 10)]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ('x = "a"', ""),
        ('import os\nx = "a"', 'os.environ["{}"]'),
        ('x = "a"\nimport os', ""),
        ('import os as o\nx = "a"', 'o.environ["{}"]'),
        ('from os import environ\nx = "a"', 'environ["{}"]'),
        ('from os import environ as e\nx = "a"', 'e["{}"]'),
        ('import sys, os\nx = "a"', 'os.environ["{}"]'),
        ('x = 1; import os; x = "a"', 'os.environ["{}"]'),
        ('x = "a"; import os', ""),
        ('import os\nclass os: pass\nx = "a"', ""),
        ('import os\ndef g():\n    global os\n    os = y\nx = "a"', ""),
        ('import os\nimport os\nx = "a"', 'os.environ["{}"]'),
        ('import os\nfrom x import os\ny = "a"', ""),
        ('import sys\nx = "a"', ""),
        ('import os.path\nx = "a"', 'os.environ["{}"]'),
        ('from os import path\nx = "a"', ""),
        ('if x:\n    import os\nx = "a"', ""),
        ('import os\nos = x\nx = "a"', ""),
        ('import os\ndef os(): pass\nx = "a"', ""),
        ('import os\ndef g(os):\n    x = "a"', ""),
        ('import os\ndef g(x):\n    x = "a"', 'os.environ["{}"]'),
        ('import os\nx = lambda os: "a"', ""),
        ('import os\nx = "a" + y', ""),
        ('import os\nx = f"{y}a"', ""),
        ('import os\nx = b"a"', ""),
    ],
)
def test_what_can_be_written_in_place_of_a_string(text: str, reads: str) -> None:
    (word,) = (one for one in every(lower(text, None)) if isinstance(one, Constant) and one.text == "a")
    assert word.reads == reads


@pytest.mark.parametrize(
    "text",
    [
        "x = y",
        "x: y = w",
        "x += y",
        "for x in y: pass",
        "for (w, [x, *v]) in y: pass",
        "with y as x: pass",
        "with y as (w, x): pass",
        "try: y\nexcept w as x: pass",
        "f(x := y)",
        "del x",
        "f = [x for w in y if (x := w)]",
        "f = lambda w=(x := y): w",
        "@(x := y)\ndef f(): pass",
        "@(x := y)\nclass C: pass",
        "class C(x := y): pass",
        "class C(w=(x := y)): pass",
        "def f(w=(x := y)): pass",
        "def f():\n    global x\n    x = y\nf()",
        "match y:\n    case x: pass",
        "match y:\n    case [*x]: pass",
        "match y:\n    case {**x}: pass",
        "match y:\n    case C(w=[x]): pass",
        "match y:\n    case 1 as x: pass",
        "if y:\n    while w:\n        x = 1",
    ],
)
def test_what_gives_a_name_a_value_makes_it_a_variable(text: str) -> None:
    assert "(set z %x)" in shown(f"{text}\nz = x")


@pytest.mark.skipif(not hasattr(cst, "LazyImport"), reason="this libcst reads no such import")
@pytest.mark.parametrize(
    "text", ["lazy import os as o\nx = o.environ['A']", "lazy from os import getenv\nx = getenv('A')"]
)
def test_a_lazy_import_names_what_any_other_does(text: str) -> None:
    assert shown(text) == "(set x $A)"


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "y.x = w",
        "y[x] = w",
        "def f(): x = 1",
        "def f(x): pass",
        "lambda x: y",
        "f = [w for x in y]",
        "class C: x = 1",
        "f(x=y)",
        "import x",
        "from y import x",
        "def x(): pass",
        "class x: pass",
        "match y:\n    case x.w: pass",
        "match y:\n    case C(x=1): pass",
    ],
)
def test_what_gives_it_none_does_not(text: str) -> None:
    found = shown(f"{text}\nz = x")
    assert "(set z ?)" in found
