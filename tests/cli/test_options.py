"""How options are declared, and what becomes of their declarations."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import pytest
import typer
import typer.main
from msgspec import Struct

from migrator.checkouts.together import DOCS
from migrator.cli.app import app, check, fix
from migrator.cli.commands import DeclaredOption, command, of_function
from migrator.options import UsageError
from migrator.options.declared import CliArgument, CliOption
from migrator.prefilter import environment
from tests.docs.test_architecture import PACKAGE

SETTINGS = (DOCS, "PATLESS_API_URL", "PATLESS_CACHE_DIR", "PATLESS_DEBUG", "PATLESS_PIPELINES_PROXY")
OF_TYPER = {"--help", "--version", "--install-completion", "--show-completion"}


def declared(of: typer.Typer) -> Iterator[DeclaredOption]:
    """Every option and argument of every command."""
    for info in of.registered_commands:
        yield from of_function(info.callback.__wrapped__).options()  # type: ignore[union-attr]
    for group in of.registered_groups:
        assert group.typer_instance
        yield from declared(group.typer_instance)


def offered(of: object) -> Iterator[str]:
    """What the parser knows, of every command."""
    for one in getattr(of, "params", ()):
        yield from (name for name in one.opts if name.startswith("--"))
    for below in getattr(of, "commands", {}).values():
        yield from offered(below)


def test_no_command_has_an_option_that_is_declared_elsewhere() -> None:
    flags = {one.flag for one in declared(app) if not isinstance(one.option, CliArgument)}
    assert set(offered(typer.main.get_command(app))) - OF_TYPER == flags


def test_an_option_is_declared_once() -> None:
    """Commands that have it share a declaration, whatever else each says of it."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in declared(app):
        if not isinstance(one.option, CliArgument):
            found[one.flag].add(id(one.said[0]))
    assert not {flag for flag, declarations in found.items() if len(declarations) > 1}


def test_an_option_is_used_by_its_name() -> None:
    used = set[str]()
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name != "options":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                used |= {node.attr} if isinstance(node, ast.Attribute) else set()
                used |= {node.arg} if isinstance(node, ast.arg) else set()
    assert {one.name for one in declared(app)} <= used


PERSONAL = {"--yes", "--unsigned"}
"""What somebody has to say at that moment, so that no environment says it for everybody."""


def test_every_option_but_what_a_person_has_to_say_has_a_variable() -> None:
    options = [one for one in declared(app) if not isinstance(one.option, CliArgument)]
    assert {one.flag for one in options if one.variable is None} == PERSONAL
    named = {(one.variable, one.flag) for one in options if one.variable}
    assert {flag for _, flag in named if sum(flag == other for _, other in named) > 1} == {"--config"}
    assert not {variable for variable, _ in named} & set(SETTINGS)
    plain = {f"PATLESS_{name}" for name in environment.OPTIONS}
    assert plain == {one.variable for command in (check, fix) for one in of_function(command).options() if one.variable}


class Bounds(Struct, frozen=True):
    most: Annotated[int | None, CliOption("So many.", metavar="N", min=1)] = None
    until: Annotated[float | None, CliOption("Until then.", metavar="TIME", reads=float)] = None


Colours = Annotated[tuple[str, ...], CliOption("Only these.", metavar="COLOUR", reads=lambda given: given[::-1])]


class Wishes(Struct, frozen=True):
    name: Annotated[str, CliArgument("Whose.", metavar="NAME")]
    only_colours: Annotated[Colours, CliOption("These colours only.", short="-c")] = ()
    bounds: Bounds = Bounds()
    loud: Annotated[bool, CliOption("Louder.")] = False

    def __post_init__(self) -> None:
        if self.loud and self.bounds.most:
            raise UsageError("--loud and --most exclude each other")


Toy = Callable[..., object]


@pytest.fixture
def toy(capsys: pytest.CaptureFixture[str]) -> Toy:
    """What a command is called with, else what it prints: its exit code follows."""
    of = typer.Typer(rich_markup_mode=None, add_completion=False)
    called: list[object] = []

    @command(of)
    def paint(wishes: Wishes, file: Annotated[Path | None, CliOption("Where.", folders=False)] = None) -> int:
        """Paint it."""
        called.append((wishes, file))
        return 5

    def run(*words: str) -> object:
        called.clear()
        with pytest.raises(SystemExit) as ended:
            of(args=words)
        out, err = capsys.readouterr()
        assert ended.value.code == (5 if called else 0 if "--help" in words else 2)
        return called[0] if called else out + err

    return run


def test_what_is_not_given_is_as_the_fields_have_it(toy: Toy) -> None:
    assert toy("Ann") == (Wishes("Ann"), None)


def test_groups_are_made_of_what_is_given(toy: Toy) -> None:
    given = ("--most", "3", "-c", "red", "--only-colours", "blue", "--until", "1.5", "--file", "a")
    assert toy(*given, "Ann") == (Wishes("Ann", ("blue", "red"), Bounds(3, 1.5)), Path("a"))


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ((), "Missing argument 'NAME'"),
        (("Ann", "--most", "0"), "Invalid value for '--most' (env var: 'PATLESS_MOST'): 0 is not in the range x>=1"),
        (("Ann", "--no-loud"), "No such option: --no-loud"),
        (("Ann", "--file", "/"), "Invalid value for '--file' (env var: 'PATLESS_FILE'): File '/' is a directory"),
        (("Ann", "--loud", "--most", "2"), "patless: --loud and --most exclude each other"),
    ],
)
def test_what_cannot_be_is_refused_by_the_parser_or_by_the_record(toy: Toy, words: tuple[str, ...], what: str) -> None:
    assert what in str(toy(*words))


@pytest.mark.parametrize(
    ("words", "environment", "means"),
    [
        (("Ann",), {"PATLESS_MOST": "3", "PATLESS_LOUD": "0"}, Wishes("Ann", bounds=Bounds(3))),
        (("Ann", "--most", "4"), {"PATLESS_MOST": "3"}, Wishes("Ann", bounds=Bounds(4))),
        (("Ann",), {"PATLESS_LOUD": "true", "PATLESS_MOST": ""}, Wishes("Ann", loud=True)),
        (("Ann",), {"PATLESS_ONLY_COLOURS": "red blue"}, Wishes("Ann", ("blue", "red"))),
        (("Ann", "-c", "red"), {"PATLESS_ONLY_COLOURS": "blue"}, Wishes("Ann", ("red",))),
        (("Ann",), {"PATLESS_LOUD": "1", "PATLESS_MOST": "3"}, "(the environment sets PATLESS_MOST and PATLESS_LOUD)"),
        (("Ann",), {"PATLESS_LOUD": "maybe"}, "(env var: 'PATLESS_LOUD'): 'maybe' is not a valid boolean"),
    ],
)
def test_the_command_line_counts_before_the_environment(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], environment: dict[str, str], means: object
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = toy(*words)
    assert means in found if isinstance(means, str) else (means, None) == found  # type: ignore[operator]


def test_what_is_said_where_an_option_is_used_counts(toy: Toy) -> None:
    said = " ".join(str(toy("--help")).split("Options:")[1].split())
    assert said.startswith(
        "-c, --only-colours COLOUR These colours only. --most N So many. [x>=1] --until TIME Until then. "
        "--loud Louder. --file <file> Where. "
    )


def test_a_field_that_is_no_option_is_a_fault_of_whoever_declares_it() -> None:
    def paint(colour: str) -> int:
        return 0

    with pytest.raises(TypeError, match="colour is neither an option nor a group"):
        command(typer.Typer())(paint)


def test_an_option_of_two_groups_of_a_command_is_a_fault_of_whoever_declares_it() -> None:
    def paint(wishes: Wishes, bounds: Bounds) -> int:
        return 0

    with pytest.raises(ValueError, match="duplicate parameter name: 'most'"):
        command(typer.Typer())(paint)
