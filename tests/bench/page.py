"""The report of ten thousand repositories and twenty thousand variables: its size, its cost, its speed in a browser."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from migrator.reports.formats.html import render
from migrator.reports.subjects import fleet, secrets
from tests.reports import said
from tests.reports.html import chromium, samples
from tests.reports.html.chromium import Speed

COUNT = 10_000
_TIMES = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the page: bytes, and seconds to make it of what is known of the fleet."""

    size: int
    seconds: float


def write(file: Path) -> Cost:
    known = replace(samples.fleet(COUNT), audit=samples.audit(COUNT))
    begin = time.perf_counter()
    text = render(fleet.document(known, samples.TODAY), samples.MADE)
    seconds = time.perf_counter() - begin
    return Cost(file.write_bytes(text.encode()), seconds)


@dataclass(frozen=True, slots=True)
class Stored:
    """Of a list of twenty thousand variables: seconds to write the page, JSON, text, and what any program needs to read
    the same JSON and write it again."""

    page: float
    json: float
    text: float
    bare: float


def stored(file: Path) -> Stored:
    listing = samples.listing(COUNT)
    begin = time.perf_counter()
    file.write_text(render(secrets.document(listing, page=True), samples.MADE), encoding="utf-8")
    page, document = time.perf_counter() - begin, said.listing_as_json(listing)
    return Stored(
        page,
        _best(lambda: said.listing_as_json(listing)),
        _best(lambda: said.listing(listing)),
        _best(lambda: json.dumps(json.loads(document), indent=2)),
    )


def _best(work: Callable[[], object]) -> float:
    def once() -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    return min(once() for _ in range(3))


def look(file: Path, program: str, table: str = "#repository-rows") -> Speed:
    """Medians of several visits with nothing in a cache. `program` is Chromium."""
    with chromium.browser(program) as browser:
        visits = list(_visits(browser, file, table))
    return Speed(*(statistics.median(getattr(one, name) for one in visits) for name in Speed.__slots__))


def _visits(browser: Any, file: Path, table: str) -> Iterator[Speed]:
    for _ in range(_TIMES):
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(file.as_uri())
            yield chromium.speed(page, "service-09", table)
