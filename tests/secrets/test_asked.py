"""What an answer depends on besides Bitbucket: the rules, the configuration, this version."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from migrator.findings.settings import Settings
from migrator.options.analysis import Sources
from migrator.options.secrets import ListingOptions
from migrator.secrets import asked
from migrator.secrets.asking import Asking
from migrator.secrets.records import Waiver

UNUSED: Any = None
ASKING = Asking(UNUSED, "acme", Path(), UNUSED, Settings())
RULE = "clients:\n  ship:\n    programs: [ship]\n    commands: []\n"


def test_other_rules_are_another_digest(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    options = ListingOptions(tmp_path)
    own = replace(options, sources=Sources(rules=(tmp_path / "rules",)))
    before = asked.rules_digest(options)
    (tmp_path / "rules" / "ship.yml").write_text(RULE)
    after = asked.rules_digest(own)
    assert before == asked.rules_digest(options) != after
    (tmp_path / "rules" / "ship.yml").write_text(RULE.replace("ship]", "boat]"))
    assert len({before, after, asked.rules_digest(own)}) == 3
    assert asked.digest(options, ASKING) != asked.digest(own, ASKING)


def test_another_word_on_variables_is_another_digest(tmp_path: Path) -> None:
    waiver = Waiver("eval", "known", date(2027, 1, 31))
    every = [
        ASKING,
        replace(ASKING, settings=Settings(variables={"A": "b"})),
        replace(ASKING, settings=Settings(own_packages=("acme/*",))),
        replace(ASKING, waivers=(waiver,)),
        replace(ASKING, waivers=(replace(waiver, until=date(2027, 2, 1)),)),
    ]
    options = ListingOptions(tmp_path)
    assert len({asked.configuration_digest(one) for one in every}) == len(every)
    assert len({asked.digest(options, one) for one in every}) == len(every)
    assert asked.digest(options, ASKING) == asked.digest(options, replace(ASKING, workspace="other"))
