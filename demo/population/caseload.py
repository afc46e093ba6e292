"""Which agency holds which child, and how: the whole borough, the same every time."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from demo.population import register
from demo.population.cast import Cast, cast
from demo.population.crowd import crowd
from demo.population.lead import Stay
from demo.population.nobody import HOLDERS, NOBODY, kept_by
from demo.population.numbers import Numbers
from demo.population.people import STORY_DAY, Child
from demo.population.register import INTAKES, Intake
from demo.population.staff import Worker, staff

SEED: Final = 2026
_CLOSED, _STALE, _NICKNAMED = 0.25, 0.4, 0.3
_SAYS_NICKNAMES = {register.NORTHBROOK_SCHOOLS, register.POLICE, register.EARLY_HELP}
_PLANS = {
    register.NORTHBROOK_SOCIAL_CARE: (
        "CHILD_IN_NEED",
        "CHILD_IN_NEED",
        "CHILD_IN_NEED",
        "SECTION_47_ENQUIRY",
        "CHILD_PROTECTION_PLAN",
        "LOOKED_AFTER",
    ),
    register.EARLY_HELP: ("EARLY_HELP",),
}
_PLANS[register.EASTHALLOW_SOCIAL_CARE] = _PLANS[register.NORTHBROOK_SOCIAL_CARE]


@dataclass(frozen=True, slots=True)
class Holding:
    """One child as one agency holds them; `serial` is the agency's own number, from 1."""

    serial: int
    child: Child
    since: date
    until: date | None
    plan: str | None
    restricted: bool | None
    lead: bool
    worker: Worker | None


@dataclass(frozen=True, slots=True)
class Town:
    """The people of the four boroughs: the cast, the crowd, and who works where."""

    cast: Cast
    crowd: tuple[Child, ...]
    staff: dict[str, tuple[Worker, ...]]
    seed: int

    def caseload(self, agency: str) -> tuple[Holding, ...]:
        """Every child whom `agency` holds, the cast first, the test child last."""
        intake = INTAKES[agency]
        chance = random.Random(f"{self.seed} {agency}")
        known = [
            (self._as_kept(intake, stay.as_held or lead.child, 0.0), stay)
            for lead in self.cast
            for stay in lead.stays
            if stay.agency == agency
        ]
        for child in self.crowd:
            if _takes_on(agency, intake, child, self.seed):
                kept = self._as_kept(intake, _as_met(agency, child, chance), chance.random())
                known.append((kept, _stay(agency, child, chance)))
        if agency in HOLDERS:
            known.append((NOBODY, kept_by(agency)))
        workers = self.staff.get(agency, ())
        return tuple(_holding(n, *entry, workers) for n, entry in enumerate(known, start=1))

    @staticmethod
    def _as_kept(intake: Intake, child: Child, luck: float) -> Child:
        return replace(
            child,
            nhs_number=child.nhs_number if luck < intake.keeps_nhs else None,
            upn=child.upn if luck < intake.keeps_upn else None,
        )


def town(seed: int = SEED) -> Town:
    """The whole borough; two of the same seed are equal."""
    numbers, chance = Numbers(seed), random.Random(seed)
    return Town(
        cast=cast(numbers), crowd=crowd(numbers, chance), staff=staff(numbers, chance), seed=seed
    )


def _takes_on(agency: str, intake: Intake, child: Child, seed: int) -> bool:
    if child.age not in intake.ages or child.area not in {area.code for area in intake.areas}:
        return False
    # A tenancy is the household's, everything else the child's own.
    subject = child.home.uprn if agency == register.HOUSING else child.ref
    return random.Random(f"{seed} {agency} {subject}").random() < intake.share


def _as_met(agency: str, child: Child, chance: random.Random) -> Child:
    met = child
    if agency in _SAYS_NICKNAMES and child.known_as and chance.random() < _NICKNAMED:
        met = replace(met, given=(child.known_as,), known_as=None)
    elsewhere = agency not in {register.NHS_DEMOGRAPHICS, register.NORTHBROOK_SCHOOLS}
    if elsewhere and len(child.addresses) > 1 and chance.random() < _STALE:
        met = replace(met, addresses=(replace(child.addresses[1], until=None),))
    return met


def _stay(agency: str, child: Child, chance: random.Random) -> Stay:
    days = min((STORY_DAY - child.born).days, 4 * 365)
    since = STORY_DAY - timedelta(days=chance.randrange(20, days))
    closed = chance.random() < _CLOSED
    plans = _PLANS.get(agency)
    return Stay(
        agency=agency,
        since=since,
        until=since + (STORY_DAY - since) // 2 if closed else None,
        plan=chance.choice(plans) if plans else None,
        restricted=None if chance.random() < 0.05 else False,
        lead=chance.random() < 0.3,
    )


def _holding(serial: int, child: Child, stay: Stay, workers: tuple[Worker, ...]) -> Holding:
    return Holding(
        serial=serial,
        child=child,
        since=stay.since,
        until=stay.until,
        plan=stay.plan,
        restricted=stay.restricted,
        lead=stay.lead,
        worker=workers[serial % len(workers)] if workers else None,
    )
