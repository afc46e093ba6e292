"""The matcher, for any other project: whose records these are. No gateway, no network, no state.

`grade` looks at one record, `resolve` at all that several sources hold, `explain` says in bits why.
"""

from adapters.contract.codes import Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN, NhsNumber, Postcode, Upn
from adapters.contract.record import (
    Address,
    Carer,
    GpPractice,
    Identifier,
    Name,
    Record,
    School,
)
from resolvers.matching.grade import Grade, Graded, LikelyOther, MatchGrade, Resolution
from resolvers.matching.grading import grade
from resolvers.matching.identify import resolve
from resolvers.matching.reasons.codes import ReasonCode
from resolvers.matching.reasons.explain import Explanation, explain
from resolvers.matching.reasons.waterfall import waterfall
from resolvers.matching.reference import Reference, Surroundings

__all__ = [
    "NHS_NUMBER",
    "UPN",
    "Address",
    "Carer",
    "Explanation",
    "GpPractice",
    "Grade",
    "Graded",
    "Identifier",
    "LikelyOther",
    "MatchGrade",
    "Name",
    "NhsNumber",
    "PartialDate",
    "Postcode",
    "ReasonCode",
    "Record",
    "Reference",
    "Resolution",
    "School",
    "Sex",
    "Surroundings",
    "Upn",
    "explain",
    "grade",
    "resolve",
    "waterfall",
]
