"""The list of a workspace as a file: one run reads it from Bitbucket, and the shards of a scan take it from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.paging import ROWS
from migrator.fleet.records import FleetRepository
from migrator.text.mask import printable
from migrator.text.patterns import regex

VERSION = 1
LARGEST = 128 * 1024**2
"""Bytes of a list that is read: some 100,000 repositories."""
_UUID = regex(r"\{[0-9A-Fa-f-]{32,36}\}")
_LONGEST = 2000
"""Characters of one text of a row."""


class CatalogueError(Exception):
    """The file is no such list. The message is a sentence."""


class Catalogue(Struct, frozen=True):
    """`whole`: it is every repository that the credential saw, `at` that moment."""

    schema_version: int
    workspace: str
    at: str
    whole: bool
    repositories: tuple[FleetRepository, ...]


def document(workspace: str, at: str, whole: bool, repositories: Sequence[FleetRepository]) -> str:
    found = Catalogue(VERSION, workspace, at, whole, tuple(repositories))
    return msgspec.json.format(msgspec.json.encode(found).decode(), indent=1) + "\n"


def read(path: Path, api: str) -> Catalogue:
    """The list in a file, of the Bitbucket that `api` is of: a credential goes to the addresses in it. Raises
    CatalogueError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot read the list: {error.strerror}") from None
    if len(data) > LARGEST:
        raise CatalogueError(f"{path}: the list is larger than {LARGEST // 1024**2} MiB, which patless does not read")
    try:
        found = msgspec.json.decode(data, type=Catalogue)
        if datetime.fromisoformat(found.at).tzinfo is None:
            raise ValueError
    except (ValueError, RecursionError):  # msgspec's are ValueErrors
        raise CatalogueError(f"{path}: not a list that `patless fleet list` wrote") from None
    if found.schema_version != VERSION:
        raise CatalogueError(f"{path}: the list has version {found.schema_version}, but this patless knows {VERSION}")
    if len(found.repositories) > ROWS:
        raise CatalogueError(f"{path}: the list has more than {ROWS:,} repositories, which patless does not read")
    if len({one.uuid for one in found.repositories}) < len(found.repositories):
        raise CatalogueError(f"{path}: the list has a repository twice")
    return replace(found, repositories=tuple(_checked(path, found, one, api) for one in found.repositories))


def _checked(path: Path, found: Catalogue, one: FleetRepository, api: str) -> FleetRepository:
    texts = (one.workspace, one.slug, one.name, one.project, one.main_branch, one.clone_url, one.page_url)
    if not _UUID.fullmatch(one.uuid) or one.workspace != found.workspace or max(map(len, texts)) > _LONGEST:
        raise CatalogueError(f"{path}: the list has an entry that is not a repository of {printable(found.workspace)}")
    try:
        url = addresses.clone_url(one.clone_url, api) if one.clone_url else ""
    except ApiError as error:
        raise CatalogueError(f"{path}: {error}") from None
    page = one.page_url if one.page_url.startswith(("https://", "http://")) and one.page_url.isprintable() else ""
    return replace(one, name=printable(one.name), clone_url=url, page_url=page, was=())
