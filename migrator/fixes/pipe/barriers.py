"""What rules a pipe out in a step, whatever it pushes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeGuard

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.pipe.engine import ContainerEngine, Effect, Work, known_text
from migrator.fixes.refused import Refused
from migrator.flow.events import Command
from migrator.ir.nodes import StreamKind
from migrator.platforms.records import Task
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import PushPipe
from migrator.sinks.invocations import Option
from migrator.sinks.login_files import kept
from migrator.sinks.packages import Elsewhere, Name, Unresolved, name_of
from migrator.sinks.values import value_of
from migrator.text.patterns import regex
from migrator.text.source import Span
from migrator.text.yaml import Scalar

_DIGEST = regex(r"RepoDigests|--digests|--digestfile")
_PLATFORMS = regex(r"linux/\w+(?:/\w+)?,")
_ERREXIT = regex(r"[-+][a-z]*e[a-z]*")
_QUIET = {"-q", "--quiet", "--disable-content-trust"}


class Barriers:
    def __init__(
        self,
        facts: StepFacts,
        context: Context,
        shell: Shell,
        logins: Sequence[PackagesLogin],
        pipe: PushPipe,
        engine: ContainerEngine,
    ) -> None:
        self.facts = facts
        self.context = context
        self.shell = shell
        self.logins = logins
        self.pipe = pipe
        self.engine = engine
        self.hosts = frozenset[str]().union(*(login.registry.hosts for login in logins))
        self.first_login = min(login.command.order for login in logins)

    def step(self) -> None:
        """Raise Refused for what is seen before the pushes are looked at."""
        if label := self.context.book.runners.open(self.facts.step.labels):
            raise Refused("pipe-runner", f"the runner label {label} does not promise containers", label)
        for one in self.logins:
            if one.registry.name != self.pipe.registry:
                raise Refused("pipe-image", f"the pipe does not push to {one.login.host}", one.login.host)
        commands = {tuple(word.split()) for word in self.pipe.elsewhere if " " in word}
        for work in self.engine.works:
            if work.called:
                self.platforms(work)
                self.engine_of(work.command, work.called.options)
                words = self.engine.words(work.called)
                if found := next((one for one in commands if words[: len(one)] == one), None):
                    raise Refused("pipe-image", f"`{' '.join(found)}` names another engine than the pipe's", found[0])

    def name(self, reference: str | None) -> Name | Elsewhere | Unresolved | None:
        """The package of an image; None where the reference is not known."""
        return name_of(reference, self.context.book, self.context.settings) if reference else None

    def own(self, name: object) -> TypeGuard[Name]:
        """Does the login serve this package?"""
        return isinstance(name, Name) and name.host in self.hosts

    def platforms(self, work: Work) -> None:
        values = [option.value for option in work.parsed.options if option.name == "--platform"]
        unknown = any(value is None or value.text is None for value in values)
        texts = [known_text(argument.value) for argument in work.command.arguments]
        several = len(values) > 1 or any(_PLATFORMS.search(text) for text in texts)
        if several or (unknown and work.kind is Effect.BUILD):
            raise Refused("pipe-multi-arch", "an image is, or may be, built for several platforms", "the image")

    # The login

    def other_uses(self) -> None:
        """Nothing but pushes of the step may need the login; what its own statement begins with is known not to."""
        for shell in self.facts.shells:
            for use in shell.images:
                name = self.name(use.reference)
                if use.action.reads and (name is None or isinstance(name, Unresolved) or self.own(name)):
                    subject = name.shown if isinstance(name, Name) else use.subject or "an image"
                    raise Refused("pipe-mixed", f"the step reads {subject}, perhaps with the same login", subject)
                if shell is not self.shell and self.own(name):
                    names = [one.commands.name for one in self.facts.shells]
                    raise Refused("pipe-mixed", f"{' and '.join(names)} use one login", f"the {names[-1]}")
        if task := next((one for one in self.facts.tasks if one.logged_in), None):
            subject = f"the {task.what.partition(' ')[2]}"
            raise Refused("pipe-mixed", f"{task.what} of the step may use the login", subject)
        since = (self.shell.order, self.first_login)
        for work in self.engine.works:
            if work.at > since or work.command.name == "trap":
                self.needs_login(work)

    def needs_login(self, work: Work) -> None:
        if work.kind is Effect.PROGRAM:
            name = work.command.name or "a program"
            raise Refused("pipe-mixed", f"`{name}` runs after the login and may use it", name)
        for reference in self.engine.asks_registry(work):
            package = self.name(reference)
            if package is None or isinstance(package, Unresolved) or self.own(package):
                subject = package.shown if isinstance(package, Name) else "an image"
                raise Refused("pipe-mixed", f"`{work.command.name}` asks the registry for {subject}", subject)
        if work.kind is Effect.CHANGES:
            texts = [known_text(argument.value) for argument in work.command.arguments]
        elif work.kind is Effect.BUILD and work.build:
            read = work.build.tag | work.build.cache | work.build.argument | work.build.context | work.build.output
            values = [option.value for option in work.parsed.options if option.name not in read]
            texts = [known_text(value) for value in values if value is not None]
            if any("type=registry" in text for text in texts):
                raise Refused("pipe-mixed", "the build keeps its cache in a registry", "the cache")
        else:
            return
        if any(host in text.lower() for text in texts for host in self.hosts):
            subject = work.command.name
            raise Refused("pipe-mixed", f"`{subject}` may use the login for something that is no push", subject)

    # A push

    def push(self, work: Work) -> None:
        """Raise Refused where the pipe would push something else, or otherwise."""
        command, called = work.command, work.called
        assert called is not None
        options = {option.name for option in work.parsed.options}
        if options & {"-a", "--all-tags"}:
            raise Refused("pipe-push-all", "the step pushes all tags of an image", "the image")
        if "--platform" in options:
            raise Refused("pipe-multi-arch", "the step pushes one platform of an image", "the image")
        strange = sorted(options - _QUIET)
        signs = any(value_of(command, name) is not None for name in self.pipe.signing)
        if strange or signs or any(o.name == "--disable-content-trust" and o.value for o in work.parsed.options):
            what = "signs it" if signs or not strange else f"has the option {strange[0]}"
            raise Refused("pipe-image", f"the push of the image {what}, which the pipe does not do", "the image")
        if kept(called) not in {one.login.config for one in self.logins}:
            raise Refused("pipe-mixed", "the push uses a login that is kept elsewhere", "the push")

    def engine_of(self, command: Command, options: Collection[Option]) -> None:
        if command.name not in self.pipe.programs:
            return
        given = {option.name for option in options}
        given |= {name for name in self.pipe.elsewhere if value_of(command, name) is not None}
        if other := sorted(given & self.pipe.elsewhere):
            raise Refused("pipe-image", f"{other[0]} names another engine than the pipe's", other[0])

    # Around the pushes

    def digests(self, first: int) -> None:
        for work in self.engine.works:
            if work.at <= (self.shell.order, first):
                continue
            text = " ".join(known_text(argument.value) for argument in work.command.arguments)
            inspected = work.kind is Effect.LOCAL and "inspect" in text.split() and self.kept(work.command)
            if _DIGEST.search(text) or inspected:
                raise Refused("pipe-digest", f"`{work.command.name}` may read a digest after the push", "the digest")

    def kept(self, command: Command) -> bool:
        return command.consumed or any(redirect.kind is StreamKind.WRITE for redirect in command.redirects)

    def endings(self, last: int, removed: Collection[Span]) -> None:
        """The script must reach its pushes, and must end where one of them fails."""
        errexit = True
        for command in self.shell.trace.commands:
            if command.order >= last:
                continue
            texts = [argument.text or "" for argument in command.arguments]
            if command.name == "set":
                for text, following in zip(texts, [*texts[1:], ""], strict=False):
                    if _ERREXIT.fullmatch(text) or (text in ("-o", "+o") and following == "errexit"):
                        errexit = text.startswith("-")
            ends = command.name == "exit" or (command.name == "return" and not command.calls)
            failing = bool(texts) and texts[0].isdigit() and int(texts[0]) % 256 != 0
            handled = any(span.contains(command.span) for span in removed)
            if (ends and not failing and not handled) or "exec" in command.wrappers:
                raise Refused("pipe-condition", f"`{command.name}` may end the script before the push", command.name)
            if command.name == "exec":
                raise Refused("pipe-digest", "the output of the script, the push included, goes elsewhere", "`exec`")
        if not errexit:
            raise Refused("pipe-condition", "`set +e` goes on where a push fails", "`set +e`")

    def between(self, first: Command, last: Command) -> None:
        """The pushes of one image become one: nothing but tags and other pushes may come between them."""
        for work in self.engine.works:
            if (self.shell.order, first.order) < work.at < (self.shell.order, last.order):
                quiet = work.command.name in self.context.book.programs.displays
                if not quiet and work.kind not in (Effect.TAG, Effect.PUSH):
                    name = work.command.name or "a program"
                    raise Refused("pipe-order", f"`{name}` runs between two pushes of one image", name)
        if any(self.tasks(first, last)):
            raise Refused("pipe-order", "another pipe is between two pushes of one image", "the other pipe")

    def tasks(self, first: Command, last: Command) -> Iterator[Task]:
        """The tasks between one command of the script and another."""
        parts = [
            self.shell.script.parts.index(part) for c in (first, last) if (part := self.shell.script.part(c.span.start))
        ]
        count = -1
        for item in self.shell.commands.items:
            if isinstance(item, Scalar):
                count += 1
            elif parts[0] <= count < parts[-1]:
                yield item
