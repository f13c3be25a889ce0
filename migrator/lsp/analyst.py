"""Analyses what is open, in a thread of its own: of what was typed meanwhile only the latest version counts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Condition, Thread

from msgspec.structs import replace

from migrator.checkouts import standard_input
from migrator.checkouts.analysis import of_view, overlaid
from migrator.findings.masking import masked
from migrator.lsp.opened import EditorAnswer, OpenFile
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions
from migrator.platforms.bitbucket.names import is_pipelines_file
from migrator.reading.again import FlowMemo
from migrator.repositories.overlay import HeldTree
from migrator.repositories.worktree import repository_of

Described = Callable[[Exception], str]
"""The sentence for an error, without text of scanned files."""
_HELD, _SHARE = 2.0, 20
"""How many seconds what was read of the disk counts, and how many times as long as that analysis took."""
_IDLE = 1.0
"""How many seconds after the last keystroke the disk is read again, if it is time."""
_OLD = 60.0
"""Seconds after which it is read before a keystroke is answered."""
_PATIENCE = 20.0
"""How many seconds a request waits for the analysis of what it is about."""


class EditedRepository:
    """A repository with open files, and what its next analysis takes over from the last one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._memo = FlowMemo()
        self._disk: HeldTree | None = None
        self._turn = 0
        self._read = 0.0
        self._until = 0.0

    def forget(self) -> None:
        """Files on disk may have changed."""
        self._disk = None

    @property
    def due(self) -> bool:
        """Whether it is time to look at the disk again."""
        return self._disk is not None and time.monotonic() > self._until

    def answer(self, files: dict[str, tuple[OpenFile, ...]], reading: AnalysisOptions) -> EditorAnswer:
        """Raises what an analysis raises."""
        if not (repository_of(self.root) or any(map(is_pipelines_file, (*files, *_beside(self.root))))):
            return EditorAnswer(self.root, files)  # some folder, which may be large
        begun = time.monotonic()
        disk = None if self.due and begun > self._read + _OLD else self._disk
        fresh = disk is None
        if disk is None:
            self._disk = disk = HeldTree(self.root)
            self._turn += 1
        contents = {path: same[0].data for path, same in files.items()}
        pipelines = [path for path in files if is_pipelines_file(path)]
        self._memo.others = self._turn, frozenset(one for one in contents.items() if one[0] not in pipelines)
        view = overlaid(disk, contents)
        try:
            found = of_view(view, pipelines, reading, self._memo)
        finally:
            if fresh:
                self._read = time.monotonic()
                self._until = self._read + max(_HELD, _SHARE * (self._read - begun))
        return EditorAnswer(self.root, files, view, replace(found, report=masked(found.report)))


class Analyst:
    """Has what is open, and the last answer for each repository. In its thread `publish` is called with each answer
    that is about what is open then, and `clear` with what is closed. `folders` are those that the editor works on."""

    def __init__(
        self,
        reading: AnalysisOptions,
        folders: Callable[[], Iterable[Path]],
        publish: Callable[[EditorAnswer], None],
        clear: Callable[[str], None],
        described: Described,
    ) -> None:
        self._reading = reading
        self._folders = folders
        self._publish = publish
        self._clear = clear
        self._described = described
        self._state = Condition()
        self._open: dict[str, OpenFile] = {}
        self._stale: set[str] = set()
        self._moved: set[str] = set()
        self._closed: set[str] = set()
        self._places: dict[str, tuple[Path, str]] = {}
        self._answers: dict[Path, EditorAnswer] = {}
        self._repositories: dict[Path, EditedRepository] = {}

    def start(self) -> None:
        Thread(target=self._run, name="analyst", daemon=True).start()

    def put(self, file: OpenFile) -> None:
        """A file is open, or has changed in the editor."""
        with self._state:
            self._open[file.uri] = file
            self._stale.add(file.uri)
            self._state.notify_all()

    def drop(self, uri: str) -> None:
        with self._state:
            if self._open.pop(uri, None):
                self._closed.add(uri)
        self.refresh()

    def refresh(self) -> None:
        """Something on disk may have changed."""
        with self._state:
            self._stale |= self._open.keys()
            self._moved |= self._open.keys()
            self._state.notify_all()

    def answer(self, uri: str) -> EditorAnswer | None:
        """What is known of the file as it is open now, once it is known; None for a file that is not open."""
        with self._state:
            self._state.wait_for(lambda: uri not in self._open or self._known(uri) is not None, _PATIENCE)
            return self._known(uri)

    def _known(self, uri: str) -> EditorAnswer | None:
        file = self._open.get(uri)
        return next((one for one in self._answers.values() if file and one.uris.get(uri) is file), None)

    def _run(self) -> None:
        while True:
            with self._state:
                waiting = _IDLE if any(one.due for one in self._repositories.values()) else None
                if not self._state.wait_for(lambda: self._stale or self._closed, waiting):
                    due = [one.root for one in self._repositories.values() if one.due]
                    self._stale = {uri for root in due if root in self._answers for uri in self._answers[root].uris}
                    self._moved |= self._stale
                stale, moved, closed, files = self._stale, self._moved, self._closed, dict(self._open)
                self._stale, self._moved, self._closed = set(), set(), set()
                self._answers = {
                    root: one for root, one in self._answers.items() if not files.keys().isdisjoint(one.uris)
                }
            for uri in closed - files.keys():
                self._clear(uri)
            for answer in self._answered(stale, moved, files):
                with self._state:
                    fresh = all(self._open.get(uri) is file for uri, file in answer.uris.items())
                    if fresh:
                        self._answers[answer.root] = answer
                        self._state.notify_all()
                if fresh:
                    self._say(answer)

    def _say(self, answer: EditorAnswer) -> None:
        try:
            self._publish(answer)
        except Exception as error:
            self._publish(EditorAnswer(answer.root, answer.files, failure=self._described(error)))

    def _answered(self, stale: set[str], moved: set[str], files: dict[str, OpenFile]) -> Iterable[EditorAnswer]:
        """One answer for each repository with a file that is `stale`; and for each file that is in none."""
        for uri in [*moved, *(self._places.keys() - files.keys())]:
            self._places.pop(uri, None)
        roots: dict[Path, dict[str, tuple[OpenFile, ...]]] = {}
        for uri, file in files.items():
            try:
                if (place := self._placed(file)) is None:
                    continue
            except Exception as error:
                if uri in stale and file.place is not None:
                    yield EditorAnswer(file.place, {"": (file,)}, failure=self._described(error))
                continue
            root, path = place
            of_root = roots.setdefault(root, {})
            of_root[path] = (*of_root.get(path, ()), file)
        for root in self._repositories.keys() - roots.keys():
            del self._repositories[root]
        for root, of_root in roots.items():
            uris = EditorAnswer(root, of_root).uris.keys()
            if uris.isdisjoint(stale):
                continue
            repository = self._repositories.setdefault(root, EditedRepository(root))
            if not uris.isdisjoint(moved):
                repository.forget()
            try:
                yield repository.answer(of_root, self._reading)
            except Exception as error:
                yield EditorAnswer(root, of_root, failure=self._described(error))

    def _placed(self, file: OpenFile) -> tuple[Path, str] | None:
        """The repository of a file, and its path in there."""
        if file.uri not in self._places:
            if file.place is None:
                return None
            if not file.place.parent.is_dir():
                raise UsageError("the folder of this file does not exist; save the file, then open it again")
            around = [one for one in self._folders() if file.place.is_relative_to(one)]
            found = standard_input.target(file.place, min([*around, file.place.parent], key=_depth))
            (path,) = found.files
            self._places[file.uri] = found.root, path
        return self._places[file.uri]


def _beside(root: Path) -> list[str]:
    """The names in a folder, without those in folders of it."""
    try:
        return os.listdir(root)
    except OSError:
        return []


def _depth(folder: Path) -> int:
    return len(folder.parts)
