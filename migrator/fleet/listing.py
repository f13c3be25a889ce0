"""Which repositories there are: those that Bitbucket lists, those that are named, and clones on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from migrator.bitbucket import repositories as api
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Repository as Row
from migrator.bitbucket.session import Client
from migrator.fleet.records import FOLDER, FleetRepository
from migrator.options import UsageError
from migrator.options.fleet import RepositoryFilter
from migrator.repositories.git import GitError, remote_slug
from migrator.repositories.streams import answer
from migrator.repositories.worktree import links_below, repositories_below, repository_of
from migrator.text.mask import printable

_FEW = 20
"""So many repositories are asked for one by one; of more, the whole list is read, 100 to a request."""


class Selection(Struct, frozen=True):
    """Which repositories of a workspace. `query` is in Bitbucket's own words; `since` is a moment; `slugs` empty: all.

    https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
    """

    workspace: str
    project: str = ""
    query: str = ""
    since: datetime | None = None
    slugs: tuple[str, ...] = ()

    @classmethod
    def of(cls, filter: RepositoryFilter, slugs: Iterable[str] = ()) -> Selection:
        """Raises UsageError."""
        if filter.project and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,127}", filter.project):
            raise UsageError("--project is the key of a project: letters, digits and underscores")
        try:
            since = moment(filter.since, datetime.now(UTC)) if filter.since else None
        except (ValueError, OverflowError):
            raise UsageError("--since is a date such as 2026-11-17, or a number of days such as 7d") from None
        return cls(filter.workspace, filter.project, filter.query, since, tuple(dict.fromkeys(slugs)))

    @property
    def words(self) -> str:
        parts = [f"({self.query})"] if self.query else []
        parts += [f'project.key = "{self.project}"'] if self.project else []
        parts += [f"updated_on > {self.since.isoformat()}"] if self.since else []
        return " AND ".join(parts)

    @property
    def whole(self) -> bool:
        """Whether it is every repository of the workspace that the credential sees."""
        return not (self.words or self.slugs)


def listed(client: Client, selection: Selection) -> tuple[list[FleetRepository], list[tuple[str, str]]]:
    """The repositories, and of those that were named and are not given out the slug and why. Raises ApiError."""
    if selection.slugs and len(selection.slugs) <= _FEW and not selection.words:
        return _named(client, selection)
    rows = api.repositories(client, selection.workspace, selection.words)
    found = [repository(row) for row in rows]
    if not selection.slugs:
        return found, []
    wanted = set(selection.slugs)
    missing = sorted(wanted - {one.slug for one in found})
    why = f"it is not among the repositories of {selection.workspace} that this credential sees"
    return [one for one in found if one.slug in wanted], [(slug, why) for slug in missing]


def clones(folder: Path) -> Iterator[FleetRepository]:
    """The clones in a folder, those that links in it lead to, or the one that it is; each once. They are read by their
    commits, not by what lies in their files. A link that leads nowhere is one that cannot be read.

    Raises GitError, GitMissing.
    """
    real = Path(os.path.realpath(folder))
    if repository_of(real) == real:
        yield _clone(real)
        return
    links = links_below(real)
    behind = {to for _, to in links if to and os.path.lexists(to / ".git")}
    for root in sorted({*repositories_below(real), *behind}):
        yield _clone(root)
    for link, to in links:
        if to is None:
            yield FleetRepository(f"{FOLDER}{printable(str(link))}", "", printable(link.name), printable(link.name))


def _clone(root: Path) -> FleetRepository:
    workspace, slug = remote_slug(root) or ("", root.name)
    uuid = f"{FOLDER}{printable(str(root))}"
    return FleetRepository(uuid, workspace, printable(slug), root.name, main_branch=_branch(root))


def moment(text: str, now: datetime) -> datetime:
    """`7d` is seven days before now, else an ISO 8601 date, in UTC where it says no time zone. Raises ValueError."""
    if days := re.fullmatch(r"([0-9]{1,4})d", text):
        return now - timedelta(days=int(days[1]))
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _named(client: Client, selection: Selection) -> tuple[list[FleetRepository], list[tuple[str, str]]]:
    found: list[FleetRepository] = []
    refused: list[tuple[str, str]] = []
    for slug in selection.slugs:
        try:
            found.append(repository(api.repository(client, selection.workspace, slug)))
        except ApiError as error:
            if error.kind not in (Cause.FORBIDDEN, Cause.MISSING, Cause.GONE, Cause.INVALID):
                raise
            refused.append((slug, str(error)))
    return found, refused


def repository(row: Row) -> FleetRepository:
    """As the ledger keeps it."""
    return FleetRepository(
        uuid=row.uuid,
        workspace=row.full_name.partition("/")[0],
        slug=row.slug,
        name=printable(row.name),
        project=row.project or "",
        main_branch=row.main_branch or "",
        clone_url=row.clone_https,
        page_url=row.page if row.page.startswith(("https://", "http://")) and row.page.isprintable() else "",
        updated_on=row.updated_on.isoformat() if row.updated_on else "",
    )


def _branch(root: Path) -> str:
    """What is checked out, '' for a commit that is of no branch."""
    asked: Sequence[str] = ("symbolic-ref", "--quiet", "HEAD")
    try:
        name = os.fsdecode(answer(root, *asked))
    except GitError:
        return ""
    return printable(name.removeprefix("refs/heads/"))
