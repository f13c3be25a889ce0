"""What takes the file with the client's logins out of the step, or the words of a login."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence

from migrator.fixes.context import Context
from migrator.fixes.departures import Departure
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point
from migrator.fixes.reasons.building import buildings
from migrator.flow.events import Command
from migrator.frontends.documents.dockerignore import leaves_out
from migrator.ir.paths import GLOB, joined, only, patterns
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.programs import Programs
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Role
from migrator.sinks.escapes import escapes
from migrator.sinks.invocations import invocation, parse
from migrator.sinks.login_files import LoginFiles


def leaving(step: StepFacts, context: Context) -> Opinion:
    leaves = tuple(_login_file_leaves(step, context))
    reasons = (context.reason("leaves-step", f"the step passes its login on: {what}", who) for who, what in leaves)
    seen = (Sighting(who) for who, _ in leaves)
    return Opinion("what takes the login out of the step?", tuple(seen), tuple(reasons))


def handed_on(left: Sequence[Departure], context: Context, login: PackagesLogin, points: Collection[Point]) -> Opinion:
    """What leaves the step, of all that does, with the very words that a fix would change: a function may log in
    elsewhere with them."""
    spans = [point.span for point in points]
    leaves = [
        one
        for one in left
        for value in one.values
        for piece in value.pieces
        if any(reference.read.span.contains(span) for reference in piece.provenance for span in spans)
    ]
    found = {one.span: one for one in leaves}.values()
    detail = "the words of the login also become {}"
    reasons = [context.reason("leaves-step", detail.format(one.what), one.who) for one in found]
    who = login.command.name
    if login.command.followed and not found:
        reasons = [context.reason("credential-unresolved", f"`{who}` is a function here, and not the client", who)]
    for program in _aliased(login, context.book):
        elsewhere = any(program in one.programs and one.has(Role.SCRIPT) for one in context.book.escapes.values())
        code = "leaves-step" if elsewhere else "credential-unresolved"
        reasons.append(context.reason(code, f"`{who}` is an alias of `{program}` here, and not the client", who))
    return Opinion("what takes its words out of the step?", tuple(Sighting(one.who) for one in found), tuple(reasons))


def _aliased(login: PackagesLogin, book: RuleBook) -> Iterator[str]:
    """The programs, but for clients, that an alias puts in the client's place; shells differ in whether it counts."""
    for command in login.shell.trace.commands if not login.command.wrappers else ():
        for argument in command.arguments if command.name == "alias" else ():
            name, equals, text = (argument.value.symbol() or "").partition("=")
            if equals and name == login.command.name:
                words = (word.rpartition("/")[2] for word in text.split() if "=" not in word)
                program = next((word for word in words if word not in book.programs.wrappers), "")
                if book.by_program(program) is None:
                    yield program or "a program that is not known"


def _login_file_leaves(facts: StepFacts, context: Context) -> Iterator[tuple[str, str]]:
    """Who takes the file, and what becomes of it."""
    book = context.book
    visited = joined(command.folders for shell in facts.shells for command in shell.trace.commands)
    files = LoginFiles.of((login.command for login in facts.logins), visited, book)
    for shell in facts.shells:
        entered = tuple(_entered(shell, files))
        for command in shell.trace.commands:
            yield from _taken(command, files, entered, book)
            if _gathers(command, files, context):
                yield command.name, f"`{command.name}` takes all of the folder along, and the login file in there"
        if any(files.named(path.symbol() or "") for path in shell.trace.inputs):
            yield "a redirection", "what is read holds the login file"
    yield from _built(facts, files, context)
    for kind, path in facts.step.kept:
        if files.packs(path):
            yield kind, f"{kind} keeps the login file"
    for task in facts.tasks:
        if any(files.packs(scalar.value) for _, scalar in task.variables):
            yield task.what, f"{task.what} gets the login file"


def _built(facts: StepFacts, files: LoginFiles, context: Context) -> Iterator[tuple[str, str]]:
    """The builds that copy the login file, of those that may run when it is there."""
    places = (*patterns(files.files), *files.outside)
    logins = [(shell, login.command) for shell in facts.shells for login in shell.logins if login.registry]
    for build in buildings(facts, context) if places else ():
        after = any(build.may_come_after(shell, command) for shell, command in logins)
        if after and any(map(build.takes, places)):
            yield build.command.name, "the build copies the login file into an image"


def _entered(shell: Shell, files: LoginFiles) -> Iterator[str]:
    """The folders with a login file, there or below, that a shell makes its working directory."""
    for command in shell.trace.commands:
        if command.name in ("cd", "pushd"):
            texts = [argument.value.symbol() or "" for argument in command.arguments] or ["~"]
            yield from (text for text in texts if files.holds(text) or files.is_above(text))


def _taken(command: Command, files: LoginFiles, entered: tuple[str, ...], book: RuleBook) -> Iterator[tuple[str, str]]:
    """How a command takes the login file along: programs that are not known to leave it where it is may do so."""
    programs = book.programs
    for escaped in escapes(command, book):
        given = [sink.value.symbol() or "" for sink in escaped.of(Role.LOGIN_FILE)]
        given = [text for text in given if files.named(text) or files.given(text, command.folders, entered)]
        if escaped.of(Role.LOGIN) or given:
            yield command.name, escaped.escape.what
            return
    called = invocation(command, book)
    if command.followed or command.name in programs.keepers or (called and called.syntax):
        return
    if any(escaped.of(Role.SCRIPT) for escaped in escapes(command, book)):
        return  # its words are about another machine's files
    sources = tuple(_sources(command, programs))
    folders = command.folders
    if called:  # `docker cp`: the last word is where it goes to
        taken = (files.is_in(one, folders) or files.has(one, folders) or files.is_above(one) for one in sources[:-1])
        if any(taken):
            yield command.name, "what is copied holds the login file"
    elif command.name in programs.copiers:
        words = " ".join(one.text or "?" for one in command.arguments)
        out = command.name in programs.unpacking and programs.unpacking[command.name].fullmatch(words)
        if any(files.copied(one, folders, entered, whole=not out) for one in sources):
            yield command.name, "what is copied or shown holds the login file"
    elif any(files.given(text, command.folders, entered) for text in sources):
        yield command.name or "a program", f"`{command.name or 'a program'}` gets the login file, and may keep it"


def _gathers(command: Command, files: LoginFiles, context: Context) -> bool:
    """Whether a command takes the working directory along, with a login file that nothing surely leaves out."""
    gathering = context.book.programs.gathering.get(command.name)
    words = " ".join(one.text or "?" for one in command.arguments)
    if gathering is None or command.followed or not gathering.words.fullmatch(words):
        return False
    if not files.has(".", command.folders):
        return False
    folder = only(command.folders)
    texts = (context.file(posixpath.join(folder, name)) for name in gathering.ignored) if folder is not None else ()
    ignored = next((text for text in texts if text is not None), "")
    inside = (posixpath.relpath(path, folder or ".") for path in patterns(files.files) if not GLOB.search(path))
    paths = [path for path in inside if not path.startswith("..")]
    return not paths or not all(leaves_out(ignored, path, anywhere=True) for path in paths)


def _sources(command: Command, programs: Programs) -> Iterator[str]:
    """The words of a command but for the files that it writes."""
    writer = programs.writers.get(command.name)
    if writer is None:
        yield from (argument.value.symbol() or "" for argument in command.arguments)
        return
    parsed = parse(command.arguments, writer.options)
    words = [word.value.symbol() or "" for word in parsed.words]
    switches = (argument.value.symbol() or "" for argument in command.arguments)
    yield from (text for text in switches if text.startswith("-") and not text.startswith(tuple(writer.options)))
    if writer.words == "last" and len(words) > 1 and not parsed.values(writer.options):
        words.pop()
    if writer.words != "all" or (writer.only and not parsed.has(writer.only)):
        yield from words
