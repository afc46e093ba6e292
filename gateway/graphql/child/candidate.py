"""Records that may be the child and may not: shown apart, for a person to decide."""

from typing import Self

import strawberry

from gateway.graphql.types.agency import Agency
from gateway.graphql.types.declare import code_list, field, output
from gateway.model.answer import Candidate
from resolvers.matching.grade import LikelyOther, MatchGrade
from resolvers.matching.reasons.codes import SENTENCES, ReasonCode

code_list(
    MatchGrade,
    "How certain it is that a record is the child's (FHIR match-grade). There is no finer figure.",
    {
        MatchGrade.CERTAIN: "Certainly this child's.",
        MatchGrade.PROBABLE: "Probably this child's; a person must decide.",
        MatchGrade.POSSIBLE: "Possibly this child's; a person must decide.",
    },
)
code_list(
    LikelyOther,
    "Who a record more likely belongs to.",
    {
        LikelyOther.SIBLING: "Likely a brother or sister.",
        LikelyOther.TWIN: "Likely a twin.",
    },
)


code_list(
    ReasonCode,
    "Why a record is certain, or why it is not.",
    dict(SENTENCES),
)


@output
class GradeReason:
    """Why a record has its grade."""

    code: ReasonCode = field("The reason, for a program.")
    sentence: str = field("The reason in words. It never says more than what agreed and differed.")


@output
class CandidateRecord:
    """A record that may be this child's and is not certain enough to join.

    To take it as the child's in the next question, send `key` and a reason in
    `KnownDetails.chosen`.
    """

    key: strawberry.ID = field(
        "Sealed for you, this purpose and this agency; valid for ten minutes."
    )
    agency: Agency = field("The agency that holds the record.")
    grade: MatchGrade = field("How sure it is that the record is this child's.")
    agreed: list[str] = field("Names of the details that agreed, never their values.")
    differed: list[str] = field("Names of the details that differed.")
    not_held: list[str] = field("Names of the details that the record does not hold.")
    likely_other: LikelyOther | None = field("Who it more likely belongs to; null if not known.")
    reason: GradeReason | None = field(
        "What kept it from being certain; null if this agency does not tell you who the child is."
    )

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        """The candidate with the classes of its grade."""
        grade, why = candidate.grade, candidate.grade.reason
        return cls(
            key=strawberry.ID(candidate.key),
            agency=Agency.of(candidate.agency),
            grade=grade.grade,
            agreed=list(grade.agreed),
            differed=list(grade.differed),
            not_held=list(grade.not_held),
            likely_other=grade.likely_other,
            reason=GradeReason(code=why, sentence=SENTENCES[why]) if why else None,
        )
