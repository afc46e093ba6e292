"""Who reads the log over GraphQL, and what they read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.support.agencies import AUTHORITY, HOME, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, Answer, Town, small_town

AUDITOR: Final = replace(
    PRACTITIONER, user="a.auditor", organisation="regulator", roles=frozenset({"auditor"})
)
OFFICER: Final = replace(
    PRACTITIONER, user="p.officer", organisation="school", roles=frozenset({"privacy-officer"})
)
ENTRIES: Final = """
query Read($filter: AuditFilter, $first: Int = 50, $after: String) {
  audit {
    entries(filter: $filter, first: $first, after: $after) {
      totalCount epochsNotSearched
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges {
        cursor
        node {
          id index at kind queryId user organisation role purpose justification caseReference
          childPseudonyms document policyVersion risks proof
          look { user queryId firstEntry lastEntry given export }
          agencies { agency outcome released withheld { releaseClass reason message } }
        }
      }
    }
  }
}
"""


@asynccontextmanager
async def asked_town(folder: Path) -> AsyncIterator[Town]:
    """A town where a practitioner has asked about Mira, whom the spine and the school know."""
    async with serving(AgencyServer().answer) as spine, serving(AgencyServer().answer) as school:
        sources = [
            rest_source("spine", spine, claims=AUTHORITY),
            rest_source("school", school, areas=[HOME]),
        ]
        async with small_town(folder, sources) as town:
            assert (await town.ask()).outcomes == {"spine": "HAS_RECORD", "school": "HAS_RECORD"}
            yield town


async def read(town: Town, query: str = ENTRIES, caller: Any = AUDITOR, **given: Any) -> Answer:
    """What an auditor's, or another's, query answers."""
    body = {"query": query, "variables": given}
    return await town.post(body, town.headers(caller))


def nodes(answer: Answer) -> list[dict[str, Any]]:
    """The entries of a page; the test ends here if there were errors."""
    assert "errors" not in answer.body, answer.text
    edges = answer.body["data"]["audit"]["entries"]["edges"]
    return [edge["node"] for edge in edges]
