"""The recorded terminal of the README, from a walk of `patless demo`: `python docs/record.py`."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

RECORDING = Path(__file__).parent / "demo.svg"
_SHOWN = ("2", "6", "11")
"""The steps of the walk that are shown."""
_WIDTH = 124
_LINES = 14
"""The most lines of one step."""
_STEP = re.compile(r"(?m)^(?=(?:\x1b\[[0-9;]*m)*(\d+)\. )")
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Of another host; the reader's own monospace does."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def main() -> int:
    """Walk and write the recording. Raises CalledProcessError where the walk fails."""
    walked = subprocess.run(
        [sys.executable, "-m", "migrator", "demo", "--color", "always"],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout
    RECORDING.write_text(recording(walked), encoding="utf-8")
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


if __name__ == "__main__":
    sys.exit(main())
