"""Waivers of the configuration, as records."""

from __future__ import annotations

from datetime import date

import pytest

from migrator.configuration.reading import ConfigurationError
from migrator.secrets import waivers
from migrator.secrets.records import Waiver
from migrator.secrets.references.records import OpaqueKind
from migrator.text.toml import Toml


@pytest.mark.parametrize("doubt", [*map(str, OpaqueKind), "not-looked"])
def test_every_doubt_can_be_waived(doubt: str) -> None:
    text = f'[[waivers]]\ndoubt = "{doubt}"\nreason = "read by hand"\nuntil = 2027-01-31\n'
    found = waivers.read(Toml("a.toml", text.encode()), ("waivers",))
    assert found == (Waiver(doubt, "read by hand", date(2027, 1, 31)),)


@pytest.mark.parametrize("doubt", ["", "use", "Eval", "doubt:eval"])
def test_nothing_else_can_be_waived(doubt: str) -> None:
    text = '[[waivers]]\ndoubt = "{}"\nreason = "read by hand"\nuntil = 2027-01-31\n'
    data = (text.format("eval") + text.format(doubt)).encode()
    with pytest.raises(ConfigurationError, match=r"a\.toml:6:1: `waivers\[1\]\.doubt` must be one of .*eval"):
        waivers.read(Toml("a.toml", data), ("waivers",))
