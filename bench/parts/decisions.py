"""What deciding costs: one question over many agencies, when its like was decided and when not."""

import time
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from rich.table import Table

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from bench.town.files import AREA, write_town
from gateway.policy.context import PolicyContext, Principal
from gateway.policy.decide import Decisions, Matter, Policy
from gateway.policy.rules.rule_set import RuleSet
from gateway.registry.files import read_manifests, read_rule_set

SIZES: Final = (20, 300)
_ROUNDS: Final = 20
_NOWHERE: Final = "http://127.0.0.1:9"
_ASKER: Final = Principal(
    organisation="northbrook",
    sector=Sector.SOCIAL_CARE,
    roles=frozenset({"practitioner"}),
    accreditation=frozenset({"information-sharing"}),
    assurance=2,
    areas=frozenset({AREA}),
    purposes=frozenset({Purpose.SAFEGUARDING}),
    shield_cleared=False,
)
_PLAINLY: Final = PolicyContext(
    purpose=Purpose.SAFEGUARDING,
    case_reference=True,
    significant_harm=False,
    out_of_area_cause=False,
    in_area=False,
    minutes_since_sign_in=60,
    today=date(2026, 11, 22),
)


def decisions_table(rounds: int = _ROUNDS) -> Table:
    """Milliseconds for all classes of every agency of one question, and a class' share of them."""
    table = Table(title="Deciding one question: medians of interleaved rounds")
    for heading in ("agencies", "decided before", "an agency", "not yet decided", "an agency"):
        table.add_column(heading, justify="right")
    rule_sets = {size: _rule_set(size) for size in SIZES}
    took = [
        {size: _cold_and_warm(rule_set) for size, rule_set in rule_sets.items()}
        for _ in range(rounds)
    ]
    for size in SIZES:
        again, before = (median(each[size][which] for each in took) for which in (0, 1))
        table.add_row(
            str(size),
            *(f"{before:.2f} ms", f"{before / size * 1000:.1f} us"),
            *(f"{again:.1f} ms", f"{again / size * 1000:.0f} us"),
        )
    return table


def _cold_and_warm(rule_set: RuleSet) -> tuple[float, float]:
    """Milliseconds to decide a question for the first time, and for the second."""
    policy, matters = Policy(rule_set), _matters(rule_set)
    took = []
    for _ in range(2):
        started = time.perf_counter()
        decide(policy.of_kind(_ASKER, _PLAINLY), matters)
        took.append((time.perf_counter() - started) * 1000)
    return took[0], took[1]


def decide(decisions: Decisions, matters: tuple[Matter, ...]) -> int:
    """Decide everything; how many classes are given."""
    return sum(len(decisions.of(matter).permitted) for matter in matters)


def _matters(rule_set: RuleSet) -> tuple[Matter, ...]:
    every = frozenset(ReleaseClass)
    return tuple(
        Matter(agency, source, every, in_area=True)
        for agency, own in rule_set.agencies.items()
        for source in own.tables
    )


def _rule_set(size: int) -> RuleSet:
    with TemporaryDirectory() as folder:
        write_town(Path(folder), {f"agency-{number:03}": _NOWHERE for number in range(size)})
        return read_rule_set(read_manifests(Path(folder) / "manifests"))
