"""Who is connected: every registered source with what the operator granted it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from adapters.authoring.grant import claimed
from adapters.conformance.reserved_numbers import is_nobodys
from adapters.contract.codes import SHIELD_CLAIMS, Claim, ReleaseClass, Sector
from adapters.contract.contract import Adapter, OperationCard
from adapters.contract.frozen import replace
from adapters.contract.identifiers import CHILD_NUMBERS
from adapters.manifest.manifest import Example, Manifest
from gateway.config.operator_file import Area, OperatorFile, ShieldTeam, SourceGrant
from gateway.model.agency import AgencyCard, Contact
from gateway.model.errors import ConfigurationInvalid
from resolvers.release import classes_for

SENSITIVE_SERVICES: Final = "sensitive-services"


@dataclass(frozen=True)
class RegisteredSource:
    """A source in force. `claims` are those that the manifest makes and the operator grants.

    `test_person` is nobody, and the operator says that the source holds her: values by key.
    """

    id: str
    agency: str
    manifest: Manifest
    adapter: Adapter
    claims: frozenset[Claim]
    version: int = 1
    test_person: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def supplies(self) -> frozenset[ReleaseClass]:
        """The classes that the manifest maps anything into: nothing else can be kept back.

        That a sensitive service is involved is SENSITIVE, whatever else it maps.
        """
        fields = (operation.supplies for operation in self.manifest.operation)
        kind = {ReleaseClass.SENSITIVE} if self.sensitive else set[ReleaseClass]()
        return classes_for(frozenset[str]().union(*fields)) | kind

    @cached_property
    def possible(self) -> dict[frozenset[str], tuple[OperationCard, ...]]:
        """The operations that each set of keys allows, as far as it was asked: names alone."""
        return {}

    @cached_property
    def sensitive(self) -> bool:
        """Whether its very kind must not be told, so that it stands in the pooled row alone."""
        return self.manifest.source.sensitive

    @property
    def row(self) -> str:
        """The id of the agency in whose row its answer stands."""
        return SENSITIVE_SERVICES if self.sensitive else self.agency

    @property
    def records_consent(self) -> bool:
        """Whether its records say if consent was given to telling of them."""
        return any(operation.map.consent for operation in self.manifest.operation)

    @property
    def population(self) -> int | None:
        """How many children it holds, as far as the operator believes it."""
        return self.manifest.source.population if Claim.POPULATION in self.claims else None

    @property
    def max_age_s(self) -> float:
        """How old its data may be and still prove anything, in seconds."""
        return self.manifest.source.max_age

    @property
    def may_repeat(self) -> bool:
        """Whether it may hold one child twice."""
        return Claim.DUPLICATES in self.claims

    @cached_property
    def in_shield_set(self) -> bool:
        """Whether its mark of a restricted child counts beyond its own row."""
        return bool(SHIELD_CLAIMS & self.claims) and not self.sensitive

    @cached_property
    def is_identity(self) -> bool:
        """Whether it is asked who the child is, whatever the scope names."""
        return Claim.SPINE in self.claims and not self.sensitive and not self.has_effects

    @cached_property
    def by_each_number(self) -> bool:
        """Whether it is asked by each number of the child: its files under each may be marked.

        An identity source has one file for each number, and says the number itself.
        """
        return self.in_shield_set and not self.is_identity

    @cached_property
    def supersedes(self) -> bool:
        """Whether it may answer with a new number in place of the one that it was asked by."""
        return any(card.supersedes for card in self.adapter.operations)

    @cached_property
    def renews(self) -> frozenset[str]:
        """The schemes of the numbers in place of which it may answer with a new one."""
        cards = [card for card in self.adapter.operations if card.supersedes]
        return frozenset[str]().union(*(card.accepts & CHILD_NUMBERS for card in cards))

    @property
    def may_restrict(self) -> bool:
        """Whether its records can say that a child is restricted, or clear one."""
        says = any(operation.says_who_is_restricted for operation in self.manifest.operation)
        return says or self.in_shield_set

    @cached_property
    def has_effects(self) -> bool:
        """Whether reading may change something at the agency: so unless granted otherwise."""
        return Claim.EFFECTS_NONE not in self.claims

    def test_child(self, operation: str, by: frozenset[str]) -> Mapping[str, str] | None:
        """Whom to ask for by this operation and these keys to see that it finds somebody.

        None if nobody is known, or if asking may change something at the agency.
        """
        if self.has_effects:
            return None
        persons = [self.test_person, *(e.given for e in self._kept if e.operation == operation)]
        return next(({key: each[key] for key in by} for each in persons if by <= each.keys()), None)

    @cached_property
    def _kept(self) -> tuple[Example, ...]:
        every = self.manifest.example
        kept = (each for each in every if each.live and each.outcome == "record")
        return tuple(each for each in kept if all(is_nobodys(*one) for one in each.given.items()))


@dataclass(frozen=True)
class Registry:
    """All sources and their agencies, by id; frozen, and replaced whole when anything changes.

    `agencies` has the pooled row's card as well, where there are sensitive services.
    """

    sources: Mapping[str, RegisteredSource]
    agencies: Mapping[str, AgencyCard]
    areas: Mapping[str, Area]
    shield_team: ShieldTeam
    log_origin: str
    out_of_force: tuple[Manifest, ...] = ()

    @cached_property
    def shown(self) -> Mapping[str, AgencyCard]:
        """The agencies that anybody may know to be connected: sensitive services only as one."""
        rows = {source.row for source in self.sources.values()}
        return {agency: card for agency, card in self.agencies.items() if agency in rows}

    def openly_named(self, agency: str) -> str | None:
        """An agency's name for families; None for one unknown, and for every sensitive service."""
        card = self.shown.get(agency)
        return card.name if card and agency != SENSITIVE_SERVICES else None

    @cached_property
    def sensitive_agencies(self) -> frozenset[str]:
        """The agencies whose very kind must not be told, suspended ones too."""
        asked = (source.manifest for source in self.sources.values())
        every = (*asked, *self.out_of_force)
        return frozenset(m.source.agency for m in every if m.source.sensitive)


def granted_claims(manifest: Manifest, granted: frozenset[Claim]) -> frozenset[Claim]:
    """What the manifest claims and the operator grants; neither alone counts."""
    return claimed(manifest) & granted


def registered(
    manifest: Manifest, adapter: Adapter, grant: SourceGrant, version: int = 1
) -> RegisteredSource:
    """An opened source under what the operator granted it."""
    return RegisteredSource(
        id=manifest.source.id,
        agency=manifest.source.agency,
        manifest=manifest,
        adapter=adapter,
        claims=granted_claims(manifest, grant.claims),
        version=version,
        test_person=grant.test_person.given if grant.test_person else {},
    )


def registry_of(
    registered: Iterable[RegisteredSource],
    operator: OperatorFile,
    out_of_force: Iterable[Manifest] = (),
) -> Registry:
    """The registry of these sources; agencies that are out of force are said not to be connected.

    ConfigurationInvalid if there are sensitive services and no broker to ring.
    """
    sources = {source.id: source for source in sorted(registered, key=lambda each: each.id)}
    agencies = _agencies(sources)
    suspended = tuple(out_of_force)
    missing = [m for m in suspended if m.source.agency not in agencies]
    return Registry(
        sources=sources,
        agencies={**agencies, **_pooled(sources, operator)},
        areas={area.code: _without(area, missing) for area in operator.area},
        shield_team=operator.shield_team,
        log_origin=operator.log_origin,
        out_of_force=suspended,
    )


def _without(area: Area, missing: Iterable[Manifest]) -> Area:
    """The area with the agencies that cannot be asked there; a sensitive service is not named."""
    names = {
        manifest.agency.name
        for manifest in missing
        if not manifest.source.sensitive and area.code in (manifest.agency.areas or (area.code,))
    }
    more = tuple(sorted(names - {*area.not_connected}))
    return area.model_copy(update={"not_connected": area.not_connected + more}) if more else area


def card_of(manifest: Manifest, *, national: bool) -> AgencyCard:
    """The agency as a manifest describes it."""
    duty = manifest.agency.duty_contact
    return AgencyCard(
        id=manifest.source.agency,
        name=manifest.agency.name,
        sector=manifest.source.sector,
        areas=manifest.agency.areas,
        national=national,
        duty_contact=Contact(duty.telephone, duty.email, duty.hours),
    )


def _agencies(sources: Mapping[str, RegisteredSource]) -> dict[str, AgencyCard]:
    cards = {
        source.agency: replace(
            card_of(source.manifest, national=_national(source.agency, sources)),
            areas=_areas(source.agency, sources),
        )
        for source in sources.values()
    }
    return dict(sorted(cards.items()))


def _areas(agency: str, sources: Mapping[str, RegisteredSource]) -> tuple[str, ...]:
    """All that its sources serve between them: it is asked wherever one of them may know."""
    own = (s.manifest.agency.areas for s in sources.values() if s.agency == agency)
    return tuple(dict.fromkeys(area for areas in own for area in areas))


def _national(agency: str, sources: Mapping[str, RegisteredSource]) -> bool:
    own = [s for s in sources.values() if s.agency == agency]
    return all(Claim.NATIONAL in s.claims for s in own)


def _pooled(
    sources: Mapping[str, RegisteredSource], operator: OperatorFile
) -> dict[str, AgencyCard]:
    if any(source.agency == SENSITIVE_SERVICES for source in sources.values()):
        raise ConfigurationInvalid(f"no agency may be called {SENSITIVE_SERVICES}")
    if not any(source.sensitive for source in sources.values()):
        return {}
    if operator.broker is None:
        raise ConfigurationInvalid(
            "the operator's file: sensitive services are connected; add a [broker] to ring"
        )
    broker = Contact(telephone=operator.broker.telephone)
    card = AgencyCard(
        SENSITIVE_SERVICES, operator.broker.name, Sector.OTHER, national=True, duty_contact=broker
    )
    return {SENSITIVE_SERVICES: card}
