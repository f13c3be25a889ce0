"""Files of the repository that a step runs, or may run, and that are not followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from migrator.flow.events import Command, Flow, Output
from migrator.flow.files import FileGraph
from migrator.flow.nested import SHELLS
from migrator.flow.queries import unfollowed, unseen_before
from migrator.flow.runs import is_option
from migrator.ir.nodes import Constant
from migrator.ir.paths import NONE, Paths, Top, joined, matching, within
from migrator.ir.traversal import every
from migrator.reading.evidence import RegistryTexts
from migrator.reading.hidden import EVALUATES
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.shown import encoded_logins, names_natives, shows_login
from migrator.sinks.writers import unknown_names, written
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_WORD = regex(
    r"""(?P<comment>(?://\s*)?\#\s*patless:\s*ignore\[.*)
    |(?P<before>\$\{?|\b(?:ENV|env)(?:\.|\[['"])|\b[gG]etenv\(['"])?(?P<text>[^\s"'`()\[\]{},;|&<>=]+)""",
    re.VERBOSE,
)
_NAME = regex(r"[A-Z][A-Z0-9_]*")
_OPTION = regex(r"--?[a-z]+(?:-[a-z]+)*")
_HIDDEN = "•"
_LONGEST = 20
"""Characters of a place that is shown: all of an encoded text would be too many."""


def may_run(step: StepFacts, files: FileGraph, book: RuleBook) -> Iterator[Paths]:
    """What each command of the step runs that was not followed there."""
    yield from (paths for shell in step.shells for _, paths in runs(shell, files, book))


def runs(shell: Shell, files: FileGraph, book: RuleBook) -> Iterator[tuple[Command, Paths]]:
    """What each command of a shell runs that was not followed there."""
    made = written(shell.trace, book)
    yield from ((one, _runs(one, files, made)) for one in unfollowed(shell.trace))
    yield from _moved(shell.trace, files)


def _moved(flow: Flow, files: FileGraph) -> Iterator[tuple[Command, Top]]:
    """The files of the same name in other folders: what nobody has read may change the working directory."""
    for command in flow.commands if flow.opaque else ():
        found = files.may_run(command)
        why = next(unseen_before(flow, command), None)
        if why and not isinstance(found, Top):
            wide = Top(why, tuple(sorted({f"**/{path.rpartition('/')[2]}" for path in found})))
            there = files.matched(wide)
            if isinstance(there, Top) or there - found:
                yield command, wide


def logins_unseen(
    step: StepFacts, files: FileGraph, book: RuleBook, followed: Collection[str]
) -> Iterator[tuple[str, Span]]:
    """The files that show a login with credentials that are not native, and where, of those that a step may run, and
    that these lead to; but for those that some step was followed into."""
    for path in sorted(_open(step, files, book)):
        text = files.text(path) if path not in followed else None
        if text is None:
            continue
        login = shows_login(text, book) if not names_natives(text, book) else None
        if login := login or next(encoded_logins(text, book), None):
            yield path, Span(login.start, min(login.end, login.start + _LONGEST))


def logins_in_parts(step: StepFacts, book: RuleBook) -> Iterator[tuple[str, Span]]:
    """The files in languages that are followed in part whose texts show a login with something else than the native
    pair, and where; but for those in which a login is certainly made to another registry."""
    for shell in step.shells:
        known = {shell.script.source_at(login.command.span).path for login in shell.logins if not login.host_unknown}
        for placed in shell.trace.called:
            path, text = placed.fragment.path, placed.fragment.text
            if not placed.launcher.partly or path in known or names_natives(text, book):
                continue
            texts = " ".join(one.text for one in every(placed.statements) if isinstance(one, Constant))
            if shows_login(texts, book) and (login := shows_login(text, book)):
                yield path, login


def logins_kept(step: StepFacts, texts: RegistryTexts) -> Iterator[tuple[str, Span]]:
    """The files that hold a login to Packages as clients keep it, and where, of those that commands of a step take, or
    that lie in a folder which they take; but for native ones."""
    files, book = texts.files, texts.book
    commands = [one for shell in step.shells for one in shell.trace.commands]
    variables = {name for client in book.clients.values() for name in client.login_file.variables}
    lookers = book.programs.lookers
    taken = [
        paths for one in commands if one.name not in lookers for paths in files.starts.taken(one, variables) if paths
    ]
    kept = texts.kept(files.kept_in(taken)) if taken else {}
    found = {path for paths in taken for path in within(paths, kept)} if kept else set()
    yield from ((path, kept[path]) for path in sorted(found))


def _open(step: StepFacts, files: FileGraph, book: RuleBook) -> frozenset[str]:
    """The files that a step may run where nobody follows: which, is known by words, untold names, and texts."""
    commands = [one for shell in step.shells for one in shell.trace.commands]
    started = (paths for command in commands for paths in files.may_start(command))
    found = (*may_run(step, files, book), *started, *files.copied(commands))
    known: set[str] = set()
    for paths in found:
        there = files.matched(paths)
        known |= _mentioning(paths, files, book) if isinstance(there, Top) else there
    return files.led(frozenset(known)) if known else frozenset()


def _mentioning(paths: Paths, files: FileGraph, book: RuleBook) -> frozenset[str]:
    """Those of more files than are looked through that mention a registry."""
    texts = files.holding(book.mentions)
    return frozenset() if isinstance(texts, Top) else matching(paths, texts)


def logins_beyond(
    step: StepFacts, files: FileGraph, book: RuleBook, hidden: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Shell, Command, str]]:
    """The commands that run, or may run, a file whose text is not read and that shows a login all the same; and it.
    Where `hidden` says so, those too that run one of which nothing can be seen."""
    words = [word.encode() for word in book.login_words]
    mentions = [mention.encode() for mention in book.mentions]

    def shown(data: bytes) -> bool:
        text = data.decode("latin-1")
        plain = any(one in data for one in mentions) and any(one in data for one in words)
        return (plain and not names_natives(text, book)) or any(encoded_logins(text, book))

    commands = [(shell, command) for shell in step.shells for command in shell.trace.commands]
    lacking = any(True for _, one in commands for _ in files.lacks(one))
    made = {name: output for _, one in commands for output in one.outputs if (name := output.path.symbol())}
    seen: set[str] = set()
    for shell, command in commands:
        copies = command.name in book.programs.copiers
        if copies and not lacking:
            continue  # whatever takes what it shows is asked itself
        runs = files.may_run(command)
        told = [word for word in command.arguments if not is_option(word)] if copies else []
        found = []
        for paths in (runs, *files.may_start(command), *files.moved(command, told)):
            there = files.matched(paths)
            for path in sorted(there) if not isinstance(there, Top) else ():
                data = files.beyond(path)
                if paths is runs and hidden() if isinstance(data, Top) else shown(data):
                    found.append(path)
        sealed = _sealed(command, made, files) if hidden() else ()
        for path in (*found, *sealed):
            if path not in seen:
                seen.add(path)
                yield shell, command, path


def _sealed(command: Command, made: Mapping[str, Output], files: FileGraph) -> Iterator[str]:
    """The files that only a key opens of those that a shell runs, or is fed, or of which its file is `made`; and
    scripts that run by themselves."""
    alone = command.name not in (*SHELLS, *EVALUATES)
    values = [*(one.value for one in command.arguments), *([command.stdin] if command.stdin else ())]
    names = (one.value.symbol() or "" for one in command.arguments)
    values += [made[name].content for name in names if name in made]
    runs = files.may_run(command)
    found = set() if isinstance(runs, Top) else set(runs)
    found |= {path for one in values for path in one.files} if not alone else set()
    yield from (path for path in sorted(found) if path in files.paths and files.sealed(path, script=alone))


def unseen(paths: Iterable[Paths], files: FileGraph, followed: frozenset[str]) -> Paths:
    """The files that are there of those that may run, and that no step was followed into."""
    there = files.matched(joined(paths))
    return there if isinstance(there, Top) else there - followed


def logging_in(
    step: StepFacts, files: FileGraph, book: RuleBook, followed: frozenset[str]
) -> tuple[list[str], list[str]]:
    """What logs in to Packages unseen: files that the step runs, or may run, and that show a login with something else
    than the native credentials; else what is taken for granted, where it is not known which files run."""
    found = dict.fromkeys(path for path, text in named(step, files) if logs_in(text, book))
    found |= dict.fromkeys(path for path, _ in logins_unseen(step, files, book, followed))
    found |= dict.fromkeys(path for _, _, path in logins_beyond(step, files, book))
    granted = _written_over(step, book)
    unknown = joined(paths for paths in may_run(step, files, book) if isinstance(paths, Top))
    if not isinstance(unknown, Top):
        return list(found), granted
    there = unseen([unknown], files, followed)
    if isinstance(there, Top):
        return [*found, there.why], []
    found |= dict.fromkeys(path for path in sorted(there) if logs_in(files.text(path) or "", book))
    names = "file" if "**" in unknown.patterns else " or ".join(unknown.patterns)
    which = f"patless can't tell which {names} runs, because of {unknown.why}; none here logs in to Packages"
    return list(found), granted if found else [*granted, which]


def _written_over(step: StepFacts, book: RuleBook) -> list[str]:
    """What is assumed of files that are followed where the step writes one whose name is not known."""
    if not any(True for _ in step.called):
        return []
    whys = dict.fromkeys(why for shell in step.shells for why in unknown_names(shell.trace, book))
    return [f"patless can't tell which file the step writes, because of {why}; it runs another" for why in whys]


def named(step: StepFacts, files: FileGraph) -> Iterator[tuple[str, str]]:
    """The files that the step's commands name and that are not followed, as path and text."""
    followed = {part.source.path for part in step.called}
    commands = (one for shell in step.shells for one in unfollowed(shell.trace))
    for command in commands:
        known = (paths for paths in (_runs(command, files), *files.told(command)) if not isinstance(paths, Top))
        for paths in (*known, *files.elsewhere(command)):
            there = files.matched(paths)
            for path in sorted(there - followed) if not isinstance(there, Top) else ():
                if (text := files.text(path)) is not None:
                    yield path, text


def logs_in(text: str, book: RuleBook) -> bool:
    """Whether a file logs in to Packages with something else than the native credentials."""
    shown = shows_login(text, book) is not None and not names_natives(text, book)
    return shown or any(encoded_logins(text, book))


def blanked(sources: Iterable[Source], book: RuleBook) -> dict[str, Source]:
    """Files without all that may be a password: nothing is known of what the program does, so only the names of
    programs, hosts and options are left, and those of variables."""
    blank = {}
    for source in sources:
        shown, at = [], 0
        for word in unknown_words(source.text, Span(0, len(source.text)), book):
            shown += [source.text[at : word.start], _HIDDEN * (word.end - word.start)]
            at = word.end
        blank[source.path] = Source(source.path, "".join((*shown, source.text[at:])))
    return blank


def unknown_words(text: str, within: Span, book: RuleBook) -> Iterator[Span]:
    """The words of text that may be a password: all but names of programs, hosts, options and variables."""
    known = {"login", *book.programs.displays, *book.programs.interpreters}
    known |= {host for registry in book.registries.values() for host in registry.hosts}
    known |= {name for client in book.clients.values() for name in client.programs}
    for match in _WORD.finditer(text, within.start, within.end):
        word = match["text"]
        if not (
            match["comment"] or word in known or _OPTION.fullmatch(word) or (match["before"] and _NAME.fullmatch(word))
        ):
            yield Span(*match.span("text"))


def _runs(command: Command, files: FileGraph, made: Paths = NONE) -> Paths:
    """What a command runs that is not followed. Of a file that a program finds by itself it runs only what it is told:
    where it is one file, that has been read."""
    found = files.may_run(command, made)
    launcher = files.programs.launcher(command.name)
    if launcher and launcher.files and not isinstance(found, Top) and len(found) < 2:
        return frozenset({command.runs} if command.runs else ())
    return found
