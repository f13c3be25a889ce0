"""Programs inside the program: `eval`, `bash -c`, here-documents for a shell, sourced files, traps."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence

from migrator.flow import shapes as word_shapes
from migrator.flow.events import Argument, Command, Unread
from migrator.flow.lattice import State
from migrator.flow.library import FIRST
from migrator.flow.presence import PresenceTests
from migrator.frontends.shfmt import parse_shell
from migrator.ir.nodes import Call, Function, ShellError
from migrator.ir.values import Definition, Literal, Unknown, Value
from migrator.text.source import Span

MAX_CALLS = 20
SHELLS = {"bash", "sh", "dash", "ash", "zsh", "ksh"}


class Nesting(PresenceTests):
    """The part of the interpreter that reads shell within shell."""

    @abstractmethod
    def body(self, function: Function, state: State, stdin: Value | None) -> Value:
        """Follow the body of a function."""

    @abstractmethod
    def positional(self, arguments: Sequence[Argument], state: State) -> tuple[Definition, ...]:
        """The positional parameters that the arguments become."""

    @abstractmethod
    def options(self, texts: Sequence[str | None], state: State) -> Sequence[str | None]:
        """What `set` does with its words; those that are no options are left."""

    @abstractmethod
    def launch(
        self, program: str, arguments: Sequence[Argument], call: Call, state: State, stdin: Value | None, xtrace: bool
    ) -> Value | None:
        """Follow a file that a program runs; None where nothing is followed."""

    def uncalled(self, state: State) -> None:
        """Functions that nothing calls are read as if something did, with parameters that nobody knows; not those of a
        file that is sourced, which has them for others, too."""
        while True:
            own = (name for name in reversed(state.functions) if state.functions[name][0].span.start < FIRST)
            name = next((name for name in own if name not in self.called), None)
            if name is None:
                return
            self.called.add(name)
            for function in state.functions[name]:
                inner = self.any_time(state)
                self.calls.append(name)
                self.conditions += 1
                self.body(function, inner, None)
                self.conditions -= 1
                self.calls.pop()

    def any_time(self, state: State, since: State | None = None) -> State:
        """What may hold at some time of the run: each variable with any of its values, those of `since` included."""
        inner = state.copy()
        inner.positional = None
        inner.dead = False
        found: dict[str, list[Definition | None]] = {}
        for definition in self.definitions:
            if not definition.positional:
                found.setdefault(definition.name, []).append(definition)
        for use in self.uses:
            if None in use.definitions and use.read.name in found:
                found[use.read.name].append(None)
        for name, definitions in found.items():
            present = state.environment.get(name, ())
            if since is not None:
                present = (*present, *since.environment.get(name, (None,)))
            inner.environment = {**inner.environment, name: tuple(dict.fromkeys((*definitions, *present)))}
        return inner

    def trap(self, arguments: tuple[Argument, ...], call: Call, state: State) -> None:
        """What a trap runs is read at the end, with what may hold at any time; what it sets may be set at any time."""
        words = [argument for argument in arguments if argument.text != "--"]
        if len(words) < 2 or ((words[0].text or "-").startswith("-") and words[0].text is not None):
            return
        nested = word_shapes.nested_text(self.text, [words[0].word])
        if nested is None:
            self.opaque(call.span, call.words[1:2], "what `trap` runs", state)
            return
        if not self.silent:
            self.traps.append((nested, call, state.copy()))
        if all(word.text in ("EXIT", "0") for word in words[1:]):
            return
        after = state.copy()
        self.silent += 1
        self.nested(nested, call, after, None)
        self.silent -= 1
        self.followed = False
        changed = {name for name, known in after.environment.items() if state.environment.get(name) != known}
        state.clouded |= changed

    def trapped(self, state: State) -> None:
        for nested, call, since in self.traps:
            self.conditions += 1
            self.nested(nested, call, self.any_time(state, since), None)
            self.conditions -= 1
        self.followed = False

    def unincluded(self, resolved: str | None, argument: Argument, state: State) -> None:
        """A sourced file that is not followed: `resolved` is its path, None where that is not known."""
        path = argument.text
        content = self.read(resolved) if resolved else None
        unknown = Value.of(Unknown(f"`{path}`, which is sourced" if path else "a file that is sourced"))
        if content is None:
            self.unseen(f"`{path}`, which is sourced and not in the repository," if path else "a file that is sourced")
            self.use_all(argument.word.span if argument.word else Span(0, 0), state)
            self.cloud(unknown, state)
            return
        self.sourced(content, unknown, state)

    def evaluate(self, arguments: tuple[Argument, ...], call: Call, state: State, stdin: Value | None) -> Value:
        nested = word_shapes.nested_text(self.text, [a.word for a in arguments])
        if nested is None:
            self.unfollowed(call)
            self.opaque(call.span, call.words[1:], "what `eval` runs", state)
            return Value.of(Unknown("what `eval` prints"))
        self.evaluating += 1
        output = self.nested(nested, call, state, stdin)
        self.evaluating -= 1
        return output

    def unfollowed(self, call: Call, stdin: Value | None = None) -> None:
        if not self.silent:
            text = self.text[call.span.start : call.span.end]
            fed = [piece.text for piece in stdin.pieces if isinstance(piece, Literal)] if stdin else []
            self.unread.append(Unread(call.span, " ".join([text, *fed]), ""))

    def nested_shell(self, command: Command, call: Call, state: State, stdin: Value | None) -> Value:
        """`bash -c '…'`, `bash` with a here-document, or a script file."""
        inner, started = self.child(state), State()
        arguments = list(command.arguments)
        while command.name not in SHELLS and arguments and arguments[0].text not in ("-c", "--command"):
            arguments.pop(0)
        while arguments and (arguments[0].text or "").startswith(("-", "+")):
            option = arguments.pop(0).text or ""
            for told in (inner, started):
                self.options([option, arguments[0].text if arguments else None], told)
            if re.fullmatch(r"[-+][a-zA-Z]*[oO]", option) and arguments:
                arguments.pop(0)
            elif re.fullmatch(r"-[a-zA-Z]*c|--command", option):
                inner.positional = self.positional(arguments[2:], state)
                nested = word_shapes.nested_text(self.text, [arguments[0].word]) if arguments else None
                if nested:
                    return self.nested(nested, call, inner, stdin)
                self.unfollowed(call)
                return Value.of(Unknown("the output of a shell"))
        bodies = [redirect for redirect in command.redirects if redirect.operator in ("<<", "<<-") and redirect.body]
        if bodies and not arguments and (nested := word_shapes.nested_document(self.text, bodies[-1])):
            return self.nested(nested, call, inner, None)
        if stdin is not None and not arguments:
            self.unfollowed(call, stdin)
        if arguments and command.name in SHELLS:
            output = self.launch(command.name, arguments, call, state, stdin, started.traced)
            if output is not None:
                return output
        return Value.of(Unknown("the output of a shell"))

    def child(self, state: State) -> State:
        """What a program that is started sees: variables that are not exported stay behind."""
        inner = state.copy()
        hidden = (Definition("", Value.of(Unknown("a variable that is not exported")), None, -1),)
        stored = {use.read.name for use in self.uses if None in use.definitions}
        for name, definitions in state.environment.items():
            own = all(definition is not None and definition.order >= 0 for definition in definitions)
            if own and name not in state.exported and name not in stored:
                inner.environment = {**inner.environment, name: hidden}
        return inner

    def nested(self, nested: word_shapes.Nested, call: Call, state: State, stdin: Value | None) -> Value:
        if len(self.calls) >= MAX_CALLS:
            return Value.of(Unknown("the output of a shell"))
        try:
            statements = parse_shell(nested.text, nested.place)
        except ShellError as error:
            if not self.silent:
                self.unread.append(Unread(call.span, nested.text, str(error)))
            if self.evaluating:
                self.opaque(call.span, call.words[1:], "what `eval` runs", state)
            return Value.of(Unknown("shell that could not be read"))
        self.calls.append("")
        outer = self.frozen
        here = state.copy()
        self.frozen = {**outer, **{start: outer.get(start, here) for start in nested.outer}}
        self.fixed_quotes += nested.double
        output = self.statements(statements, state, stdin)
        self.fixed_quotes -= nested.double
        self.frozen = outer
        self.calls.pop()
        self.followed = True
        return output
