"""From groups of options to commands: what typer is told of their fields, and the groups that a function is given.

`@command(app)` makes a command of a function whose parameters are groups, options and arguments, as `declared.py` has
them. Its name and its docstring are those of the command, what it returns is the exit code.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial, update_wrapper
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from msgspec import NODEFAULT, Struct

from migrator.cli import failures
from migrator.cli.helping import GroupedCommand
from migrator.findings.counting import several
from migrator.options import UsageError, vocabulary
from migrator.options.declared import CliArgument, CliOption, together
from migrator.text.mask import printable

Run = Callable[..., int]


class DeclaredOption(Struct, frozen=True):
    """An option or an argument: `type` is that of its value, `default` NODEFAULT where there is none. `said` is what
    its alias says of it, and then what is said where it is used; `option` is all of it together."""

    name: str
    type: Any
    default: Any
    said: tuple[CliOption, ...]
    option: CliOption

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str | None:
        """That of the environment, which counts where the command line says nothing."""
        if isinstance(self.option, CliArgument):
            return None
        return self.option.variable if self.option.variable != "" else f"PATLESS_{self.name.upper()}"

    @property
    def several(self) -> bool:
        return get_origin(self.type) is tuple

    def value(self, given: Any) -> Any:
        """The value of the field; `given` None: nothing was."""
        reads = self.option.reads
        if given is None or (self.several and not given):
            return self.default
        given = tuple(given) if self.several else given
        return reads(given) if reads else given


class OptionGroup(Struct, frozen=True):
    """`make` is called with the values of its members, by their names: a record, or a command's function."""

    name: str
    make: Callable[..., Any]
    members: tuple[DeclaredOption | OptionGroup, ...]

    def options(self) -> Iterator[DeclaredOption]:
        """Those of groups within it, too, in order."""
        for one in self.members:
            yield from one.options() if isinstance(one, OptionGroup) else (one,)

    def made(self, given: Mapping[str, Any]) -> Any:
        """From what typer has parsed, by name. Raises UsageError."""
        return self.make(
            **{
                one.name: one.made(given) if isinstance(one, OptionGroup) else one.value(given[one.name])
                for one in self.members
            }
        )


def command(app: typer.Typer, name: str | None = None, *, epilog: str | None = None) -> Callable[[Run], Run]:
    """Put the command of a function into `app`."""

    def added(function: Run) -> Run:
        group = of_function(function)

        def run(**given: Any) -> None:
            end(partial(_made, group, given))

        parameters = [_parameter(one) for one in group.options()]
        update_wrapper(run, function)
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name, epilog=epilog, cls=GroupedCommand)(run)
        return function

    return added


def _made(group: OptionGroup, given: Mapping[str, Any]) -> int:
    """What the command returns. A UsageError says which of the options that it names are the environment's."""
    try:
        code: int = group.made(given)
    except UsageError as error:
        raise UsageError(f"{error}{_of_environment(str(error), group.options())}") from None
    return code


def _of_environment(said: str, options: Iterable[DeclaredOption]) -> str:
    named = (one for one in options if re.search(rf"{one.flag}(?![\w-])", said))
    found = [one.variable for one in named if one.variable and os.environ.get(one.variable)]
    return f" (the environment sets {several(found)})" if found else ""


def end(run: Callable[[], int]) -> None:
    """Every command ends so."""
    raise typer.Exit(failures.guarded(run))


def of_function(function: Run) -> OptionGroup:
    """What a function takes."""
    hints = _hints(function)
    taken = inspect.signature(function).parameters.values()
    every = (_member(one.name, hints[one.name], _default(one.default)) for one in taken)
    return OptionGroup(function.__name__, function, tuple(every))


def _default(default: Any) -> Any:
    """As records have it."""
    return NODEFAULT if default is inspect.Parameter.empty else default


def _member(name: str, hint: Any, default: Any) -> DeclaredOption | OptionGroup:
    bare, *said = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    options = tuple(one for one in said if isinstance(one, CliOption))
    if options:
        return DeclaredOption(name, bare, default, options, together(options))
    if not (isinstance(bare, type) and issubclass(bare, Struct)):
        raise TypeError(f"{name} is neither an option nor a group of options")
    hints, names, defaults = _hints(bare), bare.__struct_fields__, bare.__struct_defaults__
    defaults = (NODEFAULT,) * (len(names) - len(defaults)) + defaults
    members = (_member(name, hints[name], default) for name, default in zip(names, defaults, strict=True))
    return OptionGroup(name, bare, tuple(members))


def _hints(of: Any) -> dict[str, Any]:
    return get_type_hints(of, localns=vars(vocabulary), include_extras=True)


def _parameter(one: DeclaredOption) -> inspect.Parameter:
    default: Any = inspect.Parameter.empty
    if one.default is not NODEFAULT:
        default = None if one.several or one.option.reads else one.default
    return inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_typed(one))


def _typed(one: DeclaredOption) -> Any:
    """The type that typer is to parse, and what it is told of the option."""
    option = one.option
    parsed: Any = one.type
    if one.several:
        parsed = list[get_args(one.type)[0]]  # type: ignore[misc]
    elif option.reads:
        parsed = str
    if one.default is None or (one.default is not NODEFAULT and (one.several or option.reads)):
        parsed = parsed | None
    told: dict[str, Any] = {
        "help": option.help or None,
        "metavar": option.metavar or None,
        "min": option.min,
        "max": option.max,
        "exists": option.exists,
        "file_okay": option.files,
        "dir_okay": option.folders,
    }
    if option.offered:
        told |= _offering(one)
    if isinstance(option, CliArgument):
        return Annotated[parsed, typer.Argument(**told)]
    told |= {"envvar": one.variable, "show_envvar": True, "rich_help_panel": option.group or None}
    return Annotated[parsed, typer.Option(one.flag, *filter(None, [option.short]), **told)]


def _offering(one: DeclaredOption) -> dict[str, Any]:
    """What a command knows of an enumeration's values, which typer would offer whole."""
    names = [str(name) for name in one.option.offered]

    def parsed(text: str) -> Any:
        if text not in names:
            told = f"this command cannot write {one.flag} {printable(text)}; it writes {several(names)}"
            given = one.variable and os.environ.get(one.variable) == text
            raise UsageError(f"{told}{_of_environment(told, [one]) if given else ''}")
        return one.type(text)

    return {"metavar": f"<{'|'.join(names)}>", "parser": parsed, "autocompletion": lambda: names}
