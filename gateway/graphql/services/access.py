"""Who looked: what the person concerned may know of accesses to their record."""

from datetime import datetime
from typing import Protocol

from adapters.contract.codes import Purpose
from gateway.graphql.types.agency import ContactType
from gateway.graphql.types.declare import PageInfo, field, output
from gateway.graphql.types.inputs import KnownDetails


@output
class Access:
    """One access to the record of the person concerned."""

    at: datetime = field("When.")
    organisation: str | None = field(
        "The organisation that asked; null if naming it would do harm."
    )
    role: str | None = field("In which role; null if naming it would do harm.")
    purpose: Purpose | None = field("For which purpose; null if naming it would do harm.")
    agencies: list[str] = field("Names of the agencies whose information was released.")
    reference: str = field(
        "Quote it when you ask about this access: auditors find the access by it."
    )
    person: int | None = field(
        "Accesses with the same number were by one person. It is no name, and it counts in this"
        " list only; null if not known."
    )
    contact: ContactType | None = field(
        "Who answers at the organisation that asked; null if it named nobody for families."
    )


@output
class AccessEdge:
    """An access with its place in the list."""

    node: Access = field("The access.")
    cursor: str = field("Pass as `after` to continue from here.")


@output
class AccessConnection:
    """A page of accesses, newest first.

    An empty page means that there is nothing to show now. Nobody looked, or it is held back, or
    it cannot be shown to you. The gateway never says which.
    """

    edges: list[AccessEdge] = field("The accesses of this page.")
    page_info: PageInfo = field("Whether there is more.")
    available_from: datetime = field(
        "When the list may change next. What was looked up since the last change is shown from"
        " then on at the earliest."
    )


class AccessReading(Protocol):
    """Who looked, as one caller may know it; each reading is itself logged before it is given."""

    async def accesses(
        self, known: KnownDetails | None, first: int | None, after: str | None
    ) -> AccessConnection:
        """A page; NotAllowed if the token does not say for whom, AskDifferently says why not."""
        ...
