"""Programs in files of the repository that a program runs in a process of their own, or includes in its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from migrator.flow import words
from migrator.flow.events import Argument, CommandResult, Unread
from migrator.flow.frame import MAX_DEPTH, Frame
from migrator.flow.lattice import State, join
from migrator.flow.library import NOWHERE, Placed
from migrator.flow.nested import child
from migrator.ir.nodes import Call
from migrator.ir.paths import NONE, Paths, Top, only
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value, concat, union
from migrator.rulebook.programs import Launcher
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.flow.interpreter import Interpreter

_TRACES = regex(r"#![^\n]*\s(?:-[A-Za-z]*x|xtrace\b)")
_ENDS = regex(r"#![^\n]*\s-[A-Za-z]*e")
_ANY = "\0"
"""Stands for what is not known of a text."""
_WORDS = regex(r"[\s:]+")
_SOURCED = CommandResult(Value.of(Unknown("the output of a file that is sourced")))
_MOST = 8
"""The most files, or working directories, that are followed as alternatives."""


class Launching:
    def __init__(self, machine: Interpreter) -> None:
        self.machine = machine
        self.recorder = machine.recorder

    def launch(
        self,
        program: str,
        arguments: Sequence[Argument],
        call: Call,
        state: State,
        frame: Frame,
        stdin: Value | None,
        begins: State | None = None,
    ) -> CommandResult | None:
        """Follow the file that a program is, or is told to run; None where that is no file of the repository.

        `state` is the calling process's, and stays as it is. `begins` has the options that the program is told. Where
        the working directory is one of several, what runs in each of them is an alternative.
        """
        if self.machine.library is None or not program:
            return None
        folders: Sequence[str | None] = [None] if isinstance(state.folders, Top) else sorted(state.folders)
        if len(folders) > _MOST:
            return None
        effects: list[CommandResult] = []
        all_of = True
        several = len(folders) > 1
        for index, folder in enumerate(folders):
            inner = frame.branch(((call.span, frame.calls), index)) if several else frame
            effect = self.run_in(folder, program, arguments, call, state, inner, stdin, begins or State())
            effects += [effect] if effect else []
            all_of = all_of and effect is not None and effect.followed
        if not effects:
            return None
        runs = next((one.runs for one in effects if one.runs), "")
        return CommandResult(union(one.output for one in effects), all_of, runs)

    def run_in(
        self,
        folder: str | None,
        program: str,
        arguments: Sequence[Argument],
        call: Call,
        state: State,
        frame: Frame,
        stdin: Value | None,
        begins: State,
    ) -> CommandResult | None:
        """`folder`: None where the working directory is not known."""
        library = self.machine.library
        assert library is not None
        found = library.find(program, tuple(argument.value.symbol() for argument in arguments), folder)
        if found is None:
            return None
        ran, launcher = found
        if not ran.fragments:
            return CommandResult(Value.of(Unknown(f"the output of `{program.rpartition('/')[2]}`")), runs=ran.path)
        text = "\n".join(fragment.text for fragment in ran.fragments)
        matters = partial(library.matters, functions=state.functions.keys() & state.exported)
        fragments = [one for one in ran.fragments if one.path == ran.path or matters(one.path, one.text)]
        if any(one.path in self.machine.changed for one in fragments) or not matters(ran.path, text):
            return None
        placed = [library.place(fragment, launcher) for fragment in fragments]
        if {f"{one.start}" for one in placed} & set(frame.active) or len(frame.active) >= MAX_DEPTH:
            return None
        if [one for one in placed if self.broken(one, call)]:
            return None
        direct = self.machine.programs.launcher(program.rpartition("/")[2]) is None
        inner = child(state, self.recorder.read_from_outside)
        told = frame.watched or self.shows(launcher, state)
        inner.traced = begins.traced or told or (direct and _TRACES.match(text) is not None)
        inner.errexit = begins.errexit or (direct and _ENDS.match(text) is not None)
        inner.restored = frozenset({None})
        inner.allexport = False
        own = arguments[0].value.symbol() if arguments and not launcher.files else None
        inner.zero = inner.sourced = program if direct else own
        inner.positional = self.machine.variables.positional(arguments[ran.words - direct :], state)
        if ran.folder != NOWHERE:
            inner.folders = frozenset({ran.folder})
        started = frame.process(state).but(breaking=(), returning=None, around=0)
        outputs = []
        for one, fragment in zip(placed, fragments, strict=True):
            process = inner.copy()
            self.startup(program, launcher, text if direct else "", call, process, started)
            asked = started.asked and one is placed[-1]
            process.traced = process.traced or fragment.shown
            alone = started.but(
                asked=asked, fatal=started.fatal and not fragment.ignored, shown=fragment.shown, hidden=False
            )
            outputs.append(self.run(one, call, process, alone, stdin))
        return CommandResult(concat(outputs), followed=ran.whole)

    def shows(self, launcher: Launcher, state: State) -> bool:
        """Whether a variable tells a program that it starts to show what it runs; one whose value is not known may."""
        for name, pattern in launcher.tracing.items():
            for row in self.machine.variables.looked_up(name, state).alternatives if name in state.exported else ():
                if any(isinstance(piece, Input) and piece.name == name for piece in row):  # the shell's own
                    told = state.traced
                else:
                    text = _text(row)
                    told = bool(pattern.search(text)) or any(one.startswith(_ANY) for one in _WORDS.split(text))
                if told:
                    return True
        return False

    def startup(self, program: str, launcher: Launcher, text: str, call: Call, process: State, frame: Frame) -> None:
        """What a program runs before its file, in the same process: a variable names it. `text` is that of a file that
        names the program itself."""
        line = text.partition("\n")[0]
        named = line[2:].split() if line.startswith("#!") else []
        names = [word.rpartition("/")[2] for word in named if not word.startswith("-")]
        own = next((word for word in names if word in launcher.startup), "")
        name = launcher.startup.get(own or program.rpartition("/")[2], "")
        if name and name in process.exported:
            value = self.machine.variables.looked_up(name, process)
            found = self.source((Argument(value, None),), call, process, frame)
            process.traced = process.traced or not found.followed

    def source(self, arguments: tuple[Argument, ...], call: Call, state: State, frame: Frame) -> CommandResult:
        """A file that is included is a part of this program; one that is not followed may set what it mentions, and one
        that is not there anything that the program set."""
        if not arguments:
            return _SOURCED
        path = arguments[0].text
        if path and any(pattern.fullmatch(path) for pattern in self.machine.programs.harmless_sources):
            return _SOURCED
        named = self.machine.place(arguments[0].value, state)
        found = NONE if isinstance(named, Top) else self.machine.listed(named)
        if len(found) == 1:
            return self.one(found, arguments, call, state, frame)
        if 1 < len(found) <= _MOST:
            reached, effects = [state.copy()], [_SOURCED]
            for index, one in enumerate(sorted(found)):
                inner = frame.branch(((call.span, frame.calls), index))
                reached.append(state.copy())
                effects.append(self.one(frozenset({one}), arguments, call, reached[-1], inner))
            state.become(join(reached))
            return CommandResult(union(one.output for one in effects), all(one.followed for one in effects[1:]))
        return self.one(named, arguments, call, state, frame)

    def one(self, path: Paths, arguments: Sequence[Argument], call: Call, state: State, frame: Frame) -> CommandResult:
        resolved = only(path)
        output = self.include(resolved, arguments, call, state, frame) if resolved else None
        if output is None:
            self.not_included(resolved, arguments[0], call, state, frame)
            return _SOURCED
        return CommandResult(output, followed=True)

    def include(self, path: str, arguments: Sequence[Argument], call: Call, state: State, frame: Frame) -> Value | None:
        """Follow a file that this process reads in; None where it is not followed."""
        library = self.machine.library
        placed = library.included(path) if library else None
        if placed is None or path in self.machine.changed:
            return None
        if f"{placed.start}" in frame.active or len(frame.active) >= MAX_DEPTH or self.broken(placed, call):
            return None
        positional, sourced = state.positional, state.sourced
        if len(arguments) > 1:
            state.positional = self.machine.variables.positional(arguments[1:], state)
        state.sourced = arguments[0].value.symbol()
        returned: list[State] = []
        output = self.run(placed, call, state, frame.but(returning=returned, returns=frame.ends(state)), None)
        state.become(join([state, *returned]))
        state.sourced = sourced
        if len(arguments) > 1:
            state.positional = positional
        return output

    def run(self, placed: Placed, call: Call, state: State, frame: Frame, stdin: Value | None) -> Value:
        self.recorder.starts(placed)
        inner = frame.but(
            calls=(*frame.calls, call.span.start),
            active=(*frame.active, f"{placed.start}"),
            fixed=False,
            evaluating=False,
            outer={},
        )
        return self.machine.run(placed.statements, state, inner, stdin)

    def broken(self, placed: Placed, call: Call) -> bool:
        if placed.error:
            self.recorder.add(Unread(call.span, placed.fragment.text, placed.error, placed.fragment.path))
        return bool(placed.error)

    def not_included(self, resolved: str | None, argument: Argument, call: Call, state: State, frame: Frame) -> None:
        """`resolved` is the path of the file, None where that is not known."""
        path, havoc = argument.text, self.machine.havoc
        content = self.machine.file(resolved) if resolved else None
        value = Value.of(Unknown(f"`{path}`, which is sourced" if path else "a file that is sourced"))
        if content is not None:
            havoc.mentioned(content, value, state, frame)
            return
        what = f"`{path}`, which is sourced and not in the repository," if path else "a file that is sourced"
        havoc.unseen(what, call.span, frame)
        if argument.word and words.is_stream(argument.word):
            self.machine.nested.unread(call)
        if argument.word:
            havoc.reads(argument.word.span, state, frame)
        havoc.sets(value, state)


def _text(row: Alternative) -> str:
    return "".join(one.text if isinstance(one, Literal) else _ANY for one in row)
