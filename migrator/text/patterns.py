"""Regular expressions that are compiled when they are first used.

Compiling those of all modules would take a ninth of a run on one file, which uses a third of them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class Regex:
    """Has every method and attribute of the `re.Pattern` that it stands for. Raises re.error where one is first asked
    for, so a test compiles each."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._made = text, flags

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not there yet; the next time it is."""
        compiled: re.Pattern[Any] = re.compile(*self._made)
        found = self.__dict__[name] = getattr(compiled, name)
        return found


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, made when it is first used."""
    return cast("re.Pattern[AnyStr]", Regex(text, flags))
