"""What commands run of the repository's files, and what a rewritten file may differ in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from migrator.frontends import programs as called
from migrator.frontends.programs import FileCommand, Program, within
from migrator.rulebook.reading import load
from migrator.text.edits import Edit
from migrator.text.source import Span

BOOK = load()
PROGRAMS, CLONE = BOOK.programs, BOOK.built_in.clone


def _read(program: str, words: list[str | None], files: dict[str, str], folder: str = "") -> Program | None:
    launcher = PROGRAMS.launcher(program)
    assert launcher is not None
    return called.read(FileCommand(launcher, program, tuple(words), folder, files.get, CLONE))


def _edit(text: str, old: str, new: str) -> Edit:
    start = text.index(old)
    return Edit("f", Span(start, start + len(old)), new)


@pytest.mark.parametrize("word", [None, "", "/x", "~/x", "../x", "a/../../x", "$HOME/x".replace("$HOME", "${HOME}")])
def test_a_word_that_may_lead_out_is_no_path(word: str | None) -> None:
    assert within("", word, CLONE) is None


def test_a_word_by_way_of_the_clone_directory_is_a_path_from_the_root() -> None:
    assert within("ci", f"${{{CLONE}}}/x.sh", CLONE) == "x.sh"
    assert within("ci", "../x.sh", CLONE) == "x.sh"


@pytest.mark.parametrize(
    "makefile",
    [
        ".ONESHELL:\nlogin:\n\tx\n",
        "include other.mk\nlogin:\n\tx\n",
        "ifeq ($(CI),true)\nlogin:\n\tx\nendif\n",
        "define X\nendef\nlogin:\n\tx\n",
        "login::\n\tx\n",
        "%:\n\tx\nlogin:\n\tx\n",
        "X != y\nlogin:\n\tx\n",
        "X = 1\nX = 2\nlogin:\n\tx\n",
        "login:\n\tx $(shell echo $(Y))\n",
        "login: X = 1\nlogin:\n\tx\n",
        "login:\r\n\tx\r\n",
    ],
)
def test_what_is_decided_when_make_runs_is_not_followed(makefile: str) -> None:
    assert _read("make", ["login"], {"Makefile": makefile}) == Program("Makefile", (), "")


@pytest.mark.parametrize(
    "justfile",
    [
        "set export\nlogin:\n  x\n",
        "import 'other'\nlogin:\n  x\n",
        "[linux]\nlogin:\n  x\n",
        "alias l := login\nlogin:\n  x\n",
        "login user:\n  x\n",
        "login:\n  #!/usr/bin/env ruby\n  x\n",
        "login:\n  x \\\n  y\n",
        "login:\n  x {{ env('Y') }}\n",
        "login:\n  x {{ y }}\n",
        "v := `date`\nlogin:\n  x\n",
        "login:\n  x\nlogin:\n  y\n",
        "login:\r\n  x\r\n",
    ],
)
def test_what_is_decided_when_just_runs_is_not_followed(justfile: str) -> None:
    assert _read("just", ["login"], {"justfile": justfile}) == Program("justfile", (), "")


def test_a_recipe_is_what_just_runs() -> None:
    text = 'v := "crg.apkg.io"\nall: login\nlogin:\n  @-echo {{v}} {{{{ $X\n\n  y\nz:\n  z\n'
    found = _read("just", [], {"justfile": text})
    assert found is not None
    assert [one.text for one in found.fragments] == ["echo crg.apkg.io {{ $X", "y"]
    assert found.fragments[0].runs.place(20, 22) == Span(text.index("$X"), text.index("$X") + 2)


def test_an_option_that_is_not_known_is_not_followed() -> None:
    files = {"Makefile": "login:\n\tx\n", "package.json": '{"scripts": {"login": "x"}}'}
    for program, words in (("make", ["-n", "login"]), ("npm", ["run", "login", "--workspace", "a"]), ("make", [None])):
        found = _read(program, words, files)
        assert found is not None
        assert not found.fragments


def test_recipes_are_shell_with_the_places_of_the_makefile() -> None:
    text = "R := crg.apkg.io\nlogin: a\n\t@x $(R) $(T) $$S $(shell y)\na:\n\t-first $@\n"
    program = _read("make", ["login"], {"Makefile": text})
    assert program is not None
    first, second = program.fragments
    assert first.text.endswith("first a")
    assert second.text.endswith("x crg.apkg.io ${T} $S ${put}")
    at = second.text.index("T}")
    assert second.runs.place(at, at + 1) == Span(text.index("T)"), text.index("T)") + 1)


def test_scripts_of_package_json_have_their_escapes_read() -> None:
    text = '{"name": "\\u00e9", "scripts": {"x": "echo \\"$A\\" \\ud83d\\ude00"}}'
    program = _read("npm", ["run", "x"], {"package.json": text})
    assert program is not None
    (fragment,) = program.fragments
    assert fragment.text == 'echo "$A" \U0001f600'
    assert fragment.runs.place(7, 8) == Span(text.index("A\\"), text.index("A\\") + 1)


@pytest.mark.parametrize("text", ["", "[", "[]", "1", '{"scripts": 1}', '{"scripts": {"x": 1}}', "[" * 100_000])
def test_a_package_json_that_is_none_runs_nothing(text: str) -> None:
    assert _read("npm", ["run", "x"], {"package.json": text}) is None


@pytest.mark.parametrize(
    ("reader", "text", "old", "new", "good"),
    [
        ("shell", "a -p $X\nb\n", "X", "YY", True),
        ("shell", "a -p ${X:-d}\nb\n", "X:-d", "YY", True),
        ("shell", "a -p $X\nb\n", "X", "Y; c", False),
        ("shell", "a -p $X\nb\n", "X", "(", False),
        ("make", "l:\n\ta -p $(X)\n", "X", "YY", True),
        ("make", "l:\n\ta -p $(X)\n", "l:", "m:", False),
        ("make", "l:\n\ta -p $(X)\n", "X)", "X)\n\tb", False),
        ("package_json", '{"scripts": {"a": "b $X"}, "c": 1}', "X", "YY", True),
        ("package_json", '{"scripts": {"a": "b $X"}, "c": 1}', "1", "2", False),
        ("python", 'import os\na(os.environ["X"])\n', "X", "YY", True),
        ("python", 'import os\na(os.environ["X"])\n', '"X"', "b", False),
        ("python", 'import os\na("X")\n', '"X"', 'os.environ["YY"]', True),
        ("python", 'import os\na("X", b)\n', '"X", b', 'os.environ["YY"]', False),
        ("python", "import os\na(b)\n", "b", 'os.environ["YY"]', False),
    ],
)
def test_a_rewritten_file_is_read_again(reader: str, text: str, old: str, new: str, good: bool) -> None:
    edit = _edit(text, old, new)
    after = text[: edit.span.start] + new + text[edit.span.end :]
    assert called.verified(reader, text, after, (edit,)) == good


@pytest.mark.parametrize(
    "text", ["bash -c 'a -p $X -q $X'\n", "bash -c 'a -p $X $YY'\n", "bash <<'END'\na $X; b $X $X\nEND\n"]
)
def test_each_of_several_edits_in_a_program_within_a_word_is_found_again(text: str) -> None:
    places = [at for at in range(len(text)) if text.startswith("$X", at)]
    edits = tuple(Edit("x", Span(at + 1, at + 2), "YY") for at in places)
    after = text.replace("$X", "$YY")
    assert called.verified("shell", text, after, edits)
    assert not called.verified("shell", text, after.replace("$YY", "$Z", 1), edits)


@pytest.mark.parametrize(("call", "loaded"), [("./login.sh", "False"), ("python3 login.py", "True")])
def test_libcst_is_loaded_only_for_a_python_program(tmp_path: Path, call: str, loaded: str) -> None:
    (tmp_path / "bitbucket-pipelines.yml").write_text(
        f"pipelines:\n  default:\n  - step:\n      script:\n      - {call}\n"
    )
    (tmp_path / "login.sh").write_text("docker login crg.apkg.io -u a -p $B\n")
    (tmp_path / "login.py").write_text("# docker login crg.apkg.io\n")
    program = "import sys; from migrator.cli import main; main(['check']); print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == loaded
