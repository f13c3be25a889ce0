"""All projects of a repository that Maven builds, together: their addresses, properties, and dependencies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from migrator.sinks.bound import needed
from migrator.sinks.found_files import Text
from migrator.sinks.maven_files import POM, Address, MavenProject, project

_MOST = 500


class MavenProjects(Struct, frozen=True, dict=True):
    """`unread`: some of them cannot be read."""

    every: tuple[MavenProject, ...]
    unread: bool

    @classmethod
    def of(cls, paths: Sequence[str], file: Text) -> MavenProjects:
        found = [project(text) for path in paths[:_MOST] if (text := file(path)) is not None]
        every = tuple(one for one in found if isinstance(one, MavenProject))
        return cls(every, len(every) < len(paths))

    @property
    def addresses(self) -> Iterator[Address]:
        return (one for each in self.every for one in each.addresses)

    @cached_property
    def properties(self) -> Mapping[str, list[str]]:
        """The values that each property has somewhere."""
        found: dict[str, dict[str, None]] = {}
        for each in self.every:
            for name, value in each.properties:
                found.setdefault(name, {})[value] = None
        return {name: [*values] for name, values in found.items()}

    def needed(self, host: str) -> tuple[tuple[str, ...], str]:
        """What they need that is none of them, as in `bound.needed`."""
        own = {each.name for each in self.every}
        names = {name for each in self.every for name in (*each.needs, each.parent) if name} - own
        foreign, more = needed(names, own, host)
        return foreign, more or (f"a {POM} that patless can't read may need more" if self.unread else "")
