"""What the bench asks: a first screen as a practitioner sees it, and the outcomes alone."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from stdnum.gb import nhs

from bench.town.record import BIRTH_DATE, NHS_NUMBER

_ASK: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) {
"""
OUTCOMES: Final = f"""{_ASK}
    answers {{ agency {{ id }} outcome }}
    completeness {{ complete }}
    receipt {{ index queryId }}
}} }}
"""
FIRST_SCREEN: Final = f"""{_ASK}
    completeness {{ inScope answered unanswered notAsked complete notConnected }}
    answers {{
      agency {{ id name sector }}
      ring {{ telephone hours }}
      outcome answered complete searchedBy detail asOf latencyMs attempts
      involvements {{
        role status start practitioner {{ name telephone email }} team contact {{ telephone }}
      }}
      withheld {{ releaseClass reason message }}
    }}
    child {{
      restriction
      names {{ given family use sources {{ agency {{ id }} asOf }} }}
      birthDate {{ value estimated sources {{ agency {{ id }} asOf }} }}
      sex {{ value sources {{ agency {{ id }} }} }}
      identifiers {{ scheme value sources {{ agency {{ id }} }} }}
      addresses {{ lines postcode sources {{ agency {{ id }} asOf }} }}
      involvements {{
        id role status agency {{ id name }} practitioner {{ name telephone }}
        contact {{ telephone }} sources {{ agency {{ id }} asOf }}
      }}
      leadPractitioner {{ role practitioner {{ name }} }}
      conflicts {{ field values {{ value sources {{ agency {{ id }} }} }} }}
      withheld {{ releaseClass reason message }}
    }}
    unresolved {{ agency {{ id name }} grade agreed differed }}
    receipt {{ log index queryId }}
}} }}
"""

NUMBERS: Final = tuple(
    islice((str(n) for n in range(9990000018, 9999999999) if nhs.is_valid(str(n))), 50)
)  # NHS numbers for tests, of as many children as a question may be about

_LISTED: Final = FIRST_SCREEN.replace("$known: KnownDetails!", "$known: [KnownDetails!]!")
FIRST_SCREENS: Final = _LISTED.replace("  child(known", "  children(known")


def body_of(
    document: str, agencies: Iterable[str], children: Sequence[str] | None = None
) -> dict[str, Any]:
    """The body of a question to these agencies; of `children`, by NHS number, in FIRST_SCREENS."""
    known = [{"nhsNumber": nhs, "birthDate": BIRTH_DATE} for nhs in children or (NHS_NUMBER,)]
    return {
        "query": document,
        "variables": {
            "known": known[0] if children is None else known,
            "reason": {
                "purpose": "SAFEGUARDING",
                "justification": "a bench's question",
                "caseReference": "B-1",
            },
            "scope": {"agencies": list(agencies)},
        },
    }
