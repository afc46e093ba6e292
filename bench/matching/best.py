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
from typing import Any, Final, NamedTuple

from adapters.contract.record import Record
from bench.matching.asking.caller import MadeUpCaller, callers
from bench.matching.asking.counts import Share, upper_bound
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
from resolvers.exchange import read_it_again, tell_one_more
from resolvers.matching.details import Details
from resolvers.matching.evidence import Evidence, weigh
from tests.support.virtual_time import run

ALLOWED: Final = 10 / 100_000  # false questions, by the aim
STAGES: Final = ("at first", "after one exchange")
_BY_NAME: Final = frozenset({"family_name", "given_name", "birth_date"})
_Kind = Hashable


class _Case(NamedTuple):
    """One question: the child's group, None if nobody could find her, and the kinds of records.

    `own` is the child's own record's, None where no search brought it; `others` other children's.
    """

    group: str | None
    own: _Kind | None
    others: tuple[_Kind, ...]


class _Rule(NamedTuple):
    """The kinds that the best rule takes, and how often one of them is another child's."""

    kinds: frozenset[_Kind]
    false: int


@dataclass(slots=True)
class Best:
    """Children by group: how many there are, are taken by the best rule, brought by no search.

    `false`: so many questions have another child's record among those that the rule takes.
    """

    questions: int = 0
    false: int = 0
    children: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    unbrought: Counter[str] = field(default_factory=Counter)

    def add(self, case: _Case, kinds: frozenset[_Kind]) -> None:
        """Count a question."""
        if case.group is not None:
            self.children[case.group] += 1
            self.unbrought[case.group] += case.own is None
            self.taken[case.group] += case.own in kinds

    def lines(self) -> Iterator[str]:
        """The table's rows: the whole, then each group, the furthest below it first."""
        every = Share(self.taken.total(), self.children.total())
        unbrought = Share(self.unbrought.total(), every.whole)
        yield f"| all | {every.whole:,} | {_said(every)} | | {unbrought.value:.4f} |"
        for group in sorted(self.children, key=lambda g: self.taken[g] / self.children[g]):
            own = Share(self.taken[group], self.children[group])
            lost = Share(self.unbrought[group], own.whole)
            points = f"{(every.value - own.value) * 100:+.1f} points"
            yield f"| {group} | {own.whole:,} | {_said(own)} | {points} | {lost.value:.4f} |"

    @property
    def bound(self) -> str:
        """How many questions the rule answers falsely, and how many it may at most."""
        at_most = upper_bound(self.false, self.questions) * 100_000
        asked = f"{self.false} of {self.questions:,} questions are false"
        return f"{asked}, so at most {at_most:.1f} in 100,000 of these kinds."

    def result(self) -> dict[str, Any]:
        """Every count, for the file of the run."""
        counts = {"children": self.children, "taken": self.taken, "unbrought": self.unbrought}
        by_name = {what: dict(sorted(each.items())) for what, each in counts.items()}
        return {"questions": self.questions, "false": self.false, **by_name}


def _said(share: Share) -> str:
    return f"{share.value:.4f} ± {share.margin:.4f}"


def best(
    setting: Setting, seeds: Sequence[int], count: int, rows: tuple[Row, ...] | None = None
) -> tuple[Best, Best]:
    """What the best rule takes of `count` questions a seed, before and after one exchange.

    Every caller reads again and tells one detail more: no gateway asks more of them.
    """
    cases: list[tuple[_Case, _Case]] = []
    for seed in seeds:
        made = world(rows or sample(), setting.mix, setting.noise, seed)
        cases += run(_cases(made, setting, seed, count))
    first, last = zip(*cases, strict=True)
    return _best(first), _best(last)


def _best(cases: Sequence[_Case]) -> Best:
    rule = _taken(cases)
    found = Best(len(cases), rule.false)
    for case in cases:
        found.add(case, rule.kinds)
    return found


def _taken(cases: Sequence[_Case]) -> _Rule:
    own = Counter(case.own for case in cases if case.own is not None)
    others = Counter(kind for case in cases for kind in frozenset(case.others))
    taken, false = set[_Kind](), 0
    for kind in sorted(own, key=lambda each: others[each] / own[each]):
        if false + others[kind] > len(cases) * ALLOWED:
            break
        false += others[kind]
        taken.add(kind)
    return _Rule(frozenset(taken), false)


async def _cases(made: World, setting: Setting, seed: int, count: int) -> list[tuple[_Case, _Case]]:
    gateway, asking = staged(made.agencies), callers(made, setting, Random(seed + 1))
    found: list[tuple[_Case, _Case]] = []
    while len(found) < count:
        caller = next(asking)
        try:
            known = gateway.known(caller.told)
            again = _exchanged(caller, known, gateway)
            later = gateway.known(again.told)
        except AskDifferently:
            continue
        found.append((_case(made, caller, known), _case(made, again, later)))
    return found


def _exchanged(caller: MadeUpCaller, known: Known, gateway: StagedGateway) -> MadeUpCaller:
    read = read_it_again(stated_reference(known, ())).details
    better = caller.reads_again(read) or caller
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
    if not told.keys() >= _BY_NAME:
        return ()
    named = {key: told[key] for key in _BY_NAME}  # a pupil number is on no file here
    found = (register.search({**named, **form}) for form in ({}, *other_forms(known)))
    return next(filter(None, found), ())


def _kind(evidence: Evidence, *, alone: bool) -> _Kind:
    """All that a rule may go by: every verdict, how common the name is, and who else came."""
    common = round(log2(evidence.given_frequency * evidence.family_frequency))
    return evidence._replace(given_frequency=0.0, family_frequency=0.0), common, alone
