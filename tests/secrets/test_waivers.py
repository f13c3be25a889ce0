"""Waivers of the configuration, as records."""

from __future__ import annotations

from datetime import date

import pytest

from migrator.secrets import waivers
from migrator.secrets.records import Waiver
from migrator.secrets.references.records import OpaqueKind


@pytest.mark.parametrize("doubt", [*map(str, OpaqueKind), "not-looked"])
def test_every_doubt_can_be_waived(doubt: str) -> None:
    table = {"doubt": doubt, "reason": "read by hand", "until": date(2027, 1, 31)}
    assert waivers.read([table], str) == (Waiver(doubt, "", "", "read by hand", date(2027, 1, 31)),)
