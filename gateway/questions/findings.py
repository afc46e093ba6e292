"""What the answers so far mean together: who is the child, and whether the child is shielded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from adapters.contract.codes import Sex
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.contract.record import Identifier, Name, Record
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from gateway.model.inquiry import Known
from gateway.questions.numbers.owed import Heard
from gateway.questions.numbers.renewed import MayBeRenewed, may_be_renewed, said_all
from gateway.questions.resolver import Resolver
from resolvers.child.child import Restriction
from resolvers.exchange import tied
from resolvers.matching.details import ReadOnce
from resolvers.matching.evidence import weigh
from resolvers.matching.grade import Graded, MatchGrade, Resolution
from resolvers.matching.grading import grade
from resolvers.matching.reference import Reference, named_record
from resolvers.shield import restriction

_SAID_SEXES: Final = (Sex.FEMALE, Sex.MALE)


@plainly_made
@dataclass(frozen=True, slots=True)
class Findings:
    """The answers by source id, every record graded, and the shield they amount to.

    `certain_identifiers` are those that certain records say, and nobody disputes; `reference`
    is what they were graded against. `sensitive` are the certain records of
    sensitive services, by source id: no other finding depends on them. `own_marks` are the sources
    outside the shield set that restrict the child by any reading; such a mark hides their own row
    alone. `untied`: what was certain waits until the caller tells one more detail. `owed` are the
    numbers by which sources of the set are still to be asked, by source id; none where restricted.
    By a number that may be `renewed` nobody proves that she is not there.
    """

    answers: Mapping[str, SourceAnswer]
    resolution: Resolution
    restriction: Restriction
    certain_identifiers: frozenset[Identifier]
    reference: Reference = field(default_factory=Reference, compare=False)
    sensitive: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    own_marks: frozenset[str] = frozenset()
    untied: bool = False
    owed: Mapping[str, frozenset[Identifier]] = field(default_factory=dict)
    renewed: MayBeRenewed = field(default_factory=MayBeRenewed)

    @property
    def certain(self) -> Iterator[tuple[str, Record]]:
        """Every certain record with its source."""
        for source in sorted(self.resolution.by_source):
            for record in self.resolution.certain(source):
                yield source, record

    def graded(self, source: str) -> tuple[Graded, ...]:
        """A source's records that may be the child's, each with its grade."""
        return self.resolution.by_source.get(source, ())

    def restricted_as(self, state: Restriction) -> Self:
        """The same under this restriction."""
        return self if self.restriction is state else replace(self, restriction=state)

    def narrowed(self, resolution: Resolution) -> Self:
        """The same by a resolution that leaves records out."""
        sources = self.answers.keys() - self.sensitive.keys()
        certain = _certain_identifiers(sources, self.reference, resolution)
        return replace(self, resolution=resolution, certain_identifiers=certain)

    @property
    def of_others(self) -> frozenset[Identifier]:
        """The numbers that identity sources hold for somebody evidently else."""
        return self.reference.of_others

    def may_have_another(self, answered: SourceAnswer, source: RegisteredSource) -> bool:
        """Whether a source that found somebody by name may have a file of hers by a number.

        Where a record that may be hers bears a number of the scheme, it would be that one.
        """
        if source.is_identity or not answered.by_details_alone:
            return False
        graded = self.graded(source.id)
        said = {i.scheme for each in graded for i in each.record.identifiers}
        return any(card.needs & CHILD_NUMBERS - said for card in source.adapter.operations)

    def conclusive(self, answered: SourceAnswer) -> bool:
        """Whether an empty result proves absence: not by a number that is no longer the child's."""
        known = {identifier.scheme for identifier in self.certain_identifiers}
        outdated = {i for i in answered.absent if i.scheme in known} - self.certain_identifiers
        return answered.conclusive and bool(self.renewed.leaves(answered.absent) - outdated)


def stated_reference(known: Known, sources: Iterable[RegisteredSource]) -> Reference:
    """The reference that the caller alone gives."""
    identifiers = {Identifier("nhs_number", known.nhs_number)} if known.nhs_number else set()
    if known.upn:
        identifiers.add(Identifier("upn", known.upn))
    if known.agency_record:
        agency, record_id = known.agency_record
        identifiers |= {named_record(s.id, record_id) for s in sources if s.agency == agency}
    chosen = [each.record for each in known.chosen if each.record]
    identifiers |= {named_record(each.source, each.record_id) for each in chosen}
    named = bool(known.given_names or known.family_name)
    first = (Name(known.given_names, known.family_name),) if named else ()
    names = (*first, *known.further.other_names)
    homes = (*filter(None, [known.postcode]), *known.further.former_postcodes)
    return Reference(
        identifiers=frozenset(identifiers),
        names=names,
        birth_dates=frozenset({known.birth_date}) if known.birth_date else frozenset(),
        sex=known.sex,
        stated_names=names,
        stated_birth_date=known.birth_date,
        stated_postcodes=frozenset(homes),
        stated_surroundings=known.further.surroundings,
    )


def find(stated: Reference, answers: Mapping[str, SourceAnswer], resolver: Resolver) -> Findings:
    """The findings of the answers so far; the resolver's sources are all in scope, asked or not.

    Where the child lives, as the caller or an agency says, counts only once the child is cleared:
    until then any postcode finds the same. What the caller tells of it never makes her doubtful.
    """
    of_spine = resolver.roles.spine
    spine = [answered for name, answered in answers.items() if name in of_spine]
    reference = resolver.widened(stated, spine, lambda: _frozen(stated, spine, resolver))
    unlocated = _owing(_found(reference, answers, resolver), resolver)
    if unlocated.restriction is not Restriction.NONE_KNOWN or unlocated.resolution.settled:
        return unlocated
    located = _found(reference.located(), answers, resolver)
    if located.restriction is not Restriction.NONE_KNOWN and reference.tells_of_place:
        # Else whoever guesses a home would see in the doubt that it was right.
        located = _found(reference.unlocated().located(), answers, resolver)
    quiet = located.resolution.quiet_of_places(unlocated.resolution)
    return replace(located, resolution=quiet)


def _owing(found: Findings, resolver: Resolver) -> Findings:
    """The findings, unknown while a source of the set was not asked by each number of hers."""
    nobody = resolver.asks_nobody_by_each(found.answers)
    if nobody or found.restriction is Restriction.RESTRICTED:
        return found
    heard = Heard(found.answers, resolver.sources, resolver.read)
    owed = heard.owed(found.reference, found.resolution)
    return replace(found, owed=owed, restriction=Restriction.UNKNOWN) if owed else found


def _found(
    reference: Reference, answers: Mapping[str, SourceAnswer], resolver: Resolver
) -> Findings:
    roles = resolver.roles
    apart = roles.sensitive.intersection(answers)
    everybody = resolver.of(reference, answers.values())
    resolution = everybody
    if apart:
        open_ones = [a for s, a in answers.items() if s not in apart]
        resolution = resolver.of(reference, open_ones)
    certain = _certain_identifiers(answers.keys() - apart, reference, resolution)
    renewed = may_be_renewed(answers, [resolver.sources[each] for each in roles.spine])
    authorities = {
        source: _absent(answers.get(source), certain, registered, renewed)
        and not everybody.by_source.get(source)
        for source, registered in roles.authorities.items()
    }
    members = {source: _answered(answers.get(source)) for source in roles.shield_set}
    return Findings(
        answers=answers,
        resolution=resolution,
        restriction=restriction(everybody, authorities, members),
        certain_identifiers=certain,
        reference=reference,
        sensitive={source: tuple(everybody.certain(source)) for source in apart},
        own_marks=frozenset(
            [s for s in answers.keys() - roles.shield_set if everybody.restricted_at(s)]
        ),
        renewed=renewed,
    )


def _frozen(stated: Reference, spine: Iterable[SourceAnswer], resolver: Resolver) -> Reference:
    """What the caller stated and the identity sources' certain records add to it.

    And which numbers they hold for somebody evidently else.
    What one of them adds, such as a second given name, may make another's record certain.
    """
    answers = sorted(spine, key=lambda answered: answered.source)
    for answered in answers:
        stated = _superseding(stated, answered)
    stated = _taught(stated, answers, resolver)
    of_others = _of_others(stated, answers, resolver.read)
    return replace(stated, of_others=of_others) if of_others != stated.of_others else stated


def _taught(stated: Reference, answers: Sequence[SourceAnswer], resolver: Resolver) -> Reference:
    """What was stated and all that certain records add to it, until they add no more."""
    before: list[int] | None = None
    every = sum([len(answered.records) for answered in answers])
    while True:
        records = _teaching(stated, answers, resolver)
        if len(records) == every == 1:
            return _widened(stated, records)  # nobody is left who could teach more
        taught = list(map(id, records))
        if taught == before or (wider := _widened(stated, records)) == stated:
            return stated
        before, stated = taught, wider


def _teaching(
    stated: Reference, answers: Sequence[SourceAnswer], resolver: Resolver
) -> list[Record]:
    """The certain records that add to what is known.

    Beside a known number one that hangs on name, date and sex alone adds nothing: it may be a
    namesake's, whom a home would tell apart that does not count yet (ADR 0036).
    """
    certain = resolver.certain(stated, answers)
    teaching = tied(stated, certain, resolver.read) if stated.identifiers else certain
    return [record for _, record in teaching]


def _widened(stated: Reference, records: Sequence[Record]) -> Reference:
    """What these records add; the same once more is nothing new."""
    born = {r.birth_date for r in records if r.birth_date}
    known_days = {r.birth_date for r in records if not r.birth_date_estimated}
    said = {r.sex for r in records if r.sex in _SAID_SEXES}
    return replace(
        stated,
        sex=said.pop() if stated.sex not in _SAID_SEXES and len(said) == 1 else stated.sex,
        birth_dates_estimated=(stated.birth_dates_estimated | (born - stated.birth_dates))
        - known_days,
        identifiers=stated.identifiers.union(*[r.identifiers for r in records]),
        names=tuple(dict.fromkeys((*stated.names, *[n for r in records for n in r.names]))),
        birth_dates=stated.birth_dates | born,
    )


def _of_others(
    reference: Reference, spine: Iterable[SourceAnswer], read: ReadOnce
) -> frozenset[Identifier]:
    """The numbers that identity sources hold for somebody evidently other than the child."""
    known = read.known(reference)
    numberless = [
        read(answered.source, record)
        for answered in spine
        for record in answered.records
        if not read.kind(answered.source, record).shares_number(known)
    ]
    strangers = [each.identifiers for each in numberless if weigh(known, each).contradicted]
    return frozenset[Identifier]().union(*strangers)


def _superseding(stated: Reference, answered: SourceAnswer) -> Reference:
    """The reference with the number that the spine answered in place of a superseded one."""
    if not answered.supersedes:
        return stated
    asked = {Identifier(scheme, value) for scheme, value in answered.by_identifier.items()}
    for record in answered.records:
        renewed = replace(stated, identifiers=stated.identifiers.union(record.identifiers))
        is_child = grade(renewed, record, source=answered.source).grade is MatchGrade.CERTAIN
        if is_child and asked <= stated.identifiers:
            return renewed
    return stated


def _certain_identifiers(
    sources: Iterable[str], reference: Reference, resolution: Resolution
) -> frozenset[Identifier]:
    said = frozenset(
        [i for source in sources for r in resolution.certain(source) for i in r.identifiers]
    )
    return frozenset([i for i in said if _is_hers(i, reference, resolution)])


def _is_hers(number: Identifier, reference: Reference, resolution: Resolution) -> bool:
    """Whether a number that a certain record bears is the child's, as far as anybody says."""
    disputed = number.scheme in resolution.disputed or number in reference.of_others
    return number in reference.identifiers or not disputed


def _answered(answered: SourceAnswer | None) -> bool:
    """Whether a source of the shield set was heard, and said all."""
    return answered is not None and said_all(answered)


def _absent(
    answered: SourceAnswer | None,
    certain: frozenset[Identifier],
    source: RegisteredSource,
    renewed: MayBeRenewed,
) -> bool:
    """Whether an authority holds nobody by any certain identifier that it can prove by.

    Another child may have been found there by name.
    """
    if answered is None or not _answered(answered):
        return False
    cards = [card for card in source.adapter.operations if card.conclusive]
    schemes = frozenset[str]().union(*[card.needs for card in cards])
    asked = {identifier for identifier in certain if identifier.scheme in schemes}
    return bool(asked) and asked <= renewed.leaves(answered.absent)
