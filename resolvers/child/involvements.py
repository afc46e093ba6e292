"""Who works with the child: each agency's own involvements, and who leads."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final

from adapters.contract.codes import InvolvementStatus
from adapters.contract.dates import PartialDate
from adapters.contract.record import Involvement
from resolvers.child.child import AgencyInvolvement, Conflict, Fact, Provenance
from resolvers.child.facts import facts, facts_of_one
from resolvers.comparison.normalise import fold

InvolvementFact = Fact[AgencyInvolvement]
_Order = tuple[bool, int, int, int, str]
_RANK: Final = itemgetter(0)


def involvements(
    said: Iterable[tuple[Involvement, Provenance]], today: date, query_id: str
) -> tuple[InvolvementFact, ...]:
    """The agencies' involvements: open ones first, then the latest begun.

    One agency's equal ones are one; another agency's are its own. Ids begin with the query's, then
    count within the agency in this same order; they hold nothing of the child.
    """
    by_agency: dict[str, list[tuple[Involvement, Provenance]]] = {}
    for statement in said:
        by_agency.setdefault(statement[1].agency, []).append(statement)
    return in_order([of_agency(own, today, query_id) for own in by_agency.values()], today)


def of_agency(
    said: Sequence[tuple[Involvement, Provenance]], today: date, query_id: str
) -> tuple[InvolvementFact, ...]:
    """The same of one agency alone, which says all of these."""
    if not said:
        return ()
    source = said[0][1]
    agency, order = source.agency, partial(_order, agency="", today=_day(today))
    others = [each for _, each in said if each is not source]
    if others:
        found = facts(said, order=order)
    else:
        found = facts_of_one([own for own, _ in said], source, order)
    name = f"{query_id}/involvements/{agency}/"
    return tuple(
        [
            Fact(AgencyInvolvement(f"{name}{count}", agency, fact.value), fact.sources)
            for count, fact in enumerate(found, 1)
        ]
    )


def in_order(
    of_agencies: Sequence[tuple[InvolvementFact, ...]], today: date
) -> tuple[InvolvementFact, ...]:
    """The involvements of several agencies, each of which is in its order."""
    if len(of_agencies) == 1:
        return of_agencies[0]
    day = _day(today)
    found = [
        (_order(fact.value.involvement, fact.value.agency, day), fact)
        for own in of_agencies
        for fact in own
    ]
    found.sort(key=_RANK)
    return tuple([fact for _, fact in found])


def lead(
    found: Iterable[InvolvementFact], today: date
) -> tuple[InvolvementFact | None, Conflict | None]:
    """The lead practitioner, latest begun and then smallest agency id, and any dispute over it."""
    leads = [f for f in found if f.value.involvement.lead_practitioner is True and _open(f, today)]
    if not leads:
        return None, None
    day = _day(today)
    first = min(
        leads, key=lambda f: (_order(f.value.involvement, f.value.agency, day), repr(f.value))
    )
    people = facts([(_who(f.value), s) for f in leads for s in f.sources], same=fold)
    return first, Conflict("lead_practitioner", people) if len(people) > 1 else None


def is_open(involvement: Involvement, today: date) -> bool:
    """Whether the service works with the child today, as far as its agency says.

    A month or a year of ending has not passed before its last day.
    """
    return _is_open(involvement, _day(today))


_day: Final = lru_cache(maxsize=4)(PartialDate.of)  # of today alone: each involvement asks for it


def _is_open(involvement: Involvement, today: PartialDate) -> bool:
    start, end = involvement.start, involvement.end
    if involvement.status is InvolvementStatus.CLOSED:
        return False
    if end is not None and _last_moment(end) < today:
        return False
    return start is None or start.year < today.year or start <= today


def _open(fact: InvolvementFact, today: date) -> bool:
    return is_open(fact.value.involvement, today)


def _order(involvement: Involvement, agency: str, today: PartialDate) -> _Order:
    start = involvement.start
    if start is None:
        return not _is_open(involvement, today), 0, 0, 0, agency
    begun = start.year < today.year and involvement.end is None
    goes_on = begun and involvement.status is not InvolvementStatus.CLOSED
    closed = not (goes_on or _is_open(involvement, today))
    return closed, -start.year, -start.month, -start.day, agency


def _who(own: AgencyInvolvement) -> str:
    involvement = own.involvement
    name = involvement.practitioner.name if involvement.practitioner else None
    return name or involvement.role or involvement.team or involvement.service or own.agency


def _last_moment(day: PartialDate) -> PartialDate:
    """A date no earlier than any day that is meant; not always one of the calendar."""
    return PartialDate(day.year, day.month or 12, day.day or 31)
