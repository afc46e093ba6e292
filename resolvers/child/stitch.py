"""One child of many records, all certainly hers: every fact once, with everyone who says so."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

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

T = TypeVar("T")
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
    birth_date, birth_conflict = single_birth_date(_said(told, _birth_dates))
    sex, sex_conflict = single_sex(_said(told, lambda r: (r.sex,) if r.sex else ()))
    gp_practice, gp_conflict = single_gp_practice(_said(told, _gp_practices))
    if involved is None:
        involved = involvements(_said(told, lambda r: r.involvements), today, query_id)
    leading, lead_conflict = lead(involved, today)
    conflicts = (birth_conflict, sex_conflict, gp_conflict, lead_conflict, *_numbers(told))
    return replace(
        _lists(f"{query_id}/child", told, chronology.events if tells_events else _nothing),
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
        (member.record, member.told_by)
        for own in by_agency.values()
        for member in (own if len(own) == 1 else dict.fromkeys(own))
    )


def _nothing(_: Record) -> tuple[Event, ...]:
    return ()


def _lists(
    child_id: str, told: Iterable[_Told], events: Callable[[Record], Iterable[Event]]
) -> Child:
    """What a child may have several of."""
    said_names = _said(told, lambda r: (_stated(n) for n in r.names if n.given or n.family))
    return Child(
        id=child_id,
        identifiers=facts(
            _said(told, lambda r: r.identifiers),
            order=lambda i: (i.scheme, i.value),
        ),
        names=facts(said_names, same=_same_name, order=lambda n: _USES.index(n.use)),
        addresses=_addresses(_said(told, lambda r: r.addresses)),
        carers=facts(_said(told, lambda r: r.carers), same=_same_carer),
        schools=facts(
            _said(told, lambda r: r.schools), same=_same_school, order=lambda s: _latest(s.start)
        ),
        support_statuses=facts(
            _said(told, lambda r: r.support_statuses),
            same=_same_status,
            order=lambda s: _latest(s.start),
        ),
        chronology=facts(
            _said(told, events),
            same=chronology.told_alike,
            order=chronology.newest_last,
        ),
    )


def _said(
    told: Iterable[_Told], read: Callable[[Record], Iterable[T]]
) -> list[tuple[T, Provenance]]:
    return [(value, source) for record, source in told for value in read(record)]


def _birth_dates(record: Record) -> tuple[StatedBirthDate, ...]:
    if record.birth_date is None:
        return ()
    return (StatedBirthDate(record.birth_date, record.birth_date_estimated),)


def _gp_practices(record: Record) -> tuple[GpPractice, ...]:
    practice = record.gp_practice
    return (practice,) if practice and (practice.name or practice.ods_code) else ()


def _numbers(told: Iterable[_Told]) -> Iterator[Conflict | None]:
    """Several NHS numbers or UPNs: one child has one of each."""
    read: dict[tuple[Identifier, ...], Mapping[str, frozenset[str]]] = {}
    for record, _ in told:
        if record.identifiers not in read:
            read[record.identifiers] = numbers(record.identifiers)
    said = [(read[record.identifiers], source) for record, source in told]
    for scheme in NUMBERS:
        if len({value for held in read.values() for value in held[scheme]}) > 1:
            yield disputed(scheme, [(value, p) for held, p in said for value in held[scheme]])


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
