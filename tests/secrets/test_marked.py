"""Which references are marked as overwritten, of what is known to be so on each line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from migrator.engine.overwritten import NamedLine
from migrator.findings.settings import Settings
from migrator.repositories.git import GitError
from migrator.secrets import overwriting
from migrator.secrets.references.finding import MOST
from migrator.secrets.references.records import Doubt, Found, OpaqueKind, Reference, UseKind
from migrator.text.view import Unreadable

UNUSED: Any = None
PATH = "run.sh"


class View:
    """Of files without links."""

    def paths(self) -> Iterable[str]:
        return ()

    def links(self) -> dict[str, str]:
        return {}


def reference(line: int, kind: UseKind = UseKind.SHELL, path: str = PATH, name: str = "PAT") -> Reference:
    return Reference(name, kind, path, line, 1, f"${name}")


def marked(found: Found, known: dict[NamedLine, int] | Exception, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines of the references that are marked."""

    def overwritten(*_: object) -> dict[NamedLine, int]:
        if isinstance(known, Exception):
            raise known
        return known

    monkeypatch.setattr(overwriting, "overwritten", overwritten)
    view: Any = View()
    after = overwriting.marked(found, view, [], UNUSED, Settings(), lambda paths: frozenset())
    assert len(after.references) == len(found.references)
    return [one.line for one in after.references if one.kind is UseKind.OVERWRITTEN]


SET, USED = reference(1, UseKind.ASSIGNMENT), reference(2)
ONE = NamedLine(PATH, 2, "PAT")
IMPORT = Doubt(OpaqueKind.IMPORT, PATH, 1, 1, "a:b")


@pytest.mark.parametrize(
    ("references", "known", "lines"),
    [
        ((SET, USED), {ONE: 1}, [2]),
        ((SET, USED), {}, []),
        ((USED,), {ONE: 1}, []),
        ((SET,), {NamedLine(PATH, 1, "PAT"): 1}, []),
        ((SET, USED, reference(2)), {ONE: 1}, []),
        ((SET, USED, reference(2)), {ONE: 2}, [2, 2]),
        ((SET, USED, reference(2, UseKind.ASSIGNMENT)), {ONE: 1}, []),
        ((SET, USED, reference(2, UseKind.ASSIGNMENT)), {ONE: 2}, [2]),
        ((SET, USED, reference(2, UseKind.MENTION)), {ONE: 1}, [2]),
        ((SET, USED, reference(2, UseKind.DECLARATION)), {ONE: 1}, [2]),
        ((SET, USED, reference(2, name="OTHER")), {ONE: 1}, [2]),
        ((SET, USED, reference(2, path="other.sh")), {ONE: 1}, [2]),
        ((SET, reference(2, UseKind.WORD)), {ONE: 1}, [2]),
        ((SET, reference(2, UseKind.MENTION)), {ONE: 1}, []),
        ((SET, USED, *(reference(line) for line in range(3, 2 + MOST))), {ONE: 1}, []),
        ((SET, USED, *(reference(line) for line in range(3, 1 + MOST))), {ONE: 1}, [2]),
    ],
    ids=str,
)
def test_a_use_is_marked_where_all_that_its_line_says_is_followed(
    references: tuple[Reference, ...], known: dict[NamedLine, int], lines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert marked(Found(references), known, monkeypatch) == lines
    assert marked(Found(references, (IMPORT,)), known, monkeypatch) == []


@pytest.mark.parametrize("error", [Unreadable("no"), GitError("no")], ids=lambda error: type(error).__name__)
def test_where_files_cannot_be_read_nothing_is_marked(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    assert marked(Found((SET, USED)), error, monkeypatch) == []
