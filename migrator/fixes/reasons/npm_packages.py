"""Which packages npm reads and publishes in a step, and whose they are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from msgspec.structs import replace

from migrator.findings.records import Reason
from migrator.findings.settings import Settings
from migrator.fixes.context import Context, once
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.reasons.reach import unseen_programs
from migrator.flow.events import Command
from migrator.ir.paths import only
from migrator.reading.npm_files import EVERY, MANIFEST, NpmFiles, npm_files
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.npm import is_npm
from migrator.sinks.npmrc import NpmPair
from migrator.sinks.packages import Name, linkage, name_of
from migrator.sinks.shown import visible_text
from migrator.sinks.yarnrc import YARN

_MOST = 8
_IDLE = frozenset(["publish", "config", "c", "set", "get", "version", "pack", "whoami", "ping"])
"""Commands that read no package, and run nothing but what is followed."""
_QUIET = _IDLE.union(
    ("run", "run-script", "test", "t", "start", "stop", "restart"),
    ("bin", "prefix", "root", "help", "pkg", "-v", "--version"),
)
"""Those that read none by themselves."""
_FOLDERS = frozenset(["--prefix", "-C", "--dir", "--cwd"])
_VALUED = _FOLDERS.union(("-w", "--workspace", "--filter", "-F", "--loglevel", "--registry", "--tag"))
"""Options in front of the command whose value follows: `npm --prefix test ci` runs no test."""
_PUBLISHES = frozenset({"publish"})
_RELEASES = "semantic-release"


def npm_packages(step: StepFacts, context: Context, login: PackagesLogin) -> Opinion:
    """Those that a step of the repository publishes are its own."""
    book, picture, host = context.book, context.picture, login.login.host
    every = [one for shell in step.shells for one in shell.trace.commands]
    calls = [one for one in every if is_npm(one.name, book)]
    reading = [one for one in calls if reads(one, book)]
    (files,) = _files(step, context)
    words = [word.text or "" for one in reading for word in one.arguments]
    names = files.read(host, words) if reading else frozenset[str]()
    own = files.named if _published(context) else frozenset[str]()
    assert login.login.npm is not None
    base = registry_name(login.login.npm, book, context.settings)
    others = (shown for one, shown in unseen_programs(step, context, login) if not _idles(one, book))
    granted = [f"{shown} uses only packages linked to this repository" for shown in others]
    reasons: list[Reason] = []
    if base.workspace and picture.other_workspace(base):
        reasons.append(context.reason("other-workspace", f"{base.shown} is of another workspace", base.shown))
    for text in sorted(names):
        name = replace(base, text=f"{base.text}/{text}")
        if picture.listed(name) or picture.shared(name):
            continue
        if text in own:
            granted.append(linkage(name.shown))
        else:
            detail = f"npm reads {name.shown}, which this repository does not publish"
            reasons.append(context.reason("foreign-package", detail, name.shown))
    publishing = any(publishes(one) and _is_sent(one, files, book) for one in calls)
    if publishing:
        granted.append(linkage(f"what npm publishes at {base.shown}"))
    fetched = bool(files.scopes) and any(is_npm(name, book) for one in every for name in one.wrappers)
    why = _unclear(step, context, reading, files, host)
    why = why or ("npm fetches a program that it runs" if fetched else "")
    why = why or ("" if names or publishing else f"patless sees no package of {host} that npm reads or publishes")
    settled = any(pattern.startswith(f"{host}/") for pattern in context.settings.own_packages)
    if why and (step.elsewhere or not settled):
        reasons.append(context.reason("npm-packages-unknown", why, "`npm`"))
    seen = tuple(Sighting(f"it reads {one}") for one in islice(sorted(names), _MOST))
    asked = "whose are the packages that npm reads and publishes?"
    return Opinion(asked, seen, tuple(islice(reasons, _MOST)), tuple(granted))


def registry_name(pair: NpmPair, book: RuleBook, settings: Settings) -> Name:
    """The registry that a pair is for, as its packages are named: `HOST/WORKSPACE`, or the host alone."""
    host, _, path = pair.address.removeprefix("//").partition("/")
    found = name_of(f"{host}/{path.partition('/')[0]}", book, settings)
    return (
        replace(found, text=found.text.rstrip("/")) if isinstance(found, Name) else Name(host, host, "", False, False)
    )


@once
def _files(step: StepFacts, context: Context) -> Iterator[NpmFiles]:
    yield npm_files(step, context.files.paths, context.file, context.book)


def _published(context: Context) -> bool:
    """Whether some step publishes packages."""
    every = (one for step in context.steps for shell in step.shells for one in shell.trace.commands)
    return any(is_npm(one.name, context.book) and publishes(one) for one in every)


def _unclear(step: StepFacts, context: Context, reading: Sequence[Command], files: NpmFiles, host: str) -> str:
    """Why it is not known which packages npm reads; '' where it is."""
    if step.elsewhere:
        return "other repositories may import this pipeline, and patless can't tell what npm reads there"
    if not reading:
        return ""
    if files.unread:
        return f"patless can't tell which packages npm reads, because of {files.unread}"
    if files.unclear(host):
        return "patless can't tell all packages in a lock file, because of the form of an address"
    texts = [word.text for one in reading for word in one.arguments]
    if EVERY in files.scopes or any("registry" in (text or "") for text in texts):
        return f"npm may read every package from {host}"
    if any(text is None or host in text for text in texts):
        return "patless can't tell which packages npm is told to read"
    return next(filter(None, (_elsewhere(one, context) for one in reading)), "")


def _elsewhere(command: Command, context: Context) -> str:
    """Why the files that tell what a call reads may be none of the repository; '' where they are its own."""
    folder, there = only(command.folders), frozenset(context.files.paths)
    texts = [one.text or "" for one in command.arguments]
    told = [following for one, following in pairwise((*texts, "")) if one in _FOLDERS]
    told += [value for option, equals, value in (one.partition("=") for one in texts) if equals and option in _FOLDERS]
    for inner in told or [""]:
        path = posixpath.normpath(posixpath.join(folder or "", inner))
        around = [path[:at] for at, sign in enumerate(path) if sign == "/"]
        known = any(posixpath.normpath(posixpath.join(one, MANIFEST)) in there for one in (path, *around, "."))
        if folder is None or not known:
            return f"npm runs in a folder whose {MANIFEST} patless doesn't see"
        if path != "." and not any(one.startswith(f"{path}/") for one in there):
            return "npm runs in a folder that is not in the repository"
    return ""


def reads(command: Command, book: RuleBook) -> bool:
    """Whether a call may read packages of a registry: one that runs a script, or an installed program, does not."""
    every = [one.text for one in command.arguments]
    words = [text for before, text in pairwise(("", *every)) if before not in _VALUED]
    first = next((text for text in words if text is None or not text.startswith("-") or text in _QUIET), "")
    if first == "npm":  # `yarn npm publish`
        return not _IDLE.issuperset(words[1:2])
    launcher = book.programs.launchers.get(YARN) if command.name == YARN else None
    return first not in _QUIET and not (launcher and first and first not in launcher.commands)


def _idles(command: Command, book: RuleBook) -> bool:
    words = [one.text for one in command.arguments[:2]]
    return is_npm(command.name, book) and not _IDLE.isdisjoint(words[1:] if words[:1] == ["npm"] else words[:1])


def publishes(command: Command) -> bool:
    """Whether a call publishes packages."""
    return command.name == _RELEASES or any(one.text in _PUBLISHES for one in command.arguments)


def _is_sent(command: Command, files: NpmFiles, book: RuleBook) -> bool:
    """Whether something says that what a call publishes goes to Packages."""
    texts = [visible_text(word.value) for word in command.arguments]
    return files.addressed or bool(files.scopes) or any(one in text for text in texts for one in book.mentions)
