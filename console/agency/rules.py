"""Who gets what of an agency's, and why not: how the rules in force decide for somebody."""

from typing import Any, Final

from starlette.responses import Response

from console.agency.menu import MENU
from console.agency.sources import is_own
from console.asking.refusals import GatewayRefused
from console.pages.visit import Visit

_CHOICES: Final = ("source", "sector", "role", "purpose", "organisation")
_NEEDED: Final = {
    "source": "Choose a system.",
    "sector": "Choose the kind of organisation.",
    "role": "Write the role, such as practitioner.",
    "purpose": "Choose a purpose.",
}
# What stands on the form as a tick, and what the gateway calls it.
_TICKS: Final = {
    "consent": "consent",
    "harm": "significantHarm",
    "restricted": "restricted",
    "cleared": "shieldCleared",
}
# Ticks that take away what is usual.
_LACKS: Final = {"unaccredited": "accredited", "elsewhere": "inArea", "no_case": "caseReference"}


async def show_rules_form(visit: Visit) -> Response:
    """`/rules`."""
    return await _shown(visit)


async def explain_rules(visit: Visit) -> Response:
    """`/rules/explain`: a row a class of information."""
    missing = [(name, said) for name, said in _NEEDED.items() if not visit.text(name)]
    if missing:
        return await _shown(visit, missing)
    try:
        found = (await visit.ask("Explain", {"asker": _asker(visit)}))["explain"]
    except GatewayRefused as refused:
        if refused.signs_out:
            raise
        return await _shown(visit, [("source", refused.sentence)])
    return await _shown(visit, found=found)


def _asker(visit: Visit) -> dict[str, Any]:
    ticked = {*visit.texts("ticks")}
    organisation = visit.text("organisation")
    return {
        "source": visit.text("source"),
        "sector": visit.text("sector"),
        "roles": [visit.text("role")],
        "purpose": visit.text("purpose"),
        **{called: True for name, called in _TICKS.items() if name in ticked},
        **{called: False for name, called in _LACKS.items() if name in ticked},
        **({"organisation": organisation} if organisation else {}),
    }


def _is_explained(source: dict[str, Any]) -> bool:
    return source["state"] == "APPROVED" and is_own(source)


async def _shown(
    visit: Visit,
    missing: list[tuple[str, str]] | None = None,
    found: list[dict[str, Any]] | None = None,
) -> Response:
    said = await visit.ask("Sources")
    MENU.admit(said["me"], "/rules")
    return visit.page(
        "agency/rules.html",
        400 if missing else 200,
        menu=MENU.of(said["me"], "/rules"),
        typed={name: visit.text(name) for name in _CHOICES},
        ticked=visit.texts("ticks"),
        sources=[(each["id"], each["id"]) for each in said["sources"] if _is_explained(each)],
        mistakes=[{"field": name, "message": text} for name, text in missing or []],
        found=found,
    )
