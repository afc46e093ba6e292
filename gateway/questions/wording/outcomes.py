"""One sentence or more for each outcome: what it means, what it does not mean, and who to ring."""

from collections.abc import Iterable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

from gateway.model.agency import AgencyCard, Contact
from gateway.questions.wording.contact import calling, of_agency
from gateway.questions.wording.details import listed
from resolvers.outcome import Outcome

_SAYS_NOTHING: Final = "This does not say whether it knows the child."
_TELL_OPERATOR: Final = "Tell the people who run this service."
_HIDDEN: Final = (
    "Nothing is told here that could locate a child who is or may be shielded. This does not say"
    " whether the agency knows the child."
)
_NOT_ASKED: Final = (
    "{agency} was not asked, because a question has an effect there, such as a notice to its staff."
    " To ask it, name it in the scope of a new question."
)
_SAID: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.NONE_FOUND: "The search at {agency} found nobody. This does not prove that it has"
        " no record.",
        Outcome.NOTHING_TO_SHARE: "{agency} says nothing here about any child.",
        Outcome.NOT_ASKED: _NOT_ASKED,
        Outcome.NOT_PERMITTED: "The rules of {agency} give nothing to your organisation and role"
        " for this purpose.",
        Outcome.TIMEOUT: f"{{agency}} did not answer in time. {_SAYS_NOTHING}",
        Outcome.UNAVAILABLE: f"{{agency}} could not be reached. {_SAYS_NOTHING}",
        Outcome.BUSY: f"{{agency}} was too busy to answer. {_SAYS_NOTHING} Ask again in a minute.",
        Outcome.REFUSED: f"The system of {{agency}} refused the gateway. {_SAYS_NOTHING}"
        f" {_TELL_OPERATOR}",
        Outcome.INVALID_RESPONSE: f"What {{agency}} answered could not be read. {_SAYS_NOTHING}"
        f" {_TELL_OPERATOR}",
    }
)
UNREAD: Final = "Some of what {agency} holds about the child could not be read and is left out."
UNREAD_PAGE: Final = (
    "{agency} may hold more than is shown here, because not all of its answer was read."
)
CUT: Final = (
    "{agency} holds more than is shown here: you see what is open and what is newest of the child."
)
PARTLY: Final = (
    "One of the systems of {agency} did not answer, so it may hold more about the child."
)


def sentence(card: AgencyCard, outcome: Outcome, needs: Iterable[str] = ()) -> str | None:
    """What to show for an agency's outcome; None where nothing is left to do."""
    if outcome is Outcome.MORE_NEEDED:
        return _with_more(card, f"{card.name} cannot search for the child by what you told.", needs)
    if outcome is Outcome.AMBIGUOUS:
        held = f"{card.name} has one or more records that may be this child's."
        return _with_more(card, held, needs)
    return lacking(card, _SAID[outcome]) if outcome in _SAID else None


def lacking(card: AgencyCard, said: str) -> str:
    """A text of this module with the agency's name in it, and who to ring for the rest."""
    return f"{said.format(agency=card.name)} {_call(card)}"


def resting(card: AgencyCard, seconds: float) -> str:
    """What to show while an agency's system is given time to recover."""
    said = (
        f"The system of {card.name} failed several times in a row, so it was not asked. The gateway"
        f" tries it again in {ceil(seconds)} seconds. {_SAYS_NOTHING}"
    )
    return f"{said} {_call(card)}"


def shielded(ring: Contact) -> str:
    """What to show for any agency that a shield, or a mark, hides: of all of them the same."""
    return f"{_HIDDEN} {calling(ring, 'the shield team')}"


def of_sensitive_services(card: AgencyCard, *, involved: bool) -> str:
    """What to show for all sensitive services together."""
    said = (
        "A sensitive service works with the child, or did."
        if involved
        else "Nothing is said here about sensitive services."
    )
    return f"{said} {_call(card)}"


def _with_more(card: AgencyCard, said: str, needs: Iterable[str]) -> str:
    names = tuple(needs)
    more = f"If you know {listed(names)}, ask again with it." if names else ""
    person = "" if names else "A person must decide whether one of them is."
    return " ".join(filter(None, [said, more or person, _call(card)]))


def _call(card: AgencyCard) -> str:
    return calling(of_agency(card), card.name)
