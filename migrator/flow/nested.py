"""Programs inside the program: `eval`, `bash -c`, here-documents for a shell, traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.flow import texts, words
from migrator.flow.builtins import set_options
from migrator.flow.events import HIDDEN, Argument, Command, CommandResult, Unread
from migrator.flow.frame import MAX_DEPTH, Frame
from migrator.flow.lattice import State
from migrator.flow.texts import NestedText
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Call, ProgramError, StreamKind
from migrator.ir.paths import joined
from migrator.ir.values import Literal, Unknown, Value
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh", "ksh"})
_SHELL = CommandResult(Value.of(Unknown("the output of a shell")))
_TAKES_VALUE = regex(r"[-+][a-zA-Z]*[oO]")
_TEXT_FOLLOWS = regex(r"-[a-zA-Z]*c|--command")
_PLAIN_OPTION = regex(r"--|[-+][a-zA-Z]+")
"""What may stand between `-c` and the text: `bash -c -e '…'`."""


class Nested:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder
        self.traps: list[tuple[NestedText, Call, State, bool]] = []

    def run(
        self,
        nested: NestedText,
        call: Call,
        state: State,
        frame: Frame,
        stdin: Value | None,
        around: State | None = None,
    ) -> Value | None:
        """Follow program text in a state, and return its standard output; None where it is not followed. `around` is
        the state of the process that makes the expansions in it before, where that is another one."""
        if len(frame.active) >= MAX_DEPTH:
            return None
        try:
            program = lower(nested.text, nested.place, frame.fixed or nested.quoted)
        except ProgramError as error:
            self.recorder.add(Unread(call.span, nested.text, str(error)))
            if frame.evaluating:
                self.machine.havoc.text((), "what `eval` runs", call.span, state, frame)
            return None
        here = (around or state).copy()
        outer = {**frame.outer, **{start: frame.outer.get(start, here) for start in nested.outer}}
        inner = frame.but(active=(*frame.active, ""), outer=outer, fixed=frame.fixed or nested.quoted)
        return self.machine.run(program, state, inner, stdin)

    def evaluate(
        self, arguments: tuple[Argument, ...], call: Call, state: State, frame: Frame, stdin: Value | None
    ) -> CommandResult:
        nested = texts.of_words(self.machine.text, [argument.word for argument in arguments])
        if nested is None:
            self.unread(call)
            self.machine.havoc.text(call.words[1:], "what `eval` runs", call.span, state, frame)
            return CommandResult(Value.of(Unknown("what `eval` prints")))
        return _followed(self.run(nested, call, state, frame.but(evaluating=True), stdin))

    def shell(self, command: Command, call: Call, state: State, frame: Frame) -> CommandResult:
        """`bash -c '…'`, `bash` with a here-document, or a script file, in a process that `state` is the parent of."""
        inner, started = child(state, self.recorder.read_from_outside), State()
        frame = frame.process(state)
        arguments = list(command.arguments)
        while command.name not in SHELLS and arguments and arguments[0].text not in ("-c", "--command"):
            arguments.pop(0)
        launcher = self.machine.programs.launcher(command.name)
        if frame.watched or (launcher and self.machine.launching.shows(launcher, state)):
            inner.traced = started.traced = True
        while arguments and (arguments[0].text or "").startswith(("-", "+")):
            option = arguments.pop(0).text or ""
            for told in (inner, started):
                set_options([option, arguments[0].text if arguments else None], told)
            if _TAKES_VALUE.fullmatch(option) and arguments:
                arguments.pop(0)
            elif _TEXT_FOLLOWS.fullmatch(option):
                while len(arguments) > 1 and _PLAIN_OPTION.fullmatch(arguments[0].text or ""):
                    set_options([arguments.pop(0).text], inner)
                inner.positional = self.machine.variables.positional(arguments[2:], state)
                inner.zero = inner.sourced = None
                nested = texts.of_words(self.machine.text, [arguments[0].word]) if arguments else None
                if nested is None:
                    self.unread(call)
                    return _SHELL
                if launcher:
                    self.machine.launching.startup(command.name, launcher, "", call, inner, frame)
                return _followed(self.run(nested, call, inner, frame, command.stdin, state))
        documents = [one for one in command.redirects if one.kind is StreamKind.DOCUMENT]
        if documents and not arguments and (nested := texts.of_document(self.machine.text, documents[-1])):
            return _followed(self.run(nested, call, inner, frame, None, state))
        if command.stdin is not None and not arguments:
            self.unread(call, command.stdin)
        if arguments and arguments[0].word and words.is_stream(arguments[0].word):
            self.unread(call)
        if arguments and command.name in SHELLS:
            launched = self.machine.launching.launch(
                command.name, arguments, call, state, frame, command.stdin, started
            )
            return launched or _SHELL
        return _SHELL

    def unread(self, call: Call, stdin: Value | None = None) -> None:
        text = self.machine.text[call.span.start : call.span.end]
        fed = [piece.text for piece in stdin.pieces if isinstance(piece, Literal)] if stdin else []
        self.recorder.add(Unread(call.span, " ".join([text, *fed]), ""))

    def trap(self, arguments: tuple[Argument, ...], call: Call, state: State, frame: Frame) -> None:
        """What a trap runs is read at the end, with what may hold at any time; what it sets may be set at any time. The
        trap of another process runs when that ends."""
        given = [argument for argument in arguments if argument.text != "--"]
        if len(given) < 2 or ((given[0].text or "-").startswith("-") and given[0].text is not None):
            return
        nested = texts.of_words(self.machine.text, [given[0].word])
        if nested is None:
            self.machine.havoc.text(call.words[1:2], "what `trap` runs", call.span, state, frame)
            return
        if not self.recorder.silent:
            self.traps.append((nested, call, state.copy(), frame.inside))
        if all(word.text in ("EXIT", "0") for word in given[1:]):
            return
        state.traced = state.traced or _shows_commands(nested.text)
        after = state.copy()
        with self.recorder.muted():
            self.run(nested, call, after, frame.but(evaluating=True), None)
        state.clouded |= {name for name, known in after.environment.items() if state.environment.get(name) != known}
        state.exported |= after.exported
        state.traced = state.traced or after.traced
        state.errexit = state.errexit and after.errexit
        state.folders = joined((state.folders, after.folders))

    def trapped(self, state: State) -> None:
        for nested, call, since, inside in self.traps:
            frame = Frame(conditional=True, unordered=inside)
            self.machine.streams.held = None  # the program may end before the last file is written
            self.run(nested, call, self.machine.recorder.any_time(state, since), frame, None)


def _followed(output: Value | None) -> CommandResult:
    if output is None:
        return CommandResult(Value.of(Unknown("shell that could not be read")))
    return CommandResult(output, followed=True)


def _shows_commands(text: str) -> bool:
    """Whether a trap expands the commands that run, as `eval "echo $BASH_COMMAND"` does."""
    return "BASH_COMMAND" in text and "eval" in text


def child(state: State, outside: set[str]) -> State:
    """What a program that is started sees: variables and functions that are not exported stay behind, and so do arrays.
    `outside` are variables that were read before the program set them: they came from the environment, and go back
    there."""
    inner = state.copy()
    inner.functions = {name: body for name, body in state.functions.items() if name in state.exported}
    inner.arrays = {}
    inner.errexit, inner.restored, inner.failed = False, frozenset({None}), False
    hidden = {
        name: (HIDDEN,)
        for name, definitions in state.environment.items()
        if name not in state.exported
        and name not in outside
        and all(one is not None and one.order >= 0 for one in definitions)
    }
    inner.environment = {**state.environment, **hidden} if hidden else state.environment
    return inner
