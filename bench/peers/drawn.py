"""What was measured, as pictures: a bar for each server, SVG without any program."""

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from bench.peers.tables import OURS, Medians, costs

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 760, 26, 190, 110, 44
_NAMES: Final = {
    "a first screen of 7 agencies": "peers-first-screen.svg",
    "a further agency": "peers-agency.svg",
    "a further involvement": "peers-involvement.svg",
    "50 children x 7 agencies": "peers-children.svg",
}
_OURS_COLOUR, _THEIRS_COLOUR, _INK = "#1d70b8", "#b1b4b6", "#0b0c0c"


def drawn(medians: Medians) -> dict[str, str]:
    """The pictures by file name; none of what was not measured."""
    found = costs(medians)
    return {
        _NAMES[what]: picture(what, by_server) for what, by_server in found.items() if by_server
    }


def picture(what: str, by_server: Mapping[str, float]) -> str:
    """One bar for each server, the cheapest first, with its milliseconds."""
    ordered = sorted(by_server.items(), key=lambda each: each[1])
    most = max(by_server.values())
    height = _TOP + _ROW * len(ordered) + 12
    title = f"CPU of {what}, milliseconds"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="14" fill="{_INK}">'
    )
    lines = [
        head,
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="26" font-size="16" font-weight="bold">{escape(title)}</text>',
        *(_bar(at, name, ms, most) for at, (name, ms) in enumerate(ordered)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _bar(at: int, name: str, ms: float, most: float) -> str:
    y = _TOP + _ROW * at
    length = max(1.0, (_WIDTH - _LEFT - _RIGHT) * max(ms, 0.0) / most)
    colour = _OURS_COLOUR if name == OURS else _THEIRS_COLOUR
    return (
        f'<text x="{_LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{_LEFT}" y="{y + 3}" width="{length:.1f}" height="{_ROW - 8}" fill="{colour}"/>'
        f'<text x="{_LEFT + length + 6:.1f}" y="{y + 16}">{ms:.3g}</text>'
    )
