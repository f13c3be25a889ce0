"""Which image each local name stands for, at every point of a step."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.fixes.pipe.engine import Effect, Work
from migrator.fixes.pipe.references import may_be

Identity = tuple[object, ...]


class LocalImages:
    """The local images just before a place of a step. Equal identities are the same image.

    A name that nothing in the step makes is an image of its own, until something may give it to another one: then
    `changed`, or what was `tagged` since, tells it from before. An image that a command makes is named by the place of
    that command, and one that it perhaps makes by the name, or the place in its words, too.
    """

    def __init__(self, works: Sequence[Work], before: tuple[int, int]) -> None:
        self.names: dict[str, Identity] = {}
        self.changed: Identity = ()
        self.tagged: list[tuple[str, Identity, tuple[int, int]]] = []
        for work in works:
            if work.at < before:
                self.after(work)

    def identity(self, reference: str | None) -> Identity:
        if reference is None:
            return (object(),)
        if reference in self.names:
            return self.names[reference]
        given: Identity = (reference, *self.changed)
        for target, image, at in self.tagged:
            if image != given and may_be(reference, target):
                given = (*given, at)
        return given

    def also_called(self, reference: str) -> list[str]:
        """The other names of an image, shortest first."""
        same = self.identity(reference)
        return sorted((name for name in self.names if self.names[name] == same and name != reference), key=len)

    def after(self, work: Work) -> None:
        command = work.command
        unsure = command.conditional or command.looped
        match work.kind:
            case Effect.BUILD | Effect.LOCAL:
                made: Identity = (work.at,)
            case Effect.TAG:
                made = self.identity(next(iter(work.sources), None))
            case Effect.CHANGES:
                self.forget(work)
                return
            case _:
                return
        for place, target in enumerate(work.targets):
            if target is None:
                self.forget(work)
                continue
            image = (work.at, place) if unsure else made
            for name in self.names:
                if self.names[name] != image and may_be(name, target):
                    self.names[name] = (work.at, name)
            self.names[target] = image
            self.tagged.append((target, image, work.at))

    def forget(self, work: Work) -> None:
        self.changed = (work.at,)
        self.names = {name: (work.at, name) for name in self.names}
        self.tagged = []
