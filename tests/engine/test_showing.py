"""What may be shown of literal text whose place is not known: nothing that shares text with a literal credential."""

from __future__ import annotations

import pytest

from migrator.engine.showing import Secrets
from migrator.findings.settings import Settings
from migrator.ir.values import Literal
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

SECRETS = Secrets({}, frozenset({"c0rrect-horse"}))
READING = Reading(
    Memory({PATH: step('docker login crg.apkg.io -u "$U" -p "$T"').encode()}), BOOK, Settings(), [PATH], BITBUCKET
)
SCRIPT = READING.facts[0].shells[0].script


@pytest.mark.parametrize("text", ["", "docker", "correct", "horses", "-stable"])
def test_other_text_is_shown(text: str) -> None:
    assert not SECRETS.hides(SCRIPT, Literal(text))


@pytest.mark.parametrize(
    "text", ["c0rrect-horse", "ada:c0rrect-horse", "c0rrect-horse\n", "c0rrect", "horse"], ids=repr
)
def test_a_credential_is_hidden_whole_in_part_and_within_other_text(text: str) -> None:
    assert SECRETS.hides(SCRIPT, Literal(text))
