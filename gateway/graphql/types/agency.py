"""An agency and its contact, as shown beside everything that it says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import strawberry

from adapters.contract.codes import Sector
from gateway.graphql.types.declare import code_list, field, output
from gateway.model import agency as known

code_list(
    Sector,
    "The kind of organisation.",
    {
        Sector.HEALTH: "The NHS and other health services.",
        Sector.EDUCATION: "Schools, colleges and a council's education service.",
        Sector.SOCIAL_CARE: "A council's children's social care.",
        Sector.POLICE: "A police force.",
        Sector.YOUTH_JUSTICE: "A youth justice service.",
        Sector.HOUSING: "A council's or association's housing service.",
        Sector.EARLY_HELP: "Early help and family support.",
        Sector.OTHER: "Any other kind; show the agency's name.",
    },
)


@output
class ContactType:
    """How to reach a team or a duty desk. Every part may be null; show those that are not."""

    telephone: str | None = field(
        "A telephone number to dial, in the agency's own spelling; null if it gave none."
    )
    email: str | None = field("An email address; null if there is none or it is kept back.")
    hours: str | None = field(
        'When the telephone is answered, in words: "24/7", "Mon-Fri 9-17"; or null.'
    )

    name: str | None = field("Who answers there: an agency's duty desk or a team; or null.")

    @classmethod
    def of(cls, contact: known.Contact) -> Self:
        """The contact as it stands."""
        return cls(
            telephone=contact.telephone,
            email=contact.email,
            hours=contact.hours,
            name=contact.name,
        )


@output
class Agency:
    """An organisation that is connected to the gateway and answers from its own records."""

    id: strawberry.ID = field("The agency's id, the same in every answer; usable in a scope.")
    name: str = field("The name to show.")
    sector: Sector = field("The kind of organisation.")
    area: str | None = field(
        "Always null: an area could show where a shielded child lives.",
        deprecated="Use `AgencyAnswer.areas`, or `Query.directory` outside an answer.",
    )
    areas: list[str] = field(
        "Always empty: an area could show where a shielded child lives.",
        deprecated="Use `AgencyAnswer.areas`, or `Query.directory` outside an answer.",
    )
    national: bool = field(
        "Whether it serves the whole country, so its row does not say where a child lives."
    )
    duty_contact: ContactType | None = field(
        "The duty desk of an agency that serves the whole country; null for every other one.",
        deprecated="Use `AgencyAnswer.ring`, or `Query.directory` outside an answer.",
    )

    @classmethod
    def of(cls, card: known.AgencyCard) -> Self:
        """The agency of `card`: the same in every answer, with nothing that one answer hides."""
        shown = card.duty_contact if card.national else None
        return cls(
            id=strawberry.ID(card.id),
            name=card.name,
            sector=card.sector,
            area=None,
            areas=[],
            national=card.national,
            duty_contact=ContactType.of(shown) if shown else None,
        )


@output
class AreaType:
    """An area of the country, by its code and name."""

    code: str = field("The GSS code, usable in a scope.")
    name: str = field("The name to show.")


@output
class DirectoryEntry:
    """An agency outside any answer: where it serves, and its duty desk.

    Ring about a child only by `AgencyAnswer.ring`: for a shielded child it is another number.
    """

    agency: Agency = field("The agency.")
    areas: list[AreaType] = field("The areas it serves; empty for a national agency.")
    duty_contact: ContactType | None = field("Its duty desk; null if it gave none.")

    @classmethod
    def of(cls, card: known.AgencyCard, names: Mapping[str, str]) -> Self:
        """The agency of `card`; `names` are the areas' names by code."""
        duty = card.duty_contact
        return cls(
            agency=Agency.of(card),
            areas=[AreaType(code=code, name=names.get(code, code)) for code in card.areas],
            duty_contact=ContactType.of(replace(duty, name=card.name)) if duty else None,
        )


class Agencies(dict[str, Agency]):
    """The agencies of one answer by id; `said` keeps what is made of each teller, by its place.

    Most facts of an answer have the same tellers. These live as long as the answer is made.
    """

    def __init__(self, every: Mapping[str, Agency]) -> None:
        super().__init__(every)
        self.said: dict[int, Any] = {}


def agencies_of(cards: Mapping[str, known.AgencyCard]) -> Agencies:
    """The agencies of `cards`, by id and in the order of their ids."""
    return Agencies({key: Agency.of(cards[key]) for key in sorted(cards)})
