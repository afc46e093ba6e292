"""What a gateway around one source said: the source's row, the child, and what failed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.contract.advice import what_to_do

QUERY: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) {
    answers {
      agency { id name }
      outcome answered complete searchedBy needs detail asOf attempts retryable
      involvements {
        service role team leadPractitioner sensitive start end status
        practitioner { name telephone email registration }
        contact { telephone email }
      }
      withheld { releaseClass reason message }
    }
    child {
      restriction
      identifiers { scheme value sources { agency { id } } }
      names { given family use sources { agency { id } } }
      birthDate { value estimated }
      sex { value }
      addresses { lines postcode uprn current start end sources { agency { id } } }
      carers { name relationship parentalResponsibility telephone }
      schools { name urn start end }
      gpPractice { name odsCode telephone }
      supportStatuses { code label start end }
      conflicts { field }
    }
    unresolved { agency { id } grade agreed differed notHeld reason { code sentence } }
    completeness { inScope answered unanswered notAsked complete }
  }
}
"""
FAILURES: Final = "{ sources { id health { failures { outcome rule place shape } } } }"


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """One answer; `str()` of it is what to look at when a test fails.

    `row` is the source's AgencyAnswer, `child` the stitched Child, which the made-up register is
    part of, `unresolved` the source's records that may be the child's, all as the schema has them.
    `failures` say of each call that failed which rule it broke, where, and what to do.
    """

    row: Mapping[str, Any]
    child: Mapping[str, Any] | None
    unresolved: tuple[Mapping[str, Any], ...]
    completeness: Mapping[str, Any]
    failures: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """The row's outcome, such as HAS_RECORD."""
        outcome: str = self.row["outcome"]
        return outcome

    def __str__(self) -> str:
        told = {"row": self.row, "child": self.child, "unresolved": self.unresolved}
        return "\n".join([json.dumps(told, indent=2, ensure_ascii=False), *self.failures])


def answer_of(agency: str, asked: Mapping[str, Any], failed: Mapping[str, Any]) -> GatewayAnswer:
    """What the data of QUERY and the source of FAILURES say of this agency."""
    found = asked["child"]
    return GatewayAnswer(
        row=next(row for row in found["answers"] if row["agency"]["id"] == agency),
        child=found["child"],
        unresolved=tuple(one for one in found["unresolved"] if one["agency"]["id"] == agency),
        completeness=found["completeness"],
        failures=tuple(map(_in_words, failed["health"]["failures"] or ())),
    )


def _in_words(failure: Mapping[str, Any]) -> str:
    parts = [f"{failure['outcome']}: {failure['rule']}", failure["place"], failure["shape"]]
    return "; ".join(filter(None, [*parts, what_to_do(failure["rule"])]))
