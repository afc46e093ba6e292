"""From measured figures and a reader's inputs to machines, writes, sizes, start and cost."""

from dataclasses import dataclass
from math import ceil, log2
from typing import Final

from bench.capacity.figures import Figures
from bench.capacity.inputs import Inputs

DAYS: Final = 365.25
GIB: Final = 2.0**30
_MIB_A_GIB: Final = 1024
_KIND: Final = "first screen"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a country takes: rates are for a second at the peak, costs for a month."""

    gateway_cores: float
    gateways: int
    processes: int
    memory_a_machine_gib: float
    memory_suffices: bool
    keys_cores: float
    database_cores: float
    commits: float
    rows: float
    wal_mib: float
    wal_a_day_gib: float
    lock_share: float
    entries: float
    log_gib: float
    index_gib: float
    questions_a_child: float
    start_s: float
    recheck_h: float
    index_share: float
    cost_machines: float
    cost_database: float
    cost_disk: float

    @property
    def cost(self) -> float:
        """Everything for a month, in the last year of the log."""
        return self.cost_machines + self.cost_database + self.cost_disk


def planned(figures: Figures, inputs: Inputs) -> Plan:
    """The plan. Whatever grows with the questions never falls when they do."""
    cores = inputs.peak * figures.question_ms(_KIND, inputs.asked) / 1000
    cores += ceil(inputs.cores) * figures.idle_ms / 1000
    gateways = machines(cores, inputs)
    # A gateway is one process with one thread that matters, so one for each core.
    processes = gateways * ceil(inputs.cores)
    memory = ceil(inputs.cores) * figures.memory_mib.at(inputs.agencies) / _MIB_A_GIB
    keys, database = (inputs.peak * each / 1000 for each in (figures.keys_ms, figures.database_ms))
    entries = inputs.questions_a_day * DAYS * inputs.years * figures.entries
    log, index = (entries * each / GIB for each in (figures.entry_bytes, figures.index_bytes))
    disk = log * inputs.copies + index * gateways
    return Plan(
        gateway_cores=cores,
        gateways=gateways,
        processes=processes,
        memory_a_machine_gib=memory,
        memory_suffices=memory <= inputs.memory_gib,
        keys_cores=keys,
        database_cores=database,
        commits=inputs.peak * figures.commits,
        rows=inputs.peak * figures.rows,
        wal_mib=inputs.peak * figures.wal_bytes / 2**20,
        wal_a_day_gib=inputs.questions_a_day * figures.wal_bytes / GIB,
        lock_share=inputs.peak * figures.entries * figures.held_ms / 1000,
        entries=entries,
        log_gib=log,
        index_gib=index,
        questions_a_child=inputs.questions_a_day * DAYS * inputs.years / max(1, inputs.children),
        start_s=figures.start_s.at(inputs.agencies) + figures.opened_s.at(log2(max(1.0, entries))),
        recheck_h=entries * figures.recheck_ms / 1000 / 3600,
        index_share=inputs.peak * figures.entries * figures.index_ms / 1000,
        cost_machines=gateways * _machine(inputs) + 2 * _least(inputs, keys),
        cost_database=inputs.copies * _least(inputs, database),
        cost_disk=disk * inputs.disk_price,
    )


def machines(cores: float, inputs: Inputs) -> int:
    """Machines for so many busy cores, the spare ones with them; never fewer than two."""
    return max(2, ceil(cores / inputs.share / inputs.cores) + ceil(inputs.spare))


def _machine(inputs: Inputs) -> float:
    return inputs.cores * inputs.core_price + inputs.memory_gib * inputs.gib_price


def _least(inputs: Inputs, cores: float) -> float:
    """A machine of two cores and 8 GiB, or as many cores as it takes."""
    needed = max(2, ceil(cores / inputs.share))
    return needed * (inputs.core_price + 4 * inputs.gib_price)
