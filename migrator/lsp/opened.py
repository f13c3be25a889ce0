"""What an editor has open, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from pygls.uris import to_fs_path

from migrator.checkouts.analysis import Analysis
from migrator.repositories.worktree import WorkTree
from migrator.text.source import Source


class OpenFile(Struct, frozen=True, eq=False):
    """A version of a file in an editor. `uri` is as the editor spells it."""

    uri: str
    version: int | None
    text: str

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")  # which is not UTF-8, as is said then

    @property
    def place(self) -> Path | None:
        """Where it is in the file system, None for what an editor has elsewhere."""
        path = to_fs_path(self.uri)
        return Path(path) if path and "\0" not in path else None


class EditorAnswer(Struct, frozen=True, eq=False):
    """What is known of one repository with these `files` in an editor, by their paths from its root. `analysis` None:
    it came to nothing, and `failure` says why, '' where nothing was to be looked for. Of what is found, messages are
    without literal credentials. A file that is in no repository, as something is wrong with it, is its own `root`."""

    root: Path
    files: Mapping[str, tuple[OpenFile, ...]]
    view: WorkTree | None = None
    analysis: Analysis | None = None
    failure: str = ""

    @property
    def uris(self) -> dict[str, OpenFile]:
        """The files as the editor knows them."""
        return {one.uri: one for files in self.files.values() for one in files}

    def path_of(self, uri: str) -> str | None:
        return next((path for path, files in self.files.items() for one in files if one.uri == uri), None)

    def uri_of(self, path: str) -> str:
        """As the editor spells it, where it has the file."""
        files = self.files.get(path)
        return files[0].uri if files else (self.root / path).as_uri()

    def version_of(self, path: str) -> int | None:
        files = self.files.get(path)
        return files[0].version if files else None

    def source(self, path: str) -> Source | None:
        """The text of a file that something was found in, or that is open."""
        known = self.analysis.report.sources.get(path) if self.analysis else None
        if known is not None:
            return known if path in self.files else Source(path, known.text)  # an editor takes a mark off
        files = self.files.get(path)
        return Source(path, files[0].text.removeprefix("\ufeff"), files[0].text.startswith("\ufeff")) if files else None
