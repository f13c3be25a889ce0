"""A Bitbucket workspace on 127.0.0.1: its API, its repositories over git, and all that is known to be odd about them.

    with Box() as box:
        box.add_repository("web", {"main": {"bitbucket-pipelines.yml": "..."}})
        box.add_variable("PACKAGES_TOKEN", "secret", repository="web")
        os.environ |= {"PATLESS_API_URL": box.api_url, "BITBUCKET_ACCESS_TOKEN": box.token()}

What is imitated, and how well it is known, is in BITBUCKET_API.md; where that leaves a question open, the file of the
resource says what the box does.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from migrator.demo import identity, moments, review, scopes
from migrator.demo.api import Api
from migrator.demo.credentials import BoxCredentialKind, BoxCredentials
from migrator.demo.faults import Faults
from migrator.demo.limits import BASE, BoxLimits
from migrator.demo.people import User, user
from migrator.demo.review import Strategy
from migrator.demo.server import LogLine, Observer, Server, Site
from migrator.demo.state import Environment, Repository, Run, Schedule, Variables, Workspace
from migrator.demo.store import NewCommit, branches, point, resolve

ALL = ("repository:write", "pullrequest:write", "pipeline", "pipeline:variable", "project", "account")
"""The scopes of an access token that may do all that this project does (BITBUCKET_API.md 3)."""
ALL_OF_API_TOKEN = (
    *("read:repository", "write:repository", "read:pullrequest", "write:pullrequest", "read:pipeline"),
    *("admin:pipeline", "read:workspace", "read:project", "read:user"),
)
_Files = Mapping[str, str | bytes | None]


class Box:
    """`faults` are added at any time; `limits.hourly` may be changed; `state` is what the workspace holds.

    `hourly` is the allowance of each credential, None is no end, and `seconds` the clock of its hour. `clock` gives the
    moment for what is made without one. `observer` is called for each request of the API with its answer, from several
    threads. The repositories are in a folder of their own, below `within` where that is given.
    """

    def __init__(
        self,
        workspace: str = "acme",
        *,
        hourly: int | None = BASE,
        clock: Callable[[], datetime] = moments.now,
        observer: Observer | None = None,
        seconds: Callable[[], float] = time.monotonic,
        within: Path | None = None,
    ) -> None:
        self.workspace = workspace
        self.faults = Faults()
        self.limits = BoxLimits(hourly, seconds)
        self._folder = Path(tempfile.mkdtemp(prefix="patless-box-", dir=within)).resolve()
        self.state = Workspace(workspace, self._folder, clock)
        self._credentials = BoxCredentials()
        api = Api(self.state, self._credentials, self.limits)
        self._site = Site(self.state, self._credentials, self.faults, api, observer)
        self._server: Server | None = None

    def __enter__(self) -> Box:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server = Server(self._site)
        serve = {"poll_interval": 0.02}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, name="box", daemon=True).start()

    def stop(self) -> None:
        """The server and the repositories are gone."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`, which is also the address of the Pipelines proxy."""
        if self._server is None:
            raise RuntimeError("the box is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.origin}/2.0"

    @property
    def email(self) -> str:
        """Of the workspace's owner, whose API tokens `api_token` gives out."""
        return self.state.owner.email

    def clone_url(self, repository: str) -> str:
        """Without a credential, as in `links.clone`."""
        return f"{self.origin}/git/{self.workspace}/{repository}.git"

    @property
    def requests(self) -> tuple[LogLine, ...]:
        """What was asked so far, git included."""
        return tuple(self._site.log)

    def forget_requests(self) -> None:
        self._site.log.clear()

    def token(self, *granted: str, repositories: Iterable[str] | None = None) -> str:
        """A new access token with these scopes, by default all that the project needs; for Bearer, and for git.

        `repositories` are the slugs that it sees, by default all.
        """
        person = user(f"Access Token {self.state.next()}")  # each is an account of its own
        names = scopes.named(granted or ALL, of_api_token=False)
        return self._credentials.issue(BoxCredentialKind.ACCESS_TOKEN, person, names, _slugs(repositories)).token

    def api_token(self, *granted: str, of: User | None = None, repositories: Iterable[str] | None = None) -> str:
        """A new API token; for Basic with the e-mail of its person, by default the owner of the workspace."""
        names = scopes.named(granted or ALL_OF_API_TOKEN, of_api_token=True)
        return self._credentials.issue(
            BoxCredentialKind.API_TOKEN, of or self.state.owner, names, _slugs(repositories)
        ).token

    def revoke(self, token: str) -> None:
        self._credentials.revoke(token)

    def add_person(self, name: str, *, active: bool = True, member: bool = True) -> User:
        person = user(name, active, member)
        self.state.people[person.uuid] = person
        return person

    def add_repository(
        self,
        slug: str,
        files: Mapping[str, _Files] | None = None,
        *,
        tags: Mapping[str, str] | None = None,
        project: str = "CORE",
        main: str = "main",
    ) -> Repository:
        """A repository whose `files` are texts by path, by branch; without any it is empty.

        The main branch comes first and others start at it. `tags` are branches by name.
        """
        now, author = self.state.clock(), self.state.owner.git_author
        by_branch = sorted((files or {}).items(), key=lambda item: item[0] != main)
        commits = [NewCommit(branch, texts, f"Begin {branch}", author, now) for branch, texts in by_branch]
        numbers = {tag: [name for name, _ in by_branch].index(branch) for tag, branch in (tags or {}).items()}
        return self.add_written(slug, commits, numbers, project=project, main=main)[0]

    def add_written(
        self,
        slug: str,
        commits: Sequence[NewCommit],
        tags: Mapping[str, int] | None = None,
        *,
        project: str = "CORE",
        main: str = "main",
    ) -> tuple[Repository, list[str]]:
        """A repository with these commits and their hashes. `tags` are positions among the commits by name."""
        repository = self.state.add_repository(slug, slug, project, main)
        hashes = self.state.write(repository, commits) if commits else []
        if commits:
            repository.created_on = commits[0].when
        for tag, number in (tags or {}).items():
            point(repository.folder, f"refs/tags/{tag}", hashes[number])
        return repository, hashes

    def commit(
        self, repository: str, branch: str, files: _Files, message: str = "Change", author: User | None = None
    ) -> str:
        """What a person pushes; the hash."""
        person = author or self.state.owner
        made = NewCommit(branch, files, message, person.git_author, self.state.clock())
        with self._site.lock:
            return self.state.write(self.state.repositories[repository], [made])[0]

    def remove(self, repository: str) -> None:
        """Its owner deletes it."""
        with self._site.lock:
            del self.state.repositories[repository]

    def rename(self, repository: str, slug: str) -> None:
        """Its owner gives it another name, and with it another address; the old one leads nowhere."""
        with self._site.lock:
            found = self.state.repositories.pop(repository)
            found.slug = found.name = slug
            self.state.repositories[slug] = found

    def transfer(self, repository: str, workspace: str) -> None:
        """Its owner gives it to another workspace, which a credential of this one may see or not."""
        with self._site.lock:
            found = self.state.repositories.pop(repository)
            self.state.transferred[found.uuid] = (workspace, found)

    def head(self, repository: str, branch: str) -> str | None:
        """The hash of a branch, None where there is none."""
        return branches(self.state.repositories[repository].folder).get(branch)

    def merge(self, repository: str, number: int, strategy: Strategy = Strategy.MERGE_COMMIT) -> str:
        """What the owner does with an open pull request; the destination's last commit then. Raises ReviewError."""
        found = self.state.repositories[repository]
        with self._site.lock:
            request = next(each for each in found.pull_requests if each.id == number)
            return review.merge(found, request, self.state.owner, self.state.clock(), "", strategy)

    def add_environment(self, repository: str, name: str, category: str = "Production") -> Environment:
        found = self.state.repositories[repository]
        made = Environment(identity.uuid("environment", self.workspace, repository, name), name, category)
        found.environments[made.uuid] = made
        return made

    def add_variable(
        self,
        key: str,
        value: str = "",
        *,
        secured: bool = True,
        repository: str | None = None,
        environment: str | None = None,
        system: bool = False,
    ) -> str:
        """The UUID of a new variable: of the workspace, of a repository, or of its environment of that name."""
        with self._site.lock:
            made = self.state.variable(key, value, secured, system)
            self.variables(repository, environment)[made.uuid] = made
        return made.uuid

    def variables(self, repository: str | None = None, environment: str | None = None) -> Variables:
        """The variables of a level by UUID, as the box holds them."""
        if repository is None:
            return self.state.variables
        found = self.state.repositories[repository]
        if environment is None:
            return found.variables
        return next(each for each in found.environments.values() if each.name == environment).variables

    def add_schedule(self, repository: str, branch: str, pattern: str = "", *, enabled: bool = True) -> Schedule:
        """A nightly one; `pattern` names a custom pipeline."""
        uuid = identity.uuid("schedule", self.workspace, repository, branch, pattern)
        made = Schedule(uuid, branch, pattern, "0 0 2 * * ? *", enabled, self.state.clock())
        self.state.repositories[repository].schedules.append(made)
        return made

    def add_run(
        self,
        repository: str,
        ref: str,
        status: str = "PASSED",
        *,
        ref_type: str = "branch",
        selector: tuple[str, str] = ("default", ""),
        trigger: str = "push",
        when: datetime | None = None,
        commit: str | None = None,
    ) -> Run:
        """A run of the pipeline on a ref, by default on its commit of now."""
        found = self.state.repositories[repository]
        number = len(found.runs) + 1
        made = Run(
            uuid=identity.uuid("run", self.workspace, repository, number),
            number=number,
            ref_type=ref_type,
            ref_name=ref,
            commit=commit or resolve(found.folder, ref) or "",
            selector=selector,
            trigger=trigger,
            status=status,
            creator=self.state.owner,
            created_on=when or self.state.clock(),
        )
        found.runs.append(made)
        return made


def _slugs(repositories: Iterable[str] | None) -> frozenset[str] | None:
    return None if repositories is None else frozenset(repositories)
