"""An explanation as a picture: each step of the score is a bar from where the last one ended."""

from html import escape
from itertools import accumulate
from typing import Final

from resolvers.matching.reasons.explain import Explanation

_LEFT, _WIDTH, _ROW, _BAR, _HEAD = 230, 640, 26, 16, 44  # pixels
_MARGIN: Final = 1.0  # bits beyond the outermost step
_STYLE: Final = 'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="13"'
_GAIN, _LOSS, _SUM = "#2b7a4b", "#b3402a", "#33475b"


def waterfall(explanation: Explanation) -> str:
    """The picture as SVG: bits from left to right, and a line where the bar is."""
    ends = list(accumulate(step.bits for step in explanation.steps))
    begins = [0.0, *ends[:-1]]
    least = min(0.0, *ends) - _MARGIN
    scale = _WIDTH / (max(explanation.bar, *ends) + _MARGIN - least)

    def x(bits: float) -> float:
        return round(_LEFT + (bits - least) * scale, 1)

    rows = [
        _row(place, _label(step.what, step.verdict), (x(begin), x(end)), step.bits)
        for place, (step, begin, end) in enumerate(
            zip(explanation.steps, begins, ends, strict=True)
        )
    ]
    rows.append(_row(len(rows), "together", (x(0.0), x(ends[-1])), ends[-1], colour=_SUM))
    height = _HEAD + _ROW * len(rows) + _ROW
    title = f"{explanation.grade}, against a {explanation.against}"
    return "\n".join(
        [
            f'<svg {_STYLE} viewBox="0 0 {_LEFT + _WIDTH + 60} {height}">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="10" y="22" font-size="15">{escape(title)}</text>',
            _line(x(explanation.bar), height, f"{explanation.bar:.0f} bits needed"),
            *rows,
            "</svg>",
            "",
        ]
    )


def _label(what: str, verdict: str) -> str:
    return f"{what}: {verdict}" if verdict else what


def _row(
    place: int, label: str, ends: tuple[float, float], bits: float, colour: str | None = None
) -> str:
    top = _HEAD + place * _ROW
    fill = colour or (_GAIN if bits >= 0 else _LOSS)
    left, right = min(ends), max(ends)
    words = escape(label.replace("_", " "))
    return (
        f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">{words}</text>'
        f'<rect x="{left}" y="{top}" width="{max(1.0, round(right - left, 1))}" height="{_BAR}"'
        f' fill="{fill}"/><text x="{right + 5}" y="{top + 13}">{bits:+.1f}</text>'
    )


def _line(x: float, height: int, label: str) -> str:
    return (
        f'<line x1="{x}" y1="{_HEAD - 10}" x2="{x}" y2="{height - 10}" stroke="#888"'
        f' stroke-dasharray="4 3"/><text x="{x}" y="{_HEAD - 14}" text-anchor="end"'
        f' fill="#555">{escape(label)}</text>'
    )
