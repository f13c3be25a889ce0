"""Names of commits as answers have them: pull requests carry the first 12 characters, runs all 40 or 12, and commits
all of them (BITBUCKET_API.md 8, facts 1 and 11). So two names of one commit can be different texts."""

from __future__ import annotations

from typing import NoReturn

from migrator.text.patterns import regex

_FORM = regex(r"[0-9a-f]{7,64}")
_WHOLE = (40, 64)


class Hash:
    """The name of a commit, whole or only its beginning: 7 to 64 hexadecimal digits.

    `==` would call two names of one commit different, so it raises TypeError: ask `same`. Raises ValueError for what is
    no name of a commit.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        if not _FORM.fullmatch(text):
            raise ValueError("not the name of a commit")
        self.text = text

    @property
    def whole(self) -> bool:
        return len(self.text) in _WHOLE

    def same(self, other: Hash) -> bool:
        """Whether both can be names of one commit; they surely are where one of them is whole and in this repository
        no other commit begins like the other one."""
        return self.text.startswith(other.text) or other.text.startswith(self.text)

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("names of commits are compared by `same`, as one may be only the beginning of the other")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Hash({self.text!r})"
