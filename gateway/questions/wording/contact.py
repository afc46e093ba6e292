"""Who to ring about a row, by name and number; for a shielded child never a local office."""

from gateway.config.operator_file import ShieldTeam
from gateway.model.agency import AgencyCard, Contact


def of_agency(card: AgencyCard) -> Contact | None:
    """The agency's own duty desk, named; None where it gave none."""
    return card.ring


def of_shield(team: ShieldTeam) -> Contact:
    """Who speaks about shielded children, wherever they are."""
    return Contact(telephone=team.telephone, name=team.name)


def calling(contact: Contact | None, otherwise: str) -> str:
    """A sentence that says who to ring on which number; `otherwise` where there is none."""
    if contact is None or contact.telephone is None:
        return f"Contact {otherwise} directly."
    return f"Ring {contact.name} on {contact.telephone}."
