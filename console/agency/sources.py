"""The sources that this person may see, how each is doing, and what may be decided about it."""

from typing import Any, Final

from starlette.responses import Response

from console.asking.refusals import GatewayRefused
from console.pages.visit import Visit

_NO_REASON: Final = "Say why it must not be asked any more."


async def show_sources(visit: Visit) -> Response:
    """`/sources`: each with its state, its health, and its last failures by rule."""
    return await _shown(visit)


async def suspend_source(visit: Visit) -> Response:
    """`/sources/suspend`: stop asking it at once; a reason is needed."""
    source, reason = visit.text("source"), visit.text("reason")
    if not reason:
        return await _shown(visit, wrong=(source, _NO_REASON))
    return await _decided(visit, "SuspendSource", source, {"reason": reason})


async def approve_source(visit: Visit) -> Response:
    """`/sources/approve`: the version that was on the page, for the agency that owns it."""
    version = visit.text("version")
    number = {"version": int(version) if version.isdecimal() else 0}
    return await _decided(visit, "ApproveSource", visit.text("source"), number)


async def _decided(visit: Visit, name: str, source: str, more: dict[str, Any]) -> Response:
    try:
        done = await visit.ask(name, {"id": source, **more})
    except GatewayRefused as refused:
        if refused.signs_out:
            raise
        return await _shown(visit, wrong=(source, f"{refused}."))
    (registration,) = done.values()
    broken = [each for each in registration["findings"] if not each["passed"]]
    return await _shown(visit, done=source, broken=broken)


async def _shown(
    visit: Visit,
    *,
    wrong: tuple[str, str] | None = None,
    done: str | None = None,
    broken: list[dict[str, Any]] | None = None,
) -> Response:
    sources = (await visit.ask("Sources"))["sources"]
    return visit.page(
        "agency/sources.html",
        400 if wrong else 200,
        sources=sources,
        mistakes=[{"field": f"reason-{wrong[0]}", "message": wrong[1]}] if wrong else [],
        done=done,
        broken=broken or [],
    )
