"""One agency's answer: its outcome first, then whatever it gave."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.graphql.child.involvement import InvolvementType
from gateway.graphql.types.agency import Agencies, Agency, ContactType
from gateway.graphql.types.declare import code_list, field, output
from gateway.graphql.types.withheld import WithheldType
from gateway.model.answer import AgencyRow
from resolvers.outcome import Outcome

code_list(
    Outcome,
    "How an agency answered. New outcomes may be added: show an unknown one as no answer unless"
    " `answered` is true.",
    {
        Outcome.HAS_RECORD: "The agency holds this child for certain, and its answer was read.",
        Outcome.NO_RECORD: "The agency holds no such child, and said so conclusively.",
        Outcome.NONE_FOUND: "The search (`searchedBy`) found nothing, which proves nothing. Never"
        " show it as no record.",
        Outcome.NOTHING_TO_SHARE: "The same for every child, without asking. It does not say"
        " whether there is a record.",
        Outcome.AMBIGUOUS: "The agency holds one or several children who may be this one; a"
        " person must look.",
        Outcome.MORE_NEEDED: "The agency cannot search with what is known; `needs` says what"
        " would help.",
        Outcome.NOT_ASKED: "In scope and deliberately not contacted; `detail` says why.",
        Outcome.NOT_PERMITTED: "Policy forbids asking, openly; `detail` says why.",
        Outcome.TIMEOUT: "No answer in time; `ring` says who to ring.",
        Outcome.UNAVAILABLE: "The agency's system could not be reached or failed; `ring` says"
        " who to ring.",
        Outcome.BUSY: "A limit on questions was reached; ask again shortly.",
        Outcome.REFUSED: "The agency's system refused the gateway; `ring` says who to ring.",
        Outcome.INVALID_RESPONSE: "What came back could not be read safely; `ring` says who to"
        " ring.",
    },
)


@output
class AgencyAnswer:
    """What one agency in scope answered. Each agency in scope has exactly one."""

    id: strawberry.ID = field(
        "Names this row of this answer and no other. It is no name of a child."
    )
    agency: Agency = field("The agency, the same in every answer.")
    outcome: Outcome = field("How it answered.")
    areas: list[str] = field(
        "The GSS codes of the areas it serves; empty for a national agency, and where they are"
        " kept back because the child is or may be shielded."
    )
    ring: ContactType | None = field(
        "Who to ring about this child: the agency's duty desk, or the shield team if nothing may"
        " locate the child. Null if the agency gave nobody."
    )
    answered: bool = field(
        "Whether the agency answered at all. Use this instead of a list of outcomes: it also"
        " covers new ones."
    )
    complete: bool = field(
        "Whether every source and page of the agency was read; if false, there may be more."
    )
    searched_by: list[str] = field(
        'The details that the agency searched by: "nhs_number", "family_name" and so on.'
    )
    needs: list[str] = field(
        "The details that would let the agency search (MORE_NEEDED), or would show whether its"
        " record is the child's (AMBIGUOUS)."
    )
    detail: str | None = field("A sentence to show beside the outcome, or null.")
    as_of: datetime | None = field("When the agency's data was current; null if it does not say.")
    latency_ms: int | None = field("How long the agency took, in milliseconds; null if not asked.")
    attempts: int = field(
        "How often it was contacted for this question. 0 if it was not, or if your same question"
        " moments ago brought the answer."
    )
    retryable: bool = field("Whether asking again soon may help.")
    involvements: list[InvolvementType] = field(
        "Who at this agency works with the child, or did; empty without a certain record."
    )
    withheld: list[WithheldType] = field("What the agency openly kept back from you.")

    @classmethod
    def of(cls, row: AgencyRow, query_id: str) -> Self:
        """The row of a question as it stands; everything in it is the agency's own word."""
        agency = Agency.of(row.agency)
        agencies = Agencies({row.agency.id: agency})
        return cls(
            id=strawberry.ID(f"{query_id}/answers/{row.agency.id}"),
            agency=agency,
            outcome=row.outcome,
            areas=list(row.areas),
            ring=ContactType.of(row.ring) if row.ring else None,
            answered=row.outcome.answered,
            complete=row.complete,
            searched_by=list(row.searched_by),
            needs=list(row.needs),
            detail=row.detail,
            as_of=row.as_of,
            latency_ms=row.latency_ms,
            attempts=row.attempts,
            retryable=row.retryable,
            involvements=[InvolvementType.of(fact, agencies) for fact in row.involvements],
            withheld=WithheldType.each(row.withheld),
        )
