"""What an analysis knows of a place in a script, as text that may be shown."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from migrator.engine.walk import Shown, ShownCommand, ShownLogin, ShownSink
from migrator.findings.records import Report, Use
from migrator.flow.events import Command
from migrator.frontends.shell.programs import lower
from migrator.ir import rendering
from migrator.ir.nodes import Constant, Statement
from migrator.ir.traversal import every
from migrator.ir.values import Literal, Value
from migrator.reading.scripts import Script
from migrator.reading.steps import Shell
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Role
from migrator.sinks import logins
from migrator.sinks.channels import Sink
from migrator.sinks.credentials import Origin, origin
from migrator.text.source import Span

_LONGEST = 400
"""The most characters of nodes around a place that are shown with it."""


class Secrets(Struct, frozen=True):
    """The literal credentials of a report: where they stand, and their text."""

    spans: Mapping[str, tuple[Span, ...]]
    texts: frozenset[str]

    @classmethod
    def of(cls, report: Report) -> Secrets:
        places = ((report.sources[path].text, span) for path, each in report.secrets.items() for span in each)
        return cls(report.secrets, frozenset(text[span.start : span.end] for text, span in places))

    def among(self, script: Script, span: Span) -> bool:
        at = script.shown(span)
        spans = self.spans.get(script.source_at(span).path, ())
        return any(at.start < one.end and one.start < at.end for one in spans)

    def hides(self, script: Script, one: Constant | Literal) -> bool:
        """Whether literal text is, or holds, a literal credential; where it is not known where the text stands, also
        whether it shares text with one, or was made of what is assigned there."""
        if one.span is not None:
            return self.among(script, one.span)
        reads = one.provenance if isinstance(one, Literal) else ()
        words = [read.definition.word for read in reads if read.definition is not None]
        return any(text in one.text or one.text in text for text in self.texts if one.text) or any(
            self.among(script, word.span) for word in words if word is not None
        )


class Stages(Struct, frozen=True):
    """Of one shell of a step."""

    shell: Shell
    secrets: Secrets
    book: RuleBook

    def hidden(self, one: Constant | Literal) -> bool:
        return self.secrets.hides(self.shell.script, one)

    def value(self, value: Value) -> Shown:
        return Shown(rendering.value(rendering.hiding_value(value, self.hidden)), rendering.provenance(value))

    def use(self, span: Span) -> Use:
        source = self.shell.script.source_at(span)
        return Use(source.path, source.position(self.shell.script.shown(span).start))

    def program(self, span: Span) -> str:
        """The nodes of a place: with what stands around it, as far as that is short."""
        placed = next((one for one in reversed(self.shell.trace.called) if one.start <= span.start), None)
        statements = placed.statements if placed else lower(self.shell.script.text)
        around = (one for one in every(statements) if isinstance(one, Statement) and one.span.contains(span))
        texts = [rendering.statement(rendering.hiding(one, self.hidden)) for one in around]
        return next((text for text in texts if len(text) <= _LONGEST), texts[-1] if texts else "")

    def known(self, command: Command) -> ShownCommand:
        return ShownCommand(
            " ".join((*command.wrappers, command.name or "a program that is not known")),
            tuple(self.value(one.value) for one in command.arguments),
            self.value(command.stdin) if command.stdin else None,
            tuple((name, self.value(value)) for name, value in command.overrides),
            rendering.paths(command.folders),
            tuple(self.use(Span(call, call)) for call in command.calls),
            command.conditional,
            command.looped,
            command.traced,
        )

    def login(self, login: logins.Login) -> ShownLogin:
        host = f"cannot tell, because of {login.host_subject}" if login.host_unknown else login.host
        return ShownLogin(login.client, host, self.kept(login))

    def kept(self, login: logins.Login) -> str:
        """In what the login is kept: other clients than those of images have no name for that."""
        if login.npm or login.bound:
            return "a file that the client reads"
        if login.alone is not None:
            return "no file: the call alone has it"
        if not any(one.action is Action.STORE for one in login.sinks):
            return "the client's own settings"
        own = {name for client in self.book.clients.values() for name in client.login_file.variables}
        unknown = {"": "nothing that is known", "?": "a file that is not known"}
        return "the client's own file" if login.config in own else unknown.get(login.config, login.config)

    def sink(self, sink: Sink, login: logins.Login | None) -> ShownSink:
        registry = login.registry if login else None
        native = {Role.USERNAME: registry.username, Role.PASSWORD: registry.password} if registry else {}
        comes = _origin(origin(sink.value, native[sink.role])) if sink.role in native else ""
        return ShownSink(sink.action, sink.role, sink.channel, self.value(sink.value), comes)


def _origin(one: Origin) -> str:
    found = [f"the stored variable {name}" for name in one.stored]
    found += ["hardcoded text"] if one.literals else []
    found += ["the native variable"] if one.native else []
    return " or ".join(found) or (f"cannot tell: it {one.obstacle.detail}" if one.obstacle else "")
