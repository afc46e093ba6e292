"""The questions that the demo asks: one document, and what is known of each leading child."""

from dataclasses import dataclass
from typing import Any, Final

from demo.population.cast import Cast
from demo.population.people import Child
from demo.population.places import AREAS, EASTHALLOW, NORTHBROOK, SOUTHMERE, WESTERING

DOCUMENT: Final = """
query TeamAround($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
    child {
      names { given family use }
      birthDate { value }
      restriction
      addresses { lines postcode current }
      schools { name }
      gpPractice { name telephone }
      carers { name relationship }
      supportStatuses { code start end }
      leadPractitioner { role practitioner { name } contact { telephone } agency { name } }
      conflicts { field }
      withheld { releaseClass reason message }
    }
    answers {
      agency { id name }
      ring { name telephone hours }
      outcome
      detail
      latencyMs
      involvements {
        role status team
        practitioner { name telephone }
        contact { telephone }
      }
    }
    unresolved { agency { name } grade agreed differed likelyOther }
    completeness {
      inScope answered unanswered notAsked complete areas notConnected
    }
    receipt { log index queryId }
  }
}
"""


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question to try: what it shows, and its variables."""

    title: str
    variables: dict[str, Any]


def story(cast: Cast) -> tuple[DemoQuestion, DemoQuestion, DemoQuestion]:
    """The three questions that the demo asks by itself."""
    everywhere = tuple(area.code for area in AREAS)
    return (
        _about(
            "A child known to ten services in four boroughs",
            cast.many_services.child,
            everywhere,
        ),
        _about(
            "A shielded child, whose record at one agency has no shield",
            cast.shielded.child,
            (NORTHBROOK.code, EASTHALLOW.code),
        ),
        _about(
            "A twin whose number is on the brother's record",
            cast.twin.child,
            (EASTHALLOW.code, SOUTHMERE.code),
        ),
    )


def more(cast: Cast) -> tuple[DemoQuestion, DemoQuestion, DemoQuestion]:
    """Three more to try."""
    merged = cast.superseded.child
    return (
        _about(
            "A child whose NHS number was merged, asked for by the old one",
            merged,
            (WESTERING.code, SOUTHMERE.code),
            number=merged.former_nhs_number,
        ),
        _about(
            "A baby known only to NHS demographics",
            cast.demographics_only.child,
            (NORTHBROOK.code,),
        ),
        _about(
            "A child who moved in summer; the old council still works with the child",
            cast.moved.child,
            (NORTHBROOK.code, EASTHALLOW.code),
        ),
    )


def _about(
    title: str, child: Child, areas: tuple[str, ...], number: str | None = None
) -> DemoQuestion:
    known = {
        "nhsNumber": number or child.nhs_number,
        "givenNames": list(child.given[:1]),
        "familyName": child.family,
        "birthDate": child.born.isoformat(),
    }
    reason: dict[str, object] = {
        "purpose": "SAFEGUARDING",
        "justification": "Strategy discussion after a referral from the school",
        "caseReference": "NB-2026-0417",
    }
    if areas != (NORTHBROOK.code,):
        reason["outOfArea"] = {
            "cause": "FAMILY_THERE",
            "justification": "Relatives in the neighbouring boroughs",
        }
    return DemoQuestion(title, {"known": known, "reason": reason, "scope": {"areas": list(areas)}})
