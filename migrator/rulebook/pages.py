"""Where rules and reasons are explained: a page of the documentation, where its address is known, else the vendor's."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.rulebook.records import ReasonEntry, Rule


def is_address(text: str) -> bool:
    """Whether it may be shown as a link."""
    return text.startswith(("https://", "http://")) and all("!" <= one <= "~" for one in text)


def pages(rules: Mapping[str, Rule], reasons: Mapping[str, ReasonEntry], base: str = "") -> dict[str, str]:
    """Addresses by code; `base` is where the documentation is, '' where nobody says so."""
    if base:
        below = base.rstrip("/")
        every = {id: f"{below}/rules/{id}.html" for id in rules}
        return every | {code: f"{below}/reasons/{code}.html" for code in reasons}
    return {id: rule.url for id, rule in rules.items() if is_address(rule.url or "")}
