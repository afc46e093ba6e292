"""What became of every record: the child's own within reach, and anybody else's."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Record
from bench.matching.asking.caller import MadeUpCaller
from bench.matching.asking.counts import Counts
from bench.matching.district.world import World
from bench.matching.gateway.asking import Answered
from bench.matching.gateway.filing import Filing
from resolvers.matching.grade import Graded, MatchGrade
from resolvers.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts the answers to questions about one world, whose seed finds a false one again."""

    counted: Counts
    world: World
    seed: int

    def first(self, caller: MadeUpCaller, told: Answered) -> None:
        """Count what a caller was told at first."""
        self._count(caller, told, "")

    def after(self, caller: MadeUpCaller, told: Answered) -> None:
        """Count what they were told last: after one exchange, or at first if there was none."""
        self._count(caller, told, "_after")

    def _count(self, caller: MadeUpCaller, told: Answered, suffix: str) -> None:
        child, counts = caller.child, self.counted.questions
        others = {
            source for source, each in _certain(told) if not self._is(child.key, source, each)
        }
        if others:
            counts[f"false{suffix}"] += 1
            kind = "erring" if caller.errs else "told right"
            where = f"seed {self.seed}, child {child.key}, {kind}{suffix}"
            self.counted.falses.append(f"{where}: {', '.join(sorted(others))}")
        if child.restricted and not child.nowhere:
            counts[f"restricted{suffix}"] += 1
            counts[f"restricted, answered{suffix}"] += told.answer.child is not None
        else:
            self._count_own(caller, told, suffix)

    def _is(self, key: int, source: str, graded: Graded) -> bool:
        agency = next(each for each in self.world.agencies if each.kind.name == source)
        return agency.whose[graded.record.record_id or ""] == key

    def _count_own(self, caller: MadeUpCaller, told: Answered, suffix: str) -> None:
        child, counted = caller.child, self.counted
        graded = {each.record.record_id: each for _, each in _every(told)}
        has_record = {r.agency.id for r in told.answer.rows if r.outcome is Outcome.HAS_RECORD}
        own = list(self._in_reach(caller))
        for source, record in own:
            found = graded.get(record.record_id)
            certain = source in has_record and _is_certain(found)
            counted.count(child.group, f"own{suffix}")
            counted.count(child.group, f"certain{suffix}", int(certain))
            counted.count(child.group, f"shown{suffix}", int(certain or self._shown(record, told)))
            if not certain:
                counted.why[f"{_state(told)}, {source}: {_why(found)}{suffix}"] += 1
        if own:
            counted.count(child.group, f"held{suffix}")
            counted.count(child.group, f"found{suffix}", int(bool(has_record)))

    def _shown(self, record: Record, told: Answered) -> bool:
        """Whether the caller sees it among the unresolved."""
        graded = next((g for _, g in _every(told) if g.record.record_id == record.record_id), None)
        return graded is not None and any(
            candidate.grade is graded.grade for candidate in told.answer.unresolved
        )

    def _in_reach(self, caller: MadeUpCaller) -> Iterator[tuple[str, Record]]:
        """The child's own records that a search by what was told, or by the NHS number, finds."""
        for agency in self.world.agencies:
            for record in agency.of_child.get(caller.child.key, ()):
                if _reaches(agency, record, caller):
                    yield agency.kind.name, record


def _reaches(agency: Filing, record: Record, caller: MadeUpCaller) -> bool:
    if agency.kind.searched_by_nhs and record.identifier(NHS_NUMBER) == caller.child.nhs:
        return True
    return any(found is record for found in agency.search_by_all(caller.keys))


def _every(told: Answered) -> Iterator[tuple[str, Graded]]:
    for source in told.findings.answers:
        for graded in told.findings.graded(source):
            yield source, graded


def _certain(told: Answered) -> Iterator[tuple[str, Graded]]:
    return ((source, each) for source, each in _every(told) if _is_certain(each))


def _is_certain(graded: Graded | None) -> bool:
    return graded is not None and graded.grade.grade is MatchGrade.CERTAIN


def _state(told: Answered) -> str:
    restriction = told.findings.restriction
    return restriction.value.lower().replace("_", " ")


def _why(found: Graded | None) -> str:
    """Why a record is not certain: its grade and the gate that stopped it, or that it was not met.

    One that is certain is not told: it would tell where a child lives who is not cleared.
    """
    if found is None:
        return "not met, or left out"
    grade = found.grade
    return f"{grade.grade.lower()}, {grade.reason or 'not told why'}"
