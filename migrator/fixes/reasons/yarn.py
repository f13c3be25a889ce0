"""What else gives yarn a credential or settings, and what takes along the pair that it is given."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from migrator.fixes.context import Context
from migrator.fixes.departures import Departure
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.reasons.bound import bound
from migrator.fixes.reasons.npm import leaving, reasons_of
from migrator.fixes.reasons.npm_packages import npm_packages
from migrator.flow.events import Command
from migrator.flow.nested import SHELLS
from migrator.ir.paths import Top
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.found_files import LOOKING
from migrator.sinks.npm import breaks
from migrator.sinks.npmrc import NpmPair
from migrator.sinks.shown import visible_text
from migrator.sinks.values import names_set
from migrator.sinks.yarn import REGISTRY, VARIABLE
from migrator.sinks.yarnrc import FILE, IDENT, TOKEN, YARN, YarnSettings, yarn_settings
from migrator.text.patterns import regex

_BEARER = "YARN_NPM_AUTH_TOKEN"
_CONFIGURES = regex(r"YARN_(?:NPM_|RC_FILENAME|HTTPS?_PROXY)")
_PUBLISHED = regex(r'"publishConfig"\s{0,99}:\s{0,99}\{[^{}]{0,999}"registry"\s{0,99}:\s{0,99}"([^"]{1,400})"')
_NAMES = regex(r"\byarn(?:pkg)?\b|yarnrc")
_TOLD = regex(r"yarnrc|npmAuth")
_NEEDLES = ("yarnrc", "npmAuth", "YARN_NPM_", "yarn config", "yarn npm login")
_LOGIN = frozenset({"login", "logout"})


def yarn(step: StepFacts, context: Context, login: PackagesLogin, left: Sequence[Departure]) -> tuple[Opinion, ...]:
    """Reasons about a pair that yarn is given; none for any other login. `left` is what leaves the step."""
    pair = login.login.npm
    if pair is None or login.login.client != YARN:
        return ()
    settings = yarn_settings(login.shell.trace, context.book, context.file)
    wins = [*dict.fromkeys(_tokens(login, pair, settings))]
    others = [*dict.fromkeys((*_others(step, context, login, pair, settings), *_committed(context, settings)))]
    leaves = [*leaving(step, context, login, pair, left, FILE)]
    broken = [why for one in pair.encoded if (why := breaks(one))]
    return (
        Opinion("may a line of what it encodes break?", reasons=reasons_of(context, "encoded-in-lines", broken, FILE)),
        Opinion(
            "which token does yarn take instead?",
            tuple(map(Sighting, wins)),
            reasons_of(context, "npm-token-wins", wins, pair.address),
        ),
        Opinion(
            "what else may set or take what yarn is given?",
            tuple(map(Sighting, others)),
            reasons_of(context, "npm-settings", others, FILE),
        ),
        Opinion(
            "what takes the file of yarn out of the step?", reasons=reasons_of(context, "leaves-step", leaves, FILE)
        ),
        *((bound(context, login),) if login.login.sinks else ()),
        Opinion("what does the form of its file assume?", assumptions=tuple(_assumed(pair, login))),
        npm_packages(step, context, login),
    )


def _tokens(login: PackagesLogin, pair: NpmPair, settings: YarnSettings) -> Iterator[str]:
    for one in settings.known:
        if one.name == TOKEN and (one.of in ("", pair.address) or one.of.startswith("@")):
            yield f"`{TOKEN}` in {one.place} may win over `{IDENT}`"
    for command in login.shell.trace.commands:
        if command.name == YARN and _BEARER in names_set(command):
            yield f"`{_BEARER}` may win over `{IDENT}`"


def _assumed(pair: NpmPair, login: PackagesLogin) -> Iterator[str]:
    """What must hold of values that the script writes into YAML as they are, and not by a call of yarn."""
    if login.command.name != YARN and not pair.encoded:
        yield "YAML reads the native user name and token as plain text"


def _others(
    step: StepFacts, context: Context, login: PackagesLogin, pair: NpmPair, settings: YarnSettings
) -> Iterator[str]:
    yield from settings.doubts
    mine = [one for one in settings.known if one.name == IDENT]
    places = {(one.of, one.place) for one in mine}
    if len(places) > 1 or (mine and not pair.place):
        yield f"yarn is given `{IDENT}` in several places"
    written = {one.place for one in settings.known if one.command and one.command.name != YARN}
    if any(one.command is None and one.place in written for one in settings.known):
        yield f"the step writes a {FILE} that is in the repository, too"
    told = _PUBLISHED.search(context.file("package.json") or "")
    if told and login.login.host not in told[1]:
        yield "package.json names another registry to publish to"
    for shell in step.shells:
        yield from _in_shell(shell, context.book, login, pair)
    if not login.login.sinks and not pair.place.startswith("~"):
        yield from (f"{task.what} sees the file with the settings of yarn" for task in step.tasks)


def _in_shell(shell: Shell, book: RuleBook, login: PackagesLogin, pair: NpmPair) -> Iterator[str]:
    if shell is not login.shell:
        if _NAMES.search(shell.script.text):
            yield f"`{shell.commands.name}` uses or changes the settings of yarn, too"
        return
    own = {one.command for one in shell.logins if one.client == YARN}.union(pair.commands)
    yield from dict.fromkeys(why for one in shell.trace.commands if (why := _doubt(one, own, book)))
    if any(_TOLD.search(visible_text(value)) for value in shell.trace.inputs):
        yield "the step reads the file with the settings of yarn"
    if shell.trace.cleared:
        yield "a part of the step runs in another environment"
    yield from (f"patless has not read {one.what.rstrip(',')}" for one in shell.trace.opaque)
    if shell.trace.unread:
        yield "patless has not read all text that the step runs"


def _doubt(command: Command, own: set[Command], book: RuleBook) -> str:
    """Why a command may set or take what yarn is given; '' where it does not."""
    shown = f"`{command.name or 'a program'}`"
    texts = [visible_text(one.value) for one in command.arguments]
    if command.name in book.programs.shells or command.name in book.programs.carriers:
        return f"{shown} starts yarn in a way that patless doesn't follow" if any(map(_NAMES.search, texts)) else ""
    if not command.name or (command.name in SHELLS and not command.followed):
        return f"{shown} runs what patless has not read"
    given = names_set(command)
    for name in given:
        if _CONFIGURES.match(name) and name not in (VARIABLE, REGISTRY, _BEARER):
            return f"the step sets `{name}`"
    if command.name == YARN:
        if "HOME" in given:
            return f"{shown} looks for its settings in another home folder"
        if not all(map(book.programs.hands_on, command.wrappers)):
            return f"{shown} runs in `{command.wrappers[0]}`"
        if texts[:1] == ["npm"] and not _LOGIN.isdisjoint(texts[1:2]):
            return f"{shown} logs in or out"
        return ""
    looks = command.name in LOOKING or (command.name in book.programs.displays and not command.outputs)
    if command in own or command.followed or looks:
        return ""
    return f"{shown} is told a file with settings of yarn" if any(map(_TOLD.search, texts)) else ""


def _committed(context: Context, settings: YarnSettings) -> Iterator[str]:
    """Files of the repository that may set it, too."""
    known = {one.place for one in settings.known}
    found = context.files.holding(_NEEDLES)
    if isinstance(found, Top):
        yield f"what may set it is {found.why}"
        return
    unread = (path for path in context.files.paths if posixpath.basename(path) == FILE and context.file(path) is None)
    yield from (f"patless can't read {path}" for path in unread)
    for path in sorted(found):
        if path not in known and not context.files.is_listing(path):
            yield f"{path} names settings of yarn"
