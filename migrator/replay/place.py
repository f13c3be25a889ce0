"""The folder of what patless keeps on this machine."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS = "answers"
"""Below it, what `migrator/replay` keeps."""


def cache_folder(environment: Mapping[str, str]) -> str:
    """An absolute path, '' where there is no home folder.

    Relative folders of the environment do not count (https://specifications.freedesktop.org/basedir-spec).
    """
    if named := environment.get("PATLESS_CACHE_DIR"):
        return os.path.abspath(os.path.expanduser(named))
    base = environment.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):
        return os.path.join(base, "patless")
    home = os.path.expanduser("~")
    if home == "~":
        return ""
    return os.path.join(home, "Library/Caches" if sys.platform == "darwin" else ".cache", "patless")
