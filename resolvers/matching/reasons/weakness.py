"""What of a record's own details keeps it from being the child's for certain."""

from typing import Final

from resolvers.comparison.agreement import Agreement
from resolvers.matching.evidence import Evidence
from resolvers.matching.grade import LikelyOther
from resolvers.matching.reasons.codes import ReasonCode

_DIFFERENT: Final = Agreement.DIFFERENT
_DISTANT: Final = Agreement.DISTANT
_SAME: Final = Agreement.SAME

_LIKELY: Final = {
    LikelyOther.TWIN: ReasonCode.LIKELY_TWIN,
    LikelyOther.SIBLING: ReasonCode.LIKELY_SIBLING,
}


def weakness(evidence: Evidence, likely_other: LikelyOther | None) -> ReasonCode:
    """The first of the record's weak places: its number, its owner, its name, its date."""
    if evidence.numbers_differ:
        return ReasonCode.NUMBER_DIFFERS
    if likely_other:
        return _LIKELY[likely_other]
    if evidence.shared and evidence.contradicted:
        return ReasonCode.NUMBER_ON_ANOTHER
    return _of_name(evidence) or _of_date(evidence) or _of_the_rest(evidence)


def _of_name(evidence: Evidence) -> ReasonCode | None:
    parts = (evidence.given_name, evidence.family)
    if any(part in (_DIFFERENT, _DISTANT) for part in parts):
        return ReasonCode.NAME_DIFFERS
    if any(part.silent for part in parts):
        return ReasonCode.NAME_SILENT
    return None if evidence.name.strong else ReasonCode.NAME_NEAR


def _of_date(evidence: Evidence) -> ReasonCode | None:
    if evidence.birth_date.silent:
        return ReasonCode.DATE_SILENT
    return None if evidence.birth_date is _SAME else ReasonCode.DATE_NEAR


def _of_the_rest(evidence: Evidence) -> ReasonCode:
    if evidence.sex is _DIFFERENT:
        return ReasonCode.OTHER_SEX
    if evidence.given_name is not _SAME:
        return ReasonCode.NAME_NEAR
    return ReasonCode.NUMBER_ALONE if evidence.shared else ReasonCode.NO_TIE
