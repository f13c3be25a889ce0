"""What git alone says of a repository: whether it ever had pipelines, and which variables its logins use."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Repository
from migrator.platforms.bitbucket.names import PATHSPECS
from migrator.repositories import remote
from migrator.repositories.refs import refs
from migrator.repositories.streams import records
from migrator.secrets.asking import Asking
from migrator.secrets.copying import mirror
from migrator.secrets.records import Leaving
from migrator.secrets.survey import Survey
from migrator.secrets.surveying import Resolver, surveyed


class Brought(Struct, frozen=True):
    """Whether it has commits, and whether any of them ever had a pipelines file; `candidates`, `leaving`, `heads` and
    `imports` as in Answers."""

    there: bool = False
    ever: bool = False
    candidates: frozenset[str] = frozenset()
    leaving: Leaving | None = None
    heads: dict[str, str] = field(default_factory=dict)
    imports: bool = False


class Bringing(Struct, frozen=True):
    """For several threads. `above` is the level of the workspace."""

    asking: Asking
    above: Inventory
    resolve: Resolver

    def brought(self, one: Repository) -> Brought:
        """Raises GitError, GitMissing, ApiError."""
        if not mirror(self.asking, one):
            return Brought()
        root = remote.place(self.asking.cache, self.asking.workspace, one.slug)
        if not _ever(root):
            return Brought(there=True, heads={ref.name: ref.commit for ref in refs(root)})
        with surveyed(self.asking, one, Inventory(self.above.variables, ()), self.resolve, plain=True) as survey:
            heads = {ref.name: ref.commit for ref in survey.every}
            imports = survey.imports()
            return Brought(True, True, survey.candidates(imports), self._leaving(survey), heads, bool(imports))

    def again(self, one: Repository, here: Brought, stored: Inventory) -> Brought:
        """With what its own variables say of registries, and where its runs are all that had pipelines."""
        with surveyed(self.asking, one, stored, self.resolve, plain=True) as survey:
            imports = survey.imports()
            names = survey.candidates(imports)
            return replace(here, candidates=names, leaving=self._leaving(survey), imports=bool(imports))

    def _leaving(self, survey: Survey) -> Leaving | None:
        return survey.leaving() if self.asking.leaving else None


def _ever(root: Path) -> bool:
    """Whether any version of any branch or tag had a pipelines file, or a link in its place."""
    asked = ("log", "--all", "--full-history", "-1", "--format=%H", "--no-show-signature", "--", *PATHSPECS)
    return any(records(root, "-c", "log.follow=false", *asked, separator=b"\n"))
