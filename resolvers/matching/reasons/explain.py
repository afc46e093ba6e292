"""Why a record has its grade, in bits by detail and the gate that stopped: for who judges matching.

For developers and auditors of made-up cases. It tells scores, which no caller is ever told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log2
from typing import Final, NamedTuple

from adapters.contract.frozen import replace
from adapters.contract.record import Record
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence
from resolvers.matching.grade import MatchGrade
from resolvers.matching.grading import (
    CERTAIN_BITS,
    TWIN_BITS,
    Assessment,
    KnownOfChild,
    twin_among,
)
from resolvers.matching.hypotheses import DETAILS, Weights, expected, numbers_row, rows_of
from resolvers.matching.identify import resolve
from resolvers.matching.joining import RecordPlace, World
from resolvers.matching.reasons.codes import SENTENCES, ReasonCode
from resolvers.matching.reference import Reference

_OTHERS: Final = ("stranger", "sibling", "twin")
_LEAST: Final = 0.05  # bits; a smaller step is left out


class Step(NamedTuple):
    """One step of the score; `bits` for the child's own record against its nearest rival."""

    what: str
    verdict: str
    bits: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A record's score step by step, its bar, and what stopped it if anything did.

    `against` is who else explains the record best; the last step is what the others add to that.
    """

    grade: MatchGrade
    reason: ReasonCode | None
    against: str
    steps: tuple[Step, ...]
    bar: float

    @property
    def bits(self) -> float:
        """The whole score."""
        return sum(step.bits for step in self.steps)

    def __str__(self) -> str:
        """The table, in Markdown."""
        rows = [f"| {s.what} | {s.verdict} | {s.bits:+.1f} |" for s in self.steps]
        total = f"| **together** | against a {self.against}; {self.bar:.0f} needed |"
        told = (
            f"{self.grade}: {self.reason}. {SENTENCES[self.reason]}" if self.reason else "left out"
        )
        head = ["| detail | verdict | bits |", "|---|---|---|"]
        return "\n".join([*head, *rows, f"{total} {self.bits:+.1f} |", "", told])


def explain(
    reference: Reference,
    records_by_source: Mapping[str, tuple[Record, ...]],
    record: RecordPlace,
    *,
    populations: Mapping[str, int | None],
    duplicates: Collection[str] = frozenset(),
) -> Explanation:
    """Explain the grade of one record among all that were found; `record` is its place in them."""
    source, place = record
    known = KnownOfChild.of(reference)
    held = {
        (name, at): Details.of_record(name, each)
        for name, records in records_by_source.items()
        for at, each in enumerate(records)
    }
    world = World(
        numbered=False,
        held=held,
        populations=populations,
        duplicates=duplicates,
        cut=(),
        elsewhen=(),
    )
    twin_seen = twin_among(world.assessed(known).values())
    found = world.assessed(replace(known, twin_seen=twin_seen))[record]
    resolution = resolve(
        reference, records_by_source, populations=populations, duplicates=duplicates
    )
    shown = {id(g.record): g.grade for g in resolution.by_source[source]}
    grade = shown.get(id(records_by_source[source][place]))
    against, steps = _steps(found)
    return Explanation(
        grade.grade if grade else MatchGrade.CERTAINLY_NOT,
        grade.reason if grade else None,
        against,
        steps,
        TWIN_BITS if twin_seen else CERTAIN_BITS,
    )


def _steps(found: Assessment) -> tuple[str, tuple[Step, ...]]:
    """The steps against whoever else explains the record best, and who that is."""
    evidence, weights = found.evidence, found.weights
    rows = (*rows_of(evidence, found.population), numbers_row(evidence))
    _, *numbers = numbers_row(evidence)
    others = [w * n for w, n in zip(_weights(weights), numbers, strict=True)]
    rival = others.index(max(others)) + 1
    first = expected(found.population, twin_seen=found.twin_seen, company=found.company)
    steps = [Step("before looking", "", log2(first[0] / first[rival]))]
    named = zip((*DETAILS, "numbers"), _verdicts(evidence), rows, strict=True)
    steps += [Step(what, verdict, log2(row[0] / row[rival])) for what, verdict, row in named]
    if rival == 1:
        common = evidence.given_frequency * evidence.family_frequency
        steps.append(Step("how common the name is", "", -log2(common)))
    steps.append(Step("the only one in a file of all children", "", -log2(weights.missing)))
    rest = weights.bits - sum(step.bits for step in steps)
    steps.append(Step("all other explanations", "", rest))
    return _OTHERS[rival - 1], tuple(step for step in steps if abs(step.bits) >= _LEAST)


def _weights(weights: Weights) -> tuple[float, float, float]:
    return weights.stranger, weights.sibling, weights.twin


def _verdicts(evidence: Evidence) -> tuple[str, ...]:
    called = (evidence.given, evidence.family, evidence.birth_date, evidence.postcode, evidence.sex)
    numbers = "shared" if evidence.shared else "differ" if evidence.numbers_differ else ""
    further = "same" if evidence.further else ""
    words = (each.name.lower().replace("_", " ") for each in called)
    return (*words, further, ", ".join(evidence.ties), numbers)
