"""How long a pair and a question take, in processor time of one process."""

from dataclasses import dataclass
from random import Random
from time import process_time

from adapters.contract.record import Record
from bench.matching.district.child import as_record
from bench.matching.district.world import World
from bench.matching.gateway.filing import Filing
from resolvers.matching.details import Details
from resolvers.matching.grading import KnownOfChild, assess
from resolvers.matching.identify import resolve
from resolvers.matching.reference import Reference

_CANDIDATES = 35


@dataclass(frozen=True, slots=True)
class Speed:
    """Microseconds a pair; milliseconds of a question with 35 candidates, median and 99th.

    `baseline_us` is what four Jaro-Winkler similarities of the package jellyfish take (given name,
    family name, birth date, postcode), for the same pairs in the same run.
    """

    pair_us: float
    baseline_us: float
    median_ms: float
    slowest_ms: float


def measure(world: World, chance: Random, questions: int = 1000) -> Speed:
    """Time questions that bring 35 candidates, the ones most like the child of each agency."""
    files = [(agency, agency.records) for agency in world.agencies]
    pairs, spent_on_pairs, spent_on_baseline = 0, 0.0, 0.0
    times = []
    for _ in range(questions):
        child = chance.choice(world.children)
        record = as_record(child.said)
        reference = Reference(
            stated_names=record.names,
            stated_birth_date=record.birth_date,
            sex=record.sex,
            postcodes=frozenset(a.postcode for a in record.addresses if a.postcode),
        )
        each = _CANDIDATES // len(world.agencies)
        found = {a.kind.name: _candidates(a, records, child.key, each) for a, records in files}
        known = KnownOfChild.of(reference)
        details = [Details.of_record(name, r) for name, rs in found.items() for r in rs]
        began = process_time()
        for held in details:
            assess(known, held, len(world.children))
        spent_on_pairs += process_time() - began
        pairs += len(details)
        spent_on_baseline += _baseline(record, [r for rs in found.values() for r in rs])
        began = process_time()
        resolve(reference, found)
        times.append((process_time() - began) * 1000)
    times.sort()
    return Speed(
        spent_on_pairs / pairs * 1e6,
        spent_on_baseline / pairs * 1e6,
        times[len(times) // 2],
        times[int(len(times) * 0.99)],
    )


def _candidates(agency: Filing, records: list[Record], key: int, count: int) -> tuple[Record, ...]:
    """The child's own records, and as many of the first ones filed as are wanting."""
    own = agency.of_child.get(key, [])[:count]
    return (*own, *(held for held in records[:count] if held not in own))[:count]


def _baseline(record: Record, others: list[Record]) -> float:
    """Seconds for the four similarities of one record with each of the others."""
    from jellyfish import jaro_winkler_similarity  # noqa: PLC0415 - beside an optional extra

    mine, texts = _texts(record), [_texts(other) for other in others]
    began = process_time()
    for theirs in texts:
        for one, other in zip(mine, theirs, strict=True):
            jaro_winkler_similarity(one, other)
    return process_time() - began


def _texts(record: Record) -> tuple[str, str, str, str]:
    name = record.names[0]
    home = record.addresses[0].postcode if record.addresses else None
    return " ".join(name.given), name.family or "", str(record.birth_date or ""), home or ""
