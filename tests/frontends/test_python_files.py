"""Which files a command of Python runs: the program, and the modules of the repository that it imports."""

from __future__ import annotations

import pytest

from migrator.frontends import programs as called
from migrator.frontends.programs import FileCommand, Program
from migrator.rulebook.reading import load
from migrator.text.edits import Edit
from migrator.text.source import Span

BOOK = load()


def ran(words: list[str | None], files: dict[str, str], folder: str = "") -> Program | None:
    launcher = BOOK.programs.launcher("python3")
    assert launcher is not None
    return called.read(FileCommand(launcher, "python3", tuple(words), folder, files.get, BOOK.built_in.clone))


FILES = {
    **dict.fromkeys(["x.py", "ci/x.py", "ci/__main__.py", "p/__main__.py", "p/q.py", "a.b.py"], ""),
    "ci/r.py": "import s",
    "s.py": "",
    "ci/s.py": "",
}


@pytest.mark.parametrize(
    ("words", "folder", "expected"),
    [
        (["x.py"], "", ("x.py", 1)),
        (["x.py", "-m", "p"], "", ("x.py", 1)),
        (["-u", "x.py"], "", ("x.py", 2)),
        (["-u", "-B", "x.py"], "", ("x.py", 3)),
        (["-m", "p"], "", ("p/__main__.py", 2)),
        (["-u", "-m", "p"], "", ("p/__main__.py", 3)),
        (["-m", "x"], "", ("x.py", 2)),
        (["-m", "x"], "ci", ("ci/x.py", 2)),
        (["-m", "p.q"], "", ("p/q.py", 2)),
        (["a.b.py"], "", ("a.b.py", 1)),
        (["ci"], "", ("ci/__main__.py", 1)),
        (["../p"], "ci", ("p/__main__.py", 1)),
        (["-m"], "", None),
        (["-m", None], "", None),
        (["-c", "x.py"], "", None),
        (["-u"], "", None),
        ([None, "x.py"], "", None),
        ([], "", None),
        (["missing.py"], "", None),
        (["/x.py"], "", None),
        (["../../x.py"], "ci", None),
    ],
)
def test_the_file_that_a_command_runs(words: list[str | None], folder: str, expected: tuple[str, int] | None) -> None:
    found = ran(words, FILES, folder)
    assert (found and (found.path, found.words)) == expected
    assert found is None or found.folder == folder


def test_modules_are_looked_for_beside_the_file_or_where_the_command_runs() -> None:
    assert _read_with(["ci/r.py"], FILES) == ["ci/s.py"]
    assert _read_with(["-m", "ci.r"], FILES) == ["s.py"]
    assert _read_with(["r.py"], FILES, "ci") == ["ci/s.py"]


def _read_with(words: list[str | None], files: dict[str, str], folder: str = "") -> list[str]:
    found = ran(words, files, folder)
    assert found is not None
    assert found.fragments[-1].path == found.path
    assert all(one.text == files[one.path] for one in found.fragments)
    return [one.path for one in found.fragments[:-1]]


MODULES = dict.fromkeys(
    [
        *("ci/a.py", "ci/b.py", "ci/p/__init__.py", "ci/p/c.py", "ci/p/d/e.py", "c.py", "a.py", "lib/l.py"),
        *(
            "../tools/t.py",
            "/tools/t.py",
            "../c.py",
            "ci/lib/l.py",
            "ci/lib/m.py",
            "tools/t.py",
            "ci/sub/a.py",
            "ci/sub/p.py",
        ),
    ],
    "",
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a", ["ci/a.py"]),
        ("import a, b as x, c", ["ci/a.py", "ci/b.py"]),
        ("  import a", ["ci/a.py"]),
        ("x = 1; import a", []),
        ("import p", ["ci/p/__init__.py"]),
        ("import p.c", ["ci/p/c.py"]),
        ("from a import x", ["ci/a.py"]),
        ("from p import c, x", ["ci/p/__init__.py", "ci/p/c.py"]),
        ("from p import (\n    x,\n    c,\n)", ["ci/p/__init__.py", "ci/p/c.py"]),
        ("from p.d import e as f", ["ci/p/d/e.py"]),
        ("from p import *", ["ci/p/__init__.py"]),
        ("from . import a, b", ["ci/a.py", "ci/b.py"]),
        ("from .p import c", ["ci/p/__init__.py", "ci/p/c.py"]),
        ("from .. import c, a", ["c.py", "a.py"]),
        ("from ... import c", []),
        ("import_module('a')", ["ci/a.py"]),
        ('x = __import__( "p.c")', ["ci/p/c.py"]),
        ("runpy.run_module(\n    'b')", ["ci/b.py"]),
        (f"import_module({' ' * 300}'a')", ["ci/a.py"]),
        ("import_modules('a')", []),
        ("import_module(a)", []),
        ("sys.path.append('lib')\nimport l, m", ["ci/lib/l.py", "lib/l.py", "ci/lib/m.py"]),
        ("sys.path.insert(0, '../tools')\nimport t", ["tools/t.py"]),
        ("sys.path.insert(0, '../../tools')\nimport t", []),
        ("sys.path += ['/tools']\nimport t", []),
        ("paths.append('lib')\nimport m", []),
        ("import os\nimport x", []),
        ("import a\nfrom a import b", ["ci/a.py"]),
    ],
)
def test_the_modules_that_a_program_imports(text: str, found: list[str]) -> None:
    assert _read_with(["ci/x.py"], {**MODULES, "ci/x.py": text}) == found


def test_modules_that_modules_import_are_read_once_each_and_so_many() -> None:
    files = {"x.py": "import a", "a.py": "import b\nimport x", "b.py": "import a, c", "c.py": ""}
    assert _read_with(["x.py"], files) == ["a.py", "b.py", "c.py"]
    many = {f"m{index}.py": f"import m{index + 1}" for index in range(30)}
    assert _read_with(["m0.py"], many) == [f"m{index}.py" for index in range(1, 21)]
    wide = {
        "x.py": "import " + ", ".join(f"m{index}" for index in range(30)),
        **{f"m{index}.py": "" for index in range(30)},
    }
    assert _read_with(["x.py"], wide) == [f"m{index}.py" for index in range(20)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("x = 'a'", "x = 'b'", True),
        ("x = 'a'", 'x = os.environ["T"]', True),
        ("x = 'a'", "x = 'a'", True),
        ("x = 'a'", "y = 'b'", False),
        ("x = 'a'", "x = 'b'; y = 1", False),
        ("x = 'a'", "x = 1", False),
        ("x = 'a'", 'x = os.environ["U"]', False),
        ("x = ('a')", 'x = os.environ["T"]', False),
        ("x = 'a', 'a'", "x = 'b', 'b'", False),
    ],
)
def test_only_strings_of_a_program_may_differ(before: str, after: str, expected: bool) -> None:
    edits = (Edit("x", Span(4, 7), 'os.environ["T"]'),)
    assert called.verified("python", before, after, edits) is expected
