"""A town in which alerts are read and reviewed."""

from dataclasses import replace
from typing import Any, Final

from gateway.model.caller import Caller, OwnDetails
from tests.support.gateway.break_glass import FRESH, REVIEW, REVIEWER, Scene
from tests.support.town import Answer

ALERTS: Final = """
query Alerts($state: AlertState, $first: Int = 50, $after: String) {
  audit {
    alerts(state: $state, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { id rule score at entries state dueBy } }
    }
  }
}
"""
KIN: Final = replace(FRESH, own=OwnDetails(address="4 Tanners Row", postcode="ZE1 0AA"))


async def read(on: Scene, caller: Caller = REVIEWER, **given: Any) -> Answer:
    return await on.town.post({"query": ALERTS, "variables": given}, on.headers(caller))


def nodes(answer: Answer) -> list[dict[str, Any]]:
    assert "errors" not in answer.body, answer.text
    return [edge["node"] for edge in answer.body["data"]["audit"]["alerts"]["edges"]]


async def review(
    on: Scene, entry: str, caller: Caller = REVIEWER, note: str = "a cousin twice removed"
) -> Answer:
    body = {"query": REVIEW, "variables": {"entry": entry, "note": note}}
    return await on.town.post(body, on.headers(caller))
