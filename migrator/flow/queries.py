"""Questions to a flow. Rules and fixes ask these; what an event is, and in which order they lie, is known here.

Each answer over-approximates: whatever happens when the program runs is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from migrator.flow.events import HIDDEN, LOOP, CallString, Command, Definitions, Flow, VariableUse
from migrator.flow.streams import TERMINALS
from migrator.ir.nodes import Fallback
from migrator.ir.values import Definition, Value
from migrator.rulebook.programs import Programs
from migrator.text.source import Span

Site = tuple[Span, CallString]
"""A read, and the call string that it is made under: its identity."""


# Where values come from, and who reads them


def sites(value: Value) -> frozenset[Site]:
    """Every read on the way of a value."""
    return frozenset((one.read.span, one.calls) for piece in value.pieces for one in piece.provenance)


def sources(value: Value) -> tuple[Definition, ...]:
    """The assignments on the way of a value."""
    found = (one.definition for piece in value.pieces for one in piece.provenance)
    return tuple(dict.fromkeys(definition for definition in found if definition is not None))


def site(use: VariableUse) -> Site:
    return use.read.span, use.calls


def readers(flow: Flow, definition: Definition) -> Iterator[VariableUse]:
    """The reads that an assignment reaches (reaching definitions)."""
    return (use for use in flow.uses if among(definition, use.definitions))


def readers_of_input(flow: Flow, name: str) -> Iterator[VariableUse]:
    """The reads that the value reaches, or may reach, which a variable has when the program begins."""
    return (use for use in flow.uses if use.read.name == name and may_be_given(use))


def inputs(flow: Flow) -> frozenset[str]:
    """The variables that a program reads without setting them: if they have a value when the flow begins, they are
    exported, and stay so when something sets them."""
    return frozenset(use.read.name for use in flow.uses if _unset(use))


def _unset(use: VariableUse) -> bool:
    """Whether nothing sets a variable in the program that reads it, which may be one that is started."""
    return not {None, HIDDEN}.isdisjoint(use.definitions)


def may_be_given(use: VariableUse) -> bool:
    """Whether a read may find the value that its variable has when the flow begins: nobody knows what `sudo` keeps."""
    return any(one is None or (not one.name and one is not HIDDEN) for one in use.definitions)


def tested(flow: Flow) -> frozenset[Site]:
    """The reads that only ask whether something is set."""
    return frozenset(one for test in flow.presences for one in test.sites)


def setting(flow: Flow) -> Iterator[VariableUse]:
    """The reads that set their variable where it is empty."""
    return (use for use in flow.uses if use.read.fallback is Fallback.ASSIGN)


def written_alike(flow: Flow, definition: Definition) -> list[Definition]:
    """The assignments of the same place in the text: each round of a loop and each call has its own."""
    place = definition.word.span if definition.word else None
    return [one for one in flow.definitions if one.word and one.word.span == place]


def among(definition: Definition, definitions: Definitions) -> bool:
    """Whether the same place in the text is among the assignments."""
    span = definition.word.span if definition.word else None
    return definition in definitions or any(other and other.word and other.word.span == span for other in definitions)


def holders(flow: Flow, wanted: Collection[Site]) -> frozenset[int]:
    """The orders of the commands whose words hold one of the reads."""
    return frozenset(use.command for use in flow.uses if site(use) in wanted)


def traced(flow: Flow, wanted: Collection[Site], points: Collection[Span]) -> Iterator[VariableUse]:
    """The reads of which the log shows the value, among those that are `wanted` or around one of the `points`."""
    for use in flow.uses:
        if use.traced and (site(use) in wanted or any(use.read.span.contains(point) for point in points)):
            yield use


def shows(command: Command, place: Span) -> bool:
    """Whether a command that is traced shows what stands at a place: among its words, and in no redirection."""
    hidden = any(redirect.value.span.contains(place) for redirect in command.redirects)
    return command.span.contains(place) and not hidden


# What runs, and when


def unfollowed(flow: Flow) -> Iterator[Command]:
    """The commands that are not followed by others, which say what they run."""
    return (command for command in flow.commands if not command.followed)


def shown(command: Command, programs: Programs) -> bool:
    """Whether a command does nothing but write its words to the log."""
    kept = any(output.path.text not in TERMINALS for output in command.outputs)
    return command.name in programs.displays and not command.consumed and not kept


def may_follow(first: Command, second: Command) -> bool:
    """Whether the second command may run after the first: in a loop, what stands before it may, too."""
    anywhere = first.unordered or second.unordered or (second.looped and first.looped)
    return second.order > first.order or anywhere


def may_both_run(first: Command, second: Command) -> bool:
    """Whether no branch that excludes the other holds one of them; within a loop, each round takes its own."""
    mine = dict(first.branches)
    for construct, branch in second.branches:
        if construct in mine and branch == LOOP:
            return True
        if mine.get(construct, branch) != branch:
            return False
    return True


def after(flow: Flow, command: Command) -> Iterator[Command]:
    """What may run after a command in its process."""
    return (one for one in flow.commands if may_follow(command, one) and may_both_run(command, one))


def outermost(place: Span, calls: CallString) -> int:
    """Where in the program's own text something happens, by whatever calls."""
    return calls[0] if calls else place.start


def unseen_before(flow: Flow, command: Command) -> Iterator[str]:
    """What runs before a command, in its process, and nobody has read."""
    return (one.what for one in flow.opaque if one.order <= command.order)


# Who sees a variable


def exported_to(command: Command, definition: Definition, given: bool) -> bool:
    """Whether a program that is started sees what an assignment gave. `given`: the variable may have had a value when
    the flow began; then it is exported, and stays so when the program sets it."""
    seen = among(definition, command.environment.get(definition.name, ()))
    return seen and (given or definition.name in command.exported)


def exported_readers(flow: Flow, definition: Definition) -> Iterator[VariableUse]:
    """The reads in other programs that an assignment reaches, too, where the variable had a value when the flow began:
    they read it without setting it, and run later."""
    for use in flow.uses:
        order = use.definition.order if use.definition else use.command
        if use.read.name == definition.name and _unset(use) and not 0 <= order <= definition.order:
            yield use


def input_arrives(command: Command, name: str) -> bool:
    """Whether a program that is started may see the value that a variable has when the flow begins."""
    return name not in dict(command.overrides) and None in command.environment.get(name, (None,))


def cleared(flow: Flow, span: Span) -> bool:
    """Whether what is written there is evaluated by something that runs with another environment than the program, as
    far as that can be told: then the variables that the program was given may not be there."""
    if not flow.cleared:
        return False
    orders = [use.order for use in flow.uses if use.read.span.contains(span)]
    if not orders:
        orders = [one.order for one in flow.commands if one.span.contains(span)]
        orders += [one.order for one in flow.definitions if one.word and one.word.span.contains(span)]
    return any(since < order < until for order in orders for since, until in flow.cleared)


# Conditions


def inside(flow: Flow, regions: Sequence[Span]) -> tuple[list[Command], list[Definition]]:
    """What happens in regions: commands, and assignments."""
    commands = [
        command
        for command in flow.commands
        if any(region.start <= start < region.end for region in regions for start in _starts(command))
    ]
    return commands, [
        one for one in flow.definitions if one.word and any(region.contains(one.word.span) for region in regions)
    ]


def _starts(command: Command) -> tuple[int, ...]:
    return (*command.calls, command.span.start)
