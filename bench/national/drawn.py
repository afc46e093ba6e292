"""At how many questions a second each part breaks, as a picture: bars on a scale of tens."""

from collections.abc import Iterable, Sequence
from math import log10
from typing import Any, Final
from xml.sax.saxutils import escape

_WIDTH: Final = 900
_LEFT: Final = 330
_BAR: Final = 16
_FROM, _TO = 10.0, 100_000.0
_COLOURS: Final = {
    "gateway CPU": "#1d70b8",
    "the log's lock": "#d4351c",
    "PostgreSQL CPU": "#00703c",
    "key service": "#f47738",
    "search index": "#4c2c92",
}


def drawn(broken: Iterable[dict[str, Any]], rates: Sequence[float]) -> str:
    """The picture as SVG: a group of bars for each engine and decision, lines at the rates."""
    shown = list(broken)
    high = 70 + len(shown) * (len(_COLOURS) * (_BAR // 2) + 26)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {high}"',
        'font-family="sans-serif" font-size="12">',
        "<title>At how many questions a second each part breaks</title>",
        f'<rect width="{_WIDTH}" height="{high}" fill="#ffffff"/>',
        *_legend(),
        *_lines(rates, high),
    ]
    top = 56.0
    for each in shown:
        parts += _group(each, top)
        top += len(_COLOURS) * (_BAR / 2) + 26
    return "\n".join([*parts, "</svg>", ""])


def _x(rate: float) -> float:
    share = (log10(max(_FROM, min(_TO, rate))) - log10(_FROM)) / (log10(_TO) - log10(_FROM))
    return round(_LEFT + share * (_WIDTH - _LEFT - 70), 1)


def _legend() -> list[str]:
    made, at = [], 10
    for part, colour in _COLOURS.items():
        made.append(f'<rect x="{at}" y="8" width="10" height="10" fill="{colour}"/>')
        made.append(f'<text x="{at + 14}" y="17">{escape(part)}</text>')
        at += 40 + 8 * len(part)
    return made


def _lines(rates: Sequence[float], high: int) -> list[str]:
    made = []
    for rate in rates:
        at = _x(rate)
        line = f'x1="{at}" x2="{at}" y1="44" y2="{high - 10}" stroke="#505a5f"'
        made.append(f'<line {line} stroke-dasharray="4 3"/>')
        made.append(f'<text x="{at}" y="40" text-anchor="middle">{rate:.0f} a second</text>')
    return made


def _group(each: dict[str, Any], top: float) -> list[str]:
    built = "" if each["built"] else " (not built)"
    made = [
        f'<text x="10" y="{top + 14}" font-weight="bold">{escape(each["engine"])}</text>',
        f'<text x="10" y="{top + 30}">{escape(each["decision"] + built)}</text>',
    ]
    for number, (part, rate) in enumerate(each["limits"].items()):
        y = top + number * (_BAR / 2)
        size = f'width="{max(1.0, _x(rate) - _LEFT):.1f}" height="{_BAR / 2 - 1}"'
        made.append(f'<rect x="{_LEFT}" y="{y}" {size} fill="{_COLOURS[part]}"/>')
        if part == each["first"]:
            made.append(f'<text x="{_x(rate) + 4}" y="{y + 8}" font-size="11">{rate:,.0f}</text>')
    return made
