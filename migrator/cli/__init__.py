"""The command `patless`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with `argv` (the process's own arguments if None) and return its exit code. Never raises."""
    _import_records()
    from migrator.cli import console, failures

    console.prepare()
    return failures.guarded(lambda: _run(list(sys.argv[1:] if argv is None else argv)))


def _run(argv: list[str]) -> int:
    from migrator.cli import plain

    code = plain.run(argv)
    if code is not None:
        return code
    from migrator.cli.app import app

    try:
        app(args=argv, prog_name="patless")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    return 0


def _import_records() -> None:
    """Import msgspec without typing_extensions, of which it takes what `typing` has, too, where it finds it: that costs
    as much as importing all of our own modules."""
    hidden = "typing_extensions" not in sys.modules
    if hidden:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        if hidden:
            del sys.modules["typing_extensions"]
