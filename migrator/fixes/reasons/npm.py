"""What else gives npm a credential or a file for one, and what takes the pair that a step writes for it elsewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from migrator.findings.records import Reason
from migrator.fixes.context import Context
from migrator.fixes.departures import Departure
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.reasons.bound import bound
from migrator.fixes.reasons.npm_packages import npm_packages
from migrator.flow.events import Command
from migrator.flow.nested import SHELLS
from migrator.ir.paths import Top
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action
from migrator.sinks.found_files import LOOKING
from migrator.sinks.invocations import invocation
from migrator.sinks.keeping import ROOTED, spelt, takes
from migrator.sinks.npm import NPM, breaks, is_npm
from migrator.sinks.npmrc import CREDENTIALS, FILE, TOKEN, NpmPair, keys, reaches, settings
from migrator.sinks.shown import visible_text
from migrator.sinks.values import names_set
from migrator.text.patterns import regex

_LOGIN = frozenset({"login", "logout", "adduser", "add-user"})
_QUIET = regex(r"p?npm_config_(?:cache|loglevel|fund|audit|progress|yes|color|update_notifier|prefer_offline)", 2)
_CONFIGURES = regex(r"p?npm_config_|YARN_NPM_", 2)
_HOMES = frozenset({"~", "/root", "/"})
_NEEDLES = ("npmrc", "_authToken", "npm_config_", "npm config", "npm set", ":_auth", ":_password", "npm login")
_MOVES = (Action.STORE, Action.PUSH, Action.PULL, Action.NAME)
_NAMES = regex(r"\b(?:npm|npx|pnpm|pnpx|yarn|bunx?|lerna|changeset)\b|npmrc")
_SENDS = regex(r"deploy|submit|upload|ship|release|publish|push|sync|send")
"""Words of programs that take a folder along."""
_TOLD = regex(r"npmrc|userconfig|globalconfig|/:(?:_|username)")
_COMPUTED = regex(r"(?m)^[^=\n#;]{0,400}\$\{")
"""A key with a variable in it."""
_UNSCOPED = regex(r"(?m)^[ \t]{0,20}(?:_auth|_authToken|_password|username)[ \t]{0,20}=")


def npm(step: StepFacts, context: Context, login: PackagesLogin, left: Sequence[Departure]) -> tuple[Opinion, ...]:
    """Reasons about a pair that the step writes for npm; none for any other login. `left` is what leaves the step."""
    pair = login.login.npm
    if pair is None or login.login.client != NPM:
        return ()
    broken = [why for one in pair.encoded if (why := breaks(one))]
    wins = [*_tokens(step, context, login, pair)]
    others = dict.fromkeys((*_others(step, context, login, pair), *_committed(context, login, pair)))
    leaves = [*leaving(step, context, login, pair, left)]
    return (
        Opinion(
            "may a line of what it encodes break?", reasons=reasons_of(context, "encoded-in-lines", broken, "base64")
        ),
        Opinion(
            "which token does npm take instead?",
            tuple(map(Sighting, wins)),
            reasons_of(context, "npm-token-wins", wins, pair.address),
        ),
        Opinion(
            "what else may set or take what npm is given?",
            tuple(map(Sighting, others)),
            reasons_of(context, "npm-settings", [*others], FILE),
        ),
        Opinion(
            "what takes the file of npm out of the step?", reasons=reasons_of(context, "leaves-step", leaves, FILE)
        ),
        *((bound(context, login), _encoder(login)) if login.login.sinks else ()),
        npm_packages(step, context, login),
    )


def _encoder(login: PackagesLogin) -> Opinion:
    """What an expression needs that no line of the step has used before."""
    pair, bindings = login.login.npm, login.login.bindings
    needed = pair is not None and not pair.encoded and any("base64" in one.expression for one in bindings)
    return Opinion(
        "what encodes the native credentials?", assumptions=("the step has `base64` with `-w`",) if needed else ()
    )


def reasons_of(context: Context, code: str, details: Sequence[str], subject: str) -> tuple[Reason, ...]:
    return tuple(context.reason(code, detail, subject) for detail in details[:4])


def _tokens(step: StepFacts, context: Context, login: PackagesLogin, pair: NpmPair) -> Iterator[str]:
    """Where a token stands for the same address as the pair, or for one in there."""
    detail = "`_authToken` for {} in {} wins over the user name and the password"
    for shell in step.shells:
        for one in settings(shell.trace, context.book).known:
            if one.name == TOKEN and one.host == login.login.host and reaches(pair.address, one.address):
                yield detail.format(one.address, one.place or FILE)
    for path, text in _files(context):
        for host, rest, name in keys(text):
            if name == TOKEN and host == login.login.host and reaches(pair.address, f"//{host}{rest}"):
                yield detail.format(f"//{host}{rest}", path)


def _files(context: Context) -> Iterator[tuple[str, str]]:
    """The `.npmrc` files of the repository."""
    for path in context.files.paths:
        if posixpath.basename(path) == FILE:
            yield path, context.file(path) or ""


def _others(step: StepFacts, context: Context, login: PackagesLogin, pair: NpmPair) -> Iterator[str]:
    for shell in step.shells:
        if shell is not login.shell:
            if _NAMES.search(shell.script.text):
                yield f"`{shell.commands.name}` uses or changes the settings of npm, too"
            continue
        found = settings(shell.trace, context.book)
        yield from (why for _, why in found.doubts)
        for one in found.known:
            if one.secret and not one.host:
                yield f"the step sets `{one.name}` for no registry"
            elif one.secret and one.host != login.login.host and one.place == pair.place:
                yield f"the step writes a credential for {one.host} into the same file"
        yield from dict.fromkeys(why for one in shell.trace.commands if (why := _doubt(one, pair, context.book)))
        if any(_TOLD.search(visible_text(value)) for value in shell.trace.inputs):
            yield "the step reads the file with the settings of npm"
        if shell.trace.cleared:
            yield "a part of the step runs in another environment"
        yield from (f"patless has not read {one.what.rstrip(',')}" for one in shell.trace.opaque)
        if shell.trace.unread:
            yield "patless has not read all text that the step runs"
    if not pair.place.startswith(ROOTED):
        yield from (f"{task.what} sees the file with the settings of npm" for task in step.tasks)


def _doubt(command: Command, pair: NpmPair, book: RuleBook) -> str:
    """Why a command may set or take what npm is given; '' where it does not."""
    shown = f"`{command.name or 'a program'}`"
    if command.name in book.programs.shells or (command.name in book.programs.carriers and _starts_npm(command)):
        return f"{shown} starts npm in a way that patless doesn't follow"
    if command in pair.commands or command.followed:
        return ""
    if not command.name or command.name in SHELLS:
        return f"{shown} runs what patless has not read"
    given = names_set(command)
    for name in given:
        if _CONFIGURES.match(name) and not _QUIET.fullmatch(name):
            return f"the step sets `{name}`"
    family = is_npm(command.name, book)
    if family and "HOME" in given:
        return f"{shown} looks for its settings in another home folder"
    if family and not all(map(book.programs.hands_on, command.wrappers)):
        return f"{shown} runs in `{command.wrappers[0]}`"
    if family and command.arguments and command.arguments[0].text in _LOGIN:
        return f"{shown} logs in or out"
    texts = [visible_text(one.value) for one in command.arguments]
    texts += [visible_text(command.stdin)] if command.stdin else []
    if command.name in LOOKING or (command.name in book.programs.displays and not command.outputs):
        return ""
    if any(_TOLD.search(text) for text in texts):
        return f"{shown} is told a file with settings of npm"
    if any(spelt(one.value.symbol() or "", book.built_in) in _HOMES for one in command.arguments):
        return f"{shown} is told the folder with the settings of npm"
    if not pair.place.startswith(ROOTED) and not family and any(map(_SENDS.fullmatch, texts)):
        return f"{shown} may send the file with the settings of npm"
    called = invocation(command, book)
    if called and not (called.syntax and not called.syntax.build and any(map(called.syntax.does, _MOVES))):
        return f"{shown} may take the file with the settings of npm along"
    return ""


def _starts_npm(command: Command) -> bool:
    return any(_NAMES.search(visible_text(one.value)) for one in command.arguments)


def _committed(context: Context, login: PackagesLogin, pair: NpmPair) -> Iterator[str]:
    """Files of the repository that may set it, too."""
    for path, text in _files(context):
        if context.file(path) is None:
            yield f"patless can't read {path}"
        for host, rest, name in keys(text):
            own = path == pair.place and f"//{host}{rest}" == pair.address and login.login.sinks
            if not own and name in CREDENTIALS and name != TOKEN and (host == login.login.host or path == pair.place):
                yield f"{path} has `{name}` for {host}"
        if _COMPUTED.search(text):
            yield f"{path} has a key that npm puts together"
        if _UNSCOPED.search(text):
            yield f"{path} has a credential for no registry"
    found = context.files.holding(_NEEDLES)
    if isinstance(found, Top):
        yield f"what may set it is {found.why}"
        return
    for path in sorted(found):
        if posixpath.basename(path) != FILE and not context.files.is_listing(path):
            yield f"{path} names settings of npm"


def leaving(
    step: StepFacts,
    context: Context,
    login: PackagesLogin,
    pair: NpmPair,
    left: Sequence[Departure],
    file: str = FILE,
) -> Iterator[str]:
    """What takes the pair out of the step: with its file, or otherwise."""
    places = (f"~/{file}", f"/root/{file}") if pair.place.startswith(ROOTED) else (pair.place,)
    for kind, pattern in () if login.login.sinks else step.step.kept:
        if any(takes(spelt(pattern, context.book.built_in), place) for place in places):
            yield f"{kind} keeps the file with the settings of {login.login.client}"
    for one in left:
        if not set(one.stored).isdisjoint(login.stored):
            yield f"what the step gives {login.login.client} also becomes {one.what}"
