"""The local name that a pipe pushes by: whether the image has it, how it gets it, and who else is given names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrator.fixes.pipe.engine import ContainerEngine, Effect, Work, known_text
from migrator.fixes.pipe.localimages import LocalImages
from migrator.fixes.pipe.references import tagged, untagged
from migrator.fixes.refused import Refused
from migrator.flow.events import Command
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import PushPipe
from migrator.text.patterns import regex

_WORD = regex(r"[^\s'#]+[^\s'#:]")
_VARIABLE = regex(r"\$\{?(\w+)")


class LocalNames:
    """`needed` are the `docker tag` commands that must stay for the commands that `give` returned."""

    def __init__(self, facts: StepFacts, shell: Shell, pipe: PushPipe, engine: ContainerEngine) -> None:
        self.facts = facts
        self.shell = shell
        self.pipe = pipe
        self.engine = engine
        self.needed: set[Command] = set()
        self.taken: set[str] = set()

    def give(self, local: str, pushes: Sequence[Work], shown: str) -> str:
        """The command that gives a pushed image its local name before the last push; '' where it has that name."""
        last, wanted = pushes[-1], tagged(local)
        images = [LocalImages(self.engine.works, push.at).identity(push.sources[0]) for push in pushes]
        now = LocalImages(self.engine.works, last.at)
        if any(image != images[0] for image in images):
            raise Refused("pipe-image", f"the tags of {shown} are different images", shown)
        if now.identity(wanted) == images[0]:
            return ""
        if self.used_later(wanted, last):
            raise Refused("pipe-image", f"{local} is the name of another local image, which is used later", local)
        source = self.plain(now.also_called(str(last.sources[0])), last) or self.pushed(pushes)
        self.taken.add(wanted)
        return f"{self.pipe.tag} {source} {local}"

    def used_later(self, name: str, last: Work) -> bool:
        users = self.engine.users(name, last.at)
        given = {scalar.value for item in self.facts.tasks for _, scalar in item.variables}
        return any(work.kind is not Effect.PUSH for work in users) or bool(given & {name, untagged(name)})

    def plain(self, names: Sequence[str], there: Work) -> str:
        """The first name without a registry that is still the image's, as a word of the shell, or ''."""
        for name in names:
            text = self.word(name, there.command) if "/" not in name and name not in self.taken else None
            if text:
                return text.removesuffix(f":{self.pipe.default_tag}")
        return ""

    def pushed(self, pushes: Sequence[Work]) -> str:
        """A pushed reference as it is written, rather one that a build made than one that a `docker tag` made."""
        made = {target for work in self.engine.works if work.kind is Effect.TAG for target in work.targets}
        written = [push for push in reversed(pushes) if self.written(push, pushes[-1])]
        push = next((push for push in written if push.sources[0] not in made), written[0] if written else None)
        if push is None:
            raise Refused("pipe-image", "the image that is pushed cannot be named again", "the image")
        self.needed |= {work.command for work in self.engine.works if push.sources[0] in work.targets}
        return self.written(push, pushes[-1])

    def written(self, push: Work, there: Work) -> str:
        """The reference of a push as it is written, '' where it would be another one in a later place."""
        word = push.parsed.words[0].word
        text = self.shell.script.text[word.span.start : word.span.end] if word else ""
        here, later = push.command.environment, there.command.environment
        same = all(here.get(name, (None,)) == later.get(name, (None,)) for name in _VARIABLE.findall(text))
        return text if same and _WORD.fullmatch(text) else ""

    def word(self, reference: str, there: Command) -> str | None:
        """A key as a word of the shell at a command, None where its variables hold something else by then."""
        for name, order in re.findall(r"\$\{(\w+)(@\d*)?\}", reference):
            definitions = there.environment.get(name, (None,))
            only = definitions[0] if len(definitions) == 1 else None
            if not order and definitions != (None,):
                return None
            if order and (only is None or order != f"@{only.order}" or sum(1 for _ in only.value.pieces) != 1):
                return None
        return None if "|" in reference else re.sub(r"@\d*\}", "}", reference)

    def given(self, reference: str) -> bool:
        """Is another pipe given the reference?"""
        begin = untagged(reference).partition("${")[0] or untagged(reference)
        for item in self.facts.tasks:
            for _, scalar in item.variables:
                texts = [scalar.value]
                for variable in _VARIABLE.findall(scalar.value):
                    texts.append(f"${{{variable}}}")
                    for shell in self.facts.shells:
                        texts += [known_text(d.value) for d in shell.trace.definitions if d.name == variable]
                if any(begin in text for text in texts):
                    return True
        return False
