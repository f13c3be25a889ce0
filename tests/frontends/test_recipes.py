"""Lines of makefiles, justfiles and package.json as nodes, and what of them is not followed."""

from __future__ import annotations

import pytest

from migrator.frontends import programs
from migrator.frontends.programs import FileCommand, Program
from migrator.frontends.shell.lowering import PUT
from migrator.ir.nodes import Constant, Read
from migrator.ir.rendering import program
from migrator.ir.traversal import every
from migrator.rulebook.reading import load
from migrator.text.source import Span

BOOK = load()
PROGRAMS = BOOK.programs
NAMES = {"make": "Makefile", "just": "justfile", "npm": "package.json"}


def read(command: str, text: str) -> Program | None:
    name, *words = command.split()
    launcher = PROGRAMS.launcher(name)
    assert launcher is not None
    return programs.read(FileCommand(launcher, name, tuple(words), "", {NAMES[name]: text}.get, BOOK.built_in.clone))


def shown(command: str, text: str) -> list[str]:
    """Without the reason that every value has that make puts in."""
    found = read(command, text)
    assert found is not None
    return [program(one.lower(one.text, None)).replace(f"[{PUT}]", "") for one in found.fragments]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("l:\n\ta $(T) ${T}\n", ["(call a ${T}* ${T}*)"]),
        ("l:\n\ta \"$(T)\" '$(T)'\n", ["(call a (text ${T}) (join (single '') (text ?) (single '')))"]),
        ("l:\n\ta $$T $${T} '$$T'\n", ["(call a $T* ${T}* (single '$T'))"]),
        ("l:\n\t@-a\n\n\t+b\n", ["(call a)", "(call b)"]),
        ("l:\n\ta \\\n\t\tb\n", ["(call a b)"]),
        ("l: m | n\n\ta $@\nm:\n\tb $@\nn:\n\tc\n", ["(call b m)", "(call c)", "(call a l)"]),
        ("l:\n\ta $(shell b)$(wildcard c) $< $(D:a=b)\n", ["(call a (join ? ?) ? ?)"]),
        ("l:\n\ta '$(shell b)'\n", ["(call a (join (single '') (text ?) (single '')))"]),
        ("V := v\nl:\n\ta $(V)\n", ["(set exported V ?) (call a v)"]),
        ("V := v\nl:\n\ta $$V $${V}\n", ["(set exported V 'v') (call a $V* ${V}*)"]),
        ("V = v$(T)\nl:\n\ta $$V\n", ["(set exported V (join 'v' %T)) (call a $V*)"]),
        ("V = $(shell b)\nl:\n\ta $$V $(V)\n", ["(set exported V ?) (call a $V* ?)"]),
        ("V = a b\nl:\n\ta $$V\n", ["(set exported V ?) (call a $V*)"]),
        ("V ?= v\nl:\n\ta $(V) $$V\n", ["(call a (default ${V}* v) $V*)"]),
        ("export V := v\noverride W = w\nl:\n\ta\n", ["(set exported V ?) (set exported W ?) (call a)"]),
        ("SHELL = /bin/bash\n.PHONY: l\n# c\nexport T\nl: # c\n\ta # d\n", ["(call a)"]),
        ("l:\n\t$(MAKE) b\n\tcd $(CURDIR)\n", ["(call make b)", "(call cd ${BITBUCKET_CLONE_DIR}*)"]),
        ("put = put_\nl:\n\ta $(call b) $(put)\n", ["(set exported put ?) (call a ? put_)"]),
    ],
)
def test_recipes_of_make_are_lowered_to_nodes(text: str, nodes: list[str]) -> None:
    assert shown("make l", text) == nodes


def test_what_the_command_line_gives_make_is_in_the_environment_of_its_recipes() -> None:
    assert shown("make l V=v", "l:\n\ta $(V) $$V\n") == ["(set exported V 'v') (call a v $V*)"]


def test_the_environment_of_a_recipe_has_the_place_of_the_line() -> None:
    text = "V := v\nl:\n\t@a $$V $(T)\n"
    found = read("make l", text)
    assert found is not None
    (one,) = found.fragments
    nodes = one.lower(one.text, lambda index: index + 5)
    (value,) = [part for part in every(nodes) if isinstance(part, Constant) and part.text == "v"]
    assert value.span is not None
    assert one.runs.place(value.span.start - 5, value.span.end - 5) == Span(text.index("a $"), text.index("a $") + 1)
    reads = [part for part in every(nodes) if isinstance(part, Read)]
    places = [one.runs.place(part.name_span.start - 5, part.name_span.end - 5) for part in reads]
    assert [text[place.start : place.end] for place in places] == ["V", "T"]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("l:\n  a $T\n  @-b\n", ["(call a $T*)", "(call b)"]),
        ("l: m\n  a\nm:\n  b\n", ["(call b)", "(call a)"]),
        ("v := 'w x'\nw := \"y\" # c\nl:\n  a {{v}} {{ w }} {{{{ $T\n", ["(call a w x y {{ $T*)"]),
        ("# c\n\n@l: # c\n  a\n", ["(call a)"]),
    ],
)
def test_recipes_of_just_are_lowered_to_nodes(text: str, nodes: list[str]) -> None:
    assert shown("just l", text) == nodes


@pytest.mark.parametrize(
    ("command", "text", "nodes"),
    [
        ("npm run l", '{"scripts": {"l": "a $T && b"}}', ["(and (call a $T*) (call b) (do))"]),
        ("npm run l -- x", '{"scripts": {"l": "a"}}', ["(call a (text $@))"]),
        ("npm run l", '{"scripts": {"postl": "c", "l": "b", "prel": "a"}}', ["(call a)", "(call b)", "(call c)"]),
        ("npm test", '{"scripts": {"test": "a \\"$T\\" \\u0024U"}}', ["(call a (text $T) $U*)"]),
    ],
)
def test_scripts_of_package_json_are_lowered_to_nodes(command: str, text: str, nodes: list[str]) -> None:
    assert shown(command, text) == nodes


@pytest.mark.parametrize(
    "line",
    [
        "include other.mk", "-include other.mk", "sinclude other.mk", "ifeq (a,b)", "ifneq (a,b)", "ifdef A",
        "ifndef A", "else", "endif", "define A", "override define A", "undefine A", "vpath %.c a", "load a.so",
        "unexport A", "private A = b", ".ONESHELL:", ".SHELLFLAGS = -c", ".RECIPEPREFIX = >", ".DEFAULT_GOAL := a",
        ".EXPORT_ALL_VARIABLES:", ".DEFAULT:", "a::", "%.o: %.c", "A != b", "A += b", "SHELL = python",
        "MAKEFLAGS = -s", "a: A = b", "$(eval a)", "words",
    ],
)  # fmt: skip
def test_a_line_of_a_makefile_that_is_decided_when_make_runs_refuses_the_file(line: str) -> None:
    assert read("make l", f"{line}\nl:\n\ta\n") == Program("Makefile", (), "")


@pytest.mark.parametrize(
    "line",
    [
        "set export", "import 'a'", "mod a", "[private]", "alias a := l", "export A := 'b'", "a b:", "a *b:",
        "a b='c':", "a := `b`", "a := b + c", "a := if b == c { d } else { e }", "  a", "words",
    ],
)  # fmt: skip
def test_a_line_of_a_justfile_that_is_decided_when_just_runs_refuses_the_file(line: str) -> None:
    assert read("just l", f"{line}\nl:\n  a\n") == Program("justfile", (), "")


@pytest.mark.parametrize("line", ["a \\", "#!/bin/sh", "a {{b}}", "a {{env('b')}}", "a {{b"])
def test_a_line_of_a_recipe_that_is_decided_when_just_runs_refuses_the_file(line: str) -> None:
    assert read("just l", f"l:\n  {line}\n") == Program("justfile", (), "")
