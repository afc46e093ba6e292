"""An agency and its contact, as shown beside everything that it says."""

from collections.abc import Mapping
from typing import Self

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

    @classmethod
    def of(cls, contact: known.Contact) -> Self:
        """The contact as it stands."""
        return cls(telephone=contact.telephone, email=contact.email, hours=contact.hours)


@output
class Agency:
    """An organisation that is connected to the gateway and answers from its own records."""

    id: strawberry.ID = field("The agency's id, the same in every answer; usable in a scope.")
    name: str = field("The name to show.")
    sector: Sector = field("The kind of organisation.")
    area: str | None = field(
        "The GSS code of the one area it serves; null if it serves several or all. Also null if"
        " the area would show where a shielded child lives."
    )
    areas: list[str] = field(
        "The GSS codes of all the areas it serves; empty for a national agency and where the"
        " areas are kept back."
    )
    national: bool = field(
        "Whether it serves the whole country, so its row does not say where a child lives."
    )
    duty_contact: ContactType | None = field(
        "Who to ring, above all when there is no answer; null if kept back or never given."
    )

    @classmethod
    def of(cls, card: known.AgencyCard) -> Self:
        """The agency of `card`; `area` only where it serves exactly one."""
        return cls(
            id=strawberry.ID(card.id),
            name=card.name,
            sector=card.sector,
            area=card.areas[0] if len(card.areas) == 1 else None,
            areas=list(card.areas),
            national=card.national,
            duty_contact=ContactType.of(card.duty_contact) if card.duty_contact else None,
        )


Agencies = Mapping[str, Agency]


def agencies_of(cards: Mapping[str, known.AgencyCard]) -> Agencies:
    """The agencies of `cards`, by id and in the order of their ids."""
    return {key: Agency.of(cards[key]) for key in sorted(cards)}
