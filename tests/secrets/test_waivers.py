"""Waivers of the configuration, as records."""

from __future__ import annotations

from datetime import date

import pytest

from migrator.secrets import waivers
from migrator.secrets.records import Waiver
from migrator.secrets.references.records import OpaqueKind
from migrator.text.toml import Toml


@pytest.mark.parametrize("doubt", [*map(str, OpaqueKind), "not-looked"])
def test_every_doubt_can_be_waived(doubt: str) -> None:
    text = f'[[waivers]]\ndoubt = "{doubt}"\nreason = "read by hand"\nuntil = 2027-01-31\n'
    found = waivers.read(Toml("a.toml", text.encode()), ("waivers",))
    assert found == (Waiver(doubt, "read by hand", date(2027, 1, 31)),)
