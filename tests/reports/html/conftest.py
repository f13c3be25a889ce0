"""A real browser without a window. A machine without one skips these tests by its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.registry.machine import program
from tests.reports.html import chromium

Opened = Callable[..., AbstractContextManager["Tab"]]


@dataclass
class Tab:
    """A page in the browser, what it logged, and what it asked anyone for."""

    page: Any
    logged: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium.browser(program("chromium", "chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def plain(browser: Any) -> Any:
    """The window of all tests that ask for nothing special."""
    return browser.new_page()


@pytest.fixture
def opened(browser: Any, plain: Any, tmp_path: Path) -> Opened:
    """Opens the text of a page from a file, with `options` in a window of its own, and at the end holds that it was
    quiet and asked nobody."""

    @contextmanager
    def open_(text: str, **options: Any) -> Iterator[Tab]:
        file = tmp_path / "report.html"
        file.write_text(text, encoding="utf-8")
        tab = Tab(browser.new_page(**options) if options else plain)
        listeners = {
            "console": lambda message: tab.logged.append(message.text),
            "pageerror": lambda error: tab.logged.append(str(error)),
            "request": lambda request: tab.requests.append(request.url),
        }
        for event, listener in listeners.items():
            tab.page.on(event, listener)
        try:
            tab.page.goto(file.as_uri())
            if options.get("java_script_enabled", True):
                chromium.usable(tab.page)
            yield tab
        finally:
            for event, listener in listeners.items():
                tab.page.remove_listener(event, listener)
            tab.page.emulate_media(media="null", color_scheme="null")
            if options:
                tab.page.close()
        assert tab.logged == []
        assert [url for url in tab.requests if not url.startswith("data:")] == [file.as_uri()]

    return open_


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which `.ci/run` installs (https://github.com/dequelabs/axe-core)."""
    named = os.environ.get("PATLESS_AXE", "")
    if named and Path(named).is_file():
        return Path(named).read_text(encoding="utf-8")
    if os.environ.get("PATLESS_REQUIRE_ALL") == "1":
        pytest.fail("PATLESS_AXE names no axe.min.js; npm install axe-core brings it")
    pytest.skip("needs axe-core: npm install axe-core, and PATLESS_AXE with the path of its axe.min.js")
