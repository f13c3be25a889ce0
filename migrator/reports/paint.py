"""Colours for people's terminals."""

from __future__ import annotations

from msgspec import Struct

from migrator.findings.records import Verdict


class Paint(Struct, frozen=True):
    """Wraps text in ANSI colours, or leaves it alone where `on` is false. `links`: the terminal is told addresses, too
    (OSC 8: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda)."""

    on: bool = False
    links: bool = False

    def linked(self, address: str, text: str) -> str:
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and address and text else text

    def bold(self, text: str) -> str:
        return self._in("1", text)

    def dim(self, text: str) -> str:
        return self._in("2", text)

    def red(self, text: str) -> str:
        return self._in("31", text)

    def green(self, text: str) -> str:
        return self._in("32", text)

    def yellow(self, text: str) -> str:
        return self._in("33", text)

    def cyan(self, text: str) -> str:
        return self._in("36", text)

    def verdict(self, verdict: Verdict, text: str = "") -> str:
        paint = {Verdict.SAFE: self.green, Verdict.UNSAFE: self.yellow, Verdict.REPORT_ONLY: self.red}[verdict]
        return paint(text or str(verdict))

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text
