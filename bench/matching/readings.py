"""Whom the rules let be certain at any score, and whom looser rules would."""

from collections.abc import Callable
from typing import Final

from resolvers.comparison.agreement import Agreement
from resolvers.matching.evidence import Evidence
from resolvers.matching.grading import Assessment
from resolvers.matching.namesakes import alike_in_all


def allowed(found: Assessment) -> bool:
    """Whether the rules would let it be certain: by a number, or by name, birth date and home."""
    evidence = found.evidence
    if evidence.numbers_differ or evidence.contradicted:
        return False
    by_number = evidence.shared and evidence.vouches
    return by_number or (alike_in_all(evidence) and evidence.postcode.strong)


def _by_number(found: Assessment) -> bool:
    """With a number, a strong name or a strong date, whoever else the rest speaks of."""
    evidence = found.evidence
    return evidence.shared and (_named(evidence) or evidence.birth_date.strong)


def _named(evidence: Evidence) -> bool:
    return evidence.family.strong and evidence.given_name.strong


def _literally(found: Assessment) -> bool:
    """Name, date and place, each with one slip at most."""
    evidence = found.evidence
    strong = _named(evidence) and evidence.birth_date.strong and evidence.postcode.strong
    return strong and not evidence.numbers_differ


def _one_missing(found: Assessment) -> bool:
    """One of the two names or the date may be missing besides."""
    return _strong_or(found, lambda verdict: verdict.silent)


def _one_another(found: Assessment) -> bool:
    """One of the two names or the date may be missing, or evidently another's."""
    return _strong_or(found, lambda _: True)


def _strong_or(found: Assessment, forgiven: Callable[[Agreement], bool]) -> bool:
    evidence = found.evidence
    details = (evidence.family, evidence.given_name, evidence.birth_date)
    weak = [verdict for verdict in details if not verdict.strong]
    enough = len(weak) <= 1 and all(map(forgiven, weak))
    return enough and evidence.postcode.strong and not evidence.numbers_differ


READINGS: Final[dict[str, Callable[[Assessment], bool]]] = {
    "one slip in each of name, date and place": _literally,
    "and one of names and date missing": _one_missing,
    "and one of names and date another's": _one_another,
    "a number with a strong name or date, or one slip in each": (
        lambda found: _by_number(found) or _literally(found)
    ),
}
