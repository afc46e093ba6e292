"""Who works with the child: each agency's own involvements, and who leads."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from adapters.contract.codes import InvolvementStatus
from adapters.contract.dates import PartialDate
from adapters.contract.record import Involvement
from resolvers.child.child import AgencyInvolvement, Conflict, Fact, Provenance
from resolvers.child.facts import facts
from resolvers.comparison.normalise import fold

InvolvementFact = Fact[AgencyInvolvement]
_Order = tuple[bool, int, int, int, str]


def involvements(
    said: Iterable[tuple[Involvement, Provenance]], today: date, query_id: str
) -> tuple[InvolvementFact, ...]:
    """The agencies' involvements: open ones first, then the latest begun.

    One agency's equal ones are one; another agency's are its own. Ids begin with the query's, then
    count within the agency in this same order; they hold nothing of the child.
    """
    owned = [(AgencyInvolvement("", p.agency, i), p) for i, p in said]
    return tuple(
        _counted(facts(owned, same=lambda own: own, order=lambda own: _order(own, today)), query_id)
    )


def lead(
    found: Iterable[InvolvementFact], today: date
) -> tuple[InvolvementFact | None, Conflict | None]:
    """The lead practitioner, latest begun and then smallest agency id, and any dispute over it."""
    leads = [f for f in found if f.value.involvement.lead_practitioner is True and _open(f, today)]
    if not leads:
        return None, None
    first = min(leads, key=lambda f: (_order(f.value, today), repr(f.value)))
    people = facts([(_who(f.value), s) for f in leads for s in f.sources], same=fold)
    return first, Conflict("lead_practitioner", people) if len(people) > 1 else None


def is_open(involvement: Involvement, today: date) -> bool:
    """Whether the service works with the child today, as far as its agency says.

    A month or a year of ending has not passed before its last day.
    """
    start, end = involvement.start, involvement.end
    closed = involvement.status is InvolvementStatus.CLOSED
    ended = end is not None and _last_moment(end) < PartialDate.of(today)
    return not closed and not ended and (start is None or start <= PartialDate.of(today))


def _open(fact: InvolvementFact, today: date) -> bool:
    return is_open(fact.value.involvement, today)


def _order(own: AgencyInvolvement, today: date) -> _Order:
    start = own.involvement.start or PartialDate(0)
    closed = not is_open(own.involvement, today)
    return closed, -start.year, -start.month, -start.day, own.agency


def _counted(ordered: Iterable[InvolvementFact], query_id: str) -> Iterator[InvolvementFact]:
    counts: Counter[str] = Counter()
    for fact in ordered:
        agency = fact.value.agency
        counts[agency] += 1
        name = f"{query_id}/involvements/{agency}/{counts[agency]}"
        own = AgencyInvolvement(name, agency, fact.value.involvement)
        yield Fact(own, fact.sources)


def _who(own: AgencyInvolvement) -> str:
    involvement = own.involvement
    name = involvement.practitioner.name if involvement.practitioner else None
    return name or involvement.role or involvement.team or involvement.service or own.agency


def _last_moment(day: PartialDate) -> PartialDate:
    """A date no earlier than any day that is meant; not always one of the calendar."""
    return PartialDate(day.year, day.month or 12, day.day or 31)
