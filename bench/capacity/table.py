"""A plan as text for a person, and as JSON for a program."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from rich.console import Group
from rich.table import Table

from bench.capacity.figures import Figures
from bench.capacity.inputs import Inputs
from bench.capacity.plan import Plan


def as_json(figures: Figures, inputs: Inputs, plan: Plan) -> dict[str, Any]:
    """All three, each under its name."""
    return {
        "measured": figures.as_json(),
        "inputs": asdict(inputs),
        "plan": asdict(plan) | {"cost": plan.cost},
    }


def as_text(figures: Figures, inputs: Inputs, plan: Plan) -> Group:
    """What was measured, what was given, and what follows."""
    return Group(
        _table("Measured in this run", _measured(figures)),
        _table("Given", _given(inputs), "where the default is from"),
        _table("What it takes", _taken(inputs, plan)),
    )


def _table(title: str, rows: Iterator[tuple[str, str, str]], said: str = "how to read it") -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("what", "how much", said):
        table.add_column(heading, justify="right" if heading == "how much" else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _measured(f: Figures) -> Iterator[tuple[str, str, str]]:
    first, outcomes = f.first_screen, f.outcomes
    yield "first screen", f"{first.base:.2f} + {first.each:.2f} n ms", "CPU, n agencies asked"
    yield "outcomes", f"{outcomes.base:.2f} + {outcomes.each:.2f} n ms", "CPU, n agencies asked"
    yield "nobody asks", f"{f.idle_ms:.1f} ms", "CPU of a gateway process in a second"
    yield "key service", f"{f.keys_ms:.2f} ms", "CPU for a question"
    yield "PostgreSQL", f"{f.database_ms:.2f} ms", "CPU for a question"
    yield "entries", f"{f.entries:.2f}", "of the log, for a question"
    yield "commits", f"{f.commits:.2f}", "for a question, eight in flight; fewer if more are"
    yield "rows", f"{f.rows:.1f}", "written, for a question"
    yield "WAL", f"{f.wal_bytes / 1024:.1f} KiB", "for a question"
    yield "under the log's lock", f"{f.held_ms:.3f} ms", "for an entry, of 64 callers together"
    yield "the same, alone", f"{f.alone_ms:.3f} ms", "for an entry by itself: most is the disk"
    yield "a durable write", f"{1000 * f.commit_s:.1f} ms", "of this disk"
    yield "entry", f"{f.entry_bytes:.0f} bytes", "in PostgreSQL, with its indexes and hashes"
    yield "search index", f"{f.index_bytes:.0f} bytes", "for an entry, at each machine"
    yield "memory", f"{f.memory_mib.base:.0f} + {f.memory_mib.each:.2f} n MiB", "n sources"
    yield "start", f"{f.start_s.base:.1f} + {f.start_s.each:.3f} n s", "CPU, n sources"
    opened = f"{f.opened_s.base:.3f} + {f.opened_s.each:.4f} n s"
    yield "start, the log", opened, "CPU, n doublings of the entries: 30 are a thousand million"
    yield "recheck", f"{1000 * f.recheck_ms:.1f} us", "CPU for an entry, beside the questions"
    yield "indexing", f"{1000 * f.index_ms:.1f} us", "CPU for an entry, at each machine"
    yield "machine", f"{f.cores} cores, load {f.load:.1f}", "with others at work the figures rise"


def _given(inputs: Inputs) -> Iterator[tuple[str, str, str]]:
    for each in fields(inputs):
        option = f"--{each.name.replace('_', '-')}"
        meta = each.metadata
        yield f"{meta['what']}, {option}", f"{getattr(inputs, each.name):,g}", meta["source"]


def _taken(inputs: Inputs, p: Plan) -> Iterator[tuple[str, str, str]]:
    busy = f"{p.gateway_cores:.2f} cores busy at the peak, {inputs.spare:g} spare with them"
    yield "gateway machines", str(p.gateways), busy
    yield "gateway processes", str(p.processes), "server.workers is the cores of a machine"
    enough = "enough" if p.memory_suffices else "MORE THAN A MACHINE HAS"
    yield "memory of a machine", f"{p.memory_a_machine_gib:.1f} GiB", enough
    yield "key services", "2", f"{p.keys_cores:.2f} cores busy at the peak"
    yield "database servers", f"{inputs.copies:g}", f"{p.database_cores:.2f} cores busy at the peak"
    yield "commits", f"{p.commits:.0f} a second", "at the peak"
    yield "rows", f"{p.rows:.0f} a second", "at the peak"
    wal = f"at the peak; {p.wal_a_day_gib:.2f} GiB a day"
    yield "WAL", f"{p.wal_mib:.2f} MiB a second", wal
    yield (
        "the log's lock",
        f"{100 * p.lock_share:.1f}%",
        "of the time at the peak; near 100% it breaks",
    )
    yield "entries", f"{p.entries / 1e6:,.0f} million", f"after {inputs.years:g} years"
    yield "log", f"{p.log_gib:,.0f} GiB", "of each copy of the database, by then"
    yield "search index", f"{p.index_gib:,.0f} GiB", "of each gateway machine, by then"
    yield (
        "questions for each child",
        f"{p.questions_a_child:.0f}",
        "if all children were asked about",
    )
    yield "start of a gateway", f"{p.start_s:.0f} s", "CPU of a core, by then"
    yield "all of the log hashed again", f"{p.recheck_h:.1f} h", "CPU, beside the questions"
    parts = (p.cost_machines, p.cost_database, p.cost_disk)
    costs = "machines {:,.0f}, database {:,.0f}, disks {:,.0f}".format(*parts)
    yield "the index", f"{100 * p.index_share:.1f}%", "of a core of each machine, at the peak"
    yield "cost of a month, by then", f"{p.cost:,.0f}", costs
    yield "of that, each council", f"{p.cost / inputs.councils:,.1f}", "if all pay alike"
