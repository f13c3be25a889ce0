"""What the text of an option means, where that is more than a type says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from migrator.options import UsageError

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_BYTES = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def listed(values: Iterable[str]) -> tuple[str, ...]:
    """Codes of options that may be repeated and may each hold several, separated by commas."""
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


def absolute(folders: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(folder.resolve() for folder in folders)


def seconds(text: str) -> float | None:
    """Of a duration such as 90m; None for ''. Raises UsageError."""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,6})([smh])", text)
    if not match or not int(match[1]):
        raise UsageError("--deadline is how long the run may take, such as 90m, 2h or 45s")
    return int(match[1]) * _SECONDS[match[2]]


def size(text: str) -> int | None:
    """Bytes of a size such as 500M, 2GiB or 1.5g; None for ''. Raises UsageError."""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([KMGT]?)(?:I?B)?", text.strip().upper())
    if not match:
        raise UsageError("--cache-limit is a size such as 500M, 2G or 1.5GiB")
    return int(float(match[1]) * _BYTES[match[2]])
