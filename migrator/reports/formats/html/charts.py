"""Charts as SVG. Every one has a title and says in words what it shows; labels are text, so they can be read out."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from migrator.reports.document import Bar, Chart
from migrator.text.mask import printable

_WIDTH = 560
_ROW = 26
_LABEL = 200
_NUMBER = 56
_WEEK = 64
"""The most that one week takes: a migration of a week is no wall."""


def draw(chart: Chart, id: str) -> Markup:
    body, height = {"bars": _bars, "share": _share, "weeks": _weeks}[chart.kind](chart.bars)
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}"><title id="{id}-t">{title}</title><desc id="{id}-d">{text}</desc>{body}</svg>'
    ).format(id=id, width=_WIDTH, height=height, title=_text(chart.title), text=_text(chart.text), body=body)


def _bars(bars: tuple[Bar, ...]) -> tuple[Markup, int]:
    most = max((bar.value for bar in bars), default=0) or 1
    room = _WIDTH - _LABEL - _NUMBER

    def rows() -> Iterator[Markup]:
        for row, bar in enumerate(bars):
            top = row * _ROW
            width = max(2 if bar.value else 0, round(room * bar.value / most))
            yield _words(0, top + 17, bar.label, 28)
            yield _rect(_LABEL, top + 6, width, 14, bar)
            yield Markup('<text class="n" x="{}" y="{}">{}</text>').format(
                _LABEL + width + 8, top + 17, f"{bar.value:,}"
            )

    return Markup("").join(rows()), max(len(bars), 1) * _ROW


def _share(bars: tuple[Bar, ...]) -> tuple[Markup, int]:
    whole = sum(bar.value for bar in bars) or 1
    shown = [bar for bar in bars if bar.value]

    def parts() -> Iterator[Markup]:
        at = 0.0
        for number, bar in enumerate(shown):
            width = (_WIDTH - 2 * (len(shown) - 1)) * bar.value / whole
            yield _rect(at, 0, width, 22, bar)
            at += width + 2
            column, row = number % 2, number // 2
            x, y = column * (_WIDTH // 2), 48 + row * 24
            yield _rect(x, y - 10, 11, 11, bar)
            share = f"{bar.label}: {bar.value:,} ({100 * bar.value / whole:.0f}%)"
            yield _words(x + 19, y, share, 40)

    return Markup("").join(parts()), 34 + 24 * ((len(shown) + 1) // 2)


def _weeks(bars: tuple[Bar, ...]) -> tuple[Markup, int]:
    most = max((bar.value for bar in bars), default=0) or 1
    step = min(_WIDTH / max(len(bars), 1), _WEEK)
    every = -(-len(bars) // 8)

    def columns() -> Iterator[Markup]:
        for number, bar in enumerate(bars):
            height = max(2 if bar.value else 0, round(110 * bar.value / most))
            x = number * step
            yield _rect(x, 130 - height, max(step - 6, 3), height, bar)
            if len(bars) <= 16 and bar.value:
                yield Markup('<text class="n" x="{:.1f}" y="{}">{}</text>').format(x, 124 - height, f"{bar.value:,}")
            if number % every == 0:
                edge = x > _WIDTH - 45
                text = Markup('<text x="{:.1f}" y="148" text-anchor="{}">{}</text>')
                yield text.format(_WIDTH if edge else x, "end" if edge else "start", _text(bar.label))
        yield Markup('<line class="axis" x1="0" y1="130.5" x2="{}" y2="130.5"/>').format(_WIDTH)

    return Markup("").join(columns()), 154


def _rect(x: float, y: float, width: float, height: float, bar: Bar) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="2"/>').format(
        str(bar.tone), x, y, width, height
    )


def _words(x: float, y: float, text: str, most: int) -> Markup:
    shown = text if len(text) <= most else f"{text[: most - 1]}…"
    return Markup('<text x="{:.1f}" y="{}">{}</text>').format(x, y, _text(shown))


def _text(text: str) -> Markup:
    return escape(printable(text))
