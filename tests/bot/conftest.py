from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.demo.box import Box
from tests.bot.desk import Desk
from tests.demo.contract import watched


@pytest.fixture
def box() -> Iterator[Box]:
    with watched(hourly=None) as found:
        yield found


@pytest.fixture
def desk(box: Box, tmp_path: Path) -> Desk:
    home = tmp_path / "home"
    home.mkdir()
    return Desk(box, home)
