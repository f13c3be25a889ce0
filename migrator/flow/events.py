"""What running a program would do, as records: commands with their words, reads of variables, presence tests."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from migrator.flow.library import Placed
from migrator.ir.nodes import Join, Read, Redirect
from migrator.ir.paths import Paths
from migrator.ir.values import Definition, Unknown, Value
from migrator.text.source import Span

Definitions = tuple[Definition | None, ...]
Environment = Mapping[str, Definitions]
CallString = tuple[int, ...]
"""The positions of the calls on the way, outermost first."""
Construct = tuple[Span, CallString]
Branch = tuple[Construct, int]
"""A branching node as it is run, and which of its alternatives; a loop around has one, and several rounds."""
LOOP = -1
HIDDEN = Definition("", Value.of(Unknown("a variable that is not exported")), None, -1)
"""What a program that is started finds of a variable that is assigned and not exported."""


class Argument(Struct, frozen=True):
    """A word of a command as it is run. `word` is where it is written, None for what a wrapper made of it."""

    value: Value
    word: Join | None

    @property
    def text(self) -> str | None:
        return self.value.text


class Output(Struct, frozen=True):
    """A file that the output goes to of a command, or of several; `folders` is the working directory."""

    path: Value
    content: Value
    folders: Paths


class CommandResult(Struct, frozen=True):
    """What came of a command: its standard output, whether what it runs is `followed` (then that is among the events),
    and the path of a file of which it `runs` something that is decided only then."""

    output: Value
    followed: bool = False
    runs: str = ""


class Command(Struct, frozen=True, eq=False, weakref=True):
    """One simple command in the order of running. `name` is the program without its folder, '' where not literal.

    `arguments` exclude the program and what wraps it; `wrappers` names those. `stdin` is None where nothing is fed.
    `folders` is the working directory, as paths of the repository. `branches` are the (construct, alternative) pairs
    around it: two commands that differ in one never both run in one round of the loops around. `unordered`: it may run
    at any time of the program. `conditional` says that
    something decides whether it runs. `consumed`: its output is read by another command; `followed`: what it runs
    (a function, `bash -c`, `eval`) is among the commands that come before it. `program` is the program as written,
    `unknown` completes "comes from …" where that is not literal and something is known of it. `runs` is the path of a
    file of which it runs something that is decided only then. `told`: the log has its words where it fails.
    `cleared`: what wraps it keeps the variables of the program from it, but for `overrides`.
    """

    name: str
    arguments: tuple[Argument, ...]
    span: Span
    order: int
    calls: CallString
    stdin: Value | None
    environment: Environment
    exported: frozenset[str]
    overrides: tuple[tuple[str, Value], ...]
    traced: bool
    folders: Paths
    branches: tuple[Branch, ...]
    conditional: bool
    looped: bool
    outputs: tuple[Output, ...]
    redirects: tuple[Redirect, ...]
    wrappers: tuple[str, ...]
    consumed: bool
    followed: bool = False
    program: str = ""
    unknown: str = ""
    runs: str = ""
    unordered: bool = False
    told: bool = False
    cleared: bool = False


class VariableUse(Struct, frozen=True):
    """An expansion of a variable. `command` is the order of the command whose words hold it, -1 outside of one;
    `definition` the assignment whose right-hand side holds it. `traced`: its value is written to the log.
    `order` is that of what holds it, or else of what comes next."""

    read: Read
    definitions: Definitions
    calls: CallString
    command: int
    definition: Definition | None
    traced: bool = False
    order: int = -1


class Decision(Struct, frozen=True):
    """What a test decides about: the `regions` of a branching, None for all that follows.

    `missing` are those that run where the variable is not there, as far as that is known. `stops`: then they, or the
    test itself, surely end the step with a failure. `leaves`: one of the regions may end a function, a loop or the
    program.
    """

    regions: tuple[Span, ...] | None
    missing: tuple[Span, ...] = ()
    stops: bool = False
    leaves: bool = False


class PresenceTest(Struct, frozen=True, eq=False):
    """A test whether variables are set or empty. `reads` are the expansions of which the word at `span` consists, with
    whatever else; `name` is where the bare name of the variable is written that is asked for, None where none is."""

    value: Value
    reads: tuple[Read, ...]
    span: Span
    calls: CallString
    decisions: tuple[Decision, ...]
    name: Span | None = None

    @property
    def sites(self) -> tuple[tuple[Span, CallString], ...]:
        return tuple((read.span, self.calls) for read in self.reads)

    @property
    def everything(self) -> bool:
        return any(one.regions is None for one in self.decisions)


class Unread(Struct, frozen=True):
    """Shell inside shell that is not followed. `message` says why it cannot be read; '' where it is known only when
    the script runs. `path` is the file that it stands in, '' for text within the script."""

    span: Span
    text: str
    message: str
    path: str = ""


class Unseen(Struct, frozen=True):
    """Something that runs in the script's shell and that nobody has read. `order` is where in the order of running,
    `calls` is the call string."""

    what: str
    order: int
    span: Span
    calls: CallString


class Flow(Struct, frozen=True):
    """`inputs` are the files that redirections read, `outputs` those that they write, whatever runs in them; `called`
    the programs in files that are followed, `cleared` the orders between which what runs has another environment than
    the program."""

    commands: tuple[Command, ...]
    uses: tuple[VariableUse, ...]
    presences: tuple[PresenceTest, ...]
    definitions: tuple[Definition, ...]
    unread: tuple[Unread, ...]
    opaque: tuple[Unseen, ...]
    inputs: tuple[Value, ...] = ()
    called: tuple[Placed, ...] = ()
    outputs: tuple[Output, ...] = ()
    cleared: tuple[tuple[int, int], ...] = ()
