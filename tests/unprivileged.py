"""A folder of a user who may not do everything, whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[Path]:
    """An empty folder. Within the block, what root runs is run by nobody, who owns the folder."""
    folder = Path(tempfile.mkdtemp())  # `tmp_path` is below a folder that only its owner may enter
    root = os.geteuid() == 0
    try:
        if root:
            os.chown(folder, _NOBODY, _NOBODY)
            os.setresgid(_NOBODY, _NOBODY, 0)
            os.setresuid(_NOBODY, _NOBODY, 0)
        try:
            yield folder
        finally:
            if root:
                os.setresuid(0, 0, 0)
                os.setresgid(0, 0, 0)
    finally:
        shutil.rmtree(folder)
