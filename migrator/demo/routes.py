"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from migrator.demo.credentials import Credential
from migrator.demo.messages import Refusal, Request, Response, error
from migrator.demo.people import User
from migrator.demo.scopes import RequiredScope
from migrator.demo.state import Repository, Workspace

ANYWHERE = "{}"
"""In place of a workspace, where a repository is named by its UUID (REST documents, "Repository object and UUID")."""


@dataclass(frozen=True, slots=True)
class RoutedRequest:
    """A request on its way to a resource. `values` are the decoded parts of the path by name."""

    request: Request
    workspace: Workspace
    credential: Credential
    values: Mapping[str, str]

    def repository(self) -> Repository:
        """The repository in the path. Raises Refusal where it is missing or hidden, which look alike."""
        name = self.values["repository"]
        elsewhere = self.values.get("workspace") == ANYWHERE and not name.startswith("{")
        found = None if elsewhere else self.workspace.named(name)
        seen = self.credential.repositories
        if found is None or (seen is not None and found.slug not in seen):
            raise Refusal(missing(f"Repository {self.workspace.slug}/{self.values['repository']} not found"))
        return found

    def url(self, *parts: str) -> str:
        """A URL of the API below the workspace's repositories."""
        return "/".join((self.request.origin, "2.0", "repositories", self.workspace.slug, *map(_quoted, parts)))

    def page(self, *parts: str) -> str:
        """An address of the site for people, below the workspace."""
        return "/".join((self.request.origin, self.workspace.slug, *parts))

    def shown(self, person: User | None) -> dict[str, Any] | None:
        """A person within something else; null where the account is gone (BITBUCKET_API.md 8, fact 6)."""
        if person is None or person.uuid in self.workspace.gone:
            return None
        return person.shown(self.request.origin)

    def commit(self, repository: Repository, hash_: str) -> dict[str, Any]:
        """A commit within something else."""
        page = {"href": self.page(repository.slug, "commits", hash_)}
        links = {"self": {"href": self.url(repository.slug, "commit", hash_)}, "html": page}
        return {"type": "commit", "hash": hash_, "links": links}

    def now(self) -> datetime:
        return self.workspace.clock()


def missing(message: str) -> Response:
    return error(404, message)


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is below `/2.0`; `{name}` is one part of it, `{name+}` the rest, slashes included.

    `needs` is checked before the function is called. `by_proxy`: a Pipelines step may ask through its proxy, without
    a credential.
    """

    method: str
    path: str
    needs: RequiredScope
    function: Callable[[RoutedRequest], Response]
    by_proxy: bool = False


class RouteTable:
    def __init__(self, routes: Sequence[Route]) -> None:
        self._rows = [(_pattern(route.path), route) for route in routes]

    def find(self, request: Request) -> tuple[Route, dict[str, str]]:
        """A path counts with a slash at its end and without. Raises Refusal where nothing is there, or not with this
        method."""
        found = False
        for path in (request.path, request.path.rstrip("/")):
            for pattern, route in self._rows:
                match = pattern.fullmatch(path)
                if not match:
                    continue
                found = True
                if route.method == request.method:
                    return route, {name: unquote(value) for name, value in match.groupdict().items()}
        if found:
            raise Refusal(error(405, f"{request.method} is not allowed here"))
        raise Refusal(missing("Resource not found"))


def _pattern(path: str) -> re.Pattern[str]:
    expression = re.sub(r"\{(\w+)\\\+\}", r"(?P<\1>.+)", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))
    return re.compile("/2\\.0" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", expression))


def _quoted(part: str) -> str:
    return quote(part, safe="")
