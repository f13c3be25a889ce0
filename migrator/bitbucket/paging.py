"""Lists, whole or not at all: a list that is cut short would make a variable in use look like one that nobody needs.

Pipelines-backed lists are counted against their `size`, for their `next` leads nowhere, is missing, or comes with the
last page too (BCLOUD-20910, BCLOUD-23787, BCLOUD-22441); the other ones are followed. Of each row there is one, however
often rows that move between pages repeat it. BITBUCKET_API.md sections 0, 2 and 8.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.rows import Row, moment, number, optional, rows, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client, Params

PAGE = 100
_NO_PAGE = (Cause.MISSING, Cause.INVALID)
_IDENTITIES = ("uuid", "id", "hash", "name")
ROWS = 100_000
"""The longest list that is read."""


def counted(client: Client, path: str, params: Params | None = None) -> list[Row]:
    """All rows of a Pipelines-backed list. Raises ApiError where pages and `size` disagree, so never a cut list.

    A full last page is followed by one more request, in case that `size` is only that of the page. Where there is no
    `size`, pages are read until one has no row, or fewer than it says that a page has.
    """
    found: dict[str, Row] = {}
    size = None
    for page in range(1, ROWS // 10):
        try:
            document = _page(client, path, params, page)
        except ApiError as error:
            if page > 1 and len(found) == (len(found) if size is None else size) and error.kind in _NO_PAGE:
                break
            raise
        now = _size(document, path)
        if page > 1 and now != size:
            had, has = _told(size), _told(now)
            raise _incomplete(path, f"had {had} entries and then {has}, so it changed meanwhile; try again")
        size = now
        here = rows(document)
        for row in here:
            if (uuid := text(row, "uuid")) in found:
                raise _incomplete(path, "lists an entry twice")
            found[uuid] = row
        length = number(document, "pagelen")
        if size is None:
            if not here or (length and len(here) < min(PAGE, length)):
                break
            continue
        if len(found) > size or (not here and len(found) < size):
            raise _incomplete(path, f"has {len(found)} entries and says {size}")
        if len(found) == size and len(here) < min(PAGE, length or PAGE):
            break
    else:
        raise _incomplete(path, "does not end")
    return list(found.values())


class Begun(NamedTuple):
    """The first page of a Pipelines-backed list that grows, the oldest first, and how many rows the list has."""

    page: Row
    size: int

    @property
    def whole(self) -> bool:
        """Whether it is all of the list."""
        return self.size <= PAGE


def begun(client: Client, path: str, params: Params | None = None, *, key: str) -> Begun:
    """Raises ApiError, also where the list does not say how long it is."""
    first = _page(client, path, {**(params or {}), "sort": key}, 1)
    size = _size(first, path)
    if size is None:
        raise _incomplete(path, "does not say how long it is, so it could be incomplete")
    return Begun(first, size)


def latest(
    client: Client,
    path: str,
    enough: Callable[[Row], bool],
    params: Params | None = None,
    *,
    key: str,
    beginning: Begun | None = None,
) -> list[Row]:
    """The rows of a Pipelines-backed list that grows, the newest first, up to and without the first that is `enough`.

    It is asked for in ascending order of `key`, an ISO 8601 date, as the documented sort is, and read from its end;
    what is added meanwhile is not in it. `beginning` is its first page where that has been asked for. Raises ApiError
    where pages, order and `size` disagree.
    """
    params = {**(params or {}), "sort": key}
    first, size = beginning or begun(client, path, params, key=key)
    pages = max(1, -(-size // PAGE))
    found: dict[str, Row] = {}
    after = None
    for page in range(pages, 0, -1):
        document = first if page == 1 else _page(client, path, params, page)
        here = rows(document)
        if (_size(document, path) or 0) < size:
            raise _incomplete(path, "became shorter meanwhile; try again")
        if len(here) < min(PAGE, size - PAGE * (page - 1)):
            raise _incomplete(path, f"has {len(here)} entries on page {page} and says {size} in all")
        for row in reversed(here):
            when = moment(row, key)
            if when is None or (after is not None and when > after):
                raise _incomplete(path, f"is not in the order of {key}")
            after = when
            if enough(row):
                return list(found.values())
            found[text(row, "uuid")] = row
    if len(found) < size:
        raise _incomplete(path, f"has {len(found)} entries and says {size}")
    return list(found.values())


def linked(client: Client, path: str, params: Params | None = None, *, pages: int = ROWS // PAGE) -> list[Row]:
    """All rows of a list whose pages lead to each other by an opaque `next`, at the same origin only. Raises ApiError.

    A row that several pages have counts once. Where the last page says how many rows there are, fewer are refused.
    """
    found: dict[str, Row] = {}
    read = 0
    document = client.document(path, {"pagelen": PAGE, **(params or {})})
    asked = {path}
    size = number(document, "size")
    while True:
        here = rows(document)
        found |= {_named(row): row for row in here}
        read += len(here)
        now = number(document, "size")
        if now != size and now is not None and size is not None:  # rows have moved over the border of two pages
            raise _incomplete(path, f"had {size} entries and then {now}, so it changed meanwhile; try again")
        link = optional(document, "next")
        if not link:
            break
        url = addresses.followed(link, client.base, client.base, f"the next page of {path}")
        if url in asked:
            raise _incomplete(path, "leads back to an earlier page")
        if len(asked) >= pages or read > ROWS:
            raise _incomplete(path, f"has more than {len(asked)} pages, which patless does not read")
        asked.add(url)
        document = client.document(url)
    if now is not None and len(found) < now:
        raise _incomplete(path, f"has {len(found)} entries and says {now}")
    return list(found.values())


def _named(row: Row) -> str:
    """What makes a row the same one as on another page: its identity, or all of it where it has none. A number or a
    name is one of its repository only, so where it is counts with it."""
    for key in _IDENTITIES:
        if isinstance(found := row.get(key), (str, int)) and found != "":
            return f"{key} {found}" + ("" if key == "uuid" else f" {_address(row)}")
    return json.dumps(row, sort_keys=True)


def _address(row: Row) -> str:
    try:
        return optional(row, "links", "self", "href") or ""
    except ApiError:
        return ""


def _told(size: int | None) -> str:
    return "no count of its" if size is None else str(size)


def _page(client: Client, path: str, params: Params | None, page: int) -> Row:
    document = client.document(path, {**(params or {}), "pagelen": PAGE, "page": page})
    if number(document, "page") not in (None, page):
        raise _incomplete(path, f"returned a page other than {page}")
    return document


def _size(document: Row, path: str) -> int | None:
    size = number(document, "size")
    if size is not None and size > ROWS:
        raise _incomplete(path, f"has more than {ROWS:,} entries, which patless does not read")
    return size


def _incomplete(path: str, why: str) -> ApiError:
    return ApiError(Cause.INCOMPLETE, f"the list {path} {why}; patless concludes nothing from it")
