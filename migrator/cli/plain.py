"""The plainest command lines, read without the parser of options: importing that takes longer than all the rest.

They mean what `migrator/cli/app.py` makes of them; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrator.options.analysis import AnalysisOptions, CheckOptions, FixOptions
from migrator.prefilter.environment import given_elsewhere

_CHANGED = "--exit-non-zero-on-fix"
_ANEW = "--no-cache"


def run(argv: Sequence[str]) -> int | None:
    """Carry out `check PATH…`, `fix PATH…` and what the hook says; None for every other command line."""
    command, *rest = [one for one in argv if one != _ANEW] or [""]
    hook = command == "fix" and rest[:1] == [_CHANGED]
    names = rest[hook:]
    if given_elsewhere():
        return None
    if command not in ("check", "fix") or any(not name or name.startswith("-") for name in names):
        return None
    reading = AnalysisOptions(tuple(map(Path, names)))
    if command == "check":
        from migrator.cli import check

        return check.run(reading, CheckOptions(no_cache=_ANEW in argv))
    from migrator.cli import fix

    return fix.run(reading, FixOptions(exit_non_zero_on_fix=hook, no_cache=_ANEW in argv))
