"""Texts that people write, as they are shown beside what they wrote."""

from __future__ import annotations

from html import escape
from typing import Any


def rendered(raw: str) -> dict[str, Any]:
    """Markdown with what it looks like; the box makes one paragraph of it all."""
    html = f"<p>{escape(raw, quote=False)}</p>" if raw else ""
    return {"type": "rendered", "raw": raw, "markup": "markdown", "html": html}
