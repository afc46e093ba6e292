"""What may be concluded from an answer, and where it is logged."""

from typing import Self

import strawberry

from gateway.graphql.types.agency import Agency
from gateway.graphql.types.declare import field, output
from gateway.graphql.types.scalars import LogIndex
from gateway.model import answer


@output
class CompletenessType:
    """What was asked and what was not.

    Show it with every answer: an answer that is not complete must not reassure.
    """

    in_scope: int = field("How many agencies are in scope; each has one answer.")
    answered: int = field("How many of them answered.")
    unanswered: int = field("How many were asked and gave no answer.")
    not_asked: int = field("How many were not asked.")
    complete: bool = field("True only if every agency in scope said HAS_RECORD or NO_RECORD.")
    areas: list[str] = field("The GSS codes of the areas that were asked.")
    not_connected: list[str] = field("Bodies that matter here and cannot be asked; ring them.")

    @classmethod
    def of(cls, completeness: answer.Completeness) -> Self:
        """The figures as they stand."""
        return cls(
            in_scope=completeness.in_scope,
            answered=completeness.answered,
            unanswered=completeness.unanswered,
            not_asked=completeness.not_asked,
            complete=completeness.complete,
            areas=list(completeness.areas),
            not_connected=list(completeness.not_connected),
        )


@output
class AskedAgency:
    """An agency that has a row in this answer, before it has answered."""

    agency: Agency = field("The agency.")
    asked: bool = field(
        "Whether it counts as asked; if false, its row is there already and says why not. It does"
        " not say whether the agency knows the child."
    )

    @classmethod
    def of(cls, found: answer.AgencyInScope) -> Self:
        """The agency as it stands."""
        return cls(agency=Agency.of(found.agency), asked=found.asked)


@output
class ReceiptType:
    """Proof that the question is on record: quote it when the access is asked about."""

    log: str = field("The name of the log.")
    index: LogIndex = field("The place of the question's entry in the log.")
    query_id: strawberry.ID = field("The question's id, the same in every entry about it.")

    @classmethod
    def of(cls, receipt: answer.Receipt) -> Self:
        """The receipt as it stands."""
        return cls(
            log=receipt.log,
            index=LogIndex(receipt.index),
            query_id=strawberry.ID(receipt.query_id),
        )
