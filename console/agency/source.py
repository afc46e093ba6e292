"""One version of a source: its manifest and health, a live trial, and what is decided about it."""

from typing import Any, Final

from starlette.responses import Response

from console.agency.menu import GOVERNANCE, MENU, OPERATOR, REGISTRAR
from console.agency.trial import TrialForm
from console.asking.refusals import GatewayRefused
from console.pages.visit import Visit
from console.pages.words import whole_number

_NO_REASON: Final = "Say why it must not be asked any more."


async def show_source(visit: Visit) -> Response:
    """`/sources/ID/VERSION`."""
    path = visit.request.path_params
    return await _shown(visit, path["id"], whole_number(path["version"]) or 0)


async def suspend_source(visit: Visit) -> Response:
    """`/sources/suspend`: stop asking it at once; a reason is needed."""
    reason = visit.text("reason")
    if not reason:
        return await _shown(visit, *_meant(visit), wrong=("reason", _NO_REASON))
    return await _decided(visit, "SuspendSource", {"reason": reason})


async def approve_source(visit: Visit) -> Response:
    """`/sources/approve`: the version that was on the page, for the agency that owns it."""
    return await _decided(visit, "ApproveSource", {"version": _meant(visit)[1]})


async def try_source(visit: Visit) -> Response:
    """`/sources/try`: ask the real system for a test child, and show what happened."""
    source, version = _meant(visit)
    trial = TrialForm.of(visit)
    if wrong := trial.mistake:
        return await _shown(visit, source, version, wrong=("nhs_number", wrong))
    variables = {"id": source, "version": version, "trial": trial.variables}
    try:
        tried = (await visit.ask("TrySource", variables))["trial"]
    except GatewayRefused as refused:
        return await _refused(visit, refused, "nhs_number")
    return await _shown(visit, source, version, tried=tried)


async def _decided(visit: Visit, name: str, more: dict[str, Any]) -> Response:
    source, version = _meant(visit)
    try:
        done = await visit.ask(name, {"id": source, **more})
    except GatewayRefused as refused:
        return await _refused(visit, refused, None)
    (registration,) = done.values()
    broken = [each for each in registration["findings"] if not each["passed"]]
    return await _shown(
        visit, source, version, done=registration["source"] is not None, broken=broken
    )


async def _refused(visit: Visit, refused: GatewayRefused, field: str | None) -> Response:
    if refused.signs_out:
        raise refused
    return await _shown(visit, *_meant(visit), wrong=(field, refused.sentence))


def _meant(visit: Visit) -> tuple[str, int]:
    return visit.text("source"), whole_number(visit.text("version")) or 0


async def _shown(  # noqa: PLR0913  what may have happened
    visit: Visit,
    source: str,
    version: int,
    *,
    wrong: tuple[str | None, str] | None = None,
    done: bool | None = None,
    broken: list[dict[str, Any]] | None = None,
    tried: dict[str, Any] | None = None,
) -> Response:
    said = await visit.ask("Source", {"id": source, "version": version})
    menu = MENU.of(said["me"])
    if said["source"] is None:
        return visit.page("agency/no_source.html", 404, menu=menu)
    return visit.page(
        "agency/source.html",
        400 if wrong else 200,
        menu=menu,
        source=said["source"],
        may=_may({*said["me"]["roles"]}, said["source"]["state"]),
        mistakes=[{"field": wrong[0], "message": wrong[1]}] if wrong else [],
        done=done,
        broken=broken or [],
        tried=tried,
        trial=TrialForm.of(visit).texts,
    )


def _may(roles: set[str], state: str) -> dict[str, bool]:
    """What the page offers: what the gateway then allows, and no more."""
    governs = GOVERNANCE in roles
    tries = state == "APPROVED" and bool(roles & {REGISTRAR, OPERATOR})
    return {
        "try": governs or tries,
        "approve": governs and state != "APPROVED",
        "suspend": state == "APPROVED" and (governs or OPERATOR in roles),
    }
