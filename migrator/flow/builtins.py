"""What the commands do that a shell runs itself: https://www.gnu.org/software/bash/manual/bash.html#Shell-Builtin-Commands"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.flow import printing, words
from migrator.flow.events import Argument, Command, CommandResult
from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.ir.nodes import Call, StreamKind
from migrator.ir.paths import Paths, Top, joined
from migrator.ir.values import EMPTY, Alternative, Definition, Literal, Piece, Value, unknown
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

_FLAGS = regex(r"[-+][A-Za-z]+")
_ROTATION = regex(r"[-+]\d+|-n")
_FEEDING = (StreamKind.READ, StreamKind.TEXT, StreamKind.DOCUMENT)
_PLAIN_READS = frozenset({"-r", "-s", "-rs", "-sr"})
ENDS = ("exit", "return", "break", "continue")


class Builtins:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine

    def run(self, command: Command, call: Call, state: State, frame: Frame) -> CommandResult | None:
        """Do what a builtin does; None for what is none."""
        arguments = command.arguments
        texts = [argument.text for argument in arguments]
        variables = self.machine.variables
        status, state.failed = state.failed, False
        match command.name:
            case "cd" | "pushd" | "popd":
                before = state.copy()
                self.change(command.name, arguments, state)
                self.machine.fails(before, state, frame)
                stops = (state.errexit and not frame.unchecked) or frame.failing is not None
                if not stops and not self.is_there(state.folders):
                    state.folders = joined((before.folders, state.folders))
            case "set":
                if rest := set_options(texts, state):
                    state.positional = self.parameters(arguments[-len(rest) :], state)
                    state.traced = state.traced or words.may_trace(arguments)
                    state.errexit = state.errexit and None not in texts
                if not texts:
                    self.machine.havoc.reads(call.span, state, frame)
            case "shopt":
                if "lastpipe" in texts:
                    state.lastpipe = frozenset({"-s" in texts})
                shell_options(texts, state)
            case "[" | "test":
                self.machine.conditions.bracket(arguments, state, frame)
            case "unset" if "-f" in texts:
                state.functions = {key: body for key, body in state.functions.items() if key not in texts}
            case "unset":
                variables.setting(texts, EMPTY, state)
            case "read" | "mapfile" | "readarray" | "getopts":
                line = _line(command) if command.name == "read" else None
                value = line or unknown("what a command read", [command.stdin or EMPTY])
                variables.setting(texts, value, state, loose=True)
            case "export" | "declare" | "typeset" | "readonly" | "local":
                variables.declared(command.name, arguments, call.span, state, frame)
            case "printf" if texts and (texts[0] or "").startswith("-v"):
                named = (texts[0] or "")[2:] or (texts[1:2] or [None])[0]
                variables.setting([named], printing.printf(arguments), state)
            case "trap":
                self.machine.nested.trap(arguments, call, state, frame)
            case "shift":
                count = int(texts[0]) if texts and texts[0] and texts[0].isdigit() else 1
                state.positional = state.positional[count:] if state.positional is not None else None
            case "source" | ".":
                return self.machine.launching.source(arguments, call, state, frame)
            case "eval":
                return self.machine.nested.evaluate(arguments, call, state, frame, command.stdin)
            case name if name in ENDS:
                stops = leave(name, _fails(texts, status), state, frame)
                self.machine.recorder.departs(stops)
            case _:
                return None
        return CommandResult(printing.printed(command, self.machine.programs, self.machine.clone))

    def parameters(self, given: Sequence[Argument], state: State) -> tuple[Definition, ...] | None:
        """What `set --` makes the parameters; None where it is not known how many words they are, or which ones."""
        told = given[1:]
        many = any(one.word and words.may_split(one.word) and one.text is None for one in told)
        return None if given[0].text != "--" or many else self.machine.variables.positional(told, state)

    def change(self, how: str, arguments: Sequence[Argument], state: State) -> None:
        """The working directory, and the stack of those that were pushed."""
        targets = [one for one in arguments if not (one.text or "").startswith("-") or one.text == "-"]
        if how == "popd":
            state.enter(state.stack[-1] if state.stack and not arguments else Top("`popd`"))
            state.stack = state.stack[:-1] if state.stack and not arguments else None
            return
        if how == "pushd" and any(_ROTATION.fullmatch(one.text or "") for one in arguments):
            state.enter(Top("`pushd` to a folder of the stack"))
            state.stack = None
            return
        before = state.folders
        state.enter(self.target(targets, state))
        if how == "pushd":
            state.stack = (*state.stack, before) if state.stack is not None and len(targets) == 1 else None

    def is_there(self, folders: Paths) -> bool:
        """Whether the repository has all of the folders, so that nothing keeps a shell out of them."""
        known = [] if isinstance(folders, Top) else [folder for folder in folders if folder]
        return all(self.machine.listed(Top("", (f"{folder}/**",))) for folder in known)

    def target(self, targets: Sequence[Argument], state: State) -> Paths:
        if len(targets) != 1:
            return Top("`cd` without the name of a folder")
        if targets[0].text == "-":
            return state.previous
        if state.defined("CDPATH") != (None,) or state.may_change("CDPATH"):
            return Top("`CDPATH`, where `cd` looks for folders")
        return self.machine.folder(targets[0].value, state)


def _line(command: Command) -> Value | None:
    """What `read` puts into its one variable, None where that is not known: the first line of what it alone is fed."""
    texts = [argument.text or "" for argument in command.arguments]
    options = {text for text in texts if text.startswith("-")}
    fed = any(redirect.kind in _FEEDING for redirect in command.redirects)
    if command.stdin is None or not fed or not options <= _PLAIN_READS or len(texts) != len(options) + 1:
        return None
    literals = (piece.text for piece in command.stdin.pieces if isinstance(piece, Literal))
    if "-r" not in options and any("\\" in text for text in literals):
        return None
    return Value(tuple(map(_first_line, command.stdin.alternatives)))


def _first_line(row: Alternative) -> Alternative:
    """A row up to its first line break, without blanks around it."""
    found: list[Piece] = []
    for piece in row:
        if not isinstance(piece, Literal):
            found.append(piece)
            continue
        text = piece.text.partition("\n")[0]
        text = text if found else text.lstrip()
        if text:
            found.append(replace(piece, text=text, span=None) if text != piece.text else piece)
        if "\n" in piece.text:
            break
    while found and isinstance(last := found[-1], Literal) and last.text != (text := last.text.rstrip()):
        found[-1:] = [replace(last, text=text, span=None)] if text else []
    return tuple(found)


def leave(how: str, fails: bool, state: State, frame: Frame) -> bool:
    """`return`, `break` and `continue` go on elsewhere with what is known here; where there is nothing to leave, the
    program goes on behind them. A loop around the function that is running is left by some shells. Returns whether the
    step surely ends with a failure there."""
    state.failed = fails and how in ("exit", "return")
    state.stopped = fails and ((how == "exit" and frame.fatal) or (how == "return" and frame.returns))
    targets: list[list[State]] = []
    if how == "return":
        targets = [frame.returning] if frame.returning is not None else []
    elif how != "exit":
        targets = list(frame.breaking)
    for target in targets:
        target.append(state.copy())
    state.dead = how == "exit" or len(targets) > (0 if how == "return" else frame.around)
    return state.stopped


def _fails(texts: Sequence[str | None], status: bool) -> bool:
    """Whether `exit` or `return` surely gives a failure; without a number it gives the `status` of what came before."""
    number = texts[0] if texts else None
    return bool(number and number.isascii() and number.isdigit() and int(number[-9:]) % 256) if texts else status


def shell_options(texts: Sequence[str | None], state: State) -> None:
    """`shopt -o` does what `set -o` does."""
    flags = [text for text in texts if text and text.startswith("-")]
    if any("o" in flag for flag in flags):
        sign = "-" if any("s" in flag for flag in flags) else "+"
        for text in texts:
            if text not in flags:
                set_options([f"{sign}o", text], state)


def set_options(texts: Sequence[str | None], state: State) -> Sequence[str | None]:
    """What `set`, or a shell that starts, is told; the words that are left are positional parameters."""
    rest = list(texts)
    while rest and (text := rest[0]) and _FLAGS.fullmatch(text):
        rest.pop(0)
        named = rest.pop(0) if rest and "o" in text else None
        on = text.startswith("-")
        if named == "xtrace" or "x" in text:
            state.traced = on
        if named == "allexport" or "a" in text:
            state.allexport = on
        if named == "errexit" or "e" in text:
            state.errexit = on
    return rest
