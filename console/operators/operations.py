"""What is in force, and whether the gateway can answer, on one page."""

from typing import Any, Final

from starlette.responses import Response

from console.pages.visit import Visit

_PARTS: Final = {
    "lease": "It does not know whether it has the newest rules.",
    "log": "Its log cannot be written.",
    "history": "Its log is not what it was.",
    "keys": "Its keys for the log cannot be used.",
    "issuers": "It has no keys of a sign-in service.",
    "limits": "It cannot count what people ask.",
    "witnesses": "Too few witnesses signed its log.",
    "stopping": "It is stopping.",
}


async def show_operations(visit: Visit) -> Response:
    """`/operations`: state, systems in trouble, places, log, witnesses, keys, and the check."""
    said = await visit.ask("Operations")
    stands = said["operations"]
    return visit.page(
        "operators/operations.html",
        stands=stands,
        failing=[_PARTS.get(part, part) for part in stands["failing"]],
        asked=[each for each in said["sources"] if each["state"] == "APPROVED"],
        troubled=[each for each in said["sources"] if _in_trouble(each)],
    )


def _in_trouble(source: dict[str, Any]) -> bool:
    health = source["health"]
    failing = health["breaker"] != "closed" or health["reachable"] is False
    return source["state"] == "APPROVED" and (failing or bool(health["failures"]))
