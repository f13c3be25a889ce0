"""Logins among the commands of a script: who logs in, where, and with what."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Alternative, Literal, Unknown, Value
from migrator.rulebook.records import Registry, RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink, sinks_of
from migrator.sinks.invocations import Invocation, invocation
from migrator.sinks.login_files import kept
from migrator.sinks.npmrc import NpmPair
from migrator.sinks.packages import host_of, without_scheme
from migrator.sinks.uses import ImageUse
from migrator.sinks.values import subject_of
from migrator.text import wildcards

SEVERAL = "the words of the login"
"""What the host comes from of a login that is given more words than it takes."""

OTHER = "another registry"
"""The host of a login of which no more is known than that it is none of Packages."""


_ANY = "\0"
"""What is not known of a host; no literal text has it."""


class Binding(Struct, frozen=True):
    """A `variable` that a file names for its client, and the native `expression` of what it is to hold. `whole`: what
    it holds now is not known in its halves."""

    variable: str
    expression: str
    whole: bool


class BoundCall(Struct, frozen=True):
    """What is known of a call that reads its credential through files: the `address` that it is for, and the `files` of
    the repository with it, or the `places` of those that the script writes, by `writers`. `names` are those that files
    know its halves by. `refused` and `doubts` are clauses: why it cannot be changed, and what else may matter. It
    `publishes` there; `foreign` are packages that it may read there and that are none of the repository, and `unclear`
    says why there may be others, '' where not. `raw`: what is written there stands in a text with signs of its own.
    """

    address: str
    files: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    writers: tuple[Command, ...] = ()
    names: frozenset[str] = frozenset()
    refused: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    publishes: bool = False
    foreign: tuple[str, ...] = ()
    unclear: str = ""
    raw: str = ""


class Login(Struct, frozen=True, eq=False):
    """One run of a login command: the sinks of a call that stores what it is given. Or one of a call that is made with
    a credential of its own: then `alone` are the images that it reaches with it, and nothing is stored.

    `registry` is the Packages registry that it certainly logs in to; where that is None, `host_subject` is what a host
    comes from that is not certain, and `perhaps` a registry that it may be. `config` tells apart the files that keep
    logins. `npm` is where npm, or yarn, finds it, of a pair that is written for all its later calls, or that the call
    alone takes from variables that the settings name: then `bindings` are what becomes of these in front of the
    command. `bound` is how a call of another client finds it that reads it through files. `token` is the sink of the
    password where no user name is given with it, as the client adds one. `writers` write it into a file of the client.
    `address`: it is a part of one.
    """

    command: Command
    client: str
    rule: str
    sinks: tuple[Sink, ...]
    host: str
    registry: Registry | None
    host_subject: str
    perhaps: Registry | None
    username: Value
    password: Value
    config: str
    alone: tuple[ImageUse, ...] | None = None
    npm: NpmPair | None = None
    bindings: tuple[Binding, ...] = ()
    bound: BoundCall | None = None
    token: Sink | None = None
    writers: tuple[Command, ...] = ()
    address: bool = False

    @property
    def variables(self) -> frozenset[str]:
        """The variables that its client takes halves of the credential from."""
        return frozenset(name for role in (Role.USERNAME, Role.PASSWORD) if (name := self.variable(role)))

    @property
    def by_variables(self) -> bool:
        """Whether the call alone takes it, from variables that files know by their names."""
        return bool((self.npm or self.bound) and self.registry is not None and self.variables)

    @property
    def written_by(self) -> tuple[Command, ...]:
        """The commands that write the file in which its client finds it."""
        return self.npm.commands if self.npm else self.bound.writers if self.bound else self.writers

    @property
    def host_unknown(self) -> bool:
        return bool(self.host_subject)

    def variable(self, role: Role) -> str:
        """The variable that its client takes a half of the credential from, '' where it is told in another way."""
        found = [sink.variable for sink in self.sinks if sink.role is role]
        return found[0] if found and self.alone is not None else ""


def find_logins(trace: Flow, book: RuleBook) -> Iterator[Login]:
    """Every login of the script, those to other registries too; a function with a client's name that calls the client
    is none besides."""
    within: set[tuple[int, ...]] = set()
    for command in trace.commands:  # what a function runs comes before its call
        called = invocation(command, book)
        if called and called.syntax and called.syntax.does(Action.STORE):
            if not command.followed or (*command.calls, command.span.start) not in within:
                yield _login(called, book)
            within |= {command.calls[:length] for length in range(1, len(command.calls) + 1)}


def _login(called: Invocation, book: RuleBook) -> Login:
    given = sinks_of(called, Action.STORE)
    passwords = {sink.channel is Channel.STDIN for sink in given if sink.role is Role.PASSWORD}
    token = token_of(given)
    password = _last(given, Role.PASSWORD) if len(passwords) < 2 else Value.of(Unknown("two places at once"))
    return Login(
        called.command,
        called.client.name,
        called.client.rule,
        given,
        *_host([sink.value for sink in _strongest(given, Role.HOST)], book),
        _last(given, Role.USERNAME),
        token.value if token else password,
        kept(called),
        token=token,
    )


def token_of(given: tuple[Sink, ...]) -> Sink | None:
    """The token that a call is given without a user name and a password; with them, clients refuse it."""
    tokens = [sink for sink in given if sink.role is Role.TOKEN]
    told = [sink for sink in tokens if sink.channel is tokens[0].channel]
    alone = not any(sink.role in (Role.USERNAME, Role.PASSWORD) for sink in given)
    return told[-1] if told and alone else None


def _host(values: list[Value], book: RuleBook) -> tuple[str, Registry | None, str, Registry | None]:
    """The host that a call names, with its registry; the default one where it names none, or ''. If it is not certain,
    what it comes from, and a registry that it may be."""
    if len(values) > 1:
        named = (book.registry(host) for one in values for row in one.alternatives if (host := host_of(row)))
        return "", None, SEVERAL, next((registry for registry in named if registry), None)
    default = next((min(registry.hosts) for registry in book.registries.values() if registry.default), "")
    found = {host_of(row) for row in values[0].alternatives} if values else {""}
    hosts = {one if one is None else one or default for one in found}
    known = sorted(one for one in hosts if one is not None)
    registry = next((registry for one in known if (registry := book.registry(one))), None)
    if len(known) == len(hosts) and (len(hosts) == 1 or registry is None):
        return known[0], registry, "", None
    if not any(_may_be_packages(row, book) for row in values[0].alternatives):
        return OTHER, None, "", None
    return "", None, subject_of(values[0]), registry


def _may_be_packages(alternative: Alternative, book: RuleBook) -> bool:
    """Could the host be one of Packages, whatever the parts are that are not known?

    `$ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com` cannot.
    """
    text = "".join(piece.text.lower() if isinstance(piece, Literal) else _ANY for piece in alternative)
    scheme, colon, rest = text.partition("://")
    parts = without_scheme(rest if colon and _ANY in scheme else text).partition("/")[0].split(_ANY)
    hosts = [one for registry in book.registries.values() for one in registry.hosts]
    return any(wildcards.may_be(parts, spelling) for one in hosts for spelling in (one, f"{one}:443"))


def _strongest(given: tuple[Sink, ...], role: Role) -> list[Sink]:
    """What the first channel gives that gives anything, in the order of the rules."""
    found = [sink for sink in given if sink.role is role]
    return [sink for sink in found if sink.channel is found[0].channel]


def _last(given: tuple[Sink, ...], role: Role) -> Value:
    """The last option of several counts."""
    found = _strongest(given, role)
    return found[-1].value if found else Value.of(Unknown("nothing that is written here"))
