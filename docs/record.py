"""The pictures of the README and the site, from a walk of `patless demo`: `python docs/record.py`.

The recorded terminal is what the walk prints; the screenshots are its report in Chromium.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

DOCS = Path(__file__).parent
RECORDING = DOCS / "demo.svg"
SCHEMES = ("light", "dark")
_SHOWN = ("2", "6", "11")
"""The steps of the walk that are shown."""
_WIDTH = 124
_LINES = 14
"""The most lines of one step."""
_STEP = re.compile(r"(?m)^(?=(?:\x1b\[[0-9;]*m)*(\d+)\. )")
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Of another host; the reader's own monospace does."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_PAGE = re.compile(r"(?m)^The page is (.+)$")
_SIZE = {"width": 1180, "height": 610}


def main() -> int:
    """Walk and write the pictures. Raises CalledProcessError where the walk fails."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("docs/record.py needs chromium, which is not installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        walked = subprocess.run(
            [sys.executable, "-m", "migrator", "demo", "--color", "always"],
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"TMPDIR": folder},
        ).stdout
        RECORDING.write_text(recording(walked), encoding="utf-8")
        (report,) = _PAGE.findall(walked)
        photograph(Path(report), chromium)
    return 0


def recording(walked: str) -> str:
    """The steps that are shown as SVG; `walked` is what the demo prints in colour."""
    parts = _STEP.split(walked)
    steps = dict(zip(parts[1::2], parts[2::2], strict=True))
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")
    for number in _SHOWN:
        lines = _ADDRESS.sub("https://bitbucket.org", steps[number].rstrip("\n")).split("\n")
        left = len(lines) - _LINES
        shown = [*lines[:_LINES], f"  … {left} lines more"] if left > 1 else lines
        console.print(Text.from_ansi("\n".join([*shown, ""])))
    return _FONT.sub("", console.export_svg(title="patless demo", theme=MONOKAI, unique_id="patless"))


def photograph(report: Path, chromium: str) -> None:
    """How the report begins, as `fleet-report-light.png` and `fleet-report-dark.png`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # A sandbox of its own needs rights that containers do not give; only this page is opened.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in SCHEMES:
            page = browser.new_page(viewport=_SIZE, color_scheme=scheme)
            page.goto(report.as_uri())
            page.wait_for_selector("html[data-ready]", state="attached")
            page.screenshot(path=DOCS / f"fleet-report-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
