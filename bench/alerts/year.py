"""A year of questions: what practitioners ask in their work, and misuse among it, marked."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.alerts.town import Child, Town, Worker, likeness
from gateway.audit.entry.flags import AccessFlag, WorkingRelationship

Ties = tuple[tuple[float, WorkingRelationship], ...]

BEGUN: Final = datetime(2025, 9, 1, tzinfo=UTC)  # a Monday
DAYS: Final = 364
_BEYOND: Final = 0.03
_LATE: Final = 0.02
_FOLLOWED_UP: Final = 0.15
_SATURDAY: Final = 5
# Of a question in the way of work: whose child it is, and whom the answer names as involved.
_OWN_CASE, _REFERRAL = 0.6, 0.85
_OF_OWN_CASE: Final = (
    (0.6, WorkingRelationship.USER),
    (0.88, WorkingRelationship.TEAM),
    (0.97, WorkingRelationship.ORGANISATION),
)
_OF_REFERRAL: Final = ((0.3, WorkingRelationship.ORGANISATION),)
_OF_DUTY: Final = ((0.5, WorkingRelationship.ORGANISATION),)


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `episode` names the misuse that it is part of, such as "kin-3", else None."""

    at: datetime
    worker: Worker
    child: Child
    tie: WorkingRelationship | None
    risks: frozenset[AccessFlag]
    episode: str | None = None


def year(dice: random.Random, town: Town) -> list[Question]:
    """All questions of a year, in the order of time."""
    asked = [*_work(dice, town), *_misuse(dice, town)]
    return sorted(asked, key=lambda question: question.at)


def _work(dice: random.Random, town: Town) -> Iterator[Question]:
    for worker in town.workers:
        for day in range(DAYS):
            at = BEGUN + timedelta(days=day)
            if at.weekday() < _SATURDAY or worker.by_night:
                for _ in range(_poisson(dice, worker.busy)):
                    yield from _at_work(dice, town, worker, at)


def _at_work(dice: random.Random, town: Town, worker: Worker, day: datetime) -> Iterator[Question]:
    """A question, and sometimes the same again on days that follow, before anybody is assigned."""
    first = _asked(dice, town, worker, day)
    yield first
    if first.tie is not WorkingRelationship.USER and dice.random() < _FOLLOWED_UP:
        for _ in range(dice.randint(1, 4)):
            later = day + timedelta(days=dice.randint(1, 10))
            if later.weekday() < _SATURDAY or worker.by_night:
                yield replace(first, at=_moment(dice, later, late=worker.by_night))


def _asked(dice: random.Random, town: Town, worker: Worker, day: datetime) -> Question:
    ties: Ties
    kind = dice.random()
    if kind < _OWN_CASE:
        child, ties = town.children[dice.choice(worker.caseload)], _OF_OWN_CASE
    elif kind < _REFERRAL:
        child, ties = dice.choice(town.children), _OF_REFERRAL
    else:
        child, ties = dice.choice(town.children), _OF_DUTY
    late = worker.by_night or dice.random() < _LATE
    question = _question(worker, child, _moment(dice, day, late=late))
    beyond = {AccessFlag.OUT_OF_AREA} if dice.random() < _BEYOND else set()
    return replace(question, tie=_tie(dice, ties), risks=question.risks | beyond)


def _misuse(dice: random.Random, town: Town) -> Iterator[Question]:
    for number in range(60):
        yield from _kin(dice, town, f"kin-{number}")
    for number in range(15):
        yield from _browsing(dice, town, f"browsing-{number}")
    for number in range(20):
        yield from _watching(dice, town, f"watching-{number}")
    for number in range(20):
        yield from _colleague(dice, town, f"colleague-{number}")
    for number in range(25):
        yield from _curious(dice, town, f"curious-{number}")
    for number in range(20):
        yield from _within_work(dice, town, f"within work-{number}")


def _kin(dice: random.Random, town: Town, episode: str) -> Iterator[Question]:
    """A child of one's own, of a former partner, or of a relative or neighbour."""
    worker, child = dice.choice(town.workers), dice.choice(town.children)
    how = dice.random()
    if how < 0.35:
        child = replace(child, home=worker.home)
    elif how < 0.8:
        child = replace(child, family=worker.family)
    else:
        child = replace(child, home=worker.home // 15 * 15 + (worker.home + 1) % 15)
    for _ in range(dice.randint(1, 3)):
        late = dice.random() < 0.3
        yield _misused(worker, child, _moment(dice, _some_day(dice), late=late), episode)


def _browsing(dice: random.Random, town: Town, episode: str) -> Iterator[Question]:
    """Many children in one day, out of curiosity or for somebody else."""
    worker, day = dice.choice(town.workers), _some_day(dice)
    for child in dice.sample(town.children, dice.randint(12, 40)):
        yield _misused(worker, child, _moment(dice, day, late=False), episode)


def _watching(dice: random.Random, town: Town, episode: str) -> Iterator[Question]:
    """One child again and again."""
    worker, child, admitted = dice.choice(town.workers), dice.choice(town.children), _some_day(dice)
    for _ in range(dice.randint(5, 20)):
        day = admitted + timedelta(days=dice.randrange(25))
        yield _misused(worker, child, _moment(dice, day, late=dice.random() < 0.4), episode)


def _colleague(dice: random.Random, town: Town, episode: str) -> Iterator[Question]:
    """The child of a colleague; seven in ten have told the operator of their children."""
    worker, child = dice.choice(town.workers), dice.choice(town.children)
    told = worker.organisation if dice.random() < 0.7 else None
    child = replace(child, staff=told)
    yield _misused(worker, child, _moment(dice, _some_day(dice), late=False), episode)


def _curious(dice: random.Random, town: Town, episode: str) -> Iterator[Question]:
    """A child in the news, somewhere else; a single look."""
    worker, child = dice.choice(town.workers), dice.choice(town.children)
    late = dice.random() < 0.4
    question = _misused(worker, child, _moment(dice, _some_day(dice), late=late), episode)
    yield replace(question, risks=question.risks | {AccessFlag.OUT_OF_AREA})


def _within_work(dice: random.Random, town: Town, episode: str) -> Iterator[Question]:
    """A child of one's own caseload, told on to somebody: no log can show it."""
    worker = dice.choice(town.workers)
    child = town.children[dice.choice(worker.caseload)]
    at = _moment(dice, _some_day(dice), late=False)
    yield replace(_misused(worker, child, at, episode), tie=WorkingRelationship.TEAM)


def _question(worker: Worker, child: Child, at: datetime) -> Question:
    return Question(at, worker, child, None, likeness(worker, child))


def _misused(worker: Worker, child: Child, at: datetime, episode: str) -> Question:
    return replace(_question(worker, child, at), episode=episode)


def _some_day(dice: random.Random) -> datetime:
    return BEGUN + timedelta(days=dice.randrange(35, DAYS - 30))


def _moment(dice: random.Random, day: datetime, *, late: bool) -> datetime:
    hour = dice.choice((21, 22, 23, 0, 1, 2, 5)) if late else dice.randint(8, 16)
    return day + timedelta(hours=hour, minutes=dice.randrange(60), seconds=dice.randrange(60))


def _tie(dice: random.Random, ties: Ties) -> WorkingRelationship | None:
    chance = dice.random()
    return next((tie for below, tie in ties if chance < below), None)


def _poisson(dice: random.Random, mean: float) -> int:
    """How often, by counting waits of an exponential distribution within one day."""
    count, waited = 0, dice.expovariate(mean)
    while waited < 1:
        count += 1
        waited += dice.expovariate(mean)
    return count
