"""Round figures of no machine, in the shape that a run measures."""

from typing import Final

from bench.capacity.figures import Figures, Line

FIGURES: Final = Figures(
    first_screen=Line(5.0, 0.6),
    outcomes=Line(3.0, 0.5),
    idle_ms=10.0,
    keys_ms=0.5,
    database_ms=0.5,
    entries=2.0,
    commits=1.2,
    rows=5.0,
    wal_bytes=2400.0,
    appended_ms=0.06,
    held_ms=0.2,
    alone_ms=3.0,
    commit_s=0.004,
    entry_bytes=900.0,
    index_bytes=100.0,
    memory_mib=Line(160.0, 0.2),
    start_s=Line(2.3, 0.013),
    opened_s=Line(0.01, 0.0),
    recheck_ms=0.0045,
    index_ms=0.04,
    cores=2,
    load=1.0,
)
