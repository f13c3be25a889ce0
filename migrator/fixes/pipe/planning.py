"""The plan that makes one shell of a step push by pipe, or the reason why there is none.

The pipe is given the local image by the package's own name, and the tags. Login, `docker tag`
and push lines that are idle then are taken out; everything else stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from migrator.findings.records import AddedTask, Reason, ScriptChange
from migrator.findings.settings import PipeStyle
from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.pipe.barriers import Barriers
from migrator.fixes.pipe.engine import ContainerEngine, Effect, Work
from migrator.fixes.pipe.layout import Insert, Layout
from migrator.fixes.pipe.localnames import LocalNames
from migrator.fixes.pipe.references import ReferenceWriter, Unwritable, untagged
from migrator.fixes.pipe.statements import Statements
from migrator.fixes.refused import Refused
from migrator.flow.library import FIRST
from migrator.ir.nodes import Statement
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import PushPipe
from migrator.rulebook.sinks import Action
from migrator.sinks.packages import Name, Unresolved
from migrator.sinks.uses import ImageUse
from migrator.text.edits import Edit
from migrator.text.patterns import regex
from migrator.text.source import Span

_LOCAL = regex(r"[a-z0-9$][a-z0-9A-Z._/${}-]*")
_TAG = regex(r"[A-Za-z0-9_.${}-]+")
_VARIABLE = regex(r"\$\{(\w+)\}")


class PipePlan(Struct, frozen=True):
    """What makes one shell of a step push by pipe. `removed` are the places of the script that are gone."""

    edits: tuple[Edit, ...]
    changes: tuple[ScriptChange, ...]
    assumptions: tuple[str, ...]
    removed: tuple[Span, ...]


class _Image(Struct):
    """A package that is pushed, and its pushes in order, each with its statement."""

    name: Name
    pushes: list[Work] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


def plan(facts: StepFacts, context: Context, shell: Shell, logins: Sequence[PackagesLogin]) -> PipePlan | Reason:
    """The pipe for the logins of one shell, or the reason why there is none."""
    style, pipe, keys = context.settings.pipe, context.book.push_pipe, context.platform.task
    assert style is not None
    inside = [login.command.span for login in logins] + [use.command.span for use in shell.images]
    if away := next((span for span in inside if span.start >= FIRST), None):
        path = shell.script.source_at(away).path
        return context.reason("pipe-layout", f"a login or a push is in {path}")
    try:
        if pipe is None or keys is None:
            raise Refused("pipe-variables", "no rule names the push pipe")
        return _Planner(facts, context, shell, logins, pipe, keys, style).plan()
    except Refused as refusal:
        return context.reason(refusal.code, refusal.detail, refusal.subject)


def assumed(reasons: Sequence[Reason]) -> Iterator[Reason]:
    """The reasons that a pipe leaves standing: where the credential comes from does not matter without a login."""
    yield from (r for r in reasons if r.code not in ("credential-unresolved", "unsupported-expansion", "traced"))


class _Planner:
    def __init__(
        self,
        facts: StepFacts,
        context: Context,
        shell: Shell,
        logins: Sequence[PackagesLogin],
        pipe: PushPipe,
        keys: tuple[str, str],
        style: PipeStyle,
    ) -> None:
        self.facts = facts
        self.context = context
        self.shell = shell
        self.logins = logins
        self.pipe = pipe
        self.keys = keys
        self.style = style
        self.engine = ContainerEngine(facts, context.book, pipe, context.file)
        self.barriers = Barriers(facts, context, shell, logins, pipe, self.engine)
        self.statements = Statements(shell, context.book)
        self.writer = ReferenceWriter(shell.trace, shell.script.text)
        self.removed: list[Statement] = []
        self.names = LocalNames(facts, shell, pipe, self.engine)

    def plan(self) -> PipePlan:
        self.barriers.step()
        images = self.images()
        if not images:
            raise Refused("pipe-no-push", "the script shows no push with this login")
        pushes = [push.command for image in images for push in image.pushes]
        self.removed += dict.fromkeys(self.statements.login(login.command) for login in self.logins)
        self.barriers.other_uses()
        self.barriers.digests(min(push.order for push in pushes))
        self.barriers.endings(max(push.order for push in pushes), [one.span for one in self.removed])
        inserts = [self.insert(image) for image in images]
        if len({dict(pipe.variables)[self.pipe.image] for _, _, pipe in inserts}) != len(inserts):
            raise Refused("pipe-image", "two packages have one local name", "the image")
        self.tags(images)
        self.statements.asked(self.removed)
        self.version()
        layout = Layout(self.shell.script, self.statements.all, self.context.shared_items)
        edits, changes = layout.edits(self.removed, inserts)
        return PipePlan(edits, changes, tuple(self.granted(images, inserts)), tuple(s.span for s in self.removed))

    def version(self) -> None:
        variables = self.style.variables
        missing = [] if variables is None else [v for v in (self.pipe.image, self.pipe.tags) if v not in variables]
        if missing:
            raise Refused("pipe-variables", f"the pipe does not take {' and '.join(missing)}", self.pipe.name)
        if not self.style.version:
            detail = f"no version of {self.pipe.name} is given, and {self.style.unread}"
            raise Refused("pipe-version", detail, self.pipe.name)

    def granted(self, images: Sequence[_Image], inserts: Sequence[Insert]) -> Iterator[str]:
        """What the plan takes for granted."""
        checked = f" ({self.style.unread})" if self.style.variables is None else ""
        yield (
            f"{self.pipe.name}:{self.style.version} takes {self.pipe.image} and {self.pipe.tags} "
            f"and pushes the local image of that name{checked}"
        )
        set_here = {definition.name for definition in self.shell.trace.definitions}
        texts = [text for _, _, pipe in inserts for _, text in pipe.variables]
        names = dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text) if name in set_here)
        yield from (f"the pipe gets ${name} as the script sets it" for name in names)
        known = self.context.settings.workspace
        for workspace in dict.fromkeys(image.name.workspace for image in images if not image.name.running):
            if not known:
                yield f"{workspace} is the workspace that the pipeline runs in"
        for work in self.engine.works:
            if work.kind is not Effect.PROGRAM:
                continue
            name = work.command.name or "a program"
            if called := self.engine.called(work.command, self.pipe.programs):
                raise Refused("pipe-mixed", f"`{name}` calls `{called}`, which may change the local images", name)
            yield f"`{name}` leaves the names of local images as they are"

    # What is pushed

    def images(self) -> list[_Image]:
        """The packages that are pushed, in the order of their last pushes."""
        images: dict[str, _Image] = {}
        for work in self.engine.works:
            uses = [use for use in self.shell.images if use.command is work.command and use.action is Action.PUSH]
            name = self.pushed(uses)
            if name is None:
                continue
            if work.kind is not Effect.PUSH or len(work.parsed.words) != 1:
                raise Refused(*_not_by_pipe(work))
            self.barriers.push(work)
            image = images.setdefault(name.text, _Image(name))
            image.statements.append(self.statements.alone(work.command, "push"))
            image.pushes.append(work)
        if len({image.name.workspace for image in images.values()}) > 1:
            raise Refused("pipe-image", "the step pushes packages of two workspaces", "the workspace")
        return sorted(images.values(), key=lambda image: image.pushes[-1].at)

    def pushed(self, uses: Sequence[ImageUse]) -> Name | None:
        """The package that a command pushes with the login; None where it is another registry's."""
        names = {self.barriers.name(use.reference) for use in uses}
        if any(name is None or isinstance(name, Unresolved) for name in names):
            subject = next((use.subject for use in uses if use.subject), "the image")
            raise Refused("pipe-image", "patless can't tell which image the step pushes", subject)
        own = {name for name in names if self.barriers.own(name)}
        if own and len(names) > 1:
            raise Refused("pipe-image", "the step pushes one of several images", "the image")
        return own.pop() if own else None

    def insert(self, image: _Image) -> Insert:
        """Where the pipe goes (instead of the last push), what must run before it, and the pipe."""
        last = image.pushes[-1]
        written = [self.written(push, last) for push in image.pushes]
        local = self.local(image, {name for name, _ in written})
        tags = [tag or self.pipe.default_tag for _, tag in written]
        if not _LOCAL.fullmatch(local) or any(not _TAG.fullmatch(tag) for tag in tags):
            raise Refused("pipe-image", f"{image.name.shown} or a tag of it is not plain text", image.name.shown)
        self.barriers.between(image.pushes[0].command, last.command)
        self.removed += image.statements
        before = self.names.give(local, image.pushes, image.name.shown)
        variables = ((self.pipe.image, local), (self.pipe.tags, self.pipe.separator.join(dict.fromkeys(tags))))
        return image.statements[-1], before, AddedTask(self.keys, f"{self.pipe.name}:{self.style.version}", variables)

    def written(self, push: Work, last: Work) -> tuple[str, str]:
        """The name and the tag ('' where there is none) of a push, for a pipe in the place of the last one."""
        word = push.parsed.words[0].word
        try:
            if word is None:
                raise Unwritable("is not written in the script")
            text = self.writer.text(word, last.command.environment)
        except Unwritable as error:
            raise Refused("pipe-image", f"what is pushed {error}", "the tag") from None
        given = self.context.book.built_in
        text = text.replace(f"${{{given.full_name}}}", f"${{{given.workspace}}}/${{{given.repository}}}")
        name = untagged(text)
        if "@" in text[len(name) :]:
            raise Refused("pipe-image", "the step pushes an image by its digest", "the image")
        return name, text[len(name) + 1 :]

    def local(self, image: _Image, names: set[str]) -> str:
        """The package's name without registry and workspace."""
        own = f"${{{self.context.book.built_in.workspace}}}"
        path, *others = names
        host, _, rest = path.partition("/")
        if "." in host or ":" in host:
            path = rest
        workspace, _, local = path.partition("/")
        if others or not local or ("${" in workspace and workspace != own):
            shown = image.name.shown
            raise Refused("pipe-image", f"patless can't tell the workspace or the name of {shown}", shown)
        return local

    # Names that nobody needs

    def tags(self, images: Sequence[_Image]) -> None:
        """Take out each `docker tag` to a pushed reference that nothing but the push uses, the last one first."""
        references = {str(push.sources[0]) for image in images for push in image.pushes}
        for work in reversed(self.engine.works):
            target = work.targets[0] if work.kind is Effect.TAG and work.targets else None
            if target not in references or work.shell != self.shell.order:
                continue
            users = (user for user in self.engine.users(target, work.at) if not self.gone(user))
            if work.command in self.names.needed or self.names.given(target) or any(users):
                continue
            try:
                statement = self.statements.alone(work.command, "tag")
            except Refused:
                continue  # joined to something that stays
            self.removed.append(statement)

    def gone(self, work: Work) -> bool:
        here = work.shell == self.shell.order
        return here and any(one.span.contains(work.command.span) for one in self.removed)


def _not_by_pipe(work: Work) -> tuple[str, str, str]:
    words = [argument.text for argument in work.called.rest[:2]] if work.called else []
    if work.kind is Effect.BUILD:
        return "pipe-buildx-push", "the build pushes the image itself", "the build"
    if "imagetools" in words or "manifest" in words:
        return "pipe-multi-arch", "the step pushes a manifest for several platforms", "the manifest"
    return (
        "pipe-image",
        f"`{work.command.name}` pushes something other than a local image of the engine",
        work.command.name,
    )
