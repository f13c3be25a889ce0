"""Regular expressions that are compiled when they are first used.

Compiling those of all modules would take a ninth of a run on one file, which uses a third of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast


class Regex:
    """Has every method and attribute of the `re.Pattern` that it stands for. Raises re.error where one is first asked
    for, so a test compiles each."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self.made = text, flags

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regex) and self.made == other.made

    def __hash__(self) -> int:
        return hash(self.made)

    def __reduce__(self) -> tuple[type[Regex], tuple[str | bytes, int]]:
        return Regex, self.made

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not there yet; the next time it is."""
        compiled: re.Pattern[Any] = re.compile(*self.made)
        found = self.__dict__[name] = getattr(compiled, name)
        return found


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, made when it is first used."""
    return cast("re.Pattern[AnyStr]", Regex(text, flags))


if TYPE_CHECKING:
    Pattern = re.Pattern[str]
else:
    Pattern = Regex
"""The type of a field of a record that is read from a file: msgspec has to know the class that is there."""
