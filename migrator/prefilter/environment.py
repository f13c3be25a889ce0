"""Variables of the environment that stand for options of `check` and `fix`: only the parser of options reads them."""

from __future__ import annotations

import os

OPTIONS = (
    *("BASELINE", "COLOR", "CONFIG", "DIFF", "EXIT_NON_ZERO_ON_FIX", "EXIT_ZERO", "FORMAT", "IGNORE", "JOBS"),
    *("NO_CACHE", "NO_CONFIG", "OFFLINE", "OUTPUT_FILE", "PIPE_VERSION", "QUIET", "RULES", "SELECT", "STATISTICS"),
    *("STDIN_FILENAME", "STRICT", "STYLE", "UNSAFE_FIXES", "VERBOSE", "WITH_GUARD", "WRITE_BASELINE"),
)
"""Without `PATLESS_`. A test compares them with what the commands declare."""


def given_elsewhere() -> bool:
    """Whether one of them is set."""
    return any(os.environ.get(f"PATLESS_{name}") for name in OPTIONS)
