"""What else gives a call the credential that it reads through files, and what takes that elsewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from migrator.findings.records import Reason
from migrator.fixes.context import Context
from migrator.fixes.departures import Departure
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.flow.events import Command
from migrator.flow.nested import SHELLS
from migrator.flow.queries import unfollowed, unseen_before
from migrator.ir.paths import Top, matching
from migrator.ir.values import inputs
from migrator.reading.steps import StepFacts
from migrator.sinks.bound import host_of
from migrator.sinks.keeping import spelt, takes
from migrator.sinks.logins import BoundCall
from migrator.sinks.packages import Name, linkage
from migrator.sinks.shown import visible_text
from migrator.sinks.values import is_handed, value_of
from migrator.sinks.writers import may_write
from migrator.text.patterns import regex

_MOST = 6
_LOOKING = frozenset({"rm", "chmod", "touch", "test", "[", "ls", "mkdir", "cd", "pushd", "cp"})
"""They change nothing of what is in a file, or put it where it is looked for."""
_SENDS = regex(r"deploy|submit|upload|ship|release|publish|push|sync|send")
"""Words of programs that take a folder along."""
_TELLS = regex(
    r"-D(?!(?:revision|sha1|changelist|style\.color|file\.encoding)\b|(?:maven\.(?:test|wagon)|aether|user)\.)"
    r"|(?:\A|\s)(?:-s|-gs|-P|-f|--settings|--global-settings|--activate-profiles|--file)\b|<servers?>"
)
"""What may lead a build to other settings, or to another address."""
_OPTIONS = ("MAVEN_ARGS", "MAVEN_OPTS", "GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS")
"""Variables with more words for a call: https://maven.apache.org/configure.html#MAVEN_OPTS_environment_variable,
https://docs.gradle.org/current/userguide/command_line_interface.html"""


def build_call(
    step: StepFacts, context: Context, login: PackagesLogin, left: Sequence[Departure]
) -> tuple[Opinion, ...]:
    """Reasons about a call that reads its credential through files; none for any other login. `left` is what leaves
    the step."""
    call = login.login.bound
    if call is None:
        return ()
    others = tuple(dict.fromkeys((*call.doubts, *_others(step, context, login, call))))
    leaves = [*_leaving(step, context, login, call, left)]
    shown = f"`{login.command.name}`"
    return (
        Opinion("for what else is it?", reasons=_reasons(context, "credential-unresolved", call.refused, shown)),
        Opinion(
            "what else may set or take what the call is given?",
            tuple(map(Sighting, others)),
            _reasons(context, "build-settings", others, shown),
            _assumed(call),
        ),
        Opinion("what takes its file out of the step?", reasons=_reasons(context, "leaves-step", leaves, shown)),
        _packages(step, context, login, call, shown),
    )


def _reasons(context: Context, code: str, details: Sequence[str], subject: str) -> tuple[Reason, ...]:
    return tuple(context.reason(code, detail, subject) for detail in details[:_MOST])


def _assumed(call: BoundCall) -> tuple[str, ...]:
    return (f"the native credentials have no sign in them that {call.raw} reserves",) if call.raw else ()


def _others(step: StepFacts, context: Context, login: PackagesLogin, call: BoundCall) -> Iterator[str]:
    book, trace, command = context.book, login.shell.trace, login.command
    if not all(map(book.programs.hands_on, command.wrappers)):
        yield f"`{command.name}` runs in `{command.wrappers[0]}`"
    yield from _naming(context, login, call)
    told = {name for one in book.package_clients.values() if command.name in one.programs for name in one.addresses}
    read = {path for path in context.files.paths if posixpath.basename(path) in told}
    for shell in step.shells:
        if written := matching(may_write(shell.trace, book), read - {*call.places}):
            yield f"the step may write {min(written)}"
    for path in context.files.paths:
        if path.startswith(".mvn/") and _TELLS.search(context.file(path) or "<servers>"):
            yield f"{path} may name other settings"
    for name in _OPTIONS:
        value = value_of(command, name) if is_handed(command, name) else None
        if value is not None and (value.unknown or inputs((value,)) or _TELLS.search(visible_text(value))):
            yield f"{name} may name other settings"
    names = {posixpath.basename(place) for place in (*call.places, *call.files)}
    names |= {posixpath.dirname(place)[2:] for place in call.places if place.startswith("~/")} - {""}
    sent = any(not place.startswith("~") for place in call.places)
    own = book.package_clients[login.login.client].programs
    for one in trace.commands:
        if one not in call.writers and _touches(one, names, sent, context, own):
            yield f"`{one.name or 'a program'}` is told the file with the credential"
    if trace.cleared:
        yield "a part of the step runs in another environment"
    for one in unfollowed(trace):
        if one.order < command.order and (not one.name or one.name in SHELLS):
            yield f"`{one.name or 'a program'}` runs what patless has not read"
    yield from (f"patless has not read {one.rstrip(',')}" for one in unseen_before(trace, command))
    if trace.unread:
        yield "patless has not read all text that the step runs"


def _naming(context: Context, login: PackagesLogin, call: BoundCall) -> Iterator[str]:
    """Files that name what the call is given another value of: what it runs may read it, too."""
    apart = {*call.files, *context.followed}
    for name in sorted(call.names | login.login.variables):
        found = context.files.speaking_of(name)
        if isinstance(found, Top):
            yield f"what may read {name} is {found.why}"
        else:
            yield from (f"{path} names {name}, too" for path in sorted(found - apart))


def _touches(command: Command, names: set[str], sent: bool, context: Context, own: Collection[str]) -> bool:
    """Whether a command is told the file, or may send the folder that it lies in; other calls of its `own` client are
    looked at for themselves."""
    if command.followed or command.name in _LOOKING or command.name in own:
        return False
    if command.name in context.book.programs.displays and not command.outputs:
        return False
    texts = [visible_text(one.value) for one in command.arguments]
    if sent and any(map(_SENDS.fullmatch, texts)):
        return True
    return any(name in text for name in names for text in texts)


def _leaving(
    step: StepFacts, context: Context, login: PackagesLogin, call: BoundCall, left: Sequence[Departure]
) -> Iterator[str]:
    places = [*call.places, *(place.replace("~", "/root", 1) for place in call.places if place.startswith("~"))]
    for kind, pattern in step.step.kept:
        if any(takes(spelt(pattern, context.book.built_in), place) for place in places):
            yield f"{kind} keeps the file with the credential"
    for one in left:
        if call.places and not set(one.stored).isdisjoint(login.stored):
            yield f"what the step writes there also becomes {one.what}"


def _packages(step: StepFacts, context: Context, login: PackagesLogin, call: BoundCall, shown: str) -> Opinion:
    """Whose are the packages that it reads and publishes, and does the host take the native credentials?"""
    base, picture, host = _base(call, context), context.picture, host_of(call.address)
    reasons: list[Reason] = []
    granted: list[str] = []
    settled = not step.elsewhere and any(one.startswith(f"{host}/") for one in context.settings.own_packages)
    if context.book.registry(host) is None and not settled:
        reasons.append(context.reason("host-undocumented", f"no documentation of the platform names {host}", host))
    if base.workspace and picture.other_workspace(base):
        reasons.append(context.reason("other-workspace", f"{base.shown} is of another workspace", base.shown))
    for text in call.foreign:
        name = Name(f"{base.text}/{text}", base.host, base.workspace, base.complete, base.running)
        if not picture.listed(name) and not picture.shared(name):
            detail = f"{shown} may read {name.shown}, which this repository does not publish"
            reasons.append(context.reason("foreign-package", detail, name.shown))
    if call.publishes:
        granted.append(linkage(f"what {shown} publishes at {base.shown}"))
    idle = not call.publishes and not call.foreign
    why = call.unclear or (f"patless sees no package of {host} that {shown} reads or publishes" if idle else "")
    if why and not settled:
        reasons.append(context.reason("build-packages-unknown", why, shown))
    asked = "whose are the packages that it reads and publishes?"
    return Opinion(asked, (), tuple(islice(reasons, _MOST)), tuple(granted))


def _base(call: BoundCall, context: Context) -> Name:
    """The registry that the call is for, as its packages are named: `HOST/WORKSPACE`, or the host alone."""
    host = host_of(call.address)
    running = f"${{{context.book.built_in.workspace}}}"
    path = call.address.partition("://")[2].partition("/")[2].partition("/")[0].replace("${env.", "${")
    whose = path.replace(running, context.settings.workspace or running)
    return Name(f"{host}/{whose}".rstrip("/"), host, whose, "$" not in whose.replace(running, ""), whose == running)
