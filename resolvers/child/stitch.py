"""One child of many records, all certainly hers: every fact once, with everyone who says so."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from adapters.contract.codes import NameUse
from adapters.contract.dates import PartialDate
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Name,
    Record,
    School,
    SupportStatus,
)
from resolvers.child import chronology
from resolvers.child.child import Child, Conflict, Fact, Provenance, StatedBirthDate, StatedName
from resolvers.child.facts import Statements, facts, said_alike
from resolvers.child.involvements import InvolvementFact, involvements, lead
from resolvers.child.single_facts import (
    disputed,
    single_birth_date,
    single_gp_practice,
    single_sex,
)
from resolvers.comparison.homes import Homes
from resolvers.comparison.normalise import digits, fold
from resolvers.matching.details import NUMBERS, numbers

_Told = tuple[Record, Provenance]

EVENTS: Final = "events"  # the field of a record that only a chronology is selected by
_USES: Final = (NameUse.CURRENT, NameUse.FORMER, NameUse.ALIAS)
_CURRENCY: Final = (True, None, False)


@plainly_made
@dataclass(frozen=True, slots=True)
class Member:
    """A record that is certainly the child's, projected to what the caller may see."""

    agency: str
    as_of: datetime | None
    record: Record
    told_by: Provenance = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Say who says what it says, once for all facts."""
        object.__setattr__(self, "told_by", Provenance(self.agency, self.as_of))


def stitch(
    query_id: str,
    members: Iterable[Member],
    today: date,
    *,
    tells_events: bool = True,
    involved: tuple[InvolvementFact, ...] | None = None,
) -> Child:
    """The child that `members` speak of; neither their order nor a repetition matters.

    Where agencies disagree on what a child has one of, one value stands and all are in
    `conflicts`. `today` decides which involvements are open. Ids begin with the query's, so that
    none names anything in another answer. What happened is only told where it `tells_events`.
    `involved` are the involvements of these members, where they are known.
    """
    told = _told(members)
    birth_date, birth_conflict = single_birth_date(_birth_dates(told))
    sex, sex_conflict = single_sex([(r.sex, source) for r, source in told if r.sex])
    gp_practice, gp_conflict = single_gp_practice(_gp_practices(told))
    if involved is None:
        said = [(each, p) for record, p in told for each in record.involvements]
        involved = involvements(said, today, query_id)
    leading, lead_conflict = lead(involved, today)
    conflicts = (birth_conflict, sex_conflict, gp_conflict, lead_conflict, *_numbers(told))
    return replace(
        _lists(f"{query_id}/child", told, tells_events=tells_events),
        birth_date=birth_date,
        sex=sex,
        gp_practice=gp_practice,
        involvements=involved,
        lead_practitioner=leading,
        conflicts=tuple(sorted((c for c in conflicts if c), key=lambda c: c.field)),
    )


def _told(members: Iterable[Member]) -> tuple[_Told, ...]:
    """Each record with who says so; what one agency says twice in the same words, once."""
    by_agency: dict[str, list[Member]] = {}
    for member in members:
        by_agency.setdefault(member.agency, []).append(member)
    return tuple(
        [
            (member.record, member.told_by)
            for own in by_agency.values()
            for member in (own if len(own) == 1 else dict.fromkeys(own))
        ]
    )


def _lists(child_id: str, told: Iterable[_Told], *, tells_events: bool) -> Child:
    """What a child may have several of."""
    borne = [(number, p) for record, p in told for number in record.identifiers]
    names = [(_stated(n), p) for record, p in told for n in record.names if n.given or n.family]
    homes = [(home, p) for record, p in told for home in record.addresses]
    carers = [(carer, p) for record, p in told for carer in record.carers]
    schools = [(school, p) for record, p in told for school in record.schools]
    statuses = [(status, p) for record, p in told for status in record.support_statuses]
    return Child(
        id=child_id,
        identifiers=facts(borne, order=lambda i: (i.scheme, i.value)),
        names=facts(names, same=_same_name, order=lambda n: _USES.index(n.use)),
        addresses=_addresses(homes),
        carers=facts(carers, same=_same_carer),
        schools=facts(schools, same=_same_school, order=lambda s: _latest(s.start)),
        support_statuses=facts(statuses, same=_same_status, order=lambda s: _latest(s.start)),
        chronology=facts(
            _events(told) if tells_events else (),
            same=chronology.told_alike,
            order=chronology.newest_last,
        ),
    )


def _events(told: Iterable[_Told]) -> list[tuple[Event, Provenance]]:
    return [(event, source) for record, source in told for event in chronology.events(record)]


def _birth_dates(told: Iterable[_Told]) -> list[tuple[StatedBirthDate, Provenance]]:
    return [
        (StatedBirthDate(record.birth_date, record.birth_date_estimated), source)
        for record, source in told
        if record.birth_date is not None
    ]


def _gp_practices(told: Iterable[_Told]) -> list[tuple[GpPractice, Provenance]]:
    return [
        (practice, source)
        for record, source in told
        if (practice := record.gp_practice) and (practice.name or practice.ods_code)
    ]


def _numbers(told: Sequence[_Told]) -> Iterator[Conflict | None]:
    """Several NHS numbers or UPNs: one child has one of each."""
    if _bear_one_number(told):
        return
    read: dict[tuple[Identifier, ...], Mapping[str, frozenset[str]]] = {}
    for record, _ in told:
        if record.identifiers not in read:
            read[record.identifiers] = numbers(record.identifiers)
    said = [(read[record.identifiers], source) for record, source in told]
    for scheme in NUMBERS:
        if len({value for held in read.values() for value in held[scheme]}) > 1:
            yield disputed(scheme, [(value, p) for held, p in said for value in held[scheme]])


def _bear_one_number(told: Sequence[_Told]) -> bool:
    """Whether all bear the same one number, as most records of a child do."""
    first = told[0][0].identifiers if told else ()
    for record, _ in told:
        if record.identifiers != first:
            return False
    return len(first) == 1


def _stated(name: Name) -> StatedName:
    return StatedName(name.given, name.family, name.use)


def _same_name(name: StatedName) -> Hashable:
    given = fold(" ".join(name.given)).replace(" ", "")
    return given, fold(name.family).replace(" ", ""), name.use


def _addresses(said: Statements[Address]) -> tuple[Fact[Address], ...]:
    """Each home once for each time in it, with its UPRN where any agency tells it."""
    if (alone := said_alike(said)) is not None:
        return (alone,)
    homes = Homes.of(address for address, _ in said)

    def same(address: Address) -> Hashable:
        return homes.home(address), address.current, address.start, address.end

    found = facts(said, same=same, order=_current_first)
    if not homes.property_at:
        return found
    return tuple(replace(f, value=replace(f.value, uprn=homes.uprn(f.value))) for f in found)


def _current_first(address: Address) -> tuple[int, tuple[int, int, int]]:
    return _CURRENCY.index(address.current), _latest(address.start)


def _same_carer(carer: Carer) -> Hashable:
    said = fold(carer.name), fold(carer.relationship), digits(carer.telephone)
    return said, carer.parental_responsibility


def _same_school(school: School) -> Hashable:
    return fold(school.name), school.urn, school.start, school.end


def _same_status(status: SupportStatus) -> Hashable:
    return status.code, status.system, fold(status.label), status.start, status.end


def _latest(day: PartialDate | None) -> tuple[int, int, int]:
    """Orders the latest first and what has no date last."""
    return (0, 0, 0) if day is None else (-day.year, -day.month, -day.day)
