"""Reports as pages: what they are called and when they were made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.cli.together import Together
from migrator.reports.counting import many
from migrator.reports.excerpt import named
from migrator.reports.html import check as checking
from migrator.reports.html.page import render

if TYPE_CHECKING:
    from migrator.secrets.records import Listing
    from migrator.secrets.tokens import TokenRow


def made() -> str:
    return checking.stamp(datetime.now(UTC), version("patless"))


def check(all_of: Together, roots: Sequence[Path]) -> str:
    name = (
        named(os.path.basename(os.path.realpath(roots[0])))
        if len(roots) == 1
        else many(len(roots), "repository", "repositories")
    )
    return render(checking.page(all_of.report, all_of.reasons, made(), name))


def secrets(listing: Listing, tokens: Sequence[TokenRow]) -> str:
    from migrator.reports.html import secrets as storing

    return render(storing.page(listing, tokens, made()))
