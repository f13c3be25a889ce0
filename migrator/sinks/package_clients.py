"""Package clients besides those of container registries: where they are given a stored credential for Packages.

npm, pip, Maven and others take it in options, in variables of the environment, in addresses, and in files of their own.
What is told here is that they are given one; how each means it is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct

from migrator.flow.events import Command, Flow, Output
from migrator.ir.values import Input, Literal, Unknown, Value, inputs
from migrator.rulebook.records import PackageClient, RuleBook
from migrator.sinks.keeping import SAVING
from migrator.sinks.values import is_handed, value_of
from migrator.text.patterns import regex
from migrator.text.source import Span
from migrator.text.yaml import Scalar

_OPTIONS = regex(r"-\w{0,9}[upH]|--(?:user|username|password|pass|token|creds?|auth|header)(?:=.*)?", re.I | re.S)
"""What a credential stands behind."""
_SECRET = regex(r"TOKEN|PASS|PWD|(?:\A|_)PAT(?:_|\Z)|SECRET|KEY|AUTH|CRED", re.IGNORECASE)
_CREDENTIAL = regex(r"TOKEN|PASS|PWD|(?:\A|_)PAT(?:_|\Z)|SECRET|KEY|AUTH|CRED|USER|LOGIN|EMAIL", re.IGNORECASE)
_OPTIONED = regex(r"ARG|OPT|FLAG", re.IGNORECASE)
_NAME = regex(r'(?:\$\{?(?:env[.:])?|\bsys\.env(?:\.\w{1,20})?\(\s{0,9}")([A-Za-z_]\w*)')
"""A variable: in shell and most files, in those of Maven and PowerShell, and in Scala."""
_GIVEN = regex(r"(?:-\w{0,9}e|--env)=?([A-Za-z_]\w*)")
"""A variable that is handed on by its name."""
_LINE = 400


Hosts = Callable[[Command, str], str]


class PackageCall(Struct, frozen=True):
    """A place where `client` is given a credential for `host`: the command, the stored variables, and the `text` that
    gives it, `${NAME}` for these."""

    client: str
    host: str
    command: Command
    stored: tuple[str, ...]
    text: str


def package_calls(
    flow: Flow, book: RuleBook, known: Collection[Command] = (), hosts: Hosts = lambda command, client: ""
) -> Iterator[PackageCall]:
    """Commands that give a package client a credential for Packages that is not native, but for those that are `known`
    otherwise. `hosts` tells which host the files of a client name: it counts where a command names no address."""
    files = _files(flow)
    for command in flow.commands:
        if command in known:
            continue
        for name, client in book.package_clients.items():
            text, stored = _given(command, client, book, files)
            if stored and (host := host_in(text, book) or ("" if "//" in text else hosts(command, name))):
                yield PackageCall(name, host, command, stored, text)
                break


class KeptCredential(Struct, frozen=True):
    """A place in a file of a client that takes stored variables for `host`."""

    span: Span
    host: str
    stored: tuple[str, ...]


def kept(text: str, client: PackageClient, book: RuleBook, address: str = "") -> KeptCredential | None:
    """The first place where a file of the client takes a credential for Packages from variables, with all of these.
    `address` is the host where the text names none."""
    host = host_in(text, book) or address
    if not host:
        return None
    first: Span | None = None
    names: dict[str, None] = {}
    for match in _marked(client).finditer(text):
        end = text.find("\n", match.end())
        line = text[match.start() : min(end if end >= 0 else len(text), match.start() + _LINE)]
        found = [name for name in _NAME.findall(line) if _is_stored(name, book)]
        if found:
            first = first or Span(*match.span())
            names |= dict.fromkeys(found)
    return KeptCredential(first, host, tuple(names)) if first else None


def told_by(command: Command, name: str, book: RuleBook) -> tuple[str, ...]:
    """The stored variables in what a program finds in a variable: that itself, if the script does not set it or nobody
    knows to what."""
    value = _value(command, name)
    names = tuple(inputs([value])) if value else ()
    return tuple(one for one in names if _is_stored(one, book)) if names else (name,)


def handed(given: Sequence[tuple[str, Scalar]], book: RuleBook) -> KeptCredential | None:
    """What a task of the platform is `given` for a Packages host: stored variables whose names, or the names that it
    knows them by, say that they are a credential. The place is the first of them."""
    addressed = (_address(key, scalar.value, book) for key, scalar in given)
    if not (host := next(filter(None, addressed), "")):
        return None
    found: dict[str, Span] = {}
    for key, scalar in given:
        for name in _NAME.findall(scalar.value):
            if _is_stored(name, book) and (_CREDENTIAL.search(key) or _SECRET.search(name)):
                found.setdefault(name, scalar.span)
    secret = any(_SECRET.search(text) for key, one in given for text in (key, *_NAME.findall(one.value)))
    return KeptCredential(next(iter(found.values())), host, tuple(found)) if found and secret else None


def _address(key: str, value: str, book: RuleBook) -> str:
    """The host of Packages that is a value, or the address in it; a sentence may name one, but options do."""
    words = value.split() if _OPTIONED.search(key) else [value.strip()]
    return next((host for word in words if " " not in word and (host := host_in(word, book))), "")


def _files(flow: Flow) -> dict[str, str]:
    """All that a script writes into files, by their names without the folder."""
    found: dict[str, str] = {}
    for output in (one for command in flow.commands for one in _written(command)):
        for name in _called(output):
            found[name] = f"{found.get(name, '')}{_text(output.content)}"
    return found


def runs(command: Command, client: PackageClient, book: RuleBook) -> bool:
    """Whether a command is the client, or runs it in a container."""
    if command.name in client.programs:
        return True
    contained = book.programs.contained(command.name, [one.text for one in command.arguments]) is not None
    return contained and _runs(command, client, book)


def _given(
    command: Command, client: PackageClient, book: RuleBook, files: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """What a command tells the client, and the stored variables that it gives; '' and none for nothing. `files` are
    what the script writes: a line may be about the host that another command writes."""
    for output in _written(command):
        content, names = _text(output.content), _called(output)
        for path in (one for one in client.files if one in names):
            text = content if "//" in content else files[path]
            if host_in(text, book):
                marked = any(mark in content for mark in client.marks)
                return text, tuple(dict.fromkeys(_names(output.content, book))) if marked else ()
    if command.followed or (command.name not in client.programs and not _runs(command, client, book)):
        return "", ()
    told = dict.fromkeys(name for one in client.variables for name in _variables(one, command))
    given = {name: value for name in told if (value := _value(command, name))}
    texts = [_text(argument.value) for argument in command.arguments]
    texts += [f"{name}={_text(value)}" for name, value in given.items()]
    stored = dict.fromkeys(name for value in given.values() for name in _names(value, book))
    stored |= dict.fromkeys(_told(command, book))
    if command.name not in client.programs:
        stored |= dict.fromkeys(_handed_on(command, book))
    return " ".join(texts), tuple(stored)


def _runs(command: Command, client: PackageClient, book: RuleBook) -> bool:
    """Whether a program is told to run the client: `python -m twine`, `docker run … twine`, `ssh host "twine …"`."""
    texts = (_text(argument.value) for argument in command.arguments if command.name not in book.programs.displays)
    return any(word.rpartition("/")[2] in client.programs for text in texts for word in text.split())


def _written(command: Command) -> Iterator[Output]:
    yield from command.outputs
    if command.name in SAVING and command.stdin is not None:
        yield from (Output(argument.value, command.stdin, command.folders) for argument in command.arguments)


def _called(output: Output) -> frozenset[str]:
    """The names that a file may have, without the folder."""
    return frozenset(text.rpartition("/")[2] for text in output.path.texts)


def sets(command: Command, client: PackageClient) -> bool:
    """Whether the script sets a variable for a command that gives the client a credential."""
    return any(is_handed(command, name) for one in client.variables for name in _variables(one, command))


def _variables(pattern: str, command: Command) -> Iterator[str]:
    known = dict.fromkeys((*command.environment, *(name for name, _ in command.overrides)))
    return (name for name in known if fnmatchcase(name, pattern))


def _value(command: Command, name: str) -> Value | None:
    return value_of(command, name) if is_handed(command, name) else None


def _told(command: Command, book: RuleBook) -> Iterator[str]:
    """The stored variables that words give as a credential: behind an option, in an address before its host, behind the
    key of a setting, or by their names."""
    before = ""
    for argument in command.arguments:
        text = _text(argument.value)
        option = bool(_OPTIONS.fullmatch(before)) or bool(_OPTIONS.fullmatch(text))
        for name in _names(argument.value, book):
            head, known, rest = text.partition(f"${{{name}}}")
            head = head if known else ""
            around = "@" in rest and "://" in head
            within = any(map(_OPTIONS.fullmatch, head.strip("'\"").split()[-1:]))
            keyed = "/:_" in text or "/:_" in before
            assigned = _CREDENTIAL.search(head.rpartition("=")[0])
            if option or assigned or around or within or keyed or _SECRET.search(name):
                yield name
        before = text


def _handed_on(command: Command, book: RuleBook) -> Iterator[str]:
    """The stored variables that a container is given by their names, `-e NAME`, and that say that they are a
    credential: https://docs.docker.com/reference/cli/docker/container/run/#env"""
    words = [argument.text or "" for argument in command.arguments]
    for before, word in zip(["", *words], words, strict=False):
        found = _GIVEN.fullmatch(word if word.startswith("-") else f"{before}={word}")
        if found and _CREDENTIAL.search(found[1]) and _is_stored(found[1], book):
            yield from told_by(command, found[1], book)


def _names(value: Value, book: RuleBook) -> Iterator[str]:
    """The stored variables that a value is, or is made of, and those that text of it names for the client."""
    for piece in value.pieces:
        match piece:
            case Input(name):
                found: Iterable[str] = (name,)
            case Unknown(names=names):
                found = names
            case Literal(text):
                found = _NAME.findall(text)
        yield from (name for name in found if _is_stored(name, book))


def _is_stored(name: str, book: RuleBook) -> bool:
    return name not in book.natives and not book.built_in.gives(name)


def _text(value: Value) -> str:
    """All that it may be, side by side."""
    rows = (
        "".join(
            one.text if isinstance(one, Literal) else f"${{{one.name}}}" if isinstance(one, Input) else "?"
            for one in row
        )
        for row in value.alternatives
    )
    return " ".join(rows)


def host_in(text: str, book: RuleBook) -> str:
    """The first host of Packages in a text; '' for none."""
    found = _hosts(book.mentions).search(text)
    return found[0].lower() if found else ""


@lru_cache(maxsize=8)
def _hosts(mentions: tuple[str, ...]) -> re.Pattern[str]:
    """A host below one of the domains of Packages."""
    domains = "|".join(re.escape(one) for one in mentions if "." in one) or "(?!)"
    return re.compile(rf"(?<![\w.-])[\w-]{{1,60}}\.(?:{domains})(?![\w-]|\.\w)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _marked(client: PackageClient) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, client.marks)))
