"""What a file must hold before it is worth reading: one list for the engine and for the answer before it is loaded."""

from __future__ import annotations

from migrator.rulebook.records import RuleBook

LOGIN = b"login"
"""The word without which no command is a login to a registry."""
ENCODING = b"base64"
"""What is encoded may hold that word."""

KEPT = frozenset(
    ["config.json", "auth.json", ".npmrc", ".yarnrc.yml", ".pypirc", "pip.conf", "pip.ini", ".netrc", "_netrc"]
)
"""Names of files in which clients keep their credentials."""


def mentions(book: RuleBook) -> tuple[bytes, ...]:
    """Texts one of which a file about Packages holds: parts of hosts, and the names of the native variables."""
    return tuple(sorted({text.encode() for text in (*book.mentions, *book.natives)}))


def needles(book: RuleBook) -> tuple[bytes, ...]:
    """A file that holds none of these gives no finding and no complaint about its content.

    Where a login that names no host goes to Packages every file counts, and b'' is in every file.
    """
    return (
        (b"",) if any(registry.default for registry in book.registries.values()) else (*mentions(book), LOGIN, ENCODING)
    )
