"""Where else a client may find a credential than in what its call is given."""

from __future__ import annotations

from migrator.flow.events import Flow
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action
from migrator.sinks.invocations import invocation
from migrator.sinks.shown import visible_text
from migrator.text.patterns import regex

_OTHERS = regex(r"netrc|keyring", 2)


def elsewhere(flow: Flow, client: str, book: RuleBook) -> str:
    """What it comes from, as the script shows it: a login that the client keeps, a netrc file, or a keyring; '' for
    none of these."""
    for command in flow.commands:
        called = invocation(command, book)
        if called and called.client.name == client and called.syntax and called.syntax.does(Action.STORE):
            return f"`{client} {called.rest[0].text}`"
    texts = [visible_text(one.value) for command in flow.commands for one in command.arguments]
    texts += [visible_text(one.path) for command in flow.commands for one in command.outputs]
    texts += [one.name for one in flow.definitions]
    return "a netrc file or a keyring" if any(map(_OTHERS.search, texts)) else ""
