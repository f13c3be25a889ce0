"""Stored variables that name a registry of Packages: the only ones whose value is looked at, and all that is kept."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Variable
from migrator.rulebook.records import RuleBook
from migrator.sinks.packages import canonical
from migrator.text.patterns import regex

_HOST = regex(r"(?:https?://)?([A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)(?:/[A-Za-z0-9._-]{0,128}){0,8}")
"""All that a value may be that is kept: no user, no query, nothing that could be a credential beside a host."""


def hosts(stored: Inventory, book: RuleBook) -> dict[str, str | None]:
    """Of each variable that has to do with a registry of Packages on some level: what it holds in every step, None
    where that is not known.

    A step sees its deployment's variable, else the repository's, else the workspace's. So it is known where these are
    all the same and can be read, for steps without a deployment too, and where no level is hidden.
    """
    every: dict[str, list[Variable]] = {}
    for variable in stored.variables:
        every.setdefault(variable.key, []).append(variable)
    return {
        key: None if stored.not_checked or key in book.natives else _held(same, book)
        for key, same in sorted(every.items())
        if any(mention in (one.value or "").lower() for one in same for mention in book.named)
    }


def _held(same: Sequence[Variable], book: RuleBook) -> str | None:
    """What variables of one name hold, wherever a step reads them."""
    by_level = {level: [one for one in same if one.level is level] for level in Level}
    without = by_level[Level.REPOSITORY] or by_level[Level.WORKSPACE]
    values = {one.value for one in (*by_level[Level.DEPLOYMENT], *without)}
    value = values.pop() if without and len(values) == 1 else None
    match = _HOST.fullmatch(value) if value is not None else None
    return value if match and book.registry(canonical(match[1])) else None
