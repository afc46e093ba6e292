"""What was measured, as tables: CPU per question, and the ratios of which the aims speak."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rich.table import Table

Medians = Mapping[str, Mapping[str, float]]
"""By shape and server, milliseconds of CPU per question."""
OURS: Final = "Team Around"


@dataclass(frozen=True, slots=True)
class Aim:
    """A ratio of ours to a peer's, of what, and at most how much with a signature a call."""

    what: str
    peer: str
    most: float


AIMS: Final = (
    Aim("a first screen of 7 agencies", "a splice of bytes", 11),
    Aim("a first screen of 7 agencies", "Grafbase", 3),
    Aim("a first screen of 7 agencies", "Mercurius with JIT", 3),
    Aim("a first screen of 7 agencies", "Apollo Server", 1.4),
    Aim("a first screen of 7 agencies", "Apollo Gateway", 0.3),
    Aim("a further agency", "Grafbase", 2),
    Aim("a further involvement", "Mercurius with JIT", 2),
    Aim("50 children x 7 agencies", "Grafbase", 3),
)


def costs(medians: Medians) -> dict[str, dict[str, float]]:
    """By what the aims speak of, and server: milliseconds of CPU."""
    seven, twenty, many, children = (
        medians.get(shape, {})
        for shape in (
            "1 child x 7 agencies",
            "1 child x 20 agencies",
            "1 child x 7 agencies, 11 involvements each",
            "50 children x 7 agencies",
        )
    )
    return {
        "a first screen of 7 agencies": dict(seven),
        "a further agency": {n: (twenty[n] - seven[n]) / 13 for n in seven if n in twenty},
        "a further involvement": {n: (many[n] - seven[n]) / 70 for n in seven if n in many},
        "50 children x 7 agencies": dict(children),
    }


def tables(medians: Medians) -> Iterator[Table]:
    """The costs of every server, and the aims."""
    found = costs(medians)
    table = Table(title="CPU per question, ms: medians of interleaved rounds, one core")
    table.add_column("server")
    for what in found:
        table.add_column(what, justify="right")
    for name in next(iter(found.values())):
        cells = (by_server.get(name) for by_server in found.values())
        table.add_row(name, *("" if ms is None else f"{ms:.3g}" for ms in cells))
    yield table
    yield _aims(found)


def _aims(found: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table(title="Ours to a peer's, with a signature for each call")
    for heading in ("what", "to", "ratio", "aim", ""):
        table.add_column(heading, justify="right" if heading in {"ratio", "aim"} else "left")
    for aim in AIMS:
        by_server = found[aim.what]
        if OURS in by_server and by_server.get(aim.peer, 0.0) > 0:
            ratio = by_server[OURS] / by_server[aim.peer]
            met = "met" if ratio <= aim.most else "not met"
            table.add_row(aim.what, aim.peer, f"{ratio:.2g}", f"{aim.most:g}", met)
    return table
