"""Logins that serve pushes only, as the push pipe: what can become one, and why not.

The pipe is given the local image by the package's own name, and the tags (PLATFORM.md section 2). Login, `docker tag`
and push lines that are idle then are taken out; everything else stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrator.core.audits.context import Context
from migrator.core.audits.judged import Judged
from migrator.core.audits.layout import Layout, Unmovable
from migrator.core.findings import Edit, PipeItem, Reason, ScriptChange
from migrator.core.rules import PushPipe
from migrator.core.settings import PipeStyle
from migrator.core.steps import Shell, StepFacts
from migrator.credentials.images import Action, ImageUse
from migrator.credentials.invocations import Invocation, Parsed, invocation, parse
from migrator.credentials.packages import Name, Unresolved, name_of
from migrator.credentials.trace import Command
from migrator.credentials.values import Stored, Text, Unknown, Value
from migrator.readers.shell import Binary, Call, Statement, parse_shell

_NAME = re.compile(r"[a-z0-9$][A-Za-z0-9._/${}-]*")
_TAG = re.compile(r"[A-Za-z0-9_.${}-]+")
_SET = re.compile(r"\$\{(\w+)\}")
_WORD = re.compile(r"[^\s'#]+")
_DIGEST = re.compile(r"RepoDigests|--digests|--digestfile|\bdigest\b")
_FAILS = {"exit", "return", "false", "true", ":"}


class Refused(Exception):
    """The login cannot become a pipe; the reason says why."""

    def __init__(self, code: str, detail: str, subject: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.subject = subject


@dataclass(frozen=True, slots=True)
class PipePlan:
    """What makes one shell of a step push by pipe."""

    edits: tuple[Edit, ...]
    changes: tuple[ScriptChange, ...]
    assumptions: tuple[str, ...]


@dataclass(slots=True)
class _Image:
    """A package that is pushed: its pushes in order, the tags, and the reference that names the image locally."""

    name: Name
    pushes: list[Command] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


def plan(facts: StepFacts, context: Context, shell: Shell, judged: Sequence[Judged]) -> PipePlan | Reason:
    """The pipe for the logins of one shell, or the reason why there is none."""
    style, pipe = context.settings.pipe, context.book.push_pipe
    assert style is not None
    try:
        if pipe is None:
            raise Refused("pipe-variables", "no rule names the push pipe")
        return _Planner(facts, context, shell, judged, pipe, style).plan()
    except Refused as refusal:
        return context.reason(refusal.code, refusal.detail, refusal.subject)
    except Unmovable as error:
        return context.reason("pipe-layout", str(error))


class _Planner:
    def __init__(
        self,
        facts: StepFacts,
        context: Context,
        shell: Shell,
        judged: Sequence[Judged],
        pipe: PushPipe,
        style: PipeStyle,
    ) -> None:
        self.facts = facts
        self.context = context
        self.shell = shell
        self.judged = judged
        self.pipe = pipe
        self.style = style
        self.hosts = frozenset[str]().union(*(item.registry.hosts for item in judged))
        self.statements = parse_shell(shell.script.text)
        self.removed: dict[int, Statement] = {}

    def plan(self) -> PipePlan:
        self.runner()
        self.reads()
        images = self.pushes()
        if not images:
            raise Refused("pipe-no-push", "the step pushes nothing with this login that the script shows")
        self.digests(images)
        for item in self.judged:
            self.remove(self.own_login(item.login.command))
        sources = self.sources()
        layout = Layout(self.shell.script, self.statements)
        inserts = [self.insert(image, sources, layout) for image in images]
        self.version()
        edits, changes = layout.edits(list(self.removed.values()), inserts)
        shown = f"{self.pipe.name}:{self.style.version}"
        names = sorted({name for insert in inserts for _, text in insert[2].variables for name in _SET.findall(text)})
        mine = [name for name in names if any(definition.name == name for definition in self.shell.trace.definitions)]
        taken = [f"a pipe is given ${name} as the script sets it" for name in mine]
        taken += [f"{shown} takes {self.pipe.image} and {self.pipe.tags} and pushes the local image of that name"]
        return PipePlan(edits, changes, tuple(taken))

    def version(self) -> None:
        variables = self.style.variables
        missing = [] if variables is None else [v for v in (self.pipe.image, self.pipe.tags) if v not in variables]
        if missing:
            raise Refused("pipe-variables", f"the pipe does not take {' and '.join(missing)}", self.pipe.name)
        if not self.style.version:
            raise Refused("pipe-version", f"no version of {self.pipe.name} is given", self.pipe.name)

    # What rules a pipe out

    def runner(self) -> None:
        runners = self.context.book.runners
        for label in self.facts.step.runs_on:
            if label not in runners.docker:
                raise Refused("pipe-runner", f"the runner label {label} does not promise containers", label)

    def reads(self) -> None:
        for shell in self.facts.shells:
            for use in shell.images:
                name = self.name(use)
                own = isinstance(name, Name) and name.host in self.hosts
                if use.action is Action.READ and (own or use.reference is None or isinstance(name, Unresolved)):
                    subject = name.shown if isinstance(name, Name) else use.subject or "an image"
                    raise Refused("pipe-mixed", f"the step reads {subject} with the same login", subject)
                if own and shell is not self.shell:
                    raise Refused("pipe-mixed", "script and after-script use one login", "the after-script")

    def name(self, use: ImageUse) -> Name | object:
        return name_of(use.reference, self.context.book, self.context.settings) if use.reference else None

    def digests(self, images: Sequence[_Image]) -> None:
        first = min(push.order for image in images for push in image.pushes)
        for command in self.shell.trace.commands:
            words = " ".join(argument.value.symbol() or "" for argument in command.arguments)
            if command.order > first and self.context.book.by_program(command.name) and _DIGEST.search(words):
                raise Refused("pipe-digest", f"`{command.name}` reads a digest after the push", command.name)

    # Pushes

    def pushes(self) -> list[_Image]:
        images: dict[str, _Image] = {}
        for command in self.shell.trace.commands:
            called = invocation(command, self.context.book)
            if called is None:
                continue
            self.platforms(called)
            uses = [use for use in self.shell.images if use.command is command and use.action is Action.PUSH]
            names = [name for use in uses if isinstance(name := self.name(use), Name) and name.host in self.hosts]
            unknown = next(
                (use for use in uses if use.reference is None or isinstance(self.name(use), Unresolved)), None
            )
            if unknown:
                raise Refused("pipe-image", "the image that is pushed is not known", unknown.subject or "the image")
            if not names:
                continue
            parsed = _push(called)
            if parsed is None:
                raise Refused(*_not_by_pipe(called))
            if parsed.has(frozenset({"-a", "--all-tags"})):
                raise Refused("pipe-push-all", f"all tags of {names[0].shown} are pushed", names[0].shown)
            self.alone(command, "push")
            image = images.setdefault(names[0].text, _Image(names[0]))
            reference = self.written(parsed.words[0].value, command)
            image.pushes.append(command)
            image.references.append(reference)
            image.tags.append(_tag(reference) or self.pipe.default_tag)
        return list(images.values())

    def platforms(self, called: Invocation) -> None:
        for argument in called.command.arguments:
            text = argument.value.symbol() or ""
            if re.search(r"linux/\w+(?:/\w+)?,", text):
                raise Refused("pipe-multi-arch", f"an image is built for {text.partition('=')[2] or text}", "the image")

    def written(self, value: Value, command: Command) -> str:
        """An image reference as text for the pipe, with `${NAME}` for variables that hold there what they hold here."""
        if len(value.alternatives) != 1:
            raise Refused("pipe-image", "the image that is pushed has several possible names", "the image")
        parts: list[str] = []
        for piece in value.alternatives[0]:
            if isinstance(piece, Text):
                parts.append(piece.text)
            elif isinstance(piece, Stored):
                parts.append(f"${{{piece.name}}}")
            else:
                parts.append(self.variable(piece, command))
        return "".join(parts)

    def variable(self, piece: Unknown, command: Command) -> str:
        definition = piece.trail[-1].definition if piece.trail else None
        whole = definition is not None and definition.value.alternatives in (
            ((Unknown(piece.why),),),
            ((Unknown(piece.why, piece.trail[len(piece.trail) :]),),),
        )
        if definition is None or not whole or command.environment.get(definition.name) != (definition,):
            raise Refused("pipe-image", f"a part of what is pushed comes from {piece.why}", "the tag")
        return f"${{{definition.name}}}"

    def alone(self, command: Command, what: str) -> Statement:
        """The statement that is this command and nothing else."""
        statement = self.top(command, what)
        call = statement.command
        if not isinstance(call, Call) or call.span != command.span or statement.negated or statement.background:
            raise Refused("pipe-condition", f"the {what} is joined to another command", what)
        if command.consumed or any("2" not in redirect.operator for redirect in statement.redirects):
            raise Refused("pipe-digest", f"the output of the {what} is used", what)
        if command.overrides or command.wrappers:
            raise Refused("pipe-condition", f"the {what} is wrapped by another command", what)
        return statement

    def top(self, command: Command, what: str) -> Statement:
        if command.looped:
            raise Refused("pipe-loop", f"the {what} stands in a loop", what)
        if command.context:
            raise Refused("pipe-condition", f"the {what} stands in a function", what)
        found = next((one for one in self.statements if one.span.contains(command.span)), None)
        if found is None or (command.conditional and isinstance(found.command, Call)):
            raise Refused("pipe-condition", f"the {what} stands inside of another command", what)
        return found

    def own_login(self, command: Command) -> Statement:
        """The statement that only logs in: a pipe may feed it, and a message and an exit may follow its failure."""
        statement = self.top(command, "login")
        node = statement.command
        if isinstance(node, Binary) and node.operator == "||":
            handlers = [c for c in self.shell.trace.commands if node.right.span.contains(c.span)]
            harmless = _FAILS | self.context.book.programs.displays
            if any(handler.name not in harmless for handler in handlers):
                raise Refused("pipe-condition", "more than a message follows when the login fails", "the login")
            statement, node = node.left, node.left.command
            whole = next(one for one in self.statements if one.span.contains(command.span))
        else:
            whole = statement
        if command.conditional or statement.negated or statement.background:
            raise Refused("pipe-condition", "a condition decides about the login", "the login")
        if not isinstance(node, Call) and not (isinstance(node, Binary) and node.operator == "|"):
            raise Refused("pipe-condition", "the login is joined to another command", "the login")
        book = self.context.book
        feeding = book.programs.displays | set(book.programs.filters)
        for other in self.shell.trace.commands:
            if statement.span.contains(other.span) and other is not command and other.name not in feeding:
                raise Refused("pipe-condition", f"`{other.name}` is part of the login", other.name)
        return whole

    def remove(self, statement: Statement) -> None:
        self.removed[statement.span.start] = statement

    # The local image

    def sources(self) -> dict[str, tuple[str, Command | None]]:
        """For each local reference: the reference that it was tagged from ('' where built), and by which command."""
        made: dict[str, tuple[str, Command | None]] = {}
        for command in self.shell.trace.commands:
            called = invocation(command, self.context.book)
            if called is None:
                continue
            for syntax in called.client.commands:
                for words in syntax.words:
                    rest = called.after(words)
                    if rest is None:
                        continue
                    parsed = parse(rest, syntax.options)
                    if syntax.build:
                        for value in parsed.values(syntax.build.tag):
                            made[self.reference(value, command)] = ("", command)
                    elif syntax.local and len(parsed.words) == 2:
                        source, target = (self.reference(word.value, command) for word in parsed.words)
                        made[target] = (source, command)
        return made

    def reference(self, value: Value, command: Command) -> str:
        try:
            return self.written(value, command)
        except Refused:
            return ""

    def insert(
        self, image: _Image, sources: dict[str, tuple[str, Command | None]], layout: Layout
    ) -> tuple[Statement, str, PipeItem]:
        """Where the pipe goes (instead of the last push), what must run before it, and the pipe."""
        bases = {self.base(reference, sources) for reference in image.references}
        if len(bases) != 1:
            raise Refused("pipe-image", f"the tags of {image.name.shown} are different images", image.name.shown)
        local = image.name.text.split("/", 2)[-1]
        if not _NAME.fullmatch(local) or any(not _TAG.fullmatch(tag) for tag in image.tags):
            raise Refused("pipe-image", f"{image.name.shown} or a tag of it is no plain text", image.name.shown)
        last = self.alone(image.pushes[-1], "push")
        self.contiguous(image)
        for push in image.pushes:
            self.remove(self.alone(push, "push"))
        base = next(iter(bases))
        named = base in (local, f"{local}:latest") or any(
            made in (local, f"{local}:latest") and self.base(made, sources) == base for made in sources
        )
        before = ""
        if not named:
            word = self.word(image.pushes[-1])
            before = f"docker tag {word} {local}"
        for reference in dict.fromkeys(image.references):
            self.idle_tag(reference, sources, keep=bool(before) and reference == image.references[-1])
        tags = self.pipe.separator.join(dict.fromkeys(image.tags))
        variables = ((self.pipe.image, local), (self.pipe.tags, tags))
        return last, before, PipeItem(f"{self.pipe.name}:{self.style.version}", variables)

    def word(self, push: Command) -> str:
        """The pushed reference as it is written in the script."""
        parsed = _push_of(push, self.context)
        word = parsed.words[0].word if parsed else None
        text = self.shell.script.text[word.span.start : word.span.end] if word else ""
        if not _WORD.fullmatch(text):
            raise Refused("pipe-image", "the image that is pushed cannot be named again", "the image")
        return text

    def base(self, reference: str, sources: dict[str, tuple[str, Command | None]]) -> str:
        """What a local reference was first called, or the build that made it."""
        seen: set[str] = set()
        while reference in sources and reference not in seen:
            seen.add(reference)
            source, command = sources[reference]
            if not source:
                built = [made for made, (_, by) in sources.items() if by is command]
                local = [made for made in built if "/" not in made]
                return (local or built)[0]
            reference = source
        return reference

    def contiguous(self, image: _Image) -> None:
        orders = [push.order for push in image.pushes]
        book = self.context.book
        for command in self.shell.trace.commands:
            between = orders[0] < command.order < orders[-1]
            quiet = command.name in book.programs.displays or book.by_program(command.name) is not None
            if between and not quiet:
                raise Refused("pipe-order", f"`{command.name}` runs between two pushes", command.name)

    def idle_tag(self, reference: str, sources: dict[str, tuple[str, Command | None]], keep: bool) -> None:
        """Take out the `docker tag` of a reference that nothing but the push uses."""
        source, command = sources.get(reference, ("", None))
        if keep or not source or command is None:
            return
        for other in self.shell.trace.commands:
            pushed = any(use.command is other and use.action is Action.PUSH for use in self.shell.images)
            if other is command or pushed or other.consumed:
                continue
            if any(self.reference(argument.value, other) == reference for argument in other.arguments):
                return
        self.remove(self.alone(command, "tag"))


def _push(called: Invocation) -> Parsed | None:
    """The arguments of `docker push`; None for every other way to push."""
    if called.client.login is None:
        return None
    for syntax in called.client.commands:
        if syntax.push == "all" and not syntax.transport:
            for words in syntax.words:
                rest = called.after(words)
                if rest is not None:
                    parsed = parse(rest, syntax.options)
                    return parsed if len(parsed.words) == 1 else None
    return None


def _push_of(command: Command, context: Context) -> Parsed | None:
    called = invocation(command, context.book)
    return _push(called) if called else None


def _not_by_pipe(called: Invocation) -> tuple[str, str, str]:
    words = [argument.text or "" for argument in called.rest[:2]]
    if any(syntax.build and called.after(w) is not None for syntax in called.client.commands for w in syntax.words):
        return "pipe-buildx-push", "the build pushes the image itself", "the build"
    if "imagetools" in words or "manifest" in words:
        return "pipe-multi-arch", "a manifest for several platforms is pushed", "the manifest"
    return "pipe-image", f"`{called.command.name}` pushes what is no local image", called.command.name


def _tag(reference: str) -> str:
    last = reference.rpartition("/")[2]
    return last.partition(":")[2]


def assumed(reasons: Sequence[Reason]) -> Iterator[Reason]:
    """The reasons that a pipe leaves standing: where the credential comes from does not matter without a login."""
    yield from (r for r in reasons if r.code not in ("credential-unresolved", "unsupported-expansion", "traced"))
