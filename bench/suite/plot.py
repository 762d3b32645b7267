"""Bar charts as SVG text."""

from __future__ import annotations

from html import escape
from math import log10
from typing import NamedTuple

from timing import Spread

WIDTH, LABELS, VALUES = 860, 230, 150  # pixels: the whole, left of the bars, right of them
ROW, BAR, GAP, HEAD = 22, 14, 10, 58
COLOURS = ["#2b6cb0", "#90cdf4", "#a0aec0", "#cbd5e0"]
INK, LINE = "#1a202c", "#718096"


class Bar(NamedTuple):
    """One bar with its spread; bars of one colour have the same meaning."""

    label: str  # empty: belongs to the bar above
    value: Spread
    colour: int = 0


class Chart(NamedTuple):
    """Bars from top to bottom. `mark` is a value with a line, `log` counts in powers of 10, from a tenth."""

    title: str
    unit: str
    bars: list[Bar]
    legend: list[str]
    mark: float | None = None
    log: bool = False


def svg(chart: Chart) -> str:
    """Draw a chart."""
    height = HEAD + 8 + sum(ROW + (GAP if bar.label else 0) for bar in chart.bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(12, 24, chart.title, size=16),
        *legend(chart.legend),
    ]
    if chart.mark is not None:
        x = place(chart, chart.mark)
        parts.append(line(x, HEAD, x, height - 8, dashed=True))
    top = HEAD
    for bar in chart.bars:
        top += GAP if bar.label else 0
        parts += draw(chart, bar, top)
        top += ROW
    return "\n".join([*parts, "</svg>", ""])


def place(chart: Chart, value: float) -> float:
    """Say where a value is."""
    most = max(bar.value.most for bar in chart.bars)
    room = WIDTH - LABELS - VALUES
    if chart.log:
        return LABELS + room * max(0.0, log10(value * 10) / log10(most * 10))
    return LABELS + room * value / most


def draw(chart: Chart, bar: Bar, top: float) -> list[str]:
    """Draw a bar, a whisker from the smallest value to the largest, and the number."""
    right, low, high = (place(chart, v) for v in (bar.value.median, bar.value.least, bar.value.most))
    middle = top + BAR / 2
    return [
        text(LABELS - 8, top + BAR - 2, bar.label, anchor="end"),
        f'<rect x="{LABELS}" y="{top}" width="{max(right - LABELS, 0.5):.1f}" height="{BAR}" '
        f'fill="{COLOURS[bar.colour]}"/>',
        line(low, middle, high, middle),
        line(low, middle - 3, low, middle + 3),
        line(high, middle - 3, high, middle + 3),
        text(max(right, high) + 8, top + BAR - 2, f"{bar.value.median:.3g} {chart.unit}"),
    ]


def legend(words: list[str]) -> list[str]:
    """Say what the colours mean."""
    parts = []
    x = 12.0
    for colour, word in zip(COLOURS, words, strict=False):
        parts.append(f'<rect x="{x:.0f}" y="36" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 18, 47, word))
        x += 40 + 7.5 * len(word)
    return parts


def text(x: float, y: float, words: str, anchor: str = "start", size: int = 13) -> str:
    """Write words."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(words)}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, dashed: bool = False) -> str:
    """Draw a line."""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{LINE}"{dashes}/>'
