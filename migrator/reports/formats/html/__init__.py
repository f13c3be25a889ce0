"""A page for a browser: one file that asks nobody for anything, and in which no text of others means more than itself.

The policy in its head lets the browser run the script and the style that stand in the file, known by their digests, and
nothing else (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from migrator.reports.document import Document, Passage, Subject, Table, plain
from migrator.reports.formats.html import charts
from migrator.reports.paint import Paint
from migrator.text.mask import printable

FIRST = 100
_FEWEST = 20
"""Rows that are written as HTML: so many of a page with one large table, and no fewer of any table. A browser lays out
all of them, opened, before the script begins."""


def write(subject: Subject, _: Paint = Paint()) -> str:
    return render(subject.document(True), stamp(datetime.now(UTC), version("patless")))


def stamp(now: datetime, number: str) -> str:
    """When a page was made, and by what."""
    return f"Made by patless {number} on {now:%Y-%m-%d at %H:%M} UTC. It shows no value of a stored variable."


def render(page: Document, made: str) -> str:
    """The whole file."""
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    text: str = _template().render(
        page=page,
        made=made,
        policy=policy,
        style=Markup(style),
        script=Markup(script),
        first=_first(page),
        draw=charts.draw,
        data=_data,
        piece=_piece,
        plain=plain,
    )
    return text


def _first(page: Document) -> int:
    """Rows of each table that are written as HTML."""
    tables = [table for section in page.sections for table in section.tables]
    large = sum(len(table.rows) > _FEWEST for table in tables)
    return max(_FEWEST, FIRST // max(1, large))


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    return environment.from_string(_part("page.html.j2"))


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _part(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _piece(block: Passage) -> tuple[str, str, str]:
    """Kind, text and label of a block as the page shows it."""
    return block.kind, block.text, plain(block.label)


def _data(table: Table) -> Markup:
    """The rows for the script. Texts that come back are written once, and rows name them by number."""
    texts: dict[str, int] = {}

    def number(text: str) -> int:
        return texts.setdefault(printable(text), len(texts))

    rows = [
        [
            [cell if isinstance(cell, int) else [number(cell)] for cell in row.cells],
            [list(map(number, _piece(block))) for block in row.blocks],
        ]
        for row in table.rows
    ]
    document = {"columns": msgspec.to_builtins(table.columns), "tones": dict(table.tones), "texts": list(texts)}
    text = json.dumps({**document, "rows": rows}, separators=(",", ":"))
    # In a script element only these could end it or begin another (https://html.spec.whatwg.org/#script-data-state).
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
