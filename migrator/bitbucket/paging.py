"""Lists, whole or not at all: a list that is cut short would make a variable in use look like one that nobody needs.

Pipelines-backed lists are counted against their `size`, for their `next` leads nowhere, is missing, or comes with the
last page too (BCLOUD-20910, BCLOUD-23787, BCLOUD-22441); the other ones are followed. BITBUCKET_API.md sections 0, 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Kind
from migrator.bitbucket.rows import Row, moment, number, optional, rows, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client, Params

PAGE = 100
ROWS = 100_000
"""The longest list that is read."""


def counted(client: Client, path: str, params: Params | None = None) -> list[Row]:
    """All rows of a Pipelines-backed list. Raises ApiError where pages and `size` disagree, so never a cut list.

    A full last page is followed by one more request, in case that `size` is only that of the page.
    """
    found: dict[str, Row] = {}
    size = None
    for page in range(1, ROWS // 10):
        try:
            document = _page(client, path, params, page)
        except ApiError as error:
            if len(found) == size and error.kind in (Kind.MISSING, Kind.INVALID):
                break
            raise
        now = _size(document, path)
        if size is not None and now != size:
            raise _incomplete(path, f"had {size} entries and then {now}, so it changed meanwhile; try again")
        size = now
        here = rows(document)
        for row in here:
            if (uuid := text(row, "uuid")) in found:
                raise _incomplete(path, "lists an entry twice")
            found[uuid] = row
        if len(found) > size or (not here and len(found) < size):
            raise _incomplete(path, f"has {len(found)} entries and says {size}")
        if len(found) == size and len(here) < min(PAGE, number(document, "pagelen") or PAGE):
            break
    else:
        raise _incomplete(path, "does not end")
    return list(found.values())


def latest(
    client: Client, path: str, enough: Callable[[Row], bool], params: Params | None = None, *, key: str
) -> list[Row]:
    """The rows of a Pipelines-backed list that grows, the newest first, up to and without the first that is `enough`.

    It is asked for in ascending order of `key`, an ISO 8601 date, as the documented sort is, and read from its end;
    what is added meanwhile is not in it. Raises ApiError where pages, order and `size` disagree.
    """
    params = {**(params or {}), "sort": key}
    first = _page(client, path, params, 1)
    size = _size(first, path)
    pages = max(1, -(-size // PAGE))
    found: dict[str, Row] = {}
    after = None
    for page in range(pages, 0, -1):
        document = first if page == 1 else _page(client, path, params, page)
        here = rows(document)
        if _size(document, path) < size:
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

    Where the last page says how many rows there are, fewer are refused.
    """
    found: list[Row] = []
    document = client.document(path, {"pagelen": PAGE, **(params or {})})
    asked = {path}
    size = number(document, "size")
    while True:
        found += rows(document)
        now = number(document, "size")
        if now != size and now is not None and size is not None:  # rows have moved over the border of two pages
            raise _incomplete(path, f"had {size} entries and then {now}, so it changed meanwhile; try again")
        link = optional(document, "next")
        if not link:
            break
        url = addresses.followed(link, client.base, client.base, f"the next page of {path}")
        if url in asked:
            raise _incomplete(path, "comes back to a page that was read")
        if len(asked) >= pages or len(found) > ROWS:
            raise _incomplete(path, f"has more than {len(asked)} pages, which are not read")
        asked.add(url)
        document = client.document(url)
    if now is not None and len(found) < now:
        raise _incomplete(path, f"has {len(found)} entries and says {now}")
    return found


def _page(client: Client, path: str, params: Params | None, page: int) -> Row:
    document = client.document(path, {**(params or {}), "pagelen": PAGE, "page": page})
    if number(document, "page") not in (None, page):
        raise _incomplete(path, f"answers another page than {page}")
    return document


def _size(document: Row, path: str) -> int:
    size = number(document, "size")
    if size is None:
        raise _incomplete(path, "does not say how long it is, so it could be cut")
    if size > ROWS:
        raise _incomplete(path, f"is longer than {ROWS:,} entries, which are not read")
    return size


def _incomplete(path: str, why: str) -> ApiError:
    return ApiError(Kind.INCOMPLETE, f"the list {path} {why}; nothing is concluded from it")
