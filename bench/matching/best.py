"""The best that any rule could do with what a register brings: no aim above it can be met.

A rule takes or leaves a record by how it stands to what was told. Here the register's records of
many questions are sorted by all of that, and those kinds are taken in which another child's are
rarest, until as many questions are false as the aim allows. So the rule is chosen by who knows
whose each record is, and on the very questions that it is judged by: none does better.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log2
from random import Random
from typing import Final, NamedTuple

from adapters.contract.record import Record
from bench.matching.asking.caller import MadeUpCaller, callers
from bench.matching.district.families import Row, sample
from bench.matching.district.world import World, world
from bench.matching.gateway.filing import Filing
from bench.matching.gateway.staged import StagedGateway, staged
from bench.matching.settings import Setting
from gateway.model.errors import AskDifferently
from gateway.model.inquiry import Known
from gateway.questions.findings import stated_reference
from gateway.questions.plan import other_forms, own_details
from resolvers.comparison.agreement import Agreement
from resolvers.exchange import tell_one_more
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence, weigh
from tests.support.virtual_time import run

ALLOWED: Final = 10 / 100_000  # false questions, by the aim
_Kind = Hashable


class _Case(NamedTuple):
    """One question: the child's group, None if nobody could find her, and the kinds of records.

    `own` is the child's own record's, None where no search brought it; `others` other children's.
    """

    group: str | None
    own: _Kind | None
    others: tuple[_Kind, ...]


@dataclass(slots=True)
class Best:
    """Children by group: how many there are, are taken by the best rule, brought by no search."""

    questions: int = 0
    children: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    unbrought: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """The table's rows: the whole, then each group, the furthest below it first."""
        whole = self.taken.total() / self.children.total()
        unbrought = self.unbrought.total() / self.children.total()
        yield f"| all | {self.children.total():,} | {whole:.4f} | | {unbrought:.4f} |"
        for group in sorted(self.children, key=lambda g: self.taken[g] / self.children[g]):
            count = self.children[group]
            share, lost = self.taken[group] / count, self.unbrought[group] / count
            points = f"{(whole - share) * 100:+.1f} points"
            yield f"| {group} | {count:,} | {share:.4f} | {points} | {lost:.4f} |"


def best(
    setting: Setting,
    seeds: Sequence[int],
    count: int,
    *,
    exchanged: bool,
    rows: tuple[Row, ...] | None = None,
) -> Best:
    """What the best rule takes of `count` questions a seed, before or after one exchange.

    Every caller reads again and tells one detail more: no gateway asks more of them.
    """
    cases: list[_Case] = []
    for seed in seeds:
        made = world(rows or sample(), setting.mix, setting.noise, seed)
        cases += run(_cases(made, setting, seed, count, exchanged=exchanged))
    kinds, found = _taken(cases), Best(len(cases))
    for case in cases:
        if case.group is not None:
            found.children[case.group] += 1
            found.unbrought[case.group] += case.own is None
            found.taken[case.group] += case.own in kinds
    return found


def _taken(cases: Sequence[_Case]) -> frozenset[_Kind]:
    """The kinds that the best rule takes."""
    own = Counter(case.own for case in cases if case.own is not None)
    others = Counter(kind for case in cases for kind in frozenset(case.others))
    taken, false = set[_Kind](), 0
    for kind in sorted(own, key=lambda each: others[each] / own[each]):
        false += others[kind]
        if false > len(cases) * ALLOWED:
            break
        taken.add(kind)
    return frozenset(taken)


async def _cases(
    made: World, setting: Setting, seed: int, count: int, *, exchanged: bool
) -> list[_Case]:
    gateway, asking = staged(made.agencies), callers(made, setting, Random(seed + 1))
    found: list[_Case] = []
    while len(found) < count:
        caller = next(asking)
        try:
            known = gateway.known(caller.told)
            if exchanged:
                caller = _exchanged(caller, known, gateway)
                known = gateway.known(caller.told)
        except AskDifferently:
            continue
        found.append(_case(made, caller, known))
    return found


def _exchanged(caller: MadeUpCaller, known: Known, gateway: StagedGateway) -> MadeUpCaller:
    better = caller.reads_again() or caller
    told = known if better is caller else gateway.known(better.told)
    return better.tells_more(tell_one_more(stated_reference(told, ())).details) or better


def _case(made: World, caller: MadeUpCaller, known: Known) -> _Case:
    child, register = caller.child, made.agencies[0]
    reference = Details.of_reference(stated_reference(known, ()).located())
    records = {r.record_id or "": Details.of_record("", r) for r in _brought(register, known)}
    weighed = {name: weigh(reference, held) for name, held in records.items()}
    alone = sum(each.given is not Agreement.DIFFERENT for each in weighed.values()) == 1
    kinds = {name: _kind(each, alone=alone) for name, each in weighed.items()}
    own = [name for name in kinds if register.whose[name] == child.key]
    held = any(agency.of_child.get(child.key) for agency in made.agencies)
    return _Case(
        child.group if held and not child.restricted else None,
        kinds[own[0]] if own else None,
        tuple(kind for name, kind in kinds.items() if name not in own),
    )


def _brought(register: Filing, known: Known) -> tuple[Record, ...]:
    """What the register brings by the number, or by the first form of the name that finds any."""
    told = own_details(known, register.kind.name)
    if "nhs_number" in told:
        return register.search({"nhs_number": told["nhs_number"]})
    if not {"family_name", "given_name", "birth_date"} <= told.keys():
        return ()
    found = (register.search({**told, **form}) for form in ({}, *other_forms(known)))
    return next(filter(None, found), ())


def _kind(evidence: Evidence, *, alone: bool) -> _Kind:
    """All that a rule may go by: every verdict, how common the name is, and who else came."""
    common = round(log2(evidence.given_frequency * evidence.family_frequency))
    return evidence._replace(given_frequency=0.0, family_frequency=0.0), common, alone
