"""Programs in files of the repository that a script runs or sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrator.flow.events import Argument, Command, Unread
from migrator.flow.lattice import State
from migrator.flow.library import Placed
from migrator.flow.nesting import MAX_CALLS, Nesting
from migrator.frontends import whole
from migrator.ir.nodes import Call
from migrator.ir.paths import only
from migrator.ir.values import Input, Literal, Unknown, Value, concat

_TRACES = re.compile(r"#![^\n]*\s-[A-Za-z]*x")
_OUT = ".."
"""A folder that no word leads back from: the working directory where it is not known."""


class Launching(Nesting):
    """The part of the interpreter that follows calls into other files."""

    def launch(
        self,
        program: str,
        arguments: Sequence[Argument],
        call: Call,
        state: State,
        stdin: Value | None,
        xtrace: bool = False,
    ) -> Value | None:
        """Follow the file that a program is, or is told to run, and return its output; None where nothing is followed.

        `state` is the calling shell's, and stays as it is. `xtrace`: the program begins with tracing.
        """
        if self.library is None or not program:
            return None
        folder = _OUT if state.folder is None else state.folder
        found = self.library.find(program, tuple(argument.value.symbol() for argument in arguments), folder)
        if found is None:
            return None
        ran, launcher = found
        if not ran.fragments:
            self.undecided = ran.path
            return None
        texts = "\n".join(fragment.text for fragment in ran.fragments)
        fragments = [one for one in ran.fragments if one.path == ran.path or self.library.matters(one.path, one.text)]
        if any(one.path in self.changed for one in fragments) or not self.library.matters(ran.path, texts):
            return None
        placed = [self.library.place(fragment, launcher) for fragment in fragments]
        names = {f"{one.start}" for one in placed}
        if names & set(self.calls) or len(self.calls) >= MAX_CALLS:
            return None
        broken = [one for one in placed if self.broken(one, call)]
        if broken:
            return None
        direct = program not in launcher.programs
        inner = self.child(state)
        inner.functions = {name: body for name, body in state.functions.items() if name in state.exported}
        inner.arrays = {}
        inner.traced = xtrace or (direct and _TRACES.match(texts) is not None)
        inner.allexport = False
        inner.zero = inner.sourced = program if direct else (arguments[0].value.symbol() if arguments else None)
        inner.positional = self.positional(arguments[ran.words - direct :], state)
        if ran.folder is not None:
            inner.folder = ran.folder
        outer = self.breaks, self.returns, self.around
        self.breaks, self.returns, self.around = [], [], 0
        outputs = []
        for one, fragment in zip(placed, fragments, strict=True):
            started = inner.copy()
            started.traced = started.traced or fragment.shown
            outputs.append(self.run(one, call, started, stdin))
        self.breaks, self.returns, self.around = outer
        return concat(outputs)

    def include(self, path: str, arguments: Sequence[Argument], call: Call, state: State) -> Value | None:
        """Follow a file that this shell reads in; None where it is not followed."""
        launcher = self.programs.launcher("sh")
        text = self.library.file(path) if self.library else None
        if self.library is None or launcher is None or text is None or "\r" in text or path in self.changed:
            return None
        placed = self.library.place(whole(path, text), launcher)
        if f"{placed.start}" in self.calls or len(self.calls) >= MAX_CALLS or self.broken(placed, call):
            return None
        positional, sourced = state.positional, state.sourced
        if len(arguments) > 1:
            state.positional = self.positional(arguments[1:], state)
        state.sourced = arguments[0].value.symbol()
        self.returns.append([])
        output = self.run(placed, call, state, None)
        state.join([state.copy(), *self.returns.pop()])
        state.sourced = sourced
        if len(arguments) > 1:
            state.positional = positional
        return output

    def run(self, placed: Placed, call: Call, state: State, stdin: Value | None) -> Value:
        outer = self.context, self.fixed_quotes, self.evaluating
        self.context, self.fixed_quotes, self.evaluating = (*self.context, call.span.start), 0, 0
        self.calls.append(f"{placed.start}")
        self.reached[placed.start] = placed
        output = self.statements(placed.statements, state, stdin)
        self.calls.pop()
        self.context, self.fixed_quotes, self.evaluating = outer
        self.followed = True
        return output

    def broken(self, placed: Placed, call: Call) -> bool:
        if placed.error and not self.silent:
            self.unread.append(Unread(call.span, placed.fragment.text, placed.error, placed.fragment.path))
        return bool(placed.error)

    def source(self, arguments: tuple[Argument, ...], call: Call, state: State) -> Value:
        """A sourced file is a part of this script; one that is not followed may set what it mentions, and one that is
        not there anything that the script set."""
        unknown = Value.of(Unknown("the output of a file that is sourced"))
        if not arguments:
            return unknown
        path = arguments[0].text
        if path and any(pattern.fullmatch(path) for pattern in self.programs.harmless_sources):
            return unknown
        resolved = self.resolve(arguments[0].value, state)
        output = self.include(resolved, arguments, call, state) if resolved else None
        if output is None:
            self.unincluded(resolved, arguments[0], state)
        return unknown if output is None else output


def folder_of(command: Command) -> Value | None:
    """What `pwd` prints."""
    folder = only(command.folders)
    if folder is None:
        return None
    inside = (Literal(f"/{folder}"),) if folder else ()
    return Value.of(Input("BITBUCKET_CLONE_DIR", ()), *inside, Literal("\n"))
