"""The programs that these tests need: a machine without one skips by its name, or fails where PATLESS_REQUIRE_ALL=1."""

from __future__ import annotations

import os
import shutil

import pytest


def program(name: str, package: str) -> str:
    """The path of the program `name`. Without it the test is skipped, or fails where PATLESS_REQUIRE_ALL=1."""
    if (found := shutil.which(name)) is not None:
        return found
    missing = f"{name} is not on this machine; on Debian it is in the package {package}"
    if os.environ.get("PATLESS_REQUIRE_ALL") == "1":
        pytest.fail(missing)
    pytest.skip(missing)
