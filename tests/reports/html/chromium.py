"""The browser of these tests and of `make bench`, without a window, and how quick a page is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_ANSWER = """([act, rows]) => new Promise((done) => {
  const begun = performance.now(), table = document.querySelector(rows);
  if (act === "sort") table.querySelector("thead th.number button").click();
  else {
    const field = table.querySelector("input[type=search]");
    field.value = act;
    field.dispatchEvent(new Event("input"));
  }
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
})"""


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds: until the first paint with content and until tables answer, both from the start of the navigation;
    then until the frame after a word to find, and after a sort, is drawn."""

    paint: float
    usable: float
    find: float
    sort: float


@contextmanager
def browser(program: str) -> Iterator[Any]:
    """A running Chromium of playwright; `program` is the path of its executable."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # A sandbox of its own needs rights that containers and CI do not give; only pages of these tests are opened.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


def usable(page: Any) -> None:
    """Waits until the tables of an open report answer."""
    page.wait_for_selector("html[data-ready]", state="attached")


def speed(page: Any, word: str, table: str = "#repository-rows") -> Speed:
    """Of a report that is open in `page`; leaves the table sorted, with the rows that hold `word`."""
    usable(page)
    paint, ready = page.evaluate(
        "['first-contentful-paint', 'ready'].map((name) => performance.getEntriesByName(name)[0].startTime)"
    )
    return Speed(paint, ready, *(page.evaluate(_ANSWER, [act, table]) for act in (word, "sort")))
