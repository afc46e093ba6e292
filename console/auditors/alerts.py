"""Alerts, the most unusual first: what each rule means, and by when each must be looked at."""

from typing import Final

from starlette.responses import Response

from console.auditors.menu import MENU
from console.pages.visit import Visit

MEANINGS: Final = {
    "BREAK_GLASS": "The user broke the glass.",
    "SAME_ADDRESS": "A home of the child is the user's own.",
    "SAME_TELEPHONE": "A telephone of a carer is the user's own.",
    "STAFF_CHILD": "A parent works in the user's organisation, and asked that this be watched.",
    "SEVERAL_HOMES": "The user told many homes, schools or carers for one child in a day.",
    "MANY_CHILDREN": "The user asked about more children in a day than usual.",
    "SAME_SURNAME": "The child or a carer has the user's surname, which is not common.",
    "REPEATED_LOOKS": "The user looked at the same child again and again.",
    "SAME_POSTCODE": "The child has the user's postcode.",
    "OUT_OF_AREA": "The user rarely asks outside their own areas, and did.",
    "ODD_HOURS": "The user rarely asks at this time.",
    "SAME_COMMON_SURNAME": "The child or a carer has the user's surname, which is common.",
}
_OPEN: Final = "OPEN"


async def show_alerts(visit: Visit) -> Response:
    """`/alerts`: those that wait for a review."""
    return await _shown(visit, _OPEN)


async def show_other_alerts(visit: Visit) -> Response:
    """`/alerts/list`: further ones, or those that were reviewed."""
    return await _shown(visit, visit.text("state") or _OPEN)


async def _shown(visit: Visit, state: str) -> Response:
    after = {"after": visit.text("after")} if visit.text("after") else {}
    said = await visit.ask("Alerts", {"state": state, **after})
    alerts = said["audit"]["alerts"]
    return visit.page(
        "auditors/alerts.html",
        menu=MENU.of(said["me"], "/alerts"),
        alerts=[edge["node"] for edge in alerts["edges"]],
        more=alerts["pageInfo"],
        state=state,
        meanings=MEANINGS,
    )
