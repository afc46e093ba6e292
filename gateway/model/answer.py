"""One question's answer as the caller will see it: already released, shielded and frozen."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.contract.frozen import plainly_made
from gateway.model.agency import AgencyCard, Contact
from resolvers.child.child import AgencyInvolvement, Child, Fact, Restriction, Withheld
from resolvers.child_need import ChildNeed
from resolvers.matching.grade import Grade
from resolvers.outcome import Outcome


@plainly_made
@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the question was logged: the log's origin, the intent's index, the query's id."""

    log: str
    index: int
    query_id: str


@plainly_made
@dataclass(frozen=True, slots=True)
class AgencyInScope:
    """An agency that has a row, and whether it is asked; decided without the child."""

    agency: AgencyCard
    asked: bool


@plainly_made
@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency's answer. `areas` and `ring` are where it serves and who to ring.

    They are not the agency's own where a shield hides it. `released` names the fields it gave to
    this caller, for the log.

    `through` is for the log too: the intents, by index, whose calls brought what this question did
    not ask for itself; none where the agency was asked for it.
    """

    agency: AgencyCard
    outcome: Outcome
    areas: tuple[str, ...] = ()
    ring: Contact | None = None
    complete: bool = False
    searched_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    detail: str | None = None
    as_of: datetime | None = None
    latency_ms: int | None = None
    attempts: int = 0
    retryable: bool = False
    involvements: tuple[Fact[AgencyInvolvement], ...] = ()
    withheld: tuple[Withheld, ...] = ()
    released: frozenset[str] = frozenset()
    through: frozenset[int] = frozenset()


@plainly_made
@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be this child; `key` is sealed and opens for this caller alone."""

    key: str
    agency: AgencyCard
    grade: Grade


@plainly_made
@dataclass(frozen=True, slots=True)
class Completeness:
    """What was asked, what was not, and who cannot be asked; no false reassurance."""

    in_scope: int
    answered: int
    unanswered: int
    not_asked: int
    complete: bool
    areas: tuple[str, ...]
    not_connected: tuple[str, ...]


@plainly_made
@dataclass(frozen=True, slots=True)
class ReleasedChild:
    """The stitched child with its shield and what was openly kept back."""

    child: Child
    restriction: Restriction
    withheld: tuple[Withheld, ...]
    agencies: Mapping[str, AgencyCard]


@plainly_made
@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """What can only be said when every agency has answered or the deadline has passed.

    `ask` is what the caller could do so that another question finds more.
    """

    child: ReleasedChild | None
    rows: tuple[AgencyRow, ...]
    unresolved: tuple[Candidate, ...]
    completeness: Completeness
    ask: tuple[ChildNeed, ...] = ()


class Answering(Protocol):
    """A question under way."""

    @property
    def receipt(self) -> Receipt:
        """Known from the start: the intent is durable before any agency is asked."""
        ...

    @property
    def in_scope(self) -> tuple[AgencyInScope, ...]:
        """Every agency that has a row, by id. Known from the start."""
        ...

    def rows(self, *, as_they_arrive: bool) -> AsyncIterator[AgencyRow]:
        """Each agency's row exactly once: as it settles, or all at the end by agency id."""
        ...

    async def restriction(self) -> Restriction:
        """Whether the child is shielded, before any row that hangs on it.

        Not before the whole shield set has answered or the deadline has passed. UNKNOWN where
        `child` is null, whatever is held.
        """
        ...

    async def whole(self) -> WholeAnswer:
        """All of it, once every agency has answered or the deadline has passed."""
        ...
