"""A sentence for each class that is kept back: what, by which agency, why, and who to ring."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.contract.codes import ReleaseClass
from gateway.model.agency import AgencyCard, Contact
from gateway.policy.decide import SAID_BY_REASON
from gateway.questions.wording.contact import calling, of_agency
from resolvers.child.child import Withheld, WithheldReason

_CLASSES: Final[Mapping[ReleaseClass, str]] = MappingProxyType(
    {
        ReleaseClass.IDENTITY: "the child's name, date of birth and numbers",
        ReleaseClass.INVOLVEMENT: "who works with the child",
        ReleaseClass.CONTACT: "telephone numbers and email addresses of workers",
        ReleaseClass.STATUS: "the child's statuses of support",
        ReleaseClass.LOCATION: "where the child lives",
        ReleaseClass.FAMILY: "who the child's parents and carers are",
        ReleaseClass.EDUCATION: "the child's schools",
        ReleaseClass.HEALTH: "the child's GP practice and health information",
        ReleaseClass.SENSITIVE: "whether a sensitive service works with the child",
        ReleaseClass.OTHER: "other information about the child",
    }
)
_REASONS: Final[Mapping[WithheldReason, str]] = MappingProxyType(
    {
        WithheldReason.POLICY: "{agency} does not tell your organisation or role {what}.",
        WithheldReason.PURPOSE: "{agency} does not tell you {what} for the purpose that you gave.",
        WithheldReason.CONSENT: "{agency} tells you {what} only with consent, and it holds none.",
        WithheldReason.SHIELD: "You are not told {what}, because the child is shielded.",
        WithheldReason.SHIELD_UNKNOWN: "You are not told {what}, because it is not known whether"
        " the child is shielded.",
        WithheldReason.OTHER: "{agency} keeps back {what}.",
    }
)


def worded(withheld: Withheld, card: AgencyCard) -> str:
    """What an agency keeps back; with its rule's own words, where it has any."""
    own = "" if withheld.message in SAID_BY_REASON else withheld.message.strip()
    words = f"{own[:1].upper()}{own[1:].rstrip('.')}." if own else ""
    said = _said(withheld.reason, withheld.release_class, card.name)
    return " ".join(filter(None, [said, words, calling(of_agency(card), card.name)]))


def for_shield(release_class: ReleaseClass, reason: WithheldReason, ring: Contact) -> str:
    """What the shield keeps back, whoever holds it."""
    return f"{_said(reason, release_class, '')} {calling(ring, 'the shield team')}"


def _said(reason: WithheldReason, release_class: ReleaseClass, agency: str) -> str:
    return _REASONS[reason].format(agency=agency, what=_CLASSES[release_class])
